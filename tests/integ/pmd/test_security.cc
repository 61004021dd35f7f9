// rte_security and rte_flow over a real navenic, judged by OpenSSL.
#include "lab.h"

#include <rte_cryptodev.h>

namespace
{

const Bytes inner = ip4({ .src = "10.1.0.1", .dst = "10.2.0.1" }, udp(5, 6, Bytes(100, 0x5a)));
const Bytes to_peer = ether_ip(peer_mac, our_mac, inner);

// The ESP packet of a frame that was sent.
Bytes esp_of(const Bytes &frame, bool encap = false)
{
	return slice(frame, encap ? 42u : 34u, frame.size() - (encap ? 42 : 34));
}

Sa in_sa(unsigned suite = FWI_SUITE_AES_128_GCM_16)
{
	Sa s;

	s.keys = EspKeys::of(suite, 3);
	s.spi = 0x20000007;
	s.inbound = true;
	s.src = "198.51.100.1";
	s.dst = "192.0.2.1";
	s.userdata = UINT64_C(0x0000000900000007);
	return s;
}

Bytes from_peer(const Sa &s, uint64_t number)
{
	Bytes esp = esp_seal(s.keys, s.spi, number, inner, 4);

	if (s.udp)
		return ether_ip(our_mac, peer_mac, ip4({ .src = s.src, .dst = s.dst }, udp(4500, 4500, esp)));
	return ether_ip(our_mac, peer_mac, ip4({ .src = s.src, .dst = s.dst, .proto = 50 }, esp));
}

rte_mbuf *secured(Port &p, void *session, uint64_t number)
{
	rte_mbuf *m = p.packet(to_peer);

	m->ol_flags |= RTE_MBUF_F_TX_SEC_OFFLOAD;
	if (p.options.numbers)
		p.number(m) = number;
	EXPECT_EQ(rte_security_set_pkt_metadata(p.sec, session, m, nullptr), 0);
	return m;
}

bool stands(const Port &p, const void *session)
{
	int rc = -EAGAIN;

	until([&] { return (rc = rte_pmd_nave_session_status(p.id, session)) != -EAGAIN; });
	return rc == 0;
}

class Suites : public testing::TestWithParam<unsigned>
{
};

const unsigned all_suites[] = {
#define SUITE(name, number, key, salt, auth, iv, icv, block) number,
	FWI_SUITE_LIST(SUITE)
#undef SUITE
};

} // namespace

// What is marked leaves as ESP that OpenSSL opens, with the application's number.
TEST_P(Suites, encrypt)
{
	Nic nic;
	Sa sa;

	nic.start();
	Port p(nic, { .args = {}, .shared_pool = true });
	sa.keys = EspKeys::of(GetParam(), 1);
	void *s = sa.create(p);
	ASSERT_NE(s, nullptr);
	ASSERT_TRUE(stands(p, s));
	for (uint64_t n : { 1, 2, 70000 })
		EXPECT_TRUE(p.send(secured(p, s, n)));
	ASSERT_TRUE(until([&] { return nic.sent().size() == 3; }));
	auto o = esp_open(sa.keys, esp_of(nic.sent()[2]));
	ASSERT_TRUE(o);
	EXPECT_EQ(o->inner, inner);
	EXPECT_EQ(slice(esp_of(nic.sent()[2]), 4, 4), be(70000, 4));
	EXPECT_EQ(rte_security_session_destroy(p.sec, s), 0);
}

