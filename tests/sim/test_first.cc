/*
 * The first CHILD_SA is refused in IKE_AUTH and the peer asks for another one, as strongSwan does: CREATE_CHILD_SA is written here by hand
 * with the spoke's keys, since Nave itself ends such an IKE SA.
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
