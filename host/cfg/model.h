#ifndef CFG_MODEL_H
#define CFG_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/map.h"
#include "base/secret.h"
#include "cfg/date.h"
#include "cfg/policy.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A configuration as the programs read it: typed, references resolved, frozen.  cfg_load builds one, nobody changes
 * it afterwards; a reload builds another and swaps the pointer.  Everything in it, strings included, lives as long
 * as the model (cfg_model_free).  Absent is NULL, 0 or family 0; what has a default always carries its value.
 *
 * Every object tells whether it is complete.  An incomplete one is never used: whoever walks a list asks
 * object.complete first.  A reference is NULL or points to an object, which may itself be incomplete; completeness
 * is not inherited but where the language says so (a profile without a usable keyring is itself incomplete).
 */

struct cfg_lang; /* cfg/load.h: the language */
struct cfg_stmt; /* cfg/stmt.h: a line of the configuration */
struct cfg_tree; /* all of them */

enum cfg_kind {
	CFG_KIND_NONE,
	CFG_KIND_INTERFACE,
	CFG_KIND_ROUTE,
	CFG_KIND_POOL,
	CFG_KIND_IPV6_POOL,
	CFG_KIND_PROPOSAL,
	CFG_KIND_POLICY,
	CFG_KIND_KEYRING,
	CFG_KIND_KEYRING_PEER,
	CFG_KIND_PROFILE,
	CFG_KIND_AUTHZ_POLICY,
	CFG_KIND_TRANSFORM_SET,
	CFG_KIND_IPSEC_PROFILE,
	CFG_KIND_AAA_LIST,
	CFG_KIND_LOGIN_LIST,
	CFG_KIND_USER,
	CFG_KIND_ATTRIBUTE_LIST,
	CFG_KIND_TRUSTPOINT,
	CFG_KIND_CERT_MAP,
	CFG_KIND_MANGLER,
	CFG_KIND_ACL,
	CFG_KIND_TRACK,
	CFG_KIND_SLA,
	CFG_KIND_POLICY_MAP,
	CFG_KIND_CLASS_MAP,
	CFG_KIND_VRF,
	CFG_KIND_OTHER, /* an object in the grammar that no code uses yet */
	CFG_KIND_COUNT
};

/* Why an object isn't complete. */
struct cfg_reason {
	const struct cfg_reason *next;
	const char *text;
	uint32_t line; /* of the line that causes it, 0: none does */
};

/* What every object begins with. */
struct cfg_object {
	enum cfg_kind kind;
	const char *name;  /* "Tunnel0", "default" */
	const char *title; /* the line that opens it: "crypto ikev2 profile default" */
	uint32_t line;     /* of that line, 0: built in and not written */
	bool builtin;      /* a smart default that the file leaves as it is */
	bool complete;
	const struct cfg_reason *reasons; /* empty when complete */
	const struct cfg_stmt *stmt;      /* the line, NULL: not written */
	struct cfg_object *next_object;   /* all objects of the model, in order of writing */
	struct map_node by_name;          /* for cfg_find */
};

/* ---- identities ---- */

enum cfg_id_type { CFG_ID_NONE, CFG_ID_ADDRESS, CFG_ID_FQDN, CFG_ID_EMAIL, CFG_ID_KEY_ID, CFG_ID_DN };

struct cfg_identity {
	enum cfg_id_type type;
	struct addr addr; /* CFG_ID_ADDRESS */
	const char *text; /* the others but DN */
};

enum cfg_match_how { CFG_MATCH_ANY, CFG_MATCH_DOMAIN, CFG_MATCH_PREFIX, CFG_MATCH_EXACT }; /* rising: more specific */

/*
 * `match identity remote …`.  ANY: every identity.  EXACT: id.type and value (FQDN and e-mail without regard to
 * case).  DOMAIN: id.type, and the value ends in id.text at a label boundary (after '@' for e-mail).  PREFIX: an
 * address inside 'prefix'; the longer the more specific.
 */
struct cfg_id_match {
	const struct cfg_id_match *next;
	enum cfg_match_how how;
	struct cfg_identity id;
	struct addr_prefix prefix;
	uint32_t line;
};

