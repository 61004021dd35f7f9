/* PKI (cli.md 5): grammar, no code yet. */
#include "cfg/build.h"

static void warn_grant(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	if (cfg_stmt_has(s, "auto") && cfg_stmt_text(s, "trustpoint") == NULL)
		cfg_build_warn(b, s, NULL, "'grant auto' alone signs every request: anybody gets a certificate");
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_TRUSTPOINT,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "trustpoint",
		.pattern = "crypto pki trustpoint <name>",
		.preset = "`CISCO_IDEVID_SUDI` exists",
		.help = "a CA that is believed, and our certificate of it",
	},
	{
		.mode = CFG_MODE_TRUSTPOINT,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "enrollment {terminal|url <url>|profile <profile@enrollment>|selfsigned}",
		.help = "how we get the certificate",
	},
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_RESTRICT, .pattern = "revocation-check {none|crl|ocsp}+", .help = "in order" },
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_NOT_YET, .pattern = "serial-number [none]", .help = "in the request" },
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_NOT_YET, .pattern = "fqdn {none|<fqdn>}", .help = "in the request" },
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_NOT_YET, .pattern = "ip-address {none|<address:ip>}", .help = "in the request" },
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_NOT_YET, .pattern = "subject-name <name:rest>", .help = "an X.500 name" },
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_NOT_YET, .pattern = "password <password:key>", .help = "the challenge" },
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_NOT_YET, .pattern = "rsakeypair <label> [<bits:512-8192>]", .help = "our key" },
	{
		.mode = CFG_MODE_TRUSTPOINT,
		.what = CFG_CLASS_NOT_YET,
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
	{ .mode = CFG_MODE_TRUSTPOINT, .what = CFG_CLASS_NOT_YET, .pattern = "vrf <vrf@vrf>", .help = "where the CA is" },
	{
		.mode = CFG_MODE_TRUSTPOINT,
		.what = CFG_CLASS_NOT_YET,
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
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 2,
		.defines = "cert-map",
		.pattern = "crypto pki certificate map <name> <seq:1-65535>",
		.help = "certificates that match all lines of one sequence",
	},
	{
		.mode = CFG_MODE_CERT_MAP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern =
			"{subject-name|issuer-name|alt-subject-name|unstructured-subject-name|serial-number|name} {co|eq|nc|ne} <text:rest>",
		.help = "contains, equals, doesn't contain, differs",
	},
	{
		.mode = CFG_MODE_CERT_MAP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "{valid-start|expires-on} {lt|gt|eq|ne} <date:rest>",
		.help = "by time",
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
		.set = warn_grant,
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
