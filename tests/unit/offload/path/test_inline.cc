#include "fixture.h"

#include <rte_cryptodev.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_security.h>
#include <rte_security_driver.h>

namespace
{

/* A device as rte_security shows one: sessions are counted, marks are written where a driver would read them. */
struct Device {
	int sessions = 0;
	int destroyed = 0;
	bool full = false;
	bool fence_passed = true;
	uint32_t fences = 0;
	rte_security_session_conf last = {};
	uint64_t handle = 0;
	uint64_t start = 0;
};

Device device;

int session_create(void *, rte_security_session_conf *conf, rte_security_session *)
{
	if (device.full)
		return -ENOSPC;
	device.sessions++;
	device.last = *conf;
	device.handle = (uint64_t)(uintptr_t)conf->userdata;
	device.start = conf->ipsec.esn.value;
	return 0;
}

int session_destroy(void *, rte_security_session *)
{
	device.sessions--;
	device.destroyed++;
	return 0;
}

unsigned session_size(void *)
{
	return 64;
}

int set_metadata(void *, rte_security_session *s, rte_mbuf *m, void *)
{
	*rte_security_dynfield(m) = (uint64_t)(uintptr_t)s;
	return 0;
}

rte_cryptodev_capabilities crypto[2];
rte_security_capability caps[3];

const rte_security_capability *capabilities(void *)
{
	return caps;
}

enum err fence(uint16_t, uint32_t *tag)
{
	*tag = ++device.fences;
	return ERR_OK;
}

bool fence_passed(uint16_t, uint32_t)
{
	return device.fence_passed;
}

class Inline : public PathTest
{
      protected:
	void SetUp() override
	{
		static const rte_mbuf_dynfield field = { "nave_esp_number", sizeof(uint64_t), alignof(uint64_t), 0 };

		device = Device();
		ASSERT_EQ(rte_security_dynfield_register() >= 0, true);
		offset = rte_mbuf_dynfield_register(&field);
		ASSERT_GE(offset, 0);
		memset(crypto, 0, sizeof(crypto));
		memset(caps, 0, sizeof(caps));
		crypto[0].op = RTE_CRYPTO_OP_TYPE_SYMMETRIC;
		crypto[0].sym.xform_type = RTE_CRYPTO_SYM_XFORM_AEAD;
		crypto[0].sym.aead.algo = RTE_CRYPTO_AEAD_AES_GCM;
		crypto[0].sym.aead.key_size = { 16, 32, 16 };
		for (int i = 0; i < 2; i++) {
			caps[i].action = RTE_SECURITY_ACTION_TYPE_INLINE_PROTOCOL;
			caps[i].protocol = RTE_SECURITY_PROTOCOL_IPSEC;
			caps[i].ipsec.proto = RTE_SECURITY_IPSEC_SA_PROTO_ESP;
			caps[i].ipsec.mode = RTE_SECURITY_IPSEC_SA_MODE_TUNNEL;
			caps[i].ipsec.direction = i == 0 ? RTE_SECURITY_IPSEC_SA_DIR_INGRESS : RTE_SECURITY_IPSEC_SA_DIR_EGRESS;
			caps[i].ipsec.replay_win_sz_max = 1024;
			caps[i].crypto_capabilities = crypto;
			caps[i].ol_flags = RTE_SECURITY_TX_OLOAD_NEED_MDATA;
		}
		memset(&ops, 0, sizeof(ops));
		ops.session_create = session_create;
		ops.session_destroy = session_destroy;
		ops.session_get_size = session_size;
		ops.set_pkt_metadata = set_metadata;
		ops.capabilities_get = capabilities;
		memset(&ctx, 0, sizeof(ctx));
		ctx.ops = &ops;
		ext.fence = fence;
		ext.fence_passed = fence_passed;
	}
	void start_inline(uint32_t sa_limit = 16)
	{
		start_inline(Options(), sa_limit);
	}
	void start_inline(Options o, uint32_t sa_limit = 16)
	{
		o.offload = true;
		start(o);
		attach(1, sa_limit);
		install();
	}
	void attach(uint32_t epoch, uint32_t sa_limit)
	{
		engine_device d = {};

		d.port = wan;
		d.epoch = epoch;
		d.sa_limit = sa_limit;
		d.ctx = &ctx;
		d.row = engine_caps_row("net_nave");
		d.ext = &ext;
		ASSERT_EQ(engine_inline_attach(engine, &d), ERR_OK);
	}
	void install()
	{
		engine_wish wish = {};
		dp_sa in = sa_conf(SA_IN, DP_IN, spi_in, TUNNEL), out = sa_conf(SA_OUT, DP_OUT, peer_spi, TUNNEL);

		wish.port = wan;
		wish.offload = true;
		put_sa(in, wish);
		handle_in = device.handle;
		put_sa(out, wish);
		tunnel(TUNNEL, SA_OUT);
	}
	db_sa *sa(uint32_t id)
	{
		return db_sa_find(db, id);
	}
	/* A packet that the device says it has opened. */
	void opened(const Bytes &inner, uint64_t handle, uint64_t seq, uint64_t flags = RTE_MBUF_F_RX_SEC_OFFLOAD)
	{
		rte_mbuf *m = mbuf(frame(wan_mac, inner));

		m->ol_flags |= flags;
		*rte_security_dynfield(m) = handle;
		*RTE_MBUF_DYNFIELD(m, (size_t)offset, uint64_t *) = seq;
		fake[wan].rx.push_back(m);
	}
	Bytes inner()
	{
		Ip ip;

		ip.src = "10.9.0.1";
		ip.dst = "10.0.0.9";
		return ip.bytes();
	}
	int offset = -1;
	rte_security_ops ops;
	rte_security_ctx ctx;
	engine_ext ext = {};
	uint64_t handle_in = 0;
};

} // namespace

