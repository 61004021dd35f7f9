#include "fixture.h"

#include <random>
#include <set>

namespace
{

class Closed : public PathTest
{
      protected:
	bool allowed6(const uint8_t *ip, size_t len)
	{
		Bytes src(ip + 8, ip + 24);
		bool ours = src == address("2001:db8:2::1") || src == address("2001:db8:1::1");
		uint8_t proto = ip[6];
		size_t l4 = 40;

		while ((proto == 0 || proto == 60) && l4 + 8 <= len) { /* extension headers */
			size_t next = l4 + (ip[l4 + 1] + 1u) * 8;

			proto = ip[l4];
			l4 = next;
		}
		if (proto == 58 && ((ip[l4] >= 130 && ip[l4] <= 137) || ip[l4] == 143))
			return true;
		if (proto == 44) /* a first fragment: of the host's own */
			return ours && (be16(ip + l4 + 2) & 0xfff8) == 0;
		return proto == 50 || (ours && (proto == 58 || (proto == 17 && (be16(ip + l4) == 500 || be16(ip + l4) == 4500))));
	}
	/* What may stand on the WAN, judged from the bytes alone (issue's "fail closed"). */
	bool allowed(const Bytes &f)
	{
		uint16_t type = be16(&f[12]);
		const uint8_t *ip = f.data() + 14;

		if (type == 0x0806)
			return true;
		if (type == 0x86dd)
			return allowed6(ip, f.size() - 14);
		if (type != 0x0800)
			return false;
		Bytes src(ip + 12, ip + 16);
		bool ours = src == address("192.0.2.1") || src == address("10.0.0.1") || src == address("10.255.0.1");
		if (!ours)
			return false;
		if (ip[9] == 17) {
			unsigned l4 = (ip[0] & 15u) * 4;

			return (be16(ip + 6) & 0x1fff) == 0 && (be16(ip + l4) == 500 || be16(ip + l4) == 4500);
		}
		return ip[9] == 50 || ip[9] == 1;
	}
	/* The host's frame with this packet comes down the twin: does it leave? */
	bool leaves(const Bytes &ip)
	{
		size_t before = fake[wan].tx.size();

		feed(fake[twin], gw_mac + wan_mac + (ip[0] >> 4 == 6 ? Bytes{ 0x86, 0xdd } : Bytes{ 8, 0 }) + ip);
		poll();
		return fake[wan].tx.size() == before + 1;
	}
	/* A fragment of a UDP datagram of the host's; 'payload' is what it carries. */
	Bytes piece(bool v6, uint16_t id, uint16_t offset, bool more, const Bytes &payload)
	{
		uint16_t word = (uint16_t)(v6 ? offset << 3 | more : offset | (more ? 0x2000 : 0));
		Ip ip;

		ip.src = v6 ? "2001:db8:2::1" : own;
		ip.dst = v6 ? "2001:db8:f::1" : "203.0.113.5";
		ip.id = id;
		ip.frag = word;
		ip.payload = payload;
		if (v6) {
			ip.proto = 44;
			ip.payload = Bytes{ 17, 0, (uint8_t)(word >> 8), (uint8_t)word, 0, 0, (uint8_t)(id >> 8), (uint8_t)id } + payload;
		}
		return ip.bytes();
	}
	Bytes first(bool v6, uint16_t id, uint16_t sport)
	{
		return piece(v6, id, 0, true, udp(sport, 4500, Bytes(40, 1)));
	}
	Bytes later(bool v6, uint16_t id)
	{
		return piece(v6, id, 6, false, Bytes(40, 2));
	}
};

} // namespace

TEST_F(Closed, forwarded_packets_never_leave_a_guarded_port_in_clear)
{
	Ip ip;

	start();
	ip.dst = "203.0.113.5"; /* by the default route, out of the WAN */
	for (uint8_t proto : Bytes{ 1, 6, 17, 50, 47 }) {
		ip.proto = proto;
		feed(fake[lan], frame(lan_mac, ip.bytes()));
	}
	ip.proto = 17;
	ip.payload = udp(4500, 4500, Bytes(50, 1));
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	ip.src = own; /* somebody on the LAN with our address */
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	poll();
	EXPECT_TRUE(fake[wan].tx.empty());
	EXPECT_EQ(drops(PATH_DROP_TX_UNPROTECTED), 7u);
}

