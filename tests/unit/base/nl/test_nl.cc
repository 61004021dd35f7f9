#include "base/nl/nl_addr.h"
#include "base/nl/nl_link.h"
#include "base/nl/nl_neigh.h"
#include "base/nl/nl_route.h"
#include "base/nl/nl_tc.h"
#include "base/nl/nl_tun.h"
#include "base/nl/nl_watch.h"
#include "base/netns.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sched.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace
{
struct addr ip(const char *text)
{
	struct addr a;

	EXPECT_EQ(addr_parse(text, &a), ERR_OK) << text;
	return a;
}

struct addr_prefix net(const char *text)
{
	struct addr_prefix p;

	EXPECT_EQ(addr_parse_prefix(text, &p), ERR_OK) << text;
	return p;
}

/* Each case runs in a namespace of its own, which goes with the process or with the next case's. */
class Nl : public ::testing::Test
{
      protected:
	struct nl *sock = nullptr;
	int tun = -1;
	struct nl_link link = {};

	void SetUp() override
	{
		if (unshare(CLONE_NEWNET) != 0)
			GTEST_SKIP() << "no new network namespace: " << strerror(errno);
		ASSERT_EQ(nl_open(-1, &sock), ERR_OK);
	}

	void TearDown() override
	{
		if (tun >= 0)
			(void)close(tun);
		nl_close(sock);
	}

	/* A TUN 'name' that is up. */
	void make_tun(const char *name)
	{
		ASSERT_EQ(nl_tun_open(-1, name, NL_TUN_IP, false, &tun), ERR_OK);
		ASSERT_EQ(nl_link_find(sock, name, &link), ERR_OK);
		ASSERT_EQ(nl_link_no_auto_address(sock, link.index), ERR_OK);
		ASSERT_EQ(nl_link_set_up(sock, link.index, true), ERR_OK);
	}

	struct nl_route route(const char *text)
	{
		struct nl_route r = {};

		r.prefix = net(text);
		r.index = link.index;
		r.table = NL_TABLE_MAIN;
		r.protocol = NL_PROTOCOL_NAVE;
		return r;
	}

	std::vector<struct nl_route> ours()
	{
		std::vector<struct nl_route> out;

		EXPECT_EQ(nl_route_each(
				  sock,
				  [](const struct nl_route *r, void *ctx) {
					  if (r->protocol == NL_PROTOCOL_NAVE)
						  static_cast<std::vector<struct nl_route> *>(ctx)->push_back(*r);
				  },
				  &out),
			ERR_OK);
		return out;
	}
};
} // namespace

TEST_F(Nl, finds_a_link_by_name_and_by_index)
{
	struct nl_link lo, again;

	ASSERT_EQ(nl_link_find(sock, "lo", &lo), ERR_OK);
	EXPECT_STREQ(lo.name, "lo");
	EXPECT_FALSE(lo.up);
	EXPECT_FALSE(lo.ethernet);
	EXPECT_STREQ(lo.kind, "");
	EXPECT_EQ(lo.mtu, 65536u);
	ASSERT_EQ(nl_link_get(sock, lo.index, &again), ERR_OK);
	EXPECT_STREQ(again.name, "lo");
	EXPECT_EQ(nl_link_find(sock, "nosuch0", &lo), ERR_ABSENT);
	EXPECT_EQ(nl_link_find(sock, "a-name-that-is-too-long", &lo), ERR_ABSENT);
	EXPECT_EQ(nl_link_get(sock, 999, &lo), ERR_ABSENT);
}