TEST_F(Inline, placed_with_handle_window_and_number)
{
	start_inline();
	EXPECT_EQ(sa(SA_OUT)->placement, DP_PLACE_INLINE_PROTOCOL);
	EXPECT_EQ(sa(SA_OUT)->reason, DP_WHY_NONE);
	EXPECT_EQ(device.sessions, 2);
	EXPECT_EQ(handle_in, (uint64_t)sa(SA_IN)->generation << 32 | sa(SA_IN)->slot) << "never a pointer";
	EXPECT_EQ(device.last.ipsec.spi, peer_spi);
	EXPECT_EQ(device.start, 1u);
	EXPECT_EQ(memcmp(&device.last.ipsec.salt, key.data() + 16, 4), 0);
	uint32_t used, limit;
	engine_inline_usage(engine, wan, &used, &limit);
	EXPECT_EQ(used, 2u);
	EXPECT_EQ(limit, 32u);
}

TEST_F(Inline, fallback_is_never_silent)
{
	engine_wish wish = {};
	dp_sa s;

	start_inline();
	wish.port = wan;
	wish.offload = DP_OFFLOAD_AUTO;
	auto reason = [&](dp_sa conf) {
		db_sa *made;
		uint8_t why;

		EXPECT_EQ(db_sa_prepare(db, &conf, &made), ERR_OK);
		EXPECT_EQ(engine_select(engine, made, &wish), ERR_OK);
		EXPECT_EQ(made->placement, made->reason == DP_WHY_NONE ? DP_PLACE_INLINE_PROTOCOL : DP_PLACE_SOFT);
		why = made->reason;
		while (engine_drop(engine, made) == ERR_AGAIN)
			;
		db_sa_abandon(db, made);
		return why;
	};
	attach(2, 1);
	s = sa_conf(49, DP_OUT, 0x1000, TUNNEL);
	put_sa(s, wish);
	EXPECT_EQ(reason(sa_conf(50, DP_OUT, 0x1001, TUNNEL)), DP_WHY_TABLE_FULL);
	attach(3, 16);
	EXPECT_EQ(reason(sa_conf(50, DP_OUT, 0x1001, TUNNEL)), DP_WHY_NONE);
	s = sa_conf(50, DP_OUT, 0x1001, TUNNEL);
	s.udp_encap = true;
	EXPECT_EQ(reason(s), DP_WHY_UDP_ENCAP);
	s = sa_conf(50, DP_OUT, 0x1001, TUNNEL);
	s.esn = true;
	EXPECT_EQ(reason(s), DP_WHY_ESN);
	s = sa_conf(50, DP_OUT, 0x1001, TUNNEL);
	s.allow_offload = false;
	EXPECT_EQ(reason(s), DP_WHY_POLICY);
	wish.offload = DP_OFFLOAD_OFF;
	EXPECT_EQ(reason(sa_conf(50, DP_OUT, 0x1001, TUNNEL)), DP_WHY_POLICY);
	wish.offload = DP_OFFLOAD_AUTO;
	device.full = true;
	EXPECT_EQ(reason(sa_conf(50, DP_OUT, 0x1001, TUNNEL)), DP_WHY_DEVICE_REFUSED);
	device.full = false;
	wish.port = lan;
	EXPECT_EQ(reason(sa_conf(50, DP_OUT, 0x1001, TUNNEL)), DP_WHY_NO_DEVICE);
	wish.port = wan;
	engine_inline_detach(engine, wan);
	EXPECT_EQ(reason(sa_conf(50, DP_OUT, 0x1001, TUNNEL)), DP_WHY_DEVICE_DOWN);
}

