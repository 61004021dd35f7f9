#include "wire.h"

#include "ike/wire/proposal.h"

using List = std::unique_ptr<struct ike_proposals>;

static List parsed(const Octets &body, enum err want = ERR_OK)
{
	List list = std::make_unique<struct ike_proposals>();

	EXPECT_EQ(want, parse(ike_proposal_parse, body, list.get()));
	return list;
}

static const char gcm_offer[] = "00000024 01 01 00 03  0300000c 01 00 0014 800e 0080  03000008 02 00 0005  00000008 04 00 0013";

TEST(IkeProposal, ike_offer_by_hand)
{
	/* RFC7296-3.3 */
	List list = parsed(unhex(gcm_offer));

	ASSERT_EQ(1, list->count);
	EXPECT_EQ(1, list->item[0].number);
	EXPECT_EQ(IKE_PROTO_IKE, list->item[0].protocol);
	EXPECT_EQ(0, list->item[0].spi_len);
	ASSERT_EQ(3, list->item[0].count);
	EXPECT_EQ(IKE_TRANSFORM_ENCR, list->transform[0].type);
	EXPECT_EQ(CRYPTO_ENCR_AES_GCM_16, list->transform[0].id);
	EXPECT_EQ(128, list->transform[0].key_bits);
	EXPECT_EQ(CRYPTO_PRF_HMAC_SHA2_256, list->transform[1].id);
	EXPECT_EQ(0, list->transform[1].key_bits);
	EXPECT_EQ(CRYPTO_GROUP_ECP_256, list->transform[2].id);
	EXPECT_EQ(unhex(gcm_offer), built([&](struct wr *w) { ike_proposal_build(w, list.get()); }));
	expect_bounded([&](struct wr *w) { ike_proposal_build(w, list.get()); });
}

/* R-IKE-23: the order of the list is the order on the wire. */
/* RFC7296-3.3.1-a */
TEST(IkeProposal, R_IKE_23_order_is_kept)
{
	List list = std::make_unique<struct ike_proposals>();

	ike_proposal_init(list.get());
	ASSERT_EQ(ERR_OK, ike_proposal_begin(list.get(), IKE_PROTO_ESP, 4, 0xc0356782));
	ASSERT_EQ(ERR_OK, ike_proposal_add(list.get(), IKE_TRANSFORM_ENCR, CRYPTO_ENCR_AES_CBC, 256));
	ASSERT_EQ(ERR_OK, ike_proposal_add(list.get(), IKE_TRANSFORM_ENCR, CRYPTO_ENCR_AES_CBC, 128));
	ASSERT_EQ(ERR_OK, ike_proposal_add(list.get(), IKE_TRANSFORM_ESN, CRYPTO_ESN_NO, 0));
	ASSERT_EQ(ERR_OK, ike_proposal_begin(list.get(), IKE_PROTO_ESP, 4, 0xc0356782));
	ASSERT_EQ(ERR_OK, ike_proposal_add(list.get(), IKE_TRANSFORM_ENCR, CRYPTO_ENCR_3DES, 0));
	Octets body = built([&](struct wr *w) { ike_proposal_build(w, list.get()); });

	EXPECT_EQ(unhex("0200002c 01 03 04 03 c0356782 0300000c 0100000c 800e0100 0300000c 0100000c 800e0080 00000008 05000000"
			"00000014 02 03 04 01 c0356782 00000008 01000003"),
		body);
	List back = parsed(body);
	ASSERT_EQ(2, back->count);
	EXPECT_EQ(0xc0356782u, back->item[1].spi);
	EXPECT_EQ(2, back->item[1].number);
	EXPECT_EQ(256, back->transform[back->item[0].first].key_bits);
	EXPECT_EQ(CRYPTO_ENCR_3DES, back->transform[back->item[1].first].id);
	expect_bounded([&](struct wr *w) { ike_proposal_build(w, list.get()); });
}

/* RFC7296-3.3.1-c */
TEST(IkeProposal, rekey_has_an_ike_spi)
{
	/* RFC7296-2.18 */
	const char text[] = "00000018 01 01 08 01 1122334455667788 00000008 02000005";
	List list = parsed(unhex(text));

	EXPECT_EQ(0x1122334455667788u, list->item[0].spi);
	EXPECT_EQ(8, list->item[0].spi_len);
	EXPECT_EQ(unhex(text), built([&](struct wr *w) { ike_proposal_build(w, list.get()); }));
}

