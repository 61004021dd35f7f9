#include "wire.h"

#include "ike/wire/notify.h"

/* RFC7296-3.10-a */
TEST(IkeNotify, plain_and_with_spi)
{
	/* RFC7296-3.10 */
	struct ike_notify n;
	Octets rekey = unhex("03 04 4009 c0356782");
	Octets initial = unhex("00 00 4000");
	Octets with_data = unhex("01 08 0004 1122334455667788 99");

	EXPECT_EQ(rekey, built([](struct wr *w) { ike_notify_build_esp(w, IKE_N_REKEY_SA, 0xc0356782); }));
	ASSERT_EQ(ERR_OK, parse(ike_notify_parse, rekey, &n));
	EXPECT_EQ(IKE_PROTO_ESP, n.protocol);
	EXPECT_EQ(IKE_N_REKEY_SA, n.type);
	EXPECT_EQ(4, n.spi_len);
	EXPECT_EQ(0xc0356782u, n.spi);
	EXPECT_EQ(0u, n.data.len);

	EXPECT_EQ(initial, built([](struct wr *w) { ike_notify_build_plain(w, IKE_N_INITIAL_CONTACT, bytes_of(NULL, 0)); }));
	ASSERT_EQ(ERR_OK, parse(ike_notify_parse, initial, &n));
	EXPECT_EQ(0, n.spi_len);
	EXPECT_EQ(0u, n.spi);

	ASSERT_EQ(ERR_OK, parse(ike_notify_parse, with_data, &n));
	EXPECT_EQ(0x1122334455667788u, n.spi);
	EXPECT_EQ(unhex("99"), octets(n.data));
	EXPECT_EQ(with_data, built([&](struct wr *w) { ike_notify_build(w, &n); }));
	expect_bounded([&](struct wr *w) { ike_notify_build(w, &n); });
}

TEST(IkeNotify, invalid_ke_names_a_group)
{
	/* RFC7296-1.3 */
	Octets body = unhex("00 00 0011 0013");
	struct ike_notify n;

	EXPECT_EQ(body, built([](struct wr *w) { ike_notify_build_group(w, CRYPTO_GROUP_ECP_256); }));
	ASSERT_EQ(ERR_OK, parse(ike_notify_parse, body, &n));
	EXPECT_EQ(CRYPTO_GROUP_ECP_256, ike_notify_group(&n));
}

/* RFC7296-2.3-c RFC7296-2.6-e */
TEST(IkeNotify, lengths_of_data)
{
	static const struct {
		uint16_t type;
		size_t min, max;
	} rows[] = { { IKE_N_INVALID_KE_PAYLOAD, 2, 2 }, { IKE_N_COOKIE, 1, 64 }, { IKE_N_NAT_DETECTION_SOURCE_IP, 20, 20 },
		{ IKE_N_NAT_DETECTION_DESTINATION_IP, 20, 20 }, { IKE_N_SET_WINDOW_SIZE, 4, 4 },
		{ IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD, 1, 1 }, { IKE_N_COOKIE2, 8, 64 }, { IKE_N_ADDITIONAL_IP4_ADDRESS, 4, 4 },
		{ IKE_N_ADDITIONAL_IP6_ADDRESS, 16, 16 }, { IKE_N_AUTH_LIFETIME, 4, 4 }, { IKE_N_REDIRECT, 0, 300 }, { 40000, 0, 300 } };

	for (const auto &row : rows) {
		for (size_t len = 0; len < 300; len++) {
			Octets body = { 0, 0, (uint8_t)(row.type >> 8), (uint8_t)row.type };
			struct ike_notify n;
			bool ok = len >= row.min && len <= row.max;

			body.resize(4 + len);
			EXPECT_EQ(ok ? ERR_OK : ERR_MALFORMED, parse(ike_notify_parse, body, &n)) << row.type << " " << len;
		}
	}
}

/* RFC7296-3.10-a RFC7296-3.10-b */
TEST(IkeNotify, refuses_spi_sizes)
{
	struct ike_notify n;

	for (unsigned len = 0; len < 256; len++) {
		Octets body = { 3, (uint8_t)len, 0x40, 0x09 };
		bool ok = len == 0 || len == 4 || len == 8;

		body.resize(4 + len);
		EXPECT_EQ(ok ? ERR_OK : ERR_MALFORMED, parse(ike_notify_parse, body, &n)) << len;
	}
	Octets buf(32);
	struct wr w = wr_of(buf.data(), buf.size());
	n.spi_len = 5;
	n.data = bytes_of(NULL, 0);
	ike_notify_build(&w, &n);
	EXPECT_EQ(ERR_RANGE, wr_done(&w));
}

TEST(IkeNotify, cut_at_every_offset)
{
	Octets body = unhex("03 04 4009 c0356782");
	struct ike_notify n;

	for (size_t len = 0; len < body.size(); len++)
		EXPECT_EQ(ERR_TRUNCATED, parse(ike_notify_parse, Octets(body.begin(), body.begin() + (long)len), &n)) << len;
	mutate(ike_notify_parse, body);
}

TEST(IkeNotify, errors_and_status)
{
	EXPECT_TRUE(ike_notify_is_error(IKE_N_AUTHENTICATION_FAILED));
	EXPECT_TRUE(ike_notify_is_error(16383));
	EXPECT_FALSE(ike_notify_is_error(IKE_N_INITIAL_CONTACT));
}
