#ifndef IKE_SOURCE_H
#define IKE_SOURCE_H

#include "base/addr.h"
#include "base/list.h"
#include "base/map.h"
#include "base/slab.h"
#include "ike/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What each source asked for lately.  A source is an IPv4 /24 or an IPv6 /64, which is what one customer has at least and whose addresses
 * one attacker chooses freely.  At most 'limit' are remembered, of some 100 bytes each: the one that was silent longest is forgotten,
 * but none with half-open SAs.
 */
struct ike_sources {
	struct slab slab;
	struct map map;
	struct list idle; /* without half-open SAs; the one that was silent longest is the first */
};

struct ike_source;

enum { IKE_SOURCES = 65536 }; /* as many as the XDP program remembers, docs/steering.md */

/* 'key': 16 random bytes. */
MUST_USE enum err ike_source_init(struct ike_sources *t, uint32_t limit, const uint8_t key[16]);
void ike_source_fini(struct ike_sources *t);

/* Takes a token of the bucket of 'from', which is full when it is new; false: it has none.  Always true without a rate. */
bool ike_source_admit(struct ike_sources *t, const struct ike_source_rule *rule, const struct addr *from, uint64_t now_ms);

/* Half-open SAs of the source of 'from'. */
uint32_t ike_source_half_open(const struct ike_sources *t, const struct addr *from);

/* Counts one more; NULL: all that are remembered have some, and this one isn't counted. */
struct ike_source *ike_source_enter(struct ike_sources *t, const struct addr *from);

/* One less; NULL is fine. */
void ike_source_leave(struct ike_sources *t, struct ike_source *s);

#ifdef __cplusplus
}
#endif
#endif
