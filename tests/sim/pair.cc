/* Pairs under stress. */
#include "pair.h"

unsigned pairs_in_a_storm(const std::function<void(Node &a, Node &b, struct ike_engine_config &config)> &prepare)
{
	unsigned ups = 0;

	for (uint64_t seed = 1; seed <= 40; seed++) {
		Sim sim{ seed };
		Node &a = sim.node("192.0.2.1", "a.example.net", "key"), &b = sim.node("192.0.2.2", "b.example.net", "key");
		struct ike_engine_config config = {};

		prepare(a, b, config);
		for (Node *n : { &a, &b }) {
			n->w.set.delay_ms = static_cast<uint32_t>(seed % 3) * 40;
			n->w.set.agree_ms = static_cast<uint32_t>(seed % 4) * 30;
			sim.start(*n, config);
		}
		sim.loss = sim.dup = 20;
		sim.delay_max_ms = 400;
		a.initiate(b);
		sim.run_for(40000);
		sim.loss = 0;
		sim.run_for(100000);
		EXPECT_EQ(sim.fault(), "") << seed;
		EXPECT_EQ(disagreement(a, b), "") << seed;
		EXPECT_EQ(world_up_count(&a.w), world_up_count(&b.w)) << seed;
		ups += world_up_count(&a.w);
	}
	return ups;
}
