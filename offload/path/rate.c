/*
 * Service policies.  A packet is in a class, and in those which that one is in.  From the inside out it is policed and marked, then it waits for
 * its turn at each that is shaped, one after the other: a class that is behind its rate holds up nobody else's.  What would wait too long is
 * dropped as it comes.  Workers.
 */
#include "path/rate.h"

#include "path/gate.h"
#include "path/pkt/hand.h"
#include "path/pkt/hold.h"
#include "path/pkt/ip.h"
#include "path/pkt/meter.h"

enum { NS_PER_MS = 1000000, ECN = 3, DSCP_SHIFT = 2 };
static_assert((int)DP_SHAPE_MS < (int)PATH_HOLD_MS, "what may wait fits the wheel");

/* A packet as a policy sees it. */
struct view {
	struct path_pkt *p;
	const struct db_sa *esp; /* it is the ESP packet of this SA, which isn't in host memory; NULL: it is 'p' itself */
	bool out;
	uint8_t family;
	uint8_t tos;
	uint16_t len;
	bool keyed;
	struct db_rules_key key;
};

static void view_plain(struct view *v, struct path_pkt *p, bool out)
{
	*v = (struct view){ .p = p, .out = out, .family = p->family, .tos = p->tos, .len = p->len };
}

static void view_esp(struct view *v, struct path_pkt *p, bool out)
{
	const struct db_sa *sa = p->sa;

	*v = (struct view){ .p = p, .esp = sa, .out = out, .tos = p->tos };
	v->family = (sa->flags & DB_SA_V6) != 0 ? AF_INET6 : AF_INET;
	v->len = (uint16_t)db_sa_outer_len(sa, p->len);
}

/* ---- classes ---- */

static bool permitted(const struct path_ctx *c, struct view *v, uint32_t filter)
{
	struct db_rules *rules = __atomic_load_n(&c->db->filter[filter], __ATOMIC_ACQUIRE);
	const struct db_rules_key *const key = &v->key;

	if (rules == NULL || rules->v6 != (v->family == AF_INET6))
		return false;
	if (!v->keyed && v->esp != NULL)
		path_gate_esp_key(v->esp, v->out, &v->key);
	else if (!v->keyed)
		path_gate_key(v->p, &v->key);
	v->keyed = true;
	return db_rules_match(rules, &key, 1, c->worker) != 0;
}

static bool matches_one(const struct path_ctx *c, struct view *v, const struct db_match *m)
{
	bool is = (m->families >> (v->family == AF_INET6 ? DP_V6 : DP_V4) & 1) != 0;

	if (is && m->kind == DP_MATCH_DSCP)
		is = (m->dscp >> (v->tos >> DSCP_SHIFT) & 1) != 0;
	else if (is && m->kind == DP_MATCH_FILTER)
		is = permitted(c, v, m->filter);
	return is != m->inverted;
}

/* The first match that decides does: one that fits where any suffices, one that doesn't where all must. */
static bool matches(const struct path_ctx *c, struct view *v, const struct db_policy *policy, const struct db_traffic *t)
{
	const struct db_match *m = &policy->match[t->match];

	for (uint32_t i = 0; i < t->match_count; i++)
		if (matches_one(c, v, &m[i]) == t->any)
			return t->any;
	return t->match_count == 0 || !t->any;
}

/* The innermost class of the packet, or DB_TRAFFIC_NONE. */
static uint16_t classify(const struct path_ctx *c, struct view *v, const struct db_policy *policy)
{
	uint16_t found = DB_TRAFFIC_NONE, end = policy->count;
	uint16_t i = 0;

	while (i < end) {
		const struct db_traffic *t = &policy->traffic[i];

		if (matches(c, v, policy, t)) {
			found = i++;
			end = t->end;
		} else {
			i = t->end;
		}
	}
	return found;
}

/* ---- policing and marking ---- */

static void add(uint64_t *count, uint64_t by)
{
	__atomic_fetch_add(count, by, __ATOMIC_RELAXED);
}

/* The packet itself, or the one around it, whose header is yet to be made. */
static void mark(struct view *v, struct db_rate *r, uint8_t dscp)
{
	uint8_t tos = (uint8_t)(dscp << DSCP_SHIFT | (v->tos & ECN));

	add(&r->marked, 1);
	if (v->tos == tos)
		return;
	if (v->esp == NULL)
		path_ip_set_tos(v->p->ip, v->family, tos);
	v->tos = tos;
	if (v->esp == NULL || v->out)
		v->p->tos = tos;
}

