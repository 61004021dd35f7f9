/* Several CHILD_SAs under one IKE SA, RFC7296-1.3.1: asked for by either side, refused, rekeyed, moved, deleted.  R-IKE-20. */
#include <netinet/in.h>

#include <cstring>
#include <map>
#include <string>

#include "crypto/iana.h"
#include "ike/core.h"
#include "ike/keying/seal.h"
#include "ike/wire/build.h"
#include "ike/wire/msg.h"
#include "pair.h"

namespace
{

class Further : public Pair
{
      protected:
	struct slab_handle hub_h = {};
	uint32_t spi = 0;

	void begin()
	{
		struct ike_engine_config config = {};

		config.child_rekey = true;
		start(config);
		connect();
		expect_up();
		hub_h = theirs()->handle;
	}
	enum err more(Node &n)
	{
		n.w.now_ms = sim.now_ms;
		return world_new_child(&n.w, &n == &hub ? hub_h : h, &spi);
	}
	/* Both ends have 'count' children in as many lines, and each packet that was sent came in. */
	void expect_children(unsigned count)
	{
		std::map<uint32_t, unsigned> lines;

		EXPECT_EQ(mine()->child_count, count);
		EXPECT_EQ(disagreement(spoke, hub), "");
		list_each (l, &mine()->children)
			lines[list_of(l, struct world_child, link)->line]++;
		EXPECT_EQ(lines.size(), count);
		EXPECT_EQ(sim.esp_received, sim.esp_sent);
		for (auto &n : sim.nodes)
			EXPECT_EQ(n->w.spi_out_count, 0u);
	}
	struct ike_sa *sa_at(Node &n)
	{
		return static_cast<struct ike_sa *>(slab_get(&n.w.engine->sas, &n == &hub ? hub_h : h));
	}
	/* The hub, which hears nothing, answers the spoke's next request by an error alone. */
	void answer_with(uint16_t notify, struct bytes data)
	{
		struct ike_path path = spoke.to(hub);
		struct ike_build b;
		struct bytes d;

		ike_seal_begin(hub.w.engine, sa_at(hub), IKE_X_CREATE_CHILD_SA, true, &b);
		ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), notify, data);
		ASSERT_EQ(ike_seal_end(hub.w.engine, sa_at(hub), &b, &d), ERR_OK);
		sa_at(hub)->window.rx_id++;
		spoke.w.now_ms = sim.now_ms;
		ike_engine_receive(spoke.w.engine, sim.now_ms, &path, d);
	}
};

struct ike_ts net(const char *text)
{
	struct addr_prefix p = {};

	EXPECT_EQ(addr_parse_prefix(text, &p), ERR_OK);
	return ike_ts_of_prefix(&p);
}

} // namespace

TEST_F(Further, RFC7296_1_3_1_either_side_adds_children_and_none_costs_a_packet)
{
	begin();
	sim.traffic_ms = 7;
	for (int i = 0; i < 6; i++) {
		ASSERT_EQ(more(i % 2 == 0 ? spoke : hub), ERR_OK);
		sim.run_for(1000);
	}
	sim.traffic_ms = 0;
	sim.run_for(1000);
	expect_children(7);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_NEW), 6u);
	EXPECT_EQ(hub.stat(IKE_STAT_CHILD_NEW), 6u);
}

TEST_F(Further, both_sides_ask_at_once)
{
	begin();
	ASSERT_EQ(more(spoke), ERR_OK);
	ASSERT_EQ(more(hub), ERR_OK);
	ASSERT_EQ(more(spoke), ERR_OK) << "waits for the window";
	sim.run_for(2000);
	expect_children(4);
}

TEST_F(Further, each_is_rekeyed_by_itself_by_either_side)
{
	begin();
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.run_for(500);
	ASSERT_EQ(more(hub), ERR_OK);
	sim.run_for(500);
	sim.traffic_ms = 7;
	for (int round = 0; round < 4; round++)
		for (uint32_t line = 1; line <= 3; line++) {
			Node &n = (round + static_cast<int>(line)) % 2 == 0 ? spoke : hub;
			struct world_session *s = &n == &hub ? theirs() : mine();

			ike_engine_rekey_child(n.w.engine, sim.now_ms, s->handle, world_sender(s, line)->spi_in);
			sim.run_for(300);
		}
	sim.traffic_ms = 0;
	sim.run_for(100 * 1000);
	expect_children(3);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 12u);
	EXPECT_EQ(spoke.stat(IKE_STAT_RX_REFUSED) + hub.stat(IKE_STAT_RX_REFUSED), 0u);
}

