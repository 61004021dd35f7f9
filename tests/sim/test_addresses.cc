/* Ends with several addresses, one of which goes away: RFC 4555 3.4 to 3.6 and 3.10. */
#include "ike/ability.h"
#include "ike/core.h"
#include "ike/paths.h"
#include "pair.h"

namespace
{

const char *const SPOKE[] = { "192.0.2.1", "192.0.2.2" };
const char *const HUB[] = { "198.51.100.1", "198.51.100.2" };

struct addr address(const char *text)
{
	struct addr a = {};

	EXPECT_EQ(addr_parse(text, &a), ERR_OK);
	return a;
}

class Addresses : public Pair
{
      protected:
	std::vector<struct addr> gone; /* nothing comes from there or gets there */

	static void give(Node &n, std::vector<const char *> texts)
	{
		n.w.set.address_count = 0;
		for (const char *t : texts)
			n.w.set.addresses[n.w.set.address_count++] = address(t);
	}
	void begin(bool mobike = true)
	{
		struct ike_engine_config config = {};

		config.abilities = 1 << IKE_CAN_MOBIKE;
		config.child_rekey = true;
		spoke.w.set.mobike = hub.w.set.mobike = mobike;
		give(spoke, { SPOKE[0], SPOKE[1] });
		give(hub, { HUB[0], HUB[1] });
		start(config);
		sim.tap = [this](Packet &p) {
			for (const struct addr &a : gone)
				if (addr_eq(&a, &p.from.addr) || addr_eq(&a, &p.to.addr))
					return false;
			return true;
		};
		connect();
		expect_up();
	}
	static std::vector<std::string> known(Node &n, struct slab_handle handle)
	{
		const struct ike_sa *sa = static_cast<ike_sa *>(slab_get(&n.w.engine->sas, handle));
		std::vector<std::string> texts;
		char text[ADDR_TEXT];

		for (unsigned i = 0; sa != nullptr && sa->paths != nullptr && i < sa->paths->count; i++)
			texts.push_back(addr_str(&sa->paths->theirs[i], text));
		return texts;
	}
	/* The peer of 'n' is given other addresses, and told. */
	void change(Node &n, struct slab_handle handle, std::vector<const char *> texts)
	{
		give(n, texts);
		ike_engine_addresses(n.w.engine, sim.now_ms, handle);
	}
	void lose(const char *text)
	{
		gone.push_back(address(text));
		ike_engine_probe(spoke.w.engine, sim.now_ms, h);
	}
	void expect_between(const char *ours, const char *hubs)
	{
		struct addr local = address(ours), remote = address(hubs);

		expect_up();
		EXPECT_TRUE(addr_eq(&mine()->path.local.addr, &local));
		EXPECT_TRUE(addr_eq(&mine()->path.remote.addr, &remote));
		EXPECT_TRUE(addr_eq(&theirs()->path.remote.addr, &local));
		EXPECT_TRUE(addr_eq(&theirs()->path.local.addr, &remote));
	}
	using Texts = std::vector<std::string>;
};

} // namespace

/* RFC4555-3.4-a */
TEST_F(Addresses, RFC4555_3_4_both_ends_say_in_ike_auth_where_else_they_are)
{
	begin();
	EXPECT_EQ(known(spoke, h), (Texts{ HUB[0], HUB[1] }));
	EXPECT_EQ(known(hub, theirs()->handle), (Texts{ SPOKE[0], SPOKE[1] }));
}

TEST_F(Addresses, RFC4555_3_4_nothing_is_said_without_mobike)
{
	begin(false);
	EXPECT_TRUE(known(spoke, h).empty());
	EXPECT_TRUE(known(hub, theirs()->handle).empty());
	lose(HUB[0]);
	sim.run_for(200000);
	EXPECT_TRUE(mine()->over);
	EXPECT_EQ(spoke.stat(IKE_STAT_PATH_TRIED), 0u);
}

/* RFC4555-3.6-a, RFC4555-3.6-b */
TEST_F(Addresses, RFC4555_3_6_a_newer_list_takes_the_place_of_the_one_before)
{
	begin();
	change(hub, theirs()->handle, { HUB[0], "198.51.100.3", "2001:db8::3" });
	change(spoke, h, { SPOKE[0], "192.0.2.3" });
	sim.run_for(1000);
	EXPECT_EQ(known(spoke, h), (Texts{ HUB[0], "198.51.100.3", "2001:db8::3" }));
	EXPECT_EQ(known(hub, theirs()->handle), (Texts{ SPOKE[0], "192.0.2.3" }));
	change(hub, theirs()->handle, { HUB[0] });
	sim.run_for(1000);
	EXPECT_EQ(known(spoke, h), (Texts{ HUB[0] })) << "NO_ADDITIONAL_ADDRESSES";
	expect_between(SPOKE[0], HUB[0]);
	EXPECT_EQ(mine()->moved, 0u);
}