/* A front VRF to match: none named means the global one. */
struct cfg_vrf_match {
	bool any;
	const char *vrf; /* NULL: global */
};

/* ---- PKI ---- */

enum cfg_cert_field {
	CFG_CERT_SUBJECT,
	CFG_CERT_ISSUER,
	CFG_CERT_ALT_SUBJECT,
	CFG_CERT_SERIAL,
	CFG_CERT_NAME, /* subject or alternative name */
	CFG_CERT_UNSTRUCTURED,
	CFG_CERT_VALID_START,
	CFG_CERT_EXPIRES_ON
};
enum cfg_cert_how { CFG_CERT_CO, CFG_CERT_EQ, CFG_CERT_NC, CFG_CERT_NE, CFG_CERT_LT, CFG_CERT_GE, CFG_CERT_GT };

/* One line of a certificate map.  Lines of one sequence are AND-ed, sequences OR-ed. */
struct cfg_cert_line {
	const struct cfg_cert_line *next;
	uint32_t seq;
	enum cfg_cert_field field;
	enum cfg_cert_how how;
	const char *text;
	int64_t date_s; /* of the two dates instead: seconds since 1970 */
	uint32_t line;
};

struct cfg_cert_map {
	struct cfg_object object;
	struct cfg_cert_map *next;
	const struct cfg_cert_line *lines; /* of all sequences */
};

/* One file of `crypto pki import`. */
struct cfg_pki_import {
	const struct cfg_pki_import *next;
	const char *path; /* relative ones are beside the configuration */
	bool pkcs12;
	const struct secret *password; /* NULL: none */
	uint32_t line;
};

/* Methods of `revocation-check`, the next where the one before can't tell; NONE believes. */
enum cfg_revocation { CFG_REVOCATION_NONE, CFG_REVOCATION_CRL, CFG_REVOCATION_OCSP };
enum { CFG_REVOCATION_MAX = 3 };

struct cfg_trustpoint {
	struct cfg_object object;
	struct cfg_trustpoint *next;
	const struct cfg_pki_import *imports;
	enum cfg_revocation revocation[CFG_REVOCATION_MAX];
	unsigned revocation_count;
	const char *ocsp_url; /* NULL: what the certificate says */
	const char *cert_url; /* where our certificate is to be had, for peers that fetch it; NULL: it is sent */
};

/* `match certificate` and `pki trustpoint` of a profile. */
struct cfg_cert_match {
	const struct cfg_cert_match *next;
	const struct cfg_cert_map *map;
	uint32_t line;
};

struct cfg_pki_use {
	const struct cfg_pki_use *next;
	const struct cfg_trustpoint *trustpoint;
	bool sign, verify;
};

/* ---- access lists ---- */

/* One end of what an entry speaks of.  Bits that 'wildcard' has set may be any. */
struct cfg_ace_side {
	struct addr addr, wildcard;
	uint16_t port_first, port_last; /* 0 to 65535: any */
	bool port_except;               /* `neq`: every port but these */
};

struct cfg_ace {
	const struct cfg_ace *next;
	uint32_t seq; /* rising in the list */
	bool permit;
	uint8_t protocol;                        /* 0: any */
	struct cfg_ace_side source, destination; /* of a standard list: 'destination' is any */
	const char *only;                        /* "established", "echo"…: what else a packet must be; NULL: nothing */
	bool log;
	const struct cfg_stmt *stmt;
};

struct cfg_acl {
	struct cfg_object object;
	struct cfg_acl *next;
	uint8_t family; /* AF_INET, AF_INET6 */
	bool extended;
	const struct cfg_ace *entries; /* by rising 'seq'; what none speaks of is denied */
};

/* ---- interfaces ---- */

enum cfg_if_type {
	CFG_IF_ETHERNET,
	CFG_IF_FAST_ETHERNET,
	CFG_IF_GIGABIT_ETHERNET,
	CFG_IF_TEN_GIGABIT_ETHERNET,
	CFG_IF_LOOPBACK,
	CFG_IF_TUNNEL,
	CFG_IF_VIRTUAL_TEMPLATE,
	CFG_IF_VIRTUAL_ACCESS,
	CFG_IF_DIALER,
	CFG_IF_CELLULAR,
	CFG_IF_SERIAL,
	CFG_IF_NULL,
	CFG_IF_VLAN,
	CFG_IF_COUNT
};

