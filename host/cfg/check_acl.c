/*
 * Access lists where they are used, as cli.md 1.5 and 3 want them.  Part of cfg_check_model.
 */
#include "cfg/check_acl.h"

#include <netinet/in.h>

#include "cfg/acl.h"

static bool has_ports(const struct cfg_ace_side *side)
{
	return side->port_first != 0 || side->port_last != UINT16_MAX;
}

/* Why an entry can't be the selectors of a CHILD_SA; NULL: it can. */
static const char *fault_of(const struct cfg_ace *e)
{
	struct addr_prefix p;

	if (!e->permit)
		return "denies: a policy permits alone";
	if (cfg_acl_prefix(&e->source, &p) != ERR_OK || cfg_acl_prefix(&e->destination, &p) != ERR_OK)
		return "has a wildcard with holes, which no selector has";
	if (e->source.port_except || e->destination.port_except)
		return "has 'neq', which no selector has";
	if (e->protocol != IPPROTO_TCP && e->protocol != IPPROTO_UDP && (has_ports(&e->source) || has_ports(&e->destination)))
		return "has ports, which its protocol hasn't";
	if (e->only != NULL)
		return "asks for more than addresses, protocol and ports, which no selector has";
	return NULL;
}

static unsigned check_entries(struct cfg_build *b, struct cfg_interface *i, const struct cfg_acl *acl)
{
	unsigned count = 0;

	for (const struct cfg_ace *e = acl->entries; e != NULL; e = e->next, count++)
		if (fault_of(e) != NULL)
			cfg_build_lack(b, &i->object, e->stmt->line, "a line of '%s' %s", acl->object.title, fault_of(e));
	return count;
}

static unsigned check_family(struct cfg_build *b, struct cfg_interface *i, const struct cfg_acl *acl, uint8_t family)
{
	const char *word = family == AF_INET ? "ipv4" : "ipv6";

	if (acl == NULL)
		return 0;
	if (acl->family != family || !acl->extended)
		cfg_build_lack(b, &i->object, 0, "'tunnel protection ipsec policy %s' needs an %s: '%s' is none", word,
			family == AF_INET ? "extended IPv4 access list" : "IPv6 access list", acl->object.title);
	if (!cfg_model_mode_carries(i->tunnel.mode, family))
		cfg_build_lack(b, &i->object, 0, "'tunnel protection ipsec policy %s': 'tunnel mode %s' doesn't carry it", word,
			cfg_model_mode_name(i->tunnel.mode));
	return check_entries(b, i, acl);
}

void cfg_check_acl_routes(struct cfg_build *b, struct cfg_authz_policy *p)
{
	struct addr_prefix prefix;

	for (const struct cfg_route_set *set = p->route_sets; set != NULL; set = set->next) {
		if (set->acl == NULL)
			continue;
		if (set->acl->family != set->family)
			cfg_build_lack(b, &p->object, set->line, "'%s' is of the other family", set->acl->object.title);
		for (const struct cfg_ace *e = set->acl->entries; e != NULL; e = e->next)
			if (e->permit && cfg_acl_prefix(&e->source, &prefix) != ERR_OK)
				cfg_build_lack(b, &p->object, e->stmt->line, "a line of '%s' has a wildcard with holes, which no route has",
					set->acl->object.title);
	}
}

void cfg_check_acl_policy(struct cfg_build *b, struct cfg_interface *i)
{
	const struct cfg_tunnel *t = &i->tunnel;
	unsigned count;

	if (t->policy_line == NULL)
		return;
	if (i->type != CFG_IF_TUNNEL) {
		cfg_build_error(b, t->policy_line, NULL, "'tunnel protection ipsec policy' is for a static Tunnel");
		return;
	}
	if (cfg_model_mode_is_gre(t->mode)) {
		cfg_build_error(b, t->policy_line, NULL, "'tunnel protection ipsec policy' needs 'tunnel mode ipsec', not 'tunnel mode %s'",
			cfg_model_mode_name(t->mode));
		return;
	}
	count = check_family(b, i, t->policy, AF_INET) + check_family(b, i, t->policy6, AF_INET6);
	if (count == 0)
		cfg_build_lack(b, &i->object, 0, "'tunnel protection ipsec policy': no line of the access list permits anything");
	if (count > CFG_POLICY_LINES)
		cfg_build_lack(b, &i->object, 0, "'tunnel protection ipsec policy': %u lines, and a tunnel has %d CHILD_SAs at most", count,
			CFG_POLICY_LINES);
}
