/*
 * `crypto ikev2 profile` (cli.md 1.4).
 */
#include <string.h>

#include "cfg/build.h"

static struct cfg_profile *profile_of(struct cfg_object *object)
{
	return (struct cfg_profile *)(void *)object;
}

/* ---- match ---- */

static void set_match_address(struct cfg_id_match *match, const struct cfg_stmt *s)
{
	struct addr mask = cfg_stmt_addr(s, "mask");

	match->id.type = CFG_ID_ADDRESS;
	match->prefix.addr = cfg_stmt_addr(s, "address");
	if (match->prefix.addr.family == 0)
		match->prefix = cfg_stmt_prefix(s, "prefix");
	else if (mask.family == 0 || addr_mask_len(&mask, &match->prefix.len) != ERR_OK)
		match->prefix.len = 32;
	match->prefix.addr = addr_network(&match->prefix);
	match->id.addr = match->prefix.addr;
	match->how = match->prefix.len == addr_bits(&match->prefix.addr) ? CFG_MATCH_EXACT : CFG_MATCH_PREFIX;
}

static void set_match_identity(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_id_match *match = (struct cfg_id_match *)cfg_build_alloc(b, sizeof(*match));

	if (match == NULL)
		return;
	match->line = s->line;
	match->id.text = cfg_stmt_text(s, "identity");
	if (cfg_stmt_has(s, "any")) {
		match->how = CFG_MATCH_ANY;
	} else if (match->id.text == NULL) {
		set_match_address(match, s);
	} else {
		match->how = cfg_stmt_has(s, "domain") ? CFG_MATCH_DOMAIN : CFG_MATCH_EXACT;
		match->id.type = cfg_stmt_has(s, "fqdn") ? CFG_ID_FQDN : cfg_stmt_has(s, "email") ? CFG_ID_EMAIL : CFG_ID_KEY_ID;
	}
	cfg_build_append(b, &profile_of(object)->identities, match);
}

static void set_match_certificate(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_cert_match *match = (struct cfg_cert_match *)cfg_build_alloc(b, sizeof(*match));

	if (match == NULL)
		return;
	match->map = cfg_find_cert_map(b->m, cfg_stmt_text(s, "map"));
	match->line = s->line;
	if (match->map != NULL)
		cfg_build_append(b, &profile_of(object)->cert_maps, match);
}

static void set_ivrf(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	profile_of(object)->ivrf = cfg_stmt_text(s, "vrf");
}

static void set_match_fvrf(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	profile_of(object)->fvrf.vrf = cfg_stmt_text(s, "vrf");
	profile_of(object)->fvrf.any = profile_of(object)->fvrf.vrf == NULL;
	(void)b;
}

static void set_match_local(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_local_match *match = (struct cfg_local_match *)cfg_build_alloc(b, sizeof(*match));
	const char *name = cfg_stmt_text(s, "interface");

	if (match == NULL)
		return;
	match->addr = cfg_stmt_addr(s, "address");
	match->interface = name == NULL ? NULL : cfg_find_interface(b->m, name);
	match->line = s->line;
	if (name == NULL || match->interface != NULL)
		cfg_build_append(b, &profile_of(object)->locals, match);
}

/* ---- authentication ---- */

static void set_identity(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_identity *id = &profile_of(object)->identity;

	(void)b;
	id->addr = cfg_stmt_addr(s, "address");
	id->text = cfg_stmt_text(s, "identity");
	id->type = id->text == NULL           ? (id->addr.family != 0 ? CFG_ID_ADDRESS : CFG_ID_DN)
		   : cfg_stmt_has(s, "fqdn")  ? CFG_ID_FQDN
		   : cfg_stmt_has(s, "email") ? CFG_ID_EMAIL
					      : CFG_ID_KEY_ID;
}

static void set_any_name(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	profile_of(object)->any_name = true;
	cfg_build_warn(b, s, NULL, "any certificate of the profile's CAs may claim any name");
}