enum { CFG_POLICY_LINES = 100 }; /* entries of the access lists of one tunnel: as many CHILD_SAs */

enum cfg_ip_how { CFG_IP_NONE, CFG_IP_ADDRESS, CFG_IP_NEGOTIATED, CFG_IP_UNNUMBERED };
enum cfg_end { CFG_END_NONE, CFG_END_ADDRESS, CFG_END_INTERFACE, CFG_END_DYNAMIC };

enum cfg_tunnel_mode {
	CFG_TUNNEL_GRE_IP, /* the default */
	CFG_TUNNEL_GRE_IPV6,
	CFG_TUNNEL_IPSEC_IPV4,
	CFG_TUNNEL_IPSEC_IPV4_V6_OVERLAY,
	CFG_TUNNEL_IPSEC_IPV6,
	CFG_TUNNEL_IPSEC_IPV6_V4_OVERLAY,
	CFG_TUNNEL_IPSEC_DUAL
};

struct cfg_interface;
struct cfg_ipsec_profile;

/* The `tunnel …` lines of a Tunnel or Virtual-Template. */
struct cfg_tunnel {
	enum cfg_end source_how;
	struct addr source_addr;
	const struct cfg_interface *source_if; /* NULL too when it isn't configured */
	enum cfg_end destination_how;          /* never INTERFACE */
	struct addr destination;
	enum cfg_tunnel_mode mode;
	bool mode_written;
	bool path_mtu_discovery;
	bool has_key;
	uint32_t key;
	const char *fvrf;                           /* `tunnel vrf` */
	const struct cfg_ipsec_profile *protection; /* NULL: not protected */
	bool shared;
	/* `tunnel protection ipsec policy`: a CHILD_SA for each entry; NULL: none of IPv4, IPv6. */
	const struct cfg_acl *policy, *policy6;
	const struct cfg_stmt *policy_line; /* the last of these lines; NULL: there is none */
};

struct cfg_ipv6_addr {
	const struct cfg_ipv6_addr *next;
	struct addr_prefix prefix; /* the address itself and its length */
};

/* ---- classes and policies ---- */

struct cfg_class_map {
	struct cfg_object object;
	struct cfg_class_map *next;
	bool any; /* match-any: one match suffices */
	const struct cfg_qos_match *matches;
};

/* `policy-map`: the classes in order; what is in none of them is in 'rest', class-default. */
struct cfg_policy_map {
	struct cfg_object object;
	struct cfg_policy_map *next;
	const struct cfg_policy_class *classes;
	struct cfg_policy_class rest;
	struct cfg_policy_class *current; /* while it is built: whose lines come */
};

enum { CFG_IPV4, CFG_IPV6, CFG_FAMILIES };
enum { CFG_ACL_IN, CFG_ACL_OUT, CFG_ACL_WAYS };

/* `ip verify unicast`: the source has a route; and that leads back to the interface. */
enum cfg_urpf { CFG_URPF_OFF, CFG_URPF_ANY, CFG_URPF_RX };

/* What an interface does to the packets of a family. */
struct cfg_feature {
	const struct cfg_acl *acl[CFG_ACL_WAYS]; /* NULL: none */
	enum cfg_urpf urpf;
	uint16_t mss; /* 0: none */
};

struct cfg_interface {
	struct cfg_object object;
	struct cfg_interface *next;
	enum cfg_if_type type;
	uint32_t unit; /* of Tunnel7: 7; of Ethernet0/1.3 see object.name */
	const char *description;
	bool shutdown;
	const char *vrf; /* NULL: global */
	enum cfg_ip_how ip_how;
	struct addr_prefix ip;                 /* ADDRESS: the address itself and its length */
	const struct cfg_interface *ip_lender; /* UNNUMBERED: who lends its address */
	const struct cfg_ipv6_addr *ipv6;
	bool ipv6_enable;
	const struct cfg_interface *ipv6_lender;
	uint16_t ip_mtu; /* 0: by the path */
	struct cfg_feature feature[CFG_FAMILIES];
	const struct cfg_policy_map *service[CFG_ACL_WAYS]; /* `service-policy`; NULL: none */
	bool sgt_inline;                                    /* `cts sgt inline` */
	struct cfg_tunnel tunnel;
};

