/*
 * The inner packet.  Decryption proved the key, not the policy: selectors are checked for every engine alike
 * (RFC4301-5.2).  Workers.
 */
#include "path/decap.h"

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "path/pkt/ip.h"

static void stamp(uint64_t *at, uint64_t now_ms)
{
	if (__atomic_load_n(at, __ATOMIC_RELAXED) != now_ms)
		__atomic_store_n(at, now_ms, __ATOMIC_RELAXED);
}

/* Reads the inner header; what the outer one said is in 'p' before. */
static enum path_drop open_inner(struct path_pkt *p)
{
	uint8_t outer_tos = p->tos;
	uint8_t told = p->family;
	bool processed = (p->flags & PATH_F_CLEAR) != 0;
	enum path_drop why;

	p->flags = PATH_F_TUNNEL;
	why = path_ip_parse(p);
	if (why != PATH_DROP_COUNT)
		return why;
	if (!processed && p->family != told)
		return PATH_DROP_MALFORMED;
	if (!processed && !path_ip_decap_ecn(p, outer_tos)) /* a device has done it */
		return PATH_DROP_ECN;
	return path_ip_selected(p, p->sa, false) ? PATH_DROP_COUNT : PATH_DROP_TS_IN;
}

void path_decap(struct path_ctx *c)
{
	for (uint32_t i = 0; i < c->clear.count; i++)
		rte_prefetch0(&c->db->tunnel[c->clear.pkt[i]->tunnel]);
	for (uint32_t i = 0; i < c->clear.count; i++) {
		struct path_pkt *p = c->clear.pkt[i];
		struct db_tunnel *t = &c->db->tunnel[p->tunnel];
		enum path_drop why = open_inner(p);

		if (why == PATH_DROP_COUNT && !__atomic_load_n(&t->live, __ATOMIC_RELAXED))
			why = PATH_DROP_TUNNEL_DOWN;
		if (why != PATH_DROP_COUNT) {
			path_drop_in(c, p, why);
			continue;
		}
		stamp(&t->last_in_ms, c->now_ms);
		p->vrf = __atomic_load_n(&t->inner_vrf, __ATOMIC_RELAXED);
		path_list_add(&c->plain, p);
	}
	c->clear.count = 0;
}
