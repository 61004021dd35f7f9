/* RFC4945-3.1 as a table: which identities each certificate proves, and all those that it doesn't. */
#include <gtest/gtest.h>

#include <arpa/inet.h>

#include "forge.h"
#include "pki/cert.h"

namespace
{

using Rdns = std::vector<std::pair<std::string, std::string>>;

std::string packed(const char *text)
{
	uint8_t octets[16];
	int family = std::string(text).find(':') == std::string::npos ? AF_INET : AF_INET6;

	EXPECT_EQ(inet_pton(family, text, octets), 1) << text;
	return std::string(reinterpret_cast<char *>(octets), family == AF_INET ? 4 : 16);
}

/* A Name whose values are strings of the given type, each in an RDN of its own, or all in one. */
std::string name(const Rdns &rdns, int type = V_ASN1_UTF8STRING, bool one_set = false)
{
	X509_NAME *n = X509_NAME_new();
	unsigned char *der = nullptr;

	for (const auto &rdn : rdns)
		EXPECT_EQ(X509_NAME_add_entry_by_txt(n, rdn.first.c_str(), type, reinterpret_cast<const unsigned char *>(rdn.second.data()),
				  static_cast<int>(rdn.second.size()), -1, one_set && X509_NAME_entry_count(n) > 0 ? -1 : 0),
			1);
	int len = i2d_X509_NAME(n, &der);
	std::string out(reinterpret_cast<char *>(der), static_cast<size_t>(len));
	OPENSSL_free(der);
	X509_NAME_free(n);
	return out;
}

struct Claim {
	enum pki_id_type type;
	std::string value;
	bool proved;
};

class PkiIdentity : public ::testing::Test
{
      protected:
	forge::Forge f;

	void judge(const std::string &alt, const Rdns &subject, const std::vector<Claim> &claims)
	{
		struct pki_cert *c = nullptr;

		f.issue("x", { .issuer = "", .subject = subject, .alt = alt });
		std::vector<uint8_t> der = f.der("x");
		ASSERT_EQ(pki_cert_parse(bytes_of(der.data(), der.size()), &c), ERR_OK);
		for (const Claim &claim : claims) {
			struct pki_id id = { claim.type, bytes_of(claim.value.data(), claim.value.size()) };

			EXPECT_EQ(pki_cert_proves(c, &id), claim.proved) << alt << ": " << claim.type << " " << claim.value;
		}
		pki_cert_free(c);
	}
};

const Rdns subject = { { "O", "Example" }, { "OU", "branches" }, { "CN", "spoke1.example.net" } };

} // namespace

/* RFC7296-3.5-d */
TEST_F(PkiIdentity, R_SEC_11_RFC4945_a_domain_name)
{
	judge("DNS:spoke1.example.net,DNS:*.wild.example.net", subject,
		{ { PKI_ID_FQDN, "spoke1.example.net", true }, { PKI_ID_FQDN, "SPOKE1.example.NET", true },
			{ PKI_ID_FQDN, "*.wild.example.net", true }, /* the very name */
			{ PKI_ID_FQDN, "a.wild.example.net", false }, { PKI_ID_FQDN, "spoke2.example.net", false },
			{ PKI_ID_FQDN, "example.net", false }, { PKI_ID_FQDN, "x.spoke1.example.net", false },
			{ PKI_ID_FQDN, "spoke1.example.net.", false }, { PKI_ID_FQDN, std::string("spoke1.example.net\0", 19), false },
			{ PKI_ID_FQDN, "", false }, { PKI_ID_EMAIL, "spoke1.example.net", false },
			{ PKI_ID_DN, "spoke1.example.net", false } });
}

