#include "fixture.h"

TEST(CryptoAlg, every_row_is_found_by_its_numbers_and_its_word)
{
	unsigned i = 0;

	for (const struct crypto_alg *a; (a = crypto_alg_at(i)) != nullptr; i++) {
		EXPECT_EQ(crypto_alg_find(static_cast<enum crypto_kind>(a->kind), a->id, a->key_bits), a) << a->name;
		EXPECT_EQ(crypto_alg_index(a), i);
		if (a->keyword != nullptr) {
			EXPECT_EQ(crypto_alg_named(static_cast<enum crypto_kind>(a->kind), a->keyword), a);
		}
	}
	EXPECT_LE(i, unsigned{ CRYPTO_ALG_ROWS });
}

TEST(CryptoAlg, sizes_stay_within_the_bounds_that_buffers_have)
{
	for (unsigned i = 0; crypto_alg_at(i) != nullptr; i++) {
		const struct crypto_alg *a = crypto_alg_at(i);

		EXPECT_LE(a->key_len, CRYPTO_KEY_MAX);
		EXPECT_LE(a->iv_len, CRYPTO_IV_MAX);
		EXPECT_LE(a->icv_len, CRYPTO_ICV_MAX);
		EXPECT_LE(a->pub_len, CRYPTO_PUB_MAX);
		EXPECT_LE(a->reply_len, CRYPTO_PUB_MAX);
		EXPECT_EQ(a->kind == CRYPTO_GROUP, a->reply_len != 0) << a->name;
		EXPECT_LE(a->kind == CRYPTO_PRF ? a->out_len : 0, CRYPTO_DIGEST_MAX);
		EXPECT_EQ(a->kind == CRYPTO_ENCR, a->block_len != 0) << a->name;
	}
}

TEST(CryptoAlg, one_word_names_a_prf_and_an_integrity_algorithm)
{
	EXPECT_EQ(crypto_alg_named(CRYPTO_PRF, "sha256")->id, CRYPTO_PRF_HMAC_SHA2_256);
	EXPECT_EQ(crypto_alg_named(CRYPTO_INTEG, "sha256")->id, CRYPTO_INTEG_HMAC_SHA2_256_128);
	EXPECT_EQ(crypto_alg_named(CRYPTO_GROUP, "24")->id, CRYPTO_GROUP_MODP_2048_256);
	EXPECT_EQ(crypto_alg_find(CRYPTO_GROUP, CRYPTO_GROUP_MODP_1024_160, 0), nullptr);
	EXPECT_EQ(crypto_alg_find(CRYPTO_ENCR, CRYPTO_ENCR_AES_CBC, 0), nullptr);
	EXPECT_TRUE(crypto_alg_named(CRYPTO_ENCR, "3des")->weak);
}

/* RFC8247: what is too short or broken is there for those who ask for it, and they are told. */
TEST(CryptoAlg, R_DEF_05_weak_rows)
{
	std::string weak;

	for (unsigned i = 0; crypto_alg_at(i) != nullptr; i++)
		if (crypto_alg_at(i)->weak)
			weak += std::string(crypto_alg_at(i)->keyword) + " ";
	EXPECT_EQ(weak, "3des des null sha1 md5 sha1 md5 24 5 2 1 ");
}

TEST_F(CryptoTest, R_SEC_everything_is_here_but_what_this_OpenSSL_lacks)
{
	for (unsigned i = 0; crypto_alg_at(i) != nullptr; i++) {
		const struct crypto_alg *a = crypto_alg_at(i);

		if (a->kind != CRYPTO_GROUP || a->form != CRYPTO_KEM) {
			EXPECT_TRUE(crypto_has(c, a)) << a->name;
		}
	}
}
