/*
 * What goes into CFG_REQUEST, CFG_REPLY and CFG_SET, and what is taken from the peer's.  Called by session/bind.
 */
#include "session/exchange.h"

#include <string.h>

#include "cfg/acl.h"

struct addr session_exchange_own_address(const struct cfg_interface *i, uint8_t family)
{
	struct addr none = { .family = 0 };

	if (family == AF_INET) {
		if (i->ip_how == CFG_IP_UNNUMBERED)
			i = i->ip_lender;
		return i != NULL && i->ip_how == CFG_IP_ADDRESS ? i->ip.addr : none;
	}
	if (i->ipv6 == NULL && i->ipv6_lender != NULL)
		i = i->ipv6_lender;
	return i->ipv6 != NULL ? i->ipv6->prefix.addr : none;
}

bool session_exchange_owns(const struct cfg_interface *i, const struct addr *a)
{
	if (i->ip_how == CFG_IP_UNNUMBERED && i->ip_lender != NULL)
		i = i->ip_lender;
	if (i->ip_how == CFG_IP_ADDRESS && addr_eq(&i->ip.addr, a))
		return true;
	for (const struct cfg_ipv6_addr *six = i->ipv6; six != NULL; six = six->next)
		if (addr_eq(&six->prefix.addr, a))
			return true;
	return false;
}

static void add_prefix(const struct addr_prefix *p, enum cfg_tunnel_mode mode, struct ike_config *out)
{
	struct addr_prefix net = *p;

	net.addr = addr_network(p);
	if (addr_bits(&net.addr) == 0 || !cfg_model_mode_carries(mode, net.addr.family) || out->prefix_count == IKE_CONFIG_PREFIXES)
		return;
	for (unsigned i = 0; i < out->prefix_count; i++)
		if (addr_prefix_eq(&out->prefix[i], &net))
			return;
	out->prefix[out->prefix_count++] = net;
}

static void add_connected(const struct cfg_interface *i, enum cfg_tunnel_mode mode, struct ike_config *out)
{
	if (i->ip_how == CFG_IP_ADDRESS)
		add_prefix(&i->ip, mode, out);
	for (const struct cfg_ipv6_addr *six = i->ipv6; six != NULL; six = six->next)
		add_prefix(&six->prefix, mode, out);
}

static void add_permitted(const struct cfg_acl *acl, enum cfg_tunnel_mode mode, struct ike_config *out)
{
	for (const struct cfg_ace *e = acl == NULL ? NULL : acl->entries; e != NULL; e = e->next) {
		struct addr_prefix p;

		if (e->permit && cfg_acl_prefix(&e->source, &p) == ERR_OK)
			add_prefix(&p, mode, out);
	}
}

static void add_set(const struct cfg_route_set *set, enum cfg_tunnel_mode mode, const struct addr own[2], struct ike_config *out)
{
	if (set->how == CFG_SET_PREFIX_REMOTE) {
		add_prefix(&set->prefix, mode, out);
	} else if (set->how == CFG_SET_ACL) {
		add_permitted(set->acl, mode, out);
	} else if (set->how == CFG_SET_INTERFACE && set->interface != NULL) {
		add_connected(set->interface, mode, out);
	} else if (set->how == CFG_SET_INTERFACE) {
		for (int i = 0; i < 2; i++) {
			struct addr_prefix host = addr_prefix_host(&own[i]);

			add_prefix(&host, mode, out);
		}
	}
}

void session_exchange_routes(const struct aaa_grant *grant, enum cfg_tunnel_mode mode, const struct addr own[2], struct ike_config *out)
{
	for (unsigned i = 0; i < grant->source_count; i++)
		for (const struct cfg_route_set *set = grant->source[i]->route_sets; set != NULL; set = set->next)
			add_set(set, mode, own, out);
}

unsigned session_exchange_local_routes(const struct aaa_grant *grant, enum cfg_tunnel_mode mode, struct addr_prefix *out, unsigned max)
{
	unsigned count = 0;

	for (unsigned i = 0; i < grant->source_count; i++)
		for (const struct cfg_route_set *set = grant->source[i]->route_sets; set != NULL; set = set->next)
			if (set->how == CFG_SET_PREFIX_LOCAL && count < max && cfg_model_mode_carries(mode, set->prefix.addr.family))
				out[count++] = set->prefix;
	return count;
}

/* Addresses that no route may lead to a peer: unspecified, the box's own loopback, the link, groups. */
static bool is_martian(const struct addr_prefix *p)
{
	static const struct addr_prefix martian[] = {
		{ .addr = { .family = AF_INET, .b = { 0 } }, .len = 8 },
		{ .addr = { .family = AF_INET, .b = { 127 } }, .len = 8 },
		{ .addr = { .family = AF_INET, .b = { 169, 254 } }, .len = 16 },
		{ .addr = { .family = AF_INET, .b = { 224 } }, .len = 3 },
		{ .addr = { .family = AF_INET6, .b = { 0 } }, .len = 127 }, /* :: and ::1 */
		{ .addr = { .family = AF_INET6, .b = { 0xfe, 0x80 } }, .len = 10 },
		{ .addr = { .family = AF_INET6, .b = { 0xff } }, .len = 8 },
	};

	for (size_t i = 0; i < sizeof(martian) / sizeof(martian[0]); i++)
		if (p->len >= martian[i].len && addr_in(&martian[i], &p->addr))
			return true;
	return false;
}

bool session_exchange_accepts(const struct aaa_grant *grant, enum cfg_tunnel_mode mode, const struct addr_prefix *p)
{
	return grant->active && grant->route_accept && cfg_model_mode_carries(mode, p->addr.family) && !is_martian(p);
}

void session_exchange_wants(const struct cfg_interface *tunnel, struct ike_config *out)
{
	memset(out, 0, sizeof(*out));
	out->want = IKE_WANT_VERSION;
	if (cfg_model_mode_carries(tunnel->tunnel.mode, AF_INET))
		out->want |= IKE_WANT_SUBNET4;
	if (cfg_model_mode_carries(tunnel->tunnel.mode, AF_INET6))
		out->want |= IKE_WANT_SUBNET6;
	if (tunnel->ip_how == CFG_IP_NEGOTIATED)
		out->want |= IKE_WANT_IP4 | IKE_WANT_NETMASK | IKE_WANT_DNS4;
}
