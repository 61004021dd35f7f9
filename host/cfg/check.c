/*
 * What cli.md asks of a whole configuration, 1.1 to 3.  Runs after all lines are in their objects; in the order in
 * which completeness is handed on (a policy needs a proposal, a tunnel an IPsec profile).  Interfaces are in
 * check_if.c.
 */
#include "cfg/check.h"

#include <stdio.h>
#include <string.h>

#include "cfg/check_acl.h"
#include "cfg/check_attributes.h"
#include "cfg/check_if.h"
#include "cfg/check_pki.h"
#include "cfg/check_qos.h"

enum { CLAIM_TEXT = 256 };

/* Something that only one object may have: the key says what. */
struct claim {
	struct map_node node;
	const char *key;
	const struct cfg_object *owner;
};

/* Who had claimed 'key' before 'owner'; NULL: nobody, it is the owner's now. */
static const struct cfg_object *claim(struct cfg_build *b, struct map *map, const struct cfg_object *owner, const char *key)
{
	uint64_t hash = map_hash(map, bytes_str(key));
	struct claim *c;

	for (struct map_node *n = map_find(map, hash); n != NULL; n = map_find_next(n)) {
		c = (struct claim *)(void *)n;
		if (strcmp(c->key, key) == 0)
			return c->owner;
	}
	c = (struct claim *)cfg_build_alloc(b, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->key = arena_str(&b->m->arena, key);
	c->owner = owner;
	b->no_memory = b->no_memory || c->key == NULL;
	if (c->key != NULL)
		map_add(map, &c->node, hash);
	return NULL;
}

static const char *local_text(const struct cfg_local_match *local, char out[ADDR_TEXT])
{
	if (local == NULL)
		return "any";
	return local->interface != NULL ? local->interface->object.name : addr_str(&local->addr, out);
}

static const char *fvrf_text(const struct cfg_vrf_match *fvrf)
{
	return fvrf->any ? "any" : fvrf->vrf == NULL ? "global" : fvrf->vrf;
}

/* ---- proposals and policies (1.1, 1.2) ---- */

static void check_proposal(struct cfg_build *b, struct cfg_proposal *p)
{
	struct cfg_object *o = &p->object;

	if (p->enc_count == 0)
		cfg_build_lack(b, o, 0, "needs 'encryption'");
	if (p->group_count == 0)
		cfg_build_lack(b, o, 0, "needs 'group'");
	if (p->aead && p->prf_count == 0)
		cfg_build_lack(b, o, 0, "needs 'prf', because of its AEAD encryption");
	if (p->enc_count != 0 && !p->aead && p->integrity_count == 0)
		cfg_build_lack(b, o, 0, "needs 'integrity'");
	if (p->aead) {
		p->integrity_count = 0;
	} else if (p->prf_count == 0) {
		memcpy(p->prf, p->integrity, sizeof(p->prf));
		p->prf_count = p->integrity_count;
	}
}

static void check_policy(struct cfg_build *b, struct cfg_policy *p, struct map *claims)
{
	const struct cfg_local_match *local = p->locals;
	char key[CLAIM_TEXT], addr[ADDR_TEXT];
	unsigned complete = 0;

	for (unsigned i = 0; i < p->proposal_count; i++)
		complete += p->proposal[i]->object.complete;
	if (complete == 0)
		cfg_build_lack(b, &p->object, 0, "needs a proposal that is complete");
	if (p->object.builtin)
		return; /* gives way to any other */
	do {
		const struct cfg_object *other;

		(void)snprintf(key, sizeof(key), "policy %s %s", fvrf_text(&p->fvrf), local_text(local, addr));
		other = claim(b, claims, &p->object, key);
		if (other != NULL && other != &p->object)
			cfg_build_error(b, p->object.stmt, NULL,
				"matches the same as '%s' (line %u): they must differ in 'match fvrf' or "
				"'match address local'",
				other->title, other->line);
		local = local == NULL ? NULL : local->next;
	} while (local != NULL);
}

/* ---- keyrings (1.3) ---- */

static void check_peer(struct cfg_build *b, const struct cfg_keyring *k, struct cfg_keyring_peer *p, struct map *claims)
{
	char key[CLAIM_TEXT], text[ADDR_PREFIX_TEXT];
	const struct cfg_object *other;

	if (p->psk_local == NULL && p->psk_remote == NULL && p->ppk == NULL)
		cfg_build_lack(b, &p->object, 0, "needs 'pre-shared-key'");
	if (!p->has_address && p->identity.type == CFG_ID_NONE && p->hostname == NULL)
		cfg_build_lack(b, &p->object, 0, "needs 'address', 'identity' or 'hostname'");
	if (!p->has_address)
		return;
	(void)snprintf(key, sizeof(key), "peer %s %s", k->object.name, addr_prefix_str(&p->address, text));
	other = claim(b, claims, &p->object, key);
	if (other != NULL)
		cfg_build_error(
			b, p->object.stmt, NULL, "has the address of '%s' (line %u): one peer, one address", other->title, other->line);
}

static void check_keyring(struct cfg_build *b, struct cfg_keyring *k, struct map *claims)
{
	unsigned complete = 0;

	for (struct cfg_keyring_peer *p = k->peers; p != NULL; p = p->next) {
		check_peer(b, k, p, claims);
		complete += p->object.complete;
	}
	if (complete == 0)
		cfg_build_lack(b, &k->object, 0, "needs a peer that is complete");
}

/* ---- profiles (1.4) ---- */

/* A key of one direction only does for a profile that proves or asks the other direction otherwise. */
static void check_directions(struct cfg_build *b, const struct cfg_profile *p)
{
	bool local = p->auth_local == CFG_AUTH_PSK && p->psk_local == NULL;
	bool remote = (p->auth_remote & CFG_AUTH_PSK) != 0 && p->psk_remote == NULL;

	for (const struct cfg_keyring_peer *k = p->keyring->peers; k != NULL; k = k->next) {
		if (local && k->psk_local == NULL && k->psk_remote != NULL)
			cfg_build_error(b, k->object.stmt, NULL, "needs 'pre-shared-key local': '%s' (line %u) proves itself by pre-share",
				p->object.title, p->object.line);
		if (remote && k->psk_remote == NULL && k->psk_local != NULL)
			cfg_build_error(b, k->object.stmt, NULL, "needs 'pre-shared-key remote': '%s' (line %u) asks for pre-share",
				p->object.title, p->object.line);
	}
}

static void check_keys(struct cfg_build *b, struct cfg_profile *p)
{
	bool local = p->auth_local == CFG_AUTH_PSK && p->psk_local == NULL;
	bool remote = (p->auth_remote & CFG_AUTH_PSK) != 0 && p->psk_remote == NULL;

	if (!local && !remote)
		return;
	if (p->keyring == NULL)
		cfg_build_lack(
			b, &p->object, 0, "needs 'keyring' or a key in the line 'authentication %s pre-share'", local ? "local" : "remote");
	else if (!p->keyring->object.complete)
		cfg_build_lack(b, &p->object, 0, "'%s' isn't complete", p->keyring->object.title);
	else
		check_directions(b, p);
}

static const char *identity_text(const struct cfg_id_match *match, char *out, size_t cap)
{
	static const char *const type[] = { "none", "address", "fqdn", "email", "key-id", "dn" };
	char text[ADDR_PREFIX_TEXT];

	if (match->how == CFG_MATCH_ANY)
		(void)snprintf(out, cap, "any");
	else if (match->id.type == CFG_ID_ADDRESS)
		(void)snprintf(out, cap, "address %s", addr_prefix_str(&match->prefix, text));
	else
		(void)snprintf(out, cap, "%s%s %s", type[match->id.type], match->how == CFG_MATCH_DOMAIN ? " domain" : "", match->id.text);
	return out;
}

static void lower(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text + 'a' - 'A');
}

