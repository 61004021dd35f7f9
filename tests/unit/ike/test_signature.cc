/* AUTH by signature: which scheme a key has for which peer. */
#include "crypto/evp.h"
#include "ike/keying/signature.h"
#include "ike/wire/iana.h"

#include <gtest/gtest.h>

namespace
{

const uint8_t text[] = "octets that are signed";

class IkeSignature : public testing::Test
{
      protected:
	struct crypto *crypto = nullptr;
	struct crypto_key *key = nullptr;
	uint8_t method = 0;
	struct crypto_scheme scheme = {};

	void SetUp() override
	{
		ASSERT_EQ(crypto_new(&crypto), ERR_OK);
	}
	void TearDown() override
	{
		crypto_key_free(key);
		crypto_free(crypto);
	}
	void by(const char *type, const char *detail = nullptr)
	{
		EVP_PKEY *pkey = detail != nullptr            ? EVP_PKEY_Q_keygen(nullptr, nullptr, type, detail)
				 : std::string(type) == "RSA" ? EVP_PKEY_Q_keygen(nullptr, nullptr, type, size_t{ 2048 })
							      : EVP_PKEY_Q_keygen(nullptr, nullptr, type);

		crypto_key_free(key);
		key = nullptr;
		ASSERT_EQ(crypto_key_of_evp(pkey, &key), ERR_OK);
		EVP_PKEY_free(pkey);
	}
	/* Signed for a peer that knows 'hashes', and verified again. */
	enum err sign(std::initializer_list<enum crypto_hash> hashes)
	{
		uint8_t buf[IKE_SIGNATURE_MAX];
		struct wr w = wr_of(buf, sizeof(buf));
		struct bytes octets = bytes_of(text, sizeof(text)), signature;
		uint16_t mask = 0;

		for (enum crypto_hash h : hashes)
			mask = static_cast<uint16_t>(mask | 1u << h);
		enum err err = ike_signature_make(crypto, key, mask, octets, &method, &w);
		if (err != ERR_OK)
			return err;
		EXPECT_EQ(ike_signature_check(crypto, key, method, wr_view(&w), octets), ERR_OK);
		return method != IKE_AUTH_SIGNATURE ? ERR_OK : crypto_algid_split(wr_view(&w), &scheme, &signature);
	}
};

} // namespace

/* RFC7427-4-c, RFC7427-5-a */
TEST_F(IkeSignature, RFC7427_4_a_hash_that_the_peer_named)
{
	by("EC", "P-384");
	ASSERT_EQ(sign({ CRYPTO_HASH_SHA2_256, CRYPTO_HASH_SHA2_384, CRYPTO_HASH_SHA2_512 }), ERR_OK);
	EXPECT_EQ(scheme.hash, CRYPTO_HASH_SHA2_384) << "as strong as the key";
	ASSERT_EQ(sign({ CRYPTO_HASH_SHA2_256 }), ERR_OK);
	EXPECT_EQ(scheme.hash, CRYPTO_HASH_SHA2_256) << "if the peer knows it";
	ASSERT_EQ(sign({ CRYPTO_HASH_SHA2_256, CRYPTO_HASH_SHA2_512 }), ERR_OK);
	EXPECT_EQ(scheme.hash, CRYPTO_HASH_SHA2_512) << "else the best";
	EXPECT_EQ(sign({ CRYPTO_HASH_SHA1 }), ERR_UNSUPPORTED);
	EXPECT_EQ(sign({ CRYPTO_HASH_IDENTITY }), ERR_UNSUPPORTED);
	by("ED25519");
	EXPECT_EQ(sign({ CRYPTO_HASH_SHA2_256 }), ERR_UNSUPPORTED);
	EXPECT_EQ(sign({ CRYPTO_HASH_IDENTITY }), ERR_OK);
}

TEST_F(IkeSignature, RFC7427_4_RFC4754_a_peer_that_named_none_gets_a_classic_one)
{
	by("RSA");
	ASSERT_EQ(sign({}), ERR_OK);
	EXPECT_EQ(method, IKE_AUTH_RSA);
	by("EC", "P-521");
	ASSERT_EQ(sign({}), ERR_OK);
	EXPECT_EQ(method, IKE_AUTH_ECDSA_521);
	by("ED25519");
	EXPECT_EQ(sign({}), ERR_UNSUPPORTED);
}
