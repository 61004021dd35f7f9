#include <cstring>

#include "../cfg/loaded.h"
#include "../pki/forge.h"
#include "session/auth/credential.h"
#include "session/box/vrf.h"
#include "session/policy.h"

namespace
{

using cfgtest::Loaded;

struct addr ip(const char *text)
{
	struct addr a = {};

	EXPECT_EQ(addr_parse(text, &a), ERR_OK) << text;
	return a;
}

struct cfg_identity named(enum cfg_id_type type, const char *text)
{
	struct cfg_identity id = {};

	id.type = type;
	id.text = text;
	return id;
}

struct cfg_identity at(const char *address)
{
	struct cfg_identity id = {};

	id.type = CFG_ID_ADDRESS;
	id.addr = ip(address);
	return id;
}

struct session_policy_path path(const char *local = "198.51.100.1", const char *vrf = nullptr)
{
	return { session_vrf_id(vrf), ip(local), ip("203.0.113.1") };
}

/* A profile that is complete, with further lines. */
std::string profile(const std::string &name, const std::string &lines)
{
	return "crypto ikev2 profile " + name + "\n authentication local pre-share key L-" + name +
	       "\n authentication remote pre-share key R-" + name + "\n" + lines;
}

std::string chosen(const Loaded &l, const struct cfg_identity &peer, const struct session_policy_path &where = path())
{
	const struct cfg_profile *p = session_policy_profile(l.model, &where, &peer, nullptr);

	EXPECT_EQ(l.err, ERR_OK) << l.errors();
	return p == nullptr ? "-" : p->object.name;
}

TEST(SessionPolicy, R_IKE_06_exact_address)
{
	Loaded l(profile("A", " match identity remote address 203.0.113.1\n"));

	EXPECT_EQ(chosen(l, at("203.0.113.1")), "A");
	EXPECT_EQ(chosen(l, at("203.0.113.2")), "-");
	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "203.0.113.1")), "-");
}

TEST(SessionPolicy, R_IKE_06_the_longer_mask_wins)
{
	Loaded l(profile("WIDE", " match identity remote address 203.0.0.0 255.255.0.0\n") +
		 profile("NARROW", " match identity remote address 203.0.113.0 255.255.255.0\n") +
		 profile("ONE", " match identity remote address 203.0.113.9\n") +
		 profile("SIX", " match identity remote address 2001:db8::/32\n") +
		 profile("ALL", " match identity remote address 0.0.0.0 0.0.0.0\n"));

	EXPECT_EQ(chosen(l, at("203.0.1.1")), "WIDE");
	EXPECT_EQ(chosen(l, at("203.0.113.1")), "NARROW");
	EXPECT_EQ(chosen(l, at("203.0.113.9")), "ONE");
	EXPECT_EQ(chosen(l, at("192.0.2.1")), "ALL");
	EXPECT_EQ(chosen(l, at("2001:db8::1")), "SIX");
	EXPECT_EQ(chosen(l, at("2001:db9::1")), "-");
}

TEST(SessionPolicy, R_IKE_07_fqdn_exact_and_by_domain_at_a_label_boundary)
{
	Loaded l(profile("ONE", " match identity remote fqdn a.vpn.example.net\n") +
		 profile("VPN", " match identity remote fqdn domain vpn.example.net\n") +
		 profile("NET", " match identity remote fqdn domain example.net\n"));

	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "a.vpn.example.net")), "ONE");
	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "A.VPN.Example.Net")), "ONE");
	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "b.vpn.example.net")), "VPN");
	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "vpn.example.net")), "VPN");
	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "xvpn.example.net")), "NET");
	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "notexample.net")), "-");
	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "example.net.evil.test")), "-");
	EXPECT_EQ(chosen(l, named(CFG_ID_EMAIL, "a@vpn.example.net")), "-");
}

/* RFC7296-4-c */
TEST(SessionPolicy, R_IKE_08_email_exact_and_by_domain)
{
	Loaded l(profile("ONE", " match identity remote email ann@example.net\n") +
		 profile("ALL", " match identity remote email domain example.net\n"));

	EXPECT_EQ(chosen(l, named(CFG_ID_EMAIL, "Ann@example.net")), "ONE");
	EXPECT_EQ(chosen(l, named(CFG_ID_EMAIL, "bob@example.net")), "ALL");
	EXPECT_EQ(chosen(l, named(CFG_ID_EMAIL, "bob@sub.example.net")), "ALL");
	EXPECT_EQ(chosen(l, named(CFG_ID_EMAIL, "bob@badexample.net")), "-");
	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "bob.example.net")), "-");
}