/* RFC7296-3.3.5-a RFC7296-3.3.5-b RFC7296-3.3.5-c RFC7296-3.3.6-b */
TEST(IkeProposal, attributes_that_are_not_understood)
{
	/* RFC7296-3.3.6: the transform is out, the message stands */
	static const struct {
		const char *attrs;
		bool usable;
		uint16_t key_bits;
	} rows[] = {
		{ "", true, 0 },
		{ "800e0080", true, 128 },
		{ "800e0000", false, 0 },            /* a length of nothing */
		{ "800e0080 800e0100", false, 128 }, /* two of them */
		{ "800d0080", false, 0 },
		{ "000e0002 0080", false, 0 }, /* KEY_LENGTH must be short, RFC7296-3.3.5 */
		{ "00110003 aabbcc 800e0080", false, 128 },
		{ "00110000", false, 0 },
	};

	for (const auto &row : rows) {
		Octets attrs = unhex(row.attrs);
		Octets body = unhex("00000000 01 01 00 01  00000000 01 00 000c");
		body[3] = (uint8_t)(16 + attrs.size());
		body[11] = (uint8_t)(8 + attrs.size());
		body.insert(body.end(), attrs.begin(), attrs.end());
		List list = parsed(body);

		EXPECT_EQ(row.usable, list->transform[0].usable) << row.attrs;
		EXPECT_EQ(row.key_bits, list->transform[0].key_bits) << row.attrs;
	}
}

/* RFC7296-2.5-g RFC7296-3.3.1-a RFC7296-3.3.1-c */
TEST(IkeProposal, malformed_table)
{
	static const struct {
		const char *body;
		enum err err;
	} rows[] = {
		{ "", ERR_TRUNCATED },                                          /* no proposal */
		{ "00000008 01 01 00 00", ERR_OK },                             /* no transform: select.c's to refuse */
		{ "00ff0008 01 01 00 00", ERR_OK },                             /* RESERVED */
		{ "02000008 01 01 00 00", ERR_MALFORMED },                      /* says more, is the last */
		{ "00000008 01 01 00 00 00000008 02 01 00 00", ERR_MALFORMED }, /* says last, isn't */
		{ "01000008 01 01 00 00", ERR_MALFORMED },
		{ "00000003 01 01 00 00", ERR_MALFORMED }, /* shorter than its header */
		{ "00000000 01 01 00 00", ERR_MALFORMED },
		{ "00000007 01 01 00", ERR_TRUNCATED },
		{ "00000009 01 01 00 00", ERR_TRUNCATED },
		{ "00000009 01 01 00 00 00", ERR_TRAILING }, /* more than the transforms that are counted */
		{ "00000008 00 01 00 00", ERR_MALFORMED },   /* numbers begin at 1 */
		{ "02000008 01 01 00 00 00000008 03 01 00 00", ERR_OK },
		{ "02000008 02 01 00 00 00000008 01 01 00 00", ERR_MALFORMED }, /* and go up */
		{ "02000008 01 01 00 00 00000008 01 01 00 00", ERR_MALFORMED },
		{ "00000008 01 01 00 01", ERR_TRUNCATED },                   /* a transform is missing */
		{ "00000010 01 01 00 02 00000008 02000005", ERR_TRUNCATED }, /* two are counted, one is there */
		{ "00000010 01 01 00 01 03000008 02000005", ERR_MALFORMED },
		{ "00000010 01 01 00 00 00000008 02000005", ERR_TRAILING },
		{ "00000010 01 01 00 01 00000007 02000005", ERR_MALFORMED }, /* transform shorter than its fields */
		{ "00000010 01 01 00 01 00000003 02000005", ERR_MALFORMED },
		{ "00000010 01 01 00 01 00000009 02000005", ERR_TRUNCATED },
		{ "00000012 01 01 00 01 0000000a 02000005 800e", ERR_TRUNCATED }, /* half an attribute */
		{ "00000014 01 01 00 01 0000000c 02000005 00110001", ERR_TRUNCATED },
		{ "0000000c 01 01 04 00 11223344", ERR_MALFORMED }, /* SPI sizes, RFC7296-3.3.1 */
		{ "00000008 01 03 00 00", ERR_MALFORMED },
		{ "00000010 01 03 08 00 1122334455667788", ERR_MALFORMED },
		{ "0000000c 01 02 04 00 11223344", ERR_OK },
		{ "0000000b 01 63 03 00 112233", ERR_OK }, /* a protocol that isn't understood */
		{ "00000009 01 63 03 00 11", ERR_TRUNCATED },
	};

	for (const auto &row : rows) {
		List list = std::make_unique<struct ike_proposals>();
		enum err err = parse(ike_proposal_parse, unhex(row.body), list.get());

		EXPECT_EQ(row.err, err) << row.body << ": " << err_str(err);
	}
}

TEST(IkeProposal, cut_at_every_offset)
{
	Octets body = unhex(gcm_offer);

	EXPECT_EQ(body.size(), shortest(ike_proposal_parse, body));
	mutate(ike_proposal_parse, body);
}

TEST(IkeProposal, more_proposals_than_fit)
{
	for (unsigned n : { (unsigned)IKE_PROPOSAL_MAX, (unsigned)IKE_PROPOSAL_MAX + 1 }) {
		Octets body;

		for (unsigned i = 1; i <= n; i++) {
			Octets p = { i == n ? (uint8_t)0 : (uint8_t)2, 0, 0, 8, (uint8_t)i, 1, 0, 0 };
			body.insert(body.end(), p.begin(), p.end());
		}
		List list = parsed(body, n > IKE_PROPOSAL_MAX ? ERR_LIMIT : ERR_OK);
		EXPECT_EQ(IKE_PROPOSAL_MAX, list->count);
	}
}

