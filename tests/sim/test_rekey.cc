/*
 * The peer rekeys: CREATE_CHILD_SA is written here by hand with the spoke's keys, so that the engine is held to the RFC and not to
 * itself.
 */
#include <netinet/in.h>

#include <cstring>

#include "crypto/iana.h"
#include "ike/core.h"
#include "ike/keying/seal.h"
#include "ike/rekey/childfsm.h"
#include "ike/wire/build.h"
#include "ike/wire/delete.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"
#include "ike/wire/select.h"
#include "pair.h"

namespace
{

using Octets = std::vector<uint8_t>;

struct bytes view(const Octets &o)
{
	return bytes_of(o.data(), o.size());
}

class Rekey : public Pair
{
      protected:
	Octets ni = Octets(32, 'n');
	uint8_t pub[CRYPTO_PUB_MAX] = {};
	struct crypto_kex kex = {};
	Octets answer; /* the hub's last, opened in place */
	struct ike_msg msg = {};

	struct ike_sa *sa()
	{
		return static_cast<struct ike_sa *>(slab_get(&spoke.w.engine->sas, h));
	}
	struct ike_sa *hub_sa()
	{
		return static_cast<struct ike_sa *>(slab_get(&hub.w.engine->sas, theirs()->handle));
	}
	void connect_for_rekey(bool child_rekey)
	{
		struct ike_engine_config config = {};

		config.child_rekey = child_rekey;
		start(config);
		sim.record = true;
		connect();
		expect_up();
	}
	void begin(struct ike_build &b)
	{
		ike_seal_begin(spoke.w.engine, sa(), IKE_X_CREATE_CHILD_SA, false, &b);
	}
	/* Sends the request as the spoke's next, and opens the response, if there is one. */
	void ask(struct ike_build &b)
	{
		struct bytes d;
		struct ike_path path = hub.to(spoke);

		ASSERT_EQ(ike_seal_end(spoke.w.engine, sa(), &b, &d), ERR_OK);
		size_t before = sim.sent.size();
		hub.w.now_ms = sim.now_ms;
		ike_engine_receive(hub.w.engine, sim.now_ms, &path, d);
		answer.clear();
		if (sim.sent.size() > before)
			open();
		sa()->window.tx_id++;
	}
	void open()
	{
		struct bytes plain;

		answer = sim.sent.back().data;
		ASSERT_EQ(ike_msg_parse(view(answer), &msg), ERR_OK);
		ASSERT_EQ(ike_seal_open(spoke.w.engine, sa(), &msg, answer.data(), &plain), ERR_OK);
		ASSERT_EQ(ike_msg_parse_inner(&msg, msg.inner_first, plain), ERR_OK);
	}
	void put_ke(struct ike_build &b, const char *group)
	{
		struct crypto_rand rand = crypto_rand_system();
		const struct crypto_alg *alg = crypto_alg_named(CRYPTO_GROUP, group);
		struct ike_ke ke = { alg->id, bytes_of(pub, alg->pub_len) };

		crypto_kex_fini(&kex);
		ASSERT_EQ(crypto_kex_new(spoke.w.engine->cfg.crypto, &rand, alg, &kex, pub), ERR_OK);
		ike_ke_build(ike_build_payload(&b, IKE_P_KE), &ke);
	}
	struct secret shared_with_hub()
	{
		struct rd r = rd_of(ike_msg_find(&msg, IKE_P_KE)->body);
		struct secret s = {};
		struct ike_ke ke;

		EXPECT_EQ(ike_ke_parse(&r, &ke), ERR_OK);
		EXPECT_EQ(crypto_kex_derive(spoke.w.engine->cfg.crypto, &kex, ke.data, &s), ERR_OK);
		return s;
	}
	struct ike_choice chosen()
	{
		struct rd r = rd_of(ike_msg_find(&msg, IKE_P_SA)->body);
		struct ike_proposals p;
		struct ike_choice c = {};