TEST_F(Addresses, RFC4555_3_4_what_no_host_has_doubles_and_too_many_are_ignored_and_counted)
{
	begin();
	change(hub, theirs()->handle, { HUB[0], "0.0.0.0", "127.0.0.1", "224.0.0.1", "::1", "fe80::1", "ff02::1", HUB[1] });
	sim.run_for(1000);
	EXPECT_EQ(known(spoke, h), (Texts{ HUB[0], HUB[1] }));
	EXPECT_EQ(spoke.stat(IKE_STAT_ADDRESS_IGNORED), 6u);
	change(hub, theirs()->handle, { HUB[0], HUB[1], HUB[1] });
	sim.run_for(1000);
	EXPECT_EQ(spoke.stat(IKE_STAT_ADDRESS_IGNORED), 7u);
	change(hub, theirs()->handle,
		{ "2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4", "2001:db8::5", "2001:db8::6", "2001:db8::7", "2001:db8::8" });
	sim.run_for(1000);
	EXPECT_EQ(known(spoke, h).size(), static_cast<size_t>(IKE_ADDRESSES));
	EXPECT_EQ(spoke.stat(IKE_STAT_ADDRESS_IGNORED), 8u);
}

/* RFC4555-3.10-a */
TEST_F(Addresses, RFC4555_3_5_the_initiator_goes_on_at_another_address_of_the_peers)
{
	begin();
	sim.run_for(5000);
	lose(HUB[0]);
	sim.run_for(120000);
	EXPECT_GE(spoke.stat(IKE_STAT_PATH_TRIED), 1u);
	expect_between(SPOKE[0], HUB[1]);
	EXPECT_EQ(known(spoke, h), (Texts{ HUB[0], HUB[1] }));
	gone = { address(HUB[1]) }; /* and back */
	ike_engine_probe(spoke.w.engine, sim.now_ms, h);
	sim.run_for(120000);
	expect_between(SPOKE[0], HUB[0]);
	EXPECT_EQ(mine()->moved, 2u);
}

TEST_F(Addresses, RFC4555_3_5_or_at_another_one_of_its_own)
{
	begin();
	lose(SPOKE[0]);
	sim.run_for(120000);
	expect_between(SPOKE[1], HUB[0]);
}

TEST_F(Addresses, RFC4555_3_5_or_with_both_others)
{
	begin();
	gone.push_back(address(SPOKE[0]));
	lose(HUB[0]);
	sim.run_for(120000);
	expect_between(SPOKE[1], HUB[1]);
	EXPECT_EQ(mine()->moved, 1u);
}

TEST_F(Addresses, RFC4555_3_5_where_it_began_is_tried_once_more)
{
	begin();
	gone = { address(SPOKE[1]), address(HUB[1]) };
	lose(HUB[0]);
	while (spoke.stat(IKE_STAT_PATH_TRIED) == 0)
		sim.run_for(100);
	gone = { address(SPOKE[1]), address(HUB[1]) };
	sim.run_for(120000);
	expect_between(SPOKE[0], HUB[0]);
}

TEST_F(Addresses, RFC4555_3_5_when_no_pair_answers_the_session_ends)
{
	begin();
	gone.push_back(address(HUB[1]));
	lose(HUB[0]);
	sim.run_for(300000);
	EXPECT_TRUE(mine()->over);
	EXPECT_EQ(spoke.stat(IKE_STAT_PATH_TRIED), 4u) << "three others and the first again";
}

/* RFC4555-3.5-f */
TEST_F(Addresses, RFC4555_3_5_a_responder_tries_nothing_by_itself)
{
	begin();
	gone.push_back(address(SPOKE[0]));
	ike_engine_probe(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(300000);
	EXPECT_EQ(hub.stat(IKE_STAT_PATH_TRIED), 0u);
	EXPECT_EQ(world_up_count(&hub.w), 0u);
}

/* RFC4555-3.6-c */
TEST_F(Addresses, RFC4555_3_6_a_responder_whose_address_goes_away_says_so_from_another)
{
	begin();
	gone.push_back(address(HUB[0]));
	change(hub, theirs()->handle, { HUB[1] });
	sim.run_for(2000);
	expect_between(SPOKE[0], HUB[1]);
	EXPECT_EQ(known(spoke, h), (Texts{ HUB[1] }));
	EXPECT_EQ(spoke.stat(IKE_STAT_PATH_TRIED), 0u) << "nothing had to be searched";
}

TEST_F(Addresses, RFC4555_3_5_it_works_after_rekeying_and_with_loss)
{
	begin();
	ike_engine_rekey(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(1000);
	EXPECT_EQ(spoke.info(h).role, IKE_RESPONDER) << "of the SA that replaced the first";
	sim.loss = 10;
	sim.dup = 10;
	lose(HUB[0]);
	sim.run_for(120000);
	sim.loss = 0;
	sim.run_for(60000);
	expect_between(SPOKE[0], HUB[1]);
}
