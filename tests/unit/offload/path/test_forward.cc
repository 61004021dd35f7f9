#include "fixture.h"

#include <rte_mbuf.h>

namespace
{

class Forward : public PathTest
{
      protected:
	/* Between two hosts of the LAN side: 10.0.0.9 to 10.5.0.0/16 behind 10.0.0.8. */
	void start_lan()
	{
		start();
		struct addr next = at("10.0.0.8");
		dp_adjacency a = { 8, LAN, next };

		ASSERT_EQ(db_adj_put(db, &a), ERR_OK);
		ASSERT_EQ(db_adj_resolve(db, lan, &next, next_mac.data()), ERR_OK);
		route("10.5.0.0/16", DP_ROUTE_ADJACENCY, 8);
	}
	void lan_in(const Ip &ip)
	{
		feed(fake[lan], frame(lan_mac, ip.bytes()));
	}
	/* One frame whose buffers end at these bytes of it. */
	void lan_in_pieces(const Bytes &ip, const std::vector<size_t> &ends)
	{
		Bytes f = frame(lan_mac, ip);
		size_t at = ends.front();
		rte_mbuf *head = mbuf(Bytes(f.begin(), f.begin() + (long)at));

		for (size_t i = 1; i <= ends.size(); i++) {
			size_t end = i < ends.size() ? ends[i] : f.size();

			ASSERT_EQ(rte_pktmbuf_chain(head, mbuf(Bytes(f.begin() + (long)at, f.begin() + (long)end))), 0);
			at = end;
		}
		fake[lan].rx.push_back(head);
	}
	const Bytes next_mac{ 2, 0, 0, 0, 0, 8 };
};

} // namespace

TEST_F(Forward, to_a_next_hop)
{
	Ip ip;

	start_lan();
	ip.dst = "10.5.0.1";
	lan_in(ip);
	poll();
	ASSERT_EQ(fake[lan].tx.size(), 1u);
	EXPECT_EQ(Bytes(fake[lan].tx[0].begin(), fake[lan].tx[0].begin() + 6), next_mac);
	EXPECT_EQ(fake[lan].tx[0][14 + 8], 63);
	EXPECT_TRUE(checksum_right(fake[lan].tx[0].data() + 14));
}

TEST_F(Forward, every_ttl_keeps_the_checksum_right)
{
	Ip ip;

	start_lan();
	ip.dst = "10.5.0.1";
	for (unsigned ttl = 2; ttl < 256; ttl++) {
		ip.ttl = (uint8_t)ttl;
		ip.id = (uint16_t)(ttl * 257);
		lan_in(ip);
		if (ttl % 32 == 0)
			poll();
	}
	poll();
	ASSERT_EQ(fake[lan].tx.size(), 254u);
	for (auto &f : fake[lan].tx)
		EXPECT_TRUE(checksum_right(f.data() + 14));
}

TEST_F(Forward, headers_are_checked)
{
	Ip ip;

	start_lan();
	ip.dst = "10.5.0.1";
	Bytes p = ip.bytes();
	auto broken = [&](size_t at_byte, uint8_t value) {
		Bytes b = p;

		b[at_byte] = value;
		feed(fake[lan], frame(lan_mac, b));
	};
	broken(10, (uint8_t)~p[10]);
	poll();
	EXPECT_EQ(drops(PATH_DROP_CHECKSUM), 1u);
	broken(0, 0x44);
	broken(0, 0x4f);
	broken(2, 0x7f);
	broken(3, 19);
	feed(fake[lan], frame(lan_mac, Bytes{ 0x45, 0, 0, 20 }));
	feed(fake[lan], Bytes(lan_mac.begin(), lan_mac.begin() + 6));
	poll();
	EXPECT_EQ(drops(PATH_DROP_MALFORMED) + drops(PATH_DROP_CHECKSUM), 7u);
	EXPECT_TRUE(fake[lan].tx.empty());
}

TEST_F(Forward, ethernet_padding_is_cut)
{
	Ip ip;

	start_lan();
	ip.dst = "10.5.0.1";
	ip.payload = Bytes(4);
	feed(fake[lan], frame(lan_mac, ip.bytes() + Bytes(22, 0xee)));
	poll();
	ASSERT_EQ(fake[lan].tx.size(), 1u);
	EXPECT_EQ(fake[lan].tx[0].size(), 14 + 24u);
}