/* `vrf definition`: routing tables of its own.  Whoever names one is incomplete without it. */
struct cfg_vrf {
	struct cfg_object object;
	struct cfg_vrf *next;
	const char *rd;            /* route distinguisher; NULL: none */
	bool family[CFG_FAMILIES]; /* `address-family`: what interfaces in it may have addresses of */
};

/* ---- routes and pools ---- */

struct cfg_route {
	struct cfg_object object;
	struct cfg_route *next;
	const char *vrf; /* NULL: global */
	struct addr_prefix prefix;
	const char *if_name;                /* NULL: by the gateway alone */
	const struct cfg_interface *via_if; /* NULL too for Null0 and what isn't configured */
	struct addr gateway;                /* family 0: none */
	uint8_t distance;
	uint32_t tag;
	uint32_t track;    /* 0: none */
	const char *label; /* NULL: none */
};

/* `track N …`: something that is up or down. */
enum cfg_track_how { CFG_TRACK_INTERFACE, CFG_TRACK_ROUTE, CFG_TRACK_LIST, CFG_TRACK_STUB, CFG_TRACK_SLA };

/* `object N [not]` of a list. */
struct cfg_track_member {
	const struct cfg_track_member *next;
	uint32_t number;
	bool negated;
};

struct cfg_track {
	struct cfg_object object;
	struct cfg_track *next;
	uint32_t number;
	enum cfg_track_how how;
	const char *if_name;       /* INTERFACE: its line protocol, */
	bool ip_routing;           /* and an address */
	struct addr_prefix prefix; /* ROUTE: in the table, exactly */
	bool all;                  /* LIST: all of its members, else one */
	const struct cfg_track_member *members;
	uint32_t delay_up_s, delay_down_s;
	bool stub_up;      /* STUB */
	uint32_t sla;      /* SLA: the probe's number, */
	bool reachability; /* for which a late answer is good enough */
};

/* `ip sla schedule N start-time`. */
enum cfg_sla_start { CFG_SLA_PENDING, CFG_SLA_NOW, CFG_SLA_AFTER, CFG_SLA_AT };

/* `ip sla N` with `icmp-echo`: a probe that is sent again and again. */
struct cfg_sla {
	struct cfg_object object;
	struct cfg_sla *next;
	uint32_t number;
	struct addr destination; /* family 0: there is none, and it isn't complete */
	const char *source_if;   /* NULL: not by an interface */
	struct addr source;      /* family 0: the host's choice */
	const char *vrf;         /* NULL: the global one */
	uint32_t frequency_s, timeout_ms, threshold_ms;
	enum cfg_sla_start start; /* when it begins; PENDING: not by itself */
	uint32_t after_s;         /* AFTER: so long after its lines are in force */
	struct cfg_date_moment at;
	uint32_t life_s; /* 0: for ever */
};

struct cfg_pool_range {
	const struct cfg_pool_range *next;
	struct addr first;
	struct addr last;
};

/* `ip local pool` and `ipv6 local pool`. */
struct cfg_pool {
	struct cfg_object object;
	struct cfg_pool *next;
	uint8_t family;
	const struct cfg_pool_range *ranges; /* IPv4 */
	struct addr_prefix prefix;           /* IPv6: where assignments come from … */
	uint8_t assign_len;                  /* … and the length of each */
};

/* ---- IKEv2 ---- */

enum cfg_enc {
	CFG_ENC_AES_CBC_128,
	CFG_ENC_AES_CBC_192,
	CFG_ENC_AES_CBC_256,
	CFG_ENC_AES_GCM_128,
	CFG_ENC_AES_GCM_192, /* ESP only */
	CFG_ENC_AES_GCM_256,
	CFG_ENC_CHACHA20_POLY1305,
	CFG_ENC_3DES,
	CFG_ENC_DES,
	CFG_ENC_NULL, /* ESP only */
	CFG_ENC_COUNT
};

