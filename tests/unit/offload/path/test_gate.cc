#include <algorithm>

#include "fixture.h"

namespace
{

uint16_t tcp_sum(const Bytes &ip, size_t at)
{
	bool v6 = ip[0] >> 4 == 6;
	uint32_t sum = 6 + (uint32_t)(ip.size() - at);

	for (size_t i = v6 ? 8 : 12; i < (v6 ? 40u : 20u); i += 2)
		sum += be16(&ip[i]);
	for (size_t i = at; i < ip.size(); i += 2)
		sum += i + 1 < ip.size() ? be16(&ip[i]) : (uint32_t)ip[i] << 8;
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* A TCP packet with these options, its checksum right. */
Bytes tcp(Ip ip, uint8_t flags, Bytes options)
{
	while (options.size() % 4 != 0)
		options.push_back(0);
	size_t at = ip.src.find(':') != std::string::npos ? 40 : 20;

	ip.proto = 6;
	ip.payload = Bytes{
		0x12, 0x34, 0, 80, 1, 2, 3, 4, 5, 6, 7, 8, (uint8_t)((20 + options.size()) / 4 << 4), flags, 0xff, 0xff, 0, 0, 0, 0
	} + options;
	Bytes b = ip.bytes();
	uint16_t sum = tcp_sum(b, at);
	b[at + 16] = (uint8_t)(sum >> 8);
	b[at + 17] = (uint8_t)sum;
	return b;
}

Bytes mss(uint16_t value)
{
	return { 2, 4, (uint8_t)(value >> 8), (uint8_t)value };
}

class Gate : public PathTest
{
      protected:
	void from_lan(const Ip &ip)
	{
		feed(fake[lan], frame(lan_mac, ip.bytes()));
		poll();
	}
	void from_peer(const Bytes &inner)
	{
		feed(fake[wan], frame(wan_mac, peer_seals(inner, ++seq)));
		poll();
	}
	Ip back()
	{
		Ip ip;

		std::swap(ip.src, ip.dst);
		return ip;
	}
	dp_feature filtered(uint32_t in, uint32_t out)
	{
		dp_feature f = {};

		f.filter[DP_IN] = in;
		f.filter[DP_OUT] = out;
		return f;
	}
	dp_feature checked(dp_urpf how)
	{
		dp_feature f = {};

		f.urpf = (uint8_t)how;
		return f;
	}
	dp_feature_stats tunnel_drops()
	{
		dp_tunnel_stats s;

		db_tunnel_stats(db, db_tunnel_find(db, TUNNEL), now, &s);
		return s.feature;
	}
	uint64_t seq = 0;
};

} // namespace

/* R-PBF-04, R-SYS-07: what comes out of a tunnel meets its list before it is routed. */
TEST_F(Gate, R_PBF_04_a_tunnel_filters_what_comes_in)
{
	dp_line ssh = filters_line(false, 17);

	start();
	ssh.dst.port_first = ssh.dst.port_last = 22;
	put_filter(1, { ssh, filters_line(true, 17) });
	gate_tunnel(filtered(1, 0));
	Ip ip = back();
	ip.payload = udp(1000, 22, Bytes(8));
	from_peer(ip.bytes());
	EXPECT_TRUE(fake[lan].tx.empty());
	EXPECT_EQ(drops(PATH_DROP_ACL_IN), 1u);
	EXPECT_EQ(tunnel_drops().acl_drops[DP_IN], 1u);
	ASSERT_EQ(fake[wan].tx.size(), 1u) << "its sender is told: administratively prohibited";
	Bytes told = peer_opens(fake[wan].tx[0]);
	EXPECT_EQ(told[20], 3);
	EXPECT_EQ(told[21], 13);
	ip.payload = udp(1000, 23, Bytes(8));
	from_peer(ip.bytes());
	EXPECT_EQ(fake[lan].tx.size(), 1u);
	ip.proto = 50; /* no line is for it */
	from_peer(ip.bytes());
	EXPECT_EQ(drops(PATH_DROP_ACL_IN), 2u);
	EXPECT_EQ(db_filter_hits(db, 1, 0), 1u);
	EXPECT_EQ(db_filter_hits(db, 1, 1), 1u);
	EXPECT_EQ(db_filter_hits(db, 1, 2), 1u);
	from_lan(Ip()); /* the other way nothing is filtered */
	EXPECT_EQ(drops(PATH_DROP_ACL_OUT), 0u);
}

TEST_F(Gate, R_PBF_04_a_tunnel_filters_what_goes_in_but_not_the_boxs_own)
{
	start();
	put_filter(1, { filters_line(false, 17), filters_line(true) });
	gate_tunnel(filtered(0, 1));
	from_lan(Ip());
	EXPECT_EQ(drops(PATH_DROP_ACL_OUT), 1u);
	EXPECT_EQ(tunnel_drops().acl_drops[DP_OUT], 1u);
	EXPECT_TRUE(fake[wan].tx.empty());
	Ip own_packet;
	own_packet.src = "10.255.0.1";
	feed(fake[tun], own_packet.bytes());
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 1u);
	Ip six;
	six.src = "2001:db8:1::9";
	six.dst = "2001:db8:9::1";
	from_lan(six); /* an IPv4 list says nothing about IPv6 */
	EXPECT_EQ(fake[wan].tx.size(), 2u);
}

