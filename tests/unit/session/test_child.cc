/* ESP SAs and the datapath that has them, refuses them, or loses them. */
#include "lab.h"

namespace
{

using namespace lab;

class SessionChild : public Star
{
      protected:
	void clear(Box &at)
	{
		struct addr all = {};

		session_hub_clear(at.hub, &all);
	}
	static const struct session_child *child_of(const struct session *s)
	{
		return s == nullptr || list_empty(&s->children) ? nullptr : list_of(list_first(&s->children), struct session_child, link);
	}
	/* An SA of the datapath. */
	static struct dp_sa sa(const Box &b, uint32_t id)
	{
		for (const auto &item : b.objects(DP_CLASS_SA))
			if (item.op.u.sa.id == id)
				return item.op.u.sa;
		ADD_FAILURE() << "no SA " << id;
		return {};
	}
};

TEST_F(SessionChild, R_IKE_23_an_operator_orders_fresh_keys)
{
	struct addr all = {}, other = ip("192.0.2.99"), peer = ip("203.0.113.1");

	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	uint32_t was = child_of(hub.session())->spi_in;
	EXPECT_EQ(session_hub_rekey(hub.hub, &other, true), 0u);
	EXPECT_EQ(session_hub_rekey(hub.hub, &peer, true), 1u);
	wan.run(20000);
	EXPECT_EQ(hub.stat(IKE_STAT_CHILD_REKEY), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_REKEY), 0u);
	EXPECT_NE(child_of(hub.session())->spi_in, was);
	EXPECT_EQ(session_hub_rekey(hub.hub, &all, false), 1u);
	wan.run(20000);
	EXPECT_EQ(hub.stat(IKE_STAT_CHILD_REKEY), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_REKEY), 1u);
	EXPECT_EQ(hub.up(), 1u);
}

TEST_F(SessionChild, both_ends_have_the_same_pair)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	const struct session_child *a = child_of(hub.session()), *b = child_of(s.session());
	ASSERT_NE(a, nullptr);
	ASSERT_NE(b, nullptr);
	EXPECT_EQ(a->spi_in, b->spi_out);
	EXPECT_EQ(a->spi_out, b->spi_in);
	ASSERT_EQ(hub.objects(DP_CLASS_SA).size(), 2u);
	struct dp_sa in = sa(hub, a->sa_in), out = sa(hub, a->sa_out);
	EXPECT_EQ(in.direction, DP_IN);
	EXPECT_EQ(in.spi, a->spi_in);
	EXPECT_EQ(in.window, 64);
	EXPECT_STREQ(session_hub_port_name(hub.hub, in.port), "Ethernet0/0"); /* a hint: towards the peer */
	EXPECT_EQ(in.cipher, DP_CIPHER_AES_GCM);
	EXPECT_EQ(in.integ, DP_INTEG_NONE);
	EXPECT_FALSE(in.udp_encap);
	EXPECT_TRUE(in.allow_offload);
	EXPECT_EQ(out.direction, DP_OUT);
	EXPECT_EQ(out.window, 0);
	EXPECT_EQ(str(out.remote.addr), "203.0.113.1");
	EXPECT_EQ(out.ts_count, 1);
	EXPECT_EQ(a->in.placement, DP_PLACE_INLINE_PROTOCOL);
	EXPECT_TRUE(hub.logged("child.placed"));
}

TEST_F(SessionChild, the_replay_window_of_the_profile)
{
	HubConfig c;

	hub.must_load(with(c.text(), " set transform-set T\n", " set transform-set T\n set security-association replay window-size 512\n"));
	Box &s = spoke(1);
	up(s);
	EXPECT_EQ(sa(hub, child_of(hub.session())->sa_in).window, 512);
}

