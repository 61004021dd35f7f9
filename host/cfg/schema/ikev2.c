/*
 * IKEv2 objects but the profile: proposals, policies, keyrings, and what holds for all (cli.md 1.1 to 1.3, 1.9).
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/build.h"
#include "cfg/group.h"

/* ---- proposals ---- */

static struct cfg_proposal *proposal_of(struct cfg_object *object)
{
	return (struct cfg_proposal *)(void *)object;
}

static void warn_weak(struct cfg_build *b, const struct cfg_stmt *s, const struct cfg_word *word)
{
	static const char *const weak[] = { "3des", "des", "md5", "sha1" };

	for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++)
		if (strcmp(weak[i], word->text) == 0)
			cfg_build_warn(b, s, word, "'%s' is weak", word->text);
}

static void set_encryption(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_proposal *p = proposal_of(object);
	unsigned aead = 0;

	p->enc_count = 0;
	for (unsigned i = 1; i < s->word_count && p->enc_count < CFG_ENC_MAX; i++) {
		unsigned e = 0;

		while (e < CFG_ENC_COUNT && strcmp(cfg_model_enc_name((enum cfg_enc)e), s->word[i].text) != 0)
			e++;
		p->enc[p->enc_count++] = (enum cfg_enc)e;
		aead += cfg_model_enc_is_aead((enum cfg_enc)e);
		warn_weak(b, s, &s->word[i]);
		cfg_build_need(b, object, s, CFG_SKILL_CIPHER, &s->word[i]);
	}
	p->aead = aead != 0;
	if (aead != 0 && aead != p->enc_count)
		cfg_build_error(b, s, NULL, "AEAD (gcm, chacha20) and CBC don't mix in one proposal: make two");
}

/* The hashes of a line, each once, in order. */
static unsigned read_hashes(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s, enum cfg_hash out[CFG_HASH_MAX])
{
	unsigned count = 0;

	for (unsigned i = 1; i < s->word_count; i++) {
		unsigned h = CFG_HASH_MD5, seen = 0;

		while (h + 1 < CFG_HASH_COUNT && strcmp(cfg_model_hash_name((enum cfg_hash)h), s->word[i].text) != 0)
			h++;
		while (seen < count && out[seen] != (enum cfg_hash)h)
			seen++;
		if (seen == count && count < CFG_HASH_MAX)
			out[count++] = (enum cfg_hash)h;
		warn_weak(b, s, &s->word[i]);
		cfg_build_need(b, object, s, CFG_SKILL_HASH, &s->word[i]);
	}
	return count;
}

static void set_integrity(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	proposal_of(object)->integrity_count = read_hashes(b, object, s, proposal_of(object)->integrity);
}

static void set_prf(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	proposal_of(object)->prf_count = read_hashes(b, object, s, proposal_of(object)->prf);
}

static void set_group(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_proposal *p = proposal_of(object);

	p->group_count = 0;
	for (unsigned i = 1; i < s->word_count; i++) {
		uint16_t id = cfg_group_read(b, object, s, &s->word[i]);

		if (id != 0)
			cfg_group_append(p->group, &p->group_count, id);
	}
}

static void set_extra(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	cfg_group_extra(b, object, s, proposal_of(object)->extra);
}

/* ---- policies ---- */

static struct cfg_policy *policy_of(struct cfg_object *object)
{
	return (struct cfg_policy *)(void *)object;
}

static void set_policy_fvrf(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	policy_of(object)->fvrf.vrf = cfg_stmt_text(s, "vrf");
	policy_of(object)->fvrf.any = policy_of(object)->fvrf.vrf == NULL;
	(void)b;
}

static void set_policy_local(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_local_match *match = (struct cfg_local_match *)cfg_build_alloc(b, sizeof(*match));

	if (match == NULL)
		return;
	match->addr = cfg_stmt_addr(s, "address");
	match->line = s->line;
	cfg_build_append(b, &policy_of(object)->locals, match);
}

static void set_policy_proposal(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_policy *p = policy_of(object);

	for (unsigned i = 1; i < s->word_count; i++) {
		const struct cfg_proposal *proposal = cfg_find_proposal(b->m, s->word[i].text);

		if (proposal == NULL)
			continue; /* dangling */
		if (p->proposal_count == CFG_PROPOSAL_MAX) {
			cfg_build_error(b, s, NULL, "a policy has at most %d proposals", CFG_PROPOSAL_MAX);
			return;
		}
		p->proposal[p->proposal_count++] = proposal;
	}
}

