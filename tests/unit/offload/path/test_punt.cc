#include "fixture.h"

#include <rte_mbuf.h>

namespace
{

class Punt : public PathTest
{
      protected:
	uint8_t vif = DB_PORT_NONE;

	/* The port of tunnels' netdevs is there; the tunnel has one. */
	void start_with_netdev(const Options &o = Options())
	{
		start(o);
		vif = add_port(0, DB_PORT_VIF, wan_mac, false);
		db->vif_port = vif;
		std::vector<path_queue> queues{ { lan, 0 }, { wan, 0 }, { twin, 0 }, { tun, 0 }, { vif, 0 } };
		ASSERT_EQ(path_worker_set_queues(workers[0], queues.data(), (uint32_t)queues.size()), ERR_OK);
		db_tunnel_find(db, TUNNEL)->netdev = true;
	}
	/* The host sends it by the tunnel's netdev. */
	void feed_netdev(const Bytes &data)
	{
		rte_mbuf *m = mbuf(data);

		m->hash.usr = db_tunnel_index(db, db_tunnel_find(db, TUNNEL));
		fake[vif].rx.push_back(m);
	}
};

} // namespace

TEST_F(Punt, frames_for_the_host_go_up_the_twin_as_they_came)
{
	Ip ike;
	Bytes arp(28, 1), broadcast(6, 0xff);

	start();
	ike.src = peer;
	ike.dst = own;
	ike.payload = udp(500, 500, Bytes(60, 1));
	std::vector<Bytes> sent = { frame(wan_mac, ike.bytes()), broadcast + wan_mac + Bytes{ 8, 6 } + arp };
	ike.payload = udp(4500, 4500, Bytes{ 0, 0, 0, 0 } + Bytes(60, 1));
	sent.push_back(frame(wan_mac, ike.bytes()));
	ike.payload = udp(4500, 4500, Bytes{ 0xff });
	sent.push_back(frame(wan_mac, ike.bytes()));
	for (auto &f : sent)
		feed(fake[wan], f);
	poll();
	expect_no_other_drops();
	ASSERT_EQ(fake[twin].tx.size(), sent.size());
	for (auto &f : sent)
		EXPECT_EQ(std::count(fake[twin].tx.begin(), fake[twin].tx.end(), f), 1);
}

/* R-TUN-02: what a tunnel's protection should have carried doesn't come in beside it; inside a tunnel GRE is the host's business. */
TEST_F(Punt, gre_in_clear_is_dropped)
{
	Ip gre;

	start();
	gre.src = peer;
	gre.dst = own;
	gre.proto = 47;
	gre.payload = Bytes{ 0, 0, 8, 0 } + Ip().bytes();
	feed(fake[wan], frame(wan_mac, gre.bytes()));
	poll();
	EXPECT_EQ(1u, drops(PATH_DROP_GRE_CLEAR));
	EXPECT_TRUE(fake[twin].tx.empty());
	EXPECT_TRUE(fake[tun].tx.empty());
	gre.src = "10.9.0.1";
	gre.dst = "10.255.0.1";
	feed(fake[wan], frame(wan_mac, peer_seals(gre.bytes(), 1)));
	poll();
	EXPECT_EQ(1u, fake[tun].tx.size());
}

TEST_F(Punt, decapsulated_packets_for_the_host_go_up_the_tun)
{
	Ip ip;

	start();
	ip.src = "10.9.0.1";
	ip.dst = "10.255.0.1"; /* a loopback of the box */
	feed(fake[wan], frame(wan_mac, peer_seals(ip.bytes(), 1)));
	ip.dst = "224.0.0.5";
	feed(fake[wan], frame(wan_mac, peer_seals(ip.bytes(), 2)));
	poll();
	ASSERT_EQ(fake[tun].tx.size(), 2u);
	EXPECT_EQ(fake[tun].tx[0][8], 64) << "for the box itself no hop is taken";
	EXPECT_TRUE(fake[twin].tx.empty());
}

TEST_F(Punt, the_hosts_packets_come_down_the_tun_into_tunnels)
{
	Ip ip;

	start();
	ip.src = "10.255.0.1";
	feed(fake[tun], ip.bytes());
	poll();
	ASSERT_EQ(fake[wan].tx.size(), 1u);
	EXPECT_EQ(peer_opens(fake[wan].tx[0]), ip.bytes()) << "the host took the hop already, or is the source";
}

