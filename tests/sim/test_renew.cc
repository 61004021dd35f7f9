/*
 * Two engines rekey: at the end of a soft lifetime and when told to, alone and both at once, while ESP packets flow that must not be
 * lost.  R-IKE-23.
 */
#include "ike/core.h"
#include "ike/rekey/childfsm.h"
#include "pair.h"

namespace
{

class Renew : public Pair
{
      protected:
	struct slab_handle hub_h = {};

	void begin(bool child_rekey_at_hub = true)
	{
		struct ike_engine_config config = {};

		config.child_rekey = true;
		sim.start(spoke, config);
		config.child_rekey = child_rekey_at_hub;
		sim.start(hub, config);
		connect();
		expect_up();
		hub_h = theirs()->handle;
		sim.traffic_ms = 7;
	}
	void rekey_child(Node &n, struct slab_handle sa)
	{
		ike_engine_rekey_child(n.w.engine, sim.now_ms, sa, world_find(&n.w, sa)->sender);
	}
	void rekey(Node &n, struct slab_handle sa)
	{
		ike_engine_rekey(n.w.engine, sim.now_ms, sa);
	}
	/* No packet was lost, and both ends have the one child. */
	void expect_settled()
	{
		sim.traffic_ms = 0;
		sim.run_for(100 * 1000);
		EXPECT_EQ(sim.esp_received, sim.esp_sent);
		EXPECT_EQ(sim.esp_mute, 0u);
		EXPECT_GT(sim.esp_sent, 0u);
		ASSERT_TRUE(mine()->up);
		EXPECT_EQ(mine()->child_count, 1u);
		EXPECT_EQ(disagreement(spoke, hub), "");
		EXPECT_STREQ(spoke.info(h).state, "UP");
		EXPECT_STREQ(hub.info(hub_h).state, "UP");
		for (auto &n : sim.nodes) {
			struct ike_stats s;

			ike_engine_stats(n->w.engine, &s);
			EXPECT_EQ(s.sa_count, 1u) << "old IKE SAs are gone";
			EXPECT_EQ(n->w.spi_out_count, 0u);
		}
	}
	unsigned refused(Node &n)
	{
		return static_cast<unsigned>(n.stat(IKE_STAT_RX_REFUSED));
	}
};

} // namespace

/* RFC7296-1.3.3-a RFC7296-1.4.1-b RFC7296-2.8-a RFC7296-2.8-d RFC7296-3.4-c */
TEST_F(Renew, RFC7296_2_8_a_child_is_rekeyed_without_loss_by_either_side)
{
	begin();
	for (int i = 0; i < 4; i++) {
		Node &n = i % 2 == 0 ? spoke : hub;
		uint32_t before = mine()->sender;

		rekey_child(n, i % 2 == 0 ? h : hub_h);
		sim.run_for(3000);
		EXPECT_NE(mine()->sender, before);
		EXPECT_EQ(n.stat(IKE_STAT_CHILD_REKEY), static_cast<unsigned>(i + 1));
		sim.run_for(4000);
	}
	expect_settled();
	EXPECT_EQ(refused(spoke) + refused(hub), 0u);
}

TEST_F(Renew, RFC7296_1_3_3_with_perfect_forward_secrecy)
{
	spoke.w.set.pfs = world_groups("19");
	hub.w.set.pfs = spoke.w.set.pfs;
	begin();
	rekey_child(spoke, h);
	sim.run_for(1000);
	rekey_child(hub, hub_h);
	sim.run_for(1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 2u);
	expect_settled();
}

/* RFC7296-3.3.6-d */
TEST_F(Renew, a_policy_with_a_group_wants_it)
{
	hub.w.set.pfs = world_groups("19");
	begin();
	rekey_child(spoke, h);
	sim.run_for(20 * 1000);
	EXPECT_TRUE(spoke.logged("NO_PROPOSAL_CHOSEN"));
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 1u) << "asked again with a group";
	expect_up();
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
}

/* RFC7296-2.8-b RFC7296-3.1-h */
TEST_F(Renew, RFC7296_1_3_2_the_ike_sa_is_rekeyed_under_its_handle_by_either_side)
{
	begin();
	for (int i = 0; i < 4; i++) {
		uint64_t before = spoke.info(h).spi_i;

		rekey(i % 2 == 0 ? spoke : hub, i % 2 == 0 ? h : hub_h);
		sim.run_for(1000);
		EXPECT_NE(spoke.info(h).spi_i, before);
		EXPECT_EQ(spoke.info(h).role, i % 2 == 0 ? IKE_INITIATOR : IKE_RESPONDER);
	}
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY), 4u);
	EXPECT_EQ(spoke.w.downs + hub.w.downs, 0u);
	expect_settled();
	EXPECT_EQ(refused(spoke) + refused(hub), 0u);
}

/* RFC7296-1.3-a RFC7296-1.3-b RFC7296-3.4-d */
TEST_F(Renew, another_group_is_asked_for_and_given)
{
	begin();
	hub.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha256 19");
	rekey(spoke, h);
	sim.run_for(1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY), 1u);
	EXPECT_EQ(spoke.info(h).group->id, 19);
	expect_settled();
}