TEST_F(Inline, inline_or_nowhere_is_refused_with_the_reason)
{
	engine_wish wish = {};
	dp_sa conf;
	db_sa *made;

	start_inline();
	wish.port = wan;
	wish.offload = DP_OFFLOAD_INLINE;
	attach(3, 16);
	conf = sa_conf(50, DP_OUT, 0x1001, TUNNEL);
	ASSERT_EQ(db_sa_prepare(db, &conf, &made), ERR_OK);
	EXPECT_EQ(engine_select(engine, made, &wish), ERR_OK);
	EXPECT_EQ(made->placement, DP_PLACE_INLINE_PROTOCOL);
	while (engine_drop(engine, made) == ERR_AGAIN)
		;
	db_sa_abandon(db, made);
	for (bool full : { false, true }) {
		conf = sa_conf(50, DP_OUT, 0x1001, TUNNEL);
		conf.udp_encap = !full;
		device.full = full;
		ASSERT_EQ(db_sa_prepare(db, &conf, &made), ERR_OK);
		EXPECT_EQ(engine_select(engine, made, &wish), ERR_DENIED);
		EXPECT_EQ(made->placement, DP_PLACE_NONE);
		EXPECT_EQ(made->reason, full ? DP_WHY_DEVICE_REFUSED : DP_WHY_UDP_ENCAP);
		EXPECT_EQ(made->session, nullptr);
		db_sa_abandon(db, made);
	}
}

TEST_F(Inline, the_host_numbers_and_marks_and_the_packet_stays_plain)
{
	start_inline();
	for (int i = 0; i < 3; i++)
		feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	expect_no_other_drops();
	ASSERT_EQ(fake[wan].tx.size(), 3u);
	EXPECT_EQ(sa(SA_OUT)->run.out->next, 4u);
	for (size_t i = 0; i < 3; i++) {
		EXPECT_NE(fake[wan].flags[i] & RTE_MBUF_F_TX_SEC_OFFLOAD, 0u);
		EXPECT_EQ(Bytes(fake[wan].tx[i].begin(), fake[wan].tx[i].begin() + 6), gw_mac);
		EXPECT_EQ(fake[wan].tx[i].size(), 14 + Ip().bytes().size());
	}
	EXPECT_EQ(count(PATH_COUNT_INLINE_OUT), 3u);
	EXPECT_EQ(sa(SA_OUT)->run.out->packets, 3u);
}

/* sa-state 22 (i): the gate, one condition at a time. */
TEST_F(Inline, marked_packets_leave_only_by_their_port_epoch_and_sa)
{
	start_inline();
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	ASSERT_EQ(fake[wan].tx.size(), 1u);
	db->port[wan].epoch = 2; /* reset; sessions are of epoch 1 */
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 1u);
	EXPECT_EQ(drops(PATH_DROP_TX_STALE), 1u);
	db->port[wan].epoch = 1;
	sa(SA_OUT)->generation++; /* as if the slot had another life */
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 2u) << "the published configuration is what is compared";
	sa(SA_OUT)->generation--;
	struct addr next = at("10.0.0.8"); /* the peer is now behind the LAN port */
	dp_adjacency a = { 8, LAN, next };
	ASSERT_EQ(db_adj_put(db, &a), ERR_OK);
	ASSERT_EQ(db_adj_resolve(db, lan, &next, host_mac.data()), ERR_OK);
	route("198.51.100.0/24", DP_ROUTE_ADJACENCY, 8);
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	EXPECT_TRUE(fake[lan].tx.empty());
	EXPECT_EQ(drops(PATH_DROP_OUTER_ROUTE), 1u);
	auto n = notes(PATH_NOTE_PLACE);
	ASSERT_EQ(n.size(), 1u);
	EXPECT_EQ(n[0].id, (uint32_t)SA_OUT);
	EXPECT_EQ(n[0].port, lan);
}