		EXPECT_EQ(ike_proposal_parse(&r, &p), ERR_OK);
		EXPECT_EQ(p.count, 1);
		EXPECT_EQ(ike_select_check(&p, &p, 0, &c), ERR_OK);
		return c;
	}
	struct bytes their_nonce()
	{
		return ike_msg_find(&msg, IKE_P_NONCE)->body;
	}
	void put_child(struct ike_build &b, const struct ike_offers &esp, uint32_t spi, const char *group, uint8_t selectors = 1)
	{
		struct ike_proposals list;
		struct ike_ts any = ike_ts_any(AF_INET);

		ASSERT_EQ(ike_suite_offer_esp(&esp, spi, &list), ERR_OK);
		if (group != nullptr) {
			ASSERT_EQ(ike_proposal_add(&list, IKE_TRANSFORM_GROUP, crypto_alg_named(CRYPTO_GROUP, group)->id, 0), ERR_OK);
		}
		ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &list);
		ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), view(ni));
		if (group != nullptr)
			put_ke(b, group);
		ike_ts_build(ike_build_payload(&b, IKE_P_TSI), &any, selectors);
		ike_ts_build(ike_build_payload(&b, IKE_P_TSR), &any, 1);
	}
	void rekey_child(uint32_t old_spi, uint32_t new_spi, const char *group)
	{
		struct ike_build b;

		begin(b);
		ike_notify_build_esp(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_REKEY_SA, old_spi);
		put_child(b, spoke.w.set.esp, new_spi, group);
		ask(b);
	}
	struct world_child *child_of(Node &n, unsigned index)
	{
		struct world_session *s = &n == &hub ? theirs() : mine();
		struct list *l = list_first(&s->children);

		while (l != nullptr && index-- > 0)
			l = list_next(&s->children, l);
		return l == nullptr ? nullptr : list_of(l, struct world_child, link);
	}
	uint16_t refusal()
	{
		struct ike_notify n = {};

		return ike_msg_error(&msg, &n) ? n.type : 0;
	}
	/* The hub's new child has the keys that both nonces, and g^ir if any, yield. */
	void expect_child_keys(bool pfs)
	{
		struct ike_suite esp = {};
		struct ike_child_keys i2r = {}, r2i = {};
		struct secret shared = {};
		struct ike_keys_seed seed = { { nullptr, 0 }, view(ni), their_nonce(), 0, 0, nullptr, 0 };
		struct world_child *c = child_of(hub, 1);

		ASSERT_NE(c, nullptr);
		if (pfs)
			shared = shared_with_hub();
		seed.shared = secret_view(&shared);
		esp.encr = c->encr;
		esp.integ = c->integ;
		ASSERT_EQ(ike_keys_child(spoke.w.engine->cfg.crypto, &sa()->suite, &sa()->keys, &esp, &seed, &i2r, &r2i), ERR_OK);
		EXPECT_TRUE(secret_eq(secret_view(&i2r.encr), secret_view(&c->in_encr)));
		EXPECT_TRUE(secret_eq(secret_view(&r2i.encr), secret_view(&c->out_encr)));
		EXPECT_EQ(chosen().spi, c->spi_in);
		for (struct secret *s : { &shared, &i2r.encr, &i2r.integ, &r2i.encr, &r2i.integ })
			secret_fini(s);
	}
	void TearDown() override
	{
		crypto_kex_fini(&kex);
		Pair::TearDown();
	}
};

} // namespace

/* As strongSwan rekeys a child in transport mode whose selectors aren't of its own address: it loses neither child nor IKE SA for that. */
TEST_F(Rekey, no_selector_at_all_is_ts_unacceptable)
{
	struct ike_build b;

	connect_for_rekey(true);
	begin(b);
	ike_notify_build_esp(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_REKEY_SA, child_of(hub, 0)->spi_out);
	put_child(b, spoke.w.set.esp, 0x7777, nullptr, 0);
	ask(b);
	ASSERT_FALSE(answer.empty());
	EXPECT_EQ(refusal(), IKE_N_TS_UNACCEPTABLE);
	EXPECT_EQ(theirs()->child_count, 1u);
	EXPECT_TRUE(theirs()->up);
}

