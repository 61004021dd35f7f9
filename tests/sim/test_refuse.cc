/* Two engines that don't come together, and what strangers may do to one: the right notify or silence, a counter, one log line, nothing left. */
#include <netinet/in.h>

#include <cstring>

#include "ike/wire/build.h"
#include "ike/wire/hdr.h"
#include "ike/wire/msg.h"
#include "pair.h"

namespace
{

/* The error or status that a message in clear carries; 0 when none. */
uint16_t clear_notify(const Packet &p)
{
	struct ike_msg m;
	const struct ike_payload *n;

	if (ike_msg_parse(bytes_of(p.data.data(), p.data.size()), &m) != ERR_OK || (n = ike_msg_find(&m, IKE_P_NOTIFY)) == nullptr)
		return 0;
	struct rd r = rd_of(n->body);
	struct ike_notify out;
	return ike_notify_parse(&r, &out) == ERR_OK ? out.type : 0;
}

/* A message in clear with one notify. */
Packet message(const struct ike_hdr &hdr, const Node &from, const Node &to, uint16_t type, struct bytes data)
{
	uint8_t buf[256];
	struct ike_build b;
	struct bytes d;
	Packet p = {};

	ike_build_begin(&b, buf, sizeof(buf), &hdr);
	ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), type, data);
	EXPECT_EQ(ike_build_finish(&b, &d), ERR_OK);
	p.data.assign(d.data, d.data + d.len);
	p.from = { from.addr, 500 };
	p.to = { to.addr, 500 };
	return p;
}

} // namespace

/* RFC7296-1.2-a */
TEST_F(Pair, R_IKE_17_a_wrong_key_is_authentication_failed)
{
	hub.w.set.psk = "another key";
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH);
	EXPECT_EQ(hub.stat(IKE_STAT_AUTH_FAILED), 1u);
	EXPECT_EQ(spoke.stat(IKE_STAT_AUTH_REJECTED), 1u);
	EXPECT_TRUE(hub.logged("auth.failed") && hub.logged("why=wrong-key"));
	EXPECT_TRUE(spoke.logged("auth.rejected") && spoke.logged("notify=AUTHENTICATION_FAILED"));
	EXPECT_EQ(hub.w.downs, 1u);
	sim.run_for(20000);
	expect_nothing_left();
}

TEST_F(Pair, R_IKE_18_each_direction_is_verified_with_its_own_key)
{
	/* The hub accepts the spoke, but proves itself with a key that the spoke doesn't take. */
	start();
	sim.tap = [&](Packet &p) {
		if (addr_eq(&p.from.addr, &hub.addr) && p.data[18] == IKE_X_IKE_AUTH)
			spoke.w.set.psk = "another key";
		return true;
	};
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH);
	EXPECT_EQ(spoke.stat(IKE_STAT_AUTH_FAILED), 1u);
	EXPECT_EQ(hub.w.ups, 1u);
	EXPECT_EQ(hub.w.downs, 1u) << "it is told";
	sim.run_for(20000);
	expect_nothing_left();
}

/* RFC7296-2.21.2-a */
TEST_F(Pair, an_unknown_identity_is_authentication_failed)
{
	hub.w.set.proof_err = ERR_ABSENT;
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH);
	EXPECT_TRUE(hub.logged("auth.refused"));
	EXPECT_EQ(hub.stat(IKE_STAT_AUTH_REFUSED), 1u);
	sim.run_for(20000);
	expect_nothing_left();
}

TEST_F(Pair, another_responder_than_the_wanted_one_is_refused)
{
	spoke.w.set.wanted_id = "other.example.net";
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH);
	EXPECT_TRUE(spoke.logged("why=other-identity"));
	sim.run_for(20000);
	expect_nothing_left();
}

TEST_F(Pair, an_initiator_refuses_a_responder_that_its_world_doesnt_know)
{
	spoke.w.set.proof_err = ERR_ABSENT;
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH);
	sim.run_for(20000);
	EXPECT_EQ(hub.w.downs, 1u);
	expect_nothing_left();
}