/* Who made the pair comes first to rekey it. */
TEST_F(SessionChild, R_IKE_23_limits_in_traffic)
{
	HubConfig c;
	const std::string lines = " set transform-set T\n set security-association lifetime kilobytes 5000\n"
				  " set security-association lifetime packets 10000\n";

	hub.must_load(with(c.text(), " set transform-set T\n", lines));
	Box &s = spoke(1);
	up(s);
	struct dp_sa theirs = sa(hub, child_of(hub.session())->sa_out), ours = sa(s, child_of(s.session())->sa_out);
	EXPECT_EQ(theirs.hard_bytes, 5000u * 1024);
	EXPECT_EQ(theirs.soft_bytes, 5000u * 1024 / 100 * 90);
	EXPECT_EQ(theirs.hard_packets, 10000u);
	EXPECT_EQ(theirs.soft_packets, 9000u);
	EXPECT_EQ(ours.hard_packets, 0u) << "without the line there is no end";
	EXPECT_EQ(ours.soft_packets, 0u);
	EXPECT_EQ(ours.soft_bytes, ours.hard_bytes / 100 * 80);
}

const std::string set_line = "crypto ipsec transform-set T esp-gcm 128\n";

struct EsnRow {
	const char *hub, *spoke;
	bool esn;
};

/* RFC4303-2.2.1: the two ends agree on it, in either role. */
TEST_F(SessionChild, R_IKE_24_extended_sequence_numbers_by_configuration)
{
	const EsnRow rows[] = { { "", "", false }, { " esn\n", "", false }, { "", " esn\n", false }, { " esn\n", " esn\n", true },
		{ " esn required\n", " esn\n", true }, { " esn\n", " esn required\n", true } };
	unsigned n = 0;

	for (const EsnRow &r : rows) {
		HubConfig h;
		SpokeConfig c(++n);

		hub.must_load(with(h.text(), set_line, set_line + r.hub));
		Box &s = wan.box("spoke" + std::to_string(n), { "203.0.113." + std::to_string(n) }, lan_and_wan);
		s.must_load(with(c.text(), set_line, set_line + r.spoke));
		up(s);
		const struct session_child *far = child_of(s.session());

		ASSERT_NE(far, nullptr) << n;
		EXPECT_EQ(far->esn, r.esn) << n;
		EXPECT_EQ(sa(s, far->sa_in).esn, r.esn) << n;
		EXPECT_EQ(sa(s, far->sa_out).esn, r.esn) << n;
		for (const struct session *at : hub.sessions())
			EXPECT_EQ(sa(hub, child_of(at)->sa_in).esn, child_of(at)->esn) << n;
	}
}

TEST_F(SessionChild, R_IKE_24_required_extended_sequence_numbers_arent_done_without)
{
	HubConfig h;

	hub.must_load(with(h.text(), set_line, set_line + " esn required\n"));
	Box &s = spoke(1);
	wan.run(3000);
	EXPECT_EQ(s.up(), 0u);
	EXPECT_TRUE(s.logged("NO_PROPOSAL_CHOSEN"));
}

TEST_F(SessionChild, why_it_isnt_inline_is_remembered)
{
	dp_model_limit(hub.datapath)->inline_sas = 1;
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	EXPECT_EQ(child_of(hub.session())->out.placement, DP_PLACE_SOFT);
	EXPECT_EQ(child_of(hub.session())->out.reason, DP_WHY_TABLE_FULL);
}

/* Whatever the datapath refuses of a session, in whatever place: no half of it stays, and the peer gets in by and by. */
TEST_F(SessionChild, a_datapath_that_refuses_once_leaves_no_half_session)
{
	hub.must_load(HubConfig().text());
	wan.run(50);
	for (unsigned at = 0; at < 8; at++)
		for (bool far : { false, true }) {
			Box &s = spoke(1 + 2 * at + far);
			Box &refusing = far ? s : hub;

			if (far)
				wan.run_until([&] { return s.hub->spi.count != 0; }, 100);
			dp_model_fail(refusing.datapath, at, ERR_FULL);
			up(s, 20000);
			wan.run(3000);
			s.expect_whole();
			hub.expect_whole();
			EXPECT_EQ(hub.up(), 1u + 2 * at + far) << at;
		}
}

