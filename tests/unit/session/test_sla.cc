/* Probes, and tracks that hang on them. */
#include "lab.h"

namespace
{

using namespace lab;

/* R-BKP-11 */
class SessionSla : public Alone
{
      protected:
	void load(const std::string &text)
	{
		Alone::load(ports + text);
	}
	static std::string lines(const std::string &echo, const std::string &more = "")
	{
		return "ip sla 7\n icmp-echo " + echo + "\n  frequency 10\n  timeout 2000\n  threshold 500\n" + more +
		       "ip sla schedule 7 life forever start-time now\ntrack 1 ip sla 7\ntrack 2 ip sla 7 reachability\n"
		       "ip route 10.1.0.0 255.255.0.0 Null0 track 1\nip route 10.2.0.0 255.255.0.0 Null0 track 2\n";
	}
	/* The last request is answered after so long. */
	void answer(uint64_t after_ms, uint32_t vrf = 0)
	{
		ASSERT_FALSE(hub.echoes.empty());
		wan.run(after_ms);
		session_hub_echoed(hub.hub, vrf, &hub.echoes.back().destination, hub.echoes.back().token);
		wan.run(600); /* tracks are looked at in a moment */
	}
	/* Which of the two routes are there. */
	std::string there()
	{
		return std::string(hub.route("10.1.0.0/16") != "" ? "state " : "") + (hub.route("10.2.0.0/16") != "" ? "reachability" : "");
	}
	struct session_sla_info info()
	{
		struct session_sla_info found = {};