TEST_F(Rekey, a_child_gets_a_successor_and_the_old_one_stays_until_deleted)
{
	connect_for_rekey(true);
	uint32_t old_in = child_of(hub, 0)->spi_in, old_out = child_of(hub, 0)->spi_out;
	rekey_child(old_out, 0x7777, nullptr);
	ASSERT_FALSE(answer.empty());
	EXPECT_EQ(refusal(), 0);
	EXPECT_EQ(theirs()->child_count, 2u);
	EXPECT_EQ(child_of(hub, 1)->spi_out, 0x7777u);
	EXPECT_EQ(child_of(hub, 1)->replaces, old_in);
	expect_child_keys(false);

	struct ike_build b;
	ike_seal_begin(spoke.w.engine, sa(), IKE_X_INFORMATIONAL, false, &b);
	ike_delete_build_esp(ike_build_payload(&b, IKE_P_DELETE), &old_out, 1);
	ask(b);
	EXPECT_EQ(theirs()->sender, child_of(hub, 1)->spi_in);
	EXPECT_EQ(theirs()->child_count, 2u) << "packets may be on their way still";
	sim.run_for(6000);
	EXPECT_EQ(theirs()->child_count, 1u);
	EXPECT_EQ(child_of(hub, 0)->spi_out, 0x7777u);
	EXPECT_STREQ(hub.info(theirs()->handle).state, "UP");
}

TEST_F(Rekey, a_child_with_perfect_forward_secrecy)
{
	connect_for_rekey(true);
	rekey_child(child_of(hub, 0)->spi_out, 0x7777, "19");
	ASSERT_FALSE(answer.empty());
	EXPECT_EQ(chosen().group, CRYPTO_GROUP_ECP_256);
	expect_child_keys(true);
}

/* RFC7296-2.8-f */
TEST_F(Rekey, the_answer_waits_for_the_datapath)
{
	connect_for_rekey(true);
	hub.w.set.delay_ms = 500;
	rekey_child(child_of(hub, 0)->spi_out, 0x7777, nullptr);
	EXPECT_TRUE(answer.empty());
	EXPECT_EQ(ike_childfsm_kind(ike_sa_child(hub_sa(), child_of(hub, 0)->spi_in)), IKE_CHILD_MOVING);
	spoke.dead = true; /* what arrives is read here */
	sim.run_for(600);
	open();
	expect_child_keys(false);
	EXPECT_STREQ(hub.info(theirs()->handle).state, "UP");
}

/* RFC7296-1.3-c */
TEST_F(Rekey, a_successor_that_cant_be_installed_leaves_the_old_one)
{
	connect_for_rekey(true);
	hub.w.set.install_err = ERR_FULL;
	rekey_child(child_of(hub, 0)->spi_out, 0x7777, nullptr);
	EXPECT_EQ(refusal(), IKE_N_TEMPORARY_FAILURE);
	EXPECT_EQ(theirs()->child_count, 1u);
	EXPECT_TRUE(theirs()->up);
	hub.w.set.install_err = ERR_OK;
	rekey_child(child_of(hub, 0)->spi_out, 0x7778, nullptr);
	EXPECT_EQ(refusal(), 0);
	EXPECT_EQ(theirs()->child_count, 2u);
}

/* RFC7296-1.3-c RFC7296-1.3.3-a RFC7296-2.21.3-a RFC7296-2.25-e */
TEST_F(Rekey, what_isnt_a_successor_is_refused_and_the_sa_stays)
{
	connect_for_rekey(true);
	struct ike_build b;

	rekey_child(0x4444, 0x7777, nullptr);
	EXPECT_EQ(refusal(), IKE_N_CHILD_SA_NOT_FOUND);
	hub.w.set.child_err = ERR_DENIED;
	begin(b);
	put_child(b, spoke.w.set.esp, 0x7777, nullptr);
	ask(b);
	EXPECT_EQ(refusal(), IKE_N_NO_ADDITIONAL_SAS);
	struct ike_offers other = spoke.w.set.esp;
	spoke.w.set.esp.offer[0] = world_offer_esp("aes-cbc-128 sha512");
	rekey_child(child_of(hub, 0)->spi_out, 0x7777, nullptr);
	EXPECT_EQ(refusal(), IKE_N_NO_PROPOSAL_CHOSEN);
	spoke.w.set.esp = other;
	hub.w.set.spi_err = ERR_FULL;
	rekey_child(child_of(hub, 0)->spi_out, 0x7777, nullptr);
	EXPECT_EQ(refusal(), IKE_N_TEMPORARY_FAILURE);
	expect_up();
}

TEST_F(Rekey, a_world_that_cant_take_successors_is_not_asked)
{
	connect_for_rekey(false);
	rekey_child(child_of(hub, 0)->spi_out, 0x7777, nullptr);
	EXPECT_EQ(refusal(), IKE_N_NO_ADDITIONAL_SAS);
	expect_up();
}