/* No two profiles may match the same on the same path. */
static void claim_match(struct cfg_build *b, struct map *claims, const struct cfg_profile *p, const char *what)
{
	const struct cfg_local_match *local = p->locals;
	char key[CLAIM_TEXT], addr[ADDR_TEXT];

	do {
		const struct cfg_object *other;

		(void)snprintf(key, sizeof(key), "profile %s %s ", fvrf_text(&p->fvrf), local_text(local, addr));
		(void)strncat(key, what, sizeof(key) - strlen(key) - 1);
		other = claim(b, claims, &p->object, key);
		if (other != NULL && other != &p->object)
			cfg_build_error(b, p->object.stmt, NULL,
				"matches '%s' as '%s' (line %u) does, with the same fvrf and local address", what, other->title,
				other->line);
		local = local == NULL ? NULL : local->next;
	} while (local != NULL);
}

static void claim_identity(struct cfg_build *b, struct map *claims, const struct cfg_profile *p, const struct cfg_id_match *match)
{
	char identity[CLAIM_TEXT / 2], what[CLAIM_TEXT];

	(void)identity_text(match, identity, sizeof(identity));
	if (match->id.type != CFG_ID_KEY_ID)
		lower(identity);
	(void)snprintf(what, sizeof(what), "identity remote %s", identity);
	claim_match(b, claims, p, what);
}

