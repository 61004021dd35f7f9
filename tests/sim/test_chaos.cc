/*
 * Many SAs between several nodes over a network that loses, doubles and reorders, with orders given at random; then the network
 * heals, and both ends must agree.  Each seed is its own history: a failure is repeated by its number.
 */
#include "ike/ability.h"
#include "pair.h"

namespace
{

struct Chaos {
	Sim sim;
	std::vector<Node *> spokes;
	Node *hub;

	explicit Chaos(uint64_t seed) : sim{ seed }
	{
		struct ike_engine_config config = {};
		Random r{ seed };

		config.cookie_threshold = r.percent(50) ? 2 : UINT32_MAX;
		config.abilities = seed % 2 << IKE_CAN_FRAGMENTATION;
		config.frag_mtu = 256;
		hub = &sim.node("198.51.100.1", "hub.example.net", "key");
		hub->w.set.dpd = { 30, 2, true };
		hub->w.set.reply_given = r.percent(50);
		hub->w.set.delay_ms = static_cast<uint32_t>(r.below(3) * 40);
		if (r.percent(30))
			hub->w.set.ike.offer[0] = world_offer_ike("aes-cbc-256 sha384 19");
		for (int i = 0; i < 3; i++) {
			std::string address = "192.0.2." + std::to_string(i + 1);
			Node &n = sim.node(address.c_str(), "spoke.example.net", "key");

			n.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha256 31 19");
			n.w.set.ike.offer[1] = world_offer_ike("aes-cbc-256 sha384 31 19");
			n.w.set.ike.count = 2;
			n.w.set.delay_ms = static_cast<uint32_t>(r.below(3) * 30);
			n.w.set.dpd = { 10, 2, true };
			n.nat = r.percent(40);
			n.nat_addr = addr_of_u32(0xcb007100u + static_cast<uint32_t>(i));
			n.w.set.routes.prefix_count = 1;
			n.w.set.routes.prefix[0] = { addr_of_u32(0x0a000000), 24 };
			spokes.push_back(&n);
		}
		for (auto &n : sim.nodes)
			sim.start(*n, config);
		sim.loss = static_cast<unsigned>(r.below(35));
		sim.dup = static_cast<unsigned>(r.below(30));
		sim.delay_max_ms = sim.delay_min_ms + static_cast<uint32_t>(r.below(400));
	}

	struct world_session *any(Node &n)
	{
		struct world_session *chosen = nullptr;
		uint64_t seen = 0;

		list_each (l, &n.w.sessions) {
			struct world_session *s = list_of(l, struct world_session, link);

			if (!s->over && sim.random.below(++seen) == 0)
				chosen = s;
		}
		return chosen;
	}

	void order()
	{
		Node &n = sim.random.percent(30) ? *hub : *spokes[sim.random.below(spokes.size())];
		uint64_t what = sim.random.below(10);

		if (&n != hub && what < 4) {
			n.initiate(*hub);
			return;
		}
		struct world_session *s = any(n);
		if (s == nullptr)
			return;
		if (what < 5)
			ike_engine_delete(n.w.engine, sim.now_ms, s->handle);
		else if (what < 7)
			ike_engine_probe(n.w.engine, sim.now_ms, s->handle);
		else if (what < 8 && &n != hub)
			ike_engine_send_routes(n.w.engine, sim.now_ms, s->handle, &n.w.set.routes);
		else if (what < 9 && s->up && s->child_count != 0)
			ike_engine_delete_child(
				n.w.engine, sim.now_ms, s->handle, list_of(list_first(&s->children), struct world_child, link)->spi_in);
		else if (n.nat)
			n.nat_base = static_cast<uint16_t>(40000 + 2 * sim.random.below(1000));
	}

	void heal()
	{
		sim.loss = sim.dup = 0;
		sim.delay_max_ms = sim.delay_min_ms = 5;
		sim.run_for(300 * 1000);
	}
};

} // namespace

class ChaosTest : public ::testing::TestWithParam<int>
{
};

TEST_P(ChaosTest, both_ends_agree_once_the_network_heals)
{
	enum { SEEDS = 12, ORDERS = 40 };

	for (int i = 0; i < SEEDS; i++) {
		uint64_t seed = static_cast<uint64_t>(GetParam()) * SEEDS + static_cast<uint64_t>(i);
		Chaos c{ seed };

		SCOPED_TRACE("seed " + std::to_string(seed));
		for (int k = 0; k < ORDERS; k++) {
			c.order();
			c.sim.run_for(c.sim.random.below(2500));
			ASSERT_EQ(c.sim.fault(), "");
		}
		c.heal();
		ASSERT_EQ(c.sim.fault(), "");
		unsigned up = 0;
		for (Node *s : c.spokes)
			up += world_up_count(&s->w);
		EXPECT_EQ(up, world_up_count(&c.hub->w));
		for (Node *s : c.spokes)
			EXPECT_EQ(lonely(*s, *c.hub), "");

		/* Everything is deleted: nothing is left. */
		for (auto &n : c.sim.nodes)
			while (struct world_session *s = world_last_up(&n->w))
				ike_engine_delete(n->w.engine, c.sim.now_ms, s->handle);
		c.sim.run_for(100 * 1000);
		for (auto &n : c.sim.nodes) {
			struct ike_stats s;

			ike_engine_stats(n->w.engine, &s);
			EXPECT_EQ(s.sa_count, 0u);
			EXPECT_EQ(s.half_open, 0u);
			EXPECT_EQ(ike_engine_next(n->w.engine), UINT64_MAX);
			EXPECT_EQ(n->w.spi_out_count, 0u);
		}
		ASSERT_EQ(c.sim.fault(), "");
	}
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChaosTest, ::testing::Range(0, 16));
