#ifndef MBOX_SHM_H
#define MBOX_SHM_H

#include <stdint.h>

#include "fwi/le.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Access to memory that the other side writes at the same time.  A register or position is loaded with acquire and
 * stored with release; a structure is copied once and read from the copy, so no check can be undone behind it.
 */
static inline uint32_t mbox_shm_load32(const le32 *at)
{
	le32 x;

	x.v = __atomic_load_n(&at->v, __ATOMIC_ACQUIRE);
	return le32_get(x);
}

static inline uint64_t mbox_shm_load64(const le64 *at)
{
	le64 x;

	x.v = __atomic_load_n(&at->v, __ATOMIC_ACQUIRE);
	return le64_get(x);
}

static inline void mbox_shm_store32(le32 *at, uint32_t value)
{
	__atomic_store_n(&at->v, le32_of(value).v, __ATOMIC_RELEASE);
}

static inline void mbox_shm_store64(le64 *at, uint64_t value)
{
	__atomic_store_n(&at->v, le64_of(value).v, __ATOMIC_RELEASE);
}

/* Full barrier: a store before it is seen by whoever sees a load after it. */
static inline void mbox_shm_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* A word of any structure: the structures that are copied here have smaller fields, too. */
typedef uint64_t mbox_shm_word __attribute__((may_alias));

/* Copies 'len' bytes (a multiple of 8, both ends aligned to 8), each word read exactly once. */
static inline void mbox_shm_copy(void *to, const void *from, uint32_t len)
{
	const volatile mbox_shm_word *src = (const volatile mbox_shm_word *)from;
	mbox_shm_word *dst = (mbox_shm_word *)to;

	for (uint32_t i = 0; i < len / 8; i++)
		dst[i] = src[i];
}

/* Overwrites 'len' bytes (as above) with zeroes; the compiler keeps it. */
static inline void mbox_shm_wipe(void *at, uint32_t len)
{
	volatile mbox_shm_word *dst = (volatile mbox_shm_word *)at;

	for (uint32_t i = 0; i < len / 8; i++)
		dst[i] = 0;
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

#ifdef __cplusplus
}
#endif
#endif
