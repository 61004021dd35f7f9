#include "fixture.h"

#include <map>

namespace
{

class Frag : public PathTest
{
      protected:
	void lan_in(const Ip &ip)
	{
		feed(fake[lan], frame(lan_mac, ip.bytes()));
	}
	static Bytes pattern(size_t len)
	{
		Bytes b(len);

		for (size_t i = 0; i < len; i++)
			b[i] = (uint8_t)(i * 31 + (i >> 8));
		return b;
	}
	/* Puts IPv4 fragments together, checking each. */
	static Bytes join4(const std::vector<Bytes> &pieces, size_t mtu)
	{
		std::map<unsigned, Bytes> parts;
		Bytes whole;
		unsigned last = 0;

		for (auto &p : pieces) {
			unsigned word = be16(p.data() + 6), header = (p[0] & 15u) * 4;

			EXPECT_LE(p.size(), mtu);
			EXPECT_EQ(be16(p.data() + 2), p.size());
			EXPECT_TRUE(checksum_right(p.data()));
			parts[(word & 0x1fff) * 8] = Bytes(p.begin() + header, p.end());
			if ((word & 0x2000) == 0)
				last = (word & 0x1fff) * 8 + (unsigned)(p.size() - header);
		}
		for (auto &[off, part] : parts) {
			EXPECT_EQ(off, whole.size());
			whole = whole + part;
		}
		EXPECT_EQ(last, whole.size());
		return whole;
	}
};

} // namespace

TEST_F(Frag, ipv4_is_cut_before_encryption)
{
	Ip ip;

	start();
	ip.payload = pattern(1480);
	lan_in(ip);
	poll();
	expect_no_other_drops();
	ASSERT_EQ(fake[wan].tx.size(), 2u);
	std::vector<Bytes> pieces;
	for (auto &f : fake[wan].tx) {
		EXPECT_LE(f.size(), 1514u);
		EXPECT_EQ(be16(f.data() + 14 + 6) & 0x3fff, 0) << "the outer packet is whole";
		pieces.push_back(peer_opens(f));
		ASSERT_FALSE(pieces.back().empty());
		EXPECT_EQ(pieces.back()[8], 63);
	}
	EXPECT_EQ(join4(pieces, 1446), ip.payload);
	EXPECT_EQ(count(PATH_COUNT_FRAGMENTS), 2u);
}

TEST_F(Frag, the_tunnels_own_mtu_counts_too)
{
	Ip ip;

	start();
	tunnel(TUNNEL, SA_OUT, 600);
	ip.payload = pattern(1400);
	lan_in(ip);
	poll();
	std::vector<Bytes> pieces;
	for (auto &f : fake[wan].tx)
		pieces.push_back(peer_opens(f));
	ASSERT_EQ(pieces.size(), 3u);
	EXPECT_EQ(join4(pieces, 600), ip.payload);
}

TEST_F(Frag, R_TUN_15_df_gets_fragmentation_needed_with_the_inner_mtu)
{
	Ip ip;

	start();
	tunnel(TUNNEL, SA_OUT, 1400);
	ip.df = true;
	ip.payload = pattern(1380);
	lan_in(ip);
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 1u) << "1400 bytes just fit";
	ip.payload = pattern(1381);
	lan_in(ip);
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 1u);
	EXPECT_EQ(drops(PATH_DROP_TOO_BIG), 1u);
	ASSERT_EQ(fake[lan].tx.size(), 1u);
	const uint8_t *p = fake[lan].tx[0].data() + 14;
	EXPECT_EQ(p[20], 3);
	EXPECT_EQ(p[21], 4);
	EXPECT_EQ(be16(p + 26), 1400) << "RFC1191";
	EXPECT_LE(fake[lan].tx[0].size() - 14, 576u);
}

/* A router on the way takes less than the port: that counts for what goes in, and for what is cut after encryption. */
TEST_F(Frag, R_TUN_15_a_narrower_path_behind_the_port_counts)
{
	Ip ip;

	start();
	db_tunnel_set_link(db_tunnel_find(db, TUNNEL), 1400, 600000);
	db_touch(db);
	ip.df = true;
	ip.payload = pattern(1400);
	lan_in(ip);
	poll();
	EXPECT_TRUE(fake[wan].tx.empty());
	ASSERT_EQ(fake[lan].tx.size(), 1u);
	EXPECT_EQ(be16(&fake[lan].tx[0][14 + 26]), db_sa_inner_mtu(db_sa_find(db, SA_OUT), 1400));
	ip.df = false;
	lan_in(ip);
	poll();
	ASSERT_EQ(fake[wan].tx.size(), 2u);
	for (auto &f : fake[wan].tx)
		EXPECT_LE(f.size(), 1414u);
	db_tunnel_set_link(db_tunnel_find(db, TUNNEL), 1280, 600000);
	db_touch(db);
	ip = Ip();
	ip.src = "2001:db8:1::9";
	ip.dst = "2001:db8:9::1";
	ip.payload = pattern(1240);
	fake[wan].tx.clear();
	lan_in(ip);
	poll();
	ASSERT_EQ(fake[wan].tx.size(), 2u) << "RFC8200-5: 1280 bytes pass any path";
	for (auto &f : fake[wan].tx)
		EXPECT_LE(f.size(), 1294u);
}

