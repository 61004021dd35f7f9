/* Limits of what peers may cost: SAs, half-open ones, of one source; and that none of them stands in the way of a rekey. */
#include "ike/core.h"
#include "pair.h"

namespace
{

class Limit : public Pair
{
      protected:
	struct ike_engine_config config = {};

	void start_hub()
	{
		sim.start(spoke);
		sim.start(hub, config);
	}
	struct ike_stats hub_stats()
	{
		struct ike_stats s;

		ike_engine_stats(hub.w.engine, &s);
		return s;
	}
	/* Initiates so often; IKE_AUTH never arrives, from now on. */
	void half_open(Node &from, int count)
	{
		sim.tap = [](Packet &p) { return p.data[18] == IKE_X_IKE_SA_INIT; };
		for (int i = 0; i < count; i++)
			from.initiate(hub);
		sim.run_for(100);
	}
};

/* R-DEF */
TEST_F(Limit, a_peer_beyond_max_sa_is_told_and_one_that_comes_after_another_left_is_served)
{
	config.sa_limit = 1;
	start_hub();
	connect();
	expect_up();
	struct slab_handle late = spoke.initiate(hub);
	sim.run_for(20000);
	ASSERT_NE(world_find(&spoke.w, late), nullptr);
	EXPECT_FALSE(world_find(&spoke.w, late)->up);
	EXPECT_EQ(world_find(&spoke.w, late)->why, IKE_DOWN_PROTOCOL);
	EXPECT_GE(hub.stat(IKE_STAT_SA_FULL), 1u);
	EXPECT_TRUE(hub.logged("notify=NO_ADDITIONAL_SAS limit=1"));
	EXPECT_EQ(hub_stats().peers, 1u);
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	connect();
	expect_up();
}

/* R-IKE-23 RFC7296-2.8-a */
TEST_F(Limit, at_max_sa_either_end_rekeys)
{
	config.sa_limit = 1;
	config.child_rekey = true;
	sim.start(spoke, config);
	sim.start(hub, config);
	connect();
	expect_up();
	for (int i = 0; i < 4; i++) {
		uint64_t before = spoke.info(h).spi_i;

		if (i % 2 == 0)
			ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
		else
			ike_engine_rekey(hub.w.engine, sim.now_ms, theirs()->handle);
		sim.run_for(20000);
		EXPECT_NE(spoke.info(h).spi_i, before);
		expect_up();
		EXPECT_EQ(hub_stats().peers, 1u);
	}
}

TEST_F(Limit, both_ends_rekey_at_once_at_max_sa)
{
	config.sa_limit = 1;
	sim.start(spoke, config);
	sim.start(hub, config);
	connect();
	uint64_t before = spoke.info(h).spi_i;
	ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
	ike_engine_rekey(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(300 * 1000);
	EXPECT_NE(spoke.info(h).spi_i, before);
	expect_up();
	EXPECT_EQ(hub.w.engine->promised, 0u);
	EXPECT_EQ(spoke.w.engine->promised, 0u);
}

/* Not even a slot is left: nobody loses what it has. */
TEST_F(Limit, a_rekey_without_a_slot_is_put_off)
{
	start_hub();
	connect();
	uint64_t before = spoke.info(h).spi_i;
	struct ike_engine *e = hub.w.engine;
	uint32_t all = e->sas.limit - e->sas.used;

	e->promised += all;
	ike_engine_rekey(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(5000);
	expect_up();
	EXPECT_EQ(spoke.info(h).spi_i, before);
	ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
	sim.run_for(5000);
	expect_up();
	EXPECT_EQ(spoke.info(h).spi_i, before);
	EXPECT_GE(spoke.stat(IKE_STAT_REKEY_REFUSED), 1u) << "TEMPORARY_FAILURE";
	e->promised -= all;
	sim.run_for(20000);
	EXPECT_NE(spoke.info(h).spi_i, before) << "tried again";
	expect_up();
}

TEST_F(Limit, a_rekey_that_is_answered_when_all_slots_are_taken_has_kept_its_own)
{
	start_hub();
	connect();
	uint64_t before = spoke.info(h).spi_i;
	struct ike_engine *e = spoke.w.engine;
	ike_engine_rekey(e, sim.now_ms, h);
	ASSERT_EQ(e->promised, 1u);
	uint32_t others = e->sas.limit - e->sas.used - 1;
	e->promised += others;
	sim.run_for(10000);
	EXPECT_NE(spoke.info(h).spi_i, before);
	EXPECT_EQ(e->promised, others);
	e->promised = 0;
	expect_up();
}

/* R-DEF: half of the half-open SAs at most are one source's, and it hears of cookies before that. */
TEST_F(Limit, one_source_cant_take_all_half_open_places)
{
	Node &other = sim.node("203.0.113.1", "other.example.net", "the same key");

	config.half_open_limit = 20;
	config.source.half_open = 10;
	config.cookie_threshold = UINT32_MAX;
	start_hub();
	sim.start(other);
	half_open(spoke, 30);
	EXPECT_EQ(hub_stats().half_open, 10u);
	EXPECT_EQ(hub.stat(IKE_STAT_SOURCE_FULL), 20u);
	half_open(other, 5);
	EXPECT_EQ(hub_stats().half_open, 15u);
	sim.run_for(300 * 1000);
	expect_nothing_left();
}

TEST_F(Limit, a_source_with_half_of_its_places_is_asked_for_cookies)
{
	config.source.half_open = 10;
	start_hub();
	sim.tap = [&](Packet &p) { return addr_eq(&p.to.addr, &hub.addr); }; /* who forges its address sees no answer */
	for (int i = 0; i < 30; i++)
		spoke.initiate(hub);
	sim.run_for(100);
	EXPECT_EQ(hub_stats().half_open, 5u);
	EXPECT_EQ(hub.stat(IKE_STAT_COOKIE_SENT), 25u);
	EXPECT_EQ(hub.stat(IKE_STAT_SOURCE_FULL), 0u);
}

/* The rule of the XDP program (tests/bpf/test_bucket.cc), in software. */
TEST_F(Limit, a_source_beyond_its_rate_is_dropped_and_another_is_served)
{
	Node &other = sim.node("203.0.113.1", "other.example.net", "the same key");

	config.source.rate = 1;
	config.source.burst = 5;
	start_hub();
	sim.start(other);
	for (int i = 0; i < 8; i++)
		spoke.initiate(hub);
	sim.run_for(500);
	EXPECT_EQ(hub.stat(IKE_STAT_SOURCE_RATE), 3u);
	EXPECT_EQ(world_up_count(&hub.w), 5u);
	other.initiate(hub);
	sim.run_for(500);
	EXPECT_EQ(world_up_count(&hub.w), 6u);
	sim.run_for(60000);
	EXPECT_EQ(world_up_count(&hub.w), 9u) << "they came again";
}

/* Adds a vendor id of so many bytes to a message in clear. */
void lengthen(std::vector<uint8_t> &d, size_t count)
{
	size_t at = 28, len = count + 4;

	while (d[at] != 0)
		at += static_cast<size_t>(d[at + 2] << 8 | d[at + 3]);
	d[at] = 43;
	d.insert(d.end(), { 0, 0, static_cast<uint8_t>(len >> 8), static_cast<uint8_t>(len) });
	d.resize(d.size() + count, 'v');
	for (int i = 0; i < 4; i++)
		d[24 + static_cast<size_t>(i)] = static_cast<uint8_t>(d.size() >> (24 - 8 * i));
}

/* R-DEF: a half-open SA keeps the request, so that has a bound. */
TEST_F(Limit, an_ike_sa_init_too_long_to_be_kept_is_dropped)
{
	size_t most = 8192, extra = 0;

	start_hub();
	sim.tap = [&](Packet &p) {
		if (p.data[18] == IKE_X_IKE_SA_INIT && addr_eq(&p.to.addr, &hub.addr))
			lengthen(p.data, most + extra - p.data.size() - 4);
		return true;
	};
	spoke.initiate(hub);
	sim.run_for(100);
	EXPECT_EQ(hub.stat(IKE_STAT_INIT_LONG), 0u);
	EXPECT_EQ(hub.stat(IKE_STAT_INIT_IN), 1u);
	extra = 1;
	spoke.initiate(hub);
	sim.run_for(100);
	EXPECT_EQ(hub.stat(IKE_STAT_INIT_LONG), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_INIT_IN), 1u);
}

TEST_F(Limit, an_operator_changes_them_while_it_runs)
{
	struct ike_tuning t = {}, now;

	config.sa_limit = 50;
	config.cookie_threshold = 7;
	start_hub();
	t.sa_limit = 60;
	t.half_open_limit = 9;
	t.cookie_always = true;
	t.source.rate = 3;
	t.source.burst = 4;
	ike_engine_tune(hub.w.engine, &t);
	ike_engine_tuned(hub.w.engine, &now);
	EXPECT_EQ(now.sa_limit, 50u) << "no more than there are slots for";
	EXPECT_EQ(now.half_open_limit, 9u);
	EXPECT_EQ(now.source.half_open, 5u);
	EXPECT_EQ(now.source.burst, 4u);
	connect();
	EXPECT_EQ(hub.stat(IKE_STAT_COOKIE_SENT), 1u);
	t = {};
	ike_engine_tune(hub.w.engine, &t);
	ike_engine_tuned(hub.w.engine, &now);
	EXPECT_EQ(now.half_open_limit, 10000u);
	EXPECT_EQ(now.cookie_threshold, 7u);
	EXPECT_FALSE(now.cookie_always);
	EXPECT_EQ(now.source.rate, 0u);
}

} // namespace