		session_hub_slas(
			hub.hub, [](void *ctx, const struct session_sla_info *i) { *static_cast<struct session_sla_info *>(ctx) = *i; },
			&found);
		return found;
	}
	const char *code()
	{
		return session_sla_code_str(info().code);
	}
};

TEST_F(SessionSla, R_BKP_11_a_track_follows_its_probe)
{
	load(lines("192.0.2.1"));
	ASSERT_EQ(hub.echoes.size(), 1u) << "at once";
	EXPECT_EQ(str(hub.echoes[0].destination), "192.0.2.1");
	EXPECT_EQ(hub.echoes[0].source.family, 0);
	EXPECT_EQ(there(), "");
	EXPECT_STREQ(code(), "Unknown");
	answer(3);
	EXPECT_STREQ(code(), "OK");
	EXPECT_EQ(info().rtt_ms, 53u); /* sent when it was loaded, 50 ms before */
	EXPECT_EQ(there(), "state reachability");
	ASSERT_TRUE(wan.run_until([&] { return hub.echoes.size() == 2; }, 10000));
	EXPECT_NE(hub.echoes[0].token, hub.echoes[1].token);
	answer(800);
	EXPECT_STREQ(code(), "OverThreshold");
	EXPECT_EQ(there(), "reachability");
	ASSERT_TRUE(wan.run_until([&] { return hub.echoes.size() == 3; }, 10000));
	wan.run(2700);
	EXPECT_STREQ(code(), "Timeout");
	EXPECT_EQ(there(), "");
	answer(0);
	EXPECT_STREQ(code(), "Timeout") << "too late";
	EXPECT_EQ(info().successes, 2u);
	EXPECT_EQ(info().failures, 1u);
	hub.echo_err = ERR_IO;
	ASSERT_TRUE(wan.run_until([&] { return hub.echoes.size() == 4; }, 10000));
	EXPECT_STREQ(code(), "NoConnection");
}

TEST_F(SessionSla, what_others_answer_counts_nothing)
{
	load(lines("192.0.2.1"));
	struct addr other = ip("192.0.2.2"), target = ip("192.0.2.1");
	uint64_t token = hub.echoes.at(0).token;

	session_hub_echoed(hub.hub, 0, &other, token);
	session_hub_echoed(hub.hub, 0, &target, token + 1);
	session_hub_echoed(hub.hub, 5, &target, token);
	EXPECT_STREQ(code(), "Unknown");
	session_hub_echoed(hub.hub, 0, &target, token);
	EXPECT_STREQ(code(), "OK");
	session_hub_echoed(hub.hub, 0, &target, token);
	EXPECT_EQ(info().successes, 1u) << "once";
}

TEST_F(SessionSla, it_comes_from_where_its_lines_say)
{
	load(lines("192.0.2.1 source-interface Ethernet0/1"));
	EXPECT_EQ(str(hub.echoes.back().source), "10.10.0.1");
	load(lines("2001:db8:9::9 source-interface Ethernet0/0"));
	EXPECT_EQ(str(hub.echoes.back().source), "2001:db8:1::1");
	load(lines("192.0.2.1 source-ip 198.51.100.1"));
	EXPECT_EQ(str(hub.echoes.back().source), "198.51.100.1");
	size_t asked = hub.echoes.size();
	load(lines("2001:db8:9::9 source-interface Ethernet0/1"));
	EXPECT_EQ(hub.echoes.size(), asked);
	EXPECT_STREQ(code(), "NoConnection") << "it has no address of that family";
	load("vrf definition red\n" + lines("192.0.2.1", "  vrf red\n"));
	EXPECT_EQ(hub.echoes.back().vrf, session_vrf_id("red"));
	answer(1, session_vrf_id("red"));
	EXPECT_STREQ(code(), "OK");
}

TEST_F(SessionSla, a_reload_that_leaves_it_alone_leaves_what_it_knows)
{
	load(lines("192.0.2.1"));
	answer(3);
	load(lines("192.0.2.1") + "hostname other\n");
	EXPECT_EQ(hub.echoes.size(), 1u);
	EXPECT_EQ(there(), "state reachability");
	load(lines("192.0.2.3"));
	EXPECT_EQ(hub.echoes.size(), 2u);
	wan.run(600);
	EXPECT_EQ(there(), "") << "nobody knows yet";
	load("");
	wan.run(20000);
	EXPECT_EQ(hub.echoes.size(), 2u);
}

TEST_F(SessionSla, life_and_schedule)
{
	load("ip sla 7\n icmp-echo 192.0.2.1\n  frequency 10\n");
	wan.run(30000);
	EXPECT_TRUE(hub.echoes.empty()) << "it isn't scheduled";
	EXPECT_FALSE(info().running);
	load("ip sla 7\n icmp-echo 192.0.2.1\n  frequency 10\nip sla schedule 7 life 25 start-time now\n");
	answer(1);
	EXPECT_TRUE(info().running);
	wan.run(60000);
	EXPECT_EQ(hub.echoes.size(), 3u);
	EXPECT_FALSE(info().running);
	EXPECT_STREQ(code(), "Unknown") << "its life is over";
}

/* The wall clock of the lab begins at 8 in the morning, on a 15th of January. */
TEST_F(SessionSla, it_begins_at_its_time)
{
	const std::string probe = "ip sla 7\n icmp-echo 192.0.2.1\n  frequency 600\nip sla schedule 7 life 1000 start-time ";

	load(probe + "pending\n");
	wan.run(100000);
	EXPECT_TRUE(hub.echoes.empty());
	load(probe + "after 01:00:05\n");
	wan.run(3604900);
	EXPECT_TRUE(hub.echoes.empty());
	EXPECT_FALSE(info().running);
	ASSERT_TRUE(wan.run_until([&] { return hub.echoes.size() == 1; }, 200));
	EXPECT_TRUE(info().running);
	wan.run(2000000);
	EXPECT_EQ(hub.echoes.size(), 2u) << "its life is counted from there";
	EXPECT_FALSE(info().running);
}

TEST_F(SessionSla, it_begins_at_a_time_of_day)
{
	const std::string probe = "ip sla 7\n icmp-echo 192.0.2.1\n  frequency 600\nip sla schedule 7 start-time ";

	load(probe + "09:00\n");
	ASSERT_TRUE(wan.run_until([&] { return hub.echoes.size() == 1; }, 86400000));
	EXPECT_EQ(wan.now_ms / 1000, 3600u);
	load(probe + "9:00:30 16 jan\n");
	wan.run(80000000);
	EXPECT_EQ(hub.echoes.size(), 1u);
	ASSERT_TRUE(wan.run_until([&] { return hub.echoes.size() == 2; }, 86400000));
	EXPECT_EQ(wan.now_ms / 1000, 86400 + 3630u);
}

TEST_F(SessionSla, an_answer_may_take_no_longer_than_until_the_next_request)
{
	load("ip sla 7\n icmp-echo 192.0.2.1\n  frequency 2\nip sla schedule 7 life forever start-time now\n");
	ASSERT_TRUE(wan.run_until([&] { return hub.echoes.size() == 3; }, 5000));
	EXPECT_EQ(info().failures, 2u);
	EXPECT_STREQ(code(), "Timeout");
}

} // namespace
