#include "fixture.h"

#include <algorithm>

namespace
{

class EspIn : public PathTest
{
      protected:
	Ip inner()
	{
		Ip ip;

		ip.src = "10.9.0.1";
		ip.dst = "10.0.0.9";
		return ip;
	}
	void wan_in(const Bytes &ip)
	{
		feed(fake[wan], frame(wan_mac, ip));
	}
	size_t delivered()
	{
		return fake[lan].tx.size();
	}
	/* A packet of 1200 bytes, able to carry marks, as the peer seals it, in four fragments with these traffic classes. */
	std::vector<Bytes> in_pieces(uint64_t seq, const std::vector<uint8_t> &tos)
	{
		Ip big = inner();
		big.tos = tos[0] & 3 ? 2 : 0;
		big.payload = Bytes(1200, 3);
		Bytes whole = peer_seals(big.bytes(), seq);
		Bytes payload(whole.begin() + 20, whole.end());
		std::vector<Bytes> pieces;

		for (size_t off = 0; off < payload.size(); off += 400) {
			Ip piece;

			piece.src = peer;
			piece.dst = own;
			piece.proto = 50;
			piece.id = (uint16_t)seq;
			piece.tos = tos[off / 400];
			piece.frag = (uint16_t)(off / 8 | (off + 400 < payload.size() ? 0x2000u : 0));
			piece.payload = Bytes(payload.begin() + (long)off, payload.begin() + (long)std::min(off + 400, payload.size()));
			pieces.push_back(piece.bytes());
		}
		EXPECT_EQ(pieces.size(), 4u);
		return pieces;
	}
};

/* The checksum of an IPv4 header that was changed. */
void seal_header(Bytes &ip)
{
	uint32_t sum = 0;

	ip[10] = ip[11] = 0;
	for (size_t i = 0; i < (ip[0] & 15u) * 4; i += 2)
		sum += be16(&ip[i]);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	ip[10] = (uint8_t)(~sum >> 8);
	ip[11] = (uint8_t)~sum;
}

} // namespace

TEST_F(EspIn, what_the_peer_sealed_arrives)
{
	each_variant([&] {
		uint64_t seq = 0;
		std::vector<Bytes> sent;

		for (size_t len : { 1u, 2u, 3u, 4u, 13u, 14u, 15u, 16u, 26u, 100u, 1000u, 1300u })
			for (bool v6 : { false, true }) {
				Ip ip = inner();

				if (v6) {
					ip.src = "2001:db8:9::1";
					ip.dst = "2001:db8:1::9";
				}
				ip.payload = Bytes(len, (uint8_t)len);
				sent.push_back(ip.bytes());
				wan_in(peer_seals(sent.back(), ++seq));
			}
		poll();
		expect_no_other_drops();
		ASSERT_EQ(delivered(), sent.size());
		for (size_t i = 0; i < sent.size(); i++) {
			const Bytes &f = fake[lan].tx[i];

			EXPECT_EQ(Bytes(f.begin(), f.begin() + 6), host_mac);
			EXPECT_EQ(f.size(), 14 + sent[i].size());
			EXPECT_EQ(Bytes(f.begin() + 14 + 12, f.end()), Bytes(sent[i].begin() + 12, sent[i].end()));
			if (sent[i][0] >> 4 == 4) {
				EXPECT_TRUE(checksum_right(f.data() + 14));
				EXPECT_EQ(f[14 + 8], sent[i][8] - 1);
			}
		}
		EXPECT_EQ(db_sa_find(db, SA_IN)->run.in->packets, sent.size());
	});
}

TEST_F(EspIn, plain_and_udp_are_accepted_whatever_was_agreed)
{
	start();
	wan_in(peer_seals(inner().bytes(), 1));
	opt.udp = true;
	wan_in(peer_seals(inner().bytes(), 2));
	poll();
	EXPECT_EQ(delivered(), 2u) << "RFC7296-2.23";
}

TEST_F(EspIn, a_packet_passes_once_in_one_burst_or_two)
{
	start();
	Bytes p = peer_seals(inner().bytes(), 5), q = peer_seals(inner().bytes(), 6);

	wan_in(p);
	wan_in(p);
	wan_in(q);
	wan_in(p);
	poll();
	wan_in(p);
	wan_in(q);
	poll();
	EXPECT_EQ(delivered(), 2u);
	EXPECT_EQ(drops(PATH_DROP_REPLAY), 4u);
	EXPECT_EQ(db_sa_find(db, SA_IN)->run.in->replay_drops, 4u);
}