TEST_F(Punt, the_hosts_frames_leave_by_the_twins_wire_if_the_guard_lets_them)
{
	Ip ip;
	Bytes arp = gw_mac + wan_mac + Bytes{ 8, 6 } + Bytes(28, 1);

	start();
	ip.src = own;
	ip.dst = peer;
	ip.payload = udp(500, 500, Bytes(60, 1));
	Bytes ike = gw_mac + wan_mac + Bytes{ 8, 0 } + ip.bytes();
	feed(fake[twin], ike);
	feed(fake[twin], arp);
	poll();
	expect_no_other_drops();
	ASSERT_EQ(fake[wan].tx.size(), 2u);
	EXPECT_EQ(fake[wan].tx[0], ike);
	EXPECT_EQ(fake[wan].tx[1], arp);
	ip.src = "10.255.0.1"; /* ours, but of the overlay */
	feed(fake[twin], gw_mac + wan_mac + Bytes{ 8, 0 } + ip.bytes());
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 2u);
	EXPECT_EQ(drops(PATH_DROP_TX_UNPROTECTED), 1u);
	ip.src = own;
	ip.payload = udp(5353, 53, Bytes(60, 1));
	feed(fake[twin], gw_mac + wan_mac + Bytes{ 8, 0 } + ip.bytes());
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 2u);
	EXPECT_EQ(drops(PATH_DROP_TX_UNPROTECTED), 2u);
	db->port[wan].guard[0].proto = 17;
	db->port[wan].guard[0].port = 53;
	feed(fake[twin], gw_mac + wan_mac + Bytes{ 8, 0 } + ip.bytes());
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 3u) << "a configured control protocol";
}

TEST_F(Punt, nothing_goes_round_between_host_and_datapath)
{
	Ip ip;

	start();
	ip.src = "10.255.0.1";
	ip.dst = "10.255.0.1";
	feed(fake[tun], ip.bytes());
	poll();
	EXPECT_TRUE(fake[tun].tx.empty());
	EXPECT_EQ(drops(PATH_DROP_PUNT), 1u);
}

TEST_F(Punt, without_a_way_up_it_is_counted)
{
	Ip ip;

	start();
	db_vrf_set_tun(db, 0, DB_PORT_NONE);
	ip.dst = "10.0.0.1";
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	feed(fake[lan], Bytes(6, 0xff) + host_mac + Bytes{ 8, 6 } + Bytes(28));
	poll();
	EXPECT_EQ(drops(PATH_DROP_PUNT), 2u);
}

/* The kernel has what isn't IP already; a VLAN's frame that was steered is another interface's, which has no list here. */
TEST_F(Punt, of_a_shared_port_IP_alone_goes_up_its_inlet)
{
	Ip ike;

	start();
	db->port[wan].shared = true;
	ike.src = peer;
	ike.dst = own;
	ike.payload = udp(500, 500, Bytes(60, 1));
	Bytes sent = frame(wan_mac, ike.bytes());
	feed(fake[wan], sent);
	feed(fake[wan], wan_mac + gw_mac + Bytes{ 0x81, 0, 0, 0, 8, 0 } + ike.bytes());
	poll();
	ASSERT_EQ(fake[twin].tx.size(), 1u);
	EXPECT_EQ(fake[twin].tx[0], sent);
	EXPECT_EQ(drops(PATH_DROP_PUNT), 1u);
}

TEST_F(Punt, a_tunnel_with_a_netdev_delivers_there_what_is_for_the_host)
{
	Ip ip;

	start_with_netdev();
	ip.src = "10.9.0.1";
	ip.dst = "10.255.0.1";
	feed(fake[wan], frame(wan_mac, peer_seals(ip.bytes(), 1)));
	ip.dst = "224.0.0.5";
	feed(fake[wan], frame(wan_mac, peer_seals(ip.bytes(), 2)));
	ip.dst = "10.0.0.9"; /* behind the LAN: the kernel never sees it */
	feed(fake[wan], frame(wan_mac, peer_seals(ip.bytes(), 3)));
	poll();
	EXPECT_EQ(fake[vif].tx.size(), 2u);
	EXPECT_TRUE(fake[tun].tx.empty());
	EXPECT_EQ(fake[lan].tx.size(), 1u);
	db_tunnel_find(db, TUNNEL)->netdev = false;
	ip.dst = "10.255.0.1";
	feed(fake[wan], frame(wan_mac, peer_seals(ip.bytes(), 4)));
	poll();
	EXPECT_EQ(fake[tun].tx.size(), 1u);
}

/* No route leads there: who is bound to the device speaks to whoever is at the other end. */
TEST_F(Punt, what_the_host_sends_by_a_tunnels_netdev_enters_that_tunnel)
{
	Ip ip;

	start_with_netdev();
	ip.src = "10.255.0.1";
	for (const char *dst : { "172.31.0.1", "224.0.0.5" }) {
		ip.dst = dst;
		feed_netdev(ip.bytes());
		poll();
		ASSERT_FALSE(fake[wan].tx.empty());
		EXPECT_EQ(peer_opens(fake[wan].tx.back()), ip.bytes()) << "no hop is taken";
	}
	expect_no_other_drops();
}

TEST_F(Punt, but_not_past_its_selectors_nor_in_clear)
{
	Options o;
	Ip ip;

	o.selectors = true;
	start_with_netdev(o);
	ip.src = "10.255.0.1";
	feed_netdev(ip.bytes());
	feed_netdev(Bytes(3, 0x45));
	poll();
	EXPECT_EQ(drops(PATH_DROP_TS_OUT), 1u);
	EXPECT_TRUE(fake[wan].tx.empty());
	tunnel(TUNNEL, 0); /* nothing protects it */
	db_tunnel_find(db, TUNNEL)->netdev = true;
	feed_netdev(ip.bytes());
	poll();
	EXPECT_EQ(drops(PATH_DROP_NO_SA), 1u);
	EXPECT_TRUE(fake[wan].tx.empty());
}
