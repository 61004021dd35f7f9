#include "fixture.h"

/* GRE that an SA protects: R-TUN-09, R-TUN-10 (the datapath's part), RFC2784, RFC2890, RFC6040-4. */
namespace
{

class Gre : public PathTest
{
      protected:
	/* Both modes, with a key and without, both delivery families, both encapsulations. */
	template <typename Body> void each(Body body)
	{
		for (unsigned i = 0; i < 16; i++) {
			Options o;

			o.gre = true;
			o.transport = i & 1;
			o.gre_key = i & 2 ? 0xdeadbeef : 0;
			o.v6 = i & 4;
			o.udp = i & 8;
			SCOPED_TRACE(std::string(o.transport ? "transport" : "tunnel") + (i & 2 ? " key" : "") + (o.v6 ? " over v6" : "") +
				     (o.udp ? " udp" : ""));
			start(o);
			body();
			stop();
		}
	}
	Options plain(bool transport)
	{
		Options o;

		o.gre = true;
		o.transport = transport;
		return o;
	}
	static Ip passenger(bool v6)
	{
		Ip ip;

		ip.src = v6 ? "2001:db8:1::9" : "10.0.0.9";
		ip.dst = v6 ? "2001:db8:9::1" : "10.9.0.1";
		return ip;
	}
	static Ip back(bool v6)
	{
		Ip ip = passenger(v6);

		std::swap(ip.src, ip.dst);
		return ip;
	}
	Bytes header(bool v6, uint16_t more = 0)
	{
		uint16_t flags = (uint16_t)((opt.gre_key != 0 ? 0x2000 : 0) | more);
		Bytes h = { (uint8_t)(flags >> 8), (uint8_t)flags, (uint8_t)(v6 ? 0x86 : 0x08), (uint8_t)(v6 ? 0xdd : 0) };

		if (opt.gre_key != 0)
			h = h + Bytes{ 0xde, 0xad, 0xbe, 0xef };
		return h;
	}
	/* What ESP carries: GRE, in tunnel mode in a packet of its own. */
	Bytes delivered(const Bytes &gre, uint8_t tos = 0, uint16_t frag = 0, uint8_t proto = 47)
	{
		Ip d;

		if (opt.transport)
			return gre;
		d.src = behind;
		d.dst = own;
		d.proto = proto;
		d.tos = tos;
		d.frag = frag;
		d.payload = gre;
		return d.bytes();
	}
	/* A piece of a GRE packet that begins at 'at', in a delivery header of its own. */
	Bytes piece(const Bytes &part, uint16_t offset, bool more)
	{
		if (!opt.v6)
			return delivered(part, 2, (uint16_t)(offset / 8 | (more ? 0x2000 : 0)));
		uint16_t word = (uint16_t)(offset | more);

		return delivered(Bytes{ 47, 0, (uint8_t)(word >> 8), (uint8_t)word, 0, 0, 0, 7 } + part, 2, 0, 44);
	}
	void from_peer(const Bytes &carried, uint8_t outer_tos = 0)
	{
		feed(fake[wan], frame(wan_mac, peer_seals(carried, ++seq, opt.transport ? 47 : 0, outer_tos)));
		poll();
	}
	uint64_t seq = 0;
};

} // namespace

TEST_F(Gre, the_peer_finds_the_passenger_behind_gre)
{
	each([&] {
		for (bool v6 : { false, true }) {
			Ip ip = passenger(v6);

			ip.tos = 0xb8;
			feed(fake[lan], frame(lan_mac, ip.bytes()));
			poll();
			expect_no_other_drops();
			ASSERT_FALSE(fake[wan].tx.empty());
			Bytes clear = peer_opens(fake[wan].tx.back());
			if (!opt.transport) {
				size_t len = opt.v6 ? 40 : 20;

				ASSERT_GT(clear.size(), len);
				if (!opt.v6) {
					EXPECT_TRUE(checksum_right(clear.data()));
					EXPECT_EQ(clear[1], 0xb8);
					EXPECT_EQ(clear[9], 47);
					EXPECT_EQ(be16(&clear[2]), clear.size());
				}
				EXPECT_EQ(Bytes(clear.begin() + (opt.v6 ? 24 : 16), clear.begin() + (long)len), address(behind));
				clear.erase(clear.begin(), clear.begin() + (long)len);
			}
			EXPECT_EQ(clear, header(v6) + one_hop_on(ip.bytes()));
		}
	});
}

