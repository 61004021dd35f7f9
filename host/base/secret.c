/*
 * Secrets stand in pages of their own, so that MADV_DONTDUMP and mlock reach nothing else.  The heap is one for
 * the process, like malloc's, and is the one exception to the rule against file-scope state: a secret has to be
 * droppable wherever its owner dies, crypto workers included.  Blocks come in steps of 16 bytes to 128 and in powers of two above;
 * freed ones are wiped and go to their size's free list.
 */
#include "base/secret.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { SECRET_STEP = 16, SECRET_STEPS = 8, SECRET_CLASSES = SECRET_STEPS + 5, SECRET_REGION = 64 * 1024 };

static_assert(SECRET_STEP * SECRET_STEPS << (SECRET_CLASSES - SECRET_STEPS) == SECRET_MAX, "the largest block");

struct free_block {
	struct free_block *next;
};

static pthread_mutex_t heap_lock = PTHREAD_MUTEX_INITIALIZER;
static struct free_block *heap_free[SECRET_CLASSES];
static uint8_t *heap_at;
static uint8_t *heap_end;

static size_t size_of(unsigned c)
{
	return c < SECRET_STEPS ? (c + 1) * SECRET_STEP : (size_t)(SECRET_STEP * SECRET_STEPS) << (c + 1 - SECRET_STEPS);
}

static unsigned class_of(size_t len)
{
	unsigned c = SECRET_STEPS;

	if (len <= SECRET_STEP * SECRET_STEPS)
		return (unsigned)((len - 1) / SECRET_STEP);
	while (size_of(c) < len)
		c++;
	return c;
}

static bool add_region(void)
{
	void *p = mmap(NULL, SECRET_REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return false;
	(void)madvise(p, SECRET_REGION, MADV_DONTDUMP);
	(void)mlock(p, SECRET_REGION); /* best effort: RLIMIT_MEMLOCK may be small */
	heap_at = (uint8_t *)p;
	heap_end = heap_at + SECRET_REGION;
	return true;
}

static uint8_t *heap_take(size_t len)
{
	unsigned c = class_of(len);
	size_t size = size_of(c);
	uint8_t *p = NULL;

	(void)pthread_mutex_lock(&heap_lock);
	if (heap_free[c] != NULL) {
		p = (uint8_t *)heap_free[c];
		heap_free[c] = heap_free[c]->next;
		memset(p, 0, sizeof(struct free_block));
	} else if ((size_t)(heap_end - heap_at) >= size || add_region()) {
		p = heap_at;
		heap_at += size;
	}
	(void)pthread_mutex_unlock(&heap_lock);
	return p;
}

static void heap_give(uint8_t *p, size_t len)
{
	unsigned c = class_of(len);
	struct free_block *b = (struct free_block *)(void *)p;

	bytes_wipe(p, len);
	(void)pthread_mutex_lock(&heap_lock);
	b->next = heap_free[c];
	heap_free[c] = b;
	(void)pthread_mutex_unlock(&heap_lock);
}

enum err secret_new(struct secret *s, size_t len)
{
	secret_fini(s);
	if (len == 0)
		return ERR_OK;
	if (len > SECRET_MAX)
		return ERR_RANGE;
	s->data = heap_take(len);
	if (s->data == NULL)
		return ERR_NOMEM;
	s->len = len;
	return ERR_OK;
}

enum err secret_set(struct secret *s, struct bytes b)
{
	struct secret fresh = { 0 };
	enum err err = secret_new(&fresh, b.len);

	if (err != ERR_OK)
		return err;
	if (b.len != 0)
		memcpy(fresh.data, b.data, b.len);
	secret_take(s, &fresh);
	return ERR_OK;
}

void secret_take(struct secret *to, struct secret *from)
{
	if (to == from)
		return;
	secret_fini(to);
	*to = *from;
	from->data = NULL;
	from->len = 0;
}

void secret_fini(struct secret *s)
{
	if (s->data != NULL)
		heap_give(s->data, s->len);
	s->data = NULL;
	s->len = 0;
}

struct bytes secret_view(const struct secret *s)
{
	return bytes_of(s->data, s->len);
}

bool secret_eq(struct bytes a, struct bytes b)
{
	const volatile uint8_t *x = a.data;
	const volatile uint8_t *y = b.data;
	uint8_t diff = 0;

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		diff = (uint8_t)(diff | (x[i] ^ y[i]));
	return diff == 0;
}
