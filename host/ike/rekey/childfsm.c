/*
 * The state machine of a CHILD_SA: one table, one stepper, the only writer of ike_child.state.  All that RFC7296-2.8.1 and -2.25.1
 * say about exchanges that cross is rows of it.  The IKE SA's machine steps it: with messages that concern a child, and with what was
 * posted for one.  Engine's thread.
 */
#include "ike/rekey/childfsm.h"

#include <assert.h>

#include "ike/core.h"
#include "ike/exchange/act_child.h"
#include "ike/exchange/act_child_i.h"
#include "ike/exchange/act_child_r.h"

static_assert((int)IKE_CE_COUNT <= 32, "ike_child.posted has a bit for each event");

#define ON(state, event) [IKE_C_##state][IKE_CE_##event]
#define DO(act, ok, fail)                                     \
	{                                                     \
		ike_act_##act, #act, IKE_C_##ok, IKE_C_##fail \
	}
#define GO(to)                                    \
	{                                         \
		NULL, "-", IKE_C_##to, IKE_C_##to \
	}

/* clang-format off */
static const struct ike_child_cell childfsm[IKE_C_COUNT][IKE_CE_COUNT] = {
	/*  state      event               action         ok         on error */
	ON(FIRST,     INSTALLED)     = DO(child_begin,       UP,        UP),
	ON(FIRST,     NOT_INSTALLED) = GO(FIRST), /* the IKE SA's machine removes it */

	/* A further one of ours, RFC7296-1.3.1.  Until the peer grants it, it can't be spoken of. */
	ON(N_WAIT,    SEND)          = DO(child_i_send,      N_ASK,     N_LATER),
	ON(N_WAIT,    DELETE)        = GO(DEAD),
	ON(N_LATER,   REKEY)         = GO(N_WAIT),
	ON(N_LATER,   DELETE)        = GO(DEAD),
	ON(N_ASK,     MADE)          = DO(child_n_accept,    N_INSTALL, CLOSE),
	ON(N_ASK,     GROUP)         = DO(child_i_regroup,   N_ASK,     DEAD),
	ON(N_ASK,     SINGLE)        = DO(child_n_single,    N_ASK,     DEAD),
	ON(N_ASK,     LATER)         = DO(child_later,       N_LATER,   N_LATER), /* RFC7296-2.25 */
	ON(N_ASK,     NEVER)         = DO(child_never,       DEAD,      DEAD),
	ON(N_ASK,     NOT_FOUND)     = DO(child_never,       DEAD,      DEAD),
	ON(N_ASK,     DELETE)        = DO(child_end,         N_DROP,    N_DROP),
	ON(N_DROP,    MADE)          = DO(child_i_forget,    CLOSE,     CLOSE),
	ON(N_DROP,    GROUP)         = DO(child_i_forget,    DEAD,      DEAD),
	ON(N_DROP,    SINGLE)        = DO(child_i_forget,    DEAD,      DEAD),
	ON(N_DROP,    LATER)         = DO(child_i_forget,    DEAD,      DEAD),
	ON(N_DROP,    NEVER)         = DO(child_i_forget,    DEAD,      DEAD),
	ON(N_DROP,    NOT_FOUND)     = DO(child_i_forget,    DEAD,      DEAD),
	ON(N_INSTALL, INSTALLED)     = DO(child_n_begin,     UP,        UP),
	ON(N_INSTALL, NOT_INSTALLED) = DO(child_end,         CLOSE,     CLOSE),
	ON(N_INSTALL, TIMEOUT)       = DO(child_end,         CLOSE,     CLOSE),
	ON(N_INSTALL, PEER_REKEY)    = DO(child_r_busy,      N_INSTALL, N_INSTALL),
	ON(N_INSTALL, PEER_DELETE)   = DO(child_drop,        DEAD,      DEAD),
	ON(N_INSTALL, DELETE)        = DO(child_end,         CLOSE,     CLOSE),

	/* The peer's, a further one or a successor: it is answered once the world has it. */
	ON(R_INSTALL, INSTALLED)     = DO(child_r_reply,     UP,        CLOSE),
	ON(R_INSTALL, NOT_INSTALLED) = DO(child_r_give_up,   DEAD,      DEAD),
	ON(R_INSTALL, TIMEOUT)       = DO(child_r_give_up,   DEAD,      DEAD),

	/* Ours.  Of two that crossed the one with the lowest nonce goes, deleted by who made it (RFC7296-2.8.1). */
	ON(I_INSTALL, INSTALLED)     = DO(child_i_take_over, UP,        UP),
	ON(I_INSTALL, REDUNDANT)     = DO(child_i_yield,     CLOSE,     CLOSE),
	ON(I_INSTALL, HELD)          = GO(I_HELD),
	ON(I_INSTALL, NOT_INSTALLED) = DO(child_i_fail,      CLOSE,     CLOSE),
	ON(I_INSTALL, TIMEOUT)       = DO(child_i_fail,      CLOSE,     CLOSE),
	ON(I_INSTALL, PEER_DELETE)   = DO(child_i_fail,      DEAD,      DEAD),
	ON(I_HELD,    INSTALLED)     = DO(child_i_take_over, UP,        UP),
	ON(I_HELD,    REDUNDANT)     = DO(child_i_yield,     CLOSE,     CLOSE),
	ON(I_HELD,    PEER_DELETE)   = DO(child_i_fail,      DEAD,      DEAD),

	ON(UP,        REKEY)         = GO(WAIT),
	ON(UP,        PEER_REKEY)    = DO(child_r_make,      R_REKEY,   UP),
	ON(UP,        PEER_DELETE)   = DO(child_drop,        DEAD,      DEAD),
	ON(UP,        REPLACED)      = GO(OLD),
	ON(UP,        DELETE)        = DO(child_end,         CLOSE,     CLOSE),
	ON(UP,        HARD)          = DO(child_expire,      CLOSE,     CLOSE),

	ON(WAIT,      REKEY)         = GO(WAIT),
	ON(WAIT,      SEND)          = DO(child_i_send,      I_REKEY,   UP),
	ON(WAIT,      PEER_REKEY)    = DO(child_r_make,      R_REKEY,   WAIT),
	ON(WAIT,      PEER_DELETE)   = DO(child_drop,        DEAD,      DEAD),
	ON(WAIT,      REPLACED)      = GO(OLD),
	ON(WAIT,      DELETE)        = DO(child_end,         CLOSE,     CLOSE),
	ON(WAIT,      HARD)          = DO(child_expire,      CLOSE,     CLOSE),

	ON(R_REKEY,   REKEY)         = GO(R_REKEY),
	ON(R_REKEY,   REPLACED)      = GO(OLD),
	ON(R_REKEY,   NOT_REPLACED)  = DO(child_later,       UP,        UP),
	ON(R_REKEY,   DELETE)        = DO(child_end,         CLOSE,     CLOSE),
	ON(R_REKEY,   HARD)          = DO(child_expire,      CLOSE,     CLOSE),

	ON(I_REKEY,   REKEY)         = GO(I_REKEY),
	ON(I_REKEY,   MADE)          = DO(child_i_accept,    I_MADE,    UP),
	ON(I_REKEY,   GROUP)         = DO(child_i_regroup,   I_REKEY,   UP),
	ON(I_REKEY,   SINGLE)        = DO(child_later,       UP,        UP),
	ON(I_REKEY,   LATER)         = DO(child_later,       UP,        UP),
	ON(I_REKEY,   NEVER)         = DO(child_never,       UP,        UP),
	ON(I_REKEY,   NOT_FOUND)     = DO(child_drop,        DEAD,      DEAD),
	ON(I_REKEY,   PEER_REKEY)    = DO(child_r_cross,     X_REKEY,   I_REKEY), /* answered as usual, RFC7296-2.25.1; late: RFC9370-2.2.4 */
	ON(I_REKEY,   PEER_DELETE)   = DO(child_lose,        LOST,      LOST),
	ON(I_REKEY,   DELETE)        = DO(child_end,         CLOSE,     CLOSE),
	ON(I_REKEY,   HARD)          = DO(child_expire,      CLOSE,     CLOSE),

	ON(X_REKEY,   REKEY)         = GO(X_REKEY),
	ON(X_REKEY,   MADE)          = DO(child_i_accept,    X_MADE,    R_REKEY),
	ON(X_REKEY,   GROUP)         = DO(child_i_forget,    R_REKEY,   R_REKEY),
	ON(X_REKEY,   SINGLE)        = DO(child_i_forget,    R_REKEY,   R_REKEY),
	ON(X_REKEY,   LATER)         = DO(child_i_forget,    R_REKEY,   R_REKEY),
	ON(X_REKEY,   NEVER)         = DO(child_i_forget,    R_REKEY,   R_REKEY),
	ON(X_REKEY,   NOT_FOUND)     = DO(child_i_forget,    R_REKEY,   R_REKEY),
	ON(X_REKEY,   REPLACED)      = GO(X_DONE),
	ON(X_REKEY,   NOT_REPLACED)  = GO(I_REKEY),
	ON(X_REKEY,   DELETE)        = DO(child_end,         CLOSE,     CLOSE),
	ON(X_REKEY,   HARD)          = DO(child_expire,      CLOSE,     CLOSE),

	/* Refused now means that the peer deletes it for its own successor's sake, RFC7296-2.8.1. */
	ON(X_DONE,    REKEY)         = GO(X_DONE),
	ON(X_DONE,    MADE)          = DO(child_i_accept,    I_MADE,    OLD),
	ON(X_DONE,    GROUP)         = DO(child_i_forget,    OLD,       OLD),
	ON(X_DONE,    SINGLE)        = DO(child_i_forget,    OLD,       OLD),
	ON(X_DONE,    LATER)         = DO(child_i_forget,    OLD,       OLD),
	ON(X_DONE,    NEVER)         = DO(child_i_forget,    OLD,       OLD),
	ON(X_DONE,    NOT_FOUND)     = DO(child_i_forget,    OLD,       OLD),
	ON(X_DONE,    RESTORED)      = GO(I_REKEY),
	ON(X_DONE,    PEER_REKEY)    = DO(child_r_busy,      X_DONE,    X_DONE),
	ON(X_DONE,    PEER_DELETE)   = DO(child_lose,        LOST,      LOST),
	ON(X_DONE,    DELETE)        = DO(child_end,         CLOSE,     CLOSE),
	ON(X_DONE,    HARD)          = DO(child_expire,      CLOSE,     CLOSE),

	/* As good as being deleted by us: TEMPORARY_FAILURE, RFC7296-2.25.1. */
	ON(I_MADE,    REKEY)         = GO(I_MADE),
	ON(I_MADE,    SUCCEEDED)     = GO(CLOSE),
	ON(I_MADE,    YIELDED)       = GO(OLD),
	ON(I_MADE,    FAILED)        = DO(child_later,       UP,        UP),
	ON(I_MADE,    RESTORED)      = GO(I_MADE),
	ON(I_MADE,    PEER_REKEY)    = DO(child_r_busy,      I_MADE,    I_MADE),
	ON(I_MADE,    PEER_DELETE)   = DO(child_lose,        FADE,      FADE),
	ON(I_MADE,    DELETE)        = DO(child_end,         CLOSE,     CLOSE),
	ON(I_MADE,    HARD)          = DO(child_expire,      CLOSE,     CLOSE),

	ON(X_MADE,    REKEY)         = GO(X_MADE),
	ON(X_MADE,    REPLACED)      = GO(I_MADE),
	ON(X_MADE,    NOT_REPLACED)  = GO(I_MADE),
	ON(X_MADE,    YIELDED)       = GO(R_REKEY),
	ON(X_MADE,    DELETE)        = DO(child_end,         CLOSE,     CLOSE),
	ON(X_MADE,    HARD)          = DO(child_expire,      CLOSE,     CLOSE),

	ON(OLD,       REKEY)         = GO(OLD),
	ON(OLD,       REPLACED)      = GO(OLD),
	ON(OLD,       RESTORED)      = DO(child_later,       UP,        UP),
	ON(OLD,       PEER_REKEY)    = DO(child_r_busy,      OLD,       OLD),
	ON(OLD,       PEER_DELETE)   = DO(child_lose,        FADE,      FADE),
	ON(OLD,       TIMEOUT)       = DO(child_hand_over,   CLOSE,     CLOSE),
	ON(OLD,       DELETE)        = DO(child_end,         CLOSE,     CLOSE),
	ON(OLD,       HARD)          = DO(child_end,         CLOSE,     CLOSE),

	ON(LOST,      MADE)          = DO(child_i_accept,    FADE,      FADE),
	ON(LOST,      GROUP)         = DO(child_i_forget,    FADE,      FADE),
	ON(LOST,      SINGLE)        = DO(child_i_forget,    FADE,      FADE),
	ON(LOST,      LATER)         = DO(child_i_forget,    FADE,      FADE),
	ON(LOST,      NEVER)         = DO(child_i_forget,    FADE,      FADE),
	ON(LOST,      NOT_FOUND)     = DO(child_i_forget,    FADE,      FADE),
	ON(LOST,      RESTORED)      = GO(LOST),
	ON(LOST,      DELETE)        = GO(LOST),
	ON(LOST,      HARD)          = GO(LOST),

	/* A successor that we asked for isn't wanted any more: it is deleted with it. */
	ON(CLOSE,     SEND)          = GO(CLOSING),
	ON(CLOSE,     MADE)          = DO(child_i_abort,     CLOSE,     CLOSE),
	ON(CLOSE,     GROUP)         = DO(child_i_forget,    CLOSE,     CLOSE),
	ON(CLOSE,     SINGLE)        = DO(child_i_forget,    CLOSE,     CLOSE),
	ON(CLOSE,     LATER)         = DO(child_i_forget,    CLOSE,     CLOSE),
	ON(CLOSE,     NEVER)         = DO(child_i_forget,    CLOSE,     CLOSE),
	ON(CLOSE,     NOT_FOUND)     = DO(child_i_forget,    CLOSE,     CLOSE),
	ON(CLOSE,     SUCCEEDED)     = GO(CLOSE),
	ON(CLOSE,     YIELDED)       = GO(CLOSE),
	ON(CLOSE,     FAILED)        = GO(CLOSE),
	ON(CLOSE,     REPLACED)      = GO(CLOSE),
	ON(CLOSE,     NOT_REPLACED)  = GO(CLOSE),
	ON(CLOSE,     RESTORED)      = GO(CLOSE),
	ON(CLOSE,     PEER_REKEY)    = DO(child_r_busy,      CLOSE,     CLOSE),
	ON(CLOSE,     PEER_DELETE)   = GO(FADE),
	ON(CLOSE,     DELETE)        = DO(child_end,         CLOSE,     CLOSE),
	ON(CLOSE,     HARD)          = DO(child_end,         CLOSE,     CLOSE),

	ON(CLOSING,   DELETED)       = GO(FADE),
	ON(CLOSING,   SUCCEEDED)     = GO(CLOSING),
	ON(CLOSING,   YIELDED)       = GO(CLOSING),
	ON(CLOSING,   FAILED)        = GO(CLOSING),
	ON(CLOSING,   REPLACED)      = GO(CLOSING),
	ON(CLOSING,   NOT_REPLACED)  = GO(CLOSING),
	ON(CLOSING,   RESTORED)      = GO(CLOSING),
	ON(CLOSING,   PEER_REKEY)    = DO(child_r_busy,      CLOSING,   CLOSING),
	ON(CLOSING,   PEER_DELETE)   = GO(CLOSING), /* answered without naming it, RFC7296-2.25.1 */
	ON(CLOSING,   DELETE)        = DO(child_end,         CLOSING,   CLOSING),
	ON(CLOSING,   HARD)          = DO(child_end,         CLOSING,   CLOSING),

	ON(FADE,      TIMEOUT)       = GO(DEAD),
	ON(FADE,      SUCCEEDED)     = GO(FADE),
	ON(FADE,      YIELDED)       = GO(FADE),
	ON(FADE,      FAILED)        = GO(FADE),
	ON(FADE,      REPLACED)      = GO(FADE),
	ON(FADE,      NOT_REPLACED)  = GO(FADE),
	ON(FADE,      RESTORED)      = GO(FADE),
	ON(FADE,      DELETE)        = GO(DEAD),
	ON(FADE,      HARD)          = GO(DEAD),
};
/* clang-format on */

