/* RFC 5723 between engines: tickets, IKE_SESSION_RESUME, and every way back to a full exchange. */
#include <cstring>

#include "ike/ability.h"
#include "by_hand.h"
#include "draft.h"
#include "ike/core.h"
#include "ike/keying/suite.h"
#include "ike/wire/id.h"

namespace
{

class Resume : public ByHand
{
      protected:
	void SetUp() override
	{
		spoke.w.set.resumption = true;
		hub.w.set.ticket_s = 3600;
		spoke.w.set.dpd = { .interval_s = 10, .retry_s = 2, .periodic = true };
		sim.record = true;
	}
	/* The spoke finds out that the path is dead; the hub doesn't. */
	void lose()
	{
		sim.tap = [](Packet &) { return false; };
		sim.run_for(60 * 1000);
		EXPECT_EQ(mine()->why, IKE_DOWN_DEAD_PEER);
		sim.tap = nullptr;
		sim.sent.clear();
	}
	void bring_up(const struct ike_engine_config &config = {})
	{
		start(config);
		connect();
		expect_up();
		ASSERT_NE(spoke.w.pass.len, 0u);
	}
	unsigned count(uint8_t exchange, bool to_hub = true)
	{
		unsigned n = 0;

		for (const Packet &p : sim.sent)
			n += p.data.size() > 28 && p.data[18] == exchange && addr_eq(&p.to.addr, to_hub ? &hub.addr : &spoke.addr);
		return n;
	}
	/* The first message of 'exchange' to the hub. */
	Packet first(uint8_t exchange)
	{
		for (const Packet &p : sim.sent)
			if (p.data.size() > 28 && p.data[18] == exchange && addr_eq(&p.to.addr, &hub.addr))
				return p;
		ADD_FAILURE() << "none";
		return {};
	}
	void expect_resumed()
	{
		expect_up();
		EXPECT_TRUE(spoke.info(h).resumed);
		EXPECT_TRUE(hub.info(theirs()->handle).resumed);
		EXPECT_EQ(count(IKE_X_IKE_SA_INIT), 0u);
	}
	/* By a full exchange; the hub's old session is its world's matter. */
	void expect_anew()
	{
		EXPECT_TRUE(mine()->up);
		EXPECT_EQ(lonely(spoke, hub), "");
		EXPECT_FALSE(spoke.info(h).resumed);
	}
	/* The full exchange that came of it all. */
	void expect_full(enum ike_stat why)
	{
		expect_anew();
		EXPECT_EQ(hub.stat(why), 1u);
		EXPECT_EQ(spoke.stat(IKE_STAT_RESUME_VAIN), 1u);
		EXPECT_GE(count(IKE_X_IKE_SESSION_RESUME), 1u);
		EXPECT_GE(count(IKE_X_IKE_SA_INIT), 1u);
		EXPECT_NE(spoke.w.pass.len, 0u) << "and another ticket";
	}
};

uint16_t answered_by(const Packet &p)
{
	struct ike_msg m;
	struct ike_notify n = {};

	EXPECT_EQ(ike_msg_parse(bytes_of(p.data.data(), p.data.size()), &m), ERR_OK);
	return ike_msg_notify(&m, IKE_N_TICKET_NACK, &n) ? n.type : 0;
}

void put(struct ike_build &b, uint16_t type)
{
	ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), type, bytes_of(nullptr, 0));
}

} // namespace

/* RFC5723-4.1-a, RFC5723-4.1-b, RFC5723-4.2-a, RFC5723-7-a */
TEST_F(Resume, RFC5723_4_1_a_ticket_comes_with_IKE_AUTH_and_says_how_long)
{
	bring_up();
	EXPECT_EQ(hub.stat(IKE_STAT_TICKET_SENT), 1u);
	EXPECT_EQ(spoke.stat(IKE_STAT_TICKET_GOT), 1u);
	EXPECT_LE(spoke.info(h).ticket_s, 3600u);
	EXPECT_GT(spoke.info(h).ticket_s, 3590u);
	EXPECT_GT(hub.info(theirs()->handle).ticket_s, 3590u);
}

