#ifndef IKE_FSM_H
#define IKE_FSM_H

#include "base/err.h"
#include "ike/ports.h"
#include "ike/wire/msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/* States of an IKE SA.  X(name, what ends the wait, text); NONE marks an empty cell. */
#define IKE_STATE_LIST(X)                                                                      \
	X(NONE, NEVER, "no such state")                                                        \
	X(IDLE, NEVER, "made; its first event is on the way")                                  \
	X(I_INIT, ANSWER, "IKE_SA_INIT sent")                                                  \
	X(I_RESUME, ANSWER, "IKE_SESSION_RESUME sent")                                         \
	X(I_KEYED, NEVER, "keys derived; our AUTH is next")                                    \
	X(I_INTER, ANSWER, "IKE_INTERMEDIATE sent")                                            \
	X(I_SIGN, WORLD, "our AUTH is being made")                                             \
	X(I_AUTH, ANSWER, "IKE_AUTH sent")                                                     \
	X(I_EAP_VERIFY, WORLD, "the same, and EAP has begun")                                  \
	X(I_EAP_TURN, WORLD, "the world is asked for the answer to an EAP packet")             \
	X(I_EAP, ANSWER, "EAP packet sent")                                                    \
	X(I_LAST, ANSWER, "EAP is through; our AUTH sent")                                     \
	X(I_VERIFY, WORLD, "the world is asked with what the peer is verified")                \
	X(I_INSTALL, WORLD, "the first child is being installed")                              \
	X(I_DROP, ANSWER, "no longer wanted, but IKE_AUTH is under way")                       \
	X(R_INIT, HALF_OPEN, "IKE_SA_INIT answered")                                           \
	X(R_VERIFY, WORLD, "the world is asked who the peer is")                               \
	X(R_EAP_WHO, WORLD, "the world is asked who it is that wants EAP")                     \
	X(R_EAP_SIGN, WORLD, "our AUTH is being made, to be sent with the first EAP packet")   \
	X(R_EAP_TURN, WORLD, "the world is asked for an EAP packet")                           \
	X(R_EAP, EAP, "EAP packet sent; the peer's is awaited")                                \
	X(R_LAST, EAP, "EAP is through; the peer's AUTH is awaited")                           \
	X(R_SIGN, WORLD, "the peer is verified; our AUTH is being made")                       \
	X(R_GRANT, WORLD, "the world is asked what the peer may have")                         \
	X(R_INSTALL, WORLD, "the first child is being installed; IKE_AUTH isn't answered yet") \
	X(UP, NEVER, "up")                                                                     \
	X(REKEY, ANSWER, "up; our request for new keys is under way")                          \
	X(X_REKEY, ANSWER, "the same, and the peer's crossing request has been answered")      \
	X(REKEY_MORE, ANSWER, "up; the peer agrees to new keys, further key exchanges go on")  \
	X(REKEY_DROP, ANSWER, "no longer wanted, but our request for new keys is under way")   \
	X(SPARE, ANSWER, "what the peer's crossing request made; it isn't known which stays")  \
	X(OLD, OLD, "replaced by rekeying; the peer is to delete it")                          \
	X(RETIRING, ANSWER, "its successor is up; we delete it, and it receives until then")   \
	X(FADING, FADE, "deleted; it receives what is on its way")                             \
	X(CHILDLESS, CHILDLESS, "authenticated, but without a child")                          \
	X(DELETING, ANSWER, "we delete it; for the world it is gone")                          \
	X(LINGER, LINGER, "gone; kept to repeat the last response")                            \
	X(DEAD, NEVER, "to be freed")

/* What bounds the stay in a state; each has its time in the engine's configuration. */
enum ike_wait {
	IKE_WAIT_NEVER,
	IKE_WAIT_ANSWER,
	IKE_WAIT_WORLD,
	IKE_WAIT_HALF_OPEN,
	IKE_WAIT_EAP,
	IKE_WAIT_CHILDLESS,
	IKE_WAIT_OLD,
	IKE_WAIT_FADE,
	IKE_WAIT_LINGER
};

enum ike_state {
#define IKE_STATE_ENUM(name, wait, text) IKE_S_##name,
	IKE_STATE_LIST(IKE_STATE_ENUM)
#undef IKE_STATE_ENUM
		IKE_S_COUNT
};