/* ---- keyrings ---- */

static struct cfg_keyring_peer *peer_of(struct cfg_object *object)
{
	return (struct cfg_keyring_peer *)(void *)object;
}

static void set_peer_address(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_keyring_peer *p = peer_of(object);
	struct addr mask = cfg_stmt_addr(s, "mask");
	struct addr_prefix prefix;

	(void)b;
	prefix.addr = cfg_stmt_addr(s, "address");
	if (prefix.addr.family == 0)
		prefix = cfg_stmt_prefix(s, "prefix");
	else if (mask.family == 0 || addr_mask_len(&mask, &prefix.len) != ERR_OK)
		prefix.len = 32;
	p->has_address = true;
	p->address.addr = addr_network(&prefix);
	p->address.len = prefix.len;
}

static void set_peer_identity(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_keyring_peer *p = peer_of(object);

	(void)b;
	p->identity.type = cfg_stmt_has(s, "fqdn")     ? CFG_ID_FQDN
			   : cfg_stmt_has(s, "email")  ? CFG_ID_EMAIL
			   : cfg_stmt_has(s, "key-id") ? CFG_ID_KEY_ID
						       : CFG_ID_ADDRESS;
	p->identity.addr = cfg_stmt_addr(s, "address");
	p->identity.text = cfg_stmt_text(s, "identity");
	p->identity_domain = cfg_stmt_has(s, "domain");
}

static void set_peer_hostname(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	peer_of(object)->hostname = cfg_stmt_text(s, "hostname");
}

static void set_peer_key(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	const struct secret *key = cfg_stmt_secret(s, "key");
	bool local = cfg_stmt_has(s, "local"), remote = cfg_stmt_has(s, "remote");

	(void)b;
	if (local || (!remote && peer_of(object)->psk_local == NULL))
		peer_of(object)->psk_local = key;
	if (remote || (!local && peer_of(object)->psk_remote == NULL))
		peer_of(object)->psk_remote = key;
}

static int digit(uint8_t c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, tolower(c));

	return at == NULL ? -1 : (int)(at - digits);
}

/* The octets that the key says in hexadecimal; NULL: it doesn't, which was said. */
static const struct secret *read_hex(struct cfg_build *b, const struct cfg_stmt *s)
{
	struct bytes text = secret_view(cfg_stmt_secret(s, "key"));
	struct cfg_secret_node *node;
	struct secret octets = { 0 };
	bool ok = text.len != 0 && text.len % 2 == 0 && secret_new(&octets, text.len / 2) == ERR_OK;

	for (size_t i = 0; ok && i < octets.len; i++) {
		int high = digit(text.data[2 * i]), low = digit(text.data[2 * i + 1]);

		ok = high >= 0 && low >= 0;
		octets.data[i] = (uint8_t)(ok ? high << 4 | low : 0);
	}
	node = ok ? cfg_secrets_add(&b->m->tree->secrets, &b->m->tree->arena, secret_view(&octets)) : NULL;
	secret_fini(&octets);
	if (node == NULL)
		cfg_build_error(b, s, cfg_stmt_param(s, "key"), "needs hexadecimal digits, two for each octet");
	return node == NULL ? NULL : &node->value;
}

static void set_peer_ppk(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_keyring_peer *p = peer_of(object);

	p->ppk = cfg_stmt_has(s, "hex") ? read_hex(b, s) : cfg_stmt_secret(s, "key");
	p->ppk_id = cfg_stmt_text(s, "id");
	p->ppk_required = cfg_stmt_has(s, "required");
	b->m->has_ppk = true;
}

/* ---- for all ---- */

static void set_dpd(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	b->m->dpd.interval_s = (uint32_t)cfg_stmt_number(s, "interval", 0);
	b->m->dpd.retry_s = (uint32_t)cfg_stmt_number(s, "retry", 0);
	b->m->dpd.mode = cfg_stmt_has(s, "periodic") ? CFG_DPD_PERIODIC : CFG_DPD_ON_DEMAND;
}

