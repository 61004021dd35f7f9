#ifndef ENGINE_EXT_H
#define ENGINE_EXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What DPDK's API can't say of an inline device: a table of nullable functions per driver, filled by whoever knows
 * the driver's own header (navedp for net_nave's rte_pmd_nave.h).  Every feature degrades with a reason where its
 * function is NULL.  'port' is DPDK's port number.  Main lcore.
 */
struct engine_ext_state {
	uint64_t next; /* outbound: the device's next number; inbound: its top */
	uint64_t packets;
	uint64_t bytes;
	uint64_t replay_drops;
	uint64_t auth_drops;
	uint64_t other_drops;
};

struct engine_ext {
	/* Run-time state and counters of a session. */
	enum err (*state_get)(uint16_t port, const void *session, struct engine_ext_state *out);

	/* Asks for a fence; *tag names it.  Everything submitted before has taken effect when fence_passed says so. */
	enum err (*fence)(uint16_t port, uint32_t *tag);
	bool (*fence_passed)(uint16_t port, uint32_t tag);

	/* Whether the session's creation failed late; ERR_AGAIN while it is under way, ERR_OK once it stands. */
	enum err (*session_status)(uint16_t port, const void *session);

	/* The same of a rule (a struct rte_flow). */
	enum err (*flow_status)(uint16_t port, const void *flow);

	/* The device's epoch and life sign. */
	enum err (*epoch)(uint16_t port, uint32_t *epoch);
	bool (*alive)(uint16_t port);
};

#ifdef __cplusplus
}
#endif
#endif
