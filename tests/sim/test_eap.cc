/* Two engines, one of which proves itself by EAP, RFC7296-2.16; the methods are the real ones. */
#include "../unit/pki/forge.h"
#include "crypto/tls.h"
#include "eap/packet.h"
#include "ike/core.h"
#include "pair.h"

namespace
{

class EapPair : public Pair
{
      protected:
	forge::Forge f;
	struct crypto_key *hub_key = nullptr;

	void SetUp() override
	{
		f.issue("hub", { .issuer = "", .subject = { { "CN", "hub" } } });
		f.issue("spoke", { .issuer = "", .subject = { { "CN", "spoke" } } });
		hub_key = f.key("hub");
		hub.w.set.key = spoke.w.set.peer_key = hub_key;
		hub.w.set.scheme = spoke.w.set.peer_scheme = { CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256, 0, false };
		hub.w.set.method = IKE_AUTH_SIGNATURE;
		hub.w.set.certs[0] = spoke.w.set.peer_cert = "leaf";
		hub.w.set.cert_count = 1;
		by(EAP_TYPE_MSCHAPV2);
		spoke.w.set.eap_user = hub.w.set.eap_user = "alice";
		spoke.w.set.eap_password = hub.w.set.eap_password = "wonderland";
	}
	void TearDown() override
	{
		Pair::TearDown();
		for (auto &n : sim.nodes) { /* before the keys go */
			world_fini(&n->w);
			n->w.engine = nullptr;
		}
		crypto_key_free(hub_key);
	}
	void by(uint8_t method)
	{
		spoke.w.set.eap = hub.w.set.eap = method;
	}
	void expect_eap(uint8_t method)
	{
		expect_up();
		EXPECT_EQ(spoke.info(h).eap, method);
		EXPECT_EQ(spoke.info(h).auth_local, 0);
		EXPECT_EQ(spoke.info(h).auth_remote, IKE_AUTH_SIGNATURE);
		EXPECT_EQ(hub.info(theirs()->handle).eap, method);
		EXPECT_EQ(hub.info(theirs()->handle).auth_remote, 0);
		EXPECT_EQ(hub.info(theirs()->handle).auth_local, IKE_AUTH_SIGNATURE);
		EXPECT_STREQ(theirs()->eap_user, "alice");
	}
	void expect_refused()
	{
		EXPECT_EQ(mine()->why, IKE_DOWN_AUTH);
		EXPECT_EQ(hub.w.ups, 0u);
		sim.run_for(60000);
		expect_nothing_left();
	}
	/* The plaintext of IKE_AUTH isn't there for a tap: a liar is an engine with another world.  This counts its messages. */
	unsigned auths(const Node &from) const
	{
		unsigned count = 0;

		for (const Packet &p : sim.sent)
			count += addr_eq(&p.from.addr, &from.addr) && p.data.size() > 18 && p.data[18] == IKE_X_IKE_AUTH;
		return count;
	}
};

/* EAP-TLS at both ends, everybody trusted. */
class EapTlsPair : public EapPair
{
      protected:
	struct End {
		struct crypto_key *key = nullptr;
		std::vector<uint8_t> der;
		struct bytes cert = {};
		struct crypto_tls_config config = {};
	} ends[2];
	bool trusted = true;

	static bool judge(void *ctx, const struct bytes *, unsigned)
	{
		return *static_cast<bool *>(ctx);
	}
	void arm(Node &n, End &e, const char *name)
	{
		e.key = f.key(name);
		e.der = f.der(name);
		e.cert = bytes_of(e.der.data(), e.der.size());
		e.config = { e.key, &e.cert, 1, judge, &trusted, 0 };
		n.w.set.eap_tls = &e.config;
	}
	void SetUp() override
	{
		EapPair::SetUp();
		arm(hub, ends[0], "hub");
		arm(spoke, ends[1], "spoke");
		by(EAP_TYPE_TLS);
	}
	void TearDown() override
	{
		EapPair::TearDown();
		for (End &e : ends)
			crypto_key_free(e.key);
	}
};

} // namespace

