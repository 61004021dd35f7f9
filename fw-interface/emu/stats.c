/* Statistics pages: written back every FWI_STATS_MS as far as something changed. */
#include "emu/stats.h"

#include <string.h>

#include "mbox/shm.h"

/* 64-bit words are stored whole, so that the driver never sees half a counter. */
static void store(void *to, const void *from, uint32_t len)
{
	le64 *dst = (le64 *)to;
	const le64 *src = (const le64 *)from;

	for (uint32_t i = 0; i < len / sizeof(*dst); i++)
		mbox_shm_store64(&dst[i], le64_get(src[i]));
}

static uint64_t page_len(const struct emu *e, uint8_t kind)
{
	switch (kind) {
	case FWI_STATS_PORT:
		return sizeof(struct fwi_port_stats);
	case FWI_STATS_SA_IN:
		return (uint64_t)e->sa[FWI_DIR_IN].size * sizeof(struct fwi_sa_stats);
	default:
		return (uint64_t)e->sa[FWI_DIR_OUT].size * sizeof(struct fwi_sa_stats);
	}
}

enum fwi_status emu_stats_page(struct emu *e, uint8_t kind, const struct fwi_addr *page)
{
	if (kind < FWI_STATS_PORT || kind > FWI_STATS_SA_OUT)
		return FWI_ST_FIELD;
	if (le16_get(page->region) != 0 && emu_mem_object(&e->mem, page, page_len(e, kind)) == NULL)
		return FWI_ST_ADDRESS;
	e->page[kind] = *page;
	for (unsigned d = 0; d < 2; d++)
		for (uint32_t i = 0; i < e->sa[d].size && e->sa[d].used > 0; i++)
			if (e->sa[d].slot[i] != NULL)
				emu_touch(e, e->sa[d].slot[i]);
	return FWI_ST_OK;
}

void emu_stats_write_sa(struct emu *e, struct emu_sa *sa)
{
	uint8_t kind = sa->direction == FWI_DIR_IN ? FWI_STATS_SA_IN : FWI_STATS_SA_OUT;
	struct fwi_sa_stats *page = (struct fwi_sa_stats *)emu_mem_object(&e->mem, &e->page[kind], page_len(e, kind));
	struct fwi_sa_stats now;

	list_del(&sa->dirty);
	if (page == NULL)
		return;
	emu_sa_stats(sa, &now);
	store(&page[sa->index], &now, sizeof(now));
}

static void write_port(struct emu *e)
{
	struct fwi_port_stats *page =
		(struct fwi_port_stats *)emu_mem_object(&e->mem, &e->page[FWI_STATS_PORT], sizeof(struct fwi_port_stats));
	struct fwi_port_stats now;

	if (page == NULL)
		return;
	memset(&now, 0, sizeof(now));
#define COUNTER(name, text) now.name = le64_of(e->count.name);
	FWI_PORT_STATS_LIST(COUNTER)
#undef COUNTER
	store(page, &now, sizeof(now));
}

void emu_stats_poll(struct emu *e)
{
	struct list *it;

	if (!e->stats_due || e->now_ms - e->written_ms < FWI_STATS_MS)
		return;
	e->stats_due = false;
	e->written_ms = e->now_ms;
	write_port(e);
	while ((it = list_first(&e->dirty)) != NULL)
		emu_stats_write_sa(e, list_of(it, struct emu_sa, dirty));
}