/* RFC7296-2.8: "the new IKE SA inherits all of the original IKE SA's Child SAs". */
TEST_F(Further, RFC7296_2_8_all_move_with_the_ike_sa)
{
	begin();
	ASSERT_EQ(more(spoke), ERR_OK);
	ASSERT_EQ(more(hub), ERR_OK);
	sim.run_for(1000);
	sim.traffic_ms = 7;
	for (int i = 0; i < 3; i++) {
		uint64_t before = spoke.info(h).spi_i;

		ike_engine_rekey(i % 2 == 0 ? spoke.w.engine : hub.w.engine, sim.now_ms, i % 2 == 0 ? h : hub_h);
		sim.run_for(1000);
		EXPECT_NE(spoke.info(h).spi_i, before);
		ike_engine_rekey_child(spoke.w.engine, sim.now_ms, h, world_sender(mine(), 2)->spi_in);
		sim.run_for(1000);
	}
	sim.traffic_ms = 0;
	sim.run_for(100 * 1000);
	expect_children(3);
}

/* RFC7296-2.25.2: asked again later, and not while the IKE SA is rekeyed. */
TEST_F(Further, RFC7296_2_25_a_temporary_failure_is_waited_out)
{
	begin();
	sim.held = true;
	ike_engine_rekey(hub.w.engine, sim.now_ms, hub_h);
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.arrive(1); /* the hub gets it while its own request is under way */
	sim.release();
	sim.run_for(1000);
	EXPECT_TRUE(spoke.logged("TEMPORARY_FAILURE"));
	EXPECT_EQ(mine()->child_count, 1u);
	sim.run_for(20 * 1000);
	expect_children(2);
	EXPECT_EQ(mine()->refused, 0u);
}

TEST_F(Further, R_IKE_20_the_limit_is_told)
{
	hub.w.set.child_limit = 3;
	begin();
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(more(spoke), ERR_OK);
		sim.run_for(500);
	}
	EXPECT_EQ(mine()->refused, 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_CHILD_REFUSED), 1u);
	EXPECT_TRUE(spoke.logged("NO_ADDITIONAL_SAS"));
	expect_children(3);
	EXPECT_EQ(more(hub), ERR_FULL) << "our own limit";
	ike_engine_delete_child(hub.w.engine, sim.now_ms, hub_h, world_sender(theirs(), 2)->spi_in);
	sim.run_for(500);
	EXPECT_EQ(more(hub), ERR_OK) << "one on its way out doesn't count";
	sim.run_for(10 * 1000);
	expect_children(3);
}

TEST_F(Further, what_the_peer_refuses_for_good_comes_to_nothing)
{
	begin();
	spoke.w.set.more_remote[0] = net("203.0.113.0/24");
	spoke.w.set.more_remote_count = 1;
	hub.w.set.more_local[0] = net("192.0.2.0/24");
	hub.w.set.more_local_count = 1;
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.run_for(1000);
	EXPECT_TRUE(spoke.logged("TS_UNACCEPTABLE"));
	hub.w.set.more_local_count = 0;
	hub.w.set.esp.offer[0] = world_offer_esp("aes-gcm-256");
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.run_for(1000);
	EXPECT_TRUE(spoke.logged("NO_PROPOSAL_CHOSEN"));
	EXPECT_EQ(mine()->refused, 2u);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REJECTED), 2u);
	expect_children(1);
}

TEST_F(Further, one_that_cant_be_installed_is_deleted_at_the_peer)
{
	begin();
	spoke.w.set.install_err = ERR_FULL;
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.run_for(1000);
	spoke.w.set.install_err = ERR_OK;
	sim.run_for(20 * 1000);
	expect_children(1);
	hub.w.set.install_err = ERR_FULL;
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.run_for(1000);
	EXPECT_TRUE(spoke.logged("TEMPORARY_FAILURE"));
	hub.w.set.install_err = ERR_OK;
	sim.run_for(20 * 1000);
	expect_children(2);
}

TEST_F(Further, selectors_are_narrowed_by_the_peer_and_the_ends_agree)
{
	struct ike_ts want;

	begin();
	spoke.w.set.more_local[0] = net("10.1.0.0/16");
	spoke.w.set.more_remote[0] = net("10.0.0.0/8");
	spoke.w.set.more_local_count = spoke.w.set.more_remote_count = 1;
	hub.w.set.more_local[0] = net("10.2.0.0/16");
	hub.w.set.more_local_count = 1;
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.run_for(1000);
	expect_children(2);
	want = net("10.2.0.0/16");
	EXPECT_TRUE(ike_ts_eq(&world_sender(mine(), 2)->remote[0], &want));
	want = net("10.1.0.0/16");
	EXPECT_TRUE(ike_ts_eq(&world_sender(mine(), 2)->local[0], &want));
	want = ike_ts_any(AF_INET);
	EXPECT_TRUE(ike_ts_eq(&world_sender(mine(), 1)->local[0], &want)) << "the first one is as it was";
}