/* RFC7296-2.16-a, RFC7296-2.16-c: with a key of the method and without. */
TEST_F(EapPair, R_IKE_15_RFC7296_2_16_every_method)
{
	start();
	for (uint8_t method : { EAP_TYPE_MSCHAPV2, EAP_TYPE_MD5, EAP_TYPE_GTC }) {
		by(method);
		connect();
		expect_eap(method);
		ike_engine_delete(spoke.w.engine, sim.now_ms, h);
		sim.run_for(20000);
	}
	EXPECT_EQ(hub.stat(IKE_STAT_EAP), 3u);
	expect_nothing_left();
}

/* ---- post-quantum preshared keys: PPK_IDENTITY and NO_PPK_AUTH are in the last request ---- */

class EapPpk : public EapPair
{
      protected:
	void expect_ppk(bool used)
	{
		expect_eap(spoke.w.set.eap);
		EXPECT_EQ(spoke.info(h).ppk, used);
		EXPECT_EQ(hub.info(theirs()->handle).ppk, used);
	}
};

/* RFC8784-3-l: with a key of the method and without, required by one of them or not. */
TEST_F(EapPpk, RFC8784_3_a_key_that_both_have_is_used)
{
	start();
	for (uint8_t method : { EAP_TYPE_MSCHAPV2, EAP_TYPE_MD5 })
		for (unsigned who = 0; who < 4; who++) {
			by(method);
			give(spoke, "\2flex", "a long secret", (who & 1) != 0);
			give(hub, "\2flex", "a long secret", (who & 2) != 0);
			connect();
			expect_ppk(true);
			ike_engine_delete(spoke.w.engine, sim.now_ms, h);
			sim.run_for(20000);
		}
	EXPECT_EQ(hub.stat(IKE_STAT_PPK), 8u);
	expect_nothing_left();
}

/* RFC8784-3-b */
TEST_F(EapPpk, RFC8784_3_one_that_the_other_does_not_have_is_left_out)
{
	start();
	give(spoke, "\2mine", "key");
	connect();
	expect_ppk(false);
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(20000);
	give(hub, "\2theirs", "key");
	connect();
	expect_ppk(false);
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(20000);
	give(spoke, nullptr, nullptr);
	connect();
	expect_ppk(false);
}

TEST_F(EapPpk, RFC8784_3_who_insists_gets_it_or_nothing)
{
	start();
	give(spoke, "\2mine", "key", true);
	connect();
	sim.run_for(60000);
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH) << "the hub has none at all";
	give(hub, "\2theirs", "key");
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH) << "it has another one";
	EXPECT_EQ(hub.stat(IKE_STAT_PPK_REFUSED), 1u);
	sim.run_for(60000);
	give(spoke, nullptr, nullptr);
	give(hub, "\2theirs", "key", true);
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH) << "the hub insists";
	EXPECT_EQ(hub.stat(IKE_STAT_PPK_REFUSED), 2u);
	give(spoke, "\2theirs", "another key");
	sim.run_for(60000);
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH) << "one name for two keys";
	expect_refused();
}

TEST_F(EapTlsPair, RFC5216_tls_takes_its_rounds)
{
	start();
	connect();
	expect_eap(EAP_TYPE_TLS);
	EXPECT_GT(theirs()->eap_rounds, 3u);
}

TEST_F(EapPair, RFC7296_2_16_a_rekeyed_sa_needs_no_eap_again)
{
	start();
	connect();
	ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
	sim.run_for(2000);
	expect_eap(EAP_TYPE_MSCHAPV2);
	EXPECT_EQ(hub.stat(IKE_STAT_REKEY), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_EAP), 1u);
}

TEST_F(EapPair, answers_may_take_their_time)
{
	spoke.w.set.delay_ms = hub.w.set.delay_ms = 700;
	start();
	connect(20000);
	expect_eap(EAP_TYPE_MSCHAPV2);
	EXPECT_EQ(spoke.stat(IKE_STAT_STALE) + hub.stat(IKE_STAT_STALE), 0u);
}

TEST_F(EapPair, lost_and_doubled_messages_do_no_harm)
{
	sim.loss = 25;
	sim.dup = 25;
	start();
	for (int i = 0; i < 10; i++) {
		connect(60000);
		if (mine()->up)
			ike_engine_delete(spoke.w.engine, sim.now_ms, h);
		sim.run_for(200000);
		expect_nothing_left();
	}
	EXPECT_GE(hub.w.ups, 5u);
}

