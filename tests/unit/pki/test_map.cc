/* Lines of certificate maps. */
#include "pki/map.h"

#include <gtest/gtest.h>

#include "forge.h"

class PkiMap : public ::testing::Test
{
      protected:
	forge::Forge f;
	struct pki_cert *c = nullptr;

	void SetUp() override
	{
		f.issue("ca", { .issuer = "", .subject = { { "CN", "Example Root CA" } }, .ca = true });
		f.issue("s", { .issuer = "ca",
				     .subject = { { "C", "CH" }, { "O", "Example, Inc" }, { "OU", "Branches" }, { "CN", "spoke1" },
					     { "unstructuredName", "Router.example.net" } },
				     .alt = "DNS:spoke1.example.net,IP:192.0.2.1" });
		std::vector<uint8_t> der = f.der("s");
		ASSERT_EQ(pki_cert_parse(bytes_of(der.data(), der.size()), &c), ERR_OK);
	}
	void TearDown() override
	{
		pki_cert_free(c);
	}
	bool on(enum pki_map_field field, enum pki_map_how how, int64_t date_s)
	{
		struct pki_map_line line = { field, how, nullptr, date_s };

		return pki_map_line_holds(c, &line);
	}
	bool holds(enum pki_map_field field, enum pki_map_how how, const char *text)
	{
		struct pki_map_line line = { field, how, text, 0 };

		return pki_map_line_holds(c, &line);
	}
};

TEST_F(PkiMap, R_IKE_11_subject_and_issuer_by_whole_RDN_or_part)
{
	EXPECT_TRUE(holds(PKI_MAP_SUBJECT, PKI_MAP_CO, "ou = branches"));
	EXPECT_TRUE(holds(PKI_MAP_SUBJECT, PKI_MAP_CO, "o=example\\, inc"));
	EXPECT_FALSE(holds(PKI_MAP_SUBJECT, PKI_MAP_CO, "ou=branch"));
	EXPECT_TRUE(holds(PKI_MAP_SUBJECT, PKI_MAP_CO, "branch"));
	EXPECT_TRUE(holds(PKI_MAP_ISSUER, PKI_MAP_CO, "cn = example root ca"));
	EXPECT_FALSE(holds(PKI_MAP_ISSUER, PKI_MAP_CO, "cn=example root"));
}

TEST_F(PkiMap, R_IKE_11_equal_is_the_whole_name)
{
	EXPECT_TRUE(holds(PKI_MAP_ISSUER, PKI_MAP_EQ, "CN=Example Root CA"));
	EXPECT_FALSE(holds(PKI_MAP_SUBJECT, PKI_MAP_EQ, "cn=spoke1"));
	EXPECT_TRUE(
		holds(PKI_MAP_SUBJECT, PKI_MAP_EQ, "unstructuredName=router.example.net, cn=spoke1, ou=branches, o=example\\, inc, c=ch"));
	EXPECT_TRUE(holds(PKI_MAP_SERIAL, PKI_MAP_EQ, "03e9"));
}

TEST_F(PkiMap, R_IKE_11_negative_lines)
{
	EXPECT_TRUE(holds(PKI_MAP_SUBJECT, PKI_MAP_NC, "ou=hubs"));
	EXPECT_FALSE(holds(PKI_MAP_SUBJECT, PKI_MAP_NC, "ou=branches"));
	EXPECT_TRUE(holds(PKI_MAP_ISSUER, PKI_MAP_NE, "cn=other"));
	EXPECT_FALSE(holds(PKI_MAP_ISSUER, PKI_MAP_NE, "cn=example root ca"));
}

TEST_F(PkiMap, R_IKE_11_alternative_names)
{
	EXPECT_TRUE(holds(PKI_MAP_ALT_SUBJECT, PKI_MAP_EQ, "Spoke1.example.net"));
	EXPECT_TRUE(holds(PKI_MAP_ALT_SUBJECT, PKI_MAP_EQ, "192.0.2.1"));
	EXPECT_TRUE(holds(PKI_MAP_ALT_SUBJECT, PKI_MAP_CO, "example.net"));
	EXPECT_FALSE(holds(PKI_MAP_ALT_SUBJECT, PKI_MAP_CO, "example.org"));
	EXPECT_FALSE(holds(PKI_MAP_ALT_SUBJECT, PKI_MAP_NE, "192.0.2.1"));
	EXPECT_TRUE(holds(PKI_MAP_ALT_SUBJECT, PKI_MAP_NC, "hub"));
}

TEST_F(PkiMap, R_IKE_11_any_name_and_the_unstructured_one)
{
	EXPECT_TRUE(holds(PKI_MAP_NAME, PKI_MAP_CO, "ou=branches"));
	EXPECT_TRUE(holds(PKI_MAP_NAME, PKI_MAP_EQ, "Spoke1.example.net"));
	EXPECT_FALSE(holds(PKI_MAP_NAME, PKI_MAP_CO, "hub"));
	EXPECT_TRUE(holds(PKI_MAP_NAME, PKI_MAP_NC, "hub"));
	EXPECT_FALSE(holds(PKI_MAP_NAME, PKI_MAP_NC, "192.0.2.1")) << "one of them has it";
	EXPECT_TRUE(holds(PKI_MAP_UNSTRUCTURED, PKI_MAP_EQ, "router.EXAMPLE.net"));
	EXPECT_TRUE(holds(PKI_MAP_UNSTRUCTURED, PKI_MAP_CO, "router"));
	EXPECT_FALSE(holds(PKI_MAP_UNSTRUCTURED, PKI_MAP_CO, "spoke"));
	EXPECT_TRUE(holds(PKI_MAP_UNSTRUCTURED, PKI_MAP_NE, "spoke"));
}

TEST_F(PkiMap, R_IKE_11_dates)
{
	const int64_t from = forge::now_s - forge::day_s, until = forge::now_s + 365 * forge::day_s;
	const struct {
		enum pki_map_how how;
		bool before, at, after; /* whether it holds for a date of the line before, at or after the certificate's */
	} table[] = { { PKI_MAP_EQ, false, true, false }, { PKI_MAP_NE, true, false, true }, { PKI_MAP_LT, false, false, true },
		{ PKI_MAP_GE, true, true, false }, { PKI_MAP_GT, true, false, false }, { PKI_MAP_CO, false, false, false },
		{ PKI_MAP_NC, false, false, false } };

	for (const auto &k : table)
		for (const auto &[field, date] : { std::pair(PKI_MAP_VALID_START, from), std::pair(PKI_MAP_EXPIRES_ON, until) }) {
			EXPECT_EQ(on(field, k.how, date - 1), k.before) << k.how;
			EXPECT_EQ(on(field, k.how, date), k.at) << k.how;
			EXPECT_EQ(on(field, k.how, date + 1), k.after) << k.how;
		}
}