TEST_F(SessionChild, a_datapath_that_is_full_refuses_each_time_and_keeps_its_spis)
{
	dp_model_limit(hub.datapath)->sas = 2;
	hub.must_load(HubConfig().text());
	Box &one = spoke(1);
	up(one);
	Box &two = spoke(2);
	wan.run(120000);
	EXPECT_EQ(two.up(), 0u);
	EXPECT_GE(hub.stat(IKE_STAT_INSTALL_FAILED), 5u);
	EXPECT_EQ(hub.up(), 1u);
	EXPECT_EQ(hub.objects(DP_CLASS_TUNNEL).size(), 1u);
	EXPECT_EQ(hub.routes().size(), 3u);
	hub.expect_whole();
	dp_model_limit(hub.datapath)->sas = UINT32_MAX;
	up(two, 30000);
}

TEST_F(SessionChild, inline_or_not_at_all)
{
	Net net;
	Box &nic = net.box("nic", { "198.51.100.1" }, with(lan_and_wan, " role wan\n", " role wan\n offload inline\n"));
	Box &one = net.box("spoke1", { "203.0.113.1" }, lan_and_wan), &two = net.box("spoke2", { "203.0.113.2" }, lan_and_wan);

	dp_model_limit(nic.datapath)->inline_sas = 2;
	nic.must_load(HubConfig().text());
	one.must_load(SpokeConfig(1).text());
	ASSERT_TRUE(net.run_until([&] { return one.up() == 1; }, 5000));
	two.must_load(SpokeConfig(2).text());
	net.run(30000);
	EXPECT_EQ(two.up(), 0u);
	EXPECT_EQ(nic.up(), 1u);
	EXPECT_GE(session_hub_refused(nic.hub, DP_WHY_TABLE_FULL), 2u);
	EXPECT_EQ(session_hub_refused(nic.hub, DP_WHY_UDP_ENCAP), 0u);
	EXPECT_TRUE(nic.logged("in=none/table-full"));
	nic.expect_whole();
	dp_model_limit(nic.datapath)->inline_sas = UINT32_MAX;
	EXPECT_TRUE(net.run_until([&] { return two.up() == 1; }, 30000));
}

TEST_F(SessionChild, inline_or_not_at_all_tells_the_tunnel_why)
{
	Box &s = wan.box("spoke1", { "203.0.113.1" }, with(lan_and_wan, " role wan\n", " role wan\n offload inline\n"));

	hub.must_load(HubConfig().text());
	dp_model_limit(s.datapath)->inline_sas = 0;
	s.must_load(SpokeConfig(1).text());
	ASSERT_TRUE(wan.run_until([&] { return session_hub_refused(s.hub, DP_WHY_TABLE_FULL) != 0; }, 5000));
	ASSERT_TRUE(wan.run_until([&] { return s.sessions(false).empty(); }, 5000));
	EXPECT_STREQ(session_tunnel_reason(s.hub, "Tunnel0"), "table-full");
	EXPECT_STREQ(s.shown("Tunnel0").reason, "table-full");
	dp_model_limit(s.datapath)->inline_sas = UINT32_MAX;
	up(s, 30000);
	EXPECT_EQ(session_tunnel_reason(s.hub, "Tunnel0"), nullptr);
}

TEST_F(SessionChild, no_datapath_no_session)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	dp_fake_drop(s.fake, 0);
	wan.run(5000);
	EXPECT_EQ(s.up(), 0u);
	EXPECT_EQ(hub.stat(IKE_STAT_INIT_IN), 0u);
	EXPECT_STREQ(s.shown("Tunnel0").reason, "no datapath");
	dp_fake_raise(s.fake);
	up(s);
}

