#ifndef IKE_TS_H
#define IKE_TS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rd.h"
#include "base/wr.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_TS_MAX = 64 };         /* selectors of one payload */
enum { IKE_TS_PORT_MAX = 65535 }; /* ports 0..65535: any; 65535..0: OPAQUE (RFC7296-3.13.1) */

/*
 * One traffic selector, RFC7296-3.13.1: a range of addresses of one family, a protocol and a range of ports, all
 * inclusive.  For ICMP a port is type << 8 | code.
 */
struct ike_ts {
	struct addr start;
	struct addr end;
	uint16_t port_start; /* host order */
	uint16_t port_end;
	uint8_t protocol; /* IP protocol; 0: any */
};

/* Traffic Selector payload body, RFC7296-3.13. */
struct ike_ts_list {
	uint8_t count;
	struct ike_ts item[IKE_TS_MAX];
};

/*
 * Selectors of types other than IPv4 and IPv6 ranges are left out, so the list may be empty (RFC7296-2.9: then no
 * selector is acceptable).  A payload without any isn't sound (RFC7296-2.9: "one or more"), but strongSwan sends one for a child in
 * transport mode whose selectors are of no host: TS_UNACCEPTABLE says more to it than INVALID_SYNTAX, which would end the IKE SA.
 * ERR_MALFORMED for a wrong size or a range that ends before it begins; ERR_LIMIT for more selectors than fit; ERR_TRUNCATED,
 * ERR_TRAILING.
 */
MUST_USE enum err ike_ts_parse(struct rd *r, struct ike_ts_list *out);

void ike_ts_build(struct wr *w, const struct ike_ts *items, uint8_t count);

/* All protocols and ports of a prefix. */
struct ike_ts ike_ts_of_prefix(const struct addr_prefix *p);

/* Everything of a family (AF_INET, AF_INET6). */
struct ike_ts ike_ts_any(uint8_t family);

/* The prefix that is exactly the selector's range of addresses; ERR_RANGE when none is. */
MUST_USE enum err ike_ts_prefix(const struct ike_ts *ts, struct addr_prefix *out);

bool ike_ts_eq(const struct ike_ts *a, const struct ike_ts *b);

/* Whether all that 'inner' selects is selected by 'outer'. */
bool ike_ts_contains(const struct ike_ts *outer, const struct ike_ts *inner);

/* What both select, to 'out'; false when that is nothing. */
bool ike_ts_intersect(const struct ike_ts *a, const struct ike_ts *b, struct ike_ts *out);

/*
 * Narrowing, RFC7296-2.9: what both lists select, in the order of 'theirs' so that a specific selector that the
 * initiator put first stays first; selectors that another one contains are left out.  If more than IKE_TS_MAX remain,
 * the first ones: a smaller set is a legal answer.  ERR_TS when nothing remains.
 */
MUST_USE enum err ike_ts_narrow(const struct ike_ts_list *ours, const struct ike_ts_list *theirs, struct ike_ts_list *out);

enum { IKE_TS_TEXT = 2 * ADDR_TEXT + 32 };

/* "192.0.2.0/24", "10.0.0.1-10.0.0.9 proto 6 port 80-443"; 'out' holds IKE_TS_TEXT bytes. */
const char *ike_ts_str(const struct ike_ts *ts, char *out);

#ifdef __cplusplus
}
#endif
#endif
