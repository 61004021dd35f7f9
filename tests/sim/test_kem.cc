/*
 * ML-KEM where Diffie-Hellman stands elsewhere (draft-ietf-ipsecme-ikev2-mlkem): the two ends' values differ in kind and length.  By a
 * library that has it, or by a toy of the same sizes: see toykem.h.
 */
#include "../unit/crypto/toykem.h"
#include "ike/ability.h"
#include "ike/wire/msg.h"
#include "pair.h"

namespace
{

/* Before the first struct crypto is made. */
struct Toy {
	Toy()
	{
		toykem_load();
	}
};

class Kem : public Toy, public Pair, public ::testing::WithParamInterface<const char *>
{
      protected:
	static struct ike_engine_config fragmenting()
	{
		struct ike_engine_config c = {};

		c.child_rekey = true;
		c.abilities = 1 << IKE_CAN_FRAGMENTATION;
		c.frag_mtu = 1280;
		return c;
	}
	void expect_rekeys()
	{
		struct slab_handle hub_h = theirs()->handle;

		ike_engine_rekey_child(spoke.w.engine, sim.now_ms, h, mine()->sender);
		sim.run_for(2000);
		ike_engine_rekey_child(hub.w.engine, sim.now_ms, hub_h, theirs()->sender);
		sim.run_for(2000);
		ike_engine_rekey(hub.w.engine, sim.now_ms, hub_h);
		sim.run_for(20 * 1000);
		expect_up();
		EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 2u);
		EXPECT_EQ(spoke.stat(IKE_STAT_REKEY), 1u);
	}
};

} // namespace

/* RFC9370: beside a classical exchange; what is longer than a packet goes in fragments. */
TEST_P(Kem, RFC9370_as_an_additional_key_exchange)
{
	for (Node *n : { &spoke, &hub })
		world_offer_extra(&n->w.set.ike.offer[0], 1, GetParam());
	start(fragmenting());
	sim.record = true;
	connect(2000);
	expect_up();
	EXPECT_STREQ(spoke.info(h).extra[0]->keyword, GetParam());
	EXPECT_STREQ(hub.info(theirs()->handle).extra[0]->keyword, GetParam());
	for (const Packet &p : sim.sent)
		EXPECT_LE(p.data.size(), 1280u - 28u);
	expect_rekeys();
}

TEST_P(Kem, RFC9370_over_a_network_that_loses)
{
	for (Node *n : { &spoke, &hub })
		world_offer_extra(&n->w.set.ike.offer[0], 1, GetParam());
	sim.loss = 20;
	sim.dup = 10;
	start(fragmenting());
	connect(120 * 1000);
	sim.loss = sim.dup = 0;
	sim.run_for(60 * 1000);
	expect_up();
}

TEST_P(Kem, as_the_only_key_exchange_of_an_ike_sa_and_of_its_children)
{
	for (Node *n : { &spoke, &hub }) {
		n->w.set.ike.offer[0] = world_offer_ike((std::string("aes-gcm-256 sha256 ") + GetParam()).c_str());
		n->w.set.pfs = world_groups(GetParam());
	}
	start(fragmenting());
	connect(2000);
	expect_up();
	expect_rekeys();
}

/* A peer without PFS of its own answers in the initiator's kind. */
TEST_P(Kem, one_end_alone_asks_for_it_for_its_children)
{
	spoke.w.set.pfs = world_groups(GetParam());
	start(fragmenting());
	connect(2000);
	expect_up();
	ike_engine_rekey_child(spoke.w.engine, sim.now_ms, h, mine()->sender);
	sim.run_for(20 * 1000);
	expect_up();
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 1u);
}

TEST_P(Kem, agreed_on_by_INVALID_KE_PAYLOAD)
{
	spoke.w.set.ike.offer[0] = world_offer_ike((std::string("aes-gcm-256 sha256 19 ") + GetParam()).c_str());
	hub.w.set.ike.offer[0] = world_offer_ike((std::string("aes-gcm-256 sha256 ") + GetParam()).c_str());
	start(fragmenting());
	connect(2000);
	expect_up();
	EXPECT_EQ(spoke.stat(IKE_STAT_INVALID_KE), 1u);
}

INSTANTIATE_TEST_SUITE_P(All, Kem, ::testing::Values("35", "36", "37"));