struct state_row {
	const char *name, *text;
	enum ike_wait wait;
	enum ike_child_kind kind;
};

static const struct state_row states[IKE_C_COUNT] = {
#define ROW(name, wait, kind, text) { #name, text, IKE_WAIT_##wait, IKE_CHILD_##kind },
	IKE_CHILD_STATE_LIST(ROW)
#undef ROW
};

struct event_row {
	const char *name, *text;
};

static const struct event_row events[IKE_CE_COUNT] = {
#define ROW(name, text) { #name, text },
	IKE_CHILD_EVENT_LIST(ROW)
#undef ROW
};

const struct ike_child_cell *ike_childfsm_cell(enum ike_child_state state, enum ike_child_event event)
{
	return &childfsm[state][event];
}

const char *ike_childfsm_state_str(enum ike_child_state state)
{
	return states[state].name;
}

const char *ike_childfsm_state_text(enum ike_child_state state)
{
	return states[state].text;
}

enum ike_wait ike_childfsm_state_wait(enum ike_child_state state)
{
	return states[state].wait;
}

enum ike_child_kind ike_childfsm_state_kind(enum ike_child_state state)
{
	return states[state].kind;
}

const char *ike_childfsm_event_str(enum ike_child_event event)
{
	return events[event].name;
}

const char *ike_childfsm_event_text(enum ike_child_event event)
{
	return events[event].text;
}

