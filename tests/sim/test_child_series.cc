/* Additional key exchanges of CHILD_SAs: IKE_FOLLOWUP_KE, RFC9370-2.2.4.  R-IKE-20. */
#include "by_hand.h"
#include "crypto/kex.h"
#include "crypto/prf.h"
#include "ike/ability.h"
#include "ike/rekey/attempt.h"
#include "ike/rekey/promise.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"

namespace
{

class ChildSeries : public ByHand
{
      protected:
	const Octets ni = Octets(32, 'i');
	const uint32_t spi = 0x0c0d0e0f;
	struct crypto_kex kex[2] = {};

	void extras(std::initializer_list<const char *> groups)
	{
		uint8_t slot = 1;

		for (Node *n : { &spoke, &hub })
			n->w.set.pfs = world_groups("31");
		for (const char *g : groups) {
			world_groups_extra(&spoke.w.set.pfs, slot, g);
			world_groups_extra(&hub.w.set.pfs, slot++, g);
		}
	}
	void go(unsigned abilities = 0)
	{
		struct ike_engine_config config = {};

		config.child_rekey = true;
		config.abilities = static_cast<uint16_t>(abilities);
		start(config);
		sim.record = true;
		connect();
		expect_up();
		sim.sent.clear();
	}
	static uint8_t exchange_of(const Packet &p)
	{
		struct ike_msg m;

		return ike_msg_parse(bytes_of(p.data.data(), p.data.size()), &m) == ERR_OK ? m.hdr.exchange : 0;
	}
	unsigned count_of(uint8_t exchange) const
	{
		unsigned n = 0;

		for (const Packet &p : sim.sent)
			n += exchange_of(p) == exchange;
		return n;
	}
	static std::string groups_of(const struct world_child *c)
	{
		std::string made = c->group == nullptr ? "-" : c->group->keyword;

		for (unsigned n = 0; n < IKE_EXTRAS && c->extra[n] != nullptr; n++)
			made += std::string(" ") + c->extra[n]->keyword;
		return made;
	}
	std::string groups(struct world_session *s)
	{
		return groups_of(world_pair(s, s->sender));
	}
	void rekey(Node &n)
	{
		struct world_session *s = &n == &hub ? theirs() : mine();

		ike_engine_rekey_child(n.w.engine, sim.now_ms, s->handle, s->sender);
	}
	/* Both ends agree, and each has 'count' pairs. */
	void expect_pairs(unsigned count)
	{
		expect_up();
		EXPECT_EQ(mine()->child_count, count);
		EXPECT_EQ(theirs()->child_count, count);
		EXPECT_EQ(spoke.w.spi_out_count + hub.w.spi_out_count, 0u);
		EXPECT_EQ(sim.esp_received, sim.esp_sent);
		EXPECT_EQ(sa()->attempt, nullptr);
		EXPECT_EQ(hub_sa()->attempt, nullptr);
		EXPECT_EQ(sa()->promise, nullptr);
		EXPECT_EQ(hub_sa()->promise, nullptr);
	}
	/* IKE_FOLLOWUP_KE doesn't arrive while 'held'. */
	void hold(bool &held)
	{
		sim.tap = [&held](Packet &p) { return !(held && exchange_of(p) == IKE_X_IKE_FOLLOWUP_KE); };
	}
	void put_share(struct ike_build &b, struct crypto_kex *k, const char *group)
	{
		const struct crypto_alg *alg = crypto_alg_named(CRYPTO_GROUP, group);
		uint8_t pub[CRYPTO_PUB_MAX];

		crypto_kex_fini(k);
		ASSERT_EQ(crypto_kex_new(spoke.w.engine->cfg.crypto, spoke.w.rand, alg, k, pub), ERR_OK);
		struct ike_ke ke = { alg->id, bytes_of(pub, alg->pub_len) };
		ike_ke_build(ike_build_payload(&b, IKE_P_KE), &ke);
	}
	struct secret shared_by(struct crypto_kex *k)
	{
		struct rd r = rd_of(ike_msg_find(&msg, IKE_P_KE)->body);
		struct secret out = {};
		struct ike_ke ke = {};

