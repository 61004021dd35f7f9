#include "wire.h"

#include "ike/wire/build.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"
#include "ike/wire/proposal.h"

static const struct ike_hdr init_hdr = { 0x1111111111111111, 0, 0, IKE_VERSION, IKE_X_IKE_SA_INIT, IKE_F_INITIATOR, 0, 0 };
static const struct ike_hdr auth_hdr = { 0x1111111111111111, 0x2222222222222222, 0, IKE_VERSION, IKE_X_IKE_AUTH, IKE_F_INITIATOR, 1, 0 };

static void begin_init(struct ike_build *b, void *buf, size_t cap)
{
	static const Octets nonce(16, 0x5a), value(32, 0xa5);
	struct ike_ke ke = { CRYPTO_GROUP_CURVE25519, view(value) };

	ike_build_begin(b, buf, cap, &init_hdr);
	ike_ke_build(ike_build_payload(b, IKE_P_KE), &ke);
	ike_nonce_build(ike_build_payload(b, IKE_P_NONCE), view(nonce));
	ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_INITIAL_CONTACT, bytes_of(NULL, 0));
}

TEST(IkeBuild, clear_message)
{
	Octets buf(1500);
	struct ike_build b;
	struct bytes out;
	struct ike_msg msg;

	begin_init(&b, buf.data(), buf.size());
	ASSERT_EQ(ERR_OK, ike_build_finish(&b, &out));
	ASSERT_EQ(28u + 40 + 20 + 8, out.len);
	EXPECT_EQ(unhex("1111111111111111 0000000000000000 22 20 22 08 00000000 00000060"), Octets(out.data, out.data + 28));
	EXPECT_EQ(unhex("28000028 001f0000"), Octets(out.data + 28, out.data + 36));
	EXPECT_EQ(unhex("00000008 00004000"), Octets(out.data + 88, out.data + 96));
	ASSERT_EQ(ERR_OK, ike_msg_parse(out, &msg));
	EXPECT_EQ(3, msg.count);
}

TEST(IkeBuild, empty_message)
{
	Octets buf(28);
	struct ike_build b;
	struct bytes out;

	ike_build_begin(&b, buf.data(), buf.size(), &auth_hdr);
	ASSERT_EQ(ERR_OK, ike_build_finish(&b, &out));
	EXPECT_EQ(28u, out.len);
	EXPECT_EQ(28, out.data[27]);
}

TEST(IkeBuild, buffer_too_small)
{
	for (size_t cap = 0; cap < 96; cap++) {
		Octets buf(cap);
		struct ike_build b;
		struct bytes out;

		begin_init(&b, buf.data(), cap);
		EXPECT_EQ(ERR_FULL, ike_build_finish(&b, &out)) << cap;
	}
}

TEST(IkeBuild, payload_too_long)
{
	Octets buf(200000), data(65532);
	struct ike_build b;
	struct bytes out;

	ike_build_begin(&b, buf.data(), buf.size(), &init_hdr);
	wr_bytes(ike_build_payload(&b, IKE_P_VENDOR), view(data));
	EXPECT_EQ(ERR_RANGE, ike_build_finish(&b, &out));
}

/* Builds a protected message, leaves it unencrypted, and takes it apart again. */
static void round_trip_sk(const struct ike_sk_shape &shape, unsigned payloads)
{
	Octets buf(4096);
	struct ike_build b;
	struct ike_sk_room room;
	struct bytes out, inner;
	struct ike_msg msg;
	struct ike_sk sk;

	ike_build_begin(&b, buf.data(), buf.size(), &auth_hdr);
	ike_build_sk_begin(&b, &shape);
	for (unsigned i = 0; i < payloads; i++) {
		Octets body(i, (uint8_t)i);

		wr_bytes(ike_build_payload(&b, IKE_P_VENDOR), view(body));
	}
	ASSERT_EQ(ERR_OK, ike_build_sk_end(&b, &room));
	memset(room.iv, 0x11, shape.iv_len);
	memset(room.icv, 0x22, shape.icv_len);
	ASSERT_EQ(ERR_OK, ike_build_finish(&b, &out));
	EXPECT_EQ(room.covered.len + shape.icv_len, out.len);
	EXPECT_EQ(32u, room.aad.len);

	ASSERT_EQ(ERR_OK, ike_msg_parse(out, &msg));
	ASSERT_EQ(1, msg.count);
	EXPECT_EQ(payloads == 0 ? IKE_P_NONE : IKE_P_VENDOR, msg.inner_first);
	ASSERT_EQ(ERR_OK, ike_sk_parse(&msg, &shape, &sk));
	EXPECT_EQ(room.iv, sk.iv.data);
	EXPECT_EQ(room.text, sk.text.data);
	EXPECT_EQ(room.text_len, sk.text.len);
	EXPECT_EQ(room.icv, sk.icv.data);
	EXPECT_EQ(room.aad.len, sk.aad.len);
	EXPECT_EQ(room.covered.len, sk.covered.len);
	ASSERT_EQ(ERR_OK, ike_sk_unpad(sk.text, &inner));
	ASSERT_EQ(ERR_OK, ike_msg_parse_inner(&msg, msg.inner_first, inner));
	ASSERT_EQ(1 + payloads, msg.count);
	for (unsigned i = 0; i < payloads; i++)
		EXPECT_EQ(Octets(i, (uint8_t)i), octets(msg.payload[1 + i].body));
}

