/*
 * gen_states: prints docs/state-machines.md from the tables that run.  gen-docs calls it; a machine that is added gets a
 * function here.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ike/fsm.h"
#include "ike/rekey/childfsm.h"
#include "session/fsm.h"

static const char *wait_text(enum ike_wait wait)
{
	switch (wait) {
	case IKE_WAIT_NEVER:
		return "-";
	case IKE_WAIT_ANSWER:
		return "NO_ANSWER: the last retransmission";
	case IKE_WAIT_WORLD:
		return "TIMEOUT: answer_ms";
	case IKE_WAIT_HALF_OPEN:
		return "TIMEOUT: half_open_ms";
	case IKE_WAIT_EAP:
		return "TIMEOUT: eap_ms, of the whole of it";
	case IKE_WAIT_CHILDLESS:
		return "TIMEOUT: childless_ms";
	case IKE_WAIT_OLD:
		return "TIMEOUT: old_ms";
	case IKE_WAIT_FADE:
		return "TIMEOUT: fade_ms";
	case IKE_WAIT_LINGER:
		return "TIMEOUT: 10 s";
	}
	return "?";
}

/* What a cell of either table of the IKE engine says. */
struct cell {
	const char *action;
	int ok, fail; /* 0: empty cell */
	bool acts;
	bool waits; /* for a key exchange */
};

/* A machine whose state 0 is none and whose last is DEAD. */
struct machine {
	int states, events;
	const char *first; /* states that it begins in, space-separated */
	struct cell (*cell)(int state, int event);
	const char *(*state_str)(int state);
	const char *(*state_text)(int state);
	enum ike_wait (*wait)(int state);
	const char *(*event_str)(int event);
	const char *(*event_text)(int event);
};

#define ENGINE_MACHINE(machine, prefix, state_type, event_type, cell_type, need)                                            \
	static struct cell machine##_cell(int s, int e)                                                                     \
	{                                                                                                                   \
		const cell_type *c = prefix##_cell((state_type)s, (event_type)e);                                           \
                                                                                                                            \
		return (struct cell){                                                                                       \
			.action = c->name, .ok = (int)c->ok, .fail = (int)c->fail, .acts = c->action != NULL, .waits = need \
		};                                                                                                          \
	}                                                                                                                   \
	static const char *machine##_state_str(int s)                                                                       \
	{                                                                                                                   \
		return prefix##_state_str((state_type)s);                                                                   \
	}                                                                                                                   \
	static const char *machine##_state_text(int s)                                                                      \
	{                                                                                                                   \
		return prefix##_state_text((state_type)s);                                                                  \
	}                                                                                                                   \
	static enum ike_wait machine##_wait(int s)                                                                          \
	{                                                                                                                   \
		return prefix##_state_wait((state_type)s);                                                                  \
	}                                                                                                                   \
	static const char *machine##_event_str(int e)                                                                       \
	{                                                                                                                   \
		return prefix##_event_str((event_type)e);                                                                   \
	}                                                                                                                   \
	static const char *machine##_event_text(int e)                                                                      \
	{                                                                                                                   \
		return prefix##_event_text((event_type)e);                                                                  \
	}

ENGINE_MACHINE(ike, ike_fsm, enum ike_state, enum ike_event, struct ike_cell, c->need != NULL)
ENGINE_MACHINE(child, ike_childfsm, enum ike_child_state, enum ike_child_event, struct ike_child_cell, false)

/* One arrow for each pair of states, with all events that lead along it. */
static void print_arrow(const struct machine *m, int from, int to)
{
	const char *glue = "";

	for (int e = 0; e < m->events; e++) {
		struct cell c = m->cell(from, e);

		if (c.ok == 0 || from == to || (c.ok != to && c.fail != to))
			continue;
		if (*glue == '\0')
			printf("    %s --> %s : ", m->state_str(from), m->state_str(to));
		printf("%s%s%s", glue, m->event_str(e), c.ok == to ? "" : " !");
		glue = ", ";
	}
	if (*glue != '\0')
		printf("\n");
}

static void print_diagram(const struct machine *m)
{
	char first[64], *save = NULL;

	(void)snprintf(first, sizeof(first), "%s", m->first);
	printf("```mermaid\nstateDiagram-v2\n");
	for (char *state = strtok_r(first, " ", &save); state != NULL; state = strtok_r(NULL, " ", &save))
		printf("    [*] --> %s\n", state);
	for (int from = 1; from < m->states; from++)
		for (int to = 1; to < m->states; to++)
			print_arrow(m, from, to);
	printf("    DEAD --> [*]\n```\n\n");
}

