/* Additional key exchanges, RFC9370, in IKE_INTERMEDIATE, RFC9242: who asks for them, and what comes of it. */
#include "ike/ability.h"
#include "ike/wire/msg.h"
#include "pair.h"

namespace
{

class Inter : public Pair
{
      protected:
	static void extra(Node &n, uint8_t slot, std::initializer_list<const char *> groups)
	{
		for (const char *g : groups)
			world_offer_extra(&n.w.set.ike.offer[0], slot, g);
	}
	void both(uint8_t slot, std::initializer_list<const char *> groups)
	{
		extra(spoke, slot, groups);
		extra(hub, slot, groups);
	}
	/* Both ends say that these were made, in order. */
	void expect_extras(std::initializer_list<const char *> groups)
	{
		expect_up();
		for (const struct ike_sa_info &i : { spoke.info(h), hub.info(theirs()->handle) }) {
			std::string made, wanted;

			for (unsigned n = 0; n < IKE_INFO_EXTRAS && i.extra[n] != nullptr; n++)
				made += std::string(i.extra[n]->keyword) + " ";
			for (const char *g : groups)
				wanted += std::string(g) + " ";
			EXPECT_EQ(made, wanted);
		}
	}
	void expect_no_proposal()
	{
		sim.run_for(60000);
		ASSERT_TRUE(mine()->over);
		EXPECT_EQ(mine()->why, IKE_DOWN_NO_PROPOSAL);
		expect_nothing_left();
	}
	static bool is_exchange(const Packet &p, uint8_t exchange)
	{
		struct ike_msg m;

		return ike_msg_parse(bytes_of(p.data.data(), p.data.size()), &m) == ERR_OK && m.hdr.exchange == exchange;
	}
};

} // namespace

/* RFC9242-3.2-b, RFC9370-2.2.2-a */
TEST_F(Inter, RFC9370_2_2_2_one_more_key_exchange_before_authentication)
{
	both(1, { "20" });
	start();
	sim.record = true;
	connect();
	expect_extras({ "20" });
	EXPECT_EQ(sim.sent.size(), 6u);
	EXPECT_TRUE(is_exchange(sim.sent[2], IKE_X_IKE_INTERMEDIATE));
	EXPECT_EQ(spoke.info(h).msgid_tx, 3u);
	EXPECT_EQ(spoke.stat(IKE_STAT_INTER), 1u);
	ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
	sim.run_for(2000);
	expect_extras({ "20" });
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY), 1u);
	EXPECT_EQ(spoke.stat(IKE_STAT_FOLLOWUP), 1u) << "and again when it is rekeyed";
}

/* RFC9370-2.2.1-a */
TEST_F(Inter, RFC9370_2_2_1_as_many_as_there_are_types)
{
	uint8_t slot = 1;

	for (const char *g : { "19", "20", "21", "14", "2", "5", "15" })
		both(slot++, { g });
	start();
	connect(3000);
	expect_extras({ "19", "20", "21", "14", "2", "5", "15" });
}

/* RFC9370-2.2.1-b */
TEST_F(Inter, RFC9370_2_2_1_types_may_be_skipped)
{
	both(7, { "19" });
	both(3, { "20" });
	start();
	connect();
	expect_extras({ "20", "19" });
}

/* RFC9242-3.2-a, RFC9370-2.2.1-c */
TEST_F(Inter, RFC9370_2_2_2_NONE_lets_a_peer_without_them_in)
{
	extra(spoke, 1, { "20", nullptr });
	start();
	sim.record = true;
	connect();
	expect_extras({});
	EXPECT_EQ(sim.sent.size(), 4u);
}

TEST_F(Inter, RFC9370_2_2_2_NONE_of_the_responder_lets_an_initiator_without_them_in)
{
	extra(hub, 1, { "20", nullptr });
	start();
	connect();
	expect_extras({});
}

TEST_F(Inter, RFC9370_2_2_2_the_responders_order_counts)
{
	extra(spoke, 1, { nullptr, "20", "21" });
	extra(hub, 1, { "21", "20", nullptr });
	start();
	connect();
	expect_extras({ "21" });
}

