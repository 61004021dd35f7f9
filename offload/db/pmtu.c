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

static bool is_about(const struct db *db, const struct db_pmtu_word *w, const struct db_sa *sa)
{
	return sa->spi == w->spi && db->tunnel[sa->tunnel].front_vrf == w->vrf &&
	       ((sa->flags & DB_SA_V6) != 0) == (w->remote.family == AF_INET6) && db_key_eq(db_sa_remote(sa), db_key_of(&w->remote)) &&
	       db_key_eq(db_sa_local(sa), db_key_of(&w->local));
}

static uint32_t bounded(const struct db_pmtu_word *w)
{
	uint32_t least = w->remote.family == AF_INET6 ? LEAST_IP6 : LEAST_IP4;

	return w->mtu < least ? least : w->mtu > UINT16_MAX ? UINT16_MAX : w->mtu;
}

static bool is_about_name(const struct db_pmtu_word *w, const struct db_carrier_name *name)
{
	return w->spi == 0 && w->vrf == name->front_vrf && w->has_key == name->has_key && w->key == name->key &&
	       w->remote.family == name->family && db_key_eq(name->remote, db_key_of(&w->remote)) &&
	       db_key_eq(name->local, db_key_of(&w->local));
}

/* Whether the tunnel's path is another one now. */
static bool lower(struct db_pmtu *p, struct db_tunnel *t, uint32_t mtu, uint64_t now_ms)
{
	uint32_t before = db_tunnel_link(t, UINT32_MAX);

	if (mtu >= before)
		return false;
	p->lowered += before == UINT32_MAX;
	db_tunnel_set_link(t, (uint16_t)mtu, now_ms + KEEP_MS);
	return true;
}

static uint32_t match_sas(struct db_pmtu *p, uint64_t now_ms)
{
	const struct db_sa *sa;
	uint32_t cursor = 0, changed = 0;

	while ((sa = db_sa_walk(p->db, &cursor)) != NULL) {
		uint32_t least = UINT32_MAX;

		for (uint32_t i = 0; sa->direction == DP_OUT && i < p->count; i++)
			if (is_about(p->db, &p->word[i], sa) && bounded(&p->word[i]) < least)
				least = bounded(&p->word[i]);
		changed += lower(p, &p->db->tunnel[sa->tunnel], least, now_ms);
	}
	return changed;
}

static uint32_t match_carriers(struct db_pmtu *p, uint64_t now_ms)
{
	struct db_tunnel *t;
	uint32_t cursor = 0, changed = 0;

	while ((t = db_tunnel_walk(p->db, &cursor)) != NULL) {
		uint32_t least = UINT32_MAX;

		for (uint32_t i = 0; t->carrier != 0 && i < p->count; i++)
			if (is_about_name(&p->word[i], &p->db->carrier[t->carrier].name) && bounded(&p->word[i]) < least)
				least = bounded(&p->word[i]);
		changed += lower(p, t, least, now_ms);
	}
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
		if (t->link_until_ms <= now_ms) {
			db_tunnel_set_link(t, 0, 0);
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
		changed += match_sas(p, now_ms) + match_carriers(p, now_ms);
		p->count = 0;
	}
	if (p->lowered != 0 && now_ms >= p->age_ms) {
		p->age_ms = now_ms + AGE_MS;
		changed += forget(p, now_ms);
	}
	if (changed != 0)
		db_touch(p->db); /* what fits is worked out afresh */
	return changed;
}
