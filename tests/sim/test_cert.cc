/* Two engines that prove themselves by signatures, in every mixture; the worlds' certificates are words. */
#include <cstring>

#include "crypto/evp.h"
#include "ike/ability.h"
#include "pair.h"

namespace
{

struct crypto_key *generate(const char *type, const char *curve = nullptr)
{
	EVP_PKEY *pkey = curve != nullptr           ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)
			 : strcmp(type, "RSA") == 0 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", size_t{ 2048 })
						    : EVP_PKEY_Q_keygen(nullptr, nullptr, type);
	struct crypto_key *key = nullptr;

	EXPECT_EQ(crypto_key_of_evp(pkey, &key), ERR_OK);
	EVP_PKEY_free(pkey);
	return key;
}

const struct crypto_scheme ed25519 = { CRYPTO_SIGN_ED25519, CRYPTO_HASH_IDENTITY, 0, false };
const struct crypto_scheme classic_rsa = { CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA1, 0, false };

class CertPair : public Pair
{
      protected:
	struct crypto_key *spoke_key = nullptr, *hub_key = nullptr;

	void TearDown() override
	{
		Pair::TearDown();
		for (auto &n : sim.nodes) { /* before the keys go */
			world_fini(&n->w);
			n->w.engine = nullptr;
		}
		crypto_key_free(spoke_key);
		crypto_key_free(hub_key);
	}
	void with_keys(struct crypto_key *spokes, struct crypto_key *hubs)
	{
		spoke_key = spokes;
		hub_key = hubs;
	}
	/* 'a' signs with 'key', which 'b' verifies with. */
	static void signs(
		Node &a, Node &b, const struct crypto_key *key, const struct crypto_scheme &scheme, uint8_t method = IKE_AUTH_SIGNATURE)
	{
		a.w.set.key = key;
		a.w.set.scheme = scheme;
		a.w.set.method = method;
		a.w.set.certs[0] = "leaf";
		a.w.set.certs[1] = "+issuer";
		a.w.set.cert_count = 2;
		b.w.set.peer_key = key;
		b.w.set.peer_scheme = scheme;
		b.w.set.peer_cert = "leaf";
	}
	void both_sign(struct crypto_key *key, const struct crypto_scheme &scheme, uint8_t method = IKE_AUTH_SIGNATURE)
	{
		with_keys(key, nullptr);
		signs(spoke, hub, key, scheme, method);
		signs(hub, spoke, key, scheme, method);
		spoke.w.set.authorities = hub.w.set.authorities = "hash of the first CAhash of the other CA";
	}
	void expect_methods(uint8_t spokes, uint8_t hubs)
	{
		expect_up();
		EXPECT_EQ(spoke.info(h).auth_local, spokes);
		EXPECT_EQ(spoke.info(h).auth_remote, hubs);
		EXPECT_EQ(hub.info(theirs()->handle).auth_local, hubs);
		EXPECT_EQ(hub.info(theirs()->handle).auth_remote, spokes);
	}
};

} // namespace

/* RFC7427-4-d */
TEST_F(CertPair, R_IKE_15_RFC7427_digital_signatures_of_every_kind)
{
	const struct {
		const char *type, *curve;
		struct crypto_scheme scheme;
	} kinds[] = {
		{ "RSA", nullptr, { CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA2_256, 0, false } },
		{ "RSA", nullptr, { CRYPTO_SIGN_RSA_PSS, CRYPTO_HASH_SHA2_512, 64, false } },
		{ "EC", "P-256", { CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256, 0, false } },
		{ "EC", "P-384", { CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_384, 0, false } },
		{ "EC", "P-521", { CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_512, 0, false } },
		{ "ED25519", nullptr, ed25519 },
	};

	start();
	for (const auto &k : kinds) {
		struct crypto_key *key = generate(k.type, k.curve);

		crypto_key_free(spoke_key);
		both_sign(key, k.scheme);
		connect();
		expect_methods(IKE_AUTH_SIGNATURE, IKE_AUTH_SIGNATURE);
		ike_engine_delete(spoke.w.engine, sim.now_ms, h);
		sim.run_for(20000);
	}
	expect_nothing_left();
}

