// ESP in the device, judged by OpenSSL.
#include <algorithm>
#include <set>

#include "lab.h"

namespace
{

Bytes inner4(size_t payload = 100, uint8_t tos = 0)
{
	return ip4({ .src = "10.1.0.1", .dst = "10.2.0.1", .tos = tos }, udp(1000, 2000, Bytes(payload, 0x5a)));
}

Bytes inner6(size_t payload = 100, uint8_t tclass = 0)
{
	return ip6("2001:db8:1::1", "2001:db8:2::1", 17, udp(1000, 2000, Bytes(payload, 0x5a)), tclass);
}

const unsigned all_suites[] = {
#define NUMBER(name, number, ...) number,
	FWI_SUITE_LIST(NUMBER)
#undef NUMBER
};

SaSpec out_v6()
{
	SaSpec s;

	s.mode = FWI_MODE_TUNNEL_V6;
	s.src = addr6("2001:db8::1");
	s.dst = addr6("2001:db8::2");
	return s;
}

SaSpec in_v6()
{
	SaSpec s = SaSpec::in();

	s.mode = FWI_MODE_TUNNEL_V6;
	s.src = addr6("2001:db8::2");
	s.dst = addr6("2001:db8::1");
	return s;
}

SaSpec udp_encap(SaSpec s)
{
	s.flags |= FWI_SA_UDP_ENCAP;
	s.udp_src = s.udp_dst = 4500;
	return s;
}

// The frame in which a peer sends 'inner' to the inbound SA 's'.
Bytes from_peer(const SaSpec &s, uint64_t number, const Bytes &inner, uint8_t tos = 0, unsigned tfc = 0)
{
	Bytes esp = esp_seal(s.keys, s.spi, number, inner, inner[0] >> 4 == 4 ? 4 : 41, tfc);

	if ((s.flags & FWI_SA_UDP_ENCAP) != 0)
		esp = udp(s.udp_src, s.udp_dst, esp);
	uint8_t proto = (s.flags & FWI_SA_UDP_ENCAP) != 0 ? 17 : 50;
	if (s.mode == FWI_MODE_TUNNEL_V6)
		return ether_ip(our_mac, peer_mac, ip6("2001:db8::2", "2001:db8::1", proto, esp, tos));
	return ether_ip(our_mac, peer_mac, ip4({ .proto = proto, .tos = tos }, esp));
}

struct InLab : Lab {
	SaSpec sa;

	explicit InLab(SaSpec s, unsigned queues = 1) : Lab("full", false, queues), sa(std::move(s))
	{
		EXPECT_EQ(drv.add_sa(sa), FWI_ST_OK);
		EXPECT_EQ(drv.add_rule(sa.rule(0)), FWI_ST_OK);
	}
};

void expect_decrypted(const std::vector<Received> &got, const SaSpec &s, uint64_t number, const Bytes &inner)
{
	ASSERT_EQ(got.size(), 1u);
	EXPECT_EQ(got[0].comp.flags, FWI_RX_SEC_OK) << "reason " << int(got[0].comp.reason);
	EXPECT_EQ(le32_get(got[0].comp.sa_index), s.index);
	EXPECT_EQ(le16_get(got[0].comp.sa_generation), s.generation);
	EXPECT_EQ(le64_get(got[0].comp.number), number);
	EXPECT_EQ(le32_get(got[0].comp.spi), s.spi);
	EXPECT_EQ(got[0].frame, ether_ip(our_mac, peer_mac, inner));
}

void expect_failed(const std::vector<Received> &got, fwi_rx_reason why, const Bytes &frame)
{
	ASSERT_EQ(got.size(), 1u);
	EXPECT_EQ(got[0].comp.flags, FWI_RX_SEC_FAILED);
	EXPECT_EQ(got[0].comp.reason, why);
	EXPECT_EQ(got[0].frame, frame) << "as it came";
}

} // namespace

