/*
 * IPsec (cli.md 2).
 */
#include <stdlib.h>
#include <string.h>

#include "cfg/build.h"
#include "cfg/group.h"

/* ---- transform sets ---- */

static struct cfg_transform_set *set_of(struct cfg_object *object)
{
	return (struct cfg_transform_set *)(void *)object;
}

static const struct cipher {
	const char *word, *bits;
	enum cfg_enc enc;
} ciphers[] = {
	{ "esp-aes", "128", CFG_ENC_AES_CBC_128 },
	{ "esp-aes", "192", CFG_ENC_AES_CBC_192 },
	{ "esp-aes", "256", CFG_ENC_AES_CBC_256 },
	{ "esp-gcm", "128", CFG_ENC_AES_GCM_128 },
	{ "esp-gcm", "192", CFG_ENC_AES_GCM_192 },
	{ "esp-gcm", "256", CFG_ENC_AES_GCM_256 },
	{ "esp-chacha20-poly1305", NULL, CFG_ENC_CHACHA20_POLY1305 },
	{ "esp-3des", NULL, CFG_ENC_3DES },
	{ "esp-null", NULL, CFG_ENC_NULL },
};

static enum cfg_enc cipher_of(const struct cfg_stmt *s)
{
	bool sized = cfg_stmt_has(s, "192") || cfg_stmt_has(s, "256");

	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		const struct cipher *c = &ciphers[i];

		if (cfg_stmt_has(s, c->word) && (c->bits == NULL || cfg_stmt_has(s, c->bits) || (!sized && strcmp(c->bits, "128") == 0)))
			return c->enc;
	}
	return CFG_ENC_NULL;
}

static enum cfg_hash hash_of(const struct cfg_stmt *s)
{
	static const struct {
		const char *word;
		enum cfg_hash hash;
	} hashes[] = {
		{ "esp-sha-hmac", CFG_HASH_SHA1 },
		{ "esp-sha256-hmac", CFG_HASH_SHA256 },
		{ "esp-sha384-hmac", CFG_HASH_SHA384 },
		{ "esp-sha512-hmac", CFG_HASH_SHA512 },
		{ "esp-md5-hmac", CFG_HASH_MD5 },
	};

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (cfg_stmt_has(s, hashes[i].word))
			return hashes[i].hash;
	return CFG_HASH_NONE;
}

static void warn_weak(struct cfg_build *b, const struct cfg_stmt *s)
{
	static const char *const weak[] = { "esp-3des", "esp-null", "esp-sha-hmac", "esp-md5-hmac" };

	for (unsigned w = 0; w < s->word_count; w++)
		for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++)
			if (strcmp(weak[i], s->word[w].text) == 0)
				cfg_build_warn(b, s, &s->word[w], i == 1 ? "'%s' hides nothing" : "'%s' is weak", weak[i]);
}

static void set_transforms(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_transform_set *set = set_of(object);

	set->enc = cipher_of(s);
	set->auth = hash_of(s);
	warn_weak(b, s);
	if (cfg_model_enc_is_aead(set->enc) && set->auth != CFG_HASH_NONE)
		cfg_build_error(b, s, NULL, "an AEAD cipher takes no hash: leave it out");
	if (!cfg_model_enc_is_aead(set->enc) && set->auth == CFG_HASH_NONE)
		cfg_build_lack(b, object, s->line, "needs a hash (esp-sha256-hmac …): a cipher without one is open to forgery");
}

static void set_mode(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	set_of(object)->transport = cfg_stmt_has(s, "transport");
}

static void set_esn(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	set_of(object)->esn = cfg_stmt_has(s, "required") ? CFG_ESN_REQUIRED : CFG_ESN_ON;
}

/* ---- profiles ---- */

static struct cfg_ipsec_profile *profile_of(struct cfg_object *object)
{
	return (struct cfg_ipsec_profile *)(void *)object;
}

static void set_transform_set(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_ipsec_profile *p = profile_of(object);

	p->transform_set_count = 0;
	for (unsigned i = 2; i < s->word_count; i++) {
		const struct cfg_transform_set *set = cfg_find_transform_set(b->m, s->word[i].text);

		if (set == NULL)
			continue; /* dangling */
		if (p->transform_set_count == CFG_TRANSFORM_MAX) {
			cfg_build_error(b, s, NULL, "a profile has at most %d transform sets", CFG_TRANSFORM_MAX);
			return;
		}
		p->transform_set[p->transform_set_count++] = set;
	}
}

static void set_ikev2_profile(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	profile_of(object)->ikev2_profile = cfg_find_profile(b->m, cfg_stmt_text(s, "profile"));
}

static void set_pfs(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	const struct cfg_word *word = &s->word[2]; /* "group14" */
	struct cfg_word number = { .text = word->text + strlen("group"), .column = word->column };
	uint16_t group = (uint16_t)strtoul(number.text, NULL, 10);

	profile_of(object)->pfs_group = group;
	if (group == 1 || group == 2 || group == 5 || group == 24)
		cfg_build_warn(b, s, word, "'%s' is weak", word->text);
	cfg_build_need(b, object, s, CFG_SKILL_GROUP, &number);
}

static void set_extra(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	cfg_group_extra(b, object, s, profile_of(object)->extra);
}

static void set_seconds(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	profile_of(object)->lifetime_s = (uint32_t)cfg_stmt_number(s, "seconds", 0);
}

static void set_kilobytes(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	profile_of(object)->lifetime_kb = cfg_stmt_number(s, "kilobytes", 0);
}

static void set_packets(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	profile_of(object)->lifetime_packets = cfg_stmt_number(s, "packets", 0);
}

