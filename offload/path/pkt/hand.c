/*
 * Packets that leave the straight way: made here (fragments, ICMP), or owned by another worker.  An SA's direction
 * has one owner, so its numbers and window need no atomics; the owner parses again rather than trust a context.
 */
#include "path/pkt/hand.h"

#include <rte_mbuf.h>
#include <rte_ring.h>

#include "path/fib.h"
#include "path/pkt/ip.h"

static void lose(struct path_ctx *c, struct rte_mbuf *m, enum path_drop why)
{
	struct path_pkt p = { .m = m };

	path_drop(c, &p, why);
}

void path_hand_again(struct path_ctx *c, const struct path_hand *h)
{
	if (c->again_count == PATH_AGAIN_MAX) {
		lose(c, h->m, PATH_DROP_FRAGMENT);
		return;
	}
	c->again[(c->again_head + c->again_count++) % PATH_AGAIN_MAX] = *h;
}

void path_hand_over(struct path_ctx *c, struct path_pkt *p, uint32_t owner, enum path_stage stage)
{
	struct path_hand h = { .m = p->m, .tunnel = p->tunnel, .vrf = p->vrf, .flags = p->flags, .stage = (uint8_t)stage, .port = p->port };

	if (owner >= c->worker_count || c->to[owner] == NULL || rte_ring_sp_enqueue_elem(c->to[owner], &h, sizeof(h)) != 0) {
		path_drop(c, p, PATH_DROP_HAND_OFF);
		return;
	}
	path_count(c, PATH_COUNT_HANDED, 1);
}

void path_hand_resume(struct path_ctx *c, struct path_pkt *p, const struct path_hand *h)
{
	enum path_drop why;

	path_pkt_begin(p, h->m, h->port, h->vrf);
	p->tunnel = h->tunnel;
	p->hop = h->hop;
	p->flags = (uint16_t)(h->flags & ~(PATH_F_FRAGMENT | PATH_F_FRAGMENTED));
	if (h->stage == PATH_AT_CLASSIFY) {
		p->flags |= PATH_F_HANDED;
		path_list_add(&c->in, p);
		return;
	}
	why = path_ip_parse(p);
	if (why != PATH_DROP_COUNT) {
		path_drop(c, p, why);
		return;
	}
	switch (h->stage) {
	case PATH_AT_ENCAP:
		path_list_add(&c->tunnel, p);
		break;
	case PATH_AT_OUT:
		if (path_fib_aim(c, p))
			path_list_add(&c->out, p);
		break;
	case PATH_AT_FRAME:
		path_list_add(&c->out, p);
		break;
	default:
		path_list_add(&c->plain, p);
		break;
	}
}
