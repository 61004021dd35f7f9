/* Two engines that have no quarrel: every way of coming up, living and going down. */
#include <netinet/in.h>

#include "crypto/iana.h"
#include "ike/wire/hdr.h"
#include "ike/wire/msg.h"
#include "ike/wire/proposal.h"
#include "pair.h"

namespace
{

struct addr_prefix prefix(const char *text)
{
	struct addr_prefix p = {};

	EXPECT_EQ(addr_parse_prefix(text, &p), ERR_OK);
	return p;
}

struct addr address(const char *text)
{
	struct addr a = {};

	EXPECT_EQ(addr_parse(text, &a), ERR_OK);
	return a;
}

void send_activity(Node &n, struct slab_handle h, uint32_t idle_in_ms, uint32_t idle_out_ms)
{
	struct ike_activity a = { idle_in_ms, idle_out_ms };

	ike_engine_activity(n.w.engine, n.sim->now_ms, h, &a);
}

} // namespace

/* RFC7296-2.2-a RFC7296-4-e */
TEST_F(Pair, R_IKE_02_ike_sa_and_first_child_are_up_after_four_messages)
{
	start();
	sim.record = true;
	connect();
	expect_up();
	EXPECT_EQ(sim.sent.size(), 4u);
	EXPECT_STREQ(mine()->peer, "hub.example.net");
	EXPECT_STREQ(theirs()->peer, "spoke.example.net");
	EXPECT_TRUE(theirs()->flexvpn);
	EXPECT_FALSE(theirs()->udp_encap);
	struct ike_sa_info i = spoke.info(h);
	EXPECT_STREQ(i.state, "UP");
	EXPECT_STREQ(i.encr->keyword, "aes-gcm-256");
	EXPECT_STREQ(i.group->keyword, "31");
	EXPECT_EQ(i.msgid_tx, 2u);
	EXPECT_EQ(i.child_count, 1);
	EXPECT_EQ(i.auth_remote, IKE_AUTH_PSK);
	ASSERT_EQ(list_of(list_first(&mine()->children), struct world_child, link)->in_encr.len, 20u);
}

/* RFC7296-2.5-l */
TEST_F(Pair, R_IKE_01_ike_sa_init_has_its_payloads_in_order_on_port_500)
{
	start();
	sim.record = true;
	connect();
	ASSERT_GE(sim.sent.size(), 2u);
	for (size_t i = 0; i < 2; i++) {
		struct ike_msg m;

		ASSERT_EQ(ike_msg_parse(bytes_of(sim.sent[i].data.data(), sim.sent[i].data.size()), &m), ERR_OK);
		EXPECT_EQ(sim.sent[i].to.port, 500);
		ASSERT_GE(m.count, 3);
		EXPECT_EQ(m.payload[0].type, IKE_P_SA);
		EXPECT_EQ(m.payload[1].type, IKE_P_KE);
		EXPECT_EQ(m.payload[2].type, IKE_P_NONCE);
	}
}

TEST(Suites, R_IKE_23_R_IKE_25_every_suite_comes_up)
{
	static const char *const ike[] = { "aes-gcm-128 sha1 31", "aes-gcm-256 sha512 20", "aes-cbc-128 sha256 19", "aes-cbc-192 sha384 14",
		"aes-cbc-256 sha512 21", "aes-cbc-256 sha1 5", "chacha20-poly1305 sha384 31", "3des md5 2" };
	static const char *const esp[] = { "aes-gcm-128", "aes-gcm-256", "aes-cbc-128 sha1", "aes-cbc-256 sha256", "aes-cbc-192 sha384",
		"aes-cbc-128 sha512", "chacha20-poly1305", "3des md5" };

	for (unsigned i = 0; i < sizeof(ike) / sizeof(ike[0]); i++) {
		Sim sim{ i };
		Node &a = sim.node("192.0.2.1", "a.example.net", "key");
		Node &b = sim.node("192.0.2.2", "b.example.net", "key");

		for (Node *n : { &a, &b }) {
			n->w.set.ike.offer[0] = world_offer_ike(ike[i]);
			n->w.set.esp.offer[0] = world_offer_esp(esp[i]);
			sim.start(*n);
		}
		a.initiate(b);
		sim.run_for(1000);
		EXPECT_EQ(world_up_count(&a.w), 1u) << ike[i];
		EXPECT_EQ(world_up_count(&b.w), 1u) << ike[i];
		EXPECT_EQ(disagreement(a, b), "") << esp[i];
		EXPECT_EQ(sim.fault(), "");
	}
}