TEST_F(SessionChild, a_hub_whose_datapath_is_silent_answers_too_late_and_keeps_nothing)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	wan.run_until([&] { return hub.stat(IKE_STAT_INIT_IN) != 0; }, 5000);
	dp_fake_hold(hub.fake, true);
	wan.run(90000);
	EXPECT_EQ(hub.up() + s.up(), 0u);
	dp_fake_hold(hub.fake, false);
	up(s, 30000);
	wan.run(40000);
	EXPECT_EQ(hub.up(), 1u);
	hub.expect_whole();
}

TEST_F(SessionChild, a_session_that_ends_while_its_sas_are_on_their_way)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	wan.run_until([&] { return hub.stat(IKE_STAT_INIT_IN) != 0; }, 5000);
	dp_fake_hold(hub.fake, true);
	wan.run(20);
	ASSERT_EQ(hub.sessions(false).size(), 1u);
	EXPECT_EQ(hub.sessions(false)[0]->state, SESSION_S_INSTALLING);
	s.dead = true;
	clear(hub);
	EXPECT_TRUE(hub.sessions(false).empty());
	dp_fake_hold(hub.fake, false);
	wan.run(200);
	hub.expect_empty();
}

/* sa-state.md 4: a state that is lost ends the SA; the peer makes another with other keys. */
TEST_F(SessionChild, a_datapath_that_lost_its_store_makes_the_spokes_come_anew)
{
	std::vector<Box *> spokes;

	hub.must_load(HubConfig().text());
	for (unsigned n = 1; n <= 5; n++) {
		spokes.push_back(&spoke(n));
		up(*spokes.back());
	}
	hub.restart_datapath(true);
	wan.run(10);
	EXPECT_EQ(hub.up(), 0u);
	EXPECT_EQ(hub.count_logged("child.lost"), 5u);
	for (Box *s : spokes)
		up(*s);
	EXPECT_EQ(hub.up(), 5u);
	EXPECT_EQ(hub.counts().key_reuses, 0u);
	hub.expect_whole();
	/* At a spoke as well. */
	spokes[0]->restart_datapath(true);
	wan.run(20);
	EXPECT_EQ(hub.up(), 4u);
	up(*spokes[0]);
	EXPECT_EQ(spokes[0]->counts().key_reuses, 0u);
}

TEST_F(SessionChild, a_datapath_that_kept_its_store_goes_on_and_nobody_notices)
{
	std::map<uint32_t, struct dp_state> before;

	hub.must_load(HubConfig().text());
	Box &one = spoke(1), &two = spoke(2);
	up(one);
	up(two);
	for (const auto &item : hub.objects(DP_CLASS_SA))
		before[item.op.u.sa.id] = item.result.state;
	ASSERT_EQ(before.size(), 4u);
	auto routes = hub.objects(DP_CLASS_ROUTE).size();
	uint64_t sent = wan.sent;

	hub.restart_datapath(false);
	EXPECT_TRUE(hub.objects(DP_CLASS_SA).empty());
	wan.run(100);
	EXPECT_EQ(hub.up(), 2u);
	EXPECT_EQ(wan.sent, sent);
	for (const auto &item : hub.objects(DP_CLASS_SA)) {
		struct dp_state was = before[item.op.u.sa.id];

		EXPECT_EQ(item.result.state.store, was.store);
		EXPECT_EQ(item.result.state.slot, was.slot);
		EXPECT_EQ(item.result.state.generation, was.generation);
	}
	EXPECT_EQ(hub.objects(DP_CLASS_SA).size(), 4u);
	EXPECT_EQ(hub.objects(DP_CLASS_ROUTE).size(), routes);
	EXPECT_EQ(hub.counts().key_reuses, 0u);
	EXPECT_EQ(hub.stat(IKE_STAT_DOWN), 0u);
}