TEST(EmuEspOut, every_suite_plain_and_udp_v4_and_v6)
{
	for (unsigned suite : all_suites)
		for (bool esn : { false, true })
			for (bool v6 : { false, true })
				for (bool encap : { false, true }) {
					Lab lab;
					SaSpec s = v6 ? out_v6() : SaSpec();
					s.keys = EspKeys::of(suite, 7, esn);
					if (encap)
						s = udp_encap(s);
					s.number = esn ? (UINT64_C(3) << 32) + 4 : 4;
					ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
					Bytes inner = suite % 2 ? inner4(33) : inner6(1200);
					lab.drv.send(lab.drv.secured(s, ether_ip(peer_mac, our_mac, inner), s.number + 1));
					auto out = lab.sent();
					ASSERT_EQ(out.size(), 1u) << suite;
					Bytes ip = slice(out[0], 14, out[0].size() - 14);
					size_t at = v6 ? 40 : 20;
					EXPECT_EQ(slice(out[0], 0, 12), peer_mac + our_mac);
					EXPECT_EQ(slice(out[0], 12, 2), be(v6 ? 0x86dd : 0x0800, 2));
					EXPECT_EQ(ip[v6 ? 6 : 9], encap ? 17 : 50);
					EXPECT_EQ(slice(ip, v6 ? 8 : 12, s.src.size() * 2), s.src + s.dst);
					if (v6) {
						EXPECT_EQ(slice(ip, 4, 2), be(ip.size() - 40, 2));
					} else {
						EXPECT_EQ(slice(ip, 2, 2), be(ip.size(), 2));
						EXPECT_EQ(ip_sum(slice(ip, 0, 20)), 0);
					}
					if (encap) {
						EXPECT_EQ(slice(ip, at, 8), be(4500, 2) + be(4500, 2) + be(ip.size() - at, 2) + be(0, 2));
						at += 8;
					}
					auto opened = esp_open(s.keys, slice(ip, at, ip.size() - at), uint32_t((s.number + 1) >> 32));
					ASSERT_TRUE(opened) << suite << " esn " << esn;
					EXPECT_EQ(opened->spi, s.spi);
					EXPECT_EQ(opened->inner, inner);
					EXPECT_EQ(opened->next_header, inner[0] >> 4 == 4 ? 4 : 41);
				}
}

// The IV rule: an AEAD's explicit IV is the 64-bit number, so (key, nonce) can't repeat.
TEST(EmuEspOut, explicit_iv_is_the_number)
{
	Lab lab;
	SaSpec s;

	s.keys = EspKeys::of(FWI_SUITE_AES_256_GCM_16, 3, true);
	s.number = UINT64_C(0x1122334455667788);
	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	lab.drv.send(lab.drv.secured(s, ether_ip(peer_mac, our_mac, inner4()), s.number + 1));
	auto out = lab.sent();
	ASSERT_EQ(out.size(), 1u);
	EXPECT_EQ(slice(out[0], 14 + 20 + 4, 4), be(0x55667789, 4)) << "on the wire: the low half";
	EXPECT_EQ(slice(out[0], 14 + 20 + 8, 8), be(s.number + 1, 8));
}

TEST(EmuEspOut, every_length_of_padding)
{
	for (unsigned suite : { unsigned(FWI_SUITE_AES_128_GCM_16), unsigned(FWI_SUITE_AES_128_CBC_SHA1_96) }) {
		Lab lab;
		SaSpec s;
		s.keys = EspKeys::of(suite, 9);
		ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
		for (uint64_t n = 1; n <= 40; n++) {
			Bytes inner = inner4(n);
			lab.drv.send(lab.drv.secured(s, ether_ip(peer_mac, our_mac, inner) + Bytes(n % 7), n));
			auto out = lab.sent();
			ASSERT_EQ(out.size(), 1u);
			auto opened = esp_open(s.keys, slice(out[0], 34, out[0].size() - 34));
			ASSERT_TRUE(opened);
			EXPECT_EQ(opened->inner, inner) << "what is behind the packet isn't sent";
		}
	}
}

