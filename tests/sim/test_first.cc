/*
 * The first CHILD_SA is refused in IKE_AUTH and the peer asks for another one: CREATE_CHILD_SA is written here by hand with the spoke's keys,
 * so that the hub is held to the RFC; then a spoke does so by itself.
 */
#include <netinet/in.h>

#include "by_hand.h"
#include "ike/keying/suite.h"
#include "ike/wire/nonce.h"

namespace
{

class First : public ByHand
{
      protected:
	const Octets ni = Octets(32, 'n');

	First()
	{
		hub.w.set.local[0] = ike_ts_of_prefix(&lan.prefix);
		hub.w.set.reply.ip4 = addr_of_u32(0x0a4d0001);
		hub.w.set.narrow_to_address = true;
	}
	/* The hub answers IKE_AUTH; the spoke never hears it, and so is ours to speak for. */
	void refused()
	{
		struct ike_engine_config config = {};
		struct bytes plain;

		config.child_rekey = true;
		start(config);
		sim.record = true;
		sim.tap = [this](Packet &p) { return addr_eq(&p.from.addr, &spoke.addr) || p.data[18] != IKE_X_IKE_AUTH; };
		connect();
		ASSERT_FALSE(sim.sent.empty());
		answer = sim.sent.back().data;
		ASSERT_EQ(ike_msg_parse(view(answer), &msg), ERR_OK);
		ASSERT_EQ(ike_seal_open(spoke.w.engine, sa(), &msg, answer.data(), &plain), ERR_OK);
		ASSERT_EQ(ike_msg_parse_inner(&msg, msg.inner_first, plain), ERR_OK);
		sa()->window.tx_id++;
	}
	void ask_child(const char *esp, const struct ike_ts &tsr)
	{
		struct ike_offers offers = spoke.w.set.esp;
		struct ike_ts tsi = ike_ts_any(AF_INET);
		struct ike_proposals list;
		struct ike_build b;

		offers.offer[0] = world_offer_esp(esp);
		ASSERT_EQ(ike_suite_offer_esp(&offers, 0x7777, &list), ERR_OK);
		begin(b, IKE_X_CREATE_CHILD_SA);
		ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &list);
		ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), view(ni));
		ike_ts_build(ike_build_payload(&b, IKE_P_TSI), &tsi, 1);
		ike_ts_build(ike_build_payload(&b, IKE_P_TSR), &tsr, 1);
		ask(b);
	}
	void expect_up_at_hub()
	{
		EXPECT_EQ(error(), 0);
		EXPECT_NE(ike_msg_find(&msg, IKE_P_SA), nullptr);
		ASSERT_NE(theirs(), nullptr);
		EXPECT_EQ(theirs()->child_count, 1u);
		EXPECT_EQ(hub_sa()->setup, nullptr);
		EXPECT_EQ(hub.stat(IKE_STAT_UP), 1u);
		EXPECT_EQ(hub.stat(IKE_STAT_CHILD_NEW), 0u) << "it isn't a further one";
	}

	struct Net {
		struct addr_prefix prefix = {};
		explicit Net(const char *text)
		{
			EXPECT_EQ(addr_parse_prefix(text, &prefix), ERR_OK);
		}
		struct ike_ts ts() const
		{
			return ike_ts_of_prefix(&prefix);
		}
	};
	const Net lan{ "10.10.0.0/16" }, elsewhere{ "192.0.2.0/24" };
};

} // namespace

/* RFC7296-1.3-c RFC7296-2.21.2-c */
TEST_F(First, R_IKE_20_selectors_refused_in_IKE_AUTH_and_better_ones_by_CREATE_CHILD_SA)
{
	spoke.w.set.remote[0] = elsewhere.ts();
	refused();
	EXPECT_EQ(error(), IKE_N_TS_UNACCEPTABLE);
	EXPECT_NE(ike_msg_find(&msg, IKE_P_AUTH), nullptr);
	EXPECT_EQ(hub.w.ups, 0u);
	ask_child("aes-gcm-128", elsewhere.ts());
	EXPECT_EQ(error(), IKE_N_TS_UNACCEPTABLE) << "no better than before";
	ask_child("aes-gcm-128", lan.ts());
	expect_up_at_hub();
}

/* RFC7296-1.3-c RFC7296-2.21.2-c */
TEST_F(First, a_proposal_refused_in_IKE_AUTH_and_a_better_one_by_CREATE_CHILD_SA)
{
	spoke.w.set.esp.offer[0] = world_offer_esp("aes-cbc-256 sha512");
	refused();
	EXPECT_EQ(error(), IKE_N_NO_PROPOSAL_CHOSEN);
	ask_child("aes-cbc-256 sha512", lan.ts());
	EXPECT_EQ(error(), IKE_N_NO_PROPOSAL_CHOSEN);
	ask_child("aes-gcm-128", lan.ts());
	expect_up_at_hub();
}

/* What IKE_AUTH grants but for the child is the peer's: its address, which bounds the selectors when they come. */
TEST_F(First, the_address_comes_with_the_refusal_and_holds_for_the_child)
{
	spoke.w.set.want.want = IKE_WANT_IP4;
	hub.w.set.reply_given = true;
	spoke.w.set.remote[0] = elsewhere.ts();
	refused();
	EXPECT_EQ(error(), IKE_N_TS_UNACCEPTABLE);
	EXPECT_NE(ike_msg_find(&msg, IKE_P_CP), nullptr);
	hub_sa()->flexvpn = false;
	ask_child("aes-gcm-128", lan.ts());
	expect_up_at_hub();
	struct world_child *c = world_pair(theirs(), theirs()->sender);
	ASSERT_NE(c, nullptr);
	EXPECT_TRUE(c->config_given);
	EXPECT_TRUE(addr_eq(&c->remote[0].start, &hub.w.set.reply.ip4));
	EXPECT_TRUE(addr_eq(&c->remote[0].end, &hub.w.set.reply.ip4));
}

