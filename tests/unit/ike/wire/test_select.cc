/* Negotiation as a truth table: RFC7296-2.7, -3.3. */
#include "wire.h"

#include <sstream>

#include "ike/wire/select.h"

/*
 * A list in words: "ike gcm128 sha256p ecp256 | ike cbc256 …".  Words of a proposal are its transforms in order;
 * "bad:" before one makes it carry an attribute that isn't understood.
 */
static const struct {
	const char *word;
	uint8_t type;
	uint16_t id, key_bits;
} words[] = {
	{ "gcm128", IKE_TRANSFORM_ENCR, CRYPTO_ENCR_AES_GCM_16, 128 },
	{ "gcm256", IKE_TRANSFORM_ENCR, CRYPTO_ENCR_AES_GCM_16, 256 },
	{ "cbc128", IKE_TRANSFORM_ENCR, CRYPTO_ENCR_AES_CBC, 128 },
	{ "cbc256", IKE_TRANSFORM_ENCR, CRYPTO_ENCR_AES_CBC, 256 },
	{ "cbc", IKE_TRANSFORM_ENCR, CRYPTO_ENCR_AES_CBC, 0 },
	{ "chacha", IKE_TRANSFORM_ENCR, CRYPTO_ENCR_CHACHA20_POLY1305, 0 },
	{ "3des", IKE_TRANSFORM_ENCR, CRYPTO_ENCR_3DES, 0 },
	{ "p1", IKE_TRANSFORM_PRF, CRYPTO_PRF_HMAC_SHA1, 0 },
	{ "p256", IKE_TRANSFORM_PRF, CRYPTO_PRF_HMAC_SHA2_256, 0 },
	{ "p512", IKE_TRANSFORM_PRF, CRYPTO_PRF_HMAC_SHA2_512, 0 },
	{ "i1", IKE_TRANSFORM_INTEG, CRYPTO_INTEG_HMAC_SHA1_96, 0 },
	{ "i256", IKE_TRANSFORM_INTEG, CRYPTO_INTEG_HMAC_SHA2_256_128, 0 },
	{ "i512", IKE_TRANSFORM_INTEG, CRYPTO_INTEG_HMAC_SHA2_512_256, 0 },
	{ "i0", IKE_TRANSFORM_INTEG, CRYPTO_INTEG_NONE, 0 },
	{ "i256k", IKE_TRANSFORM_INTEG, CRYPTO_INTEG_HMAC_SHA2_256_128, 128 }, /* no such thing as a key length here */
	{ "g5", IKE_TRANSFORM_GROUP, CRYPTO_GROUP_MODP_1536, 0 },
	{ "g14", IKE_TRANSFORM_GROUP, CRYPTO_GROUP_MODP_2048, 0 },
	{ "g19", IKE_TRANSFORM_GROUP, CRYPTO_GROUP_ECP_256, 0 },
	{ "g0", IKE_TRANSFORM_GROUP, CRYPTO_GROUP_NONE, 0 },
	{ "esn", IKE_TRANSFORM_ESN, CRYPTO_ESN_YES, 0 },
	{ "noesn", IKE_TRANSFORM_ESN, CRYPTO_ESN_NO, 0 },
	{ "addke", 6, 35, 0 }, /* RFC9370: a group that we don't have */
	{ "x19", IKE_TRANSFORM_ADDKE1, CRYPTO_GROUP_ECP_256, 0 },
	{ "x14", IKE_TRANSFORM_ADDKE1, CRYPTO_GROUP_MODP_2048, 0 },
	{ "x0", IKE_TRANSFORM_ADDKE1, CRYPTO_GROUP_NONE, 0 },
	{ "y19", IKE_TRANSFORM_ADDKE1 + 2, CRYPTO_GROUP_ECP_256, 0 },
	{ "y14", IKE_TRANSFORM_ADDKE1 + 2, CRYPTO_GROUP_MODP_2048, 0 },
	{ "y0", IKE_TRANSFORM_ADDKE1 + 2, CRYPTO_GROUP_NONE, 0 },
};