/* RFC5723-4.3.2-a, RFC5723-4.3.3-a, RFC5723-8.4-a, RFC5723-4.3.4-a, RFC5723-5-a, RFC5723-5-d */
TEST_F(Resume, RFC5723_4_3_a_lost_session_comes_back_in_two_round_trips)
{
	bring_up();
	struct slab_handle old = theirs()->handle;
	lose();
	uint64_t made = hub.w.agreed + spoke.w.agreed;
	connect(100);
	expect_resumed();
	EXPECT_EQ(sim.sent.size(), 4u) << "IKE_SESSION_RESUME and IKE_AUTH: the old SA goes without a word";
	EXPECT_EQ(hub.w.agreed + spoke.w.agreed, made) << "no key exchange";
	EXPECT_TRUE(theirs()->resumed && theirs()->former);
	EXPECT_TRUE(world_find(&hub.w, old)->over);
	EXPECT_EQ(world_find(&hub.w, old)->why, IKE_DOWN_REPLACED);
	EXPECT_EQ(spoke.info(h).msgid_tx, 2u);
	EXPECT_EQ(hub.stat(IKE_STAT_RESUMED), 1u);
	EXPECT_EQ(spoke.stat(IKE_STAT_RESUMED), 1u);
	EXPECT_EQ(spoke.info(h).auth_remote, IKE_AUTH_PSK);
	EXPECT_EQ(spoke.w.passes, 2u) << "a new ticket, at once";
	for (int i = 0; i < 3; i++) { /* and again with that one */
		lose();
		connect(100);
		expect_resumed();
	}
	EXPECT_EQ(hub.stat(IKE_STAT_RESUMED), 4u);
}

/* RFC5723-5.1-a: known answers, made with Python's hmac. */
TEST(ResumeKeys, RFC5723_5_1_keys_and_AUTH_known_answers)
{
	struct crypto *c = nullptr;
	struct ike_suite suite = {};
	uint8_t sk_d[32], ni[16], nr[24], auth[CRYPTO_DIGEST_MAX];
	struct ike_keys_seed seed = {};
	struct secret keys = {};
	struct ike_id id = { IKE_ID_FQDN, bytes_str("spoke.example.net") };
	struct ike_keys_signed what = {};

	ASSERT_EQ(crypto_new(&c), ERR_OK);
	suite.encr = crypto_alg_named(CRYPTO_ENCR, "aes-gcm-256");
	suite.prf = crypto_alg_named(CRYPTO_PRF, "sha256");
	memset(sk_d, 0x11, sizeof(sk_d));
	memset(ni, 0x22, sizeof(ni));
	memset(nr, 0x33, sizeof(nr));
	seed.ni = bytes_of(ni, sizeof(ni));
	seed.nr = bytes_of(nr, sizeof(nr));
	seed.spi_i = UINT64_C(0x0102030405060708);
	seed.spi_r = UINT64_C(0x1112131415161718);
	ASSERT_EQ(ike_keys_resume(c, &suite, bytes_of(sk_d, sizeof(sk_d)), &seed, &keys), ERR_OK);
	auto hex = [](struct bytes b) {
		std::string s;
		char two[3];

		for (size_t i = 0; i < b.len; i++) {
			snprintf(two, sizeof(two), "%02x", b.data[i]);
			s += two;
		}
		return s;
	};
	EXPECT_EQ(hex(ike_keys_view(&suite, &keys, IKE_SK_D)), "714efe5258b8eac971c99d5a1be8b0ccdd1f6b6af179eb84e3e33905e36a580c");
	EXPECT_EQ(hex(ike_keys_view(&suite, &keys, IKE_SK_EI)), "2c63285674c856b3d71f2137ed4ea38eb500da69ce7df3c5c7ae97adc4317f666dce41a8");
	EXPECT_EQ(hex(ike_keys_view(&suite, &keys, IKE_SK_PI)), "d62dacab01ae6e82841a7056bfc184e087b2a963a2b52b123fbc49c52c10320d");
	EXPECT_EQ(hex(ike_keys_view(&suite, &keys, IKE_SK_PR)), "70736c7bd693e94b887b2440311689606da04b24ea0860130ef13cfbaf3cb8ad");
	what.initiator = true;
	what.message = bytes_str("the request");
	what.nonce = seed.nr;
	what.id = &id;
	ASSERT_EQ(ike_keys_auth_resumed(c, &suite, &keys, &what, auth), ERR_OK);
	EXPECT_EQ(hex(bytes_of(auth, 32)), "136963e8f724abbb2b42ab379d285328bc91eba1aa959625c383dfc77fe558bd");
	secret_fini(&keys);
	crypto_free(c);
}