TEST_F(Gre, the_passenger_comes_out)
{
	each([&] {
		seq = 0;
		for (bool v6 : { false, true }) {
			from_peer(delivered(header(v6) + back(v6).bytes()));
			expect_no_other_drops();
			ASSERT_FALSE(fake[lan].tx.empty());
			EXPECT_EQ(Bytes(fake[lan].tx.back().begin() + 14, fake[lan].tx.back().end()), one_hop_on(back(v6).bytes()));
		}
	});
}

/* RFC2784-2.1: a checksum is verified, RFC2890-2.2: a number is skipped. */
TEST_F(Gre, checksum_and_number_are_understood)
{
	for (bool transport : { false, true }) {
		start(plain(transport));
		seq = 0;
		Bytes body = back(false).bytes(), gre = { 0x90, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1 };
		uint32_t sum = 0;
		gre = gre + body;
		for (size_t i = 0; i + 1 < gre.size(); i += 2)
			sum += be16(&gre[i]);
		sum = (sum & 0xffff) + (sum >> 16);
		sum = (sum & 0xffff) + (sum >> 16);
		gre[4] = (uint8_t)(~sum >> 8);
		gre[5] = (uint8_t)~sum;
		from_peer(delivered(gre));
		EXPECT_EQ(fake[lan].tx.size(), 1u);
		gre[5] ^= 1;
		from_peer(delivered(gre));
		EXPECT_EQ(fake[lan].tx.size(), 1u);
		EXPECT_EQ(drops(PATH_DROP_GRE_FORMAT), 1u);
		stop();
	}
}

TEST_F(Gre, what_isnt_the_tunnels_gre_is_dropped_by_its_reason)
{
	for (bool transport : { false, true }) {
		Options o = plain(transport);

		o.gre_key = 0xdeadbeef;
		start(o);
		seq = 0;
		Bytes body = back(false).bytes(), wrong = header(false);
		wrong[7] ^= 1;
		from_peer(delivered(wrong + body));
		from_peer(delivered(Bytes{ 0, 0, 8, 0 } + body)); /* no key */
		EXPECT_EQ(drops(PATH_DROP_GRE_KEY), 2u);
		Bytes nhrp = header(false);
		nhrp[2] = 0x20;
		nhrp[3] = 1;
		from_peer(delivered(nhrp + body));
		EXPECT_EQ(drops(PATH_DROP_GRE_TYPE), 1u);
		from_peer(delivered(header(false, 0x4000) + body)); /* RFC1701's routing */
		from_peer(delivered(header(false, 1) + body));      /* version 1 */
		from_peer(delivered({ 0x20, 0, 8 }));
		from_peer(delivered({ 0x20, 0, 8, 0, 1 }));
		EXPECT_EQ(drops(PATH_DROP_GRE_FORMAT), 4u);
		from_peer(delivered(header(true) + body)); /* says IPv6, is IPv4 */
		from_peer(delivered(header(false)));       /* nothing inside */
		EXPECT_EQ(drops(PATH_DROP_MALFORMED), 2u);
		EXPECT_TRUE(fake[lan].tx.empty());
		stop();
	}
}