TEST(SessionPolicy, R_IKE_09_key_id_with_case)
{
	Loaded l(profile("A", " match identity remote key-id clients\n"));

	EXPECT_EQ(chosen(l, named(CFG_ID_KEY_ID, "clients")), "A");
	EXPECT_EQ(chosen(l, named(CFG_ID_KEY_ID, "Clients")), "-");
	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "clients")), "-");
}

/* RFC7296-3.5-b */
TEST(SessionPolicy, R_IKE_10_any_takes_every_type_and_is_the_last_choice)
{
	Loaded l(profile("ANY", " match identity remote any\n") + profile("NET", " match identity remote fqdn domain example.net\n"));

	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "a.example.net")), "NET");
	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "a.example.com")), "ANY");
	EXPECT_EQ(chosen(l, named(CFG_ID_KEY_ID, "x")), "ANY");
	EXPECT_EQ(chosen(l, named(CFG_ID_DN, nullptr)), "ANY");
	EXPECT_EQ(chosen(l, at("2001:db8::1")), "ANY");
}

TEST(SessionPolicy, R_IKE_12_a_profile_of_a_front_vrf_is_for_that_alone)
{
	Loaded l("vrf definition red\n" + profile("RED", " match fvrf red\n match identity remote any\n") +
		 profile("GLOBAL", " match identity remote any\n"));

	EXPECT_EQ(chosen(l, at("203.0.113.1")), "GLOBAL");
	EXPECT_EQ(chosen(l, at("203.0.113.1"), path("198.51.100.1", "red")), "RED");
	EXPECT_EQ(chosen(l, at("203.0.113.1"), path("198.51.100.1", "blue")), "-") << "GLOBAL is no VRF of a name";
}

/* cli.md 1.2, 1.4: fvrf and address > fvrf > any; `any` with an address is between those. */
TEST(SessionPolicy, R_IKE_12_R_IKE_24_the_most_specific_path)
{
	const std::string kinds[] = { " match fvrf red\n match address local 198.51.100.1\n", " match fvrf red\n",
		" match fvrf any\n match address local 198.51.100.1\n", " match fvrf any\n", "" };
	const char *const names[] = { "RED1", "RED", "ANY1", "ANY", "GLOBAL" };
	const struct {
		const char *local, *vrf, *best; /* of all, then without the first, … */
	} rows[] = { { "198.51.100.1", "red", "RED1 RED ANY1 ANY -" }, { "198.51.100.2", "red", "RED RED ANY ANY -" },
		{ "198.51.100.1", "blue", "ANY1 ANY1 ANY1 ANY -" }, { "198.51.100.2", "blue", "ANY ANY ANY ANY -" },
		{ "198.51.100.1", nullptr, "GLOBAL GLOBAL GLOBAL GLOBAL GLOBAL" },
		{ "198.51.100.2", nullptr, "GLOBAL GLOBAL GLOBAL GLOBAL GLOBAL" } };

	for (const auto &r : rows) {
		std::string profiles, policies;

		for (size_t from = 0; from < std::size(kinds); from++) {
			std::string text = "vrf definition red\n";

			for (size_t i = std::size(kinds); i-- > from;) /* the best is written last */
				text += profile(names[i], kinds[i] + " match identity remote any\n") + "crypto ikev2 policy " + names[i] +
					"\n" + kinds[i] + " proposal default\n";
			Loaded l(text);
			struct session_policy_path where = path(r.local, r.vrf);
			const struct cfg_policy *p = session_policy_ike(l.model, &where);
			std::string policy = p->object.builtin ? "-" : p->object.name;

			profiles += (from == 0 ? "" : " ") + chosen(l, at("203.0.113.1"), where);
			policies += (from == 0 ? "" : " ") + policy;
		}
		EXPECT_EQ(profiles, r.best);
		EXPECT_EQ(policies, r.best);
	}
}

