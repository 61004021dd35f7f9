/* MS-CHAPv2's arithmetic by the examples of RFC2759-9.2 and RFC3079-3.5.3. */
#include "eap/mschap.h"

#include "../crypto/fixture.h"
#include "eap/end.h"

class EapMschap : public CryptoTest
{
      protected:
	Octets authenticator = hex("5B5D7C7D7B3F2F3E3C2C602132262628");
	Octets peer = hex("21402324255E262A28295F2B3A337C7E");
	std::string user = "User";
	Octets response = hex("82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF");
	struct secret hash = {};

	struct eap_mschap_exchange exchange() const
	{
		return { view(authenticator), view(peer), view(user) };
	}
	void SetUp() override
	{
		CryptoTest::SetUp();
		ASSERT_EQ(eap_mschap_hash(view(std::string("clientPass")), &hash), ERR_OK);
	}
	void TearDown() override
	{
		secret_fini(&hash);
		CryptoTest::TearDown();
	}
};

static Octets octets(const struct secret &s)
{
	return Octets(s.data, s.data + s.len);
}

TEST_F(EapMschap, RFC2759_9_2_vectors)
{
	struct eap_mschap_exchange x = exchange();
	Octets got(EAP_MSCHAP_RESPONSE), proof(EAP_MSCHAP_PROOF);

	EXPECT_EQ(octets(hash), hex("44EBBA8D5312B8D611474411F56989AE"));
	ASSERT_EQ(eap_mschap_response(c, &x, &hash, got.data()), ERR_OK);
	EXPECT_EQ(got, response);
	ASSERT_EQ(eap_mschap_proof(c, &x, &hash, response.data(), proof.data()), ERR_OK);
	EXPECT_EQ(proof, hex("407A5589115FD0D6209F510FE9C04566932CDA56"));
}

/* RFC3079-3.5.3 gives the key by which the server sends, the second half of the MSK's first 32 octets. */
TEST_F(EapMschap, RFC3079_3_5_3_vector)
{
	struct secret msk = {};

	ASSERT_EQ(eap_mschap_msk(c, &hash, response.data(), &msk), ERR_OK);
	Octets all = octets(msk);
	secret_fini(&msk);
	ASSERT_EQ(all.size(), size_t(EAP_MSK_LEN));
	EXPECT_EQ(Octets(all.begin() + 16, all.begin() + 32), hex("8B7CDC149B993A1BA118CB153F56DCCB"));
	EXPECT_EQ(Octets(all.begin() + 32, all.end()), Octets(32));
	EXPECT_NE(Octets(all.begin(), all.begin() + 16), Octets(16));
}

TEST_F(EapMschap, passwords_are_characters)
{
	struct secret other = {};
	auto rc = [&](const std::string &text) { return eap_mschap_hash(view(text), &other); };

	EXPECT_EQ(rc("gr\xc3\xbc\xc3\x9f\x65 \xe2\x82\xac \xf0\x9f\x98\x80"), ERR_OK);
	/* MD4 of the same in UTF-16LE, from OpenSSL */
	EXPECT_EQ(octets(other), hex("6721c195fc34d07e6858da06920dfb82"));
	EXPECT_EQ(rc(std::string(EAP_MSCHAP_PASSWORD_MAX, 'x')), ERR_OK);
	EXPECT_EQ(rc(std::string(EAP_MSCHAP_PASSWORD_MAX + 1, 'x')), ERR_RANGE);
	for (const char *bad :
		{ "\xff", "\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80" })
		EXPECT_EQ(rc(bad), ERR_MALFORMED);
	EXPECT_EQ(rc(std::string("a\0b", 3)), ERR_MALFORMED);
	secret_fini(&other);
}