/* Everything that can happen.  X(name, why the SA is gone if that is what comes of it, text). */
#define IKE_EVENT_LIST(X)                                                                                          \
	X(INITIATE, INTERNAL, "the world wants an SA")                                                             \
	X(INIT_REQUEST, INTERNAL, "IKE_SA_INIT request, admitted")                                                 \
	X(INIT_RESPONSE, INTERNAL, "IKE_SA_INIT response")                                                         \
	X(INIT_COOKIE, INTERNAL, "IKE_SA_INIT refused: COOKIE")                                                    \
	X(INIT_GROUP, INTERNAL, "IKE_SA_INIT refused: INVALID_KE_PAYLOAD")                                         \
	X(INIT_REFUSED, INTERNAL, "IKE_SA_INIT refused for another reason")                                        \
	X(INIT_REDIRECT, REDIRECTED, "IKE_SA_INIT answered with REDIRECT")                                         \
	X(RESUME, INTERNAL, "the world wants an SA resumed")                                                       \
	X(RESUME_REQUEST, INTERNAL, "IKE_SESSION_RESUME request, admitted")                                        \
	X(RESUME_RESPONSE, INTERNAL, "IKE_SESSION_RESUME response")                                                \
	X(RESUME_REFUSED, INTERNAL, "IKE_SESSION_RESUME refused")                                                  \
	X(KEYED, INTERNAL, "the keys are there")                                                                   \
	X(INTER, INTERNAL, "another key exchange comes before authentication")                                     \
	X(INTER_REQUEST, PROTOCOL, "IKE_INTERMEDIATE request")                                                     \
	X(INTER_RESPONSE, PROTOCOL, "IKE_INTERMEDIATE response")                                                   \
	X(INTER_REFUSED, PROTOCOL, "IKE_INTERMEDIATE refused")                                                     \
	X(AUTH_REQUEST, AUTH, "IKE_AUTH request")                                                                  \
	X(AUTH_RESPONSE, PROTOCOL, "IKE_AUTH response with a child")                                               \
	X(AUTH_CHILDLESS, PROTOCOL, "IKE_AUTH response without a child")                                           \
	X(AUTH_REFUSED, AUTH, "IKE_AUTH refused")                                                                  \
	X(EAP_WANTED, AUTH, "IKE_AUTH request without AUTH")                                                       \
	X(EAP_OFFERED, PROTOCOL, "IKE_AUTH response with the first EAP packet")                                    \
	X(EAP_PACKET, PROTOCOL, "IKE_AUTH with a later EAP packet")                                                \
	X(AUTH_LAST, PROTOCOL, "IKE_AUTH after EAP")                                                               \
	X(EAP_ON, INTERNAL, "the world has an EAP packet to send")                                                 \
	X(EAP_DONE, INTERNAL, "the world says that EAP is through")                                                \
	X(EAP_FAILED, AUTH, "the world says that EAP has failed")                                                  \
	X(PROVED, AUTH, "the world says with what the peer is verified")                                           \
	X(UNPROVED, AUTH, "the world doesn't know the peer")                                                       \
	X(SIGNED, INTERNAL, "our AUTH is made")                                                                    \
	X(SIGNED_BARE, INTERNAL, "the same without the post-quantum key; with it comes next")                      \
	X(UNSIGNED, AUTH, "the world can't sign")                                                                  \
	X(GRANTED, INTERNAL, "the world lets the peer in")                                                         \
	X(GRANTED_BARE, INTERNAL, "the same, and the first child comes later")                                     \
	X(REFUSED, AUTH, "the world doesn't let the peer in")                                                      \
	X(REDIRECTED, INTERNAL, "the world sends the peer to another gateway")                                     \
	X(NO_ADDRESS, ADDRESS, "the world has no address for the peer")                                            \
	X(CHILD, INTERNAL, "something was posted for a child")                                                     \
	X(INSTALLED, INTERNAL, "the first child is installed")                                                     \
	X(NOT_INSTALLED, INSTALL, "the first child couldn't be installed")                                         \
	X(CHILD_REQUEST, INTERNAL, "CREATE_CHILD_SA request for a child")                                          \
	X(CHILD_RESPONSE, INTERNAL, "response to ours for a child")                                                \
	X(HAS_CHILD, INTERNAL, "an SA that had lost its last child is to have one again")                          \
	X(LATER, INTERNAL, "IKE_AUTH is through; the first child comes later")                                     \
	X(BORN, INTERNAL, "the first child came, after IKE_AUTH")                                                  \
	X(SOFT, INTERNAL, "end of the SA's soft lifetime, or the world wants new keys")                            \
	X(REKEY_REQUEST, INTERNAL, "CREATE_CHILD_SA request for a new IKE SA")                                     \
	X(REKEY_EARLY, INTERNAL, "the same, but exchanges of ours stand against it")                               \
	X(REKEY_RESPONSE, INTERNAL, "response to ours: there is a new IKE SA, which stays")                        \
	X(REKEY_REDUNDANT, INTERNAL, "the same, but the peer's crossing one stays")                                \
	X(REKEY_GROUP, INTERNAL, "our request for a new IKE SA refused: INVALID_KE_PAYLOAD")                       \
	X(REKEY_REFUSED, INTERNAL, "the same, refused for another reason")                                         \
	X(SERIES_REQUEST, INTERNAL, "CREATE_CHILD_SA request for a new IKE SA that further key exchanges are for") \
	X(SERIES_RESPONSE, INTERNAL, "response to ours for one: further key exchanges come first")                 \
	X(SERIES_YIELDS, INTERNAL, "the same, but the peer's crossing one stays")                                  \
	X(FOLLOWUP, INTERNAL, "the next of our further key exchanges")                                             \
	X(CHILD_LAST, INTERNAL, "the last IKE_FOLLOWUP_KE request for a child")                                    \
	X(FOLLOWUP_REQUEST, INTERNAL, "IKE_FOLLOWUP_KE request; another will come")                                \
	X(FOLLOWUP_FINAL, INTERNAL, "the last IKE_FOLLOWUP_KE request for a new IKE SA")                           \
	X(FOLLOWUP_LOST, INTERNAL, "IKE_FOLLOWUP_KE request for what isn't known any more")                        \
	X(FOLLOWUP_RESPONSE, INTERNAL, "IKE_FOLLOWUP_KE response; another is to be asked for")                     \
	X(FOLLOWUP_LAST, INTERNAL, "the last IKE_FOLLOWUP_KE response")                                            \
	X(FOLLOWUP_REFUSED, INTERNAL, "IKE_FOLLOWUP_KE refused")                                                   \
	X(REPLACED, INTERNAL, "rekeying by the peer gave it a successor")                                          \
	X(SUPERSEDED, INTERNAL, "rekeying by us did, or it isn't needed")                                          \
	X(SPARED, INTERNAL, "rekeying by the peer made it, and crossed ours")                                      \
	X(SPARE_GONE, INTERNAL, "what the peer's crossing request made is no more")                                \
	X(CLOSED, INTERNAL, "the peer deleted the SA whose keys it has now")                                       \
	X(INFO_REQUEST, INTERNAL, "INFORMATIONAL request")                                                         \
	X(INFO_RESPONSE, INTERNAL, "INFORMATIONAL response")                                                       \
	X(PEER_RETIRE, REPLACED, "the peer deletes the SA, whose successor is up")                                 \
	X(PEER_DELETE, PEER_DELETED, "the peer deletes the SA")                                                    \
	X(DELETED, DELETED, "the peer answers our delete")                                                         \
	X(BAD_REQUEST, PROTOCOL, "authentic request that breaks the format")                                       \
	X(BAD_RESPONSE, PROTOCOL, "authentic response that breaks the format, or says that we did")                \
	X(NO_CHILD, NO_CHILD, "the last child is gone")                                                            \
	X(SEND, INTERNAL, "the window is free for a request that waits")                                           \
	X(SEND_REKEY, INTERNAL, "the same, for our request for a new IKE SA")                                      \
	X(NO_ANSWER, TIMEOUT, "the last retransmission went unanswered")                                           \
	X(TIMEOUT, WORLD, "the state lasted too long")                                                             \
	X(LIFETIME, LIFETIME, "end of the SA's lifetime")                                                          \
	X(RETIRE, REPLACED, "the world has made a successor")                                                      \
	X(FORGET, REPLACED, "the peer has resumed it")                                                             \
	X(DELETE, DELETED, "the world wants it gone")

