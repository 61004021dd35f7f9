/* Peers whose address changes: behind a NAT (RFC 7296 2.23), and by MOBIKE (RFC 4555). */
#include "ike/ability.h"
#include "ike/paths.h"
#include "ike/wire/hdr.h"
#include "by_hand.h"

namespace
{

class Move : public Pair
{
      protected:
	void move_start(bool spokes = true, bool hubs = true)
	{
		struct ike_engine_config config = {};

		config.abilities = 1 << IKE_CAN_MOBIKE;
		config.child_rekey = true;
		spoke.w.set.mobike = spokes;
		hub.w.set.mobike = hubs;
		start(config);
	}
	/* The spoke has another address, and says so if it can. */
	bool readdress(const char *address)
	{
		struct ike_path path = spoke.info(h).path;

		EXPECT_EQ(addr_parse(address, &spoke.addr), ERR_OK);
		path.local.addr = spoke.addr;
		return ike_engine_readdress(spoke.w.engine, sim.now_ms, h, &path);
	}
	void expect_at(const char *address)
	{
		struct addr a = {};

		expect_up();
		EXPECT_EQ(addr_parse(address, &a), ERR_OK);
		EXPECT_TRUE(addr_eq(&theirs()->path.remote.addr, &a));
		EXPECT_TRUE(addr_eq(&mine()->path.local.addr, &a));
		struct ike_sa_info at_hub = hub.info(theirs()->handle);
		EXPECT_TRUE(addr_eq(&at_hub.path.remote.addr, &a));
	}
	void behind_nat(const char *address)
	{
		spoke.nat = true;
		EXPECT_EQ(addr_parse(address, &spoke.nat_addr), ERR_OK);
	}
	/* ESP of the spoke's reaches the hub from 'port'. */
	void esp_from(uint16_t port)
	{
		struct addr_port from = { spoke.nat_addr, port };

		ike_engine_moved(hub.w.engine, sim.now_ms, theirs()->handle, &from);
	}
};

} // namespace

/* RFC4555-3.3-a */
TEST_F(Move, RFC4555_3_3_both_agree_and_meet_on_port_4500_with_plain_esp)
{
	move_start();
	connect();
	expect_up();
	EXPECT_EQ(spoke.info(h).agreed, 1 << IKE_CAN_MOBIKE);
	EXPECT_EQ(hub.info(theirs()->handle).agreed, 1 << IKE_CAN_MOBIKE);
	EXPECT_TRUE(spoke.info(h).path.natt);
	EXPECT_FALSE(theirs()->udp_encap);
}

/* RFC4555-3.5-a, RFC4555-3.5-b, RFC4555-3.5-e */
TEST_F(Move, RFC4555_3_5_the_session_goes_to_the_new_address)
{
	move_start();
	connect();
	ASSERT_TRUE(readdress("192.0.2.77"));
	sim.run_for(100);
	expect_at("192.0.2.77");
	EXPECT_EQ(theirs()->moved, 1u);
	EXPECT_EQ(mine()->moved, 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_MOVED), 1u);
	sim.run_for(60000);
	expect_up();
}

/* RFC4555-3.7-a */
TEST_F(Move, RFC4555_3_7_no_esp_goes_to_an_address_that_has_not_answered)
{
	move_start();
	connect();
	struct addr before = theirs()->path.remote.addr;
	unsigned requests = 0;

	sim.tap = [&](Packet &p) { /* the hub's check stays away */
		bool check = addr_eq(&p.from.addr, &hub.addr) && (p.data[IKE_HDR_FLAGS_AT] & IKE_F_RESPONSE) == 0;

		requests += check;
		return !check;
	};
	ASSERT_TRUE(readdress("192.0.2.77"));
	sim.run_for(500);
	EXPECT_GT(requests, 0u);
	EXPECT_EQ(theirs()->moved, 0u);
	EXPECT_TRUE(addr_eq(&theirs()->path.remote.addr, &before));
	sim.tap = nullptr;
	sim.run_for(3000);
	expect_at("192.0.2.77");
}

/* RFC4555-3.7-b */
TEST_F(Move, RFC4555_3_7_another_cookie_ends_the_session)
{
	move_start();
	connect();
	ike_sa *sa = static_cast<ike_sa *>(slab_get(&hub.w.engine->sas, theirs()->handle));
	uint64_t asked = sa->cookie2;

	sim.tap = [&](Packet &p) { /* the hub forgets what it has asked */
		if (addr_eq(&p.from.addr, &hub.addr) && sa != nullptr && sa->cookie2 != asked) {
			sa->cookie2 ^= 1;
			sa = nullptr;
		}
		return true;
	};
	ASSERT_TRUE(readdress("192.0.2.77"));
	sim.run_for(20000);
	EXPECT_EQ(sa, nullptr);
	EXPECT_TRUE(hub.logged("mobike.check"));
	EXPECT_EQ(world_up_count(&hub.w), 0u);
	EXPECT_FALSE(mine()->up);
}