TEST_F(Pair, R_IKE_23_the_responders_order_of_proposals_wins)
{
	spoke.w.set.ike.count = 2;
	spoke.w.set.ike.offer[0] = world_offer_ike("aes-cbc-128 sha256 19");
	spoke.w.set.ike.offer[1] = world_offer_ike("aes-gcm-256 sha384 19");
	hub.w.set.ike.count = 2;
	hub.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha384 19");
	hub.w.set.ike.offer[1] = world_offer_ike("aes-cbc-128 sha256 19");
	start();
	connect();
	expect_up();
	EXPECT_STREQ(spoke.info(h).encr->keyword, "aes-gcm-256");
}

/* RFC7296-1.2-c RFC7296-3.4-d */
TEST_F(Pair, invalid_ke_payload_leads_to_the_other_group)
{
	spoke.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha256 31 19 14");
	hub.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha256 14 19");
	start();
	connect();
	expect_up();
	EXPECT_STREQ(spoke.info(h).group->keyword, "14");
	EXPECT_EQ(hub.stat(IKE_STAT_INVALID_KE), 1u);
}

/* RFC7296-2.2-a */
TEST_F(Pair, cookies_are_demanded_and_answered)
{
	struct ike_engine_config config = {};

	config.cookie_always = true;
	start(config);
	sim.record = true;
	connect();
	expect_up();
	EXPECT_EQ(sim.sent.size(), 6u);
	EXPECT_EQ(hub.stat(IKE_STAT_COOKIE_SENT), 1u);
	EXPECT_EQ(spoke.stat(IKE_STAT_COOKIE_ANSWERED), 1u);
}

/* RFC7296-2.6.1-a */
TEST_F(Pair, cookie_and_invalid_ke_payload_together)
{
	struct ike_engine_config config = {};

	config.cookie_always = true;
	spoke.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha256 31 19");
	hub.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha256 19");
	start(config);
	connect();
	expect_up();
	EXPECT_EQ(hub.stat(IKE_STAT_COOKIE_SENT), 1u) << "the new public value changes nothing that the cookie covers";
}

TEST_F(Pair, a_cookie_is_good_until_its_secret_was_changed_twice)
{
	struct ike_engine_config config = {};
	unsigned held = 0;
	Packet cookie = {};

	config.cookie_always = true;
	start(config);
	/* The cookie that the hub sends first comes late: the initiator's own repetitions must not help it. */
	sim.tap = [&](Packet &p) {
		if (addr_eq(&p.from.addr, &hub.addr) && held++ == 0) {
			cookie = p;
			return false;
		}
		return true;
	};
	connect(500);
	EXPECT_FALSE(mine()->up);
	sim.run_for(2000);
	expect_up();
}

TEST_F(Pair, answers_that_take_their_time)
{
	spoke.w.set.delay_ms = 700;
	hub.w.set.delay_ms = 1500; /* the initiator repeats IKE_AUTH meanwhile: it is neither answered twice nor too early */
	start();
	connect(10000);
	expect_up();
	EXPECT_GE(spoke.info(h).stats.retransmits, 1u);
	EXPECT_EQ(hub.w.ups, 1u);
}

/* RFC7296-2.8-f */
TEST_F(Pair, the_peer_is_answered_only_when_the_child_is_installed)
{
	bool answered = false;

	hub.w.set.delay_ms = 100;
	start();
	sim.tap = [&](Packet &p) {
		if (addr_eq(&p.from.addr, &hub.addr) && p.data[18] == IKE_X_IKE_AUTH) {
			answered = true;
			EXPECT_EQ(list_of(list_first(&hub.w.sessions), struct world_session, link)->child_count, 1u);
		}
		return true;
	};
	h = spoke.initiate(hub);
	sim.run_for(250);
	EXPECT_FALSE(answered);
	sim.run_for(1000);
	EXPECT_TRUE(answered);
	expect_up();
}