		EXPECT_EQ(ike_ke_parse(&r, &ke), ERR_OK);
		EXPECT_EQ(crypto_kex_derive(spoke.w.engine->cfg.crypto, k, ke.data, &out), ERR_OK);
		return out;
	}
	/* CREATE_CHILD_SA by hand: a successor of 'old', or a further pair. */
	void ask_child(const struct world_child *old)
	{
		struct ike_proposals list;
		struct ike_build b;

		ike_proposal_init(&list);
		ASSERT_EQ(ike_suite_offer_child(&spoke.w.set.esp, &spoke.w.set.pfs, spi, &list), ERR_OK);
		begin(b, IKE_X_CREATE_CHILD_SA);
		if (old != nullptr)
			ike_notify_build_esp(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_REKEY_SA, old->spi_in);
		ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &list);
		ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), view(ni));
		put_share(b, &kex[0], "31");
		ike_ts_build(ike_build_payload(&b, IKE_P_TSI), spoke.w.set.local, 1);
		ike_ts_build(ike_build_payload(&b, IKE_P_TSR), spoke.w.set.remote, 1);
		ask(b);
	}
	void ask_followup(const char *group, const Octets &link)
	{
		struct ike_build b;

		begin(b, IKE_X_IKE_FOLLOWUP_KE);
		put_share(b, &kex[1], group);
		ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_ADDITIONAL_KEY_EXCHANGE, view(link));
		ask(b);
	}
	Octets link()
	{
		struct bytes l = ike_series_link(&msg);

		return Octets(l.data, l.data + l.len);
	}
	Octets nonce()
	{
		struct rd r = rd_of(ike_msg_find(&msg, IKE_P_NONCE)->body);
		struct bytes nr = {};

		EXPECT_EQ(ike_nonce_parse(&r, &nr), ERR_OK);
		return Octets(nr.data, nr.data + nr.len);
	}
	/* The hub's pair that sends to us by 'spi'. */
	struct world_child *hubs()
	{
		list_each (l, &theirs()->children) {
			struct world_child *c = list_of(l, struct world_child, link);

			if (c->spi_out == spi)
				return c;
		}
		return nullptr;
	}
	void TearDown() override
	{
		crypto_kex_fini(&kex[0]);
		crypto_kex_fini(&kex[1]);
		ByHand::TearDown();
	}
};

} // namespace

/* RFC9370-2.2.4-a */
TEST_F(ChildSeries, RFC9370_2_2_4_a_successor_takes_as_many_key_exchanges_whoever_asks)
{
	extras({ "19", "20" });
	go();
	EXPECT_EQ(groups(mine()), "-") << "IKE_AUTH has no key exchange";
	sim.traffic_ms = 3;
	for (Node *n : { &spoke, &hub }) {
		sim.sent.clear();
		rekey(*n);
		sim.run_for(2000);
		EXPECT_EQ(count_of(IKE_X_CREATE_CHILD_SA), 2u);
		EXPECT_EQ(count_of(IKE_X_IKE_FOLLOWUP_KE), 4u);
		EXPECT_EQ(groups(mine()), "31 19 20");
		EXPECT_EQ(groups(theirs()), "31 19 20");
	}
	sim.traffic_ms = 0;
	sim.run_for(20000);
	expect_pairs(1);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 2u);
	EXPECT_EQ(spoke.stat(IKE_STAT_FOLLOWUP), 4u);
	EXPECT_EQ(hub.stat(IKE_STAT_FOLLOWUP), 4u);
	EXPECT_EQ(spoke.w.downs + hub.w.downs, 0u);
}

/* RFC9370-2.2.4-a */
TEST_F(ChildSeries, a_further_pair_and_the_first_one_after_IKE_AUTH_take_them_too)
{
	uint32_t name;

	extras({ "19" });
	for (Node *n : { &spoke, &hub })
		n->w.set.childless = true;
	go(1U << IKE_CAN_CHILDLESS);
	EXPECT_EQ(groups(mine()), "31 19");
	EXPECT_EQ(groups(theirs()), "31 19");
	ASSERT_EQ(world_new_child(&spoke.w, h, &name), ERR_OK);
	sim.run_for(1000);
	ASSERT_EQ(world_new_child(&hub.w, theirs()->handle, &name), ERR_OK);
	sim.run_for(1000);
	expect_pairs(3);
	EXPECT_EQ(groups_of(world_sender(mine(), 3)), "31 19");
	EXPECT_EQ(groups_of(world_sender(theirs(), 2)), "31 19");
}