/* As nave_steer does it for the kernel's devices. */
TEST_F(Closed, R_SYS_02_clear_text_doesnt_come_in_by_a_guarded_port)
{
	Ip ip;

	start();
	for (const char *dst :
		{ "10.0.0.9", "10.0.0.200", "10.9.0.1", "203.0.113.5" }) { /* a host, one unknown, a tunnel's, the way back out */
		ip.src = "10.9.0.2";
		ip.dst = dst;
		feed(fake[wan], frame(wan_mac, ip.bytes()));
	}
	poll();
	EXPECT_EQ(drops(PATH_DROP_TRANSIT), 4u);
	EXPECT_TRUE(fake[lan].tx.empty());
	EXPECT_TRUE(fake[wan].tx.empty());
	EXPECT_TRUE(notes(PATH_NOTE_RESOLVE).empty());
	ip.src = "203.0.113.5";
	ip.dst = own;
	feed(fake[wan], frame(wan_mac, ip.bytes()));
	poll();
	EXPECT_EQ(fake[twin].tx.size(), 1u) << "the box itself can be reached";
}

/* Of the host's own datagrams in fragments the first decides. */
TEST_F(Closed, later_fragments_follow_their_first)
{
	for (bool v6 : { false, true }) {
		start();
		SCOPED_TRACE(v6);
		EXPECT_FALSE(leaves(later(v6, 7))) << "nothing came before";
		EXPECT_FALSE(leaves(first(v6, 7, 5353)));
		EXPECT_FALSE(leaves(later(v6, 7)));
		EXPECT_TRUE(leaves(first(v6, 7, 4500)));
		EXPECT_TRUE(leaves(later(v6, 7)));
		EXPECT_TRUE(leaves(later(v6, 7)));
		EXPECT_FALSE(leaves(later(v6, 8))) << "another datagram";
		EXPECT_FALSE(leaves(first(v6, 7, 5353))) << "the number comes again";
		EXPECT_FALSE(leaves(later(v6, 7)));
		EXPECT_TRUE(leaves(first(v6, 7, 500)));
		now += 1000;
		EXPECT_FALSE(leaves(later(v6, 7))) << "after a second";
		stop();
	}
}

TEST_F(Closed, many_datagrams_in_fragments_are_remembered)
{
	start();
	for (uint16_t id = 0; id < 64; id++)
		EXPECT_TRUE(leaves(first(false, id, 500)));
	for (uint16_t id = 0; id < 64; id++)
		EXPECT_TRUE(leaves(later(false, id)));
	EXPECT_TRUE(leaves(first(false, 64, 500)));
	EXPECT_FALSE(leaves(later(false, 0))) << "the oldest made room";
}

TEST_F(Closed, fragments_that_follow_must_be_the_hosts_own)
{
	start();
	EXPECT_TRUE(leaves(first(false, 7, 4500)));
	feed(fake[lan], frame(lan_mac, later(false, 7))); /* somebody on the LAN with our address and number */
	poll();
	EXPECT_TRUE(fake[wan].tx.size() == 1);
	Ip tcp;
	tcp.src = own;
	tcp.dst = "203.0.113.5";
	tcp.proto = 6;
	tcp.frag = 100;
	EXPECT_FALSE(leaves(tcp.bytes())) << "another protocol with the number of an IKE datagram";
}

TEST_F(Closed, neighbour_discovery_never_comes_in_fragments)
{
	Ip nd;

	start();
	nd.src = "fe80::1";
	nd.dst = "fe80::2";
	nd.proto = 44;
	nd.payload = Bytes{ 58, 0, 0, 1, 0, 0, 0, 9, 135, 0, 0, 0 } + Bytes(20);
	EXPECT_FALSE(leaves(nd.bytes())) << "RFC6980-5";
}

