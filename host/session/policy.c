/*
 * Selection rules of the configuration language (profiles, policies, keyrings).  Every choice is a score over the
 * candidates, the first of equals wins.  Called by session/bind on the loop thread.
 */
#include "session/policy.h"

#include <string.h>

#include "session/auth/credential.h"
#include "session/box/vrf.h"

/* Scores: a rank for the kind of match above, its length below.  0 is no match. */
enum { SCORE_ANY = 1, SCORE_PARTIAL = 1000, SCORE_EXACT = 100000, SCORE_PATH = 8 };

static bool ends_in(const char *value, const char *domain)
{
	size_t value_len = strlen(value), len = strlen(domain);
	const char *tail;

	if (len == 0 || value_len < len)
		return false;
	tail = value + (value_len - len);
	return strcasecmp(tail, domain) == 0 && (tail == value || tail[-1] == '.' || tail[-1] == '@');
}

static bool same_identity(const struct cfg_identity *a, const struct cfg_identity *b)
{
	if (a->type != b->type || a->type == CFG_ID_NONE)
		return false;
	switch (a->type) {
	case CFG_ID_ADDRESS:
		return addr_eq(&a->addr, &b->addr);
	case CFG_ID_FQDN:
	case CFG_ID_EMAIL:
		return strcasecmp(a->text, b->text) == 0;
	case CFG_ID_KEY_ID:
		return strcmp(a->text, b->text) == 0;
	case CFG_ID_DN:
	case CFG_ID_NONE:
		break;
	}
	return false;
}

static unsigned score_line(const struct cfg_id_match *line, const struct cfg_identity *peer)
{
	switch (line->how) {
	case CFG_MATCH_ANY:
		return SCORE_ANY;
	case CFG_MATCH_DOMAIN:
		if (line->id.type != peer->type || !ends_in(peer->text, line->id.text))
			return 0;
		return SCORE_PARTIAL + (unsigned)strlen(line->id.text);
	case CFG_MATCH_PREFIX:
		return peer->type == CFG_ID_ADDRESS && addr_in(&line->prefix, &peer->addr) ? SCORE_PARTIAL + line->prefix.len : 0;
	case CFG_MATCH_EXACT:
		return same_identity(&line->id, peer) ? SCORE_EXACT : 0;
	}
	return 0;
}

/* A map is as specific as it has lines. */
static unsigned score_map(const struct cfg_cert_map *map, const struct pki_cert *cert)
{
	unsigned lines = session_credential_map(map, cert);

	return lines == 0 ? 0 : SCORE_PARTIAL + lines;
}

static unsigned score_identity(const struct cfg_profile *profile, const struct cfg_identity *peer, const struct pki_cert *cert)
{
	unsigned best = 0;

	for (const struct cfg_id_match *line = profile->identities; line != NULL; line = line->next) {
		unsigned score = score_line(line, peer);

		if (score > best)
			best = score;
	}
	for (const struct cfg_cert_match *line = profile->cert_maps; line != NULL && cert != NULL; line = line->next) {
		unsigned score = score_map(line->map, cert);

		if (score > best)
			best = score;
	}
	return best;
}

static bool is_local(const struct cfg_local_match *line, const struct addr *a)
{
	if (line->interface == NULL)
		return addr_eq(&line->addr, a);
	if (addr_eq(&line->interface->ip.addr, a))
		return true;
	for (const struct cfg_ipv6_addr *six = line->interface->ipv6; six != NULL; six = six->next)
		if (addr_eq(&six->prefix.addr, a))
			return true;
	return false;
}

/* 0: the path disagrees; else its front VRF and our address are worth more than the VRF alone, and that more than the address. */
static unsigned score_path(const struct cfg_vrf_match *fvrf, const struct cfg_local_match *locals, const struct session_policy_path *path)
{
	unsigned score = 1;

	if (!fvrf->any) {
		if (session_vrf_id(fvrf->vrf) != path->vrf)
			return 0;
		score += 2;
	}
	if (locals == NULL)
		return score;
	for (const struct cfg_local_match *line = locals; line != NULL; line = line->next)
		if (is_local(line, &path->local))
			return score + 1;
	return 0;
}

