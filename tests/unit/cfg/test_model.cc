/* What stands in the typed model after a load. */
#include "loaded.h"

using namespace cfgtest;

namespace
{

std::string addr(const struct addr &a)
{
	char text[ADDR_TEXT];

	return addr_str(&a, text);
}

std::string prefix(const addr_prefix &p)
{
	char text[ADDR_PREFIX_TEXT];

	return addr_prefix_str(&p, text);
}

std::string secret(const struct secret *s)
{
	return s == nullptr ? "none" : std::string(reinterpret_cast<char *>(s->data), s->len);
}

TEST(CfgModel, interface)
{
	Loaded l("interface Ethernet0/0\n description to the world\n ip address 198.51.100.1 255.255.255.0\n ipv6 address 2001:db8::1/64\n"
		 " ipv6 address 2001:db8:1::1/48\n ip mtu 1400\n shutdown\ninterface Loopback5\n ipv6 enable\n");
	const cfg_interface *i = cfg_find_interface(l.model, "Ethernet0/0");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(i->type, CFG_IF_ETHERNET);
	EXPECT_STREQ(i->description, "to the world");
	EXPECT_EQ(i->ip_how, CFG_IP_ADDRESS);
	EXPECT_EQ(prefix(i->ip), "198.51.100.1/24");
	EXPECT_EQ(prefix(i->ipv6->prefix), "2001:db8::1/64");
	EXPECT_EQ(prefix(i->ipv6->next->prefix), "2001:db8:1::1/48");
	EXPECT_EQ(i->ip_mtu, 1400);
	EXPECT_TRUE(i->shutdown);
	EXPECT_TRUE(i->object.complete);
	EXPECT_EQ(i->object.line, 1u);
	EXPECT_STREQ(i->object.title, "interface Ethernet0/0");
	EXPECT_EQ(i->next->type, CFG_IF_LOOPBACK);
	EXPECT_EQ(i->next->unit, 5u);
	EXPECT_TRUE(i->next->ipv6_enable);
}

struct Mode {
	const char *words;
	cfg_tunnel_mode mode;
	bool four, six;
};

TEST(CfgModel, tunnel_modes_and_the_families_that_they_carry)
{
	const Mode modes[] = {
		{ "gre ip", CFG_TUNNEL_GRE_IP, true, true },
		{ "gre ipv6", CFG_TUNNEL_GRE_IPV6, true, true },
		{ "ipsec ipv4", CFG_TUNNEL_IPSEC_IPV4, true, false },
		{ "ipsec ipv4 v6-overlay", CFG_TUNNEL_IPSEC_IPV4_V6_OVERLAY, false, true },
		{ "ipsec ipv6", CFG_TUNNEL_IPSEC_IPV6, false, true },
		{ "ipsec ipv6 v4-overlay", CFG_TUNNEL_IPSEC_IPV6_V4_OVERLAY, true, false },
		{ "ipsec dual-overlay", CFG_TUNNEL_IPSEC_DUAL, true, true },
	};

	for (const Mode &m : modes) {
		Loaded l(std::string("interface Tunnel0\n tunnel mode ") + m.words + "\n");

		ASSERT_EQ(l.err, ERR_OK) << l.errors();
		EXPECT_EQ(l.model->interfaces->tunnel.mode, m.mode) << m.words;
		EXPECT_TRUE(l.model->interfaces->tunnel.mode_written);
		EXPECT_STREQ(cfg_model_mode_name(m.mode), m.words);
		EXPECT_EQ(cfg_model_mode_carries(m.mode, AF_INET), m.four) << m.words;
		EXPECT_EQ(cfg_model_mode_carries(m.mode, AF_INET6), m.six) << m.words;
	}
	EXPECT_EQ(Loaded("interface Tunnel0\n").model->interfaces->tunnel.mode, CFG_TUNNEL_GRE_IP);
}

TEST(CfgModel, tunnel)
{
	Loaded l(
		"interface Ethernet0/0\n ip address 192.0.2.1 255.255.255.0\ninterface Tunnel3\n tunnel source e 0/0\n tunnel destination 192.0.2.2\n"
		" tunnel key 77\n tunnel path-mtu-discovery\n tunnel protection ipsec profile default shared\n"
		"interface Tunnel4\n tunnel source 2001:db8::1\n tunnel destination 2001:db8::2\n");
	const cfg_tunnel *t = &cfg_find_interface(l.model, "Tunnel3")->tunnel;

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(t->source_how, CFG_END_INTERFACE);
	EXPECT_EQ(t->source_if, cfg_find_interface(l.model, "Ethernet0/0"));
	EXPECT_EQ(t->destination_how, CFG_END_ADDRESS);
	EXPECT_EQ(addr(t->destination), "192.0.2.2");
	EXPECT_TRUE(t->has_key);
	EXPECT_EQ(t->key, 77u);
	EXPECT_TRUE(t->path_mtu_discovery);
	EXPECT_TRUE(t->shared);
	EXPECT_EQ(t->protection, cfg_find_ipsec_profile(l.model, "default"));
	EXPECT_FALSE(t->mode_written);
	t = &cfg_find_interface(l.model, "Tunnel4")->tunnel;
	EXPECT_EQ(t->source_how, CFG_END_ADDRESS);
	EXPECT_EQ(addr(t->source_addr), "2001:db8::1");
}

TEST(CfgModel, tunnel_lines_are_for_tunnels)
{
	EXPECT_EQ(Loaded("interface Loopback0\n tunnel source 192.0.2.1\n").errors(),
		"2:2 'tunnel' lines belong under a Tunnel or Virtual-Template, not under Loopback0\n");
}

TEST(CfgModel, routes)
{
	Loaded l(
		"ip route 0.0.0.0 0.0.0.0 192.0.2.254\nip route 10.0.0.0 255.0.0.0 Null0 tag 2 name drop\n"
		"ip route 10.1.0.0 255.255.0.0 Tunnel0 192.0.2.7 250 tag 9\nipv6 route 2001:db8:beef::/64 Tunnel0 250\ninterface Tunnel0\n");
	const cfg_route *r = l.model->routes;

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(prefix(r->prefix), "0.0.0.0/0");
	EXPECT_EQ(addr(r->gateway), "192.0.2.254");
	EXPECT_EQ(r->distance, 1);
	EXPECT_EQ(r->if_name, nullptr);
	r = r->next;
	EXPECT_STREQ(r->if_name, "Null0");
	EXPECT_EQ(r->via_if, nullptr);
	EXPECT_EQ(r->tag, 2u);
	EXPECT_TRUE(r->object.complete);
	r = r->next;
	EXPECT_EQ(r->via_if, cfg_find_interface(l.model, "Tunnel0"));
	EXPECT_EQ(addr(r->gateway), "192.0.2.7");
	EXPECT_EQ(r->distance, 250);
	EXPECT_EQ(r->tag, 9u);
	r = r->next;
	EXPECT_EQ(prefix(r->prefix), "2001:db8:beef::/64");
	EXPECT_EQ(r->distance, 250);
}

TEST(CfgModel, a_route_must_be_a_network)
{
	EXPECT_EQ(Loaded("ip route 10.1.2.3 255.0.0.0 Null0\n").errors(), "1:10 has bits outside its mask: the network is 10.0.0.0\n");
	EXPECT_EQ(Loaded("ipv6 route 2001:db8::1/64 Null0\n").errors(), "1:12 has bits outside its mask: the network is 2001:db8::\n");
}

TEST(CfgModel, a_route_whose_track_cant_know_is_not_used)
{
	Loaded l("ip sla 1\ntrack 1 ip sla 1\nip route 10.0.0.0 255.0.0.0 192.0.2.1 track 1\nvrf definition R\n"
		 "ip route vrf R 0.0.0.0 0.0.0.0 192.0.2.1\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_FALSE(l.model->routes->object.complete);
	EXPECT_EQ(l.model->routes->track, 1u);
	EXPECT_STREQ(l.model->slas->object.reasons->text, "needs 'icmp-echo'");
	EXPECT_STREQ(l.model->routes->next->vrf, "R");
	EXPECT_TRUE(l.model->routes->next->object.complete);
}

TEST(CfgModel, R_BKP_11_probes)
{
	Loaded l(
		"interface Ethernet0/0\nvrf definition red\nip sla 1\n icmp-echo 192.0.2.1 source-interface e0/0\n  frequency 2\n  timeout 700\n"
		"  threshold 300\n  vrf red\nip sla 2\n icmp-echo 2001:db8::1 source-ip 2001:db8::2\nip sla 3\n icmp-echo 192.0.2.3\nip sla 4\n"
		" icmp-echo 192.0.2.4\n"
		"ip sla schedule 1 life forever start-time now\nip sla schedule 2 start-time now\nip sla schedule 4 life 60 start-time 12:00\n"
		"ip sla 5\n icmp-echo 192.0.2.5\nip sla schedule 5 start-time 23:59:58 mar 3\nip sla 6\n icmp-echo 192.0.2.6\n"
		"ip sla schedule 6 start-time 0:10 29 February life forever\nip sla 7\n icmp-echo 192.0.2.7\nip sla schedule 7 start-time after 01:00:05\n"
		"track 1 ip sla 1 reachability\ntrack 2 ip sla 2\ntrack 3 ip sla 4 state\n");
	const cfg_sla *s = l.model == nullptr ? nullptr : l.model->slas;

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(s, cfg_find_sla(l.model, 1));
	EXPECT_EQ(addr(s->destination), "192.0.2.1");
	EXPECT_STREQ(s->source_if, "Ethernet0/0");
	EXPECT_STREQ(s->vrf, "red");
	EXPECT_EQ(s->frequency_s, 2u);
	EXPECT_EQ(s->timeout_ms, 700u);
	EXPECT_EQ(s->threshold_ms, 300u);
	EXPECT_EQ(s->start, CFG_SLA_NOW);
	EXPECT_EQ(s->life_s, 0u);
	s = s->next;
	EXPECT_EQ(addr(s->source), "2001:db8::2");
	EXPECT_EQ(s->frequency_s, 60u);
	EXPECT_EQ(s->timeout_ms, 5000u);
	EXPECT_EQ(s->threshold_ms, 5000u);
	EXPECT_EQ(s->life_s, 3600u);
	s = s->next;
	EXPECT_EQ(s->start, CFG_SLA_PENDING) << "without a schedule";
	s = s->next;
	EXPECT_EQ(s->start, CFG_SLA_AT);
	EXPECT_EQ(s->at.second, 12u * 3600);
	EXPECT_EQ(s->at.month, 0);
	EXPECT_EQ(s->life_s, 60u);
	s = s->next;
	EXPECT_EQ(s->at.second, 86398u);
	EXPECT_EQ(s->at.month, 3);
	EXPECT_EQ(s->at.day, 3);
	s = s->next;
	EXPECT_EQ(s->at.month, 2);
	EXPECT_EQ(s->at.day, 29);
	EXPECT_EQ(s->life_s, 0u);
	s = s->next;
	EXPECT_EQ(s->start, CFG_SLA_AFTER);
	EXPECT_EQ(s->after_s, 3605u);
	const cfg_track *t = l.model->tracks;
	EXPECT_EQ(t->how, CFG_TRACK_SLA);
	EXPECT_EQ(t->sla, 1u);
	EXPECT_TRUE(t->reachability);
	EXPECT_FALSE(t->next->reachability);
	EXPECT_TRUE(t->next->next->object.complete);
	EXPECT_EQ(Loaded("ip sla 1\n icmp-echo 192.0.2.1 source-ip 2001:db8::1\n").errors(),
		"2:32 is of another family than what is asked\n");
	const std::string schedule = "ip sla 1\n icmp-echo 192.0.2.1\nip sla schedule 1 start-time ";
	EXPECT_EQ(Loaded(schedule + "25:00\n").errors(), "3:30 is no time: hh:mm[:ss] is wanted\n");
	EXPECT_EQ(Loaded(schedule + "after 10\n").errors(), "3:36 is no time: hh:mm[:ss] is wanted\n");
	EXPECT_EQ(Loaded(schedule + "10:00 30 feb\n").errors(), "3:36 is no day of that month\n");
}

TEST(CfgModel, tracks)
{
	Loaded l("track timer 2\ntrack 1 stub-object\n default-state up\ntrack 2 interface Ethernet0/0 ip routing\n delay up 5 down 7\n"
		 "track 3 ip route 10.1.2.3/16 reachability\ntrack 4 list boolean or\n object 1 not\n object 3\n"
		 "interface Ethernet0/0\nip route 10.0.0.0 255.0.0.0 192.0.2.1 track 4 name WAN\n");
	const cfg_track *t = l.model->tracks;

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(l.model->track_timer_ms, 2000u);
	EXPECT_EQ(t->how, CFG_TRACK_STUB);
	EXPECT_TRUE(t->stub_up);
	t = t->next;
	EXPECT_EQ(t->how, CFG_TRACK_INTERFACE);
	EXPECT_STREQ(t->if_name, "Ethernet0/0");
	EXPECT_TRUE(t->ip_routing);
	EXPECT_EQ(t->delay_up_s, 5u);
	EXPECT_EQ(t->delay_down_s, 7u);
	t = t->next;
	EXPECT_EQ(prefix(t->prefix), "10.1.0.0/16");
	t = t->next;
	EXPECT_EQ(t, cfg_find_track(l.model, 4));
	EXPECT_FALSE(t->all);
	EXPECT_TRUE(t->members->negated);
	EXPECT_EQ(t->members->next->number, 3u);
	EXPECT_TRUE(l.model->routes->object.complete);
	EXPECT_STREQ(l.model->routes->label, "WAN");
	EXPECT_EQ(Loaded("track 1 stub-object\n object 2\ntrack 2 stub-object\n").errors(), "2:2 isn't for 'track 1 stub-object'\n");
}

TEST(CfgModel, pools)
{
	Loaded l("ip local pool P 10.77.0.100 10.77.0.150\nip local pool Q 10.9.9.9\nip local pool P 10.78.0.1 10.78.0.2\n"
		 "ipv6 local pool P 2001:db8::/48 64\n");
	const cfg_pool *p = cfg_find_pool(l.model, "P");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(addr(p->ranges->first), "10.77.0.100");
	EXPECT_EQ(addr(p->ranges->last), "10.77.0.150");
	EXPECT_EQ(addr(p->ranges->next->first), "10.78.0.1");
	EXPECT_EQ(addr(cfg_find_pool(l.model, "Q")->ranges->last), "10.9.9.9");
	EXPECT_EQ(prefix(cfg_find_ipv6_pool(l.model, "P")->prefix), "2001:db8::/48");
	EXPECT_EQ(cfg_find_ipv6_pool(l.model, "P")->assign_len, 64);
	EXPECT_EQ(Loaded("ip local pool P 10.0.0.9 10.0.0.1\n").errors(), "1:26 is before the first address\n");
	EXPECT_EQ(Loaded("ipv6 local pool P 2001:db8::/64 48\n").errors(), "1:33 is shorter than the pool's own prefix\n");
}

TEST(CfgModel, proposal)
{
	Loaded l("crypto ikev2 proposal a\n encryption aes-gcm-256 aes-gcm-128\n prf sha384 sha256\n group 31 19\n"
		 "crypto ikev2 proposal b\n encryption aes-cbc-256\n integrity sha512 sha384 sha512\n group 20\n");
	const cfg_proposal *p = cfg_find_proposal(l.model, "a");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_TRUE(p->object.complete);
	EXPECT_TRUE(p->aead);
	ASSERT_EQ(p->enc_count, 2u);
	EXPECT_EQ(p->enc[0], CFG_ENC_AES_GCM_256);
	EXPECT_EQ(p->enc[1], CFG_ENC_AES_GCM_128);
	EXPECT_EQ(p->integrity_count, 0u);
	ASSERT_EQ(p->prf_count, 2u);
	EXPECT_EQ(p->prf[0], CFG_HASH_SHA384);
	ASSERT_EQ(p->group_count, 2u);
	EXPECT_EQ(p->group[0], 31);
	p = cfg_find_proposal(l.model, "b");
	EXPECT_TRUE(p->object.complete);
	ASSERT_EQ(p->integrity_count, 2u);
	EXPECT_EQ(p->prf_count, 2u) << "absent: as integrity";
	EXPECT_EQ(p->prf[1], CFG_HASH_SHA384);
}

TEST(CfgModel, policy)
{
	Loaded l(
		"crypto ikev2 proposal a\n encryption aes-gcm-256\n prf sha384\n group 31\n"
		"crypto ikev2 policy p\n match address local 192.0.2.1\n match address local 2001:db8::1\n proposal a default\n proposal default\n");
	const cfg_policy *p = cfg_find_policy(l.model, "p");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_FALSE(p->fvrf.any);
	EXPECT_EQ(p->fvrf.vrf, nullptr);
	EXPECT_EQ(addr(p->locals->next->addr), "2001:db8::1");
	ASSERT_EQ(p->proposal_count, 3u);
	EXPECT_EQ(p->proposal[0], cfg_find_proposal(l.model, "a"));
	EXPECT_TRUE(p->object.complete);
}

/* R-IKE-18: keys may be asymmetric. */
/* RFC7296-2.15-b RFC7296-2.15-d */
TEST(CfgModel, keys_of_many_characters)
{
	std::string key, octets;

	while (key.size() < 100)
		key += "!Aa0~";
	Loaded l("crypto ikev2 keyring K\n peer one\n  address 192.0.2.1\n  pre-shared-key " + key +
		 "\n peer two\n  address 192.0.2.2\n  pre-shared-key 7 00647300FF\n");
	const cfg_keyring_peer *p = cfg_find_keyring(l.model, "K")->peers;

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(secret(p->psk_local), key);
	octets = secret(p->next->psk_local);
	ASSERT_EQ(octets.size(), 4u) << "form 7 is hexadecimal and holds any octets";
	EXPECT_EQ(octets.substr(0, 2), std::string(2, '\0'));
}

TEST(CfgModel, keyring_R_IKE_18)
{
	Loaded l("crypto ikev2 keyring K\n peer one\n  address 192.0.2.1\n  pre-shared-key Both-Ways\n"
		 " peer two\n  address 10.1.2.3 255.255.0.0\n  pre-shared-key local Mine\n  pre-shared-key remote Yours\n"
		 " peer three\n  address 2001:db8::/32\n  identity fqdn domain example.net\n  pre-shared-key 7 0822455D0A16\n"
		 " peer any\n  address 0.0.0.0 0.0.0.0\n  hostname h\n  pre-shared-key 0 7\n"
		 "crypto ikev2 keyring L\n peer one\n  identity key-id clients\n  pre-shared-key x\n");
	const cfg_keyring_peer *p = cfg_find_keyring(l.model, "K")->peers;

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(prefix(p->address), "192.0.2.1/32");
	EXPECT_EQ(secret(p->psk_local), "Both-Ways");
	EXPECT_EQ(p->psk_local, p->psk_remote);
	p = p->next;
	EXPECT_EQ(prefix(p->address), "10.1.0.0/16");
	EXPECT_EQ(secret(p->psk_local), "Mine");
	EXPECT_EQ(secret(p->psk_remote), "Yours");
	p = p->next;
	EXPECT_EQ(prefix(p->address), "2001:db8::/32");
	EXPECT_EQ(p->identity.type, CFG_ID_FQDN);
	EXPECT_TRUE(p->identity_domain);
	EXPECT_EQ(secret(p->psk_local), "cisco");
	p = p->next;
	EXPECT_EQ(p->address.len, 0);
	EXPECT_STREQ(p->hostname, "h");
	EXPECT_EQ(secret(p->psk_remote), "7");
	EXPECT_EQ(p->next, nullptr);
	p = cfg_find_keyring(l.model, "L")->peers;
	EXPECT_STREQ(p->object.name, "one");
	EXPECT_EQ(p->identity.type, CFG_ID_KEY_ID);
	EXPECT_STREQ(p->identity.text, "clients");
	EXPECT_EQ(p->next, nullptr);
}

TEST(CfgModel, profile)
{
	Loaded l(
		"aaa new-model\naaa authorization network L local\ncrypto ikev2 keyring K\n peer a\n  address 192.0.2.9\n  pre-shared-key k\n"
		"crypto ikev2 profile P\n match fvrf any\n match address local 198.51.100.1\n match address local interface Ethernet0/0\n"
		" identity local email hub@example.net\n authentication local pre-share key Own\n authentication remote pre-share\n keyring K\n"
		" dpd 10 2 on-demand\n lifetime 3600\n aaa authorization group psk list L default\n aaa authorization user psk list L U\n"
		" virtual-template 4\n nat keepalive 20\n match identity remote any\n"
		"interface Ethernet0/0\n ip address 198.51.100.1 255.255.255.0\ninterface Virtual-Template4\n"
		"crypto ikev2 authorization policy U\n");
	const cfg_profile *p = cfg_find_profile(l.model, "P");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(reasons(&p->object), "");
	EXPECT_TRUE(p->fvrf.any);
	EXPECT_EQ(addr(p->locals->addr), "198.51.100.1");
	EXPECT_EQ(p->locals->next->interface, cfg_find_interface(l.model, "Ethernet0/0"));
	EXPECT_EQ(p->identity.type, CFG_ID_EMAIL);
	EXPECT_STREQ(p->identity.text, "hub@example.net");
	EXPECT_EQ(p->auth_local, CFG_AUTH_PSK);
	EXPECT_EQ(p->auth_remote, static_cast<unsigned>(CFG_AUTH_PSK));
	EXPECT_EQ(secret(p->psk_local), "Own");
	EXPECT_EQ(p->psk_remote, nullptr);
	EXPECT_EQ(p->keyring, cfg_find_keyring(l.model, "K"));
	EXPECT_EQ(p->dpd.mode, CFG_DPD_ON_DEMAND);
	EXPECT_EQ(p->dpd.interval_s, 10u);
	EXPECT_EQ(p->dpd.retry_s, 2u);
	EXPECT_EQ(p->lifetime_s, 3600u);
	EXPECT_TRUE(p->authz->group);
	EXPECT_EQ(p->authz->policy, cfg_find_authz_policy(l.model, "default"));
	EXPECT_EQ(p->authz->list, cfg_find_aaa_list(l.model, "L"));
	EXPECT_EQ(p->authz->list->method[0], CFG_AAA_LOCAL);
	EXPECT_FALSE(p->authz->next->group);
	EXPECT_STREQ(p->authz->next->name, "U");
	EXPECT_EQ(p->virtual_template, cfg_find_interface(l.model, "Virtual-Template4"));
	EXPECT_FALSE(p->mode_auto);
	EXPECT_EQ(p->nat_keepalive_s, 20u);
	EXPECT_FALSE(p->shutdown);
}

TEST(CfgModel, what_a_profile_has_by_default)
{
	Loaded l("crypto ikev2 dpd 30 5 periodic\ncrypto ikev2 nat keepalive 15\ncrypto ikev2 profile P\n");
	const cfg_profile *p = cfg_find_profile(l.model, "P");

	EXPECT_EQ(p->lifetime_s, 86400u);
	EXPECT_EQ(p->identity.type, CFG_ID_NONE);
	EXPECT_EQ(p->dpd.mode, CFG_DPD_PERIODIC) << "the global one";
	EXPECT_EQ(p->nat_keepalive_s, 15u);
	EXPECT_EQ(Loaded("crypto ikev2 profile P\n").model->profiles->dpd.mode, CFG_DPD_OFF);
}

TEST(CfgModel, identity_matches)
{
	Loaded l(
		"crypto ikev2 profile P\n match identity remote address 192.0.2.1\n match identity remote address 10.1.1.1 255.0.0.0\n"
		" match identity remote address 2001:db8::/32\n match identity remote fqdn a.example.net\n match identity remote fqdn domain example.net\n"
		" match identity remote email a@example.net\n match identity remote email domain example.net\n match identity remote key-id clients\n"
		" match identity remote any\n match identity remote address 0.0.0.0 0.0.0.0\n");
	const cfg_id_match *m = l.model->profiles->identities;
	struct {
		cfg_match_how how;
		cfg_id_type type;
		const char *value;
	} want[] = {
		{ CFG_MATCH_EXACT, CFG_ID_ADDRESS, "192.0.2.1/32" },
		{ CFG_MATCH_PREFIX, CFG_ID_ADDRESS, "10.0.0.0/8" },
		{ CFG_MATCH_PREFIX, CFG_ID_ADDRESS, "2001:db8::/32" },
		{ CFG_MATCH_EXACT, CFG_ID_FQDN, "a.example.net" },
		{ CFG_MATCH_DOMAIN, CFG_ID_FQDN, "example.net" },
		{ CFG_MATCH_EXACT, CFG_ID_EMAIL, "a@example.net" },
		{ CFG_MATCH_DOMAIN, CFG_ID_EMAIL, "example.net" },
		{ CFG_MATCH_EXACT, CFG_ID_KEY_ID, "clients" },
		{ CFG_MATCH_ANY, CFG_ID_NONE, "" },
		{ CFG_MATCH_PREFIX, CFG_ID_ADDRESS, "0.0.0.0/0" },
	};

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	for (auto &w : want) {
		ASSERT_NE(m, nullptr);
		EXPECT_EQ(m->how, w.how) << w.value;
		EXPECT_EQ(m->id.type, w.type) << w.value;
		if (w.type == CFG_ID_ADDRESS) {
			EXPECT_EQ(prefix(m->prefix), w.value);
		} else if (w.type != CFG_ID_NONE) {
			EXPECT_STREQ(m->id.text, w.value);
		}
		m = m->next;
	}
	EXPECT_EQ(m, nullptr);
}

TEST(CfgModel, own_identities)
{
	struct {
		const char *words;
		cfg_id_type type;
	} const all[] = { { "address 192.0.2.1", CFG_ID_ADDRESS }, { "fqdn a.b", CFG_ID_FQDN }, { "email a@b", CFG_ID_EMAIL },
		{ "key-id k", CFG_ID_KEY_ID }, { "dn", CFG_ID_DN } };

	for (auto &a : all) {
		Loaded l(std::string("crypto ikev2 profile P\n identity local ") + a.words + "\n");

		ASSERT_EQ(l.err, ERR_OK) << l.errors();
		EXPECT_EQ(l.model->profiles->identity.type, a.type) << a.words;
	}
}

TEST(CfgModel, R_RTE_09_lists_of_routes_are_of_the_right_family_and_have_no_holes)
{
	Loaded l("ip access-list standard FOUR\n permit 10.0.0.0 0.255.0.255\nipv6 access-list SIX\n permit ipv6 2001:db8::/32 any\n"
		 "crypto ikev2 authorization policy A\n route set access-list FOUR\n"
		 "crypto ikev2 authorization policy B\n route set access-list SIX\n"
		 "crypto ikev2 authorization policy C\n route set access-list ipv6 SIX\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_FALSE(cfg_find_authz_policy(l.model, "A")->object.complete);
	EXPECT_FALSE(cfg_find_authz_policy(l.model, "B")->object.complete);
	EXPECT_TRUE(cfg_find_authz_policy(l.model, "C")->object.complete);
	EXPECT_NE(cfg_find_authz_policy(l.model, "C")->route_sets->acl, nullptr);
}

TEST(CfgModel, authorization_policy)
{
	Loaded l(
		"ip local pool P 192.0.2.1 192.0.2.9\nipv6 local pool S 2001:db8::/48 64\n"
		"crypto ikev2 authorization policy A\n pool P\n ipv6 pool S\n netmask 255.255.255.0\n dns 192.0.2.53 192.0.2.54\n ipv6 dns 2001:db8::53\n"
		" route set interface\n route set interface Ethernet0/1\n route set remote 10.0.0.0 255.0.0.0\n route set remote ipv6 2001:db8:1::/48\n"
		" route set local ipv4 10.20.0.0 255.255.0.0\n route accept any tag 7 distance 5\ninterface e0/1\n");
	const cfg_authz_policy *a = cfg_find_authz_policy(l.model, "A");
	const cfg_route_set *r = a->route_sets;

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_TRUE(a->object.complete);
	EXPECT_EQ(a->pool, cfg_find_pool(l.model, "P"));
	EXPECT_EQ(a->ipv6_pool, cfg_find_ipv6_pool(l.model, "S"));
	EXPECT_EQ(addr(a->netmask), "255.255.255.0");
	EXPECT_EQ(a->dns_count, 2u);
	EXPECT_EQ(addr(a->dns[1]), "192.0.2.54");
	EXPECT_EQ(addr(a->ipv6_dns), "2001:db8::53");
	EXPECT_TRUE(a->route_accept);
	EXPECT_EQ(a->route_tag, 7u);
	EXPECT_EQ(a->route_distance, 5);
	EXPECT_EQ(r->how, CFG_SET_INTERFACE);
	EXPECT_EQ(r->interface, nullptr);
	r = r->next;
	EXPECT_EQ(r->interface, cfg_find_interface(l.model, "Ethernet0/1"));
	r = r->next;
	EXPECT_EQ(r->how, CFG_SET_PREFIX_REMOTE);
	EXPECT_EQ(prefix(r->prefix), "10.0.0.0/8");
	r = r->next;
	EXPECT_EQ(prefix(r->prefix), "2001:db8:1::/48");
	r = r->next;
	EXPECT_EQ(r->how, CFG_SET_PREFIX_LOCAL);
	EXPECT_EQ(prefix(r->prefix), "10.20.0.0/16");
	EXPECT_EQ(r->next, nullptr);
}

TEST(CfgModel, transform_sets)
{
	struct {
		const char *words;
		cfg_enc enc;
		cfg_hash hash;
	} const all[] = {
		{ "esp-aes esp-sha256-hmac", CFG_ENC_AES_CBC_128, CFG_HASH_SHA256 },
		{ "esp-aes 192 esp-sha-hmac", CFG_ENC_AES_CBC_192, CFG_HASH_SHA1 },
		{ "esp-aes 256 esp-sha512-hmac", CFG_ENC_AES_CBC_256, CFG_HASH_SHA512 },
		{ "esp-gcm", CFG_ENC_AES_GCM_128, CFG_HASH_NONE },
		{ "esp-gcm 192", CFG_ENC_AES_GCM_192, CFG_HASH_NONE },
		{ "esp-gcm 256", CFG_ENC_AES_GCM_256, CFG_HASH_NONE },
		{ "esp-chacha20-poly1305", CFG_ENC_CHACHA20_POLY1305, CFG_HASH_NONE },
	};

	for (auto &a : all) {
		Loaded l(std::string("crypto ipsec transform-set T ") + a.words + "\n");
		const cfg_transform_set *t = cfg_find_transform_set(l.model, "T");

		ASSERT_EQ(l.err, ERR_OK) << l.errors();
		EXPECT_EQ(t->enc, a.enc) << a.words;
		EXPECT_EQ(t->auth, a.hash) << a.words;
		EXPECT_FALSE(t->transport);
		EXPECT_TRUE(t->object.complete) << a.words;
	}
}

TEST(CfgModel, ipsec_profile)
{
	Loaded l(
		"crypto ipsec transform-set T esp-gcm 256\n mode transport\ncrypto ipsec profile P\n set transform-set T default\n set pfs group31\n"
		" set security-association lifetime seconds 600\n set security-association lifetime kilobytes 5000\n"
		" set security-association lifetime packets 1000000\n"
		" set security-association replay window-size 1024\ncrypto ipsec df-bit clear\n");
	const cfg_ipsec_profile *p = cfg_find_ipsec_profile(l.model, "P");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	ASSERT_EQ(p->transform_set_count, 2u);
	EXPECT_TRUE(p->transform_set[0]->transport);
	EXPECT_EQ(p->pfs_group, 31);
	EXPECT_EQ(p->lifetime_s, 600u);
	EXPECT_EQ(p->lifetime_kb, 5000u);
	EXPECT_EQ(p->lifetime_packets, 1000000u);
	EXPECT_EQ(p->replay_window, 1024);
	EXPECT_EQ(l.model->df_bit, CFG_DF_CLEAR);
	EXPECT_EQ(Loaded("crypto ipsec profile P\n set security-association replay window-size 100\n").errors(),
		"2:46 must be 64, 128, 256, 512 or 1024\n");
}

TEST(CfgModel, what_holds_for_all)
{
	Loaded l(
		"hostname hub1\nplatform netdev virtual-access\naaa new-model\nipv6 unicast-routing\ncrypto ikev2 cookie-challenge 100\ncrypto ikev2 limit max-sa 5000\ncrypto ikev2 fragmentation mtu 1400\n"
		"crypto ikev2 limit max-in-negotiation-sa 50\ncrypto ikev2 limit source rate 20 burst 60\ncrypto ikev2 limit source half-open 7\n");
	Loaded none(""), always("crypto ikev2 cookie-challenge 0\ncrypto ikev2 limit source rate 20\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_STREQ(l.model->hostname, "hub1");
	EXPECT_TRUE(l.model->aaa_new_model);
	EXPECT_TRUE(l.model->ipv6_unicast_routing);
	EXPECT_TRUE(l.model->netdev_virtual_access);
	EXPECT_FALSE(none.model->netdev_virtual_access);
	EXPECT_EQ(l.model->cookie_challenge, 100u);
	EXPECT_EQ(l.model->frag_mtu, 1400u);
	EXPECT_EQ(l.model->max_sa, 5000u);
	EXPECT_EQ(l.model->max_in_negotiation, 50u);
	EXPECT_EQ(l.model->source_rate, 20u);
	EXPECT_EQ(l.model->source_burst, 60u);
	EXPECT_EQ(l.model->source_half_open, 7u);
	EXPECT_FALSE(l.model->cookie_always);
	EXPECT_TRUE(always.model->cookie_always);
	EXPECT_EQ(always.model->source_burst, 20u);
	EXPECT_STREQ(none.model->hostname, "nave");
	EXPECT_EQ(none.model->cookie_challenge, 0u);
	EXPECT_FALSE(none.model->cookie_always);
	EXPECT_EQ(none.model->source_rate, 0u);
	EXPECT_EQ(none.model->frag_mtu, 0u);
	EXPECT_EQ(none.model->df_bit, CFG_DF_COPY);
	EXPECT_EQ(none.saved(), "");
}

/* RFC7296-3.6 */
TEST(CfgModel, certificates_by_URL)
{
	Loaded none("crypto pki trustpoint T\n"), l("crypto ikev2 http-url cert\ncrypto ikev2 http-url from http://192.0.2.1:80/a/\n"
						    "crypto ikev2 http-url from http://pki.example.net/\n"
						    "crypto pki trustpoint T\n certificate url http://pki.example.net/hub.der\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_TRUE(l.model->http_cert);
	ASSERT_EQ(l.model->http_from_count, 2u);
	EXPECT_STREQ(l.model->http_from[1], "http://pki.example.net/");
	EXPECT_STREQ(cfg_find_trustpoint(l.model, "T")->cert_url, "http://pki.example.net/hub.der");
	EXPECT_FALSE(none.model->http_cert);
	EXPECT_EQ(none.model->http_from_count, 0u);
	EXPECT_EQ(cfg_find_trustpoint(none.model, "T")->cert_url, nullptr);
	for (const char *url : { "http://", "http://pki.example.net", "https://pki.example.net/" })
		EXPECT_NE(Loaded(std::string("crypto ikev2 http-url from ") + url + "\n").errors(), "") << url;
	EXPECT_NE(Loaded("crypto pki trustpoint T\n certificate url ftp://a/\n").errors(), "");
	std::string many;
	for (int i = 0; i <= CFG_HTTP_FROM_MAX; i++)
		many += "crypto ikev2 http-url from http://192.0.2.1/" + std::to_string(i) + "/\n";
	EXPECT_NE(Loaded(many).errors().find("at most"), std::string::npos);
}

TEST(CfgModel, ppk_in_hexadecimal)
{
	auto key = [](const std::string &text) {
		Loaded l("crypto ikev2 keyring K\n peer a\n  address 192.0.2.1\n  ppk manual id i key " + text + "\n");

		return l.err != ERR_OK ? l.errors() : secret(cfg_find_keyring(l.model, "K")->peers->ppk);
	};
	const std::string error = "4:";

	EXPECT_EQ(key("hex 00aAfF"), std::string("\0\xaa\xff", 3));
	EXPECT_EQ(key("hex 0 4142 required"), "AB");
	EXPECT_EQ(key("hex " + std::string(512, '4')), std::string(256, 'D'));
	EXPECT_EQ(key("clear 4142"), "4142");
	EXPECT_EQ(key("4142"), "4142");
	for (const char *bad : { "hex 414", "hex 4g", "hex 0x41", "hex ,," })
		EXPECT_EQ(key(bad).compare(0, error.size(), error), 0) << bad << key(bad);
	Loaded l("crypto ikev2 keyring K\n peer a\n  address 192.0.2.1\n  ppk manual id i key hex 4142\n");
	EXPECT_NE(l.saved().find("  ppk manual id i key hex 4142\n"), std::string::npos);
}

TEST(CfgModel, aaa_lists)
{
	Loaded l(
		"aaa new-model\naaa group server radius G\naaa authorization network A local none\naaa authorization network B group G local\n");
	const cfg_aaa_list *a = cfg_find_aaa_list(l.model, "A"), *b = cfg_find_aaa_list(l.model, "B");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	ASSERT_EQ(a->method_count, 2u);
	EXPECT_EQ(a->method[0], CFG_AAA_LOCAL);
	EXPECT_EQ(a->method[1], CFG_AAA_NONE);
	EXPECT_TRUE(a->object.complete);
	ASSERT_EQ(b->method_count, 2u);
	EXPECT_EQ(b->method[0], CFG_AAA_GROUP);
	EXPECT_STREQ(b->group[0], "G");
	EXPECT_EQ(b->method[1], CFG_AAA_LOCAL);
	EXPECT_FALSE(b->object.complete);
}

TEST(CfgModel, objects_are_walked_and_found)
{
	Loaded l("interface Ethernet0/0\ncrypto pki trustpoint T\n");
	std::string titles;

	for (const cfg_object *o = l.model->objects; o != nullptr; o = o->next_object)
		if (!o->builtin)
			titles += std::string(o->title) + "\n";
	EXPECT_EQ(titles, "interface Ethernet0/0\ncrypto pki trustpoint T\n");
	EXPECT_EQ(cfg_find(l.model, CFG_KIND_PROFILE, "T"), nullptr);
	EXPECT_NE(cfg_find_ref(l.model, "trustpoint", "T"), nullptr);
	EXPECT_NE(cfg_find_ref(l.model, "trustpoint", "CISCO_IDEVID_SUDI"), nullptr);
	EXPECT_STREQ(cfg_model_kind_name(CFG_KIND_PROFILE), "crypto ikev2 profile");
}

} // namespace
