#include "fixture.h"

class Route : public DbTest
{
      protected:
	/* What was put is what is told. */
	void expect_route(const char *prefix, dp_action action, uint32_t target)
	{
		struct addr_prefix p = db_test_prefix(prefix);
		dp_route r = {};

		ASSERT_TRUE(db_route_get(db, 0, &p, &r)) << prefix;
		EXPECT_EQ(r.vrf, 0u);
		EXPECT_EQ(r.action, action) << prefix;
		EXPECT_EQ(r.target, target) << prefix;
		EXPECT_TRUE(addr_prefix_eq(&r.prefix, &p)) << prefix;
	}
};

TEST_F(Route, actions_become_hops)
{
	dp_adjacency a = { 5, 1, db_test_addr("10.0.0.9") };

	tunnel(7);
	ASSERT_EQ(db_adj_put(db, &a), ERR_OK);
	EXPECT_EQ(route("10.1.0.0/16", DP_ROUTE_TUNNEL, 7), ERR_OK);
	EXPECT_EQ(route("10.2.0.0/16", DP_ROUTE_ADJACENCY, 5), ERR_OK);
	EXPECT_EQ(route("10.3.0.0/16", DP_ROUTE_PORT, 2), ERR_OK);
	EXPECT_EQ(route("10.4.0.0/16", DP_ROUTE_DROP, 0), ERR_OK);
	EXPECT_EQ(route("10.5.0.0/16", DP_ROUTE_LOCAL, 0), ERR_OK);
	EXPECT_EQ(route("10.6.0.0/16", DP_ROUTE_TUNNEL, 8), ERR_ABSENT);
	EXPECT_EQ(route("10.6.0.0/16", DP_ROUTE_DROP, 0, 9), ERR_ABSENT);
	EXPECT_EQ(hop("10.1.2.3"), db_hop(DB_HOP_TUNNEL, db_tunnel_index(db, db_tunnel_find(db, 7))));
	EXPECT_EQ(hop("10.2.2.3"), db_hop(DB_HOP_ADJ, db_adj_index(db, db_adj_find(db, 5))));
	EXPECT_EQ(hop("10.3.2.3"), db_hop(DB_HOP_PORT, wan));
	EXPECT_EQ(db_hop_action(hop("10.4.2.3")), DB_HOP_DROP);
	EXPECT_EQ(db_hop_action(hop("10.5.2.3")), DB_HOP_LOCAL);
	EXPECT_EQ(hop("10.6.2.3"), 0u);
	expect_route("10.1.0.0/16", DP_ROUTE_TUNNEL, 7);
	expect_route("10.2.0.0/16", DP_ROUTE_ADJACENCY, 5);
	expect_route("10.3.0.0/16", DP_ROUTE_PORT, 2);
	expect_route("10.4.0.0/16", DP_ROUTE_DROP, 0);
	expect_route("10.5.0.0/16", DP_ROUTE_LOCAL, 0);
}

TEST_F(Route, own_addresses_come_before_routes_and_neighbours_last)
{
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 9 };
	struct addr nine = db_test_addr("10.0.0.9");

	ASSERT_EQ(local("10.0.0.1/24", 1), ERR_OK);
	EXPECT_EQ(db_hop_action(hop("10.0.0.1")), DB_HOP_LOCAL);
	EXPECT_EQ(hop("10.0.0.9"), db_hop(DB_HOP_PORT, lan));
	ASSERT_EQ(db_adj_resolve(db, lan, &nine, mac), ERR_OK);
	EXPECT_EQ(db_hop_action(hop("10.0.0.9")), DB_HOP_ADJ);
	EXPECT_EQ(db->adj[db_hop_index(hop("10.0.0.9"))].mac & 0xffffffffffffu, 0x090000000002u);
	ASSERT_EQ(route("10.0.0.9/32", DP_ROUTE_DROP, 0), ERR_OK);
	EXPECT_EQ(db_hop_action(hop("10.0.0.9")), DB_HOP_DROP);
	ASSERT_EQ(route("10.0.0.1/32", DP_ROUTE_DROP, 0), ERR_OK);
	EXPECT_EQ(db_hop_action(hop("10.0.0.1")), DB_HOP_LOCAL);
	ASSERT_EQ(unroute("10.0.0.9/32"), ERR_OK);
	EXPECT_EQ(db_hop_action(hop("10.0.0.9")), DB_HOP_ADJ);
	ASSERT_EQ(db_adj_resolve(db, lan, &nine, nullptr), ERR_OK);
	EXPECT_EQ(hop("10.0.0.9"), db_hop(DB_HOP_PORT, lan));
	ASSERT_EQ(unlocal("10.0.0.1/24", 1), ERR_OK);
	EXPECT_EQ(db_hop_action(hop("10.0.0.1")), DB_HOP_DROP);
	EXPECT_EQ(hop("10.0.0.9"), 0u);
}

