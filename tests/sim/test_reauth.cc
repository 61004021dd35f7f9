/* Re-authentication between engines: RFC 4478's lifetime, and a successor that is made before the old SA is broken. */
#include <cstring>

#include "ike/core.h"
#include "pair.h"

namespace
{

class Reauth : public Pair
{
      protected:
	void begin(uint32_t told_s, uint32_t own_s = 0)
	{
		hub.w.set.auth_lifetime_s = told_s;
		spoke.w.set.auth_lifetime_s = own_s;
		start();
		connect();
		sim.traffic_ms = 3;
	}
	/* All that was sent arrived, and there is one session again. */
	void expect_moved(unsigned times)
	{
		sim.traffic_ms = 0;
		sim.run_for(15000);
		EXPECT_GE(spoke.stat(IKE_STAT_REAUTH), times);
		EXPECT_EQ(world_up_count(&spoke.w), 1u);
		EXPECT_EQ(world_up_count(&hub.w), 1u);
		EXPECT_EQ(disagreement(spoke, hub), "");
		EXPECT_EQ(sim.esp_received, sim.esp_sent);
		EXPECT_EQ(sim.esp_mute, 0u);
		EXPECT_FALSE(mine()->up);
		EXPECT_EQ(mine()->why, IKE_DOWN_REPLACED);
	}
};

} // namespace

/* RFC4478-3-a, RFC4478-3-b */
TEST_F(Reauth, RFC4478_the_gateway_says_when)
{
	begin(300);
	sim.run_for(290 * 1000);
	expect_moved(1);
	EXPECT_EQ(hub.stat(IKE_STAT_UP), 2u);
}

TEST_F(Reauth, the_sooner_of_both_counts)
{
	begin(300, 100);
	sim.run_for(95 * 1000);
	expect_moved(1);
}

/* RFC4478-3-d */
TEST_F(Reauth, RFC7296_2_8_3_on_and_on_with_the_ike_sa_rekeyed_between)
{
	hub.w.set.lifetime_s = 120;
	begin(200);
	sim.run_for(1900 * 1000);
	expect_moved(9);
	EXPECT_GE(spoke.stat(IKE_STAT_REKEY), 9u);
}

/* RFC4478-3-c */
TEST_F(Reauth, a_client_that_does_not_is_put_out)
{
	begin(100);
	sim.run_for(1000);
	spoke.w.renew = false;
	sim.tap = [&](Packet &p) { return p.data[18] != IKE_X_IKE_SA_INIT; };
	sim.run_for(100 * 1000);
	EXPECT_FALSE(mine()->up);
	EXPECT_EQ(mine()->why, IKE_DOWN_PEER_DELETED);
	EXPECT_EQ(world_up_count(&hub.w), 0u);
}

TEST_F(Reauth, no_packet_is_lost_over_a_bad_network)
{
	for (uint64_t seed = 1; seed <= 30; seed++) {
		Sim net(seed);
		Node &a = net.node("192.0.2.1", "spoke.example.net", "key"), &b = net.node("198.51.100.1", "hub.example.net", "key");

		net.loss = 15;
		net.dup = 10;
		net.delay_min_ms = 1;
		net.delay_max_ms = 400;
		b.w.set.auth_lifetime_s = 400;
		net.start(a);
		net.start(b);
		a.initiate(b);
		net.run_for(60000);
		if (world_up_count(&a.w) != 1)
			continue; /* its set-up didn't come through */
		net.traffic_ms = 23;
		net.run_for(400 * 1000);
		net.traffic_ms = 0;
		net.loss = 0;
		net.run_for(100 * 1000);
		EXPECT_EQ(net.fault(), "") << seed;
		EXPECT_LE(world_up_count(&a.w), 1u) << seed;
		if (a.stat(IKE_STAT_TIMEOUT) + b.stat(IKE_STAT_TIMEOUT) == 0) {
			EXPECT_EQ(net.esp_received, net.esp_sent) << seed;
			EXPECT_EQ(disagreement(a, b), "") << seed;
		}
	}
}

TEST_F(Reauth, an_order_to_delete_ends_a_retiring_one_at_once)
{
	begin(100);
	sim.run_for(1000);
	sim.traffic_ms = 0;
	ike_engine_retire(spoke.w.engine, sim.now_ms, h);
	EXPECT_STREQ(spoke.info(h).state, "RETIRING");
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(20000);
	EXPECT_TRUE(mine()->over);
}
