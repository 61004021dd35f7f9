/* Chains that hold and chains that don't, each with its cause. */
#include "lab.h"

class PkiChain : public PkiLab
{
};

TEST_F(PkiChain, R_IKE_20_up_to_the_root_over_an_intermediate)
{
	struct pki_trust *t = trust(f.pem("root"));

	EXPECT_EQ(verify(t, { "hub" }), "");
	EXPECT_EQ(verify(t, { "spoke", "sub" }), "");
	EXPECT_EQ(verify(t, { "spoke", "other", "root", "sub" }), "") << "any order, and more than is needed";
	EXPECT_EQ(verify(t, { "spoke" }), "unknown-ca") << "missing intermediate";
	EXPECT_EQ(verify(trust(f.pem("root") + f.pem("sub")), { "spoke" }), "") << "the trust point has it";
	EXPECT_EQ(verify(trust(f.pem("sub")), { "spoke" }), "") << "it is the anchor";
	EXPECT_EQ(verify(trust(f.pem("sub")), { "hub" }), "unknown-ca");
}

TEST_F(PkiChain, another_CA_is_unknown_even_if_it_is_sent_along)
{
	f.issue("stranger", { .issuer = "other", .subject = { { "CN", "spoke" } }, .alt = "DNS:spoke.example.net" });
	f.issue("self", { .issuer = "", .subject = { { "CN", "self" } } });
	struct pki_trust *t = trust(f.pem("root"));

	EXPECT_EQ(verify(t, { "stranger" }), "unknown-ca");
	EXPECT_EQ(verify(t, { "stranger", "other" }), "unknown-ca");
	EXPECT_EQ(verify(t, { "self" }), "unknown-ca");
	EXPECT_EQ(verify(trust(f.pem("root") + f.pem("other")), { "stranger" }), "") << "a trust point of several CAs";
}

TEST_F(PkiChain, a_CA_of_the_same_name_is_another)
{
	f.issue("fake", { .issuer = "", .subject = { { "CN", "root" } }, .ca = true });
	f.issue("forged", { .issuer = "fake", .subject = { { "CN", "hub" } } });
	EXPECT_NE(verify(trust(f.pem("root")), { "forged" }), "");
	EXPECT_NE(verify(trust(f.pem("root")), { "forged", "fake" }), "");
}

TEST_F(PkiChain, a_certificate_that_is_no_CA_issues_nothing)
{
	f.issue("evil", { .issuer = "hub", .subject = { { "CN", "evil" } } });
	EXPECT_NE(verify(trust(f.pem("root")), { "evil", "hub" }), "");
}

TEST_F(PkiChain, R_PKI_13_validity_dates)
{
	struct pki_trust *t = trust(f.pem("root"));

	EXPECT_EQ(verify(t, { "hub" }, forge::now_s + 364 * forge::day_s), "");
	EXPECT_EQ(verify(t, { "hub" }, forge::now_s + 366 * forge::day_s), "expired");
	EXPECT_EQ(verify(t, { "hub" }, forge::now_s - 2 * forge::day_s), "not-yet-valid");
	f.issue("short", { .issuer = "root", .subject = { { "CN", "short" } }, .until_s = forge::now_s - 1 });
	EXPECT_EQ(verify(t, { "short" }), "expired");
}

TEST_F(PkiChain, keys_and_usages_that_will_not_do)
{
	struct pki_trust *t = trust(f.pem("root"));

	f.issue("enc", { .issuer = "root", .subject = { { "CN", "x" } }, .usage = "keyEncipherment" });
	EXPECT_EQ(verify(t, { "enc" }), "key-usage");
	f.issue("small", { .issuer = "root", .subject = { { "CN", "x" } }, .key = "RSA-1024" });
	EXPECT_EQ(verify(t, { "small" }), "bad-key");
	f.issue("sha1", { .issuer = "root", .subject = { { "CN", "x" } }, .digest = EVP_sha1() });
	EXPECT_EQ(verify(t, { "sha1" }), "weak");
	f.issue("bits", { .issuer = "root", .subject = { { "CN", "x" } } });
}

