/* For the host itself: the kernel is the exception path.  Workers. */
#include "path/punt.h"

#include <rte_mbuf.h>

#include "path/pkt/ip.h"

/* Whether it came by a tunnel that has a netdev of its own. */
static bool has_netdev(const struct path_ctx *c, const struct path_pkt *p)
{
	return (p->flags & (PATH_F_TUNNEL | PATH_F_MADE)) == PATH_F_TUNNEL &&
	       __atomic_load_n(&c->db->tunnel[p->tunnel].netdev, __ATOMIC_ACQUIRE);
}

/*
 * The way up; DB_PORT_NONE: none.  A frame that came by a wire with a twin, or by a shared one with an inlet, goes there as it came.  What isn't
 * IP the kernel has already of a shared one: a VLAN's frames that were steered stay out.
 */
static uint8_t way_up(const struct path_ctx *c, struct path_pkt *p)
{
	const struct db_port *from = &c->db->port[p->port];

	if ((p->flags & (PATH_F_TUNNEL | PATH_F_MADE | PATH_F_HOST)) == 0 && (p->flags & PATH_F_L2) != 0 && from->kind == DB_PORT_WIRE &&
		(p->family != 0 || !from->shared)) {
		uint8_t twin = __atomic_load_n(&from->peer, __ATOMIC_RELAXED);

		if (twin != DB_PORT_NONE) {
			p->flags |= PATH_F_FRAME;
			return twin;
		}
	}
	if (p->family == 0)
		return DB_PORT_NONE;
	if (has_netdev(c, p)) {
		p->m->hash.usr = p->tunnel;
		return __atomic_load_n(&c->db->vif_port, __ATOMIC_ACQUIRE);
	}
	return __atomic_load_n(&c->db->vrf[p->vrf].tun, __ATOMIC_RELAXED);
}

void path_punt(struct path_ctx *c)
{
	for (uint32_t i = 0; i < c->punt.count; i++) {
		struct path_pkt *p = c->punt.pkt[i];
		uint8_t port = way_up(c, p);

		/* What the host sent down must not come back up: it would go round. */
		if (port == DB_PORT_NONE || ((p->flags & PATH_F_HOST) != 0 && port == p->port)) {
			path_drop(c, p, PATH_DROP_PUNT);
			continue;
		}
		p->port = port;
		path_count(c, PATH_COUNT_PUNTED, 1);
		path_list_add(&c->out, p);
	}
	c->punt.count = 0;
}