TEST_F(Nl, a_tap_is_an_ethernet_link_that_can_be_set)
{
	const uint8_t mac[6] = { 0x02, 0, 0, 0, 0, 0x42 };

	ASSERT_EQ(nl_tun_open(-1, "tap0", NL_TUN_ETHERNET, false, &tun), ERR_OK);
	ASSERT_EQ(nl_link_find(sock, "tap0", &link), ERR_OK);
	EXPECT_STREQ(link.kind, "tun");
	EXPECT_TRUE(link.ethernet);
	ASSERT_EQ(nl_link_set_mac(sock, link.index, mac), ERR_OK);
	ASSERT_EQ(nl_link_set_mtu(sock, link.index, 1400), ERR_OK);
	ASSERT_EQ(nl_link_set_up(sock, link.index, true), ERR_OK);
	ASSERT_EQ(nl_link_get(sock, link.index, &link), ERR_OK);
	EXPECT_EQ(memcmp(link.mac, mac, 6), 0);
	EXPECT_EQ(link.mtu, 1400u);
	EXPECT_TRUE(link.up);
	EXPECT_TRUE(link.running);
	ASSERT_EQ(nl_link_set_up(sock, link.index, false), ERR_OK);
	ASSERT_EQ(nl_link_get(sock, link.index, &link), ERR_OK);
	EXPECT_FALSE(link.up);
	EXPECT_EQ(nl_link_set_mtu(sock, 999, 1400), ERR_ABSENT);
}

/* A frame written to one TAP comes in by the other: its receiver sees the device that the socket is bound to. */
TEST_F(Nl, what_comes_by_one_link_comes_by_another)
{
	struct nl_link as;
	int other = -1, in;
	uint8_t frame[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 9, 0x88, 0xb5, 'x' }, got[60];
	struct sockaddr_ll at = {};

	ASSERT_EQ(nl_tun_open(-1, "from0", NL_TUN_ETHERNET, false, &tun), ERR_OK);
	ASSERT_EQ(nl_tun_open(-1, "as0", NL_TUN_ETHERNET, false, &other), ERR_OK);
	ASSERT_EQ(nl_link_find(sock, "from0", &link), ERR_OK);
	ASSERT_EQ(nl_link_find(sock, "as0", &as), ERR_OK);
	ASSERT_EQ(nl_link_set_up(sock, link.index, true), ERR_OK);
	ASSERT_EQ(nl_link_set_up(sock, as.index, true), ERR_OK);
	ASSERT_EQ(nl_tc_redirect(sock, link.index, as.index), ERR_OK);
	EXPECT_EQ(nl_tc_redirect(sock, link.index, as.index), ERR_EXISTS);
	EXPECT_EQ(nl_tc_redirect(sock, 999, as.index), ERR_ABSENT);
	in = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(0x88b5));
	at.sll_family = AF_PACKET;
	at.sll_protocol = htons(0x88b5);
	at.sll_ifindex = static_cast<int>(as.index);
	ASSERT_EQ(bind(in, reinterpret_cast<struct sockaddr *>(&at), sizeof(at)), 0);
	ASSERT_EQ(write(tun, frame, sizeof(frame)), ssize_t{ sizeof(frame) });
	ASSERT_EQ(recv(in, got, sizeof(got), 0), ssize_t{ sizeof(got) }) << strerror(errno);
	EXPECT_EQ(memcmp(frame, got, sizeof(got)), 0);
	(void)close(in);
	(void)close(other);
}

/* A bridge stands for a VRF device, which the kernel may not have. */
TEST_F(Nl, R_TUN_21_a_link_belongs_to_another_and_leaves_it)
{
	struct nl_link bridge;

	ASSERT_EQ(system("ip link add br0 type bridge"), 0);
	ASSERT_EQ(nl_link_find(sock, "br0", &bridge), ERR_OK);
	EXPECT_EQ(bridge.table, 0u);
	ASSERT_EQ(nl_tun_open(-1, "tap0", NL_TUN_ETHERNET, false, &tun), ERR_OK);
	ASSERT_EQ(nl_link_find(sock, "tap0", &link), ERR_OK);
	ASSERT_EQ(nl_link_set_master(sock, link.index, bridge.index), ERR_OK);
	ASSERT_EQ(nl_link_get(sock, link.index, &link), ERR_OK);
	EXPECT_EQ(link.master, bridge.index);
	ASSERT_EQ(nl_link_set_master(sock, link.index, 0), ERR_OK);
	ASSERT_EQ(nl_link_get(sock, link.index, &link), ERR_OK);
	EXPECT_EQ(link.master, 0u);
	EXPECT_EQ(nl_link_set_master(sock, 999, bridge.index), ERR_ABSENT);
}