TEST_F(PkiIdentity, R_SEC_11_RFC5280_7_5_an_address_of_mail)
{
	judge("email:One@Example.net", subject,
		{ { PKI_ID_EMAIL, "One@Example.net", true }, { PKI_ID_EMAIL, "One@example.NET", true },
			{ PKI_ID_EMAIL, "one@Example.net", false }, { PKI_ID_EMAIL, "Example.net", false },
			{ PKI_ID_EMAIL, "@Example.net", false }, { PKI_ID_EMAIL, "Two@Example.net", false },
			{ PKI_ID_FQDN, "One@Example.net", false }, { PKI_ID_FQDN, "Example.net", false } });
	judge("email:nobody", subject, { { PKI_ID_EMAIL, "nobody", false } });
	judge("DNS:a.example.net", { { "emailAddress", "one@example.net" } }, { { PKI_ID_EMAIL, "one@example.net", false } });
}

TEST_F(PkiIdentity, R_SEC_11_RFC4945_addresses)
{
	judge("IP:192.0.2.1,IP:2001:db8::1", subject,
		{ { PKI_ID_ADDRESS, packed("192.0.2.1"), true }, { PKI_ID_ADDRESS, packed("2001:db8::1"), true },
			{ PKI_ID_ADDRESS, packed("192.0.2.2"), false }, { PKI_ID_ADDRESS, packed("2001:db8::2"), false },
			{ PKI_ID_ADDRESS, packed("::ffff:192.0.2.1"), false }, { PKI_ID_ADDRESS, packed("192.0.2.1").substr(0, 3), false },
			{ PKI_ID_ADDRESS, "", false }, { PKI_ID_FQDN, "192.0.2.1", false } });
	judge("DNS:192.0.2.1", subject, { { PKI_ID_ADDRESS, packed("192.0.2.1"), false }, { PKI_ID_FQDN, "192.0.2.1", true } });
	judge("", { { "CN", "192.0.2.1" } }, { { PKI_ID_ADDRESS, packed("192.0.2.1"), false }, { PKI_ID_FQDN, "192.0.2.1", false } });
}

TEST_F(PkiIdentity, R_SEC_11_RFC4945_the_whole_subject_as_it_stands)
{
	judge("DNS:spoke1.example.net", subject,
		{ { PKI_ID_DN, name(subject), true }, { PKI_ID_DN, name({ subject[2], subject[1], subject[0] }), false },
			{ PKI_ID_DN, name({ subject[0], subject[2] }), false }, { PKI_ID_DN, name({ subject[0], subject[1] }), false },
			{ PKI_ID_DN, name({ subject[0], subject[1], subject[2], subject[2] }), false },
			{ PKI_ID_DN, name({ subject[0], subject[1], { "CN", "spoke2.example.net" } }), false },
			{ PKI_ID_DN, name({ subject[0], subject[1], { "CN", "SPOKE1.example.net" } }), false },
			{ PKI_ID_DN, name({ subject[0], subject[1], { "CN", "spoke1.example.net " } }), false },
			{ PKI_ID_DN, name({ subject[0], subject[1], { "OU", "spoke1.example.net" } }), false },
			{ PKI_ID_DN, name(subject, V_ASN1_PRINTABLESTRING), true }, { PKI_ID_DN, name(subject, V_ASN1_T61STRING), false },
			{ PKI_ID_DN, name(subject, V_ASN1_UTF8STRING, true), false }, { PKI_ID_DN, name({}), false },
			{ PKI_ID_DN, name(subject) + "x", false }, { PKI_ID_DN, name(subject).substr(0, 10), false },
			{ PKI_ID_DN, "", false } });
	judge("DNS:spoke1.example.net", {}, { { PKI_ID_DN, name({}), false } });
}

TEST_F(PkiIdentity, R_SEC_11_no_other_place_of_a_certificate_proves_anything)
{
	judge("URI:https://spoke1.example.net/,RID:1.2.3.4,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:one@example.net", subject,
		{ { PKI_ID_FQDN, "spoke1.example.net", false }, { PKI_ID_EMAIL, "one@example.net", false },
			{ PKI_ID_FQDN, "https://spoke1.example.net/", false }, { PKI_ID_DN, name(subject), true } });
}