/* RFC5723-4.3.2-b, RFC5723-4.3.1-b */
TEST_F(Resume, a_ticket_is_taken_once)
{
	bring_up();
	lose();
	connect(100);
	expect_resumed();
	Packet again = first(IKE_X_IKE_SESSION_RESUME);
	std::vector<uint8_t> request = again.data;

	again.data[0] ^= 1; /* of another SPI: else it is a repetition */
	again.due_ms = sim.now_ms;
	sim.inject(again);
	sim.run_for(100);
	EXPECT_EQ(hub.stat(IKE_STAT_RESUME_SPENT), 1u);
	EXPECT_EQ(answered_by(sim.sent.back()), IKE_N_TICKET_NACK);
	EXPECT_EQ(hub.stat(IKE_STAT_RESUMED), 1u);
	expect_up();
}

/* Two requests with one ticket, before either is proved: one SA comes of it. */
TEST_F(Resume, a_ticket_that_is_under_way_twice_is_good_for_one)
{
	bring_up();
	lose();
	std::vector<uint8_t> pass(spoke.w.pass.data, spoke.w.pass.data + spoke.w.pass.len);

	hub.w.set.delay_ms = 200;
	h = spoke.initiate(hub);
	sim.run_for(50);
	struct slab_handle h2 = spoke.initiate(hub);
	sim.run_for(3000);
	EXPECT_TRUE(world_find(&spoke.w, h)->up);
	EXPECT_FALSE(world_find(&spoke.w, h2)->up);
	EXPECT_EQ(world_find(&spoke.w, h2)->why, IKE_DOWN_AUTH);
	EXPECT_EQ(hub.stat(IKE_STAT_RESUMED), 1u);
	EXPECT_TRUE(hub.logged("why=ticket-spent"));
}

/* RFC5723-4.3.2-c: the gateway's process is another one, its keys are gone. */
TEST_F(Resume, RFC5723_4_3_2_a_gateway_that_was_restarted_refuses_and_the_attempt_goes_on)
{
	bring_up();
	lose();
	world_fini(&hub.w);
	sim.start(hub);
	connect(200);
	expect_full(IKE_STAT_RESUME_FOREIGN);
}

TEST_F(Resume, a_ticket_of_another_policy_is_refused)
{
	bring_up();
	lose();
	hub.w.set.ticket_memo = "another one";
	connect(200);
	expect_full(IKE_STAT_RESUME_CHANGED);
}

TEST_F(Resume, a_ticket_whose_algorithms_are_no_longer_offered_is_refused)
{
	bring_up();
	lose();
	hub.w.set.ike.offer[0] = world_offer_ike("aes-cbc-128 sha256 19");
	spoke.w.set.ike.offer[1] = hub.w.set.ike.offer[0];
	spoke.w.set.ike.count = 2;
	connect(300);
	expect_full(IKE_STAT_RESUME_CHANGED);
}

TEST_F(Resume, a_tampered_ticket_is_refused)
{
	bring_up();
	lose();
	spoke.w.pass.data[spoke.w.pass.len - 1] ^= 1; /* the ICV's end */
	connect(200);
	expect_full(IKE_STAT_RESUME_FOREIGN);
}

