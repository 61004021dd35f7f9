/* Reading files: what is in them, and what is said of those that can't be read. */
#include "pki/file.h"

#include <gtest/gtest.h>

#include "forge.h"

class PkiFile : public ::testing::Test
{
      protected:
	forge::Forge f;
	forge::Folder folder;
	struct pki_file got = {};
	const char *why = nullptr;

	void SetUp() override
	{
		f.issue("ca", { .issuer = "", .subject = { { "CN", "ca" } }, .ca = true });
		f.issue("s", { .issuer = "ca", .subject = { { "CN", "s" } }, .key = "RSA" });
	}
	void TearDown() override
	{
		pki_file_fini(&got);
	}
	enum err read(const std::string &path, bool pkcs12 = false, const char *password = "")
	{
		return pki_file_read(path.c_str(), pkcs12, bytes_str(password), &got, &why);
	}
};

TEST_F(PkiFile, PEM_of_everything_in_any_order)
{
	ASSERT_EQ(read(folder.write("all", "text before\n" + f.pem("ca") + f.key_pem("s") + f.crl_pem("ca", {}) + f.pem("s"))), ERR_OK);
	EXPECT_EQ(sk_X509_num(got.certs), 2);
	EXPECT_EQ(sk_X509_CRL_num(got.crls), 1);
	ASSERT_NE(got.key, nullptr);
	EXPECT_EQ(crypto_key_kind(got.key), CRYPTO_KEY_RSA);
}

TEST_F(PkiFile, DER_of_a_certificate)
{
	ASSERT_EQ(read(folder.write("ca.der", f.der("ca"))), ERR_OK);
	EXPECT_EQ(sk_X509_num(got.certs), 1);
	EXPECT_EQ(got.key, nullptr);
}

TEST_F(PkiFile, PKCS12_with_its_password)
{
	std::string path = folder.write("s.p12", f.pkcs12("s", { "ca" }, "secret"));

	EXPECT_EQ(read(path, true, "wrong"), ERR_MALFORMED);
	EXPECT_STREQ(why, "it can't be opened; is the password right?");
	ASSERT_EQ(read(path, true, "secret"), ERR_OK);
	EXPECT_EQ(sk_X509_num(got.certs), 2);
	ASSERT_NE(got.key, nullptr);
}

TEST_F(PkiFile, errors_have_words)
{
	EXPECT_EQ(read(folder.path + "/none"), ERR_ABSENT);
	EXPECT_STREQ(why, err_str(ERR_ABSENT));
	EXPECT_EQ(read(folder.write("garbage", std::string("hello"))), ERR_MALFORMED);
	EXPECT_EQ(read(folder.write("cut", f.pem("ca").replace(40, 4, "AAAA"))), ERR_MALFORMED);
	EXPECT_EQ(read(folder.write("large", std::string(PKI_FILE_MAX, 'x'))), ERR_RANGE);
	EXPECT_EQ(read(folder.write("key", std::string("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))), ERR_MALFORMED);
	EXPECT_STREQ(why, "its key can't be read; is the password right?");
	f.issue("weak", { .issuer = "", .subject = { { "CN", "x" } }, .key = "RSA-1024" });
	EXPECT_EQ(read(folder.write("weak", f.key_pem("weak"))), ERR_UNSUPPORTED);
	EXPECT_STREQ(why, "its key is of a kind that isn't used");
}