enum cfg_hash { CFG_HASH_NONE, CFG_HASH_MD5, CFG_HASH_SHA1, CFG_HASH_SHA256, CFG_HASH_SHA384, CFG_HASH_SHA512, CFG_HASH_COUNT };

enum {
	CFG_ENC_MAX = 8,
	CFG_HASH_MAX = 5,
	CFG_GROUP_MAX = 14,
	CFG_EXTRA_MAX = 7,
	CFG_CHOICE_MAX = 14, /* groups of all additional key exchanges of an IPsec profile */
	CFG_PROPOSAL_MAX = 8,
	CFG_TRANSFORM_MAX = 6,
	CFG_DNS_MAX = 2
};

/* Lists are in order of preference. */
/* `additional-key-exchange N …`: what may be used for it, 0 is `none`; empty: there is no such line. */
struct cfg_extra {
	uint16_t group[CFG_GROUP_MAX];
	unsigned group_count;
};

struct cfg_proposal {
	struct cfg_object object;
	struct cfg_proposal *next;
	enum cfg_enc enc[CFG_ENC_MAX];
	unsigned enc_count;
	enum cfg_hash integrity[CFG_HASH_MAX]; /* empty with AEAD */
	unsigned integrity_count;
	enum cfg_hash prf[CFG_HASH_MAX]; /* as integrity where the file has none */
	unsigned prf_count;
	uint16_t group[CFG_GROUP_MAX]; /* IANA numbers */
	unsigned group_count;
	struct cfg_extra extra[CFG_EXTRA_MAX]; /* additional key exchanges */
	bool aead;
};

struct cfg_local_match {
	const struct cfg_local_match *next;
	struct addr addr; /* family 0: the interface's */
	const struct cfg_interface *interface;
	uint32_t line;
};

/* Most specific wins: fvrf and address > fvrf > any. */
struct cfg_policy {
	struct cfg_object object;
	struct cfg_policy *next;
	struct cfg_vrf_match fvrf;
	const struct cfg_local_match *locals; /* empty: every address */
	const struct cfg_proposal *proposal[CFG_PROPOSAL_MAX];
	unsigned proposal_count;
};

struct cfg_keyring_peer {
	struct cfg_object object;
	struct cfg_keyring_peer *next;
	bool has_address;
	struct addr_prefix address; /* length 0: any of the family */
	struct cfg_identity identity;
	bool identity_domain; /* identity is `fqdn domain` or `email domain` */
	const char *hostname;
	const struct secret *psk_local;  /* what we prove; the same as psk_remote when symmetric */
	const struct secret *psk_remote; /* what the peer proves */
	const struct secret *ppk;        /* post-quantum preshared key (RFC 8784); NULL: none */
	const char *ppk_id;
	bool ppk_required;
};

struct cfg_keyring {
	struct cfg_object object;
	struct cfg_keyring *next;
	struct cfg_keyring_peer *peers; /* in order of writing */
};

/* Methods that are a certificate's. */
#define CFG_AUTH_CERTIFICATE ((unsigned)CFG_AUTH_RSA | (unsigned)CFG_AUTH_ECDSA | (unsigned)CFG_AUTH_EDDSA)

enum cfg_auth { CFG_AUTH_NONE = 0, CFG_AUTH_PSK = 1, CFG_AUTH_RSA = 2, CFG_AUTH_ECDSA = 4, CFG_AUTH_EDDSA = 8, CFG_AUTH_EAP = 16 };
/* EAP methods by which we may prove ourselves. */
enum cfg_eap { CFG_EAP_MSCHAPV2 = 1, CFG_EAP_GTC = 2, CFG_EAP_MD5 = 4, CFG_EAP_TLS = 8 };

enum cfg_dpd_mode { CFG_DPD_OFF, CFG_DPD_ON_DEMAND, CFG_DPD_PERIODIC };

struct cfg_dpd {
	enum cfg_dpd_mode mode;
	uint32_t interval_s;
	uint32_t retry_s;
};

struct cfg_authz_policy;
struct cfg_aaa_list;