TEST_F(EspIn, the_window_moves_with_authentic_packets_alone)
{
	start();
	Bytes forged = peer_seals(inner().bytes(), 1000);

	forged[forged.size() - 1] ^= 1;
	wan_in(forged);
	poll();
	EXPECT_EQ(drops(PATH_DROP_AUTH), 1u);
	EXPECT_EQ(db_sa_find(db, SA_IN)->run.in->top, 0u);
	EXPECT_EQ(db_sa_find(db, SA_IN)->run.in->auth_drops, 1u);
	wan_in(peer_seals(inner().bytes(), 100));
	wan_in(peer_seals(inner().bytes(), 36)); /* left of the window of 64 */
	wan_in(peer_seals(inner().bytes(), 37));
	poll();
	EXPECT_EQ(delivered(), 2u);
	EXPECT_EQ(drops(PATH_DROP_REPLAY), 1u);
}

TEST_F(EspIn, number_zero_is_never_valid)
{
	start();
	wan_in(peer_seals(inner().bytes(), 0));
	poll();
	EXPECT_EQ(delivered(), 0u);
	EXPECT_EQ(drops(PATH_DROP_REPLAY), 1u);
}

TEST_F(EspIn, esn_follows_the_peer_across_the_wrap)
{
	Options o;

	o.esn = true;
	start(o);
	db_sa_find(db, SA_IN)->run.in->top = 0xfffffff0;
	for (uint64_t seq : { UINT64_C(0xfffffff5), UINT64_C(0x100000002), UINT64_C(0xfffffff6), UINT64_C(0x100000003) })
		wan_in(peer_seals(inner().bytes(), seq));
	poll();
	EXPECT_EQ(delivered(), 4u);
	EXPECT_EQ(db_sa_find(db, SA_IN)->run.in->top, UINT64_C(0x100000003));
}

TEST_F(EspIn, unknown_spi_is_counted_and_sampled)
{
	start();
	Bytes p = peer_seals(inner().bytes(), 1);

	p[20 + 3] ^= 1; /* another slot */
	wan_in(p);
	p[20 + 3] ^= 1;
	p[20] ^= 0x10; /* another generation */
	wan_in(p);
	poll();
	EXPECT_EQ(drops(PATH_DROP_UNKNOWN_SPI), 2u);
	auto n = notes(PATH_NOTE_UNKNOWN_SPI);
	ASSERT_EQ(n.size(), 2u);
	char text[ADDR_PORT_TEXT];
	EXPECT_STREQ(addr_str(&n[0].remote.addr, text), "198.51.100.1");
	EXPECT_STREQ(addr_str(&n[0].local, text), "192.0.2.1");
	EXPECT_EQ(n[1].id, be32(p.data() + 20));
	for (int i = 0; i < 500; i++)
		wan_in(p);
	poll();
	EXPECT_LT(notes(PATH_NOTE_UNKNOWN_SPI).size(), 100u) << "sampled";
	EXPECT_EQ(drops(PATH_DROP_UNKNOWN_SPI), 502u);
}

TEST_F(EspIn, esp_for_somebody_else_is_routed_not_opened)
{
	start();
	Ip ip;

	ip.src = "10.0.0.9";
	ip.dst = "10.9.0.1";
	ip.proto = 50;
	Bytes sealed = peer_seals(inner().bytes(), 1);
	ip.payload = Bytes(sealed.begin() + 20, sealed.end()); /* the SPI of our own SA, but not to us */
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	poll();
	EXPECT_EQ(drops(PATH_DROP_UNKNOWN_SPI), 0u);
	EXPECT_EQ(fake[wan].tx.size(), 1u) << "through the tunnel, as any packet";
	EXPECT_EQ(db_sa_find(db, SA_IN)->run.in->packets, 0u);
}

TEST_F(EspIn, selectors_are_enforced_after_decryption)
{
	Options o;
	Ip ip = inner();

	o.selectors = true;
	start(o);
	ip.payload = udp(1, 2, Bytes(20));
	wan_in(peer_seals(ip.bytes(), 1));
	ip.src = "10.8.0.1";
	wan_in(peer_seals(ip.bytes(), 2));
	ip.src = "10.9.0.1";
	ip.dst = "10.0.1.9";
	wan_in(peer_seals(ip.bytes(), 3));
	ip.dst = "10.0.0.9";
	ip.proto = 6;
	wan_in(peer_seals(ip.bytes(), 4));
	ip.src = "2001:db8:9::1";
	ip.dst = "2001:db8:1::9";
	wan_in(peer_seals(ip.bytes(), 5));
	poll();
	EXPECT_EQ(delivered(), 1u);
	EXPECT_EQ(drops(PATH_DROP_TS_IN), 4u);
	EXPECT_EQ(db_sa_find(db, SA_IN)->run.in->other_drops, 4u);
}

