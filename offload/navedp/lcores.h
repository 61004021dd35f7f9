#ifndef NAVEDP_LCORES_H
#define NAVEDP_LCORES_H

#include "db/rcu.h"
#include "path/worker.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The worker lcores: each polls while packets come and sleeps on its queues' descriptors when none do.
 */
struct navedp_lcores;

/* A descriptor that wakes a worker; 'arm' (may be NULL) brackets the sleep, as interrupts want it. */
struct navedp_wake {
	int fd;
	void (*arm)(void *ctx, bool on);
	void *ctx;
};

/* All that wakes one worker. */
struct navedp_wakes {
	struct navedp_wake wake[PATH_QUEUES_MAX];
	uint32_t count;
	bool deaf; /* a queue has nothing that wakes: it is looked at every millisecond */
};

/* 'workers' and 'rcu' are borrowed; worker i runs on the i-th worker lcore of EAL. */
MUST_USE enum err navedp_lcores_start(struct navedp_lcores **out, struct path_worker **workers, uint32_t count, struct db_rcu *rcu);

/* What wakes worker 'worker' from now on; main lcore.  A descriptor that is gone must be taken out before it is closed. */
void navedp_lcores_set_wakes(struct navedp_lcores *l, uint32_t worker, const struct navedp_wakes *wakes);

/* Wakes a worker that sleeps: something was injected, or its queues changed. */
void navedp_lcores_wake(struct navedp_lcores *l, uint32_t worker);

/* Ends the workers' loops and waits for them; all are offline then. */
void navedp_lcores_stop(struct navedp_lcores *l);

#ifdef __cplusplus
}
#endif
#endif
