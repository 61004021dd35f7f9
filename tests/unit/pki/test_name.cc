/* Distinguished names as certificate maps print and compare them. */
#include "pki/name.h"

#include <gtest/gtest.h>

#include <string>

#include "forge.h"
#include "pki/part.h"

namespace
{

std::string fold(const std::string &text)
{
	std::string t = text;

	pki_name_fold(t.data());
	return t.c_str();
}

bool contains(const char *name, const char *part)
{
	return pki_name_contains(name, fold(part).c_str());
}

} // namespace

TEST(PkiName, R_IKE_11_blanks_and_case_fold_away)
{
	EXPECT_EQ(fold("OU = Branches"), "ou=branches");
	EXPECT_EQ(fold("  cn=Hub One , O= Example\t"), "cn=hub one,o=example\t");
	EXPECT_EQ(fold(""), "");
	EXPECT_EQ(fold("   "), "");
	EXPECT_EQ(fold("a \\, b"), "a \\, b") << "an escaped comma is part of a value";
}

TEST(PkiName, R_IKE_11_a_NAME_stands_for_a_whole_RDN)
{
	const char *name = "cn=spoke1,ou=branches,o=example inc";

	EXPECT_TRUE(contains(name, "ou=branches"));
	EXPECT_TRUE(contains(name, "OU = Branches"));
	EXPECT_TRUE(contains(name, "cn=spoke1"));
	EXPECT_TRUE(contains(name, "o=example inc"));
	EXPECT_TRUE(contains(name, "ou=branches, o=example inc"));
	EXPECT_FALSE(contains(name, "ou=branch"));
	EXPECT_FALSE(contains(name, "u=branches"));
	EXPECT_FALSE(contains(name, "o=example"));
	EXPECT_FALSE(contains(name, "cn=spoke1,o=example inc")) << "RDNs between";
	EXPECT_FALSE(contains("cn=x,ou=branches-old", "ou=branches"));
}

TEST(PkiName, R_IKE_11_without_NAME_any_part_will_do)
{
	const char *name = "cn=spoke1,ou=branches,o=example inc";

	EXPECT_TRUE(contains(name, "Branch"));
	EXPECT_TRUE(contains(name, "spoke1"));
	EXPECT_FALSE(contains(name, "hub"));
}

TEST(PkiName, R_SEC_11_a_value_cannot_pass_for_an_RDN)
{
	X509_NAME *n = X509_NAME_new();
	char text[128];

	ASSERT_EQ(X509_NAME_add_entry_by_txt(n, "O", MBSTRING_UTF8, reinterpret_cast<const unsigned char *>("Example"), -1, -1, 0), 1);
	ASSERT_EQ(
		X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char *>("a,ou=branches"), -1, -1, 0), 1);
	ASSERT_EQ(pki_name_text(n, text, sizeof(text)), ERR_OK);
	EXPECT_STREQ(text, "cn=a\\,ou\\=branches,o=example");
	EXPECT_FALSE(contains(text, "ou=branches"));
	EXPECT_EQ(pki_name_text(n, text, 10), ERR_RANGE);
	X509_NAME_free(n);
}

TEST(PkiName, an_RDN_of_several_values_is_one)
{
	X509_NAME *n = X509_NAME_new();
	char text[128];

	ASSERT_EQ(X509_NAME_add_entry_by_txt(n, "OU", MBSTRING_UTF8, reinterpret_cast<const unsigned char *>("hubs"), -1, -1, 0), 1);
	ASSERT_EQ(X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char *>(" X "), -1, -1, -1), 1);
	ASSERT_EQ(pki_name_text(n, text, sizeof(text)), ERR_OK);
	EXPECT_STREQ(text, "cn=x+ou=hubs");
	EXPECT_FALSE(contains(text, "ou=hubs"));
	X509_NAME_free(n);
}

TEST(PkiName, a_NUL_in_a_value_makes_it_unprintable)
{
	X509_NAME *n = X509_NAME_new();
	char text[128];

	ASSERT_EQ(X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char *>("hub\0x"), 5, -1, 0), 1);
	EXPECT_EQ(pki_name_text(n, text, sizeof(text)), ERR_MALFORMED);
	X509_NAME_free(n);
}

/* cli.md 1.6: fields of a DN, in their own case. */
TEST(PkiPart, R_AAA_18_fields_of_a_subject)
{
	forge::Forge f;
	auto part = [&](enum pki_part p, size_t cap = 64) -> std::string {
		std::vector<uint8_t> name = f.subject("s");
		char out[64];
		enum err err = pki_part_text(bytes_of(name.data(), name.size()), p, out, cap);

		return err == ERR_OK ? out : err_name(err);
	};

	f.issue("s", { .issuer = "",
			     .subject = { { "DC", "net" }, { "DC", "Example" }, { "C", "CH" }, { "ST", "Bern" }, { "L", "Thun" },
				     { "O", "Example, Inc" }, { "OU", "branches" }, { "OU", "South" }, { "CN", "Spoke1" } } });
	EXPECT_EQ(part(PKI_PART_COMMON_NAME), "Spoke1");
	EXPECT_EQ(part(PKI_PART_ORGANIZATION), "Example, Inc");
	EXPECT_EQ(part(PKI_PART_ORGANIZATION_UNIT), "South") << "the most specific one";
	EXPECT_EQ(part(PKI_PART_COUNTRY), "CH");
	EXPECT_EQ(part(PKI_PART_STATE), "Bern");
	EXPECT_EQ(part(PKI_PART_LOCALITY), "Thun");
	EXPECT_EQ(part(PKI_PART_DOMAIN), "Example.net");
	EXPECT_EQ(part(PKI_PART_DOMAIN, 11), "RANGE");
	EXPECT_EQ(part(PKI_PART_COMMON_NAME, 6), "RANGE");
	f.issue("s", { .issuer = "", .subject = { { "O", "Example" } } });
	EXPECT_EQ(part(PKI_PART_COMMON_NAME), "ABSENT");
	char out[8];
	EXPECT_EQ(pki_part_text(bytes_str("no name"), PKI_PART_COMMON_NAME, out, sizeof(out)), ERR_MALFORMED);
	EXPECT_EQ(pki_part_text(bytes_of(nullptr, 0), PKI_PART_COMMON_NAME, out, sizeof(out)), ERR_MALFORMED);
}
