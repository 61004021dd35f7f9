#include <gtest/gtest.h>

#include <initializer_list>

#include "crypto/iana.h"
#include "ike/keying/suite.h"

namespace
{

struct Named {
	enum crypto_kind kind;
	const char *word;
};

struct ike_offers offers(std::initializer_list<Named> algs)
{
	struct ike_offers o = {};

	o.count = 1;
	for (const Named &n : algs)
		o.offer[0].alg[o.offer[0].alg_count++] = crypto_alg_named(n.kind, n.word);
	return o;
}

} // namespace

/* RFC7296-1.2-b RFC7296-2.18-b RFC7296-3.3.3-a */
TEST(IkeSuite, an_ike_offer_needs_all_its_kinds)
{
	struct ike_proposals list;
	struct ike_offers whole =
		offers({ { CRYPTO_ENCR, "aes-cbc-256" }, { CRYPTO_PRF, "sha256" }, { CRYPTO_INTEG, "sha256" }, { CRYPTO_GROUP, "19" } });
	struct ike_offers no_group = offers({ { CRYPTO_ENCR, "aes-cbc-256" }, { CRYPTO_PRF, "sha256" }, { CRYPTO_INTEG, "sha256" } });
	struct ike_offers no_integ = offers({ { CRYPTO_ENCR, "aes-cbc-256" }, { CRYPTO_PRF, "sha256" }, { CRYPTO_GROUP, "19" } });
	struct ike_offers aead = offers({ { CRYPTO_ENCR, "aes-gcm-256" }, { CRYPTO_PRF, "sha256" }, { CRYPTO_GROUP, "19" } });

	EXPECT_EQ(ike_suite_offer_ike(&whole, &list), ERR_OK);
	EXPECT_EQ(list.transform_count, 4);
	EXPECT_EQ(ike_suite_offer_ike(&aead, &list), ERR_OK);
	EXPECT_EQ(ike_suite_offer_ike(&no_group, &list), ERR_INCOMPLETE);
	EXPECT_EQ(ike_suite_offer_ike(&no_integ, &list), ERR_INCOMPLETE);
	EXPECT_EQ(ike_suite_first_group(&no_group), nullptr);
	EXPECT_STREQ(ike_suite_first_group(&whole)->keyword, "19");
}

/* RFC7296-3.3.2-a */
TEST(IkeSuite, an_esp_offer_says_no_esn_unless_it_has_a_row)
{
	struct ike_offers o = offers({ { CRYPTO_ENCR, "aes-gcm-128" } });
	struct ike_proposals list;

	ASSERT_EQ(ike_suite_offer_esp(&o, 0x1234, &list), ERR_OK);
	ASSERT_EQ(list.transform_count, 2);
	EXPECT_EQ(list.transform[1].type, IKE_TRANSFORM_ESN);
	EXPECT_EQ(list.transform[1].id, CRYPTO_ESN_NO);
	EXPECT_EQ(list.item[0].spi, 0x1234u);
	o.offer[0].alg[o.offer[0].alg_count++] = crypto_alg_find(CRYPTO_ESN, CRYPTO_ESN_YES, 0);
	ASSERT_EQ(ike_suite_offer_esp(&o, 0x1234, &list), ERR_OK);
	EXPECT_EQ(list.transform[1].id, CRYPTO_ESN_YES);
}

TEST(IkeSuite, what_was_chosen_becomes_rows_and_a_shape)
{
	struct ike_choice choice = {};
	struct ike_suite s;

	choice.protocol = IKE_PROTO_IKE;
	choice.encr = CRYPTO_ENCR_AES_CBC;
	choice.key_bits = 256;
	choice.prf = CRYPTO_PRF_HMAC_SHA2_512;
	choice.integ = CRYPTO_INTEG_HMAC_SHA2_512_256;
	choice.group = CRYPTO_GROUP_ECP_256;
	ASSERT_EQ(ike_suite_of(&choice, &s), ERR_OK);
	struct ike_sk_shape shape = ike_suite_shape(&s);
	EXPECT_EQ(shape.iv_len, 16);
	EXPECT_EQ(shape.block_len, 16);
	EXPECT_EQ(shape.icv_len, 32);
	choice.encr = CRYPTO_ENCR_AES_GCM_16;
	choice.integ = CRYPTO_INTEG_NONE;
	ASSERT_EQ(ike_suite_of(&choice, &s), ERR_OK);
	EXPECT_EQ(s.integ, nullptr);
	shape = ike_suite_shape(&s);
	EXPECT_EQ(shape.iv_len, 8);
	EXPECT_EQ(shape.icv_len, 16);
	choice.group = CRYPTO_GROUP_MODP_1024_160;
	EXPECT_EQ(ike_suite_of(&choice, &s), ERR_UNSUPPORTED);
}