TEST(EmuEspOut, outer_header_policy)
{
	auto tos_and_frag = [](uint32_t flags, uint8_t dscp, const Bytes &inner) {
		Lab lab;
		SaSpec s;
		s.flags = flags;
		s.dscp = dscp;
		s.ttl = 77;
		EXPECT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
		lab.drv.send(lab.drv.secured(s, ether_ip(peer_mac, our_mac, inner), 1));
		auto out = lab.sent();
		EXPECT_EQ(out.at(0)[14 + 8], 77);
		return std::make_pair(out.at(0)[15], out.at(0)[20]);
	};
	Bytes df = ip4({ .src = "10.1.0.1", .dst = "10.2.0.1", .tos = 0xb9, .frag = 0x4000 }, udp(1, 2, {}));

	EXPECT_EQ(tos_and_frag(0, 10, df), std::make_pair(uint8_t(10 << 2), uint8_t(0)));
	EXPECT_EQ(tos_and_frag(FWI_SA_COPY_DSCP, 0, df), std::make_pair(uint8_t(0xb8), uint8_t(0)));
	EXPECT_EQ(tos_and_frag(FWI_SA_COPY_DSCP | FWI_SA_COPY_ECN, 0, df), std::make_pair(uint8_t(0xb9), uint8_t(0)));
	EXPECT_EQ(tos_and_frag(FWI_SA_COPY_DF, 0, df), std::make_pair(uint8_t(0), uint8_t(0x40)));
	EXPECT_EQ(tos_and_frag(FWI_SA_COPY_DF, 0, inner4()), std::make_pair(uint8_t(0), uint8_t(0)));
	EXPECT_EQ(tos_and_frag(FWI_SA_COPY_DF, 0, inner6()), std::make_pair(uint8_t(0), uint8_t(0x40)));
	EXPECT_EQ(tos_and_frag(FWI_SA_SET_DF, 0, inner4()), std::make_pair(uint8_t(0), uint8_t(0x40)));
	EXPECT_EQ(tos_and_frag(FWI_SA_COPY_DSCP | FWI_SA_COPY_ECN, 0, inner6(10, 0xba)), std::make_pair(uint8_t(0xba), uint8_t(0)));
}

// sa-state 2: the host numbers; what isn't above the last number is refused, counted and told.
TEST(EmuEspOut, number_not_above_the_last_is_refused)
{
	Lab lab;
	SaSpec s;
	Bytes frame = ether_ip(peer_mac, our_mac, inner4());

	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	for (uint64_t n : { 5u, 5u, 4u, 0u, 6u, 100u, 99u })
		lab.drv.send(lab.drv.secured(s, frame, n));
	EXPECT_EQ(lab.sent().size(), 3u) << "5, 6, 100: gaps are fine";
	EXPECT_EQ(lab.drv.count_events(FWI_EV_TX_REFUSED), 4u);
	EXPECT_EQ(lab.drv.last_event(FWI_EV_TX_REFUSED)->reason, FWI_TX_R_NUMBER);
	EXPECT_EQ(le64_get(lab.drv.last_event(FWI_EV_TX_REFUSED)->number), 99u);
	EXPECT_EQ(mbox_txq_reap(&lab.drv.tx[0]), 7u) << "refused descriptors are done, too";

	fwi_tx_desc d = lab.drv.secured(s, frame, 0);
	d.flags = FWI_TX_DEVICE_NUMBERS;
	lab.drv.send(d);
	auto out = lab.sent();
	ASSERT_EQ(out.size(), 1u);
	EXPECT_EQ(slice(out[0], 38, 4), be(101, 4)) << "the device counts on from the last one";
}

TEST(EmuEspOut, numbers_end_at_32_bits_without_esn)
{
	Lab lab;
	SaSpec s;
	Bytes frame = ether_ip(peer_mac, our_mac, inner4());

	s.number = 0xfffffffe;
	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	lab.drv.send(lab.drv.secured(s, frame, UINT64_C(0x100000000)));
	lab.drv.send(lab.drv.secured(s, frame, 0xffffffff));
	fwi_tx_desc d = lab.drv.secured(s, frame, 0);
	d.flags = FWI_TX_DEVICE_NUMBERS;
	lab.drv.send(d);
	EXPECT_EQ(lab.sent().size(), 1u);
	EXPECT_EQ(lab.drv.count_events(FWI_EV_TX_REFUSED), 2u);
	EXPECT_EQ(lab.drv.last_event(FWI_EV_TX_REFUSED)->reason, FWI_TX_R_EXHAUSTED);
}

