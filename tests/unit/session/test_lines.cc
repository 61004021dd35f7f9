/* Lines of `tunnel protection ipsec policy`: a CHILD_SA each, which fails for itself, and the routes that it brings. */
#include "lab.h"

namespace
{

using namespace lab;

using Lines = std::vector<std::pair<std::string, std::string>>;

const Lines two = { { "10.31.1.0", "10.32.3.0" }, { "10.31.2.0", "10.32.4.0" } };

std::string end(const std::string &name, const std::string &wan, const std::string &far, const Lines &lines, bool left,
	const std::string &more = "")
{
	std::string text = common(name, " match identity remote any\n" + more) + " reverse-route tag 7\n" +
			   "crypto ikev2 keyring KR\n peer far\n  address " + far + "\n  pre-shared-key " + psk +
			   "\nip access-list extended A\n";

	for (const auto &l : lines)
		text += " permit ip " + (left ? l.first : l.second) + " 0.0.0.255 " + (left ? l.second : l.first) + " 0.0.0.255\n";
	return text + "interface Ethernet0/0\n ip address " + wan + " 255.255.255.0\ninterface Ethernet0/1\n ip address " +
	       (left ? "10.31.1.1" : "10.32.3.1") +
	       " 255.255.255.0\n"
	       "interface Tunnel1\n ip address 10.66.0." +
	       (left ? "1" : "2") + " 255.255.255.252\n tunnel source Ethernet0/0\n tunnel destination " + far +
	       "\n tunnel mode ipsec ipv4\n tunnel protection ipsec policy ipv4 A\n tunnel protection ipsec profile default\n"
	       "ip route 0.0.0.0 0.0.0.0 Ethernet0/0\n";
}

class SessionLines : public ::testing::Test
{
      protected:
	Net net;
	Box &a = net.box("a", { "198.51.100.1" }, lan_and_wan), &b = net.box("b", { "203.0.113.1" }, lan_and_wan);
	bool a_begins = false;

