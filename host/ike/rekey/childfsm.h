#ifndef IKE_CHILDFSM_H
#define IKE_CHILDFSM_H

#include "ike/child.h"
#include "ike/fsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * States of a pair of ESP SAs.  'I_' our successor of it, 'R_' the peer's, 'X_' both: RFC7296-2.8.1, -2.25.1.  'N_' a further one of
 * ours, RFC7296-1.3.1.
 * X(name, what ends the wait, kind, text).
 */
#define IKE_CHILD_STATE_LIST(X)                                                                             \
	X(NONE, NEVER, GONE, "no such state")                                                               \
	X(FIRST, NEVER, NEW, "IKE_AUTH has it installed")                                                   \
	X(N_WAIT, NEVER, NEW, "to be asked for as soon as the window is free")                              \
	X(N_LATER, NEVER, NEW, "the peer refused it for the time being")                                    \
	X(N_ASK, ANSWER, NEW, "our request for it is under way")                                            \
	X(N_DROP, ANSWER, GONE, "no longer wanted, but our request for it is under way")                    \
	X(N_INSTALL, WORLD, NEW, "the peer has granted it; being installed")                                \
	X(R_INSTALL, WORLD, NEW, "the peer's further or successor, being installed; it isn't answered yet") \
	X(I_INSTALL, WORLD, NEW, "our successor of another, being installed")                               \
	X(I_HELD, NEVER, NEW, "our successor of another, installed; the peer's crossing one isn't yet")     \
	X(UP, NEVER, LIVE, "up")                                                                            \
	X(WAIT, NEVER, LIVE, "to be rekeyed as soon as the window is free")                                 \
	X(R_REKEY, NEVER, MOVING, "the peer's successor is being installed")                                \
	X(I_REKEY, ANSWER, MOVING, "our request for a successor is under way")                              \
	X(X_REKEY, ANSWER, MOVING, "our request is under way and the peer's successor is being installed")  \
	X(X_DONE, ANSWER, MOVING, "our request is under way, the peer's successor is up")                   \
	X(I_MADE, NEVER, MOVING, "our successor is being installed")                                        \
	X(X_MADE, NEVER, MOVING, "both successors are being installed")                                     \
	X(OLD, OLD, MOVING, "a successor is up: the peer is to delete this one")                            \
	X(LOST, ANSWER, GONE, "the peer deleted it while our request for a successor is under way")         \
	X(CLOSE, NEVER, GONE, "to be deleted as soon as the window is free")                                \
	X(CLOSING, ANSWER, GONE, "our delete is under way")                                                 \
	X(FADE, FADE, GONE, "deleted on both sides; packets that were on their way are still received")     \
	X(DEAD, NEVER, GONE, "to be freed")

enum ike_child_state {
#define IKE_CHILD_STATE_ENUM(name, wait, kind, text) IKE_C_##name,
	IKE_CHILD_STATE_LIST(IKE_CHILD_STATE_ENUM)
#undef IKE_CHILD_STATE_ENUM
		IKE_C_COUNT
};

enum ike_child_kind {
	IKE_CHILD_NEW,    /* not usable yet */
	IKE_CHILD_LIVE,   /* usable */
	IKE_CHILD_MOVING, /* usable, and being replaced */
	IKE_CHILD_GONE    /* for the peer it is no more, or soon won't be */
};

/* X(name, text) */
#define IKE_CHILD_EVENT_LIST(X)                                              \
	X(INSTALLED, "the world has it")                                     \
	X(REDUNDANT, "the world has it, but the peer's crossing one stays")  \
	X(HELD, "the world has it, but not yet the peer's crossing one")     \
	X(NOT_INSTALLED, "the world couldn't install it")                    \
	X(TIMEOUT, "the state lasted too long")                              \
	X(REKEY, "end of its soft lifetime, or the world wants a successor") \
	X(SEND, "the window is free for its request")                        \
	X(MADE, "the peer grants our request")                               \
	X(GROUP, "the peer refuses it, and would take another group")        \
	X(SINGLE, "the peer refuses it, and would take one pair of hosts")   \
	X(LATER, "the peer refuses it, for the time being")                  \
	X(NEVER, "the peer refuses it for good")                             \
	X(NOT_FOUND, "the peer doesn't know the SA")                         \
	X(SUCCEEDED, "our successor is up")                                  \
	X(YIELDED, "our successor goes, the peer's crossing one stays")      \
	X(FAILED, "our successor came to nothing")                           \
	X(REPLACED, "the peer's successor is up")                            \
	X(NOT_REPLACED, "the peer's successor came to nothing")              \
	X(RESTORED, "the peer deleted the successor")                        \
	X(PEER_REKEY, "the peer asks for a successor")                       \
	X(PEER_DELETE, "the peer deletes it")                                \
	X(DELETE, "the world wants it gone")                                 \
	X(HARD, "end of its lifetime")                                       \
	X(DELETED, "the peer answers our delete")

enum ike_child_event {
#define IKE_CHILD_EVENT_ENUM(name, text) IKE_CE_##name,
	IKE_CHILD_EVENT_LIST(IKE_CHILD_EVENT_ENUM)
#undef IKE_CHILD_EVENT_ENUM
		IKE_CE_COUNT
};

/* Does what an event asks for in a state.  Never steps: it may post.  's->msg' is NULL when the event isn't a message. */
typedef enum err ike_child_action_fn(const struct ike_step *s, struct ike_child *child);

struct ike_child_cell {
	ike_child_action_fn *action; /* NULL: nothing to do but to change the state */
	const char *name;
	enum ike_child_state ok;   /* IKE_C_NONE: empty cell, the event is refused */
	enum ike_child_state fail; /* after an action's error */
};

/* The table's cell, also for the test and the diagram. */
const struct ike_child_cell *ike_childfsm_cell(enum ike_child_state state, enum ike_child_event event);

const char *ike_childfsm_state_str(enum ike_child_state state);
const char *ike_childfsm_state_text(enum ike_child_state state);
enum ike_wait ike_childfsm_state_wait(enum ike_child_state state);
enum ike_child_kind ike_childfsm_state_kind(enum ike_child_state state);
const char *ike_childfsm_event_str(enum ike_child_event event);
const char *ike_childfsm_event_text(enum ike_child_event event);

/* The kind of state that 'child' is in. */
enum ike_child_kind ike_childfsm_kind(const struct ike_child *child);

/* A new child's first state: FIRST, N_WAIT, N_INSTALL, R_INSTALL, I_INSTALL or CLOSE. */
void ike_childfsm_begin(struct ike_child *child, enum ike_child_state state);

/* Steps it with a message's event or with SEND; the child may be gone afterwards.  Returns as ike_fsm_run does. */
enum err ike_childfsm_step(const struct ike_step *s, struct ike_child *child, enum ike_child_event event);

/* Notes an event, which is stepped when the IKE SA takes IKE_E_CHILD. */
void ike_childfsm_post(struct ike_child *child, enum ike_child_event event);

#ifdef __cplusplus
}
#endif
#endif