// sa-state 22: unknown slot, stale generation, wrong check: dropped, never sent in clear.
TEST(EmuEspOut, what_names_no_live_sa_is_dropped)
{
	Lab lab;
	SaSpec s;
	Bytes frame = ether_ip(peer_mac, our_mac, inner4());
	fwi_tx_desc d;

	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	d = lab.drv.secured(s, frame, 1);
	d.sa_index = le32_of(1);
	lab.drv.send(d);
	d = lab.drv.secured(s, frame, 1);
	d.sa_index = le32_of(0xffffffff);
	lab.drv.send(d);
	d = lab.drv.secured(s, frame, 1);
	d.sa_generation = le16_of(2);
	lab.drv.send(d);
	ASSERT_EQ(lab.sent().size(), 0u);
	EXPECT_EQ(lab.drv.events[lab.drv.events.size() - 3].reason, FWI_TX_R_UNKNOWN);
	EXPECT_EQ(lab.drv.last_event(FWI_EV_TX_REFUSED)->reason, FWI_TX_R_STALE);

	d = lab.drv.secured(s, frame, 1);
	d.check = le16_of(uint16_t(fwi_tx_check(&d, lab.drv.tx[0].epoch) ^ 1));
	lab.drv.tx[0].ring[lab.drv.tx[0].prod++ & lab.drv.tx[0].mask] = d;
	mbox_txq_ring(&lab.drv.tx[0]);
	EXPECT_EQ(lab.sent().size(), 0u);
	EXPECT_EQ(lab.drv.last_event(FWI_EV_TX_REFUSED)->reason, FWI_TX_R_CHECK);
	ASSERT_EQ(lab.drv.del_sa(s), FWI_ST_OK);
	lab.drv.send(lab.drv.secured(s, frame, 1));
	EXPECT_EQ(lab.sent().size(), 0u);
	s.generation = 9;
	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	lab.drv.send(lab.drv.secured(s, frame, 1));
	EXPECT_EQ(lab.sent().size(), 1u);
}

TEST(EmuEspOut, too_long_or_not_ip_is_refused)
{
	Lab lab;
	SaSpec s;
	Bytes cut = inner4();

	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	lab.drv.send(lab.drv.secured(s, ether_ip(peer_mac, our_mac, inner4(1500 - 20 - 8 - 20 - 16 - 16 - 2 + 1)), 1));
	EXPECT_EQ(lab.sent().size(), 0u);
	EXPECT_EQ(lab.drv.last_event(FWI_EV_TX_REFUSED)->reason, FWI_TX_R_SIZE);
	cut.pop_back();
	lab.drv.send(lab.drv.secured(s, ether_ip(peer_mac, our_mac, cut), 2));
	lab.drv.send(lab.drv.secured(s, ether(peer_mac, our_mac, 0x0806, Bytes(28)), 3));
	EXPECT_EQ(lab.sent().size(), 0u);
	EXPECT_EQ(lab.drv.last_event(FWI_EV_TX_REFUSED)->reason, FWI_TX_R_MALFORMED);
	lab.drv.send(lab.drv.secured(s, ether_ip(peer_mac, our_mac, inner4(1500 - 20 - 8 - 20 - 16 - 16 - 2 - 2)), 4));
	auto out = lab.sent();
	ASSERT_EQ(out.size(), 1u);
	EXPECT_EQ(out[0].size(), 1514u);
}

TEST(EmuEspOut, packet_in_segments)
{
	Lab lab;
	SaSpec s;
	Bytes frame = ether_ip(peer_mac, our_mac, inner4(300));
	size_t cuts[] = { 0, 10, 40, 200, frame.size() };

	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	for (int i = 0; i < 4; i++) {
		Bytes part = slice(frame, cuts[i], cuts[i + 1] - cuts[i]);
		fwi_tx_desc d = i == 0 ? lab.drv.secured(s, part, 1) : lab.drv.desc(part, FWI_TX_SEG);
		if (i < 3)
			d.flags = FWI_TX_MORE;
		mbox_txq_put(&lab.drv.tx[0], &d);
	}
	mbox_txq_ring(&lab.drv.tx[0]);
	auto out = lab.sent();
	ASSERT_EQ(out.size(), 1u);
	EXPECT_EQ(esp_open(s.keys, slice(out[0], 34, out[0].size() - 34))->inner, inner4(300));
	EXPECT_EQ(mbox_txq_reap(&lab.drv.tx[0]), 4u);
}

