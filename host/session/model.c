/*
 * The configuration as sessions hold it, and whether one may live on under another.  A kept session goes on by the
 * configuration that it began with, which therefore is counted.  It is kept when the new one would give it the same:
 * the same profile for the same identity, the same keys, interface, IPsec parameters and grant, line by line.  Loop
 * thread only.
 */
#include <stdlib.h>
#include <string.h>

#include "cfg/find.h"
#include "cfg/stmt.h"
#include "session/inner.h"
#include "session/policy.h"

struct session_model *session_model_new(struct cfg_model *cfg, const struct log *log)
{
	static const uint8_t key[16]; /* as for the language: lines are the operator's own */
	struct session_model *m = (struct session_model *)calloc(1, sizeof(*m));

	if (m == NULL || map_init(&m->clones, key) != ERR_OK || session_trust_new(cfg, log, &m->trust) != ERR_OK) {
		if (m != NULL)
			map_fini(&m->clones);
		free(m);
		return NULL;
	}
	m->cfg = cfg;
	m->users = 1;
	return m;
}

struct session_model *session_model_get(struct session_model *m)
{
	m->users++;
	return m;
}

void session_model_put(struct session_model *m)
{
	if (m == NULL || --m->users != 0)
		return;
	session_trust_free(m->trust);
	map_fini(&m->clones);
	cfg_model_free(m->cfg);
	free(m);
}

/* ---- comparing ---- */

static bool same_lines(const struct cfg_stmt *a, const struct cfg_stmt *b)
{
	const struct cfg_stmt *x, *y;

	if (a == NULL || b == NULL)
		return a == b;
	if (!cfg_stmt_equal(a, b))
		return false;
	x = cfg_stmt_first(a);
	y = cfg_stmt_first(b);
	while (x != NULL && y != NULL && same_lines(x, y)) {
		x = cfg_stmt_next(x);
		y = cfg_stmt_next(y);
	}
	return x == y; /* both at their end */
}

static bool same_object(const struct cfg_model *to, const struct cfg_object *o)
{
	const struct cfg_object *twin = cfg_find(to, o->kind, o->name);

	return twin != NULL && twin->complete == o->complete && same_lines(o->stmt, twin->stmt);
}

static bool same_interface(const struct cfg_model *to, const struct cfg_interface *i)
{
	return i == NULL || same_object(to, &i->object);
}

static bool same_protection(const struct cfg_model *to, const struct cfg_ipsec_profile *p)
{
	for (unsigned i = 0; i < p->transform_set_count; i++)
		if (!same_object(to, &p->transform_set[i]->object))
			return false;
	return same_object(to, &p->object);
}

static bool same_access(const struct cfg_model *to, const struct cfg_interface *i)
{
	return same_interface(to, i) && same_interface(to, i->ip_lender) && same_interface(to, i->ipv6_lender) &&
	       same_protection(to, i->tunnel.protection);
}

static bool same_policy(const struct cfg_model *to, const struct cfg_authz_policy *p)
{
	for (const struct cfg_route_set *set = p->route_sets; set != NULL; set = set->next)
		if (!same_interface(to, set->interface))
			return false;
	for (const struct cfg_attribute_use *use = p->attributes; use != NULL; use = use->next)
		if (!same_object(to, &use->list->object))
			return false;
	return (p->pool == NULL || same_object(to, &p->pool->object)) && same_object(to, &p->object);
}

static bool same_grant(const struct cfg_model *to, const struct session *s)
{
	for (const struct cfg_authz *a = s->profile->authz; a != NULL; a = a->next)
		if ((a->list != NULL && !same_object(to, &a->list->object)) ||
			(a->mangler != NULL && !same_object(to, &a->mangler->object)))
			return false;
	for (unsigned i = 0; i < s->grant.source_count; i++)
		if (!same_policy(to, s->grant.source[i]))
			return false;
	return true;
}

static bool same_key(const struct secret *a, const struct secret *b)
{
	return a != NULL && b != NULL && secret_eq(secret_view(a), secret_view(b));
}