/* cli.md 1.4: identity lines and certificate maps are alternatives, the most specific of either decides. */
TEST(SessionPolicy, R_IKE_11_R_IKE_14_identities_and_maps_together)
{
	forge::Forge f;
	struct pki_cert *cert = nullptr;
	Loaded l("crypto pki certificate map M 10\n subject-name co ou = branches\n issuer-name co cn = root\n"
		 "crypto pki certificate map M 20\n subject-name co ou = hubs\n"
		 "crypto pki certificate map N 10\n subject-name co branches\n" +
		 profile("MAP", " match certificate M\n") + profile("LESS", " match certificate N\n match identity remote key-id k\n") +
		 profile("NAME", " match identity remote fqdn a.example.net\n") + profile("ANY", " match identity remote any\n"));

	f.issue("root", { .issuer = "", .subject = { { "CN", "root" } }, .ca = true });
	f.issue("leaf", { .issuer = "root", .subject = { { "OU", "branches" }, { "CN", "leaf" } } });
	std::vector<uint8_t> der = f.der("leaf");
	ASSERT_EQ(pki_cert_parse(bytes_of(der.data(), der.size()), &cert), ERR_OK);
	auto with = [&](const struct cfg_identity &peer) -> std::string {
		struct session_policy_path where = path();

		return session_policy_profile(l.model, &where, &peer, cert)->object.name;
	};
	EXPECT_EQ(with(named(CFG_ID_FQDN, "b.example.net")), "MAP") << "two lines of a sequence are more than one";
	EXPECT_EQ(with(named(CFG_ID_FQDN, "a.example.net")), "NAME") << "an exact name is more than a map";
	EXPECT_EQ(with(named(CFG_ID_KEY_ID, "k")), "LESS") << "by its other line";
	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "b.example.net")), "ANY") << "without certificate";
	pki_cert_free(cert);
}

/* cli.md 5: each field and each operator that the language has, as it is written. */
TEST(SessionPolicy, R_IKE_11_every_line_of_a_certificate_map)
{
	forge::Forge f;
	struct pki_cert *cert = nullptr;

	f.issue("root", { .issuer = "", .subject = { { "CN", "Root CA" } }, .ca = true });
	f.issue("leaf", { .issuer = "root",
				.subject = { { "O", "Example" }, { "OU", "branches" }, { "CN", "spoke1" },
					{ "unstructuredName", "r1.example.net" } },
				.alt = "DNS:spoke1.example.net,IP:192.0.2.1" });
	std::vector<uint8_t> der = f.der("leaf");
	ASSERT_EQ(pki_cert_parse(bytes_of(der.data(), der.size()), &cert), ERR_OK);
	const struct {
		const char *line;
		unsigned holds; /* lines of the best sequence */
	} rows[] = {
		{ "subject-name co ou = branches", 1 },
		{ "subject-name co OU=Branches", 1 },
		{ "subject-name co  o  =  example ,  ou  = BRANCHES", 0 }, /* the printed order is the other */
		{ "subject-name co ou=branch", 0 },
		{ "subject-name co branch", 1 },
		{ "subject-name eq cn=spoke1", 0 },
		{ "subject-name nc ou=hubs", 1 },
		{ "subject-name nc ou=branches", 0 },
		{ "subject-name ne cn=spoke1", 1 },
		{ "issuer-name eq cn = root ca", 1 },
		{ "issuer-name co cn = root", 0 },
		{ "issuer-name ne cn=root ca", 0 },
		{ "alt-subject-name eq SPOKE1.example.net", 1 },
		{ "alt-subject-name co 192.0.2", 1 },
		{ "alt-subject-name nc hub", 1 },
		{ "alt-subject-name ne 192.0.2.1", 0 },
		{ "name co ou=branches", 1 },
		{ "name co hubs", 0 },
		{ "unstructured-subject-name eq r1.example.net", 1 },
		{ "unstructured-subject-name nc r1", 0 },
		{ "serial-number ne 00", 1 },
		{ "subject-name co branches\n issuer-name co root", 2 },
		{ "subject-name co branches\n issuer-name co other", 0 },
		{ "subject-name co hubs\ncrypto pki certificate map M 20\n subject-name co branches", 1 },
	};
	for (const auto &r : rows) {
		Loaded l(std::string("crypto pki certificate map M 10\n ") + r.line + "\n");

		ASSERT_EQ(l.err, ERR_OK) << r.line << l.errors();
		EXPECT_EQ(session_credential_map(l.model->cert_maps, cert), r.holds) << r.line;
	}
	const struct {
		const char *line;
		bool holds;
	} dates[] = { { "valid-start lt Jan 01 2030 00:00:00", true }, { "valid-start ge Jan 01 2030 00:00:00", false },
		{ "expires-on gt Jan 01 2020 00:00:00", true }, { "expires-on lt Jan 01 2020 00:00:00", false } };
	for (const auto &d : dates) {
		Loaded l(std::string("crypto pki certificate map M 10\n ") + d.line + "\n");

		ASSERT_EQ(l.err, ERR_OK) << d.line << l.errors();
		EXPECT_EQ(session_credential_map(l.model->cert_maps, cert), d.holds ? 1u : 0u) << d.line;
	}
	pki_cert_free(cert);
}

