/* Algorithms of the past, by the vectors of their own documents. */
#include "crypto/legacy.h"

#include "fixture.h"

class CryptoLegacy : public CryptoTest
{
};

static Octets md4(const std::string &text)
{
	Octets out(CRYPTO_MD4_LEN);

	crypto_legacy_md4(view(text), out.data());
	return out;
}

TEST_F(CryptoLegacy, RFC1320_A5_vectors)
{
	EXPECT_EQ(md4(""), hex("31d6cfe0d16ae931b73c59d7e0c089c0"));
	EXPECT_EQ(md4("a"), hex("bde52cb31de33e46245e05fbdbd6fb24"));
	EXPECT_EQ(md4("abc"), hex("a448017aaf21d8525fc10ae87aa6729d"));
	EXPECT_EQ(md4("message digest"), hex("d9130a8164549fe818874806e1c7014b"));
	EXPECT_EQ(md4("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"), hex("043f8582f241db351ce627e153e7f0e4"));
	EXPECT_EQ(md4("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
		hex("e33b4ddc9c38f2199c3e7b164fcc0536"));
}

TEST_F(CryptoLegacy, RFC1320_3_padding_at_the_edges_of_a_block)
{
	/* 55 octets end with the length in their block, 56 and 64 need another one */
	EXPECT_EQ(md4(std::string(55, 'x')), hex("92f32bb82c95ad10e8f87ae58ab06807"));
	EXPECT_EQ(md4(std::string(56, 'x')), hex("374d5f08103b7092c83b4626ebceffab"));
	EXPECT_EQ(md4(std::string(64, 'x')), hex("b1abf956a5ae6f3221e5fe85e300fbb0"));
}

TEST_F(CryptoLegacy, RFC1321_A5_vectors)
{
	std::string text = "message digest", none;
	struct bytes parts[] = { view(text), view(none) };
	Octets out(CRYPTO_MD5_LEN);

	ASSERT_EQ(crypto_legacy_md5(c, crypto_parts_of(parts, 2), out.data()), ERR_OK);
	EXPECT_EQ(out, hex("f96b697d7cb7938d525a2f31aaf161d0"));
}

/* FIPS 81, table B1: "Now is t" with the key 0123456789abcdef, here without its parity bits. */
TEST_F(CryptoLegacy, FIPS81_des)
{
	Octets key = hex("00451338957377"), in = hex("4e6f772069732074"), out(CRYPTO_DES_LEN);

	ASSERT_EQ(crypto_legacy_des(key.data(), in.data(), out.data()), ERR_OK);
	EXPECT_EQ(out, hex("3fa40e8a984d4815"));
}