static void count_color(struct db_rate *r, enum dp_color color, uint32_t len)
{
	if (color == DP_EXCEED) {
		add(&r->exceeded, 1);
		add(&r->exceeded_bytes, len);
	} else if (color == DP_VIOLATE) {
		add(&r->violated, 1);
		add(&r->violated_bytes, len);
	}
}

/* False: the class drops it. */
static bool police(const struct path_ctx *c, struct view *v, const struct db_traffic *t, struct db_rate *r)
{
	enum dp_color color;

	add(&r->packets, 1);
	add(&r->bytes, v->len);
	if (t->has_dscp)
		mark(v, r, t->dscp);
	if (t->police.cir == 0)
		return true;
	color = path_meter_color(r, t, v->len, c->now_ms * NS_PER_MS);
	count_color(r, color, v->len);
	if (t->police.action[color] == DP_POLICE_MARK)
		mark(v, r, t->police.dscp[color]);
	if (t->police.action[color] != DP_POLICE_DROP)
		return true;
	add(&r->policed, 1);
	return false;
}

/* Those further out count what the inner one drops, too: it is theirs. */
static bool admit(const struct path_ctx *c, struct view *v, const struct db_service *s, uint16_t from)
{
	for (uint16_t i = from; i != DB_TRAFFIC_NONE; i = s->policy->traffic[i].parent) {
		if (police(c, v, &s->policy->traffic[i], &c->db->rate[s->rate[i]]))
			continue;
		for (i = s->policy->traffic[i].parent; i != DB_TRAFFIC_NONE; i = s->policy->traffic[i].parent) {
			add(&c->db->rate[s->rate[i]].packets, 1);
			add(&c->db->rate[s->rate[i]].bytes, v->len);
		}
		return false;
	}
	return true;
}

/* ---- shaping ---- */

enum turn { TURN_NOW, TURN_LATER, TURN_NEVER };

/* Its turn at each class from 'w->traffic' outward. */
static enum turn wait_turn(struct path_ctx *c, const struct db_service *s, struct path_wait *w)
{
	while (w->traffic != DB_TRAFFIC_NONE) {
		const struct db_traffic *t = &s->policy->traffic[w->traffic];
		struct db_rate *r = &c->db->rate[s->rate[w->traffic]];
		uint64_t start;
		bool fits;

		w->traffic = t->parent;
		if (t->shape_bps == 0)
			continue;
		fits = path_meter_turn(r, t->shape_bps, w->len, c->now_ms * NS_PER_MS, (uint64_t)DP_SHAPE_MS * NS_PER_MS, &start);
		if (fits && start / NS_PER_MS <= c->now_ms)
			continue;
		if (fits && path_hold_take(c->hold, w, c->now_ms, start / NS_PER_MS)) {
			add(&r->delayed, 1);
			return TURN_LATER;
		}
		add(&r->lost, 1);
		return TURN_NEVER;
	}
	return TURN_NOW;
}

static enum turn shape(struct path_ctx *c, const struct view *v, const struct db_service *s, uint16_t from, enum path_wait_at at)
{
	const struct path_pkt *p = v->p;
	struct path_wait w = { .m = p->m, .tunnel = p->tunnel, .serial = s->policy->serial, .traffic = from, .len = v->len };

	w.id = c->db->tunnel[p->tunnel].id;
	w.vrf = p->vrf;
	w.flags = p->flags;
	w.at = (uint8_t)at;
	w.port = p->port;
	w.tos = v->tos;
	return wait_turn(c, s, &w);
}

/* ---- at interfaces ---- */

static const struct db_service *service_of(const struct path_ctx *c, const uint32_t *gate, enum dp_direction way)
{
	const struct db_gate *g = &c->db->gate[__atomic_load_n(gate, __ATOMIC_ACQUIRE)];

	return __atomic_load_n(&g->service[way], __ATOMIC_ACQUIRE);
}

/* PATH_DROP_COUNT: it goes on. */
static enum path_drop come(const struct path_ctx *c, struct view *v, const struct db_service *s)
{
	uint16_t in;

	if (s == NULL)
		return PATH_DROP_COUNT;
	in = classify(c, v, s->policy);
	return admit(c, v, s, in) ? PATH_DROP_COUNT : PATH_DROP_POLICED;
}

/* The same; '*waits': it doesn't, and isn't dropped. */
static enum path_drop go(struct path_ctx *c, struct view *v, const struct db_service *s, enum path_wait_at at, bool *waits)
{
	enum turn turn;
	uint16_t in;

