#ifndef NAVELOAD_WAVE_H
#define NAVELOAD_WAVE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How fast peers are begun. */
struct naveload_pace {
	uint32_t rate;        /* a second; 0: no limit */
	uint32_t burst;       /* that many at once before 'rate' counts */
	uint32_t concurrency; /* at most that many under way; 0: no limit */
};

/* One pass over all peers, in order: each is begun once and ends once. */
struct naveload_wave {
	struct naveload_pace pace;
	uint64_t start_us;
	uint32_t count;
	uint32_t next;      /* the first that wasn't begun */
	uint32_t under_way; /* begun and not ended */
};

void naveload_wave_init(struct naveload_wave *w, const struct naveload_pace *pace, uint32_t count, uint64_t now_us);

/* When the next peer is to be begun; UINT64_MAX: not before another one ends, or never. */
uint64_t naveload_wave_due(const struct naveload_wave *w);

/*
 * The next peer if one is due; it is under way then.  '*since_us' is the time its wait is counted from: with a rate the moment it
 * was due, so that a swarm that lags behind its own schedule doesn't flatter the responder.
 */
bool naveload_wave_take(struct naveload_wave *w, uint64_t now_us, uint32_t *index, uint64_t *since_us);

/* One that was under way has ended. */
void naveload_wave_end(struct naveload_wave *w);

/* No further peer is begun. */
void naveload_wave_cut(struct naveload_wave *w);

/* All have been begun and have ended. */
bool naveload_wave_over(const struct naveload_wave *w);

#ifdef __cplusplus
}
#endif
#endif
