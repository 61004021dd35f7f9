#include "wire.h"

#include "ike/wire/msg.h"

/* A message with the given payload bytes behind a header that fits them. */
static Octets message(uint8_t first, const Octets &payloads)
{
	Octets m = unhex("1111111111111111 2222222222222222 00 20 25 08 00000005 00000000");

	m.insert(m.end(), payloads.begin(), payloads.end());
	m[16] = first;
	m[26] = (uint8_t)(m.size() >> 8);
	m[27] = (uint8_t)m.size();
	return m;
}

static enum err parse_msg(const Octets &m, struct ike_msg *out)
{
	return ike_msg_parse(view(m), out);
}

/* RFC7296-3.1-a RFC7296-3.1-c */
TEST(IkeHdr, fields)
{
	/* RFC7296-3.1 */
	Octets body = unhex("0102030405060708 1112131415161718 21 20 22 08 00000001 0000001c");
	struct rd r = rd_of(view(body));
	struct ike_hdr h;

	ASSERT_EQ(ERR_OK, ike_hdr_parse(&r, &h));
	EXPECT_EQ(0x0102030405060708u, h.spi_i);
	EXPECT_EQ(0x1112131415161718u, h.spi_r);
	EXPECT_EQ(IKE_P_SA, h.next);
	EXPECT_EQ(IKE_X_IKE_SA_INIT, h.exchange);
	EXPECT_TRUE(ike_hdr_from_initiator(&h));
	EXPECT_FALSE(ike_hdr_is_response(&h));
	EXPECT_EQ(1u, h.message_id);
	EXPECT_EQ((uint32_t)IKE_HDR_LEN, h.length);
	EXPECT_EQ(body, built([&](struct wr *w) { ike_hdr_build(w, &h); }));
	expect_bounded([&](struct wr *w) { ike_hdr_build(w, &h); });
}

/* RFC7296-2.5-e RFC7296-3.1-c RFC7296-3.1-i */
TEST(IkeHdr, malformed_table)
{
	static const struct {
		const char *hex;
		enum err err;
	} rows[] = {
		{ "0102030405060708 0000000000000000 00 20 22 08 00000000 0000001c", ERR_OK },
		{ "0102030405060708 0000000000000000 00 2f 22 c7 00000000 0000001c", ERR_OK }, /* minor version, reserved flags: ignored */
		{ "0102030405060708 0000000000000000 00 10 22 08 00000000 0000001c", ERR_VERSION },   /* IKEv1 */
		{ "0102030405060708 0000000000000000 00 30 22 08 00000000 0000001c", ERR_VERSION },   /* RFC7296-2.5 */
		{ "0000000000000000 0000000000000000 00 20 22 08 00000000 0000001c", ERR_MALFORMED }, /* zero initiator SPI */
		{ "0102030405060708 0000000000000000 00 20 22 08 00000000 0000001b", ERR_MALFORMED },
		{ "0102030405060708 0000000000000000 00 20 22 08 00000000 00000000", ERR_MALFORMED },
		{ "0102030405060708 0000000000000000 00 20 22 08 00000000 0000001d", ERR_TRUNCATED },
		{ "0102030405060708 0000000000000000 00 20 22 08 00000000 ffffffff", ERR_TRUNCATED },
		{ "0102030405060708 0000000000000000 00 20 22 08 00000000 0000001c 00", ERR_TRAILING },
	};

	for (const auto &row : rows) {
		struct ike_msg msg;

		EXPECT_EQ(row.err, parse_msg(unhex(row.hex), &msg)) << row.hex;
		EXPECT_EQ(0x0102030405060708u & msg.hdr.spi_i, msg.hdr.spi_i); /* readable after ERR_VERSION */
	}
	for (size_t len = 0; len < IKE_HDR_LEN; len++) {
		struct ike_msg msg;
		Octets all = unhex(rows[0].hex);

		EXPECT_EQ(ERR_TRUNCATED, parse_msg(Octets(all.begin(), all.begin() + (long)len), &msg)) << len;
	}
}

