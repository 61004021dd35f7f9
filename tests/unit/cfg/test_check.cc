/* What makes an object complete, what is refused and what is warned about: cli.md 1 to 3. */
#include "loaded.h"

using namespace cfgtest;

namespace
{

const char *const keyring = "crypto ikev2 keyring K\n peer a\n  address 192.0.2.9\n  pre-shared-key k\n";
const char *const psk = " match identity remote any\n authentication local pre-share key k\n authentication remote pre-share key k\n";

std::string lacks(const std::string &text, cfg_kind kind, const char *name)
{
	Loaded l(text);

	EXPECT_EQ(l.err, ERR_OK) << l.errors();
	if (l.err != ERR_OK)
		return "not loaded";
	const cfg_object *o = cfg_find(l.model, kind, name);
	return o == nullptr ? "not found" : reasons(o);
}

/* ---- proposals, policies ---- */

std::string proposal(const std::string &lines)
{
	return lacks("crypto ikev2 proposal p\n" + lines, CFG_KIND_PROPOSAL, "p");
}

TEST(CfgCheck, a_proposal_needs_its_parts)
{
	EXPECT_EQ(proposal(""), "needs 'encryption'\nneeds 'group'\n");
	EXPECT_EQ(proposal("encryption aes-cbc-128\ngroup 19\n"), "needs 'integrity'\n");
	EXPECT_EQ(proposal("encryption aes-gcm-128\ngroup 19\n"), "needs 'prf', because of its AEAD encryption\n");
	EXPECT_EQ(proposal("encryption aes-gcm-128\nprf sha256\n"), "needs 'group'\n");
	EXPECT_EQ(proposal("encryption chacha20-poly1305\nprf sha256\ngroup 31\n"), "");
	EXPECT_EQ(proposal("encryption aes-cbc-128\nintegrity sha1\ngroup 2\n"), "");
	EXPECT_EQ(proposal("encryption des\nintegrity md5\ngroup 1 24\n"), "");
	EXPECT_EQ(proposal("encryption aes-cbc-256\nintegrity sha256\ngroup 17 18 32 35 36 37\n"), "");
}

/* RFC7296-2.7-a */
TEST(CfgCheck, a_proposal_is_not_mixed_and_has_known_groups)
{
	EXPECT_EQ(Loaded("crypto ikev2 proposal p\n encryption aes-cbc-128 aes-gcm-128\n").errors(),
		"2:2 AEAD (gcm, chacha20) and CBC don't mix in one proposal: make two\n");
	EXPECT_EQ(Loaded("crypto ikev2 proposal p\n group 19 3\n").errors(),
		"2:11 no group 3: there are 1, 2, 5, 14 to 21, 24, 31, 32 and 35 to 37\n");
}

TEST(CfgCheck, weak_algorithms_are_warned_about)
{
	EXPECT_EQ(Loaded("crypto ikev2 proposal p\n encryption 3des des\n integrity md5 sha1 sha256\n group 1 2 5 24 19\n").warnings(),
		"2:13 '3des' is weak\n2:18 'des' is weak\n3:12 'md5' is weak\n3:16 'sha1' is weak\n"
		"4:8 'group 1' is weak\n4:10 'group 2' is weak\n4:12 'group 5' is weak\n4:14 'group 24' is weak\n");
	EXPECT_EQ(Loaded("").warnings(), "") << "the smart defaults are ours";
}

/* A word whose algorithm this host hasn't: the object isn't used, and the load says where and why. */
TEST(CfgCheck, R_SEC_what_the_cryptographic_library_lacks)
{
	auto has = [](void *, enum cfg_skill skill, const char *word) {
		return std::string(word) != (skill == CFG_SKILL_CIPHER ? "3des" : skill == CFG_SKILL_HASH ? "md5" : "36");
	};
	const std::unique_ptr<cfg_lang, void (*)(cfg_lang *)> poor(cfg_lang_new(), cfg_lang_free);
	const cfg_able able = { has, nullptr };
	cfg_messages messages = {};
	cfg_model *m = nullptr;
	std::string said;
	const char *text = "crypto ikev2 proposal p\n encryption aes-cbc-256 3des\n integrity sha512 md5\n group 19\n"
			   " additional-key-exchange 1 36 none\ncrypto ikev2 proposal q\n encryption aes-cbc-256\n"
			   " integrity sha512\n group 19 36\ncrypto ipsec profile i\n set pfs group36\n";

	cfg_lang_limit(poor.get(), &able);
	ASSERT_EQ(cfg_load(poor.get(), "test.cfg", bytes_str(text), &messages, &m), ERR_OK);
	for (const cfg_message *w = messages.first; w != nullptr; w = w->next)
		if (strstr(w->text, "lacks") != nullptr)
			said += std::to_string(w->line) + ":" + std::to_string(w->column) + " " + w->text + "\n";
	EXPECT_EQ(said, "2:25 the cryptographic library of this host lacks '3des': 'crypto ikev2 proposal p' isn't used\n"
			"3:19 the cryptographic library of this host lacks 'md5': 'crypto ikev2 proposal p' isn't used\n"
			"5:28 the cryptographic library of this host lacks '36': 'crypto ikev2 proposal p' isn't used\n"
			"9:11 the cryptographic library of this host lacks '36': 'crypto ikev2 proposal q' isn't used\n"
			"11:10 the cryptographic library of this host lacks '36': 'crypto ipsec profile i' isn't used\n");
	EXPECT_FALSE(cfg_find_proposal(m, "p")->object.complete);
	EXPECT_EQ(reasons(&cfg_find_proposal(m, "q")->object), "the cryptographic library of this host lacks '36'\n");
	EXPECT_FALSE(cfg_find_proposal(m, "legacy")->object.complete) << "ours have no more than others";
	EXPECT_TRUE(cfg_find_proposal(m, "default")->object.complete);
	cfg_message_fini(&messages);
	cfg_model_free(m);
}

TEST(CfgCheck, weak_words_of_ipsec)
{
	EXPECT_EQ(Loaded("crypto ipsec transform-set T esp-null esp-md5-hmac\ncrypto ipsec transform-set U esp-3des esp-sha-hmac\n"
			 "crypto ipsec profile P\n set pfs group2\n")
			  .warnings(),
		"1:30 'esp-null' hides nothing\n1:39 'esp-md5-hmac' is weak\n2:30 'esp-3des' is weak\n2:39 'esp-sha-hmac' is weak\n"
		"4:10 'group2' is weak\n");
}

TEST(CfgCheck, a_policy_needs_a_complete_proposal)
{
	EXPECT_EQ(lacks("crypto ikev2 policy p\n", CFG_KIND_POLICY, "p"), "needs a proposal that is complete\n");
	EXPECT_EQ(lacks("crypto ikev2 proposal q\ncrypto ikev2 policy p\n proposal q\n", CFG_KIND_POLICY, "p"),
		"needs a proposal that is complete\n");
	EXPECT_EQ(lacks("crypto ikev2 proposal q\ncrypto ikev2 policy p\n proposal q default\n", CFG_KIND_POLICY, "p"), "");
}

TEST(CfgCheck, two_equal_policies_are_refused)
{
	EXPECT_EQ(Loaded("crypto ikev2 policy a\n match fvrf any\ncrypto ikev2 policy b\n match fvrf any\n").errors(),
		"3:1 matches the same as 'crypto ikev2 policy a' (line 1): they must differ in 'match fvrf' or 'match address local'\n");
	EXPECT_EQ(Loaded("crypto ikev2 policy a\n match fvrf any\ncrypto ikev2 policy b\n match address local 192.0.2.1\n"
			 "crypto ikev2 policy c\n match fvrf any\n match address local 192.0.2.1\n")
			  .errors(),
		"");
	EXPECT_EQ(Loaded("crypto ikev2 policy a\n match fvrf any\n").err, ERR_OK) << "the built-in default gives way";
}

/* ---- keyrings ---- */

TEST(CfgCheck, a_keyring_peer_needs_a_key_and_a_way_to_be_found)
{
	EXPECT_EQ(lacks("crypto ikev2 keyring K\n peer a\n", CFG_KIND_KEYRING_PEER, "a"),
		"needs 'pre-shared-key'\nneeds 'address', 'identity' or 'hostname'\n");
	EXPECT_EQ(lacks("crypto ikev2 keyring K\n peer a\n", CFG_KIND_KEYRING, "K"), "needs a peer that is complete\n");
	EXPECT_EQ(lacks(keyring, CFG_KIND_KEYRING, "K"), "");
	EXPECT_EQ(lacks("crypto ikev2 keyring K\n peer a\n  identity fqdn x\n  pre-shared-key k\n  ppk manual id i key k required\n",
			  CFG_KIND_KEYRING_PEER, "a"),
		"");
	EXPECT_EQ(lacks("crypto ikev2 keyring K\n peer a\n  identity fqdn x\n  ppk manual id i key k\n", CFG_KIND_KEYRING_PEER, "a"), "")
		<< "for a profile that authenticates by certificate";
}

TEST(CfgCheck, two_peers_of_a_keyring_do_not_share_an_address)
{
	EXPECT_EQ(
		Loaded("crypto ikev2 keyring K\n peer a\n  address 192.0.2.1\n  pre-shared-key k\n peer b\n  address 192.0.2.1\n  pre-shared-key k\n"
		       "crypto ikev2 keyring L\n peer a\n  address 192.0.2.1\n  pre-shared-key k\n")
			.errors(),
		"5:2 has the address of 'peer a' (line 2): one peer, one address\n");
}

TEST(CfgCheck, a_key_of_one_direction_must_do_for_the_profiles_that_use_it)
{
	const char *local_only = "crypto ikev2 keyring K\n peer a\n  address 192.0.2.1\n  pre-shared-key local k\n";

	EXPECT_EQ(Loaded(std::string(local_only) + "crypto ikev2 profile P\n match identity remote any\n authentication local pre-share\n"
						   " authentication remote pre-share\n keyring K\n")
			  .errors(),
		"2:2 needs 'pre-shared-key remote': 'crypto ikev2 profile P' (line 5) asks for pre-share\n");
	EXPECT_EQ(Loaded(std::string(local_only) + "crypto ikev2 profile P\n match identity remote any\n authentication local pre-share\n"
						   " authentication remote rsa-sig\n keyring K\n")
			  .err,
		ERR_OK);
}

/* ---- profiles ---- */

std::string profile(const std::string &lines, const std::string &before = "")
{
	return lacks(before + "crypto ikev2 profile P\n" + lines, CFG_KIND_PROFILE, "P");
}

TEST(CfgCheck, a_profile_needs_its_parts)
{
	EXPECT_EQ(profile(""),
		"needs 'match identity remote' or 'match certificate'\nneeds 'authentication local'\nneeds 'authentication remote'\n");
	EXPECT_EQ(profile(psk), "");
	EXPECT_EQ(profile(" match identity remote any\n authentication local pre-share key k\n authentication remote pre-share\n"),
		"needs 'keyring' or a key in the line 'authentication remote pre-share'\n");
	EXPECT_EQ(profile(" match identity remote any\n authentication local pre-share\n authentication remote pre-share\n keyring K\n",
			  keyring),
		"");
	EXPECT_EQ(profile(" match identity remote any\n authentication local pre-share\n authentication remote pre-share\n keyring K\n",
			  "crypto ikev2 keyring K\n"),
		"'crypto ikev2 keyring K' isn't complete\n");
}

/* R-IKE-15, R-IKE-20 */
TEST(CfgCheck, certificate_methods_need_their_trust_points)
{
	const char *both = " match identity remote any\n authentication local rsa-sig\n authentication remote ecdsa-sig\n";
	const char *point = "crypto pki trustpoint T\ncrypto pki import T pem ca.pem\n";

	EXPECT_EQ(profile(both),
		"needs 'pki trustpoint' with our certificate\nneeds 'pki trustpoint' with the CA of the peers' certificates\n");
	EXPECT_EQ(profile(std::string(both) + " pki trustpoint T\n", point), "");
	EXPECT_EQ(profile(std::string(both) + " pki trustpoint T sign\n", point),
		"needs 'pki trustpoint' with the CA of the peers' certificates\n");
	EXPECT_EQ(profile(std::string(both) + " pki trustpoint T verify\n", point), "needs 'pki trustpoint' with our certificate\n");
	EXPECT_EQ(profile(std::string(both) + " pki trustpoint T\n", "crypto pki trustpoint T\n"),
		"'crypto pki trustpoint T' isn't complete\n");
	EXPECT_EQ(profile(std::string(both) + " pki trustpoint T\n",
			  (std::string(point) + "crypto pki trustpoint T\n enrollment url http://x\n").c_str()),
		"")
		<< "what was imported doesn't need enrolment";
	EXPECT_EQ(
		profile(" match identity remote any\n authentication local pre-share key k\n authentication remote pre-share key k\n identity local dn\n"),
		"'identity local dn' needs a certificate method in 'authentication local'\n");
}

TEST(CfgCheck, R_IKE_11_certificate_maps)
{
	const char *lines = " match certificate M\n authentication local pre-share key k\n authentication remote pre-share key k\n";
	Loaded l("crypto pki certificate map M 10\n subject-name co ou = branches\n issuer-name eq cn=x\n"
		 "crypto pki certificate map M 20\n alt-subject-name nc hub\n serial-number ne 01\n");
	const struct cfg_cert_map *m = cfg_find_cert_map(l.model, "M");
	std::string got;

	ASSERT_NE(m, nullptr);
	for (const struct cfg_cert_line *c = m->lines; c != nullptr; c = c->next)
		got += std::to_string(c->seq) + " " + std::to_string(c->field) + " " + std::to_string(c->how) + " " + c->text + "\n";
	EXPECT_EQ(got, "10 0 0 ou = branches\n10 1 1 cn=x\n20 2 2 hub\n20 3 3 01\n");
	EXPECT_EQ(profile(lines, "crypto pki certificate map M 10\n"), "'crypto pki certificate map M 10' isn't complete\n");
	EXPECT_EQ(profile(lines, "crypto pki certificate map M 10\n subject-name co x\n name co y\n unstructured-subject-name eq z\n"), "");
	EXPECT_NE(Loaded("crypto pki certificate map M 10\n subject-name co x\ncrypto ikev2 profile A\n match certificate M\n"
			 "crypto ikev2 profile B\n match certificate M\n")
			  .errors()
			  .find("matches 'certificate M' as 'crypto ikev2 profile A' (line 3) does"),
		std::string::npos);
}

TEST(CfgCheck, R_PKI_06_revocation_check_and_imports)
{
	const struct {
		const char *line, *methods;
	} cases[] = { { "", "1" }, { " revocation-check none\n", "0" }, { " revocation-check crl\n", "1" },
		{ " revocation-check crl none\n", "10" }, { " revocation-check none crl\n", "0" },
		{ " revocation-check ocsp none\n", "20" }, { " revocation-check ocsp\n ocsp url http://192.0.2.1/ocsp\n", "2" },
		{ " revocation-check ocsp crl none\n", "210" }, { " revocation-check crl ocsp\n", "12" } };

	for (const auto &c : cases) {
		Loaded l(std::string("crypto pki trustpoint T\n") + c.line +
			 "crypto pki import T pem ca.pem /etc/own.pem\ncrypto pki import T pkcs12 password 0 secret own.p12\n");
		const struct cfg_trustpoint *t = cfg_find_trustpoint(l.model, "T");

		ASSERT_NE(t, nullptr) << l.errors();
		std::string methods;
		for (unsigned i = 0; i < t->revocation_count; i++)
			methods += std::to_string(t->revocation[i]);
		EXPECT_EQ(methods, c.methods) << c.line;
		EXPECT_EQ(t->ocsp_url != nullptr, std::string(c.line).find("url") != std::string::npos);
		EXPECT_TRUE(t->object.complete) << c.line;
		ASSERT_NE(t->imports, nullptr);
		EXPECT_STREQ(t->imports->path, "ca.pem");
		EXPECT_EQ(t->imports->password, nullptr);
		EXPECT_STREQ(t->imports->next->path, "/etc/own.pem");
		ASSERT_NE(t->imports->next->next, nullptr);
		EXPECT_TRUE(t->imports->next->next->pkcs12);
		EXPECT_TRUE(bytes_eq(secret_view(t->imports->next->next->password), bytes_str("secret")));
	}
}

TEST(CfgCheck, R_PKI_06_what_makes_no_sense_of_revocation)
{
	EXPECT_NE(Loaded("crypto pki trustpoint T\n revocation-check crl crl\n").errors().find("is there twice"), std::string::npos);
	EXPECT_NE(Loaded("crypto pki trustpoint T\n ocsp url https://192.0.2.1/\n").errors().find("needs 'http://"), std::string::npos);
	EXPECT_EQ(Loaded("crypto pki trustpoint T\n revocation-check none ocsp\n").said(CFG_WARNING).empty(), false);
}

TEST(CfgCheck, R_IKE_11_dates_of_certificate_maps)
{
	const struct {
		const char *text;
		int64_t date_s; /* -1: none */
	} cases[] = { { "01 01 1970 00:00:00", 0 }, { "jan 02 1970", 86400 }, { "Jun 15 2026 12:00:00", 1781524800 },
		{ "15 06 2026 12:00:00", 1781524800 }, { "15 06 2026 12:00", 1781524800 }, { "29 02 2024", 1709164800 },
		{ "29 02 2023", -1 }, { "31 04 2026", -1 }, { "15 13 2026", -1 }, { "15 06 2026 25:00:00", -1 }, { "june 15 2026", -1 },
		{ "tomorrow", -1 }, { "15 06 2026 12:00:00 x", -1 }, { "15 06", -1 } };

	for (const auto &k : cases) {
		Loaded l(std::string("crypto pki certificate map M 10\n expires-on ge ") + k.text + "\n");

		if (k.date_s == -1) {
			EXPECT_NE(l.errors().find("needs a date"), std::string::npos) << k.text;
			continue;
		}
		ASSERT_EQ(l.err, ERR_OK) << k.text << l.errors();
		EXPECT_EQ(cfg_find_cert_map(l.model, "M")->lines->date_s, k.date_s) << k.text;
		EXPECT_EQ(cfg_find_cert_map(l.model, "M")->lines->how, CFG_CERT_GE);
	}
}

/* R-AAA-13: a server proves itself by certificate where the peer uses EAP. */
TEST(CfgCheck, eap_needs_a_certificate_on_the_other_side_R_AAA_13)
{
	EXPECT_NE(profile(" match identity remote any\n authentication local pre-share key k\n authentication remote eap\n")
			  .find("'authentication remote eap' needs a certificate method in 'authentication local'"),
		std::string::npos);
	EXPECT_NE(profile(" match identity remote any\n authentication local eap\n authentication remote pre-share key k\n")
			  .find("'authentication local eap' needs a certificate method in 'authentication remote'"),
		std::string::npos);
	EXPECT_EQ(profile(" match identity remote any\n authentication local rsa-sig\n authentication remote eap query-identity\n")
			  .find("needs a certificate"),
		std::string::npos);
}

TEST(CfgCheck, cached_with_cert_is_refused)
{
	EXPECT_EQ(Loaded("crypto ikev2 profile P\n aaa authorization user cert cached\n").errors(),
		"2:2 'cached' needs a reply to cache: there is none with 'cert'\n");
}

/* R-TUN-11: the template of `mode auto` has no `tunnel mode`. */
TEST(CfgCheck, mode_auto_decides_the_tunnel_mode_R_TUN_11)
{
	const std::string profile = "crypto ikev2 profile P\n virtual-template 1 mode auto\n", i = "interface Virtual-Template1\n";

	EXPECT_EQ(Loaded(profile + i + " tunnel mode ipsec ipv4\n").errors(),
		"3:1 'tunnel mode' isn't for a template of 'crypto ikev2 profile P', which has 'mode auto' (line 1)\n");
	EXPECT_EQ(Loaded(profile + i + " no ip address\n").errors(), "");
}

TEST(CfgCheck, authorization_needs_its_list_and_policy)
{
	std::string lines = std::string(psk) + " aaa authorization group psk list L A\n";

	EXPECT_EQ(profile(lines), "'aaa authorization network L' isn't defined\n");
	EXPECT_EQ(profile(lines, "aaa authorization network L local\n"), "'aaa authorization network L local' isn't complete\n");
	EXPECT_EQ(profile(lines, "aaa new-model\naaa authorization network L local\n"),
		"'crypto ikev2 authorization policy A' isn't defined\n");
	EXPECT_EQ(profile(lines, "aaa new-model\naaa authorization network L local\ncrypto ikev2 authorization policy A\n pfs\n"),
		"'crypto ikev2 authorization policy A' isn't complete\n");
	EXPECT_EQ(profile(lines, "aaa new-model\naaa authorization network L local\ncrypto ikev2 authorization policy A\n"), "");
}

TEST(CfgCheck, two_profiles_with_the_same_match_are_refused)
{
	std::string a = "crypto ikev2 profile A\n match identity remote fqdn Hub.example.net\n";

	EXPECT_EQ(Loaded(a + "crypto ikev2 profile B\n match identity remote fqdn hub.Example.net\n").errors(),
		"3:1 matches 'identity remote fqdn hub.example.net' as 'crypto ikev2 profile A' (line 1) does, with the same fvrf and local address\n");
	EXPECT_EQ(Loaded(a + "crypto ikev2 profile B\n match identity remote fqdn domain hub.example.net\n").errors(), "");
	EXPECT_EQ(Loaded(a + "crypto ikev2 profile B\n match address local 192.0.2.1\n match identity remote fqdn hub.example.net\n")
			  .errors(),
		"");
	EXPECT_EQ(Loaded(a + "crypto ikev2 profile B\n match fvrf any\n match identity remote fqdn hub.example.net\n").errors(), "");
	EXPECT_EQ(
		Loaded("crypto ikev2 profile A\n match identity remote key-id x\ncrypto ikev2 profile B\n match identity remote key-id X\n")
			.errors(),
		"");
	EXPECT_NE(
		Loaded("crypto ikev2 profile A\n match identity remote any\ncrypto ikev2 profile B\n match identity remote any\n").errors(),
		"");
	EXPECT_NE(Loaded("crypto ikev2 profile A\n match identity remote address 10.0.0.0 255.0.0.0\n"
			 "crypto ikev2 profile B\n match identity remote address 10.1.1.1 255.0.0.0\n")
			  .errors(),
		"");
}

/* cli.md 1.2, 1.4: a named VRF isn't the global one, so it may match what the global one does. */
TEST(CfgCheck, R_IKE_12_front_vrfs_and_what_is_the_same)
{
	const std::string vrfs = "vrf definition red\nvrf definition blue\n", match = " match identity remote any\n";
	auto two = [&](const std::string &a, const std::string &b) {
		return Loaded(vrfs + "crypto ikev2 profile A\n" + a + match + "crypto ikev2 profile B\n" + b + match).errors() +
		       Loaded(vrfs + "crypto ikev2 policy A\n" + a + "crypto ikev2 policy B\n" + b).errors();
	};

	EXPECT_EQ(two(" match fvrf red\n", " match fvrf blue\n"), "");
	EXPECT_EQ(two(" match fvrf red\n", ""), "");
	EXPECT_EQ(two(" match fvrf red\n", " match fvrf any\n"), "");
	EXPECT_EQ(two(" match fvrf red\n match address local 192.0.2.1\n", " match fvrf red\n"), "");
	EXPECT_NE(two(" match fvrf red\n", " match fvrf red\n").find("'crypto ikev2 profile A' (line 3)"), std::string::npos);
	EXPECT_NE(two(" match fvrf red\n", " match fvrf red\n").find("'crypto ikev2 policy A' (line 3)"), std::string::npos);
	EXPECT_EQ(Loaded(vrfs + "crypto ikev2 policy A\n match fvrf red\n proposal default\n").warnings(), "");
	EXPECT_NE(Loaded("crypto ikev2 profile A\n match certificate M\ncrypto ikev2 profile B\n match certificate M\n"
			 "crypto pki certificate map M 10\n subject-name co x\n")
			  .errors()
			  .find("matches 'certificate M' as 'crypto ikev2 profile A' (line 1) does"),
		std::string::npos);
}

TEST(CfgCheck, certificate_and_identity_matches_are_alternatives)
{
	EXPECT_EQ(Loaded("crypto pki certificate map M 10\ncrypto ikev2 profile P\n match certificate M\n match identity remote any\n")
			  .warnings(),
		"3:2 'match certificate' and 'match identity' (line 4) are alternatives: each lets a peer in by itself\n");
}

/* ---- IPsec ---- */

TEST(CfgCheck, a_transform_set_is_authenticated)
{
	EXPECT_EQ(lacks("crypto ipsec transform-set T esp-aes\n", CFG_KIND_TRANSFORM_SET, "T"),
		"needs a hash (esp-sha256-hmac …): a cipher without one is open to forgery\n");
	EXPECT_EQ(
		Loaded("crypto ipsec transform-set T esp-gcm esp-sha-hmac\n").errors(), "1:1 an AEAD cipher takes no hash: leave it out\n");
	EXPECT_EQ(lacks("crypto ipsec transform-set T esp-3des esp-md5-hmac\n", CFG_KIND_TRANSFORM_SET, "T"), "");
}

TEST(CfgCheck, an_ipsec_profile_needs_a_complete_ikev2_profile)
{
	EXPECT_EQ(lacks("crypto ipsec profile X\n", CFG_KIND_IPSEC_PROFILE, "X"), "needs 'set ikev2-profile'\n");
	EXPECT_EQ(lacks("crypto ipsec profile X\n set additional-key-exchange 2 20 none\n", CFG_KIND_IPSEC_PROFILE, "X"),
		"needs 'set ikev2-profile'\n'set additional-key-exchange' needs 'set pfs'\n");
	EXPECT_EQ(lacks("crypto ipsec profile X\n set pfs group31\n set additional-key-exchange 1 14 15 16 17 18 19 20\n"
			" set additional-key-exchange 2 14 15 16 17 18 19 20 none\n",
			  CFG_KIND_IPSEC_PROFILE, "X"),
		"needs 'set ikev2-profile'\nhas more than 14 choices for additional key exchanges\n");
	EXPECT_EQ(lacks("crypto ipsec profile X\n set ikev2-profile P\ncrypto ikev2 profile P\n", CFG_KIND_IPSEC_PROFILE, "X"),
		"'crypto ikev2 profile P' isn't complete\n");
	EXPECT_EQ(lacks(std::string("crypto ipsec profile X\n set ikev2-profile P\ncrypto ikev2 profile P\n") + psk, CFG_KIND_IPSEC_PROFILE,
			  "X"),
		"")
		<< "without a line the default transform set holds";
	EXPECT_EQ(lacks(std::string("crypto ipsec transform-set T esp-aes\ncrypto ipsec profile X\n set transform-set T\n"
				    " set ikev2-profile P\ncrypto ikev2 profile P\n") +
				  psk,
			  CFG_KIND_IPSEC_PROFILE, "X"),
		"needs a transform set that is complete\n");
}

/* ---- interfaces ---- */

std::string tunnel(const std::string &lines, const std::string &profile_lines = "")
{
	return lacks(
		std::string("crypto ikev2 profile default\n") + psk + profile_lines +
			"interface Ethernet0/0\n ip address 192.0.2.1 255.255.255.0\ninterface Loopback0\n ip address 10.0.0.1 255.255.255.255\n"
			"interface Tunnel0\n" +
			lines,
		CFG_KIND_INTERFACE, "Tunnel0");
}

const char *const good =
	" tunnel mode ipsec ipv4\n tunnel source Ethernet0/0\n tunnel destination 192.0.2.2\n tunnel protection ipsec profile default\n";

TEST(CfgCheck, a_tunnel_needs_its_parts)
{
	EXPECT_EQ(tunnel(good), "");
	EXPECT_EQ(tunnel(" tunnel mode ipsec ipv4\n"),
		"needs 'tunnel source'\nneeds 'tunnel destination'\n'tunnel mode ipsec ipv4' needs 'tunnel protection ipsec profile'\n");
	EXPECT_EQ(tunnel(std::string(good) + " ip unnumbered Loopback0\n"), "");
}

TEST(CfgCheck, gre_is_protected)
{
	EXPECT_EQ(tunnel(std::string(good) + " no tunnel mode\n"), "");
	EXPECT_EQ(tunnel(std::string(good) + " tunnel mode gre ip\n tunnel key 7\n"), "");
}

/* R-TUN-09: between hubs, as a static Tunnel alone.  A line that asks for protection is never forgotten. */
TEST(CfgCheck, gre_needs_no_protection_on_a_static_tunnel)
{
	const std::string plain = " tunnel source Ethernet0/0\n tunnel destination 192.0.2.2\n";

	EXPECT_EQ(tunnel(plain), "");
	EXPECT_EQ(tunnel(plain + " tunnel mode gre ip\n tunnel key 7\n"), "");
	EXPECT_EQ(tunnel(plain + " ip address negotiated\n"), "'ip address negotiated' needs 'tunnel protection ipsec profile'\n");
	EXPECT_NE(tunnel(plain + " tunnel protection ipsec profile MISSING\n"), "");
	EXPECT_EQ(tunnel(plain + " tunnel mode ipsec ipv4\n"), "'tunnel mode ipsec ipv4' needs 'tunnel protection ipsec profile'\n");
}

TEST(CfgCheck, a_tunnels_ends_are_of_its_transport)
{
	EXPECT_EQ(tunnel(std::string(good) + " tunnel destination 2001:db8::2\n"), "'tunnel mode ipsec ipv4' needs an IPv4 destination\n");
	EXPECT_EQ(tunnel(std::string(good) + " tunnel source 2001:db8::1\n"), "'tunnel mode ipsec ipv4' needs an IPv4 source\n");
	EXPECT_EQ(tunnel(std::string(good) + " tunnel mode ipsec ipv6\n tunnel destination 2001:db8::2\n"),
		"'tunnel source': Ethernet0/0 has no IPv6 address\n");
	EXPECT_EQ(tunnel(std::string(good) + " tunnel mode ipsec dual-overlay\n"), "");
	EXPECT_EQ(tunnel(std::string(good) + " tunnel mode ipsec dual-overlay\n tunnel source 2001:db8::1\n"),
		"'tunnel mode ipsec dual-overlay' needs an IPv4 source\n");
}

TEST(CfgCheck, a_negotiated_address_needs_authorization)
{
	EXPECT_EQ(tunnel(std::string(good) + " ip address negotiated\n"),
		"'ip address negotiated' needs 'aaa authorization' in 'crypto ikev2 profile default'\n");
	EXPECT_EQ(tunnel(std::string(good) + " ip address negotiated\n",
			  " aaa authorization group psk list L default\naaa new-model\naaa authorization network L local\n"),
		"");
	EXPECT_EQ(lacks("interface Ethernet0/0\n ip address negotiated\n", CFG_KIND_INTERFACE, "Ethernet0/0"),
		"'ip address negotiated' is for tunnels\n");
}

TEST(CfgCheck, a_lender_has_an_address_of_its_own)
{
	EXPECT_EQ(lacks("interface Loopback0\ninterface Ethernet0/1\n ip unnumbered Loopback0\n ipv6 unnumbered Loopback0\n",
			  CFG_KIND_INTERFACE, "Ethernet0/1"),
		"'ip unnumbered': Loopback0 has no IPv4 address of its own\n'ipv6 unnumbered': Loopback0 has no IPv6 address of its own\n");
	EXPECT_EQ(lacks("interface Tunnel0\n ip address negotiated\ninterface Ethernet0/1\n ip unnumbered Tunnel0\n", CFG_KIND_INTERFACE,
			  "Ethernet0/1"),
		"");
}

TEST(CfgCheck, a_template_is_unnumbered_and_has_no_destination)
{
	std::string text =
		std::string("crypto ikev2 profile default\n") + psk +
		"interface Loopback0\n ip address 10.0.0.1 255.255.255.255\ninterface Virtual-Template1 type tunnel\n tunnel mode ipsec ipv4\n"
		" tunnel protection ipsec profile default\n";

	EXPECT_EQ(lacks(text + " ip unnumbered Loopback0\n", CFG_KIND_INTERFACE, "Virtual-Template1"), "");
	EXPECT_EQ(lacks(text + " no ip address\n", CFG_KIND_INTERFACE, "Virtual-Template1"), "");
	EXPECT_EQ(lacks(text + " ip address 10.0.0.2 255.255.255.0\n tunnel destination 192.0.2.1\n", CFG_KIND_INTERFACE,
			  "Virtual-Template1"),
		"a template has no address of its own: use 'ip unnumbered'\na template has no 'tunnel destination'\n");
}

TEST(CfgCheck, nave_makes_virtual_accesses_itself)
{
	EXPECT_NE(Loaded("interface Virtual-Access1\n").err, ERR_OK);
}

} // namespace