/* RFC5723-4.3.1-a */
TEST_F(Resume, RFC5723_4_3_1_an_expired_ticket_is_not_presented)
{
	hub.w.set.ticket_s = 120;
	bring_up();
	lose();
	spoke.w.pass_until_ms = UINT64_MAX; /* the world forgot to look */
	sim.run_for(120 * 1000);
	sim.sent.clear();
	connect(200);
	expect_anew();
	EXPECT_EQ(count(IKE_X_IKE_SESSION_RESUME), 0u);
}

/* RFC5723-6.2-a: the spoke's clock is wrong, or it lies. */
TEST_F(Resume, an_expired_ticket_is_refused)
{
	hub.w.set.ticket_s = 120;
	bring_up();
	lose();
	memset(spoke.w.pass.data + 3, 0xff, 7); /* expires_ms of its own */
	spoke.w.pass_until_ms = UINT64_MAX;
	sim.run_for(120 * 1000);
	sim.sent.clear();
	connect(200);
	expect_full(IKE_STAT_RESUME_EXPIRED);
}

/* The other way back: nobody answers IKE_SESSION_RESUME. */
TEST_F(Resume, who_is_silent_gets_a_full_exchange)
{
	bring_up();
	lose();
	sim.tap = [](Packet &p) { return p.data[18] != IKE_X_IKE_SESSION_RESUME; };
	connect(20 * 1000);
	expect_anew();
	EXPECT_EQ(count(IKE_X_IKE_SESSION_RESUME), 3u);
	EXPECT_EQ(spoke.stat(IKE_STAT_RESUME_VAIN), 1u);
}

/* The path stays dead over several attempts: the ticket is kept, for it wasn't used. */
TEST_F(Resume, a_ticket_outlives_attempts_that_reach_nobody)
{
	bring_up();
	lose();
	sim.tap = [](Packet &) { return false; };
	for (int i = 0; i < 2; i++) {
		connect(80 * 1000);
		EXPECT_EQ(mine()->why, IKE_DOWN_TIMEOUT);
		EXPECT_NE(spoke.w.pass.len, 0u);
	}
	sim.tap = nullptr;
	sim.sent.clear();
	connect(100);
	expect_resumed();
}

/* RFC5723-6.4-a, RFC5723-4.3.2-e */
TEST_F(Resume, RFC5723_6_4_a_session_that_is_deleted_by_either_is_not_resumed)
{
	bring_up();
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(100);
	EXPECT_EQ(spoke.w.pass.len, 0u);
	connect();
	struct secret kept = {};
	ASSERT_EQ(secret_set(&kept, secret_view(&spoke.w.pass)), ERR_OK);
	ike_engine_delete(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(100);
	EXPECT_EQ(spoke.w.pass.len, 0u);
	secret_take(&spoke.w.pass, &kept); /* a client that doesn't keep to it */
	sim.sent.clear();
	connect(200);
	expect_full(IKE_STAT_RESUME_SPENT);
}

/* RFC5723-6.4-b */
TEST_F(Resume, RFC5723_6_4_new_keys_take_the_ticket_away_and_bring_another)
{
	bring_up();
	struct secret before = {};
	ASSERT_EQ(secret_set(&before, secret_view(&spoke.w.pass)), ERR_OK);
	for (Node *n : { &spoke, &hub }) { /* whoever rekeys */
		ike_engine_rekey(n->w.engine, sim.now_ms, n == &spoke ? h : theirs()->handle);
		sim.run_for(1000);
	}
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY), 2u);
	EXPECT_EQ(spoke.w.passes, 3u);
	EXPECT_EQ(hub.stat(IKE_STAT_TICKET_SENT), 3u);
	struct secret after = {};
	secret_take(&after, &spoke.w.pass);
	lose();
	ASSERT_EQ(secret_set(&spoke.w.pass, secret_view(&before)), ERR_OK);
	connect(200);
	expect_full(IKE_STAT_RESUME_SPENT);
	secret_fini(&before);
	secret_fini(&after);
}