TEST_F(Further, one_of_several_is_deleted_and_the_others_stay)
{
	begin();
	ASSERT_EQ(more(spoke), ERR_OK);
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.run_for(1000);
	ike_engine_delete_child(spoke.w.engine, sim.now_ms, h, world_sender(mine(), 1)->spi_in);
	sim.run_for(10 * 1000);
	expect_children(2);
	ike_engine_delete_child(hub.w.engine, sim.now_ms, hub_h, world_sender(theirs(), 3)->spi_in);
	sim.run_for(10 * 1000);
	expect_children(1);
	EXPECT_STREQ(spoke.info(h).state, "UP");
	ike_engine_delete_child(spoke.w.engine, sim.now_ms, h, world_sender(mine(), 2)->spi_in);
	sim.run_for(2000);
	EXPECT_STREQ(spoke.info(h).state, "CHILDLESS");
	EXPECT_STREQ(hub.info(hub_h).state, "CHILDLESS");
}

TEST_F(Further, a_childless_sa_gets_one_again)
{
	begin();
	ike_engine_delete_child(spoke.w.engine, sim.now_ms, h, mine()->sender);
	sim.run_for(2000);
	ASSERT_STREQ(hub.info(hub_h).state, "CHILDLESS");
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.run_for(60 * 1000);
	expect_children(1);
	EXPECT_STREQ(spoke.info(h).state, "UP");
	EXPECT_STREQ(hub.info(hub_h).state, "UP");
}

TEST_F(Further, a_wish_is_withdrawn_before_it_is_asked_while_it_is_and_after)
{
	begin();
	sim.held = true;
	ASSERT_EQ(more(spoke), ERR_OK);
	uint32_t asked = spi;
	ASSERT_EQ(more(spoke), ERR_OK);
	ike_engine_delete_child(spoke.w.engine, sim.now_ms, h, spi);
	EXPECT_EQ(mine()->refused, 1u);
	ike_engine_delete_child(spoke.w.engine, sim.now_ms, h, asked);
	EXPECT_EQ(mine()->refused, 2u);
	sim.release();
	sim.run_for(10 * 1000);
	expect_children(1);
	spoke.w.set.delay_ms = 100;
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.run_for(50);
	ASSERT_EQ(mine()->child_count, 2u) << "being installed";
	ike_engine_delete_child(spoke.w.engine, sim.now_ms, h, spi);
	sim.run_for(10 * 1000);
	expect_children(1);
}

TEST_F(Further, orders_that_cant_be_are_refused_at_once)
{
	begin();
	struct ike_child_policy none = {};

	EXPECT_EQ(ike_engine_new_child(spoke.w.engine, sim.now_ms, h, &none, &spi), ERR_INCOMPLETE);
	spoke.w.set.spi_err = ERR_AGAIN;
	EXPECT_EQ(more(spoke), ERR_AGAIN);
	spoke.w.set.spi_err = ERR_OK;
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	EXPECT_EQ(more(spoke), ERR_STALE);
}

/* RFC7296-2.9: "only willing to accept traffic selectors specifying a single pair of addresses". */
TEST_F(Further, RFC7296_2_9_single_pair_required_is_obeyed_where_there_is_one)
{
	begin();
	hub.dead = true;
	spoke.w.set.more_local[0] = net("10.1.0.1/32");
	spoke.w.set.more_local[1] = net("10.1.0.0/16");
	spoke.w.set.more_remote[0] = net("10.2.0.1/32");
	spoke.w.set.more_local_count = 2;
	spoke.w.set.more_remote_count = 1;
	ASSERT_EQ(more(spoke), ERR_OK);
	answer_with(IKE_N_SINGLE_PAIR_REQUIRED, bytes_of(nullptr, 0));
	EXPECT_EQ(mine()->refused, 0u);
	hub.dead = false;
	sim.run_for(10 * 1000);
	expect_children(2);
	EXPECT_EQ(world_sender(mine(), 2)->local_count, 1);
	hub.dead = true;
	spoke.w.set.more_local_count = 1;
	ASSERT_EQ(more(spoke), ERR_OK);
	answer_with(IKE_N_SINGLE_PAIR_REQUIRED, bytes_of(nullptr, 0));
	EXPECT_EQ(mine()->refused, 1u) << "there was but one pair";
}

