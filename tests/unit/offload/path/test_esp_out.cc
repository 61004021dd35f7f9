#include "fixture.h"

#include <algorithm>

namespace
{

class EspOut : public PathTest
{
};

} // namespace

TEST_F(EspOut, the_peer_finds_the_packet_one_hop_on)
{
	each_variant([&] {
		std::vector<Bytes> inner;

		for (size_t len : { 1u, 2u, 3u, 4u, 13u, 14u, 15u, 16u, 26u, 100u, 1000u, 1300u })
			for (bool v6 : { false, true }) {
				Ip ip;

				ip.src = v6 ? "2001:db8:1::9" : "10.0.0.9";
				ip.dst = v6 ? "2001:db8:9::1" : "10.9.0.1";
				ip.payload = Bytes(len, (uint8_t)len);
				inner.push_back(ip.bytes());
				feed(fake[lan], frame(lan_mac, inner.back()));
			}
		poll();
		expect_no_other_drops();
		ASSERT_EQ(fake[wan].tx.size(), inner.size());
		for (size_t i = 0; i < inner.size(); i++) {
			EXPECT_EQ(seq_of(fake[wan].tx[i]), i + 1);
			EXPECT_EQ(peer_opens(fake[wan].tx[i]), one_hop_on(inner[i]));
		}
		EXPECT_EQ(db_sa_find(db, SA_OUT)->run.out->packets, inner.size());
	});
}

TEST_F(EspOut, esn_counts_on_beyond_32_bits)
{
	Options o;

	o.esn = true;
	for (size_t i : { 0u, 3u, 4u }) {
		o.suite = i;
		start(o);
		db_sa_find(db, SA_OUT)->run.out->next = (UINT64_C(5) << 32) - 1;
		for (int n = 0; n < 3; n++) {
			feed(fake[lan], frame(lan_mac, Ip().bytes()));
			poll();
			ASSERT_EQ(fake[wan].tx.size(), (size_t)n + 1);
			EXPECT_FALSE(peer_opens(fake[wan].tx.back()).empty()) << esp_suites[i].name << n;
		}
		EXPECT_EQ(seq_of(fake[wan].tx[1]), 0u);
		stop();
	}
}

TEST_F(EspOut, numbers_end_and_the_sa_stops)
{
	start();
	db_state_out *s = db_sa_find(db, SA_OUT)->run.out;

	s->next = 0xdffffff8; /* seven eighths */
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	EXPECT_TRUE(notes(PATH_NOTE_SEQUENCE).empty());
	for (int i = 0; i < 3; i++)
		feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	auto soft = notes(PATH_NOTE_SEQUENCE);
	ASSERT_EQ(soft.size(), 1u) << "told once";
	EXPECT_EQ(soft[0].id, (uint32_t)SA_OUT);
	EXPECT_EQ(soft[0].hard, 0);
	s->next = 0xfffffffe;
	fake[wan].tx.clear();
	for (int i = 0; i < 5; i++)
		feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	ASSERT_EQ(fake[wan].tx.size(), 2u);
	EXPECT_EQ(seq_of(fake[wan].tx[1]), 0xffffffffu);
	EXPECT_EQ(drops(PATH_DROP_STOPPED), 3u);
	auto hard = notes(PATH_NOTE_SEQUENCE);
	ASSERT_EQ(hard.size(), 1u);
	EXPECT_EQ(hard[0].hard, 1);
	EXPECT_EQ(s->next, UINT64_C(0x100000000)) << "never again below";
}

TEST_F(EspOut, lifetimes_are_told_and_kept)
{
	start();
	dp_sa s = sa_conf(SA_OUT, DP_OUT, peer_spi, TUNNEL);
	engine_wish wish = {};

	wish.port = DB_PORT_NONE;
	s.soft_packets = 3;
	s.hard_packets = 5;
	put_sa(s, wish);
	for (int i = 0; i < 10; i++)
		feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 5u);
	EXPECT_EQ(drops(PATH_DROP_STOPPED), 5u);
	auto told = notes(PATH_NOTE_LIFETIME);
	ASSERT_EQ(told.size(), 2u);
	EXPECT_EQ(told[0].hard, 0);
	EXPECT_EQ(told[1].hard, 1);
}

