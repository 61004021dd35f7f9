/* Bounded reassembly over DPDK's fragment table.  One table a worker: a packet's fragments hash to one queue. */
#include "path/pkt/reass.h"

#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_ip_frag.h>
#include <rte_mbuf.h>

#include "path/pkt/ip.h"

enum { REASS_WAYS = 8, REASS_PREFETCH = 3 };

struct path_reass {
	struct rte_ip_frag_tbl *table;
	struct rte_ip_frag_death_row dead;
};

enum err path_reass_new(struct path_reass **out, uint64_t cycles_per_s)
{
	struct path_reass *r = (struct path_reass *)calloc(1, sizeof(*r));

	if (r == NULL)
		return ERR_NOMEM;
	r->table = rte_ip_frag_table_create(PATH_REASS_MAX, REASS_WAYS, PATH_REASS_MAX, cycles_per_s / 1000 * PATH_REASS_MS, SOCKET_ID_ANY);
	if (r->table == NULL) {
		free(r);
		return ERR_NOMEM;
	}
	*out = r;
	return ERR_OK;
}

void path_reass_free(struct path_reass *r)
{
	if (r == NULL)
		return;
	rte_ip_frag_table_destroy(r->table);
	free(r);
}

static struct rte_mbuf *join(struct path_reass *r, struct path_pkt *p)
{
	p->m->l2_len = 0;
	if (p->family == AF_INET) {
		p->m->l3_len = p->l4 & 0x3f; /* 60 at most */
		return rte_ipv4_frag_reassemble_packet(r->table, &r->dead, p->m, rte_rdtsc(), (struct rte_ipv4_hdr *)(void *)p->ip);
	}
	p->m->l3_len = PATH_IP6 + PATH_IP6_FRAG;
	return rte_ipv6_frag_reassemble_packet(r->table, &r->dead, p->m, rte_rdtsc(), (struct rte_ipv6_hdr *)(void *)p->ip,
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

bool path_reass_take(struct path_ctx *c, struct path_pkt *p)
{
	struct rte_mbuf *whole;

	/* Other extension headers before or behind the fragment header don't occur in front of ESP. */
	if (p->family == AF_INET6 && p->ip[6] != PATH_PROTO_IP6_FRAG) {
		path_drop(c, p, PATH_DROP_REASSEMBLY);
		return false;
	}
	whole = join(c->reass, p);
	if (c->reass->dead.cnt != 0) {
		__atomic_store_n(&c->drops[PATH_DROP_REASSEMBLY], c->drops[PATH_DROP_REASSEMBLY] + c->reass->dead.cnt, __ATOMIC_RELAXED);
		rte_ip_frag_free_death_row(&c->reass->dead, REASS_PREFETCH);
	}
	if (whole == NULL)
		return false;
	p->m = whole;
	p->ip = rte_pktmbuf_mtod(whole, uint8_t *);
	if (!join_marks(p)) {
		path_drop(c, p, PATH_DROP_ECN);
		return false;
	}
	if (p->family == AF_INET) /* the first fragment's header, which may be longer than that of 'p' */
		path_ip_seal4(p->ip, (p->ip[0] & 15u) * 4);
	if (rte_pktmbuf_linearize(whole) != 0) {
		path_drop(c, p, PATH_DROP_SEGMENTED);
		return false;
	}
	path_count(c, PATH_COUNT_REASSEMBLED, 1);
	return true;
}

void path_reass_expire(struct path_ctx *c)
{
	rte_ip_frag_table_del_expired_entries(c->reass->table, &c->reass->dead, rte_rdtsc());
	if (c->reass->dead.cnt == 0)
		return;
	__atomic_store_n(&c->drops[PATH_DROP_REASSEMBLY], c->drops[PATH_DROP_REASSEMBLY] + c->reass->dead.cnt, __ATOMIC_RELAXED);
	rte_ip_frag_free_death_row(&c->reass->dead, REASS_PREFETCH);
}
