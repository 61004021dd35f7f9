/*
 * The state machine of an IKE SA: one table, one stepper, the only writer of ike_sa.state.  Messages and orders are
 * stepped as they come; timers, the world's answers and actions post events, which are stepped when that is done, so an
 * action never runs inside another.  Runs on the engine's thread.
 */
#include "ike/fsm.h"

#include <assert.h>
#include <string.h>

#include "ike/child.h"
#include "ike/core.h"
#include "ike/exchange/act_auth_i.h"
#include "ike/exchange/act_auth_r.h"
#include "ike/exchange/act_child.h"
#include "ike/exchange/act_eap_i.h"
#include "ike/exchange/act_eap_r.h"
#include "ike/exchange/act_first.h"
#include "ike/exchange/act_info.h"
#include "ike/exchange/act_init.h"
#include "ike/exchange/act_inter.h"
#include "ike/exchange/act_reauth.h"
#include "ike/exchange/act_redirect.h"
#include "ike/exchange/act_rekey_i.h"
#include "ike/exchange/act_rekey_r.h"
#include "ike/exchange/act_resume_i.h"
#include "ike/exchange/act_resume_r.h"
#include "ike/exchange/act_series_i.h"
#include "ike/exchange/act_series_r.h"
#include "ike/exchange/act_ticket.h"
#include "ike/exchange/talk.h"
#include "ike/input.h"
#include "ike/keying/agree.h"
#include "ike/move.h"
#include "ike/rekey/attempt.h"
#include "ike/rekey/promise.h"
#include "ike/due.h"

static_assert((int)IKE_E_COUNT <= 128, "ike_sa.posted has a bit for each event");

#define ON(state, event) [IKE_S_##state][IKE_E_##event]
#define DO(act, ok, fail)                                           \
	{                                                           \
		ike_act_##act, #act, IKE_S_##ok, IKE_S_##fail, NULL \
	}
/* The same for an action that needs a key exchange: ike_act_…_need says which. */
#define KE(act, ok, fail)                                                           \
	{                                                                           \
		ike_act_##act, #act, IKE_S_##ok, IKE_S_##fail, ike_act_##act##_need \
	}
#define GO(to)                                          \
	{                                               \
		NULL, "-", IKE_S_##to, IKE_S_##to, NULL \
	}

