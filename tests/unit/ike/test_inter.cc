#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "crypto/evp.h"
#include "ike/core.h"
#include "ike/keying/inter.h"

namespace
{

using Octets = std::string;

/* HMAC straight from OpenSSL: inter.c is held against the formulas of RFC9242 and RFC9370. */
Octets hmac(const Octets &key, const Octets &data)
{
	unsigned char out[EVP_MAX_MD_SIZE];
	size_t len = 0;

	EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(), reinterpret_cast<const unsigned char *>(data.data()),
		data.size(), out, sizeof(out), &len);
	return Octets(reinterpret_cast<char *>(out), len);
}

Octets hmac_plus(const Octets &key, const Octets &seed, size_t len)
{
	Octets all, t;

	for (char round = 1; all.size() < len; round++) {
		t = hmac(key, t + seed + round);
		all += t;
	}
	return all.substr(0, len);
}

Octets text(struct bytes b)
{
	return Octets(reinterpret_cast<const char *>(b.data), b.len);
}

/* An SA whose IKE_SA_INIT brought the nonces 'ni' and 'nr'; no more of an engine than its crypto. */
class IkeInter : public ::testing::Test
{
      protected:
	const Octets ni = "nonce of the initiator", nr = "and of the responder";
	std::unique_ptr<struct ike_engine> e = std::make_unique<struct ike_engine>();
	struct ike_setup setup = {};
	struct ike_sa sa = {};

	void SetUp() override
	{
		struct ike_choice choice = {};

		ASSERT_EQ(crypto_new(&e->cfg.crypto), ERR_OK);
		sa.engine = e.get();
		sa.setup = &setup;
		sa.role = IKE_INITIATOR;
		sa.spi_i = UINT64_C(0x0102030405060708);
		sa.spi_r = UINT64_C(0x1112131415161718);
		sa.suite.encr = crypto_alg_named(CRYPTO_ENCR, "aes-gcm-128");
		sa.suite.prf = crypto_alg_named(CRYPTO_PRF, "sha256");
		keep(&setup.init_tx, ni);
		keep(&setup.init_rx, nr);
		ASSERT_EQ(secret_set(&sa.keys, bytes_str(Octets(3 * 32 + 2 * 20, 'k').c_str())), ERR_OK);
		choice.extra[0] = CRYPTO_GROUP_ECP_256;
		choice.extra[3] = CRYPTO_GROUP_ECP_384;
		ASSERT_EQ(ike_inter_begin(&sa, &choice), ERR_OK);
	}
	void TearDown() override
	{
		ike_inter_free(setup.inter);
		ike_blob_drop(&setup.init_tx);
		ike_blob_drop(&setup.init_rx);
		secret_fini(&sa.keys);
		crypto_free(e->cfg.crypto);
	}
	static void keep(struct ike_blob *blob, const Octets &nonce)
	{
		struct ike_hdr hdr = {};
		struct ike_build b;
		struct bytes d;
		uint8_t buf[128];

		hdr.spi_i = 1;
		hdr.version = IKE_VERSION;
		hdr.exchange = IKE_X_IKE_SA_INIT;
		ike_build_begin(&b, buf, sizeof(buf), &hdr);
		wr_bytes(ike_build_payload(&b, IKE_P_NONCE), bytes_str(nonce.c_str()));
		ASSERT_EQ(ike_build_finish(&b, &d), ERR_OK);
		ASSERT_EQ(ike_blob_set(blob, d), ERR_OK);
	}
	Octets key(enum ike_key which)
	{
		return text(ike_keys_view(&sa.suite, &sa.keys, which));
	}
	/* Header and generic header of SK as if 'inner' alone were in it. */
	static Octets head(const Octets &datagram, size_t inner)
	{
		Octets a = datagram.substr(0, 32);
		size_t all = 32 + inner, sk = 4 + inner;

		a[24] = a[25] = 0;
		a[26] = static_cast<char>(all >> 8);
		a[27] = static_cast<char>(all);
		a[30] = static_cast<char>(sk >> 8);
		a[31] = static_cast<char>(sk);
		return a;
	}
};

} // namespace

/* RFC9242-3.3.2-a, RFC9370-2.2.2-b */
TEST_F(IkeInter, RFC9242_3_3_2_known_answer_of_IntAuth_and_RFC9370_2_2_2_of_the_keys)
{
	const Octets nothing, spis("\x01\x02\x03\x04\x05\x06\x07\x08\x11\x12\x13\x14\x15\x16\x17\x18", 16);
	Octets sum_i, sum_r;

	EXPECT_EQ(ike_inter_proof(&sa).len, 0u) << "no such exchange, nothing in AUTH";
	for (int n = 1; n <= 2; n++) {
		Octets request = "the initiator's header, SK and what was encrypted " + std::to_string(n);
		Octets response = "the responder's header, SK and so on, of another length " + std::to_string(n);
		Octets asked = "KEi in clear", told = "KEr in clear, longer", shared = "g^ir of exchange " + std::to_string(n);

		sum_i = hmac(key(IKE_SK_PI), sum_i + head(request, asked.size()) + asked);
		sum_r = hmac(key(IKE_SK_PR), sum_r + head(response, told.size()) + told);
		EXPECT_EQ(ike_inter_next(&sa)->id, n == 1 ? CRYPTO_GROUP_ECP_256 : CRYPTO_GROUP_ECP_384);
		ASSERT_EQ(ike_inter_cover_own(&sa, bytes_str(request.c_str()).data, bytes_str(asked.c_str())), ERR_OK);
		sa.role = IKE_RESPONDER; /* its own message is the responder's */
		ASSERT_EQ(ike_inter_cover_own(&sa, bytes_str(response.c_str()).data, bytes_str(told.c_str())), ERR_OK);
		sa.role = IKE_INITIATOR;
		Octets seed = hmac(key(IKE_SK_D), shared + ni + nr);
		ASSERT_EQ(ike_inter_update(&sa, bytes_str(shared.c_str())), ERR_OK);
		EXPECT_EQ(text(secret_view(&sa.keys)), hmac_plus(seed, ni + nr + spis, sa.keys.len)) << n;
	}
	EXPECT_EQ(ike_inter_next(&sa), nullptr);
	EXPECT_EQ(ike_inter_event(&sa), IKE_E_KEYED);
	EXPECT_EQ(text(ike_inter_proof(&sa)), sum_i + sum_r + Octets("\0\0\0\3", 4)) << "IKE_AUTH is message 3";
}

TEST_F(IkeInter, a_responder_keeps_the_keys_of_the_last_exchange_for_its_repetition)
{
	Octets first = text(secret_view(&sa.keys));

	sa.role = IKE_RESPONDER;
	EXPECT_FALSE(ike_inter_rewind(&sa)) << "none yet";
	ASSERT_EQ(ike_inter_update(&sa, bytes_str("secret")), ERR_OK);
	Octets second = text(secret_view(&sa.keys));
	EXPECT_NE(first, second);
	ASSERT_TRUE(ike_inter_rewind(&sa));
	EXPECT_EQ(text(secret_view(&sa.keys)), first);
	ASSERT_TRUE(ike_inter_rewind(&sa));
	EXPECT_EQ(text(secret_view(&sa.keys)), second);
	ike_inter_forget(&sa);
	EXPECT_FALSE(ike_inter_rewind(&sa));
}