static void set_cookie(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	b->m->cookie_challenge = (uint32_t)cfg_stmt_number(s, "count", 0);
	b->m->cookie_always = b->m->cookie_challenge == 0;
}

static void set_limit(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	uint32_t count = (uint32_t)cfg_stmt_number(s, "count", 0);

	(void)object;
	if (cfg_stmt_has(s, "max-sa"))
		b->m->max_sa = count;
	else
		b->m->max_in_negotiation = count;
}

static void set_source_rate(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	b->m->source_rate = (uint32_t)cfg_stmt_number(s, "rate", 0);
	b->m->source_burst = (uint32_t)cfg_stmt_number(s, "burst", b->m->source_rate);
}

static void set_source_half_open(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	b->m->source_half_open = (uint32_t)cfg_stmt_number(s, "count", 0);
}

static void set_keepalive(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	b->m->nat_keepalive_s = (uint32_t)cfg_stmt_number(s, "seconds", 0);
}

static void set_frag_mtu(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	b->m->frag_mtu = (uint32_t)cfg_stmt_number(s, "mtu", 0);
}

#define CFG_HASHES "{sha512|sha384|sha256|sha1|md5|sha= 512=sha512|sha= 384=sha384|sha= 256=sha256|sha= 1=sha1}+"

static void set_cts_sgt(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	b->m->cts_sgt = true;
	for (const struct cfg_interface *i = b->m->interfaces; i != NULL; i = i->next)
		if (i->sgt_inline)
			cfg_build_error(b, s, NULL, "isn't possible beside 'cts sgt inline' of %s", i->object.name);
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_PROPOSAL,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_PROPOSAL,
		.defines = "proposal",
		.pattern = "crypto ikev2 proposal <name>",
		.preset = "`default` and `legacy` exist",
		.help = "algorithms for IKE SAs",
	},
	{
		.mode = CFG_MODE_PROPOSAL,
		.pattern = "encryption {aes-cbc-128|aes-cbc-192|aes-cbc-256|aes-gcm-128|aes-gcm-256|chacha20-poly1305|3des|des}+",
		.set = set_encryption,
		.help = "ciphers, the best one first; AEAD and CBC don't mix",
	},
	{ .mode = CFG_MODE_PROPOSAL, .pattern = "integrity " CFG_HASHES, .set = set_integrity, .help = "with CBC" },
	{
		.mode = CFG_MODE_PROPOSAL,
		.pattern = "prf " CFG_HASHES,
		.set = set_prf,
		.preset = "as integrity",
		.help = "mandatory with AEAD",
	},
	{
		.mode = CFG_MODE_PROPOSAL,
		.pattern = "group {<group:1-65535>}+",
		.set = set_group,
		.help = "key exchange: groups 1 2 5 14 to 21 24 31 32, ML-KEM 35 to 37",
	},
	{
		.mode = CFG_MODE_PROPOSAL,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "additional-key-exchange <slot:1-7> {<group:1-65535>|none}+",
		.set = set_extra,
		.preset = "none",
		.help = "one more key exchange for the IKE SA (RFC 9370), by one of these groups; none: it may be left out",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_POLICY,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_POLICY,
		.defines = "policy",
		.pattern = "crypto ikev2 policy <name>",
		.preset = "`default` exists",
		.help = "which proposals hold where; the most specific match wins",
	},
	{
		.mode = CFG_MODE_POLICY,
		.pattern = "match {fvrf|fvrfl=fvrf} any",
		.slot = "match fvrf",
		.set = set_policy_fvrf,
		.preset = "the global VRF",
		.help = "in every front VRF",
	},
	{
		.mode = CFG_MODE_POLICY,
		.pattern = "match {fvrf|fvrfl=fvrf} <vrf@vrf>",
		.slot = "match fvrf",
		.set = set_policy_fvrf,
		.help = "in one front VRF",
	},
	{
		.mode = CFG_MODE_POLICY,
		.keep = CFG_KEEP_EACH,
		.pattern = "match address local <address:ip>",
		.set = set_policy_local,
		.help = "at one of our addresses",
	},
	{
		.mode = CFG_MODE_POLICY,
		.keep = CFG_KEEP_EACH,
		.key = 1,
		.pattern = "proposal {<proposal@proposal>}+",
		.set = set_policy_proposal,
		.help = "proposals, the best one first",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_KEYRING,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_KEYRING,
		.defines = "keyring",
		.pattern = "crypto ikev2 keyring <name>",
		.help = "pre-shared keys",
	},
	{
		.mode = CFG_MODE_KEYRING,
		.enters = CFG_MODE_KEYRING_PEER,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_KEYRING_PEER,
		.pattern = "peer <name>",
		.help = "whose keys they are",
	},
	{
		.mode = CFG_MODE_KEYRING_PEER,
		.pattern = "address {<address:ip4> [<mask:mask>]|<prefix:p6>}",
		.set = set_peer_address,
		.help = "the peer's address; the longest match wins, 0.0.0.0 0.0.0.0 is any",
	},
	{
		.mode = CFG_MODE_KEYRING_PEER,
		.pattern = "identity {address <address:ip>|fqdn [domain] <identity>|email [domain] <identity>|key-id <identity>}",
		.set = set_peer_identity,
		.help = "the peer's identity: how a responder finds the key",
	},
	{ .mode = CFG_MODE_KEYRING_PEER,
		.pattern = "hostname <hostname>",
		.set = set_peer_hostname,
		.help = "how an initiator finds the key" },
	{ .mode = CFG_MODE_KEYRING_PEER, .pattern = "description <text:rest>", .help = "a text for people" },
	{ .mode = CFG_MODE_KEYRING_PEER,
		.pattern = "pre-shared-key <key:key>",
		.set = set_peer_key,
		.help = "one key for both directions" },
	{ .mode = CFG_MODE_KEYRING_PEER, .pattern = "pre-shared-key local <key:key>", .set = set_peer_key, .help = "what we prove" },
	{ .mode = CFG_MODE_KEYRING_PEER,
		.pattern = "pre-shared-key remote <key:key>",
		.set = set_peer_key,
		.help = "what the peer proves" },
	{
		.mode = CFG_MODE_KEYRING_PEER,
		.pattern = "ppk manual id <id> key [clear=|hex] <key:key> [required]",
		.set = set_peer_ppk,
		.help = "a post-quantum preshared key (RFC 8784), as text or in hexadecimal; required: no SA without it",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "crypto ikev2 dpd <interval:10-3600> <retry:2-60> {on-demand|periodic}",
		.set = set_dpd,
		.preset = "off",
		.help = "liveness probes where the profile says nothing, seconds",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "crypto ikev2 cookie-challenge <count:0-1000>",
		.set = set_cookie,
		.preset = "100",
		.help = "asks for cookies while more SAs than that are half open; 0: always",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_ONE,
		.pattern = "crypto ikev2 limit max-in-negotiation-sa <count:1-100000>",
		.set = set_limit,
		.preset = "10000",
		.help = "half-open SAs of peers that began; beyond it new peers aren't answered",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "crypto ikev2 limit max-sa <count:1-1000000>",
		.set = set_limit,
		.preset = "100000, which is also the most",
		.help = "IKE SAs; beyond it new peers are refused, but never a rekey",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "crypto ikev2 limit source rate <rate:1-100000> [burst <burst:1-100000>]",
		.set = set_source_rate,
		.preset = "no limit",
		.help = "new negotiations per second of one source, an IPv4 /24 or IPv6 /64; burst: at once, the rate if it isn't given",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "crypto ikev2 limit source half-open <count:1-100000>",
		.set = set_source_half_open,
		.preset = "half of max-in-negotiation-sa",
		.help = "half-open SAs of one source",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "crypto ikev2 nat keepalive <seconds:5-3600>",
		.set = set_keepalive,
		.preset = "20",
		.help = "keeps a NAT's mapping alive where the profile says nothing",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "crypto ikev2 fragmentation mtu <mtu:256-1500>",
		.set = set_frag_mtu,
		.preset = "576, with IPv6 1280",
		.help = "longer IP packets of IKE go in fragments (RFC 7383), bytes",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_LATER,
		.pattern = "crypto ikev2 cts sgt",
		.set = set_cts_sgt,
		.help = "negotiates group tags in ESP",
	},
};

const struct cfg_rows cfg_ikev2_rows = { rows, sizeof(rows) / sizeof(rows[0]), "IKEv2 proposals, policies, keyrings" };