/* clang-format off */
static const struct ike_cell ike_fsm[IKE_S_COUNT][IKE_E_COUNT] = {
	/*  state     event               action            ok         on error */
	ON(IDLE,      INITIATE)      = KE(init_send,        I_INIT,    DEAD),
	ON(IDLE,      INIT_REQUEST)  = KE(init_reply,       R_INIT,    DEAD),
	ON(IDLE,      RESUME)        = DO(resume_i_send,    I_RESUME,  DEAD),
	ON(IDLE,      RESUME_REQUEST) = DO(resume_r_reply,  R_INIT,    DEAD),
	ON(IDLE,      REPLACED)      = GO(OLD),
	ON(IDLE,      SUPERSEDED)    = GO(DELETING),
	ON(IDLE,      SPARED)        = GO(SPARE),
	ON(IDLE,      DELETE)        = GO(DEAD), /* it waited for its key share */

	/* Nothing here is authentic: no message but a usable response ends the wait. */
	ON(I_INIT,    INIT_RESPONSE) = KE(init_accept,      I_KEYED,   I_INIT),
	ON(I_INIT,    INIT_COOKIE)   = DO(init_cookie,      I_INIT,    I_INIT),
	ON(I_INIT,    INIT_GROUP)    = KE(init_group,       I_INIT,    I_INIT),
	ON(I_INIT,    INIT_REFUSED)  = DO(init_refused,     I_INIT,    I_INIT),
	ON(I_INIT,    INIT_REDIRECT) = DO(redirect_init,    DEAD,      I_INIT), /* RFC5685-4 */
	ON(I_INIT,    NO_ANSWER)     = DO(init_give_up,     DEAD,      DEAD),
	ON(I_INIT,    DELETE)        = GO(DEAD),

	/* The same of a resumption, RFC5723-4.3.2; who refuses or is silent gets a full exchange. */
	ON(I_RESUME,  RESUME_RESPONSE) = DO(resume_i_accept, I_KEYED,  I_RESUME),
	ON(I_RESUME,  INIT_COOKIE)   = DO(init_cookie,      I_RESUME,  I_RESUME),
	ON(I_RESUME,  INIT_REDIRECT) = DO(redirect_init,    DEAD,      I_RESUME),
	ON(I_RESUME,  RESUME_REFUSED) = KE(resume_i_fall_back, I_INIT, DEAD),
	ON(I_RESUME,  NO_ANSWER)     = KE(resume_i_fall_back, I_INIT,  DEAD),
	ON(I_RESUME,  DELETE)        = GO(DEAD),

	ON(I_KEYED,   KEYED)         = DO(auth_i_sign,      I_SIGN,    DEAD),

	ON(I_KEYED,   INTER)         = KE(inter_send,       I_INTER,   DEAD),
	ON(I_KEYED,   DELETE)        = GO(DEAD),

	ON(I_INTER,   INTER_RESPONSE) = KE(inter_take,      I_KEYED,   DEAD),
	ON(I_INTER,   INTER_REFUSED) = GO(DEAD),
	ON(I_INTER,   BAD_RESPONSE)  = GO(DEAD),
	ON(I_INTER,   NO_ANSWER)     = GO(DEAD),
	ON(I_INTER,   DELETE)        = GO(DEAD),

	ON(I_SIGN,    SIGNED)        = DO(auth_i_send,      I_AUTH,    DEAD),
	ON(I_SIGN,    SIGNED_BARE)   = DO(auth_i_sign,      I_SIGN,    DEAD),
	ON(I_SIGN,    UNSIGNED)      = GO(DEAD),
	ON(I_SIGN,    TIMEOUT)       = GO(DEAD),
	ON(I_SIGN,    DELETE)        = GO(DEAD),

	ON(I_AUTH,    AUTH_RESPONSE) = DO(auth_i_ask,       I_VERIFY,  DELETING),
	ON(I_AUTH,    AUTH_CHILDLESS) = DO(auth_i_ask,      I_VERIFY,  DELETING),
	ON(I_AUTH,    AUTH_REFUSED)  = DO(auth_i_refused,   DEAD,      DEAD),
	ON(I_AUTH,    BAD_RESPONSE)  = GO(DELETING),
	ON(I_AUTH,    NO_ANSWER)     = GO(DEAD),
	ON(I_AUTH,    DELETE)        = GO(I_DROP),

	/* EAP, RFC7296-2.16: the responder has proved itself before we say anything. */
	ON(I_AUTH,    EAP_OFFERED)   = DO(eap_i_ask,        I_EAP_VERIFY, DELETING),

	ON(I_EAP_VERIFY, PROVED)     = DO(eap_i_verify,     I_EAP_TURN, DELETING),
	ON(I_EAP_VERIFY, UNPROVED)   = DO(auth_i_unproved,  DELETING,  DELETING),
	ON(I_EAP_VERIFY, TIMEOUT)    = GO(DELETING),
	ON(I_EAP_VERIFY, DELETE)     = GO(DELETING),

	ON(I_EAP_TURN, EAP_ON)       = DO(eap_i_send,       I_EAP,     DELETING),
	ON(I_EAP_TURN, EAP_DONE)     = DO(eap_i_last,       I_LAST,    DELETING),
	ON(I_EAP_TURN, EAP_FAILED)   = DO(eap_i_fail,       DELETING,  DELETING),
	ON(I_EAP_TURN, TIMEOUT)      = GO(DELETING),
	ON(I_EAP_TURN, DELETE)       = GO(DELETING),

	ON(I_EAP,     EAP_PACKET)    = DO(eap_i_take,       I_EAP_TURN, DELETING),
	ON(I_EAP,     AUTH_REFUSED)  = DO(auth_i_refused,   DEAD,      DEAD),
	ON(I_EAP,     BAD_RESPONSE)  = GO(DELETING),
	ON(I_EAP,     NO_ANSWER)     = GO(DEAD),
	ON(I_EAP,     DELETE)        = GO(I_DROP),

	ON(I_LAST,    AUTH_LAST)     = DO(eap_i_hold,       I_VERIFY,  DELETING),
	ON(I_LAST,    AUTH_REFUSED)  = DO(auth_i_refused,   DEAD,      DEAD),
	ON(I_LAST,    BAD_RESPONSE)  = GO(DELETING),
	ON(I_LAST,    NO_ANSWER)     = GO(DEAD),
	ON(I_LAST,    DELETE)        = GO(I_DROP),

	ON(I_VERIFY,  PROVED)        = DO(auth_i_verify,    I_INSTALL, DELETING),
	ON(I_VERIFY,  UNPROVED)      = DO(auth_i_unproved,  DELETING,  DELETING),
	ON(I_VERIFY,  INFO_REQUEST)  = DO(info_answer,      I_VERIFY,  I_VERIFY),
	ON(I_VERIFY,  PEER_DELETE)   = DO(info_answer,      LINGER,    DEAD),
	ON(I_VERIFY,  BAD_REQUEST)   = DO(info_bad,         LINGER,    DEAD),
	ON(I_VERIFY,  TIMEOUT)       = GO(DELETING),
	ON(I_VERIFY,  DELETE)        = GO(DELETING),

	ON(I_INSTALL, CHILD)         = DO(child_run,        I_INSTALL, I_INSTALL),
	ON(I_INSTALL, LATER)         = DO(first_ask,        UP,        DELETING), /* RFC6023 */
	ON(I_INSTALL, INSTALLED)     = DO(auth_i_up,        UP,        DELETING),
	ON(I_INSTALL, NOT_INSTALLED) = GO(DELETING),
	ON(I_INSTALL, INFO_REQUEST)  = DO(info_answer,      I_INSTALL, I_INSTALL),
	ON(I_INSTALL, PEER_DELETE)   = DO(info_answer,      LINGER,    DEAD),
	ON(I_INSTALL, BAD_REQUEST)   = DO(info_bad,         LINGER,    DEAD),
	ON(I_INSTALL, TIMEOUT)       = GO(DELETING),
	ON(I_INSTALL, DELETE)        = GO(DELETING),

	/* The responder may think that it is up: its answer is awaited, then it is told. */
	ON(I_DROP,    AUTH_RESPONSE) = GO(DELETING),
	ON(I_DROP,    AUTH_CHILDLESS) = GO(DELETING),
	ON(I_DROP,    AUTH_LAST)     = GO(DELETING),
	ON(I_DROP,    EAP_OFFERED)   = GO(DELETING),
	ON(I_DROP,    EAP_PACKET)    = GO(DELETING),
	ON(I_DROP,    AUTH_REFUSED)  = GO(DEAD),
	ON(I_DROP,    BAD_RESPONSE)  = GO(DELETING),
	ON(I_DROP,    NO_ANSWER)     = GO(DEAD),

	ON(R_INIT,    AUTH_REQUEST)  = DO(auth_r_ask,       R_VERIFY,  LINGER),
	ON(R_INIT,    INTER_REQUEST) = KE(inter_reply,      R_INIT,    LINGER),
	ON(R_INIT,    BAD_REQUEST)   = DO(info_bad,         LINGER,    DEAD),
	ON(R_INIT,    TIMEOUT)       = GO(DEAD),

	ON(R_VERIFY,  PROVED)        = DO(auth_r_verify,    R_SIGN,    LINGER),
	ON(R_VERIFY,  UNPROVED)      = DO(auth_r_refuse,    LINGER,    DEAD),
	ON(R_VERIFY,  TIMEOUT)       = DO(auth_r_refuse,    LINGER,    DEAD),
	ON(R_VERIFY,  DELETE)        = DO(auth_r_refuse,    LINGER,    DEAD),

	/* EAP: the request is answered with who we are and the first packet; then it is the peer's turn. */
	ON(R_INIT,    EAP_WANTED)    = DO(auth_r_ask,       R_EAP_WHO, LINGER),

	ON(R_EAP_WHO, PROVED)        = DO(eap_r_sign,       R_EAP_SIGN, LINGER),
	ON(R_EAP_WHO, UNPROVED)      = DO(auth_r_refuse,    LINGER,    DEAD),
	ON(R_EAP_WHO, TIMEOUT)       = DO(auth_r_refuse,    LINGER,    DEAD),
	ON(R_EAP_WHO, DELETE)        = DO(auth_r_refuse,    LINGER,    DEAD),

	ON(R_EAP_SIGN, SIGNED)       = DO(eap_r_begin,      R_EAP_TURN, LINGER),
	ON(R_EAP_SIGN, UNSIGNED)     = DO(auth_r_refuse,    LINGER,    DEAD),
	ON(R_EAP_SIGN, TIMEOUT)      = DO(auth_r_refuse,    LINGER,    DEAD),
	ON(R_EAP_SIGN, DELETE)       = DO(auth_r_refuse,    LINGER,    DEAD),

	ON(R_EAP_TURN, EAP_ON)       = DO(eap_r_send,       R_EAP,     DEAD),
	ON(R_EAP_TURN, EAP_DONE)     = DO(eap_r_send,       R_LAST,    DEAD),
	ON(R_EAP_TURN, EAP_FAILED)   = DO(eap_r_fail,       LINGER,    DEAD),
	ON(R_EAP_TURN, TIMEOUT)      = DO(auth_r_refuse,    LINGER,    DEAD),
	ON(R_EAP_TURN, DELETE)       = DO(auth_r_refuse,    LINGER,    DEAD),

	ON(R_EAP,     EAP_PACKET)    = DO(eap_r_take,       R_EAP_TURN, LINGER),
	ON(R_EAP,     PEER_DELETE)   = DO(info_answer,      LINGER,    DEAD), /* it doesn't believe that we are who we say */
	ON(R_EAP,     BAD_REQUEST)   = DO(info_bad,         LINGER,    DEAD),
	ON(R_EAP,     TIMEOUT)       = GO(DEAD),
	ON(R_EAP,     DELETE)        = GO(DEAD),

	ON(R_LAST,    AUTH_LAST)     = DO(eap_r_verify,     R_SIGN,    LINGER),
	ON(R_LAST,    PEER_DELETE)   = DO(info_answer,      LINGER,    DEAD),
	ON(R_LAST,    BAD_REQUEST)   = DO(info_bad,         LINGER,    DEAD),
	ON(R_LAST,    TIMEOUT)       = GO(DEAD),
	ON(R_LAST,    DELETE)        = GO(DEAD),

	ON(R_SIGN,    SIGNED)        = DO(auth_r_plead,     R_GRANT,   LINGER),
	ON(R_SIGN,    UNSIGNED)      = DO(auth_r_refuse,    LINGER,    DEAD),
	ON(R_SIGN,    TIMEOUT)       = DO(auth_r_refuse,    LINGER,    DEAD),
	ON(R_SIGN,    DELETE)        = DO(auth_r_refuse,    LINGER,    DEAD),

	ON(R_GRANT,   GRANTED)       = DO(auth_r_child,     R_INSTALL, CHILDLESS),
	ON(R_GRANT,   GRANTED_BARE)  = DO(first_reply,      CHILDLESS, DEAD),
	ON(R_GRANT,   REFUSED)       = DO(auth_r_refuse,    LINGER,    DEAD),
	ON(R_GRANT,   NO_ADDRESS)    = DO(auth_r_no_address, CHILDLESS, DEAD),
	ON(R_GRANT,   REDIRECTED)    = DO(auth_r_redirect,  CHILDLESS, DEAD), /* RFC5685-6 */
	ON(R_GRANT,   TIMEOUT)       = DO(auth_r_refuse,    LINGER,    DEAD),
	ON(R_GRANT,   DELETE)        = DO(auth_r_refuse,    LINGER,    DEAD),

	ON(R_INSTALL, CHILD)         = DO(child_run,        R_INSTALL, R_INSTALL),
	ON(R_INSTALL, INSTALLED)     = DO(auth_r_up,        UP,        DEAD),
	ON(R_INSTALL, NOT_INSTALLED) = DO(auth_r_no_child,  CHILDLESS, DEAD),
	ON(R_INSTALL, TIMEOUT)       = DO(auth_r_no_child,  CHILDLESS, DEAD),
	ON(R_INSTALL, DELETE)        = DO(auth_r_refuse,    LINGER,    DEAD),

	ON(UP,        INFO_REQUEST)  = DO(info_answer,      UP,        UP),
	ON(UP,        INFO_RESPONSE) = DO(info_take,        UP,        UP),
	ON(UP,        CHILD_REQUEST) = KE(child_ask,        UP,        UP),
	ON(UP,        CHILD_RESPONSE) = KE(child_answer,    UP,        UP),
	ON(UP,        CHILD_LAST)    = KE(child_keep,       UP,        UP),
	ON(UP,        CHILD)         = DO(child_run,        UP,        UP),
	ON(UP,        BORN)          = DO(first_up,         UP,        UP),
	ON(UP,        SOFT)          = DO(rekey_i_want,     UP,        UP),
	ON(UP,        REKEY_REQUEST) = KE(rekey_r_reply,    UP,        UP),
	ON(UP,        REKEY_EARLY)   = DO(info_later,       UP,        UP), /* RFC7296-2.25.1 */
	ON(UP,        SERIES_REQUEST) = KE(series_r_promise, UP,       UP), /* RFC9370-2.2.4 */
	ON(UP,        FOLLOWUP_REQUEST) = KE(series_r_more,  UP,       UP),
	ON(UP,        FOLLOWUP_FINAL) = KE(series_r_finish,  UP,       UP),
	ON(UP,        FOLLOWUP_LOST) = DO(series_r_lost,     UP,       UP),
	ON(UP,        PEER_DELETE)   = DO(info_answer,      LINGER,    DEAD),
	ON(UP,        BAD_REQUEST)   = DO(info_bad,         LINGER,    DEAD),
	ON(UP,        BAD_RESPONSE)  = GO(DELETING),
	ON(UP,        NO_CHILD)      = GO(CHILDLESS),
	ON(UP,        SEND)          = KE(info_send,        UP,        DELETING),
	ON(UP,        SEND_REKEY)    = KE(rekey_i_send,     REKEY,     UP),
	ON(UP,        NO_ANSWER)     = GO(DEAD),
	ON(UP,        LIFETIME)      = GO(DELETING),
	ON(UP,        DELETE)        = GO(DELETING),
	ON(UP,        RETIRE)        = DO(reauth_retire,    RETIRING,  DELETING),
	ON(UP,        PEER_RETIRE)   = DO(reauth_retired,   FADING,    DEAD),
	ON(UP,        FORGET)        = GO(DEAD),

	ON(RETIRING,  INFO_REQUEST)  = DO(info_answer,      RETIRING,  RETIRING),
	ON(RETIRING,  INFO_RESPONSE) = GO(RETIRING),
	ON(RETIRING,  CHILD_REQUEST) = DO(info_later,       RETIRING,  RETIRING),
	ON(RETIRING,  CHILD_RESPONSE) = GO(RETIRING),
	ON(RETIRING,  CHILD)         = DO(child_run,        RETIRING,  RETIRING),
	ON(RETIRING,  REKEY_REQUEST) = DO(info_later,       RETIRING,  RETIRING),
	ON(RETIRING,  FOLLOWUP_LOST) = DO(series_r_lost,     RETIRING, RETIRING),
	ON(RETIRING,  PEER_DELETE)   = DO(reauth_retired,   FADING,    DEAD),
	ON(RETIRING,  BAD_REQUEST)   = DO(info_bad,         LINGER,    DEAD),
	ON(RETIRING,  BAD_RESPONSE)  = GO(DEAD),
	ON(RETIRING,  NO_CHILD)      = GO(RETIRING),
	ON(RETIRING,  SEND)          = DO(info_send,        RETIRING,  DEAD),
	ON(RETIRING,  DELETED)       = GO(FADING),
	ON(RETIRING,  NO_ANSWER)     = GO(DEAD),
	ON(RETIRING,  DELETE)        = GO(DEAD),
	ON(RETIRING,  FORGET)        = GO(DEAD),

	ON(FADING,    CHILD)         = DO(child_run,        FADING,    FADING),
	ON(FADING,    NO_CHILD)      = GO(FADING),
	ON(FADING,    TIMEOUT)       = GO(DEAD),
	ON(FADING,    DELETE)        = GO(DEAD),
	ON(FADING,    FORGET)        = GO(DEAD),

	/* Children rest while the IKE SA is rekeyed; a delete is answered as usual and ends the attempt (RFC7296-2.25.2). */
	ON(REKEY,     INFO_REQUEST)  = DO(info_answer,      REKEY,     REKEY),
	ON(REKEY,     CHILD_REQUEST) = DO(info_later,       REKEY,     REKEY),
	ON(REKEY,     CHILD)         = DO(child_run,        REKEY,     REKEY),
	ON(REKEY,     SOFT)          = GO(REKEY),
	ON(REKEY,     REKEY_REQUEST) = KE(rekey_r_cross,    X_REKEY,   REKEY),
	ON(REKEY,     REKEY_RESPONSE) = KE(rekey_i_take,    UP,        DELETING),
	ON(REKEY,     REKEY_REDUNDANT) = KE(rekey_i_spurn,   UP,       UP),
	ON(REKEY,     SERIES_REQUEST) = KE(series_r_promise, REKEY,    REKEY),
	ON(REKEY,     SERIES_RESPONSE) = KE(series_i_begin,  REKEY_MORE, UP),
	ON(REKEY,     SERIES_YIELDS) = DO(series_i_yield,    UP,       UP),
	ON(REKEY,     FOLLOWUP_REQUEST) = KE(series_r_more,  REKEY,    REKEY),
	ON(REKEY,     FOLLOWUP_FINAL) = KE(series_r_cross,   X_REKEY,  REKEY),
	ON(REKEY,     FOLLOWUP_LOST) = DO(series_r_lost,     REKEY,    REKEY),
	ON(REKEY,     REKEY_GROUP)   = KE(rekey_i_group,    REKEY,     UP),
	ON(REKEY,     REKEY_REFUSED) = DO(rekey_i_refused,  UP,        UP),
	ON(REKEY,     PEER_DELETE)   = DO(info_answer,      LINGER,    DEAD),
	ON(REKEY,     BAD_REQUEST)   = DO(info_bad,         LINGER,    DEAD),
	ON(REKEY,     BAD_RESPONSE)  = GO(DELETING),
	ON(REKEY,     NO_CHILD)      = GO(REKEY),
	ON(REKEY,     NO_ANSWER)     = GO(DEAD),
	ON(REKEY,     LIFETIME)      = GO(REKEY_DROP),
	ON(REKEY,     DELETE)        = GO(REKEY_DROP),
	ON(REKEY,     FORGET)        = GO(DEAD),

	/* A request that crosses ours comes too late, RFC9370-2.2.4. */
	ON(REKEY_MORE, FOLLOWUP)     = KE(series_i_send,     REKEY_MORE, UP),
	ON(REKEY_MORE, FOLLOWUP_RESPONSE) = KE(series_i_take, REKEY_MORE, UP),
	ON(REKEY_MORE, FOLLOWUP_LAST) = KE(series_i_finish,  UP,       DELETING),
	ON(REKEY_MORE, FOLLOWUP_REFUSED) = DO(series_i_refused, UP,    UP),
	ON(REKEY_MORE, FOLLOWUP_LOST) = DO(series_r_lost,    REKEY_MORE, REKEY_MORE),
	ON(REKEY_MORE, INFO_REQUEST) = DO(info_answer,       REKEY_MORE, REKEY_MORE),
	ON(REKEY_MORE, CHILD_REQUEST) = DO(info_later,       REKEY_MORE, REKEY_MORE),
	ON(REKEY_MORE, CHILD)        = DO(child_run,         REKEY_MORE, REKEY_MORE),
	ON(REKEY_MORE, SOFT)         = GO(REKEY_MORE),
	ON(REKEY_MORE, REKEY_REQUEST) = DO(info_later,       REKEY_MORE, REKEY_MORE),
	ON(REKEY_MORE, PEER_DELETE)  = DO(info_answer,       LINGER,   DEAD),
	ON(REKEY_MORE, BAD_REQUEST)  = DO(info_bad,          LINGER,   DEAD),
	ON(REKEY_MORE, BAD_RESPONSE) = GO(DELETING),
	ON(REKEY_MORE, NO_CHILD)     = GO(REKEY_MORE),
	ON(REKEY_MORE, NO_ANSWER)    = GO(DEAD),
	ON(REKEY_MORE, LIFETIME)     = GO(REKEY_DROP),
	ON(REKEY_MORE, DELETE)       = GO(REKEY_DROP),
	ON(REKEY_MORE,FORGET)        = GO(DEAD),

	/* Both made one; the one with the lowest nonce is deleted by who asked for it (RFC7296-2.8.2). */
	ON(X_REKEY,   INFO_REQUEST)  = DO(info_answer,      X_REKEY,   X_REKEY),
	ON(X_REKEY,   CHILD_REQUEST) = DO(info_later,       X_REKEY,   X_REKEY),
	ON(X_REKEY,   CHILD)         = DO(child_run,        X_REKEY,   X_REKEY),
	ON(X_REKEY,   SOFT)          = GO(X_REKEY),
	ON(X_REKEY,   REKEY_REQUEST) = DO(info_later,       X_REKEY,   X_REKEY),
	ON(X_REKEY,   REKEY_RESPONSE) = KE(rekey_i_win,     UP,        DELETING),
	ON(X_REKEY,   REKEY_REDUNDANT) = KE(rekey_i_lose,   UP,        DELETING),
	ON(X_REKEY,   SERIES_RESPONSE) = KE(series_i_win,    REKEY_MORE, UP),
	ON(X_REKEY,   SERIES_YIELDS) = DO(rekey_i_adopt,     UP,       UP),
	ON(X_REKEY,   FOLLOWUP_LOST) = DO(series_r_lost,     X_REKEY,  X_REKEY),
	ON(X_REKEY,   REKEY_GROUP)   = DO(rekey_i_adopt,    UP,        UP),
	ON(X_REKEY,   REKEY_REFUSED) = DO(rekey_i_adopt,    UP,        UP),
	ON(X_REKEY,   SPARE_GONE)    = DO(rekey_i_alone,    REKEY,     REKEY),
	ON(X_REKEY,   PEER_DELETE)   = DO(rekey_i_follow,   UP,        DEAD), /* it didn't notice ours */
	ON(X_REKEY,   BAD_REQUEST)   = DO(info_bad,         LINGER,    DEAD),
	ON(X_REKEY,   BAD_RESPONSE)  = GO(DELETING),
	ON(X_REKEY,   NO_CHILD)      = GO(X_REKEY),
	ON(X_REKEY,   NO_ANSWER)     = GO(DEAD),
	ON(X_REKEY,   LIFETIME)      = GO(REKEY_DROP),
	ON(X_REKEY,   DELETE)        = GO(REKEY_DROP),
	ON(X_REKEY,   FORGET)        = GO(DEAD),

	/* What the peer may have made is deleted too. */
	ON(REKEY_DROP, INFO_REQUEST) = DO(info_answer,      REKEY_DROP, REKEY_DROP),
	ON(REKEY_DROP, CHILD_REQUEST) = DO(info_later,      REKEY_DROP, REKEY_DROP),
	ON(REKEY_DROP, REKEY_REQUEST) = DO(info_later,      REKEY_DROP, REKEY_DROP),
	ON(REKEY_DROP, REKEY_RESPONSE) = KE(rekey_i_take,   DELETING,  DELETING),
	ON(REKEY_DROP, REKEY_REDUNDANT) = KE(rekey_i_take,  DELETING,  DELETING),
	ON(REKEY_DROP, SERIES_RESPONSE) = GO(DELETING), /* nothing was made */
	ON(REKEY_DROP, SERIES_YIELDS) = GO(DELETING),
	ON(REKEY_DROP, FOLLOWUP)     = GO(DELETING),
	ON(REKEY_DROP, FOLLOWUP_RESPONSE) = GO(DELETING),
	ON(REKEY_DROP, FOLLOWUP_LAST) = KE(series_i_finish,  DELETING, DELETING),
	ON(REKEY_DROP, FOLLOWUP_REFUSED) = GO(DELETING),
	ON(REKEY_DROP, FOLLOWUP_LOST) = DO(series_r_lost,    REKEY_DROP, REKEY_DROP),
	ON(REKEY_DROP, REKEY_GROUP)  = GO(DELETING),
	ON(REKEY_DROP, REKEY_REFUSED) = GO(DELETING),
	ON(REKEY_DROP, PEER_DELETE)  = DO(info_answer,      LINGER,    DEAD),
	ON(REKEY_DROP, BAD_REQUEST)  = DO(info_bad,         LINGER,    DEAD),
	ON(REKEY_DROP, BAD_RESPONSE) = GO(DELETING),
	ON(REKEY_DROP, NO_ANSWER)    = GO(DEAD),

	/* Requests stay unanswered until it is known whose SA it becomes: the peer asks again. */
	ON(SPARE,     INFO_REQUEST)  = GO(SPARE),
	ON(SPARE,     CHILD_REQUEST) = GO(SPARE),
	ON(SPARE,     REKEY_REQUEST) = GO(SPARE),
	ON(SPARE,     FOLLOWUP_LOST) = GO(SPARE),
	ON(SPARE,     PEER_DELETE)   = DO(info_answer,      LINGER,    DEAD),
	ON(SPARE,     BAD_REQUEST)   = DO(info_bad,         LINGER,    DEAD),
	ON(SPARE,     REPLACED)      = GO(OLD),
	ON(SPARE,     CLOSED)        = GO(LINGER),
	ON(SPARE,     NO_ANSWER)     = GO(DEAD),
	ON(SPARE,     DELETE)        = GO(DELETING),

	ON(OLD,       INFO_REQUEST)  = DO(info_answer,      OLD,       OLD),
	ON(OLD,       CHILD_REQUEST) = DO(info_later,       OLD,       OLD),
	ON(OLD,       REKEY_REQUEST) = DO(info_later,       OLD,       OLD),
	ON(OLD,       FOLLOWUP_LOST) = DO(series_r_lost,     OLD,      OLD),
	ON(OLD,       PEER_DELETE)   = DO(info_answer,      LINGER,    DEAD),
	ON(OLD,       BAD_REQUEST)   = DO(info_bad,         LINGER,    DEAD),
	ON(OLD,       TIMEOUT)       = GO(DELETING),

	ON(CHILDLESS, INFO_REQUEST)  = DO(info_answer,      CHILDLESS, CHILDLESS),
	ON(CHILDLESS, INFO_RESPONSE) = DO(info_take,        CHILDLESS, CHILDLESS),
	ON(CHILDLESS, CHILD_REQUEST) = KE(child_ask,        CHILDLESS, CHILDLESS),
	ON(CHILDLESS, CHILD_LAST)    = KE(child_keep,       CHILDLESS, CHILDLESS),
	ON(CHILDLESS, FOLLOWUP_REQUEST) = KE(series_r_more, CHILDLESS, CHILDLESS),
	ON(CHILDLESS, HAS_CHILD)     = GO(UP),
	ON(CHILDLESS, CHILD)         = DO(child_run,        CHILDLESS, CHILDLESS),
	ON(CHILDLESS, SOFT)          = GO(CHILDLESS),
	ON(CHILDLESS, REKEY_REQUEST) = DO(info_no_more,     CHILDLESS, CHILDLESS),
	ON(CHILDLESS, FOLLOWUP_LOST) = DO(series_r_lost,     CHILDLESS, CHILDLESS),
	ON(CHILDLESS, PEER_DELETE)   = DO(info_answer,      LINGER,    DEAD),
	ON(CHILDLESS, BAD_REQUEST)   = DO(info_bad,         LINGER,    DEAD),
	ON(CHILDLESS, BAD_RESPONSE)  = GO(DELETING),
	ON(CHILDLESS, NO_CHILD)      = GO(CHILDLESS),
	ON(CHILDLESS, SEND)          = DO(info_send,        CHILDLESS, DELETING),
	ON(CHILDLESS, NO_ANSWER)     = GO(DEAD),
	ON(CHILDLESS, TIMEOUT)       = GO(DELETING),
	ON(CHILDLESS, LIFETIME)      = GO(DELETING),
	ON(CHILDLESS, DELETE)        = GO(DELETING),
	ON(CHILDLESS, FORGET)        = GO(DEAD),

	ON(DELETING,  SEND)          = DO(info_send,        DELETING,  DEAD),
	ON(DELETING,  DELETED)       = GO(DEAD),
	ON(DELETING,  INFO_RESPONSE) = GO(DELETING),
	ON(DELETING,  CHILD_RESPONSE) = GO(DELETING),
	ON(DELETING,  INFO_REQUEST)  = DO(info_answer,      DELETING,  DELETING),
	ON(DELETING,  CHILD_REQUEST) = DO(info_later,       DELETING,  DELETING),
	ON(DELETING,  REKEY_REQUEST) = DO(info_later,       DELETING,  DELETING), /* RFC7296-2.8.2, -2.25.2 */
	ON(DELETING,  FOLLOWUP_LOST) = DO(series_r_lost,     DELETING, DELETING),
	ON(DELETING,  PEER_DELETE)   = DO(info_answer,      LINGER,    DEAD),
	ON(DELETING,  BAD_REQUEST)   = DO(info_bad,         LINGER,    DEAD),
	ON(DELETING,  BAD_RESPONSE)  = GO(DEAD),
	ON(DELETING,  NO_ANSWER)     = GO(DEAD),

	ON(LINGER,    TIMEOUT)       = GO(DEAD),
};
/* clang-format on */

