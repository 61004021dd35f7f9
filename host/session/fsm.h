#ifndef SESSION_FSM_H
#define SESSION_FSM_H

#include "session/session.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The state machine of a session.  The states are in session.h. */
#define SESSION_EVENT_LIST(X)                                                  \
	X(GRANT, "the peer is authorized")                                     \
	X(INSTALL, "the engine wants a pair of SAs installed")                 \
	X(PLACED, "the datapath has them")                                     \
	X(FAILED, "the datapath refused them, or something before it failed")  \
	X(UP, "the engine says that the IKE SA and its first CHILD_SA are up") \
	X(DOWN, "the IKE SA is gone")

enum session_event {
#define SESSION_EVENT_ENUM(name, text) SESSION_E_##name,
	SESSION_EVENT_LIST(SESSION_EVENT_ENUM)
#undef SESSION_EVENT_ENUM
		SESSION_E_COUNT
};

/* Steps it: the only writer of 'state'.  ERR_STATE, and logged, for an event that the state has no use for. */
MUST_USE enum err session_fsm_step(struct session *s, enum session_event event);

/* ---- for tests and documents ---- */

/* Where 'event' leads from 'state'; SESSION_S_COUNT: refused. */
enum session_state session_fsm_next(enum session_state state, enum session_event event);

const char *session_fsm_state_text(enum session_state state);
const char *session_fsm_event_str(enum session_event event); /* "INSTALL" */
const char *session_fsm_event_text(enum session_event event);

#ifdef __cplusplus
}
#endif
#endif
