#ifndef MBOX_SA_H
#define MBOX_SA_H

#include "mbox/mbox.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Pool of SA images: the only shared memory that ever holds keys, each for the time of one command
 * (docs/fw-interface.md 13).  Same thread as the mailbox.
 */
struct mbox_sa_pool;

/* 'count' images (1..4096) that can be in flight at once. */
enum fwi_status mbox_sa_pool_new(struct mbox *m, uint32_t count, struct mbox_sa_pool **out);

/* Wipes and frees it: after mbox_free's callbacks, before the bus is closed.  NULL is fine. */
void mbox_sa_pool_free(struct mbox_sa_pool *p);

/*
 * Posts SA_ADD with a copy of 'image', which the caller wipes.  Until 'done' the copy lives in the pool; then it
 * has been checked to be zero (a device that left it is counted and the image wiped here).  H_FULL: no image or tag is free.
 */
enum fwi_status mbox_sa_add(
	struct mbox_sa_pool *p, const struct mbox_build_sa *sa, const struct fwi_sa_image *image, mbox_done_fn *done, void *ctx);

/* How often the device answered without having wiped the image. */
uint32_t mbox_sa_unwiped(const struct mbox_sa_pool *p);

#ifdef __cplusplus
}
#endif
#endif