TEST_F(Inline, a_mark_that_comes_with_a_received_packet_is_worth_nothing)
{
	start_inline();
	Ip ip;

	ip.dst = "203.0.113.5";
	rte_mbuf *m = mbuf(frame(lan_mac, ip.bytes()));
	m->ol_flags |= RTE_MBUF_F_TX_SEC_OFFLOAD;
	fake[lan].rx.push_back(m);
	poll();
	EXPECT_TRUE(fake[wan].tx.empty());
	EXPECT_EQ(drops(PATH_DROP_TX_STALE), 1u);
}

TEST_F(Inline, opened_packets_pass_the_hosts_window_and_selectors)
{
	start_inline();
	opened(inner(), handle_in, 5);
	opened(inner(), handle_in, 5);
	opened(inner(), handle_in, 6);
	poll();
	EXPECT_EQ(fake[lan].tx.size(), 2u);
	EXPECT_EQ(drops(PATH_DROP_REPLAY), 1u);
	EXPECT_EQ(count(PATH_COUNT_INLINE_IN), 2u);
	opened(inner(), handle_in + (UINT64_C(1) << 32), 7);
	opened(inner(), handle_in + 1, 8);
	opened(inner(), UINT64_MAX, 9);
	poll();
	EXPECT_EQ(drops(PATH_DROP_INLINE_STALE), 3u);
	opened(inner(), handle_in, 10, RTE_MBUF_F_RX_SEC_OFFLOAD | RTE_MBUF_F_RX_SEC_OFFLOAD_FAILED);
	opened(inner(), handle_in, 0);
	poll();
	EXPECT_EQ(drops(PATH_DROP_AUTH_DEVICE), 2u) << "refused by the device, or without a number";
	EXPECT_EQ(fake[lan].tx.size(), 2u);
}

TEST_F(Inline, a_flag_from_a_port_without_a_device_opens_nothing)
{
	start_inline();
	rte_mbuf *m = mbuf(frame(lan_mac, inner()));

	m->ol_flags |= RTE_MBUF_F_RX_SEC_OFFLOAD;
	*rte_security_dynfield(m) = handle_in;
	fake[lan].rx.push_back(m);
	poll();
	EXPECT_EQ(drops(PATH_DROP_AUTH_DEVICE), 1u);
	EXPECT_TRUE(fake[lan].tx.empty());
}

/* sa-state 9, 10: what the device leaves raw is opened by software, on the same window. */
TEST_F(Inline, raw_packets_share_the_window)
{
	start_inline();
	feed(fake[wan], frame(wan_mac, peer_seals(inner(), 1)));
	poll();
	EXPECT_EQ(drops(PATH_DROP_INLINE_RAW), 1u);
	auto n = notes(PATH_NOTE_RAW);
	ASSERT_EQ(n.size(), 1u);
	EXPECT_EQ(n[0].id, (uint32_t)SA_IN);
	ASSERT_EQ(engine_raw_open(engine, sa(SA_IN)), ERR_OK);
	EXPECT_EQ(engine_raw_open(engine, sa(SA_IN)), ERR_STATE);
	feed(fake[wan], frame(wan_mac, peer_seals(inner(), 1)));
	opened(inner(), handle_in, 2);
	feed(fake[wan], frame(wan_mac, peer_seals(inner(), 2)));
	opened(inner(), handle_in, 1);
	feed(fake[wan], frame(wan_mac, peer_seals(inner(), 3)));
	poll();
	EXPECT_EQ(fake[lan].tx.size(), 3u);
	EXPECT_EQ(drops(PATH_DROP_REPLAY), 2u);
}