struct state_row {
	const char *name, *text;
	enum ike_wait wait;
};

static const struct state_row states[IKE_S_COUNT] = {
#define ROW(name, wait, text) { #name, text, IKE_WAIT_##wait },
	IKE_STATE_LIST(ROW)
#undef ROW
};

struct event_row {
	const char *name, *text;
	enum ike_down why;
};

static const struct event_row events[IKE_E_COUNT] = {
#define ROW(name, why, text) { #name, text, IKE_DOWN_##why },
	IKE_EVENT_LIST(ROW)
#undef ROW
};

const struct ike_cell *ike_fsm_cell(enum ike_state state, enum ike_event event)
{
	return &ike_fsm[state][event];
}

const char *ike_fsm_state_str(enum ike_state state)
{
	return states[state].name;
}

const char *ike_fsm_state_text(enum ike_state state)
{
	return states[state].text;
}

enum ike_wait ike_fsm_state_wait(enum ike_state state)
{
	return states[state].wait;
}

const char *ike_fsm_event_str(enum ike_event event)
{
	return events[event].name;
}

const char *ike_fsm_event_text(enum ike_event event)
{
	return events[event].text;
}

static bool is_end(enum ike_state state)
{
	return state == IKE_S_DELETING || state == IKE_S_I_DROP || state == IKE_S_REKEY_DROP || state == IKE_S_LINGER ||
	       state == IKE_S_DEAD;
}