/* What a kernel with VRF devices tells of one: {kind "vrf", table 1001}. */
TEST(NlLink, R_TUN_21_a_vrf_device_has_a_table)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg body;
		struct nlattr info, kind;
		char vrf[4];
		struct nlattr data, table;
		uint32_t id;
	} msg = {};
	struct nl_link link;

	msg.head.nlmsg_len = sizeof(msg);
	msg.head.nlmsg_type = RTM_NEWLINK;
	msg.body.ifi_index = 7;
	msg.info.nla_type = IFLA_LINKINFO;
	msg.info.nla_len = sizeof(msg) - offsetof(decltype(msg), info);
	msg.kind.nla_type = IFLA_INFO_KIND;
	msg.kind.nla_len = sizeof(msg.kind) + sizeof(msg.vrf);
	memcpy(msg.vrf, "vrf", 4);
	msg.data.nla_type = IFLA_INFO_DATA;
	msg.data.nla_len = sizeof(msg) - offsetof(decltype(msg), data);
	msg.table.nla_type = IFLA_VRF_TABLE;
	msg.table.nla_len = sizeof(msg.table) + sizeof(msg.id);
	msg.id = 1001;
	ASSERT_TRUE(nl_link_parse(&msg.head, &link));
	EXPECT_EQ(link.index, 7u);
	EXPECT_STREQ(link.kind, NL_LINK_VRF);
	EXPECT_EQ(link.table, 1001u);
	memcpy(msg.vrf, "vra", 4); /* the data are another kind's */
	ASSERT_TRUE(nl_link_parse(&msg.head, &link));
	EXPECT_EQ(link.table, 0u);
}

TEST_F(Nl, a_tun_carries_packets_and_says_nothing_by_itself)
{
	uint8_t packet[2048];
	struct nl_addr a = { 0, net("198.51.100.1/24") };

	make_tun("tun0");
	EXPECT_FALSE(link.ethernet);
	a.index = link.index;
	ASSERT_EQ(nl_addr_add(sock, &a), ERR_OK);
	EXPECT_EQ(read(tun, packet, sizeof(packet)), -1);
	EXPECT_EQ(errno, EAGAIN);
	ASSERT_EQ(system("ping -c 1 -W 1 198.51.100.2 >/dev/null 2>&1") & 0xff, 0);
	ASSERT_GT(read(tun, packet, sizeof(packet)), 20);
	EXPECT_EQ(packet[0], 0x45);
	EXPECT_EQ(packet[9], 1); /* ICMP */
}

TEST_F(Nl, a_persistent_device_outlives_its_program)
{
	struct nl_link again;
	int fd;

	ASSERT_EQ(nl_tun_open(-1, "keep0", NL_TUN_IP, true, &fd), ERR_OK);
	ASSERT_EQ(nl_link_find(sock, "keep0", &link), ERR_OK);
	EXPECT_EQ(nl_tun_open(-1, "keep0", NL_TUN_IP, true, &tun), ERR_BUSY);
	close(fd);
	ASSERT_EQ(nl_link_find(sock, "keep0", &again), ERR_OK);
	EXPECT_EQ(again.index, link.index);
	EXPECT_EQ(nl_tun_open(-1, "keep0", NL_TUN_ETHERNET, true, &tun), ERR_MALFORMED);
	EXPECT_EQ(nl_tun_open(-1, "keep0", NL_TUN_IP, false, &tun), ERR_BUSY) << "one that is to go with its descriptor is a new one";
}