/* A packet that must be cut is judged once; a piece that comes in is judged by what it shows. */
TEST_F(Gate, fragments)
{
	dp_line web = filters_line(true, 17), no_web = filters_line(false, 17);

	start();
	web.dst.port_first = web.dst.port_last = 80;
	no_web.dst = web.dst;
	put_filter(1, { web });
	gate_tunnel(filtered(0, 1));
	Ip big;
	big.payload = udp(1000, 80, Bytes(1472));
	from_lan(big);
	EXPECT_EQ(fake[wan].tx.size(), 2u);
	EXPECT_EQ(db_filter_hits(db, 1, 0), 1u);
	EXPECT_EQ(drops(PATH_DROP_ACL_OUT), 0u);
	Ip later;
	later.frag = 100; /* shows no port: a line that permits by ports lets it by */
	from_lan(later);
	EXPECT_EQ(fake[wan].tx.size(), 3u);
	put_filter(1, { no_web, filters_line(true) });
	from_lan(later); /* and one that denies by ports says nothing about it */
	EXPECT_EQ(fake[wan].tx.size(), 4u);
	put_filter(1, { filters_line(false, 17), filters_line(true) });
	from_lan(later);
	EXPECT_EQ(fake[wan].tx.size(), 4u);
}

/* A list takes another's place between two packets: what both permit isn't lost. */
TEST_F(Gate, a_change_of_lists_loses_nothing_that_both_permit)
{
	dp_line one = filters_line(true, 17), two = filters_line(true);

	start();
	put_filter(1, { one });
	gate_tunnel(filtered(1, 1));
	for (unsigned i = 0; i < 200; i++) {
		put_filter(1, i % 2 == 0 ? std::vector<dp_line>{ two } : std::vector<dp_line>{ filters_line(false, 6), one });
		feed(fake[lan], frame(lan_mac, Ip().bytes()));
		feed(fake[wan], frame(wan_mac, peer_seals(back().bytes(), ++seq)));
		poll();
	}
	EXPECT_EQ(fake[wan].tx.size(), 200u);
	EXPECT_EQ(fake[lan].tx.size(), 200u);
	expect_no_other_drops();
}

