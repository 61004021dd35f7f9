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
				     .subject = { { "C", "CH" }, { "O", "Example, Inc" }, { "OU", "Branches" }, { "CN", "spoke1" } },
				     .alt = "DNS:spoke1.example.net,IP:192.0.2.1" });
		std::vector<uint8_t> der = f.der("s");
		ASSERT_EQ(pki_cert_parse(bytes_of(der.data(), der.size()), &c), ERR_OK);
	}
	void TearDown() override
	{
		pki_cert_free(c);
	}
	bool holds(enum pki_map_field field, enum pki_map_how how, const char *text)
	{
		struct pki_map_line line = { field, how, text };

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
	EXPECT_TRUE(holds(PKI_MAP_SUBJECT, PKI_MAP_EQ, "cn=spoke1, ou=branches, o=example\\, inc, c=ch"));
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