TEST_F(First, the_world_has_the_last_word)
{
	spoke.w.set.remote[0] = elsewhere.ts();
	hub.w.set.child_err = ERR_DENIED;
	refused();
	ask_child("aes-gcm-128", lan.ts());
	EXPECT_EQ(error(), IKE_N_NO_ADDITIONAL_SAS);
	EXPECT_EQ(hub.w.ups, 0u);
}

/* Nothing better may come: the grant is for a child, and there is none. */
TEST_F(First, without_an_address_there_is_no_other_child_either)
{
	hub.w.set.verdict = IKE_NO_ADDRESS;
	refused();
	EXPECT_EQ(error(), IKE_N_INTERNAL_ADDRESS_FAILURE);
	ask_child("aes-gcm-128", lan.ts());
	EXPECT_EQ(error(), IKE_N_NO_ADDITIONAL_SAS);
}

TEST_F(First, R_DEF_a_peer_that_asks_for_none_goes_after_a_while)
{
	spoke.w.set.remote[0] = elsewhere.ts();
	refused();
	spoke.dead = true;
	sim.run_for(200 * 1000);
	struct ike_stats s;
	ike_engine_stats(hub.w.engine, &s);
	EXPECT_EQ(s.sa_count, 0u);
	EXPECT_EQ(hub.w.spi_out_count, 0u);
	EXPECT_EQ(list_of(list_first(&hub.w.sessions), struct world_session, link)->why, IKE_DOWN_NO_CHILD);
}

class FirstOther : public First
{
      protected:
	/* The spoke knows other children beside one that the hub refuses. */
	void others(std::initializer_list<struct ike_ts> list)
	{
		struct ike_engine_config config = {};

		spoke.w.set.remote[0] = elsewhere.ts();
		for (const struct ike_ts &ts : list)
			spoke.w.set.other_remote[spoke.w.set.other_count++] = ts;
		start(config);
		sim.record = true;
	}
};

/* RFC7296-1.2 */
TEST_F(FirstOther, R_TUN_13_the_next_is_asked_for_under_the_same_IKE_SA)
{
	others({ elsewhere.ts(), lan.ts() });
	connect(5000);
	expect_up();
	EXPECT_EQ(sim.sent.size(), 8u) << "IKE_SA_INIT, IKE_AUTH, and CREATE_CHILD_SA twice";
	EXPECT_EQ(mine()->child_count, 1u);
	EXPECT_EQ(mine()->others, 2u);
	EXPECT_EQ(mine()->refused, 0u) << "none was ordered";
	EXPECT_EQ(sa()->setup, nullptr);
	EXPECT_EQ(spoke.w.ups, 1u);
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(300000);
	expect_nothing_left();
}

TEST_F(FirstOther, the_address_that_came_with_the_refusal_is_there_when_the_child_is_installed)
{
	spoke.w.set.want.want = IKE_WANT_IP4;
	spoke.w.set.need_address = hub.w.set.reply_given = true;
	hub.w.set.reply.ip4 = addr_of_u32(0x0a4d0001);
	others({ lan.ts() });
	connect(5000);
	expect_up();
	struct world_child *c = world_pair(mine(), mine()->sender);
	ASSERT_TRUE(c != nullptr && c->config_given);
	EXPECT_TRUE(addr_eq(&c->config.ip4, &hub.w.set.reply.ip4));
}

TEST_F(FirstOther, R_DEF_when_all_are_refused_the_session_ends_for_that)
{
	others({ elsewhere.ts(), elsewhere.ts() });
	connect(60000);
	expect_never_up(IKE_DOWN_TS);
}

TEST_F(FirstOther, without_an_SPI_for_it_the_session_ends)
{
	others({ elsewhere.ts(), lan.ts() });
	sim.tap = [this](Packet &p) {
		if (p.data[18] == IKE_X_CREATE_CHILD_SA)
			spoke.w.set.spi_err = ERR_AGAIN;
		return true;
	};
	connect(60000);
	EXPECT_TRUE(mine()->over);
	sim.run_for(60000);
	expect_nothing_left();
}

TEST(FirstStorm, RFC7296_1_2_loss_and_reordering_change_nothing)
{
	struct addr_prefix lan = {}, elsewhere = {};

	ASSERT_EQ(addr_parse_prefix("10.10.0.0/16", &lan), ERR_OK);
	ASSERT_EQ(addr_parse_prefix("192.0.2.0/24", &elsewhere), ERR_OK);
	EXPECT_GE(pairs_in_a_storm([&](Node &a, Node &b, struct ike_engine_config &) {
		b.w.set.local[0] = ike_ts_of_prefix(&lan);
		a.w.set.remote[0] = a.w.set.other_remote[0] = ike_ts_of_prefix(&elsewhere);
		a.w.set.other_remote[1] = ike_ts_of_prefix(&lan);
		a.w.set.other_count = 2;
	}),
		30u);
}