/* R-SYS-08: the port's list sees ESP, whatever is inside. */
TEST_F(Gate, R_SYS_08_a_port_sees_ESP)
{
	start();
	put_filter(1, { filters_line(true, 50) });
	put_filter(2, { filters_line(false, 50), filters_line(true) });
	gate_port(wan, filtered(1, 1));
	from_lan(Ip());
	from_peer(back().bytes());
	EXPECT_EQ(fake[wan].tx.size(), 1u);
	EXPECT_EQ(fake[lan].tx.size(), 1u);
	Ip plain;
	plain.src = "198.51.100.7";
	plain.dst = "10.0.0.9";
	feed(fake[wan], frame(wan_mac, plain.bytes()));
	poll();
	EXPECT_EQ(drops(PATH_DROP_ACL_IN), 1u);
	EXPECT_EQ(fake[lan].tx.size(), 1u);
	gate_port(wan, filtered(2, 2));
	from_lan(Ip());
	from_peer(back().bytes());
	EXPECT_EQ(drops(PATH_DROP_ACL_IN), 2u);
	EXPECT_EQ(drops(PATH_DROP_ACL_OUT), 1u);
	EXPECT_EQ(fake[lan].tx.size(), 1u);
}

TEST_F(Gate, R_PBF_04_a_port_filters_what_it_forwards)
{
	start();
	put_filter(1, { filters_line(false, 17), filters_line(true) });
	gate_port(lan, filtered(0, 1));
	from_peer(back().bytes());
	EXPECT_EQ(drops(PATH_DROP_ACL_OUT), 1u);
	EXPECT_TRUE(fake[lan].tx.empty());
	gate_port(lan, filtered(1, 0));
	from_lan(Ip());
	EXPECT_EQ(drops(PATH_DROP_ACL_IN), 1u);
	gate_port(lan, filtered(0, 0));
	from_peer(back().bytes());
	from_lan(Ip());
	EXPECT_EQ(fake[lan].tx.size(), 2u) << "the answer to what was denied, and the packet";
}

/* R-PBF-05: the source must be routed to where the packet came from. */
TEST_F(Gate, R_PBF_05_spoofed_sources_through_a_tunnel)
{
	start();
	gate_tunnel(checked(DP_URPF_STRICT));
	from_peer(back().bytes());
	EXPECT_EQ(fake[lan].tx.size(), 1u);
	Ip spoofed = back();
	for (const char *src : { "10.0.0.9", "10.255.0.1", "203.0.113.5" }) { /* of the LAN, our own, by the default route elsewhere */
		spoofed.src = src;
		from_peer(spoofed.bytes());
	}
	EXPECT_EQ(drops(PATH_DROP_URPF), 3u);
	EXPECT_EQ(tunnel_drops().urpf_drops, 3u);
	EXPECT_EQ(fake[lan].tx.size(), 1u);
	gate_tunnel(checked(DP_URPF_ANY));
	from_peer(spoofed.bytes());
	EXPECT_EQ(fake[lan].tx.size(), 2u);
	route("203.0.113.0/24", DP_ROUTE_DROP, 0);
	from_peer(spoofed.bytes());
	EXPECT_EQ(drops(PATH_DROP_URPF), 4u);
}

TEST_F(Gate, R_PBF_05_spoofed_sources_on_a_port)
{
	start();
	gate_port(lan, checked(DP_URPF_STRICT));
	from_lan(Ip());
	EXPECT_EQ(fake[wan].tx.size(), 1u);
	Ip unseen;
	unseen.src = "10.0.0.77"; /* on the connected network, not heard of yet */
	from_lan(unseen);
	EXPECT_EQ(fake[wan].tx.size(), 2u);
	Ip spoofed;
	spoofed.src = "10.9.0.7";
	from_lan(spoofed);
	EXPECT_EQ(drops(PATH_DROP_URPF), 1u);
	EXPECT_EQ(fake[wan].tx.size(), 2u);
}

