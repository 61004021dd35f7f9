/*
 * The state machine of a session: the states it may be in and what moves it on.  What is done in a state is in the files
 * that the events come from (bind, child, dial).  Loop thread only.
 */
#include "session/fsm.h"

#include "session/inner.h"

struct session_cell {
	bool allowed;
	enum session_state next;
};

#define ON(state, event) [SESSION_S_##state][SESSION_E_##event]
#define GO(to)                       \
	{                            \
		true, SESSION_S_##to \
	}

/* clang-format off */
static const struct session_cell session_fsm[SESSION_S_COUNT][SESSION_E_COUNT] = {
	ON(NEW,        GRANT)   = GO(GRANTED),
	ON(NEW,        FAILED)  = GO(CLOSING),
	ON(NEW,        DOWN)    = GO(DEAD),

	ON(GRANTED,    INSTALL) = GO(INSTALLING),
	ON(GRANTED,    FAILED)  = GO(CLOSING),
	ON(GRANTED,    DOWN)    = GO(DEAD),

	ON(INSTALLING, PLACED)  = GO(READY),
	ON(INSTALLING, FAILED)  = GO(CLOSING),
	ON(INSTALLING, DOWN)    = GO(DEAD),

	ON(READY,      UP)      = GO(UP),
	ON(READY,      DOWN)    = GO(DEAD),

	/* A pair's successor comes, or doesn't: the session has the former pair still. */
	ON(UP,         INSTALL) = GO(UP),
	ON(UP,         PLACED)  = GO(UP),
	ON(UP,         FAILED)  = GO(UP),
	ON(UP,         DOWN)    = GO(DEAD),

	/* The datapath's answer comes late. */
	ON(CLOSING,    PLACED)  = GO(CLOSING),
	ON(CLOSING,    FAILED)  = GO(CLOSING),
	ON(CLOSING,    DOWN)    = GO(DEAD),
};
/* clang-format on */

enum session_state session_fsm_next(enum session_state state, enum session_event event)
{
	const struct session_cell *cell = &session_fsm[state][event];

	return cell->allowed ? cell->next : SESSION_S_COUNT;
}

enum err session_fsm_step(struct session *s, enum session_event event)
{
	enum session_state next = session_fsm_next(s->state, event);

	if (next == SESSION_S_COUNT) {
		log_event(s->hub->env.log, LOG_L_WARN, "session.refused", "state=%s event=%s peer=%s", session_state_name(s->state),
			session_fsm_event_str(event), s->peer);
		return ERR_STATE;
	}
	s->state = next;
	return ERR_OK;
}

const char *session_fsm_state_text(enum session_state state)
{
	static const char *const text[SESSION_S_COUNT] = {
#define TEXT(name, word, text) text,
		SESSION_STATE_LIST(TEXT)
#undef TEXT
	};

	return text[state];
}

const char *session_fsm_event_str(enum session_event event)
{
	static const char *const name[SESSION_E_COUNT] = {
#define NAME(name, text) #name,
		SESSION_EVENT_LIST(NAME)
#undef NAME
	};

	return name[event];
}

const char *session_fsm_event_text(enum session_event event)
{
	static const char *const text[SESSION_E_COUNT] = {
#define TEXT(name, text) text,
		SESSION_EVENT_LIST(TEXT)
#undef TEXT
	};

	return text[event];
}