TEST_F(Further, RFC7296_3_10_1_invalid_selectors_are_noted)
{
	static const uint8_t packet[] = { 0x45, 0, 0, 20 };
	struct ike_notify n = { IKE_PROTO_ESP, 4, IKE_N_INVALID_SELECTORS, 0x1234, bytes_of(packet, sizeof(packet)) };
	struct ike_path path = hub.to(spoke);
	struct ike_build b;
	struct bytes d;

	begin();
	ike_seal_begin(spoke.w.engine, sa_at(spoke), IKE_X_INFORMATIONAL, false, &b);
	ike_notify_build(ike_build_payload(&b, IKE_P_NOTIFY), &n);
	ASSERT_EQ(ike_seal_end(spoke.w.engine, sa_at(spoke), &b, &d), ERR_OK);
	ike_engine_receive(hub.w.engine, sim.now_ms, &path, d);
	EXPECT_EQ(hub.stat(IKE_STAT_SELECTORS), 1u);
	EXPECT_TRUE(hub.logged("child.selectors"));
	EXPECT_STREQ(hub.info(hub_h).state, "UP");
}

/* ---- key exchanges of their own ---- */

class Groups : public Further, public ::testing::WithParamInterface<const char *>
{
};

TEST_P(Groups, RFC7296_1_3_1_a_further_child_and_a_rekey_with_it)
{
	spoke.w.set.pfs = hub.w.set.pfs = world_groups(GetParam());
	ASSERT_EQ(spoke.w.set.pfs.count, 1);
	begin();
	ASSERT_EQ(more(spoke), ERR_OK);
	ASSERT_EQ(more(hub), ERR_OK);
	sim.run_for(1000);
	ike_engine_rekey_child(spoke.w.engine, sim.now_ms, h, world_sender(mine(), 2)->spi_in);
	sim.run_for(1000);
	ike_engine_rekey_child(hub.w.engine, sim.now_ms, hub_h, world_sender(theirs(), 1)->spi_in);
	sim.run_for(10 * 1000);
	expect_children(3);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 2u);
}

TEST_P(Groups, RFC7296_1_3_invalid_ke_leads_to_the_group_that_the_peer_wants)
{
	const char *other = strcmp(GetParam(), "19") == 0 ? "20" : "19";

	spoke.w.set.pfs = world_groups((std::string(other) + " " + GetParam()).c_str());
	hub.w.set.pfs = world_groups(GetParam());
	begin();
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.run_for(1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_INVALID_KE), 1u);
	ike_engine_rekey_child(spoke.w.engine, sim.now_ms, h, world_sender(mine(), 1)->spi_in);
	sim.run_for(10 * 1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_INVALID_KE), 2u);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 1u);
	expect_children(2);
}

INSTANTIATE_TEST_SUITE_P(All, Groups, ::testing::Values("1", "2", "5", "14", "15", "16", "19", "20", "21", "24", "31", "32"));

/* ---- at one end alone ---- */

/* A peer that has none accepts ours, RFC7296-1.3.1; but for its own successor it asks without, which we refuse. */
TEST_F(Further, R_IKE_24_our_group_is_required_and_accepted_by_a_peer_that_has_none)
{
	spoke.w.set.pfs = world_groups("20");
	begin();
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.run_for(1000);
	ike_engine_rekey_child(spoke.w.engine, sim.now_ms, h, world_sender(mine(), 1)->spi_in);
	sim.run_for(20 * 1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 1u);
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_REFUSED) + spoke.stat(IKE_STAT_CHILD_REJECTED), 0u);
	expect_children(2);
}

struct OneEnd {
	const char *insists; /* on one of these groups */
	unsigned invalid_ke; /* how often it has to say which */
};

class Insisted : public Further, public ::testing::WithParamInterface<OneEnd>
{
};

/* Policy says nothing of groups here, and the peer insists on one of those that we have for IKE. */
TEST_P(Insisted, R_IKE_24_a_peer_that_insists_on_a_group_is_asked_again_with_one)
{
	spoke.w.set.ike.offer[0] = hub.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha256 31 19 14");
	hub.w.set.pfs = world_groups(GetParam().insists);
	begin();
	sim.traffic_ms = 7;
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.run_for(1000);
	ike_engine_rekey_child(spoke.w.engine, sim.now_ms, h, world_sender(mine(), 1)->spi_in);
	sim.run_for(1000);
	ike_engine_rekey_child(hub.w.engine, sim.now_ms, hub_h, world_sender(theirs(), 2)->spi_in);
	sim.run_for(1000);
	sim.traffic_ms = 0;
	sim.run_for(10 * 1000);
	expect_children(2);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 2u);
	EXPECT_EQ(spoke.stat(IKE_STAT_INVALID_KE), 2 * GetParam().invalid_ke);
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_REFUSED) + spoke.stat(IKE_STAT_CHILD_REJECTED), 0u);
}

