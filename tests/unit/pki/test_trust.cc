/* Trust points: what makes one whole, our own certificate, CERTREQ, CRLs that change. */
#include <sys/stat.h>
#include <sys/time.h>

#include "lab.h"

class PkiTrust : public PkiLab
{
      protected:
	std::string unsettled(const std::string &text)
	{
		struct pki_trust *t = fresh();

		EXPECT_EQ(import(t, text), ERR_OK) << why;
		EXPECT_EQ(pki_trust_settle(t, &why), ERR_INCOMPLETE);
		return why;
	}
};

/* RFC7296-3.6-c */
TEST_F(PkiTrust, R_IKE_20_our_chain_is_sent_without_the_root)
{
	struct pki_trust *t = trust(f.pem("root") + f.key_pem("spoke") + f.pem("sub") + f.pem("spoke"));
	struct bytes out[PKI_CHAIN_MAX];
	std::vector<uint8_t> leaf = f.der("spoke"), sub = f.der("sub");

	ASSERT_EQ(pki_trust_chain(t, out), 2u);
	EXPECT_TRUE(bytes_eq(out[0], bytes_of(leaf.data(), leaf.size())));
	EXPECT_TRUE(bytes_eq(out[1], bytes_of(sub.data(), sub.size())));
	EXPECT_NE(pki_trust_key(t), nullptr);
	EXPECT_STREQ(pki_trust_name(t), "TP");
}

TEST_F(PkiTrust, R_IKE_20_CERTREQ_names_the_anchors_and_chooses)
{
	struct pki_trust *t = trust(f.pem("root") + f.pem("sub") + f.pem("spoke") + f.key_pem("spoke"));
	struct pki_trust *two = trust(f.pem("root") + f.pem("other"));
	uint8_t buf[64], stranger[PKI_AUTHORITY_LEN] = { 1 };
	struct wr w = wr_of(buf, sizeof(buf));

	pki_trust_authorities(t, &w);
	ASSERT_EQ(w.len, size_t{ PKI_AUTHORITY_LEN });
	EXPECT_TRUE(pki_trust_answers(t, wr_view(&w)));
	EXPECT_TRUE(pki_trust_answers(t, {}));
	EXPECT_FALSE(pki_trust_answers(t, bytes_of(stranger, sizeof(stranger))));
	w.len = 0;
	pki_trust_authorities(two, &w);
	EXPECT_EQ(w.len, size_t{ 2 * PKI_AUTHORITY_LEN });
	EXPECT_TRUE(pki_trust_answers(t, wr_view(&w))) << "one of several";
}

TEST_F(PkiTrust, what_is_not_whole_says_why)
{
	EXPECT_EQ(unsettled(f.pem("hub") + f.key_pem("hub")), "no CA certificate");
	EXPECT_EQ(unsettled(f.pem("root") + f.pem("hub")), "a certificate of ours without its private key");
	EXPECT_EQ(unsettled(f.pem("root") + f.key_pem("hub")), "a private key without its certificate");
	EXPECT_EQ(unsettled(f.pem("root") + f.key_pem("hub") + f.pem("spoke")), "the private key fits none of the certificates");
	EXPECT_EQ(unsettled(f.pem("other") + f.key_pem("hub") + f.pem("hub")), "our certificate wasn't issued by a CA of the trust point");
	EXPECT_EQ(
		unsettled(f.pem("root") + f.key_pem("spoke") + f.pem("spoke")), "our certificate wasn't issued by a CA of the trust point");
	f.issue("enc", { .issuer = "root", .subject = { { "CN", "x" } }, .usage = "keyEncipherment" });
	EXPECT_EQ(unsettled(f.pem("root") + f.key_pem("enc") + f.pem("enc")), "our certificate's keyUsage doesn't let it sign");
}

TEST_F(PkiTrust, a_file_adds_all_or_nothing)
{
	struct pki_trust *t = fresh();

	EXPECT_EQ(import(t, f.pem("root") + f.pem("hub") + f.key_pem("hub")), ERR_OK);
	EXPECT_EQ(import(t, f.key_pem("spoke")), ERR_EXISTS);
	EXPECT_STREQ(why, "a second private key: a trust point has one");
	EXPECT_EQ(import(t, "-----BEGIN NOTHING-----\nAAAA\n-----END NOTHING-----\n"), ERR_ABSENT);
	EXPECT_EQ(pki_trust_settle(t, &why), ERR_OK) << why;
}

TEST_F(PkiTrust, a_CRL_file_that_changes_is_read_again)
{
	struct pki_trust *t = fresh({ 1, { PKI_BY_CRL }, nullptr });
	std::string path = folder.write("crl", f.crl_pem("root", {}));
	struct pki_import file = { path.c_str(), false, {} };
	const struct timeval later[2] = { { 2000000000, 0 }, { 2000000000, 0 } };

	ASSERT_EQ(import(t, f.pem("root")), ERR_OK);
	ASSERT_EQ(pki_trust_import(t, &file, &why), ERR_OK);
	ASSERT_EQ(pki_trust_settle(t, &why), ERR_OK);
	pki_trust_refresh(t, forge::now_s);
	EXPECT_EQ(verify(t, { "hub" }), "");
	folder.write("crl", f.crl_pem("root", { "hub" }));
	ASSERT_EQ(utimes(path.c_str(), later), 0);
	pki_trust_refresh(t, forge::now_s + 59);
	EXPECT_EQ(verify(t, { "hub" }), "") << "not more often than once a minute";
	pki_trust_refresh(t, forge::now_s + 60);
	EXPECT_EQ(verify(t, { "hub" }), "revoked");
	folder.write("crl", std::string("garbage"));
	pki_trust_refresh(t, forge::now_s + 200);
	EXPECT_EQ(verify(t, { "hub" }), "revoked") << "what can't be read leaves what there is";
}