/* RFC9370-2.2.4-c, -e */
TEST_F(ChildSeries, RFC9370_2_2_4_known_answer_KEYMAT_holds_all_secrets_in_order)
{
	extras({ "19" });
	go();
	ask_child(nullptr);
	ASSERT_EQ(error(), 0);
	ASSERT_FALSE(link().empty());
	EXPECT_EQ(theirs()->child_count, 1u) << "nothing is made yet";
	Octets nr = nonce();
	struct secret first = shared_by(&kex[0]), second = {};

	ask_followup("19", link());
	ASSERT_EQ(error(), 0);
	EXPECT_EQ(msg.hdr.exchange, IKE_X_IKE_FOLLOWUP_KE);
	EXPECT_TRUE(link().empty()) << "it was the last one";
	second = shared_by(&kex[1]);
	ASSERT_NE(hubs(), nullptr);
	struct bytes part[] = { secret_view(&first), view(ni), view(nr), secret_view(&second) };
	struct crypto_prf_key key = { sa()->suite.prf, ike_keys_view(&sa()->suite, &sa()->keys, IKE_SK_D) };
	uint8_t keymat[2 * 20];
	ASSERT_EQ(crypto_prf_plus(spoke.w.engine->cfg.crypto, &key, crypto_parts_of(part, 4), keymat, sizeof(keymat)), ERR_OK);
	EXPECT_TRUE(secret_eq(bytes_of(keymat, 20), secret_view(&hubs()->in_encr)));
	EXPECT_TRUE(secret_eq(bytes_of(keymat + 20, 20), secret_view(&hubs()->out_encr)));
	secret_fini(&first);
	secret_fini(&second);
}

/* RFC9370-2.2.4-b */
TEST_F(ChildSeries, RFC9370_2_2_4_what_was_forgotten_is_STATE_NOT_FOUND_and_its_SPI_goes_back)
{
	extras({ "19" });
	go();
	ask_child(world_pair(mine(), mine()->sender));
	Octets kept = link();
	EXPECT_EQ(hub.w.spi_out_count, 1u);
	EXPECT_STREQ(hub.info(theirs()->handle).state, "UP");
	sim.run_for(21000);
	EXPECT_EQ(hub.w.spi_out_count, 0u);
	ask_followup("19", kept);
	EXPECT_EQ(error(), IKE_N_STATE_NOT_FOUND);
	EXPECT_EQ(hub.stat(IKE_STAT_FOLLOWUP_LOST), 2u);
	EXPECT_EQ(theirs()->child_count, 1u);
	EXPECT_TRUE(theirs()->up);
}

TEST_F(ChildSeries, a_new_request_takes_the_place_of_a_promise)
{
	extras({ "19" });
	go();
	ask_child(world_pair(mine(), mine()->sender));
	Octets old = link();
	ask_child(world_pair(mine(), mine()->sender));
	EXPECT_NE(old, link());
	EXPECT_EQ(hub.w.spi_out_count, 1u);
	Octets now = link();
	ask_followup("19", old);
	EXPECT_EQ(error(), IKE_N_STATE_NOT_FOUND);
	ask_followup("19", now);
	EXPECT_EQ(error(), 0);
	EXPECT_NE(hubs(), nullptr);
}

/* RFC7296-2.25.1: what is promised to replace a pair isn't made when that is being deleted. */
TEST_F(ChildSeries, RFC7296_2_25_1_a_pair_that_is_deleted_meanwhile_has_no_successor)
{
	uint32_t name;

	extras({ "19" });
	go();
	ASSERT_EQ(world_new_child(&spoke.w, h, &name), ERR_OK);
	sim.run_for(1000);
	ask_child(world_sender(mine(), 1));
	Octets kept = link();
	sim.tap = [](Packet &) { return false; };
	ike_engine_delete_child(hub.w.engine, sim.now_ms, theirs()->handle, world_sender(theirs(), 1)->spi_in);
	sim.tap = nullptr;
	ask_followup("19", kept);
	EXPECT_EQ(error(), IKE_N_TEMPORARY_FAILURE);
	EXPECT_EQ(hubs(), nullptr);
	EXPECT_EQ(hub.w.spi_out_count, 0u);
}