enum ike_child_kind ike_childfsm_kind(const struct ike_child *child)
{
	return states[child->state].kind;
}

static void timed_out(struct wheel_timer *t, uint64_t now_ms)
{
	(void)now_ms;
	ike_childfsm_post(list_of(t, struct ike_child, wait_timer), IKE_CE_TIMEOUT);
}

static void arm_wait(struct ike_child *child)
{
	struct ike_engine *e = child->sa->engine;
	uint64_t wait_ms = 0;

	switch (states[child->state].wait) {
	case IKE_WAIT_WORLD:
		wait_ms = e->cfg.answer_ms;
		break;
	case IKE_WAIT_OLD:
		wait_ms = e->cfg.old_ms;
		break;
	case IKE_WAIT_FADE:
		wait_ms = e->cfg.fade_ms;
		break;
	default: /* another's event ends it */
		break;
	}
	wheel_disarm(&e->wheel, &child->wait_timer);
	child->wait_timer.expired = timed_out;
	if (wait_ms != 0)
		wheel_arm(&e->wheel, &child->wait_timer, e->now_ms + wait_ms);
}

void ike_childfsm_begin(struct ike_child *child, enum ike_child_state state)
{
	child->state = (uint8_t)state;
	arm_wait(child);
}

static void enter(struct ike_child *child, enum ike_child_state next)
{
	struct ike_sa *sa = child->sa;

	if (next != (enum ike_child_state)child->state) {
		child->state = (uint8_t)next;
		arm_wait(child);
	}
	if (next == IKE_C_DEAD)
		ike_child_free(child);
	if (sa->attempt == NULL && !ike_child_any(sa))
		ike_fsm_post(sa, IKE_E_NO_CHILD);
}

enum err ike_childfsm_step(const struct ike_step *s, struct ike_child *child, enum ike_child_event event)
{
	const struct ike_child_cell *cell = &childfsm[child->state][event];
	enum err err = ERR_OK;

	if (cell->ok == IKE_C_NONE) {
		child->sa->stats.refused++;
		ike_core_count(s->e, IKE_STAT_RX_REFUSED);
		ike_core_log_sa(child->sa, LOG_L_DEBUG, "child.event.refused", "spi-in=%08x state=%s event=%s", child->spi_in,
			states[child->state].name, events[event].name);
		return ERR_STATE;
	}
	if (cell->action != NULL)
		err = cell->action(s, child);
	enter(child, err == ERR_OK ? cell->ok : cell->fail);
	return err;
}

void ike_childfsm_post(struct ike_child *child, enum ike_child_event event)
{
	child->posted |= 1u << event;
	ike_fsm_post(child->sa, IKE_E_CHILD);
}
