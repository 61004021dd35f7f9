/* Features of interfaces: access lists, reverse path, TCP's segments.  Workers. */
#include "path/gate.h"

#include <netinet/in.h>
#include <stddef.h>

#include "path/classify.h"
#include "path/pkt/icmp.h"
#include "path/pkt/ip.h"
#include "path/pkt/mss.h"
#include "path/rate.h"

enum { TCP_FLAGS = 13, TCP_ACK_RST = 0x14, ND_FIRST = 133, ND_LAST = 137 };

/* What a packet is judged by; 'rules' NULL while its filter is gone. */
struct gate_case {
	struct path_pkt *p;
	struct db_gate *gate;
	const struct db_gate_side *side; /* of its family */
	struct db_rules *rules;
	bool filtered;
	struct db_rules_key key;
};
static_assert((int)DB_RULES_BATCH >= (int)PATH_BURST, "a burst is judged at once");

static struct db_gate *gate_of(const struct path_ctx *c, const struct path_pkt *p, bool tunnel)
{
	const uint32_t *index = tunnel ? &c->db->tunnel[p->tunnel].gate : &c->db->port[p->port].gate;

	return &c->db->gate[__atomic_load_n(index, __ATOMIC_ACQUIRE)];
}

static const struct db_gate_side *side_of(const struct db_gate *g, uint8_t family)
{
	return &g->side[family == AF_INET6 ? DP_V6 : DP_V4];
}

/* ---- dropping ---- */

void path_gate_refuse(struct path_ctx *c, struct path_pkt *p, const struct path_gate_place *at, enum path_drop why)
{
	if (!at->tunnel)
		path_drop(c, p, why);
	else if (at->way == DP_IN)
		path_drop_in(c, p, why);
	else
		path_drop_out(c, p, why);
}

static void deny(struct path_ctx *c, struct path_pkt *p, struct db_gate *g, const struct path_gate_place *at)
{
	__atomic_fetch_add(&g->acl_drops[at->way], 1, __ATOMIC_RELAXED);
	path_icmp_send(c, p, PATH_ICMP_PROHIBITED, 0);
	path_gate_refuse(c, p, at, at->way == DP_IN ? PATH_DROP_ACL_IN : PATH_DROP_ACL_OUT);
}

/* ---- access lists ---- */

/* False: no list is named. */
static inline bool find_rules(const struct path_ctx *c, const struct db_gate_side *side, enum dp_direction way, struct db_rules **out)
{
	uint32_t index = __atomic_load_n(&side->filter[way], __ATOMIC_ACQUIRE);

	if (index == 0)
		return false;
	*out = __atomic_load_n(&c->db->filter[index], __ATOMIC_ACQUIRE);
	return true;
}

static inline bool is_established(const struct path_pkt *p)
{
	return p->proto == IPPROTO_TCP && p->l4 + (uint32_t)TCP_FLAGS < p->len && (p->ip[p->l4 + TCP_FLAGS] & TCP_ACK_RST) != 0;
}

void path_gate_key(const struct path_pkt *p, struct db_rules_key *k)
{
	const uint8_t *l4 = p->ip + p->l4;

	memset(k, 0, offsetof(struct db_rules_key, addr));
	k->proto = p->proto;
	if (p->family == AF_INET6)
		memcpy(k->addr, p->ip + 8, 32);
	else
		memcpy(k->addr, p->ip + 12, 8);
	if ((p->flags & PATH_F_FRAGMENT) != 0 || p->l4 + 4u > p->len) {
		k->bits = DB_RULES_HIDDEN;
		return;
	}
	if (p->proto == IPPROTO_TCP || p->proto == IPPROTO_UDP) {
		memcpy(k->port, l4, sizeof(k->port));
	} else if (p->proto == IPPROTO_ICMP || p->proto == IPPROTO_ICMPV6) {
		k->type = l4[0];
		k->code = l4[1];
	}
	if (is_established(p))
		k->bits = DB_RULES_ESTABLISHED;
}

/* Neighbour discovery (RFC4861): without it the port has no neighbours, whatever its list says. */
static inline bool is_neighbour(const struct path_pkt *p)
{
	return p->family == AF_INET6 && p->proto == IPPROTO_ICMPV6 && p->l4 < p->len && p->ip[p->l4] >= ND_FIRST && p->ip[p->l4] <= ND_LAST;
}

/* The box's own packets leave as they are, as on the router; what came to it doesn't. */
static inline bool is_filtered(const struct path_pkt *p, const struct path_gate_place *at)
{
	if (!at->tunnel && is_neighbour(p))
		return false;
	return at->way == DP_IN || (p->flags & (PATH_F_HOST | PATH_F_MADE)) == 0;
}

