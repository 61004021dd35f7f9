/* Chains at the edges of RFC 5280 and of what IKE allows (RFC 4945 5.1), good ones beside bad ones. */
#include "lab.h"

class PkiEdges : public PkiLab
{
      protected:
	using More = std::vector<std::pair<std::string, std::string>>;

	void ca(const std::string &name, const std::string &issuer, const More &more = {})
	{
		f.issue(name, { .issuer = issuer, .subject = { { "CN", name } }, .ca = true, .more = more });
	}
	void leaf(const std::string &name, const std::string &issuer, const More &more = {})
	{
		f.issue(name, { .issuer = issuer, .subject = { { "CN", name } }, .alt = "DNS:" + name + ".example.net", .more = more });
	}
};

TEST_F(PkiEdges, RFC5280_6_1_3_each_certificate_of_the_path_is_in_its_time)
{
	f.issue("late", { .issuer = "root", .subject = { { "CN", "late" } }, .ca = true, .until_s = forge::now_s - 1 });
	f.issue("early", { .issuer = "root", .subject = { { "CN", "early" } }, .ca = true, .from_s = forge::now_s + 60 });
	leaf("a", "late");
	leaf("b", "early");
	EXPECT_EQ(verify(trust(f.pem("root")), { "a", "late" }), "expired");
	EXPECT_EQ(verify(trust(f.pem("root")), { "b", "early" }), "not-yet-valid");
	EXPECT_EQ(verify(trust(f.pem("root")), { "b", "early" }, forge::now_s + 61), "");
	EXPECT_EQ(verify(trust(f.pem("root") + f.pem("late")), { "a" }), "expired") << "nor does it help that we have it";
}

TEST_F(PkiEdges, RFC4945_5_1_3_2_what_the_key_may_be_used_for)
{
	const struct {
		const char *usage, *why;
	} cases[] = { { "critical,digitalSignature", "" }, { "nonRepudiation", "" }, { "digitalSignature,keyEncipherment", "" },
		{ "-", "" }, { "keyEncipherment", "key-usage" }, { "critical,keyAgreement", "key-usage" },
		{ "keyCertSign,cRLSign", "key-usage" } };

	for (const auto &k : cases) {
		f.issue("x", { .issuer = "root", .subject = { { "CN", "x" } }, .usage = k.usage });
		EXPECT_EQ(verify(trust(f.pem("root")), { "x" }), k.why) << k.usage;
	}
}

TEST_F(PkiEdges, RFC4945_5_1_3_12_and_what_its_extended_use_is)
{
	const struct {
		const char *usage, *why;
	} cases[] = { { "1.3.6.1.5.5.7.3.17", "" }, { "critical,1.3.6.1.5.5.7.3.17", "" }, { "anyExtendedKeyUsage", "" },
		{ "serverAuth", "" }, { "clientAuth,codeSigning", "" }, { "1.3.6.1.5.5.8.2.2", "" }, { "ipsecEndSystem", "" },
		{ "codeSigning", "key-usage" }, { "OCSPSigning", "key-usage" }, { "timeStamping,emailProtection", "key-usage" },
		{ "1.2.3.4.5", "key-usage" }, { "1.3.6.1.5.5.8.2.22", "key-usage" } };

	for (const auto &k : cases) {
		leaf("x", "root", { { "extendedKeyUsage", k.usage } });
		EXPECT_EQ(verify(trust(f.pem("root")), { "x" }), k.why) << k.usage;
	}
}