TEST_F(Forward, a_used_up_ttl_is_answered)
{
	Ip ip;

	start_lan();
	ip.dst = "10.5.0.1";
	ip.ttl = 1;
	lan_in(ip);
	poll();
	EXPECT_EQ(drops(PATH_DROP_TTL), 1u);
	ASSERT_EQ(fake[lan].tx.size(), 1u);
	const uint8_t *p = fake[lan].tx[0].data() + 14;
	EXPECT_EQ(Bytes(fake[lan].tx[0].begin(), fake[lan].tx[0].begin() + 6), host_mac);
	EXPECT_TRUE(checksum_right(p));
	EXPECT_EQ(p[9], 1);
	EXPECT_EQ(p[20], 11);
	EXPECT_EQ(Bytes(p + 12, p + 16), address("10.0.0.1"));
	EXPECT_EQ(Bytes(p + 16, p + 20), address("10.0.0.9"));
	EXPECT_EQ(Bytes(p + 28, p + 28 + 60), ip.bytes()) << "the packet is quoted";
}

TEST_F(Forward, no_route_is_answered_and_errors_are_not)
{
	Ip ip;
	dp_route r = {};

	start_lan();
	r.prefix = prefix("0.0.0.0/0");
	ASSERT_EQ(db_route_del(db, &r), ERR_OK);
	ip.dst = "203.0.113.5";
	lan_in(ip);
	poll();
	ASSERT_EQ(fake[lan].tx.size(), 1u);
	EXPECT_EQ(fake[lan].tx[0][14 + 20], 3);
	EXPECT_EQ(fake[lan].tx[0][14 + 21], 0);
	ip.proto = 1;
	for (uint8_t type : Bytes{ 3, 11, 12 }) {
		ip.payload = Bytes(40);
		ip.payload[0] = type;
		lan_in(ip);
	}
	ip.proto = 17;
	ip.frag = 100; /* a later fragment */
	lan_in(ip);
	poll();
	EXPECT_EQ(fake[lan].tx.size(), 1u) << "RFC1122-3.2.2";
	EXPECT_EQ(drops(PATH_DROP_NO_ROUTE), 5u);
}

TEST_F(Forward, errors_are_limited_in_rate)
{
	Ip ip;

	start_lan();
	ip.dst = "10.5.0.1";
	ip.ttl = 1;
	now = 100000;
	for (int i = 0; i < 400; i++) {
		lan_in(ip);
		if (i % 32 == 31) {
			poll();
			now = 100000;
		}
	}
	poll();
	EXPECT_LT(fake[lan].tx.size(), 40u);
	EXPECT_GT(fake[lan].tx.size(), 10u);
}

TEST_F(Forward, ipv6_errors_have_right_checksums)
{
	Ip ip;

	start();
	ip.src = "2001:db8:1::9";
	ip.dst = "2001:db8:9::1";
	ip.ttl = 1;
	lan_in(ip);
	poll();
	ASSERT_EQ(fake[lan].tx.size(), 1u);
	const Bytes &f = fake[lan].tx[0];
	const uint8_t *p = f.data() + 14;
	EXPECT_EQ(p[6], 58);
	EXPECT_EQ(p[40], 3);
	uint32_t sum = 58 + be16(p + 4);
	for (size_t i = 8; i < 40; i += 2)
		sum += be16(p + i);
	for (size_t i = 40; i < f.size() - 14; i += 2)
		sum += be16(p + i);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	EXPECT_EQ(sum, 0xffffu);
}

TEST_F(Forward, frames_for_others_and_martians_are_dropped)
{
	Ip ip;

	start_lan();
	feed(fake[lan], frame(next_mac, ip.bytes()));
	poll();
	EXPECT_EQ(drops(PATH_DROP_NOT_OURS), 1u);
	for (const char *src : { "127.0.0.1", "0.1.2.3", "224.0.0.1", "255.255.255.255" }) {
		ip.src = src;
		lan_in(ip);
	}
	ip.src = "10.0.0.9";
	ip.dst = "127.0.0.1";
	lan_in(ip);
	poll();
	EXPECT_EQ(drops(PATH_DROP_MARTIAN), 5u);
}

TEST_F(Forward, an_unknown_neighbour_is_asked_for_and_the_packet_waits)
{
	Ip ip;
	struct addr host = at("10.0.0.33");

	start_lan();
	ip.dst = "10.0.0.33";
	lan_in(ip);
	poll();
	EXPECT_TRUE(fake[lan].tx.empty());
	auto n = notes(PATH_NOTE_RESOLVE);
	ASSERT_EQ(n.size(), 1u);
	EXPECT_TRUE(addr_eq(&n[0].local, &host));
	EXPECT_EQ(n[0].port, lan);
	ASSERT_NE(n[0].m, nullptr);
	ASSERT_EQ(db_adj_resolve(db, lan, &host, next_mac.data()), ERR_OK);
	ASSERT_EQ(path_worker_inject(workers[0], n[0].m, (uint16_t)n[0].value), ERR_OK);
	poll();
	ASSERT_EQ(fake[lan].tx.size(), 1u);
	EXPECT_EQ(fake[lan].tx[0][14 + 8], 63) << "one hop, not two";
	EXPECT_EQ(Bytes(fake[lan].tx[0].begin(), fake[lan].tx[0].begin() + 6), next_mac);
}