/* RFC7296-1.3.2-b RFC7296-2.18-a */
TEST_F(Rekey, the_ike_sa_gets_new_keys_under_the_same_handle)
{
	const uint64_t new_spi = UINT64_C(0x0123456789abcdef);
	struct ike_proposals list;
	struct ike_build b;

	connect_for_rekey(true);
	struct slab_handle hub_handle = theirs()->handle;
	ASSERT_EQ(ike_suite_offer_ike(&spoke.w.set.ike, &list), ERR_OK);
	list.item[0].spi_len = 8;
	list.item[0].spi = new_spi;

	/* With another group first: it says which one it wants. */
	begin(b);
	ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &list);
	ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), view(ni));
	put_ke(b, "14");
	ask(b);
	EXPECT_EQ(refusal(), IKE_N_INVALID_KE_PAYLOAD);

	begin(b);
	ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &list);
	ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), view(ni));
	put_ke(b, "31");
	ask(b);
	ASSERT_EQ(refusal(), 0);

	struct secret shared = shared_with_hub(), keys = {};
	struct ike_suite suite;
	struct ike_choice choice = chosen();
	struct ike_keys_old old = { &sa()->suite, &sa()->keys };
	struct ike_keys_seed seed = { secret_view(&shared), view(ni), their_nonce(), new_spi, choice.spi, nullptr, 0 };
	ASSERT_EQ(ike_suite_of(&choice, &suite), ERR_OK);
	ASSERT_EQ(ike_keys_rekey(spoke.w.engine->cfg.crypto, &old, &suite, &seed, &keys), ERR_OK);
	ASSERT_EQ(ike_keys_trim(&suite, &keys), ERR_OK);
	EXPECT_TRUE(secret_eq(secret_view(&keys), secret_view(&hub_sa()->keys)));
	EXPECT_EQ(hub_sa()->spi_i, new_spi);
	EXPECT_EQ(hub_sa()->spi_r, choice.spi);
	struct ike_stats stats;
	ike_engine_stats(hub.w.engine, &stats);
	EXPECT_EQ(stats.sa_count, 2u) << "the old one waits to be deleted";

	/* The old SA is deleted; for the hub's world nothing happened. */
	ike_seal_begin(spoke.w.engine, sa(), IKE_X_INFORMATIONAL, false, &b);
	ike_delete_build_ike(ike_build_payload(&b, IKE_P_DELETE));
	ask(b);
	EXPECT_TRUE(theirs()->up);
	EXPECT_EQ(theirs()->child_count, 1u);
	EXPECT_EQ(hub.w.downs, 0u);

	/* The spoke changes over by hand, and the new SA works both ways. */
	struct ike_sa *s = sa();
	map_del(&spoke.w.engine->by_spi, &s->by_spi);
	s->spi_i = new_spi;
	s->spi_r = choice.spi;
	s->suite = suite;
	secret_take(&s->keys, &keys);
	memset(&s->window, 0, sizeof(s->window));
	map_add(&spoke.w.engine->by_spi, &s->by_spi, map_hash(&spoke.w.engine->by_spi, bytes_of(&s->spi_i, sizeof(s->spi_i))));
	ike_engine_probe(spoke.w.engine, sim.now_ms, h);
	ike_engine_probe(hub.w.engine, sim.now_ms, hub_handle);
	sim.run_for(1000);
	EXPECT_EQ(spoke.info(h).msgid_tx, 1u);
	EXPECT_EQ(hub.info(hub_handle).msgid_tx, 1u);
	expect_up();
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(40000);
	EXPECT_EQ(hub.w.downs, 1u);
	expect_nothing_left();
	secret_fini(&shared);
}

TEST_F(Rekey, an_old_ike_sa_that_the_peer_forgets_is_deleted)
{
	struct ike_proposals list;
	struct ike_build b;

	connect_for_rekey(true);
	ASSERT_EQ(ike_suite_offer_ike(&spoke.w.set.ike, &list), ERR_OK);
	list.item[0].spi_len = 8;
	list.item[0].spi = 77;
	begin(b);
	ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &list);
	ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), view(ni));
	put_ke(b, "31");
	ask(b);
	ASSERT_EQ(refusal(), 0);
	spoke.dead = true;
	sim.run_for(260 * 1000);
	struct ike_stats stats;
	ike_engine_stats(hub.w.engine, &stats);
	EXPECT_EQ(stats.sa_count, 1u);
	EXPECT_TRUE(theirs()->up);
}