TEST_F(Nl, a_link_may_have_a_longer_name_too)
{
	make_tun("Vi10");
	ASSERT_EQ(nl_link_add_name(sock, link.index, "Virtual-Access10"), ERR_OK);
	EXPECT_EQ(nl_link_add_name(sock, link.index, "Virtual-Access10"), ERR_EXISTS);
	EXPECT_EQ(system("ip link show Virtual-Access10 >/dev/null 2>&1"), 0);
	EXPECT_NE(system("ip link show Virtual-Access1 >/dev/null 2>&1"), 0);
}

TEST_F(Nl, a_link_can_be_deleted)
{
	int fd;

	ASSERT_EQ(nl_tun_open(-1, "keep0", NL_TUN_IP, true, &fd), ERR_OK);
	close(fd);
	ASSERT_EQ(nl_link_find(sock, "keep0", &link), ERR_OK);
	ASSERT_EQ(nl_link_del(sock, link.index), ERR_OK);
	EXPECT_EQ(nl_link_find(sock, "keep0", &link), ERR_ABSENT);
}

TEST_F(Nl, addresses_of_both_families)
{
	std::vector<std::string> seen;

	make_tun("tun0");
	for (const char *text : { "198.51.100.1/24", "203.0.113.7/32", "2001:db8::1/64" }) {
		struct nl_addr a = { link.index, net(text) };

		EXPECT_EQ(nl_addr_add(sock, &a), ERR_OK) << text;
		EXPECT_EQ(nl_addr_add(sock, &a), ERR_EXISTS) << text;
	}
	ASSERT_EQ(nl_addr_each(
			  sock,
			  [](const struct nl_addr *a, void *ctx) {
				  char text[ADDR_PREFIX_TEXT];

				  static_cast<std::vector<std::string> *>(ctx)->push_back(addr_prefix_str(&a->prefix, text));
			  },
			  &seen),
		ERR_OK);
	EXPECT_EQ(seen, (std::vector<std::string>{ "198.51.100.1/24", "203.0.113.7/32", "2001:db8::1/64" })); /* no link-local */
	for (const char *text : { "198.51.100.1/24", "2001:db8::1/64" }) {
		struct nl_addr a = { link.index, net(text) };

		EXPECT_EQ(nl_addr_del(sock, &a), ERR_OK) << text;
		EXPECT_EQ(nl_addr_del(sock, &a), ERR_ABSENT) << text;
	}
}

TEST_F(Nl, a_route_comes_back_as_it_was_put)
{
	struct nl_route want[4], out = {};
	char text[ADDR_TEXT];

	make_tun("tun0");
	struct nl_addr a = { link.index, net("198.51.100.1/24") };
	ASSERT_EQ(nl_addr_add(sock, &a), ERR_OK);
	want[0] = route("192.0.2.0/24");
	want[0].metric = 210;
	want[0].source = ip("198.51.100.1");
	want[1] = route("10.0.0.0/8");
	want[1].gateway = ip("198.51.100.9");
	want[1].table = 1000;
	want[2] = route("192.0.2.0/24");
	want[2].index = 0;
	want[2].kind = NL_ROUTE_UNREACHABLE;
	want[2].metric = 4000000;
	want[3] = route("2001:db8:1::/48");
	want[3].metric = 77;
	ASSERT_EQ(nl_route_apply(sock, NL_ROUTE_ADD, want, 4, nullptr), ERR_OK);
	std::vector<struct nl_route> got = ours();
	ASSERT_EQ(got.size(), 4u);
	for (const struct nl_route &w : want) {
		bool found = false;

		for (const struct nl_route &g : got)
			found |= addr_prefix_eq(&g.prefix, &w.prefix) && addr_eq(&g.gateway, &w.gateway) && addr_eq(&g.source, &w.source) &&
				 g.index == w.index && g.table == w.table && g.metric == w.metric && g.kind == w.kind;
		EXPECT_TRUE(found) << addr_str(&w.prefix.addr, text) << " metric " << w.metric;
	}
	struct addr to = ip("192.0.2.5");
	ASSERT_EQ(nl_route_lookup(sock, &to, &out), ERR_OK);
	EXPECT_EQ(out.index, link.index);
	EXPECT_STREQ(addr_str(&out.source, text), "198.51.100.1");
}

