#include "db/pmtu.h"

#include <stdlib.h>

#include "db/db.h"

enum {
	WORDS = 64,
	MATCH_MS = 200, /* between two looks at all SAs */
	AGE_MS = 10000, /* between two looks for what is old */
	KEEP_MS = 600000,
	LEAST_IP4 = 576, /* RFC1191-3: it could be 68, but nobody's is, and a lie shall do no harm */
	LEAST_IP6 = 1280 /* RFC8200-5 */
};

struct db_pmtu {
	struct db *db;
	struct db_pmtu_word word[WORDS];
	uint32_t count;
	uint32_t lowered; /* tunnels */
	uint64_t match_ms, age_ms;
};

enum err db_pmtu_new(struct db_pmtu **out, struct db *db)
{
	*out = (struct db_pmtu *)calloc(1, sizeof(**out));
	if (*out == NULL)
		return ERR_NOMEM;
	(*out)->db = db;
	return ERR_OK;
}

void db_pmtu_free(struct db_pmtu *p)
{
	free(p);
}

void db_pmtu_tell(struct db_pmtu *p, const struct db_pmtu_word *w)
{
	if (p->count < WORDS)
		p->word[p->count++] = *w;
}

static bool is_about(const struct db_pmtu_word *w, const struct db_sa *sa)
{
	return sa->spi == w->spi && ((sa->flags & DB_SA_V6) != 0) == (w->remote.family == AF_INET6) &&
	       db_key_eq(sa->remote, db_key_of(&w->remote)) && db_key_eq(sa->local, db_key_of(&w->local));
}

static uint32_t bounded(const struct db_pmtu_word *w)
{
	uint32_t least = w->remote.family == AF_INET6 ? LEAST_IP6 : LEAST_IP4;

	return w->mtu < least ? least : w->mtu > UINT16_MAX ? UINT16_MAX : w->mtu;
}

/* The SA's tunnel; whether its path is another one now. */
static bool lower(struct db_pmtu *p, const struct db_sa *sa, uint64_t now_ms)
{
	struct db_tunnel *t = &p->db->tunnel[sa->tunnel];
	uint32_t before = db_tunnel_link(t, UINT32_MAX), least = before;

	for (uint32_t i = 0; i < p->count; i++)
		if (is_about(&p->word[i], sa) && bounded(&p->word[i]) < least)
			least = bounded(&p->word[i]);
	if (least == before)
		return false;
	p->lowered += before == UINT32_MAX;
	db_tunnel_set_link(p->db, t, (uint16_t)least, now_ms + KEEP_MS);
	return true;
}

static uint32_t match(struct db_pmtu *p, uint64_t now_ms)
{
	const struct db_sa *sa;
	uint32_t cursor = 0, changed = 0;

	while ((sa = db_sa_walk(p->db, &cursor)) != NULL)
		if (sa->direction == DP_OUT)
			changed += lower(p, sa, now_ms);
	p->count = 0;
	return changed;
}

static uint32_t forget(struct db_pmtu *p, uint64_t now_ms)
{
	struct db_tunnel *t;
	uint32_t cursor = 0, changed = 0;

	p->lowered = 0;
	while ((t = db_tunnel_walk(p->db, &cursor)) != NULL) {
		if (db_tunnel_link(t, UINT32_MAX) == UINT32_MAX)
			continue;
		if (db_tunnel_link_until(p->db, t) <= now_ms) {
			db_tunnel_set_link(p->db, t, 0, 0);
			changed++;
		} else {
			p->lowered++;
		}
	}
	return changed;
}

uint32_t db_pmtu_poll(struct db_pmtu *p, uint64_t now_ms)
{
	uint32_t changed = 0;

	if (p->count != 0 && now_ms >= p->match_ms) {
		p->match_ms = now_ms + MATCH_MS;
		changed += match(p, now_ms);
	}
	if (p->lowered != 0 && now_ms >= p->age_ms) {
		p->age_ms = now_ms + AGE_MS;
		changed += forget(p, now_ms);
	}
	if (changed != 0)
		db_touch(p->db); /* what fits is worked out afresh */
	return changed;
}
