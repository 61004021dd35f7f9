#ifndef ENGINE_SELECT_H
#define ENGINE_SELECT_H

#include <stdint.h>

#include "base/err.h"
#include "db/sa.h"
#include "engine/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What selection must know beside the SA. */
struct engine_wish {
	uint8_t port;       /* index of the port whose device is asked; DB_PORT_NONE: none */
	bool offload;       /* the port's policy allows it */
	bool flow_full;     /* the flow table refused the last rule: reason FLOW_FULL */
	uint32_t outer_mtu; /* of the port, for POST_FRAG; 0: unknown */
};

/*
 * Places the prepared 'sa' (keys in sa->conf): the best engine that takes it, with a session; sets engine, session,
 * placement, reason, flag INLINE, place_port and place_epoch, and the sizes the path needs.  Fallback is never
 * silent: reason says why not inline.  An error means that software refused too; nothing is set.  Main lcore.
 */
MUST_USE enum err engine_select(struct engine *e, struct db_sa *sa, const struct engine_wish *wish);

/* Places 'sa' in software, for 'reason' (device down, flow table full, migration). */
MUST_USE enum err engine_select_soft(struct engine *e, struct db_sa *sa, enum dp_reason reason);

#ifdef __cplusplus
}
#endif
#endif