/* ---- configuration payload ---- */

/* RFC7296-3.15.1-a RFC7296-4-g RFC7296-4-h */
TEST_F(Pair, R_RTE_01_R_RTE_02_R_RTE_03_addresses_and_subnets_are_asked_for_and_given)
{
	spoke.w.set.want.want = IKE_WANT_IP4 | IKE_WANT_NETMASK | IKE_WANT_DNS4 | IKE_WANT_SUBNET4 | IKE_WANT_IP6 | IKE_WANT_SUBNET6;
	spoke.w.set.need_address = true;
	hub.w.set.reply_given = true;
	hub.w.set.reply.ip4 = address("10.0.0.10");
	hub.w.set.reply.ip4_mask_len = 24;
	hub.w.set.reply.ip6 = prefix("2001:db8::10/64");
	hub.w.set.reply.dns_count = 2;
	hub.w.set.reply.dns[0] = address("10.0.0.53");
	hub.w.set.reply.dns[1] = address("2001:db8::53");
	hub.w.set.reply.prefix_count = 3;
	hub.w.set.reply.prefix[0] = prefix("10.0.0.254/32");
	hub.w.set.reply.prefix[1] = prefix("192.168.0.0/16");
	hub.w.set.reply.prefix[2] = prefix("2001:db8:1::/48");
	start();
	connect();
	expect_up();
	struct world_child *c = list_of(list_first(&mine()->children), struct world_child, link);
	ASSERT_TRUE(c->config_given);
	EXPECT_TRUE(addr_eq(&c->config.ip4, &hub.w.set.reply.ip4));
	EXPECT_EQ(c->config.ip4_mask_len, 24);
	EXPECT_TRUE(addr_prefix_eq(&c->config.ip6, &hub.w.set.reply.ip6));
	ASSERT_EQ(c->config.dns_count, 2);
	EXPECT_TRUE(addr_eq(&c->config.dns[1], &hub.w.set.reply.dns[1]));
	ASSERT_EQ(c->config.prefix_count, 3);
	for (unsigned i = 0; i < 3; i++)
		EXPECT_TRUE(addr_prefix_eq(&c->config.prefix[i], &hub.w.set.reply.prefix[i]));
	EXPECT_EQ(c->config.dropped, 0);
	struct ike_sa_info i = spoke.info(h);
	EXPECT_TRUE(addr_eq(&i.assigned_ip4, &hub.w.set.reply.ip4));
}

TEST_F(Pair, R_RTE_04_R_RTE_19_the_initiators_prefixes_follow_in_cfg_set)
{
	spoke.w.set.routes.prefix_count = 2;
	spoke.w.set.routes.prefix[0] = prefix("192.168.1.0/24");
	spoke.w.set.routes.prefix[1] = prefix("2001:db8:2::/64");
	hub.w.set.reply_given = true;
	start();
	connect();
	expect_up();
	ASSERT_EQ(theirs()->set_count, 1u);
	ASSERT_EQ(theirs()->set.prefix_count, 2);
	EXPECT_TRUE(addr_prefix_eq(&theirs()->set.prefix[1], &spoke.w.set.routes.prefix[1]));
	EXPECT_TRUE(spoke.logged("config.ack") && spoke.logged("sent=2 accepted=2"));

	struct ike_config more = spoke.w.set.routes;
	more.prefix_count = 1;
	ike_engine_send_routes(spoke.w.engine, sim.now_ms, h, &more);
	sim.run_for(1000);
	EXPECT_EQ(theirs()->set_count, 2u);
	EXPECT_EQ(theirs()->set.prefix_count, 1);
}

