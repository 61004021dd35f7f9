/*
 * Installing, replacing and removing SAs on the main lcore.  A prepared configuration is complete but for its
 * engine; publishing is one pointer store; what was replaced or removed goes after a grace period, session first,
 * then the slot (sa-state 8).
 */
#include "db/sa.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/wr.h"
#include "db/db.h"
#include "db/gre.h"
#include "db/header.h"
#include "db/selectors.h"

static uint64_t id_hash(const struct db *db, uint32_t id)
{
	return map_hash(&db->sa_ids, bytes_of(&id, sizeof(id)));
}

static struct db_sa **place_of(const struct db *db, const struct db_sa *sa)
{
	return &(sa->direction == DP_IN ? db->sa_in : db->sa_out)[sa->slot];
}

struct db_sa *db_sa_find(const struct db *db, uint32_t id)
{
	for (struct map_node *n = map_find(&db->sa_ids, id_hash(db, id)); n != NULL; n = map_find_next(n)) {
		struct db_sa *sa = list_of(n, struct db_sa, by_id);

		if (sa->id == id)
			return sa;
	}
	return NULL;
}

bool db_sa_published(const struct db *db, const struct db_sa *sa)
{
	return *place_of(db, sa) == sa;
}

/* ---- the configuration ---- */

static enum err check(const struct dp_sa *conf)
{
	uint8_t family = conf->local.addr.family;

	if (conf->id == 0 || conf->direction > DP_OUT || conf->ts_count == 0 || conf->ts_count > DP_TS_MAX)
		return ERR_MALFORMED;
	if ((family != AF_INET && family != AF_INET6) || conf->remote.addr.family != family)
		return ERR_MALFORMED;
	if (conf->window != 0 && (conf->window < DP_WINDOW_MIN || conf->window > DP_WINDOW_MAX || conf->window % 64 != 0))
		return ERR_UNSUPPORTED;
	return ERR_OK;
}

static enum err compile_selectors(struct db *db, struct db_sa *sa, const struct dp_sa *conf)
{
	enum err err = db_selectors_hold(&db->selectors, conf->ts, conf->ts_count, &sa->ts);

	if (err != ERR_OK)
		return err;
	sa->ts_count = conf->ts_count;
	for (uint32_t i = 0; i < sa->ts_count; i++)
		if (db_ts_any(&sa->ts[i]))
			sa->flags = (uint16_t)(sa->flags | (sa->ts[i].family == AF_INET6 ? DB_SA_ANY6 : DB_SA_ANY4));
	if (sa->ts_count == 1 && db_ts_portless4(sa->ts))
		sa->flags |= DB_SA_PAIR4;
	return ERR_OK;
}

/* The outer headers as far as they are known now: lengths, DSCP, ECN, DF, identification and number are zero. */
static void build_header(struct db_sa *sa, const struct dp_sa *conf)
{
	struct wr w = wr_of(sa->header, sizeof(sa->header));

	db_header_ip(&w, &conf->local.addr, &conf->remote.addr, conf->udp_encap ? IPPROTO_UDP : IPPROTO_ESP);
	if (conf->udp_encap) {
		wr_u16(&w, conf->local.port);
		wr_u16(&w, conf->remote.port);
		wr_u32(&w, 0);
	}
	wr_u32(&w, conf->spi);
	wr_u32(&w, 0);
	sa->header_len = (uint8_t)w.len;
}

/* What ESP carries around GRE (RFC4303-2.6): GRE itself in transport mode, else the IP packet that delivers it. */
static uint8_t next_header(const struct db_gre *gre)
{
	if (gre->delivery_len == 0)
		return DB_GRE_PROTO;
	return gre->header[0] >> 4 == 6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
}

/*
 * What the SA puts around each passenger, or expects there.  Selectors speak of the GRE packet: where that has a header of its own, 'decap'
 * asks them; elsewhere the answer is the same for every packet, and given here.
 */
