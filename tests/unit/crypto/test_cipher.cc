#include "crypto/cipher.h"
#include "fixture.h"

namespace
{

struct Vector {
	const char *word, *key, *iv, *aad, *plain, *cipher, *icv;
};

const char gcm_plain[] =
	"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
const char gcm_aad[] = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
const char sunscreen[] =
	"4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f6666657220"
	"796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c642062652069742e";

/* GCM: McGrew and Viega, cases 4 and 16, the nonce split as RFC5282 does; ChaCha20: RFC8439-2.8.2; CBC: RFC3602-4. */
const Vector vectors[] = {
	{ "aes-gcm-128", "feffe9928665731c6d6a8f9467308308 cafebabe", "facedbaddecaf888", gcm_aad, gcm_plain,
		"42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
		"5bc94fbc3221a5db94fae95ae7121a47" },
	{ "aes-gcm-256", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308 cafebabe", "facedbaddecaf888", gcm_aad,
		gcm_plain,
		"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
		"76fc6ece0f4e1768cddf8853bb2d551b" },
	{ "chacha20-poly1305", "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f 07000000", "4041424344454647",
		"50515253c0c1c2c3c4c5c6c7", sunscreen,
		"d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
		"92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116",
		"1ae10b594f09e26a7e902ecbd0600691" },
	/* FIPS 81 */
	{ "des", "0123456789abcdef", "1234567890abcdef", "", "4e6f77206973207468652074696d6520666f7220616c6c20",
		"e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6", "" },
	{ "3des", "0123456789abcdef0123456789abcdef0123456789abcdef", "1234567890abcdef", "",
		"4e6f77206973207468652074696d6520666f7220616c6c20", "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6", "" },
	{ "aes-cbc-128", "06a9214036b8a15b512e03d534120006", "3dafba429d9eb430b422da802c9fac41", "", "53696e676c6520626c6f636b206d7367",
		"e353779c1079aeb82708942dbe77181a", "" },
	{ "aes-cbc-128", "c286696d887c9aa0611bbb3e2025a45a", "562e17996d093d28ddb3ba695a2e6f58", "",
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		"d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1", "" },
};

} // namespace

TEST_F(CryptoTest, cipher_vectors_seal_and_open)
{
	for (const Vector &v : vectors) {
		const struct crypto_alg *alg = crypto_alg_named(CRYPTO_ENCR, v.word);
		Octets key = hex(v.key), iv = hex(v.iv), aad = hex(v.aad), text = hex(v.plain), icv(alg->icv_len);
		struct crypto_text t = { view(iv), view(aad), text.data(), text.size(), icv.data() };

		ASSERT_EQ(crypto_cipher_seal(c, alg, view(key), &t), ERR_OK) << v.word;
		EXPECT_EQ(text, hex(v.cipher)) << v.word;
		EXPECT_EQ(icv, hex(v.icv)) << v.word;
		ASSERT_EQ(crypto_cipher_open(c, alg, view(key), &t), ERR_OK) << v.word;
		EXPECT_EQ(text, hex(v.plain)) << v.word;
	}
}

/* Every cipher of the table carries a text there and back; every AEAD notices one changed bit anywhere. */
TEST_F(CryptoTest, R_IKE_03_cipher_refuses_what_was_tampered_with)
{
	for (unsigned i = 0; crypto_alg_at(i) != nullptr; i++) {
		const struct crypto_alg *alg = crypto_alg_at(i);

		if (alg->kind != CRYPTO_ENCR || alg->evp == nullptr)
			continue;
		const Octets plain(48, 0x5a);
		Octets key(alg->key_len, 7), iv(alg->iv_len, 9), aad(alg->aead ? 28 : 0, 3), text = plain, icv(alg->icv_len);
		struct crypto_text t = { view(iv), view(aad), text.data(), text.size(), icv.data() };

		ASSERT_EQ(crypto_cipher_seal(c, alg, view(key), &t), ERR_OK) << alg->name;
		EXPECT_NE(text, plain);
		const Octets sealed = text;
		for (Octets *part : { &text, &icv, &aad, &iv })
			for (size_t at = 0; alg->aead && at < part->size(); at++) {
				(*part)[at] ^= 0x10;
				EXPECT_EQ(crypto_cipher_open(c, alg, view(key), &t), ERR_AUTH);
				EXPECT_EQ(text, Octets(text.size(), 0));
				if (part != &text)
					(*part)[at] ^= 0x10;
				text = sealed;
			}
		ASSERT_EQ(crypto_cipher_open(c, alg, view(key), &t), ERR_OK) << alg->name;
		EXPECT_EQ(text, plain);
	}
}

TEST_F(CryptoTest, cipher_refuses_wrong_lengths)
{
	const struct crypto_alg *alg = crypto_alg_named(CRYPTO_ENCR, "aes-cbc-256");
	Octets key(32, 1), iv(16, 2), text(33);
	struct crypto_text t = { view(iv), { nullptr, 0 }, text.data(), 33, nullptr };

	EXPECT_EQ(crypto_cipher_seal(c, alg, view(key), &t), ERR_RANGE);
	t.len = 32;
	key.push_back(0);
	EXPECT_EQ(crypto_cipher_open(c, alg, view(key), &t), ERR_RANGE);
	key.pop_back();
	t.iv.len = 15;
	EXPECT_EQ(crypto_cipher_open(c, alg, view(key), &t), ERR_RANGE);
	EXPECT_EQ(crypto_cipher_seal(c, crypto_alg_named(CRYPTO_ENCR, "null"), view(key), &t), ERR_UNSUPPORTED);
}
