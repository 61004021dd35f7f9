/* Random transactions: after a failed one the tables tell the same as before it. */
#include "fixture.h"

#include <random>

namespace
{

class Undo : public ServerTest
{
      protected:
	uint32_t pick(uint32_t n)
	{
		return (uint32_t)(random() % n);
	}
	dp_op random_sa()
	{
		uint32_t id = 1 + pick(6), tunnel = 1 + pick(3);
		auto direction = id % 2 != 0 ? DP_IN : DP_OUT;
		const db_sa *old = sa(id);
		uint32_t spi = old != nullptr ? old->spi : direction == DP_IN ? reserve() : 0xabcd0000 + pick(50);
		dp_op op = put_sa(id, direction, spi, tunnel);

		if (pick(2) == 0)
			op.u.sa.remote.addr = at("203.0.113.9");
		if (pick(8) == 0)
			op.u.sa.ts_count = 0; /* refused */
		return op;
	}
	dp_op random_put()
	{
		static const char *const nets[] = { "192.0.2.1/24", "198.51.100.7/24", "203.0.113.1/32", "2001:db8::1/64" };
		static const char *const routes[] = { "0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "2001:db8:9::/48" };
		uint32_t vrf = pick(3);

		switch (pick(7)) {
		case 0:
			return put_vrf(1 + pick(2), pick(6) == 0 ? "bad" : pick(2) == 0 ? "red" : "blue", pick(2) == 0 ? "tun" : "");
		case 1:
			return put_port(1 + pick(3), pick(6) == 0 ? "bad" : pick(2) == 0 ? "Ethernet0/0" : "Ethernet0/1", vrf);
		case 2:
			return put_local(nets[pick(4)], pick(4), vrf);
		case 3:
			return put_adj(1 + pick(4), 1 + pick(3), pick(2) == 0 ? "192.0.2.254" : "192.0.2.253");
		case 4:
			return put_tunnel(1 + pick(3), pick(7), vrf);
		case 5:
			return random_sa();
		default:
			return put_route(routes[pick(4)], (dp_action)pick(5), 1 + pick(3), vrf);
		}
	}
	std::mt19937 random{ 20240607 };
};

} // namespace

TEST_F(Undo, a_failed_transaction_leaves_the_tables_as_they_were)
{
	unsigned failed = 0, passed = 0, sas = 0;

	for (int round = 0; round < 4000; round++) {
		std::vector<dp_op> ops;
		auto before = dump();
		bool ok = true;

		for (uint32_t n = 1 + pick(pick(2) == 0 ? 2 : 8); n > 0; n--) {
			dp_op op = random_put();
			bool away = op.kind != DP_PUT_SA && pick(4) == 0;

			ops.push_back(away ? del(op) : op);
		}
		for (auto &r : apply(ops))
			ok = ok && r.err == ERR_OK;
		db_slots_forget(&db->slots[DP_IN], DB_SLOT_RESERVED);
		(ok ? passed : failed)++;
		sas += ok && sa(1) != nullptr;
		if (!ok) {
			ASSERT_TRUE(dump() == before) << "round " << round;
		}
		/* SAs go by themselves: their deletion is for good. */
		for (uint32_t id = 1; id <= 6 && pick(10) == 0; id++)
			(void)one(del(put_sa(id, DP_IN, 0, 0)));
	}
	EXPECT_GT(failed, 500u);
	EXPECT_GT(passed, 500u);
	EXPECT_GT(sas, 50u);
}

/* Each put at each place before the one that fails. */
TEST_F(Undo, a_failure_at_each_position)
{
	furnish();
	auto before = dump();

	for (size_t position = 0; position <= 7; position++) {
		std::vector<dp_op> ops = { put_vrf(5, "red", "tun5"), put_port(4, "Ethernet0/4", 5), put_local("10.4.0.1/24", 4, 5),
			put_adj(9, 4, "10.4.0.2"), put_tunnel(8, 12, 5), put_sa(12, DP_OUT, 0xabcd0009, 8),
			put_route("10.8.0.0/16", DP_ROUTE_TUNNEL, 8, 5) };

		ops.insert(ops.begin() + (long)position, put_port(3, "bad"));
		auto r = apply(ops);
		for (size_t i = 0; i < r.size(); i++)
			EXPECT_EQ(r[i].err, i == position ? ERR_ABSENT : ERR_STATE) << position << " " << i;
		EXPECT_EQ(dump(), before) << position;
		EXPECT_EQ(p.box.tuns.size(), 0u);
	}
}