/* sa-state 30: what must be cut after encryption is encrypted in software, with a number of the same owner. */
TEST_F(Inline, post_fragmentation_is_software_with_the_same_numbers)
{
	start_inline();
	db->port[wan].mtu = 1300;
	db_touch(db);
	Ip ip;
	ip.src = "2001:db8:1::9";
	ip.dst = "2001:db8:9::1";
	ip.payload = Bytes(1240);
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	poll();
	EXPECT_EQ(drops(PATH_DROP_INLINE_RAW), 1u);
	EXPECT_EQ(notes(PATH_NOTE_RAW).size(), 1u);
	ASSERT_EQ(engine_raw_open(engine, sa(SA_OUT)), ERR_OK);
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	ASSERT_EQ(fake[wan].tx.size(), 4u);
	EXPECT_EQ(sa(SA_OUT)->run.out->next, 4u);
	int marked = 0;
	for (uint64_t f : fake[wan].flags)
		marked += (f & RTE_MBUF_F_TX_SEC_OFFLOAD) != 0;
	EXPECT_EQ(marked, 2);
}

/* sa-state 13, 14: a move in each direction between two bursts; numbers go on. */
TEST_F(Inline, moving_between_engines_keeps_numbers_and_window)
{
	start_inline();
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	opened(inner(), handle_in, 9);
	poll();
	for (uint32_t id : { (uint32_t)SA_IN, (uint32_t)SA_OUT }) {
		db_sa *copy;

		ASSERT_EQ(db_sa_copy(db, id, &copy), ERR_OK);
		ASSERT_EQ(engine_select_soft(engine, copy, DP_WHY_DEVICE_DOWN), ERR_OK);
		db_sa_publish(db, copy);
	}
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	feed(fake[wan], frame(wan_mac, peer_seals(inner(), 9)));
	feed(fake[wan], frame(wan_mac, peer_seals(inner(), 10)));
	poll();
	ASSERT_EQ(fake[wan].tx.size(), 2u);
	EXPECT_EQ(seq_of(fake[wan].tx[1]), 2u);
	EXPECT_FALSE(peer_opens(fake[wan].tx[1]).empty());
	EXPECT_EQ(fake[lan].tx.size(), 2u);
	EXPECT_EQ(drops(PATH_DROP_REPLAY), 1u);
	EXPECT_EQ(sa(SA_OUT)->reason, DP_WHY_DEVICE_DOWN);
	poll();
	db_rcu_reclaim(db->rcu); /* asks for the fence */
	poll();
	EXPECT_EQ(device.sessions, 0);
	EXPECT_EQ(device.destroyed, 2);
}

TEST_F(Inline, a_session_goes_after_its_fence_and_not_before)
{
	start_inline();
	device.fence_passed = false;
	ASSERT_EQ(db_sa_del(db, SA_OUT), ERR_OK);
	poll();
	poll();
	EXPECT_EQ(device.fences, 1u);
	EXPECT_EQ(device.sessions, 2);
	device.fence_passed = true;
	poll();
	EXPECT_EQ(device.sessions, 1);
}

/* sa-state 20: a dead port's sessions are freed in the host, without commands. */
TEST_F(Inline, sessions_of_a_dead_device_cost_no_command)
{
	start_inline();
	engine_inline_detach(engine, wan);
	ASSERT_EQ(db_sa_del(db, SA_OUT), ERR_OK);
	ASSERT_EQ(db_sa_del(db, SA_IN), ERR_OK);
	poll();
	EXPECT_EQ(device.destroyed, 0);
	EXPECT_EQ(device.fences, 0u);
}

TEST_F(Inline, outer_length_is_predicted_so_that_the_wire_never_sees_too_long_a_frame)
{
	start_inline();
	Ip ip;

	ip.df = true;
	ip.payload = Bytes(1446 - 20);
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	ip.payload.push_back(0);
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 1u);
	EXPECT_EQ(drops(PATH_DROP_TOO_BIG), 1u);
}

