/* A peer that deletes a pair is answered when nothing goes out by it any more, RFC7296-1.4.1, -2.8: then it forgets the pair. */
#include "ike/core.h"
#include "ike/rekey/attempt.h"
#include "ike/window.h"
#include "pair.h"

namespace
{

class Deleted : public Pair
{
      protected:
	struct slab_handle hub_h = {};
	uint32_t spi = 0; /* of a second child, at the spoke */

	void up()
	{
		struct ike_engine_config config = {};

		config.child_rekey = true;
		start(config);
		sim.record = true;
		connect();
		expect_up();
		hub_h = theirs()->handle;
		ASSERT_EQ(world_new_child(&spoke.w, h, &spi), ERR_OK);
		sim.run_for(1000);
		sim.sent.clear();
	}
	unsigned sent_by(const Node &n)
	{
		unsigned count = 0;

		for (const Packet &p : sim.sent)
			count += addr_eq(&p.from.addr, &n.addr);
		return count;
	}
	struct ike_sa *sa_at(Node &n)
	{
		return static_cast<struct ike_sa *>(slab_get(&n.w.engine->sas, &n == &hub ? hub_h : h));
	}
	bool holds(Node &n)
	{
		return sa_at(n)->window.held.len != 0;
	}
	void switched(Node &n)
	{
		n.w.now_ms = sim.now_ms;
		ike_engine_switched(n.w.engine, sim.now_ms, &n == &hub ? hub_h : h);
	}
	void remove(Node &n, uint32_t spi_in)
	{
		ike_engine_delete_child(n.w.engine, sim.now_ms, &n == &hub ? hub_h : h, spi_in);
	}
};

} // namespace

TEST_F(Deleted, RFC7296_2_8_a_pair_that_was_rekeyed_is_not_forgotten_before_the_other_end_sends_by_the_new_one)
{
	up();
	hub.w.set.switch_mute = true;
	ike_engine_rekey_child(spoke.w.engine, sim.now_ms, h, mine()->sender);
	sim.run_for(300);
	EXPECT_TRUE(holds(hub));
	unsigned answers = sent_by(hub);
	EXPECT_EQ(answers, 1u) << "the successor's";
	/* It is asked again and doesn't answer: the request is being worked on, once. */
	sim.run_for(5000);
	EXPECT_GT(spoke.stat(IKE_STAT_RETRANSMIT), 0u);
	EXPECT_EQ(sent_by(hub), answers);
	EXPECT_GT(mine()->child_count, 2u) << "the old one still receives";
	switched(hub);
	switched(hub);
	sim.run_for(100);
	EXPECT_FALSE(holds(hub));
	EXPECT_EQ(sent_by(hub), answers + 1) << "once";
	hub.w.set.switch_mute = false;
	sim.run_for(20000);
	EXPECT_EQ(mine()->child_count, 2u);
	EXPECT_EQ(theirs()->child_count, 2u);
	expect_up();
	EXPECT_EQ(hub.stat(IKE_STAT_RX_REFUSED), 0u);
}

/* RFC7296-2.25.1: neither waits for the other's answer. */
TEST_F(Deleted, RFC7296_2_25_1_both_ends_delete_at_once)
{
	up();
	hub.w.set.switch_mute = spoke.w.set.switch_mute = true;
	remove(spoke, spi);
	remove(hub, world_sender(theirs(), 2)->spi_in);
	sim.run_for(300);
	EXPECT_TRUE(holds(hub));
	EXPECT_TRUE(holds(spoke));
	switched(spoke);
	sim.run_for(300);
	EXPECT_TRUE(holds(hub));
	switched(hub);
	sim.run_for(20000);
	EXPECT_EQ(mine()->child_count, 1u);
	EXPECT_EQ(theirs()->child_count, 1u);
	expect_up();
}

/* Our own requests go on meanwhile, and the rekeying of the IKE SA takes the answer along under the keys that it is of. */
TEST_F(Deleted, what_waits_holds_up_nothing_else)
{
	up();
	hub.w.set.switch_mute = true;
	remove(spoke, spi);
	sim.run_for(100);
	ASSERT_TRUE(holds(hub));
	ike_engine_probe(hub.w.engine, sim.now_ms, hub_h);
	sim.run_for(300);
	EXPECT_EQ(hub.stat(IKE_STAT_PROBE), 1u);
	EXPECT_FALSE(ike_window_waiting(&sa_at(hub)->window));
	EXPECT_TRUE(holds(hub));
	hub.w.set.switch_mute = false;
	switched(hub);
	sim.run_for(10000);
	ike_engine_rekey(hub.w.engine, sim.now_ms, hub_h);
	sim.run_for(3000);
	EXPECT_EQ(hub.stat(IKE_STAT_REKEY), 1u);
	expect_up();
}

/* A world that never says so costs the SA in the end, as a peer that doesn't answer does; nothing is left. */
TEST_F(Deleted, an_SA_that_ends_meanwhile_leaves_nothing)
{
	up();
	hub.w.set.switch_mute = true;
	remove(spoke, spi);
	sim.run_for(100);
	ASSERT_TRUE(holds(hub));
	ike_engine_delete(hub.w.engine, sim.now_ms, hub_h);
	sim.run_for(300000);
	expect_nothing_left();
}