TEST(EmuEspOut, tagged_frame_keeps_its_tag)
{
	Lab lab;
	SaSpec s;
	Bytes frame = peer_mac + our_mac + be(0x8100, 2) + be(5, 2) + be(0x0800, 2) + inner4();
	fwi_tx_desc d;

	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	d = lab.drv.secured(s, frame, 1);
	d.l2_len = 18;
	lab.drv.send(d);
	auto out = lab.sent();
	ASSERT_EQ(out.size(), 1u);
	EXPECT_EQ(slice(out[0], 0, 18), slice(frame, 0, 18));
	EXPECT_TRUE(esp_open(s.keys, slice(out[0], 38, out[0].size() - 38)));
}

TEST(EmuEspOut, cbc_ivs_do_not_repeat)
{
	Lab lab;
	SaSpec s;
	std::set<Bytes> ivs;

	s.keys = EspKeys::of(FWI_SUITE_AES_128_CBC_SHA2_256_128, 4);
	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	for (uint64_t n = 1; n <= 50; n++) {
		lab.drv.send(lab.drv.secured(s, ether_ip(peer_mac, our_mac, inner4()), n));
		EXPECT_TRUE(ivs.insert(slice(lab.sent().at(0), 42, 16)).second);
	}
}

TEST(EmuEspIn, every_suite_plain_and_udp_v4_and_v6)
{
	for (unsigned suite : all_suites)
		for (bool esn : { false, true })
			for (bool v6 : { false, true })
				for (bool encap : { false, true }) {
					SaSpec s = v6 ? in_v6() : SaSpec::in(77);
					s.keys = EspKeys::of(suite, 5, esn);
					if (encap)
						s = udp_encap(s);
					s.number = esn ? (UINT64_C(2) << 32) - 3 : 10;
					InLab lab(s);
					for (uint64_t n = s.number + 1; n < s.number + 6; n++) {
						Bytes inner = n % 2 ? inner4(n % 50) : inner6(n % 90);
						expect_decrypted(lab.arrive(from_peer(s, n, inner)), s, n, inner);
					}
				}
}

TEST(EmuEspIn, replay_and_old_are_failed)
{
	SaSpec s = SaSpec::in();
	InLab lab(s);
	Bytes frame = from_peer(s, 100, inner4());

	expect_decrypted(lab.arrive(frame), s, 100, inner4());
	expect_failed(lab.arrive(frame), FWI_RX_R_REPLAY, frame);
	frame = from_peer(s, 36, inner4());
	expect_failed(lab.arrive(frame), FWI_RX_R_REPLAY, frame);
	expect_decrypted(lab.arrive(from_peer(s, 37, inner4())), s, 37, inner4());
}

// A snapshot moves in with the SA: what was seen elsewhere stays seen.
TEST(EmuEspIn, snapshot_of_the_window_counts)
{
	SaSpec s = SaSpec::in();
	Bytes frame;

	s.number = 50;
	s.seen[0] = 0x03; // 50, 49
	InLab lab(s);
	frame = from_peer(s, 49, inner4());
	expect_failed(lab.arrive(frame), FWI_RX_R_REPLAY, frame);
	expect_decrypted(lab.arrive(from_peer(s, 48, inner4())), s, 48, inner4());
}

TEST(EmuEspIn, wrong_icv_fails_and_moves_nothing)
{
	for (unsigned suite : all_suites) {
		SaSpec s = SaSpec::in();
		s.keys = EspKeys::of(suite, 6, suite % 2 != 0);
		InLab lab(s);
		Bytes good = from_peer(s, 1000, inner4());
		for (size_t at : { size_t(14 + 20 + 5), size_t(14 + 20 + 9), good.size() / 2, good.size() - 1 }) {
			Bytes bad = good;
			bad[at] ^= 0x10;
			auto got = lab.arrive(bad);
			ASSERT_EQ(got.size(), 1u);
			EXPECT_EQ(got[0].comp.reason, FWI_RX_R_AUTH) << "suite " << suite << " at " << at;
			EXPECT_EQ(got[0].frame, bad);
		}
		expect_decrypted(lab.arrive(from_peer(s, 1, inner4())), s, 1, inner4());
		expect_decrypted(lab.arrive(good), s, 1000, inner4());
	}
}