static enum err build_gre(struct db *db, struct db_sa *sa, const struct dp_sa *conf)
{
	struct dp_tunnel tunnel;
	struct db_gre *gre;

	if (!db_tunnel_get(db, conf->tunnel, &tunnel))
		return ERR_ABSENT;
	if (tunnel.mode == DP_TUNNEL_GRE)
		return ERR_UNSUPPORTED;
	if (!db_gre_selected(&tunnel, sa->ts, sa->ts_count))
		return ERR_MALFORMED;
	gre = (struct db_gre *)calloc(1, sizeof(*gre));
	if (gre == NULL)
		return ERR_NOMEM;
	db_gre_build(gre, &tunnel, conf->transport);
	sa->gre = gre;
	sa->flags = (uint16_t)(sa->flags | DB_SA_GRE | (conf->transport ? DB_SA_TRANSPORT : 0));
	if (conf->transport || conf->direction == DP_OUT)
		sa->flags |= DB_SA_ANY4 | DB_SA_ANY6;
	if (conf->direction == DP_OUT) {
		sa->gre_len = gre->len;
		sa->next = next_header(gre);
	}
	return ERR_OK;
}

void db_sa_set_sizes(struct db_sa *sa, uint8_t iv_len, uint8_t icv_len, uint8_t align)
{
	sa->iv_len = iv_len;
	sa->icv_len = icv_len;
	sa->align = align;
	sa->head_len = (uint8_t)(sa->header_len + iv_len + sa->gre_len);
	sa->fixed_len = (uint8_t)(sa->header_len + iv_len + icv_len);
	sa->clear_len = (uint8_t)(sa->gre_len + DB_SA_TRAILER);
}

static uint32_t ring_words(const struct dp_sa *conf)
{
	return conf->window == 0 ? 0 : db_state_words(conf->window);
}

static uint16_t flags_of(const struct dp_sa *conf)
{
	return (uint16_t)((conf->udp_encap ? DB_SA_UDP : 0) | (conf->esn ? DB_SA_ESN : 0) | (conf->allow_offload ? DB_SA_OFFLOAD : 0) |
			  (conf->local.addr.family == AF_INET6 ? DB_SA_V6 : 0));
}

static void build_end(struct db *db, struct db_sa *sa, const struct dp_sa *conf)
{
	sa->end.local = db_key_of(&conf->local.addr);
	sa->end.remote = db_key_of(&conf->remote.addr);
	sa->end.remote_port = conf->remote.port;
	sa->end.ring = db_state_ring(&db->state, sa->slot, sa->words);
}

/* A new configuration of the slot. */
static enum err build(struct db *db, const struct dp_sa *conf, uint32_t slot, struct db_sa *sa)
{
	const struct db_tunnel *t = db_tunnel_find(db, conf->tunnel);
	enum err err = compile_selectors(db, sa, conf);

	if (err == ERR_OK && t->mode != DP_TUNNEL_IPSEC)
		err = build_gre(db, sa, conf);
	if (err != ERR_OK)
		return err;
	sa->conf = db_sa_conf_new(conf);
	if (sa->conf == NULL)
		return ERR_NOMEM;
	sa->id = conf->id;
	sa->spi = conf->spi;
	sa->generation = db_state_generation(&db->state, conf->direction, slot);
	sa->tunnel = db_tunnel_index(db, t);
	sa->front_vrf = (uint8_t)t->front_vrf;
	sa->df = t->df;
	sa->window = conf->window;
	sa->words = (uint16_t)ring_words(conf);
	sa->owner = (uint8_t)(slot % db->limits.workers);
	sa->place_port = DB_PORT_NONE;
	sa->flags |= flags_of(conf);
	if (conf->direction == DP_IN) {
		sa->run.in = &db->state.in[slot];
		build_end(db, sa, conf);
	} else {
		sa->run.out = &db->state.out[slot];
		build_header(sa, conf);
	}
	return ERR_OK;
}

