/* What routers say of the paths of tunnels.  RFC 1191, RFC 4301 8.2. */
#include "db/pmtu.h"
#include "fixture.h"

namespace
{

enum { TUNNEL = 7, SPI = 0x12345 };

class Pmtu : public DbTest
{
      protected:
	void SetUp() override
	{
		DbTest::SetUp();
		tunnel(TUNNEL, 70);
		ASSERT_EQ(put(sa(70, DP_OUT, SPI, TUNNEL)), ERR_OK);
		ASSERT_EQ(db_pmtu_new(&pmtu, db), ERR_OK);
	}
	void TearDown() override
	{
		db_pmtu_free(pmtu);
		DbTest::TearDown();
	}
	struct db_pmtu_word word(uint32_t mtu, uint32_t spi = SPI)
	{
		return { db_test_addr("192.0.2.1"), db_test_addr("198.51.100.1"), 0, spi, 0, false, mtu };
	}
	/* Told and taken over; what a port of 1500 bytes leaves. */
	uint32_t after(const struct db_pmtu_word &w)
	{
		db_pmtu_tell(pmtu, &w);
		now_ms += 1000;
		db_pmtu_poll(pmtu, now_ms);
		return link();
	}
	uint32_t link()
	{
		return db_tunnel_link(db_tunnel_find(db, TUNNEL), 1500);
	}

	struct db_pmtu *pmtu = nullptr;
	uint64_t now_ms = 1000;
};

TEST_F(Pmtu, a_word_about_an_sa_lowers_the_path_of_its_tunnel)
{
	uint32_t epoch = db->epoch;

	EXPECT_EQ(link(), 1500u);
	EXPECT_EQ(after(word(1400)), 1400u);
	EXPECT_NE(db->epoch, epoch) << "workers look again";
	EXPECT_EQ(after(word(1450)), 1400u) << "the least that was said";
	EXPECT_EQ(after(word(1300)), 1300u);
}

TEST_F(Pmtu, a_tunnel_of_gre_alone_is_known_by_addresses_and_key)
{
	enum { PLAIN = 8 };
	dp_tunnel t = {};
	struct db_pmtu_word w = word(1300, 0);

	t.id = PLAIN;
	t.mode = DP_TUNNEL_GRE;
	t.local = db_test_addr("192.0.2.1");
	t.remote = db_test_addr("198.51.100.1");
	t.has_key = true;
	t.key = 4711;
	ASSERT_EQ(db_tunnel_put(db, &t), ERR_OK);
	(void)after(w);
	EXPECT_EQ(db_tunnel_link(db_tunnel_find(db, PLAIN), 1500), 1500u) << "without a key it is another's";
	w.has_key = true;
	w.key = 4712;
	(void)after(w);
	EXPECT_EQ(db_tunnel_link(db_tunnel_find(db, PLAIN), 1500), 1500u);
	w.key = 4711;
	EXPECT_EQ(after(w), 1500u) << "the SA between the same hosts isn't meant";
	EXPECT_EQ(db_tunnel_link(db_tunnel_find(db, PLAIN), 1500), 1300u);
	EXPECT_EQ(db_pmtu_poll(pmtu, now_ms + 611000), 1u) << "it is forgotten like any other";
	EXPECT_EQ(db_tunnel_link(db_tunnel_find(db, PLAIN), 1500), 1500u);
}

/* Tunnels of several customers may have the same ends. */
TEST_F(Pmtu, a_word_is_for_the_VRF_that_it_came_by)
{
	enum { GLOBAL = 8, RED = 9, VRF = 3 };
	struct db_pmtu_word w = word(1300, 0);
	dp_vrf v = {};
	dp_tunnel t = {};

	v.id = VRF;
	ASSERT_EQ(db_vrf_put(db, &v), ERR_OK);
	t.mode = DP_TUNNEL_GRE;
	t.local = w.local;
	t.remote = w.remote;
	for (uint32_t id : { GLOBAL, RED }) {
		t.id = id;
		t.front_vrf = id == RED ? VRF : 0;
		ASSERT_EQ(db_tunnel_put(db, &t), ERR_OK);
	}
	w.vrf = db_vrf_find(db, VRF);
	(void)after(w);
	EXPECT_EQ(db_tunnel_link(db_tunnel_find(db, RED), 1500), 1300u);
	EXPECT_EQ(db_tunnel_link(db_tunnel_find(db, GLOBAL), 1500), 1500u);
	w.spi = SPI;
	EXPECT_EQ(after(w), 1500u) << "the SA is in the global VRF";
	w.vrf = 0;
	EXPECT_EQ(after(w), 1300u);
}

TEST_F(Pmtu, RFC4301_8_2_strangers_are_not_heard)
{
	struct db_pmtu_word w = word(600);

	EXPECT_EQ(after(word(600, SPI + 1)), 1500u);
	w.remote = db_test_addr("198.51.100.2");
	EXPECT_EQ(after(w), 1500u);
	w = word(600);
	w.local = db_test_addr("192.0.2.2");
	EXPECT_EQ(after(w), 1500u);
	w.local = db_test_addr("2001:db8::1");
	w.remote = db_test_addr("2001:db8::2");
	EXPECT_EQ(after(w), 1500u);
}

TEST_F(Pmtu, no_path_is_narrower_than_each_must_be)
{
	EXPECT_EQ(after(word(68)), 576u);
	EXPECT_EQ(after(word(0)), 576u) << "a router of before RFC 1191";
}

TEST_F(Pmtu, RFC1191_6_3_it_is_forgotten_after_ten_minutes)
{
	EXPECT_EQ(after(word(1400)), 1400u);
	db_pmtu_poll(pmtu, now_ms + 599000);
	EXPECT_EQ(link(), 1400u);
	EXPECT_EQ(db_pmtu_poll(pmtu, now_ms + 611000), 1u);
	EXPECT_EQ(link(), 1500u);
}

TEST_F(Pmtu, another_peer_address_is_another_path)
{
	dp_tunnel t = {};

	EXPECT_EQ(after(word(1400)), 1400u);
	tunnel(TUNNEL, 70);
	EXPECT_EQ(link(), 1400u) << "the same again";
	t.id = TUNNEL;
	t.sa_out = 70;
	t.local = db_test_addr("192.0.2.1");
	t.remote = db_test_addr("198.51.100.9");
	ASSERT_EQ(db_tunnel_put(db, &t), ERR_OK);
	EXPECT_EQ(link(), 1500u);
}

TEST_F(Pmtu, many_words_are_one_look)
{
	for (uint32_t i = 0; i < 100; i++) {
		struct db_pmtu_word w = word(1200, 0x999);

		db_pmtu_tell(pmtu, &w);
	}
	EXPECT_EQ(db_pmtu_poll(pmtu, 10000), 0u);
	struct db_pmtu_word w = word(1200);
	db_pmtu_tell(pmtu, &w);
	EXPECT_EQ(db_pmtu_poll(pmtu, 10001), 0u) << "not so soon after";
	EXPECT_EQ(db_pmtu_poll(pmtu, 10200), 1u);
}

} // namespace
