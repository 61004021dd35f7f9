#ifndef NAVELOAD_WATCH_H
#define NAVELOAD_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a process has used so far. */
struct naveload_usage {
	uint64_t cpu_us;    /* of all its threads, by the scheduler's count */
	uint64_t rss_bytes; /* resident now */
};

/* ERR_ABSENT: no such process, or /proc doesn't tell. */
MUST_USE enum err naveload_watch_read(uint32_t pid, struct naveload_usage *out);

/* What the waves of a run cost a process: begin, then around each wave of set-ups or rekeys mark and add. */
struct naveload_cost {
	uint32_t pid;
	bool known; /* false: it couldn't be read, and the rest is void */
	struct naveload_usage first, mark;
	uint64_t cpu_us;      /* in all waves of set-ups */
	uint64_t rekey_us;    /* in all waves of rekeys */
	int64_t growth_bytes; /* resident, over the first wave */
};

void naveload_watch_begin(struct naveload_cost *c, uint32_t pid);
void naveload_watch_mark(struct naveload_cost *c);
void naveload_watch_add(struct naveload_cost *c, bool first_wave);
void naveload_watch_add_rekeys(struct naveload_cost *c);

#ifdef __cplusplus
}
#endif
#endif