static bool same_ppk(const struct cfg_keyring_peer *a, const struct cfg_keyring_peer *b)
{
	bool was = a != NULL && a->ppk != NULL, is = b != NULL && b->ppk != NULL;

	if (!was || !is)
		return was == is;
	return same_key(a->ppk, b->ppk) && strcmp(a->ppk_id, b->ppk_id) == 0 && a->ppk_required == b->ppk_required;
}

/* An identity that has text is that text; an address is printed. */
static struct cfg_identity identity_of(const struct session *s)
{
	struct cfg_identity id = { .type = s->peer_type, .text = s->peer };

	if (id.type == CFG_ID_ADDRESS && addr_parse(s->peer, &id.addr) != ERR_OK)
		id.type = CFG_ID_NONE;
	return id;
}

static bool same_keys(const struct session *s, const struct cfg_profile *p, const struct cfg_identity *peer)
{
	bool responder = s->role == IKE_RESPONDER;
	const struct addr *remote = responder ? &s->path.remote.addr : &s->keyed_by;
	struct session_policy_psk was = session_policy_keys(s->profile, peer, remote, responder);
	struct session_policy_psk is = session_policy_keys(p, peer, remote, responder);

	if (!same_ppk(session_policy_peer(s->profile, peer, remote, responder), session_policy_peer(p, peer, remote, responder)))
		return false;
	return (s->credential != NULL || s->profile->auth_local == CFG_AUTH_EAP || same_key(was.local, is.local)) &&
	       (s->by_certificate || s->by_eap || same_key(was.remote, is.remote));
}

/* The user that a session by EAP is of, if the configuration knows it, has the same password, by the same list. */
static bool same_user(const struct cfg_model *to, const struct session *s)
{
	const struct cfg_user *was = cfg_find_user(s->model->cfg, s->peer), *is = cfg_find_user(to, s->peer);

	if (!s->by_eap)
		return true;
	if (s->profile->eap_list != NULL && !same_object(to, &s->profile->eap_list->object))
		return false;
	return was == NULL || (is != NULL && same_key(was->password, is->password));
}

static bool same_imports(const struct cfg_trustpoint *a, const struct cfg_trustpoint *b)
{
	const struct cfg_pki_import *x = a->imports, *y = b->imports;

	while (x != NULL && y != NULL && strcmp(x->path, y->path) == 0) {
		x = x->next;
		y = y->next;
	}
	return x == NULL && y == NULL;
}

static bool same_certificates(const struct cfg_model *to, const struct cfg_profile *p)
{
	for (const struct cfg_pki_use *use = p->trustpoints; use != NULL; use = use->next)
		if (!same_object(to, &use->trustpoint->object) ||
			!same_imports(use->trustpoint, cfg_find_trustpoint(to, use->trustpoint->object.name)))
			return false;
	for (const struct cfg_cert_match *m = p->cert_maps; m != NULL; m = m->next)
		if (!same_object(to, &m->map->object))
			return false;
	return true;
}

/*
 * The peer would come in by the same profile with the same keys.  Its certificate isn't kept, nor is the IKE identity of one that came by
 * EAP: these are judged by profile and map being the same.
 */
static bool same_admission(const struct cfg_model *to, const struct session *s)
{
	struct session_policy_path path = session_policy_path_of(&s->path);
	bool by_map = s->by_eap || (s->by_certificate && s->profile->cert_maps != NULL);
	struct cfg_identity peer = identity_of(s);
	const struct cfg_profile *p = s->role == IKE_RESPONDER && !by_map ? session_policy_profile(to, &path, &peer, NULL)
									  : cfg_find_profile(to, s->profile->object.name);

	if (p == NULL || strcmp(p->object.name, s->profile->object.name) != 0 || !same_object(to, &s->profile->object))
		return false;
	return same_keys(s, p, &peer) && same_user(to, s) && same_certificates(to, s->profile);
}

bool session_model_keeps_inside(const struct cfg_model *to, const struct session *s)
{
	return session_vrf_is_in(to, s->path.vrf) && session_vrf_is_in(to, s->access.vrf) && same_admission(to, s) &&
	       same_access(to, s->access.source) && same_grant(to, s) && session_clone_keeps(to, s);
}

bool session_model_keeps(const struct cfg_model *to, const struct session *s)
{
	return session_model_keeps_inside(to, s) && same_interface(to, s->access.source->tunnel.source_if);
}