TEST(EmuEspIn, malformed_inside_and_outside)
{
	SaSpec s = SaSpec::in();
	InLab lab(s);
	Bytes lies = inner4();
	Bytes frame = ether_ip(our_mac, peer_mac, ip4({ .proto = 50 }, be(s.spi, 4) + be(1, 4) + Bytes(12)));

	expect_failed(lab.arrive(frame), FWI_RX_R_MALFORMED, frame);
	lies[3] = 0xff; // total length beyond the packet
	frame = from_peer(s, 2, lies);
	expect_failed(lab.arrive(frame), FWI_RX_R_MALFORMED, frame);
	frame = ether_ip(our_mac, peer_mac, ip4({ .proto = 50 }, esp_seal(s.keys, s.spi, 3, inner4(), 41)));
	expect_failed(lab.arrive(frame), FWI_RX_R_MALFORMED, frame);
	frame = ether_ip(our_mac, peer_mac, ip4({ .proto = 50 }, esp_seal(s.keys, s.spi, 4, inner4(), 17)));
	expect_failed(lab.arrive(frame), FWI_RX_R_MALFORMED, frame);
	EXPECT_EQ(lab.arrive(ether_ip(our_mac, peer_mac, ip4({ .proto = 50 }, esp_seal(s.keys, s.spi, 5, Bytes(30), 59)))).size(), 0u)
		<< "a dummy is dropped";
	expect_decrypted(lab.arrive(from_peer(s, 6, inner4(), 0, 33)), s, 6, inner4());
}

TEST(EmuEspIn, ecn_is_merged_as_rfc6040_says)
{
	struct {
		uint8_t outer, inner, result;
	} cases[] = { { 3, 1, 3 }, { 3, 2, 3 }, { 1, 2, 1 }, { 2, 1, 1 }, { 0, 2, 2 }, { 0, 3, 3 }, { 1, 0, 0 } };
	SaSpec s = SaSpec::in();
	uint64_t n = 0;

	s.flags = FWI_SA_COPY_ECN;
	InLab lab(s);
	for (auto c : cases)
		for (bool v6 : { false, true }) {
			uint8_t dscp = 0xb8;
			Bytes inner = v6 ? inner6(20, dscp | c.inner) : inner4(20, dscp | c.inner);
			Bytes want = v6 ? inner6(20, dscp | c.result) : inner4(20, dscp | c.result);
			n++;
			expect_decrypted(lab.arrive(from_peer(s, n, inner, c.outer)), s, n, want);
		}
	EXPECT_EQ(lab.arrive(from_peer(s, n + 1, inner4(20, 0), 3)).size(), 0u) << "CE on a packet that isn't ECN-capable";
}

TEST(EmuEspIn, what_has_no_rule_or_is_not_whole_comes_plain)
{
	SaSpec s = SaSpec::in();
	InLab lab(s);
	Bytes esp = esp_seal(s.keys, s.spi, 1, inner4(), 4);
	Bytes unknown = ether_ip(our_mac, peer_mac, ip4({ .proto = 50 }, esp_seal(s.keys, 0x9999, 1, inner4(), 4)));
	Bytes elsewhere = ether_ip(our_mac, peer_mac, ip4({ .dst = "192.0.2.9", .proto = 50 }, esp));
	Bytes fragment = ether_ip(our_mac, peer_mac, ip4({ .proto = 50, .frag = 0x2000 }, esp));
	Bytes in_udp = ether_ip(our_mac, peer_mac, ip4({}, udp(4500, 4500, esp)));

	for (const Bytes &f : { unknown, elsewhere, fragment, in_udp }) {
		auto got = lab.arrive(f);
		ASSERT_EQ(got.size(), 1u);
		EXPECT_EQ(got[0].comp.flags, 0);
		EXPECT_EQ(got[0].frame, f);
	}
	EXPECT_EQ(lab.drv.count_events(FWI_EV_UNKNOWN_SPI), 2u);
	EXPECT_EQ(le32_get(lab.drv.events[1].spi), 0x9999u);
	for (int i = 0; i < 50; i++)
		lab.arrive(unknown);
	EXPECT_LE(lab.drv.count_events(FWI_EV_UNKNOWN_SPI), 15u) << "ten a second";
}

