/* The wheel that shaping needs, run by the worker that sends: there is no lcore beside it.  Workers. */
#include "path/pkt/hold.h"

#include <stdlib.h>

#include <rte_mbuf.h>

#include "path/pkt/hand.h"

enum { SLOTS = PATH_HOLD_MS + 1 };
static_assert((SLOTS & (SLOTS - 1)) == 0, "a slot is the low bits of its time");

struct held {
	struct rte_mbuf *m;
	uint32_t next; /* index + 1; 0: none */
	uint32_t tunnel;
	uint32_t id; /* of that tunnel, whose index another may have when the time has come */
	uint16_t flags;
};

struct path_hold {
	uint64_t at_ms; /* slots up to it are empty, but for what is being resumed */
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
			rte_pktmbuf_free(h->held[i - 1].m);
	free(h);
}

uint32_t path_hold_count(const struct path_hold *h)
{
	return h->count;
}

bool path_hold_take(struct path_ctx *c, struct path_pkt *p, uint64_t due_ms)
{
	uint32_t slot = (uint32_t)(due_ms % SLOTS);
	struct path_hold *h = c->hold;
	uint32_t i = h->free;
	struct held *e;

	if (h->count == 0)
		h->at_ms = c->now_ms;
	if (i == 0 || due_ms - h->at_ms > PATH_HOLD_MS)
		return false;
	h->count++;
	e = &h->held[i - 1];
	h->free = e->next;
	*e = (struct held){ .m = p->m, .tunnel = p->tunnel, .id = c->db->tunnel[p->tunnel].id, .flags = p->flags };
	if (h->head[slot] == 0)
		h->head[slot] = i;
	else
		h->held[h->tail[slot] - 1].next = i;
	h->tail[slot] = i;
	return true;
}

/* The next packet that is due; 0: none. */
static uint32_t next_due(struct path_hold *h, uint64_t now_ms)
{
	for (; h->count != 0 && h->at_ms <= now_ms; h->at_ms++) {
		uint32_t *head = &h->head[h->at_ms % SLOTS];
		uint32_t i = *head;

		if (i == 0)
			continue;
		*head = h->held[i - 1].next;
		h->held[i - 1].next = h->free;
		h->free = i;
		h->count--;
		return i;
	}
	return 0;
}

/* To its tunnel, if that is still the one. */
static void resume(struct path_ctx *c, struct path_pkt *p, const struct held *e)
{
	struct path_hand hand = { .m = e->m, .tunnel = e->tunnel, .flags = e->flags, .stage = PATH_AT_ENCAP };
	const struct db_tunnel *t = &c->db->tunnel[e->tunnel];

	hand.vrf = __atomic_load_n(&t->inner_vrf, __ATOMIC_RELAXED);
	if (__atomic_load_n(&t->live, __ATOMIC_ACQUIRE) && t->id == e->id) {
		path_hand_resume(c, p, &hand);
		return;
	}
	p->m = e->m;
	path_drop(c, p, PATH_DROP_TUNNEL_DOWN);
}

uint32_t path_hold_resume(struct path_ctx *c)
{
	uint32_t n = 0, i;

	while (n < PATH_BURST && (i = next_due(c->hold, c->now_ms)) != 0)
		resume(c, &c->pkt[n++], &c->hold->held[i - 1]);
	return n;
}