static void claim_map(struct cfg_build *b, struct map *claims, const struct cfg_profile *p, const struct cfg_cert_match *match)
{
	char what[CLAIM_TEXT];

	(void)snprintf(what, sizeof(what), "certificate %s", match->map->object.name);
	claim_match(b, claims, p, what);
}

static void check_authz(struct cfg_build *b, struct cfg_profile *p)
{
	for (const struct cfg_authz *a = p->authz; a != NULL; a = a->next) {
		if (a->list == NULL)
			continue; /* dangling: said already */
		if (!a->list->object.complete)
			cfg_build_lack(b, &p->object, 0, "'%s' isn't complete", a->list->object.title);
		else if (a->mangler != NULL && !a->mangler->object.complete)
			cfg_build_lack(b, &p->object, 0, "'%s' isn't complete", a->mangler->object.title);
		else if (a->list->method[0] == CFG_AAA_LOCAL && a->name != NULL && a->policy == NULL)
			cfg_build_lack(b, &p->object, 0, "'crypto ikev2 authorization policy %s' isn't defined", a->name);
		else if (a->policy != NULL && !a->policy->object.complete)
			cfg_build_lack(b, &p->object, 0, "'%s' isn't complete", a->policy->object.title);
	}
}

/*
 * An EAP responder must show a certificate, an EAP initiator must ask for one; but where both say EAP and it is TLS, that proves both
 * (RFC5998).
 */
static void check_eap(struct cfg_build *b, struct cfg_profile *p)
{
	bool asks = (p->auth_remote & CFG_AUTH_EAP) != 0;
	bool both = asks && p->auth_local == CFG_AUTH_EAP && p->eap_local == CFG_EAP_TLS;

	if (asks && !both && (p->auth_local & CFG_AUTH_CERTIFICATE) == 0)
		cfg_build_lack(b, &p->object, 0, "'authentication remote eap' needs a certificate method in 'authentication local'");
	if (asks && !both && p->eap_list == NULL)
		cfg_build_lack(b, &p->object, 0, "'authentication remote eap' needs 'aaa authentication eap'");
	if (p->eap_list != NULL && !p->eap_list->object.complete)
		cfg_build_lack(b, &p->object, 0, "'%s' isn't complete", p->eap_list->object.title);
	if (p->auth_local == CFG_AUTH_EAP && !both && (p->auth_remote & CFG_AUTH_CERTIFICATE) == 0)
		cfg_build_lack(b, &p->object, 0, "'authentication local eap' needs a certificate method in 'authentication remote'");
}

/* The line `match certificate`, for a message about it. */
static const struct cfg_stmt *certificate_match(const struct cfg_profile *p)
{
	for (const struct cfg_stmt *s = cfg_stmt_first(p->object.stmt); s != NULL; s = cfg_stmt_next(s))
		if (cfg_stmt_has(s, "certificate") && cfg_stmt_has(s, "match"))
			return s;
	return NULL;
}