static void set_trustpoint(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_pki_use *use = (struct cfg_pki_use *)cfg_build_alloc(b, sizeof(*use));

	if (use == NULL)
		return;
	use->trustpoint = cfg_find_trustpoint(b->m, cfg_stmt_text(s, "trustpoint"));
	use->sign = !cfg_stmt_has(s, "verify");
	use->verify = !cfg_stmt_has(s, "sign");
	if (use->trustpoint != NULL)
		cfg_build_append(b, &profile_of(object)->trustpoints, use);
}

static enum cfg_auth method_of(const struct cfg_stmt *s)
{
	static const struct {
		const char *word;
		enum cfg_auth auth;
	} method[] = {
		{ "pre-share", CFG_AUTH_PSK },
		{ "rsa-sig", CFG_AUTH_RSA },
		{ "ecdsa-sig", CFG_AUTH_ECDSA },
		{ "eddsa-sig", CFG_AUTH_EDDSA },
		{ "anyconnect-eap", CFG_AUTH_EAP },
	};

	for (size_t i = 0; i < sizeof(method) / sizeof(method[0]); i++)
		if (cfg_stmt_has(s, method[i].word))
			return method[i].auth;
	return CFG_AUTH_NONE;
}

static void set_auth_local(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	profile_of(object)->auth_local = method_of(s);
	profile_of(object)->psk_local = cfg_stmt_secret(s, "key");
}

static void set_eap_local(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_profile *p = profile_of(object);

	(void)b;
	p->auth_local = CFG_AUTH_EAP;
	p->eap_local = cfg_stmt_has(s, "mschapv2") ? CFG_EAP_MSCHAPV2
		       : cfg_stmt_has(s, "gtc")    ? CFG_EAP_GTC
		       : cfg_stmt_has(s, "md5")    ? CFG_EAP_MD5
		       : cfg_stmt_has(s, "tls")    ? CFG_EAP_TLS
						   : CFG_EAP_MSCHAPV2 | CFG_EAP_GTC | CFG_EAP_MD5;
	p->eap_user = cfg_stmt_text(s, "username");
	p->eap_password = cfg_stmt_secret(s, "password");
}

static void set_eap_remote(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_profile *p = profile_of(object);

	(void)b;
	p->auth_remote |= (unsigned)CFG_AUTH_EAP;
	p->eap_query = cfg_stmt_has(s, "query-identity");
	p->eap_timeout_s = (uint32_t)cfg_stmt_number(s, "seconds", 0);
}

static void set_eap_list(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	profile_of(object)->eap_list = cfg_find_login_list(b->m, cfg_stmt_text(s, "list"));
}

static void set_auth_remote(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	profile_of(object)->auth_remote |= (unsigned)method_of(s);
	if (method_of(s) == CFG_AUTH_PSK)
		profile_of(object)->psk_remote = cfg_stmt_secret(s, "key");
}

static void set_keyring(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	profile_of(object)->keyring = cfg_find_keyring(b->m, cfg_stmt_text(s, "keyring"));
}

/* ---- authorization ---- */

static void set_authz(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_authz *a = (struct cfg_authz *)cfg_build_alloc(b, sizeof(*a));

	if (a == NULL)
		return;
	a->group = cfg_stmt_has(s, "group");
	a->override = cfg_stmt_has(s, "override");
	a->cached = cfg_stmt_has(s, "cached");
	a->method = cfg_stmt_has(s, "psk") ? CFG_AUTH_PSK : cfg_stmt_has(s, "eap") ? CFG_AUTH_EAP : CFG_AUTH_RSA;
	a->name = cfg_stmt_text(s, "name");
	if (cfg_stmt_text(s, "mangler") != NULL)
		a->mangler = cfg_find_mangler(b->m, cfg_stmt_text(s, "mangler"));
	if (cfg_stmt_text(s, "list") != NULL)
		a->list = cfg_find_aaa_list(b->m, cfg_stmt_text(s, "list"));
	if (a->name != NULL)
		a->policy = cfg_find_authz_policy(b->m, a->name);
	if (a->cached && a->method == CFG_AUTH_RSA)
		cfg_build_error(b, s, NULL, "'cached' needs a reply to cache: there is none with 'cert'");
	cfg_build_append(b, &profile_of(object)->authz, a);
}

