#include "lab.h"

namespace
{

using namespace lab;

/* A routing table that ends in a datapath, without sessions. */
class SessionFib : public ::testing::Test
{
      protected:
	struct wheel wheel = {};
	struct dp_fake *fake = nullptr;
	struct dp_sync *sync = nullptr;
	struct session_fib *fib = nullptr;
	struct route_rib *rib = nullptr;
	const uint8_t key[16] = { 1, 2, 3 };

	void SetUp() override
	{
		struct dp_sync_config config = {};

		wheel_init(&wheel, 1000);
		ASSERT_EQ(dp_fake_new(&fake, &wheel, key, 7), ERR_OK);
		config.provider = dp_fake_provider(fake);
		config.wheel = &wheel;
		ASSERT_EQ(dp_sync_new(&sync, &config), ERR_OK);
		ASSERT_EQ(session_fib_new(&fib, sync, key), ERR_OK);
		ASSERT_EQ(route_rib_new(
				  &rib, key,
				  [](void *ctx, uint32_t vrf, const struct addr_prefix *prefix, const struct route_hop *hop) {
					  EXPECT_EQ(session_fib_changed(static_cast<SessionFib *>(ctx)->fib, vrf, prefix, hop), ERR_OK);
				  },
				  this),
			ERR_OK);
		put_base();
	}
	void TearDown() override
	{
		struct dp_model_counts c;

		dp_model_count(dp_fake_model(fake), &c);
		EXPECT_EQ(c.order_breaks, 0u);
		EXPECT_EQ(c.busy_dels, 0u);
		route_rib_free(rib);
		session_fib_free(fib);
		dp_sync_free(sync);
		dp_provider_close(dp_fake_provider(fake));
	}
	void put(struct dp_op op)
	{
		ASSERT_EQ(dp_sync_put(sync, &op, nullptr), ERR_OK);
	}
	/* VRF 0, ports 1 and 2, tunnel 5. */
	void put_base()
	{
		struct dp_op vrf = {}, port = {}, tunnel = {};

		vrf.kind = DP_PUT_VRF;
		strcpy(vrf.u.vrf.name, "global");
		put(vrf);
		port.kind = DP_PUT_PORT;
		for (uint32_t id : { 1, 2 }) {
			port.u.port.id = id;
			strcpy(port.u.port.name, "Ethernet0/0");
			strcpy(port.u.port.spec, "eth0");
			put(port);
			set_if(ROUTE_IF_PORT, id, true);
		}
		tunnel.kind = DP_PUT_TUNNEL;
		tunnel.u.tunnel.id = 5;
		tunnel.u.tunnel.local = ip("198.51.100.1");
		tunnel.u.tunnel.remote = ip("203.0.113.1");
		strcpy(tunnel.u.tunnel.name, "Tunnel0");
		put(tunnel);
		set_if(ROUTE_IF_TUNNEL, 5, true);
		set_if(ROUTE_IF_LOOPBACK, 0, true);
	}
	void set_if(enum route_if_kind kind, uint32_t id, bool is_up)
	{
		ASSERT_EQ(route_rib_set_if(rib, { static_cast<uint8_t>(kind), id }, is_up, "x"), ERR_OK);
	}
	struct route_candidate candidate(const char *prefix, enum route_if_kind kind, uint32_t id, const char *gateway)
	{
		struct route_candidate c = {};

