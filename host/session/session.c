/*
 * A session's life.  The state machine is the table below; what happens in a state is in the files that the events
 * come from (bind, child, access), so the table has conditions and no actions but those that a state must not miss.
 * Loop thread only.
 */
#include "session/session.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/inner.h"

const char *session_state_name(enum session_state state)
{
	static const char *const name[SESSION_S_COUNT] = {
#define SESSION_STATE_NAME(name, word, text) #name,
		SESSION_STATE_LIST(SESSION_STATE_NAME)
#undef SESSION_STATE_NAME
	};

	return (unsigned)state < SESSION_S_COUNT ? name[state] : "?";
}

const char *session_state_word(enum session_state state)
{
	static const char *const word[SESSION_S_COUNT] = {
#define SESSION_STATE_WORD(name, word, text) word,
		SESSION_STATE_LIST(SESSION_STATE_WORD)
#undef SESSION_STATE_WORD
	};

	return (unsigned)state < SESSION_S_COUNT ? word[state] : "?";
}

/* ---- the state machine ---- */

static void came_up(struct session *s)
{
	s->up_ms = session_now(s->hub);
	log_event(s->hub->env.log, LOG_L_NOTICE, "session.up", "interface=%s peer=%s profile=%s", s->access.name, s->peer,
		s->profile->object.name);
	if (s->tunnel != NULL)
		session_tunnel_up(s);
}

static void went_down(struct session *s)
{
	if (s->up_ms != 0)
		log_event(s->hub->env.log, LOG_L_NOTICE, "session.down", "interface=%s peer=%s", s->access.name, s->peer);
}

typedef void session_action(struct session *s);

struct session_cell {
	bool allowed;
	session_action *action; /* NULL: only the state changes */
	enum session_state next;
};

static const struct session_cell session_fsm[SESSION_S_COUNT][SESSION_E_COUNT] = {
	/* state              event                  allowed action     next */
	[SESSION_S_NEW][SESSION_E_GRANT] = { true, NULL, SESSION_S_GRANTED },
	[SESSION_S_NEW][SESSION_E_FAILED] = { true, NULL, SESSION_S_CLOSING },
	[SESSION_S_NEW][SESSION_E_DOWN] = { true, NULL, SESSION_S_DEAD },
	[SESSION_S_GRANTED][SESSION_E_INSTALL] = { true, NULL, SESSION_S_INSTALLING },
	[SESSION_S_GRANTED][SESSION_E_FAILED] = { true, NULL, SESSION_S_CLOSING },
	[SESSION_S_GRANTED][SESSION_E_DOWN] = { true, NULL, SESSION_S_DEAD },
	[SESSION_S_INSTALLING][SESSION_E_PLACED] = { true, NULL, SESSION_S_READY },
	[SESSION_S_INSTALLING][SESSION_E_FAILED] = { true, NULL, SESSION_S_CLOSING },
	[SESSION_S_INSTALLING][SESSION_E_DOWN] = { true, NULL, SESSION_S_DEAD },
	[SESSION_S_READY][SESSION_E_UP] = { true, came_up, SESSION_S_UP },
	[SESSION_S_READY][SESSION_E_DOWN] = { true, NULL, SESSION_S_DEAD },
	[SESSION_S_UP][SESSION_E_INSTALL] = { true, NULL, SESSION_S_UP },
	[SESSION_S_UP][SESSION_E_PLACED] = { true, NULL, SESSION_S_UP },
	[SESSION_S_UP][SESSION_E_FAILED] = { true, NULL, SESSION_S_UP },
	[SESSION_S_UP][SESSION_E_DOWN] = { true, went_down, SESSION_S_DEAD },
	[SESSION_S_CLOSING][SESSION_E_PLACED] = { true, NULL, SESSION_S_CLOSING },
	[SESSION_S_CLOSING][SESSION_E_FAILED] = { true, NULL, SESSION_S_CLOSING },
	[SESSION_S_CLOSING][SESSION_E_DOWN] = { true, NULL, SESSION_S_DEAD },
};

