/* Additional key exchanges when an IKE SA is rekeyed: IKE_FOLLOWUP_KE, RFC9370-2.2.4. */
#include "by_hand.h"
#include "crypto/kex.h"
#include "ike/rekey/promise.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"

namespace
{

class Followup : public ByHand
{
      protected:
	const uint64_t new_spi = UINT64_C(0x0a0b0c0d0e0f1011);
	const Octets ni = Octets(32, 'i');
	struct crypto_kex kex[2] = {};

	void extras(std::initializer_list<const char *> groups)
	{
		uint8_t slot = 1;

		for (const char *g : groups) {
			world_offer_extra(&spoke.w.set.ike.offer[0], slot, g);
			world_offer_extra(&hub.w.set.ike.offer[0], slot++, g);
		}
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
	std::string extras_of(const struct ike_sa_info &i)
	{
		std::string made;

		for (unsigned n = 0; n < IKE_INFO_EXTRAS && i.extra[n] != nullptr; n++)
			made += std::string(i.extra[n]->keyword) + " ";
		return made;
	}
	void put_share(struct ike_build &b, struct crypto_kex *k, const char *group)
	{
		const struct crypto_alg *alg = crypto_alg_named(CRYPTO_GROUP, group);
		uint8_t pub[CRYPTO_PUB_MAX];

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
		EXPECT_EQ(ke.group, k->group->id);
		EXPECT_EQ(crypto_kex_derive(spoke.w.engine->cfg.crypto, k, ke.data, &out), ERR_OK);
		return out;
	}
	/* CREATE_CHILD_SA for a new IKE SA by hand; what the hub chose. */
	struct ike_choice ask_rekey()
	{
		struct ike_proposals list, told = {};
		struct ike_choice choice = {};
		struct ike_build b;

		EXPECT_EQ(ike_suite_offer_ike(&spoke.w.set.ike, &list), ERR_OK);
		list.item[0].spi_len = 8;
		list.item[0].spi = new_spi;
		begin(b, IKE_X_CREATE_CHILD_SA);
		ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &list);
		ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), view(ni));
		put_share(b, &kex[0], "31");
		ask(b);
		const struct ike_payload *p = ike_msg_find(&msg, IKE_P_SA);
		if (p == nullptr)
			return choice;
		struct rd r = rd_of(p->body);
		EXPECT_EQ(ike_proposal_parse(&r, &told), ERR_OK);
		EXPECT_EQ(ike_select_check(&list, &told, 0, &choice), ERR_OK);
		return choice;
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
	unsigned sas(Node &n)
	{
		struct ike_stats s;

		ike_engine_stats(n.w.engine, &s);
		return s.sa_count;
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
TEST_F(Followup, RFC9370_2_2_4_a_rekey_makes_as_many_key_exchanges_as_the_set_up)
{
	extras({ "19", "20" });
	up();
	uint64_t before = spoke.info(h).spi_i;
	sim.sent.clear();
	ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
	sim.run_for(2000);
	expect_up();
	EXPECT_NE(spoke.info(h).spi_i, before);
	EXPECT_EQ(count_of(IKE_X_CREATE_CHILD_SA), 2u);
	EXPECT_EQ(count_of(IKE_X_IKE_FOLLOWUP_KE), 4u);
	EXPECT_EQ(extras_of(spoke.info(h)), "19 20 ");
	EXPECT_EQ(extras_of(hub.info(theirs()->handle)), "19 20 ");
	EXPECT_EQ(spoke.stat(IKE_STAT_FOLLOWUP), 2u);
	EXPECT_EQ(hub.stat(IKE_STAT_FOLLOWUP), 2u);
	EXPECT_EQ(sas(spoke) + sas(hub), 3u) << "the hub's old one lingers";
	EXPECT_EQ(spoke.w.downs + hub.w.downs, 0u);

	ike_engine_rekey(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(2000);
	expect_up();
	EXPECT_EQ(hub.info(theirs()->handle).role, IKE_INITIATOR);
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY), 2u);
}

/* RFC9370-2.2.4-c */
TEST_F(Followup, RFC9370_2_2_4_known_answer_SKEYSEED_holds_all_secrets_in_order)
{
	extras({ "19" });
	up();
	struct ike_choice choice = ask_rekey();
	ASSERT_EQ(choice.extra[0], CRYPTO_GROUP_ECP_256);
	ASSERT_FALSE(link().empty());
	EXPECT_EQ(sas(hub), 1u) << "nothing is made yet";
	struct rd r = rd_of(ike_msg_find(&msg, IKE_P_NONCE)->body);
	struct bytes nr;
	ASSERT_EQ(ike_nonce_parse(&r, &nr), ERR_OK);
	Octets kept(nr.data, nr.data + nr.len);
	struct secret first = shared_by(&kex[0]), second = {}, keys = {};

	ask_followup("19", link());
	ASSERT_EQ(error(), 0);
	EXPECT_EQ(msg.hdr.exchange, IKE_X_IKE_FOLLOWUP_KE);
	EXPECT_TRUE(link().empty()) << "it was the last one";
	second = shared_by(&kex[1]);
	struct bytes more = secret_view(&second);
	struct ike_keys_old old = { &sa()->suite, &sa()->keys };
	struct ike_keys_seed seed = { secret_view(&first), view(ni), view(kept), new_spi, choice.spi, &more, 1 };
	struct ike_suite suite;
	ASSERT_EQ(ike_suite_of(&choice, &suite), ERR_OK);
	ASSERT_EQ(ike_keys_rekey(spoke.w.engine->cfg.crypto, &old, &suite, &seed, &keys), ERR_OK);
	ASSERT_EQ(ike_keys_trim(&suite, &keys), ERR_OK);
	EXPECT_TRUE(secret_eq(secret_view(&keys), secret_view(&hub_sa()->keys)));
	EXPECT_EQ(hub_sa()->spi_i, new_spi);
	EXPECT_EQ(sas(hub), 2u) << "the old one waits to be deleted";
	for (struct secret *s : { &first, &second, &keys })
		secret_fini(s);
}

/* RFC9370-2.2.4-b */
TEST_F(Followup, RFC9370_2_2_4_what_is_forgotten_or_never_was_is_STATE_NOT_FOUND)
{
	extras({ "19" });
	up();
	ask_followup("19", Octets(9, 'x'));
	EXPECT_EQ(error(), IKE_N_STATE_NOT_FOUND);
	crypto_kex_fini(&kex[1]);
	ask_rekey();
	Octets kept = link();
	sim.run_for(21000);
	ask_followup("19", kept);
	EXPECT_EQ(error(), IKE_N_STATE_NOT_FOUND);
	EXPECT_EQ(hub.stat(IKE_STAT_FOLLOWUP_LOST), 3u);
	EXPECT_TRUE(theirs()->up);
	EXPECT_EQ(sas(hub), 1u);
}

/* What would be under way when the new keys come would be lost with the old ones. */
TEST_F(Followup, until_the_last_one_or_its_end_the_responders_own_requests_wait)
{
	extras({ "19" });
	up();
	ask_rekey();
	ike_engine_probe(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(19000);
	EXPECT_EQ(hub.stat(IKE_STAT_PROBE), 0u);
	sim.run_for(2000);
	EXPECT_EQ(hub.stat(IKE_STAT_PROBE), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_FOLLOWUP_LOST), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_RX_REFUSED), 0u);
	EXPECT_TRUE(theirs()->up);
}