TEST_P(Suites, decrypt)
{
	Nic nic;
	Sa sa = in_sa(GetParam());
	rte_flow_error error;

	nic.feed({ from_peer(sa, 5), from_peer(sa, 6) });
	nic.start();
	Port p(nic, { .args = {}, .start = false });
	void *s = sa.create(p);
	ASSERT_NE(s, nullptr);
	rte_flow *f = flow_of(p, sa, s, &error);
	ASSERT_NE(f, nullptr) << error.message;
	p.start();
	auto got = p.receive(2);
	ASSERT_EQ(got.size(), 2u);
	EXPECT_EQ(bytes_of(got[1]), ether_ip(our_mac, peer_mac, inner));
	EXPECT_EQ(got[1]->ol_flags & (RTE_MBUF_F_RX_SEC_OFFLOAD | RTE_MBUF_F_RX_SEC_OFFLOAD_FAILED), RTE_MBUF_F_RX_SEC_OFFLOAD);
	EXPECT_EQ(*rte_security_dynfield(got[1]), sa.userdata);
	EXPECT_EQ(p.number(got[1]), 6u);
	rte_pktmbuf_free_bulk(got.data(), 2);
	EXPECT_EQ(rte_security_session_destroy(p.sec, s), -EBUSY); // the rule names it
	EXPECT_EQ(rte_flow_destroy(p.id, f, &error), 0);
	EXPECT_EQ(rte_security_session_destroy(p.sec, s), 0);
}

INSTANTIATE_TEST_SUITE_P(All, Suites, testing::ValuesIn(all_suites));

TEST(PmdSec, udp_encapsulation)
{
	Nic nic;
	Sa out, in = in_sa();
	rte_flow_error error;

	in.udp = out.udp = true;
	nic.feed({ from_peer(in, 1) });
	nic.start();
	Port p(nic, { .args = {}, .start = false });
	void *i = in.create(p);
	void *o = out.create(p);
	ASSERT_NE(flow_of(p, in, i, &error), nullptr) << error.message;
	p.start();
	auto got = p.receive(1);
	ASSERT_EQ(got.size(), 1u);
	EXPECT_EQ(bytes_of(got[0]), ether_ip(our_mac, peer_mac, inner));
	rte_pktmbuf_free(got[0]);
	ASSERT_TRUE(stands(p, o));
	EXPECT_TRUE(p.send(secured(p, o, 9)));
	ASSERT_TRUE(until([&] { return nic.sent().size() == 1; }));
	auto opened = esp_open(out.keys, esp_of(nic.sent()[0], true));
	ASSERT_TRUE(opened);
	EXPECT_EQ(opened->inner, inner);
}

// docs/sa-state.md 22: what is marked leaves encrypted or not at all.
TEST(PmdSec, fails_closed)
{
	Nic nic;
	Sa sa;

	nic.start();
	Port p(nic);
	void *s = sa.create(p);
	void *other = sa.create(p);
	ASSERT_TRUE(stands(p, other));
	rte_mbuf *stray = p.packet(to_peer);
	rte_mbuf *stale = secured(p, s, 1);

	stray->ol_flags |= RTE_MBUF_F_TX_SEC_OFFLOAD;
	*rte_security_dynfield(stray) = 0x900000007; // an application's handle, not a session
	EXPECT_TRUE(p.send(stray));
	EXPECT_EQ(rte_security_session_destroy(p.sec, s), 0);
	EXPECT_TRUE(p.send(stale));
	EXPECT_TRUE(p.send(secured(p, other, 5)));
	EXPECT_TRUE(p.send(secured(p, other, 5))); // the device refuses a number that doesn't rise
	ASSERT_TRUE(until([&] { return nic.sent().size() == 1; }));
	EXPECT_EQ(p.xstat("tx_refused_secured"), 2u);
	EXPECT_TRUE(until([&] { return p.xstat("device_tx_bad_number") == 1; }));
	EXPECT_TRUE(esp_open(sa.keys, esp_of(nic.sent()[0])));
	rte_pmd_nave_event e;
	EXPECT_TRUE(until([&] { return rte_pmd_nave_event_get(p.id, &e) == 0; }));
	EXPECT_EQ(e.type, RTE_PMD_NAVE_EV_TX_REFUSED);
	EXPECT_EQ(e.number, 5u);
}

// An application that knows nothing of numbers: the device counts.
TEST(PmdSec, device_counts)
{
	Nic nic;
	Sa sa;

	nic.start();
	Port p(nic, { .args = {}, .numbers = false });
	sa.number = 10;
	void *s = sa.create(p);
	ASSERT_TRUE(stands(p, s));
	for (int i = 0; i < 3; i++)
		EXPECT_TRUE(p.send(secured(p, s, 0)));
	ASSERT_TRUE(until([&] { return nic.sent().size() == 3; }));
	for (unsigned i = 0; i < 3; i++)
		EXPECT_EQ(slice(esp_of(nic.sent()[i]), 4, 4), be(10 + i, 4));
	EXPECT_TRUE(esp_open(sa.keys, esp_of(nic.sent()[2])));
}

