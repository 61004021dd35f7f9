/* RFC 7383: long messages in fragments, over networks that lose, double, reorder and don't carry long packets. */
#include <algorithm>

#include "ike/ability.h"
#include "ike/wire/frag.h"
#include "ike/wire/hdr.h"
#include "pair.h"

namespace
{

enum { IP_UDP = 28 };

struct ike_engine_config able(uint16_t mtu)
{
	struct ike_engine_config c = {};

	c.abilities = 1 << IKE_CAN_FRAGMENTATION;
	c.frag_mtu = mtu;
	return c;
}

uint8_t outer(const Packet &p)
{
	return p.data[IKE_HDR_NEXT_AT];
}

struct ike_frag fragment(const Packet &p)
{
	struct rd r = rd_of(bytes_of(p.data.data() + IKE_HDR_LEN + 4, 4));
	struct ike_frag f = {};

	EXPECT_EQ(ike_frag_parse(&r, &f), ERR_OK);
	return f;
}

bool is_fragment(const Packet &p)
{
	return outer(p) == IKE_P_SKF;
}

class Frag : public Pair
{
      protected:
	Frag()
	{
		sim.record = true;
	}
	/* CFG_SET of 64 prefixes: about 800 bytes. */
	void long_routes()
	{
		hub.w.set.reply_given = true;
		spoke.w.set.routes.prefix_count = IKE_CONFIG_PREFIXES;
		for (uint32_t i = 0; i < IKE_CONFIG_PREFIXES; i++)
			spoke.w.set.routes.prefix[i] = { addr_of_u32(0x0a000000 + i * 256), 24 };
	}
	void expect_routes()
	{
		expect_up();
		ASSERT_EQ(theirs()->set_count, 1u);
		EXPECT_EQ(theirs()->set.prefix_count, IKE_CONFIG_PREFIXES);
	}
	/* Bytes of the longest protected packet. */
	size_t longest() const
	{
		size_t most = 0;

		for (const Packet &p : sim.sent)
			if (outer(p) == IKE_P_SK || is_fragment(p))
				most = std::max(most, p.data.size() + IP_UDP);
		return most;
	}
	size_t fragments_sent() const
	{
		return static_cast<size_t>(std::count_if(sim.sent.begin(), sim.sent.end(), is_fragment));
	}
};

} // namespace

/* RFC7383-2.4-a, RFC7383-2.5-a, RFC7383-2.5-c */
TEST_F(Frag, RFC7383_2_5_no_packet_is_longer_than_the_mtu)
{
	long_routes();
	start(able(300));
	connect();
	expect_routes();
	EXPECT_LE(longest(), 300u);
	EXPECT_EQ(fragments_sent(), 6u) << "the answer is long too";
	EXPECT_EQ(hub.stat(IKE_STAT_FRAGMENT), 4u);
	EXPECT_GE(spoke.stat(IKE_STAT_FRAGMENTED), 1u);
	unsigned next = 1;
	for (const Packet &p : sim.sent) {
		if (!is_fragment(p))
			continue;
		EXPECT_NE(p.data[18], IKE_X_IKE_SA_INIT);
		EXPECT_EQ(fragment(p).number, next);
		EXPECT_EQ(p.data[IKE_HDR_LEN] != 0, next == 1) << "the first payload stands in the first fragment";
		next = next == fragment(p).total ? 1 : next + 1;
	}
	EXPECT_EQ(next, 1u);
}

/* RFC7383-2.5-b */
TEST_F(Frag, R_IKE_23_fragments_of_every_kind_of_suite)
{
	static const char *const suites[] = { "aes-cbc-128 sha256 19", "aes-cbc-256 sha512 19", "chacha20-poly1305 sha384 31",
		"3des md5 2" };

	long_routes();
	for (const char *suite : suites) {
		Sim other{ 7 };
		Node &a = other.node("192.0.2.1", "a.example.net", "key");
		Node &b = other.node("192.0.2.2", "b.example.net", "key");

		for (Node *n : { &a, &b }) {
			n->w.set.ike.offer[0] = world_offer_ike(suite);
			n->w.set.reply_given = true;
			n->w.set.routes = spoke.w.set.routes;
			other.start(*n, able(256));
		}
		a.initiate(b);
		other.run_for(1000);
		EXPECT_EQ(disagreement(a, b), "") << suite;
		EXPECT_EQ(world_up_count(&b.w), 1u) << suite;
		EXPECT_GT(b.stat(IKE_STAT_FRAGMENT), 1u) << suite;
		EXPECT_EQ(other.fault(), "") << suite;
	}
}

