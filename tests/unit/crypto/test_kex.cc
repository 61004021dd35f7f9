#include <cstring>

#include "crypto/kex.h"
#include "fixture.h"

namespace
{

/* Hands out given octets, so that a private key is the vector's. */
enum err give(void *ctx, void *out, size_t len)
{
	Octets *key = static_cast<Octets *>(ctx);

	if (len != key->size())
		return ERR_CRYPTO;
	memcpy(out, key->data(), len);
	return ERR_OK;
}

struct Vector {
	const char *word, *key, *pub, *peer, *shared;
};

/* RFC7748-6.1 (Bob's side) and -6.2 (both), RFC5903-8.1 and -8.2 (both sides of each). */
const Vector vectors[] = {
	{ "32", "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b",
		"9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0",
		"3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609",
		"07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a449a5037514a879d" },
	{ "32", "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d",
		"3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609",
		"9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0",
		"07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a449a5037514a879d" },
	{ "31", "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
		"de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
		"8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
		"4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742" },
	{ "19", "C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433",
		"DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180"
		"5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3",
		"D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63"
		"56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB",
		"D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE" },
	{ "19", "C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53",
		"D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63"
		"56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB",
		"DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180"
		"5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3",
		"D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE" },
	{ "20", "099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655E35B538041E649EE3FAEF896783AB194",
		"667842D7D180AC2CDE6F74F37551F55755C7645C20EF73E31634FE72B4C55EE6DE3AC808ACB4BDB4C88732AEE95F41AA"
		"9482ED1FC0EEB9CAFC4984625CCFC23F65032149E0E144ADA024181535A0F38EEB9FCFF3C2C947DAE69B4C634573A81C",
		"E558DBEF53EECDE3D3FCCFC1AEA08A89A987475D12FD950D83CFA41732BC509D0D1AC43A0336DEF96FDA41D0774A3571"
		"DCFBEC7AACF3196472169E838430367F66EEBE3C6E70C416DD5F0C68759DD1FFF83FA40142209DFF5EAAD96DB9E6386C",
		"11187331C279962D93D604243FD592CB9D0A926F422E47187521287E7156C5C4D603135569B9E9D09CF5D4A270F59746" },
};

} // namespace

TEST_F(CryptoTest, kex_RFC7748_RFC5903_vectors)
{
	for (const Vector &v : vectors) {
		const struct crypto_alg *group = crypto_alg_named(CRYPTO_GROUP, v.word);
		Octets key = hex(v.key), peer = hex(v.peer), pub(group->pub_len);
		struct crypto_rand rand = { give, &key };
		struct crypto_kex kex = {};
		struct secret shared = {};

		ASSERT_EQ(crypto_kex_new(c, &rand, group, &kex, pub.data()), ERR_OK) << v.word;
		EXPECT_EQ(pub, hex(v.pub)) << v.word;
		ASSERT_EQ(crypto_kex_derive(c, &kex, view(peer), &shared), ERR_OK) << v.word;
		EXPECT_EQ(Octets(shared.data, shared.data + shared.len), hex(v.shared)) << v.word;
		secret_fini(&shared);
		crypto_kex_fini(&kex);
	}
}

/* RFC7296-2.14-b RFC7296-3.4-a */
TEST_F(CryptoTest, kex_both_sides_of_every_group_agree)
{
	struct crypto_rand rand = crypto_rand_system();

	for (unsigned i = 0; crypto_alg_at(i) != nullptr; i++) {
		const struct crypto_alg *group = crypto_alg_at(i);

		if (group->kind != CRYPTO_GROUP || group->form == CRYPTO_KEM)
			continue;
		Octets pub_a(group->pub_len), pub_b(group->pub_len);
		struct crypto_kex a = {}, b = {};
		struct secret sa = {}, sb = {};

		ASSERT_EQ(crypto_kex_new(c, &rand, group, &a, pub_a.data()), ERR_OK) << group->name;
		ASSERT_EQ(crypto_kex_new(c, &rand, group, &b, pub_b.data()), ERR_OK);
		EXPECT_NE(pub_a, pub_b);
		ASSERT_EQ(crypto_kex_derive(c, &a, view(pub_b), &sa), ERR_OK) << group->name;
		ASSERT_EQ(crypto_kex_derive(c, &b, view(pub_a), &sb), ERR_OK);
		EXPECT_EQ(sa.len, group->out_len);
		EXPECT_TRUE(secret_eq(secret_view(&sa), secret_view(&sb))) << group->name;
		secret_fini(&sa);
		secret_fini(&sb);
		crypto_kex_fini(&a);
		crypto_kex_fini(&b);
	}
}