TEST_F(Gate, R_PBF_05_of_IPv6_apart_from_IPv4)
{
	start();
	gate_tunnel(dp_feature(), checked(DP_URPF_STRICT));
	Ip six;
	six.src = "2001:db8:1::66";
	six.dst = "2001:db8:1::9";
	from_peer(six.bytes());
	EXPECT_EQ(drops(PATH_DROP_URPF), 1u);
	six.src = "2001:db8:9::66";
	from_peer(six.bytes());
	Ip four = back();
	four.src = "10.0.0.44";
	from_peer(four.bytes());
	EXPECT_EQ(drops(PATH_DROP_URPF), 1u);
	EXPECT_EQ(fake[lan].tx.size(), 2u);
}

/* R-TUN-18: TCP agrees on segments that fit, both ways, wherever the option stands. */
TEST_F(Gate, R_TUN_18_segments_are_lowered_both_ways)
{
	const Bytes options[] = { mss(1460), Bytes{ 1 } + mss(1460), Bytes{ 1, 1, 3, 3, 7 } + mss(1460) + Bytes{ 4, 2 },
		Bytes{ 8, 10, 1, 2, 3, 4, 5, 6, 7, 8 } + mss(9000) };
	dp_feature lower = {};

	start();
	lower.mss = 1360;
	gate_tunnel(lower);
	for (const Bytes &o : options) {
		fake[lan].tx.clear();
		fake[wan].tx.clear();
		feed(fake[lan], frame(lan_mac, tcp(Ip(), 2, o)));
		poll();
		from_peer(tcp(back(), 0x12, o));
		ASSERT_EQ(fake[wan].tx.size(), 1u);
		ASSERT_EQ(fake[lan].tx.size(), 1u);
		Bytes there = peer_opens(fake[wan].tx[0]), here(fake[lan].tx[0].begin() + 14, fake[lan].tx[0].end());
		for (const Bytes &b : { there, here }) {
			Bytes want = mss(1360);

			EXPECT_EQ(tcp_sum(b, 20), 0);
			EXPECT_NE(std::search(b.begin() + 40, b.end(), want.begin(), want.end()), b.end());
		}
	}
}

TEST_F(Gate, R_TUN_18_segments_that_fit_are_left_alone)
{
	const Bytes cases[] = { tcp(Ip(), 2, mss(1360)), tcp(Ip(), 2, mss(536)), tcp(Ip(), 0x10, mss(1460)), tcp(Ip(), 2, {}),
		tcp(Ip(), 2, Bytes{ 3, 0, 2, 4, 5, 0xb4, 0, 0 }), tcp(Ip(), 2, Bytes{ 2, 3, 5, 0xb4 }),
		tcp(Ip(), 2, Bytes{ 0 } + mss(1460)) };
	dp_feature lower = {};

	start();
	lower.mss = 1360;
	gate_tunnel(lower);
	for (const Bytes &b : cases) {
		fake[wan].tx.clear();
		feed(fake[lan], frame(lan_mac, b));
		poll();
		ASSERT_EQ(fake[wan].tx.size(), 1u);
		EXPECT_EQ(peer_opens(fake[wan].tx[0]), one_hop_on(b));
	}
}

TEST_F(Gate, R_TUN_18_of_IPv6)
{
	dp_feature lower = {};
	Ip six;

	start();
	lower.mss = 1340;
	gate_tunnel(dp_feature(), lower);
	six.src = "2001:db8:1::9";
	six.dst = "2001:db8:9::1";
	feed(fake[lan], frame(lan_mac, tcp(six, 2, mss(1440))));
	poll();
	ASSERT_EQ(fake[wan].tx.size(), 1u);
	Bytes b = peer_opens(fake[wan].tx[0]);
	EXPECT_EQ(be16(&b[62]), 1340);
	EXPECT_EQ(tcp_sum(b, 40), 0);
}

