#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "route/rib.h"

namespace
{

const route_if kWan = { ROUTE_IF_PORT, 1 }, kLan = { ROUTE_IF_PORT, 2 }, kLoop = { ROUTE_IF_LOOPBACK, 1 };
const route_if kNull = { ROUTE_IF_NULL, 0 }, kByGateway = { ROUTE_IF_NONE, 0 };

route_if tunnel(uint32_t id)
{
	return { ROUTE_IF_TUNNEL, id };
}

addr_prefix prefix(const std::string &text)
{
	addr_prefix p;
	EXPECT_EQ(ERR_OK, addr_parse_prefix(text.c_str(), &p));
	return p;
}

addr address(const std::string &text)
{
	addr a = {};
	if (!text.empty()) {
		EXPECT_EQ(ERR_OK, addr_parse(text.c_str(), &a));
	}
	return a;
}

std::string str(const route_hop &hop)
{
	static const char *const kind[] = { "none", "port", "tunnel", "loopback", "null" };
	char text[ADDR_TEXT];
	std::string s = kind[hop.out.kind] + std::to_string(hop.out.id);
	if (hop.next_hop.family != 0)
		s += std::string(" via ") + addr_str(&hop.next_hop, text);
	return s;
}

/* A table whose listener keeps what it was told. */
class RouteRib : public ::testing::Test
{
      protected:
	void SetUp() override
	{
		const uint8_t key[16] = { 1 };
		ASSERT_EQ(ERR_OK, route_rib_new(&rib, key, changed, this));
		for (route_if i : { kWan, kLan, kLoop, tunnel(1), tunnel(2) })
			ASSERT_EQ(ERR_OK, route_rib_set_if(rib, i, true, "if"));
	}
	void TearDown() override
	{
		route_rib_free(rib);
	}

	static void changed(void *ctx, uint32_t vrf, const addr_prefix *p, const route_hop *hop)
	{
		RouteRib *t = static_cast<RouteRib *>(ctx);
		char text[ADDR_PREFIX_TEXT];
		std::string name = (vrf != 0 ? std::to_string(vrf) + ":" : "") + addr_prefix_str(p, text);
		t->tellings++;
		if (hop == nullptr)
			EXPECT_EQ(1u, t->fib.erase(name));
		else
			t->fib[name] = str(*hop);
	}

	route_candidate make(const std::string &p, route_if out, const std::string &gateway = "", uint8_t distance = 1,
		route_source source = ROUTE_STATIC)
	{
		route_candidate c = {};
		c.prefix = prefix(p);
		c.out = out;
		c.gateway = address(gateway);
		c.distance = distance;
		c.source = source;
		return c;
	}
	void add(const route_candidate &c)
	{
		ASSERT_EQ(ERR_OK, route_rib_add(rib, &c));
	}
	void del(const route_candidate &c)
	{
		ASSERT_EQ(ERR_OK, route_rib_del(rib, &c));
	}