/* RFC7296-2.21.2-a */
TEST_F(Pair, refused_authorization_is_authentication_failed)
{
	hub.w.set.verdict = IKE_REFUSED;
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH);
	EXPECT_TRUE(hub.logged("authorization.refused"));
	sim.run_for(20000);
	expect_nothing_left();
}

/* RFC7296-2.7-b RFC7296-2.21.1-a RFC7296-3.3.4-b */
TEST_F(Pair, no_common_ike_proposal_is_told_but_not_believed_at_once)
{
	spoke.w.set.ike.offer[0] = world_offer_ike("aes-cbc-128 sha1 2");
	start();
	sim.record = true;
	connect(100);
	ASSERT_EQ(sim.sent.size(), 2u);
	EXPECT_EQ(clear_notify(sim.sent[1]), IKE_N_NO_PROPOSAL_CHOSEN);
	EXPECT_FALSE(mine()->over) << "anybody can send that";
	sim.run_for(10000);
	EXPECT_EQ(mine()->why, IKE_DOWN_NO_PROPOSAL);
	EXPECT_GE(hub.stat(IKE_STAT_NO_PROPOSAL), 1u);
	expect_nothing_left();
}

/* RFC7296-2.21.1-a */
TEST_F(Pair, a_forged_refusal_of_ike_sa_init_harms_nothing)
{
	start();
	sim.tap = [&](Packet &p) {
		struct ike_msg m;

		if (p.data[18] != IKE_X_IKE_SA_INIT || !addr_eq(&p.from.addr, &spoke.addr))
			return true;
		EXPECT_EQ(ike_msg_parse(bytes_of(p.data.data(), p.data.size()), &m), ERR_OK);
		struct ike_hdr hdr = m.hdr;
		hdr.flags = IKE_F_RESPONSE;
		for (uint16_t type :
			{ IKE_N_NO_PROPOSAL_CHOSEN, IKE_N_AUTHENTICATION_FAILED, IKE_N_INVALID_SYNTAX, IKE_N_INVALID_MAJOR_VERSION })
			sim.inject(message(hdr, hub, spoke, type, bytes_of(nullptr, 0)));
		static const uint8_t group_2[] = { 0, 2 };
		sim.inject(message(hdr, hub, spoke, IKE_N_INVALID_KE_PAYLOAD, bytes_of(group_2, 2)));
		return true;
	};
	connect(5000);
	expect_up();
}

/* RFC7296-2.21.2-c */
TEST_F(Pair, no_common_esp_proposal_leaves_the_ike_sa_without_a_child)
{
	spoke.w.set.esp.offer[0] = world_offer_esp("aes-cbc-256 sha512");
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_NO_PROPOSAL);
	EXPECT_TRUE(spoke.logged("notify=NO_PROPOSAL_CHOSEN"));
	EXPECT_EQ(hub.w.ups, 0u);
	sim.run_for(40000);
	expect_nothing_left();
}

/* RFC7296-2.9-b */
TEST_F(Pair, R_TUN_13_selectors_that_dont_meet_are_ts_unacceptable)
{
	struct addr_prefix a, b;

	ASSERT_EQ(addr_parse_prefix("10.1.0.0/16", &a), ERR_OK);
	ASSERT_EQ(addr_parse_prefix("10.2.0.0/16", &b), ERR_OK);
	spoke.w.set.local[0] = ike_ts_of_prefix(&a);
	hub.w.set.remote[0] = ike_ts_of_prefix(&b);
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_TS);
	EXPECT_EQ(hub.stat(IKE_STAT_TS_UNACCEPTABLE), 1u);
	sim.run_for(40000);
	expect_nothing_left();
}

TEST_F(Pair, gre_proposed_to_an_ipsec_tunnel_is_ts_unacceptable)
{
	spoke.w.set.local[0].protocol = spoke.w.set.remote[0].protocol = 47;
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_TS);
}

TEST_F(Pair, anything_proposed_to_a_gre_tunnel_is_ts_unacceptable)
{
	hub.w.set.local[0].protocol = hub.w.set.remote[0].protocol = 47;
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_TS);
}