TEST_F(Forward, an_unresolved_gateway_holds_back_esp_and_some_packets_wait)
{
	enum { WAITING = 16 };
	struct addr gw = at("192.0.2.254");

	start();
	ASSERT_EQ(db_adj_resolve(db, wan, &gw, nullptr), ERR_OK);
	for (int i = 0; i < WAITING + 9; i++)
		feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	auto n = notes(PATH_NOTE_RESOLVE);
	ASSERT_EQ(n.size(), WAITING);
	EXPECT_TRUE(addr_eq(&n[0].local, &gw));
	EXPECT_EQ(drops(PATH_DROP_UNRESOLVED), 9u);
	EXPECT_TRUE(fake[wan].tx.empty());
	ASSERT_EQ(db_adj_resolve(db, wan, &gw, gw_mac.data()), ERR_OK);
	for (auto &one : n)
		ASSERT_EQ(path_worker_inject(workers[0], one.m, (uint16_t)one.value), ERR_OK);
	poll();
	ASSERT_EQ(fake[wan].tx.size(), WAITING);
	for (auto &sent : fake[wan].tx)
		EXPECT_FALSE(peer_opens(sent).empty());
}

TEST_F(Forward, a_full_port_loses_what_does_not_fit)
{
	start();
	fake[wan].room = 10;
	for (int i = 0; i < 32; i++)
		feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 10u);
	EXPECT_EQ(drops(PATH_DROP_TX_FULL), 22u);
}

/* Drivers give one buffer a packet (port.h); one that doesn't costs a copy, and never more than the buffer holds. */
TEST_F(Forward, a_frame_in_pieces_is_made_one)
{
	Ip ip;

	start_lan();
	ip.dst = "10.5.0.1";
	ip.payload = Bytes(600, 0x5a);
	lan_in_pieces(ip.bytes(), { 10, 14, 20, 300, 500 });
	poll();
	expect_no_other_drops();
	ASSERT_EQ(fake[lan].tx.size(), 1u);
	EXPECT_EQ(fake[lan].tx[0].size(), 14 + 620u);
	EXPECT_TRUE(checksum_right(fake[lan].tx[0].data() + 14));
	EXPECT_EQ(Bytes(fake[lan].tx[0].end() - 600, fake[lan].tx[0].end()), ip.payload);
}

TEST_F(Forward, a_frame_in_pieces_that_fits_no_buffer_is_dropped)
{
	Ip ip;

	start_lan();
	ip.dst = "10.5.0.1";
	ip.payload = Bytes(4000, 0x5a);
	lan_in_pieces(ip.bytes(), { 1000, 2000, 3000 });
	poll();
	EXPECT_EQ(drops(PATH_DROP_SEGMENTED), 1u);
	EXPECT_TRUE(fake[lan].tx.empty());
}

TEST_F(Forward, a_buffer_without_room_in_front_is_dropped_not_overrun)
{
	Ip ip;

	start();
	rte_mbuf *m = mbuf(frame(lan_mac, ip.bytes()));
	m->data_off = 8; /* its 14 bytes of header aren't enough for the outer ones */
	memcpy(rte_pktmbuf_mtod(m, uint8_t *), frame(lan_mac, ip.bytes()).data(), m->data_len);
	fake[lan].rx.push_back(m);
	poll();
	EXPECT_EQ(drops(PATH_DROP_NO_BUFFER), 1u);
	EXPECT_TRUE(fake[wan].tx.empty());
}

TEST_F(Forward, a_buffer_without_room_behind_is_dropped_not_overrun)
{
	Ip ip;

	start();
	Bytes f = frame(lan_mac, ip.bytes());
	rte_mbuf *m = mbuf(f);
	m->data_off = (uint16_t)(m->buf_len - f.size() - 8);
	memcpy(rte_pktmbuf_mtod(m, uint8_t *), f.data(), f.size());
	fake[lan].rx.push_back(m);
	poll();
	EXPECT_EQ(drops(PATH_DROP_NO_BUFFER), 1u);
	EXPECT_TRUE(fake[wan].tx.empty());
}