/* The reason that an event gives for the end, where no action gave a better one. */
static enum ike_down why_of(const struct ike_sa *sa, enum ike_state from, enum ike_event event)
{
	if (event == IKE_E_NO_ANSWER && sa->came_up)
		return IKE_DOWN_DEAD_PEER;
	if (event == IKE_E_TIMEOUT && states[from].wait == IKE_WAIT_CHILDLESS)
		return IKE_DOWN_NO_CHILD;
	if (event == IKE_E_TIMEOUT && (states[from].wait == IKE_WAIT_HALF_OPEN || states[from].wait == IKE_WAIT_EAP))
		return IKE_DOWN_TIMEOUT;
	return events[event].why;
}

static void timed_out(struct wheel_timer *t, uint64_t now_ms)
{
	(void)now_ms;
	ike_fsm_post(list_of(t, struct ike_sa, state_timer), IKE_E_TIMEOUT);
}

static void arm_wait(struct ike_sa *sa)
{
	struct ike_engine *e = sa->engine;
	uint64_t wait_ms = 0;

	switch (states[sa->state].wait) {
	case IKE_WAIT_NEVER:
	case IKE_WAIT_ANSWER: /* retransmission ends it */
		break;
	case IKE_WAIT_FADE:
		wait_ms = e->cfg.fade_ms;
		break;
	case IKE_WAIT_WORLD:
		wait_ms = e->cfg.answer_ms;
		break;
	case IKE_WAIT_HALF_OPEN:
		wait_ms = e->cfg.half_open_ms;
		break;
	case IKE_WAIT_EAP:
		wait_ms = ike_talk_left_ms(sa);
		break;
	case IKE_WAIT_CHILDLESS:
		wait_ms = e->cfg.childless_ms;
		break;
	case IKE_WAIT_OLD:
		wait_ms = e->cfg.old_ms;
		break;
	case IKE_WAIT_LINGER:
		wait_ms = IKE_LINGER_MS;
		break;
	}
	wheel_disarm(&e->wheel, &sa->state_timer);
	sa->state_timer.expired = timed_out;
	if (wait_ms != 0)
		wheel_arm(&e->wheel, &sa->state_timer, e->now_ms + wait_ms);
}

