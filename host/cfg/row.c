#include "cfg/row.h"

#include <string.h>

static const char *const mode_name[CFG_MODE_COUNT] = {
	[CFG_MODE_NONE] = "none",
	[CFG_MODE_GLOBAL] = "global configuration",
	[CFG_MODE_INTERFACE] = "interface",
	[CFG_MODE_PROPOSAL] = "crypto ikev2 proposal",
	[CFG_MODE_POLICY] = "crypto ikev2 policy",
	[CFG_MODE_KEYRING] = "crypto ikev2 keyring",
	[CFG_MODE_KEYRING_PEER] = "peer of a keyring",
	[CFG_MODE_PROFILE] = "crypto ikev2 profile",
	[CFG_MODE_AUTHZ_POLICY] = "crypto ikev2 authorization policy",
	[CFG_MODE_MANGLER] = "crypto ikev2 name-mangler",
	[CFG_MODE_CLIENT] = "crypto ikev2 client flexvpn",
	[CFG_MODE_CLUSTER] = "crypto ikev2 cluster",
	[CFG_MODE_TRANSFORM_SET] = "crypto ipsec transform-set",
	[CFG_MODE_IPSEC_PROFILE] = "crypto ipsec profile",
	[CFG_MODE_VRF] = "vrf definition",
	[CFG_MODE_VRF_FAMILY] = "address-family of a VRF",
	[CFG_MODE_ROUTE_MAP] = "route-map",
	[CFG_MODE_ACL_STANDARD] = "ip access-list standard",
	[CFG_MODE_ACL_EXTENDED] = "ip access-list extended",
	[CFG_MODE_ACL_IPV6] = "ipv6 access-list",
	[CFG_MODE_ROUTER_IGP] = "router",
	[CFG_MODE_BGP] = "router bgp",
	[CFG_MODE_BGP_FAMILY] = "address-family of BGP",
	[CFG_MODE_BFD_TEMPLATE] = "bfd-template",
	[CFG_MODE_TRACK] = "track",
	[CFG_MODE_SLA] = "ip sla",
	[CFG_MODE_SLA_ECHO] = "icmp-echo",
	[CFG_MODE_POLICY_MAP] = "policy-map",
	[CFG_MODE_POLICY_CLASS] = "class",
	[CFG_MODE_POLICE] = "police",
	[CFG_MODE_CLASS_MAP] = "class-map",
	[CFG_MODE_TRUSTPOINT] = "crypto pki trustpoint",
	[CFG_MODE_ENROLLMENT] = "crypto pki profile enrollment",
	[CFG_MODE_CERT_MAP] = "crypto pki certificate map",
	[CFG_MODE_CERT_CHAIN] = "crypto pki certificate chain",
	[CFG_MODE_PKI_SERVER] = "crypto pki server",
	[CFG_MODE_AAA_GROUP] = "aaa group server radius",
	[CFG_MODE_RADIUS_SERVER] = "radius server",
	[CFG_MODE_DYNAMIC_AUTHOR] = "aaa server radius dynamic-author",
	[CFG_MODE_ATTRIBUTE_LIST] = "aaa attribute list",
	[CFG_MODE_APPLET] = "event manager applet",
	[CFG_MODE_LINE] = "line",
	[CFG_MODE_ARCHIVE] = "archive",
	[CFG_MODE_CONTROL_PLANE] = "control-plane",
	[CFG_MODE_REDUNDANCY] = "redundancy",
	[CFG_MODE_PLATFORM] = "the platform file",
	[CFG_MODE_PORT] = "port",
};

static const struct {
	const char *ref, *name;
} ref_names[] = {
	{ "interface", "interface" },
	{ "vrf", "vrf definition" },
	{ "pool", "ip local pool" },
	{ "ipv6-pool", "ipv6 local pool" },
	{ "proposal", "crypto ikev2 proposal" },
	{ "keyring", "crypto ikev2 keyring" },
	{ "profile", "crypto ikev2 profile" },
	{ "mangler", "crypto ikev2 name-mangler" },
	{ "transform-set", "crypto ipsec transform-set" },
	{ "ipsec-profile", "crypto ipsec profile" },
	{ "aaa-network", "aaa authorization network" },
	{ "aaa-login", "aaa authentication login" },
	{ "aaa-accounting", "aaa accounting network" },
	{ "radius-group", "aaa group server radius" },
	{ "radius-server", "radius server" },
	{ "attribute-list", "aaa attribute list" },
	{ "trustpoint", "crypto pki trustpoint" },
	{ "cert-map", "crypto pki certificate map" },
	{ "enrollment", "crypto pki profile enrollment" },
	{ "acl", "access-list" },
	{ "policy-map", "policy-map" },
	{ "class-map", "class-map" },
	{ "route-map", "route-map" },
	{ "bfd-template", "bfd-template" },
	{ "track", "track" },
	{ "sla", "ip sla" },
};

const char *cfg_row_mode_name(enum cfg_mode mode)
{
	return mode_name[mode];
}

const char *cfg_row_ref_name(const char *ref)
{
	for (size_t i = 0; i < sizeof(ref_names) / sizeof(ref_names[0]); i++)
		if (strcmp(ref_names[i].ref, ref) == 0)
			return ref_names[i].name;
	return ref;
}
