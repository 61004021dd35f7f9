/* Which chains are kept, and how many. */
#include "lab.h"

class PkiRecall : public PkiLab
{
};

TEST_F(PkiRecall, R_PKI_13_the_same_certificates_are_the_same_chain)
{
	struct pki_chain *spoke = take({ "spoke", "sub" }), *other;

	pki_recall_keep(recall, spoke);
	other = take({ "spoke" });
	EXPECT_NE(other, spoke) << "a certificate less";
	pki_chain_free(other);
	EXPECT_EQ(take({ "spoke", "sub" }), spoke);
	other = take({ "spoke", "sub" });
	EXPECT_NE(other, spoke) << "it is taken out while it is used";
	pki_recall_keep(recall, spoke);
	pki_recall_keep(recall, other);
	EXPECT_EQ(take({ "spoke", "sub" }), other) << "the later one stays";
	pki_chain_free(other);
}

TEST_F(PkiRecall, what_is_no_certificate_is_said_and_not_kept)
{
	const uint8_t junk[] = { 1, 2, 3 };
	struct bytes view = bytes_of(junk, sizeof(junk));
	struct pki_chain *c;

	EXPECT_EQ(pki_recall_take(recall, &view, 1, &c), ERR_MALFORMED);
	EXPECT_EQ(pki_recall_take(recall, &view, 0, &c), ERR_ABSENT);
}

TEST_F(PkiRecall, the_one_that_was_kept_longest_ago_gives_way)
{
	std::vector<uint8_t> der = f.der("hub");
	const unsigned char *at = der.data();
	X509 *x509 = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
	struct pki_chain *hub = take({ "hub" }), *spoke = take({ "spoke" });

	pki_recall_keep(recall, hub);
	pki_recall_keep(recall, spoke);
	for (int i = 0; i < PKI_RECALL_CHAINS - 1; i++) { /* of any serial number: here nobody verifies */
		unsigned char *out = nullptr;
		struct pki_chain *c = nullptr;

		ASN1_INTEGER_set(X509_get_serialNumber(x509), 100000 + i);
		ASSERT_GT(i2d_re_X509_tbs(x509, &out), 0);
		OPENSSL_free(out);
		out = nullptr;
		size_t len = static_cast<size_t>(i2d_X509(x509, &out));
		struct bytes view = bytes_of(out, len);
		ASSERT_EQ(pki_recall_take(recall, &view, 1, &c), ERR_OK);
		pki_recall_keep(recall, c);
		OPENSSL_free(out);
	}
	X509_free(x509);
	EXPECT_EQ(pki_recall_count(recall), static_cast<size_t>(PKI_RECALL_CHAINS));
	EXPECT_EQ(take({ "spoke" }), spoke);
	EXPECT_EQ(pki_recall_count(recall), static_cast<size_t>(PKI_RECALL_CHAINS - 1));
	pki_chain_free(take({ "hub" }));
	EXPECT_EQ(pki_recall_count(recall), static_cast<size_t>(PKI_RECALL_CHAINS - 1)) << "it went";
	pki_chain_free(spoke);
}