/* For the world it is over: nothing of ours but the farewell runs on. */
static void end(struct ike_sa *sa, enum ike_down why)
{
	struct ike_engine *e = sa->engine;

	ike_core_blame(sa, why);
	ike_move_stop(sa);
	ike_act_ticket_end(sa);
	wheel_disarm(&e->wheel, &sa->dpd_timer);
	wheel_disarm(&e->wheel, &sa->nat_timer);
	wheel_disarm(&e->wheel, &sa->life_timer);
	wheel_disarm(&e->wheel, &sa->auth_timer);
	ike_sa_tell_down(sa);
	ike_agree_drop(sa, IKE_AGREE_THEIRS);
	ike_promise_drop(sa);
	if (sa->state != IKE_S_REKEY_DROP) {
		ike_agree_drop(sa, IKE_AGREE_OURS);
		ike_attempt_end(sa);
	}
	if (sa->spare != NULL)
		ike_fsm_post(sa->spare, IKE_E_DELETE);
	if (sa->spare_of != NULL)
		ike_fsm_post(sa->spare_of, IKE_E_SPARE_GONE);
	ike_sa_part(sa);
	sa->window.busy = false; /* what the peer asked is asked in vain */
	ike_blob_drop(&sa->window.held);
	sa->todo = sa->state == IKE_S_DELETING ? 1u << IKE_TX_DELETE : 0;
	if (sa->state == IKE_S_LINGER || sa->state == IKE_S_DEAD)
		ike_window_withdraw(sa);
	if (sa->state != IKE_S_DEAD)
		return;
	memset(sa->posted, 0, sizeof(sa->posted));
	list_del(&sa->link);
	list_add(&e->dead, &sa->link);
}