TEST_F(PkiEdges, RFC5280_4_2_1_9_who_is_a_CA_and_how_deep)
{
	ca("flat", "root", { { "basicConstraints", "critical,CA:TRUE,pathlen:0" } });
	ca("below", "flat");
	leaf("a", "flat");
	leaf("b", "below");
	EXPECT_EQ(verify(trust(f.pem("root")), { "a", "flat" }), "");
	EXPECT_EQ(verify(trust(f.pem("root")), { "b", "below", "flat" }), "path-length");

	f.issue("none", { .issuer = "root", .subject = { { "CN", "none" } }, .usage = "keyCertSign" });
	leaf("c", "none");
	EXPECT_EQ(verify(trust(f.pem("root")), { "c", "none" }), "not-a-ca");
	f.issue("mute", { .issuer = "root", .subject = { { "CN", "mute" } }, .ca = true, .usage = "critical,cRLSign" });
	leaf("d", "mute");
	EXPECT_EQ(verify(trust(f.pem("root")), { "d", "mute" }), "not-a-ca") << "its key may not sign certificates";
}

TEST_F(PkiEdges, RFC5280_4_2_1_10_names_that_a_CA_may_give)
{
	ca("bound", "root", { { "nameConstraints", "critical,permitted;DNS:example.net,excluded;DNS:hq.example.net" } });
	leaf("a", "bound");
	EXPECT_EQ(verify(trust(f.pem("root")), { "a", "bound" }), "");
	f.issue("b", { .issuer = "bound", .subject = { { "CN", "b" } }, .alt = "DNS:b.example.org" });
	EXPECT_EQ(verify(trust(f.pem("root")), { "b", "bound" }), "name-constraints");
	f.issue("c", { .issuer = "bound", .subject = { { "CN", "c" } }, .alt = "DNS:c.hq.example.net" });
	EXPECT_EQ(verify(trust(f.pem("root")), { "c", "bound" }), "name-constraints");
	f.issue("d", { .issuer = "bound", .subject = { { "CN", "d" } }, .alt = "DNS:d.example.net,DNS:evil.example.org" });
	EXPECT_EQ(verify(trust(f.pem("root")), { "d", "bound" }), "name-constraints") << "each of its names";
}

TEST_F(PkiEdges, RFC5280_4_2_what_is_critical_and_unknown)
{
	leaf("soft", "root", { { "1.3.6.1.4.1.99999.1", "DER:0500" } });
	leaf("hard", "root", { { "1.3.6.1.4.1.99999.1", "critical,DER:0500" } });
	ca("strange", "root", { { "1.3.6.1.4.1.99999.1", "critical,DER:0500" } });
	leaf("under", "strange");
	EXPECT_EQ(verify(trust(f.pem("root")), { "soft" }), "");
	EXPECT_EQ(verify(trust(f.pem("root")), { "hard" }), "critical-extension");
	EXPECT_EQ(verify(trust(f.pem("root")), { "under", "strange" }), "critical-extension");
}

TEST_F(PkiEdges, broken_extensions_are_no_certificate)
{
	for (const char *value : { "DER:0500", "DER:3003", "DER:30040101FF00" }) {
		struct pki_cert *c = nullptr;

		leaf("x", "root", { { "basicConstraints", value } });
		std::vector<uint8_t> der = f.der("x");
		EXPECT_EQ(pki_cert_parse(bytes_of(der.data(), der.size()), &c), ERR_MALFORMED) << value;
	}
}

TEST_F(PkiEdges, signatures_and_keys_too_weak)
{
	f.issue("old", { .issuer = "", .subject = { { "CN", "old" } }, .key = "RSA", .ca = true });
	for (const EVP_MD *md : { EVP_md5(), EVP_sha1() }) {
		f.issue("l", { .issuer = "old", .subject = { { "CN", "l" } }, .digest = md });
		EXPECT_EQ(verify(trust(f.pem("old")), { "l" }), "weak");
		f.issue("i", { .issuer = "old", .subject = { { "CN", "i" } }, .ca = true, .digest = md });
		leaf("x", "i");
		EXPECT_EQ(verify(trust(f.pem("old")), { "x", "i" }), "weak") << "in the middle";
		f.issue("r", { .issuer = "", .subject = { { "CN", "r" } }, .key = "RSA", .ca = true, .digest = md });
		leaf("y", "r");
		EXPECT_EQ(verify(trust(f.pem("r")), { "y" }), "") << "an anchor's own signature says nothing";
	}
	f.issue("small", { .issuer = "root", .subject = { { "CN", "small" } }, .key = "RSA-1024", .ca = true });
	leaf("z", "small");
	EXPECT_EQ(verify(trust(f.pem("root")), { "z", "small" }), "weak");
}

