/* Routing, once for the packet as it came or as it was inside its tunnel.  Workers. */
#include "path/fib.h"

#include <netinet/in.h>

#include <rte_prefetch.h>

#include "path/frag.h"
#include "path/gate.h"
#include "path/note.h"
#include "path/pkt/icmp.h"
#include "path/pkt/ip.h"
#include "path/pkt/note.h"

enum { ASK_EVERY_MS = 200, ASK_AT_ONCE = 16 };

/* The packet goes with the question, and comes back by path_worker_inject when the answer is there. */
static void ask(struct path_ctx *c, struct path_pkt *p, uint8_t port, const struct addr *neighbour)
{
	struct path_note n = { .kind = PATH_NOTE_RESOLVE, .port = port, .value = p->vrf, .local = *neighbour, .m = p->m };

	if (!path_note_send(c, &n))
		path_drop(c, p, PATH_DROP_UNRESOLVED);
}

/* Some packets may wait for a neighbour: several flows begin at one instant.  The others are lost. */
static bool may_ask(const struct path_ctx *c, struct db_adj *a)
{
	if (c->now_ms - __atomic_load_n(&a->asked_ms, __ATOMIC_RELAXED) >= ASK_EVERY_MS) {
		__atomic_store_n(&a->asked_ms, c->now_ms, __ATOMIC_RELAXED);
		__atomic_store_n(&a->asked, 0, __ATOMIC_RELAXED);
	}
	return __atomic_add_fetch(&a->asked, 1, __ATOMIC_RELAXED) <= ASK_AT_ONCE;
}

bool path_fib_wait(struct path_ctx *c, struct path_pkt *p)
{
	struct db_adj *a = &c->db->adj[db_hop_index(p->hop)];

	if (!__atomic_load_n(&a->live, __ATOMIC_RELAXED)) {
		path_drop(c, p, PATH_DROP_NO_ROUTE);
		return false;
	}
	p->port = (uint8_t)__atomic_load_n(&a->port, __ATOMIC_RELAXED);
	/* ESP doesn't wait: it would come back as a plain packet. */
	if ((p->flags & PATH_F_SEALED) != 0 || !may_ask(c, a)) {
		path_drop(c, p, PATH_DROP_UNRESOLVED);
		return false;
	}
	ask(c, p, p->port, &a->next_hop);
	return false;
}

/* On a connected network the destination itself is the neighbour, and has no entry until it is known. */
static void ask_connected(struct path_ctx *c, struct path_pkt *p)
{
	struct addr dst = db_key_addr(path_ip_dst(p), p->family);

	if (path_note_due(c))
		ask(c, p, (uint8_t)db_hop_index(p->hop), &dst);
	else
		path_drop(c, p, PATH_DROP_UNRESOLVED);
}

/* Longer than the port's MTU: cut or refused. */
static void too_long(struct path_ctx *c, struct path_pkt *p, uint32_t mtu)
{
	struct path_hand h = { .hop = p->hop, .vrf = p->vrf, .flags = p->flags, .stage = PATH_AT_OUT };

	if (p->family == AF_INET && (path_ip_get16(p->ip + 6) & PATH_IP4_DF) == 0) {
		path_frag_ip4(c, p, mtu, &h);
		return;
	}
	if (p->family == AF_INET6 && (p->flags & PATH_F_POST_FRAG) != 0) {
		path_frag_ip6(c, p, mtu, &h);
		return;
	}
	path_icmp_send(c, p, PATH_ICMP_TOO_BIG, mtu);
	path_drop(c, p, PATH_DROP_TOO_BIG);
}

/* By a port that its features let it leave. */
static void leave(struct path_ctx *c, struct path_pkt *p)
{
	uint32_t mtu;

	mtu = __atomic_load_n(&c->db->port[p->port].mtu, __ATOMIC_RELAXED);
	if (p->len <= mtu)
		path_list_add(&c->out, p);
	else
		too_long(c, p, mtu);
}

/* To the next hop on a port. */
static void forward(struct path_ctx *c, struct path_pkt *p)
{
	if (!path_fib_aim(c, p))
		return;
	if (__atomic_load_n(&c->db->port[p->port].gate, __ATOMIC_ACQUIRE) != 0 && (p->flags & PATH_F_PORTED) == 0)
		path_list_add(&c->gated, p);
	else
		leave(c, p);
}

