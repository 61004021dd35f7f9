/*
 * `crypto ikev2 authorization policy` and name manglers (cli.md 1.5, 1.6).
 */
#include <sys/socket.h>

#include "cfg/build.h"

static struct cfg_authz_policy *policy_of(struct cfg_object *object)
{
	return (struct cfg_authz_policy *)(void *)object;
}

static void set_route(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_route_set *set = (struct cfg_route_set *)cfg_build_alloc(b, sizeof(*set));
	const char *name = cfg_stmt_text(s, "interface");
	struct addr mask = cfg_stmt_addr(s, "mask");

	if (set == NULL)
		return;
	set->line = s->line;
	if (cfg_stmt_has(s, "interface")) {
		set->how = CFG_SET_INTERFACE;
		set->interface = name == NULL ? NULL : cfg_find_interface(b->m, name);
	} else if (cfg_stmt_has(s, "access-list")) {
		set->how = CFG_SET_ACL;
		set->family = cfg_stmt_has(s, "ipv6") ? AF_INET6 : AF_INET;
		set->acl = cfg_find_acl(b->m, cfg_stmt_text(s, "acl"));
	} else {
		set->how = cfg_stmt_has(s, "local") ? CFG_SET_PREFIX_LOCAL : CFG_SET_PREFIX_REMOTE;
		set->prefix = cfg_stmt_prefix(s, "prefix");
		if (mask.family != 0) {
			set->prefix.addr = cfg_stmt_addr(s, "network");
			if (addr_mask_len(&mask, &set->prefix.len) != ERR_OK)
				return;
		}
		set->prefix.addr = addr_network(&set->prefix);
	}
	cfg_build_append(b, &policy_of(object)->route_sets, set);
}

static void set_accept(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_authz_policy *p = policy_of(object);

	(void)b;
	p->route_accept = !s->no;
	p->route_accept_written = true;
	p->route_tag = (uint32_t)cfg_stmt_number(s, "tag", 1);
	p->route_distance = (uint8_t)cfg_stmt_number(s, "distance", 1);
}

static void set_pool(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	policy_of(object)->pool = cfg_find_pool(b->m, cfg_stmt_text(s, "pool"));
}

static void set_ipv6_pool(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	policy_of(object)->ipv6_pool = cfg_find_ipv6_pool(b->m, cfg_stmt_text(s, "pool"));
}

static void set_netmask(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	policy_of(object)->netmask = cfg_stmt_addr(s, "mask");
}

static void set_dns(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_authz_policy *p = policy_of(object);

	(void)b;
	p->dns[0] = cfg_stmt_addr(s, "first");
	p->dns[1] = cfg_stmt_addr(s, "second");
	p->dns_count = p->dns[1].family == 0 ? 1 : 2;
}

static void set_ipv6_dns(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	policy_of(object)->ipv6_dns = cfg_stmt_addr(s, "address");
}

static void set_session_lifetime(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	policy_of(object)->session_lifetime_s = (uint32_t)cfg_stmt_number(s, "seconds", 0);
}

static void set_attributes(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	const struct cfg_attribute_list *list = cfg_find_attribute_list(b->m, cfg_stmt_text(s, "list"));
	struct cfg_attribute_use *use = list == NULL ? NULL : (struct cfg_attribute_use *)cfg_build_alloc(b, sizeof(*use));

	if (use == NULL)
		return;
	use->list = list;
	cfg_build_append(b, &policy_of(object)->attributes, use);
}

/* ---- name manglers ---- */

static struct cfg_mangler *mangler_of(struct cfg_object *object)
{
	return (struct cfg_mangler *)(void *)object;
}

static void set_mangle_dn(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	static const char *const words[CFG_DN_COUNT] = { "common-name", "organization", "organization-unit", "country", "state", "locality",
		"domain" };

	(void)b;
	for (unsigned i = 0; i < CFG_DN_COUNT; i++)
		if (cfg_stmt_has(s, words[i]))
			mangler_of(object)->dn = (struct cfg_mangle_line){ .how = CFG_MANGLE_DN, .field = (enum cfg_dn_field)i };
}

