#ifndef NAVELOAD_HIST_H
#define NAVELOAD_HIST_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Durations in microseconds, in constant memory: 32 buckets for each power of two, so a percentile is exact to 3 %. */
enum { NAVELOAD_HIST_SUB = 32, NAVELOAD_HIST_POWERS = 32, NAVELOAD_HIST_BUCKETS = NAVELOAD_HIST_SUB * NAVELOAD_HIST_POWERS };

struct naveload_hist {
	uint64_t count;
	uint64_t max_us;
	uint32_t bucket[NAVELOAD_HIST_BUCKETS];
};

/* Adds one duration; those of 19 hours and more count as such. */
void naveload_hist_add(struct naveload_hist *h, uint64_t us);

/* What 'percent' (0-100) of the durations don't exceed; 0 when there are none. */
uint64_t naveload_hist_percentile(const struct naveload_hist *h, double percent);

#ifdef __cplusplus
}
#endif
#endif