/* RFC7296-3.15-b */
TEST_F(Pair, R_RTE_14_refused_prefixes_are_counted_and_not_acknowledged)
{
	spoke.w.set.routes.prefix_count = 1;
	spoke.w.set.routes.prefix[0] = prefix("192.168.1.0/24");
	hub.w.set.reply_given = true;
	hub.w.set.refuse_prefixes = true;
	start();
	connect();
	expect_up();
	EXPECT_TRUE(spoke.logged("sent=1 accepted=0"));
	EXPECT_EQ(hub.info(theirs()->handle).stats.prefixes_refused, 1u);
}

TEST_F(Pair, R_RTE_12_a_hub_without_authorization_takes_no_part_in_config_exchange)
{
	spoke.w.set.want.want = IKE_WANT_SUBNET4;
	spoke.w.set.routes.prefix_count = 1;
	spoke.w.set.routes.prefix[0] = prefix("192.168.1.0/24");
	start();
	connect();
	expect_up();
	EXPECT_EQ(theirs()->set_count, 0u);
	EXPECT_FALSE(list_of(list_first(&mine()->children), struct world_child, link)->config_given);
}

/* ---- selectors ---- */

TEST_F(Pair, selectors_are_narrowed_to_what_both_want)
{
	struct addr_prefix wide = prefix("10.0.0.0/8"), lan = prefix("10.1.0.0/16");

	hub.w.set.local[0] = ike_ts_of_prefix(&wide);
	hub.w.set.remote[0] = ike_ts_of_prefix(&lan);
	start();
	connect();
	expect_up();
	struct world_child *c = list_of(list_first(&mine()->children), struct world_child, link);
	EXPECT_TRUE(ike_ts_eq(&c->remote[0], &hub.w.set.local[0]));
	EXPECT_TRUE(ike_ts_eq(&c->local[0], &hub.w.set.remote[0]));
}

TEST_F(Pair, both_families_in_one_child)
{
	for (Node *n : { &spoke, &hub }) {
		n->w.set.local_count = n->w.set.remote_count = 2;
		n->w.set.local[1] = n->w.set.remote[1] = ike_ts_any(AF_INET6);
	}
	start();
	connect();
	expect_up();
	EXPECT_EQ(list_of(list_first(&mine()->children), struct world_child, link)->local_count, 2);
}

TEST_F(Pair, gre_meets_only_gre)
{
	struct addr_prefix a = addr_prefix_host(&spoke.addr), b = addr_prefix_host(&hub.addr);

	for (Node *n : { &spoke, &hub }) {
		n->w.set.local[0] = ike_ts_of_prefix(n == &spoke ? &a : &b);
		n->w.set.remote[0] = ike_ts_of_prefix(n == &spoke ? &b : &a);
		n->w.set.local[0].protocol = n->w.set.remote[0].protocol = 47;
	}
	start();
	connect();
	expect_up();
}

/* ---- NAT ---- */

/* RFC7296-2.11-a RFC7296-2.11-b RFC7296-2.23-d RFC7296-2.23-f */
TEST_F(Pair, R_IKE_26_behind_a_nat_both_float_to_port_4500_and_esp_travels_in_udp)
{
	spoke.nat = true;
	ASSERT_EQ(addr_parse("203.0.113.9", &spoke.nat_addr), ERR_OK);
	start();
	connect();
	expect_up();
	struct ike_sa_info i = spoke.info(h), r = hub.info(theirs()->handle);
	EXPECT_TRUE(i.nat_local && !i.nat_remote && i.udp_encap);
	EXPECT_TRUE(!r.nat_local && r.nat_remote && r.udp_encap);
	EXPECT_EQ(i.path.remote.port, 4500);
	EXPECT_TRUE(i.path.natt);
	EXPECT_EQ(r.path.remote.port, spoke.nat_base + 1);
	struct world_child *c = list_of(list_first(&theirs()->children), struct world_child, link);
	EXPECT_TRUE(c->udp_encap);
	EXPECT_EQ(c->path.remote.port, spoke.nat_base + 1);
}