TEST_F(EapPair, a_wrong_password_is_authentication_failed)
{
	spoke.w.set.eap_password = "Wonderland";
	start();
	for (uint8_t method : { EAP_TYPE_MSCHAPV2, EAP_TYPE_MD5, EAP_TYPE_GTC }) {
		by(method);
		connect();
		EXPECT_TRUE(hub.logged("eap.refused") && hub.logged("why=wrong-password"));
		expect_refused();
	}
	EXPECT_EQ(hub.stat(IKE_STAT_AUTH_FAILED), 3u);
	EXPECT_EQ(spoke.stat(IKE_STAT_AUTH_REJECTED), 3u);
}

TEST_F(EapPair, no_common_method)
{
	spoke.w.set.eap = EAP_TYPE_GTC;
	start();
	connect();
	EXPECT_TRUE(hub.logged("why=no-common-method"));
	expect_refused();
}

/* RFC7296-2.16-a */
TEST_F(EapPair, R_IKE_16_a_hub_without_eap_refuses)
{
	hub.w.set.eap = 0;
	start();
	connect();
	EXPECT_TRUE(spoke.logged("notify=AUTHENTICATION_FAILED"));
	expect_refused();
}

/* RFC7296-2.16-b: the password is nobody's who isn't the gateway. */
TEST_F(EapPair, RFC7296_2_16_a_gateway_that_isnt_who_it_says_gets_no_packet)
{
	spoke.w.set.peer_cert = "another";
	start();
	connect();
	EXPECT_EQ(mine()->eap_rounds, 0u);
	EXPECT_EQ(spoke.stat(IKE_STAT_AUTH_REFUSED), 1u);
	expect_refused();
	EXPECT_EQ(hub.w.downs, 1u) << "it is told";
}

/* RFC5998-3-d */
TEST_F(EapPair, RFC5998_not_granted_the_gateway_proves_itself)
{
	spoke.w.set.eap_only = true;
	start();
	connect();
	expect_eap(EAP_TYPE_MSCHAPV2);
}

/* A gateway that skips the method: it would have proved nothing, nor we to it. */
TEST_F(EapPair, RFC3748_4_2_an_early_success_isnt_believed)
{
	hub.w.set.eap_lies = true;
	start();
	connect();
	EXPECT_TRUE(spoke.logged("why=early-success"));
	expect_refused();
}

/* A spoke that says it is through when it isn't: its AUTH isn't what the hub waits for. */
TEST_F(EapPair, an_early_auth_is_refused)
{
	spoke.w.set.eap_lies = true;
	start();
	connect();
	sim.run_for(200000);
	EXPECT_EQ(hub.w.ups, 0u);
	EXPECT_GE(hub.stat(IKE_STAT_RX_REFUSED), 1u);
	expect_nothing_left();
}

/* RFC5998-3-c */
TEST_F(EapTlsPair, RFC5998_eap_alone_proves_both)
{
	spoke.w.set.eap_only = hub.w.set.eap_only = true;
	start();
	connect();
	expect_up();
	EXPECT_EQ(spoke.info(h).auth_remote, 0);
	EXPECT_EQ(hub.info(theirs()->handle).auth_local, 0);
	EXPECT_EQ(spoke.info(h).eap, EAP_TYPE_TLS);
	EXPECT_STREQ(mine()->certs, "");
}

/* RFC5998-3-b: it was granted what it hasn't asked for. */
TEST_F(EapTlsPair, RFC5998_an_answer_without_proof_is_refused)
{
	spoke.w.set.eap_only = hub.w.set.eap_only = true;
	start();
	sim.tap = [&](Packet &p) {
		if (addr_eq(&p.from.addr, &hub.addr) && p.data[18] == IKE_X_IKE_AUTH && mine()->eap_rounds == 0)
			static_cast<ike_sa *>(slab_get(&spoke.w.engine->sas, h))->setup->talk.only = false;
		return true;
	};
	h = spoke.initiate(hub);
	sim.run_for(2000);
	EXPECT_EQ(mine()->eap_rounds, 0u);
	expect_refused();
}

