/* The wheel that shaping needs, run by the worker that sends: there is no lcore beside it.  Workers. */
#include "path/pkt/hold.h"

#include <stdlib.h>

#include <rte_mbuf.h>

enum { SLOTS = PATH_HOLD_MS + 1 };
static_assert((SLOTS & (SLOTS - 1)) == 0, "a slot is the low bits of its time");

struct held {
	struct path_wait wait;
	uint32_t next; /* index + 1; 0: none */
};

struct path_hold {
	uint64_t at_ms; /* slots before it are empty */
	uint32_t count;
	uint32_t free; /* index + 1 */
	uint32_t head[SLOTS], tail[SLOTS];
	struct held held[PATH_HOLD_MAX];
};

enum err path_hold_new(struct path_hold **out)
{
	struct path_hold *h = (struct path_hold *)calloc(1, sizeof(*h));

	if (h == NULL)
		return ERR_NOMEM;
	for (uint32_t i = PATH_HOLD_MAX; i > 0; i--) {
		h->held[i - 1].next = h->free;
		h->free = i;
	}
	*out = h;
	return ERR_OK;
}

void path_hold_free(struct path_hold *h)
{
	for (uint32_t s = 0; h != NULL && s < SLOTS; s++)
		for (uint32_t i = h->head[s]; i != 0; i = h->held[i - 1].next)
			rte_pktmbuf_free(h->held[i - 1].wait.m);
	free(h);
}

uint32_t path_hold_count(const struct path_hold *h)
{
	return h->count;
}

bool path_hold_take(struct path_hold *h, const struct path_wait *w, uint64_t now_ms, uint64_t due_ms)
{
	uint32_t slot = (uint32_t)(due_ms % SLOTS);
	uint32_t i = h->free;

	if (h->count == 0)
		h->at_ms = now_ms;
	if (i == 0 || due_ms - h->at_ms > PATH_HOLD_MS)
		return false;
	h->count++;
	h->free = h->held[i - 1].next;
	h->held[i - 1] = (struct held){ .wait = *w };
	if (h->head[slot] == 0)
		h->head[slot] = i;
	else
		h->held[h->tail[slot] - 1].next = i;
	h->tail[slot] = i;
	return true;
}

bool path_hold_next(struct path_hold *h, uint64_t now_ms, struct path_wait *out)
{
	for (; h->count != 0 && h->at_ms <= now_ms; h->at_ms++) {
		uint32_t *head = &h->head[h->at_ms % SLOTS];
		uint32_t i = *head;

		if (i == 0)
			continue;
		*out = h->held[i - 1].wait;
		*head = h->held[i - 1].next;
		h->held[i - 1].next = h->free;
		h->free = i;
		h->count--;
		return true;
	}
	return false;
}