/* RFC6040-4.2, all sixteen combinations, IPv4 and IPv6 inside. */
/* RFC7296-2.24-a */
TEST_F(EspIn, congestion_marks_combine)
{
	static const int expected[4][4] = {
		/* inner: not, ect1, ect0, ce; by outer */
		{ 0, 1, 2, 3 },  /* not */
		{ 0, 1, 1, 3 },  /* ect1 */
		{ 0, 1, 2, 3 },  /* ect0 */
		{ -1, 3, 3, 3 }, /* ce */
	};
	uint64_t seq = 0, dropped = 0;

	start();
	for (uint8_t out = 0; out < 4; out++)
		for (uint8_t in = 0; in < 4; in++)
			for (bool v6 : { false, true }) {
				Ip ip = inner();
				size_t before = delivered();

				if (v6) {
					ip.src = "2001:db8:9::1";
					ip.dst = "2001:db8:1::9";
				}
				ip.tos = (uint8_t)(0x48 | in);
				wan_in(peer_seals(ip.bytes(), ++seq, 0, out));
				poll();
				if (expected[out][in] < 0) {
					EXPECT_EQ(drops(PATH_DROP_ECN), ++dropped);
					continue;
				}
				ASSERT_EQ(delivered(), before + 1);
				const uint8_t *p = fake[lan].tx.back().data() + 14;
				uint8_t tos = v6 ? (uint8_t)(be16(p) >> 4) : p[1];
				EXPECT_EQ(tos, 0x48 | expected[out][in]);
				EXPECT_TRUE(v6 || checksum_right(p));
			}
}

TEST_F(EspIn, dummies_vanish_and_other_payloads_are_refused)
{
	start();
	wan_in(peer_seals(Bytes(62, 7), 1, 59));
	wan_in(peer_seals(inner().bytes(), 2, 47));
	wan_in(peer_seals(inner().bytes(), 3, 41)); /* says IPv6, is IPv4 */
	poll();
	EXPECT_EQ(delivered(), 0u);
	EXPECT_EQ(drops(PATH_DROP_DUMMY), 1u);
	EXPECT_EQ(drops(PATH_DROP_NEXT_HEADER), 1u);
	EXPECT_EQ(drops(PATH_DROP_MALFORMED), 1u);
	EXPECT_EQ(db_sa_find(db, SA_IN)->run.in->other_drops, 2u) << "a dummy is no error";
}

TEST_F(EspIn, padding_is_checked_and_tfc_padding_cut)
{
	start();
	Bytes ip = inner().bytes();
	Bytes tfc = ip + Bytes(33, 0);

	wan_in(peer_seals(tfc, 1));
	poll();
	ASSERT_EQ(delivered(), 1u);
	EXPECT_EQ(fake[lan].tx[0].size(), 14 + ip.size());
	Bytes clear = ip;
	clear = clear + Bytes{ 1, 3, 2 };
	while ((clear.size() + 2) % 4 != 0)
		clear.push_back(9);
	wan_in(peer_seals_raw(clear + Bytes{ (uint8_t)(clear.size() - ip.size()), 4 }, 2));
	wan_in(peer_seals_raw(Bytes{ 1, 2, 200, 4 }, 3)); /* more padding than packet */
	poll();
	EXPECT_EQ(drops(PATH_DROP_ESP_FORMAT), 2u);
}

TEST_F(EspIn, short_and_crooked_esp_is_dropped_before_the_engine)
{
	start();
	Bytes whole = peer_seals(inner().bytes(), 1);
	Bytes esp(whole.begin() + 20, whole.end());

	for (size_t len = 8; len < 40; len++)
		wan_in(outer(50, Bytes(esp.begin(), esp.begin() + (long)len), 0));
	poll();
	EXPECT_EQ(delivered(), 0u);
	EXPECT_EQ(drops(PATH_DROP_ESP_FORMAT) + drops(PATH_DROP_AUTH), 32u);
	for (size_t len = 0; len < 8; len++)
		wan_in(outer(50, Bytes(esp.begin(), esp.begin() + (long)len), 0));
	poll();
	EXPECT_EQ(delivered(), 0u);
}