TEST(PmdSec, received_without_rule_or_broken)
{
	Nic nic;
	Sa sa = in_sa(), unknown = in_sa();
	rte_flow_error error;
	Bytes broken = from_peer(sa, 2);

	unknown.spi++;
	broken.back() ^= 1;
	nic.feed({ from_peer(unknown, 1), broken, from_peer(sa, 3), from_peer(sa, 3) });
	nic.start();
	Port p(nic, { .args = {}, .start = false });
	void *s = sa.create(p);
	ASSERT_NE(flow_of(p, sa, s, &error), nullptr);
	p.start();
	auto got = p.receive(4);
	ASSERT_EQ(got.size(), 4u);
	const uint64_t both = RTE_MBUF_F_RX_SEC_OFFLOAD | RTE_MBUF_F_RX_SEC_OFFLOAD_FAILED;
	EXPECT_EQ(got[0]->ol_flags & both, 0u);
	EXPECT_EQ(got[1]->ol_flags & both, both);
	EXPECT_EQ(got[2]->ol_flags & both, RTE_MBUF_F_RX_SEC_OFFLOAD);
	EXPECT_EQ(got[3]->ol_flags & both, both); // replayed
	rte_pktmbuf_free_bulk(got.data(), 4);
	rte_security_stats st;
	EXPECT_TRUE(until([&] { return rte_security_session_stats_get(p.sec, s, &st) == 0 && st.ipsec.ierrors == 2; }));
	EXPECT_EQ(st.ipsec.ipackets, 1u);
	EXPECT_EQ(st.ipsec.ibytes, inner.size());
	rte_pmd_nave_state state;
	ASSERT_EQ(rte_pmd_nave_state_get(p.id, s, &state), 0);
	EXPECT_EQ(state.number, 3u);
	EXPECT_EQ(state.auth_failed, 1u);
	EXPECT_EQ(state.replayed, 1u);
	EXPECT_EQ(state.seen[0] & 1, 1u);
	rte_pmd_nave_event e;
	EXPECT_TRUE(until([&] { return rte_pmd_nave_event_get(p.id, &e) == 0; }));
	EXPECT_EQ(e.type, RTE_PMD_NAVE_EV_UNKNOWN_SPI);
	EXPECT_EQ(e.spi, unknown.spi);
}

// A number that the device starts above; with a window of the host's, older ones of the window still come through.
TEST(PmdSec, starts_from_a_snapshot)
{
	Nic nic;
	Sa sa = in_sa();
	rte_flow_error error;

	sa.number = 100;
	nic.feed({ from_peer(sa, 100), from_peer(sa, 90), from_peer(sa, 101), from_peer(sa, 20) });
	nic.start();
	Port p(nic, { .args = {}, .start = false });
	ASSERT_NE(flow_of(p, sa, sa.create(p), &error), nullptr);
	p.start();
	auto got = p.receive(4);
	ASSERT_EQ(got.size(), 4u);
	for (unsigned i : { 0u, 3u })
		EXPECT_NE(got[i]->ol_flags & RTE_MBUF_F_RX_SEC_OFFLOAD_FAILED, 0u) << i;
	for (unsigned i : { 1u, 2u })
		EXPECT_EQ(got[i]->ol_flags & RTE_MBUF_F_RX_SEC_OFFLOAD_FAILED, 0u) << i;
	rte_pktmbuf_free_bulk(got.data(), 4);
}

