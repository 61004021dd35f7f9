/*
 * Profile derivation, the merge: the stronger policy is laid over the weaker one.  Pure; called by aaa/authorize.
 */
#include "aaa/grant.h"

#include <string.h>

/* Lets 'p' decide what it speaks of. */
static void lay_over(struct aaa_grant *g, const struct cfg_authz_policy *p)
{
	if (p->pool != NULL)
		g->pool = p->pool;
	if (p->ipv6_pool != NULL)
		g->ipv6_pool = p->ipv6_pool;
	if (!addr_is_any(&p->netmask))
		g->netmask = p->netmask;
	if (p->dns_count != 0) {
		memcpy(g->dns, p->dns, sizeof(g->dns));
		g->dns_count = p->dns_count;
	}
	if (p->session_lifetime_s != 0)
		g->session_lifetime_s = p->session_lifetime_s;
	if (!addr_is_any(&p->ipv6_dns))
		g->ipv6_dns = p->ipv6_dns;
}

static void accept_routes(struct aaa_grant *g, const struct cfg_authz_policy *p)
{
	g->route_accept = p->route_accept;
	g->route_distance = p->route_distance;
	g->route_tag = p->route_tag;
}

static void add_source(struct aaa_grant *g, const struct cfg_authz_policy *p, enum cfg_origin origin)
{
	if (p == NULL)
		return;
	g->origin[g->source_count] = (uint8_t)origin;
	g->source[g->source_count++] = p;
}

unsigned aaa_grant_lines(const struct aaa_grant *grant, struct cfg_derive_line *out, unsigned max)
{
	unsigned count = 0;

	for (unsigned i = 0; i < grant->source_count; i++)
		for (const struct cfg_attribute_use *use = grant->source[i]->attributes; use != NULL; use = use->next)
			for (const struct cfg_attribute *a = use->list->lines; a != NULL; a = a->next, count++)
				if (out != NULL && count < max)
					out[count] = (struct cfg_derive_line){ a->text, (enum cfg_origin)grant->origin[i] };
	return count;
}

void aaa_grant_merge(struct aaa_grant *out, const struct cfg_authz_policy *user, const struct cfg_authz_policy *group, bool group_overrides)
{
	const struct cfg_authz_policy *weak = group_overrides ? user : group;
	const struct cfg_authz_policy *strong = group_overrides ? group : user;

	memset(out, 0, sizeof(*out));
	out->active = true;
	add_source(out, user, CFG_ORIGIN_USER);
	add_source(out, group, CFG_ORIGIN_GROUP);
	if (weak != NULL)
		lay_over(out, weak);
	if (strong != NULL)
		lay_over(out, strong);
	/* The default is for what no policy mentions. */
	if (strong != NULL && (weak == NULL || strong->route_accept_written))
		accept_routes(out, strong);
	else if (weak != NULL)
		accept_routes(out, weak);
}