/* The order comes while ours go on: the peer makes nothing, or deletes what it made. */
TEST_F(ChildSeries, a_pair_that_we_delete_while_they_go_on_is_deleted)
{
	uint32_t name;

	extras({ "19", "20" });
	for (unsigned lost = 1; lost <= 2; lost++) {
		unsigned seen = 0;

		if (lost == 1)
			go();
		ASSERT_EQ(world_new_child(&spoke.w, h, &name), ERR_OK);
		sim.run_for(1000);
		struct world_child *c = world_pair(mine(), name);
		ASSERT_NE(c, nullptr);
		sim.tap = [&](Packet &p) {
			if (exchange_of(p) == IKE_X_IKE_FOLLOWUP_KE && addr_eq(&p.from.addr, &hub.addr) && ++seen == lost)
				ike_engine_delete_child(spoke.w.engine, sim.now_ms, h, name);
			return true;
		};
		ike_engine_rekey_child(spoke.w.engine, sim.now_ms, h, name);
		sim.run_for(30000);
		EXPECT_EQ(seen, lost == 1 ? 1u : 2u) << "the second isn't asked for when nobody wants it";
		expect_pairs(1);
		sim.tap = nullptr;
	}
}

/* RFC9370-2.2.4-d */
TEST_F(ChildSeries, RFC9370_2_2_4_a_crossing_request_that_comes_while_they_go_on_is_TEMPORARY_FAILURE)
{
	bool held = true;

	extras({ "19" });
	go();
	hold(held);
	rekey(hub);
	sim.run_for(300);
	EXPECT_NE(hub_sa()->attempt, nullptr);
	ask_child(world_pair(mine(), mine()->sender));
	EXPECT_EQ(error(), IKE_N_TEMPORARY_FAILURE);
	held = false;
	sim.run_for(10000);
	EXPECT_EQ(hub.stat(IKE_STAT_CHILD_REKEY), 1u);
	EXPECT_EQ(disagreement(spoke, hub), "");
}

/* RFC9370-2.2.4-f */
TEST_F(ChildSeries, RFC9370_2_2_4_of_two_that_cross_one_goes_on_and_the_nonces_say_which)
{
	extras({ "19", "20" });
	go();
	for (unsigned i = 1; i <= 8; i++) {
		sim.sent.clear();
		rekey(spoke);
		rekey(hub);
		sim.run_for(20000);
		expect_pairs(1);
		EXPECT_EQ(count_of(IKE_X_CREATE_CHILD_SA), 4u);
		EXPECT_EQ(count_of(IKE_X_IKE_FOLLOWUP_KE), 4u) << "nothing is done in vain";
		EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_CROSSED), i);
		EXPECT_EQ(hub.stat(IKE_STAT_REKEY_CROSSED), i);
		EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), i);
	}
}

/* One end's request takes a series and the other's doesn't: whichever stays, one pair is left. */
TEST_F(ChildSeries, a_plain_one_may_cross_a_series)
{
	for (Node *n : { &spoke, &hub })
		n->w.set.pfs = world_groups("31");
	world_groups_extra(&hub.w.set.pfs, 1, nullptr);
	for (Node *n : { &spoke, &hub })
		world_groups_extra(&n->w.set.pfs, 1, "19");
	world_groups_extra(&spoke.w.set.pfs, 1, nullptr);
	go();
	sim.traffic_ms = 5;
	for (unsigned i = 1; i <= 12; i++) {
		rekey(spoke);
		rekey(hub);
		sim.run_for(20000);
		EXPECT_EQ(mine()->child_count, 1u) << i;
		EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_CROSSED), i);
	}
	sim.traffic_ms = 0;
	sim.run_for(20000);
	expect_pairs(1);
	EXPECT_GT(spoke.stat(IKE_STAT_FOLLOWUP), 0u);
	EXPECT_LT(spoke.stat(IKE_STAT_FOLLOWUP), 12u);
}