TEST_F(Resume, after_the_gateway_rekeyed_the_new_ticket_is_good)
{
	bring_up();
	ike_engine_rekey(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(1000);
	lose();
	connect(100);
	expect_resumed();
	EXPECT_TRUE(theirs()->former);
}

/* RFC5723-4.2-b: before its end the ticket is changed for another, in INFORMATIONAL. */
TEST_F(Resume, RFC5723_4_1_a_ticket_that_ages_is_renewed)
{
	hub.w.set.ticket_s = 600;
	bring_up();
	sim.run_for(600 * 1000);
	EXPECT_EQ(spoke.w.passes, 2u);
	EXPECT_GT(spoke.w.pass_until_ms, sim.now_ms);
	lose();
	connect(100);
	expect_resumed();
}

/* RFC5723-4.1-b */
TEST_F(Resume, RFC5723_4_1_a_gateway_without_tickets_says_so)
{
	hub.w.set.ticket_s = 0;
	start();
	connect();
	expect_up();
	EXPECT_EQ(hub.stat(IKE_STAT_TICKET_DENIED), 1u);
	EXPECT_EQ(spoke.w.passes, 0u);
	EXPECT_EQ(spoke.info(h).ticket_s, 0u);
}

TEST_F(Resume, who_does_not_ask_gets_none)
{
	spoke.w.set.resumption = false;
	start();
	connect();
	expect_up();
	EXPECT_EQ(hub.stat(IKE_STAT_TICKET_SENT) + hub.stat(IKE_STAT_TICKET_DENIED), 0u);
}

/* RFC5723-4.3.2-d, RFC5723-8.3-a */
TEST_F(Resume, RFC5723_4_3_2_with_a_cookie)
{
	struct ike_engine_config config = {};

	config.cookie_always = true;
	bring_up(config);
	lose();
	connect(200);
	expect_resumed();
	EXPECT_EQ(count(IKE_X_IKE_SESSION_RESUME), 2u);
	EXPECT_GE(spoke.stat(IKE_STAT_COOKIE_ANSWERED), 2u);
}

/* RFC5723-8.3-a: a flood of tickets opens no more half-open SAs than one of IKE_SA_INIT. */
TEST_F(Resume, half_open_limits_hold_for_tickets_too)
{
	struct ike_engine_config config = {};
	struct ike_stats stats;

	config.source = { 0, 0, 4 };
	config.cookie_threshold = UINT32_MAX;
	bring_up(config);
	lose();
	h = spoke.initiate(hub);
	Packet p = first(IKE_X_IKE_SESSION_RESUME);
	sim.tap = [](Packet &q) { return q.data[18] != IKE_X_IKE_AUTH; };
	for (uint8_t i = 1; i < 20; i++) {
		Packet q = p;

		q.data[1] ^= i;
		q.due_ms = sim.now_ms;
		sim.inject(q);
	}
	sim.run_for(100);
	ike_engine_stats(hub.w.engine, &stats);
	EXPECT_EQ(stats.half_open, 4u);
	EXPECT_EQ(hub.stat(IKE_STAT_SOURCE_FULL), 16u);
	sim.run_for(120 * 1000);
	ike_engine_stats(hub.w.engine, &stats);
	EXPECT_EQ(stats.half_open, 0u);
}

/* Loss and duplication: however it comes, one session comes of it. */
TEST_F(Resume, over_a_network_that_loses_and_doubles)
{
	sim.dup = 20;
	sim.delay_max_ms = 50;
	bring_up();
	for (int i = 0; i < 20; i++) {
		lose();
		sim.loss = 25;
		connect(80 * 1000);
		sim.loss = 0;
		sim.run_for(2000);
		ASSERT_TRUE(mine()->up || mine()->over);
		if (mine()->over)
			connect(2000);
		expect_up();
	}
	EXPECT_GE(hub.stat(IKE_STAT_RESUMED), 10u);
}

/* RFC5723-6.4-c: however often it is resumed, the first authentication's end stands. */
TEST_F(Resume, RFC4478_a_resumed_session_does_not_outlive_its_authentication)
{
	hub.w.set.auth_lifetime_s = 900;
	bring_up();
	EXPECT_LE(spoke.info(h).ticket_s, 900u);
	uint64_t until = sim.now_ms + 900 * 1000;
	for (int i = 0; i < 3; i++) {
		sim.run_for(60 * 1000);
		lose();
		connect(100);
		expect_resumed();
	}
	EXPECT_LE(spoke.info(h).ticket_s, (until - sim.now_ms) / 1000);
	struct slab_handle last = h;
	spoke.dead = true;
	sim.run_for(until - sim.now_ms + 1000);
	EXPECT_EQ(world_up_count(&hub.w), 0u);
	(void)last;
}

TEST_F(Resume, a_world_that_knows_how_long_a_proof_is_good_bounds_it)
{
	hub.w.set.ticket_good_s = 300;
	bring_up();
	EXPECT_LE(spoke.info(h).ticket_s, 300u);
	lose();
	connect(100);
	expect_resumed();
	uint64_t up = sim.now_ms;
	spoke.dead = true;
	sim.run_for(300 * 1000);
	EXPECT_EQ(world_up_count(&hub.w), 0u);
	EXPECT_GE(sim.now_ms, up);
}

/* RFC5723-4.3.3-b, RFC5723-4.3.3-c: IDi must be the ticket's. */
TEST_F(Resume, RFC5723_4_3_3_another_identity_has_no_use_for_a_ticket)
{
	bring_up();
	lose();
	spoke.w.set.id = "other.example.net";
	connect(200);
	expect_anew();
	EXPECT_EQ(count(IKE_X_IKE_SESSION_RESUME), 0u);
}

TEST_F(Resume, a_gateway_that_is_wanted_by_another_name_is_not_resumed_with)
{
	bring_up();
	lose();
	spoke.w.set.wanted_id = "hub2.example.net";
	hub.w.set.id = "hub2.example.net";
	connect(200);
	expect_anew();
}

/* RFC5723-5-b: what is resumed is what was negotiated once; a childless IKE_AUTH, MOBIKE and fragments are of the new exchange. */
TEST_F(Resume, RFC5723_5_abilities_are_of_the_new_exchange)
{
	struct ike_engine_config config = {};

	config.abilities = 1u << IKE_CAN_FRAGMENTATION | 1u << IKE_CAN_MOBIKE | 1u << IKE_CAN_CHILDLESS | 1u << IKE_CAN_INTERMEDIATE;
	spoke.w.set.mobike = hub.w.set.mobike = spoke.w.set.childless = true;
	bring_up(config);
	uint16_t agreed = spoke.info(h).agreed;
	lose();
	connect(200);
	expect_resumed();
	EXPECT_EQ(spoke.info(h).agreed & ~(1u << IKE_CAN_INTERMEDIATE), agreed & ~(1u << IKE_CAN_INTERMEDIATE));
	EXPECT_NE(agreed & 1u << IKE_CAN_CHILDLESS, 0);
}

/* RFC8784: SK_d has the key in it, so what comes of it has it too, and no exchange names it. */
TEST_F(Resume, RFC8784_a_post_quantum_key_stays_in_the_keys)
{
	struct ike_engine_config config = {};

	config.abilities = 1u << IKE_CAN_PPK;
	for (Node *n : { &spoke, &hub }) {
		n->w.set.ppk = "a post-quantum preshared key";
		n->w.set.ppk_id = "\002ppk";
		n->w.set.ppk_required = true;
	}
	bring_up(config);
	EXPECT_TRUE(spoke.info(h).ppk);
	lose();
	connect(200);
	expect_resumed();
	EXPECT_TRUE(spoke.info(h).ppk);
	EXPECT_TRUE(hub.info(theirs()->handle).ppk);
	EXPECT_EQ(spoke.stat(IKE_STAT_PPK), 1u);
}

/* Behind a NAT, from another address: the ticket isn't bound to a place (RFC5723-5 note 3). */
TEST_F(Resume, from_behind_a_NAT)
{
	bring_up();
	lose();
	spoke.nat = true;
	ASSERT_EQ(addr_parse("192.0.2.77", &spoke.nat_addr), ERR_OK);
	connect(300);
	expect_up();
	EXPECT_TRUE(spoke.info(h).resumed);
	EXPECT_TRUE(spoke.info(h).udp_encap);
}

/* A forged refusal costs a full exchange, and no more. */
TEST_F(Resume, a_forged_TICKET_NACK_leads_to_a_full_exchange)
{
	unsigned forged = 0;

	bring_up();
	lose();
	sim.tap = [&](Packet &p) {
		if (p.data[18] == IKE_X_IKE_SESSION_RESUME && addr_eq(&p.to.addr, &spoke.addr) && forged++ == 0) {
			static const uint8_t nack[] = { 0, 0, 0, 8, 0, 0, 0x40, 0x1c };

			p.data.resize(28);
			p.data[16] = IKE_P_NOTIFY;
			p.data[27] = 36;
			p.data[24] = p.data[25] = p.data[26] = 0;
			p.data.insert(p.data.end(), nack, nack + sizeof(nack));
		}
		return true;
	};
	connect(500);
	expect_anew();
	EXPECT_EQ(spoke.stat(IKE_STAT_RESUME_VAIN), 1u);
	sim.run_for(40 * 1000); /* the one that was half-open goes */
	struct ike_stats stats;
	ike_engine_stats(hub.w.engine, &stats);
	EXPECT_EQ(stats.half_open, 0u);
}

/* An SA of a resumption that is abandoned on its way, in each state. */
TEST_F(Resume, deleted_on_the_way)
{
	bring_up();
	for (uint64_t ms : { 0, 3, 7, 12, 17 }) {
		lose();
		h = spoke.initiate(hub);
		sim.run_for(ms);
		ike_engine_delete(spoke.w.engine, sim.now_ms, h);
		sim.run_for(40 * 1000);
		EXPECT_TRUE(mine()->over);
		connect();
		expect_up();
	}
}

/* RFC5723-4.1-a, RFC5723-4.1-d, RFC5723-7-a */
TEST_F(Resume, RFC5723_4_1_a_request_in_INFORMATIONAL_and_one_along_with_new_keys)
{
	struct ike_build b;
	struct ike_notify n = {};
	struct ike_proposals list = {};
	struct ike_msg first_msg;

	spoke.w.set.resumption = false;
	up();
	begin(b, IKE_X_INFORMATIONAL);
	put(b, IKE_N_TICKET_REQUEST);
	ask(b);
	ASSERT_TRUE(ike_msg_notify(&msg, IKE_N_TICKET_LT_OPAQUE, &n));
	struct rd r = rd_of(n.data);
	EXPECT_EQ(rd_u32(&r), 3600u);
	EXPECT_EQ(n.protocol, 0);
	EXPECT_EQ(n.spi_len, 0);

	hub.w.set.ticket_s = 0;
	begin(b, IKE_X_INFORMATIONAL);
	put(b, IKE_N_TICKET_REQUEST);
	ask(b);
	EXPECT_TRUE(ike_msg_notify(&msg, IKE_N_TICKET_NACK, &n));
	hub.w.set.ticket_s = 3600;

	ASSERT_EQ(ike_msg_parse(view(sim.sent[0].data), &first_msg), ERR_OK);
	ASSERT_EQ(ike_suite_offer_ike(&spoke.w.set.ike, &list), ERR_OK);
	list.item[0].spi_len = 8;
	list.item[0].spi = 77;
	begin(b, IKE_X_CREATE_CHILD_SA);
	ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &list);
	for (uint8_t type : { IKE_P_NONCE, IKE_P_KE })
		wr_bytes(ike_build_payload(&b, type), ike_msg_find(&first_msg, type)->body);
	put(b, IKE_N_TICKET_REQUEST);
	ask(b);
	EXPECT_EQ(error(), 0);
	EXPECT_NE(ike_msg_find(&msg, IKE_P_SA), nullptr);
	EXPECT_TRUE(ike_msg_notify(&msg, IKE_N_TICKET_ACK, &n));
	EXPECT_EQ(hub.stat(IKE_STAT_REKEY), 1u);
}

