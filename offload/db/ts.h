#ifndef DB_TS_H
#define DB_TS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "db/key.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What selectors look at in a packet, with 'local' ours in both directions (RFC4301-4.4.1.1). */
struct db_flow {
	struct db_key local;
	struct db_key remote;
	uint16_t local_port; /* ICMP: type << 8 | code in both, RFC4301-4.4.1.1 */
	uint16_t remote_port;
	uint8_t family; /* AF_INET, AF_INET6 */
	uint8_t proto;
	bool ports; /* false: not visible (fragment, other protocol); matches ANY alone */
};

struct db_ts_side {
	struct db_key first;
	struct db_key last;
	uint16_t port_first;
	uint16_t port_last;
	uint8_t proto; /* as negotiated for this side */
};

/* One negotiated selector pair, compiled. */
struct db_ts {
	struct db_ts_side local;
	struct db_ts_side remote;
	uint8_t family;
	uint8_t proto; /* of both sides; 0: any */
};

/* ERR_MALFORMED: sides of different families or protocols, first above last. */
MUST_USE enum err db_ts_of(const struct dp_ts_pair *pair, struct db_ts *out);

/* The pair that 'ts' was made of. */
struct dp_ts_pair db_ts_pair(const struct db_ts *ts);

/* Whether 'ts' lets everything of its family pass. */
bool db_ts_any(const struct db_ts *ts);

/* Whether one of the 'count' pairs covers 'flow'. */
bool db_ts_match(const struct db_ts *ts, uint32_t count, const struct db_flow *flow);

/* Whether 'ts' is of IPv4 and lets all ports pass. */
bool db_ts_portless4(const struct db_ts *ts);

/* Whether it covers what goes between two addresses, the upper words of their keys. */
static inline bool db_ts_match4(const struct db_ts *ts, uint64_t local, uint64_t remote, uint8_t proto)
{
	return (ts->proto == 0 || ts->proto == proto) && local - ts->local.first.hi <= ts->local.last.hi - ts->local.first.hi &&
	       remote - ts->remote.first.hi <= ts->remote.last.hi - ts->remote.first.hi;
}

#ifdef __cplusplus
}
#endif
#endif