TEST(SessionPolicy, R_IKE_13_a_profile_of_a_local_address)
{
	Loaded l("interface Loopback7\n ip address 198.51.100.7 255.255.255.255\n ipv6 address 2001:db8::7/128\n" +
		 profile("ONE", " match address local 198.51.100.1\n match identity remote any\n") +
		 profile("IF", " match address local interface Loopback7\n match identity remote any\n"));

	EXPECT_EQ(chosen(l, at("203.0.113.1")), "ONE");
	EXPECT_EQ(chosen(l, at("203.0.113.1"), path("198.51.100.7")), "IF");
	EXPECT_EQ(chosen(l, at("203.0.113.1"), path("2001:db8::7")), "IF");
	EXPECT_EQ(chosen(l, at("203.0.113.1"), path("198.51.100.2")), "-");
}

/* Lines of one kind are alternatives, kinds all have to fit. */
TEST(SessionPolicy, R_IKE_14_truth_table)
{
	Loaded l(profile("A", " match identity remote fqdn a.example.net\n match identity remote key-id k\n"
			      " match address local 198.51.100.1\n match address local 198.51.100.2\n match fvrf any\n"));
	const struct {
		struct cfg_identity peer;
		const char *local, *vrf, *result;
	} rows[] = {
		{ named(CFG_ID_FQDN, "a.example.net"), "198.51.100.1", nullptr, "A" },
		{ named(CFG_ID_FQDN, "a.example.net"), "198.51.100.2", "red", "A" },
		{ named(CFG_ID_KEY_ID, "k"), "198.51.100.2", nullptr, "A" },
		{ named(CFG_ID_KEY_ID, "k"), "198.51.100.3", nullptr, "-" },
		{ named(CFG_ID_KEY_ID, "j"), "198.51.100.1", nullptr, "-" },
		{ named(CFG_ID_FQDN, "b.example.net"), "198.51.100.3", "red", "-" },
	};

	for (const auto &r : rows)
		EXPECT_EQ(chosen(l, r.peer, path(r.local, r.vrf)), r.result) << r.local;
}

TEST(SessionPolicy, R_IKE_14_identity_goes_before_path_and_path_before_order)
{
	Loaded l(profile("FIRST", " match fvrf any\n match identity remote any\n") +
		 profile("LOCAL", " match address local 198.51.100.1\n match identity remote any\n") +
		 profile("NAME", " match fvrf any\n match identity remote fqdn a.example.net\n"));

	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "a.example.net")), "NAME");
	EXPECT_EQ(chosen(l, at("203.0.113.1")), "LOCAL");
	EXPECT_EQ(chosen(l, at("203.0.113.1"), path("198.51.100.2")), "FIRST");
}

TEST(SessionPolicy, a_profile_that_is_shut_down_or_incomplete_is_passed_over)
{
	Loaded l(profile("SHUT", " match identity remote fqdn a.example.net\n shutdown\n") +
		 "crypto ikev2 profile HALF\n match identity remote fqdn b.example.net\n authentication local pre-share key K\n" +
		 profile("ANY", " match identity remote any\n"));

	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "a.example.net")), "ANY");
	EXPECT_EQ(chosen(l, named(CFG_ID_FQDN, "b.example.net")), "ANY");
}

TEST(SessionPolicy, an_initiators_profile_accepts_by_its_own_lines)
{
	Loaded l(profile("A", " match identity remote fqdn hub.example.net\n"));
	const struct cfg_profile *p = cfg_find_profile(l.model, "A");
	struct cfg_identity hub = named(CFG_ID_FQDN, "hub.example.net"), other = named(CFG_ID_FQDN, "bad.example.net");

	EXPECT_TRUE(session_policy_accepts(p, &hub, nullptr));
	EXPECT_FALSE(session_policy_accepts(p, &other, nullptr));
}

/* ---- IKEv2 policies ---- */

std::string policy(const Loaded &l, const char *local)
{
	struct session_policy_path where = path(local);
	const struct cfg_policy *p = session_policy_ike(l.model, &where);

	return p == nullptr ? "-" : p->object.name;
}

/* R-DEF-06 */
/* RFC7296-3.3.4-a */
TEST(SessionPolicy, R_IKE_24_the_most_specific_policy_and_the_default_behind_it)
{
	const std::string proposal = "crypto ikev2 proposal P\n encryption aes-gcm-128\n prf sha256\n group 19\n";
	Loaded bare(""), l(proposal + "crypto ikev2 policy ANY\n match fvrf any\n proposal P\n"
				      "crypto ikev2 policy ONE\n match address local 198.51.100.1\n proposal P\n"
				      "crypto ikev2 policy HALF\n match address local 198.51.100.2\n");

	EXPECT_EQ(policy(bare, "198.51.100.1"), "default");
	EXPECT_EQ(policy(l, "198.51.100.1"), "ONE");
	EXPECT_EQ(policy(l, "198.51.100.2"), "ANY"); /* HALF has no proposal */
}

