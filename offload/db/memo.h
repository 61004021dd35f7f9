#ifndef DB_MEMO_H
#define DB_MEMO_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "db/db.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Where a worker's packets of late went: the hop of an address in a VRF, remembered until any route changes.  A table of routes is a chain of
 * loads; this is one, whose place the address tells.  An address has one place; another that wants it takes it.
 */
enum { DB_MEMO_PLACES = 1 << 14 };

struct db_memo_place {
	struct db_key key;
	uint64_t epoch; /* of the routes; 0: nothing is remembered */
	uint32_t hop;
	uint16_t vrf; /* index */
	bool v6;
	uint8_t spare;
};
static_assert(sizeof(struct db_memo_place) == 32, "place: half a line");

struct db_memo {
	struct db_memo_place place[DB_MEMO_PLACES];
};

/* One worker's.  Memory is paid for as it is used.  NULL: none left. */
struct db_memo *db_memo_new(void);
void db_memo_free(struct db_memo *m);

/* Neighbouring addresses have neighbouring places, so that a pool's share lines; networks of one host number have places of their own. */
static inline struct db_memo_place *db_memo_at(struct db_memo *m, uint16_t vrf, struct db_key key)
{
	uint64_t word = key.hi ^ key.lo;
	uint32_t half = (uint32_t)(word ^ word >> 32);

	return &m->place[(half ^ half >> 14 ^ (uint32_t)vrf << 7) % DB_MEMO_PLACES];
}

/* The hop of 'key' in the VRF with index 'vrf'.  Its worker, under QSBR. */
static inline uint32_t db_memo_lookup(struct db_memo *m, const struct db *db, uint16_t vrf, bool v6, struct db_key key)
{
	uint64_t epoch = __atomic_load_n(&db->routes_epoch, __ATOMIC_ACQUIRE); /* first: what is newer is asked again */
	struct db_memo_place *p = db_memo_at(m, vrf, key);

	if (p->epoch != epoch || !db_key_eq(p->key, key) || p->vrf != vrf || p->v6 != v6) {
		p->key = key;
		p->epoch = epoch;
		p->vrf = vrf;
		p->v6 = v6;
		p->hop = db_vrf_lookup(&db->vrf[vrf], v6, key);
	}
	return p->hop;
}

#ifdef __cplusplus
}
#endif
#endif
