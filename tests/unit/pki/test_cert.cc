/* What one certificate says and proves. */
#include "pki/cert.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>

#include "forge.h"

namespace
{

using forge::Forge;

class PkiCert : public ::testing::Test
{
      protected:
	Forge f;
	std::vector<struct pki_cert *> open;

	struct pki_cert *cert(const std::string &name)
	{
		std::vector<uint8_t> der = f.der(name);
		struct pki_cert *c = nullptr;

		EXPECT_EQ(pki_cert_parse(bytes_of(der.data(), der.size()), &c), ERR_OK);
		open.push_back(c);
		return c;
	}
	void TearDown() override
	{
		for (auto *c : open)
			pki_cert_free(c);
	}
};

bool proves(const struct pki_cert *c, enum pki_id_type type, const std::string &value)
{
	struct pki_id id = { type, bytes_of(value.data(), value.size()) };

	return pki_cert_proves(c, &id);
}

std::string v4(const char *text)
{
	in_addr a = {};

	EXPECT_EQ(inet_pton(AF_INET, text, &a), 1);
	return std::string(reinterpret_cast<char *>(&a), 4);
}

} // namespace

TEST_F(PkiCert, R_SEC_11_proves_its_alternative_names_and_its_subject_alone)
{
	f.issue("s1", { .issuer = "",
			      .subject = { { "O", "Example" }, { "CN", "other.example.net" } },
			      .alt = "DNS:spoke1.example.net,DNS:*.wild.example.net,email:one@example.net,IP:192.0.2.1" });
	struct pki_cert *c = cert("s1");
	std::vector<uint8_t> dn = f.subject("s1");

	EXPECT_TRUE(proves(c, PKI_ID_FQDN, "spoke1.example.net"));
	EXPECT_TRUE(proves(c, PKI_ID_FQDN, "SPOKE1.Example.NET"));
	EXPECT_FALSE(proves(c, PKI_ID_FQDN, "spoke2.example.net"));
	EXPECT_FALSE(proves(c, PKI_ID_FQDN, "a.wild.example.net")) << "no wildcards";
	EXPECT_FALSE(proves(c, PKI_ID_FQDN, "other.example.net")) << "the common name is no FQDN";
	EXPECT_FALSE(proves(c, PKI_ID_FQDN, "one@example.net")) << "another type";
	EXPECT_FALSE(proves(c, PKI_ID_FQDN, ""));
	EXPECT_TRUE(proves(c, PKI_ID_EMAIL, "one@example.net"));
	EXPECT_FALSE(proves(c, PKI_ID_EMAIL, "two@example.net"));
	EXPECT_TRUE(proves(c, PKI_ID_ADDRESS, v4("192.0.2.1")));
	EXPECT_FALSE(proves(c, PKI_ID_ADDRESS, v4("192.0.2.2")));
	EXPECT_TRUE(proves(c, PKI_ID_DN, std::string(dn.begin(), dn.end())));
	EXPECT_FALSE(proves(c, PKI_ID_DN, std::string(dn.begin(), dn.end() - 1)));
	EXPECT_FALSE(proves(c, PKI_ID_DN, std::string(dn.begin(), dn.end()) + "x"));
	EXPECT_FALSE(proves(c, PKI_ID_DN, std::string("\x30\x00", 2)));
}

TEST_F(PkiCert, R_SEC_11_another_subject_is_another_DN)
{
	f.issue("a", { .issuer = "", .subject = { { "O", "Example" }, { "CN", "spoke1" } } });
	f.issue("b", { .issuer = "", .subject = { { "O", "Example" }, { "CN", "spoke2" } } });
	f.issue("less", { .issuer = "", .subject = { { "CN", "spoke1" } } });
	for (const char *name : { "b", "less" }) {
		std::vector<uint8_t> dn = f.subject(name);
		EXPECT_FALSE(proves(cert("a"), PKI_ID_DN, std::string(dn.begin(), dn.end())));
	}
}

/* RFC7296-3.7-b */
TEST_F(PkiCert, R_IKE_20_the_authority_is_SHA1_of_the_whole_SPKI)
{
	f.issue("ca", { .issuer = "", .subject = { { "CN", "ca" } }, .ca = true });
	struct crypto_key *key = f.key("ca");
	std::vector<uint8_t> der = f.der("ca");
	const unsigned char *at = der.data();
	X509 *x = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
	unsigned char *spki = nullptr, sum[20];
	int len = i2d_PUBKEY(X509_get0_pubkey(x), &spki);

	ASSERT_EQ(EVP_Digest(spki, static_cast<size_t>(len), sum, nullptr, EVP_sha1(), nullptr), 1);
	EXPECT_TRUE(bytes_eq(pki_cert_authority(cert("ca")), bytes_of(sum, sizeof(sum))));
	EXPECT_TRUE(crypto_key_eq(pki_cert_key(cert("ca")), key));
	EXPECT_TRUE(pki_cert_is_ca(cert("ca")) && pki_cert_is_root(cert("ca")));
	crypto_key_free(key);
	OPENSSL_free(spki);
	X509_free(x);
}

TEST_F(PkiCert, who_may_sign)
{
	const struct {
		const char *usage;
		bool may;
	} cases[] = { { "digitalSignature", true }, { "nonRepudiation", true }, { "keyEncipherment", false }, { "-", true } };

	for (const auto &k : cases) {
		f.issue("x", { .issuer = "", .subject = { { "CN", "x" } }, .usage = k.usage });
		EXPECT_EQ(pki_cert_may_sign(cert("x")), k.may) << k.usage;
		EXPECT_FALSE(pki_cert_is_ca(open.back()));
	}
}

TEST_F(PkiCert, garbage_is_refused)
{
	struct pki_cert *c;

	f.issue("x", { .issuer = "", .subject = { { "CN", "x" } } });
	std::vector<uint8_t> der = f.der("x");
	for (size_t len = 0; len < der.size(); len += 13)
		EXPECT_EQ(pki_cert_parse(bytes_of(der.data(), len), &c), ERR_MALFORMED);
	der.push_back(0);
	EXPECT_EQ(pki_cert_parse(bytes_of(der.data(), der.size()), &c), ERR_MALFORMED);
	std::vector<uint8_t> large(PKI_CERT_MAX + 1);
	EXPECT_EQ(pki_cert_parse(bytes_of(large.data(), large.size()), &c), ERR_RANGE);
}

TEST_F(PkiCert, a_key_of_another_kind_leaves_it_without)
{
	f.issue("weak", { .issuer = "", .subject = { { "CN", "x" } }, .key = "RSA-1024" });
	EXPECT_EQ(pki_cert_key(cert("weak")), nullptr);
}