	*waits = false;
	if (s == NULL)
		return PATH_DROP_COUNT;
	in = classify(c, v, s->policy);
	if (!admit(c, v, s, in))
		return PATH_DROP_POLICED;
	turn = shape(c, v, s, in, at);
	*waits = turn == TURN_LATER;
	return turn == TURN_NEVER ? PATH_DROP_SHAPED : PATH_DROP_COUNT;
}

void path_rate_run(struct path_ctx *c, struct path_list *l, const struct path_gate_place *at)
{
	uint32_t count = l->count;

	l->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct path_pkt *p = l->pkt[i];
		const struct db_service *s =
			service_of(c, at->tunnel ? &c->db->tunnel[p->tunnel].gate : &c->db->port[p->port].gate, at->way);
		bool waits = false;
		enum path_drop why;
		struct view v;

		view_plain(&v, p, at->way == DP_OUT);
		if (at->way == DP_IN)
			why = come(c, &v, s);
		else
			why = go(c, &v, s, at->tunnel ? PATH_WAIT_TUNNEL : PATH_WAIT_PORT, &waits);
		if (why != PATH_DROP_COUNT)
			path_gate_refuse(c, p, at, why);
		else if (!waits)
			path_list_add(l, p);
	}
}

bool path_rate_outer(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_service *s = service_of(c, &c->db->port[p->port].gate, DP_OUT);
	enum path_drop why;
	struct view v;
	bool waits;

	view_esp(&v, p, true);
	why = go(c, &v, s, PATH_WAIT_OUTER, &waits);
	if (why != PATH_DROP_COUNT)
		path_drop_out(c, p, why);
	return why == PATH_DROP_COUNT && !waits;
}

bool path_rate_inner(struct path_ctx *c, struct path_pkt *p)
{
	enum path_drop why;
	struct view v;

	view_esp(&v, p, false);
	why = come(c, &v, service_of(c, &c->db->port[p->port].gate, DP_IN));
	if (why != PATH_DROP_COUNT)
		path_drop_in(c, p, why);
	return why == PATH_DROP_COUNT;
}

/* ---- whose turn has come ---- */

static const struct db_service *service_waited(const struct path_ctx *c, const struct path_wait *w)
{
	const uint32_t *gate = w->at == PATH_WAIT_TUNNEL ? &c->db->tunnel[w->tunnel].gate : &c->db->port[w->port].gate;
	const struct db_service *s = service_of(c, gate, DP_OUT);

	return s != NULL && s->policy->serial == w->serial ? s : NULL;
}

/* To its tunnel, if that is still the one; without one its way is looked for again, which may be another now, unless it is a frame of the host's. */
static void resume(struct path_ctx *c, struct path_pkt *p, const struct path_wait *w)
{
	struct path_hand hand = { .m = w->m, .tunnel = w->tunnel, .vrf = w->vrf, .flags = w->flags, .stage = PATH_AT_FIB, .port = w->port };
	const struct db_tunnel *t = &c->db->tunnel[w->tunnel];

	hand.flags |= w->at == PATH_WAIT_TUNNEL ? 0 : PATH_F_PORTED;
	if (w->at != PATH_WAIT_PORT) {
		if (!__atomic_load_n(&t->live, __ATOMIC_ACQUIRE) || t->id != w->id) {
			path_drop(c, p, PATH_DROP_TUNNEL_DOWN);
			return;
		}
		hand.stage = PATH_AT_ENCAP;
		hand.vrf = __atomic_load_n(&t->inner_vrf, __ATOMIC_RELAXED);
	}
	if ((w->flags & PATH_F_FRAME) != 0)
		hand.stage = PATH_AT_FRAME;
	path_hand_resume(c, p, &hand);
	p->tos = w->tos;
}

uint32_t path_rate_resume(struct path_ctx *c)
{
	struct path_wait w;
	uint32_t n = 0;

	while (n < PATH_BURST && path_hold_next(c->hold, c->now_ms, &w)) {
		const struct db_service *s = service_waited(c, &w);
		struct path_pkt *p = &c->pkt[n];
		enum turn turn = s == NULL ? TURN_NOW : wait_turn(c, s, &w);

		if (turn == TURN_LATER)
			continue;
		path_pkt_begin(p, w.m, w.port, w.vrf);
		p->tunnel = w.tunnel;
		if (turn == TURN_NOW)
			resume(c, p, &w);
		else if (w.at == PATH_WAIT_PORT)
			path_drop(c, p, PATH_DROP_SHAPED);
		else
			path_drop_out(c, p, PATH_DROP_SHAPED);
		n++;
	}
	return n;
}