/* What the SA's selectors don't say doesn't come in, GRE or not (RFC4301-5.2). */
TEST_F(Gre, selectors_speak_of_the_delivery_packet)
{
	start(plain(false));
	from_peer(back(false).bytes()); /* no GRE at all */
	from_peer(delivered(header(false) + back(false).bytes(), 0, 0, 17));
	behind = "172.16.0.3";
	from_peer(delivered(header(false) + back(false).bytes()));
	EXPECT_EQ(drops(PATH_DROP_TS_IN), 3u);
	behind = "172.16.0.2";
	from_peer(delivered(header(false) + Bytes(24, 0), 0, 0x2000));
	behind = "172.16.0.3";
	from_peer(delivered(Bytes(24, 0), 0, 4)); /* the other piece isn't let in either */
	EXPECT_EQ(drops(PATH_DROP_TS_IN), 4u);
	EXPECT_EQ(count(PATH_COUNT_REASSEMBLED), 0u);
	EXPECT_TRUE(fake[lan].tx.empty());
}

/*
 * A sender that cuts GRE before it encrypts (sa-state 12): pieces in any order, in both families, marked on the way; twice, so that none is
 * left over from the first time.
 */
TEST_F(Gre, R_TUN_09_pieces_of_a_gre_packet_are_put_together)
{
	for (bool v6 : { false, true }) {
		Options o = plain(false);

		o.v6 = v6;
		start(o);
		seq = 0;
		Ip ip = back(false);
		ip.payload = Bytes(1000, 0x42);
		ip.tos = 2;
		Bytes gre = header(false) + ip.bytes(), first(gre.begin(), gre.begin() + 504), last(gre.begin() + 504, gre.end());
		for (bool backwards : { false, true }) {
			from_peer(backwards ? piece(last, 504, false) : piece(first, 0, true), backwards ? 3 : 2);
			EXPECT_EQ(fake[lan].tx.size(), backwards);
			from_peer(backwards ? piece(first, 0, true) : piece(last, 504, false), 2);
			expect_no_other_drops();
			ASSERT_EQ(fake[lan].tx.size(), backwards + 1u);
			if (backwards)
				ip.tos = 3;
			EXPECT_EQ(Bytes(fake[lan].tx.back().begin() + 14, fake[lan].tx.back().end()), one_hop_on(ip.bytes()));
		}
		EXPECT_EQ(count(PATH_COUNT_REASSEMBLED), 2u);
		stop();
	}
}

/* Two peers behind NATs may call themselves the same: a piece of one doesn't complete the other's packet. */
TEST_F(Gre, pieces_of_two_peers_never_meet)
{
	start(plain(false));
	Bytes gre = header(false) + back(false).bytes(), first(gre.begin(), gre.begin() + 24), last(gre.begin() + 24, gre.end());
	uint32_t spi_other = 0;
	engine_wish wish = {};

	wish.port = DB_PORT_NONE;
	tunnel(TUNNEL + 1, 0);
	ASSERT_EQ(db_sa_reserve(db, false, &spi_other, 1), 1u);
	dp_sa other = sa_conf(SA_IN + 100, DP_IN, spi_other, TUNNEL + 1);
	put_sa(other, wish);
	from_peer(piece(first, 0, true));
	std::swap(spi_in, spi_other);
	from_peer(piece(last, 24, false));
	std::swap(spi_in, spi_other);
	EXPECT_TRUE(fake[lan].tx.empty());
	EXPECT_EQ(count(PATH_COUNT_REASSEMBLED), 0u);
	from_peer(piece(last, 24, false));
	EXPECT_EQ(fake[lan].tx.size(), 1u);
}

TEST_F(Gre, transport_mode_carries_nothing_but_gre)
{
	start(plain(true));
	feed(fake[wan], frame(wan_mac, peer_seals(back(false).bytes(), 1)));
	poll();
	EXPECT_EQ(drops(PATH_DROP_NEXT_HEADER), 1u);
	EXPECT_TRUE(fake[lan].tx.empty());
}

