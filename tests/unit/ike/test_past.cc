#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "ike/resume/resume.h"

namespace
{

class IkePast : public ::testing::Test
{
      protected:
	struct ike_past p = {}, q = {};
	uint8_t sk_d[48] = { 1, 2, 3 }, memo[5] = { 9, 8, 7, 6, 5 };
	uint8_t buf[IKE_PAST_MAX] = {};
	struct wr w = wr_of(buf, sizeof(buf));

	void SetUp() override
	{
		p.expires_ms = 1000;
		p.auth_until_ms = 2000;
		p.spi_i = 3;
		p.spi_r = 4;
		p.suite.encr = crypto_alg_named(CRYPTO_ENCR, "aes-cbc-256");
		p.suite.integ = crypto_alg_named(CRYPTO_INTEG, "sha384");
		p.suite.prf = crypto_alg_named(CRYPTO_PRF, "sha384");
		p.suite.group = crypto_alg_named(CRYPTO_GROUP, "19");
		p.auth_i = 0;
		p.auth_r = 14;
		p.eap = 13;
		p.ppk = true;
		p.sk_d = bytes_of(sk_d, sizeof(sk_d));
		p.id_i = { IKE_ID_FQDN, bytes_str("spoke.example.net") };
		p.id_r = { IKE_ID_KEY_ID, bytes_str("hub") };
		p.memo = bytes_of(memo, sizeof(memo));
	}
	enum err parse(size_t len)
	{
		struct rd r = rd_of(bytes_of(buf, len));

		return ike_past_parse(&r, &q);
	}
	enum err again()
	{
		w = wr_of(buf, sizeof(buf));
		ike_past_build(&w, &p);
		EXPECT_EQ(wr_done(&w), ERR_OK);
		return parse(w.len);
	}
};

} // namespace

/* RFC5723-5-a */
TEST_F(IkePast, what_is_written_reads_the_same)
{
	ASSERT_EQ(again(), ERR_OK);
	EXPECT_EQ(q.expires_ms, p.expires_ms);
	EXPECT_EQ(q.auth_until_ms, p.auth_until_ms);
	EXPECT_EQ(q.spi_i, p.spi_i);
	EXPECT_EQ(q.spi_r, p.spi_r);
	EXPECT_EQ(q.suite.encr, p.suite.encr);
	EXPECT_EQ(q.suite.integ, p.suite.integ);
	EXPECT_EQ(q.suite.prf, p.suite.prf);
	EXPECT_EQ(q.suite.group, p.suite.group);
	EXPECT_EQ(q.auth_i, p.auth_i);
	EXPECT_EQ(q.auth_r, p.auth_r);
	EXPECT_EQ(q.eap, p.eap);
	EXPECT_TRUE(q.ppk);
	EXPECT_TRUE(bytes_eq(q.sk_d, p.sk_d));
	EXPECT_TRUE(ike_id_eq(&q.id_i, &p.id_i));
	EXPECT_TRUE(ike_id_eq(&q.id_r, &p.id_r));
	EXPECT_TRUE(bytes_eq(q.memo, p.memo));
}

TEST_F(IkePast, cut_or_longer_is_refused)
{
	ASSERT_EQ(again(), ERR_OK);
	for (size_t len = 0; len < w.len; len++)
		EXPECT_NE(parse(len), ERR_OK) << len;
	EXPECT_EQ(parse(w.len + 1), ERR_TRAILING);
}

TEST_F(IkePast, what_makes_no_sense_is_refused)
{
	p.sk_d.len = 32; /* the PRF's key is longer */
	EXPECT_EQ(again(), ERR_MALFORMED);
	SetUp();
	p.id_i.data = bytes_str("a b");
	EXPECT_EQ(again(), ERR_MALFORMED);
	SetUp();
	p.suite.integ = nullptr; /* and no AEAD */
	EXPECT_EQ(again(), ERR_UNSUPPORTED);
	SetUp();
	ASSERT_EQ(again(), ERR_OK);
	buf[0]++;
	EXPECT_EQ(parse(w.len), ERR_VERSION);
	std::vector<uint8_t> long_memo(IKE_PAST_MEMO + 1);
	p.memo = bytes_of(long_memo.data(), long_memo.size());
	EXPECT_EQ(again(), ERR_RANGE);
}

TEST_F(IkePast, a_clients_bundle_has_the_ticket_beside_it)
{
	struct secret pass = {};
	struct ike_resume *r = nullptr;

	ASSERT_EQ(ike_resume_pack(&p, bytes_str("the ticket"), &pass), ERR_OK);
	ASSERT_EQ(ike_resume_unpack(secret_view(&pass), &r), ERR_OK);
	EXPECT_TRUE(bytes_eq(ike_blob_view(&r->ticket), bytes_str("the ticket")));
	EXPECT_TRUE(bytes_eq(r->past.sk_d, p.sk_d));
	EXPECT_FALSE(r->keyed);
	ike_resume_free(r);
	for (size_t len = 0; len < pass.len - 10; len++)
		EXPECT_NE(ike_resume_unpack(bytes_of(pass.data, len), &r), ERR_OK) << len;
	EXPECT_EQ(ike_resume_unpack(bytes_of(pass.data, pass.len - 10), &r), ERR_MALFORMED) << "no ticket";
	secret_fini(&pass);
}

TEST_F(IkePast, policy_must_offer_all_of_it_in_one_proposal)
{
	struct ike_offers offers = {};

	offers.count = 2;
	offers.offer[0].alg_count = 3;
	offers.offer[0].alg[0] = p.suite.encr;
	offers.offer[0].alg[1] = p.suite.prf;
	offers.offer[0].alg[2] = p.suite.group;
	offers.offer[1].alg_count = 1;
	offers.offer[1].alg[0] = p.suite.integ;
	EXPECT_FALSE(ike_resume_offered(&offers, &p.suite));
	offers.offer[0].alg[offers.offer[0].alg_count++] = p.suite.integ;
	EXPECT_TRUE(ike_resume_offered(&offers, &p.suite));
}