// Tables are accounted by the host: full is known at once, and a deleted SA makes room.
TEST(PmdSec, table_full)
{
	Nic nic;
	Sa sa;
	std::vector<void *> v;
	rte_pmd_nave_info info;

	nic.start("--profile small");
	Port p(nic);
	for (int i = 0; i < 16; i++)
		v.push_back(sa.create(p));
	EXPECT_NE(v.back(), nullptr);
	EXPECT_EQ(sa.create(p), nullptr);
	EXPECT_EQ(rte_errno, ENOSPC);
	for (void *s : v)
		EXPECT_TRUE(stands(p, s));
	EXPECT_EQ(rte_security_session_destroy(p.sec, v[3]), 0);
	EXPECT_TRUE(until([&] { return rte_pmd_nave_poll(p.id) == 0; }));
	v[3] = sa.create(p);
	ASSERT_NE(v[3], nullptr);
	ASSERT_TRUE(stands(p, v[3]));
	EXPECT_TRUE(p.send(secured(p, v[3], 1)));
	EXPECT_TRUE(until([&] { return nic.sent().size() == 1; }));
	ASSERT_EQ(rte_pmd_nave_info_get(p.id, &info), 0);
	EXPECT_EQ(info.sa_out_used, 16u);
	EXPECT_EQ(info.unwiped, 0u);
}

TEST(PmdSec, flow_table_full)
{
	Nic nic;
	Sa sa = in_sa();
	rte_flow_error error;
	rte_flow *last = nullptr;

	nic.start("--profile small");
	Port p(nic);
	void *s = sa.create(p);
	for (int i = 0; i < 32; i++) { // one SA at many local addresses
		std::string local = "192.0.2." + std::to_string(i + 1);

		sa.dst = local.c_str();
		ASSERT_NE(last = flow_of(p, sa, s, &error), nullptr) << i << error.message;
	}
	sa.dst = "192.0.2.100";
	EXPECT_EQ(flow_of(p, sa, s, &error), nullptr);
	EXPECT_EQ(rte_errno, ENOSPC);
	EXPECT_TRUE(until([&] { return rte_pmd_nave_flow_status(p.id, last) == 0; }));
	EXPECT_EQ(rte_flow_flush(p.id, &error), 0);
	EXPECT_TRUE(until([&] { return rte_pmd_nave_poll(p.id) == 0; }));
	EXPECT_NE(flow_of(p, sa, s, &error), nullptr);
}

// What the device can't do is refused before a command is sent.
TEST(PmdSec, refused_by_the_host)
{
	Nic nic;
	Sa sa;

	nic.start("--profile small");
	Port p(nic);
	sa.udp = true;
	EXPECT_EQ(sa.create(p), nullptr);
	EXPECT_EQ(rte_errno, ENOTSUP);
	sa.udp = false;
	sa.keys = EspKeys::of(FWI_SUITE_CHACHA20_POLY1305, 1);
	EXPECT_EQ(sa.create(p), nullptr);
	sa.keys = EspKeys::of(FWI_SUITE_AES_128_GCM_16, 1);
	sa.spi = 255;
	EXPECT_EQ(sa.create(p), nullptr);
	sa = in_sa();
	sa.window = 4096;
	EXPECT_EQ(sa.create(p), nullptr);
	sa.window = 32;
	void *s = sa.create(p);
	ASSERT_NE(s, nullptr);
	rte_security_session_conf conf = {};
	EXPECT_EQ(rte_security_session_update(p.sec, s, &conf), -ENOTSUP);
}

// A device whose inbound slot is in the SPI: two SPIs of one slot don't fit, and the slot is found again after its SA is gone.
TEST(PmdSec, spi_table)
{
	Nic nic;
	Sa sa = in_sa();
	rte_flow_error error;
	rte_pmd_nave_info info;

	nic.feed({ from_peer(sa, 1) });
	nic.start("--profile cnxk");
	Port p(nic, { .args = {}, .start = false });
	ASSERT_EQ(rte_pmd_nave_info_get(p.id, &info), 0);
	EXPECT_NE(info.features & RTE_PMD_NAVE_F_SPI_TABLE, 0u);
	sa.spi += 4096;
	void *other = sa.create(p);
	ASSERT_TRUE(stands(p, other));
	sa.spi -= 4096;
	EXPECT_EQ(sa.create(p), nullptr);
	EXPECT_EQ(rte_errno, ENOSPC);
	EXPECT_EQ(rte_security_session_destroy(p.sec, other), 0);
	EXPECT_TRUE(until([&] { return rte_pmd_nave_poll(p.id) == 0; }));
	void *s = sa.create(p);
	ASSERT_NE(flow_of(p, sa, s, &error), nullptr) << error.message;
	p.start();
	auto got = p.receive(1);
	ASSERT_EQ(got.size(), 1u);
	EXPECT_NE(got[0]->ol_flags & RTE_MBUF_F_RX_SEC_OFFLOAD, 0u);
	rte_pktmbuf_free(got[0]);
}

