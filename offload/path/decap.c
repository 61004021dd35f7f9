/*
 * The inner packet.  Decryption proved the key, not the policy: selectors are checked for every engine alike
 * (RFC4301-5.2).  GRE comes off here, by what the SA says of it.  Workers.
 */
#include "path/decap.h"

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "db/gre.h"
#include "path/pkt/buf.h"
#include "path/pkt/gre.h"
#include "path/pkt/ip.h"
#include "path/pkt/reass.h"

static void stamp(uint64_t *at, uint64_t now_ms)
{
	if (__atomic_load_n(at, __ATOMIC_RELAXED) != now_ms)
		__atomic_store_n(at, now_ms, __ATOMIC_RELAXED);
}

/* Reads a packet's header; what stood around it told 'p->family' and the traffic class. */
enum path_drop path_decap_open(struct path_pkt *p, uint8_t outer_tos)
{
	uint8_t told = p->family;
	enum path_drop why;

	p->flags = PATH_F_TUNNEL;
	why = path_ip_parse(p);
	if (why != PATH_DROP_COUNT)
		return why;
	if (p->family != told)
		return PATH_DROP_MALFORMED;
	return path_ip_decap_ecn(p, outer_tos) ? PATH_DROP_COUNT : PATH_DROP_ECN;
}

/* A device has done all that already. */
static enum path_drop open_processed(struct path_pkt *p)
{
	p->flags = PATH_F_TUNNEL;
	return path_ip_parse(p);
}

/* A GRE packet that its sender cut before it was encrypted.  False: it waits for others, or was dropped. */
static bool whole(struct path_ctx *c, struct path_pkt *p)
{
	enum path_drop why;

	if (!path_reass_take_inner(c, p))
		return false;
	p->flags = PATH_F_TUNNEL;
	why = path_ip_parse(p);
	if (why != PATH_DROP_COUNT)
		path_drop_in(c, p, why);
	return why == PATH_DROP_COUNT;
}

static enum path_drop open_passenger(struct path_pkt *p, uint8_t outer_tos)
{
	enum path_drop why = path_gre_open(p);

	return why != PATH_DROP_COUNT ? why : path_decap_open(p, outer_tos);
}

/* The packet inside an IP header of its own: for the host or its networks, or GRE. */
static enum path_drop open_tunnel(struct path_pkt *p)
{
	enum path_drop why = (p->flags & PATH_F_CLEAR) != 0 ? open_processed(p) : path_decap_open(p, p->tos);

	if (why != PATH_DROP_COUNT)
		return why;
	return path_ip_selected(p, p->sa, false) ? PATH_DROP_COUNT : PATH_DROP_TS_IN;
}

/* Takes off the delivery header of tunnel mode, and GRE. */
static enum path_drop open_gre(struct path_pkt *p)
{
	uint8_t tos = p->tos;

	if ((p->sa->flags & DB_SA_TRANSPORT) == 0) {
		if (p->proto != DB_GRE_PROTO)
			return PATH_DROP_GRE_FORMAT;
		tos = path_ip_tos(p->ip, p->family);
		path_buf_pull(p->m, p->l4);
	}
	return open_passenger(p, tos);
}

/* What the SA lets pass, bare.  False: it waits for others, or was dropped. */
static bool open_one(struct path_ctx *c, struct path_pkt *p)
{
	enum path_drop why = (p->sa->flags & DB_SA_TRANSPORT) != 0 ? PATH_DROP_COUNT : open_tunnel(p);

	if (why == PATH_DROP_COUNT && (p->sa->flags & DB_SA_GRE) != 0) {
		if ((p->flags & PATH_F_FRAGMENTED) != 0 && !whole(c, p))
			return false;
		why = open_gre(p);
	}
	if (why != PATH_DROP_COUNT)
		path_drop_in(c, p, why);
	return why == PATH_DROP_COUNT;
}

void path_decap_enter(struct path_ctx *c, struct path_pkt *p)
{
	struct db_tunnel *t = &c->db->tunnel[p->tunnel];
	uint32_t gate = __atomic_load_n(&t->gate, __ATOMIC_ACQUIRE); /* before it is seen alive */

	if (!__atomic_load_n(&t->live, __ATOMIC_RELAXED)) {
		path_drop_in(c, p, PATH_DROP_TUNNEL_DOWN);
		return;
	}
	stamp(&t->last_in_ms, c->now_ms);
	p->vrf = __atomic_load_n(&t->inner_vrf, __ATOMIC_RELAXED);
	path_list_add(gate != 0 ? &c->gated : &c->plain, p);
}

void path_decap(struct path_ctx *c)
{
	for (uint32_t i = 0; i < c->clear.count; i++)
		rte_prefetch0(&c->db->tunnel[c->clear.pkt[i]->tunnel]);
	for (uint32_t i = 0; i < c->clear.count; i++)
		if (open_one(c, c->clear.pkt[i]))
			path_decap_enter(c, c->clear.pkt[i]);
	c->clear.count = 0;
}
