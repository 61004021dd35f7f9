/* From workers to the main lcore, through a ring that has one writer and one reader. */
#include "path/pkt/note.h"

#include <rte_ring.h>

bool path_note_send(struct path_ctx *c, const struct path_note *n)
{
	if (rte_ring_sp_enqueue_elem(c->notes, (void *)(uintptr_t)n, sizeof(*n)) == 0)
		return true;
	path_count(c, PATH_COUNT_NOTES_LOST, 1);
	return false;
}

bool path_note_due(struct path_ctx *c)
{
	return limit_take(&c->note_limit, c->now_ms);
}
