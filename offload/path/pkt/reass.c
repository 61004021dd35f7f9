/*
 * Bounded reassembly over DPDK's fragment table.  Each worker has its own: a packet's fragments hash to one queue, and an SA has one owner.
 * What peers proved is kept apart from what anybody may send.
 */
#include "path/pkt/reass.h"

#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_ip_frag.h>
#include <rte_mbuf.h>

#include "path/pkt/ip.h"

enum { REASS_WAYS = 8, REASS_PREFETCH = 3 };

struct path_reass {
	struct rte_ip_frag_tbl *wire, *inner;
	struct rte_ip_frag_death_row dead;
};

static struct rte_ip_frag_tbl *new_table(uint64_t cycles_per_s)
{
	return rte_ip_frag_table_create(PATH_REASS_MAX, REASS_WAYS, PATH_REASS_MAX, cycles_per_s / 1000 * PATH_REASS_MS, SOCKET_ID_ANY);
}

enum err path_reass_new(struct path_reass **out, uint64_t cycles_per_s)
{
	struct path_reass *r = (struct path_reass *)calloc(1, sizeof(*r));

	if (r == NULL)
		return ERR_NOMEM;
	r->wire = new_table(cycles_per_s);
	r->inner = new_table(cycles_per_s);
	if (r->wire == NULL || r->inner == NULL) {
		path_reass_free(r);
		return ERR_NOMEM;
	}
	*out = r;
	return ERR_OK;
}

void path_reass_free(struct path_reass *r)
{
	if (r == NULL)
		return;
	rte_ip_frag_table_destroy(r->wire);
	rte_ip_frag_table_destroy(r->inner);
	free(r);
}

static struct rte_mbuf *join(struct rte_ip_frag_tbl *table, struct rte_ip_frag_death_row *dead, struct path_pkt *p)
{
	p->m->l2_len = 0;
	if (p->family == AF_INET) {
		p->m->l3_len = p->l4 & 0x3f; /* 60 at most */
		return rte_ipv4_frag_reassemble_packet(table, dead, p->m, rte_rdtsc(), (struct rte_ipv4_hdr *)(void *)p->ip);
	}
	p->m->l3_len = PATH_IP6 + PATH_IP6_FRAG;
	return rte_ipv6_frag_reassemble_packet(table, dead, p->m, rte_rdtsc(), (struct rte_ipv6_hdr *)(void *)p->ip,
		(struct rte_ipv6_fragment_ext *)(void *)(p->ip + PATH_IP6));
}

/*
 * RFC3168-5.3: a mark on one fragment is a mark of the packet.  False: marked, but another can't carry it.  DPDK leaves each
 * piece's header in front of its data.
 */
static bool join_marks(struct path_pkt *p)
{
	uint32_t seen = 1u << (path_ip_tos(p->ip, p->family) & PATH_ECN);

	for (const struct rte_mbuf *m = p->m->next; m != NULL; m = m->next)
		seen |= 1u << (path_ip_tos(rte_pktmbuf_mtod(m, const uint8_t *) - m->l3_len, p->family) & PATH_ECN);
	if ((seen >> PATH_ECN_CE & 1) == 0)
		return true;
	path_ip_set_tos(p->ip, p->family, (uint8_t)(path_ip_tos(p->ip, p->family) | PATH_ECN_CE));
	return (seen & 1) == 0;
}

/* What DPDK gave up. */
static void bury(struct path_ctx *c)
{
	struct rte_ip_frag_death_row *dead = &c->reass->dead;

	if (dead->cnt == 0)
		return;
	__atomic_store_n(&c->drops[PATH_DROP_REASSEMBLY], c->drops[PATH_DROP_REASSEMBLY] + dead->cnt, __ATOMIC_RELAXED);
	rte_ip_frag_free_death_row(dead, REASS_PREFETCH);
}

/* True: 'p' is whole, but for the fields of its header that the pieces shared. */
static bool gather(struct path_ctx *c, struct rte_ip_frag_tbl *table, struct path_pkt *p)
{
	struct rte_mbuf *whole;

	/* Other extension headers before or behind the fragment header don't occur in front of ESP and GRE. */
	if (p->family == AF_INET6 && p->ip[6] != PATH_PROTO_IP6_FRAG) {
		path_drop(c, p, PATH_DROP_REASSEMBLY);
		return false;
	}
	whole = join(table, &c->reass->dead, p);
	bury(c);
	if (whole == NULL)
		return false;
	p->m = whole;
	p->ip = rte_pktmbuf_mtod(whole, uint8_t *);
	return true;
}

/* In one buffer, with one header. */
static bool finish(struct path_ctx *c, struct path_pkt *p)
{
	if (!join_marks(p)) {
		path_drop(c, p, PATH_DROP_ECN);
		return false;
	}
	if (p->family == AF_INET) /* the first fragment's header, which may be longer than that of 'p' */
		path_ip_seal4(p->ip, (p->ip[0] & 15u) * 4);
	if (rte_pktmbuf_linearize(p->m) != 0) {
		path_drop(c, p, PATH_DROP_SEGMENTED);
		return false;
	}
	path_count(c, PATH_COUNT_REASSEMBLED, 1);
	return true;
}

bool path_reass_take(struct path_ctx *c, struct path_pkt *p)
{
	return gather(c, c->reass->wire, p) && finish(c, p);
}

bool path_reass_take_inner(struct path_ctx *c, struct path_pkt *p)
{
	uint32_t at = p->family == AF_INET6 ? 8 : 12, len = p->family == AF_INET6 ? 16 : 4;
	uint8_t source[16];

	memcpy(source, p->ip + at, len);
	memset(p->ip + at, 0, len);
	memcpy(p->ip + at, &p->tunnel, sizeof(p->tunnel));
	if (!gather(c, c->reass->inner, p))
		return false;
	memcpy(p->ip + at, source, len);
	return finish(c, p);
}

void path_reass_expire(struct path_ctx *c)
{
	uint64_t now = rte_rdtsc();

	rte_ip_frag_table_del_expired_entries(c->reass->wire, &c->reass->dead, now);
	bury(c);
	rte_ip_frag_table_del_expired_entries(c->reass->inner, &c->reass->dead, now);
	bury(c);
}