/* It was restarted before it answered: whether a key was active isn't known, so the key is not used again. */
TEST_F(SessionChild, a_datapath_that_dies_with_an_answer_owed)
{
	for (uint32_t applied : { 0u, 1u, 2u })
		for (bool lose : { false, true }) {
			Net net;
			Box &h = net.box("hub", { "198.51.100.1" }, lan_and_wan), &s = net.box("spoke1", { "203.0.113.1" }, lan_and_wan);

			h.must_load(HubConfig().text());
			s.must_load(SpokeConfig(1).text());
			net.run_until([&] { return h.stat(IKE_STAT_INIT_IN) != 0; }, 5000);
			dp_fake_hold(h.fake, true);
			net.run(20);
			ASSERT_EQ(h.sessions(false).size(), 1u);
			dp_fake_drop(h.fake, applied);
			dp_model_restart(h.datapath, lose);
			dp_fake_hold(h.fake, false);
			dp_fake_raise(h.fake);
			ASSERT_TRUE(net.run_until([&] { return s.up() == 1; }, 60000)) << applied << lose;
			net.run(3000);
			EXPECT_EQ(h.up(), 1u);
			h.expect_whole();
		}
}

/* A pair's successor receives at once; it sends when the peer has deleted the pair that it replaces (RFC7296-2.8). */
TEST_F(SessionChild, a_successor_takes_over_when_its_predecessor_goes)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	const struct session *h = hub.session();
	const struct session_child *old = child_of(h);
	uint32_t old_in = old->spi_in, old_out = old->sa_out;
	struct ike_ts any = ike_ts_any(AF_INET);
	struct ike_child_sa fresh = {};
	uint8_t key[20] = { 1 };

	ASSERT_EQ(hub.ports.spi_new(hub.ports.ctx, &h->path, &fresh.spi_in), ERR_OK);
	fresh.spi_out = 0x12345678;
	fresh.encr = old->encr;
	fresh.path = h->path;
	fresh.local = fresh.remote = &any;
	fresh.local_count = fresh.remote_count = 1;
	fresh.replaces = old_in;
	fresh.line = old->line;
	ASSERT_EQ(secret_set(&fresh.in.encr, bytes_of(key, sizeof(key))), ERR_OK);
	key[0] = 2;
	ASSERT_EQ(secret_set(&fresh.out.encr, bytes_of(key, sizeof(key))), ERR_OK);
	hub.ports.install(hub.ports.ctx, h->ike, &fresh);
	EXPECT_EQ(fresh.in.encr.len, 0u) << "the keys moved";
	wan.run(50);
	EXPECT_EQ(hub.objects(DP_CLASS_SA).size(), 4u);
	EXPECT_EQ(hub.objects(DP_CLASS_TUNNEL)[0].op.u.tunnel.sa_out, old_out);
	hub.expect_whole();

	hub.ports.child_down(hub.ports.ctx, h->ike, old_in);
	wan.run(50);
	ASSERT_EQ(hub.objects(DP_CLASS_SA).size(), 2u);
	EXPECT_NE(hub.objects(DP_CLASS_TUNNEL)[0].op.u.tunnel.sa_out, old_out);
	EXPECT_EQ(hub.route("10.20.1.0/24"), "S [1/1] Virtual-Access1");
	hub.expect_whole();
	clear(hub);
	hub.ports.child_down(hub.ports.ctx, h->ike, fresh.spi_in); /* of a session that is no more */
}