TEST_F(Route, a_network_stays_connected_while_one_address_is_in_it)
{
	ASSERT_EQ(local("10.0.0.1/24", 1), ERR_OK);
	ASSERT_EQ(local("10.0.0.2/24", 1), ERR_OK);
	ASSERT_EQ(unlocal("10.0.0.1/24", 1), ERR_OK);
	EXPECT_EQ(hop("10.0.0.9"), db_hop(DB_HOP_PORT, lan));
	EXPECT_EQ(hop("10.0.0.1"), db_hop(DB_HOP_PORT, lan));
	EXPECT_EQ(db->vrf[0].source4.hi, (uint64_t)0x0a000002 << 32);
	db_local_forget(db, lan);
	EXPECT_EQ(hop("10.0.0.9"), 0u);
	EXPECT_EQ(db->vrf[0].source4.hi, 0u);
}

TEST_F(Route, a_target_that_a_route_leads_to_is_busy)
{
	dp_adjacency a = { 5, 1, db_test_addr("10.0.0.9") };

	tunnel(7);
	ASSERT_EQ(db_adj_put(db, &a), ERR_OK);
	ASSERT_EQ(route("10.2.0.0/16", DP_ROUTE_ADJACENCY, 5), ERR_OK);
	ASSERT_EQ(route("10.3.0.0/16", DP_ROUTE_TUNNEL, 7), ERR_OK);
	EXPECT_EQ(db_adj_del(db, 5), ERR_BUSY);
	EXPECT_EQ(db_tunnel_del(db, 7), ERR_BUSY);
	ASSERT_EQ(unroute("10.2.0.0/16"), ERR_OK);
	ASSERT_EQ(unroute("10.3.0.0/16"), ERR_OK);
	EXPECT_EQ(db_adj_del(db, 5), ERR_OK) << "in the same transaction, before the grace period";
	EXPECT_EQ(db_tunnel_del(db, 7), ERR_OK);
}

TEST_F(Route, a_neighbour_resolves_every_adjacency_to_it_present_and_future)
{
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 9 };
	struct addr nine = db_test_addr("10.0.0.9");
	dp_adjacency a = { 5, 1, nine }, b = { 6, 1, nine }, c = { 7, 2, nine };

	ASSERT_EQ(db_adj_put(db, &a), ERR_OK);
	ASSERT_EQ(db_adj_resolve(db, lan, &nine, mac), ERR_OK);
	ASSERT_EQ(db_adj_put(db, &b), ERR_OK);
	ASSERT_EQ(db_adj_put(db, &c), ERR_OK);
	EXPECT_NE(db_adj_find(db, 5)->mac, 0u);
	EXPECT_NE(db_adj_find(db, 6)->mac, 0u);
	EXPECT_EQ(db_adj_find(db, 7)->mac, 0u) << "same address behind another port is another neighbour";
	a.port = 2;
	ASSERT_EQ(db_adj_put(db, &a), ERR_OK);
	EXPECT_EQ(db_adj_find(db, 5)->mac, 0u);
	ASSERT_EQ(db_adj_resolve(db, lan, &nine, nullptr), ERR_OK);
	EXPECT_EQ(db_adj_find(db, 6)->mac, 0u);
}

