#ifndef SERVER_TXN_H
#define SERVER_TXN_H

#include "base/list.h"
#include "server/plant.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A tunnel that is to send through an SA which isn't published yet: so far it sends as before. */
struct server_turn {
	uint32_t tunnel;
	uint32_t sa_out; /* 0: none */
};

/*
 * A transaction whose operations are in, but for the SAs that it made: these wait until their devices have them.  They are
 * published together, then tunnels turn to them: control may use the key of an SA that was undone again, from number 1, so
 * such a one mustn't have sent.  A move of SAs between engines is one too, that nobody asked for.  All-zero is empty.
 */
struct server_txn {
	struct list link; /* of whoever waits for it */
	uint32_t tag;     /* of control's request; 0: nobody waits for the answer */
	bool is_move;
	uint16_t count; /* operations, or SAs that move */
	struct dp_result result[DP_OPS_MAX];
	struct db_sa *made[DP_OPS_MAX]; /* by operation: placed and not published; NULL: none */
	struct server_turn turn[DP_OPS_MAX];
};

/* The new SA 'id' of this transaction; NULL. */
const struct db_sa *server_txn_made(const struct server_txn *t, uint32_t id);

/* Whether a new SA belongs to the tunnel. */
bool server_txn_uses(const struct server_plant *p, const struct server_txn *t, uint32_t tunnel);

/* The tunnel is put again, or deleted: no turn of before counts. */
void server_txn_forget_turn(struct server_txn *t, uint32_t tunnel);

/* Whether 'op' is about what this transaction is still to change, so that it must come after it. */
bool server_txn_touches(const struct server_plant *p, const struct server_txn *t, const struct dp_op *op);

/*
 * Adds the published SA 'id' to a move, which has room.  It is placed anew; its numbers and window go on.  ERR_ABSENT;
 * ERR_BUSY: it is moving or being replaced; ERR_DENIED: policy keeps it out of software, and no device has it, so that it is
 * without a placement and passes nothing.
 */
MUST_USE enum err server_txn_move(struct server_plant *p, struct server_txn *t, uint32_t id);

/* True when every SA stands: then all are published, and 'result' tells where. */
bool server_txn_settle(struct server_plant *p, struct server_txn *t);

/* Gives up the SAs that wait, and the turns to them. */
void server_txn_abandon(struct server_plant *p, struct server_txn *t);

#ifdef __cplusplus
}
#endif
#endif