enum err session_step(struct session *s, enum session_event event)
{
	const struct session_cell *cell = &session_fsm[s->state][event];

	if (!cell->allowed) {
		log_event(s->hub->env.log, LOG_L_WARN, "session.refused", "state=%s event=%d peer=%s", session_state_name(s->state),
			(int)event, s->peer);
		return ERR_STATE;
	}
	s->state = cell->next;
	if (cell->action != NULL)
		cell->action(s);
	return ERR_OK;
}

/* ---- finding ---- */

static uint64_t hash_ike(const struct session_hub *h, struct slab_handle ike)
{
	return map_hash(&h->by_ike, bytes_of(&ike, sizeof(ike)));
}

struct session *session_by_ike(const struct session_hub *h, struct slab_handle ike)
{
	for (struct map_node *n = map_find(&h->by_ike, hash_ike(h, ike)); n != NULL; n = map_find_next(n)) {
		struct session *s = list_of(n, struct session, by_ike);

		if (s->ike.index == ike.index && s->ike.generation == ike.generation)
			return s;
	}
	return NULL;
}

struct session *session_by_ref(const struct session_hub *h, uint64_t ref)
{
	return (struct session *)slab_get(&h->sessions, session_handle_of(ref));
}

void session_bind_ike(struct session *s, struct slab_handle ike)
{
	assert(!s->in_map);
	s->ike = ike;
	map_add(&s->hub->by_ike, &s->by_ike, hash_ike(s->hub, ike));
	s->in_map = true;
}

/* ---- sessions of one peer ---- */

enum { PEER_KEY = SESSION_ID_TEXT + 256 };

/* Names have no case (cli.md 1.4: FQDN and e-mail); what else is printed has none either. */
static struct bytes peer_key(const struct session *s, char text[PEER_KEY])
{
	int len = snprintf(text, PEER_KEY, "%d %s %s", (int)s->peer_type, s->profile->object.name, s->peer);

	assert(len > 0 && len < PEER_KEY);
	for (char *c = text; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return bytes_of(text, (size_t)len);
}

static uint64_t hash_peer(const struct session *s)
{
	char text[PEER_KEY];

	return map_hash(&s->hub->by_peer, peer_key(s, text));
}

void session_prove(struct session *s)
{
	if (s->in_peers || s->peer_type == CFG_ID_KEY_ID)
		return;
	map_add(&s->hub->by_peer, &s->by_peer, hash_peer(s));
	s->in_peers = true;
}

struct session *session_twin(const struct session *s, const struct session *after)
{
	char mine[PEER_KEY], others[PEER_KEY];
	struct bytes key = peer_key(s, mine);
	struct map_node *n;

	if (!s->in_peers)
		return NULL;
	n = after != NULL ? map_find_next(&after->by_peer) : map_find(&s->hub->by_peer, hash_peer(s));
	for (; n != NULL; n = map_find_next(n)) {
		struct session *other = list_of(n, struct session, by_peer);

		if (other != s && bytes_eq(peer_key(other, others), key))
			return other;
	}
	return NULL;
}

/* ---- life ---- */

struct session *session_new(struct session_hub *h, enum ike_role role)
{
	struct slab_handle handle;
	struct session *s = (struct session *)slab_new(&h->sessions, &handle);

	if (s == NULL)
		return NULL;
	s->hub = h;
	s->handle = handle;
	s->role = role;
	s->state = SESSION_S_NEW;
	s->model = session_model_get(h->model);
	list_init(&s->children);
	return s;
}

void session_free(struct session *s)
{
	struct session_hub *h = s->hub;

	if (s->assigned.family != 0)
		session_address_give(h, &s->assigned);
	session_child_remove_all(s);
	session_access_close(s);
	session_tunnel_leave(s);
	session_lease_give(s);
	free(s->learned);
	if (s->in_map)
		map_del(&h->by_ike, &s->by_ike);
	if (s->in_peers)
		map_del(&h->by_peer, &s->by_peer);
	session_model_put(s->model);
	slab_free(&h->sessions, s->handle);
}
