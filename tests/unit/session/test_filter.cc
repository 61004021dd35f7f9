#include "dp/line.h"
#include "lab.h"
#include "session/box/filter.h"

namespace
{

using namespace lab;

const std::string web = "ip access-list extended WEB\n permit tcp any 10.0.0.0 0.255.255.255 eq www\n deny ip any any\n";

class SessionFilter : public Star
{
      protected:
	/* The filter of the datapath by that name; nothing: it isn't there. */
	const dp_filter *filter(Box &b, const std::string &name)
	{
		found = b.objects(DP_CLASS_FILTER);
		for (const auto &item : found)
			if (item.op.u.filter.name == name)
				return &item.op.u.filter;
		return nullptr;
	}
	dp_feature access(Box &b, dp_family family = DP_V4)
	{
		auto all = b.objects(DP_CLASS_TUNNEL);

		EXPECT_EQ(all.size(), 1u);
		return all.empty() ? dp_feature() : all[0].op.u.tunnel.feature[family];
	}
	std::vector<dp_item> found;
};

TEST_F(SessionFilter, R_PBF_04_R_PBF_05_R_TUN_18_each_access_has_what_its_template_says)
{
	HubConfig c;

	c.more = web + "access-list 7 permit any\n";
	hub.must_load(with(c.text(), " tunnel mode ipsec ipv4\n",
		" tunnel mode ipsec ipv4\n ip access-group WEB in\n ip access-group 7 out\n ip verify unicast reverse-path\n"
		" ip tcp adjust-mss 1360\n ipv6 tcp adjust-mss 1340\n"));
	Box &s = spoke(1);
	up(s);
	const dp_filter *f = filter(hub, "WEB");
	ASSERT_NE(f, nullptr);
	ASSERT_EQ(f->count, 2);
	struct rd r = rd_of(f->lines);
	dp_line line = {};
	dp_line_read(&r, &line);
	EXPECT_TRUE(line.permit);
	EXPECT_EQ(line.proto, 6);
	EXPECT_EQ(str(line.dst.addr), "10.0.0.0");
	EXPECT_EQ(str(line.dst.care), "255.0.0.0");
	EXPECT_EQ(line.dst.port_first, 80);
	EXPECT_EQ(line.dst.port_last, 80);
	EXPECT_EQ(str(line.src.care), "0.0.0.0");
	EXPECT_EQ(access(hub).filter[DP_IN], f->id);
	EXPECT_EQ(access(hub).filter[DP_OUT], filter(hub, "7")->id);
	EXPECT_EQ(access(hub).urpf, DP_URPF_STRICT);
	EXPECT_EQ(access(hub).mss, 1360);
	EXPECT_EQ(access(hub, DP_V6).mss, 1340);
	EXPECT_EQ(access(hub, DP_V6).urpf, DP_URPF_OFF);
	EXPECT_EQ(session_filter_id(hub.hub, "WEB"), filter(hub, "WEB")->id);
	EXPECT_EQ(session_filter_id(hub.hub, "NO"), 0u);
}

/* A changed list keeps its id and the session that it is for; one that nobody names any more goes with the session that did. */
TEST_F(SessionFilter, R_PBF_04_a_changed_list_takes_the_place_of_the_old_one)
{
	HubConfig c;
	const std::string group = " tunnel mode ipsec ipv4\n ip access-group WEB in\n";

	c.more = web;
	hub.must_load(with(c.text(), " tunnel mode ipsec ipv4\n", group));
	Box &s = spoke(1);
	up(s);
	uint32_t id = filter(hub, "WEB")->id;
	const struct session *was = hub.session();
	c.more = "ip access-list extended WEB\n permit ip any any\n";
	hub.must_load(with(c.text(), " tunnel mode ipsec ipv4\n", group));
	wan.run(1000);
	ASSERT_NE(filter(hub, "WEB"), nullptr);
	EXPECT_EQ(filter(hub, "WEB")->id, id);
	EXPECT_EQ(filter(hub, "WEB")->count, 1);
	EXPECT_EQ(hub.session(), was);
	EXPECT_EQ(access(hub).filter[DP_IN], id);
}

TEST_F(SessionFilter, R_PBF_04_ports_have_theirs)
{
	hub.must_load(
		"access-list 9 deny host 10.10.0.66\naccess-list 9 permit any\ninterface Ethernet0/1\n ip address 10.10.0.1 255.255.255.0\n"
		" ip access-group 9 in\n ip verify unicast source reachable-via any\n");
	wan.run(1000);
	auto ports = hub.objects(DP_CLASS_PORT);
	ASSERT_EQ(ports.size(), 1u);
	ASSERT_NE(filter(hub, "9"), nullptr);
	EXPECT_EQ(ports[0].op.u.port.feature[DP_V4].filter[DP_IN], filter(hub, "9")->id);
	EXPECT_EQ(ports[0].op.u.port.feature[DP_V4].urpf, DP_URPF_ANY);
	hub.must_load("interface Ethernet0/1\n ip address 10.10.0.1 255.255.255.0\n");
	wan.run(1000);
	EXPECT_EQ(hub.objects(DP_CLASS_PORT)[0].op.u.port.feature[DP_V4].filter[DP_IN], 0u);
	EXPECT_EQ(filter(hub, "9"), nullptr);
}

} // namespace