/* RFC5723-4.3.3-b, RFC5723-4.3.3-c, RFC5723-4.3.3-d: what IKE_AUTH after a ticket must and mustn't be. */
TEST_F(Resume, RFC5723_4_3_3_an_IKE_AUTH_that_does_not_fit_the_ticket)
{
	static const struct {
		const char *idi, *idr;
		bool cert, auth;
		const char *why;
	} rows[] = {
		{ "other.example.net", nullptr, false, true, "ticket-identity" },
		{ "spoke.example.net", "other.example.net", false, true, "ticket-identity" },
		{ "spoke.example.net", nullptr, true, true, "ticket-certificate" },
		{ "spoke.example.net", nullptr, false, false, "ticket-method" },
		{ "spoke.example.net", "hub.example.net", false, true, "wrong-key" }, /* AUTH of nothing */
	};
	struct ike_proposals esp = {};

	bring_up();
	lose();
	for (const auto &row : rows) {
		struct ike_build b;
		struct ike_id id = { IKE_ID_FQDN, bytes_str(row.idi) };

		sim.tap = [](Packet &p) { return p.data[18] != IKE_X_IKE_AUTH; };
		h = spoke.initiate(hub);
		sim.run_for(50);
		ASSERT_STREQ(spoke.info(h).state, "I_AUTH");
		begin(b, IKE_X_IKE_AUTH);
		ike_id_build(ike_build_payload(&b, IKE_P_IDI), &id);
		if (row.cert)
			wr_bytes(ike_build_payload(&b, IKE_P_CERT), bytes_str("\004certificate"));
		if (row.idr != nullptr) {
			id.data = bytes_str(row.idr);
			ike_id_build(ike_build_payload(&b, IKE_P_IDR), &id);
		}
		if (row.auth)
			wr_bytes(ike_build_payload(&b, IKE_P_AUTH), bytes_of("\002\0\0\0no MAC of thirty-two octets yet ", 36));
		ASSERT_EQ(ike_suite_offer_esp(&spoke.w.set.esp, 5, &esp), ERR_OK);
		ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &esp);
		ike_ts_build(ike_build_payload(&b, IKE_P_TSI), spoke.w.set.local, 1);
		ike_ts_build(ike_build_payload(&b, IKE_P_TSR), spoke.w.set.remote, 1);
		ask(b);
		sa()->window.tx_id--;
		EXPECT_EQ(error(), IKE_N_AUTHENTICATION_FAILED) << row.why;
		EXPECT_TRUE(hub.logged(std::string("why=") + row.why)) << row.why;
		spoke.w.pass_of = {}; /* the world keeps it, for once */
		ike_engine_delete(spoke.w.engine, sim.now_ms, h);
		sim.run_for(90 * 1000);
	}
	EXPECT_EQ(hub.stat(IKE_STAT_RESUMED), 0u);
	sim.tap = nullptr;
	sim.sent.clear();
	connect(100);
	EXPECT_TRUE(spoke.info(h).resumed) << "nothing of that has spent the ticket";
}

/* Each way to damage what goes in clear: one session comes of it in the end, resumed or not. */
TEST_F(Resume, messages_that_were_changed_on_the_way)
{
	Random random = { 7 };

	bring_up();
	for (const Mutator &m : mutators())
		for (unsigned which = 0; which < 3; which++) { /* requests, responses, both */
			lose();
			sim.tap = [&](Packet &p) {
				bool request = addr_eq(&p.to.addr, &hub.addr);

				if (p.data[18] == IKE_X_IKE_SESSION_RESUME && which != (request ? 1u : 0u) && random.percent(50))
					p.data = draft_clear(p.data, m, random);
				return true;
			};
			connect(80 * 1000); /* IKE_AUTH may have gone unanswered, for want of common keys */
			sim.tap = nullptr;
			if (mine()->over)
				connect();
			ASSERT_TRUE(mine()->up) << m.name << " " << which;
			ASSERT_EQ(lonely(spoke, hub), "") << m.name << " " << which;
		}
}
