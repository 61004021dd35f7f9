#ifndef TESTS_SIM_PAIR_H
#define TESTS_SIM_PAIR_H

#include <gtest/gtest.h>

#include "ike/wire/iana.h"
#include "sim.h"

/* A spoke that initiates to a hub. */
class Pair : public ::testing::Test
{
      protected:
	Sim sim{ 1 };
	Node &spoke = sim.node("192.0.2.1", "spoke.example.net", "the same key");
	Node &hub = sim.node("198.51.100.1", "hub.example.net", "the same key");
	struct slab_handle h = {};

	/* A post-quantum preshared key (RFC8784). */
	static void give(Node &n, const char *id, const char *key, bool required = false)
	{
		n.w.set.ppk_id = id;
		n.w.set.ppk = key;
		n.w.set.ppk_required = required;
	}
	void start(const struct ike_engine_config &config = {})
	{
		sim.start(spoke, config);
		sim.start(hub, config);
	}
	/* Initiates and lets the time pass that a set-up takes. */
	void connect(uint64_t ms = 1000)
	{
		h = spoke.initiate(hub);
		sim.run_for(ms);
	}
	/* It ended for that before it was up, and nothing is left. */
	void expect_never_up(enum ike_down why)
	{
		EXPECT_TRUE(mine()->over);
		EXPECT_EQ(mine()->why, why);
		EXPECT_EQ(spoke.w.ups + hub.w.ups, 0u);
		sim.run_for(60000);
		expect_nothing_left();
	}
	struct world_session *mine()
	{
		return world_find(&spoke.w, h);
	}
	struct world_session *theirs()
	{
		return world_last_up(&hub.w);
	}
	void expect_up()
	{
		ASSERT_NE(mine(), nullptr);
		EXPECT_TRUE(mine()->up);
		EXPECT_EQ(world_up_count(&hub.w), 1u);
		EXPECT_EQ(disagreement(spoke, hub), "");
	}
	/* Both ends have nothing left: no SA, no timer, no SPI. */
	void expect_nothing_left()
	{
		for (auto &n : sim.nodes) {
			struct ike_stats s;

			ike_engine_stats(n->w.engine, &s);
			EXPECT_EQ(s.sa_count, 0u) << n->w.set.id;
			EXPECT_EQ(s.peers, 0u) << n->w.set.id;
			EXPECT_EQ(s.half_open, 0u) << n->w.set.id;
			EXPECT_EQ(s.up, 0u) << n->w.set.id;
			EXPECT_EQ(ike_engine_next(n->w.engine), UINT64_MAX) << n->w.set.id;
			EXPECT_EQ(n->w.spi_out_count, 0u) << n->w.set.id;
		}
	}
	void TearDown() override
	{
		EXPECT_EQ(sim.fault(), "");
	}
};

/* The notify types of a clear-text message. */
uint16_t first_notify(const Packet &p);

/*
 * Forty pairs, one after the other, over a network that loses, doubles and delays; 'prepare' says what the two are.  How many came up; a test in
 * which something broke, or the two came to disagree, has failed.
 */
unsigned pairs_in_a_storm(const std::function<void(Node &a, Node &b, struct ike_engine_config &config)> &prepare);

#endif