/* RFC6989-2, RFC8031-3.2, RFC7296-3.4: what a peer may not send. */
/* RFC7296-3.4-a */
TEST_F(CryptoTest, kex_refuses_bad_public_values)
{
	struct crypto_rand rand = crypto_rand_system();

	for (unsigned i = 0; crypto_alg_at(i) != nullptr; i++) {
		const struct crypto_alg *group = crypto_alg_at(i);
		struct crypto_kex kex = {};
		struct secret shared = {};
		std::vector<Octets> bad;

		if (group->kind != CRYPTO_GROUP || group->form == CRYPTO_KEM)
			continue;
		Octets pub(group->pub_len);
		ASSERT_EQ(crypto_kex_new(c, &rand, group, &kex, pub.data()), ERR_OK);
		bad.push_back(Octets(group->pub_len, 0));          /* 0, the point at infinity, a point of order 4 */
		bad.push_back(Octets(pub.begin(), pub.end() - 1)); /* short */
		bad.push_back(Octets(group->pub_len + 1u, 1));     /* long */
		bad.push_back({});
		if (group->form != CRYPTO_XDH)
			bad.push_back(Octets(group->pub_len, 0xff)); /* beyond p */
		if (group->form != CRYPTO_ECP) {
			Octets one(group->pub_len, 0);
			one[group->form == CRYPTO_MODP ? group->pub_len - 1u : 0] = 1;
			bad.push_back(one);
		} else {
			Octets off = pub;
			off.back() ^= 1; /* not on the curve */
			bad.push_back(off);
		}
		for (const Octets &b : bad) {
			EXPECT_EQ(crypto_kex_derive(c, &kex, view(b), &shared), ERR_MALFORMED) << group->name << " " << b.size();
			EXPECT_EQ(shared.len, 0u);
		}
		crypto_kex_fini(&kex);
	}
}

TEST_F(CryptoTest, kex_modp_refuses_p_minus_1)
{
	const struct crypto_alg *group = crypto_alg_named(CRYPTO_GROUP, "2");
	struct crypto_rand rand = crypto_rand_system();
	struct crypto_kex kex = {};
	struct secret shared = {};
	Octets pub(group->pub_len);
	/* RFC2409-6.2's prime less one */
	Octets y = hex("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
		       "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
		       "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF");

	y[y.size() - 1] = 0xfe;
	ASSERT_EQ(crypto_kex_new(c, &rand, group, &kex, pub.data()), ERR_OK);
	EXPECT_EQ(crypto_kex_derive(c, &kex, view(y), &shared), ERR_MALFORMED);
	y[y.size() - 1] = 0xfd;
	EXPECT_EQ(crypto_kex_derive(c, &kex, view(y), &shared), ERR_OK);
	secret_fini(&shared);
	crypto_kex_fini(&kex);
}

TEST_F(CryptoTest, kex_fails_when_there_is_no_randomness)
{
	Octets none;
	struct crypto_rand rand = { give, &none };
	struct crypto_kex kex = {};
	uint8_t pub[CRYPTO_PUB_MAX];

	for (const char *word : { "31", "19", "14" })
		EXPECT_EQ(crypto_kex_new(c, &rand, crypto_alg_named(CRYPTO_GROUP, word), &kex, pub), ERR_CRYPTO);
}

/* RFC6989-2.2: what isn't of the small subgroup would tell of the exponent. */
TEST_F(CryptoTest, kex_group_24_refuses_what_is_outside_of_its_subgroup)
{
	const struct crypto_alg *group = crypto_alg_named(CRYPTO_GROUP, "24");
	struct crypto_rand rand = crypto_rand_system();
	struct crypto_kex kex = {};
	struct secret shared = {};
	Octets pub(group->pub_len), two(group->pub_len, 0);

	two.back() = 2;
	ASSERT_EQ(crypto_kex_new(c, &rand, group, &kex, pub.data()), ERR_OK);
	EXPECT_EQ(crypto_kex_derive(c, &kex, view(two), &shared), ERR_MALFORMED);
	EXPECT_EQ(crypto_kex_derive(c, &kex, view(pub), &shared), ERR_OK);
	secret_fini(&shared);
	crypto_kex_fini(&kex);
}

TEST_F(CryptoTest, kex_that_the_library_lacks)
{
	struct crypto_rand rand = crypto_rand_system();
	uint8_t pub[CRYPTO_PUB_MAX];

	for (const char *word : { "35", "36", "37" }) {
		const struct crypto_alg *group = crypto_alg_named(CRYPTO_GROUP, word);
		Octets peer(group->pub_len, 1);
		struct crypto_kex_turn t = {};

		if (crypto_has(c, group))
			GTEST_SKIP() << "this OpenSSL has ML-KEM: there is nothing to refuse";
		t.kex.group = group;
		t.pub = pub;
		EXPECT_EQ(crypto_kex_step(c, &rand, &t), ERR_UNSUPPORTED);
		t.peer = view(peer);
		EXPECT_EQ(crypto_kex_step(c, &rand, &t), ERR_UNSUPPORTED);
	}
}