/* R-RTE: of several next hops one that is alive. */
TEST_F(Nl, of_several_next_hops_the_first_alive_is_taken)
{
	make_tun("tun0");
	struct nl_addr a = { link.index, net("198.51.100.1/24") };
	ASSERT_EQ(nl_addr_add(sock, &a), ERR_OK);
	ASSERT_EQ(system("ip link add gone type veth peer name peer && ip addr add 203.0.113.1/24 dev gone && ip link set gone up &&"
			 "ip link set peer up && ip -6 addr add 2001:db8::1/64 dev tun0 nodad"),
		0);
	ASSERT_EQ(system("ip route add 10.1.0.0/16 proto 171 nexthop via 203.0.113.9 nexthop via 198.51.100.7 weight 3 &&"
			 "ip route add 10.2.0.0/16 proto 171 nexthop via inet6 2001:db8::9 nexthop via 198.51.100.8 &&"
			 "ip route add 10.3.0.0/16 proto 171 via inet6 2001:db8::9"),
		0);
	auto gateway = [this](const char *prefix) {
		char text[ADDR_TEXT];
		for (const struct nl_route &r : ours()) {
			struct addr_prefix p = net(prefix);
			if (addr_prefix_eq(&r.prefix, &p))
				return std::string(addr_str(&r.gateway, text));
		}
		return std::string("none");
	};
	EXPECT_EQ("203.0.113.9", gateway("10.1.0.0/16"));
	EXPECT_EQ("198.51.100.8", gateway("10.2.0.0/16")) << "the other family's gateway isn't taken for an interface";
	EXPECT_EQ("none", gateway("10.3.0.0/16"));
	ASSERT_EQ(system("ip link set peer down"), 0);
	EXPECT_EQ("198.51.100.7", gateway("10.1.0.0/16"));
}

TEST_F(Nl, when_the_link_goes_the_unreachable_route_holds_the_prefix)
{
	struct nl_route r[3], out;
	struct addr to = ip("192.0.2.5");

	make_tun("tun0");
	r[0] = route("192.0.2.0/24");
	r[1] = r[0];
	r[1].index = 0;
	r[1].kind = NL_ROUTE_UNREACHABLE;
	r[1].metric = 4000000;
	r[2] = route("0.0.0.0/0"); /* the way out in clear that must not be taken */
	ASSERT_EQ(nl_route_apply(sock, NL_ROUTE_ADD, r, 2, nullptr), ERR_OK);
	close(tun);
	tun = -1;
	make_tun("tun1");
	r[2].index = link.index;
	ASSERT_EQ(nl_route_apply(sock, NL_ROUTE_ADD, &r[2], 1, nullptr), ERR_OK);
	EXPECT_EQ(nl_route_lookup(sock, &to, &out), ERR_IO);
	to = ip("203.0.113.1");
	EXPECT_EQ(nl_route_lookup(sock, &to, &out), ERR_OK);
}

