/* Key exchanges that take their time: what needs one counts as not yet here until it is computed (ike/keying/agree.h). */
#include "ike/wire/hdr.h"
#include "ike/wire/msg.h"
#include "pair.h"

namespace
{

class Agree : public Pair
{
      protected:
	void late(uint32_t ms)
	{
		spoke.w.set.agree_ms = hub.w.set.agree_ms = ms;
	}
	void begin(const char *pfs = nullptr)
	{
		struct ike_engine_config config = {};

		config.child_rekey = true;
		spoke.w.set.pfs = hub.w.set.pfs = world_groups(pfs == nullptr ? "" : pfs);
		start(config);
		connect(4000);
	}
	void rekey_child(Node &n, struct world_session *s)
	{
		ike_engine_rekey_child(n.w.engine, sim.now_ms, s->handle, s->sender);
	}
};

} // namespace

TEST_F(Agree, R_DEF_a_set_up_waits_for_each_key_exchange_and_nothing_else)
{
	late(300);
	begin();
	expect_up();
	EXPECT_EQ(spoke.stat(IKE_STAT_HELD), 2u) << "its share, then the response";
	EXPECT_EQ(hub.stat(IKE_STAT_HELD), 1u) << "the request";
	EXPECT_EQ(spoke.w.agreed, 2u);
	EXPECT_EQ(hub.w.agreed, 1u);
}

TEST_F(Agree, RFC7296_2_1_a_request_that_is_repeated_meanwhile_is_computed_once)
{
	hub.w.set.agree_ms = 2500;
	begin();
	expect_up();
	EXPECT_GE(spoke.stat(IKE_STAT_RETRANSMIT), 1u);
	EXPECT_EQ(hub.w.agreed, 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_INIT_IN), 1u);
}

TEST_F(Agree, RFC7296_2_1_a_response_that_is_repeated_meanwhile_is_computed_once)
{
	begin();
	spoke.w.set.agree_ms = 2500;
	ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
	sim.run_for(8000);
	expect_up();
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY), 1u);
	EXPECT_EQ(spoke.w.agreed, 4u) << "a share and a secret for each of the two";
}

TEST_F(Agree, R_DEF_peers_that_are_up_are_served_first)
{
	begin("31");
	EXPECT_EQ(hub.w.agreed_urgent, 0u);
	rekey_child(spoke, mine());
	sim.run_for(1000);
	ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
	sim.run_for(1000);
	expect_up();
	EXPECT_EQ(hub.w.agreed, 3u);
	EXPECT_EQ(hub.w.agreed_urgent, 2u);
	EXPECT_EQ(spoke.w.agreed_urgent, 4u);
}

TEST_F(Agree, a_group_that_is_demanded_has_its_share_made_anew)
{
	hub.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha256 19");
	late(200);
	begin();
	expect_up();
	EXPECT_EQ(spoke.w.agreed, 3u);
	EXPECT_STREQ(spoke.info(h).group->keyword, "19");
}

TEST_F(Agree, an_initiator_that_is_no_longer_wanted_while_its_share_is_made_sends_nothing)
{
	spoke.w.set.agree_ms = 500;
	start();
	sim.record = true;
	h = spoke.initiate(hub);
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(2000);
	EXPECT_EQ(sim.sent.size(), 0u);
	EXPECT_EQ(mine()->why, IKE_DOWN_DELETED);
	EXPECT_EQ(spoke.stat(IKE_STAT_STALE), 1u) << "the answer came for nobody";
	expect_nothing_left();
}

TEST_F(Agree, R_DEF_a_world_that_never_answers_leaves_nothing_behind)
{
	start();
	hub.w.set.agree_mute = true;
	connect(200 * 1000);
	EXPECT_TRUE(mine()->over);
	spoke.w.set.agree_mute = true;
	connect(200 * 1000);
	EXPECT_TRUE(mine()->over);
	expect_nothing_left();
}

/* The peer's request is answered with TEMPORARY_FAILURE, ours for a successor is tried again later. */
TEST_F(Agree, R_DEF_a_world_that_no_longer_answers_costs_a_rekey_not_the_session)
{
	begin("31");
	hub.w.set.agree_mute = true;
	rekey_child(spoke, mine());
	sim.run_for(35 * 1000);
	EXPECT_TRUE(mine()->up);
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_REFUSED), 1u);
	hub.w.set.agree_mute = false;
	sim.run_for(60 * 1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 1u);
	rekey_child(hub, theirs());
	sim.run_for(60 * 1000);
	EXPECT_EQ(disagreement(spoke, hub), "");
}

TEST_F(Agree, liveness_is_answered_while_a_request_of_ours_waits_for_its_share)
{
	begin("31");
	spoke.w.set.agree_ms = 5000;
	rekey_child(spoke, mine());
	ike_engine_probe(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(3000);
	EXPECT_EQ(hub.stat(IKE_STAT_RETRANSMIT), 0u);
	sim.run_for(15000);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 1u);
	expect_up();
}

TEST_F(Agree, RFC7296_2_25_2_deleted_while_the_response_to_our_rekey_waits)
{
	begin();
	spoke.w.set.agree_ms = 3000;
	spoke.w.now_ms = sim.now_ms;
	ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
	sim.run_for(3100);
	EXPECT_EQ(world_agreeing(&spoke.w), 1u);
	ike_engine_delete(hub.w.engine, sim.now_ms, theirs()->handle);
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(300 * 1000);
	EXPECT_TRUE(mine()->over);
	expect_nothing_left();
}

TEST_F(Agree, RFC8031_3_2_a_point_of_small_order_is_refused_by_both_roles)
{
	late(50);
	sim.tap = [](Packet &p) {
		struct ike_msg msg = {};

		if (ike_msg_parse(bytes_of(p.data.data(), p.data.size()), &msg) != ERR_OK || ike_msg_find(&msg, IKE_P_KE) == nullptr)
			return true;
		const struct ike_payload *ke = ike_msg_find(&msg, IKE_P_KE);
		size_t at = static_cast<size_t>(ke->body.data - p.data.data()) + 4;

		memset(p.data.data() + at, 0, ke->body.len - 4);
		return true;
	};
	start();
	connect(200 * 1000);
	EXPECT_TRUE(mine()->over);
	EXPECT_GE(hub.stat(IKE_STAT_BAD_KE), 1u);
	expect_nothing_left();
}
