#include "wire.h"

#include "ike/wire/sk.h"

static Octets protected_message(uint8_t type, const Octets &body)
{
	Octets m = unhex("1111111111111111 2222222222222222 00 20 25 08 00000005 00000000 00000000");

	m[16] = type;
	m[31] = (uint8_t)(4 + body.size());
	m.insert(m.end(), body.begin(), body.end());
	m[27] = (uint8_t)m.size();
	return m;
}

/* RFC7296-3.14-f */
TEST(IkeSk, regions_of_a_combined_mode)
{
	/* RFC5282-5.1: associated data ends before the IV */
	struct ike_sk_shape gcm = { 8, 1, 16 };
	Octets m = protected_message(IKE_P_SK, unhex("0102030405060708 a1a2a3 00112233445566778899aabbccddeeff"));
	struct ike_msg msg;
	struct ike_sk sk;

	ASSERT_EQ(ERR_OK, ike_msg_parse(view(m), &msg));
	ASSERT_EQ(ERR_OK, ike_sk_parse(&msg, &gcm, &sk));
	EXPECT_EQ(m.data(), sk.aad.data);
	EXPECT_EQ(32u, sk.aad.len);
	EXPECT_EQ(unhex("0102030405060708"), octets(sk.iv));
	EXPECT_EQ(unhex("a1a2a3"), octets(sk.text));
	EXPECT_EQ(unhex("00112233445566778899aabbccddeeff"), octets(sk.icv));
	EXPECT_EQ(m.size() - 16, sk.covered.len);
	EXPECT_EQ(1, sk.frag.number);
	EXPECT_EQ(1, sk.frag.total);
}

TEST(IkeSk, regions_of_a_fragment)
{
	/* RFC7383-2.5: the fragment's numbers are authenticated too */
	struct ike_sk_shape gcm = { 8, 1, 16 };
	Octets m = protected_message(IKE_P_SKF, unhex("00020003 0102030405060708 a1 00112233445566778899aabbccddeeff"));
	struct ike_msg msg;
	struct ike_sk sk;

	ASSERT_EQ(ERR_OK, ike_msg_parse(view(m), &msg));
	ASSERT_EQ(ERR_OK, ike_sk_parse(&msg, &gcm, &sk));
	EXPECT_EQ(36u, sk.aad.len);
	EXPECT_EQ(2, sk.frag.number);
	EXPECT_EQ(3, sk.frag.total);
	EXPECT_EQ(unhex("a1"), octets(sk.text));

	m[28 + 4 + 1] = 4; /* number above total */
	EXPECT_EQ(ERR_MALFORMED, ike_sk_parse(&msg, &gcm, &sk));
}

TEST(IkeSk, sizes_that_do_not_fit)
{
	struct ike_sk_shape shapes[] = { { 8, 1, 16 }, { 8, 0, 16 }, { 16, 16, 16 }, { 8, 8, 12 }, { 0, 1, 0 } };

	for (const struct ike_sk_shape &shape : shapes) {
		for (size_t len = 0; len < 100; len++) {
			Octets m = protected_message(IKE_P_SK, Octets(len));
			size_t fixed = (size_t)shape.iv_len + shape.icv_len;
			bool aligned = shape.block_len == 0 || (len - fixed) % shape.block_len == 0;
			enum err want = len <= fixed ? ERR_TRUNCATED : aligned ? ERR_OK : ERR_MALFORMED;
			struct ike_msg msg;
			struct ike_sk sk;

			ASSERT_EQ(ERR_OK, ike_msg_parse(view(m), &msg));
			EXPECT_EQ(want, ike_sk_parse(&msg, &shape, &sk)) << len;
		}
	}
	Octets m = unhex("1111111111111111 2222222222222222 00 20 25 08 00000005 0000001c");
	struct ike_msg msg;
	struct ike_sk sk;
	ASSERT_EQ(ERR_OK, ike_msg_parse(view(m), &msg));
	EXPECT_EQ(ERR_STATE, ike_sk_parse(&msg, shapes, &sk));
}

/* RFC7296-3.14-d */
TEST(IkeSk, padding)
{
	/* RFC7296-3.14: text, padding and pad length fill whole blocks */
	for (unsigned block : { 0u, 1u, 4u, 8u, 16u, 255u }) {
		struct ike_sk_shape shape = { 8, (uint8_t)block, 16 };

		for (size_t len = 0; len < 600; len++) {
			size_t pad = ike_sk_pad(&shape, len);

			EXPECT_LT(pad, block == 0 ? 1u : block);
			EXPECT_EQ(0u, block == 0 ? pad : (len + pad + 1) % block);
		}
	}
}

/* RFC7296-3.14-e */
TEST(IkeSk, unpadding)
{
	static const struct {
		const char *text;
		enum err err;
		size_t len;
	} rows[] = { { "00", ERR_OK, 0 }, { "aabb00", ERR_OK, 2 }, { "aa ffee 02", ERR_OK, 1 }, { "000102 03", ERR_OK, 0 },
		{ "000102 04", ERR_MALFORMED, 0 }, { "ff", ERR_MALFORMED, 0 }, { "", ERR_MALFORMED, 0 } };

	for (const auto &row : rows) {
		Octets text = unhex(row.text);
		struct bytes out;

		ASSERT_EQ(row.err, ike_sk_unpad(view(text), &out)) << row.text;
		if (row.err == ERR_OK) {
			EXPECT_EQ(row.len, out.len);
		}
	}
}