/* RFC7296-3.15.4-a */
TEST_F(Pair, an_exhausted_pool_is_internal_address_failure)
{
	spoke.w.set.want.want = IKE_WANT_IP4;
	hub.w.set.verdict = IKE_NO_ADDRESS;
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_ADDRESS);
	EXPECT_EQ(hub.stat(IKE_STAT_NO_ADDRESS), 1u);
	sim.run_for(40000);
	expect_nothing_left();
}

/* RFC7296-3.15.4-a */
TEST_F(Pair, a_responder_deletes_an_ike_sa_that_stays_without_a_child)
{
	hub.w.set.verdict = IKE_NO_ADDRESS;
	start();
	sim.tap = [&](Packet &p) { return addr_eq(&p.from.addr, &hub.addr) || p.data[18] != IKE_X_INFORMATIONAL; };
	connect(200 * 1000);
	struct world_session *s = list_of(list_first(&hub.w.sessions), struct world_session, link);
	EXPECT_EQ(s->why, IKE_DOWN_NO_CHILD);
	expect_nothing_left();
}

/* RFC7296-3.15.4-b */
TEST_F(Pair, an_initiator_that_needs_an_address_gives_up_without_one)
{
	spoke.w.set.want.want = IKE_WANT_IP4;
	spoke.w.set.need_address = true;
	hub.w.set.reply_given = true;
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_ADDRESS);
	sim.run_for(20000);
	expect_nothing_left();
}

TEST_F(Pair, a_child_that_cant_be_installed_is_no_hole)
{
	hub.w.set.install_err = ERR_FULL;
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_NO_CHILD);
	EXPECT_EQ(hub.stat(IKE_STAT_INSTALL_FAILED), 1u);
	sim.run_for(40000);
	expect_nothing_left();
}

TEST_F(Pair, an_initiator_whose_child_cant_be_installed_deletes)
{
	spoke.w.set.install_err = ERR_FULL;
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_INSTALL);
	sim.run_for(20000);
	EXPECT_EQ(hub.w.downs, 1u);
	expect_nothing_left();
}

TEST_F(Pair, no_spi_is_no_child)
{
	hub.w.set.spi_err = ERR_FULL;
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_NO_CHILD);
	EXPECT_EQ(hub.stat(IKE_STAT_NO_SPI), 1u);
	sim.run_for(40000);
	expect_nothing_left();
}

TEST_F(Pair, a_world_that_never_answers_is_timed_out)
{
	hub.w.set.mute = true;
	start();
	connect(200 * 1000);
	EXPECT_TRUE(mine()->over);
	EXPECT_EQ(list_of(list_first(&hub.w.sessions), struct world_session, link)->why, IKE_DOWN_WORLD);
	expect_nothing_left();
}

TEST_F(Pair, an_initiators_world_that_never_answers_is_timed_out)
{
	spoke.w.set.mute = true;
	start();
	connect(60 * 1000);
	EXPECT_EQ(mine()->why, IKE_DOWN_WORLD);
	EXPECT_EQ(hub.w.downs, 1u);
	expect_nothing_left();
}

TEST_F(Pair, answers_that_come_too_late_are_dropped)
{
	struct ike_engine_config config = {};

	config.answer_ms = 2000;
	hub.w.set.delay_ms = 5000;
	start(config);
	connect(200 * 1000);
	EXPECT_GE(hub.stat(IKE_STAT_STALE), 1u);
	expect_nothing_left();
}

/* RFC7296-2.1-c RFC7296-2.1-e RFC7296-2.1-f */
TEST_F(Pair, nobody_there_is_given_up_after_the_last_retransmission)
{
	start();
	hub.dead = true;
	sim.record = true;
	connect(62 * 1000);
	EXPECT_EQ(sim.sent.size(), 6u);
	EXPECT_FALSE(mine()->over);
	sim.run_for(2000);
	EXPECT_EQ(mine()->why, IKE_DOWN_TIMEOUT);
	EXPECT_EQ(spoke.stat(IKE_STAT_TIMEOUT), 1u);
	for (size_t i = 1; i < sim.sent.size(); i++)
		EXPECT_EQ(sim.sent[i].data, sim.sent[0].data);
	expect_nothing_left();
}