void path_fib_send(struct path_ctx *c, struct path_pkt *p)
{
	switch (db_hop_action(p->hop)) {
	case DB_HOP_ADJ:
		forward(c, p);
		break;
	case DB_HOP_PORT:
		ask_connected(c, p);
		break;
	default:
		path_drop_out(c, p, PATH_DROP_OUTER_ROUTE);
		break;
	}
}

/* What waited for a port has been in its tunnel, if it had one. */
static void to_tunnel(struct path_ctx *c, struct path_pkt *p)
{
	if ((p->flags & PATH_F_PORTED) != 0) {
		path_drop(c, p, PATH_DROP_OUTER_ROUTE);
		return;
	}
	p->tunnel = db_hop_index(p->hop);
	p->sa = NULL;
	rte_prefetch0(&c->db->tunnel[p->tunnel]);
	path_list_add(&c->tunnel, p);
}

/* No route, or one that says so. */
static void refuse(struct path_ctx *c, struct path_pkt *p)
{
	if (db_hop_action(p->hop) == DB_HOP_DROP) {
		path_drop(c, p, PATH_DROP_ROUTE_DROP);
		return;
	}
	path_icmp_send(c, p, PATH_ICMP_NO_ROUTE, 0);
	path_drop(c, p, PATH_DROP_NO_ROUTE);
}

static inline bool take_hop(struct path_ctx *c, struct path_pkt *p)
{
	if ((p->flags & PATH_F_ROUTED) != 0)
		return true;
	if (!path_ip_take_ttl(p)) {
		path_icmp_send(c, p, PATH_ICMP_TTL, 0);
		path_drop(c, p, PATH_DROP_TTL);
		return false;
	}
	p->flags |= PATH_F_ROUTED;
	return true;
}

/* GRE from a wire that is no tunnel's own would be a tunnel's without its protection. */
static void for_the_box(struct path_ctx *c, struct path_pkt *p)
{
	if (p->proto == IPPROTO_GRE && (p->flags & (PATH_F_HOST | PATH_F_TUNNEL)) == 0)
		path_drop(c, p, PATH_DROP_GRE_CLEAR);
	else
		path_list_add(&c->punt, p);
}

/* Clear text of others has no business on a protected port, whichever way it goes; nave_steer says the same of the kernel's devices. */
static bool is_transit(const struct path_ctx *c, const struct path_pkt *p)
{
	return (p->flags & (PATH_F_HOST | PATH_F_TUNNEL | PATH_F_ROUTED)) == 0 && db_hop_action(p->hop) != DB_HOP_LOCAL &&
	       __atomic_load_n(&c->db->port[p->port].guarded, __ATOMIC_RELAXED);
}

static void follow(struct path_ctx *c, struct path_pkt *p)
{
	if (is_transit(c, p)) {
		path_drop(c, p, PATH_DROP_TRANSIT);
		return;
	}
	switch (db_hop_action(p->hop)) {
	case DB_HOP_TUNNEL:
		if (take_hop(c, p))
			to_tunnel(c, p);
		break;
	case DB_HOP_ADJ:
		if (take_hop(c, p))
			forward(c, p);
		break;
	case DB_HOP_PORT:
		if (take_hop(c, p))
			ask_connected(c, p);
		break;
	case DB_HOP_LOCAL:
		for_the_box(c, p);
		break;
	default:
		refuse(c, p);
		break;
	}
}

void path_fib_leave(struct path_ctx *c)
{
	path_gate_port_out(c);
	for (uint32_t i = 0; i < c->gated.count; i++)
		leave(c, c->gated.pkt[i]);
	c->gated.count = 0;
}

void path_fib(struct path_ctx *c)
{
	for (uint32_t i = 0; i < c->plain.count; i++) {
		struct path_pkt *p = c->plain.pkt[i];

		switch (path_ip_scope(p)) {
		case PATH_SCOPE_ROUTED:
			p->hop = db_memo_lookup(c->memo, c->db, p->vrf, p->family == AF_INET6, path_ip_dst(p));
			follow(c, p);
			break;
		case PATH_SCOPE_NEAR:
			path_list_add(&c->punt, p);
			break;
		default:
			path_drop(c, p, PATH_DROP_MARTIAN);
			break;
		}
	}
	path_count(c, PATH_COUNT_ROUTED, c->plain.count);
	c->plain.count = 0;
	path_fib_leave(c);
}