/* RFC7427-4-b, RFC7296-3.8-a */
TEST_F(CertPair, RFC4754_RFC7296_3_8_classic_methods)
{
	const struct crypto_scheme raw256 = { CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256, 0, true };

	with_keys(generate("RSA"), generate("EC", "P-256"));
	signs(spoke, hub, spoke_key, classic_rsa, IKE_AUTH_RSA);
	signs(hub, spoke, hub_key, raw256, IKE_AUTH_ECDSA_256);
	spoke.w.set.authorities = hub.w.set.authorities = nullptr;
	start();
	connect();
	expect_methods(IKE_AUTH_RSA, IKE_AUTH_ECDSA_256);
	EXPECT_STREQ(theirs()->certreq, "");
}

/* RFC7296-4-d */
TEST_F(CertPair, R_IKE_15_each_direction_by_its_own_method)
{
	with_keys(generate("ED25519"), nullptr);
	signs(hub, spoke, spoke_key, ed25519);
	hub.w.set.authorities = spoke.w.set.authorities = nullptr;
	start();
	connect();
	expect_methods(IKE_AUTH_PSK, IKE_AUTH_SIGNATURE);
	EXPECT_STREQ(mine()->certs, "leaf+issuer");
	EXPECT_STREQ(theirs()->certs, "");
}

/* RFC7427-4-a, RFC7296-3.6-c */
TEST_F(CertPair, R_IKE_20_certificates_requests_and_hashes_reach_the_other_world)
{
	both_sign(generate("ED25519"), ed25519);
	spoke.w.set.authorities = "hash of the first CA";
	start();
	connect();
	expect_methods(IKE_AUTH_SIGNATURE, IKE_AUTH_SIGNATURE);
	EXPECT_STREQ(mine()->certs, "leaf+issuer");
	EXPECT_STREQ(theirs()->certs, "leaf+issuer");
	EXPECT_STREQ(mine()->certreq, "hash of the first CAhash of the other CA");
	EXPECT_STREQ(theirs()->certreq, "hash of the first CA");
	EXPECT_EQ(mine()->hashes, 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5);
	EXPECT_EQ(theirs()->hashes, mine()->hashes);
}

TEST_F(CertPair, answers_may_take_their_time)
{
	both_sign(generate("ED25519"), ed25519);
	spoke.w.set.delay_ms = hub.w.set.delay_ms = 300;
	start();
	connect(5000);
	expect_methods(IKE_AUTH_SIGNATURE, IKE_AUTH_SIGNATURE);
	EXPECT_EQ(spoke.stat(IKE_STAT_STALE) + hub.stat(IKE_STAT_STALE), 0u);
}

/* RFC7296-1.2-a */
TEST_F(CertPair, a_signature_of_another_key_is_authentication_failed)
{
	both_sign(generate("ED25519"), ed25519);
	hub_key = generate("ED25519");
	hub.w.set.peer_key = hub_key;
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH);
	EXPECT_EQ(hub.stat(IKE_STAT_AUTH_REFUSED), 1u);
	EXPECT_EQ(spoke.stat(IKE_STAT_AUTH_REJECTED), 1u);
	EXPECT_TRUE(spoke.logged("notify=AUTHENTICATION_FAILED"));
	EXPECT_TRUE(hub.logged("auth.refused"));
	EXPECT_EQ(hub.w.ups, 0u);
	sim.run_for(40000);
	expect_nothing_left();
}

TEST_F(CertPair, a_responder_that_is_not_who_it_says_is_left)
{
	both_sign(generate("ED25519"), ed25519);
	spoke.w.set.peer_cert = "another";
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH);
	EXPECT_EQ(spoke.stat(IKE_STAT_AUTH_REFUSED), 1u);
	EXPECT_TRUE(spoke.logged("auth.refused"));
	EXPECT_EQ(hub.w.downs, 1u) << "it is told";
	sim.run_for(40000);
	expect_nothing_left();
}

