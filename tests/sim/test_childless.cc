/* IKE_AUTH without a CHILD_SA, RFC6023: the first one comes by CREATE_CHILD_SA. */
#include "by_hand.h"
#include "ike/ability.h"

namespace
{

class Childless : public ByHand
{
      protected:
	Childless()
	{
		spoke.w.set.childless = true;
		spoke.w.set.pfs = hub.w.set.pfs = world_groups("31");
	}
	void start_able(unsigned of_hub = 1U << IKE_CAN_CHILDLESS)
	{
		struct ike_engine_config config = {};

		config.child_rekey = true;
		config.abilities = 1U << IKE_CAN_CHILDLESS;
		sim.start(spoke, config);
		config.abilities = static_cast<uint16_t>(of_hub);
		sim.start(hub, config);
		sim.record = true;
	}
	static uint8_t exchange_of(const Packet &p)
	{
		struct ike_msg m;

		return ike_msg_parse(bytes_of(p.data.data(), p.data.size()), &m) == ERR_OK ? m.hdr.exchange : 0;
	}
	std::vector<unsigned> exchanges() const
	{
		std::vector<unsigned> out;

		for (const Packet &p : sim.sent)
			out.push_back(exchange_of(p));
		return out;
	}
};

const std::vector<unsigned> later = { IKE_X_IKE_SA_INIT, IKE_X_IKE_SA_INIT, IKE_X_IKE_AUTH, IKE_X_IKE_AUTH, IKE_X_CREATE_CHILD_SA,
	IKE_X_CREATE_CHILD_SA };

} // namespace

/* RFC6023-3-a, RFC6023-4-a */
TEST_F(Childless, RFC6023_3_the_first_child_comes_by_CREATE_CHILD_SA_with_a_key_exchange_of_its_own)
{
	start_able();
	connect();
	expect_up();
	EXPECT_EQ(exchanges(), later);
	EXPECT_EQ(spoke.w.agreed, 4u) << "a share and g^ir for each of two";
	EXPECT_EQ(mine()->child_count, 1u);
	EXPECT_EQ(mine()->ordered + mine()->refused, 0u);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILDLESS) + hub.stat(IKE_STAT_CHILDLESS), 2u);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_NEW) + hub.stat(IKE_STAT_CHILD_NEW), 0u) << "it isn't a further one";
	EXPECT_EQ(sa()->setup, nullptr);
	EXPECT_EQ(memcmp(spoke.info(h).low_nonce, hub.info(theirs()->handle).low_nonce, IKE_INFO_NONCE), 0);

	/* From now on it is as any. */
	ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
	sim.run_for(1000);
	ike_engine_rekey_child(hub.w.engine, sim.now_ms, theirs()->handle, theirs()->sender);
	sim.run_for(10000);
	expect_up();
	EXPECT_EQ(mine()->child_count, 1u);
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(300000);
	expect_nothing_left();
}

/* RFC6023-3-b, RFC6023-3-c */
TEST_F(Childless, RFC6023_3_a_responder_that_does_not_say_that_it_can_gets_a_child_in_IKE_AUTH)
{
	start_able(0);
	connect();
	expect_up();
	EXPECT_EQ(sim.sent.size(), 4u);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILDLESS), 0u);
}

/* RFC6023-3 */
TEST_F(Childless, RFC6023_3_an_initiator_does_so_only_by_configuration)
{
	spoke.w.set.childless = false;
	start_able();
	connect();
	expect_up();
	EXPECT_EQ(sim.sent.size(), 4u);
}

TEST_F(Childless, what_the_configuration_payload_brought_is_there_when_the_child_is_installed)
{
	spoke.w.set.want.want = IKE_WANT_IP4 | IKE_WANT_SUBNET4;
	spoke.w.set.need_address = true;
	hub.w.set.reply_given = hub.w.set.narrow_to_address = true;
	hub.w.set.reply.ip4 = addr_of_u32(0x0a000001);
	hub.w.set.reply.prefix_count = 1;
	hub.w.set.reply.prefix[0] = { addr_of_u32(0xc0a80000), 16 };
	start_able();
	connect();
	expect_up();
	struct world_child *c = world_pair(mine(), mine()->sender);
	ASSERT_TRUE(c != nullptr && c->config_given);
	EXPECT_EQ(c->config.prefix_count, 1u);
	EXPECT_TRUE(addr_eq(&c->config.ip4, &hub.w.set.reply.ip4));
	EXPECT_TRUE(world_pair(theirs(), theirs()->sender)->config_given);
}

/* RFC6023-3-d */
TEST_F(Childless, a_request_without_a_child_breaks_the_rules_of_a_peer_that_does_not_do_so)
{
	start_able();
	sim.tap = [this](Packet &p) {
		if (exchange_of(p) == IKE_X_IKE_AUTH && addr_eq(&p.from.addr, &spoke.addr) && hub_sa() != nullptr)
			hub_sa()->agreed = 0;
		return true;
	};
	connect(2000);
	EXPECT_TRUE(mine()->over);
	EXPECT_EQ(mine()->why, IKE_DOWN_PROTOCOL);
	sim.run_for(60000);
	expect_nothing_left();
}

/* Without its child the SA is of no use: the cause is the same as in IKE_AUTH. */
TEST_F(Childless, a_child_that_is_refused_ends_the_session)
{
	hub.w.set.local[0] = ike_ts_any(AF_INET6);
	start_able();
	connect(60000);
	expect_never_up(IKE_DOWN_TS);
}

/* RFC6023-4: a peer that is let in doesn't stay without a child. */
TEST_F(Childless, R_DEF_a_peer_that_never_asks_for_its_child_goes_after_a_while)
{
	start_able();
	sim.tap = [](Packet &p) { return exchange_of(p) != IKE_X_CREATE_CHILD_SA; };
	connect(20000);
	struct ike_stats s;
	ike_engine_stats(hub.w.engine, &s);
	EXPECT_EQ(s.sa_count, 1u);
	sim.run_for(200000);
	EXPECT_EQ(hub.w.ups, 0u);
	expect_nothing_left();
}

TEST_F(Childless, a_datapath_that_refuses_leaves_nothing_behind)
{
	hub.w.set.install_err = ERR_FULL;
	start_able();
	connect(200000);
	EXPECT_TRUE(mine()->over);
	EXPECT_EQ(spoke.w.ups + hub.w.ups, 0u);
	expect_nothing_left();
}

TEST(ChildlessStorm, RFC6023_loss_and_reordering_change_nothing)
{
	EXPECT_GE(pairs_in_a_storm([](Node &a, Node &b, struct ike_engine_config &config) {
		config.abilities = 1U << IKE_CAN_CHILDLESS;
		a.w.set.childless = b.w.set.childless = true;
	}),
		30u);
}