static void sa_free(struct db *db, struct db_sa *sa)
{
	db_sa_conf_free(sa->conf);
	db_selectors_release(&db->selectors, sa->ts);
	free((void *)(uintptr_t)sa->gre);
	free((void *)(uintptr_t)sa->raw);
	db_pool_give(&db->sas, sa);
}

/* ---- what control put ---- */

static size_t conf_size(size_t key_len, size_t integ_len)
{
	return offsetof(struct db_sa_conf, keys) + key_len + integ_len;
}

struct db_sa_conf *db_sa_conf_new(const struct dp_sa *put)
{
	struct secret room = { 0 };
	struct db_sa_conf *conf;

	if (secret_new(&room, conf_size(put->key.len, put->integ_key.len)) != ERR_OK)
		return NULL;
	conf = (struct db_sa_conf *)(void *)room.data;
	conf->soft_bytes = put->soft_bytes;
	conf->hard_bytes = put->hard_bytes;
	conf->soft_packets = put->soft_packets;
	conf->hard_packets = put->hard_packets;
	conf->port = put->port;
	conf->local_port = put->local.port;
	conf->remote_port = put->remote.port;
	conf->cipher = put->cipher;
	conf->integ = put->integ;
	conf->key_len = (uint8_t)put->key.len;
	conf->integ_len = (uint8_t)put->integ_key.len;
	if (put->key.len != 0)
		memcpy(conf->keys, put->key.data, put->key.len);
	if (put->integ_key.len != 0)
		memcpy(conf->keys + put->key.len, put->integ_key.data, put->integ_key.len);
	return conf;
}

void db_sa_conf_free(struct db_sa_conf *conf)
{
	struct secret room = { (uint8_t *)conf, conf == NULL ? 0 : conf_size(conf->key_len, conf->integ_len) };

	secret_fini(&room);
}

/* Both ends of a header, which begins with IP. */
struct header_ends {
	struct db_key src, dst;
};

static struct header_ends header_ends(const struct db_sa *sa)
{
	if ((sa->flags & DB_SA_V6) != 0)
		return (struct header_ends){ db_key_v6(sa->header + 8), db_key_v6(sa->header + 24) };
	return (struct header_ends){ db_key_v4(sa->header + 12), db_key_v4(sa->header + 16) };
}

struct db_key db_sa_local(const struct db_sa *sa)
{
	return sa->direction == DP_IN ? sa->end.local : header_ends(sa).src;
}

struct db_key db_sa_remote(const struct db_sa *sa)
{
	return sa->direction == DP_IN ? sa->end.remote : header_ends(sa).dst;
}

static struct secret view_of(struct bytes key)
{
	return (struct secret){ key.len == 0 ? NULL : (uint8_t *)(uintptr_t)key.data, key.len };
}

void db_sa_get(const struct db *db, const struct db_sa *sa, struct dp_sa *out)
{
	const struct db_sa_conf *conf = sa->conf;
	uint8_t family = (sa->flags & DB_SA_V6) != 0 ? AF_INET6 : AF_INET;

	memset(out, 0, offsetof(struct dp_sa, ts));
	out->id = sa->id;
	out->spi = sa->spi;
	out->tunnel = db->tunnel[sa->tunnel].id;
	out->port = conf->port;
	out->direction = sa->direction;
	out->cipher = conf->cipher;
	out->integ = conf->integ;
	out->esn = (sa->flags & DB_SA_ESN) != 0;
	out->udp_encap = (sa->flags & DB_SA_UDP) != 0;
	out->allow_offload = (sa->flags & DB_SA_OFFLOAD) != 0;
	out->transport = (sa->flags & DB_SA_TRANSPORT) != 0;
	out->window = sa->window;
	out->local.addr = db_key_addr(db_sa_local(sa), family);
	out->local.port = conf->local_port;
	out->remote.addr = db_key_addr(db_sa_remote(sa), family);
	out->remote.port = conf->remote_port;
	out->soft_bytes = conf->soft_bytes;
	out->hard_bytes = conf->hard_bytes;
	out->soft_packets = conf->soft_packets;
	out->hard_packets = conf->hard_packets;
	out->state = db_state_handle(&db->state, (enum dp_direction)sa->direction, sa->slot);
	out->key = view_of(db_sa_key(conf));
	out->integ_key = view_of(db_sa_integ_key(conf));
	out->ts_count = sa->ts_count;
	for (uint32_t i = 0; i < sa->ts_count; i++)
		out->ts[i] = db_ts_pair(&sa->ts[i]);
}

