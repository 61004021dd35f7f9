/* Transport mode, RFC7296-1.3.1: asked for, granted or not, rekeyed, and behind NATs, where addresses are substituted (RFC7296-2.23.1). */
#include <netinet/in.h>

#include "pair.h"

namespace
{

struct ike_ts gre(const struct addr &a)
{
	struct addr_prefix p = addr_prefix_host(&a);
	struct ike_ts ts = ike_ts_of_prefix(&p);

	ts.protocol = 47;
	return ts;
}

class Transport : public Pair
{
      protected:
	bool endpoints = false; /* policy speaks of the IKE SA's own addresses */

	void arrange(bool at_hub)
	{
		for (auto &n : sim.nodes) {
			Node &other = n.get() == &hub ? spoke : hub;

			n->w.set.local[0] = gre(n->addr);
			n->w.set.remote[0] = gre(other.nat ? other.nat_addr : other.addr);
			n->w.set.transport = n.get() != &hub || at_hub;
			n->w.set.endpoints = endpoints;
		}
	}
	void begin(bool at_hub = true)
	{
		arrange(at_hub);
		go();
	}
	void go()
	{
		struct ike_engine_config config = {};

		config.child_rekey = true;
		start(config);
		connect();
	}
	/* Each end has its own address as the one side and where it finds the peer as the other. */
	void expect_host_to_host(Node &n, struct world_session *s, bool transport)
	{
		struct world_child *c = world_sender(s, 1);

		ASSERT_NE(c, nullptr);
		EXPECT_EQ(c->transport, transport);
		ASSERT_EQ(c->local_count, 1);
		EXPECT_TRUE(ike_ts_eq(&c->local[0], &n.w.set.local[0]));
		EXPECT_TRUE(ike_ts_eq(&c->remote[0], &n.w.set.remote[0]));
	}
	void expect_both(bool transport)
	{
		ASSERT_TRUE(mine()->up);
		ASSERT_NE(theirs(), nullptr);
		expect_host_to_host(spoke, mine(), transport);
		expect_host_to_host(hub, theirs(), transport);
	}
	void behind_nat(Node &n, const char *address)
	{
		n.nat = true;
		ASSERT_EQ(addr_parse(address, &n.nat_addr), ERR_OK);
	}
	void rekey_by_both()
	{
		ike_engine_rekey_child(spoke.w.engine, sim.now_ms, h, world_sender(mine(), 1)->spi_in);
		sim.run_for(10 * 1000);
		ike_engine_rekey_child(hub.w.engine, sim.now_ms, theirs()->handle, world_sender(theirs(), 1)->spi_in);
		sim.run_for(10 * 1000);
		EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 2u);
	}
};

} // namespace

/* RFC7296-1.3.1-a */
TEST_F(Transport, RFC7296_1_3_1_both_want_it_and_have_it_through_rekeys)
{
	begin();
	expect_up();
	expect_both(true);
	rekey_by_both();
	expect_both(true);
	EXPECT_EQ(disagreement(spoke, hub), "");
}

TEST_F(Transport, RFC7296_1_3_1_a_responder_that_doesnt_want_it_makes_it_tunnel_mode)
{
	begin(false);
	expect_up();
	expect_both(false);
	rekey_by_both();
	expect_both(false);
}

TEST_F(Transport, it_isnt_granted_to_who_doesnt_ask)
{
	begin();
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(1000);
	spoke.w.set.transport = false;
	connect();
	expect_both(false);
}

/* RFC7296-2.23.1-a */
TEST_F(Transport, networks_are_for_tunnel_mode)
{
	struct ike_engine_config config = {};

	spoke.w.set.transport = hub.w.set.transport = true;
	start(config);
	connect();
	expect_up();
	EXPECT_FALSE(world_sender(mine(), 1)->transport);
}

TEST_F(Transport, RFC7296_2_23_1_an_initiator_behind_a_nat)
{
	behind_nat(spoke, "203.0.113.9");
	begin();
	expect_both(true);
	rekey_by_both();
	expect_both(true);
}

/* Its port is forwarded: the initiator knows it by the NAT's address. */
TEST_F(Transport, RFC7296_2_23_1_a_responder_behind_a_nat)
{
	behind_nat(hub, "203.0.113.8");
	hub.forwarded = true;
	begin();
	expect_both(true);
	rekey_by_both();
	expect_both(true);
}

/* No transport mode for it: the original addresses count again, which aren't what policy has. */
TEST_F(Transport, RFC7296_2_23_1_behind_a_nat_tunnel_mode_falls_back_to_the_original_addresses)
{
	behind_nat(spoke, "203.0.113.9");
	begin(false);
	ASSERT_NE(mine(), nullptr);
	EXPECT_FALSE(mine()->up);
	EXPECT_EQ(mine()->why, IKE_DOWN_TS);
}

/* Policy that is of end points lets it call itself what it likes, by one host (cli.md 3); the pair is rekeyed as it is. */
TEST_F(Transport, in_tunnel_mode_an_end_point_behind_a_nat_names_itself)
{
	endpoints = true;
	behind_nat(spoke, "203.0.113.9");
	begin(false);
	expect_up();
	rekey_by_both();
	struct world_child *c = world_sender(theirs(), 1);
	ASSERT_NE(c, nullptr);
	EXPECT_FALSE(c->transport);
	EXPECT_TRUE(ike_ts_eq(&c->local[0], &hub.w.set.local[0]));
	EXPECT_TRUE(ike_ts_eq(&c->remote[0], &spoke.w.set.local[0])) << "not the NAT's address";
}

TEST_F(Transport, an_end_point_behind_a_nat_is_one_host_and_no_network)
{
	endpoints = true;
	behind_nat(spoke, "203.0.113.9");
	arrange(false);
	ASSERT_EQ(addr_parse("192.0.2.2", &spoke.w.set.local[0].end), ERR_OK);
	go();
	EXPECT_EQ(mine()->why, IKE_DOWN_TS);
}

/* Without a NAT it is the IKE SA's own address and no other, in either mode. */
TEST_F(Transport, an_end_point_that_no_nat_hides_is_the_ike_sas_own)
{
	struct addr other;

	endpoints = true;
	arrange(true);
	ASSERT_EQ(addr_parse("192.0.2.77", &other), ERR_OK);
	spoke.w.set.local[0] = gre(other);
	go();
	EXPECT_EQ(mine()->why, IKE_DOWN_TS);
	EXPECT_EQ(hub.stat(IKE_STAT_TS_UNACCEPTABLE), 1u);
	spoke.w.set.transport = false;
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_TS);
	EXPECT_EQ(hub.stat(IKE_STAT_TS_UNACCEPTABLE), 2u);
}