/* The peers' selectors decide the mode of `mode auto`: a line of the template would be contradicted. */
static void check_template(struct cfg_build *b, struct cfg_profile *p)
{
	const struct cfg_interface *i = p->virtual_template;
	const char *fault = i == NULL ? NULL : cfg_check_clone(i, p->ivrf);

	if (p->mode_auto && i != NULL && i->tunnel.mode_written)
		cfg_build_error(b, i->object.stmt, NULL, "'tunnel mode' isn't for a template of '%s', which has 'mode auto' (line %u)",
			p->object.title, p->object.line);
	if (fault != NULL)
		cfg_build_lack(b, &p->object, 0, "%s: %s", i->object.name, fault);
}

static void check_profile(struct cfg_build *b, struct cfg_profile *p, struct map *claims)
{
	const struct cfg_stmt *certificate = certificate_match(p);

	if (p->identities == NULL && certificate == NULL)
		cfg_build_lack(b, &p->object, 0, "needs 'match identity remote' or 'match certificate'");
	if (p->identities != NULL && certificate != NULL)
		cfg_build_warn(b, certificate, NULL,
			"'match certificate' and 'match identity' (line %u) are alternatives: each lets a peer in by "
			"itself",
			p->identities->line);
	if (p->auth_local == CFG_AUTH_NONE)
		cfg_build_lack(b, &p->object, 0, "needs 'authentication local'");
	if (p->auth_remote == CFG_AUTH_NONE)
		cfg_build_lack(b, &p->object, 0, "needs 'authentication remote'");
	check_eap(b, p);
	check_keys(b, p);
	cfg_check_certificates(b, p);
	check_authz(b, p);
	check_template(b, p);
	for (const struct cfg_id_match *m = p->identities; m != NULL; m = m->next)
		claim_identity(b, claims, p, m);
	for (const struct cfg_cert_match *m = p->cert_maps; m != NULL; m = m->next)
		claim_map(b, claims, p, m);
	if (p->dpd.mode == CFG_DPD_OFF)
		p->dpd = b->m->dpd;
	if (p->nat_keepalive_s == 0)
		p->nat_keepalive_s = b->m->nat_keepalive_s;
}

/* ---- IPsec (2) and AAA (6) ---- */

/* Additional key exchanges are made beside a first one. */
static void check_extras(struct cfg_build *b, struct cfg_ipsec_profile *p)
{
	unsigned count = 0;

	for (unsigned i = 0; i < CFG_EXTRA_MAX; i++)
		count += p->extra[i].group_count;
	if (count != 0 && p->pfs_group == 0)
		cfg_build_lack(b, &p->object, 0, "'set additional-key-exchange' needs 'set pfs'");
	if (count > CFG_CHOICE_MAX)
		cfg_build_lack(b, &p->object, 0, "has more than %d choices for additional key exchanges", CFG_CHOICE_MAX);
}

static void check_ipsec_profile(struct cfg_build *b, struct cfg_ipsec_profile *p)
{
	unsigned complete = 0;

	if (p->transform_set_count == 0) {
		p->transform_set[0] = cfg_find_transform_set(b->m, "default");
		p->transform_set_count = p->transform_set[0] != NULL;
	}
	for (unsigned i = 0; i < p->transform_set_count; i++)
		complete += p->transform_set[i]->object.complete;
	if (complete == 0)
		cfg_build_lack(b, &p->object, 0, "needs a transform set that is complete");
	if (p->ikev2_profile == NULL)
		cfg_build_lack(b, &p->object, 0, "needs 'set ikev2-profile'");
	else if (!p->ikev2_profile->object.complete)
		cfg_build_lack(b, &p->object, 0, "'%s' isn't complete", p->ikev2_profile->object.title);
	check_extras(b, p);
}

static void check_aaa_list(struct cfg_build *b, struct cfg_aaa_list *l)
{
	if (!b->m->aaa_new_model)
		cfg_build_lack(b, &l->object, 0, "needs 'aaa new-model'");
}

static void check_mangler(struct cfg_build *b, struct cfg_mangler *m)
{
	if (m->dn.how == CFG_MANGLE_NONE && m->fqdn.how == CFG_MANGLE_NONE && m->email.how == CFG_MANGLE_NONE &&
		m->eap.how == CFG_MANGLE_NONE)
		cfg_build_lack(b, &m->object, 0, "needs 'dn', 'fqdn', 'email' or 'eap'");
}