static void post_send(struct ike_sa *sa)
{
	enum ike_tx tx = ike_due_next(sa);
	enum ike_event event = tx == IKE_TX_REKEY ? IKE_E_SEND_REKEY : IKE_E_SEND;

	if (tx != IKE_TX_NONE && ike_fsm[sa->state][event].ok != IKE_S_NONE)
		ike_fsm_post(sa, event);
}

static void enter(struct ike_sa *sa, enum ike_state next, enum ike_event event)
{
	enum ike_state from = (enum ike_state)sa->state;

	if (next != from) {
		sa->state = (uint8_t)next;
		arm_wait(sa);
		if (is_end(next))
			end(sa, why_of(sa, from, event));
	}
	if (next == IKE_S_UP && next != from && !ike_child_any(sa)) /* the last one went meanwhile */
		ike_fsm_post(sa, IKE_E_NO_CHILD);
	post_send(sa);
}

static enum err step(const struct ike_step *s, enum ike_event event)
{
	struct ike_sa *sa = s->sa;
	const struct ike_cell *cell = &ike_fsm[sa->state][event];
	enum err err = ERR_OK;

	if (cell->ok == IKE_S_NONE && s->answer) { /* no other answer to that request will come */
		event = IKE_E_BAD_RESPONSE;
		cell = &ike_fsm[sa->state][event];
	}
	if (cell->need != NULL && !ike_agree_settled(s, event, cell->need))
		return ERR_AGAIN;
	if (s->answer)
		ike_window_answered(sa);
	if (cell->ok == IKE_S_NONE) {
		sa->stats.refused++;
		ike_core_count(s->e, IKE_STAT_RX_REFUSED);
		ike_core_log_sa(sa, LOG_L_DEBUG, "ike.refused", "state=%s event=%s", states[sa->state].name, events[event].name);
		return ERR_STATE;
	}
	if (cell->action != NULL)
		err = cell->action(s);
	ike_agree_spent(s, event);
	enter(sa, err == ERR_OK ? cell->ok : cell->fail, event);
	return err;
}