/* ---- the rest ---- */

static void set_dpd(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_dpd *dpd = &profile_of(object)->dpd;

	(void)b;
	dpd->interval_s = (uint32_t)cfg_stmt_number(s, "interval", 0);
	dpd->retry_s = (uint32_t)cfg_stmt_number(s, "retry", 0);
	dpd->mode = cfg_stmt_has(s, "periodic") ? CFG_DPD_PERIODIC : CFG_DPD_ON_DEMAND;
}

static void set_lifetime(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	profile_of(object)->lifetime_s = (uint32_t)cfg_stmt_number(s, "seconds", 0);
}

static void set_template(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_profile *p = profile_of(object);
	char name[32] = "Virtual-Template";

	(void)strncat(name, cfg_stmt_text(s, "template"), sizeof(name) - strlen(name) - 1);
	p->virtual_template = cfg_find_interface(b->m, name);
	p->mode_auto = cfg_stmt_has(s, "auto");
}

static void set_childless(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	(void)s;
	profile_of(object)->childless = true;
}

static void set_resumption(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	profile_of(object)->resumption_s = (uint32_t)cfg_stmt_number(s, "seconds", 3600);
}

static void set_mobike(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	(void)s;
	profile_of(object)->mobike = true;
}

static void set_keepalive(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	profile_of(object)->nat_keepalive_s = (uint32_t)cfg_stmt_number(s, "seconds", 0);
}

static void set_contact(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	(void)s;
	profile_of(object)->contact_force = true;
}

static void set_redirect(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	(void)s;
	profile_of(object)->redirect_auth = true;
}

