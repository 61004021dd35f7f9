/*
 * PKI (cli.md 5): trust points whose certificates come from files, and certificate maps.  Enrolment, our own CA and certificates in
 * the configuration itself are grammar only.
 */
#include <stdio.h>
#include <string.h>

#include "cfg/build.h"
#include "cfg/date.h"

enum { URL_MAX = 250 };

static void set_revocation(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_trustpoint *t = (struct cfg_trustpoint *)(void *)object;

	t->revocation_count = 0;
	for (unsigned i = 1; i < s->word_count; i++) {
		enum cfg_revocation method = strcmp(s->word[i].text, "crl") == 0    ? CFG_REVOCATION_CRL
					     : strcmp(s->word[i].text, "ocsp") == 0 ? CFG_REVOCATION_OCSP
										    : CFG_REVOCATION_NONE;

		for (unsigned k = 0; k < t->revocation_count; k++) {
			if (t->revocation[k] != method)
				continue;
			cfg_build_error(b, s, &s->word[i], "is there twice");
			return;
		}
		if (t->revocation_count != 0 && t->revocation[t->revocation_count - 1] == CFG_REVOCATION_NONE) {
			cfg_build_warn(b, s, &s->word[i], "is never tried: 'none' before it believes every certificate");
			return;
		}
		t->revocation[t->revocation_count++] = method;
	}
}

/* The URL that the statement gives; NULL: it won't do, which was said. */
static const char *url_of(struct cfg_build *b, const struct cfg_stmt *s, const char *name)
{
	const char *url = cfg_stmt_text(s, name);

	if (strncmp(url, "http://", strlen("http://")) == 0 && strlen(url) <= URL_MAX)
		return url;
	cfg_build_error(b, s, NULL, "needs 'http://…', at most %d characters", URL_MAX);
	return NULL;
}

static void set_ocsp_url(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_trustpoint *t = (struct cfg_trustpoint *)(void *)object;

	t->ocsp_url = url_of(b, s, "url");
}

/* ---- certificates by URL (RFC 7296 3.6) ---- */

static void set_http_cert(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	(void)s;
	b->m->http_cert = true;
}

static void add_http_from(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	const char *url = url_of(b, s, "prefix");

	(void)object;
	if (url == NULL)
		return;
	if (url[strlen(url) - 1] != '/' || strcmp(url, "http://") == 0) /* else a host's name could go on */
		cfg_build_error(b, s, NULL, "needs a host, and '/' at its end");
	else if (b->m->http_from_count == CFG_HTTP_FROM_MAX)
		cfg_build_error(b, s, NULL, "at most %d of these", CFG_HTTP_FROM_MAX);
	else
		b->m->http_from[b->m->http_from_count++] = url;
}

static void set_cert_url(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_trustpoint *t = (struct cfg_trustpoint *)(void *)object;

	t->cert_url = url_of(b, s, "url");
}

/* A path of the configuration's; those that don't begin with '/' are beside its file. */
static const char *path_of(struct cfg_build *b, const char *word)
{
	const char *file = b->m->tree->file;
	const char *slash = file == NULL ? NULL : strrchr(file, '/');
	size_t folder = slash == NULL || word[0] == '/' ? 0 : (size_t)(slash - file) + 1;
	char *path = (char *)cfg_build_alloc(b, folder + strlen(word) + 1);

	if (path == NULL)
		return NULL;
	memcpy(path, file, folder);
	memcpy(path + folder, word, strlen(word) + 1);
	return path;
}

static void set_import(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_trustpoint *t = (struct cfg_trustpoint *)(uintptr_t)cfg_find_trustpoint(b->m, cfg_stmt_text(s, "trustpoint"));

	(void)object;
	for (unsigned i = 0; t != NULL && i < s->word_count; i++) {
		struct cfg_pki_import *import;

		if (s->word[i].param == NULL || strcmp(s->word[i].param->name, "file") != 0)
			continue;
		import = (struct cfg_pki_import *)cfg_build_alloc(b, sizeof(*import));
		if (import == NULL)
			return;
		import->path = path_of(b, s->word[i].text);
		import->pkcs12 = cfg_stmt_has(s, "pkcs12");
		import->password = cfg_stmt_secret(s, "password");
		import->line = s->line;
		cfg_build_append(b, &t->imports, import);
	}
}

static const char *const field_words[] = { "subject-name", "issuer-name", "alt-subject-name", "serial-number", "name",
	"unstructured-subject-name", "valid-start", "expires-on" };