/* Random packets on every port but the WAN, while SAs and tunnels come and go: only what may leave leaves. */
TEST_F(Closed, random_packets_never_leave_in_clear)
{
	std::mt19937 rnd(5);
	const uint8_t protos[] = { 1, 6, 17, 17, 17, 50, 58, 44, 0, 60 };
	const uint16_t udp_ports[] = { 500, 4500, 53 };
	const Bytes marker = { 'M', 'A', 'R', 'K', 'E', 'R', '!', '!' };
	const char *addresses4[] = { "10.0.0.9", "10.9.0.1", "10.9.3.3", "203.0.113.5", "192.0.2.1", "192.0.2.254", "10.255.0.1",
		"198.51.100.1", "10.0.0.1", "224.0.0.5" };
	const char *addresses6[] = { "2001:db8:1::9", "2001:db8:9::1", "2001:db8:f::1", "2001:db8:2::1", "fe80::1", "ff02::1", "::" };
	engine_wish wish = {};

	start();
	wish.port = DB_PORT_NONE;
	for (int round = 0; round < 3000; round++) {
		Ip ip;
		bool v6 = rnd() % 3 == 0;

		ip.src = v6 ? addresses6[rnd() % 7] : addresses4[rnd() % 10];
		ip.dst = v6 ? addresses6[rnd() % 7] : addresses4[rnd() % 10];
		ip.proto = protos[rnd() % 10];
		ip.ttl = (uint8_t)(rnd() % 4);
		ip.df = rnd() % 2 != 0;
		ip.frag = rnd() % 5 == 0 ? (uint16_t)(rnd() & 0x3fff) : 0;
		ip.payload = Bytes(rnd() % 1480);
		for (size_t i = 0; i < ip.payload.size(); i++)
			ip.payload[i] = i % 16 < 8 ? marker[i % 8] : (uint8_t)rnd();
		if (ip.payload.size() >= 8 && ip.proto == 17 && rnd() % 2 == 0) {
			Bytes u = udp(udp_ports[rnd() % 3], udp_ports[rnd() % 3], {});

			std::copy(u.begin(), u.end(), ip.payload.begin());
		}
		Bytes b = ip.bytes();
		if (rnd() % 10 == 0)
			b[rnd() % std::min<size_t>(b.size(), 48)] ^= (uint8_t)rnd();
		switch (rnd() % 3) {
		case 0:
			feed(fake[lan], frame(lan_mac, b));
			break;
		case 1:
			feed(fake[tun], b);
			break;
		default:
			/* The host's kernel has only its own addresses as sources on the twin; IKE and ICMP have no marker. */
			feed(fake[twin], frame(gw_mac, b));
			break;
		}
		if (round % 97 == 50) {
			ASSERT_EQ(db_sa_del(db, SA_OUT), ERR_OK);
		}
		if (round % 97 == 80) {
			dp_sa s = sa_conf(SA_OUT, DP_OUT, peer_spi, TUNNEL);

			put_sa(s, wish);
			tunnel(TUNNEL, SA_OUT);
		}
		poll();
		for (auto &n : notes(PATH_NOTE_RESOLVE))
			if (path_worker_inject(workers[0], n.m, (uint16_t)n.value) != ERR_OK)
				ADD_FAILURE();
		poll();
		for (auto &n : notes(PATH_NOTE_RESOLVE))
			ASSERT_EQ(path_worker_inject(workers[0], n.m, (uint16_t)n.value), ERR_OK);
		poll();
	}
	poll();
	for (auto &n : notes(PATH_NOTE_RESOLVE))
		ASSERT_EQ(path_worker_inject(workers[0], n.m, (uint16_t)n.value), ERR_OK);
	for (auto &f : fake[wan].tx)
		ASSERT_TRUE(allowed(f)) << "type " << be16(&f[12]) << " proto " << (int)f[23] << " size " << f.size() << " next "
					<< (int)f[20] << " " << testing::PrintToString(Bytes(f.begin() + 14, f.begin() + 70));
	EXPECT_GT(fake[wan].tx.size(), 50u);
	EXPECT_GT(drops(PATH_DROP_TX_UNPROTECTED), 50u);
}

/* Every (key, IV) of a run that replaces, deletes and re-creates the SA under load is unique. */
TEST_F(Closed, no_iv_is_used_twice)
{
	std::set<uint64_t> seen;
	start();
	for (int round = 0; round < 40; round++) {
		for (int i = 0; i < 20; i++)
			feed(fake[lan], frame(lan_mac, Ip().bytes()));
		if (round % 5 == 2) { /* moved to another engine, or the peer to another address: the same key goes on */
			db_sa *copy;

			ASSERT_EQ(db_sa_copy(db, SA_OUT, &copy), ERR_OK);
			ASSERT_EQ(engine_select_soft(engine, copy, DP_WHY_DEVICE_DOWN), ERR_OK);
			db_sa_publish(db, copy);
		}
		poll();
	}
	ASSERT_EQ(fake[wan].tx.size(), 800u);
	for (auto &f : fake[wan].tx) {
		uint64_t iv;

		memcpy(&iv, esp_of(f) + 8, 8);
		EXPECT_TRUE(seen.insert(iv).second);
	}
}

TEST_F(Closed, a_dead_port_sends_nothing)
{
	start();
	db->port[wan].live = false;
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	EXPECT_TRUE(fake[wan].tx.empty());
	EXPECT_EQ(drops(PATH_DROP_TX_DOWN), 1u);
}