static void set_shutdown(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	(void)s;
	profile_of(object)->shutdown = true;
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_PROFILE,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_PROFILE,
		.defines = "profile",
		.pattern = "crypto ikev2 profile <name>",
		.help = "the policy for peers: whom it is for, how both sides prove themselves, what the peer gets",
	},
	{ .mode = CFG_MODE_PROFILE, .pattern = "description <text:rest>", .help = "a text for people" },
	{
		.mode = CFG_MODE_PROFILE,
		.keep = CFG_KEEP_EACH,
		.pattern =
			"match identity {remote|=remote} {{address|=address} {<address:ip4> [<mask:mask>]|<prefix:p6>}|fqdn [domain] <identity>|"
			"email [domain] <identity>|key-id <identity>|any}",
		.set = set_match_identity,
		.help = "the peer's identity; lines are alternatives, the most specific profile wins",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.keep = CFG_KEEP_EACH,
		.pattern = "match certificate <map@cert-map>",
		.set = set_match_certificate,
		.help = "the peer's certificate",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "match {fvrf|fvrfl=fvrf} any",
		.slot = "match fvrf",
		.set = set_match_fvrf,
		.preset = "the global VRF",
		.help = "in every front VRF",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "match {fvrf|fvrfl=fvrf} <vrf@vrf>",
		.slot = "match fvrf",
		.set = set_match_fvrf,
		.help = "in one front VRF",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.keep = CFG_KEEP_EACH,
		.pattern = "match address local {<address:ip>|interface <interface:if@interface>}",
		.set = set_match_local,
		.help = "at one of our addresses",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "identity local {address <address:ip>|fqdn <identity>|email <identity>|key-id <identity>}",
		.slot = "identity local",
		.set = set_identity,
		.preset = "the address of the WAN interface, or `dn` with a certificate",
		.help = "our identity",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "identity local dn",
		.slot = "identity local",
		.set = set_identity,
		.help = "our identity: the subject of our certificate",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "identity certificate-check none",
		.set = set_any_name,
		.preset = "a certificate proves only the names that it contains",
		.help = "any certificate of the CA may claim any name",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "authentication local {pre-share|pre-shared=pre-share} [[key|=key] <key:key>]",
		.slot = "authentication local",
		.set = set_auth_local,
		.help = "we prove ourselves by a key, the keyring's where the line has none",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "authentication local {rsa-sig|ecdsa-sig|eddsa-sig}",
		.slot = "authentication local",
		.set = set_auth_local,
		.help = "we prove ourselves by certificate",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "authentication local eap [mschapv2|gtc|md5] username <username> password <password:key>",
		.slot = "authentication local",
		.set = set_eap_local,
		.help = "we prove ourselves by EAP, as an initiator; without a method by the one that the peer asks for",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "authentication local eap tls",
		.slot = "authentication local",
		.set = set_eap_local,
		.help = "the same by our certificate; with `authentication remote eap` it proves the peer, too (RFC 5998)",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "authentication local eap [mschapv2|gtc|md5]",
		.slot = "authentication local",
		.set = set_eap_local,
		.help = "the same, with a name and password that somebody is asked for",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "authentication remote {pre-share|pre-shared=pre-share} [[key|=key] <key:key>]",
		.set = set_auth_remote,
		.help = "the peer may prove itself by a key; lines add up",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.keep = CFG_KEEP_EACH,
		.pattern = "authentication remote {rsa-sig|ecdsa-sig|eddsa-sig}",
		.set = set_auth_remote,
		.help = "the peer may prove itself by certificate",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "authentication remote eap [query-identity [timeout <seconds:1-120>]]",
		.set = set_eap_remote,
		.help = "the peer may prove itself by EAP, and is asked what it is called there; else its IKE identity counts",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "authentication remote anyconnect-eap aggregate",
		.set = set_auth_remote,
		.help = "the peer may prove itself by AnyConnect-EAP",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "keyring {local|=local} <keyring@keyring>",
		.slot = "keyring",
		.set = set_keyring,
		.help = "where pre-shared keys are",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "keyring aaa <list@aaa-network> [name-mangler <mangler@mangler>] [password <password:key>]",
		.slot = "keyring",
		.help = "pre-shared keys from an AAA server",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.keep = CFG_KEEP_EACH,
		.pattern = "pki trustpoint <trustpoint@trustpoint> [sign|verify]",
		.set = set_trustpoint,
		.help = "our certificate, and whose certificates we believe",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "dpd <interval:10-3600> <retry:2-60> {on-demand|periodic}",
		.set = set_dpd,
		.preset = "off",
		.help = "liveness probes, seconds",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "lifetime <seconds:120-86400>",
		.set = set_lifetime,
		.preset = "86400",
		.help = "of the IKE SA",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "aaa authentication eap <list@aaa-login>",
		.set = set_eap_list,
		.help = "who checks EAP",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "aaa authentication anyconnect-eap <list@aaa-login>",
		.help = "who checks AnyConnect-EAP",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "aaa authorization user psk list <list@aaa-network> [<name>|name-mangler <mangler@mangler>]",
		.slot = "aaa authorization user psk",
		.set = set_authz,
		.help = "what the peer gets: the policy `name`, or that of its identity or of what a mangler makes of it, before the group's",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "aaa authorization group [override] psk list <list@aaa-network> [<name>|name-mangler <mangler@mangler>]",
		.slot = "aaa authorization group psk",
		.set = set_authz,
		.help = "what the peer gets: the policy `name`; without authorization there is no configuration exchange",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "aaa authorization user cert list <list@aaa-network> [<name>|name-mangler <mangler@mangler>]",
		.slot = "aaa authorization user cert",
		.set = set_authz,
		.help = "the same for a peer with a certificate",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "aaa authorization group [override] cert list <list@aaa-network> [<name>|name-mangler <mangler@mangler>]",
		.slot = "aaa authorization group cert",
		.set = set_authz,
		.help = "the same for a peer with a certificate",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "aaa authorization user eap list <list@aaa-network> [<name>|name-mangler <mangler@mangler>]",
		.slot = "aaa authorization user eap",
		.set = set_authz,
		.help = "the same for a peer by EAP",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "aaa authorization group [override] eap list <list@aaa-network> [<name>|name-mangler <mangler@mangler>]",
		.slot = "aaa authorization group eap",
		.set = set_authz,
		.help = "the same for a peer by EAP",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "aaa authorization user {psk|cert|eap} cached",
		.slot = "aaa authorization user psk",
		.set = set_authz,
		.help = "what the authentication's reply granted",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern =
			"aaa authorization user {psk|cert|eap} list <list@aaa-network> name-mangler <mangler@mangler> password <password:key>",
		.set = set_authz,
		.help = "the same with a password for the server that is asked",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern =
			"aaa authorization group [override] {psk|cert|eap} list <list@aaa-network> name-mangler <mangler@mangler> password "
			"<password:key>",
		.set = set_authz,
		.help = "the same with a password for the server that is asked",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "aaa accounting {psk|cert|eap} <list@aaa-accounting>",
		.help = "who is told of sessions",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "{virtual-template|virtual= template=virtual-template} <template:1-4095@virtual-template>",
		.slot = "virtual-template",
		.set = set_template,
		.help = "what a peer's virtual access is made from; without one only static tunnels answer",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "{virtual-template|virtual= template=virtual-template} <template:1-4095@virtual-template> mode auto",
		.slot = "virtual-template",
		.set = set_template,
		.help = "the same, with encapsulation and transport as the peer wants them",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "ivrf <vrf@vrf>",
		.set = set_ivrf,
		.preset = "the template's, else the global one",
		.help = "the VRF of virtual accesses whose template has no `vrf forwarding`",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "nat keepalive <seconds:5-3600>",
		.set = set_keepalive,
		.preset = "20",
		.help = "keeps a NAT's mapping alive",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "childless",
		.set = set_childless,
		.preset = "off",
		.help = "sessions that we begin have their first CHILD_SA by a key exchange of its own (RFC 6023)",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "mobike",
		.set = set_mobike,
		.preset = "off",
		.help = "sessions outlive a change of the initiator's address (RFC 4555)",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "resumption [lifetime <seconds:60-86400>]",
		.set = set_resumption,
		.preset = "off; 3600",
		.help = "a session that is lost comes back by a ticket, without a key exchange (RFC 5723): issued to peers, and asked for",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "initial-contact force",
		.set = set_contact,
		.preset = "off",
		.help = "a peer's new session ends those that it has, whatever it says",
	},
	{
		.mode = CFG_MODE_PROFILE,
		.pattern = "redirect gateway auth",
		.set = set_redirect,
		.preset = "off",
		.help = "sends its peers to one of the redirect targets, in IKE_AUTH",
	},
	{ .mode = CFG_MODE_PROFILE, .what = CFG_CLASS_NOT_YET, .pattern = "reconnect [timeout <seconds:600-86400>]", .help = "resumes" },
	{
		.mode = CFG_MODE_PROFILE,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.flags = CFG_ROW_NO_KEPT,
		.pattern = "config-exchange {request|set {accept|send}}",
		.preset = "all on",
		.help = "parts of the configuration exchange",
	},
	{ .mode = CFG_MODE_PROFILE, .pattern = "shutdown", .set = set_shutdown, .preset = "no shutdown", .help = "takes no peers" },
};

const struct cfg_rows cfg_profile_rows = { rows, sizeof(rows) / sizeof(rows[0]), "IKEv2 profile" };
