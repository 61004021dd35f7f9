/* The outer packet's way, before there is an outer packet: with inline transmit there never is one in host memory. */
#include "path/outer.h"

#include "path/fib.h"
#include "path/frag.h"
#include "path/gate.h"
#include "path/pkt/icmp.h"
#include "path/pkt/ip.h"
#include "path/pkt/note.h"

/* What fits into the tunnel, as its path is now; control is told when that changes. */
static uint32_t path_mtu(struct path_ctx *c, const struct db_sa *sa, uint32_t hop)
{
	struct db_tunnel *t = &c->db->tunnel[sa->tunnel];
	uint32_t port = __atomic_load_n(&c->db->adj[db_hop_index(hop)].port, __ATOMIC_RELAXED);
	uint32_t mtu = db_sa_inner_mtu(sa, db_tunnel_link(t, __atomic_load_n(&c->db->port[port].mtu, __ATOMIC_RELAXED)));
	struct path_note n = { .kind = PATH_NOTE_PMTU, .id = t->id, .value = mtu };

	if (__atomic_load_n(&t->path_mtu, __ATOMIC_RELAXED) != mtu) {
		__atomic_store_n(&t->path_mtu, mtu, __ATOMIC_RELAXED);
		(void)path_note_send(c, &n);
	}
	return mtu;
}

/* The route to the peer, looked up once per change of routes: the owner keeps it with the SA's state. */
static uint32_t route(struct path_ctx *c, const struct db_sa *sa)
{
	struct db_state_out *o = sa->run.out;
	uint32_t epoch = __atomic_load_n(&c->db->epoch, __ATOMIC_ACQUIRE);

	if (o->epoch != epoch) {
		o->hop = db_vrf_lookup(&c->db->vrf[sa->front_vrf], (sa->flags & DB_SA_V6) != 0, db_sa_remote(sa));
		o->epoch = epoch;
		if (db_hop_action(o->hop) == DB_HOP_ADJ)
			(void)path_mtu(c, sa, o->hop);
	}
	return o->hop;
}

/* A peer on a connected network is its own next hop, not yet known. */
static void ask_peer(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_sa *sa = p->sa;
	struct path_note n = { .kind = PATH_NOTE_RESOLVE, .port = (uint8_t)db_hop_index(p->hop), .value = p->vrf, .m = p->m };

	n.local = db_key_addr(db_sa_remote(sa), (sa->flags & DB_SA_V6) != 0 ? AF_INET6 : AF_INET);
	if (!path_note_due(c) || !path_note_send(c, &n))
		path_drop_out(c, p, PATH_DROP_UNRESOLVED);
}

static inline bool aim(struct path_ctx *c, struct path_pkt *p)
{
	p->hop = route(c, p->sa);
	switch (db_hop_action(p->hop)) {
	case DB_HOP_ADJ:
		return path_fib_aim(c, p);
	case DB_HOP_PORT:
		ask_peer(c, p);
		return false;
	default: /* never through a tunnel again */
		path_drop_out(c, p, PATH_DROP_OUTER_ROUTE);
		return false;
	}
}

/* An inline session is of one port: when the route has moved, the SA must move first. */
static bool in_place(const struct path_pkt *p)
{
	return (p->sa->flags & DB_SA_INLINE) == 0 || p->sa->place_port == p->port;
}

static void move(struct path_ctx *c, struct path_pkt *p)
{
	struct path_note n = { .kind = PATH_NOTE_PLACE, .port = p->port, .id = p->sa->id };

	if (path_note_due(c))
		(void)path_note_send(c, &n);
	path_drop_out(c, p, PATH_DROP_OUTER_ROUTE);
}

/* Nothing is left but to encrypt it, if the port lets such a packet out. */
static inline void go(struct path_ctx *c, struct path_pkt *p, const struct db_port *port)
{
	if (__atomic_load_n(&port->gate, __ATOMIC_ACQUIRE) == 0 || (p->flags & PATH_F_PORTED) != 0 || path_gate_outer(c, p))
		path_list_add(&c->seal, p);
}

bool path_outer_cut(struct path_ctx *c, struct path_pkt *p, uint32_t mtu, bool clear_df)
{
	struct path_hand h = { .tunnel = p->tunnel, .vrf = p->vrf, .flags = p->flags, .stage = PATH_AT_ENCAP };
	bool df = p->family == AF_INET6 || (path_ip_get16(p->ip + 6) & PATH_IP4_DF) != 0;

	if (!df) {
		path_frag_ip4(c, p, mtu, &h);
		return false;
	}
	/* RFC8200-5: what fits 1280 bytes must pass; and with 'df clear' the outer packet may be cut. */
	if (p->family == AF_INET6 ? p->len <= PATH_IP6_MIN_MTU : clear_df) {
		p->flags |= PATH_F_POST_FRAG;
		return true;
	}
	if (p->family == AF_INET6 && mtu < PATH_IP6_MIN_MTU)
		mtu = PATH_IP6_MIN_MTU;
	path_icmp_send(c, p, PATH_ICMP_TOO_BIG, mtu);
	path_drop_out(c, p, PATH_DROP_TOO_BIG);
	return false;
}

static void measure(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_tunnel *t = &c->db->tunnel[p->tunnel];
	const struct db_port *port = &c->db->port[p->port];
	uint32_t link = db_tunnel_link(t, __atomic_load_n(&port->mtu, __ATOMIC_RELAXED));
	uint32_t mtu = __atomic_load_n(&t->mtu, __ATOMIC_RELAXED);
	uint32_t path;

	p->outer_len = db_sa_outer_len(p->sa, p->len);
	if (p->outer_len <= link && (mtu == 0 || p->len <= mtu)) {
		go(c, p, port);
		return;
	}
	path = path_mtu(c, p->sa, p->hop);
	if (path_outer_cut(c, p, mtu != 0 && mtu < path ? mtu : path, p->sa->df == DP_DF_CLEAR))
		go(c, p, port);
}

void path_outer(struct path_ctx *c)
{
	for (uint32_t i = 0; i < c->outer.count; i++) {
		struct path_pkt *p = c->outer.pkt[i];

		if (!aim(c, p))
			continue;
		if (in_place(p))
			measure(c, p);
		else
			move(c, p);
	}
	c->outer.count = 0;
}