static void set_window(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	uint64_t size = cfg_stmt_number(s, "packets", 64);

	if ((size & (size - 1)) != 0)
		cfg_build_error(b, s, cfg_stmt_param(s, "packets"), "must be 64, 128, 256, 512 or 1024");
	profile_of(object)->replay_window = (uint16_t)size;
}

static void set_sa_limit(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	profile_of(object)->sa_limit = (uint8_t)cfg_stmt_number(s, "limit", 0);
}

static void set_reverse(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_ipsec_profile *p = profile_of(object);

	(void)b;
	p->reverse_route = true;
	p->reverse_tag = (uint32_t)cfg_stmt_number(s, "tag", 0);
	p->reverse_distance = (uint8_t)cfg_stmt_number(s, "distance", p->reverse_distance);
}

static void set_df(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	b->m->df_bit = cfg_stmt_has(s, "clear") ? CFG_DF_CLEAR : cfg_stmt_has(s, "set") ? CFG_DF_SET : CFG_DF_COPY;
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_TRANSFORM_SET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_TRANSFORM_SET,
		.defines = "transform-set",
		.pattern = "crypto ipsec transform-set <name> {{esp-aes|esp-gcm} [128|192|256]|esp-chacha20-poly1305|esp-3des|esp-null} "
			   "[esp-sha-hmac|esp-sha256-hmac|esp-sha384-hmac|esp-sha512-hmac|esp-md5-hmac]",
		.set = set_transforms,
		.preset = "`default` exists; without bits 128",
		.help = "algorithms for ESP",
	},
	{
		.mode = CFG_MODE_TRANSFORM_SET,
		.pattern = "mode {tunnel|transport}",
		.set = set_mode,
		.preset = "tunnel; `default`: transport",
		.help = "transport is for GRE; ipsec tunnel modes make it tunnel",
	},
	{
		.mode = CFG_MODE_TRANSFORM_SET,
		.pattern = "esn [required]",
		.set = set_esn,
		.preset = "off",
		.help = "extended sequence numbers where the peer has them too; required: nothing without",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_IPSEC_PROFILE,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_IPSEC_PROFILE,
		.defines = "ipsec-profile",
		.pattern = "crypto ipsec profile <name>",
		.preset = "`default` exists",
		.help = "how a tunnel is protected",
	},
	{ .mode = CFG_MODE_IPSEC_PROFILE, .pattern = "description <text:rest>", .help = "a text for people" },
	{
		.mode = CFG_MODE_IPSEC_PROFILE,
		.pattern = "set transform-set {<set@transform-set>}+",
		.set = set_transform_set,
		.preset = "default",
		.help = "at most 6, the best one first",
	},
	{
		.mode = CFG_MODE_IPSEC_PROFILE,
		.pattern = "set {ikev2-profile|crypto= ikev2= profile=ikev2-profile} <profile@profile>",
		.set = set_ikev2_profile,
		.help = "the IKEv2 profile that an initiator uses",
	},
	{
		.mode = CFG_MODE_IPSEC_PROFILE,
		.pattern =
			"set pfs {group14|group15|group16|group17|group18|group19|group20|group21|group31|group32|group35|group36|group37|group1|"
			"group2|group5|group24}",
		.set = set_pfs,
		.preset = "off",
		.help = "a key exchange of its own for each child SA",
	},
	{
		.mode = CFG_MODE_IPSEC_PROFILE,
		.keep = CFG_KEEP_KEY,
		.key = 2,
		.pattern = "set additional-key-exchange <slot:1-7> {<group:1-65535>|none}+",
		.set = set_extra,
		.preset = "none",
		.help = "one more key exchange for each child SA (RFC 9370), beside that of 'set pfs', by one of these groups; none: it may be left out",
	},
	{
		.mode = CFG_MODE_IPSEC_PROFILE,
		.pattern = "set security-association lifetime seconds <seconds:120-2592000>",
		.set = set_seconds,
		.preset = "3600",
		.help = "life of a child SA",
	},
	{
		.mode = CFG_MODE_IPSEC_PROFILE,
		.pattern = "set security-association lifetime kilobytes <kilobytes:2560-4294967295>",
		.set = set_kilobytes,
		.preset = "4608000",
		.help = "life of a child SA in traffic",
	},
	{
		.mode = CFG_MODE_IPSEC_PROFILE,
		.pattern = "set security-association lifetime packets <packets:1000-4294967295>",
		.set = set_packets,
		.preset = "no end",
		.help = "life of a child SA in packets of one direction",
	},
	{
		.mode = CFG_MODE_IPSEC_PROFILE,
		.pattern = "set security-association replay window-size <packets:64-1024>",
		.set = set_window,
		.preset = "64",
		.help = "how late a packet may come, a power of two",
	},
	{
		.mode = CFG_MODE_IPSEC_PROFILE,
		.pattern = "set security-policy limit <limit:1-16>",
		.set = set_sa_limit,
		.preset = "8",
		.help = "child SAs that one peer may have at a time",
	},
	{
		.mode = CFG_MODE_IPSEC_PROFILE,
		.pattern = "reverse-route [tag <tag:1-4294967295>|distance <distance:1-255>]*",
		.slot = "reverse-route",
		.set = set_reverse,
		.preset = "off; distance 1",
		.help = "routes to what the peer's selectors cover",
	},
	{ .mode = CFG_MODE_IPSEC_PROFILE, .what = CFG_CLASS_NOT_YET, .pattern = "responder-only", .help = "never initiates" },
	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "crypto ipsec df-bit {clear|set|copy}",
		.set = set_df,
		.preset = "copy",
		.help = "DF of the outer header",
	},
};

const struct cfg_rows cfg_ipsec_rows = { rows, sizeof(rows) / sizeof(rows[0]), "IPsec" };