TEST_F(Route, neighbours_go_with_their_network)
{
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 9 };
	struct addr nine = db_test_addr("10.0.0.9");
	dp_adjacency a = { 5, 1, nine };

	ASSERT_EQ(local("10.0.0.1/24", 1), ERR_OK);
	ASSERT_EQ(local("10.0.0.2/24", 1), ERR_OK);
	ASSERT_EQ(db_adj_put(db, &a), ERR_OK);
	ASSERT_EQ(db_adj_resolve(db, lan, &nine, mac), ERR_OK);
	ASSERT_EQ(unlocal("10.0.0.1/24", 1), ERR_OK);
	EXPECT_EQ(db_hop_action(hop("10.0.0.9")), DB_HOP_ADJ) << "another address is in it";
	ASSERT_EQ(unlocal("10.0.0.2/24", 1), ERR_OK);
	EXPECT_EQ(hop("10.0.0.9"), 0u);
	EXPECT_NE(db_adj_find(db, 5)->mac, 0u) << "control's own stays";
}

TEST_F(Route, neighbours_go_with_their_device)
{
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 9 };
	struct addr nine = db_test_addr("10.0.0.9");
	dp_adjacency a = { 5, 1, nine }, other = { 6, 2, nine };

	ASSERT_EQ(local("10.0.0.1/24", 1), ERR_OK);
	ASSERT_EQ(db_adj_put(db, &a), ERR_OK);
	ASSERT_EQ(db_adj_put(db, &other), ERR_OK);
	ASSERT_EQ(db_adj_resolve(db, lan, &nine, mac), ERR_OK);
	ASSERT_EQ(db_adj_resolve(db, wan, &nine, mac), ERR_OK);
	db_adj_lose(db, lan);
	EXPECT_EQ(hop("10.0.0.9"), db_hop(DB_HOP_PORT, lan)) << "to be asked for again";
	EXPECT_EQ(db_adj_find(db, 5)->mac, 0u);
	EXPECT_NE(db_adj_find(db, 6)->mac, 0u);
}

TEST_F(Route, vrfs_are_apart_and_busy_while_used)
{
	dp_vrf v = {};
	dp_route got, r = {};

	v.id = 3;
	ASSERT_EQ(db_vrf_put(db, &v), ERR_OK);
	ASSERT_EQ(route("10.0.0.0/8", DP_ROUTE_DROP, 0, 3), ERR_OK);
	EXPECT_EQ(hop("10.0.0.1"), 0u);
	EXPECT_EQ(db_vrf_del(db, 3), ERR_BUSY);
	r.prefix = db_test_prefix("10.0.0.0/8");
	EXPECT_FALSE(db_route_get(db, 0, &r.prefix, &got));
	EXPECT_TRUE(db_route_get(db, 3, &r.prefix, &got));
	r.vrf = 3;
	ASSERT_EQ(db_route_del(db, &r), ERR_OK);
	EXPECT_EQ(db_route_del(db, &r), ERR_ABSENT);
	EXPECT_EQ(db_vrf_del(db, 3), ERR_OK);
	EXPECT_EQ(db_vrf_del(db, 3), ERR_ABSENT);
}

TEST_F(Route, walk_gives_each_of_controls_routes_once)
{
	const db_rule *cursor = nullptr;
	dp_route r;
	int count = 0;

	ASSERT_EQ(local("10.0.0.1/24", 1), ERR_OK);
	for (int i = 0; i < 50; i++)
		ASSERT_EQ(route(("10.9." + std::to_string(i) + ".7/24").c_str(), DP_ROUTE_DROP, 0), ERR_OK);
	while (db_route_walk(db, &cursor, &r))
		count++;
	EXPECT_EQ(count, 50);
	EXPECT_EQ(hop("10.9.3.255") >> DB_HOP_SHIFT, (uint32_t)DB_HOP_DROP);
}

TEST_F(Route, an_empty_vrf_costs_no_node)
{
	EXPECT_EQ(db_pool_used(&db->fib_nodes), 0u);
	EXPECT_LE(sizeof(struct db_vrf), 2u << 20);
}

TEST_F(Route, every_change_of_a_route_shows_in_the_epoch)
{
	uint32_t epoch = db->epoch;

	ASSERT_EQ(route("10.0.0.0/8", DP_ROUTE_DROP, 0), ERR_OK);
	EXPECT_NE(db->epoch, epoch);
	epoch = db->epoch;
	ASSERT_EQ(unroute("10.0.0.0/8"), ERR_OK);
	EXPECT_NE(db->epoch, epoch);
}
