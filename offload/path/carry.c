/*
 * GRE without protection, between hubs that trust what is between them.  What comes belongs to the one tunnel of its addresses and key; a
 * tunnel that SAs protect has no such name, so that what comes for it in clear isn't found here, and is dropped ('fib').  What goes is
 * clear text: no guarded port lets it out.  Workers.
 */
#include "path/carry.h"

#include <netinet/in.h>

#include "path/decap.h"
#include "path/fib.h"
#include "path/outer.h"
#include "path/pkt/buf.h"
#include "path/pkt/gre.h"
#include "path/pkt/ip.h"

/* ---- in ---- */

/* Whose it is; NULL: no tunnel's. */
static struct db_carrier *find(const struct path_ctx *c, const struct path_pkt *p, struct path_gre_head *head)
{
	struct db_carrier_name name = { .local = path_ip_dst(p), .remote = path_ip_src(p), .front_vrf = p->vrf, .family = p->family };

	if (path_gre_read(p->ip + p->l4, (uint32_t)p->len - p->l4, head) != PATH_DROP_COUNT)
		return NULL;
	name.has_key = head->has_key;
	name.key = head->key;
	return db_carrier_find(c->db, &name);
}

static void take(struct path_ctx *c, struct path_pkt *p)
{
	struct path_gre_head head;
	struct db_carrier *k = find(c, p, &head);
	uint8_t tos = p->tos;
	enum path_drop why;

	if (k == NULL) {
		path_list_add(&c->plain, p);
		return;
	}
	p->tunnel = k->tunnel;
	path_buf_pull(p->m, p->l4);
	why = path_gre_take(p, &head);
	if (why == PATH_DROP_COUNT)
		why = path_decap_open(p, tos);
	if (why != PATH_DROP_COUNT) {
		path_drop_in(c, p, why);
		return;
	}
	db_carrier_add(k, DP_IN, p->len);
	path_decap_enter(c, p);
}

void path_carry_in(struct path_ctx *c)
{
	for (uint32_t i = 0; i < c->gre.count; i++)
		take(c, c->gre.pkt[i]);
	c->gre.count = 0;
}

/* ---- out ---- */

/* The port by which the peer is reached; false: by none, or through a tunnel again. */
static bool find_port(const struct path_ctx *c, uint32_t hop, uint32_t *port)
{
	switch (db_hop_action(hop)) {
	case DB_HOP_ADJ:
		*port = __atomic_load_n(&c->db->adj[db_hop_index(hop)].port, __ATOMIC_RELAXED);
		return true;
	case DB_HOP_PORT:
		*port = db_hop_index(hop);
		return true;
	default:
		return false;
	}
}

/* Whether it fits, if need be with its outer packet cut; false: it was cut or refused. */
static bool fits(struct path_ctx *c, struct path_pkt *p, const struct db_carrier *k, uint32_t link)
{
	struct db_tunnel *t = &c->db->tunnel[p->tunnel];
	uint32_t mtu = __atomic_load_n(&t->mtu, __ATOMIC_RELAXED);
	uint32_t path = link > k->gre.len ? link - k->gre.len : 0;

	if (__atomic_load_n(&t->path_mtu, __ATOMIC_RELAXED) != path)
		__atomic_store_n(&t->path_mtu, path, __ATOMIC_RELAXED);
	if (p->len <= path && (mtu == 0 || p->len <= mtu))
		return true;
	return path_outer_cut(c, p, mtu != 0 && mtu < path ? mtu : path, false);
}

/* GRE in front of the passenger, which is an IP packet like any other then; false: dropped. */
static bool wrap(struct path_ctx *c, struct path_pkt *p, struct db_carrier *k)
{
	bool df = path_ip_outer_df(p, __atomic_load_n(&c->db->tunnel[p->tunnel].df, __ATOMIC_RELAXED));
	enum path_drop why;

	if (p->m->data_off < (uint32_t)k->gre.len + PATH_ETHER || (uint32_t)p->len + k->gre.len > UINT16_MAX) {
		path_drop_out(c, p, PATH_DROP_NO_BUFFER);
		return false;
	}
	db_carrier_add(k, DP_OUT, p->len);
	p->seq = __atomic_load_n(&k->packets[DP_OUT], __ATOMIC_RELAXED); /* numbers its fragments */
	path_gre_write(p, &k->gre, df, path_buf_push(p->m, k->gre.len));
	p->vrf = k->name.front_vrf;
	p->flags = (uint16_t)((p->flags & PATH_F_POST_FRAG) | PATH_F_ROUTED | PATH_F_CSUM_OK);
	why = path_ip_parse(p);
	if (why != PATH_DROP_COUNT)
		path_drop_out(c, p, why);
	return why == PATH_DROP_COUNT;
}

static void carry(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_tunnel *t = &c->db->tunnel[p->tunnel];
	struct db_carrier *k = &c->db->carrier[__atomic_load_n(&t->carrier, __ATOMIC_ACQUIRE)];
	uint32_t port = 0;

	if (!__atomic_load_n(&t->live, __ATOMIC_RELAXED) || k->gre.len == 0) {
		path_drop_out(c, p, PATH_DROP_TUNNEL_DOWN);
		return;
	}
	p->hop = db_vrf_lookup(&c->db->vrf[k->name.front_vrf], k->name.family == AF_INET6, k->name.remote);
	if (!find_port(c, p->hop, &port)) {
		path_drop_out(c, p, PATH_DROP_OUTER_ROUTE);
		return;
	}
	if (fits(c, p, k, db_tunnel_link(t, __atomic_load_n(&c->db->port[port].mtu, __ATOMIC_RELAXED))) && wrap(c, p, k))
		path_fib_send(c, p);
}

void path_carry_out(struct path_ctx *c)
{
	if (c->carried.count == 0)
		return;
	for (uint32_t i = 0; i < c->carried.count; i++)
		carry(c, c->carried.pkt[i]);
	c->carried.count = 0;
	path_fib_leave(c);
}