/* RFC7296-2.5-l */
TEST(IkeMsg, R_IKE_01_payload_order)
{
	/* RFC7296-3.2: SA, KE, Nonce and two notifies as a chain */
	Octets m = message(IKE_P_SA, unhex("22000005 aa  28000006 bbbb  29000004  29000008 00000001  00000009 00000002 cc"));
	struct ike_msg msg;

	ASSERT_EQ(ERR_OK, parse_msg(m, &msg));
	ASSERT_EQ(5, msg.count);
	EXPECT_EQ(IKE_P_SA, msg.payload[0].type);
	EXPECT_EQ(unhex("aa"), octets(msg.payload[0].body));
	EXPECT_EQ(IKE_P_KE, msg.payload[1].type);
	EXPECT_EQ(unhex("bbbb"), octets(msg.payload[1].body));
	EXPECT_EQ(IKE_P_NONCE, msg.payload[2].type);
	EXPECT_EQ(0u, msg.payload[2].body.len);
	EXPECT_FALSE(msg.payload[2].encrypted);
	EXPECT_EQ(2u, ike_msg_count(&msg, IKE_P_NOTIFY));
	EXPECT_EQ(1u, ike_msg_count(&msg, IKE_P_KE));
	EXPECT_EQ(0u, ike_msg_count(&msg, IKE_P_CP));

	const struct ike_payload *p = ike_msg_find(&msg, IKE_P_NOTIFY);
	ASSERT_EQ(&msg.payload[3], p);
	ASSERT_EQ(&msg.payload[4], ike_msg_next(&msg, p));
	EXPECT_EQ(nullptr, ike_msg_next(&msg, &msg.payload[4]));
	EXPECT_EQ(nullptr, ike_msg_find(&msg, IKE_P_CP));
	EXPECT_EQ(nullptr, ike_msg_sk(&msg));
}

/* RFC7296-2.5-g RFC7296-3.1-d RFC7296-3.2-c RFC7296-3.14-a */
TEST(IkeMsg, malformed_chains)
{
	static const struct {
		uint8_t first;
		const char *payloads;
		enum err err;
	} rows[] = {
		{ IKE_P_NONE, "", ERR_OK },
		{ IKE_P_NONE, "00", ERR_TRAILING },
		{ IKE_P_NOTIFY, "", ERR_TRUNCATED },
		{ IKE_P_NOTIFY, "000000", ERR_TRUNCATED },
		{ IKE_P_NOTIFY, "00000003", ERR_MALFORMED }, /* shorter than its own header */
		{ IKE_P_NOTIFY, "00000000", ERR_MALFORMED }, /* would loop for ever */
		{ IKE_P_NOTIFY, "00000005", ERR_TRUNCATED },
		{ IKE_P_NOTIFY, "0000ffff", ERR_TRUNCATED },
		{ IKE_P_NOTIFY, "2a000004", ERR_TRUNCATED }, /* names a payload that isn't there */
		{ IKE_P_NOTIFY, "00000004 00000004", ERR_TRAILING },
		{ IKE_P_NOTIFY, "007f0004", ERR_OK }, /* RESERVED bits */
		{ IKE_P_NOTIFY, "00800004", ERR_OK }, /* critical means nothing on what is understood */
		{ 200, "00000004", ERR_OK },          /* passed over */
		{ 200, "00800004", ERR_UNSUPPORTED },
		{ IKE_P_NOTIFY, "c8000004 00800004", ERR_UNSUPPORTED },
		{ IKE_P_SK, "29000008 00000000", ERR_OK },
		{ IKE_P_SK, "29000004 00000004", ERR_TRAILING }, /* SK is the last payload, RFC7296-3.14 */
		{ IKE_P_SKF, "00000008 00020002", ERR_OK },
	};

	for (const auto &row : rows) {
		struct ike_msg msg;

		EXPECT_EQ(row.err, parse_msg(message(row.first, unhex(row.payloads)), &msg)) << row.payloads;
		EXPECT_EQ(row.err == ERR_UNSUPPORTED ? 200 : 0, msg.unsupported);
		if (row.err != ERR_OK) {
			EXPECT_EQ(0, msg.count);
		}
	}
}

TEST(IkeMsg, more_payloads_than_fit)
{
	for (unsigned n : { (unsigned)IKE_MSG_PAYLOAD_MAX, (unsigned)IKE_MSG_PAYLOAD_MAX + 1 }) {
		Octets payloads;
		struct ike_msg msg;

		for (unsigned i = 0; i < n; i++)
			for (uint8_t b : { i + 1 < n ? (uint8_t)IKE_P_VENDOR : (uint8_t)0, (uint8_t)0, (uint8_t)0, (uint8_t)4 })
				payloads.push_back(b);
		EXPECT_EQ(n > IKE_MSG_PAYLOAD_MAX ? ERR_LIMIT : ERR_OK, parse_msg(message(IKE_P_VENDOR, payloads), &msg));
		EXPECT_EQ(n > IKE_MSG_PAYLOAD_MAX ? 0 : IKE_MSG_PAYLOAD_MAX, msg.count);

		/* inside SK the same bound holds, SK itself counted */
		ASSERT_EQ(ERR_OK, parse_msg(message(IKE_P_SK, unhex("2b000005 00")), &msg));
		EXPECT_EQ(ERR_LIMIT, ike_msg_parse_inner(&msg, IKE_P_VENDOR, view(payloads)));
		EXPECT_EQ(1, msg.count);
	}
}