TEST_F(Nl, each_route_of_a_batch_has_its_own_result)
{
	std::vector<struct nl_route> r;
	std::vector<enum err> results(600, ERR_BUSY);

	make_tun("tun0");
	for (uint32_t i = 0; i < 600; i++) {
		struct nl_route one = route("10.0.0.0/32");

		one.prefix.addr = addr_of_u32(0x0a000000 + i / 2); /* every second one is there already */
		r.push_back(one);
	}
	EXPECT_EQ(nl_route_apply(sock, NL_ROUTE_ADD, r.data(), r.size(), results.data()), ERR_EXISTS);
	for (size_t i = 0; i < results.size(); i++)
		ASSERT_EQ(results[i], i % 2 == 0 ? ERR_OK : ERR_EXISTS) << i;
	EXPECT_EQ(ours().size(), 300u);
	EXPECT_EQ(nl_route_apply(sock, NL_ROUTE_REPLACE, r.data(), r.size(), results.data()), ERR_OK);
	EXPECT_EQ(ours().size(), 300u);
	EXPECT_EQ(nl_route_apply(sock, NL_ROUTE_DEL, r.data(), r.size(), results.data()), ERR_ABSENT);
	for (size_t i = 0; i < results.size(); i++)
		ASSERT_EQ(results[i], i % 2 == 0 ? ERR_OK : ERR_ABSENT) << i;
	EXPECT_TRUE(ours().empty());
	EXPECT_EQ(nl_route_apply(sock, NL_ROUTE_ADD, nullptr, 0, nullptr), ERR_OK);
}

TEST_F(Nl, ten_thousand_routes_that_all_fail_are_all_told)
{
	std::vector<struct nl_route> r;
	std::vector<enum err> results(10000, ERR_OK);

	make_tun("tun0");
	for (uint32_t i = 0; i < 10000; i++) {
		struct nl_route one = route("10.0.0.0/32");

		one.prefix.addr = addr_of_u32(0x0a000000 + i);
		r.push_back(one);
	}
	ASSERT_EQ(nl_route_apply(sock, NL_ROUTE_ADD, r.data(), r.size(), nullptr), ERR_OK);
	EXPECT_EQ(ours().size(), r.size());
	EXPECT_EQ(nl_route_apply(sock, NL_ROUTE_ADD, r.data(), r.size(), results.data()), ERR_EXISTS);
	for (enum err e : results)
		ASSERT_EQ(e, ERR_EXISTS);
	ASSERT_EQ(nl_route_apply(sock, NL_ROUTE_DEL, r.data(), r.size(), nullptr), ERR_OK);
	EXPECT_TRUE(ours().empty());
}

TEST_F(Nl, replace_changes_the_way_and_keeps_one_route)
{
	struct nl_route r;

	make_tun("tun0");
	struct nl_addr a = { link.index, net("198.51.100.1/24") };
	ASSERT_EQ(nl_addr_add(sock, &a), ERR_OK);
	r = route("192.0.2.0/24");
	ASSERT_EQ(nl_route_apply(sock, NL_ROUTE_REPLACE, &r, 1, nullptr), ERR_OK);
	r.gateway = ip("198.51.100.9");
	ASSERT_EQ(nl_route_apply(sock, NL_ROUTE_REPLACE, &r, 1, nullptr), ERR_OK);
	std::vector<struct nl_route> got = ours();
	ASSERT_EQ(got.size(), 1u);
	EXPECT_TRUE(addr_eq(&got[0].gateway, &r.gateway));
}

TEST_F(Nl, neighbours_are_set_found_and_deleted)
{
	struct nl_neigh n = {};
	std::vector<struct nl_neigh> seen;

	ASSERT_EQ(nl_tun_open(-1, "tap0", NL_TUN_ETHERNET, false, &tun), ERR_OK);
	ASSERT_EQ(nl_link_find(sock, "tap0", &link), ERR_OK);
	ASSERT_EQ(nl_link_set_up(sock, link.index, true), ERR_OK);
	n.index = link.index;
	n.addr = ip("198.51.100.2");
	memcpy(n.mac, "\x02\0\0\0\0\x07", 6);
	ASSERT_EQ(nl_neigh_set(sock, &n), ERR_OK);
	n.addr = ip("2001:db8::2");
	ASSERT_EQ(nl_neigh_set(sock, &n), ERR_OK);
	ASSERT_EQ(nl_neigh_each(
			  sock,
			  [](const struct nl_neigh *one, void *ctx) {
				  if (one->permanent)
					  static_cast<std::vector<struct nl_neigh> *>(ctx)->push_back(*one);
			  },
			  &seen),
		ERR_OK);
	ASSERT_EQ(seen.size(), 2u);
	for (const struct nl_neigh &one : seen) {
		EXPECT_TRUE(one.valid);
		EXPECT_EQ(one.index, link.index);
		EXPECT_EQ(memcmp(one.mac, n.mac, 6), 0);
	}
	EXPECT_EQ(nl_neigh_del(sock, n.index, &n.addr), ERR_OK);
	EXPECT_EQ(nl_neigh_del(sock, n.index, &n.addr), ERR_ABSENT);
}