enum ike_event {
#define IKE_EVENT_ENUM(name, why, text) IKE_E_##name,
	IKE_EVENT_LIST(IKE_EVENT_ENUM)
#undef IKE_EVENT_ENUM
		IKE_E_COUNT
};

struct ike_engine;
struct ike_sa;

/* What an action is called with. */
struct ike_step {
	struct ike_engine *e;
	struct ike_sa *sa;
	const struct ike_msg *msg;   /* NULL when the event isn't a message */
	const struct ike_path *path; /* that it came by */
	bool answer;                 /* it answers our request under way */
};

/* Does what an event asks for in a state.  Never steps: it may post. */
typedef enum err ike_action_fn(const struct ike_step *s);

/* Which key exchange an action needs, in 'out'; false: none, as things are.  Changes nothing.  keying/agree.h */
typedef bool ike_need_fn(const struct ike_step *s, struct ike_agree *out);

struct ike_cell {
	ike_action_fn *action; /* NULL: nothing to do but to change the state */
	const char *name;
	enum ike_state ok;   /* IKE_S_NONE: empty cell, the event is refused */
	enum ike_state fail; /* after an action's error */
	ike_need_fn *need;   /* the step waits until that is computed; NULL: it never needs anything */
};

/* The table's cell, also for the test and the diagram. */
const struct ike_cell *ike_fsm_cell(enum ike_state state, enum ike_event event);

const char *ike_fsm_state_str(enum ike_state state);
const char *ike_fsm_state_text(enum ike_state state);
enum ike_wait ike_fsm_state_wait(enum ike_state state);
const char *ike_fsm_event_str(enum ike_event event);
const char *ike_fsm_event_text(enum ike_event event);

/*
 * Steps the SA with the event of a message or an order, then all that was posted meanwhile; the engine must be at rest.  Returns what
 * became of the first step: the action's error, ERR_STATE for an empty cell, ERR_AGAIN when it waits for a key exchange.  The SA may be
 * gone afterwards.
 */
enum err ike_fsm_run(const struct ike_step *s, enum ike_event event);

/* Notes an event for 'sa', stepped when the engine comes to rest.  Posting one twice is posting it once. */
void ike_fsm_post(struct ike_sa *sa, enum ike_event event);

/* It isn't to be stepped after all. */
void ike_fsm_withdraw(struct ike_sa *sa, enum ike_event event);

/* Steps all that was posted, unless a step is being taken: then that one's end does it. */
void ike_fsm_drain(struct ike_engine *e);

#ifdef __cplusplus
}
#endif
#endif