/* One run of the burst that a single list judges: those from 'from' on.  Returns where it ends. */
static uint32_t judge_run(struct path_ctx *c, const struct gate_case *all, uint32_t count, uint32_t from, uint32_t *permitted)
{
	const struct db_rules_key *key[PATH_BURST];
	struct db_rules *rules = all[from].rules;
	uint32_t to = from;

	while (to < count && all[to].filtered && all[to].rules == rules) {
		key[to - from] = &all[to].key;
		to++;
	}
	if (rules != NULL)
		*permitted |= db_rules_match(rules, key, to - from, c->worker) << from;
	return to;
}

/* By bit: what no list denies. */
static uint32_t judge(struct path_ctx *c, const struct gate_case *all, uint32_t count)
{
	uint32_t permitted = 0;
	uint32_t i = 0;

	while (i < count) {
		if (all[i].filtered)
			i = judge_run(c, all, count, i, &permitted);
		else
			permitted |= UINT32_C(1) << i++;
	}
	return permitted;
}

/* ---- the source's route ---- */

static bool leads_back(const struct path_ctx *c, uint32_t hop, bool tunnel, const struct path_pkt *p)
{
	switch (db_hop_action(hop)) {
	case DB_HOP_TUNNEL:
		return tunnel && db_hop_index(hop) == p->tunnel;
	case DB_HOP_PORT:
		return !tunnel && db_hop_index(hop) == p->port;
	case DB_HOP_ADJ:
		return !tunnel && __atomic_load_n(&c->db->adj[db_hop_index(hop)].port, __ATOMIC_RELAXED) == p->port;
	default:
		return false;
	}
}

/* Whether 'hop', the route to its source, is what 'how' (enum dp_urpf) asks for. */
static inline bool has_way_back(const struct path_ctx *c, uint32_t hop, uint8_t how, bool tunnel, const struct path_pkt *p)
{
	if (how == DP_URPF_ANY)
		return db_hop_action(hop) != DB_HOP_NONE && db_hop_action(hop) != DB_HOP_DROP;
	return leads_back(c, hop, tunnel, p);
}

/* What isn't forwarded anyway (multicast, link-local) is 'fib's business. */
static inline bool may_come(const struct path_ctx *c, const struct gate_case *i, const struct path_gate_place *at)
{
	uint8_t how = __atomic_load_n(&i->side->urpf, __ATOMIC_RELAXED);
	const struct path_pkt *p = i->p;
	uint32_t hop;

	if (how == DP_URPF_OFF || at->way == DP_OUT || path_ip_scope(p) != PATH_SCOPE_ROUTED)
		return true;
	hop = db_memo_lookup(c->memo, c->db, p->vrf, p->family == AF_INET6, path_ip_src(p));
	return has_way_back(c, hop, how, at->tunnel, p);
}

static void spoofed(struct path_ctx *c, struct path_pkt *p, struct db_gate *g, const struct path_gate_place *at)
{
	__atomic_fetch_add(&g->urpf_drops, 1, __ATOMIC_RELAXED);
	path_gate_refuse(c, p, at, PATH_DROP_URPF);
}

/* ---- lists of packets ---- */

static inline void begin(const struct path_ctx *c, struct gate_case *i, struct path_pkt *p, const struct path_gate_place *at)
{
	i->p = p;
	i->gate = gate_of(c, p, at->tunnel);
	i->side = side_of(i->gate, p->family);
	i->rules = NULL;
	i->filtered = find_rules(c, i->side, at->way, &i->rules) && is_filtered(p, at);
	if (i->filtered)
		path_gate_key(p, &i->key);
}

/* What an access list lets pass; false: dropped. */
static inline bool pass(struct path_ctx *c, const struct gate_case *i, const struct path_gate_place *at)
{
	uint16_t mss = __atomic_load_n(&i->side->mss, __ATOMIC_RELAXED);

	if (!may_come(c, i, at)) {
		spoofed(c, i->p, i->gate, at);
		return false;
	}
	if (mss != 0)
		path_mss_clamp(i->p, mss);
	return true;
}

/* Leaves in 'l' what passes. */
static void run(struct path_ctx *c, struct path_list *l, const struct path_gate_place *at)
{
	struct gate_case all[PATH_BURST];
	uint32_t count = l->count;
	uint32_t permitted;
	bool served = false;

	for (uint32_t i = 0; i < count; i++) {
		begin(c, &all[i], l->pkt[i], at);
		served |= __atomic_load_n(&all[i].gate->service[at->way], __ATOMIC_RELAXED) != NULL;
	}
	permitted = judge(c, all, count);
	l->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		if ((permitted >> i & 1) == 0)
			deny(c, all[i].p, all[i].gate, at);
		else if (pass(c, &all[i], at))
			path_list_add(l, all[i].p);
	}
	if (served)
		path_rate_run(c, l, at);
}

void path_gate_port_in(struct path_ctx *c)
{
	static const struct path_gate_place at = { .tunnel = false, .way = DP_IN };

	if (c->gated.count == 0)
		return;
	run(c, &c->gated, &at);
	for (uint32_t i = 0; i < c->gated.count; i++)
		path_classify_passed(c, c->gated.pkt[i]);
	c->gated.count = 0;
}