TEST_F(EspIn, peer_moved_is_told_once_a_place_and_only_when_authentic)
{
	Options o;

	o.udp = true;
	start(o);
	wan_in(peer_seals(inner().bytes(), 1));
	poll();
	EXPECT_TRUE(notes(PATH_NOTE_PEER_MOVED).empty());
	peer_port = 61000;
	Bytes forged = peer_seals(inner().bytes(), 2);
	forged.back() ^= 1;
	wan_in(forged);
	poll();
	EXPECT_TRUE(notes(PATH_NOTE_PEER_MOVED).empty());
	wan_in(peer_seals(inner().bytes(), 2));
	wan_in(peer_seals(inner().bytes(), 3));
	poll();
	auto n = notes(PATH_NOTE_PEER_MOVED);
	ASSERT_EQ(n.size(), 1u);
	EXPECT_EQ(n[0].id, (uint32_t)SA_IN);
	EXPECT_EQ(n[0].remote.port, 61000);
	peer = "198.51.100.77";
	wan_in(peer_seals(inner().bytes(), 4));
	poll();
	EXPECT_EQ(notes(PATH_NOTE_PEER_MOVED).size(), 1u);
	EXPECT_EQ(delivered(), 4u) << "packets pass meanwhile: the window and the ICV vouch for them";
}

TEST_F(EspIn, a_deleted_sa_is_unknown_and_a_tunnel_gone_drops)
{
	start();
	wan_in(peer_seals(inner().bytes(), 1));
	poll();
	ASSERT_EQ(db_sa_del(db, SA_IN), ERR_OK);
	wan_in(peer_seals(inner().bytes(), 2));
	poll();
	EXPECT_EQ(delivered(), 1u);
	EXPECT_EQ(drops(PATH_DROP_UNKNOWN_SPI), 1u);
}

TEST_F(EspIn, esp_in_fragments_is_put_together)
{
	start();
	std::vector<Bytes> pieces = in_pieces(1, { 0, 0, 0, 0 });

	for (size_t i : { 2u, 0u, 3u, 1u })
		wan_in(pieces[i]);
	poll();
	expect_no_other_drops();
	ASSERT_EQ(delivered(), 1u);
	EXPECT_EQ(count(PATH_COUNT_REASSEMBLED), 1u);
	EXPECT_EQ(fake[lan].tx[0].size(), 14 + 20 + 1200u);
}

/* Options that aren't copied stand in the first fragment alone (RFC791-3.1). */
TEST_F(EspIn, the_first_fragments_header_may_be_the_longest)
{
	start();
	std::vector<Bytes> pieces = in_pieces(1, { 0, 0, 0, 0 });
	Bytes &first = pieces[0];

	first[0] = 0x46;
	first[3] = (uint8_t)(first[3] + 4); /* 420 -> 424 */
	first.insert(first.begin() + 20, { 1, 1, 1, 0 });
	seal_header(first);
	for (size_t i : { 0u, 2u, 1u, 3u })
		wan_in(pieces[i]);
	poll();
	expect_no_other_drops();
	EXPECT_EQ(delivered(), 1u);
}

/* RFC3168-5.3: what a router marks on one fragment is a mark of the packet. */
TEST_F(EspIn, a_mark_on_any_fragment_counts)
{
	start();
	uint64_t seq = 0;

	for (size_t marked : { 0u, 1u, 3u }) {
		std::vector<uint8_t> tos(4, 2);

		tos[marked] = 3;
		for (const Bytes &b : in_pieces(++seq, tos))
			wan_in(b);
	}
	poll();
	expect_no_other_drops();
	ASSERT_EQ(delivered(), 3u);
	for (const Bytes &f : fake[lan].tx) {
		EXPECT_EQ(f[14 + 1] & 3, 3);
		EXPECT_TRUE(checksum_right(f.data() + 14));
	}
	for (const Bytes &b : in_pieces(++seq, { 2, 3, 0, 2 }))
		wan_in(b);
	poll();
	EXPECT_EQ(delivered(), 3u);
	EXPECT_EQ(drops(PATH_DROP_ECN), 1u) << "marked, and not able to carry it";
}

TEST_F(EspIn, reassembly_is_bounded)
{
	start();
	for (uint16_t id = 0; id < 1500; id++) {
		Ip piece;

		piece.src = peer;
		piece.dst = own;
		piece.proto = 50;
		piece.id = id;
		piece.frag = 0x2000;
		piece.payload = Bytes(64);
		wan_in(piece.bytes());
		if (id % 32 == 31)
			poll();
	}
	poll();
	EXPECT_GT(drops(PATH_DROP_REASSEMBLY), 1000u) << "no more than the table holds wait";
}
