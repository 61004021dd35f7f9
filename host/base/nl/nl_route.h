#ifndef BASE_NL_ROUTE_H
#define BASE_NL_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/nl/nl.h"

#ifdef __cplusplus
extern "C" {
#endif

enum nl_route_kind { NL_ROUTE_UNICAST, NL_ROUTE_LOCAL, NL_ROUTE_UNREACHABLE, NL_ROUTE_BLACKHOLE, NL_ROUTE_OTHER };

/* NL_ROUTE_REPLACE puts the route in the place of one with equal prefix, table and metric, or adds it. */
enum nl_route_op { NL_ROUTE_ADD, NL_ROUTE_REPLACE, NL_ROUTE_DEL };

/* 'table' and 'protocol' as in rtnetlink(7): whose route it is; a program deletes none but its own. */
enum { NL_TABLE_MAIN = 254, NL_TABLE_LOCAL = 255 };
enum {
	NL_PROTOCOL_REDIRECT = 1,
	NL_PROTOCOL_KERNEL = 2,
	NL_PROTOCOL_BOOT = 3, /* what says nothing: `ip route` by hand */
	NL_PROTOCOL_STATIC = 4,
	NL_PROTOCOL_RA = 9,
	NL_PROTOCOL_DHCP = 16,
	NL_PROTOCOL_NAVE = 171,
	NL_PROTOCOL_BGP = 186,
	NL_PROTOCOL_ISIS = 187,
	NL_PROTOCOL_OSPF = 188,
	NL_PROTOCOL_RIP = 189,
	NL_PROTOCOL_EIGRP = 192,
	NL_PROTOCOL_ZSTATIC = 196 /* FRR's static routes */
};

struct nl_route {
	struct addr_prefix prefix; /* host bits clear */
	struct addr gateway;       /* family 0: on the link */
	struct addr source;        /* preferred by the kernel when it sends; family 0: its choice */
	uint32_t index;            /* of the link; 0 for an unreachable */
	uint32_t table;
	uint32_t metric;
	uint8_t protocol;
	enum nl_route_kind kind;
};

/*
 * Applies 'op' to 'count' routes, in batches.  'results', unless NULL, gets each route's own result; given back is the
 * first that isn't ERR_OK.  The routes after a failed one are applied nonetheless.
 */
MUST_USE enum err nl_route_apply(struct nl *nl, enum nl_route_op op, const struct nl_route *routes, size_t count, enum err *results);

/* How the kernel would send to 'to' now: link, gateway and source.  ERR_IO (no route to host) when it can't. */
MUST_USE enum err nl_route_lookup(struct nl *nl, const struct addr *to, struct nl_route *out);

typedef void nl_route_fn(const struct nl_route *route, void *ctx);

/* All routes of all tables and both families. */
MUST_USE enum err nl_route_each(struct nl *nl, nl_route_fn *fn, void *ctx);

/*
 * The table entry that a message of the kernel tells of (dumps, the watch), by the first of its next hops that is alive, or the first if none
 * is; false when the structure can't hold it: next hops of the other family alone.
 */
struct nlmsghdr;
bool nl_route_parse(const struct nlmsghdr *msg, struct nl_route *out);

#ifdef __cplusplus
}
#endif
#endif