TEST_F(Nl, a_probe_makes_the_kernel_ask)
{
	struct nl_addr a = { 0, net("198.51.100.1/24") };
	struct addr to = ip("198.51.100.2");
	uint8_t frame[2048];
	bool asked = false;

	ASSERT_EQ(nl_tun_open(-1, "tap0", NL_TUN_ETHERNET, false, &tun), ERR_OK);
	ASSERT_EQ(nl_link_find(sock, "tap0", &link), ERR_OK);
	ASSERT_EQ(nl_link_no_auto_address(sock, link.index), ERR_OK);
	ASSERT_EQ(nl_link_set_up(sock, link.index, true), ERR_OK);
	a.index = link.index;
	ASSERT_EQ(nl_addr_add(sock, &a), ERR_OK);
	ASSERT_EQ(nl_neigh_probe(sock, link.index, &to), ERR_OK);
	for (ssize_t len; (len = read(tun, frame, sizeof(frame))) > 0;)
		asked |= len >= 42 && frame[12] == 0x08 && frame[13] == 0x06 && memcmp(frame + 38, addr_bytes(&to).data, 4) == 0;
	EXPECT_TRUE(asked);
}

TEST_F(Nl, the_watch_tells_what_changes)
{
	struct Seen {
		std::vector<std::string> text;
	} seen;
	struct nl_watch_fns fns = {};
	struct nl_watch *w;

	fns.ctx = &seen;
	fns.link = [](void *ctx, const struct nl_link *l, bool gone) {
		static_cast<Seen *>(ctx)->text.push_back(std::string(gone ? "-link " : l->up ? "+link up " : "+link ") + l->name);
	};
	fns.addr = [](void *ctx, const struct nl_addr *a, bool gone) {
		char text[ADDR_PREFIX_TEXT];

		static_cast<Seen *>(ctx)->text.push_back(std::string(gone ? "-addr " : "+addr ") + addr_prefix_str(&a->prefix, text));
	};
	ASSERT_EQ(nl_watch_open(-1, &fns, &w), ERR_OK);
	EXPECT_EQ(nl_watch_read(w), ERR_OK);
	EXPECT_TRUE(seen.text.empty());
	make_tun("tun0");
	struct nl_addr a = { link.index, net("198.51.100.1/24") };
	ASSERT_EQ(nl_addr_add(sock, &a), ERR_OK);
	ASSERT_EQ(nl_addr_del(sock, &a), ERR_OK);
	close(tun);
	tun = -1;
	EXPECT_EQ(nl_watch_read(w), ERR_OK);
	nl_watch_close(w);
	ASSERT_GE(seen.text.size(), 5u);
	EXPECT_EQ(seen.text.front(), "+link tun0");
	EXPECT_EQ(seen.text.back(), "-link tun0");
	for (const char *line : { "+link up tun0", "+addr 198.51.100.1/24", "-addr 198.51.100.1/24" })
		EXPECT_EQ(std::count(seen.text.begin(), seen.text.end(), line) > 0, true) << line;
}