TEST(IkeMsg, inner_chain_joins_the_message)
{
	Octets m = message(IKE_P_SK, unhex("23000008 deadbeef"));
	Octets inner = unhex("27000005 01  00000006 0202");
	struct ike_msg msg;

	ASSERT_EQ(ERR_OK, parse_msg(m, &msg));
	EXPECT_EQ(IKE_P_IDI, msg.inner_first);
	ASSERT_NE(nullptr, ike_msg_sk(&msg));
	EXPECT_EQ(unhex("deadbeef"), octets(ike_msg_sk(&msg)->body));
	ASSERT_EQ(ERR_OK, ike_msg_parse_inner(&msg, msg.inner_first, view(inner)));
	ASSERT_EQ(3, msg.count);
	EXPECT_EQ(IKE_P_AUTH, msg.payload[2].type);
	EXPECT_TRUE(msg.payload[2].encrypted);
	EXPECT_FALSE(msg.payload[0].encrypted);
}

TEST(IkeMsg, malformed_inner_chains)
{
	static const struct {
		uint8_t first;
		const char *inner;
		enum err err;
	} rows[] = {
		{ IKE_P_NONE, "", ERR_OK }, /* liveness: RFC7296-1.4 */
		{ IKE_P_NONE, "00", ERR_TRAILING },
		{ IKE_P_NOTIFY, "", ERR_TRUNCATED },
		{ IKE_P_NOTIFY, "00000003", ERR_MALFORMED },
		{ IKE_P_SK, "00000004", ERR_MALFORMED }, /* no SK inside SK */
		{ IKE_P_NOTIFY, "35000004 00000004", ERR_MALFORMED },
		{ 200, "00800004", ERR_UNSUPPORTED },
	};

	for (const auto &row : rows) {
		Octets m = message(IKE_P_SK, unhex("29000005 00")), inner = unhex(row.inner);
		struct ike_msg msg;

		ASSERT_EQ(ERR_OK, parse_msg(m, &msg));
		EXPECT_EQ(row.err, ike_msg_parse_inner(&msg, row.first, view(inner))) << row.inner;
		EXPECT_EQ(1, msg.count);
	}
	struct ike_msg clear;
	Octets m = message(IKE_P_NONE, Octets());
	ASSERT_EQ(ERR_OK, parse_msg(m, &clear));
	EXPECT_EQ(ERR_STATE, ike_msg_parse_inner(&clear, IKE_P_NONE, bytes_of(NULL, 0)));
}

TEST(IkeMsg, finds_notifies_and_vendor_ids)
{
	/* a broken INVALID_KE_PAYLOAD, COOKIE, a whole INVALID_KE_PAYLOAD, FLEXVPN-SUPPORTED */
	Octets m = message(IKE_P_NOTIFY, unhex("29000008 00000011  29000009 00004006 aa  2b00000a 00000011 0013"
					       "00000015 464c455856504e2d535550504f52544544"));
	struct ike_msg msg;
	struct ike_notify n;

	ASSERT_EQ(ERR_OK, parse_msg(m, &msg));
	ASSERT_TRUE(ike_msg_notify(&msg, IKE_N_COOKIE, &n));
	EXPECT_EQ(unhex("aa"), octets(n.data));
	EXPECT_TRUE(ike_msg_notify(&msg, IKE_N_COOKIE, NULL));
	ASSERT_TRUE(ike_msg_notify(&msg, IKE_N_INVALID_KE_PAYLOAD, &n));
	EXPECT_EQ(CRYPTO_GROUP_ECP_256, ike_notify_group(&n));
	ASSERT_TRUE(ike_msg_error(&msg, &n));
	EXPECT_EQ(IKE_N_INVALID_KE_PAYLOAD, n.type);
	EXPECT_FALSE(ike_msg_notify(&msg, IKE_N_REKEY_SA, &n));
	EXPECT_TRUE(ike_msg_vendor(&msg, IKE_VENDOR_FLEXVPN));

	m = message(IKE_P_NOTIFY, unhex("2b000009 00004006 aa 00000005 46"));
	ASSERT_EQ(ERR_OK, parse_msg(m, &msg));
	EXPECT_FALSE(ike_msg_error(&msg, &n));
	EXPECT_FALSE(ike_msg_vendor(&msg, IKE_VENDOR_FLEXVPN));
}

TEST(IkeMsg, cut_at_every_offset)
{
	Octets m = message(IKE_P_SA, unhex("22000005 aa  28000006 bbbb  00000008 00000001"));
	struct ike_msg msg;

	for (size_t len = IKE_HDR_LEN; len < m.size(); len++) {
		Octets cut(m.begin(), m.begin() + (long)len);

		EXPECT_EQ(ERR_TRUNCATED, parse_msg(cut, &msg)) << len;
		cut[27] = (uint8_t)len; /* with a header that says so */
		EXPECT_EQ(ERR_TRUNCATED, parse_msg(cut, &msg)) << len;
		EXPECT_EQ(0, msg.count);
	}
}
