#include <gtest/gtest.h>

#include <string>

#include "crypto/evp.h"
#include "ike/keying/ppk.h"

namespace
{

using Octets = std::string;

/* HMAC straight from OpenSSL: ppk.c is held against RFC8784's formulas. */
Octets hmac(const char *md, const Octets &key, const Octets &data)
{
	unsigned char out[EVP_MAX_MD_SIZE];
	size_t len = 0;

	EVP_Q_mac(nullptr, "HMAC", nullptr, md, nullptr, key.data(), key.size(), reinterpret_cast<const unsigned char *>(data.data()),
		data.size(), out, sizeof(out), &len);
	return Octets(reinterpret_cast<char *>(out), len);
}

Octets text(struct bytes b)
{
	return Octets(reinterpret_cast<const char *>(b.data), b.len);
}

} // namespace

/* RFC8784-3-f */
TEST(IkePpk, RFC8784_3_known_answer_SK_d_SK_pi_SK_pr_and_no_other)
{
	const struct {
		const char *prf, *md;
	} prfs[] = { { "sha256", "SHA256" }, { "sha384", "SHA384" }, { "sha512", "SHA512" }, { "sha1", "SHA1" } };
	const Octets ppk = "a key of any length that is longer than the block of the hash function, which HMAC hashes first, as "
			   "RFC2104 says it must; 128 octets are SHA-512's";
	struct crypto *c = nullptr;

	ASSERT_EQ(crypto_new(&c), ERR_OK);
	for (const auto &p : prfs)
		for (const Octets &key : { ppk, Octets("short") }) {
			struct ike_suite s = {};
			struct ike_keys_seed seed = {};
			struct secret bare = {}, mixed = {};

			s.encr = crypto_alg_named(CRYPTO_ENCR, "aes-cbc-256");
			s.integ = crypto_alg_named(CRYPTO_INTEG, "sha256");
			s.prf = crypto_alg_named(CRYPTO_PRF, p.prf);
			seed = { bytes_str("g^ir"), bytes_str("nonce of the initiator"), bytes_str("and of the responder"), 1, 2, nullptr,
				0 };
			ASSERT_EQ(ike_keys_derive(c, &s, &seed, &bare), ERR_OK);
			ASSERT_EQ(ike_ppk_mix(c, &s, &bare, bytes_of(key.data(), key.size()), &mixed), ERR_OK);
			for (int k = 0; k < IKE_SK_COUNT; k++) {
				enum ike_key which = static_cast<enum ike_key>(k);
				Octets old = text(ike_keys_view(&s, &bare, which)), is = text(ike_keys_view(&s, &mixed, which));

				/* prf+ with one round: the key is as long as the PRF's output */
				if (which == IKE_SK_D || which == IKE_SK_PI || which == IKE_SK_PR)
					EXPECT_EQ(is, hmac(p.md, key, old + '\1')) << p.prf << k;
				else
					EXPECT_EQ(is, old) << p.prf << k;
			}
			secret_fini(&bare);
			secret_fini(&mixed);
		}
	crypto_free(c);
}
