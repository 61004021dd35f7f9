#include "naveload/hist.h"

enum { SUB_BITS = 5, MAX_SHIFT = NAVELOAD_HIST_POWERS - 2 };

/* Values below 32 have a bucket each; above, the five bits after the highest one choose among its power's. */
static unsigned bucket_of(uint64_t us)
{
	unsigned shift;

	if (us < NAVELOAD_HIST_SUB)
		return (unsigned)us;
	shift = 63 - SUB_BITS - (unsigned)__builtin_clzll(us);
	if (shift > MAX_SHIFT)
		return NAVELOAD_HIST_BUCKETS - 1;
	return (shift + 1) * NAVELOAD_HIST_SUB + (unsigned)((us >> shift) & (NAVELOAD_HIST_SUB - 1));
}

/* The greatest value that falls into 'bucket'; the last one has no end. */
static uint64_t end_of(unsigned bucket)
{
	unsigned shift = bucket / NAVELOAD_HIST_SUB;
	uint64_t sub = bucket % NAVELOAD_HIST_SUB;

	if (shift == 0)
		return sub;
	if (bucket == NAVELOAD_HIST_BUCKETS - 1)
		return UINT64_MAX;
	return ((sub + NAVELOAD_HIST_SUB + 1) << (shift - 1)) - 1;
}

void naveload_hist_add(struct naveload_hist *h, uint64_t us)
{
	h->bucket[bucket_of(us)]++;
	h->count++;
	if (us > h->max_us)
		h->max_us = us;
}

uint64_t naveload_hist_percentile(const struct naveload_hist *h, double percent)
{
	uint64_t below = 0;

	for (unsigned i = 0; i < NAVELOAD_HIST_BUCKETS; i++) {
		below += h->bucket[i];
		if (below != 0 && (double)below * 100 >= percent * (double)h->count)
			return end_of(i) < h->max_us ? end_of(i) : h->max_us;
	}
	return h->max_us;
}
