#ifndef SERVER_WAIT_H
#define SERVER_WAIT_H

#include "dp/codec.h"
#include "server/txn.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Transactions that wait for a device.  Several do at once, so that set-up isn't the device's round trip, but none of them
 * is about what another one is still to change.  Main lcore.
 */
enum { SERVER_WAIT_MAX = 64 }; /* of control's: as many as it keeps open */

struct server_wait {
	struct list txns;
	uint32_t asked; /* of them control's */
};

typedef void server_wait_done(void *ctx, const struct server_txn *t);

void server_wait_init(struct server_wait *w);

/* Gives up all that wait. */
void server_wait_fini(struct server_wait *w, struct server_plant *p);

/* Takes 't', from the heap. */
void server_wait_add(struct server_wait *w, struct server_txn *t);

/* Whether the request 'm' must wait for them: for what it is about, or for what it would show. */
bool server_wait_blocks(const struct server_wait *w, const struct server_plant *p, const struct dp_msg *m);

/* Ends and frees 't', which was added, if it has settled: no device has to answer any more.  'done' is told of it. */
void server_wait_end(struct server_wait *w, struct server_plant *p, struct server_txn *t, server_wait_done *done, void *ctx);

/* The same for all of them. */
void server_wait_poll(struct server_wait *w, struct server_plant *p, server_wait_done *done, void *ctx);

/* Who asked is gone: they settle, and nobody is told. */
void server_wait_mute(struct server_wait *w);

#ifdef __cplusplus
}
#endif
#endif
