#ifndef NAVELOAD_TALLY_H
#define NAVELOAD_TALLY_H

#include <stdint.h>

#include "ike/ports.h"
#include "naveload/hist.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What became of one wave. */
struct naveload_tally {
	uint32_t tried, done, failed;
	uint32_t cause[IKE_DOWN_COUNT]; /* of those that failed */
	uint64_t begin_us, end_us;      /* the first was begun, the last ended */
	struct naveload_hist time;      /* of those that were done; not measured for leavers */
};

/* What is done to peers that are held. */
enum naveload_act {
	NAVELOAD_ACT_REKEY_IKE,
	NAVELOAD_ACT_REKEY_CHILD,
	NAVELOAD_ACT_PROBE,
	NAVELOAD_ACT_RECONNECT, /* deletes and comes again */
	NAVELOAD_ACT_RETURN,    /* comes again as if it had lost its state: the hub finds out by INITIAL_CONTACT */
	NAVELOAD_ACT_COUNT
};

/* One round: all come, get fresh keys, stay, go. */
struct naveload_round {
	struct naveload_tally setup, rekey, again, leave; /* 'again': set-ups while they are held */
	uint32_t act[NAVELOAD_ACT_COUNT];
	uint32_t up;                   /* when the last set-up had ended */
	uint32_t up_last;              /* at the end of the hold */
	uint32_t stuck;                /* SAs that were under way then and have never settled */
	uint32_t lost[IKE_DOWN_COUNT]; /* that were up and went without having been asked to, by cause */
};

static inline void naveload_tally_begin(struct naveload_tally *t, uint64_t now_us)
{
	if (t->tried++ == 0)
		t->begin_us = now_us;
}

static inline void naveload_tally_done(struct naveload_tally *t, uint64_t now_us)
{
	t->done++;
	t->end_us = now_us;
}

static inline void naveload_tally_failed(struct naveload_tally *t, enum ike_down cause, uint64_t now_us)
{
	t->failed++;
	t->cause[cause]++;
	t->end_us = now_us;
}

/* Done a second; 0 when none was. */
static inline double naveload_tally_rate(const struct naveload_tally *t)
{
	return t->done == 0 || t->end_us <= t->begin_us ? 0 : (double)t->done * 1e6 / (double)(t->end_us - t->begin_us);
}

#ifdef __cplusplus
}
#endif
#endif