TEST_F(Frag, options_with_the_copied_flag_go_into_every_piece)
{
	Ip ip;
	Bytes p;

	start();
	ip.payload = pattern(1460);
	p = ip.bytes();
	p.insert(p.begin() + 20, { 0x94, 4, 0, 0, 0x07, 3, 4, 0 }); /* router alert (copied), record route (not) */
	p[0] = 0x47;
	p[2] = (uint8_t)(p.size() >> 8);
	p[3] = (uint8_t)p.size();
	p[10] = p[11] = 0;
	uint32_t sum = 0;
	for (size_t i = 0; i < 28; i += 2)
		sum += be16(&p[i]);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	p[10] = (uint8_t)(~sum >> 8);
	p[11] = (uint8_t)~sum;
	feed(fake[lan], frame(lan_mac, p));
	poll();
	std::vector<Bytes> pieces;
	for (auto &f : fake[wan].tx)
		pieces.push_back(peer_opens(f));
	ASSERT_EQ(pieces.size(), 2u);
	EXPECT_EQ(pieces[0][0], 0x47);
	EXPECT_EQ(pieces[1][0], 0x46) << "RFC791-3.1";
	EXPECT_EQ(pieces[1][20], 0x94);
	EXPECT_EQ(join4(pieces, 1446), ip.payload);
}

TEST_F(Frag, ipv6_is_never_cut_before_encryption)
{
	Ip ip;

	start();
	ip.src = "2001:db8:1::9";
	ip.dst = "2001:db8:9::1";
	ip.payload = pattern(1440);
	lan_in(ip);
	poll();
	EXPECT_TRUE(fake[wan].tx.empty());
	ASSERT_EQ(fake[lan].tx.size(), 1u);
	const uint8_t *p = fake[lan].tx[0].data() + 14;
	EXPECT_EQ(p[40], 2);
	EXPECT_EQ(be32(p + 44), 1446u);
	EXPECT_LE(fake[lan].tx[0].size() - 14, 1280u);
}

/* RFC8200-5: a link that can't carry 1280 bytes in one piece must cut below IPv6, here after encryption. */
TEST_F(Frag, what_fits_1280_bytes_passes_any_path)
{
	for (bool v6 : { false, true }) {
		Options o;
		Ip ip;

		o.v6 = v6;
		start(o);
		db->port[wan].mtu = 1300;
		db_touch(db);
		ip.src = "2001:db8:1::9";
		ip.dst = "2001:db8:9::1";
		ip.payload = pattern(1240);
		lan_in(ip);
		poll();
		expect_no_other_drops();
		ASSERT_EQ(fake[wan].tx.size(), 2u);
		Bytes f = fake[wan].tx[0];
		if (!v6) {
			std::vector<Bytes> pieces;

			for (auto &piece : fake[wan].tx)
				pieces.emplace_back(piece.begin() + 14, piece.end());
			f.resize(14 + 20);
			f = f + join4(pieces, 1300);
			f[16] = (uint8_t)((f.size() - 14) >> 8);
			f[17] = (uint8_t)(f.size() - 14);
			f[20] = f[21] = 0;
			f[24] = f[25] = 0;
			uint32_t sum = 0;
			for (size_t i = 14; i < 34; i += 2)
				sum += be16(&f[i]);
			sum = (sum & 0xffff) + (sum >> 16);
			sum = (sum & 0xffff) + (sum >> 16);
			f[24] = (uint8_t)(~sum >> 8);
			f[25] = (uint8_t)~sum;
		} else {
			const Bytes &a = fake[wan].tx[0], &b = fake[wan].tx[1];

			EXPECT_EQ(a[14 + 6], 44);
			EXPECT_EQ(a[14 + 40], 50);
			EXPECT_EQ(be16(&a[14 + 42]), 1);
			EXPECT_EQ(be16(&b[14 + 42]), a.size() - 14 - 48);
			EXPECT_EQ(be32(&a[14 + 44]), be32(&b[14 + 44]));
			EXPECT_LE(a.size(), 1314u);
			f = Bytes(a.begin(), a.begin() + 54) + Bytes(a.begin() + 62, a.end()) + Bytes(b.begin() + 62, b.end());
			f[14 + 6] = 50;
			f[18] = (uint8_t)((f.size() - 54) >> 8);
			f[19] = (uint8_t)(f.size() - 54);
		}
		Bytes inner = peer_opens(f);
		ASSERT_EQ(inner.size(), 1280u);
		EXPECT_EQ(Bytes(inner.begin() + 40, inner.end()), ip.payload);
		stop();
	}
}

TEST_F(Frag, with_df_clear_the_outer_packet_is_cut)
{
	Options o;
	Ip ip;

	o.df = DP_DF_CLEAR;
	start(o);
	ip.df = true;
	ip.payload = pattern(1480);
	lan_in(ip);
	poll();
	expect_no_other_drops();
	EXPECT_EQ(fake[wan].tx.size(), 2u);
	EXPECT_TRUE(fake[lan].tx.empty());
}

TEST_F(Frag, plain_forwarding_cuts_too)
{
	Ip ip;
	struct addr next = at("10.0.0.8");
	dp_adjacency a = { 8, LAN, next };

	start();
	ASSERT_EQ(db_adj_put(db, &a), ERR_OK);
	ASSERT_EQ(db_adj_resolve(db, lan, &next, host_mac.data()), ERR_OK);
	route("10.5.0.0/16", DP_ROUTE_ADJACENCY, 8);
	db->port[lan].mtu = 1000;
	ip.dst = "10.5.0.1";
	ip.payload = pattern(1480);
	lan_in(ip);
	poll();
	std::vector<Bytes> pieces;
	for (auto &f : fake[lan].tx)
		pieces.emplace_back(f.begin() + 14, f.end());
	ASSERT_EQ(pieces.size(), 2u);
	EXPECT_EQ(join4(pieces, 1000), ip.payload);
	ip.df = true;
	lan_in(ip);
	poll();
	ASSERT_EQ(fake[lan].tx.size(), 3u);
	EXPECT_EQ(fake[lan].tx[2][14 + 21], 4);
}