static void print_machine(const struct machine *m)
{
	print_diagram(m);
	printf("| state | is | ends by itself |\n|---|---|---|\n");
	for (int s = 1; s < m->states; s++)
		printf("| %s | %s | %s |\n", m->state_str(s), m->state_text(s), wait_text(m->wait(s)));
	printf("\n| event | is |\n|---|---|\n");
	for (int e = 0; e < m->events; e++)
		printf("| %s | %s |\n", m->event_str(e), m->event_text(e));
	printf("\n| state | event | action | then | on error |\n|---|---|---|---|---|\n");
	for (int s = 1; s < m->states; s++)
		for (int e = 0; e < m->events; e++) {
			struct cell c = m->cell(s, e);

			if (c.ok != 0)
				printf("| %s | %s | %s%s | %s | %s |\n", m->state_str(s), m->event_str(e), c.action, c.waits ? " (KE)" : "",
					m->state_str(c.ok), c.acts ? m->state_str(c.fail) : "-");
		}
}

static void print_ike(void)
{
	static const struct machine ike = { IKE_S_COUNT, IKE_E_COUNT, "IDLE", ike_cell, ike_state_str, ike_state_text, ike_wait,
		ike_event_str, ike_event_text };

	printf("## IKE SA (host/ike/fsm.c)\n\n");
	printf("`I_` are an initiator's states, `R_` a responder's. `EVENT !` is the way taken when the action fails. An event that isn't in a\n"
	       "state's table is refused and counted.\n\n"
	       "`(KE)`: the action may need a key exchange, which the world computes. Until it has, message or event counts as not yet here\n"
	       "(host/ike/keying/agree.h): what else comes meanwhile finds its row in the state that there is, as after a delay in the network.\n\n");
	print_machine(&ike);
}

static void print_child(void)
{
	static const struct machine child = { IKE_C_COUNT, IKE_CE_COUNT, "FIRST I_INSTALL R_INSTALL CLOSE", child_cell, child_state_str,
		child_state_text, child_wait, child_event_str, child_event_text };

	printf("\n## CHILD_SA (host/ike/rekey/childfsm.c)\n\n");
	printf("A pair of ESP SAs, beside the machine of its IKE SA, which steps it. `I_`: our successor of it is in the making, `R_`: the peer's,\n"
	       "`X_`: both. NO_ANSWER is the IKE SA's: the peer is dead then, and all its children go.\n\n");
	print_machine(&child);
}

static void print_session_arrow(enum session_state from, enum session_state to)
{
	const char *glue = "";

	for (int e = 0; e < SESSION_E_COUNT; e++) {
		if (from == to || session_fsm_next(from, (enum session_event)e) != to)
			continue;
		if (*glue == '\0')
			printf("    %s --> %s : ", session_state_name(from), session_state_name(to));
		printf("%s%s", glue, session_fsm_event_str((enum session_event)e));
		glue = ", ";
	}
	if (*glue != '\0')
		printf("\n");
}

static void print_session(void)
{
	printf("\n## Session (host/session/fsm.c)\n\n");
	printf("It waits for nothing by itself: the IKE SA's own waits end it, by DOWN. An event that the diagram doesn't show leaves the state\n"
	       "as it is: a successor's (UP), an answer that comes late (CLOSING), or one that is refused and logged.\n\n");
	printf("```mermaid\nstateDiagram-v2\n    [*] --> NEW\n");
	for (int from = 0; from < SESSION_S_COUNT; from++)
		for (int to = 0; to < SESSION_S_COUNT; to++)
			print_session_arrow((enum session_state)from, (enum session_state)to);
	printf("    DEAD --> [*]\n```\n\n| state | is | shown as |\n|---|---|---|\n");
	for (int s = 0; s < SESSION_S_COUNT; s++)
		printf("| %s | %s | %s |\n", session_state_name((enum session_state)s), session_fsm_state_text((enum session_state)s),
			session_state_word((enum session_state)s));
	printf("\n| event | is |\n|---|---|\n");
	for (int e = 0; e < SESSION_E_COUNT; e++)
		printf("| %s | %s |\n", session_fsm_event_str((enum session_event)e), session_fsm_event_text((enum session_event)e));
}

int main(void)
{
	printf("# State machines\n\n");
	printf("Generated by `tools/dev/gen-docs` from the tables that run; don't edit. One function steps a machine and is the only writer of its\n"
	       "state; actions return an error or none, and post events. tests/unit asserts that every state reaches DEAD and that silence\n"
	       "leads there from every state that waits.\n\n");
	print_ike();
	print_child();
	print_session();
	return 0;
}