/* Two workers: the SA's owner judges, once, and each counts for itself. */
TEST_F(Gate, counts_are_exact_over_workers)
{
	Options o;

	o.workers = 2;
	start(o);
	put_filter(1, { filters_line(true, 17) });
	gate_tunnel(filtered(1, 1));
	for (unsigned i = 0; i < 40; i++) {
		feed(fake[lan], frame(lan_mac, Ip().bytes()));
		feed(fake[wan], frame(wan_mac, peer_seals(back().bytes(), ++seq)));
	}
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 40u);
	EXPECT_EQ(fake[lan].tx.size(), 40u);
	EXPECT_EQ(db_filter_hits(db, 1, 0), 80u);
}

/* A list of IPv6 that says nothing of neighbours doesn't cut the port off from them. */
TEST_F(Gate, neighbours_are_found_whatever_the_list)
{
	Ip na;

	start();
	put_filter(6, { filters_line(false, 0, true) }, true);
	gate_port(lan, dp_feature(), filtered(6, 0));
	na.src = "2001:db8:1::9";
	na.dst = "2001:db8:1::1";
	na.proto = 58;
	na.ttl = 255;
	na.payload = Bytes{ 136, 0, 0, 0 } + Bytes(20);
	from_lan(na);
	EXPECT_EQ(drops(PATH_DROP_ACL_IN), 0u);
	na.payload[0] = 128;
	from_lan(na);
	EXPECT_EQ(drops(PATH_DROP_ACL_IN), 1u);
}

/* R-PBF-04: what comes for the box itself meets the port's list as on the router, and goes up as the frame that it was. */
TEST_F(Gate, R_PBF_04_a_port_filters_what_is_for_the_box)
{
	dp_line ssh = filters_line(false, 6);
	Bytes query;
	Ip ip;

	start();
	ssh.dst.port_first = ssh.dst.port_last = 22;
	put_filter(1, { ssh, filters_line(true, 17) });
	gate_port(wan, filtered(1, 0));
	ip.src = peer;
	ip.dst = own;
	feed(fake[wan], frame(wan_mac, tcp(ip, 2, mss(1460))));
	ip.payload = udp(500, 500, Bytes(40, 1));
	query = frame(wan_mac, ip.bytes());
	feed(fake[wan], query);
	poll();
	ASSERT_EQ(fake[twin].tx.size(), 1u);
	EXPECT_EQ(fake[twin].tx[0], query);
	ip.payload = udp(5353, 22, Bytes(40, 1));
	ip.proto = 1;
	feed(fake[wan], frame(wan_mac, ip.bytes()));
	poll();
	EXPECT_EQ(fake[twin].tx.size(), 1u) << "what no line permits is denied";
	ASSERT_EQ(fake[wan].tx.size(), 2u) << "and its sender told, from the address that it asked";
	EXPECT_EQ(Bytes(fake[wan].tx[1].begin() + 26, fake[wan].tx[1].begin() + 30), address(own));
	EXPECT_EQ(drops(PATH_DROP_ACL_IN), 2u);
	EXPECT_EQ(db_filter_hits(db, 1, 1), 1u);
}

/* A group's frames, too, which are the box's or nobody's: whatever its address looks like, no permitted one is routed. */
TEST_F(Gate, R_PBF_04_a_port_filters_what_is_for_a_group)
{
	Bytes all(6, 0xff), dhcp;
	Ip ip;

	start();
	put_filter(1, { filters_line(false, 89), filters_line(true, 17) });
	gate_port(wan, filtered(1, 0));
	ip.dst = "10.9.255.255";
	ip.payload = udp(67, 68, Bytes(40, 1));
	dhcp = frame(all, ip.bytes());
	feed(fake[wan], dhcp);
	ip.proto = 89;
	ip.dst = "224.0.0.5";
	feed(fake[wan], frame({ 1, 0, 0x5e, 0, 0, 5 }, ip.bytes()));
	poll();
	ASSERT_EQ(fake[twin].tx.size(), 1u);
	EXPECT_EQ(fake[twin].tx[0], dhcp);
	EXPECT_TRUE(fake[wan].tx.empty());
	EXPECT_EQ(drops(PATH_DROP_ACL_IN), 1u);
}