// sa-state 11: SPI 0 on 4500 is IKE, one byte is a keepalive; neither is ESP.
TEST(EmuEspIn, ike_and_keepalives_on_4500_stay_plain)
{
	SaSpec s = udp_encap(SaSpec::in());
	InLab lab(s);

	for (const Bytes &payload : { Bytes(4) + Bytes(28, 1), Bytes{ 0xff }, Bytes{}, Bytes(7, 9) }) {
		Bytes f = ether_ip(our_mac, peer_mac, ip4({}, udp(4500, 4500, payload)));
		auto got = lab.arrive(f);
		ASSERT_EQ(got.size(), 1u);
		EXPECT_EQ(got[0].comp.flags, 0);
		EXPECT_EQ(got[0].frame, f);
	}
	EXPECT_EQ(lab.drv.count_events(FWI_EV_UNKNOWN_SPI), 0u);
}

// sa-state 11: the peer's address never matters to the match, and a change of it is told.
TEST(EmuEspIn, peer_that_moved_is_told_once)
{
	SaSpec s = udp_encap(SaSpec::in());
	InLab lab(s);
	auto from = [&](const char *src, uint16_t port, uint64_t n) {
		Bytes esp = esp_seal(s.keys, s.spi, n, inner4(), 4);
		expect_decrypted(lab.arrive(ether_ip(our_mac, peer_mac, ip4({ .src = src }, udp(port, 4500, esp)))), s, n, inner4());
	};

	from("198.51.100.1", 4500, 10);
	EXPECT_EQ(lab.drv.count_events(FWI_EV_PEER_MOVED), 0u);
	from("203.0.113.7", 33333, 9);
	EXPECT_EQ(lab.drv.count_events(FWI_EV_PEER_MOVED), 0u) << "an older packet says nothing";
	from("203.0.113.7", 33333, 11);
	from("203.0.113.7", 33333, 12);
	ASSERT_EQ(lab.drv.count_events(FWI_EV_PEER_MOVED), 1u);
	const fwi_event *e = lab.drv.last_event(FWI_EV_PEER_MOVED);
	EXPECT_EQ(Bytes(e->addr, e->addr + 4), addr4("203.0.113.7"));
	EXPECT_EQ(le16_get(e->port), 33333);
	EXPECT_EQ(le64_get(e->number), 11u);
}

TEST(EmuEspIn, rule_chooses_the_queue)
{
	SaSpec s = SaSpec::in();
	Lab lab("full", false, 2);
	fwi_cmd_flow rule = s.rule(0);

	rule.queue = le16_of(1);
	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	ASSERT_EQ(lab.drv.add_rule(rule), FWI_ST_OK);
	EXPECT_EQ(lab.arrive(from_peer(s, 1, inner4()), 0).size(), 0u);
	EXPECT_EQ(lab.drv.receive(1).size(), 1u);
	unsigned first = 0;
	for (uint16_t port = 1; port <= 64; port++)
		lab.nic.wire.in.push_back(ether_ip(our_mac, peer_mac, ip4({}, udp(port, 53, {}))));
	lab.drv.let_work();
	first = unsigned(lab.drv.receive(0).size());
	EXPECT_GT(first, 10u) << "plain flows spread";
	EXPECT_EQ(first + lab.drv.receive(1).size(), 64u);
}

