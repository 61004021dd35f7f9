/* Every verdict of nave_steer, over crafted frames.  Shows the decision tables of docs/steering.md. */
#include "lab.h"

#include <linux/bpf.h>
#include <net/if.h>

namespace
{
class Inbound : public Lab
{
      protected:
	void SetUp() override
	{
		Lab::SetUp();
		if (IsSkipped() || HasFatalFailure())
			return;
		open();
		locals();
		attach(port());
		bind_socket();
	}

	void lan()
	{
		attach(port(LOADER_LAN));
	}

	void wan_with_transit()
	{
		loader_port p = port();

		p.transit = true;
		attach(p);
	}
};

/* Frames that are well formed up to their last byte. */
std::map<std::string, std::vector<Bytes>> whole_frames()
{
	return {
		{ "STEER_ESP", { frame4({ .proto = 50 }, esp()), frame6({ .proto = 50 }, esp()) } },
		{ "STEER_UDP_ESP", { frame4({}, udp(4500, esp())), frame6({}, udp(4500, esp())) } },
		{ "STEER_GRE", { frame4({ .proto = 47 }, Bytes(24)), frame6({ .proto = 47 }, Bytes(24)) } },
		{ "PASS_IKE", { frame4({}, udp(500, ike({}))), frame6({}, udp(500, ike({}))), frame4({}, udp(4500, marked(ike({})))),
				      frame6({}, udp(4500, marked(ike({})))) } },
		{ "PASS_LOCAL",
			{ frame4({}, udp(53, Bytes(30))), frame4({ .proto = 6 }, ports(40000, 179)), frame4({ .proto = 1 }, Bytes(16)),
				frame6({}, udp(53, Bytes(30))), frame6({ .proto = 58 }, icmp6(128)) } },
		{ "PASS_ND",
			{ frame6({ .proto = 58 }, icmp6(133)), frame6({ .proto = 58 }, icmp6(136)), frame6({ .proto = 58 }, icmp6(137)) } },
		{ "DROP_TRANSIT", { frame4({ .dst = FAR4 }, udp(53, Bytes(8))), frame6({ .dst = FAR6 }, udp(53, Bytes(8))),
					  frame4({ .proto = 50, .dst = FAR4 }, esp()) } },
	};
}

TEST_F(Inbound, well_formed_frames_on_a_wan)
{
	for (const auto &[want, frames] : whole_frames())
		for (const Bytes &f : frames)
			EXPECT_EQ(want, verdict(f)) << hex(f);
}

TEST_F(Inbound, a_lent_wire_gives_everything)
{
	Bytes other = frame4({ .proto = 50 }, esp()), arp = frame4({}, udp(53, Bytes(30)));

	other[5] ^= 1; /* for another MAC address */
	arp[12] = 0x08;
	arp[13] = 0x06;
	attach(port(LOADER_WIRE));
	for (const auto &[want, frames] : whole_frames())
		for (const Bytes &f : frames)
			EXPECT_EQ("STEER_WIRE", verdict(f)) << want;
	EXPECT_EQ("STEER_WIRE", verdict(other));
	EXPECT_EQ("STEER_WIRE", verdict(arp));
	EXPECT_EQ(unsigned{ XDP_REDIRECT }, returned);
	close_socket();
	EXPECT_EQ("DROP_NO_SOCKET", verdict(arp));
}

TEST_F(Inbound, verdict_is_carried_out)
{
	EXPECT_EQ("STEER_ESP", verdict(frame4({ .proto = 50 }, esp())));
	EXPECT_EQ(unsigned{ XDP_REDIRECT }, returned);
	EXPECT_EQ("PASS_LOCAL", verdict(frame4({}, udp(53, Bytes(8)))));
	EXPECT_EQ(unsigned{ XDP_PASS }, returned);
	EXPECT_EQ("DROP_TRANSIT", verdict(frame4({ .dst = FAR4 }, udp(53, Bytes(8)))));
	EXPECT_EQ(unsigned{ XDP_DROP }, returned);
}

TEST_F(Inbound, one_tag_is_skipped_and_two_are_refused)
{
	EXPECT_EQ("STEER_ESP", verdict(vlan(0x0800, ipv4({ .proto = 50 }, esp()))));
	EXPECT_EQ("PASS_IKE", verdict(vlan(0x86dd, ipv6({}, udp(500, ike({}))))));
	EXPECT_EQ("PASS_ARP", verdict(vlan(0x0806, Bytes(28))));
	EXPECT_EQ("DROP_VLAN", verdict(vlan(0x8100, Bytes(40))));
	EXPECT_EQ("DROP_VLAN", verdict(vlan(0x88a8, Bytes(40))));
	EXPECT_EQ("DROP_VLAN", verdict(vlan(0x0800, ipv4({ .proto = 50 }, esp()), 0x88a8)));
	EXPECT_EQ("DROP_MALFORMED", verdict(eth(0x8100, Bytes(3))));
}

TEST_F(Inbound, what_is_not_ip_is_the_kernels)
{
	EXPECT_EQ("PASS_ARP", verdict(eth(0x0806, Bytes(28), BROADCAST_MAC)));
	EXPECT_EQ("PASS_ARP", verdict(eth(0x0806, Bytes(28))));
	EXPECT_EQ("PASS_L2", verdict(eth(0x88cc, Bytes(40), GROUP_MAC))); /* LLDP */
	EXPECT_EQ("PASS_L2", verdict(eth(38, Bytes(38), GROUP_MAC)));     /* 802.3 length: STP */
}

TEST_F(Inbound, frames_for_another_host_are_dropped)
{
	EXPECT_EQ("DROP_OTHER_HOST", verdict(eth(0x0800, ipv4({ .proto = 50 }, esp()), PEER_MAC)));
	EXPECT_EQ("DROP_OTHER_HOST", verdict(eth(0x86dd, ipv6({}, udp(53, Bytes(8))), PEER_MAC)));
}

TEST_F(Inbound, groups_are_the_kernels)
{
	EXPECT_EQ("PASS_GROUP", verdict(eth(0x0800, ipv4({ .proto = 89, .dst = "224.0.0.5" }, Bytes(24)), GROUP_MAC)));
	EXPECT_EQ("PASS_GROUP", verdict(eth(0x0800, ipv4({ .dst = "255.255.255.255" }, udp(68, Bytes(40))), BROADCAST_MAC)));
	EXPECT_EQ("PASS_GROUP", verdict(eth(0x0800, ipv4({ .dst = "192.0.2.255" }, udp(68, Bytes(40))), BROADCAST_MAC)));
	EXPECT_EQ("PASS_GROUP", verdict(eth(0x86dd, ipv6({ .dst = "ff02::fb" }, udp(5353, Bytes(8))), GROUP_MAC)));
	EXPECT_EQ("PASS_ND", verdict(eth(0x86dd, ipv6({ .proto = 58, .dst = "ff02::1:ff00:1" }, icmp6(135)), GROUP_MAC)));
	EXPECT_EQ("DROP_TRANSIT", verdict(frame4({ .dst = "240.0.0.1" }, udp(53, Bytes(8)))));
}

TEST_F(Inbound, link_local_is_local)
{
	EXPECT_EQ("PASS_ND", verdict(frame6({ .proto = 58, .dst = "fe80::1" }, icmp6(136))));
	EXPECT_EQ("STEER_ESP", verdict(frame6({ .proto = 50, .dst = "febf::1" }, esp())));
	EXPECT_EQ("DROP_TRANSIT", verdict(frame6({ .proto = 58, .dst = "fec0::1" }, icmp6(136))));
}

TEST_F(Inbound, local_addresses_have_a_vrf)
{
	loader_port p = port();

	p.vrf = 7;
	attach(p);
	EXPECT_EQ("DROP_TRANSIT", verdict(frame4({ .proto = 50 }, esp())));
	EXPECT_EQ("DROP_TRANSIT", verdict(frame6({ .proto = 50 }, esp())));
}

TEST_F(Inbound, options_and_extension_headers_are_walked)
{
	Bytes chain6;

	EXPECT_EQ("STEER_ESP", verdict(frame4({ .proto = 50, .options = Bytes(40, 1) }, esp())));
	EXPECT_EQ("STEER_UDP_ESP", verdict(frame4({ .options = Bytes(4, 1) }, udp(4500, esp()))));
	EXPECT_EQ("STEER_ESP", verdict(frame6({ .proto = 50, .options = extension(50), .options_proto = 0 }, esp())));
	EXPECT_EQ("PASS_IKE",
		verdict(frame6({ .options = join({ extension(60, 2), extension(17) }), .options_proto = 43 }, udp(500, ike({})))));
	for (int i = 0; i < STEER_EXT_HEADERS - 1; i++)
		chain6 = join({ chain6, extension(60) });
	EXPECT_EQ("STEER_ESP", verdict(frame6({ .options = join({ chain6, extension(50) }), .options_proto = 60 }, esp())));
	EXPECT_EQ("DROP_MALFORMED",
		verdict(frame6({ .options = join({ chain6, extension(60), extension(50) }), .options_proto = 60 }, esp())));
	EXPECT_EQ("STEER_ESP", verdict(frame6({ .options = extension(50, 150), .options_proto = 60 }, esp())));
	/* The chain of what is only passing by is nobody's business here. */
	wan_with_transit();
	EXPECT_EQ("STEER_TRANSIT", verdict(frame6({ .dst = FAR6, .options = join({ chain6, chain6 }), .options_proto = 60 }, esp())));
}

TEST_F(Inbound, fragments_of_what_may_be_esp_go_to_the_datapath)
{
	for (uint8_t proto : Bytes{ 50, 17, 47 }) {
		EXPECT_EQ("STEER_FRAGMENT", verdict(frame4({ .proto = proto, .more = true }, Bytes(64))));
		EXPECT_EQ("STEER_FRAGMENT", verdict(frame4({ .proto = proto, .frag_offset = 8, .more = true }, Bytes(64))));
		EXPECT_EQ("STEER_FRAGMENT", verdict(frame4({ .proto = proto, .frag_offset = 16 }, Bytes(1))));
		EXPECT_EQ("STEER_FRAGMENT", verdict(frame6({ .proto = proto, .more = true }, Bytes(64))));
		EXPECT_EQ("STEER_FRAGMENT", verdict(frame6({ .proto = proto, .frag_offset = 8 }, Bytes(1))));
		EXPECT_EQ("STEER_FRAGMENT", verdict(frame6({ .proto = proto, .fragment_header = true }, Bytes(64))));
	}
	/* Also where IKE's port can be seen: the rest of the datagram goes the same way. */
	EXPECT_EQ("STEER_FRAGMENT", verdict(frame4({ .more = true }, udp(500, ike({})))));
	EXPECT_EQ("STEER_FRAGMENT", verdict(frame6({ .proto = 60, .frag_offset = 8 }, Bytes(64))));
	EXPECT_EQ("STEER_FRAGMENT", verdict(frame6({ .proto = 60, .more = true }, join({ extension(6), ports(1, 2) }))));
	for (uint8_t proto : Bytes{ 6, 1, 58 }) {
		EXPECT_EQ("PASS_LOCAL", verdict(frame4({ .proto = proto, .more = true }, Bytes(64))));
		EXPECT_EQ("PASS_LOCAL", verdict(frame6({ .proto = proto, .frag_offset = 8 }, Bytes(64))));
	}
}

TEST_F(Inbound, nat_port_is_sorted_by_its_first_word)
{
	EXPECT_EQ("STEER_UDP_ESP", verdict(frame4({}, udp(4500, { 0, 0, 0, 1 }))));
	EXPECT_EQ("DROP_KEEPALIVE", verdict(frame4({}, udp(4500, { 0xff }))));
	EXPECT_EQ("DROP_KEEPALIVE", verdict(join({ frame4({}, udp(4500, { 0xff })), Bytes(17) }))); /* padded to 60 bytes */
	EXPECT_EQ("DROP_MALFORMED", verdict(join({ frame4({}, udp(4500, { 0xfe })), Bytes(17) })));
	EXPECT_EQ("DROP_MALFORMED", verdict(join({ frame4({}, udp(4500, { 1, 2, 3 })), Bytes(15) })));
	EXPECT_EQ("DROP_MALFORMED", verdict(join({ frame4({}, udp(4500, {})), Bytes(18) })));
	EXPECT_EQ("DROP_MALFORMED", verdict(join({ frame4({}, udp(4500, Bytes(4))), Bytes(28) }))); /* a marker, and padding */
	EXPECT_EQ("DROP_MALFORMED", verdict(join({ frame4({}, udp(500, Bytes(27))), Bytes(1) })));
}

TEST_F(Inbound, lengths_that_contradict_each_other_are_malformed)
{
	Bytes f = frame4({}, udp(4500, esp()));

	auto with = [&f](size_t at, uint8_t value) {
		Bytes g = f;

		g[at] = value;
		return g;
	};
	EXPECT_EQ("DROP_MALFORMED", verdict(with(14, 0x55)));       /* version 5 */
	EXPECT_EQ("DROP_MALFORMED", verdict(with(14, 0x44)));       /* header of 16 bytes */
	EXPECT_EQ("DROP_MALFORMED", verdict(with(16, 0x10)));       /* total length beyond the frame */
	EXPECT_EQ("DROP_MALFORMED", verdict(with(17, 19)));         /* total length below the header */
	EXPECT_EQ("DROP_MALFORMED", verdict(with(14 + 20 + 4, 1))); /* UDP length beyond the packet */
	EXPECT_EQ("DROP_MALFORMED", verdict(with(14 + 20 + 5, 7))); /* UDP length below its header */
	f = frame6({}, udp(4500, esp()));
	EXPECT_EQ("DROP_MALFORMED", verdict(with(14, 0x45)));
	EXPECT_EQ("DROP_MALFORMED", verdict(with(18, 1)));
	f = frame6({ .options = extension(17), .options_proto = 60 }, udp(4500, esp()));
	EXPECT_EQ("DROP_MALFORMED", verdict(with(14 + 40 + 1, 200))); /* extension header beyond the packet */
}

TEST_F(Inbound, frames_cut_anywhere_are_malformed)
{
	wan_with_transit();
	for (const auto &[want, frames] : whole_frames())
		for (const Bytes &f : frames)
			for (size_t len = 14; len < f.size(); len++)
				EXPECT_EQ("DROP_MALFORMED", verdict(Bytes(f.begin(), f.begin() + static_cast<ptrdiff_t>(len))))
					<< want << " cut at " << len;
}

/* Cut, with an IP header that knows it: passed or steered only as far as the bytes that decide are there. */
TEST_F(Inbound, packets_cut_anywhere_never_change_their_side)
{
	for (const auto &[want, frames] : whole_frames())
		for (const Bytes &f : frames)
			for (size_t len = f[12] == 0x08 ? 34 : 54; len < f.size(); len++) {
				Bytes g(f.begin(), f.begin() + static_cast<ptrdiff_t>(len));
				size_t ip_len = f[12] == 0x08 ? len - 14 : len - 54;

				g[f[12] == 0x08 ? 16 : 18] = 0;
				g[f[12] == 0x08 ? 17 : 19] = static_cast<uint8_t>(ip_len);
				std::string got = verdict(g);
				EXPECT_TRUE(got == want || got == "DROP_MALFORMED") << want << " cut at " << len << " gives " << got;
			}
}

TEST_F(Inbound, a_wan_with_transit_steers_by_destination_too)
{
	wan_with_transit();
	EXPECT_EQ("STEER_TRANSIT", verdict(frame4({ .dst = FAR4 }, udp(53, Bytes(8)))));
	EXPECT_EQ("STEER_TRANSIT", verdict(frame4({ .proto = 50, .dst = FAR4 }, esp())));
	EXPECT_EQ("STEER_ESP", verdict(frame4({ .proto = 50 }, esp())));
}

TEST_F(Inbound, a_lan_steers_by_destination)
{
	lan();
	EXPECT_EQ("STEER_TRANSIT", verdict(frame4({ .dst = FAR4 }, udp(53, Bytes(8)))));
	EXPECT_EQ("STEER_TRANSIT", verdict(frame6({ .dst = FAR6 }, udp(53, Bytes(8)))));
	EXPECT_EQ("STEER_TRANSIT", verdict(frame4({ .dst = FAR4, .frag_offset = 8 }, Bytes(8))));
	EXPECT_EQ("PASS_LOCAL", verdict(frame4({ .dst = HUB4_LAN }, udp(53, Bytes(8)))));
	EXPECT_EQ("PASS_LOCAL", verdict(frame4({ .proto = 50 }, esp())));
	EXPECT_EQ("STEER_GRE", verdict(frame4({ .proto = 47 }, Bytes(24))));
	EXPECT_EQ("STEER_GRE", verdict(frame6({ .proto = 47 }, Bytes(24))));
	EXPECT_EQ("STEER_FRAGMENT", verdict(frame4({ .proto = 47, .more = true }, Bytes(24))));
	EXPECT_EQ("PASS_LOCAL", verdict(frame4({}, udp(500, ike({})))));
	EXPECT_EQ("PASS_LOCAL", verdict(frame4({ .more = true }, udp(53, Bytes(8)))));
	EXPECT_EQ("PASS_ND", verdict(frame6({ .proto = 58 }, icmp6(135))));
	EXPECT_EQ("PASS_ARP", verdict(eth(0x0806, Bytes(28), BROADCAST_MAC)));
	EXPECT_EQ("PASS_GROUP", verdict(eth(0x0800, ipv4({ .proto = 89, .dst = "224.0.0.5" }, Bytes(24)), GROUP_MAC)));
}

/* What the kernel has else, of the family that the port has features for; what isn't its business stays as it is. */
TEST_F(Inbound, a_port_with_features_steers_what_is_the_kernels)
{
	loader_port p = port();
	Bytes group6 = eth(0x86dd, ipv6({ .dst = "ff02::fb" }, udp(5353, Bytes(8))), GROUP_MAC);

	p.judge4 = true;
	attach(p);
	EXPECT_EQ("STEER_LOCAL", verdict(frame4({}, udp(500, ike({})))));
	EXPECT_EQ("STEER_LOCAL", verdict(frame4({}, udp(4500, marked(ike({}))))));
	EXPECT_EQ("STEER_LOCAL", verdict(frame4({ .proto = 1 }, Bytes(16))));
	EXPECT_EQ("STEER_LOCAL", verdict(frame4({ .proto = 6, .frag_offset = 8 }, Bytes(16))));
	EXPECT_EQ("STEER_LOCAL", verdict(eth(0x0800, ipv4({ .dst = "255.255.255.255" }, udp(68, Bytes(40))), BROADCAST_MAC)));
	EXPECT_EQ("STEER_ESP", verdict(frame4({ .proto = 50 }, esp())));
	EXPECT_EQ("DROP_TRANSIT", verdict(frame4({ .dst = FAR4 }, udp(53, Bytes(8)))));
	EXPECT_EQ("PASS_ARP", verdict(eth(0x0806, Bytes(28), BROADCAST_MAC)));
	EXPECT_EQ("PASS_IKE", verdict(frame6({}, udp(500, ike({})))));
	EXPECT_EQ("PASS_LOCAL", verdict(frame6({ .proto = 58 }, icmp6(128))));
	EXPECT_EQ("PASS_GROUP", verdict(group6));
	p.judge4 = false;
	p.judge6 = true;
	attach(p);
	EXPECT_EQ("PASS_IKE", verdict(frame4({}, udp(500, ike({})))));
	EXPECT_EQ("STEER_LOCAL", verdict(frame6({}, udp(500, ike({})))));
	EXPECT_EQ("STEER_LOCAL", verdict(frame6({ .proto = 58 }, icmp6(128))));
	EXPECT_EQ("STEER_LOCAL", verdict(group6));
	EXPECT_EQ("PASS_ND", verdict(frame6({ .proto = 58 }, icmp6(136))));
	EXPECT_EQ("PASS_ND", verdict(eth(0x86dd, ipv6({ .proto = 58, .dst = "ff02::1:ff00:1" }, icmp6(135)), GROUP_MAC)));
	close_socket();
	EXPECT_EQ("DROP_NO_SOCKET", verdict(group6));
	EXPECT_EQ("PASS_ND", verdict(frame6({ .proto = 58 }, icmp6(136))));
}

/* A tag with a number makes another interface of it; one with none (a priority) doesn't, and is no way around the features. */
TEST_F(Inbound, a_port_with_features_leaves_vlans_alone)
{
	Bytes tagged = vlan(0x0800, ipv4({ .proto = 1 }, Bytes(16)));
	loader_port p = port(LOADER_LAN);

	p.judge4 = true;
	attach(p);
	tagged[15] = 7;
	EXPECT_EQ("PASS_LOCAL", verdict(tagged));
	tagged[14] = 0xe0;
	tagged[15] = 0;
	EXPECT_EQ("STEER_LOCAL", verdict(tagged));
}

TEST_F(Inbound, without_a_socket_it_drops)
{
	Bytes f = frame4({ .proto = 50 }, esp());

	EXPECT_EQ("DROP_NO_SOCKET", verdict(f, 1));
	EXPECT_EQ(unsigned{ XDP_DROP }, returned);
	close_socket();
	EXPECT_EQ("DROP_NO_SOCKET", verdict(f));
	EXPECT_EQ(unsigned{ XDP_DROP }, returned);
	lan();
	EXPECT_EQ("DROP_NO_SOCKET", verdict(frame4({ .dst = FAR4 }, udp(53, Bytes(8)))));
	EXPECT_EQ(unsigned{ XDP_DROP }, returned);
	EXPECT_EQ("PASS_LOCAL", verdict(frame4({}, udp(53, Bytes(8)))));
}

TEST_F(Inbound, a_queue_beyond_the_map_drops)
{
	std::string queues = std::to_string(STEER_QUEUES + 1);
	loader_port p = port();

	/* More queues than a port has room for in the map. */
	sh("ip link add many address 02:00:5e:10:00:01 numrxqueues " + queues + " numtxqueues " + queues + " type veth peer name ynam");
	sh("ip link set many up && ip link set ynam up && ethtool -L many rx " + queues);
	ifindex = p.ifindex = if_nametoindex("many");
	attach(p);
	EXPECT_EQ("DROP_NO_QUEUE", verdict(frame4({ .proto = 50 }, esp()), STEER_QUEUES));
	EXPECT_EQ(unsigned{ XDP_DROP }, returned);
	EXPECT_EQ("PASS_LOCAL", verdict(frame4({ .proto = 6 }, ports(1, 2)), STEER_QUEUES));
	EXPECT_EQ(ERR_RANGE, loader_steer_set_socket(steer, ifindex, STEER_QUEUES, 0));
}

TEST_F(Inbound, a_port_without_configuration_drops)
{
	forget_port();
	EXPECT_EQ("DROP_NO_PORT", verdict(frame4({ .proto = 6 }, ports(1, 2))));
	EXPECT_EQ(unsigned{ XDP_DROP }, returned);
	EXPECT_EQ("DROP_NO_PORT", verdict(eth(0x0806, Bytes(28), BROADCAST_MAC)));
}
} // namespace