/* RFC7296-3.14-c */
TEST(IkeBuild, R_IKE_03_protected_message)
{
	for (const struct ike_sk_shape &shape : { ike_sk_shape{ 8, 1, 16 }, ike_sk_shape{ 16, 16, 16 }, ike_sk_shape{ 8, 8, 12 } })
		for (unsigned payloads = 0; payloads < 40; payloads++)
			round_trip_sk(shape, payloads);
}

TEST(IkeBuild, protected_message_too_small)
{
	struct ike_sk_shape shape = { 16, 16, 16 };

	for (size_t cap = 0; cap < 32 + 16 + 16 + 16; cap++) {
		Octets buf(cap);
		struct ike_build b;
		struct ike_sk_room room;

		ike_build_begin(&b, buf.data(), cap, &auth_hdr);
		ike_build_sk_begin(&b, &shape);
		(void)ike_build_payload(&b, IKE_P_NOTIFY);
		EXPECT_EQ(ERR_FULL, ike_build_sk_end(&b, &room)) << cap;
	}
}

TEST(IkeBuild, fragments)
{
	/* RFC7383-2.5: fragment 1 names the first payload, the others name none */
	struct ike_sk_shape shape = { 8, 1, 16 };
	Octets chain = unhex("29000008 01020304 00000008 05060708"), joined;

	for (uint16_t number = 1; number <= 2; number++) {
		struct ike_frag frag = { number, 2 };
		Octets buf(200);
		struct ike_build b;
		struct ike_sk_room room;
		struct bytes out, piece;
		struct ike_msg msg;
		struct ike_sk sk;
		struct wr *w;

		ike_build_begin(&b, buf.data(), buf.size(), &auth_hdr);
		w = ike_build_skf_begin(&b, &shape, number == 1 ? (uint8_t)IKE_P_IDI : (uint8_t)IKE_P_NONE, &frag);
		wr_bytes(w, bytes_of(chain.data() + 8 * (number - 1), 8));
		ASSERT_EQ(ERR_OK, ike_build_sk_end(&b, &room));
		ASSERT_EQ(ERR_OK, ike_build_finish(&b, &out));
		ASSERT_EQ(ERR_OK, ike_msg_parse(out, &msg));
		EXPECT_EQ(IKE_P_SKF, msg.payload[0].type);
		EXPECT_EQ(number == 1 ? IKE_P_IDI : IKE_P_NONE, msg.inner_first);
		ASSERT_EQ(ERR_OK, ike_sk_parse(&msg, &shape, &sk));
		EXPECT_EQ(room.aad.len, sk.aad.len);
		EXPECT_EQ(number, sk.frag.number);
		ASSERT_EQ(ERR_OK, ike_sk_unpad(sk.text, &piece));
		joined.insert(joined.end(), piece.data, piece.data + piece.len);
		if (number < 2)
			continue;
		ASSERT_EQ(ERR_OK, ike_msg_parse_inner(&msg, IKE_P_IDI, view(joined)));
		EXPECT_EQ(3, msg.count);
	}
	EXPECT_EQ(chain, joined);
}

/* Property: random messages survive building and parsing. */
TEST(IkeBuild, random_messages_round_trip)
{
	std::mt19937 random(3);
	static const uint8_t types[] = { IKE_P_SA, IKE_P_KE, IKE_P_IDI, IKE_P_NOTIFY, IKE_P_VENDOR, IKE_P_CP, IKE_P_EAP, 200 };

	for (unsigned round = 0; round < 500; round++) {
		struct ike_hdr hdr = { random() | 1u, random(), 0, IKE_VERSION, (uint8_t)(IKE_X_IKE_AUTH + random() % 3),
			(uint8_t)(random() & (IKE_F_INITIATOR | IKE_F_RESPONSE)), (uint32_t)random(), 0 };
		std::vector<std::pair<uint8_t, Octets>> want(random() % IKE_MSG_PAYLOAD_MAX);
		Octets buf(65536);
		struct ike_build b;
		struct bytes out;
		struct ike_msg msg;

		ike_build_begin(&b, buf.data(), buf.size(), &hdr);
		for (auto &[type, body] : want) {
			type = types[random() % sizeof(types)];
			body.resize(random() % 200);
			for (uint8_t &octet : body)
				octet = (uint8_t)random();
			wr_bytes(ike_build_payload(&b, type), view(body));
		}
		ASSERT_EQ(ERR_OK, ike_build_finish(&b, &out));
		ASSERT_EQ(ERR_OK, ike_msg_parse(out, &msg));
		EXPECT_EQ(hdr.spi_i, msg.hdr.spi_i);
		EXPECT_EQ(hdr.spi_r, msg.hdr.spi_r);
		EXPECT_EQ(hdr.exchange, msg.hdr.exchange);
		EXPECT_EQ(hdr.flags, msg.hdr.flags);
		EXPECT_EQ(hdr.message_id, msg.hdr.message_id);
		ASSERT_EQ(want.size(), msg.count);
		for (size_t i = 0; i < want.size(); i++) {
			EXPECT_EQ(want[i].first, msg.payload[i].type);
			EXPECT_EQ(want[i].second, octets(msg.payload[i].body));
		}
	}
}