TEST_F(PkiChain, a_signature_that_is_wrong)
{
	std::vector<uint8_t> der = f.der("hub");
	struct bytes view = bytes_of(der.data(), der.size());
	struct pki_trust *t = trust(f.pem("root"));
	struct pki_chain *c = nullptr;

	der[der.size() - 5] ^= 1;
	ASSERT_EQ(pki_chain_parse(&view, 1, &c), ERR_OK);
	EXPECT_EQ(pki_chain_verify(c, t, forge::now_s, nullptr, &why), ERR_AUTH);
	EXPECT_STREQ(why, "bad-chain");
	pki_chain_free(c);
}

TEST_F(PkiChain, revocation_check_crl)
{
	const struct pki_revocation crl = { 1, { PKI_BY_CRL }, nullptr }, soft = { 2, { PKI_BY_CRL, PKI_BY_NOTHING }, nullptr };
	const std::string cas = f.pem("root") + f.pem("sub");
	const std::string none = f.crl_pem("root", {}) + f.crl_pem("sub", {});
	const std::string one = f.crl_pem("root", {}) + f.crl_pem("sub", { "spoke" });
	const std::string old =
		f.crl_pem("root", {}) + f.crl_pem("sub", { "spoke" }, forge::now_s - 3 * forge::day_s, forge::now_s - forge::day_s);

	const std::string stale =
		f.crl_pem("root", {}) + f.crl_pem("sub", {}, forge::now_s - 3 * forge::day_s, forge::now_s - forge::day_s);

	EXPECT_EQ(verify(trust(cas + none, crl), { "spoke" }), "");
	EXPECT_EQ(verify(trust(cas + one, crl), { "spoke" }), "revoked");
	EXPECT_EQ(verify(trust(cas + one, soft), { "spoke" }), "revoked");
	EXPECT_EQ(verify(trust(cas + one), { "spoke" }), "") << "revocation-check none";
	EXPECT_EQ(verify(trust(cas, crl), { "spoke" }), "no-crl");
	EXPECT_EQ(verify(trust(cas, soft), { "spoke" }), "") << "crl none";
	EXPECT_EQ(verify(trust(cas + old, crl), { "spoke" }), "revoked");
	EXPECT_EQ(verify(trust(cas + stale, crl), { "spoke" }), "crl-expired");
	EXPECT_EQ(verify(trust(cas + old, soft), { "spoke" }), "revoked") << "an old CRL still revokes";
	EXPECT_EQ(verify(trust(cas + f.crl_pem("sub", {}), crl), { "spoke" }), "no-crl") << "the intermediate's own isn't known";
	EXPECT_EQ(verify(trust(cas + f.crl_pem("root", { "sub" }) + f.crl_pem("sub", {}), crl), { "spoke" }), "revoked") << "a CA";
	EXPECT_EQ(verify(trust(f.pem("sub") + f.crl_pem("sub", {}), crl), { "spoke" }), "") << "an anchor needs no CRL";
}

TEST_F(PkiChain, a_CRL_of_another_key_says_nothing)
{
	f.issue("fake", { .issuer = "", .subject = { { "CN", "root" } }, .ca = true });
	EXPECT_NE(verify(trust(f.pem("root") + f.crl_pem("fake", {}), { 1, { PKI_BY_CRL }, nullptr }), { "hub" }), "");
}

TEST_F(PkiChain, counts_are_bounded)
{
	std::vector<uint8_t> der = f.der("hub");
	std::vector<struct bytes> many(PKI_CHAIN_MAX + 1, bytes_of(der.data(), der.size()));
	struct pki_chain *c;

	EXPECT_EQ(pki_chain_parse(many.data(), 0, &c), ERR_ABSENT);
	EXPECT_EQ(pki_chain_parse(many.data(), PKI_CHAIN_MAX + 1, &c), ERR_LIMIT);
	many[1] = bytes_of(der.data(), 20);
	EXPECT_EQ(pki_chain_parse(many.data(), 2, &c), ERR_MALFORMED);
}