TEST_F(PkiEdges, a_leaf_that_signed_itself_is_believed_by_nobody)
{
	f.issue("self", { .issuer = "", .subject = { { "CN", "self" } }, .alt = "DNS:self.example.net" });
	f.issue("copy", { .issuer = "", .subject = { { "CN", "root" } } }); /* under the name of the anchor */
	EXPECT_EQ(verify(trust(f.pem("root")), { "self" }), "unknown-ca");
	EXPECT_NE(verify(trust(f.pem("root")), { "copy" }), "");
	EXPECT_EQ(import(fresh(), f.pem("self")), ERR_OK);
	EXPECT_EQ(pki_trust_settle(trusts.back(), &why), ERR_INCOMPLETE) << "it is no CA, so no trust point either";
}

TEST_F(PkiEdges, cross_signed_it_ends_at_the_anchor_that_we_have)
{
	/* One CA, one key, two certificates: its own and one of 'other'. */
	f.issue("cross", { .issuer = "other", .subject = { { "CN", "root" } }, .ca = true, .key_of = "root" });
	EXPECT_EQ(verify(trust(f.pem("root")), { "hub", "cross" }), "") << "the short way";
	EXPECT_EQ(verify(trust(f.pem("other")), { "hub", "cross" }), "") << "the long way";
	EXPECT_EQ(verify(trust(f.pem("other")), { "hub", "cross", "root" }), "") << "both are at hand";
	EXPECT_EQ(verify(trust(f.pem("other")), { "hub" }), "unknown-ca");
	f.issue("cross", { .issuer = "other", .subject = { { "CN", "root" } }, .ca = true, .until_s = forge::now_s - 1, .key_of = "root" });
	EXPECT_EQ(verify(trust(f.pem("root")), { "hub", "cross" }), "") << "an old cross certificate does no harm";
	EXPECT_NE(verify(trust(f.pem("other")), { "hub", "cross" }), "");
}

TEST_F(PkiEdges, CAs_that_certify_each_other_lead_nowhere)
{
	ca("a", "root");
	f.issue("b", { .issuer = "a", .subject = { { "CN", "b" } }, .ca = true });
	f.issue("a", { .issuer = "b", .subject = { { "CN", "a" } }, .ca = true, .key_of = "a" });
	leaf("x", "b");
	EXPECT_EQ(verify(trust(f.pem("root")), { "x", "b", "a" }), "unknown-ca");
	EXPECT_EQ(verify(trust(f.pem("root")), { "x", "b", "a", "b", "a", "b", "a", "b" }), "unknown-ca");
}

/* RFC7296-3.6-a */
TEST_F(PkiEdges, as_long_as_a_chain_may_be)
{
	std::vector<std::string> names;
	std::string issuer = "root";

	for (unsigned i = 1; i < PKI_CHAIN_MAX; i++) {
		std::string name = "ca" + std::to_string(i);

		ca(name, issuer);
		names.insert(names.begin(), name);
		issuer = name;
	}
	leaf("deep", issuer);
	names.insert(names.begin(), "deep");
	EXPECT_EQ(verify(trust(f.pem("root")), names), "");
	/* One more is beyond: the anchor has an intermediate of its own that the peer needn't send. */
	ca("last", issuer);
	leaf("deeper", "last");
	names[0] = "last";
	names.insert(names.begin(), "deeper");
	std::string first = names.back();
	names.pop_back();
	EXPECT_EQ(verify(trust(f.pem("root") + f.pem(first)), names), "path-length");
}
