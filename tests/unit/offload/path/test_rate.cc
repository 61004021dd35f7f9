#include "fixture.h"

/* What may pass a tunnel: policing and shaping, before encryption (R-PBF-03, R-TUN-22, R-SYS-07). */
namespace
{

class Rate : public PathTest
{
      protected:
	enum { LEN = 1000 }; /* of every packet */

	void limit(const dp_rate &in, const dp_rate &out)
	{
		rate[DP_IN] = in;
		rate[DP_OUT] = out;
		tunnel(TUNNEL, SA_OUT);
	}
	/* Rounds of one instant. */
	void turn()
	{
		do
			(void)path_worker_poll(workers[0], now);
		while (!fake[lan].rx.empty() || !fake[wan].rx.empty());
	}
	/* Packets into the tunnel, numbered from 'first'. */
	void go(unsigned count, uint16_t first = 0)
	{
		for (unsigned i = 0; i < count; i++) {
			Ip ip;

			ip.id = (uint16_t)(first + i);
			ip.payload = Bytes(LEN - 20, 1);
			feed(fake[lan], frame(lan_mac, ip.bytes()));
		}
		turn();
	}
	void come(unsigned count, uint64_t first)
	{
		for (unsigned i = 0; i < count; i++) {
			Ip ip;

			ip.src = "10.9.0.1";
			ip.dst = "10.0.0.9";
			ip.payload = Bytes(LEN - 20, 1);
			feed(fake[wan], frame(wan_mac, peer_seals(ip.bytes(), first + i)));
		}
		turn();
	}
	size_t left() const
	{
		return fake[wan].tx.size();
	}
	std::vector<unsigned> numbers()
	{
		std::vector<unsigned> ids;

		for (auto &f : fake[wan].tx)
			ids.push_back(be16(peer_opens(f).data() + 4));
		return ids;
	}
	dp_rate_stats stats(dp_direction way = DP_OUT)
	{
		dp_tunnel_stats s;

		db_tunnel_stats(db, db_tunnel_find(db, TUNNEL), now, &s);
		return s.rate[way];
	}
};

/* 8 Mbit/s are a packet a millisecond. */
TEST_F(Rate, R_PBF_03_what_exceeds_the_rate_and_its_burst_is_dropped)
{
	start();
	limit({}, { 8000000, 0, 5 * LEN });
	go(20);
	EXPECT_EQ(left(), 5u);
	EXPECT_EQ(drops(PATH_DROP_POLICED), 15u);
	for (int ms = 0; ms < 100; ms++) {
		now++;
		go(2);
	}
	EXPECT_EQ(left(), 105u);
	EXPECT_EQ(stats().passed, 105u);
	EXPECT_EQ(stats().passed_bytes, 105u * LEN);
	EXPECT_EQ(stats().exceeded, 115u);
	EXPECT_EQ(stats().exceeded_bytes, 115u * LEN);
	now += 1000; /* a pause gives no more than the burst */
	go(20);
	EXPECT_EQ(left(), 110u);
}

TEST_F(Rate, what_comes_in_is_policed_too)
{
	start();
	limit({ 8000000, 0, 3 * LEN }, {});
	come(10, 1);
	EXPECT_EQ(fake[lan].tx.size(), 3u);
	EXPECT_EQ(drops(PATH_DROP_POLICED), 7u);
	EXPECT_EQ(stats(DP_IN).exceeded, 7u);
	EXPECT_EQ(stats(DP_OUT).passed, 0u);
	go(5);
	EXPECT_EQ(left(), 5u) << "the other way isn't";
}

/* Nothing is lost that needn't wait too long, order stays, and numbers rise as packets leave. */
TEST_F(Rate, R_PBF_03_what_is_shaped_waits_for_its_turn)
{
	start();
	limit({}, { 0, 8000000, 0 });
	go(100);
	EXPECT_EQ(left(), 1u);
	EXPECT_TRUE(path_worker_holds(workers[0]));
	EXPECT_EQ(stats().delayed, 99u);
	EXPECT_EQ(stats().waiting_ms, 100u);
	for (unsigned ms = 1; ms < 100; ms++) {
		now++;
		turn();
		EXPECT_EQ(left(), ms + 1u);
	}
	EXPECT_FALSE(path_worker_holds(workers[0]));
	auto ids = numbers();
	for (unsigned i = 0; i < 100; i++) {
		EXPECT_EQ(ids[i], i);
		EXPECT_EQ(seq_of(fake[wan].tx[i]), i + 1);
	}
	EXPECT_EQ(stats().passed, 100u);
	expect_no_other_drops();
}

TEST_F(Rate, beyond_two_tenths_of_a_second_it_is_dropped_as_it_comes)
{
	start();
	limit({}, { 0, 8000000, 0 });
	go(300);
	EXPECT_EQ(stats().lost, 99u);
	EXPECT_EQ(drops(PATH_DROP_SHAPED), 99u);
	now += 500; /* a late round sends all that is due */
	turn();
	EXPECT_EQ(left(), 201u);
	go(1, 999);
	EXPECT_EQ(left(), 202u);
}

/* The waiting packet's own tunnel, or none. */
TEST_F(Rate, what_waits_for_a_tunnel_that_goes_is_dropped)
{
	start();
	limit({}, { 0, 8000000, 0 });
	go(10);
	dp_route r = {};
	for (const char *p : { "10.9.0.0/16", "2001:db8:9::/48" }) {
		r.prefix = prefix(p);
		ASSERT_EQ(db_route_del(db, &r), ERR_OK);
	}
	ASSERT_EQ(db_sa_del(db, SA_IN, engine_drop, engine), ERR_OK);
	ASSERT_EQ(db_sa_del(db, SA_OUT, engine_drop, engine), ERR_OK);
	ASSERT_EQ(db_tunnel_del(db, TUNNEL), ERR_OK);
	for (int i = 0; i < 10; i++) {
		db_rcu_reclaim(db->rcu);
		now++;
		turn();
	}
	EXPECT_EQ(left(), 1u);
	EXPECT_EQ(drops(PATH_DROP_TUNNEL_DOWN), 9u);
}

/* A policy that changes keeps what waits; one that goes lets all pass. */
TEST_F(Rate, a_change_loses_nothing)
{
	start();
	limit({}, { 0, 8000000, 0 });
	go(20);
	limit({}, { 0, 80000000, 0 });
	go(20, 20);
	EXPECT_EQ(stats().passed, 40u) << "counts go on";
	limit({}, {});
	EXPECT_EQ(stats().passed, 0u);
	now += 100;
	go(1, 40);
	EXPECT_EQ(left(), 41u);
	expect_no_other_drops();
	limit({ 8000000, 0, LEN }, { 8000000, 8000000, LEN });
	EXPECT_EQ(stats().passed, 0u);
}

} // namespace