TEST_F(CertPair, a_PSK_does_not_stand_in_for_a_signature)
{
	/* The spoke proves itself by the key that the hub would take of others, and the world isn't asked to lie. */
	with_keys(generate("ED25519"), nullptr);
	hub.w.set.peer_key = spoke_key;
	hub.w.set.peer_cert = "leaf";
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH);
	EXPECT_EQ(hub.w.ups, 0u);
	sim.run_for(40000);
	expect_nothing_left();
}

TEST_F(CertPair, who_can_not_sign_gives_up)
{
	both_sign(generate("ED25519"), ed25519);
	spoke.w.set.sign_err = ERR_UNSUPPORTED;
	start();
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH);
	EXPECT_EQ(spoke.stat(IKE_STAT_UNSIGNED), 1u);
	EXPECT_TRUE(spoke.logged("auth.unsigned") && spoke.logged("why=test"));
	sim.run_for(40000);
	expect_nothing_left();

	spoke.w.set.sign_err = ERR_OK;
	hub.w.set.sign_err = ERR_UNSUPPORTED;
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH);
	EXPECT_TRUE(spoke.logged("notify=AUTHENTICATION_FAILED"));
	EXPECT_EQ(hub.stat(IKE_STAT_UNSIGNED), 1u);
	EXPECT_EQ(hub.w.ups, 0u);
	sim.run_for(40000);
	expect_nothing_left();
}

TEST_F(CertPair, a_world_that_never_signs_is_given_up_on)
{
	both_sign(generate("ED25519"), ed25519);
	hub.w.set.delay_ms = 1; /* the proof comes, the signature doesn't */
	start();
	sim.tap = [&](Packet &p) {
		hub.w.set.mute = hub.w.set.mute || (addr_eq(&p.from.addr, &spoke.addr) && p.data[18] == IKE_X_IKE_AUTH);
		return true;
	};
	spoke.w.set.mute = false;
	connect(1000);
	sim.run_for(200000);
	EXPECT_EQ(hub.w.ups, 0u);
	expect_nothing_left();
}

TEST_F(CertPair, a_spoke_deleted_while_it_signs_leaves_nothing)
{
	both_sign(generate("ED25519"), ed25519);
	spoke.w.set.delay_ms = 500;
	start();
	connect(100);
	ASSERT_STREQ(spoke.info(h).state, "I_SIGN");
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(60000);
	EXPECT_EQ(spoke.stat(IKE_STAT_STALE), 1u) << "the signature came too late";
	expect_nothing_left();
}

/* RFC7296-3.6-b: the words stand for hash and URL; what is there is the world's to fetch. */
TEST_F(CertPair, R_IKE_20_RFC7296_3_6_by_URL_to_those_who_look_up)
{
	for (unsigned who = 0; who < 4; who++) { /* bit 0: the spoke looks up, bit 1: the hub */
		Sim s{ who };
		Node &a = s.node("192.0.2.1", "a.example.net", "key"), &b = s.node("192.0.2.2", "b.example.net", "key");
		struct crypto_key *key = generate("ED25519");

		signs(a, b, key, ed25519);
		signs(b, a, key, ed25519);
		for (Node *n : { &a, &b }) {
			struct ike_engine_config config = {};

			config.abilities = 1 << IKE_CAN_LOOKUP_I | 1 << IKE_CAN_LOOKUP_R;
			config.cert_lookup = (who >> (n == &b) & 1) != 0;
			n->w.set.encoding = IKE_CERT_URL_X509;
			s.start(*n, config);
		}
		struct slab_handle handle = a.initiate(b);
		s.run_for(1000);
		EXPECT_EQ(disagreement(a, b), "");
		EXPECT_TRUE(a.info(handle).up);
		EXPECT_EQ(a.stat(IKE_STAT_CERT_URL), who & 1);
		EXPECT_EQ(b.stat(IKE_STAT_CERT_URL_SENT), who & 1);
		EXPECT_EQ(b.stat(IKE_STAT_CERT_URL), who >> 1);
		EXPECT_EQ(a.stat(IKE_STAT_CERT_URL_SENT), who >> 1);
		for (auto &n : s.nodes) {
			world_fini(&n->w);
			n->w.engine = nullptr;
		}
		crypto_key_free(key);
	}
}