	/* One begins: what the other would begin with is lost. */
	void SetUp() override
	{
		net.tap = [this](const Packet &p) {
			return !a_begins || p.data[18] != 34 || !addr_eq(&p.to.addr, &a.addrs[0]) || p.data[19] != 8;
		};
	}
	void load(Box &box, const Lines &lines, const std::string &more = "")
	{
		box.must_load(&box == &a ? end("a", "198.51.100.1", "203.0.113.1", lines, true, more)
					 : end("b", "203.0.113.1", "198.51.100.1", lines, false, more));
	}
	void begin(const Lines &at_a, const Lines &at_b)
	{
		a_begins = true;
		load(a, at_a);
		load(b, at_b);
		ASSERT_TRUE(net.run_until([&] { return a.up() == 1 && b.up() == 1; }, 30000));
		net.run(1000);
	}
	/* "10.31.1.0/24 10.32.3.0/24 UP", one for each line. */
	static std::vector<std::string> states(const Box &box)
	{
		std::vector<std::string> out;

		session_lines_walk(
			box.session(),
			[](void *ctx, const struct session_line_info *info) {
				char local[IKE_TS_TEXT], remote[IKE_TS_TEXT];

				static_cast<std::vector<std::string> *>(ctx)->push_back(
					std::string(ike_ts_str(&info->pair->local, local)) + " " + ike_ts_str(&info->pair->remote, remote) +
					" " + info->state + (info->reason != nullptr ? std::string(" ") + info->reason : ""));
			},
			&out);
		return out;
	}
	/* Its SPI inward: by which the pair of the line receives. */
	static uint32_t spi(const Box &box, const std::string &local)
	{
		list_each (it, &box.session()->children) {
			const struct session_child *c = list_of(it, struct session_child, link);
			char text[IKE_TS_TEXT];

			if (c->local_count == 1 && local == ike_ts_str(&c->local[0], text))
				return c->spi_in;
		}
		return 0;
	}
	static unsigned pairs(const Box &box)
	{
		unsigned n = 0;

		list_each (it, &box.session()->children)
			n++;
		return n;
	}
	void both_up()
	{
		EXPECT_EQ(states(a), (std::vector<std::string>{ "10.31.1.0/24 10.32.3.0/24 UP", "10.31.2.0/24 10.32.4.0/24 UP" }));
		EXPECT_EQ(states(b), (std::vector<std::string>{ "10.32.3.0/24 10.31.1.0/24 UP", "10.32.4.0/24 10.31.2.0/24 UP" }));
		EXPECT_EQ(a.up(), 1u);
		EXPECT_EQ(pairs(a), 2u);
		EXPECT_EQ(a.route("10.32.3.0/24"), "S [1/7] Tunnel1");
		EXPECT_EQ(a.route("10.32.4.0/24"), "S [1/7] Tunnel1");
		EXPECT_EQ(b.route("10.31.1.0/24"), "S [1/7] Tunnel1");
		EXPECT_EQ(b.route("10.31.2.0/24"), "S [1/7] Tunnel1");
		a.expect_whole();
		b.expect_whole();
	}
};

TEST_F(SessionLines, R_TUN_12_14_a_pair_and_a_route_for_each_line)
{
	begin(two, two);
	both_up();
	EXPECT_EQ(a.stat(IKE_STAT_UP), 1u); /* one IKE SA */
	struct addr all = {};
	session_hub_clear(a.hub, &all);
	EXPECT_EQ(a.route("10.32.3.0/24"), "");
	EXPECT_EQ(a.route("10.32.4.0/24"), "");
}

TEST_F(SessionLines, R_TUN_12_whoever_begins)
{
	load(a, two);
	load(b, two); /* both at once: crossing sessions, then perhaps crossing children */
	ASSERT_TRUE(net.run_until([&] { return a.up() == 1 && b.up() == 1; }, 20000));
	net.run(20000);
	both_up();
}

TEST_F(SessionLines, R_TUN_12_a_policy_of_a_hundred_lines)
{
	Lines many;

	for (int n = 0; n < CFG_POLICY_LINES; n++)
		many.push_back({ "10.40." + std::to_string(n) + ".0", "10.41." + std::to_string(n) + ".0" });
	begin(many, many);
	net.run(5000);
	EXPECT_EQ(pairs(a), static_cast<unsigned>(CFG_POLICY_LINES));
	for (const std::string &s : states(a))
		EXPECT_NE(s.find(" UP"), std::string::npos) << s;
	struct addr all = {};
	session_hub_rekey(a.hub, &all, true); /* twice as many for a moment */
	net.run(20000);
	EXPECT_EQ(pairs(a), static_cast<unsigned>(CFG_POLICY_LINES));
	a.expect_whole();
}

TEST_F(SessionLines, R_TUN_13_a_line_that_isnt_mirrored_fails_alone)
{
	const Lines other = { two[0], { "10.31.9.0", "10.32.4.0" } };

	begin(two, other);
	net.run(3000);
	EXPECT_EQ(states(a),
		(std::vector<std::string>{ "10.31.1.0/24 10.32.3.0/24 UP", "10.31.2.0/24 10.32.4.0/24 WAITING TS_UNACCEPTABLE" }));
	EXPECT_EQ(a.route("10.32.3.0/24"), "S [1/7] Tunnel1");
	EXPECT_EQ(a.route("10.32.4.0/24"), "");
	net.run(20000);
	unsigned tries = a.count_logged("line.refused");
	EXPECT_GE(tries, 2u);
	EXPECT_LE(tries, 5u);
	net.run(600000);
	EXPECT_LE(a.count_logged("line.refused"), tries + 22); /* a try a minute, at most two */
	EXPECT_EQ(a.stat(IKE_STAT_UP), 1u);
	load(b, two); /* mended: that line comes, the first one stays */
	uint32_t first = spi(a, "10.31.1.0/24");
	net.run(61000);
	both_up();
	EXPECT_EQ(spi(a, "10.31.1.0/24"), first);
}

TEST_F(SessionLines, R_TUN_13_the_first_line_may_be_the_one)
{
	const Lines other = { { "10.31.9.0", "10.32.3.0" }, two[1] };

	begin(two, other);
	net.run(5000);
	EXPECT_EQ(states(a),
		(std::vector<std::string>{ "10.31.1.0/24 10.32.3.0/24 WAITING TS_UNACCEPTABLE", "10.31.2.0/24 10.32.4.0/24 UP" }));
	EXPECT_EQ(a.up(), 1u);
	EXPECT_EQ(a.stat(IKE_STAT_DOWN) + b.stat(IKE_STAT_DOWN), 0u) << "the IKE SA stood";
	EXPECT_EQ(a.route("10.32.3.0/24"), "");
	EXPECT_EQ(a.route("10.32.4.0/24"), "S [1/7] Tunnel1");
}

TEST_F(SessionLines, R_TUN_14_one_that_is_deleted_takes_its_route_alone_and_comes_back)
{
	begin(two, two);
	uint32_t first = spi(b, "10.32.3.0/24");
	uint32_t second = spi(b, "10.32.4.0/24");
	struct session_child *other = session_child_by_spi(b.session(), first);
	uint32_t outbound = other->spi_out;
	other->spi_out = second; /* the peer's choice: it may be the same */
	EXPECT_EQ(session_hub_delete_esp(b.hub, second), 1u);
	other->spi_out = outbound;
	net.run(100);
	for (const Box *box : { &a, &b })
		EXPECT_EQ(pairs(*box), 1u) << box->name;
	EXPECT_EQ(a.route("10.32.3.0/24"), "S [1/7] Tunnel1");
	EXPECT_EQ(a.route("10.32.4.0/24"), "");
	EXPECT_EQ(b.route("10.31.2.0/24"), "");
	EXPECT_EQ(states(a)[1], "10.31.2.0/24 10.32.4.0/24 WAITING deleted");
	net.run(2000);
	EXPECT_EQ(pairs(a), 1u);
	net.run(15000);
	both_up();
	EXPECT_EQ(spi(b, "10.32.3.0/24"), first);
}

TEST_F(SessionLines, R_TUN_14_a_route_that_two_lines_have_goes_with_the_second)
{
	const Lines same = { two[0], { "10.31.2.0", "10.32.3.0" } };

	begin(same, same);
	net.run(2000);
	EXPECT_EQ(pairs(a), 2u);
	load(a, { same[1] });
	net.run(500);
	EXPECT_EQ(pairs(a), 1u);
	EXPECT_EQ(a.route("10.32.3.0/24"), "S [1/7] Tunnel1");
	load(a, { { "10.31.7.0", "10.32.7.0" } });
	net.run(500);
	EXPECT_EQ(a.route("10.32.3.0/24"), "");
}

TEST_F(SessionLines, R_TUN_12_a_reload_changes_the_line_that_changed)
{
	const Lines other = { two[0], { "10.31.8.0", "10.32.8.0" } };

	begin(two, two);
	uint32_t first = spi(a, "10.31.1.0/24");
	load(b, other);
	load(a, other);
	net.run(1000);
	EXPECT_EQ(a.route("10.32.4.0/24"), "");
	net.run(15000);
	EXPECT_EQ(states(a), (std::vector<std::string>{ "10.31.1.0/24 10.32.3.0/24 UP", "10.31.8.0/24 10.32.8.0/24 UP" }));
	EXPECT_EQ(spi(a, "10.31.1.0/24"), first);
	EXPECT_EQ(a.stat(IKE_STAT_UP), 1u);
	EXPECT_EQ(a.stat(IKE_STAT_DOWN), 0u);
	a.expect_whole();
	b.expect_whole();
}

TEST_F(SessionLines, R_TUN_12_rekeys_keep_the_lines_apart)
{
	begin(two, two);
	for (Box *box : { &a, &b }) {
		uint32_t was = spi(a, "10.31.2.0/24");
		struct addr all = {};

		session_hub_rekey(box->hub, &all, true);
		net.run(30000);
		EXPECT_NE(spi(a, "10.31.2.0/24"), was);
		both_up();
		session_hub_rekey(box->hub, &all, false);
		net.run(30000);
		both_up();
	}
}

/* RFC4478: another session takes the place of this one, with the same lines and routes. */
TEST_F(SessionLines, R_TUN_12_14_authenticated_anew)
{
	const std::string session_lifetime = "crypto ikev2 authorization policy default\n session-lifetime 600\n";

	a_begins = true;
	a.must_load(end("a", "198.51.100.1", "203.0.113.1", two, true));
	b.must_load(end("b", "203.0.113.1", "198.51.100.1", two, false) + session_lifetime);
	ASSERT_TRUE(net.run_until([&] { return a.up() == 1 && b.up() == 1; }, 30000));
	net.run(1000);
	uint32_t first = spi(a, "10.31.1.0/24");
	for (unsigned s = 0; s < 700; s++) {
		net.run(1000);
		for (const char *p : { "10.32.3.0/24", "10.32.4.0/24" })
			ASSERT_EQ(a.route(p), "S [1/7] Tunnel1") << p << " after " << s << " s";
	}
	EXPECT_NE(spi(a, "10.31.1.0/24"), first);
	EXPECT_GE(a.stat(IKE_STAT_REAUTH), 1u);
	both_up();
}

TEST_F(SessionLines, R_TUN_12_of_IPv6)
{
	auto six = [](std::string text, bool left) {
		const std::string here = left ? "2001:db8:1::/48" : "2001:db8:2::/48", there = left ? "2001:db8:2::/48" : "2001:db8:1::/48";

		text += "ipv6 access-list S\n permit ipv6 " + here + " " + there +
			"\ninterface Tunnel1\n tunnel protection ipsec policy ipv6 S\n";
		return with(text, "tunnel mode ipsec ipv4", "tunnel mode ipsec dual-overlay");
	};

	a_begins = true;
	a.must_load(six(end("a", "198.51.100.1", "203.0.113.1", { two[0] }, true), true));
	b.must_load(six(end("b", "203.0.113.1", "198.51.100.1", { two[0] }, false), false));
	ASSERT_TRUE(net.run_until([&] { return a.up() == 1 && b.up() == 1; }, 30000));
	net.run(2000);
	EXPECT_EQ(states(a), (std::vector<std::string>{ "10.31.1.0/24 10.32.3.0/24 UP", "2001:db8:1::/48 2001:db8:2::/48 UP" }));
	EXPECT_EQ(a.route("2001:db8:2::/48"), "S [1/7] Tunnel1");
}

TEST_F(SessionLines, R_TUN_14_everything_is_no_route_unless_an_access_list_says_so)
{
	std::string text = end("a", "198.51.100.1", "203.0.113.1", two, true), far = end("b", "203.0.113.1", "198.51.100.1", two, false);

	a_begins = true;
	a.must_load(with(text, " tunnel protection ipsec policy ipv4 A\n", ""));
	b.must_load(with(far, " tunnel protection ipsec policy ipv4 A\n", ""));
	ASSERT_TRUE(net.run_until([&] { return a.up() == 1; }, 20000));
	EXPECT_EQ(a.routes(true).count("0.0.0.0/0"), 1u); /* the WAN's own */
	EXPECT_TRUE(states(a).empty());
}

TEST_F(SessionLines, R_TUN_14_a_range_becomes_prefixes)
{
	begin(two, two);
	struct session_child *c = session_child_by_spi(a.session(), spi(a, "10.31.1.0/24"));
	struct ike_ts was = c->remote[0];

	session_reverse_drop(a.session());
	c->remote[0].start = ip("10.9.0.1");
	c->remote[0].end = ip("10.9.0.10");
	session_reverse_put(a.session());
	route_rib_commit(a.rib);
	for (const char *p : { "10.9.0.1/32", "10.9.0.2/31", "10.9.0.4/30", "10.9.0.8/31", "10.9.0.10/32", "10.32.4.0/24" })
		EXPECT_EQ(a.route(p), "S [1/7] Tunnel1") << p;
	c->remote[0].start = ip("255.255.255.254");
	c->remote[0].end = ip("255.255.255.255");
	session_reverse_put(a.session()); /* to the last address there is */
	route_rib_commit(a.rib);
	EXPECT_EQ(a.route("255.255.255.254/31"), "S [1/7] Tunnel1");
	session_reverse_drop(a.session());
	c->remote[0] = was;
	route_rib_commit(a.rib);
	EXPECT_EQ(a.route("255.255.255.254/31"), "");
	EXPECT_EQ(a.route("10.32.4.0/24"), "");
}

} // namespace