/* RFC7296-1.3.1: two children of one IKE SA, the narrower one first; each is rekeyed by itself, and one goes. */
TEST_F(SessionChild, several_children_share_the_tunnel)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	const struct session *h = hub.session();
	auto tunnel = [&] { return hub.objects(DP_CLASS_TUNNEL)[0].op.u.tunnel; };
	struct addr_prefix lan = {};
	struct ike_child_policy policy = {};
	uint32_t spi, wide = child_of(h)->sa_out;

	ASSERT_EQ(addr_parse_prefix("10.10.0.0/24", &lan), ERR_OK);
	struct ike_ts any = ike_ts_any(AF_INET), narrow = ike_ts_of_prefix(&lan);
	session_convert_esp_offers(s.session()->access.source->tunnel.protection, &policy.esp);
	policy.local = &any;
	policy.remote = &narrow;
	policy.local_count = policy.remote_count = 1;
	ASSERT_EQ(ike_engine_new_child(s.engine, wan.now_ms, s.session()->ike, &policy, &spi), ERR_OK);
	wan.run(200);
	EXPECT_EQ(hub.objects(DP_CLASS_SA).size(), 4u);
	ASSERT_EQ(tunnel().more_count, 1);
	EXPECT_EQ(tunnel().more[0], wide);
	struct dp_sa out = sa(hub, tunnel().sa_out);
	EXPECT_EQ(str(out.ts[0].local.first), "10.10.0.0");
	EXPECT_EQ(str(out.ts[0].local.last), "10.10.0.255");
	hub.expect_whole();
	s.expect_whole();

	uint32_t before = tunnel().sa_out;
	ike_engine_rekey_child(hub.engine, wan.now_ms, h->ike, session_senders_of(h, 2)->spi_in);
	wan.run(7000);
	EXPECT_NE(tunnel().sa_out, before);
	ASSERT_EQ(tunnel().more_count, 1);
	EXPECT_EQ(tunnel().more[0], wide) << "the other one is as it was";
	hub.expect_whole();

	ike_engine_delete_child(hub.engine, wan.now_ms, h->ike, session_senders_of(h, 2)->spi_in);
	wan.run(7000);
	EXPECT_EQ(tunnel().more_count, 0);
	EXPECT_EQ(tunnel().sa_out, wide);
	hub.expect_whole();
	s.expect_whole();
	EXPECT_EQ(hub.up(), 1u);
}

TEST_F(SessionChild, the_limit_of_children_is_the_profiles)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	struct ike_child_policy policy = {};
	struct ike_ts any = ike_ts_any(AF_INET);
	uint32_t spi;

	session_convert_esp_offers(s.session()->access.source->tunnel.protection, &policy.esp);
	policy.local = policy.remote = &any;
	policy.local_count = policy.remote_count = 1;
	policy.limit = 16;
	s.ports.child_refused = [](void *, struct slab_handle, uint32_t, uint16_t) {}; /* the order isn't the session's */
	for (unsigned i = 0; i < 12; i++) {
		ASSERT_EQ(ike_engine_new_child(s.engine, wan.now_ms, s.session()->ike, &policy, &spi), ERR_OK);
		wan.run(100);
	}
	EXPECT_EQ(hub.objects(DP_CLASS_SA).size(), 16u) << "8 pairs, the default";
	EXPECT_EQ(hub.stat(IKE_STAT_CHILD_REFUSED), 5u);
	EXPECT_EQ(hub.objects(DP_CLASS_TUNNEL)[0].op.u.tunnel.more_count, 7);
	hub.expect_whole();
	s.expect_whole();
}

/* RFC7296-2.23-h */
TEST_F(SessionChild, the_sas_follow_a_peer_that_esp_shows_to_have_moved)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	s.nat_addr = ip("192.0.2.7");
	up(s);
	const struct session *h = hub.session();
	const struct session_child *c = child_of(h);
	struct dp_sa out = sa(hub, c->sa_out);
	EXPECT_TRUE(out.udp_encap);
	EXPECT_EQ(str(out.remote.addr), "192.0.2.7");
	EXPECT_EQ(out.remote.port, 40001);

	struct dp_event e = {};
	e.kind = DP_EV_PEER_MOVED;
	e.id = c->sa_in;
	e.remote = { ip("192.0.2.8"), 50001 };
	s.nat_addr = ip("192.0.2.8");
	s.nat_base = 50000;
	dp_fake_event(hub.fake, &e);
	wan.run(50);
	EXPECT_EQ(str(sa(hub, c->sa_out).remote.addr), "192.0.2.8");
	EXPECT_EQ(sa(hub, c->sa_out).remote.port, 50001);
	EXPECT_EQ(sa(hub, c->sa_in).remote.port, 50001);
	EXPECT_EQ(str(hub.objects(DP_CLASS_TUNNEL)[0].op.u.tunnel.remote), "192.0.2.8");
	EXPECT_EQ(hub.counts().key_reuses, 0u);
	ike_engine_probe(hub.engine, wan.now_ms, h->ike); /* IKE goes there, too */
	wan.run(20000);
	EXPECT_EQ(hub.up(), 1u);
}

