/* Which datagrams' later fragments may leave a guarded port.  Workers. */
#include "path/pkt/heads.h"

#include "path/pkt/ip.h"

/*
 * Sets what tells datagrams apart (RFC791-3.2, RFC8200-4.5).  The host's stack puts IPv6's fragment header directly behind
 * the fixed one; a packet that has it elsewhere has no name, and false is returned.
 */
static bool name(const struct path_pkt *p, struct path_head *out)
{
	if (p->family == AF_INET6 && (p->ip[6] != PATH_PROTO_IP6_FRAG || p->len < PATH_IP6 + PATH_IP6_FRAG))
		return false;
	out->src = path_ip_src(p);
	out->dst = path_ip_dst(p);
	out->id = p->family == AF_INET6 ? path_ip_get32(p->ip + PATH_IP6 + 4) : path_ip_get16(p->ip + 4);
	out->proto = p->family == AF_INET6 ? PATH_PROTO_IP6_FRAG : p->ip[9];
	out->family = p->family;
	out->port = p->port;
	return true;
}

static bool same(const struct path_head *a, const struct path_head *b)
{
	return db_key_eq(a->src, b->src) && db_key_eq(a->dst, b->dst) && a->id == b->id && a->proto == b->proto && a->family == b->family &&
	       a->port == b->port;
}

/* Consecutive numbers, as a host gives them, take consecutive places. */
static uint32_t place_of(const struct path_head *h)
{
	uint64_t mixed = (h->src.hi ^ h->src.lo ^ h->dst.hi ^ h->dst.lo) * UINT64_C(0x9e3779b97f4a7c15);

	return ((uint32_t)(mixed >> 32) + h->id) % PATH_HEADS;
}

void path_heads_tell(struct path_ctx *c, const struct path_pkt *p, bool passed)
{
	struct path_head h = { .until_ms = c->now_ms + PATH_HEAD_MS };
	struct path_head *at;

	if (!name(p, &h))
		return;
	at = &c->heads[place_of(&h)];
	if (passed)
		*at = h;
	else if (same(at, &h)) /* its number is another datagram's now */
		at->until_ms = 0;
}

bool path_heads_passed(const struct path_ctx *c, const struct path_pkt *p)
{
	struct path_head h = { 0 };
	const struct path_head *at;

	if (!name(p, &h))
		return false;
	at = &c->heads[place_of(&h)];
	return c->now_ms < at->until_ms && same(at, &h);
}