INSTANTIATE_TEST_SUITE_P(All, Insisted, ::testing::Values(OneEnd{ "31", 0 }, OneEnd{ "14", 1 }, OneEnd{ "20 19", 1 }));

/* One that it tells of by INVALID_KE_PAYLOAD at once is taken, too. */
TEST_F(Further, a_group_is_demanded_of_who_asked_for_none)
{
	static const uint8_t group20[] = { 0, 20 };

	begin();
	hub.w.set.pfs = world_groups("20");
	hub.dead = true;
	ASSERT_EQ(more(spoke), ERR_OK);
	answer_with(IKE_N_INVALID_KE_PAYLOAD, bytes_of(group20, sizeof(group20)));
	EXPECT_EQ(mine()->refused, 0u);
	hub.dead = false;
	sim.run_for(10 * 1000);
	expect_children(2);
	EXPECT_EQ(spoke.stat(IKE_STAT_INVALID_KE), 1u);
}

/* What isn't about groups is refused after one more try. */
TEST_F(Further, a_peer_that_refuses_everything_is_asked_twice)
{
	begin();
	hub.dead = true;
	ASSERT_EQ(more(spoke), ERR_OK);
	answer_with(IKE_N_NO_PROPOSAL_CHOSEN, bytes_of(nullptr, 0));
	EXPECT_EQ(mine()->refused, 0u);
	answer_with(IKE_N_NO_PROPOSAL_CHOSEN, bytes_of(nullptr, 0));
	EXPECT_EQ(mine()->refused, 1u);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REJECTED), 1u);
}

TEST_F(Further, a_group_that_wasnt_offered_is_no_answer)
{
	static const uint8_t group14[] = { 0, 14 };

	spoke.w.set.pfs = hub.w.set.pfs = world_groups("19");
	begin();
	hub.dead = true;
	ASSERT_EQ(more(spoke), ERR_OK);
	answer_with(IKE_N_INVALID_KE_PAYLOAD, bytes_of(group14, sizeof(group14)));
	EXPECT_EQ(mine()->refused, 1u);
	ike_engine_rekey_child(spoke.w.engine, sim.now_ms, h, mine()->sender);
	answer_with(IKE_N_INVALID_KE_PAYLOAD, bytes_of(group14, sizeof(group14)));
	EXPECT_TRUE(spoke.logged("child.rekey.failed"));
	EXPECT_EQ(mine()->child_count, 1u) << "the old one stays";
}

/* ---- extended sequence numbers ---- */

struct ike_offers with_esn(const struct ike_offers &plain, std::initializer_list<enum crypto_esn> rows)
{
	struct ike_offers out = plain;

	for (enum crypto_esn esn : rows)
		out.offer[0].alg[out.offer[0].alg_count++] = crypto_alg_find(CRYPTO_ESN, esn, 0);
	return out;
}

/* RFC4303-2.2.1: both ends have the same, in IKE_AUTH, for a further child and for successors. */
TEST_F(Further, R_IKE_24_extended_sequence_numbers_are_agreed_on_for_each_child)
{
	struct ike_offers plain = spoke.w.set.esp;

	spoke.w.set.esp = with_esn(plain, { CRYPTO_ESN_YES, CRYPTO_ESN_NO });
	hub.w.set.esp = with_esn(plain, { CRYPTO_ESN_YES });
	begin();
	EXPECT_TRUE(world_sender(mine(), 1)->esn);
	hub.w.set.esp = with_esn(plain, { CRYPTO_ESN_NO });
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.run_for(1000);
	EXPECT_FALSE(world_sender(mine(), 2)->esn);
	for (uint32_t line : { 1u, 2u }) {
		ike_engine_rekey_child(hub.w.engine, sim.now_ms, hub_h, world_sender(theirs(), line)->spi_in);
		sim.run_for(1000);
	}
	EXPECT_TRUE(world_sender(mine(), 1)->esn);
	EXPECT_FALSE(world_sender(mine(), 2)->esn);
	spoke.w.set.esp = with_esn(plain, { CRYPTO_ESN_YES });
	ASSERT_EQ(more(spoke), ERR_OK);
	sim.run_for(10 * 1000);
	EXPECT_TRUE(spoke.logged("NO_PROPOSAL_CHOSEN"));
	expect_children(2);
}