/* RFC7383-2.3-a */
TEST_F(Frag, RFC7383_2_3_nothing_is_cut_for_a_peer_that_did_not_announce_it)
{
	long_routes();
	sim.start(spoke, able(256));
	sim.start(hub);
	connect();
	expect_routes();
	EXPECT_EQ(fragments_sent(), 0u);
}

/* RFC7383-2.4-b */
TEST_F(Frag, RFC7383_2_4_a_short_message_stays_whole)
{
	start(able(1500));
	connect();
	expect_up();
	EXPECT_EQ(fragments_sent(), 0u);
	EXPECT_EQ(spoke.info(h).agreed, 1 << IKE_CAN_FRAGMENTATION);
}

/* RFC7383-2.5.1-a */
TEST_F(Frag, RFC7383_2_5_the_defaults_are_576_and_1280)
{
	long_routes();
	start(able(0));
	connect();
	expect_routes();
	EXPECT_LE(longest(), 576u);
	EXPECT_GE(fragments_sent(), 2u);

	Sim six{ 3 };
	Node &a = six.node("2001:db8::1", "a.example.net", "key");
	Node &b = six.node("2001:db8::2", "b.example.net", "key");
	a.w.set.routes = spoke.w.set.routes;
	b.w.set.reply_given = true;
	for (Node *n : { &a, &b })
		six.start(*n, able(0));
	a.initiate(b);
	six.run_for(1000);
	EXPECT_EQ(world_up_count(&b.w), 1u);
	EXPECT_EQ(b.stat(IKE_STAT_FRAGMENT), 0u) << "800 bytes fit into 1280";
}

/* RFC7383-2.6-b */
TEST_F(Frag, RFC7383_2_6_fragments_come_in_any_order_and_twice)
{
	long_routes();
	start(able(256));
	sim.dup = 60;
	sim.delay_max_ms = 300;
	connect(5000);
	expect_routes();
	EXPECT_GT(hub.stat(IKE_STAT_FRAGMENT_VAIN), 0u);
}

/* RFC7383-2.5-d */
TEST_F(Frag, RFC7383_2_5_lost_fragments_come_again_with_all_others)
{
	unsigned lost = 0;

	long_routes();
	start(able(256));
	sim.tap = [&](Packet &p) { return !is_fragment(p) || fragment(p).number != 2 || lost++ > 2; };
	connect(20000);
	expect_routes();
	EXPECT_GT(spoke.stat(IKE_STAT_RETRANSMIT), 0u);
}

/* RFC7383-2.6.1-a */
TEST_F(Frag, RFC7383_2_6_1_a_request_that_is_repeated_is_answered_once_for_its_first_fragment)
{
	std::vector<Packet> request;

	long_routes();
	start(able(256));
	connect();
	expect_routes();
	for (const Packet &p : sim.sent) /* the last that the spoke sent is CFG_SET */
		if (is_fragment(p) && addr_eq(&p.from.addr, &spoke.addr)) {
			if (fragment(p).number == 1)
				request.clear();
			request.push_back(p);
		}
	ASSERT_GT(request.size(), 3u);
	uint64_t repeats = hub.stat(IKE_STAT_RX_REPEAT);
	size_t before = sim.sent.size();
	for (size_t i = 1; i < request.size(); i++)
		sim.inject(request[i]);
	sim.run_for(100);
	EXPECT_EQ(sim.sent.size(), before) << "no answer to any but the first";
	sim.inject(request[0]);
	sim.run_for(100);
	EXPECT_EQ(hub.stat(IKE_STAT_RX_REPEAT), repeats + 1);
	EXPECT_GT(sim.sent.size(), before);
	EXPECT_EQ(theirs()->set_count, 1u);
}

/* RFC7383-2.5.2-a */
TEST_F(Frag, RFC7383_2_5_2_a_path_that_carries_less_is_found)
{
	unsigned too_long = 0;

	long_routes();
	start(able(1500));
	sim.tap = [&](Packet &p) { return p.data.size() + IP_UDP <= 600 || too_long++ == UINT32_MAX; };
	connect(60000);
	expect_routes();
	EXPECT_GT(too_long, 1u);
	EXPECT_GT(fragments_sent(), 1u);
	EXPECT_TRUE(spoke.logged("ike.mtu"));
}