TEST_F(Followup, RFC9370_2_2_4_an_exchange_of_another_group_ends_it)
{
	extras({ "19" });
	up();
	ask_rekey();
	ask_followup("20", link());
	EXPECT_EQ(error(), IKE_N_INVALID_SYNTAX);
	EXPECT_TRUE(theirs()->up);
	EXPECT_EQ(sas(hub), 1u);
}

/* RFC9370-2.2.4-d */
TEST_F(Followup, RFC9370_2_2_4_a_crossing_request_that_comes_while_they_go_on_is_TEMPORARY_FAILURE)
{
	bool held = true;

	extras({ "19" });
	up();
	sim.tap = [&](Packet &p) { return !(held && exchange_of(p) == IKE_X_IKE_FOLLOWUP_KE); };
	ike_engine_rekey(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(300);
	EXPECT_STREQ(hub.info(theirs()->handle).state, "REKEY_MORE");
	ask_rekey();
	EXPECT_EQ(error(), IKE_N_TEMPORARY_FAILURE);
	held = false;
	sim.run_for(5000);
	EXPECT_EQ(hub.stat(IKE_STAT_REKEY), 1u);
	EXPECT_EQ(disagreement(spoke, hub), "");
}

TEST_F(Followup, RFC9370_2_2_4_a_peer_that_forgets_each_time_is_given_up)
{
	extras({ "19" });
	up();
	sim.tap = [&](Packet &p) {
		if (exchange_of(p) == IKE_X_IKE_FOLLOWUP_KE && addr_eq(&p.from.addr, &spoke.addr) && hub_sa()->promise != nullptr)
			hub_sa()->promise->link[0] ^= 1;
		return true;
	};
	ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
	sim.run_for(1000);
	expect_up();
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY), 0u);
	for (int i = 0; i < 2; i++) {
		sim.run_for(25000); /* until the hub has forgotten what it promised */
		ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
		sim.run_for(1000);
	}
	EXPECT_TRUE(mine()->over);
	EXPECT_EQ(mine()->why, IKE_DOWN_PROTOCOL);
	EXPECT_EQ(spoke.stat(IKE_STAT_FOLLOWUP_LOST), 3u);
}

TEST(FollowupStorm, RFC9370_2_2_4_loss_and_reordering_change_nothing)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		Sim sim{ seed };
		Node &a = sim.node("192.0.2.1", "a.example.net", "key"), &b = sim.node("192.0.2.2", "b.example.net", "key");

		for (Node *n : { &a, &b }) {
			world_offer_extra(&n->w.set.ike.offer[0], 1, "19");
			world_offer_extra(&n->w.set.ike.offer[0], 5, "20");
			n->w.set.agree_ms = static_cast<uint32_t>(seed % 3) * 50;
			sim.start(*n);
		}
		struct slab_handle h = a.initiate(b);
		sim.run_for(2000);
		ASSERT_EQ(world_up_count(&b.w), 1u) << seed;
		sim.loss = sim.dup = 20;
		sim.delay_max_ms = 300;
		for (int i = 0; i < 6; i++) {
			if (i % 3 != 1)
				ike_engine_rekey(a.w.engine, sim.now_ms, h);
			if (i % 3 != 0 && world_last_up(&b.w) != nullptr)
				ike_engine_rekey(b.w.engine, sim.now_ms, world_last_up(&b.w)->handle);
			sim.run_for(15000);
		}
		sim.loss = 0;
		sim.run_for(300000);
		EXPECT_EQ(sim.fault(), "") << seed;
		EXPECT_EQ(disagreement(a, b), "") << seed;
		EXPECT_GE(a.stat(IKE_STAT_REKEY), 2u) << seed;
		if (world_up_count(&a.w) == 1) {
			EXPECT_STREQ(a.info(h).extra[1]->keyword, "20") << seed;
		}
	}
}
