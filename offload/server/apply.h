#ifndef SERVER_APPLY_H
#define SERVER_APPLY_H

#include "server/txn.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Applies 'op[0..count)' in order to the empty 't', which server_txn_settle then ends; when one fails, those before it are
 * undone in reverse and the results say so.  Keys of SAs are moved out of the operations.  A deleted SA stays deleted, even if
 * a later operation fails: its result is ERR_OK then.  Main lcore.
 */
void server_apply(struct server_plant *p, struct dp_op *op, uint16_t count, struct server_txn *t);

#ifdef __cplusplus
}
#endif
#endif