/* What a name mangler takes of an identity: what is before or behind the first 'delimiter', or a field of a DN. */
enum cfg_mangle { CFG_MANGLE_NONE, CFG_MANGLE_ALL, CFG_MANGLE_BEFORE, CFG_MANGLE_BEHIND, CFG_MANGLE_DN };

/* DOMAIN: its domain components, joined by dots. */
enum cfg_dn_field {
	CFG_DN_COMMON_NAME,
	CFG_DN_ORGANIZATION,
	CFG_DN_ORGANIZATION_UNIT,
	CFG_DN_COUNTRY,
	CFG_DN_STATE,
	CFG_DN_LOCALITY,
	CFG_DN_DOMAIN,
	CFG_DN_COUNT
};

/* NONE: no such line, so such an identity isn't mangled. */
struct cfg_mangle_line {
	enum cfg_mangle how;
	char delimiter;
	bool optional; /* without the delimiter the whole is taken */
	enum cfg_dn_field field;
};

struct cfg_mangler {
	struct cfg_object object;
	struct cfg_mangler *next;
	struct cfg_mangle_line dn, fqdn, email, eap;
};

/* `aaa authorization {user|group} {psk|cert|eap} …` of a profile. */
struct cfg_authz {
	const struct cfg_authz *next;
	bool group; /* else user */
	bool override;
	bool cached;
	enum cfg_auth method; /* PSK, RSA (any certificate) or EAP */
	const struct cfg_aaa_list *list;
	const char *name;                      /* the policy asked for; NULL: that of the peer's identity, */
	const struct cfg_mangler *mangler;     /* made by this; NULL: as it is */
	const struct cfg_authz_policy *policy; /* 'name' in the local data base; NULL where the list isn't local or there is none */
};

struct cfg_profile {
	struct cfg_object object;
	struct cfg_profile *next;
	const struct cfg_id_match *identities; /* OR-ed, together with certificate maps */
	const struct cfg_cert_match *cert_maps;
	struct cfg_vrf_match fvrf;
	const struct cfg_local_match *locals; /* empty: every address */
	struct cfg_identity identity;         /* ours; NONE: the WAN address, or the certificate's subject */
	bool any_name;                        /* `identity certificate-check none`: a certificate proves whatever it claims */
	enum cfg_auth auth_local;
	unsigned auth_remote;           /* mask of enum cfg_auth */
	const struct secret *psk_local; /* key of the authentication line, NULL: from the keyring */
	const struct secret *psk_remote;
	unsigned eap_local;   /* mask of enum cfg_eap, with auth_local EAP */
	const char *eap_user; /* what we're called there; NULL: by TLS, our identity */
	const struct secret *eap_password;
	bool eap_query;                      /* the peer is asked for its EAP identity; else IDi is it */
	uint32_t eap_timeout_s;              /* how long it may take for that; 0: no longer than EAP as a whole */
	const struct cfg_aaa_list *eap_list; /* who checks the peer's EAP */
	const struct cfg_keyring *keyring;
	const struct cfg_pki_use *trustpoints; /* in order of writing */
	struct cfg_dpd dpd;                    /* the profile's, else the global one */
	uint32_t lifetime_s;
	const struct cfg_authz *authz;
	const struct cfg_interface *virtual_template; /* NULL: responds only for static tunnels */
	bool mode_auto;
	const char *ivrf;         /* of virtual accesses whose template names none; NULL: global */
	uint32_t nat_keepalive_s; /* the profile's, else the global one; 0: 20 */
	bool childless;
	bool mobike;
	uint32_t resumption_s; /* how long tickets are good, RFC 5723; 0: there are none */
	bool contact_force;    /* `initial-contact force`: a new session of a peer ends the others */
	bool redirect_auth;    /* sends its peers elsewhere once they are known */
	bool shutdown;
};

enum cfg_route_set_how { CFG_SET_INTERFACE, CFG_SET_ACL, CFG_SET_PREFIX_REMOTE, CFG_SET_PREFIX_LOCAL };

/*
 * `route set …`.  INTERFACE without 'interface': the tunnel's own address as a host prefix; with it: its connected
 * prefixes.  REMOTE: told to the peer; LOCAL: installed here, towards the peer.
 */