TEST_F(Frag, RFC7383_2_5_2_a_responder_cuts_its_answer_smaller_too)
{
	hub.w.set.reply_given = true;
	spoke.w.set.want.want = IKE_WANT_SUBNET4;
	hub.w.set.reply.prefix_count = IKE_CONFIG_PREFIXES;
	for (uint32_t i = 0; i < IKE_CONFIG_PREFIXES; i++)
		hub.w.set.reply.prefix[i] = { addr_of_u32(0x0a000000 + i * 256), 24 };
	start(able(1500));
	sim.tap = [&](Packet &p) { return p.data.size() + IP_UDP <= 600; };
	connect(60000);
	expect_up();
	EXPECT_TRUE(hub.logged("ike.mtu"));
}

/* RFC7383-2.5.2-b, RFC7383-2.6-c */
TEST_F(Frag, RFC7383_2_6_a_finer_cut_replaces_what_is_there_of_the_coarser)
{
	std::vector<Packet> coarse;
	bool dropping = true;

	long_routes();
	for (uint32_t i = 0; i < IKE_CONFIG_PREFIXES; i++) {
		struct addr_prefix &prefix = spoke.w.set.routes.prefix[i];

		ASSERT_EQ(addr_parse_prefix("2001:db8::/64", &prefix), ERR_OK);
		prefix.addr.b[7] = static_cast<uint8_t>(i);
	}
	start(able(1300)); /* CFG_SET of 1400 bytes goes in two; then in more, of 576 */
	sim.tap = [&](Packet &p) {
		if (!is_fragment(p) || !addr_eq(&p.from.addr, &spoke.addr))
			return true;
		if (dropping && fragment(p).number == 1)
			return false;
		if (dropping)
			coarse.push_back(p);
		return true;
	};
	connect(2000); /* the first two tries */
	ASSERT_FALSE(coarse.empty());
	dropping = false;
	sim.run_for(20000);
	expect_routes();
	unsigned finer = 0;
	for (const Packet &p : sim.sent)
		if (is_fragment(p) && addr_eq(&p.from.addr, &spoke.addr) && fragment(p).total > fragment(coarse[0]).total)
			finer++;
	EXPECT_GT(finer, 0u);
}

/* RFC7383-2.6-a */
TEST_F(Frag, RFC7383_2_6_what_is_not_authentic_takes_no_memory)
{
	long_routes();
	start(able(256));
	sim.tap = [&](Packet &p) {
		if (is_fragment(p) && fragment(p).number == 2)
			p.data.back() ^= 1;
		return true;
	};
	connect(3000);
	EXPECT_GT(hub.stat(IKE_STAT_RX_CORRUPT), 0u);
	EXPECT_EQ(theirs()->set_count, 0u);
	sim.tap = nullptr;
	sim.run_for(30000);
	expect_routes();
}

TEST_F(Frag, memory_for_fragments_is_bounded)
{
	struct ike_engine_config config = able(256);

	long_routes();
	config.frag_bytes = 300;
	start(config);
	connect(3000);
	EXPECT_EQ(theirs()->set_count, 0u);
	EXPECT_GT(hub.stat(IKE_STAT_FRAGMENT_FULL), 0u);
	ike_engine_delete(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(120000);
	expect_nothing_left();
}

TEST_F(Frag, who_is_not_authenticated_has_half_of_it)
{
	struct ike_engine_config config = able(200); /* IKE_AUTH in two */

	config.frag_bytes = 240;
	start(config);
	connect(3000);
	EXPECT_EQ(world_up_count(&hub.w), 0u);
	EXPECT_GT(hub.stat(IKE_STAT_FRAGMENT_FULL), 0u);
	sim.run_for(120000);
	expect_nothing_left();
}

TEST_F(Frag, fragments_that_stay_alone_are_forgotten)
{
	long_routes();
	start(able(256));
	connect();
	expect_routes();
	spoke.w.set.routes.prefix_count--;
	sim.tap = [&](Packet &p) { return !is_fragment(p) || fragment(p).number != 3; };
	ike_engine_send_routes(spoke.w.engine, sim.now_ms, h, &spoke.w.set.routes);
	sim.run_for(100);
	spoke.dead = true;
	uint64_t armed = ike_engine_next(hub.w.engine);
	EXPECT_NE(armed, UINT64_MAX) << "what is there waits for the rest";
	sim.run_for(60000);
	EXPECT_EQ(ike_engine_next(hub.w.engine), UINT64_MAX) << "but not for ever";
	expect_up();
}