TEST_F(ChildSeries, where_one_end_cannot_do_without_and_the_other_has_none_there_is_no_pair)
{
	extras({});
	world_groups_extra(&spoke.w.set.pfs, 1, "19");
	go();
	rekey(spoke);
	sim.run_for(2000);
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_REFUSED), 1u);
	rekey(hub);
	sim.run_for(2000);
	EXPECT_EQ(hub.stat(IKE_STAT_REKEY_REFUSED), 1u);
	EXPECT_EQ(mine()->child_count, 1u);
	EXPECT_EQ(groups(mine()), "-");
}

/* RFC9370-2.2.4-b */
TEST_F(ChildSeries, RFC9370_2_2_4_a_peer_that_forgets_each_time_is_given_up)
{
	extras({ "19" });
	go();
	sim.tap = [&](Packet &p) {
		if (exchange_of(p) == IKE_X_IKE_FOLLOWUP_KE && addr_eq(&p.from.addr, &spoke.addr) && hub_sa()->promise != nullptr)
			hub_sa()->promise->link[0] ^= 1;
		return true;
	};
	rekey(spoke);
	sim.run_for(1000);
	EXPECT_TRUE(mine()->up);
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_REFUSED), 1u);
	sim.run_for(120000); /* it is tried again */
	EXPECT_TRUE(mine()->over);
	EXPECT_EQ(mine()->why, IKE_DOWN_PROTOCOL);
	EXPECT_EQ(spoke.stat(IKE_STAT_FOLLOWUP_LOST), 3u);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 0u);
}

/* The world can't install it: the last IKE_FOLLOWUP_KE is answered by TEMPORARY_FAILURE, in an exchange of that type. */
TEST_F(ChildSeries, what_the_world_refuses_is_refused_in_the_last_one)
{
	extras({ "19" });
	go();
	hub.w.set.install_err = ERR_FULL;
	rekey(spoke);
	sim.run_for(1000);
	EXPECT_EQ(exchange_of(sim.sent.back()), IKE_X_IKE_FOLLOWUP_KE);
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_REFUSED), 1u);
	hub.w.set.install_err = ERR_OK;
	rekey(spoke);
	sim.run_for(20000);
	expect_pairs(1);
	EXPECT_EQ(groups(mine()), "31 19");
}

TEST(ChildSeriesStorm, RFC9370_2_2_4_loss_and_reordering_change_nothing)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		Sim sim{ seed };
		Node &a = sim.node("192.0.2.1", "a.example.net", "key"), &b = sim.node("192.0.2.2", "b.example.net", "key");
		struct ike_engine_config config = {};

		config.child_rekey = true;
		for (Node *n : { &a, &b }) {
			n->w.set.pfs = world_groups("31");
			world_groups_extra(&n->w.set.pfs, 1, "19");
			world_groups_extra(&n->w.set.pfs, 5, "20");
			n->w.set.agree_ms = static_cast<uint32_t>(seed % 3) * 50;
			sim.start(*n, config);
		}
		struct slab_handle h = a.initiate(b);
		sim.run_for(2000);
		ASSERT_EQ(world_up_count(&b.w), 1u) << seed;
		sim.loss = sim.dup = 20;
		sim.delay_max_ms = 300;
		for (int i = 0; i < 6; i++) {
			for (Node *n : { &a, &b }) {
				struct world_session *s = world_last_up(&n->w);

				if (s != nullptr && i % 3 != (n == &a ? 1 : 0))
					ike_engine_rekey_child(n->w.engine, sim.now_ms, s->handle, s->sender);
			}
			sim.run_for(15000);
		}
		sim.loss = 0;
		sim.run_for(300000);
		EXPECT_EQ(sim.fault(), "") << seed;
		EXPECT_EQ(disagreement(a, b), "") << seed;
		EXPECT_GE(a.stat(IKE_STAT_CHILD_REKEY), 2u) << seed;
		if (world_up_count(&a.w) == 1) {
			EXPECT_EQ(world_find(&a.w, h)->child_count, 1u) << seed;
		}
	}
}