/* ---- slots ---- */

/* Names a life that this store still has: the put of an SA whose key was active before (sa-state 4). */
static enum err adopt_slot(struct db *db, const struct dp_sa *conf, uint32_t *slot)
{
	enum dp_direction d = (enum dp_direction)conf->direction;
	struct db_slots *s = &db->slots[d];
	const struct dp_state *h = &conf->state;
	enum err err;

	if (h->store != db->state.store || h->slot >= s->slots || !db_state_lives(&db->state, d, h->slot))
		return ERR_NEEDS_REKEY;
	if (d == DP_IN && conf->spi != (h->generation << s->bits | h->slot))
		return ERR_STALE;
	err = db_slots_use(s, h->generation << s->bits | h->slot);
	if (err != ERR_OK)
		return ERR_NEEDS_REKEY;
	db_state_resume(&db->state, d, h->slot, ring_words(conf));
	*slot = h->slot;
	return ERR_OK;
}

static enum err fresh_slot(struct db *db, const struct dp_sa *conf, uint32_t *slot)
{
	enum dp_direction d = (enum dp_direction)conf->direction;
	struct db_slots *s = &db->slots[d];
	uint32_t name = conf->spi;
	enum err err = d == DP_OUT ? db_slots_reserve(s, conf->allow_offload, &name) : ERR_OK;

	if (err != ERR_OK)
		return err;
	*slot = db_slots_of(s, name);
	if (d == DP_IN && s->status[*slot] == DB_SLOT_ADOPTABLE)
		return ERR_NEEDS_REKEY;
	err = db_slots_use(s, name);
	if (err == ERR_OK)
		db_state_begin(&db->state, d, *slot, ring_words(conf));
	return err;
}

/* ---- a put in three steps ---- */

/* What can't change without a new key: a new number space or window on an old one would be the disaster. */
static bool same_life(const struct db_sa *old, const struct dp_sa *conf)
{
	enum { FIXED = DB_SA_ESN | DB_SA_TRANSPORT };
	unsigned flags = (conf->esn ? DB_SA_ESN : 0u) | (conf->transport ? DB_SA_TRANSPORT : 0u);

	return old->direction == conf->direction && old->spi == conf->spi && old->window == conf->window && (old->flags & FIXED) == flags &&
	       old->conf->cipher == conf->cipher && old->conf->integ == conf->integ &&
	       secret_eq(db_sa_key(old->conf), secret_view(&conf->key)) &&
	       secret_eq(db_sa_integ_key(old->conf), secret_view(&conf->integ_key));
}

enum err db_sa_prepare(struct db *db, const struct dp_sa *conf, struct db_sa **out)
{
	const struct db_tunnel *t = db_tunnel_find(db, conf->tunnel);
	struct db_sa *old = db_sa_find(db, conf->id);
	enum err err = check(conf);
	struct db_sa *sa;
	uint32_t slot;