/* The device encrypts and opens a whole GRE packet; the GRE in it is the host's. */
TEST_F(Inline, gre_is_put_around_before_the_device_and_taken_off_behind_it)
{
	Options o;
	Ip ip, delivery;

	o.gre = true;
	start_inline(o);
	EXPECT_EQ(sa(SA_OUT)->placement, DP_PLACE_INLINE_PROTOCOL);
	feed(fake[lan], frame(lan_mac, ip.bytes()));
	poll();
	expect_no_other_drops();
	ASSERT_EQ(fake[wan].tx.size(), 1u);
	const Bytes &f = fake[wan].tx[0];
	Bytes sent(f.end() - (long)(ip.bytes().size() + 24), f.end());
	EXPECT_TRUE(checksum_right(sent.data()));
	EXPECT_EQ(sent[9], 47);
	EXPECT_EQ(be16(&sent[2]), sent.size());
	EXPECT_EQ(Bytes(sent.begin() + 16, sent.begin() + 20), address(behind));
	EXPECT_EQ(Bytes(sent.begin() + 20, sent.end()), Bytes({ 0, 0, 8, 0 }) + one_hop_on(ip.bytes()));
	delivery.src = behind;
	delivery.dst = own;
	delivery.proto = 47;
	delivery.payload = Bytes({ 0, 0, 8, 0 }) + inner();
	opened(delivery.bytes(), handle_in, 1);
	poll();
	expect_no_other_drops();
	ASSERT_EQ(fake[lan].tx.size(), 1u);
	EXPECT_EQ(Bytes(fake[lan].tx[0].begin() + 14, fake[lan].tx[0].end()), one_hop_on(inner()));
}

TEST_F(Inline, transport_mode_is_software_and_says_so)
{
	Options o;

	o.gre = true;
	o.transport = true;
	start_inline(o);
	EXPECT_EQ(sa(SA_OUT)->placement, DP_PLACE_SOFT);
	EXPECT_EQ(sa(SA_OUT)->reason, DP_WHY_TRANSPORT);
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	ASSERT_EQ(fake[wan].tx.size(), 1u);
	EXPECT_EQ(peer_opens(fake[wan].tx[0]), Bytes({ 0, 0, 8, 0 }) + one_hop_on(Ip().bytes()));
}

/* R-SYS-08: the device did ESP, and what was inside meets the tunnel's list all the same; the port's meets the ESP packet that never was. */
TEST_F(Inline, R_SYS_08_features_see_what_software_would_have_shown)
{
	dp_feature in = {}, out = {}, port = {};
	dp_line esp = filters_line(true, 50);

	start_inline();
	put_filter(1, { filters_line(false, 17), filters_line(true) });
	in.filter[DP_IN] = 1;
	gate_tunnel(in);
	opened(inner(), handle_in, 1);
	poll();
	EXPECT_EQ(drops(PATH_DROP_ACL_IN), 1u);
	EXPECT_TRUE(fake[lan].tx.empty());
	gate_tunnel(out);
	fake[wan].tx.clear();

	/* from the peer, to the peer, and nothing else */
	esp.src = filters_end("198.51.100.1", "255.255.255.255");
	esp.dst = filters_end("192.0.2.1", "255.255.255.255");
	put_filter(2, { esp });
	std::swap(esp.src, esp.dst);
	put_filter(3, { esp });
	port.filter[DP_IN] = 2;
	port.filter[DP_OUT] = 3;
	port.urpf = DP_URPF_STRICT;
	gate_port(wan, port);
	opened(inner(), handle_in, 2);
	poll();
	EXPECT_EQ(fake[lan].tx.size(), 1u);
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	ASSERT_EQ(fake[wan].tx.size(), 1u);
	EXPECT_NE(fake[wan].flags[0] & RTE_MBUF_F_TX_SEC_OFFLOAD, 0u);
	EXPECT_EQ(db_filter_hits(db, 2, 0), 1u);
	EXPECT_EQ(db_filter_hits(db, 3, 0), 1u);

	std::swap(port.filter[DP_IN], port.filter[DP_OUT]);
	gate_port(wan, port);
	opened(inner(), handle_in, 3);
	feed(fake[lan], frame(lan_mac, Ip().bytes()));
	poll();
	EXPECT_EQ(drops(PATH_DROP_ACL_IN), 2u);
	EXPECT_EQ(drops(PATH_DROP_ACL_OUT), 1u);
	EXPECT_EQ(fake[wan].tx.size(), 1u);
	EXPECT_EQ(fake[lan].tx.size(), 1u);

	/* the way to the peer is another now */
	port = dp_feature();
	port.urpf = DP_URPF_STRICT;
	gate_port(wan, port);
	route("198.51.100.0/24", DP_ROUTE_DROP, 0);
	opened(inner(), handle_in, 4);
	poll();
	EXPECT_EQ(drops(PATH_DROP_URPF), 1u);
}
