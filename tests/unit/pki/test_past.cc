/* When a path that was good before counts again. */
#include "lab.h"

#include "pki/past.h"

class PkiPast : public PkiLab
{
      protected:
	struct pki_past past = {};

	void TearDown() override
	{
		pki_past_fini(&past);
		PkiLab::TearDown();
	}
	/* Keeps the path of hub and root. */
	void walked(const struct pki_trust *t, bool crl)
	{
		STACK_OF(X509) *certs = sk_X509_new_null();

		for (const char *name : { "hub", "root" }) {
			std::vector<uint8_t> der = f.der(name);
			const unsigned char *at = der.data();

			sk_X509_push(certs, d2i_X509(nullptr, &at, static_cast<long>(der.size())));
		}
		pki_past_put(&past, t, pki_trust_crls_count(t), crl, certs);
		sk_X509_pop_free(certs, X509_free);
	}
	bool counts(const struct pki_trust *t, int64_t now_s = forge::now_s, bool crl = false)
	{
		STACK_OF(X509) *certs = nullptr;
		bool found = pki_past_get(&past, t, now_s, crl, &certs);

		EXPECT_EQ(sk_X509_num(certs), found ? 2 : -1);
		sk_X509_pop_free(certs, X509_free);
		return found;
	}
};

TEST_F(PkiPast, R_PKI_13_within_the_dates_of_all_its_certificates)
{
	f.issue("hub", { .issuer = "root", .subject = { { "CN", "hub" } }, .from_s = forge::now_s - 10, .until_s = forge::now_s + 10 });
	struct pki_trust *t = trust(f.pem("root"));

	EXPECT_FALSE(counts(t));
	walked(t, false);
	EXPECT_TRUE(counts(t, forge::now_s - 10));
	EXPECT_TRUE(counts(t, forge::now_s + 9));
	EXPECT_FALSE(counts(t, forge::now_s - 11));
	EXPECT_FALSE(counts(t, forge::now_s + 10));
}

TEST_F(PkiPast, with_its_own_trust_point)
{
	struct pki_trust *t = trust(f.pem("root")), *same = trust(f.pem("root"));

	walked(t, false);
	EXPECT_TRUE(counts(t));
	EXPECT_FALSE(counts(same));
}

TEST_F(PkiPast, R_PKI_06_while_the_CRLs_are_the_same_and_none_has_ended)
{
	struct pki_trust *t = trust(f.pem("root") + f.crl_pem("root", {}));
	std::vector<uint8_t> der = f.crl_der("root", { "hub" });
	const unsigned char *at = der.data();
	X509_CRL *crl = d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size()));

	walked(t, false);
	EXPECT_FALSE(counts(t, forge::now_s, true)) << "none was asked";
	walked(t, true);
	EXPECT_TRUE(counts(t, forge::now_s, true));
	EXPECT_TRUE(counts(t, forge::now_s, false)) << "it says more than is asked";
	EXPECT_FALSE(counts(t, forge::now_s + forge::day_s, true)) << "nextUpdate";
	ASSERT_EQ(pki_trust_put_crl(t, crl), ERR_OK);
	X509_CRL_free(crl);
	EXPECT_FALSE(counts(t, forge::now_s, true)) << "there is another";
	EXPECT_TRUE(counts(t, forge::now_s, false)) << "who doesn't ask for CRLs doesn't mind";
}
