#ifndef BASE_NL_NEIGH_H
#define BASE_NL_NEIGH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/nl/nl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A neighbour: whose MAC address stands behind an IP address of a link. */
struct nl_neigh {
	uint32_t index;
	struct addr addr;
	uint8_t mac[6];
	bool valid;     /* 'mac' holds and may be used */
	bool permanent; /* set by somebody, never asked for */
};

/* Sets the neighbour for good. */
MUST_USE enum err nl_neigh_set(struct nl *nl, const struct nl_neigh *n);
MUST_USE enum err nl_neigh_del(struct nl *nl, uint32_t index, const struct addr *a);

/* Has the kernel find the neighbour out (ARP, ND) or confirm it; the answer comes to the watch, and into the table. */
enum err nl_neigh_probe(struct nl *nl, uint32_t index, const struct addr *a);

typedef void nl_neigh_fn(const struct nl_neigh *n, void *ctx);
MUST_USE enum err nl_neigh_each(struct nl *nl, nl_neigh_fn *fn, void *ctx);

/* The table entry that a message of the kernel tells of (dumps, the watch); false when the structure can't hold it. */
struct nlmsghdr;
bool nl_neigh_parse(const struct nlmsghdr *msg, struct nl_neigh *out);

#ifdef __cplusplus
}
#endif
#endif