/* RFC9370-2.2.1-d */
TEST_F(Inter, RFC9370_2_2_2_no_group_is_used_twice)
{
	both(1, { "31", "20" }); /* 31 is the first exchange's */
	both(2, { "20", "21" });
	both(3, { "20", "31", nullptr });
	start();
	connect();
	expect_extras({ "20", "21" });
}

TEST_F(Inter, RFC9370_2_2_2_one_that_is_asked_for_and_not_known_is_no_proposal)
{
	extra(spoke, 1, { "20" });
	start();
	connect();
	expect_no_proposal();
}

/* RFC9370-2.2.2-c */
TEST_F(Inter, RFC9370_2_2_2_a_responder_may_insist)
{
	extra(hub, 1, { "20" });
	start();
	connect();
	expect_no_proposal();
}

/* RFC9242-3.2-c, RFC9242-3.3.1-a */
TEST_F(Inter, RFC9242_3_2_a_lost_response_is_repeated_under_the_keys_of_its_time)
{
	unsigned lost = 0;

	both(1, { "20" });
	both(2, { "21" });
	start();
	sim.tap = [&lost, this](Packet &p) {
		bool loses = is_exchange(p, IKE_X_IKE_INTERMEDIATE) && p.from.port == 500 && addr_eq(&p.from.addr, &hub.addr) && lost < 2;

		lost += loses;
		return !loses;
	};
	connect(10000);
	expect_extras({ "20", "21" });
	EXPECT_EQ(lost, 2u);
	EXPECT_EQ(hub.stat(IKE_STAT_RX_CORRUPT), 0u);
	EXPECT_GE(hub.stat(IKE_STAT_RX_REPEAT), 2u);
}

/* RFC9242-3.3.2-b */
TEST_F(Inter, RFC9242_3_3_2_fragments_count_as_the_message_that_they_were)
{
	struct ike_engine_config config = {};

	config.abilities = 1U << IKE_CAN_FRAGMENTATION;
	config.frag_mtu = 576;
	both(1, { "16" }); /* 512 octets */
	start(config);
	connect();
	expect_extras({ "16" });
	EXPECT_EQ(spoke.stat(IKE_STAT_FRAGMENTED), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_FRAGMENTED), 1u);
}

TEST(InterStorm, RFC9242_loss_and_reordering_change_nothing)
{
	unsigned ups = 0;

	for (uint64_t seed = 1; seed <= 40; seed++) {
		Sim sim{ seed };
		Node &a = sim.node("192.0.2.1", "a.example.net", "key"), &b = sim.node("192.0.2.2", "b.example.net", "key");

		struct ike_engine_config config = {};

		config.abilities = seed % 2 << IKE_CAN_FRAGMENTATION; /* 97 octets of P-384, in two pieces */
		config.frag_mtu = 128;
		for (Node *n : { &a, &b }) {
			world_offer_extra(&n->w.set.ike.offer[0], 1, "19");
			world_offer_extra(&n->w.set.ike.offer[0], 2, "20");
			n->w.set.ppk = "and a key beside them";
			n->w.set.ppk_id = "\2id";
			sim.start(*n, config);
		}
		sim.loss = sim.dup = 20;
		sim.delay_max_ms = 400;
		struct slab_handle h = a.initiate(b);
		sim.run_for(40000);
		sim.loss = 0;
		sim.run_for(60000);
		EXPECT_EQ(sim.fault(), "") << seed;
		EXPECT_EQ(disagreement(a, b), "") << seed;
		ups += world_up_count(&a.w);
		EXPECT_EQ(a.stat(IKE_STAT_FRAGMENTED) != 0, seed % 2 != 0) << seed;
		if (world_up_count(&a.w) == 1) {
			EXPECT_STREQ(a.info(h).extra[1]->keyword, "20") << seed;
			EXPECT_TRUE(a.info(h).ppk) << seed;
		}
	}
	EXPECT_GE(ups, 30u);
}