/* RFC4555-3.5-d */
TEST_F(Move, RFC4555_3_5_it_survives_loss_and_moves_in_a_row)
{
	move_start();
	connect();
	sim.loss = 30;
	sim.dup = 20;
	for (const char *a : { "192.0.2.71", "192.0.2.72", "192.0.2.73", "192.0.2.74" }) {
		ASSERT_TRUE(readdress(a));
		sim.run_for(sim.random.below(3000));
	}
	sim.loss = 0;
	sim.run_for(60000);
	expect_at("192.0.2.74");
}

/* RFC4555-3.2-a */
TEST_F(Move, RFC4555_3_2_whoever_began_decides_and_no_other_after_rekeying_too)
{
	move_start();
	connect();
	struct ike_path path = hub.info(theirs()->handle).path;
	EXPECT_FALSE(ike_engine_readdress(hub.w.engine, sim.now_ms, theirs()->handle, &path));
	ike_engine_rekey(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(1000);
	EXPECT_EQ(spoke.info(h).role, IKE_RESPONDER) << "of the SA that replaced the first";
	EXPECT_FALSE(ike_engine_readdress(hub.w.engine, sim.now_ms, theirs()->handle, &path));
	ASSERT_TRUE(readdress("192.0.2.77"));
	sim.run_for(1000);
	expect_at("192.0.2.77");
}

/* RFC4555-3.1-a */
TEST_F(Move, RFC4555_3_1_not_without_both)
{
	move_start(true, false);
	connect();
	expect_up();
	EXPECT_FALSE(readdress("192.0.2.77"));
	EXPECT_EQ(spoke.info(h).agreed, 0);
}

/* RFC4555-3.5-c */
TEST_F(Move, RFC4555_3_5_unacceptable_addresses_end_the_session)
{
	move_start();
	connect();
	hub.w.set.refuse_moves = true;
	ASSERT_TRUE(readdress("192.0.2.77"));
	sim.run_for(20000);
	EXPECT_EQ(hub.stat(IKE_STAT_MOVE_REFUSED), 1u);
	EXPECT_EQ(spoke.stat(IKE_STAT_MOVE_REFUSED), 1u);
	EXPECT_TRUE(mine()->over) << "it is made anew";
	EXPECT_EQ(world_up_count(&hub.w), 0u);
}

/* RFC4555-3.8-a */
TEST_F(Move, RFC4555_3_8_into_a_nat_and_out_of_it)
{
	move_start();
	connect();
	behind_nat("203.0.113.9");
	ASSERT_TRUE(readdress("10.0.0.7"));
	sim.run_for(1000);
	expect_up();
	EXPECT_TRUE(theirs()->udp_encap);
	EXPECT_TRUE(mine()->udp_encap);
	EXPECT_TRUE(spoke.info(h).nat_local);
	EXPECT_TRUE(addr_eq(&theirs()->path.remote.addr, &spoke.nat_addr));
	sim.run_for(60000);
	EXPECT_GE(spoke.keepalives, 2u);
	spoke.nat = false;
	ASSERT_TRUE(readdress("192.0.2.77"));
	sim.run_for(1000);
	expect_at("192.0.2.77");
	EXPECT_FALSE(theirs()->udp_encap);
	unsigned sent = spoke.keepalives;
	sim.run_for(60000);
	EXPECT_EQ(spoke.keepalives, sent);
}

/* RFC4555-3.8-b */
TEST_F(Move, RFC4555_3_8_with_mobike_ike_alone_moves_nothing_but_esp_does)
{
	behind_nat("203.0.113.9");
	move_start();
	connect();
	spoke.nat_base = 50000;
	ike_engine_probe(spoke.w.engine, sim.now_ms, h);
	sim.run_for(1000);
	EXPECT_EQ(theirs()->moved, 0u);
	esp_from(50001);
	EXPECT_EQ(theirs()->moved, 1u);
	EXPECT_EQ(theirs()->path.remote.port, 50001);
	expect_up();
}

TEST_F(Move, R_IKE_26_RFC7296_2_23_a_nat_with_another_mapping_is_followed)
{
	behind_nat("203.0.113.9");
	start();
	connect();
	spoke.nat_base = 50000;
	ike_engine_probe(spoke.w.engine, sim.now_ms, h);
	sim.run_for(1000);
	EXPECT_EQ(theirs()->moved, 1u);
	EXPECT_EQ(theirs()->path.remote.port, 50001);
	expect_up();
}

TEST_F(Move, RFC7296_2_23_a_peer_that_flaps_moves_once_a_second_and_to_where_it_ends)
{
	behind_nat("203.0.113.9");
	start();
	connect();
	for (uint16_t i = 0; i < 100; i++) {
		esp_from(static_cast<uint16_t>(50000 + i));
		sim.run_for(30);
	}
	EXPECT_GE(theirs()->moved, 3u);
	EXPECT_LE(theirs()->moved, 4u) << "three seconds";
	EXPECT_GE(hub.stat(IKE_STAT_MOVED_LATE), 2u);
	sim.run_for(2000);
	EXPECT_EQ(theirs()->path.remote.port, 50099);
	EXPECT_LE(theirs()->moved, 5u);
}

TEST_F(Move, RFC7296_2_23_what_waits_is_forgotten_with_the_session)
{
	behind_nat("203.0.113.9");
	start();
	connect();
	esp_from(50000);
	esp_from(50002);
	ike_engine_delete(hub.w.engine, sim.now_ms, theirs()->handle);
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(200000);
	expect_nothing_left();
}

TEST_F(Move, RFC7296_2_23_a_peer_behind_no_nat_stays_where_it_is)
{
	start();
	connect();
	struct addr_port from = { spoke.addr, 50000 };
	ike_engine_moved(hub.w.engine, sim.now_ms, theirs()->handle, &from);
	EXPECT_EQ(theirs()->moved, 0u);
	EXPECT_EQ(hub.stat(IKE_STAT_MOVED), 0u);
}

TEST_F(Move, RFC7296_2_3_one_request_at_a_time_keeps_any_window_that_a_peer_sets)
{
	start();
	connect();
	expect_up();
	EXPECT_EQ(spoke.info(h).msgid_tx, 2u);
	for (int i = 0; i < 3; i++)
		ike_engine_probe(spoke.w.engine, sim.now_ms, h);
	sim.run_for(1000);
	EXPECT_EQ(spoke.info(h).msgid_tx, 3u) << "one request under way tells as much as three";
}

/* ---- a peer that bars NATs: its messages written by hand ---- */

namespace
{

class Barred : public ByHand
{
      protected:
	void mobike_up()
	{
		struct ike_engine_config config = {};

		config.abilities = 1 << IKE_CAN_MOBIKE;
		spoke.w.set.mobike = hub.w.set.mobike = true;
		start(config);
		sim.record = true;
		connect();
		expect_up();
	}
	/* UPDATE_SA_ADDRESSES that says it was sent from a port 'off' the one that it comes from; 'cut' octets of that are missing. */
	void update(uint16_t off, size_t cut = 0)
	{
		struct ike_path path = hub.to(spoke);
		uint8_t room[32];
		struct wr w = wr_of(room, sizeof(room));
		struct ike_build b;

		wr_bytes(&w, addr_bytes(&path.remote.addr));
		wr_bytes(&w, addr_bytes(&path.local.addr));
		wr_u16(&w, (uint16_t)(path.remote.port + off));
		wr_u16(&w, path.local.port);
		begin(b, IKE_X_INFORMATIONAL);
		ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_UPDATE_SA_ADDRESSES, bytes_of(NULL, 0));
		ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_NO_NATS_ALLOWED, bytes_of(room, wr_view(&w).len - cut));
		ask(b);
	}
	/* With additional addresses of so many octets, which are so many notifies. */
	void tell(std::initializer_list<std::pair<uint16_t, size_t>> list)
	{
		static const uint8_t octets[32] = { 192, 0, 2, 200, 1 };
		struct ike_build b;

		begin(b, IKE_X_INFORMATIONAL);
		for (const auto &[type, len] : list)
			ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), type, bytes_of(octets, len));
		ask(b);
	}
};

} // namespace