/* RFC7296-2.24-a */
TEST_F(EspOut, dscp_and_congestion_bits_are_copied)
{
	start();
	for (unsigned tos : { 0x00u, 0x01u, 0x02u, 0x03u, 0xb8u, 0xbbu }) {
		for (bool v6 : { false, true }) {
			Ip ip;

			ip.tos = (uint8_t)tos;
			ip.src = v6 ? "2001:db8:1::9" : "10.0.0.9";
			ip.dst = v6 ? "2001:db8:9::1" : "10.9.0.1";
			feed(fake[lan], frame(lan_mac, ip.bytes()));
			poll();
			EXPECT_EQ(fake[wan].tx.back()[15], tos) << "RFC6040-4.1";
		}
	}
}

TEST_F(EspOut, df_is_copied_set_or_cleared)
{
	for (unsigned policy : { (unsigned)DP_DF_COPY, (unsigned)DP_DF_SET, (unsigned)DP_DF_CLEAR }) {
		Options o;

		o.df = (uint8_t)policy;
		start(o);
		for (bool df : { false, true }) {
			Ip ip;
			bool expected = policy == DP_DF_SET || (policy == DP_DF_COPY && df);

			ip.df = df;
			feed(fake[lan], frame(lan_mac, ip.bytes()));
			poll();
			const uint8_t *outer_ip = fake[wan].tx.back().data() + 14;
			EXPECT_EQ((be16(outer_ip + 6) & 0x4000) != 0, expected);
			EXPECT_EQ(be16(outer_ip + 4) == 0, expected) << "RFC6864: an identification where it may be cut";
		}
		stop();
	}
}

TEST_F(EspOut, selectors_keep_a_wrong_route_from_a_wrong_peer)
{
	Options o;
	Ip ip;

	o.selectors = true;
	start(o);
	ip.payload = udp(1, 2, Bytes(20));
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 1u);
	ip.src = "10.0.1.9";
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	ip.src = "10.0.0.9";
	ip.proto = 6;
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	ip.proto = 17;
	route("10.8.0.0/16", DP_ROUTE_TUNNEL, TUNNEL);
	ip.dst = "10.8.0.1";
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 1u);
	EXPECT_EQ(drops(PATH_DROP_TS_OUT), 3u);
}

/* Two children of one IKE SA: each packet goes by the SA that lets it pass, whichever comes first. */
TEST_F(EspOut, R_DP_several_children_share_a_tunnel)
{
	const uint32_t other_spi = 0xc0ffee02;
	Options o;
	Ip ip;

	o.selectors = true;
	start(o);
	dp_sa s = sa_conf(SA_OUT + 1, DP_OUT, other_spi, TUNNEL);
	s.ts_count = 1;
	s.ts[0].remote.first = at("10.8.0.0");
	s.ts[0].remote.last = at("10.8.255.255");
	put_sa(s, engine_wish{});
	dp_tunnel t;
	ASSERT_TRUE(db_tunnel_get(db, TUNNEL, &t));
	t.more_count = 1;
	t.more[0] = SA_OUT + 1;
	ASSERT_EQ(db_tunnel_put(db, &t), ERR_OK);
	route("10.8.0.0/16", DP_ROUTE_TUNNEL, TUNNEL);
	route("10.7.0.0/16", DP_ROUTE_TUNNEL, TUNNEL);
	ip.payload = udp(1, 2, Bytes(20));
	for (const char *dst : { "10.9.0.1", "10.8.0.1", "10.7.0.1" }) {
		ip.dst = dst;
		feed(fake[lan], frame(lan_mac, ip.bytes()));
	}
	poll();
	ASSERT_EQ(fake[wan].tx.size(), 2u);
	EXPECT_EQ(be32(esp_of(fake[wan].tx[0])), peer_spi);
	EXPECT_EQ(be32(esp_of(fake[wan].tx[1])), other_spi);
	EXPECT_EQ(drops(PATH_DROP_TS_OUT), 1u);

	/* Without the first the other one goes on; without it there is none. */
	ASSERT_EQ(db_sa_del(db, SA_OUT), ERR_OK);
	for (const char *dst : { "10.9.0.1", "10.8.0.1" }) {
		ip.dst = dst;
		feed(fake[lan], frame(lan_mac, ip.bytes()));
	}
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 3u);
	ASSERT_EQ(db_sa_del(db, SA_OUT + 1), ERR_OK);
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 3u);
	EXPECT_EQ(drops(PATH_DROP_NO_SA), 2u);
}