/* Its words say before, behind or all of it. */
static struct cfg_mangle_line cut_at(const struct cfg_stmt *s, char delimiter)
{
	bool before = cfg_stmt_has(s, "hostname") || cfg_stmt_has(s, "username") || cfg_stmt_has(s, "prefix");

	return (struct cfg_mangle_line){ .how = cfg_stmt_has(s, "all") ? CFG_MANGLE_ALL
						: before               ? CFG_MANGLE_BEFORE
								       : CFG_MANGLE_BEHIND,
		.delimiter = delimiter };
}

static void set_mangle_fqdn(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	mangler_of(object)->fqdn = cut_at(s, '.');
}

static void set_mangle_email(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	mangler_of(object)->email = cut_at(s, '@');
}

static void set_mangle_eap(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	mangler_of(object)->eap = cut_at(s, cfg_stmt_has(s, ".") ? '.' : cfg_stmt_has(s, "\\") ? '\\' : '@');
	mangler_of(object)->eap.optional = cfg_stmt_has(s, "username");
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_AUTHZ_POLICY,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_AUTHZ_POLICY,
		.defines = "authz-policy",
		.pattern = "crypto ikev2 authorization policy <name>",
		.preset = "`default` exists",
		.help = "what a peer gets: address, routes",
	},
	{
		.mode = CFG_MODE_AUTHZ_POLICY,
		.keep = CFG_KEEP_EACH,
		.pattern = "route set interface [<interface:if@interface>]",
		.set = set_route,
		.help = "tells the peer our tunnel address as a host prefix, or what an interface is connected to",
	},
	{
		.mode = CFG_MODE_AUTHZ_POLICY,
		.keep = CFG_KEEP_EACH,
		.key = 2,
		.pattern = "route set remote {[ipv4=] <network:ip4> <mask:mask>|ipv6 <prefix:p6>}",
		.set = set_route,
		.help = "tells the peer to send this prefix to us",
	},
	{
		.mode = CFG_MODE_AUTHZ_POLICY,
		.keep = CFG_KEEP_EACH,
		.key = 2,
		.pattern = "route set local {[ipv4=] <network:ip4> <mask:mask>|ipv6 <prefix:p6>}",
		.set = set_route,
		.help = "installs this prefix here, towards the peer",
	},
	{
		.mode = CFG_MODE_AUTHZ_POLICY,
		.keep = CFG_KEEP_EACH,
		.pattern = "route set access-list [ipv6] <acl@acl>",
		.set = set_route,
		.help = "tells the peer to send us what is the source of an access list's permitting entries",
	},
	{
		.mode = CFG_MODE_AUTHZ_POLICY,
		.flags = CFG_ROW_NO_KEPT,
		.pattern = "route accept any [tag <tag:1-497777>|distance <distance:1-255>]*",
		.set = set_accept,
		.preset = "route accept any tag 1 distance 1",
		.help = "installs the prefixes that the peer tells; `no`: none of them",
	},
	{
		.mode = CFG_MODE_AUTHZ_POLICY,
		.pattern = "pool <pool@pool>",
		.set = set_pool,
		.help = "where the peer's IPv4 address comes from",
	},
	{
		.mode = CFG_MODE_AUTHZ_POLICY,
		.pattern = "ipv6 pool <pool@ipv6-pool>",
		.set = set_ipv6_pool,
		.help = "where the peer's IPv6 prefix comes from",
	},
	{ .mode = CFG_MODE_AUTHZ_POLICY, .pattern = "netmask <mask:mask>", .set = set_netmask, .help = "sent with the address" },
	{ .mode = CFG_MODE_AUTHZ_POLICY, .pattern = "dns <first:ip4> [<second:ip4>]", .set = set_dns, .help = "name servers for the peer" },
	{ .mode = CFG_MODE_AUTHZ_POLICY, .pattern = "ipv6 dns <address:ip6>", .set = set_ipv6_dns, .help = "a name server for the peer" },
	{ .mode = CFG_MODE_AUTHZ_POLICY,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "wins <first:ip4> [<second:ip4>]",
		.help = "sent to the peer" },
	{ .mode = CFG_MODE_AUTHZ_POLICY, .what = CFG_CLASS_NOT_YET, .pattern = "def-domain <domain>", .help = "sent to the peer" },
	{
		.mode = CFG_MODE_AUTHZ_POLICY,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "split-dns <domain>",
		.help = "sent to the peer",
	},
	{ .mode = CFG_MODE_AUTHZ_POLICY, .what = CFG_CLASS_NOT_YET, .pattern = "banner <text:rest>", .help = "sent to the peer" },
	{
		.mode = CFG_MODE_AUTHZ_POLICY,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "backup-gateway <gateway>",
		.help = "where else the peer may go, at most 10",
	},
	{ .mode = CFG_MODE_AUTHZ_POLICY, .what = CFG_CLASS_RESTRICT, .pattern = "subnet-acl <acl@acl>", .help = "what the peer may reach" },
	{ .mode = CFG_MODE_AUTHZ_POLICY, .what = CFG_CLASS_NOT_YET, .pattern = "include-local-lan", .help = "sent to the peer" },
	{ .mode = CFG_MODE_AUTHZ_POLICY, .what = CFG_CLASS_NOT_YET, .pattern = "pfs", .help = "sent to the peer" },
	{
		.mode = CFG_MODE_AUTHZ_POLICY,
		.pattern = "session-lifetime <seconds:120-86400>",
		.set = set_session_lifetime,
		.preset = "no end",
		.help = "the peers authenticate anew within it (RFC 4478), or the session ends",
	},
	{
		.mode = CFG_MODE_AUTHZ_POLICY,
		.keep = CFG_KEEP_EACH,
		.pattern = "aaa attribute list <list@attribute-list>",
		.set = set_attributes,
		.help = "lines for the virtual access of the peer; a static tunnel can't have any, and its peer is refused",
	},

	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_MANGLER,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_MANGLER,
		.defines = "mangler",
		.pattern = "crypto ikev2 name-mangler <name>",
		.help = "makes the name of a policy of an identity; one that it has no line for gets none",
	},
	{
		.mode = CFG_MODE_MANGLER,
		.pattern = "dn {common-name|organization|organization-unit|country|state|locality|domain}",
		.set = set_mangle_dn,
		.help = "a field of a distinguished name, the most specific one; domain: its domain components",
	},
	{
		.mode = CFG_MODE_MANGLER,
		.pattern = "fqdn {hostname|domain|all}",
		.set = set_mangle_fqdn,
		.help = "of an FQDN: what is before its first dot, behind it, or the whole",
	},
	{
		.mode = CFG_MODE_MANGLER,
		.pattern = "email {username|domain|all}",
		.set = set_mangle_email,
		.help = "of an e-mail address: what is before its '@', behind it, or the whole",
	},
	{
		.mode = CFG_MODE_MANGLER,
		.pattern = "eap {all|{prefix|suffix} delimiter {.|@|\\}|username}",
		.set = set_mangle_eap,
		.help = "of an EAP identity: what is before the first delimiter or behind it; username: before an '@', if there is one",
	},
	{
		.mode = CFG_MODE_MANGLER,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "eap dn {common-name|organization|organization-unit|country|state|locality|domain}",
		.slot = "eap",
		.help = "of an EAP identity that is a distinguished name",
	},
};

const struct cfg_rows cfg_authz_rows = { rows, sizeof(rows) / sizeof(rows[0]), "IKEv2 authorization" };