static void check_authz_policy(struct cfg_build *b, struct cfg_authz_policy *a)
{
	if (a->pool != NULL && !a->pool->object.complete)
		cfg_build_lack(b, &a->object, 0, "'%s' isn't complete", a->pool->object.title);
	if (a->ipv6_pool != NULL && !a->ipv6_pool->object.complete)
		cfg_build_lack(b, &a->object, 0, "'%s' isn't complete", a->ipv6_pool->object.title);
	for (const struct cfg_attribute_use *use = a->attributes; use != NULL; use = use->next)
		if (!use->list->object.complete)
			cfg_build_lack(b, &a->object, 0, "'%s' isn't complete", use->list->object.title);
	cfg_check_acl_routes(b, a);
}

/* A track hangs on its probe, a list on its members, a route on its track: what they can't know never is up. */
static void check_tracks(struct cfg_build *b)
{
	for (struct cfg_sla *s = b->m->slas; s != NULL; s = s->next)
		if (s->destination.family == 0)
			cfg_build_lack(b, &s->object, 0, "needs 'icmp-echo'");
	for (struct cfg_track *t = b->m->tracks; t != NULL; t = t->next) {
		const struct cfg_sla *sla = t->sla == 0 ? NULL : cfg_find_sla(b->m, t->sla);

		if (sla != NULL && !sla->object.complete)
			cfg_build_lack(b, &t->object, 0, "'%s' isn't complete", sla->object.title);
		for (const struct cfg_track_member *m = t->members; m != NULL; m = m->next) {
			const struct cfg_track *member = cfg_find_track(b->m, m->number);

			if (member != NULL && !member->object.complete)
				cfg_build_lack(b, &t->object, 0, "'%s' isn't complete", member->object.title);
		}
	}
	for (struct cfg_route *r = b->m->routes; r != NULL; r = r->next) {
		const struct cfg_track *t = r->track == 0 ? NULL : cfg_find_track(b->m, r->track);

		if (t != NULL && !t->object.complete)
			cfg_build_lack(b, &r->object, 0, "'%s' isn't complete", t->object.title);
	}
}

void cfg_check_model(struct cfg_build *b)
{
	static const uint8_t key[16];
	struct cfg_model *m = b->m;
	struct map claims;

	if (map_init(&claims, key) != ERR_OK) {
		b->no_memory = true;
		return;
	}
	for (struct cfg_proposal *p = m->proposals; p != NULL; p = p->next)
		check_proposal(b, p);
	for (struct cfg_policy *p = m->policies; p != NULL; p = p->next)
		check_policy(b, p, &claims);
	for (struct cfg_keyring *k = m->keyrings; k != NULL; k = k->next)
		check_keyring(b, k, &claims);
	for (struct cfg_aaa_list *l = m->aaa_lists; l != NULL; l = l->next)
		check_aaa_list(b, l);
	for (struct cfg_aaa_list *l = m->login_lists; l != NULL; l = l->next)
		check_aaa_list(b, l);
	for (struct cfg_attribute_list *l = m->attribute_lists; l != NULL; l = l->next)
		cfg_check_attributes(b, l);
	for (struct cfg_authz_policy *a = m->authz_policies; a != NULL; a = a->next)
		check_authz_policy(b, a);
	for (struct cfg_trustpoint *t = m->trustpoints; t != NULL; t = t->next)
		cfg_check_trustpoint(b, t);
	for (struct cfg_cert_map *c = m->cert_maps; c != NULL; c = c->next)
		cfg_check_cert_map(b, c);
	for (struct cfg_mangler *g = m->manglers; g != NULL; g = g->next)
		check_mangler(b, g);
	for (struct cfg_profile *p = m->profiles; p != NULL; p = p->next)
		check_profile(b, p, &claims);
	for (struct cfg_ipsec_profile *p = m->ipsec_profiles; p != NULL; p = p->next)
		check_ipsec_profile(b, p);
	check_tracks(b);
	cfg_check_qos(b);
	for (struct cfg_interface *i = m->interfaces; i != NULL; i = i->next)
		cfg_check_if(b, i);
	for (struct cfg_route *r = m->routes; r != NULL; r = r->next)
		cfg_check_route(b, r);
	map_fini(&claims);
}