static std::unique_ptr<struct ike_proposals> list(const std::string &text)
{
	auto l = std::make_unique<struct ike_proposals>();
	std::istringstream in(text);
	std::string word;

	ike_proposal_init(l.get());
	while (in >> word) {
		bool bad = word.rfind("bad:", 0) == 0, known = false;

		if (bad)
			word = word.substr(4);
		if (word == "|")
			continue;
		if (word == "ike" || word == "rekey" || word == "esp" || word == "ah") {
			uint8_t protocol = word == "esp" ? IKE_PROTO_ESP : word == "ah" ? IKE_PROTO_AH : IKE_PROTO_IKE;
			uint8_t len = word == "ike" ? 0 : word == "rekey" ? 8 : 4;

			EXPECT_EQ(ERR_OK, ike_proposal_begin(l.get(), protocol, len, len == 0 ? 0 : 0x1000u + l->count));
			continue;
		}
		for (const auto &w : words) {
			if (word != w.word)
				continue;
			EXPECT_EQ(ERR_OK, ike_proposal_add(l.get(), w.type, w.id, w.key_bits));
			known = true;
		}
		EXPECT_TRUE(known) << word;
		if (bad)
			l->transform[l->transform_count - 1].usable = false;
	}
	return l;
}

/* The choice in the same words, its number first; absent types are left out. */
static std::string text(const struct ike_choice &c)
{
	std::string out = std::to_string(c.number);
	auto add = [&](uint8_t type, uint16_t id, uint16_t key_bits) {
		for (const auto &w : words)
			if (w.type == type && w.id == id && w.key_bits == key_bits)
				out += std::string(" ") + w.word;
	};

	add(IKE_TRANSFORM_ENCR, c.encr, c.key_bits);
	if (c.prf != 0)
		add(IKE_TRANSFORM_PRF, c.prf, 0);
	if (c.integ != 0)
		add(IKE_TRANSFORM_INTEG, c.integ, 0);
	if (c.group != 0)
		add(IKE_TRANSFORM_GROUP, c.group, 0);
	if (c.protocol == IKE_PROTO_ESP)
		add(IKE_TRANSFORM_ESN, c.esn, 0);
	for (unsigned n = 0; n < IKE_PROPOSAL_EXTRAS; n++)
		if ((c.listed & 1U << n) != 0)
			add(static_cast<uint8_t>(IKE_TRANSFORM_ADDKE1 + n), c.extra[n], 0);
	return out;
}

struct row {
	const char *ours, *theirs;
	const char *choice; /* NULL: ERR_NO_PROPOSAL */
	unsigned flags;
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct row &r = rows[i];
		struct ike_choice c;
		enum err err = ike_select_pick(list(r.ours).get(), list(r.theirs).get(), r.flags, &c);

		ASSERT_EQ(r.choice == NULL ? ERR_NO_PROPOSAL : ERR_OK, err) << r.ours << " / " << r.theirs;
		if (r.choice != NULL) {
			EXPECT_EQ(r.choice, text(c)) << r.ours << " / " << r.theirs;
		}
	}
}