TEST_F(Nl, a_watch_leaves_out_what_one_does_oneself)
{
	std::vector<std::string> seen;
	struct nl_watch_fns fns = {};
	struct nl_watch *w;
	struct nl *other;
	struct nl_addr mine, theirs;

	fns.ctx = &seen;
	fns.addr = [](void *ctx, const struct nl_addr *a, bool gone) {
		char text[ADDR_PREFIX_TEXT];

		static_cast<std::vector<std::string> *>(ctx)->push_back(std::string(gone ? "-" : "+") + addr_prefix_str(&a->prefix, text));
	};
	make_tun("tun0");
	mine = { link.index, net("198.51.100.1/24") };
	theirs = { link.index, net("203.0.113.1/24") };
	ASSERT_EQ(nl_open(-1, &other), ERR_OK);
	ASSERT_EQ(nl_watch_open(-1, &fns, &w), ERR_OK);
	ASSERT_EQ(nl_watch_leave_out(w, sock), ERR_OK);
	ASSERT_EQ(nl_addr_add(sock, &mine), ERR_OK);
	ASSERT_EQ(nl_addr_add(other, &theirs), ERR_OK);
	ASSERT_EQ(nl_addr_del(other, &mine), ERR_OK);
	ASSERT_EQ(nl_addr_del(sock, &theirs), ERR_OK);
	EXPECT_EQ(nl_watch_read(w), ERR_OK);
	nl_watch_close(w);
	nl_close(other);
	EXPECT_EQ(seen, (std::vector<std::string>{ "+203.0.113.1/24", "-198.51.100.1/24" }));
}

TEST_F(Nl, a_watch_that_is_not_read_says_that_it_lost_some)
{
	struct nl_watch_fns fns = {};
	struct nl_watch *w;
	std::vector<struct nl_route> r;
	enum err err;

	fns.route = [](void *, const struct nl_route *, bool) {};
	ASSERT_EQ(nl_watch_open(-1, &fns, &w), ERR_OK);
	make_tun("tun0");
	for (uint32_t i = 0; i < 60000; i++) { /* more notices than the buffer holds */
		r.push_back(route("10.0.0.0/32"));
		r.back().prefix.addr = addr_of_u32(0x0a000000 + i);
	}
	ASSERT_EQ(nl_route_apply(sock, NL_ROUTE_ADD, r.data(), r.size(), nullptr), ERR_OK);
	err = nl_watch_read(w);
	EXPECT_EQ(err, ERR_FULL);
	do {
		err = nl_watch_read(w);
	} while (err == ERR_AGAIN);
	EXPECT_EQ(err, ERR_OK);
	nl_watch_close(w);
}

TEST_F(Nl, works_in_another_namespace_and_comes_back)
{
	struct nl *there;
	struct nl_link found;
	int other, own;

	ASSERT_EQ(netns_open("", &other), ERR_OK);
	ASSERT_EQ(unshare(CLONE_NEWNET), 0);
	ASSERT_EQ(netns_open("", &own), ERR_OK);
	ASSERT_EQ(nl_tun_open(other, "there0", NL_TUN_IP, false, &tun), ERR_OK);
	ASSERT_EQ(nl_open(other, &there), ERR_OK);
	EXPECT_EQ(nl_link_find(there, "there0", &found), ERR_OK);
	nl_close(there);
	ASSERT_EQ(nl_open(own, &there), ERR_OK);
	EXPECT_EQ(nl_link_find(there, "there0", &found), ERR_ABSENT);
	nl_close(there);
	close(other);
	close(own);
}

TEST(Netns, names)
{
	int fd = -1;

	EXPECT_EQ(netns_open("no-such-namespace", &fd), ERR_ABSENT);
	EXPECT_EQ(netns_open("../../proc/self/ns/net", &fd), ERR_MALFORMED);
	EXPECT_EQ(fd, -1);
	ASSERT_EQ(netns_open("", &fd), ERR_OK);
	close(fd);
	EXPECT_EQ(netns_enter(-1, &fd), ERR_OK);
	netns_leave(fd);
}