// SA_DEL's completion says up to where a ring may still speak of the SA.
TEST(EmuEspIn, deletion_names_the_ring_position)
{
	SaSpec s = SaSpec::in();
	InLab lab(s);
	fwi_res_sa_del res;

	for (uint64_t n = 1; n <= 5; n++)
		lab.nic.wire.in.push_back(from_peer(s, n, inner4()));
	lab.drv.let_work();
	ASSERT_EQ(lab.drv.del_rule(0), FWI_ST_OK);
	ASSERT_EQ(lab.drv.del_sa(s, &res), FWI_ST_OK);
	EXPECT_EQ(le32_get(res.rx_position[0]), 5u);
	EXPECT_EQ(le64_get(res.number), 5u);
	EXPECT_EQ(lab.drv.receive().size(), 5u) << "still there to drain";
	auto got = lab.arrive(from_peer(s, 6, inner4()));
	ASSERT_EQ(got.size(), 1u);
	EXPECT_EQ(got[0].comp.flags, 0);
}

TEST(EmuEspIn, statistics_come_to_the_page)
{
	SaSpec s = SaSpec::in(3);
	InLab lab(s);
	mbox_region page = {};
	fwi_cmd c;
	Bytes bad = from_peer(s, 2, inner4());

	ASSERT_EQ(mbox_region_init(&page, lab.drv.bus, "test-page", 65536 * 64 + 4096), FWI_ST_OK);
	mbox_build_stats_page(&c, FWI_STATS_SA_IN, mbox_region_addr(&page, page.base, 65536 * 64 - 1));
	EXPECT_EQ(lab.drv.call(c), FWI_ST_ADDRESS);
	mbox_build_stats_page(&c, FWI_STATS_SA_IN, mbox_region_addr(&page, page.base, 65536 * 64));
	ASSERT_EQ(lab.drv.call(c), FWI_ST_OK);
	mbox_build_stats_page(&c, FWI_STATS_PORT, mbox_region_addr(&page, page.base + 65536 * 64, 256));
	ASSERT_EQ(lab.drv.call(c), FWI_ST_OK);
	lab.arrive(from_peer(s, 1, inner4()));
	lab.arrive(from_peer(s, 1, inner4()));
	bad.back() ^= 1;
	lab.arrive(bad);
	lab.drv.let_work(15);
	auto *sa = reinterpret_cast<fwi_sa_stats *>(page.base) + 3;
	auto *port = reinterpret_cast<fwi_port_stats *>(page.base + 65536 * 64);
	EXPECT_EQ(le64_get(sa->packets), 1u);
	EXPECT_EQ(le64_get(sa->bytes), inner4().size());
	EXPECT_EQ(le64_get(sa->replayed), 1u);
	EXPECT_EQ(le64_get(sa->auth_failed), 1u);
	EXPECT_EQ(le64_get(sa->number), 1u);
	EXPECT_EQ(le16_get(sa->generation), 1u);
	EXPECT_EQ(le64_get(port->rx_secured), 1u);
	EXPECT_EQ(le64_get(port->rx_packets), 3u);
	mbox_region_fini(&page, lab.drv.bus);
	lab.arrive(from_peer(s, 5, inner4()));
	lab.drv.let_work(15);
	EXPECT_EQ(mbox_health(lab.drv.box), FWI_ST_OK) << "a page that is gone is written no more";
}

// The guard sees what will be sent, not what the driver may rewrite; secured packets pass it.
TEST(EmuGuarded, clear_text_stays_inside)
{
	Lab lab;
	SaSpec s;
	fwi_guard_rule arp = {};
	Bytes clear = ether_ip(peer_mac, our_mac, inner4());

	arp.kind = FWI_GUARD_ETHERTYPE;
	arp.ethertype = le16_of(0x0806);
	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	ASSERT_EQ(mbox_query_guard_on(lab.drv.box, &arp, 1), FWI_ST_OK);
	lab.drv.send_plain(clear);
	lab.drv.send_plain(clear);
	EXPECT_EQ(lab.sent().size(), 0u);
	EXPECT_EQ(lab.drv.count_events(FWI_EV_GUARD_DROP), 1u);
	lab.drv.send_plain(ether(peer_mac, our_mac, 0x0806, Bytes(28)));
	lab.drv.send(lab.drv.secured(s, clear, 1));
	auto out = lab.sent();
	ASSERT_EQ(out.size(), 2u);
	EXPECT_EQ(std::search(out[1].begin(), out[1].end(), clear.begin() + 14, clear.begin() + 34), out[1].end());
}