struct session_policy_path session_policy_path_of(const struct ike_path *path)
{
	return (struct session_policy_path){ .vrf = path->vrf, .local = path->local.addr, .remote = path->remote.addr };
}

bool session_policy_admits(const struct cfg_profile *p, const struct session_policy_path *path)
{
	return score_path(&p->fvrf, p->locals, path) != 0;
}

const struct cfg_profile *session_policy_profile(
	const struct cfg_model *m, const struct session_policy_path *path, const struct cfg_identity *peer, const struct pki_cert *cert)
{
	const struct cfg_profile *best = NULL;
	unsigned best_score = 0;

	for (const struct cfg_profile *p = m->profiles; p != NULL; p = p->next) {
		unsigned by_path = score_path(&p->fvrf, p->locals, path);
		unsigned by_identity = score_identity(p, peer, cert);
		unsigned score = by_identity * SCORE_PATH + by_path;

		if (!p->object.complete || p->shutdown || by_path == 0 || by_identity == 0 || score <= best_score)
			continue;
		best = p;
		best_score = score;
	}
	return best;
}

bool session_policy_accepts(const struct cfg_profile *profile, const struct cfg_identity *peer, const struct pki_cert *cert)
{
	return score_identity(profile, peer, cert) != 0;
}

const struct cfg_policy *session_policy_ike(const struct cfg_model *m, const struct session_policy_path *path)
{
	const struct cfg_policy *best = NULL;
	unsigned best_score = 0;

	for (const struct cfg_policy *p = m->policies; p != NULL; p = p->next) {
		unsigned score = score_path(&p->fvrf, p->locals, path);

		/* A policy of the user's goes before the built-in one that matches as well. */
		if (score != 0)
			score = score * 2 + (p->object.builtin ? 0 : 1);
		if (!p->object.complete || score <= best_score)
			continue;
		best = p;
		best_score = score;
	}
	return best;
}

static bool has_identity(const struct cfg_keyring_peer *k, const struct cfg_identity *peer)
{
	if (k->identity.type == CFG_ID_NONE)
		return false;
	if (k->identity_domain)
		return k->identity.type == peer->type && ends_in(peer->text, k->identity.text);
	return same_identity(&k->identity, peer);
}

static const struct cfg_keyring_peer *find_by_identity(const struct cfg_keyring *ring, const struct cfg_identity *peer)
{
	const struct cfg_keyring_peer *domain = NULL;

	for (const struct cfg_keyring_peer *k = ring->peers; k != NULL; k = k->next) {
		if (!k->object.complete || !has_identity(k, peer))
			continue;
		if (!k->identity_domain)
			return k;
		if (domain == NULL || strlen(k->identity.text) > strlen(domain->identity.text))
			domain = k;
	}
	return domain;
}

static const struct cfg_keyring_peer *find_by_address(const struct cfg_keyring *ring, const struct addr *remote)
{
	const struct cfg_keyring_peer *best = NULL;

	for (const struct cfg_keyring_peer *k = ring->peers; k != NULL; k = k->next) {
		if (!k->object.complete || !k->has_address || !addr_in(&k->address, remote))
			continue;
		if (best == NULL || k->address.len > best->address.len)
			best = k;
	}
	return best;
}

const struct cfg_keyring_peer *session_policy_peer(
	const struct cfg_profile *profile, const struct cfg_identity *peer, const struct addr *remote, bool responder)
{
	const struct cfg_keyring_peer *k = NULL;

	if (profile->keyring != NULL && responder)
		k = find_by_identity(profile->keyring, peer);
	if (profile->keyring != NULL && k == NULL)
		k = find_by_address(profile->keyring, remote);
	return k;
}

struct session_policy_psk session_policy_keys(
	const struct cfg_profile *profile, const struct cfg_identity *peer, const struct addr *remote, bool responder)
{
	struct session_policy_psk keys = { .local = profile->psk_local, .remote = profile->psk_remote };
	const struct cfg_keyring_peer *k = session_policy_peer(profile, peer, remote, responder);

	if (keys.local == NULL && k != NULL)
		keys.local = k->psk_local;
	if (keys.remote == NULL && k != NULL)
		keys.remote = k->psk_remote;
	return keys;
}
