/*
 * The names of the typed model and its end of life.  build.c fills it; see model.h.
 */
#include "cfg/model.h"

#include <stdlib.h>

#include "cfg/stmt.h"

static const char *const kind_name[CFG_KIND_COUNT] = {
	[CFG_KIND_NONE] = "line",
	[CFG_KIND_INTERFACE] = "interface",
	[CFG_KIND_ROUTE] = "route",
	[CFG_KIND_POOL] = "ip local pool",
	[CFG_KIND_IPV6_POOL] = "ipv6 local pool",
	[CFG_KIND_PROPOSAL] = "crypto ikev2 proposal",
	[CFG_KIND_POLICY] = "crypto ikev2 policy",
	[CFG_KIND_KEYRING] = "crypto ikev2 keyring",
	[CFG_KIND_KEYRING_PEER] = "peer",
	[CFG_KIND_PROFILE] = "crypto ikev2 profile",
	[CFG_KIND_AUTHZ_POLICY] = "crypto ikev2 authorization policy",
	[CFG_KIND_TRANSFORM_SET] = "crypto ipsec transform-set",
	[CFG_KIND_IPSEC_PROFILE] = "crypto ipsec profile",
	[CFG_KIND_AAA_LIST] = "aaa authorization network",
	[CFG_KIND_LOGIN_LIST] = "aaa authentication login",
	[CFG_KIND_USER] = "username",
	[CFG_KIND_ATTRIBUTE_LIST] = "aaa attribute list",
	[CFG_KIND_TRUSTPOINT] = "crypto pki trustpoint",
	[CFG_KIND_CERT_MAP] = "crypto pki certificate map",
	[CFG_KIND_MANGLER] = "crypto ikev2 name-mangler",
	[CFG_KIND_ACL] = "access-list",
	[CFG_KIND_TRACK] = "track",
	[CFG_KIND_SLA] = "ip sla",
	[CFG_KIND_POLICY_MAP] = "policy-map",
	[CFG_KIND_CLASS_MAP] = "class-map",
	[CFG_KIND_VRF] = "vrf definition",
	[CFG_KIND_OTHER] = "object",
};

static const char *const if_type_name[CFG_IF_COUNT] = {
	[CFG_IF_ETHERNET] = "Ethernet",
	[CFG_IF_FAST_ETHERNET] = "FastEthernet",
	[CFG_IF_GIGABIT_ETHERNET] = "GigabitEthernet",
	[CFG_IF_TEN_GIGABIT_ETHERNET] = "TenGigabitEthernet",
	[CFG_IF_LOOPBACK] = "Loopback",
	[CFG_IF_TUNNEL] = "Tunnel",
	[CFG_IF_VIRTUAL_TEMPLATE] = "Virtual-Template",
	[CFG_IF_VIRTUAL_ACCESS] = "Virtual-Access",
	[CFG_IF_DIALER] = "Dialer",
	[CFG_IF_CELLULAR] = "Cellular",
	[CFG_IF_SERIAL] = "Serial",
	[CFG_IF_NULL] = "Null",
	[CFG_IF_VLAN] = "Vlan",
};

static const char *const enc_name[CFG_ENC_COUNT] = {
	[CFG_ENC_AES_CBC_128] = "aes-cbc-128",
	[CFG_ENC_AES_CBC_192] = "aes-cbc-192",
	[CFG_ENC_AES_CBC_256] = "aes-cbc-256",
	[CFG_ENC_AES_GCM_128] = "aes-gcm-128",
	[CFG_ENC_AES_GCM_192] = "aes-gcm-192",
	[CFG_ENC_AES_GCM_256] = "aes-gcm-256",
	[CFG_ENC_CHACHA20_POLY1305] = "chacha20-poly1305",
	[CFG_ENC_3DES] = "3des",
	[CFG_ENC_DES] = "des",
	[CFG_ENC_NULL] = "null",
};

static const char *const hash_name[CFG_HASH_COUNT] = {
	[CFG_HASH_NONE] = "none",
	[CFG_HASH_MD5] = "md5",
	[CFG_HASH_SHA1] = "sha1",
	[CFG_HASH_SHA256] = "sha256",
	[CFG_HASH_SHA384] = "sha384",
	[CFG_HASH_SHA512] = "sha512",
};

static const char *const mode_name[] = {
	[CFG_TUNNEL_GRE_IP] = "gre ip",
	[CFG_TUNNEL_GRE_IPV6] = "gre ipv6",
	[CFG_TUNNEL_IPSEC_IPV4] = "ipsec ipv4",
	[CFG_TUNNEL_IPSEC_IPV4_V6_OVERLAY] = "ipsec ipv4 v6-overlay",
	[CFG_TUNNEL_IPSEC_IPV6] = "ipsec ipv6",
	[CFG_TUNNEL_IPSEC_IPV6_V4_OVERLAY] = "ipsec ipv6 v4-overlay",
	[CFG_TUNNEL_IPSEC_DUAL] = "ipsec dual-overlay",
};

const char *cfg_model_kind_name(enum cfg_kind kind)
{
	return kind_name[kind];
}

const char *cfg_model_if_type_name(enum cfg_if_type type)
{
	return if_type_name[type];
}

const char *cfg_model_enc_name(enum cfg_enc enc)
{
	return enc_name[enc];
}

const char *cfg_model_hash_name(enum cfg_hash hash)
{
	return hash_name[hash];
}

const char *cfg_model_mode_name(enum cfg_tunnel_mode mode)
{
	return mode_name[mode];
}

bool cfg_model_enc_is_aead(enum cfg_enc enc)
{
	return enc == CFG_ENC_AES_GCM_128 || enc == CFG_ENC_AES_GCM_192 || enc == CFG_ENC_AES_GCM_256 || enc == CFG_ENC_CHACHA20_POLY1305;
}

bool cfg_model_mode_is_gre(enum cfg_tunnel_mode mode)
{
	return mode == CFG_TUNNEL_GRE_IP || mode == CFG_TUNNEL_GRE_IPV6;
}

bool cfg_model_mode_carries(enum cfg_tunnel_mode mode, uint8_t family)
{
	switch (mode) {
	case CFG_TUNNEL_IPSEC_IPV4:
	case CFG_TUNNEL_IPSEC_IPV6_V4_OVERLAY:
		return family == AF_INET;
	case CFG_TUNNEL_IPSEC_IPV6:
	case CFG_TUNNEL_IPSEC_IPV4_V6_OVERLAY:
		return family == AF_INET6;
	case CFG_TUNNEL_GRE_IP:
	case CFG_TUNNEL_GRE_IPV6:
	case CFG_TUNNEL_IPSEC_DUAL:
		break;
	}
	return true;
}

void cfg_model_free(struct cfg_model *m)
{
	if (m == NULL)
		return;
	cfg_stmt_tree_free(m->tree);
	map_fini(&m->by_name);
	arena_fini(&m->arena);
	free(m);
}