	route_rib *rib = nullptr;
	std::map<std::string, std::string> fib;
	int tellings = 0;
};

using Fib = std::map<std::string, std::string>;

TEST_F(RouteRib, R_RTE_10_lower_distance_wins_and_the_floating_one_follows)
{
	auto floating = make("10.0.0.254/32", tunnel(1), "", 210, ROUTE_IKEV2), better = make("10.0.0.254/32", tunnel(2), "", 200);
	add(floating);
	add(better);
	route_rib_commit(rib);
	EXPECT_EQ((Fib{ { "10.0.0.254/32", "tunnel2" } }), fib);
	del(better);
	route_rib_commit(rib);
	EXPECT_EQ((Fib{ { "10.0.0.254/32", "tunnel1" } }), fib);
	EXPECT_EQ(2, tellings);
}

TEST_F(RouteRib, host_bits_are_cleared_and_a_repeat_changes_nothing)
{
	add(make("10.1.2.3/24", kLan));
	route_rib_commit(rib);
	add(make("10.1.2.9/24", kLan));
	route_rib_commit(rib);
	EXPECT_EQ((Fib{ { "10.1.2.0/24", "port2" } }), fib);
	EXPECT_EQ(1, tellings);
}

TEST_F(RouteRib, what_leads_to_an_interface_that_became_another_is_told_again)
{
	add(make("10.1.0.0/16", tunnel(1)));
	add(make("10.2.0.0/16", kByGateway, "10.1.0.1"));
	add(make("10.3.0.0/16", tunnel(2)));
	route_rib_commit(rib);
	tellings = 0;
	route_rib_retell(rib, tunnel(1));
	route_rib_retell(rib, tunnel(9));
	route_rib_commit(rib);
	EXPECT_EQ(2, tellings) << "itself, and what resolves through it";
	route_rib_commit(rib);
	add(make("10.1.0.0/16", tunnel(1), "", 2));
	route_rib_commit(rib);
	EXPECT_EQ(2, tellings) << "once";
}

TEST_F(RouteRib, a_gateway_is_resolved_through_what_covers_it)
{
	add(make("198.51.100.0/24", kWan, "", 0, ROUTE_CONNECTED));
	add(make("0.0.0.0/0", kByGateway, "198.51.100.254"));
	add(make("192.0.2.0/24", kByGateway, "203.0.113.9")); /* two steps */
	route_rib_commit(rib);
	EXPECT_EQ("port1 via 198.51.100.254", fib["0.0.0.0/0"]);
	EXPECT_EQ("port1 via 198.51.100.254", fib["192.0.2.0/24"]);
	del(make("198.51.100.0/24", kWan, "", 0, ROUTE_CONNECTED));
	route_rib_commit(rib);
	EXPECT_EQ(Fib{}, fib); /* the default can't resolve through itself */
}

TEST_F(RouteRib, recursion_to_itself_is_refused_and_falls_back)
{
	add(make("10.0.0.254/32", tunnel(1), "", 210));
	add(make("10.0.0.253/32", tunnel(2), "", 210));
	add(make("10.0.0.254/32", kByGateway, "10.0.0.253", 200));
	add(make("10.0.0.253/32", kByGateway, "10.0.0.254", 200));
	add(make("192.0.2.0/24", kByGateway, "192.0.2.1"));
	route_rib_commit(rib);
	EXPECT_EQ(0u, fib.count("192.0.2.0/24"));
	EXPECT_EQ("tunnel2 via 10.0.0.253", fib["10.0.0.254/32"]);
	EXPECT_EQ("tunnel2 via 10.0.0.253", fib["10.0.0.253/32"]); /* the same way, not across */
}

TEST_F(RouteRib, recursion_has_a_bound)
{
	add(make("10.0.0.0/32", kWan));
	for (int i = 1; i <= 12; i++)
		add(make("10.0.0." + std::to_string(i) + "/32", kByGateway, "10.0.0." + std::to_string(i - 1)));
	route_rib_commit(rib);
	EXPECT_EQ(1u, fib.count("10.0.0.10/32"));
	EXPECT_EQ(0u, fib.count("10.0.0.12/32"));
}

TEST_F(RouteRib, routes_of_a_down_interface_wait)
{
	add(make("192.168.1.0/24", tunnel(1), "", 1, ROUTE_IKEV2));
	add(make("192.168.1.0/24", kNull, "", 250));
	route_rib_commit(rib);
	EXPECT_EQ("tunnel1", fib["192.168.1.0/24"]);
	ASSERT_EQ(ERR_OK, route_rib_set_if(rib, tunnel(1), false, "Tunnel1"));
	route_rib_commit(rib);
	EXPECT_EQ("null0", fib["192.168.1.0/24"]);
	ASSERT_EQ(ERR_OK, route_rib_set_if(rib, tunnel(1), true, "Tunnel1"));
	route_rib_commit(rib);
	EXPECT_EQ("tunnel1", fib["192.168.1.0/24"]);
}

TEST_F(RouteRib, R_TUN_04_a_gone_interface_takes_its_routes)
{
	add(make("10.77.0.1/32", tunnel(1), "", 1, ROUTE_IKEV2));
	add(make("10.20.1.0/24", tunnel(1), "", 1, ROUTE_IKEV2));
	add(make("10.20.2.0/24", tunnel(2), "", 1, ROUTE_IKEV2));
	route_rib_commit(rib);
	route_rib_del_if(rib, tunnel(1));
	route_rib_commit(rib);
	EXPECT_EQ((Fib{ { "10.20.2.0/24", "tunnel2" } }), fib);
}

TEST_F(RouteRib, the_underlay_never_resolves_through_its_own_tunnel)
{
	route_hop hop;
	addr hub = address("198.51.100.1");

	add(make("0.0.0.0/0", kWan, "203.0.113.254", 5));
	add(make("198.51.100.0/24", tunnel(1), "", 1, ROUTE_IKEV2)); /* the peer pushes a route to itself */
	route_rib_commit(rib);
	ASSERT_TRUE(route_rib_lookup(rib, 0, &hub, &hop));
	EXPECT_EQ("tunnel1", str(hop));
	ASSERT_TRUE(route_rib_underlay(rib, 0, &hub, 1, &hop));
	EXPECT_EQ("port1 via 203.0.113.254", str(hop));
	del(make("0.0.0.0/0", kWan, "203.0.113.254", 5));
	route_rib_commit(rib);
	EXPECT_FALSE(route_rib_underlay(rib, 0, &hub, 1, &hop));
}

TEST_F(RouteRib, vrfs_and_families_are_apart)
{
	auto red = make("10.0.0.0/8", tunnel(1)), six = make("2001:db8::/32", tunnel(2));
	red.vrf = 7;
	add(red);
	add(six);
	route_rib_commit(rib);
	EXPECT_EQ((Fib{ { "2001:db8::/32", "tunnel2" }, { "7:10.0.0.0/8", "tunnel1" } }), fib);
	route_hop hop;
	addr to = address("10.1.1.1");
	EXPECT_FALSE(route_rib_lookup(rib, 0, &to, &hop));
	EXPECT_TRUE(route_rib_lookup(rib, 7, &to, &hop));
}

TEST_F(RouteRib, what_covers_a_gateway_moves_those_behind_it_and_no_others)
{
	add(make("198.51.100.0/24", kWan, "", 0, ROUTE_CONNECTED));
	add(make("10.0.0.0/8", kByGateway, "198.51.100.1"));
	add(make("10.1.0.0/16", kByGateway, "10.2.0.1")); /* behind a gateway that is behind one */
	add(make("10.3.0.0/16", kByGateway, "198.51.100.9"));
	route_rib_commit(rib);
	EXPECT_EQ("port1 via 198.51.100.1", fib["10.1.0.0/16"]);
	tellings = 0;
	add(make("198.51.100.1/32", kLan));
	route_rib_commit(rib);
	EXPECT_EQ("port2 via 198.51.100.1", fib["10.0.0.0/8"]);
	EXPECT_EQ("port2 via 198.51.100.1", fib["10.1.0.0/16"]);
	EXPECT_EQ("port1 via 198.51.100.9", fib["10.3.0.0/16"]);
	EXPECT_EQ(3, tellings);
}

/* Another daemon's route gives way to one of ours of its distance, whichever came first. */
TEST_F(RouteRib, kernel_routes_are_the_last_of_their_distance)
{
	add(make("10.0.0.0/8", kWan, "198.51.100.9", 20, ROUTE_KERNEL));
	add(make("10.0.0.0/8", kLan, "192.0.2.9", 20));
	route_rib_commit(rib);
	EXPECT_EQ("port2 via 192.0.2.9", fib["10.0.0.0/8"]);
	add(make("10.0.0.0/8", kWan, "198.51.100.9", 19, ROUTE_KERNEL));
	route_rib_commit(rib);
	EXPECT_EQ("port1 via 198.51.100.9", fib["10.0.0.0/8"]);
	struct route_count count[ROUTE_SOURCE_COUNT];
	route_rib_count(rib, 0, AF_INET, count);
	EXPECT_EQ(1u, count[ROUTE_KERNEL].best);
	EXPECT_EQ(1u, count[ROUTE_STATIC].candidates);
	EXPECT_EQ(0u, count[ROUTE_STATIC].best);
}

/* The host's side depends on whose a route is: it is told though the hop is the same. */
TEST_F(RouteRib, another_source_is_told)
{
	add(make("10.0.0.0/8", kWan, "198.51.100.9", 20, ROUTE_KERNEL));
	route_rib_commit(rib);
	add(make("10.0.0.0/8", kWan, "198.51.100.9", 1));
	route_rib_commit(rib);
	EXPECT_EQ(2, tellings);
}

TEST_F(RouteRib, listeners_hear_of_routes_and_interfaces_once_a_commit)
{
	struct Ear {
		route_listener l;
		int heard;
	} ear = {};
	ear.l.settled = [](route_listener *l) { reinterpret_cast<Ear *>(l)->heard++; };
	route_rib_commit(rib);
	route_rib_listen(rib, &ear.l);
	route_rib_commit(rib);
	EXPECT_EQ(0, ear.heard);
	add(make("10.0.0.0/8", kWan));
	add(make("10.1.0.0/16", kWan));
	route_rib_commit(rib);
	EXPECT_EQ(1, ear.heard);
	ASSERT_EQ(ERR_OK, route_rib_set_if(rib, tunnel(9), true, "Tunnel9")); /* nobody's route goes there */
	route_rib_commit(rib);
	EXPECT_EQ(2, ear.heard);
	EXPECT_TRUE(route_rib_if_up(rib, tunnel(9)));
	EXPECT_FALSE(route_rib_if_up(rib, tunnel(10)));
	route_rib_unlisten(&ear.l);
}

TEST_F(RouteRib, an_entry_is_the_longest_settled_one_that_covers)
{
	std::vector<std::string> got;
	auto entry = [&](const std::string &text) {
		addr_prefix p = prefix(text);
		got.clear();
		return route_rib_entry(
			rib, 0, &p,
			[](void *ctx, const route_info *i) {
				char name[ADDR_PREFIX_TEXT];
				static_cast<std::vector<std::string> *>(ctx)->push_back(addr_prefix_str(&i->c.prefix, name));
			},
			&got);
	};
	add(make("10.0.0.0/8", kWan));
	add(make("10.0.0.0/8", kLan, "", 9));
	add(make("10.1.0.0/16", tunnel(9))); /* down */
	route_rib_commit(rib);
	EXPECT_TRUE(entry("10.1.2.3/32"));
	EXPECT_EQ((std::vector<std::string>{ "10.0.0.0/8", "10.0.0.0/8" }), got);
	EXPECT_TRUE(entry("10.0.0.0/8"));
	EXPECT_FALSE(entry("10.0.0.0/7"));
	EXPECT_FALSE(entry("11.0.0.0/8"));
	addr_prefix exact = prefix("10.1.0.0/16");
	EXPECT_FALSE(route_rib_has(rib, 0, &exact));
	exact = prefix("10.0.0.0/8");
	EXPECT_TRUE(route_rib_has(rib, 0, &exact));
}

TEST_F(RouteRib, bad_candidates_are_refused)
{
	auto c = make("10.0.0.0/8", kByGateway);
	EXPECT_EQ(ERR_MALFORMED, route_rib_add(rib, &c));
	c = make("10.0.0.0/8", kWan);
	c.prefix.len = 33;
	EXPECT_EQ(ERR_RANGE, route_rib_add(rib, &c));
	c = make("10.0.0.0/8", kWan);
	EXPECT_EQ(ERR_ABSENT, route_rib_del(rib, &c));
	route_rib_commit(rib);
	EXPECT_EQ(0, tellings);
}

TEST_F(RouteRib, walk_tells_candidates_in_order)
{
	add(make("192.168.2.0/24", tunnel(2)));
	add(make("10.0.0.0/8", kNull, "", 250));
	add(make("10.0.0.0/8", tunnel(1), "", 1, ROUTE_IKEV2));
	route_rib_commit(rib);
	std::vector<std::string> lines;
	route_rib_walk(
		rib,
		[](void *ctx, const route_info *i) {
			char text[ADDR_PREFIX_TEXT];
			static_cast<std::vector<std::string> *>(ctx)->push_back(std::string(addr_prefix_str(&i->c.prefix, text)) + " " +
										std::to_string(i->c.distance) + (i->best ? " best" : ""));
		},
		&lines);
	EXPECT_EQ((std::vector<std::string>{ "10.0.0.0/8 1 best", "10.0.0.0/8 250", "192.168.2.0/24 1 best" }), lines);
}

TEST_F(RouteRib, a_hundred_thousand_routes_come_and_go)
{
	for (uint32_t i = 0; i < 100000; i++) {
		route_candidate c = make("10.0.0.0/32", tunnel(1 + i % 2));
		c.prefix.addr = addr_of_u32(0x0a000000 + i);
		add(c);
	}
	route_rib_commit(rib);
	EXPECT_EQ(100000u, fib.size());
	route_rib_del_if(rib, tunnel(1));
	route_rib_del_if(rib, tunnel(2));
	route_rib_commit(rib);
	EXPECT_TRUE(fib.empty());
}

} // namespace