TEST(IkeSelect, RFC9370_2_2_2_additional_key_exchanges)
{
	static const struct row rows[] = {
		{ "ike gcm128 p256 g5 x19", "ike gcm128 p256 g5 x14 x19", "1 gcm128 p256 g5 x19", 0 },
		{ "ike gcm128 p256 g5 x19 x14", "ike gcm128 p256 g5 x14 x19", "1 gcm128 p256 g5 x19", 0 },
		{ "ike gcm128 p256 g5 x19 y14", "ike gcm128 p256 g5 x19 y14", "1 gcm128 p256 g5 x19 y14", 0 },
		/* NONE, or no word of it, where the other may do without */
		{ "ike gcm128 p256 g5 x19 x0", "ike gcm128 p256 g5", "1 gcm128 p256 g5", 0 },
		{ "ike gcm128 p256 g5", "ike gcm128 p256 g5 x19 x0", "1 gcm128 p256 g5 x0", 0 },
		{ "ike gcm128 p256 g5 x0 x19", "ike gcm128 p256 g5 x19 x0", "1 gcm128 p256 g5 x0", 0 },
		{ "ike gcm128 p256 g5 x19", "ike gcm128 p256 g5", NULL, 0 },
		{ "ike gcm128 p256 g5", "ike gcm128 p256 g5 x19", NULL, 0 },
		{ "ike gcm128 p256 g5 x19", "ike gcm128 p256 g5 x14 x0", NULL, 0 },
		{ "ike gcm128 p256 g5 x19", "ike gcm128 p256 g5 y19", NULL, 0 },
		/* no group twice */
		{ "ike gcm128 p256 g19 x19 x14", "ike gcm128 p256 g19 x19 x14", "1 gcm128 p256 g19 x14", 0 },
		{ "ike gcm128 p256 g19 x19", "ike gcm128 p256 g19 x19", NULL, 0 },
		{ "ike gcm128 p256 g5 x14 y14 y19", "ike gcm128 p256 g5 x14 y14 y19", "1 gcm128 p256 g5 x14 y19", 0 },
		{ "ike gcm128 p256 g5 x14 y14 y0", "ike gcm128 p256 g5 x14 y14 y0", "1 gcm128 p256 g5 x14 y0", 0 },
		{ "ike gcm128 p256 g5 x14 y14", "ike gcm128 p256 g5 x14 y14", NULL, 0 },
		/* the peer can't do IKE_INTERMEDIATE */
		{ "ike gcm128 p256 g5 x19 x0", "ike gcm128 p256 g5 x19 x0", "1 gcm128 p256 g5 x0", IKE_SELECT_NO_EXTRA },
		{ "ike gcm128 p256 g5 x19", "ike gcm128 p256 g5 x19", NULL, IKE_SELECT_NO_EXTRA },
		{ "ike gcm128 p256 g5", "ike gcm128 p256 g5 x19", NULL, IKE_SELECT_NO_EXTRA },
	};

	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

TEST(IkeSelect, RFC9370_2_2_2_the_answer_has_one_of_each_that_was_asked_for)
{
	struct ike_choice c;
	auto offered = list("ike gcm128 p256 g5 x19 x14 x0 y14 y0"), answer = std::make_unique<struct ike_proposals>();

	ASSERT_EQ(ike_select_pick(list("ike gcm128 p256 g5 x14").get(), offered.get(), 0, &c), ERR_OK);
	ASSERT_EQ(ike_select_answer(&c, 0, answer.get()), ERR_OK);
	EXPECT_EQ(answer->item[0].count, 5) << "NONE for the other";
	ASSERT_EQ(ike_select_check(offered.get(), answer.get(), 0, &c), ERR_OK);
	EXPECT_EQ(text(c), "1 gcm128 p256 g5 x14 y0");
	for (const char *bad : { "ike gcm128 p256 g5 x14 x19 y0", "ike gcm128 p256 g5 x14 y19", "ike gcm128 p256 g5 addke y0" })
		EXPECT_EQ(ike_select_check(offered.get(), list(bad).get(), 0, &c), ERR_NO_PROPOSAL) << bad;
	EXPECT_EQ(ike_select_check(offered.get(), list("ike gcm128 p256 g5").get(), 0, &c), ERR_OK) << "both may be left out";
}

/* RFC7296-2.7-b RFC7296-3.3.3-a RFC7296-3.3.4-a RFC7296-3.3.4-b */
TEST(IkeSelect, R_IKE_23_ike)
{
	static const struct row rows[] = {
		{ "ike gcm128 p256 g19", "ike gcm128 p256 g19", "1 gcm128 p256 g19", 0 },
		/* R-IKE-25: AES-256, SHA-1, group 5 */
		{ "ike cbc256 p1 i1 g5", "ike cbc256 p1 i1 g5", "1 cbc256 p1 i1 g5", 0 },
		/* our order wins, by type */
		{ "ike cbc256 cbc128 p512 p256 i512 i256 g19 g14", "ike cbc128 cbc256 p256 p512 i256 i512 g14 g19",
			"1 cbc256 p512 i512 g19", 0 },
		/* and by proposal */
		{ "ike gcm128 p256 g19 | ike cbc256 p256 i256 g14", "ike cbc256 p256 i256 g14 | ike gcm128 p256 g19", "2 gcm128 p256 g19",
			0 },
		/* among several of theirs their first */
		{ "ike gcm128 gcm256 p256 g19", "ike gcm256 p256 g19 | ike gcm128 p256 g19", "1 gcm256 p256 g19", 0 },
		/* key lengths are part of the cipher, RFC7296-3.3.5 */
		{ "ike cbc256 p256 i256 g14", "ike cbc128 p256 i256 g14", NULL, 0 },
		{ "ike cbc256 p256 i256 g14", "ike cbc p256 i256 g14", NULL, 0 },
		{ "ike 3des p1 i1 g5", "ike 3des p1 i1 g5", "1 3des p1 i1 g5", 0 },
		/* which nothing but a cipher has */
		{ "ike cbc256 p256 i256 g14", "ike cbc256 p256 i256k g14", NULL, 0 },
		{ "ike cbc256 p256 i256k g14", "ike cbc256 p256 i256k g14", NULL, 0 },
		/* each type must meet */
		{ "ike gcm128 p256 g19", "ike gcm128 p512 g19", NULL, 0 },
		{ "ike gcm128 p256 g19", "ike gcm128 p256 g14", NULL, 0 },
		{ "ike cbc128 p256 i256 g19", "ike cbc128 p256 i1 g19", NULL, 0 },
		/* mandatory types, RFC7296-3.3.3 */
		{ "ike gcm128 p256 g19", "ike gcm128 g19", NULL, 0 },
		{ "ike gcm128 p256 g19", "ike gcm128 p256", NULL, 0 },
		{ "ike gcm128 p256 g19", "ike gcm128 p256 g0", NULL, 0 },
		{ "ike gcm128 p256 g19", "ike p256 g19", NULL, 0 },
		{ "ike gcm128 p256 g19 g0", "ike gcm128 p256 g0", NULL, 0 },
		/* types that aren't IKE's or aren't understood, RFC7296-3.3.6 */
		{ "ike gcm128 p256 g19", "ike gcm128 p256 g19 noesn", NULL, 0 },
		{ "ike gcm128 p256 g19", "ike gcm128 p256 g19 addke", NULL, 0 },
		{ "ike gcm128 p256 g19", "ike gcm128 p256 g19 addke | ike gcm128 p256 g19", "2 gcm128 p256 g19", 0 },
		/* a transform with an attribute that isn't understood is out, the others stay */
		{ "ike gcm128 gcm256 p256 g19", "ike bad:gcm128 gcm256 p256 g19", "1 gcm256 p256 g19", 0 },
		{ "ike gcm128 p256 g19", "ike bad:gcm128 p256 g19", NULL, 0 },
		{ "", "ike gcm128 p256 g19", NULL, 0 },
		{ "ike gcm128 p256 g19", "", NULL, 0 },
		{ "ike gcm128 p256 g19", "esp gcm128 noesn", NULL, 0 },
	};

	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* RFC7296-2.7-a RFC7296-3.3-a */
TEST(IkeSelect, combined_modes_go_without_integrity)
{
	static const struct row rows[] = {
		/* absent is the same as NONE, RFC7296-3.3.2 */
		{ "ike gcm128 p256 g19", "ike gcm128 i0 p256 g19", "1 gcm128 p256 g19", 0 },
		{ "ike gcm128 i0 p256 g19", "ike gcm128 p256 g19", "1 gcm128 p256 g19", 0 },
		{ "ike gcm128 p256 g19", "ike gcm128 i256 p256 g19", NULL, 0 },
		{ "ike gcm128 p256 g19", "ike gcm128 i256 i0 p256 g19", "1 gcm128 p256 g19", 0 },
		/* a cipher alone is never taken */
		{ "ike cbc128 p256 g19", "ike cbc128 p256 g19", NULL, 0 },
		{ "ike cbc128 i0 p256 g19", "ike cbc128 i0 p256 g19", NULL, 0 },
		{ "ike cbc128 i0 i256 p256 g19", "ike cbc128 i0 i256 p256 g19", "1 cbc128 p256 i256 g19", 0 },
		/* both kinds in one proposal, as RFC7296-3.3 warns of */
		{ "ike gcm128 cbc128 p256 i256 i0 g19", "ike gcm128 cbc128 p256 i256 g19", "1 cbc128 p256 i256 g19", 0 },
		{ "ike gcm128 cbc128 p256 i256 i0 g19", "ike gcm128 cbc128 p256 g19", "1 gcm128 p256 g19", 0 },
		{ "ike chacha p256 g19", "ike chacha p256 g19", "1 chacha p256 g19", 0 },
		/* integrity that isn't usable isn't absence */
		{ "ike gcm128 p256 g19", "ike gcm128 bad:i256 p256 g19", NULL, 0 },
	};

	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* RFC7296-3.3.2-a RFC7296-3.3.3-a */
TEST(IkeSelect, esp)
{
	static const struct row rows[] = {
		{ "esp gcm128 noesn", "esp gcm128 noesn", "1 gcm128 noesn", 0 },
		{ "esp cbc128 i1 noesn", "esp cbc128 i1 noesn", "1 cbc128 i1 noesn", 0 },
		/* ESN: RFC7296-3.3.2 */
		{ "esp gcm128 esn noesn", "esp gcm128 noesn esn", "1 gcm128 esn", 0 },
		{ "esp gcm128 noesn", "esp gcm128 noesn esn", "1 gcm128 noesn", 0 },
		{ "esp gcm128 noesn", "esp gcm128 esn", NULL, 0 },
		{ "esp gcm128 noesn", "esp gcm128", NULL, 0 }, /* mandatory */
		/* PFS: absent is the same as NONE */
		{ "esp gcm128 g19 noesn", "esp gcm128 g19 noesn", "1 gcm128 g19 noesn", 0 },
		{ "esp gcm128 g19 noesn", "esp gcm128 noesn", NULL, 0 },
		{ "esp gcm128 noesn", "esp gcm128 g19 noesn", NULL, 0 },
		{ "esp gcm128 noesn", "esp gcm128 g19 g0 noesn", "1 gcm128 noesn", 0 },
		{ "esp gcm128 g19 g0 noesn", "esp gcm128 noesn", "1 gcm128 noesn", 0 },
		{ "esp gcm128 g19 g0 noesn", "esp gcm128 g14 g0 noesn", "1 gcm128 noesn", 0 },
		{ "esp gcm128 g19 g0 noesn", "esp gcm128 g0 g19 noesn", "1 gcm128 g19 noesn", 0 },
		/* IKE_AUTH: groups don't count, RFC7296-1.2 */
		{ "esp gcm128 g19 noesn", "esp gcm128 noesn", "1 gcm128 noesn", IKE_SELECT_NO_GROUP },
		{ "esp gcm128 noesn", "esp gcm128 g19 noesn", "1 gcm128 noesn", IKE_SELECT_NO_GROUP },
		/* what ESP doesn't have */
		{ "esp gcm128 noesn", "esp gcm128 p256 noesn", NULL, 0 },
		{ "esp cbc128 noesn", "esp cbc128 noesn", NULL, 0 },
		{ "ah i256 noesn", "ah i256 noesn", NULL, 0 },
		{ "esp gcm128 noesn", "ah i256 noesn | esp gcm128 noesn", "2 gcm128 noesn", 0 },
	};

	check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

TEST(IkeSelect, choice_carries_their_spi)
{
	struct ike_choice c;

	ASSERT_EQ(ERR_OK, ike_select_pick(list("esp gcm256 noesn").get(), list("esp gcm128 noesn | esp gcm256 noesn").get(), 0, &c));
	EXPECT_EQ(0x1001u, c.spi);
	EXPECT_EQ(4, c.spi_len);
	EXPECT_EQ(2, c.number);
	ASSERT_EQ(ERR_OK, ike_select_pick(list("ike gcm128 p256 g19").get(), list("rekey gcm128 p256 g19").get(), 0, &c));
	EXPECT_EQ(8, c.spi_len);
}

/* RFC7296-2.7-c RFC7296-3.3.1-b */
TEST(IkeSelect, answer_is_what_the_initiator_accepts)
{
	static const struct row rows[] = {
		{ "ike gcm128 p256 g19", "ike gcm256 p256 g14 | ike gcm256 gcm128 p512 p256 g14 g19", "2 gcm128 p256 g19", 0 },
		{ "ike cbc256 p1 i1 g5", "ike cbc256 cbc128 3des p1 i1 g5", "1 cbc256 p1 i1 g5", 0 },
		{ "esp cbc128 i1 noesn", "esp cbc128 i1 g14 noesn", "1 cbc128 i1 noesn", IKE_SELECT_NO_GROUP },
		{ "esp gcm128 g19 noesn", "esp gcm128 g19 noesn", "1 gcm128 g19 noesn", 0 },
		{ "rekey gcm128 p256 g19", "rekey gcm128 p256 g19", "1 gcm128 p256 g19", 0 },
	};

	for (const struct row &r : rows) {
		auto offered = list(r.theirs);
		auto answer = std::make_unique<struct ike_proposals>(), received = std::make_unique<struct ike_proposals>();
		struct ike_choice c, seen;

		ASSERT_EQ(ERR_OK, ike_select_pick(list(r.ours).get(), offered.get(), r.flags, &c));
		ASSERT_EQ(ERR_OK, ike_select_answer(&c, c.spi_len == 0 ? 0 : 0xabcd, answer.get()));
		Octets body = built([&](struct wr *w) { ike_proposal_build(w, answer.get()); });
		ASSERT_EQ(ERR_OK, parse(ike_proposal_parse, body, received.get()));
		ASSERT_EQ(ERR_OK, ike_select_check(offered.get(), received.get(), r.flags, &seen)) << r.theirs;
		EXPECT_EQ(r.choice, text(seen));
		EXPECT_EQ(c.spi_len == 0 ? 0u : 0xabcdu, seen.spi);
	}
}

/* RFC7296-3.3.6-c */
TEST(IkeSelect, initiator_refuses_what_it_did_not_offer)
{
	static const struct {
		const char *offered, *answer;
		bool ok;
	} rows[] = {
		{ "ike gcm128 p256 g19", "ike gcm128 p256 g19", true },
		{ "ike gcm128 p256 g19", "ike gcm128 i0 p256 g19", true },
		{ "ike gcm128 p256 g19", "ike gcm256 p256 g19", false }, /* not offered */
		{ "ike gcm128 p256 g19", "ike gcm128 p256 g14", false },
		{ "ike gcm128 gcm256 p256 g19", "ike gcm128 gcm256 p256 g19", false }, /* no choice made */
		{ "ike gcm128 p256 g19", "ike gcm128 p256 g19 | ike gcm128 p256 g19", false },
		{ "ike gcm128 p256 g19", "", false },
		{ "ike gcm128 p256 g19", "ike gcm128 p256", false },
		{ "ike gcm128 p256 g19", "ike gcm128 p256 g19 addke", false },
		{ "ike gcm128 p256 g19", "ike bad:gcm128 p256 g19", false },
		{ "ike gcm128 p256 g19", "esp gcm128 noesn", false },
		{ "ike cbc128 p256 i256 g19", "ike cbc128 p256 g19", false }, /* integrity dropped on the way */
		/* proposal 1 of the answer isn't proposal 2 of the offer */
		{ "ike gcm256 p256 g19 | ike gcm128 p256 g19", "ike gcm128 p256 g19", false },
		{ "esp gcm128 g19 noesn", "esp gcm128 noesn", false },
	};

	for (const auto &row : rows) {
		struct ike_choice c;

		EXPECT_EQ(row.ok ? ERR_OK : ERR_NO_PROPOSAL, ike_select_check(list(row.offered).get(), list(row.answer).get(), 0, &c))
			<< row.offered << " / " << row.answer;
	}
}
