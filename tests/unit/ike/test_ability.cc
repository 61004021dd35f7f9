#include <gtest/gtest.h>

#include "ike/ability.h"
#include "ike/sa.h"

namespace
{

uint16_t bit(enum ike_ability a)
{
	return static_cast<uint16_t>(1U << a);
}

struct ike_sa peer(enum ike_role role, unsigned willing)
{
	struct ike_sa sa = {};

	sa.role = static_cast<uint8_t>(role);
	sa.willing = static_cast<uint16_t>(willing);
	return sa;
}

/* What 'from' announces in 'exchange', as 'to' reads it; the number of notifies. */
unsigned tell(struct ike_sa &from, struct ike_sa &to, uint8_t exchange = IKE_X_IKE_SA_INIT)
{
	struct ike_hdr hdr = {};
	uint8_t buf[256];
	struct ike_build b;
	struct bytes d;
	struct ike_msg m;

	hdr.spi_i = 1;
	hdr.version = IKE_VERSION;
	hdr.exchange = exchange;
	ike_build_begin(&b, buf, sizeof(buf), &hdr);
	ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_INITIAL_CONTACT, bytes_of(nullptr, 0));
	ike_ability_build(&from, exchange, &b);
	EXPECT_EQ(ike_build_finish(&b, &d), ERR_OK);
	EXPECT_EQ(ike_msg_parse(d, &m), ERR_OK);
	ike_ability_take(&to, &m);
	return m.count - 1U;
}

} // namespace

TEST(IkeAbility, RFC7383_2_3_both_announce_what_both_are_willing_to_do)
{
	struct ike_sa i = peer(IKE_INITIATOR, bit(IKE_CAN_FRAGMENTATION) | bit(IKE_CAN_PPK));
	struct ike_sa r = peer(IKE_RESPONDER, bit(IKE_CAN_FRAGMENTATION) | bit(IKE_CAN_INTERMEDIATE));

	EXPECT_EQ(tell(i, r), 2U);
	EXPECT_FALSE(ike_ability_agreed(&i, IKE_CAN_FRAGMENTATION)) << "the responder hasn't spoken yet";
	EXPECT_EQ(tell(r, i), 1U) << "the responder answers what was announced, and no more";
	EXPECT_EQ(i.agreed, bit(IKE_CAN_FRAGMENTATION));
	EXPECT_EQ(r.agreed, bit(IKE_CAN_FRAGMENTATION));
}

TEST(IkeAbility, R_LB_03_an_initiator_alone_announces_redirect)
{
	struct ike_sa i = peer(IKE_INITIATOR, bit(IKE_CAN_REDIRECT));
	struct ike_sa gateway = peer(IKE_RESPONDER, bit(IKE_CAN_REDIRECT));
	struct ike_sa other = peer(IKE_RESPONDER, 0);

	EXPECT_EQ(tell(i, gateway), 1U);
	EXPECT_EQ(tell(i, other), 1U);
	EXPECT_TRUE(ike_ability_agreed(&i, IKE_CAN_REDIRECT));
	EXPECT_TRUE(ike_ability_agreed(&gateway, IKE_CAN_REDIRECT));
	EXPECT_FALSE(ike_ability_agreed(&other, IKE_CAN_REDIRECT));
	EXPECT_EQ(tell(gateway, i), 0U);
}

TEST(IkeAbility, RFC6023_3_a_responder_alone_announces_childless)
{
	struct ike_sa i = peer(IKE_INITIATOR, bit(IKE_CAN_CHILDLESS));
	struct ike_sa r = peer(IKE_RESPONDER, bit(IKE_CAN_CHILDLESS));

	EXPECT_EQ(tell(i, r), 0U);
	EXPECT_EQ(tell(r, i), 1U);
	EXPECT_TRUE(ike_ability_agreed(&i, IKE_CAN_CHILDLESS));
	EXPECT_TRUE(ike_ability_agreed(&r, IKE_CAN_CHILDLESS));
}

TEST(IkeAbility, RFC4555_3_1_each_exchange_has_its_own)
{
	struct ike_sa i = peer(IKE_INITIATOR, bit(IKE_CAN_MOBIKE));
	struct ike_sa r = peer(IKE_RESPONDER, bit(IKE_CAN_MOBIKE));

	EXPECT_EQ(tell(i, r, IKE_X_IKE_SA_INIT), 0U);
	EXPECT_EQ(tell(i, r, IKE_X_IKE_AUTH), 1U);
	EXPECT_EQ(tell(r, i, IKE_X_IKE_AUTH), 1U);
	EXPECT_TRUE(ike_ability_agreed(&i, IKE_CAN_MOBIKE));
}