TEST(PmdSec, capabilities)
{
	Nic nic;
	int in = 0, out = 0;

	nic.start();
	Port p(nic);
	for (const rte_security_capability *c = rte_security_capabilities_get(p.sec); c->action != RTE_SECURITY_ACTION_TYPE_NONE; c++) {
		int algorithms = 0;

		EXPECT_EQ(c->action, RTE_SECURITY_ACTION_TYPE_INLINE_PROTOCOL);
		EXPECT_EQ(c->ipsec.options.esn, 1u);
		EXPECT_EQ(c->ipsec.options.udp_encap, 1u);
		(c->ipsec.direction == RTE_SECURITY_IPSEC_SA_DIR_INGRESS ? in : out)++;
		for (auto *a = c->crypto_capabilities; a->op != RTE_CRYPTO_OP_TYPE_UNDEFINED; a++)
			algorithms++;
		EXPECT_EQ(algorithms, 4 + 2 + 4);
	}
	EXPECT_EQ(in, 1);
	EXPECT_EQ(out, 1);
}

// A refusal that the host couldn't foresee comes as the session's status and as an event.
TEST(PmdSec, late_failure)
{
	Nic nic;
	Sa sa;
	rte_pmd_nave_event e;

	nic.start("--allow-faults");
	Port p(nic);
	ASSERT_EQ(rte_pmd_nave_fault(p.id, 3, 0x0a, 1), 0); // FAIL the next with NOMEM
	sa.userdata = 77;
	void *s = sa.create(p);
	ASSERT_NE(s, nullptr);
	EXPECT_FALSE(stands(p, s));
	EXPECT_EQ(rte_pmd_nave_session_status(p.id, s), -ENOMEM);
	ASSERT_EQ(rte_pmd_nave_event_get(p.id, &e), 0);
	EXPECT_EQ(e.type, RTE_PMD_NAVE_EV_SA_REFUSED);
	EXPECT_EQ(e.userdata, 77u);
	EXPECT_EQ(e.error, ENOMEM);
	EXPECT_TRUE(p.send(secured(p, s, 1)));
	EXPECT_EQ(p.xstat("tx_refused_secured"), 1u);
	EXPECT_EQ(rte_security_session_destroy(p.sec, s), 0);
	EXPECT_TRUE(until([&] { return rte_pmd_nave_poll(p.id) == 0; }));
	EXPECT_TRUE(rte_pmd_nave_alive(p.id));
}

// Answers in another order than commands: a slot isn't used again while one of its commands is under way.
TEST(PmdSec, completions_overtake)
{
	Nic nic;
	Sa sa = in_sa();
	rte_flow_error error;
	rte_pmd_nave_info info;

	nic.start("--allow-faults");
	Port p(nic);
	ASSERT_EQ(rte_pmd_nave_fault(p.id, 4, 200, 2), 0); // hold two completions for 200 ms
	void *s = sa.create(p);
	rte_flow *f = flow_of(p, sa, s, &error);
	ASSERT_NE(f, nullptr);
	EXPECT_EQ(rte_flow_destroy(p.id, f, &error), 0);
	EXPECT_EQ(rte_security_session_destroy(p.sec, s), 0);
	ASSERT_EQ(rte_pmd_nave_info_get(p.id, &info), 0);
	EXPECT_EQ(info.sa_in_used, 1u);
	EXPECT_EQ(info.flow_used, 1u);
	EXPECT_TRUE(until([&] { return rte_pmd_nave_poll(p.id) == 0; }));
	ASSERT_EQ(rte_pmd_nave_info_get(p.id, &info), 0);
	EXPECT_EQ(info.sa_in_used, 0u);
	EXPECT_EQ(info.flow_used, 0u);
}