struct cfg_route_set {
	const struct cfg_route_set *next;
	enum cfg_route_set_how how;
	const struct cfg_interface *interface;
	const struct cfg_acl *acl; /* what its permitting entries have as their source */
	uint8_t family;            /* that it should be of */
	struct addr_prefix prefix;
	uint32_t line;
};

/* A line of `aaa attribute list NAME`: one for the virtual accesses of whoever is granted the list. */
struct cfg_attribute {
	const struct cfg_attribute *next;
	const char *text; /* without quotes */
	const struct cfg_stmt *stmt;
};

struct cfg_attribute_list {
	struct cfg_object object;
	struct cfg_attribute_list *next;
	const struct cfg_attribute *lines; /* in order of writing */
};

/* `aaa attribute list` of a policy. */
struct cfg_attribute_use {
	const struct cfg_attribute_use *next;
	const struct cfg_attribute_list *list;
};

struct cfg_authz_policy {
	struct cfg_object object;
	struct cfg_authz_policy *next;
	const struct cfg_route_set *route_sets;
	bool route_accept;
	bool route_accept_written; /* else it is the default, which gives way to another policy's */
	uint32_t route_tag;
	uint8_t route_distance;
	const struct cfg_pool *pool;
	const struct cfg_pool *ipv6_pool;
	struct addr netmask; /* family 0: the pool's own /32 */
	struct addr dns[CFG_DNS_MAX];
	unsigned dns_count;
	struct addr ipv6_dns;
	uint32_t session_lifetime_s;                /* 0: no end */
	const struct cfg_attribute_use *attributes; /* in order of writing */
};

/* ---- IPsec ---- */

/* Extended sequence numbers: not at all, where the peer has them too, or nothing without. */
enum cfg_esn { CFG_ESN_OFF, CFG_ESN_ON, CFG_ESN_REQUIRED };

struct cfg_transform_set {
	struct cfg_object object;
	struct cfg_transform_set *next;
	enum cfg_enc enc;
	enum cfg_hash auth; /* NONE with AEAD */
	enum cfg_esn esn;
	bool transport; /* else tunnel */
};

struct cfg_ipsec_profile {
	struct cfg_object object;
	struct cfg_ipsec_profile *next;
	const struct cfg_transform_set *transform_set[CFG_TRANSFORM_MAX];
	unsigned transform_set_count;
	const struct cfg_profile *ikev2_profile;
	uint16_t pfs_group;                    /* 0: no PFS */
	struct cfg_extra extra[CFG_EXTRA_MAX]; /* additional key exchanges */
	uint32_t lifetime_s;
	uint64_t lifetime_kb;
	uint64_t lifetime_packets; /* of each direction; 0: no end */
	uint16_t replay_window;    /* packets */
	uint8_t sa_limit;          /* CHILD_SAs of one peer */
	bool reverse_route;        /* routes to what the peer's selectors cover, */
	uint8_t reverse_distance;  /* with this distance */
	uint32_t reverse_tag;      /* and this tag */
};

/* ---- AAA ---- */

enum cfg_aaa_method { CFG_AAA_LOCAL, CFG_AAA_GROUP, CFG_AAA_NONE };
enum { CFG_AAA_METHOD_MAX = 4 };

/* `aaa authorization network NAME …`, `aaa authentication login NAME …`: methods in order. */
struct cfg_aaa_list {
	struct cfg_object object;
	struct cfg_aaa_list *next;
	enum cfg_aaa_method method[CFG_AAA_METHOD_MAX];
	const char *group[CFG_AAA_METHOD_MAX]; /* of CFG_AAA_GROUP */
	unsigned method_count;
};

/* `username NAME password P`: whom the method `local` knows. */
struct cfg_user {
	struct cfg_object object;
	struct cfg_user *next;
	const struct secret *password;
};

/* ---- all of it ---- */

enum { CFG_REDIRECT_MAX = 10 }; /* gateways that peers may be sent to */
enum { CFG_HTTP_FROM_MAX = 8 };

enum cfg_df { CFG_DF_COPY, CFG_DF_CLEAR, CFG_DF_SET };