	if (err != ERR_OK)
		return err;
	if (t == NULL)
		return ERR_ABSENT;
	if (conf->transport && t->mode == DP_TUNNEL_IPSEC)
		return ERR_UNSUPPORTED;
	if (old != NULL && !same_life(old, conf))
		return ERR_EXISTS;
	if (old != NULL && old->fate != DB_SA_STAYS)
		return ERR_BUSY;
	sa = (struct db_sa *)db_pool_take(&db->sas);
	if (sa == NULL)
		return ERR_FULL;
	if (old != NULL)
		slot = old->slot;
	else
		err = conf->state.store != 0 ? adopt_slot(db, conf, &slot) : fresh_slot(db, conf, &slot);
	if (err != ERR_OK) {
		sa_free(db, sa);
		return err;
	}
	if (old != NULL)
		old->fate = DB_SA_YIELDS;
	sa->direction = conf->direction;
	sa->slot = slot;
	err = build(db, conf, slot, sa);
	if (err != ERR_OK) {
		db_sa_abandon(db, sa);
		return err;
	}
	*out = sa;
	return ERR_OK;
}

void db_sa_abandon(struct db *db, struct db_sa *sa)
{
	struct db_sa *old = *place_of(db, sa);

	if (old == NULL)
		db_slots_release(&db->slots[sa->direction], sa->slot);
	else
		old->fate = DB_SA_STAYS;
	sa_free(db, sa);
}

void db_sa_on_drop(struct db *db, db_sa_drop *drop, void *ctx)
{
	db->sa_drop = drop;
	db->sa_drop_ctx = ctx;
}

static void join_tunnel(struct db *db, struct db_sa *sa)
{
	struct db_sa **first = &db->tunnel[sa->tunnel].sas;

	sa->of_tunnel = *first;
	*first = sa;
}

static void leave_tunnel(struct db *db, const struct db_sa *sa)
{
	struct db_sa **at = &db->tunnel[sa->tunnel].sas;

	while (*at != sa)
		at = &(*at)->of_tunnel;
	*at = sa->of_tunnel;
}

static enum err dropped(void *ctx, void *object)
{
	struct db *db = (struct db *)ctx;
	struct db_sa *sa = (struct db_sa *)object;
	struct db_tunnel *t = &db->tunnel[sa->tunnel];
	struct dp_sa_stats s;

	if (db->sa_drop != NULL && db->sa_drop(db->sa_drop_ctx, sa) == ERR_AGAIN)
		return ERR_AGAIN;
	if (sa->fate == DB_SA_LAST) {
		db_sa_stats(sa, &s);
		t->past_packets[sa->direction] += s.packets;
		t->past_bytes[sa->direction] += s.bytes;
		db_slots_release(&db->slots[sa->direction], sa->slot);
		leave_tunnel(db, sa);
	}
	db_tunnel_unref(db, sa->tunnel);
	sa_free(db, sa);
	return ERR_OK;
}

static void retire(struct db *db, struct db_sa *sa)
{
	map_del(&db->sa_ids, &sa->by_id);
	db->tunnel[sa->tunnel].sa_count--;
	db_rcu_defer(db->rcu, dropped, db, sa);
}

/* The next mark at which the owner's slow path looks at the lifetime: the soft one, after it the hard one. */
static uint64_t mark(uint64_t soft, uint64_t hard, uint64_t used)
{
	if (soft != 0 && used < soft && (hard == 0 || soft < hard))
		return soft;
	return hard != 0 ? hard : UINT64_MAX;
}

static void set_limits(const struct db_sa *sa)
{
	struct db_state_in *in = sa->run.in;
	struct db_state_out *o = sa->run.out;
	bool inbound = sa->direction == DP_IN;
	uint64_t bytes = mark(sa->conf->soft_bytes, sa->conf->hard_bytes, inbound ? in->bytes : o->bytes);
	uint64_t packets = mark(sa->conf->soft_packets, sa->conf->hard_packets, inbound ? in->packets : o->packets);

	__atomic_store_n(inbound ? &in->limit_bytes : &o->limit_bytes, bytes, __ATOMIC_RELAXED);
	__atomic_store_n(inbound ? &in->limit_packets : &o->limit_packets, packets, __ATOMIC_RELAXED);
}