/* RFC7296-2.23-c */
TEST_F(Pair, keepalives_are_sent_from_behind_the_nat_when_all_is_silent)
{
	spoke.nat = true;
	ASSERT_EQ(addr_parse("203.0.113.9", &spoke.nat_addr), ERR_OK);
	start();
	connect();
	sim.run_for(100 * 1000);
	EXPECT_GE(spoke.keepalives, 4u);
	EXPECT_LE(spoke.keepalives, 5u);
	EXPECT_EQ(hub.keepalives, 0u);
	for (int i = 0; i < 10; i++) {
		send_activity(spoke, h, UINT32_MAX, 0); /* packets of the child do as well */
		sim.run_for(10000);
	}
	EXPECT_LE(spoke.keepalives, 6u);
}

/* RFC7296-2.6-b RFC7296-2.23-b RFC7296-2.23-h */
TEST_F(Pair, a_new_mapping_of_the_nat_is_followed)
{
	spoke.nat = true;
	ASSERT_EQ(addr_parse("203.0.113.9", &spoke.nat_addr), ERR_OK);
	start();
	connect();
	spoke.nat_base = 50000;
	ike_engine_probe(spoke.w.engine, sim.now_ms, h);
	sim.run_for(1000);
	EXPECT_EQ(theirs()->moved, 1u);
	EXPECT_EQ(theirs()->path.remote.port, 50001);
	EXPECT_EQ(hub.info(theirs()->handle).path.remote.port, 50001);
	ike_engine_probe(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(1000);
	EXPECT_TRUE(mine()->up);
	EXPECT_TRUE(theirs()->up);

	spoke.nat_base = 51000;
	struct addr_port moved = { spoke.nat_addr, 51001 };
	ike_engine_moved(hub.w.engine, sim.now_ms, theirs()->handle, &moved);
	ike_engine_probe(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(10000);
	EXPECT_TRUE(theirs()->up) << "ESP told of the move";
}

TEST_F(Pair, udp_encapsulation_can_be_forced)
{
	spoke.w.set.force_udp = true;
	start();
	connect();
	expect_up();
	EXPECT_TRUE(theirs()->udp_encap);
}

/* ---- going down ---- */

/* RFC7296-1.4.1-g */
TEST_F(Pair, the_initiator_deletes)
{
	start();
	connect();
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	EXPECT_TRUE(mine()->over) << "for the world it is over at once";
	EXPECT_EQ(mine()->why, IKE_DOWN_DELETED);
	sim.run_for(1000);
	EXPECT_EQ(hub.w.downs, 1u);
	sim.run_for(20000);
	expect_nothing_left();
}

/* RFC7296-1.4.1-g */
TEST_F(Pair, the_responder_deletes)
{
	start();
	connect();
	ike_engine_delete(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(1000);
	EXPECT_TRUE(mine()->over);
	EXPECT_EQ(mine()->why, IKE_DOWN_PEER_DELETED);
	sim.run_for(20000);
	expect_nothing_left();
}

TEST_F(Pair, who_has_lost_the_sa_is_told_once)
{
	start();
	connect();
	spoke.dead = true;
	sim.record = true;
	sim.sent.clear();
	ike_engine_abandon(hub.w.engine, sim.now_ms, theirs()->handle);
	EXPECT_EQ(hub.w.downs, 1u);
	sim.run_for(2000);
	EXPECT_EQ(sim.sent.size(), 1u);
	spoke.dead = false;
	ike_engine_abandon(spoke.w.engine, sim.now_ms, h);
	sim.run_for(2000);
	expect_nothing_left();
}

/* RFC7296-1.4.1-g */
TEST_F(Pair, both_delete_at_once)
{
	start();
	connect();
	ike_engine_delete(hub.w.engine, sim.now_ms, theirs()->handle);
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(30000);
	expect_nothing_left();
}

TEST_F(Pair, an_order_to_delete_is_kept_while_ike_auth_is_under_way)
{
	start();
	h = spoke.initiate(hub);
	sim.run_for(10);
	EXPECT_STREQ(spoke.info(h).state, "I_AUTH");
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	EXPECT_TRUE(mine()->over);
	sim.run_for(30000);
	EXPECT_EQ(hub.w.ups, 1u) << "the responder had answered";
	EXPECT_EQ(hub.w.downs, 1u);
	expect_nothing_left();
}

/* RFC7296-1.4.1-c */
TEST_F(Pair, a_child_is_deleted_and_the_ike_sa_follows_if_no_other_comes)
{
	start();
	connect();
	uint32_t spi = list_of(list_first(&mine()->children), struct world_child, link)->spi_in;
	ike_engine_delete_child(spoke.w.engine, sim.now_ms, h, spi);
	EXPECT_EQ(mine()->child_downs, 1u);
	sim.run_for(1000);
	EXPECT_EQ(theirs()->child_downs, 1u);
	EXPECT_STREQ(spoke.info(h).state, "CHILDLESS");
	sim.run_for(60000);
	EXPECT_EQ(mine()->why, IKE_DOWN_NO_CHILD);
	expect_nothing_left();
}

TEST_F(Pair, the_lifetime_ends_what_cant_be_rekeyed)
{
	spoke.w.set.lifetime_s = 120;
	start();
	connect();
	spoke.w.set.policy_err = ERR_ABSENT;
	sim.run_for(119 * 1000);
	EXPECT_TRUE(mine()->up);
	sim.run_for(30 * 1000);
	EXPECT_EQ(mine()->why, IKE_DOWN_LIFETIME);
	expect_nothing_left();
}

TEST_F(Pair, ending_an_engine_tells_its_world)
{
	start();
	connect();
	world_fini(&hub.w);
	EXPECT_EQ(hub.w.downs, 1u);
	EXPECT_STREQ(hub.w.fault, "");
	sim.nodes.pop_back();
}

/* ---- liveness ---- */

/* RFC7296-2.1-f RFC7296-2.4-b */
TEST_F(Pair, R_IKE_22_on_demand_probes_only_unanswered_traffic_and_ends_in_time)
{
	spoke.w.set.dpd = { 10, 2, false };
	start();
	connect();
	sim.run_for(300 * 1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_PROBE), 0u) << "no traffic, no probe";
	send_activity(spoke, h, 0, 0);
	sim.run_for(20 * 1000);
	send_activity(spoke, h, 20 * 1000, 0);
	sim.run_for(1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_PROBE), 1u) << "out, and nothing in for the interval";
	EXPECT_TRUE(mine()->up);

	hub.dead = true;
	uint64_t died_ms = sim.now_ms;
	send_activity(spoke, h, 1, 0);
	while (mine()->up && sim.now_ms < died_ms + 60 * 1000) {
		sim.run_for(1000);
		send_activity(spoke, h, static_cast<uint32_t>(sim.now_ms - died_ms), 0);
	}
	EXPECT_EQ(mine()->why, IKE_DOWN_DEAD_PEER);
	EXPECT_LE(sim.now_ms - died_ms, (10 + 2 * 5 + 1) * 1000u);
	EXPECT_GE(sim.now_ms - died_ms, 19 * 1000u);
	hub.dead = false;
	ike_engine_delete(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(100 * 1000);
	expect_nothing_left();
}

/* RFC7296-1.4-b */
TEST_F(Pair, R_IKE_22_periodic_probes_whenever_the_peer_is_silent)
{
	spoke.w.set.dpd = { 10, 2, true };
	start();
	connect();
	sim.run_for(105 * 1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_PROBE), 10u);
	EXPECT_TRUE(mine()->up);
	hub.dead = true;
	sim.run_for(25 * 1000);
	EXPECT_EQ(mine()->why, IKE_DOWN_DEAD_PEER);
}

/* RFC7296-2.3-b */
TEST_F(Pair, liveness_works_both_ways)
{
	start();
	connect();
	ike_engine_probe(hub.w.engine, sim.now_ms, theirs()->handle);
	ike_engine_probe(spoke.w.engine, sim.now_ms, h);
	sim.run_for(1000);
	EXPECT_EQ(hub.info(theirs()->handle).msgid_tx, 1u);
	EXPECT_EQ(spoke.info(h).msgid_tx, 3u);
	expect_up();
}

/* The peer has restarted without memory: its INVALID_IKE_SPI cuts short the wait for an answer that won't come. */
/* RFC7296-1.5-c */
TEST_F(Pair, invalid_ike_spi_is_a_hint_that_finds_out_a_restarted_peer)
{
	spoke.w.set.dpd = { 10, 10, true };
	start();
	connect();
	hub.dead = true; /* nobody hears it */
	ike_engine_delete(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(5000);
	struct ike_engine_config config = {};
	world_fini(&hub.w);
	sim.start(hub, config);
	hub.dead = false;
	sim.run_for(10000);
	EXPECT_EQ(mine()->why, IKE_DOWN_DEAD_PEER) << "10 s to the probe, 3 s to the end, where 5 * 10 s was the pace";
	EXPECT_GE(hub.stat(IKE_STAT_RX_UNKNOWN_SPI), 1u);
	EXPECT_EQ(spoke.stat(IKE_STAT_HINT), 1u);
}

TEST_F(Pair, esp_of_an_unknown_spi_is_told_and_taken_as_a_hint)
{
	start();
	connect();
	uint32_t spi_out = list_of(list_first(&spoke.w.sessions), struct world_session, link) == mine()
				   ? list_of(list_first(&mine()->children), struct world_child, link)->spi_out
				   : 0;
	struct ike_path back = hub.to(spoke);

	ike_engine_unknown_spi(hub.w.engine, sim.now_ms, &back, spi_out);
	sim.run_for(1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_HINT), 1u);
	EXPECT_EQ(spoke.stat(IKE_STAT_PROBE), 1u);
	EXPECT_TRUE(mine()->up) << "the hub answers: a hint isn't believed";

	hub.dead = true;
	sim.now_ms += 1;
	hub.dead = false;
	ike_engine_unknown_spi(hub.w.engine, sim.now_ms, &back, spi_out);
	sim.run_for(2);
	hub.dead = true;
	sim.run_for(4000);
	EXPECT_EQ(mine()->why, IKE_DOWN_DEAD_PEER) << "found out within seconds";
}

/* RFC7296-1.5-c RFC7296-2.4-c */
TEST_F(Pair, unprotected_notifies_are_sent_at_a_limited_rate)
{
	struct ike_path back;

	start();
	back = hub.to(spoke);
	sim.record = true;
	for (uint32_t i = 0; i < 1000; i++)
		ike_engine_unknown_spi(hub.w.engine, sim.now_ms, &back, 0x2000 + i);
	EXPECT_EQ(sim.sent.size(), 10u);
	EXPECT_EQ(hub.stat(IKE_STAT_NOTIFY_LIMITED), 990u);
}

/* RFC7296-2.4-f */
TEST_F(Pair, initial_contact_reaches_the_world)
{
	spoke.w.set.initial_contact = true;
	start();
	connect();
	expect_up();
	EXPECT_TRUE(theirs()->initial_contact);
}

TEST_F(Pair, ipv6_between_the_peers)
{
	ASSERT_EQ(addr_parse("2001:db8::1", &spoke.addr), ERR_OK);
	ASSERT_EQ(addr_parse("2001:db8::2", &hub.addr), ERR_OK);
	start();
	connect();
	expect_up();
}

TEST_F(Pair, stale_handles_are_dropped_and_counted)
{
	struct ike_proof proof = {};
	struct ike_grant grant = {};

	start();
	connect();
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(20000);
	uint64_t before = spoke.stat(IKE_STAT_STALE);
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	ike_engine_probe(spoke.w.engine, sim.now_ms, h);
	ike_engine_authenticated(spoke.w.engine, sim.now_ms, h, &proof);
	ike_engine_authorized(spoke.w.engine, sim.now_ms, h, &grant);
	ike_engine_installed(spoke.w.engine, sim.now_ms, h, 1, ERR_OK);
	EXPECT_EQ(spoke.stat(IKE_STAT_STALE), before + 5);
	struct ike_sa_info i;
	EXPECT_EQ(ike_engine_info(spoke.w.engine, h, &i), ERR_STALE);
	expect_nothing_left();
}