/* RFC5998-3-a, RFC7296-2.16-b */
TEST_F(EapTlsPair, RFC5998_not_asked_for_it_isnt_granted)
{
	hub.w.set.eap_only = true;
	start();
	connect();
	expect_eap(EAP_TYPE_TLS);
}

TEST_F(EapTlsPair, who_tls_doesnt_trust_is_refused)
{
	trusted = false;
	start();
	connect();
	expect_refused();
}

TEST_F(EapPair, a_world_that_never_answers_is_given_up_on)
{
	hub.w.set.delay_ms = 1;
	start();
	sim.tap = [&](Packet &p) {
		hub.w.set.mute = hub.w.set.mute || (addr_eq(&p.from.addr, &hub.addr) && p.data[18] == IKE_X_IKE_AUTH);
		return true;
	};
	connect(1000);
	sim.run_for(300000);
	EXPECT_EQ(hub.w.ups, 0u);
	expect_nothing_left();
}

TEST_F(EapPair, a_peer_that_falls_silent_is_forgotten)
{
	unsigned said = 0;

	start();
	sim.tap = [&](Packet &p) { return !addr_eq(&p.from.addr, &spoke.addr) || p.data[18] != IKE_X_IKE_AUTH || ++said < 3; };
	connect(1000);
	EXPECT_EQ(hub.w.downs, 0u);
	sim.run_for(130000);
	EXPECT_EQ(hub.w.downs, 1u);
	sim.run_for(200000);
	expect_nothing_left();
}

TEST_F(EapPair, a_peer_may_not_stretch_it)
{
	/* Each answer comes late, but comes. */
	spoke.w.set.delay_ms = 25000;
	struct ike_engine_config config = {};

	config.eap_ms = 60000;
	start(config);
	connect(50000);
	EXPECT_EQ(hub.w.ups, 0u);
	sim.run_for(300000);
	EXPECT_EQ(hub.w.ups, 0u);
	EXPECT_EQ(hub.w.downs, 1u);
	expect_nothing_left();
}

TEST_F(EapPair, deleted_at_any_moment_nothing_is_left)
{
	start();
	for (uint64_t ms = 1; ms < 80; ms += 3) {
		connect(ms);
		if (mine()->over)
			continue;
		ike_engine_delete(spoke.w.engine, sim.now_ms, h);
		sim.run_for(200000);
		expect_nothing_left();
	}
}

TEST_F(EapPair, the_hub_deletes_at_any_moment_and_nothing_is_left)
{
	start();
	for (uint64_t ms = 16; ms < 80; ms += 3) {
		connect(ms);
		list_each (n, &hub.w.sessions) {
			struct world_session *s = list_of(n, struct world_session, link);

			if (!s->over)
				ike_engine_delete(hub.w.engine, sim.now_ms, s->handle);
		}
		sim.run_for(200000);
		expect_nothing_left();
	}
}

/* RFC5723-4.1-c, RFC5723-4.3.3-d: the request is in the first message, the ticket in the last; resumed, nobody shows a certificate or talks EAP. */
TEST_F(EapPair, RFC5723_4_2_a_session_by_EAP_is_resumed_without_it)
{
	spoke.w.set.resumption = true;
	hub.w.set.ticket_s = 3600;
	spoke.w.set.dpd = { .interval_s = 10, .retry_s = 2, .periodic = true };
	start();
	connect();
	expect_eap(EAP_TYPE_MSCHAPV2);
	EXPECT_EQ(hub.stat(IKE_STAT_TICKET_SENT), 1u);
	EXPECT_EQ(spoke.w.passes, 1u);
	sim.tap = [](Packet &) { return false; };
	sim.run_for(60 * 1000);
	sim.tap = nullptr;
	connect(100);
	expect_up();
	EXPECT_TRUE(spoke.info(h).resumed);
	EXPECT_EQ(spoke.info(h).eap, EAP_TYPE_MSCHAPV2);
	EXPECT_EQ(spoke.info(h).auth_remote, IKE_AUTH_SIGNATURE);
	EXPECT_EQ(hub.stat(IKE_STAT_EAP), 1u);
	EXPECT_STREQ(theirs()->certs, "");
	EXPECT_STREQ(mine()->certs, "");
	EXPECT_EQ(spoke.info(h).msgid_tx, 2u);
}
