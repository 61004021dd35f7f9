/*
 * SA images in transit.  A slot holds a key from mbox_sa_add to the completion, and is zero at any other time: the
 * device wipes it after reading, this file checks that and wipes where the device failed to.  Control thread.
 */
#include "mbox/sa.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "mbox/shm.h"

enum { POOL_MAX = 4096, SLOT = (sizeof(struct fwi_sa_image) + FWI_ALIGN - 1) / FWI_ALIGN * FWI_ALIGN };

struct slot {
	struct mbox_sa_pool *pool;
	struct slot *next_free;
	struct fwi_sa_image *image; /* shared */
	mbox_done_fn *done;
	void *ctx;
};

struct mbox_sa_pool {
	struct mbox *mbox;
	struct fwi_bus *bus;
	struct mbox_region region;
	struct slot *slots;
	struct slot *free_slot;
	uint32_t unwiped;
};

enum fwi_status mbox_sa_pool_new(struct mbox *m, uint32_t count, struct mbox_sa_pool **out)
{
	struct mbox_sa_pool *p = (struct mbox_sa_pool *)calloc(1, sizeof(*p));
	enum fwi_status st = FWI_ST_H_SYSTEM;

	if (p == NULL)
		return st;
	p->mbox = m;
	p->bus = mbox_bus(m);
	if (count == 0 || count > POOL_MAX) {
		st = FWI_ST_FIELD;
		goto fail;
	}
	p->slots = (struct slot *)calloc(count, sizeof(*p->slots));
	if (p->slots == NULL)
		goto fail;
	st = mbox_region_init(&p->region, p->bus, "nave-sa-images", (uint64_t)count * SLOT);
	if (st != FWI_ST_OK)
		goto fail;
	(void)mlock(p->region.base, p->region.size); /* best effort: RLIMIT_MEMLOCK may be small */
	for (uint32_t i = 0; i < count; i++) {
		p->slots[i].pool = p;
		p->slots[i].image = (struct fwi_sa_image *)(void *)(p->region.base + (size_t)i * SLOT);
		p->slots[i].next_free = p->free_slot;
		p->free_slot = &p->slots[i];
	}
	*out = p;
	return FWI_ST_OK;
fail:
	mbox_sa_pool_free(p);
	return st;
}

void mbox_sa_pool_free(struct mbox_sa_pool *p)
{
	if (p == NULL)
		return;
	if (p->region.base != NULL)
		mbox_shm_wipe(p->region.base, (uint32_t)p->region.size);
	mbox_region_fini(&p->region, p->bus);
	free(p->slots);
	free(p);
}

static bool is_zero(const struct fwi_sa_image *image)
{
	const volatile mbox_shm_word *w = (const volatile mbox_shm_word *)(const void *)image;
	uint64_t any = 0;

	for (size_t i = 0; i < sizeof(*image) / sizeof(*w); i++)
		any |= w[i];
	return any == 0;
}

static void added(void *ctx, enum fwi_status status, const void *result)
{
	struct slot *s = (struct slot *)ctx;
	struct mbox_sa_pool *p = s->pool;
	bool answered = status < FWI_ST_H_CLOSED;

	/* A device that answered has wiped the image, whatever it thought of it (13.1, step 3); else the host does. */
	if (!is_zero(s->image)) {
		if (answered)
			p->unwiped++;
		mbox_shm_wipe(s->image, sizeof(*s->image));
	}
	s->next_free = p->free_slot;
	p->free_slot = s;
	if (s->done != NULL)
		s->done(s->ctx, status, result);
}

enum fwi_status mbox_sa_add(
	struct mbox_sa_pool *p, const struct mbox_build_sa *sa, const struct fwi_sa_image *image, mbox_done_fn *done, void *ctx)
{
	struct slot *s = p->free_slot;
	struct fwi_cmd c;
	enum fwi_status st;

	if (s == NULL)
		return FWI_ST_H_FULL;
	s->done = done;
	s->ctx = ctx;
	memcpy(s->image, image, sizeof(*image));
	mbox_build_sa_add(&c, sa, mbox_region_addr(&p->region, s->image, sizeof(*image)));
	p->free_slot = s->next_free;
	st = mbox_post(p->mbox, &c, added, s);
	if (st != FWI_ST_OK) {
		mbox_shm_wipe(s->image, sizeof(*s->image));
		s->next_free = p->free_slot;
		p->free_slot = s;
	}
	return st;
}

uint32_t mbox_sa_unwiped(const struct mbox_sa_pool *p)
{
	return p->unwiped;
}