/* RFC4555-3.9-a */
TEST_F(Barred, RFC4555_3_9_an_update_whose_addresses_came_as_they_were_sent_is_taken)
{
	mobike_up();
	update(0);
	EXPECT_EQ(error(), 0u);
	EXPECT_EQ(hub.stat(IKE_STAT_MOVE_REFUSED), 0u);
}

/* RFC4555-3.9-a */
TEST_F(Barred, RFC4555_3_9_one_that_a_nat_has_changed_moves_nothing)
{
	mobike_up();
	update(1);
	EXPECT_EQ(error(), IKE_N_UNEXPECTED_NAT_DETECTED);
	EXPECT_EQ(hub.stat(IKE_STAT_MOVE_REFUSED), 1u);
	EXPECT_EQ(theirs()->moved, 0u);
	update(0, 1);
	EXPECT_EQ(error(), IKE_N_UNEXPECTED_NAT_DETECTED) << "one that is cut short, too";
	expect_up();
}

/* RFC4555-3.4-a: what can't be an address is passed over, the rest counts. */
TEST_F(Barred, RFC4555_3_4_additional_addresses_of_a_wrong_length_are_ignored)
{
	mobike_up();
	tell({ { IKE_N_ADDITIONAL_IP4_ADDRESS, 3 }, { IKE_N_ADDITIONAL_IP4_ADDRESS, 0 }, { IKE_N_ADDITIONAL_IP6_ADDRESS, 17 },
		{ IKE_N_ADDITIONAL_IP4_ADDRESS, 4 }, { IKE_N_ADDITIONAL_IP6_ADDRESS, 5 } });
	EXPECT_FALSE(answer.empty());
	EXPECT_EQ(error(), 0u);
	EXPECT_EQ(hub.stat(IKE_STAT_ADDRESS_IGNORED), 4u);
	ASSERT_NE(hub_sa()->paths, nullptr);
	EXPECT_EQ(hub_sa()->paths->count, 2u) << "where it speaks from, and the one that is one";
	expect_up();
}