TEST(IkeProposal, more_transforms_than_fit)
{
	for (unsigned extra : { 0u, 1u }) {
		unsigned left = IKE_PROPOSAL_TRANSFORM_MAX + extra;
		Octets body;

		for (uint8_t number = 1; left > 0; number++) {
			unsigned n = std::min(left, 255u);
			size_t len = 8 + 8 * n;
			left -= n;
			Octets p = { left == 0 ? (uint8_t)0 : (uint8_t)2, 0, (uint8_t)(len >> 8), (uint8_t)len, number, 1, 0, (uint8_t)n };
			for (unsigned i = 1; i <= n; i++)
				for (int b : { i == n ? 0 : 3, 0, 0, 8, 2, 0, 0, 5 })
					p.push_back((uint8_t)b);
			body.insert(body.end(), p.begin(), p.end());
		}
		List list = parsed(body, extra == 0 ? ERR_OK : ERR_LIMIT);
		EXPECT_EQ(IKE_PROPOSAL_TRANSFORM_MAX, list->transform_count);
	}
}

TEST(IkeProposal, own_lists_are_bounded)
{
	List list = std::make_unique<struct ike_proposals>();
	enum err err = ERR_OK;
	unsigned n;

	ike_proposal_init(list.get());
	for (n = 0; err == ERR_OK; n++)
		err = ike_proposal_begin(list.get(), IKE_PROTO_IKE, 0, 0);
	EXPECT_EQ(ERR_LIMIT, err);
	EXPECT_EQ(IKE_PROPOSAL_MAX + 1u, n);

	ike_proposal_init(list.get());
	ASSERT_EQ(ERR_OK, ike_proposal_begin(list.get(), IKE_PROTO_IKE, 0, 0));
	for (n = 0, err = ERR_OK; err == ERR_OK; n++)
		err = ike_proposal_add(list.get(), IKE_TRANSFORM_PRF, 5, 0);
	EXPECT_EQ(ERR_LIMIT, err);
	EXPECT_EQ(256u, n); /* the count on the wire is one byte */
	for (unsigned p = 0; p < 2; p++) {
		ASSERT_EQ(ERR_OK, ike_proposal_begin(list.get(), IKE_PROTO_IKE, 0, 0));
		for (n = 0, err = ERR_OK; err == ERR_OK; n++)
			err = ike_proposal_add(list.get(), IKE_TRANSFORM_PRF, 5, 0);
		EXPECT_EQ(ERR_LIMIT, err);
	}
	EXPECT_EQ(IKE_PROPOSAL_TRANSFORM_MAX, list->transform_count);
}

/* Property: random lists survive building and parsing. */
TEST(IkeProposal, random_lists_round_trip)
{
	std::mt19937 random(5);

	for (unsigned round = 0; round < 300; round++) {
		List list = std::make_unique<struct ike_proposals>();

		ike_proposal_init(list.get());
		for (unsigned p = 1 + random() % IKE_PROPOSAL_MAX; p > 0; p--) {
			bool esp = random() % 2 == 0;

			ASSERT_EQ(ERR_OK, ike_proposal_begin(list.get(), esp ? IKE_PROTO_ESP : IKE_PROTO_IKE, esp ? 4 : 8, random()));
			for (unsigned t = random() % 16; t > 0; t--)
				ASSERT_EQ(ERR_OK, ike_proposal_add(list.get(), (uint8_t)random(), (uint16_t)random(), (uint16_t)random()));
		}
		List back = parsed(built([&](struct wr *w) { ike_proposal_build(w, list.get()); }));
		ASSERT_EQ(list->count, back->count);
		ASSERT_EQ(list->transform_count, back->transform_count);
		for (unsigned i = 0; i < list->count; i++) {
			EXPECT_EQ(list->item[i].spi, back->item[i].spi);
			EXPECT_EQ(list->item[i].protocol, back->item[i].protocol);
			EXPECT_EQ(list->item[i].count, back->item[i].count);
		}
		for (unsigned i = 0; i < list->transform_count; i++) {
			EXPECT_EQ(list->transform[i].type, back->transform[i].type);
			EXPECT_EQ(list->transform[i].id, back->transform[i].id);
			EXPECT_EQ(list->transform[i].key_bits, back->transform[i].key_bits);
			EXPECT_TRUE(back->transform[i].usable);
		}
	}
}

/* RFC7296-3.3-a */
TEST(IkeProposal, combined_modes)
{
	EXPECT_TRUE(ike_proposal_is_aead(CRYPTO_ENCR_AES_GCM_16));
	EXPECT_TRUE(ike_proposal_is_aead(CRYPTO_ENCR_CHACHA20_POLY1305));
	EXPECT_FALSE(ike_proposal_is_aead(CRYPTO_ENCR_AES_CBC));
	EXPECT_FALSE(ike_proposal_is_aead(60000));
}