// A fence waits for packets and commands.
TEST(PmdSec, fence)
{
	Nic nic;
	Sa sa;
	uint32_t tag = 0;

	nic.start();
	Port p(nic);
	void *s = sa.create(p);
	ASSERT_TRUE(stands(p, s));
	for (uint64_t i = 1; i <= 50; i++)
		EXPECT_TRUE(p.send(secured(p, s, i)));
	ASSERT_EQ(rte_pmd_nave_fence(p.id, &tag), 0);
	ASSERT_TRUE(until([&] { return rte_pmd_nave_fence_passed(p.id, tag); }));
	EXPECT_EQ(rte_security_session_destroy(p.sec, s), 0);
	EXPECT_TRUE(until([&] { return nic.sent().size() == 50; }));
	// More fences than fit share the last tag; all pass.
	for (int i = 0; i < 200; i++)
		ASSERT_EQ(rte_pmd_nave_fence(p.id, &tag), 0);
	EXPECT_TRUE(until([&] { return rte_pmd_nave_fence_passed(p.id, tag); }));
}

// Rules without a session mean it by its SPI; one for any ESP covers sessions that come later.
TEST(PmdFlow, security_without_session)
{
	Nic nic;
	Sa one = in_sa(), two = in_sa();
	rte_flow_error error;
	rte_flow_attr attr = {};
	rte_flow_item items[] = { { RTE_FLOW_ITEM_TYPE_ETH, nullptr, nullptr, nullptr },
		{ RTE_FLOW_ITEM_TYPE_IPV4, nullptr, nullptr, nullptr }, { RTE_FLOW_ITEM_TYPE_ESP, nullptr, nullptr, nullptr },
		{ RTE_FLOW_ITEM_TYPE_END, nullptr, nullptr, nullptr } };
	rte_flow_action actions[] = { { RTE_FLOW_ACTION_TYPE_SECURITY, nullptr }, { RTE_FLOW_ACTION_TYPE_END, nullptr } };

	attr.ingress = 1;
	two.spi++;
	nic.feed({ from_peer(one, 1), from_peer(two, 1) });
	nic.start();
	Port p(nic, { .args = {}, .start = false });
	void *s1 = one.create(p);
	EXPECT_EQ(rte_flow_validate(p.id, &attr, items, actions, &error), 0) << error.message;
	rte_flow *all = rte_flow_create(p.id, &attr, items, actions, &error);
	ASSERT_NE(all, nullptr) << error.message;
	void *s2 = two.create(p);
	EXPECT_NE(flow_of(p, one, nullptr, &error), nullptr); // refused late: the match exists
	p.start();
	auto got = p.receive(2);
	ASSERT_EQ(got.size(), 2u);
	for (rte_mbuf *m : got) {
		EXPECT_NE(m->ol_flags & RTE_MBUF_F_RX_SEC_OFFLOAD, 0u);
		rte_pktmbuf_free(m);
	}
	rte_pmd_nave_event e;
	EXPECT_TRUE(until([&] { return rte_pmd_nave_event_get(p.id, &e) == 0; }));
	EXPECT_EQ(e.type, RTE_PMD_NAVE_EV_FLOW_REFUSED);
	EXPECT_EQ(rte_security_session_destroy(p.sec, s2), 0);
	EXPECT_EQ(rte_security_session_destroy(p.sec, s1), -EBUSY);
	EXPECT_EQ(rte_flow_flush(p.id, &error), 0);
	EXPECT_EQ(rte_security_session_destroy(p.sec, s1), 0);
}