		c.prefix = net(prefix);
		c.source = ROUTE_STATIC;
		c.distance = 1;
		c.out = { static_cast<uint8_t>(kind), id };
		if (gateway != nullptr)
			c.gateway = ip(gateway);
		return c;
	}
	void add(const char *prefix, enum route_if_kind kind, uint32_t id, const char *gateway = nullptr)
	{
		struct route_candidate c = candidate(prefix, kind, id, gateway);

		ASSERT_EQ(route_rib_add(rib, &c), ERR_OK);
	}
	void del(const char *prefix, enum route_if_kind kind, uint32_t id, const char *gateway = nullptr)
	{
		struct route_candidate c = candidate(prefix, kind, id, gateway);

		EXPECT_EQ(route_rib_del(rib, &c), ERR_OK);
	}
	void settle()
	{
		route_rib_commit(rib);
		wheel_advance(&wheel, wheel.now_ms + 20);
		ASSERT_TRUE(dp_sync_settled(sync));
	}
	std::vector<struct dp_op> objects(enum dp_class class_of)
	{
		auto room = std::make_unique<struct dp_room>();
		struct dp_msg ask = {}, answer = {};
		std::vector<struct dp_op> out;

		ask.kind = DP_MSG_DUMP;
		ask.tag = 1;
		do {
			EXPECT_TRUE(dp_model_answer(dp_fake_model(fake), &ask, room.get(), &answer));
			for (unsigned i = 0; i < answer.u.items.count; i++)
				if (dp_op_class(answer.u.items.item[i].op.kind) == class_of)
					out.push_back(answer.u.items.item[i].op);
			ask.u.dump.cursor = answer.u.items.next;
		} while (ask.u.dump.cursor != 0);
		return out;
	}
	/* "10.0.0.0/8 adjacency 192.0.2.1" … in any order */
	std::set<std::string> routes()
	{
		static const char *const word[] = { "drop", "local", "port", "adjacency", "tunnel" };
		std::set<std::string> out;
		std::map<uint32_t, std::string> hops;

		for (const auto &op : objects(DP_CLASS_ADJACENCY))
			hops[op.u.adjacency.id] = str(op.u.adjacency.next_hop) + " on " + std::to_string(op.u.adjacency.port);
		for (const auto &op : objects(DP_CLASS_ROUTE)) {
			const struct dp_route &r = op.u.route;
			std::string s = str(r.prefix) + " " + word[r.action];

			if (r.action == DP_ROUTE_ADJACENCY)
				s += " " + hops[r.target];
			else if (r.target != 0)
				s += " " + std::to_string(r.target);
			out.insert(s);
		}
		return out;
	}
	size_t adjacencies()
	{
		return objects(DP_CLASS_ADJACENCY).size();
	}
};

using Set = std::set<std::string>;

TEST_F(SessionFib, each_kind_of_hop)
{
	add("192.0.2.0/24", ROUTE_IF_PORT, 1);
	add("192.0.2.9/32", ROUTE_IF_LOOPBACK, 0);
	add("10.1.0.0/16", ROUTE_IF_PORT, 1, "192.0.2.1");
	add("10.2.0.0/16", ROUTE_IF_TUNNEL, 5);
	add("10.0.0.0/8", ROUTE_IF_NULL, 0);
	settle();
	EXPECT_EQ(routes(), (Set{ "192.0.2.0/24 port 1", "192.0.2.9/32 local", "10.1.0.0/16 adjacency 192.0.2.1 on 1",
				    "10.2.0.0/16 tunnel 5", "10.0.0.0/8 drop" }));
}

TEST_F(SessionFib, routes_by_one_next_hop_share_its_adjacency)
{
	add("10.1.0.0/16", ROUTE_IF_PORT, 1, "192.0.2.1");
	add("10.2.0.0/16", ROUTE_IF_PORT, 1, "192.0.2.1");
	add("10.3.0.0/16", ROUTE_IF_PORT, 2, "192.0.2.1");
	add("2001:db8::/32", ROUTE_IF_PORT, 1, "fe80::1");
	settle();
	EXPECT_EQ(adjacencies(), 3u);
	del("10.1.0.0/16", ROUTE_IF_PORT, 1, "192.0.2.1");
	settle();
	EXPECT_EQ(adjacencies(), 3u);
	del("10.2.0.0/16", ROUTE_IF_PORT, 1, "192.0.2.1");
	settle();
	EXPECT_EQ(adjacencies(), 2u);
	del("10.3.0.0/16", ROUTE_IF_PORT, 2, "192.0.2.1");
	del("2001:db8::/32", ROUTE_IF_PORT, 1, "fe80::1");
	settle();
	EXPECT_EQ(adjacencies(), 0u);
	EXPECT_TRUE(routes().empty());
}

TEST_F(SessionFib, a_prefix_that_turns_lets_its_adjacency_go)
{
	add("10.1.0.0/16", ROUTE_IF_PORT, 1, "192.0.2.1");
	settle();
	del("10.1.0.0/16", ROUTE_IF_PORT, 1, "192.0.2.1");
	add("10.1.0.0/16", ROUTE_IF_PORT, 1, "192.0.2.2");
	settle();
	EXPECT_EQ(routes(), (Set{ "10.1.0.0/16 adjacency 192.0.2.2 on 1" }));
	EXPECT_EQ(adjacencies(), 1u);
	del("10.1.0.0/16", ROUTE_IF_PORT, 1, "192.0.2.2");
	add("10.1.0.0/16", ROUTE_IF_TUNNEL, 5);
	settle();
	EXPECT_EQ(routes(), (Set{ "10.1.0.0/16 tunnel 5" }));
	EXPECT_EQ(adjacencies(), 0u);
}

TEST_F(SessionFib, a_tunnel_that_goes_down_uncovers_the_floating_route)
{
	struct route_candidate floating = candidate("10.1.0.0/16", ROUTE_IF_PORT, 1, "192.0.2.1");

	floating.distance = 250;
	ASSERT_EQ(route_rib_add(rib, &floating), ERR_OK);
	add("10.1.0.0/16", ROUTE_IF_TUNNEL, 5);
	settle();
	EXPECT_EQ(routes(), (Set{ "10.1.0.0/16 tunnel 5" }));
	set_if(ROUTE_IF_TUNNEL, 5, false);
	settle();
	EXPECT_EQ(routes(), (Set{ "10.1.0.0/16 adjacency 192.0.2.1 on 1" }));
}

/* A route that can't be put anew must not go on as it was. */
TEST_F(SessionFib, a_hop_that_cant_be_put_takes_the_route_away)
{
	struct addr_prefix prefix = net("10.1.0.0/16"), bad = prefix;
	struct route_hop hop = { { ROUTE_IF_TUNNEL, 5 }, {}, ROUTE_STATIC };

	ASSERT_EQ(session_fib_changed(fib, 0, &prefix, &hop), ERR_OK);
	wheel_advance(&wheel, wheel.now_ms + 20);
	EXPECT_EQ(routes(), (Set{ "10.1.0.0/16 tunnel 5" }));
	bad.addr = ip("10.1.2.3"); /* host bits: the contract refuses it */
	EXPECT_NE(session_fib_changed(fib, 0, &bad, &hop), ERR_OK);
	wheel_advance(&wheel, wheel.now_ms + 20);
	EXPECT_EQ(routes(), (Set{ "10.1.0.0/16 tunnel 5" })); /* another prefix's is left alone */
}

TEST_F(SessionFib, ten_thousand_routes_come_and_go)
{
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 10000; i++)
			add(("10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".0/24").c_str(), ROUTE_IF_PORT, 1,
				("192.0.2." + std::to_string(i % 200 + 1)).c_str());
		route_rib_commit(rib);
		wheel_advance(&wheel, wheel.now_ms + 2000);
		ASSERT_TRUE(dp_sync_settled(sync));
		EXPECT_EQ(routes().size(), 10000u);
		EXPECT_EQ(adjacencies(), 200u);
		set_if(ROUTE_IF_PORT, 1, false);
		route_rib_commit(rib);
		wheel_advance(&wheel, wheel.now_ms + 2000);
		ASSERT_TRUE(dp_sync_settled(sync));
		EXPECT_EQ(routes().size() + adjacencies(), 0u);
		set_if(ROUTE_IF_PORT, 1, true);
	}
}

} // namespace
