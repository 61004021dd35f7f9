/*
 * Interfaces, tunnels and templates as cli.md 3 wants them.  Part of cfg_check_model.
 */
#include "cfg/check_if.h"

#include <string.h>

#include "cfg/acl.h"
#include "cfg/check_acl.h"
#include "cfg/check_qos.h"

static bool has_ip(const struct cfg_interface *i, uint8_t family)
{
	if (family == AF_INET)
		return i->ip_how != CFG_IP_NONE;
	return i->ipv6 != NULL || i->ipv6_enable || i->ipv6_lender != NULL;
}

static const char *family_name(uint8_t family)
{
	return family == AF_INET ? "IPv4" : "IPv6";
}

/* The family that carries the tunnel; 0: that of its destination. */
static uint8_t transport_of(enum cfg_tunnel_mode mode)
{
	switch (mode) {
	case CFG_TUNNEL_GRE_IPV6:
	case CFG_TUNNEL_IPSEC_IPV6:
	case CFG_TUNNEL_IPSEC_IPV6_V4_OVERLAY:
		return AF_INET6;
	case CFG_TUNNEL_IPSEC_DUAL:
		return 0;
	default:
		return AF_INET;
	}
}

/* Both NULL: the global one. */
static bool same_vrf(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void check_vrf(struct cfg_build *b, struct cfg_interface *i)
{
	const struct cfg_vrf *vrf = i->vrf == NULL ? NULL : cfg_find_vrf(b->m, i->vrf);

	if (vrf == NULL)
		return; /* or dangling: said already */
	if (has_ip(i, AF_INET) && !vrf->family[CFG_IPV4])
		cfg_build_lack(b, &i->object, 0, "'%s' has no 'address-family ipv4'", vrf->object.title);
	if (has_ip(i, AF_INET6) && !vrf->family[CFG_IPV6])
		cfg_build_lack(b, &i->object, 0, "'%s' has no 'address-family ipv6'", vrf->object.title);
}

static void check_lenders(struct cfg_build *b, struct cfg_interface *i)
{
	const struct cfg_interface *four = i->ip_lender, *six = i->ipv6_lender;

	if (four != NULL && (four->ip_how == CFG_IP_NONE || four->ip_how == CFG_IP_UNNUMBERED))
		cfg_build_lack(b, &i->object, 0, "'ip unnumbered': %s has no IPv4 address of its own", four->object.name);
	if (six != NULL && six->ipv6 == NULL)
		cfg_build_lack(b, &i->object, 0, "'ipv6 unnumbered': %s has no IPv6 address of its own", six->object.name);
	if (i->type == CFG_IF_VIRTUAL_TEMPLATE)
		return; /* its VRF is a matter of the profile's, too */
	if (four != NULL && !same_vrf(four->vrf, i->vrf))
		cfg_build_lack(b, &i->object, 0, "'ip unnumbered': %s is in another VRF", four->object.name);
	if (six != NULL && !same_vrf(six->vrf, i->vrf))
		cfg_build_lack(b, &i->object, 0, "'ipv6 unnumbered': %s is in another VRF", six->object.name);
}

static void check_transport(struct cfg_build *b, struct cfg_interface *i)
{
	const struct cfg_tunnel *t = &i->tunnel;
	uint8_t family = transport_of(t->mode);

	if (family == 0)
		family = t->destination.family;
	if (t->destination.family != 0 && t->destination.family != family)
		cfg_build_lack(
			b, &i->object, 0, "'tunnel mode %s' needs an %s destination", cfg_model_mode_name(t->mode), family_name(family));
	if (t->source_how == CFG_END_ADDRESS && family != 0 && t->source_addr.family != family)
		cfg_build_lack(b, &i->object, 0, "'tunnel mode %s' needs an %s source", cfg_model_mode_name(t->mode), family_name(family));
	if (t->source_if != NULL && family != 0 && !has_ip(t->source_if, family))
		cfg_build_lack(b, &i->object, 0, "'tunnel source': %s has no %s address", t->source_if->object.name, family_name(family));
	if (t->source_if != NULL && !same_vrf(t->source_if->vrf, t->fvrf))
		cfg_build_lack(b, &i->object, 0, "'tunnel source': %s isn't in the VRF of 'tunnel vrf'", t->source_if->object.name);
}

static void check_protection(struct cfg_build *b, struct cfg_interface *i)
{
	const struct cfg_ipsec_profile *p = i->tunnel.protection;

	if (p == NULL && i->type == CFG_IF_TUNNEL && cfg_model_mode_is_gre(i->tunnel.mode)) {
		if (i->ip_how == CFG_IP_NEGOTIATED)
			cfg_build_lack(b, &i->object, 0, "'ip address negotiated' needs 'tunnel protection ipsec profile'");
	} else if (p == NULL)
		cfg_build_lack(
			b, &i->object, 0, "'tunnel mode %s' needs 'tunnel protection ipsec profile'", cfg_model_mode_name(i->tunnel.mode));
	if (p == NULL)
		return;
	if (!p->object.complete)
		cfg_build_lack(b, &i->object, 0, "'%s' isn't complete", p->object.title);
	else if (i->ip_how == CFG_IP_NEGOTIATED && p->ikev2_profile->authz == NULL)
		cfg_build_lack(
			b, &i->object, 0, "'ip address negotiated' needs 'aaa authorization' in '%s'", p->ikev2_profile->object.title);
}

static void check_tunnel(struct cfg_build *b, struct cfg_interface *i)
{
	if (i->tunnel.source_how == CFG_END_NONE)
		cfg_build_lack(b, &i->object, 0, "needs 'tunnel source'");
	if (i->tunnel.destination_how == CFG_END_NONE)
		cfg_build_lack(b, &i->object, 0, "needs 'tunnel destination'");
	check_transport(b, i);
	check_protection(b, i);
	cfg_check_acl_policy(b, i);
}

static void check_template(struct cfg_build *b, struct cfg_interface *i)
{
	if (i->ip_how == CFG_IP_ADDRESS || i->ip_how == CFG_IP_NEGOTIATED || i->ipv6 != NULL)
		cfg_build_lack(b, &i->object, 0, "a template has no address of its own: use 'ip unnumbered'");
	if (i->tunnel.destination_how != CFG_END_NONE)
		cfg_build_lack(b, &i->object, 0, "a template has no 'tunnel destination'");
	check_transport(b, i);
	check_protection(b, i);
	cfg_check_acl_policy(b, i);
}

static void check_list(struct cfg_build *b, struct cfg_interface *i, const struct cfg_acl *acl, uint8_t family)
{
	if (acl == NULL)
		return;
	if (acl->entries == NULL || !acl->object.complete)
		cfg_build_lack(b, &i->object, 0, "'%s' has no lines", acl->object.title);
	else if (acl->family != family)
		cfg_build_lack(b, &i->object, 0, "'%s' is no list of %s", acl->object.title, family_name(family));
	for (const struct cfg_ace *e = acl->entries; e != NULL; e = e->next)
		if (cfg_acl_fault(e) != NULL)
			cfg_build_lack(b, &i->object, 0, "a line of '%s' %s", acl->object.title, cfg_acl_fault(e));
}

/* What would filter must be able to: an interface that has no packets, or a list that says nothing, isn't used. */
static void check_features(struct cfg_build *b, struct cfg_interface *i)
{
	for (unsigned f = 0; f < CFG_FAMILIES; f++) {
		const struct cfg_feature *x = &i->feature[f];

		for (unsigned way = 0; way < CFG_ACL_WAYS; way++)
			check_list(b, i, x->acl[way], f == CFG_IPV6 ? AF_INET6 : AF_INET);
		if (i->type == CFG_IF_LOOPBACK && (x->acl[CFG_ACL_IN] != NULL || x->acl[CFG_ACL_OUT] != NULL || x->urpf != CFG_URPF_OFF))
			cfg_build_lack(b, &i->object, 0, "filters are for ports and tunnels");
	}
}

void cfg_check_if(struct cfg_build *b, struct cfg_interface *i)
{
	check_features(b, i);
	cfg_check_service(b, i);
	check_vrf(b, i);
	check_lenders(b, i);
	if (i->type == CFG_IF_TUNNEL)
		check_tunnel(b, i);
	else if (i->type == CFG_IF_VIRTUAL_TEMPLATE)
		check_template(b, i);
	else if (i->ip_how == CFG_IP_NEGOTIATED)
		cfg_build_lack(b, &i->object, 0, "'ip address negotiated' is for tunnels");
}

void cfg_check_route(struct cfg_build *b, struct cfg_route *r)
{
	if (r->via_if != NULL && !same_vrf(r->via_if->vrf, r->vrf))
		cfg_build_lack(b, &r->object, 0, "%s is in another VRF", r->if_name);
}

const char *cfg_check_clone(const struct cfg_interface *i, const char *ivrf)
{
	const char *inner = i->vrf != NULL ? i->vrf : ivrf;

	if (ivrf != NULL && !same_vrf(ivrf, inner))
		return "is in another VRF than 'ivrf'";
	if (i->ip_lender != NULL && !same_vrf(i->ip_lender->vrf, inner))
		return "'ip unnumbered' is in another VRF";
	if (i->ipv6_lender != NULL && !same_vrf(i->ipv6_lender->vrf, inner))
		return "'ipv6 unnumbered' is in another VRF";
	return NULL;
}
