/*
 * Address pools.  The free addresses form a queue threaded through an array with one entry an address: a lease
 * takes the head or unlinks the wanted one, a release appends.  Loop thread only.
 */
#include "session/pool.h"

#include <assert.h>
#include <stdlib.h>

enum { POOL_LEASED = UINT32_MAX };

/* Offsets are 1-based in links, so that 0 ends the queue. */
struct pool_slot {
	uint32_t next; /* POOL_LEASED while leased */
	uint32_t prev;
};

struct session_pool {
	struct addr first;
	uint32_t size;
	uint32_t used;
	struct pool_slot *slot; /* [0] is the queue's head and tail */
};

/* The low 64 bits are enough: a pool never spans more. */
static uint64_t low_bits(const struct addr *a)
{
	struct bytes b = addr_bytes(a);
	uint64_t v = 0;

	for (size_t i = b.len > 8 ? b.len - 8 : 0; i < b.len; i++)
		v = v << 8 | b.data[i];
	return v;
}

static struct addr add_offset(const struct addr *first, uint64_t offset)
{
	struct addr a = *first;
	size_t i = addr_bits(&a) / 8;

	while (i-- > 0 && offset != 0) {
		offset += a.b[i];
		a.b[i] = (uint8_t)offset;
		offset >>= 8;
	}
	return a;
}

static void append(struct session_pool *p, uint32_t at)
{
	uint32_t tail = p->slot[0].prev;

	p->slot[at].prev = tail;
	p->slot[at].next = 0;
	p->slot[tail].next = at;
	p->slot[0].prev = at;
}

static void unlink_slot(struct session_pool *p, uint32_t at)
{
	struct pool_slot *s = &p->slot[at];

	p->slot[s->prev].next = s->next;
	p->slot[s->next].prev = s->prev;
	s->next = POOL_LEASED;
}

/* Position of 'a' in the pool, from 1; 0 when it isn't of the pool. */
static uint32_t position(const struct session_pool *p, const struct addr *a)
{
	uint64_t offset;
	struct addr same;

	if (a->family != p->first.family)
		return 0;
	offset = low_bits(a) - low_bits(&p->first);
	if (offset >= p->size)
		return 0;
	same = add_offset(&p->first, offset);
	return addr_eq(&same, a) ? (uint32_t)offset + 1 : 0;
}

enum err session_pool_new(struct session_pool **out, const struct addr *first, const struct addr *last)
{
	uint64_t span = low_bits(last) - low_bits(first);
	struct session_pool *p;
	struct addr end;

	if (first->family != last->family || addr_bits(first) == 0 || addr_cmp(first, last) > 0 || span >= SESSION_POOL_MAX)
		return ERR_RANGE;
	end = add_offset(first, span);
	if (!addr_eq(&end, last))
		return ERR_RANGE;
	p = (struct session_pool *)calloc(1, sizeof(*p));
	if (p == NULL)
		return ERR_NOMEM;
	p->first = *first;
	p->size = (uint32_t)span + 1;
	p->slot = (struct pool_slot *)calloc((size_t)p->size + 1, sizeof(*p->slot));
	if (p->slot == NULL) {
		session_pool_free(p);
		return ERR_NOMEM;
	}
	for (uint32_t i = 1; i <= p->size; i++)
		append(p, i);
	*out = p;
	return ERR_OK;
}

void session_pool_free(struct session_pool *p)
{
	if (p == NULL)
		return;
	free(p->slot);
	free(p);
}

enum err session_pool_lease(struct session_pool *p, const struct addr *want, struct addr *out)
{
	uint32_t at = p->slot[0].next;

	if (want != NULL && session_pool_claim(p, want) == ERR_OK) {
		*out = *want;
		return ERR_OK;
	}
	if (at == 0)
		return ERR_FULL;
	unlink_slot(p, at);
	p->used++;
	*out = add_offset(&p->first, at - 1);
	return ERR_OK;
}

enum err session_pool_claim(struct session_pool *p, const struct addr *a)
{
	uint32_t at = position(p, a);

	if (at == 0)
		return ERR_ABSENT;
	if (p->slot[at].next == POOL_LEASED)
		return ERR_BUSY;
	unlink_slot(p, at);
	p->used++;
	return ERR_OK;
}

void session_pool_release(struct session_pool *p, const struct addr *a)
{
	uint32_t at = position(p, a);

	if (at == 0 || p->slot[at].next != POOL_LEASED)
		return;
	assert(p->used > 0);
	append(p, at);
	p->used--;
}

uint32_t session_pool_size(const struct session_pool *p)
{
	return p->size;
}

uint32_t session_pool_used(const struct session_pool *p)
{
	return p->used;
}
