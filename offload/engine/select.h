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
	uint8_t offload;    /* enum dp_offload: the port's policy */
	uint32_t outer_mtu; /* of the port, for POST_FRAG; 0: unknown */
};

/* Why 'sa' (prepared or published) can't be in the port's device now; DP_WHY_NONE: it could. */
enum dp_reason engine_select_why(const struct engine *e, const struct db_sa *sa, const struct engine_wish *wish);

/* Why the device of 'port' didn't take an SA or its flow rule, by 'err': full, dead or gone, or it refused; 'full' is what full means. */
enum dp_reason engine_select_refusal(const struct engine *e, uint8_t port, enum err err, enum dp_reason full);

/*
 * Places the prepared 'sa' (keys in sa->conf): the best engine that takes it, with a session; sets engine, session,
 * placement, reason, flag INLINE, place_port and place_epoch, and the sizes the path needs.  Fallback is never
 * silent: reason says why not inline.  ERR_DENIED: the port's policy is inline or nowhere; placement is NONE and reason
 * says why not inline.  Any other error means that software refused too; nothing is set.  Main lcore.
 */
MUST_USE enum err engine_select(struct engine *e, struct db_sa *sa, const struct engine_wish *wish);

/* Places 'sa', which can't be inline for 'reason', as the policy of 'wish' has it: in software, or ERR_DENIED as above. */
MUST_USE enum err engine_select_other(struct engine *e, struct db_sa *sa, const struct engine_wish *wish, enum dp_reason reason);

/* Places 'sa' in software, for 'reason' (device down, flow table full, migration). */
MUST_USE enum err engine_select_soft(struct engine *e, struct db_sa *sa, enum dp_reason reason);

#ifdef __cplusplus
}
#endif
#endif