TEST_F(Pair, without_policy_nothing_begins)
{
	spoke.w.set.policy_err = ERR_ABSENT;
	start();
	connect();
	EXPECT_EQ(mine(), nullptr);
	expect_nothing_left();

	spoke.w.set.policy_err = ERR_OK;
	hub.w.set.policy_err = ERR_ABSENT;
	connect(10000);
	EXPECT_EQ(mine()->why, IKE_DOWN_NO_PROPOSAL);
	expect_nothing_left();
}

TEST_F(Pair, who_cant_be_served_yet_comes_again)
{
	struct ike_stats s;

	hub.w.set.unready = true;
	start();
	sim.record = true;
	connect(900);
	ike_engine_stats(hub.w.engine, &s);
	EXPECT_GE(s.count[IKE_STAT_NOT_READY], 1u);
	EXPECT_EQ(s.count[IKE_STAT_NOT_READY], sim.sent.size()); /* no answer, not even a refusal */
	EXPECT_EQ(s.sa_count, 0u);
	hub.w.set.unready = false;
	sim.run_for(3000);
	expect_up();
}

TEST_F(Pair, half_open_sas_die_and_are_limited)
{
	struct ike_engine_config config = {};

	config.half_open_limit = 50;
	config.source.half_open = 50;
	config.cookie_threshold = UINT32_MAX;
	start(config);
	sim.tap = [&](Packet &p) { return p.data[18] == IKE_X_IKE_SA_INIT; };
	for (int i = 0; i < 80; i++)
		spoke.initiate(hub);
	sim.run_for(100);
	struct ike_stats s;
	ike_engine_stats(hub.w.engine, &s);
	EXPECT_EQ(s.half_open, 50u);
	EXPECT_EQ(s.count[IKE_STAT_HALF_OPEN_FULL], 30u);
	sim.run_for(300 * 1000);
	expect_nothing_left();
}

/* RFC7296-2.6-d */
TEST_F(Pair, from_a_threshold_on_cookies_are_demanded)
{
	struct ike_engine_config config = {};

	config.cookie_threshold = 10;
	start(config);
	for (int i = 0; i < 30; i++)
		spoke.initiate(hub);
	sim.run_for(5000);
	EXPECT_EQ(hub.stat(IKE_STAT_COOKIE_SENT), 19u) << "beyond the threshold, not from it on";
	EXPECT_EQ(world_up_count(&hub.w), 30u);
	EXPECT_EQ(disagreement(spoke, hub), "");
}

TEST_F(Pair, the_limit_of_sas_holds)
{
	struct ike_engine_config config = {};

	config.sa_limit = 5;
	start(config);
	for (int i = 0; i < 7; i++)
		spoke.initiate(hub);
	sim.run_for(2000);
	EXPECT_EQ(world_up_count(&spoke.w), 5u);
}

/* RFC7296-2.21.4-b RFC7296-2.21.4-c RFC7296-2.21.4-d */
TEST_F(Pair, a_request_for_an_unknown_sa_is_told_so_at_a_limited_rate)
{
	start();
	connect();
	struct ike_hdr hdr = {};
	hdr.spi_i = 0x1111;
	hdr.spi_r = 0x2222;
	hdr.version = IKE_VERSION;
	hdr.exchange = IKE_X_INFORMATIONAL;
	hdr.flags = IKE_F_INITIATOR;
	hdr.message_id = 7;
	uint8_t buf[128];
	struct ike_build b;
	struct ike_sk_shape shape = { 8, 1, 16 };
	struct ike_sk_room room;
	struct bytes d;
	ike_build_begin(&b, buf, sizeof(buf), &hdr);
	ike_build_sk_begin(&b, &shape);
	ASSERT_EQ(ike_build_sk_end(&b, &room), ERR_OK);
	ASSERT_EQ(ike_build_finish(&b, &d), ERR_OK);
	sim.record = true;
	sim.sent.clear();
	struct ike_path path = hub.to(spoke);
	for (int i = 0; i < 100; i++)
		ike_engine_receive(hub.w.engine, sim.now_ms, &path, d);
	ASSERT_EQ(sim.sent.size(), 10u);
	EXPECT_EQ(clear_notify(sim.sent[0]), IKE_N_INVALID_IKE_SPI);
	struct rd r = rd_of(bytes_of(sim.sent[0].data.data(), sim.sent[0].data.size()));
	struct ike_hdr answer;
	ASSERT_EQ(ike_hdr_parse(&r, &answer), ERR_OK);
	EXPECT_EQ(answer.message_id, 7u);
	EXPECT_EQ(answer.spi_i, 0x1111u);
	EXPECT_EQ(answer.flags, IKE_F_RESPONSE);
	expect_up();
}