/* ---- keys ---- */

std::string key(const struct secret *s)
{
	struct bytes b = s == nullptr ? bytes_of("-", 1) : secret_view(s);

	return std::string(reinterpret_cast<const char *>(b.data), b.len);
}

/* "local/remote" */
std::string keys(const Loaded &l, const struct cfg_identity &peer, const char *remote, bool responder)
{
	struct addr a = ip(remote);
	struct session_policy_psk k = session_policy_keys(cfg_find_profile(l.model, "P"), &peer, &a, responder);

	EXPECT_EQ(l.err, ERR_OK) << l.errors();
	return key(k.local) + "/" + key(k.remote);
}

std::string ringed(const std::string &peers)
{
	return "crypto ikev2 keyring R\n" + peers +
	       "crypto ikev2 profile P\n match identity remote any\n authentication local pre-share\n authentication remote pre-share\n"
	       " keyring local R\n";
}

TEST(SessionPolicy, R_IKE_17_inline_keys_go_before_the_keyring)
{
	Loaded l(ringed(" peer a\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key ring\n") +
		 "crypto ikev2 profile P\n authentication local pre-share key mine\n");

	EXPECT_EQ(keys(l, at("203.0.113.1"), "203.0.113.1", true), "mine/ring");
}

TEST(SessionPolicy, R_IKE_18_keys_of_the_two_directions)
{
	Loaded l(ringed(" peer a\n  address 203.0.113.1\n  pre-shared-key local ours\n  pre-shared-key remote theirs\n"
			" peer b\n  address 203.0.113.2\n  pre-shared-key both\n"));

	EXPECT_EQ(keys(l, at("203.0.113.1"), "203.0.113.1", true), "ours/theirs");
	EXPECT_EQ(keys(l, at("203.0.113.2"), "203.0.113.2", true), "both/both");
	EXPECT_EQ(keys(l, at("203.0.113.3"), "203.0.113.3", true), "-/-");
}

TEST(SessionPolicy, R_IKE_18_a_responder_looks_by_identity_then_by_the_longest_address)
{
	Loaded l(ringed(" peer any\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key any\n"
			" peer net\n  address 203.0.113.0 255.255.255.0\n  pre-shared-key net\n"
			" peer domain\n  identity fqdn domain example.net\n  pre-shared-key domain\n"
			" peer sub\n  identity fqdn domain vpn.example.net\n  pre-shared-key sub\n"
			" peer one\n  identity fqdn a.vpn.example.net\n  pre-shared-key one\n"
			" peer kid\n  identity key-id k\n  pre-shared-key kid\n"
			" peer ip\n  identity address 192.0.2.5\n  pre-shared-key ip\n"));
	const struct {
		struct cfg_identity peer;
		const char *remote, *result;
	} rows[] = {
		{ named(CFG_ID_FQDN, "a.vpn.example.net"), "203.0.113.1", "one/one" },
		{ named(CFG_ID_FQDN, "b.vpn.example.net"), "203.0.113.1", "sub/sub" },
		{ named(CFG_ID_FQDN, "b.example.net"), "203.0.113.1", "domain/domain" },
		{ named(CFG_ID_FQDN, "b.example.com"), "203.0.113.1", "net/net" },
		{ named(CFG_ID_FQDN, "b.example.com"), "192.0.2.1", "any/any" },
		{ named(CFG_ID_KEY_ID, "k"), "192.0.2.1", "kid/kid" },
		{ at("192.0.2.5"), "192.0.2.1", "ip/ip" },
	};

	for (const auto &r : rows)
		EXPECT_EQ(keys(l, r.peer, r.remote, true), r.result) << r.result;
}

TEST(SessionPolicy, an_initiator_looks_by_address_alone)
{
	Loaded l(ringed(" peer name\n  identity fqdn hub.example.net\n  pre-shared-key name\n"
			" peer hub\n  address 198.51.100.1\n  pre-shared-key hub\n"));

	EXPECT_EQ(keys(l, named(CFG_ID_FQDN, "hub.example.net"), "198.51.100.1", false), "hub/hub");
	EXPECT_EQ(keys(l, named(CFG_ID_FQDN, "hub.example.net"), "198.51.100.2", false), "-/-");
	EXPECT_EQ(keys(l, named(CFG_ID_FQDN, "hub.example.net"), "198.51.100.2", true), "name/name");
}

} // namespace
