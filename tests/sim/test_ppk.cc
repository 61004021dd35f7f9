/* Post-quantum preshared keys, RFC8784: who has one, who insists, and what comes of it (tables 1 to 3 there). */
#include "crypto/evp.h"
#include "ike/wire/msg.h"
#include "pair.h"

namespace
{

class Ppk : public Pair
{
      protected:
	void expect_ppk(bool used)
	{
		expect_up();
		EXPECT_EQ(spoke.info(h).ppk, used);
		EXPECT_EQ(hub.info(theirs()->handle).ppk, used);
		EXPECT_EQ(spoke.stat(IKE_STAT_PPK), used ? 1u : 0u);
		EXPECT_EQ(hub.stat(IKE_STAT_PPK), used ? 1u : 0u);
	}
	void expect_refused(enum ike_down why = IKE_DOWN_AUTH)
	{
		ASSERT_TRUE(mine()->over);
		EXPECT_EQ(mine()->why, why);
		EXPECT_EQ(world_up_count(&hub.w), 0u);
		sim.run_for(60000);
		expect_nothing_left();
	}
};

} // namespace

/* RFC8784-3-a, RFC8784-3-i */
TEST_F(Ppk, RFC8784_3_a_key_that_both_have_is_used)
{
	give(spoke, "\2flex", "sixty-four bytes would be better still");
	give(hub, "\2flex", "sixty-four bytes would be better still");
	start();
	connect();
	expect_ppk(true);
	ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
	sim.run_for(2000);
	expect_up();
	EXPECT_TRUE(spoke.info(h).ppk) << "what it protects stays protected";
}

/* RFC8784-5.2.1-b */
TEST_F(Ppk, RFC8784_3_one_that_insists_is_content)
{
	for (bool hubs : { false, true }) {
		Sim s{ 7 };
		Node &a = s.node("192.0.2.1", "a.example.net", "key"), &b = s.node("192.0.2.2", "b.example.net", "key");

		give(a, "\2id", "the same", !hubs);
		give(b, "\2id", "the same", hubs);
		s.start(a);
		s.start(b);
		struct slab_handle handle = a.initiate(b);
		s.run_for(1000);
		EXPECT_EQ(disagreement(a, b), "");
		EXPECT_EQ(world_up_count(&b.w), 1u);
		EXPECT_TRUE(a.info(handle).ppk);
	}
}

/* RFC8784-3-b */
TEST_F(Ppk, RFC8784_3_without_one_at_the_other_end_it_is_left_out)
{
	give(spoke, "\2id", "key");
	start();
	sim.record = true;
	connect();
	expect_ppk(false);
	struct ike_msg m;
	ASSERT_EQ(ike_msg_parse(bytes_of(sim.sent[1].data.data(), sim.sent[1].data.size()), &m), ERR_OK);
	EXPECT_FALSE(ike_msg_notify(&m, IKE_N_USE_PPK, nullptr));
}

/* RFC8784-3-c */
TEST_F(Ppk, RFC8784_3_a_responder_alone_says_nothing)
{
	give(hub, "\2id", "key");
	start();
	connect();
	expect_ppk(false);
}

/* RFC8784-3-g, RFC8784-3-j */
TEST_F(Ppk, RFC8784_3_with_another_identity_both_fall_back)
{
	give(spoke, "\2mine", "key");
	give(hub, "\2theirs", "key");
	start();
	connect();
	expect_ppk(false);
	EXPECT_TRUE(spoke.logged("ppk.unused"));
}

/* RFC8784-3-d */
TEST_F(Ppk, RFC8784_3_an_initiator_that_insists_ends_it_when_the_peer_knows_of_none)
{
	give(spoke, "\2id", "key", true);
	start();
	connect(10000);
	EXPECT_GE(spoke.stat(IKE_STAT_PPK_REFUSED), 1u);
	EXPECT_TRUE(spoke.logged("why=not-supported"));
	sim.run_for(60000);
	expect_refused();
}

/* RFC8784-3-h, RFC8784-3-k */
TEST_F(Ppk, RFC8784_3_an_initiator_that_insists_is_refused_for_another_identity)
{
	give(spoke, "\2mine", "key", true);
	give(hub, "\2theirs", "key");
	start();
	connect();
	EXPECT_EQ(hub.stat(IKE_STAT_PPK_REFUSED), 1u);
	EXPECT_EQ(spoke.stat(IKE_STAT_AUTH_REJECTED), 1u);
	expect_refused();
}

/* RFC8784-3-e */
TEST_F(Ppk, RFC8784_3_a_responder_that_insists_refuses_who_has_none)
{
	give(hub, "\2id", "key", true);
	start();
	connect();
	EXPECT_EQ(hub.stat(IKE_STAT_AUTH_REFUSED), 1u);
	expect_refused();
}

/* RFC8784-3-k */
TEST_F(Ppk, RFC8784_3_a_responder_that_insists_refuses_the_fallback)
{
	give(spoke, "\2mine", "key");
	give(hub, "\2theirs", "key", true);
	start();
	connect();
	expect_refused();
}

TEST_F(Ppk, RFC8784_3_another_key_of_the_same_name_fails_authentication)
{
	give(spoke, "\2id", "one key");
	give(hub, "\2id", "another");
	start();
	connect();
	EXPECT_EQ(hub.stat(IKE_STAT_AUTH_FAILED), 1u);
	expect_refused();
}

TEST_F(Ppk, RFC8784_3_signatures_are_made_with_it_and_without)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
	struct crypto_key *key = nullptr;

	ASSERT_EQ(crypto_key_of_evp(pkey, &key), ERR_OK);
	EVP_PKEY_free(pkey);
	for (Node *n : { &spoke, &hub }) {
		n->w.set.key = n->w.set.peer_key = key;
		n->w.set.scheme = { CRYPTO_SIGN_ED25519, CRYPTO_HASH_IDENTITY, 0, false };
		n->w.set.method = IKE_AUTH_SIGNATURE;
		n->w.set.certs[0] = n->w.set.peer_cert = "leaf";
		n->w.set.cert_count = 1;
		n->w.set.delay_ms = 30;
	}
	give(spoke, "\2mine", "key");
	give(hub, "\2theirs", "key");
	start();
	connect();
	expect_ppk(false);
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(20000);
	give(hub, "\2mine", "key");
	connect();
	expect_ppk(true);
	for (auto &n : sim.nodes) {
		world_fini(&n->w);
		n->w.engine = nullptr;
	}
	crypto_key_free(key);
}