/* RFC7296-2.23: IKE itself shows it. */
TEST_F(SessionChild, the_sas_follow_a_peer_that_ike_shows_to_have_moved)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	s.nat_addr = ip("192.0.2.7");
	up(s);
	s.nat_base = 50000; /* the NAT forgot */
	ike_engine_probe(s.engine, wan.now_ms, s.session()->ike);
	wan.run(100);
	EXPECT_EQ(hub.session()->path.remote.port, 50001);
	EXPECT_EQ(sa(hub, child_of(hub.session())->sa_out).remote.port, 50001);
	EXPECT_EQ(hub.stat(IKE_STAT_MOVED), 1u);
	EXPECT_EQ(hub.counts().key_reuses, 0u);
}

/* The contract carries a bounded number of selector pairs. */
TEST_F(SessionChild, more_selectors_than_the_datapath_takes_and_a_session_that_is_no_more)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	const struct session *h = hub.session();
	struct ike_ts many[5];
	struct ike_child_sa fresh = {};
	uint8_t key[20] = { 9 };

	for (unsigned i = 0; i < 5; i++) {
		struct addr_prefix p = net("10." + std::to_string(i) + ".0.0/16");

		many[i] = ike_ts_of_prefix(&p);
	}
	for (bool stale : { false, true }) {
		ASSERT_EQ(hub.ports.spi_new(hub.ports.ctx, &h->path, &fresh.spi_in), ERR_OK);
		fresh.spi_out = 0x12345678;
		fresh.encr = child_of(h)->encr;
		fresh.path = h->path;
		fresh.local = fresh.remote = many;
		fresh.local_count = fresh.remote_count = 5;
		ASSERT_EQ(secret_set(&fresh.in.encr, bytes_of(key, sizeof(key))), ERR_OK);
		ASSERT_EQ(secret_set(&fresh.out.encr, bytes_of(key, sizeof(key))), ERR_OK);
		struct slab_handle handle = h->ike;
		handle.generation += stale ? 2 : 0;
		hub.ports.install(hub.ports.ctx, handle, &fresh);
		secret_fini(&fresh.in.encr);
		secret_fini(&fresh.out.encr);
		wan.run(50);
		EXPECT_EQ(hub.up(), 1u);
		EXPECT_EQ(hub.objects(DP_CLASS_SA).size(), 2u);
		hub.expect_whole(); /* the SPI went back */
	}
}

/* Without a NAT nobody moves: ESP from elsewhere is no reason (RFC7296-2.23). */
/* RFC7296-2.23-i */
TEST_F(SessionChild, a_peer_without_nat_doesnt_move)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	struct dp_event e = {};
	e.kind = DP_EV_PEER_MOVED;
	e.id = child_of(hub.session())->sa_in;
	e.remote = { ip("192.0.2.8"), 50001 };
	dp_fake_event(hub.fake, &e);
	e.id = 4000000;
	dp_fake_event(hub.fake, &e); /* nobody's */
	wan.run(50);
	EXPECT_EQ(str(hub.objects(DP_CLASS_TUNNEL)[0].op.u.tunnel.remote), "203.0.113.1");
}

} // namespace
