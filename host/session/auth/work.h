#ifndef SESSION_WORK_H
#define SESSION_WORK_H

#include "crypto/job.h"
#include "ike/ports.h"

#ifdef __cplusplus
extern "C" {
#endif

struct session_hub;
struct session_model;

/*
 * Public-key work for one question of the engine's, on the heap: done at once when it is short and little of that was done
 * in this turn of the loop, else by a crypto worker (docs/decisions/0006).  Whoever embeds it fills in the functions.
 */
struct session_work {
	struct crypto_job job;
	struct session_hub *hub;
	struct session_model *model;                           /* counted meanwhile: what the work borrows lives in it; NULL: nothing */
	void (*run)(struct session_work *w, struct crypto *c); /* any thread */
	void (*answer)(struct session_work *w, bool ran);      /* loop; false: there was no room for it */
	void (*free)(struct session_work *w);                  /* loop; what it holds, and itself */
};

/* In units of about 50 us. */
enum session_work_cost { SESSION_WORK_UNIT = 1, SESSION_WORK_LONG = 1000 };

/* Has it done, sooner or later; 'model' is counted here.  It is gone when this returns, or will be. */
void session_work_begin(struct session_hub *h, struct session_work *w, unsigned cost);

/* Functions of struct ike_ports, whose ctx is the hub. */
void session_work_agree(void *ctx, struct slab_handle question, const struct ike_agree *ask);

#ifdef __cplusplus
}
#endif
#endif
