#ifndef SERVER_APPLY_H
#define SERVER_APPLY_H

#include "db/db.h"
#include "engine/engine.h"
#include "server/box.h"

#ifdef __cplusplus
extern "C" {
#endif

struct flow_table;

/* Where transactions are applied to. */
struct server_plant {
	struct db *db;
	struct engine *engine;
	struct flow_table *flows;
	const struct server_box *box;
};

/*
 * Applies 'op[0..count)' in order; when one fails, those before it are undone in reverse and 'result' says so.  Keys
 * of SAs are moved out of the operations.  A deleted SA stays deleted, even if a later operation fails: its result
 * is ERR_OK then.  Main lcore.
 */
void server_apply(struct server_plant *p, struct dp_op *op, uint16_t count, struct dp_result *result);

/*
 * Places the published SA 'id' anew: inline where that is possible now, else in software for 'reason' (NONE: as
 * engine_select says).  Its numbers and window go on.  One that its port's policy keeps out of software stays where it
 * is, without a placement: no packet passes until it is moved again.  ERR_ABSENT.
 */
MUST_USE enum err server_apply_move(struct server_plant *p, uint32_t id, enum dp_reason reason);

/* Whether the policy of its port lets software have packets of 'sa'. */
bool server_apply_may_soften(const struct server_plant *p, const struct db_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