static const char *const how_words[] = { "co", "eq", "nc", "ne", "lt", "ge", "gt" };

static unsigned index_of(const struct cfg_stmt *s, const char *const *words, unsigned count)
{
	unsigned i = 0;

	while (i + 1 < count && !cfg_stmt_has(s, words[i]))
		i++;
	return i;
}

static void set_map_line(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_cert_map *map = (struct cfg_cert_map *)(void *)object;
	struct cfg_cert_line *line = (struct cfg_cert_line *)cfg_build_alloc(b, sizeof(*line));

	if (line == NULL)
		return;
	line->seq = (uint32_t)cfg_stmt_number(s->parent, "seq", 0);
	line->field = (enum cfg_cert_field)index_of(s, field_words, sizeof(field_words) / sizeof(field_words[0]));
	line->how = (enum cfg_cert_how)index_of(s, how_words, sizeof(how_words) / sizeof(how_words[0]));
	if (line->field == CFG_CERT_VALID_START || line->field == CFG_CERT_EXPIRES_ON) {
		if (!cfg_date_parse(cfg_stmt_text(s, "date"), &line->date_s)) {
			cfg_build_error(b, s, NULL, "needs a date such as '15 06 2026 12:00:00' or 'jun 15 2026 12:00:00', in UTC");
			return;
		}
	} else {
		line->text = cfg_stmt_text(s, "text");
	}
	line->line = s->line;
	cfg_build_append(b, &map->lines, line);
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_TRUSTPOINT,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_TRUSTPOINT,
		.defines = "trustpoint",
		.pattern = "crypto pki trustpoint <name>",
		.preset = "`CISCO_IDEVID_SUDI` exists",
		.help = "a CA that is believed, and our certificate of it",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_EACH,
		.pattern = "crypto pki import <trustpoint@trustpoint> {pem|pkcs12} [password <password:key>] {<file:text>}+",
		.set = set_import,
		.help = "CA certificates, our certificate, its private key and CRLs from files; relative paths are beside the configuration",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "crypto ikev2 http-url cert",
		.set = set_http_cert,
		.preset = "off",
		.help = "fetches certificates that peers give by their URL (RFC 7296 3.6), by HTTP",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_EACH,
		.pattern = "crypto ikev2 http-url from <prefix>",
		.set = add_http_from,
		.preset = "anywhere",
		.help = "from below this URL alone, and others like it",
	},
	{
		.mode = CFG_MODE_TRUSTPOINT,
		.pattern = "enrollment terminal",
		.slot = "enrollment",
		.help = "the certificates come with `crypto pki import`",
	},
	{
		.mode = CFG_MODE_TRUSTPOINT,
		.what = CFG_CLASS_LATER,
		.pattern = "enrollment {url <url>|profile <profile@enrollment>|selfsigned}",
		.slot = "enrollment",
		.help = "how we get the certificate",
	},
	{
		.mode = CFG_MODE_TRUSTPOINT,
		.pattern = "revocation-check {none|crl|ocsp}+",
		.set = set_revocation,
		.preset = "crl",
		.help = "whether a certificate was revoked, in order; `none` at the end: believed where nothing tells",
	},
	{
		.mode = CFG_MODE_TRUSTPOINT,
		.pattern = "ocsp url <url>",
		.set = set_ocsp_url,
		.help = "the responder, whatever certificates say",
	},
	{
		.mode = CFG_MODE_TRUSTPOINT,
		.pattern = "certificate url <url>",
		.set = set_cert_url,
		.preset = "it is sent",
		.help = "where peers that look certificates up get ours, as DER: its hash and this URL are sent instead",
	},
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_LATER, .pattern = "serial-number [none]", .help = "in the request" },
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_LATER, .pattern = "fqdn {none|<fqdn>}", .help = "in the request" },
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_LATER, .pattern = "ip-address {none|<address:ip>}", .help = "in the request" },
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_LATER, .pattern = "subject-name <name:rest>", .help = "an X.500 name" },
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_LATER, .pattern = "password <password:key>", .help = "the challenge" },
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_LATER, .pattern = "rsakeypair <label> [<bits:512-8192>]", .help = "our key" },
	{
		.mode = CFG_MODE_TRUSTPOINT,
		.what = CFG_CLASS_LATER,
		.pattern = "auto-enroll [<percent:1-100>] [regenerate]",
		.help = "renews before it expires",
	},
	{
		.mode = CFG_MODE_TRUSTPOINT,
		.what = CFG_CLASS_RESTRICT,
		.pattern = "authorization list <list@aaa-network>",
		.help = "asks AAA whether a certificate may be used",
	},
	{
		.mode = CFG_MODE_TRUSTPOINT,
		.what = CFG_CLASS_NOT_YET,
		.pattern =
			"authorization username subjectname {all|commonname|country|email|locality|organization|organizationalunit|postalcode|"
			"serialnumber|state|streetname|title|unstructuredname}",
		.help = "under which name",
	},
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_LATER, .pattern = "vrf <vrf@vrf>", .help = "where the CA is" },
	{
		.mode = CFG_MODE_TRUSTPOINT,
		.what = CFG_CLASS_LATER,
		.pattern = "source interface <interface:if@interface>",
		.help = "our address towards the CA",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_ENROLLMENT,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "enrollment",
		.pattern = "crypto pki profile enrollment <name>",
		.help = "how to enrol",
	},
	{ .mode = CFG_MODE_ENROLLMENT, .what = CFG_CLASS_NOT_YET, .pattern = "enrollment url <url>", .help = "where" },
	{
		.mode = CFG_MODE_ENROLLMENT,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "enrollment credential <trustpoint@trustpoint>",
		.help = "whose certificate signs the request",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_CERT_MAP,
		.keep = CFG_KEEP_KEY,
		.key = 2,
		.kind = CFG_KIND_CERT_MAP,
		.defines = "cert-map",
		.pattern = "crypto pki certificate map <name> <seq:1-65535>",
		.help = "certificates that match all lines of one sequence",
	},
	{
		.mode = CFG_MODE_CERT_MAP,
		.keep = CFG_KEEP_EACH,
		.pattern = "{subject-name|issuer-name|alt-subject-name|serial-number} {co|eq|nc|ne} <text:rest>",
		.set = set_map_line,
		.help = "contains, equals, doesn't contain, differs; `name=value` stands for a whole RDN",
	},
	{
		.mode = CFG_MODE_CERT_MAP,
		.keep = CFG_KEEP_EACH,
		.pattern = "{unstructured-subject-name|name} {co|eq|nc|ne} <text:rest>",
		.set = set_map_line,
		.help = "the same of the subject's unstructuredName; of the subject and the alternative names",
	},
	{
		.mode = CFG_MODE_CERT_MAP,
		.keep = CFG_KEEP_EACH,
		.pattern = "{valid-start|expires-on} {lt|ge|gt|eq|ne} <date:rest>",
		.set = set_map_line,
		.help = "before, not before, after, at or not at a date in UTC: `15 06 2026 12:00:00` or `jun 15 2026 12:00:00`",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_CERT_CHAIN,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "crypto pki certificate chain <trustpoint@trustpoint>",
		.help = "certificates in the configuration",
	},
	{
		.mode = CFG_MODE_CERT_CHAIN,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.flags = CFG_ROW_QUIT,
		.pattern = "certificate [self-signed|ca|rollover] <serial>",
		.help = "one, in hexadecimal up to `quit`",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_PKI_SERVER,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "pki-server",
		.pattern = "crypto pki server <name>",
		.help = "a CA of our own",
	},
	{
		.mode = CFG_MODE_PKI_SERVER,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "grant {auto [trustpoint <trustpoint@trustpoint>]|manual|none}",
		.help = "which requests are granted; `auto` alone grants all",
	},
	{ .mode = CFG_MODE_PKI_SERVER, .what = CFG_CLASS_NOT_YET, .pattern = "issuer-name <name:rest>", .help = "an X.500 name" },
	{
		.mode = CFG_MODE_PKI_SERVER,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "lifetime {certificate|ca-certificate|crl} <days:0-7305>",
		.help = "days",
	},
	{
		.mode = CFG_MODE_PKI_SERVER,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "database {level {minimal|names|complete}|url <url>|archive {pem|pkcs12} [password <password:key>]}",
		.help = "what it keeps",
	},
	{
		.mode = CFG_MODE_PKI_SERVER,
		.what = CFG_CLASS_NOT_YET,
		.flags = CFG_ROW_NO_KEPT,
		.pattern = "shutdown",
		.preset = "shutdown",
		.help = "`no shutdown` starts it",
	},
};

const struct cfg_rows cfg_pki_rows = { rows, sizeof(rows) / sizeof(rows[0]), "PKI" };
