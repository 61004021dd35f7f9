/* The shared packet pool.  Control thread under the port's lock. */
#include "pmd/pool.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_memory.h>

enum { CACHE = 256 };

int pmd_pool_init(struct pmd_port *p, const char *name, uint32_t count, uint16_t room)
{
	struct mbox_region *r = &p->pool.region;
	struct rte_pktmbuf_extmem mem = { .buf_iova = RTE_BAD_IOVA, .elt_size = room };
	enum fwi_status st;

	if (p->pool.mempool != NULL)
		return -EEXIST;
	if (count == 0 || count > PMD_POOL_MAX || room < RTE_PKTMBUF_HEADROOM + FWI_ALIGN)
		return -EINVAL;
	st = mbox_region_init(r, p->bus, "nave-packets", (uint64_t)count * room);
	if (st != FWI_ST_OK)
		return -mbox_errno(st);
	if (rte_extmem_register(r->base, r->size, NULL, 0, (size_t)sysconf(_SC_PAGESIZE)) != 0)
		goto fail;
	mem.buf_ptr = r->base;
	mem.buf_len = r->size;
	p->pool.mempool =
		rte_pktmbuf_pool_create_extbuf(name, count, RTE_MIN((unsigned)CACHE, count / 2), 0, room, (int)rte_socket_id(), &mem, 1);
	if (p->pool.mempool != NULL)
		return 0;
	(void)rte_extmem_unregister(r->base, r->size);
fail:
	mbox_region_fini(r, p->bus);
	return rte_errno == 0 ? -ENOMEM : -rte_errno;
}

void pmd_pool_fini(struct pmd_port *p)
{
	struct mbox_region *r = &p->pool.region;

	if (p->pool.mempool == NULL)
		return;
	if (!rte_mempool_full(p->pool.mempool)) {
		/* An mbuf that is still somewhere needs header and data: they stay. */
		memset(&p->pool, 0, sizeof(p->pool));
		return;
	}
	rte_mempool_free(p->pool.mempool);
	(void)rte_extmem_unregister(r->base, r->size);
	mbox_region_fini(r, p->bus);
	memset(&p->pool, 0, sizeof(p->pool));
}