TEST_F(Renew, R_DEF_lifetimes_are_met_in_time_for_an_hour)
{
	spoke.w.set.child_lifetime_s = hub.w.set.child_lifetime_s = 120;
	spoke.w.set.lifetime_s = hub.w.set.lifetime_s = 300;
	begin();
	sim.traffic_ms = 200;
	sim.run_for(3600 * 1000);
	EXPECT_GE(spoke.stat(IKE_STAT_CHILD_REKEY), 3600u / 120);
	EXPECT_LE(spoke.stat(IKE_STAT_CHILD_REKEY), 3600u / 90);
	EXPECT_GE(spoke.stat(IKE_STAT_REKEY), 3600u / 300);
	EXPECT_LE(spoke.stat(IKE_STAT_REKEY), 3600u / 230);
	EXPECT_EQ(spoke.w.downs + hub.w.downs, 0u);
	expect_settled();
}

/* RFC7296-2.8-e */
TEST_F(Renew, RFC7296_2_8_1_of_two_crossing_children_one_stays)
{
	begin();
	for (int i = 0; i < 8; i++) {
		rekey_child(spoke, h);
		rekey_child(hub, hub_h);
		sim.run_for(8000);
		EXPECT_EQ(mine()->child_count, 1u);
	}
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_CROSSED), 8u);
	EXPECT_EQ(hub.stat(IKE_STAT_REKEY_CROSSED), 8u);
	expect_settled();
	EXPECT_EQ(refused(spoke) + refused(hub), 0u);
}

TEST_F(Renew, RFC7296_2_8_1_crossing_while_the_datapath_is_slow)
{
	begin();
	hub.w.set.delay_ms = 40;
	spoke.w.set.delay_ms = 11;
	for (int i = 0; i < 8; i++) {
		hub.w.set.delay_ms = i % 2 == 0 ? 40 : 3;
		rekey_child(spoke, h);
		rekey_child(hub, hub_h);
		sim.run_for(8000);
		EXPECT_EQ(mine()->child_count, 1u);
	}
	expect_settled();
	EXPECT_EQ(refused(spoke) + refused(hub), 0u);
}

/* RFC7296-2.8.2-a RFC7296-2.8.2-b RFC7296-2.25.2-a */
TEST_F(Renew, RFC7296_2_8_2_of_two_crossing_ike_sas_one_stays)
{
	begin();
	for (int i = 0; i < 8; i++) {
		rekey(spoke, h);
		rekey(hub, hub_h);
		sim.run_for(1000);
		EXPECT_EQ(spoke.info(h).spi_i, hub.info(hub_h).spi_i);
	}
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_CROSSED), 8u);
	EXPECT_EQ(spoke.w.downs + hub.w.downs, 0u);
	expect_settled();
	EXPECT_EQ(refused(spoke) + refused(hub), 0u);
}

/* RFC7296-1.3.2-a RFC7296-2.25-a RFC7296-2.25-b */
TEST_F(Renew, RFC7296_2_25_child_and_ike_sa_crossing_are_tried_again)
{
	begin();
	rekey_child(spoke, h);
	rekey(hub, hub_h);
	sim.run_for(1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_REFUSED), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_REKEY_REFUSED), 1u);
	sim.run_for(40 * 1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_REKEY), 1u);
	expect_settled();
}

/* RFC7296-2.25-c RFC7296-4-f */
TEST_F(Renew, a_peer_without_successors_loses_the_sa_at_the_end_of_its_life)
{
	spoke.w.set.child_lifetime_s = 200;
	begin(false);
	sim.run_for(190 * 1000);
	EXPECT_TRUE(mine()->up);
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_REFUSED), 1u) << "NO_ADDITIONAL_SAS isn't asked for again";
	sim.run_for(20 * 1000);
	EXPECT_EQ(mine()->why, IKE_DOWN_LIFETIME);
	sim.traffic_ms = 0;
	sim.run_for(60 * 1000);
	expect_nothing_left();
}

/* RFC7296-2.21.3-b */
TEST_F(Renew, a_successor_that_we_cant_install_is_deleted_and_tried_again)
{
	begin();
	spoke.w.set.install_err = ERR_FULL;
	rekey_child(spoke, h);
	sim.run_for(1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_INSTALL_FAILED), 1u);
	EXPECT_STREQ(ike_childfsm_state_str(static_cast<enum ike_child_state>(
			     ike_sa_child(static_cast<struct ike_sa *>(slab_get(&hub.w.engine->sas, hub_h)), theirs()->sender)->state)),
		"UP")
		<< "it isn't to be deleted any more";
	spoke.w.set.install_err = ERR_OK;
	sim.run_for(40 * 1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 1u);
	expect_settled();
}

/* RFC7296-1.4.1-a RFC7296-1.4.1-d RFC7296-1.4.1-e */
TEST_F(Renew, RFC7296_2_25_1_a_child_that_both_delete)
{
	begin();
	sim.traffic_ms = 0;
	ike_engine_delete_child(spoke.w.engine, sim.now_ms, h, mine()->sender);
	ike_engine_delete_child(hub.w.engine, sim.now_ms, hub_h, theirs()->sender);
	sim.run_for(1000);
	EXPECT_EQ(mine()->child_count, 0u);
	EXPECT_EQ(theirs()->child_count, 0u);
	sim.run_for(100 * 1000);
	EXPECT_EQ(refused(spoke) + refused(hub), 0u);
	expect_nothing_left();
}

/* RFC7296-2.25.2-a */
TEST_F(Renew, RFC7296_2_25_2_an_ike_sa_deleted_while_it_is_rekeyed)
{
	begin();
	sim.traffic_ms = 0;
	rekey(spoke, h);
	rekey(hub, hub_h);
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(100 * 1000);
	expect_nothing_left();
	EXPECT_EQ(spoke.w.downs, 1u);
	EXPECT_EQ(hub.w.downs, 1u);
}