TEST_F(EspOut, a_tunnel_without_an_sa_drops)
{
	start();
	tunnel(TUNNEL, 0);
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	EXPECT_TRUE(fake[wan].tx.empty());
	EXPECT_EQ(drops(PATH_DROP_NO_SA), 1u);
	tunnel(TUNNEL, SA_OUT);
	ASSERT_EQ(db_sa_del(db, SA_OUT), ERR_OK);
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	EXPECT_EQ(drops(PATH_DROP_NO_SA), 2u);
	dp_tunnel_stats st;
	db_tunnel_stats(db, db_tunnel_find(db, TUNNEL), now, &st);
	EXPECT_EQ(st.out_drops, 2u);
}

/* A slot reused by another tunnel's SA while the tunnel still names it. */
TEST_F(EspOut, a_reused_slot_carries_nobody_elses_packets)
{
	start();
	uint32_t slot = db_sa_find(db, SA_OUT)->slot;

	tunnel(8, 0);
	db->tunnel[db_tunnel_index(db, db_tunnel_find(db, 8))].sa_out = slot;
	route("10.8.0.0/16", DP_ROUTE_TUNNEL, 8);
	Ip ip;
	ip.dst = "10.8.0.1";
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	poll();
	EXPECT_TRUE(fake[wan].tx.empty());
	EXPECT_EQ(drops(PATH_DROP_NO_SA), 1u);
}

TEST_F(EspOut, activity_is_stamped_and_idle_time_told)
{
	dp_tunnel_stats s;

	start();
	db_tunnel_stats(db, db_tunnel_find(db, TUNNEL), now, &s);
	EXPECT_EQ(s.idle_out_ms, UINT32_MAX);
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	now = 5000;
	poll();
	db_tunnel_stats(db, db_tunnel_find(db, TUNNEL), 7000, &s);
	EXPECT_EQ(s.idle_out_ms, 2000u);
	EXPECT_EQ(s.idle_in_ms, UINT32_MAX);
	EXPECT_EQ(s.out_packets, 1u);
	EXPECT_EQ(s.mtu, 1446u) << "1500 - 20 - 8 - 8 - 16 - 2 of trailer, by fours";
}

TEST_F(EspOut, no_route_to_the_peer_no_packet)
{
	start();
	dp_route r = {};

	r.prefix = prefix("0.0.0.0/0");
	ASSERT_EQ(db_route_del(db, &r), ERR_OK);
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	EXPECT_EQ(drops(PATH_DROP_OUTER_ROUTE), 1u);
	route("198.51.100.0/24", DP_ROUTE_TUNNEL, TUNNEL);
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	EXPECT_EQ(drops(PATH_DROP_OUTER_ROUTE), 2u) << "never through a tunnel again";
	route("198.51.100.0/24", DP_ROUTE_ADJACENCY, 4);
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 1u) << "a new route is seen with the next packet";
}
