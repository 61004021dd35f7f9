#ifndef NAVEDP_ERRAND_H
#define NAVEDP_ERRAND_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A thread for what the kernel takes its time for, such as taking a netdev away: 20 ms each.  Errands are run one after the other, in the
 * order in which they were given.
 */
struct navedp_errands;

/* Embedded in what it is about, which the thread alone touches from give to done. */
struct navedp_errand {
	struct navedp_errand *next;
	void (*run)(struct navedp_errand *e);
};

MUST_USE enum err navedp_errand_open(struct navedp_errands **out);

/* Waits for the errand under way; those behind it aren't run. */
void navedp_errand_close(struct navedp_errands *q);

void navedp_errand_give(struct navedp_errands *q, struct navedp_errand *e);

/* The next one that is done; NULL: none. */
struct navedp_errand *navedp_errand_done(struct navedp_errands *q);

#ifdef __cplusplus
}
#endif
#endif