void path_gate_tunnel_in(struct path_ctx *c)
{
	static const struct path_gate_place at = { .tunnel = true, .way = DP_IN };

	if (c->gated.count == 0)
		return;
	run(c, &c->gated, &at);
	for (uint32_t i = 0; i < c->gated.count; i++)
		path_list_add(&c->plain, c->gated.pkt[i]);
	c->gated.count = 0;
}

void path_gate_port_out(struct path_ctx *c)
{
	static const struct path_gate_place at = { .tunnel = false, .way = DP_OUT };

	if (c->gated.count == 0)
		return;
	run(c, &c->gated, &at);
}

bool path_gate_frame_out(struct path_ctx *c, struct path_pkt *p)
{
	static const struct path_gate_place at = { .tunnel = false, .way = DP_OUT };
	struct path_list one = { .count = 1, .pkt = { p } };

	if (p->family == 0 || is_neighbour(p) || __atomic_load_n(&c->db->port[p->port].gate, __ATOMIC_ACQUIRE) == 0)
		return true;
	path_rate_run(c, &one, &at);
	return one.count != 0;
}

void path_gate_tunnel_out(struct path_ctx *c)
{
	static const struct path_gate_place at = { .tunnel = true, .way = DP_OUT };
	struct path_list fresh = { .count = 0 };
	uint32_t kept = 0;

	for (uint32_t i = 0; i < c->tunnel.count; i++) {
		struct path_pkt *p = c->tunnel.pkt[i];

		if ((p->flags & PATH_F_GATED) != 0) {
			c->tunnel.pkt[kept++] = p;
			continue;
		}
		p->flags |= PATH_F_GATED;
		path_list_add(&fresh, p);
	}
	c->tunnel.count = kept;
	run(c, &fresh, &at);
	for (uint32_t i = 0; i < fresh.count; i++)
		path_list_add(&c->tunnel, fresh.pkt[i]);
}

/* ---- packets that aren't in host memory ---- */

static void put_addr(uint8_t *to, struct db_key k, uint32_t len)
{
	uint64_t word[2] = { __builtin_bswap64(k.hi), __builtin_bswap64(k.lo) };

	memcpy(to, word, len);
}

void path_gate_esp_key(const struct db_sa *sa, bool out, struct db_rules_key *k)
{
	uint32_t len = (sa->flags & DB_SA_V6) != 0 ? 16 : 4;

	memset(k, 0, sizeof(*k));
	k->proto = IPPROTO_ESP;
	if ((sa->flags & DB_SA_UDP) != 0) {
		k->proto = IPPROTO_UDP;
		path_ip_put16(k->port, out ? PATH_NATT_PORT : sa->conf->remote_port);
		path_ip_put16(k->port + 2, out ? sa->conf->remote_port : PATH_NATT_PORT);
	}
	put_addr(k->addr, out ? db_sa_local(sa) : db_sa_remote(sa), len);
	put_addr(k->addr + len, out ? db_sa_remote(sa) : db_sa_local(sa), len);
}

static bool permits_esp(const struct path_ctx *c, const struct db_gate *g, const struct db_sa *sa, enum dp_direction way)
{
	struct db_rules_key key;
	const struct db_rules_key *const one = &key;
	struct db_rules *rules;

	if (!find_rules(c, side_of(g, (sa->flags & DB_SA_V6) != 0 ? AF_INET6 : AF_INET), way, &rules))
		return true;
	path_gate_esp_key(sa, way == DP_OUT, &key);
	return rules != NULL && db_rules_match(rules, &one, 1, c->worker) != 0;
}

bool path_gate_outer(struct path_ctx *c, struct path_pkt *p)
{
	struct db_gate *g = gate_of(c, p, false);

	if (permits_esp(c, g, p->sa, DP_OUT))
		return path_rate_outer(c, p);
	__atomic_fetch_add(&g->acl_drops[DP_OUT], 1, __ATOMIC_RELAXED);
	path_drop_out(c, p, PATH_DROP_ACL_OUT);
	return false;
}

bool path_gate_inner(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_sa *sa = p->sa;
	bool v6 = (sa->flags & DB_SA_V6) != 0;
	struct db_gate *g = gate_of(c, p, false);
	bool permitted = permits_esp(c, g, sa, DP_IN);
	uint8_t how = __atomic_load_n(&side_of(g, v6 ? AF_INET6 : AF_INET)->urpf, __ATOMIC_RELAXED);

	if (permitted && (how == DP_URPF_OFF || has_way_back(c, db_vrf_lookup(&c->db->vrf[p->vrf], v6, sa->end.remote), how, false, p)))
		return path_rate_inner(c, p);
	__atomic_fetch_add(permitted ? &g->urpf_drops : &g->acl_drops[DP_IN], 1, __ATOMIC_RELAXED);
	path_drop_in(c, p, permitted ? PATH_DROP_URPF : PATH_DROP_ACL_IN);
	return false;
}