struct cfg_model {
	const char *hostname; /* "nave" where the file has none */
	bool aaa_new_model;
	bool ipv6_unicast_routing;
	bool netdev_virtual_access; /* the host has a netdev for each */
	enum cfg_df df_bit;
	uint32_t cookie_challenge;   /* half-open SAs beyond which cookies are asked for; 0: the engine's default */
	bool cookie_always;          /* of everyone */
	uint32_t max_in_negotiation; /* 0: the engine's default, here and in the next four */
	uint32_t max_sa;
	uint32_t source_rate;  /* IKE_SA_INIT requests per second of one source, a /24 or /64; 0: no limit, */
	uint32_t source_burst; /* and so many at once */
	uint32_t source_half_open;
	uint32_t track_timer_ms;  /* a track changes no more often; 0: 500 */
	uint32_t nat_keepalive_s; /* 0: 20 */
	bool has_ppk;             /* a keyring has a post-quantum preshared key */
	uint32_t frag_mtu;        /* of IKE; 0: 576, with IPv6 1280 */
	bool http_cert;           /* certificates of peers are fetched by URL, */
	unsigned http_from_count; /* if there are any from below one of these alone: each ends with '/' */
	const char *http_from[CFG_HTTP_FROM_MAX];
	struct cfg_dpd dpd;
	bool redirect_client;    /* follows redirects, */
	uint32_t redirect_max;   /* so many in a row */
	bool cts_sgt;            /* `crypto ikev2 cts sgt`; with it no interface has `cts sgt inline` */
	bool redirect_init;      /* sends new peers elsewhere, */
	unsigned redirect_count; /* to one of these */
	struct addr redirect_target[CFG_REDIRECT_MAX];

	/* Lists in order of writing, smart defaults first. */
	struct cfg_interface *interfaces; /* templates and tunnels too: see 'type' */
	struct cfg_route *routes;
	struct cfg_pool *pools;
	struct cfg_pool *ipv6_pools;
	struct cfg_proposal *proposals;
	struct cfg_policy *policies;
	struct cfg_keyring *keyrings;
	struct cfg_profile *profiles;
	struct cfg_authz_policy *authz_policies;
	struct cfg_transform_set *transform_sets;
	struct cfg_ipsec_profile *ipsec_profiles;
	struct cfg_aaa_list *aaa_lists;
	struct cfg_aaa_list *login_lists;
	struct cfg_user *users;
	struct cfg_attribute_list *attribute_lists;
	struct cfg_trustpoint *trustpoints;
	struct cfg_cert_map *cert_maps;
	struct cfg_mangler *manglers;
	struct cfg_acl *acls;
	struct cfg_track *tracks;
	struct cfg_sla *slas;
	struct cfg_policy_map *policy_maps;
	struct cfg_class_map *class_maps;
	struct cfg_vrf *vrfs;
	struct cfg_object *objects; /* every object, by next_object */

	/* The model's own. */
	const struct cfg_lang *lang; /* that it is written in; borrowed, outlives it */
	struct map by_name;
	struct cfg_tree *tree; /* the lines that it was built from */
	struct arena arena;
};

/* Wipes the secrets and frees all; NULL is fine. */
void cfg_model_free(struct cfg_model *m);

/* "interface", "crypto ikev2 profile"…: how the language calls objects of 'kind'. */
const char *cfg_model_kind_name(enum cfg_kind kind);

/* "Ethernet", "Virtual-Template"… */
const char *cfg_model_if_type_name(enum cfg_if_type type);

/* "aes-cbc-256", "sha512", "gre ip": the words of the language. */
const char *cfg_model_enc_name(enum cfg_enc enc);
const char *cfg_model_hash_name(enum cfg_hash hash);
const char *cfg_model_mode_name(enum cfg_tunnel_mode mode);
bool cfg_model_enc_is_aead(enum cfg_enc enc);

bool cfg_model_mode_is_gre(enum cfg_tunnel_mode mode);

/* Families that a tunnel of 'mode' carries (cli.md 3, Families): IPv4, IPv6.  'transport' is AF_INET or AF_INET6. */
bool cfg_model_mode_carries(enum cfg_tunnel_mode mode, uint8_t family);

#ifdef __cplusplus
}
#endif
#endif