static uint64_t bit_of(enum ike_event event)
{
	return UINT64_C(1) << (unsigned)event % 64;
}

void ike_fsm_withdraw(struct ike_sa *sa, enum ike_event event)
{
	sa->posted[event / 64] &= ~bit_of(event);
}

void ike_fsm_post(struct ike_sa *sa, enum ike_event event)
{
	if (sa->state == IKE_S_DEAD)
		return;
	sa->posted[event / 64] |= bit_of(event);
	if (!list_linked(&sa->link))
		list_add(&sa->engine->ready, &sa->link);
}

static void step_posted(struct ike_engine *e)
{
	struct list *node;

	while ((node = list_first(&e->ready)) != NULL) {
		struct ike_sa *sa = list_of(node, struct ike_sa, link);
		struct ike_step s = { .e = e, .sa = sa };
		unsigned half = sa->posted[0] != 0 ? 0 : 1;
		enum ike_event event;

		if (sa->posted[half] == 0) { /* or withdrawn */
			list_del(node);
			continue;
		}
		event = (enum ike_event)(half * 64 + (unsigned)__builtin_ctzll(sa->posted[half]));
		ike_fsm_withdraw(sa, event);
		(void)step(&s, event);
	}
}

static void bury(struct ike_engine *e)
{
	struct list *node;

	while ((node = list_first(&e->dead)) != NULL)
		ike_sa_free(list_of(node, struct ike_sa, link));
}

/* Messages whose key exchange has been computed; each is a step of its own. */
static void resume(struct ike_engine *e)
{
	struct list *node;

	if (e->resuming)
		return;
	e->resuming = true;
	while ((node = list_first(&e->arrived)) != NULL)
		ike_input_resume(e, list_of(node, struct ike_agreement, link));
	e->resuming = false;
}

static void come_to_rest(struct ike_engine *e)
{
	step_posted(e);
	e->busy = false;
	bury(e);
	resume(e);
}

enum err ike_fsm_run(const struct ike_step *s, enum ike_event event)
{
	enum err err;

	assert(!s->e->busy);
	s->e->busy = true;
	err = step(s, event);
	come_to_rest(s->e);
	return err;
}

void ike_fsm_drain(struct ike_engine *e)
{
	if (e->busy)
		return;
	e->busy = true;
	come_to_rest(e);
}