/* RFC6040-4.2, through both headers. */
TEST_F(Gre, congestion_reaches_the_passenger)
{
	for (bool transport : { false, true }) {
		start(plain(transport));
		seq = 0;
		Ip ip = back(false);

		ip.tos = 2;
		from_peer(delivered(header(false) + ip.bytes(), 2), 3);
		ASSERT_EQ(fake[lan].tx.size(), 1u);
		EXPECT_EQ(fake[lan].tx[0][15], 3);
		ip.tos = 0;
		from_peer(delivered(header(false) + ip.bytes(), 0), 3);
		EXPECT_EQ(drops(PATH_DROP_ECN), 1u);
		stop();
	}
}

/* The headers that GRE adds count: what just fits passes whole, one byte more is cut or refused. */
TEST_F(Gre, the_passengers_mtu_leaves_room_for_gre)
{
	each([&] {
		uint32_t mtu = db_sa_inner_mtu(db_sa_find(db, SA_OUT), 1500);
		Ip ip = passenger(false);

		ip.df = true;
		ip.payload = Bytes(mtu - 20, 1);
		feed(fake[lan], frame(lan_mac, ip.bytes()));
		poll();
		expect_no_other_drops();
		ASSERT_EQ(fake[wan].tx.size(), 1u);
		EXPECT_LE(fake[wan].tx[0].size(), 1514u);
		EXPECT_FALSE(peer_opens(fake[wan].tx[0]).empty());
		ip.payload = Bytes(mtu - 19, 1);
		feed(fake[lan], frame(lan_mac, ip.bytes()));
		poll();
		EXPECT_EQ(drops(PATH_DROP_TOO_BIG), 1u);
		ASSERT_EQ(fake[lan].tx.size(), 1u);
		EXPECT_EQ(be16(&fake[lan].tx[0][14 + 20 + 6]), mtu) << "RFC1191";
		ip.df = false;
		feed(fake[lan], frame(lan_mac, ip.bytes()));
		poll();
		EXPECT_EQ(fake[wan].tx.size(), 3u) << "cut before encryption";
	});
}

/* Bytes are those that ESP protects, in both directions. */
TEST_F(Gre, counts_what_esp_carries)
{
	start(plain(false));
	Ip ip = passenger(false);
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	from_peer(delivered(header(false) + back(false).bytes()));
	EXPECT_EQ(db_sa_find(db, SA_OUT)->run.out->bytes, ip.bytes().size() + 24);
	EXPECT_EQ(db_sa_find(db, SA_IN)->run.in->bytes, back(false).bytes().size() + 24);
}

TEST_F(Gre, an_sa_that_doesnt_let_gre_pass_isnt_made)
{
	db_sa *sa;

	start(plain(false));
	dp_sa s = sa_conf(99, DP_OUT, 0xc0ffee02, TUNNEL);
	s.ts[0].local.proto = s.ts[0].remote.proto = 6;
	EXPECT_EQ(db_sa_prepare(db, &s, &sa), ERR_MALFORMED);
	s = sa_conf(99, DP_OUT, 0xc0ffee02, TUNNEL);
	s.ts[0].remote.first = s.ts[0].remote.last = at("172.16.0.9");
	EXPECT_EQ(db_sa_prepare(db, &s, &sa), ERR_MALFORMED);
}

TEST_F(Gre, a_tunnel_keeps_what_its_sas_are_made_of)
{
	dp_tunnel t = {};

	start(plain(false));
	ASSERT_TRUE(db_tunnel_get(db, TUNNEL, &t));
	t.key = 5;
	t.has_key = true;
	EXPECT_EQ(db_tunnel_put(db, &t), ERR_BUSY);
	ASSERT_TRUE(db_tunnel_get(db, TUNNEL, &t));
	t.mode = DP_TUNNEL_IPSEC;
	EXPECT_EQ(db_tunnel_put(db, &t), ERR_BUSY);
	ASSERT_TRUE(db_tunnel_get(db, TUNNEL, &t));
	t.mtu = 1400;
	EXPECT_EQ(db_tunnel_put(db, &t), ERR_OK);
}
