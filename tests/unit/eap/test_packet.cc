#include "eap/packet.h"

#include "../crypto/fixture.h"

namespace
{

enum err parse(const Octets &in, struct eap_packet *out)
{
	return eap_packet_parse(view(in), out);
}

} // namespace

TEST(EapPacket, RFC3748_4_reads_and_writes)
{
	struct eap_packet p;

	Octets in = hex("01 07 0008 04 aabbcc");

	ASSERT_EQ(parse(in, &p), ERR_OK);
	EXPECT_EQ(p.code, EAP_REQUEST);
	EXPECT_EQ(p.id, 7);
	EXPECT_EQ(p.type, EAP_TYPE_MD5);
	EXPECT_EQ(Octets(p.data.data, p.data.data + p.data.len), hex("aabbcc"));

	uint8_t buf[16];
	struct wr w = eap_packet_begin(buf, sizeof(buf), EAP_REQUEST, 7, EAP_TYPE_MD5);
	wr_bytes(&w, p.data);
	ASSERT_EQ(eap_packet_end(&w), ERR_OK);
	EXPECT_EQ(Octets(buf, buf + w.len), in);

	w = eap_packet_begin(buf, sizeof(buf), EAP_SUCCESS, 9, 0);
	ASSERT_EQ(eap_packet_end(&w), ERR_OK);
	EXPECT_EQ(Octets(buf, buf + w.len), hex("03 09 0004"));
}

TEST(EapPacket, RFC3748_4_1_octets_beyond_the_length_are_padding)
{
	struct eap_packet p;

	ASSERT_EQ(parse(hex("02 01 0006 01 41 ffff"), &p), ERR_OK);
	EXPECT_EQ(p.data.len, 1u);
}

TEST(EapPacket, what_isnt_one)
{
	struct eap_packet p;

	EXPECT_EQ(parse({}, &p), ERR_TRUNCATED);
	EXPECT_EQ(parse(hex("0101"), &p), ERR_TRUNCATED);
	EXPECT_EQ(parse(hex("01 01 0009 04 aabbcc"), &p), ERR_TRUNCATED);
	EXPECT_EQ(parse(hex("01 01 0004"), &p), ERR_TRUNCATED) << "a request without type";
	EXPECT_EQ(parse(hex("01 01 0003 04"), &p), ERR_MALFORMED);
	EXPECT_EQ(parse(hex("05 01 0004"), &p), ERR_MALFORMED);
	EXPECT_EQ(parse(hex("00 01 0004"), &p), ERR_MALFORMED);
	EXPECT_EQ(parse(hex("03 01 0005 00"), &p), ERR_MALFORMED) << "Success with data";
}

TEST(EapPacket, an_overflow_shows_at_the_end)
{
	uint8_t buf[6];
	struct wr w = eap_packet_begin(buf, sizeof(buf), EAP_RESPONSE, 1, EAP_TYPE_GTC);

	wr_u16(&w, 0);
	EXPECT_EQ(eap_packet_end(&w), ERR_FULL);
}

TEST(EapPacket, names)
{
	EXPECT_STREQ(eap_packet_type_str(26), "mschapv2");
	EXPECT_STREQ(eap_packet_type_str(255), "unknown");
}
