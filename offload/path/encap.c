/* Into the tunnel: which SA sends.  Three short loops, so that each packet's lines are on their way meanwhile. */
#include "path/encap.h"

#include <rte_prefetch.h>

#include "path/gate.h"
#include "path/pkt/hand.h"
#include "path/pkt/ip.h"

enum { SA_LINES = 2, LINE = 64 };

/* The gate of its tunnel; 0: none. */
static uint32_t prefetch_slot(const struct path_ctx *c, const struct path_pkt *p)
{
	uint32_t slot = __atomic_load_n(&c->db->tunnel[p->tunnel].sa_out, __ATOMIC_ACQUIRE);

	if (slot <= c->db->slot_mask) {
		rte_prefetch0(&c->db->sa_out[slot]);
		rte_prefetch0(&c->db->state.out[slot]);
	}
	return __atomic_load_n(&c->db->tunnel[p->tunnel].gate, __ATOMIC_ACQUIRE);
}

static void find_sa(const struct path_ctx *c, struct path_pkt *p)
{
	p->sa = db_sa_out(c->db, __atomic_load_n(&c->db->tunnel[p->tunnel].sa_out, __ATOMIC_ACQUIRE));
	for (int i = 0; p->sa != NULL && i < SA_LINES; i++)
		rte_prefetch0((const uint8_t *)p->sa + LINE * i);
}

/* A slot may have been reused since: an SA says which tunnel it is of. */
static bool is_of(const struct db_sa *sa, const struct path_pkt *p)
{
	return sa != NULL && sa->tunnel == p->tunnel;
}

/* Several children share the tunnel: the next that lets the packet pass; NULL: none does. */
static const struct db_sa *find_other(const struct path_ctx *c, const struct path_pkt *p)
{
	const struct db_senders *more = __atomic_load_n(&c->db->tunnel[p->tunnel].more, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; more != NULL && i < more->count; i++) {
		const struct db_sa *sa = db_sa_out(c->db, __atomic_load_n(&more->slot[i], __ATOMIC_ACQUIRE));

		if (is_of(sa, p) && path_ip_selected(p, sa, true))
			return sa;
	}
	return NULL;
}

/* The SA that lets the packet pass; false: dropped. */
static bool choose(struct path_ctx *c, struct path_pkt *p)
{
	bool live = __atomic_load_n(&c->db->tunnel[p->tunnel].live, __ATOMIC_RELAXED);
	bool first = is_of(p->sa, p);

	if (live && first && path_ip_selected(p, p->sa, true))
		return true;
	p->sa = live ? find_other(c, p) : NULL;
	if (p->sa != NULL)
		return true;
	path_drop_out(c, p, !live ? PATH_DROP_TUNNEL_DOWN : first ? PATH_DROP_TS_OUT : PATH_DROP_NO_SA);
	return false;
}

static void stamp(struct db_tunnel *t, uint64_t now_ms)
{
	if (__atomic_load_n(&t->last_out_ms, __ATOMIC_RELAXED) != now_ms)
		__atomic_store_n(&t->last_out_ms, now_ms, __ATOMIC_RELAXED);
}

static void enter(struct path_ctx *c, struct path_pkt *p)
{
	struct db_tunnel *t = &c->db->tunnel[p->tunnel];
	const struct db_sa *sa;

	if (p->sa == NULL && __atomic_load_n(&t->mode, __ATOMIC_RELAXED) == DP_TUNNEL_GRE) {
		stamp(t, c->now_ms);
		path_list_add(&c->carried, p);
		return;
	}
	if (!choose(c, p))
		return;
	sa = p->sa;
	if (sa->owner != c->worker) {
		path_hand_over(c, p, sa->owner, PATH_AT_ENCAP);
		return;
	}
	stamp(t, c->now_ms);
	path_list_add(&c->outer, p);
}

void path_encap(struct path_ctx *c)
{
	uint32_t gates = 0;

	for (uint32_t i = 0; i < c->tunnel.count; i++)
		gates |= prefetch_slot(c, c->tunnel.pkt[i]);
	if (gates != 0)
		path_gate_tunnel_out(c);
	for (uint32_t i = 0; i < c->tunnel.count; i++)
		find_sa(c, c->tunnel.pkt[i]);
	for (uint32_t i = 0; i < c->tunnel.count; i++)
		enter(c, c->tunnel.pkt[i]);
	c->tunnel.count = 0;
}