TEST(PmdFlow, patterns_beyond_the_device)
{
	Nic nic;
	Sa sa = in_sa();
	rte_flow_error error;
	rte_flow_attr attr = {};
	rte_flow_item_ipv4 ip = {}, mask = {};
	rte_flow_item items[] = { { RTE_FLOW_ITEM_TYPE_IPV4, &ip, nullptr, &mask }, { RTE_FLOW_ITEM_TYPE_ESP, nullptr, nullptr, nullptr },
		{ RTE_FLOW_ITEM_TYPE_END, nullptr, nullptr, nullptr } };
	rte_flow_action actions[] = { { RTE_FLOW_ACTION_TYPE_SECURITY, nullptr }, { RTE_FLOW_ACTION_TYPE_END, nullptr } };

	attr.ingress = 1;
	nic.start();
	Port p(nic);
	mask.hdr.src_addr = UINT32_MAX; // the peer's address: never (sa-state 11)
	EXPECT_EQ(rte_flow_validate(p.id, &attr, items, actions, &error), -ENOTSUP);
	mask.hdr.src_addr = 0;
	mask.hdr.dst_addr = htonl(0xffffff00);
	EXPECT_EQ(rte_flow_validate(p.id, &attr, items, actions, &error), -ENOTSUP);
	attr.ingress = 0;
	attr.egress = 1;
	EXPECT_EQ(rte_flow_validate(p.id, &attr, items, actions, &error), -ENOTSUP);
	EXPECT_EQ(flow_of(p, sa, nullptr, &error), nullptr); // no such session
	void *s = sa.create(p);
	sa.spi++;
	EXPECT_EQ(flow_of(p, sa, s, &error), nullptr); // another SPI than the session's
}

TEST(PmdFlow, counts)
{
	Nic nic;
	Sa sa = in_sa();
	rte_flow_error error;
	rte_flow_query_count count = {};
	rte_flow_action action[] = { { RTE_FLOW_ACTION_TYPE_COUNT, nullptr }, { RTE_FLOW_ACTION_TYPE_END, nullptr } };

	nic.feed({ from_peer(sa, 1), from_peer(sa, 2) });
	nic.start();
	Port p(nic, { .args = {}, .start = false });
	rte_flow *f = flow_of(p, sa, sa.create(p), &error);
	p.start();
	auto got = p.receive(2);
	rte_pktmbuf_free_bulk(got.data(), unsigned(got.size()));
	ASSERT_EQ(rte_flow_query(p.id, f, action, &count, &error), 0) << error.message;
	EXPECT_EQ(count.hits, 2u);
}

// The egress guard: clear text leaves only by the list, and the port doesn't start without it.
TEST(PmdGuard, drops_clear_text)
{
	Nic nic;
	Sa sa;
	rte_pmd_nave_guard_rule rules[2] = {};
	const Bytes arp = ether(peer_mac, our_mac, 0x0806, Bytes(46));
	const Bytes ike = ether_ip(peer_mac, our_mac, ip4({ .src = "192.0.2.1", .dst = "198.51.100.1" }, udp(500, 500, Bytes(30))));

	rules[0].kind = RTE_PMD_NAVE_GUARD_ETHERTYPE;
	rules[0].ethertype = 0x0806;
	rules[1].kind = RTE_PMD_NAVE_GUARD_IP;
	rules[1].family = 4;
	rules[1].protocol = 17;
	rules[1].src_port = 500;
	memcpy(rules[1].src, addr4("192.0.2.1").data(), 4);
	nic.start();
	Port p(nic, { .args = {}, .start = false });
	ASSERT_EQ(rte_pmd_nave_guard_set(p.id, rules, 2), 0);
	p.start();
	EXPECT_EQ(rte_pmd_nave_guard_set(p.id, nullptr, 0), -EBUSY);
	void *s = sa.create(p);
	ASSERT_TRUE(stands(p, s));
	for (const Bytes &b : { arp, to_peer, ike })
		EXPECT_TRUE(p.send(p.packet(b)));
	EXPECT_TRUE(p.send(secured(p, s, 1)));
	ASSERT_TRUE(until([&] { return nic.sent().size() == 3; }));
	EXPECT_EQ(nic.sent()[0], arp);
	EXPECT_EQ(nic.sent()[1], ike);
	EXPECT_TRUE(esp_open(sa.keys, esp_of(nic.sent()[2])));
	EXPECT_TRUE(until([&] { return p.xstat("device_tx_guarded") == 1; }));
}
