/* Into the tunnel: which SA sends.  Three short loops, so that each packet's lines are on their way meanwhile. */
#include "path/encap.h"

#include <rte_prefetch.h>

#include "path/pkt/hand.h"
#include "path/pkt/ip.h"

enum { SA_LINES = 2, SESSION_LINES = 3, LINE = 64 };

static void prefetch_slot(const struct path_ctx *c, const struct path_pkt *p)
{
	uint32_t slot = __atomic_load_n(&c->db->tunnel[p->tunnel].sa_out, __ATOMIC_ACQUIRE);

	if (slot <= c->db->slot_mask) {
		rte_prefetch0(&c->db->sa_out[slot]);
		rte_prefetch0(&c->db->state.out[slot]);
	}
}

static void find_sa(const struct path_ctx *c, struct path_pkt *p)
{
	p->sa = db_sa_out(c->db, __atomic_load_n(&c->db->tunnel[p->tunnel].sa_out, __ATOMIC_ACQUIRE));
	for (int i = 0; p->sa != NULL && i < SA_LINES; i++)
		rte_prefetch0((const uint8_t *)p->sa + LINE * i);
}

static void enter(struct path_ctx *c, struct path_pkt *p)
{
	struct db_tunnel *t = &c->db->tunnel[p->tunnel];
	const struct db_sa *sa = p->sa;

	/* A slot may have been reused since: an SA says which tunnel it is of. */
	if (sa == NULL || sa->tunnel != p->tunnel || !__atomic_load_n(&t->live, __ATOMIC_RELAXED)) {
		p->sa = NULL;
		path_drop_out(c, p, __atomic_load_n(&t->live, __ATOMIC_RELAXED) ? PATH_DROP_NO_SA : PATH_DROP_TUNNEL_DOWN);
		return;
	}
	if (sa->owner != c->worker) {
		path_hand_over(c, p, sa->owner, PATH_AT_ENCAP);
		return;
	}
	if (!path_ip_selected(p, sa, true)) {
		path_drop_out(c, p, PATH_DROP_TS_OUT);
		return;
	}
	for (int i = 0; i < SESSION_LINES; i++)
		rte_prefetch0((const uint8_t *)sa->session + LINE * i);
	if (__atomic_load_n(&t->last_out_ms, __ATOMIC_RELAXED) != c->now_ms)
		__atomic_store_n(&t->last_out_ms, c->now_ms, __ATOMIC_RELAXED);
	path_list_add(&c->outer, p);
}

void path_encap(struct path_ctx *c)
{
	for (uint32_t i = 0; i < c->tunnel.count; i++)
		prefetch_slot(c, c->tunnel.pkt[i]);
	for (uint32_t i = 0; i < c->tunnel.count; i++)
		find_sa(c, c->tunnel.pkt[i]);
	for (uint32_t i = 0; i < c->tunnel.count; i++)
		enter(c, c->tunnel.pkt[i]);
	c->tunnel.count = 0;
}