void db_sa_publish(struct db *db, struct db_sa *sa)
{
	struct db_sa *old = *place_of(db, sa);

	set_limits(sa);
	db_tunnel_ref(db, sa->tunnel);
	__atomic_store_n(place_of(db, sa), sa, __ATOMIC_RELEASE);
	db_touch(db);
	if (old != NULL) {
		leave_tunnel(db, old);
		retire(db, old);
	}
	map_add(&db->sa_ids, &sa->by_id, id_hash(db, sa->id));
	join_tunnel(db, sa);
	db->tunnel[sa->tunnel].sa_count++;
	if (sa->direction == DP_OUT)
		db_tunnel_found_sender(db, sa);
}

enum err db_sa_copy(struct db *db, uint32_t id, struct db_sa **out)
{
	const struct db_sa *old = db_sa_find(db, id);
	struct dp_sa conf;

	if (old == NULL)
		return ERR_ABSENT;
	db_sa_get(db, old, &conf);
	return db_sa_prepare(db, &conf, out);
}

enum err db_sa_del(struct db *db, uint32_t id)
{
	struct db_sa *sa = db_sa_find(db, id);

	if (sa == NULL)
		return ERR_ABSENT;
	if (sa->fate != DB_SA_STAYS)
		return ERR_BUSY;
	if (sa->direction == DP_OUT)
		db_tunnel_lost_sender(db, sa);
	__atomic_store_n(place_of(db, sa), NULL, __ATOMIC_RELEASE);
	sa->fate = DB_SA_LAST;
	retire(db, sa);
	return ERR_OK;
}

struct db_sa *db_sa_walk(const struct db *db, uint32_t *cursor)
{
	uint32_t slots = db->slot_mask + 1;

	while (*cursor < 2 * slots) {
		uint32_t i = (*cursor)++;
		struct db_sa *sa = i < slots ? db->sa_in[i] : db->sa_out[i - slots];

		if (sa != NULL)
			return sa;
	}
	return NULL;
}

void db_sa_stats(const struct db_sa *sa, struct dp_sa_stats *out)
{
	memset(out, 0, sizeof(*out));
	out->id = sa->id;
	out->placement = sa->placement;
	out->reason = sa->reason;
	if (sa->direction == DP_IN) {
		const struct db_state_in *in = sa->run.in;

		out->packets = __atomic_load_n(&in->packets, __ATOMIC_RELAXED);
		out->bytes = __atomic_load_n(&in->bytes, __ATOMIC_RELAXED);
		out->next_seq = __atomic_load_n(&in->top, __ATOMIC_RELAXED);
		out->replay_drops = __atomic_load_n(&in->replay_drops, __ATOMIC_RELAXED);
		out->auth_drops = __atomic_load_n(&in->auth_drops, __ATOMIC_RELAXED);
		out->other_drops = __atomic_load_n(&in->other_drops, __ATOMIC_RELAXED);
	} else {
		const struct db_state_out *o = sa->run.out;

		out->packets = __atomic_load_n(&o->packets, __ATOMIC_RELAXED);
		out->bytes = __atomic_load_n(&o->bytes, __ATOMIC_RELAXED);
		out->next_seq = __atomic_load_n(&o->next, __ATOMIC_RELAXED);
		out->other_drops = __atomic_load_n(&o->drops, __ATOMIC_RELAXED);
	}
}

void db_sa_forget(struct db *db)
{
	uint32_t cursor = 0;
	struct db_sa *sa;

	while ((sa = db_sa_walk(db, &cursor)) != NULL) {
		*place_of(db, sa) = NULL;
		sa_free(db, sa);
	}
}

uint32_t db_sa_reserve(struct db *db, bool low, uint32_t *spi, uint32_t count)
{
	uint32_t n = 0;

	while (n < count && db_slots_reserve(&db->slots[DP_IN], low, &spi[n]) == ERR_OK)
		n++;
	return n;
}
