/* What may leave a protected port without encryption.  Workers. */
#include "path/pkt/guard.h"

#include <netinet/in.h>

#include "path/pkt/heads.h"
#include "path/pkt/ip.h"

enum { TYPE_ARP = 0x0806, MLD_FIRST = 130, ND_LAST = 137, MLD2 = 143 };

/* From an address of the underlay: a packet with an inner source is a leak even if its protocol may leave. */
static bool from_us(const struct path_ctx *c, const struct path_pkt *p, const struct db_port *port)
{
	uint32_t hop = db_vrf_lookup(&c->db->vrf[port->vrf], p->family == AF_INET6, path_ip_src(p));

	return db_hop_action(hop) == DB_HOP_LOCAL && db_hop_index(hop) != 0;
}

/* Multicast listener and neighbour discovery, from link-local or no address at all; never in fragments (RFC6980-5). */
static bool is_discovery(const struct path_pkt *p)
{
	struct db_key src = path_ip_src(p);
	bool near = src.hi >> 54 == 0x3fa || (src.hi | src.lo) == 0;
	uint8_t type;

	if (p->family != AF_INET6 || p->proto != IPPROTO_ICMPV6 || (p->flags & PATH_F_FRAGMENTED) != 0 || !near || p->l4 >= p->len)
		return false;
	type = p->ip[p->l4];
	return (type >= MLD_FIRST && type <= ND_LAST) || type == MLD2;
}

static bool listed(const struct path_pkt *p, const struct db_port *port, uint16_t sport, uint16_t dport)
{
	for (int i = 0; i < DB_GUARD_MAX; i++) {
		const struct db_guard *g = &port->guard[i];

		if (g->proto != 0 && g->proto == p->proto && (g->port == 0 || g->port == sport || g->port == dport))
			return true;
	}
	return false;
}

static bool is_control(const struct path_pkt *p, const struct db_port *port)
{
	uint16_t sport = 0, dport = 0;

	if ((p->proto == IPPROTO_UDP || p->proto == IPPROTO_TCP) && p->l4 + 4u <= p->len) {
		sport = path_ip_get16(p->ip + p->l4);
		dport = path_ip_get16(p->ip + p->l4 + 2);
	}
	if (p->proto == IPPROTO_UDP && (sport == PATH_IKE_PORT || sport == PATH_NATT_PORT))
		return true;
	if (p->proto == (p->family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return true;
	return p->proto == IPPROTO_ESP || listed(p, port, sport, dport);
}

bool path_guard_knows(struct path_ctx *c, const struct path_pkt *p, const struct db_port *port)
{
	bool allowed;

	if ((p->flags & (PATH_F_HOST | PATH_F_MADE)) == 0)
		return false;
	if (p->family == 0)
		return path_ip_get16(p->ip + PATH_ETHER - 2) == TYPE_ARP;
	/* A later fragment shows no ports: by itself it could be anything of the host's. */
	if ((p->flags & PATH_F_FRAGMENT) != 0)
		return path_heads_passed(c, p);
	allowed = is_discovery(p) || (from_us(c, p, port) && is_control(p, port));
	if ((p->flags & PATH_F_FRAGMENTED) != 0)
		path_heads_tell(c, p, allowed);
	return allowed;
}
