/*
 * A session as an object: made, found, freed with all that it has.  Its state machine is in fsm.c.  Loop thread only.
 */
#include "session/session.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/auth/inquiry.h"
#include "session/auth/proven.h"
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
	list_init(&s->lines);
	if (session_name(s, "") != ERR_OK) {
		session_free(s);
		return NULL;
	}
	return s;
}

enum err session_name(struct session *s, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return ERR_NOMEM;
	free(s->peer);
	s->peer = copy;
	return ERR_OK;
}

void session_free(struct session *s)
{
	struct session_hub *h = s->hub;

	dp_sync_unwait(&s->switching);
	session_succeed_end(s);
	session_inquiry_drop(s);
	session_proven_end(s);
	if (s->assigned.family != 0)
		session_address_give(h, s->access.vrf, &s->assigned);
	session_child_remove_all(s);
	session_lines_close(s);
	session_access_close(s);
	session_clone_drop(s);
	route_rib_commit(h->env.rib);
	list_del(&s->in_tunnel);
	session_lease_give(s);
	session_eap_free(s);
	free(s->learned);
	free(s->peer);
	if (s->in_map)
		map_del(&h->by_ike, &s->by_ike);
	if (s->in_peers)
		map_del(&h->by_peer, &s->by_peer);
	session_model_put(s->model);
	slab_free(&h->sessions, s->handle);
}