/* RFC7296-2.5-a RFC7296-2.5-b RFC7296-3.1-b */
TEST_F(Pair, another_major_version_is_told_so)
{
	start();
	std::vector<uint8_t> v3(28, 0);
	v3[7] = 1;
	v3[17] = 0x30;
	v3[18] = IKE_X_IKE_SA_INIT;
	v3[19] = IKE_F_INITIATOR;
	v3[27] = 28;
	sim.record = true;
	struct ike_path path = hub.to(spoke);
	ike_engine_receive(hub.w.engine, sim.now_ms, &path, bytes_of(v3.data(), v3.size()));
	ASSERT_EQ(sim.sent.size(), 1u);
	EXPECT_EQ(clear_notify(sim.sent[0]), IKE_N_INVALID_MAJOR_VERSION);
	v3[17] = 0x10; /* IKEv1: silence */
	ike_engine_receive(hub.w.engine, sim.now_ms, &path, bytes_of(v3.data(), v3.size()));
	EXPECT_EQ(sim.sent.size(), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_RX_VERSION), 2u);
}

/* What is replayed or repeated changes nothing. */
/* RFC7296-2.1-b */
TEST_F(Pair, every_datagram_sent_again_later_changes_nothing)
{
	start();
	sim.record = true;
	connect();
	ike_engine_probe(spoke.w.engine, sim.now_ms, h);
	sim.run_for(1000);
	std::vector<Packet> all = sim.sent;
	for (int round = 0; round < 3; round++) {
		for (Packet &p : all) {
			p.due_ms = sim.now_ms + 1;
			sim.inject(p);
		}
		sim.run_for(100);
	}
	expect_up();
	EXPECT_EQ(hub.w.ups, 1u);
	sim.run_for(60000); /* the replayed IKE_SA_INIT made a half-open SA, which dies */
	struct ike_stats s;
	ike_engine_stats(hub.w.engine, &s);
	EXPECT_EQ(s.half_open, 0u);
	EXPECT_EQ(s.sa_count, 1u);
	expect_up();
}

/* RFC7296-1.5-b RFC7296-2.4-a */
TEST_F(Pair, the_hint_of_an_unprotected_notify_kills_nothing)
{
	start();
	connect();
	struct ike_sa_info i = spoke.info(h);
	struct ike_hdr hdr = {};
	hdr.spi_i = i.spi_i;
	hdr.spi_r = i.spi_r;
	hdr.version = IKE_VERSION;
	hdr.exchange = IKE_X_INFORMATIONAL;
	hdr.flags = IKE_F_RESPONSE;
	for (uint16_t type : { IKE_N_INVALID_IKE_SPI, IKE_N_AUTHENTICATION_FAILED, IKE_N_INVALID_SYNTAX })
		for (int k = 0; k < 50; k++)
			sim.inject(message(hdr, hub, spoke, type, bytes_of(nullptr, 0)));
	sim.run_for(10000);
	expect_up();
	EXPECT_LE(spoke.stat(IKE_STAT_PROBE), 50u);
	EXPECT_GE(spoke.stat(IKE_STAT_PROBE), 1u);
	EXPECT_EQ(spoke.stat(IKE_STAT_RX_FORGED), 100u);
}
