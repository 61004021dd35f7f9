#include "wire.h"

#include <set>

#include "ike/wire/iana.h"

TEST(IkeIana, texts_of_numbers)
{
	EXPECT_STREQ("IKE_SA_INIT", ike_iana_exchange_str(34));
	EXPECT_STREQ("IDi", ike_iana_payload_str(35));
	EXPECT_STREQ("ESP", ike_iana_proto_str(3));
	EXPECT_STREQ("key-id", ike_iana_id_str(11));
	EXPECT_STREQ("x509-signature", ike_iana_cert_str(4));
	EXPECT_STREQ("pre-share", ike_iana_auth_str(2));
	EXPECT_STREQ("CFG_SET", ike_iana_cp_str(3));
	EXPECT_STREQ("INTERNAL_IP6_SUBNET", ike_iana_cfg_str(15));      /* R-IP6-06 */
	EXPECT_STREQ("REDIRECT", ike_iana_notify_str(16407));           /* R-LB-02 */
	EXPECT_STREQ("REDIRECT_SUPPORTED", ike_iana_notify_str(16406)); /* R-LB-03 */
	EXPECT_STREQ("TS_UNACCEPTABLE", ike_iana_notify_str(38));
	EXPECT_STREQ("INTEG", ike_iana_transform_type_str(3));
	EXPECT_STREQ("AES-GCM-16", ike_iana_transform_str(IKE_TRANSFORM_ENCR, 20));
	EXPECT_STREQ("HMAC-SHA2-256", ike_iana_transform_str(IKE_TRANSFORM_PRF, 5));
	EXPECT_STREQ("HMAC-SHA1-96", ike_iana_transform_str(IKE_TRANSFORM_INTEG, 2));
	EXPECT_STREQ("CURVE25519", ike_iana_transform_str(IKE_TRANSFORM_GROUP, 31));
	EXPECT_STREQ("ESN", ike_iana_transform_str(IKE_TRANSFORM_ESN, 1));
}

TEST(IkeIana, never_null)
{
	const char *(*const of[])(unsigned) = { ike_iana_exchange_str, ike_iana_payload_str, ike_iana_proto_str, ike_iana_id_str,
		ike_iana_cert_str, ike_iana_auth_str, ike_iana_cp_str, ike_iana_cfg_str, ike_iana_notify_str, ike_iana_transform_type_str };

	for (auto str : of)
		EXPECT_STREQ("unknown", str(65000));
	for (unsigned type = 0; type <= IKE_TRANSFORM_END; type++)
		EXPECT_STREQ("unknown", ike_iana_transform_str(type, 65000));
}

TEST(IkeIana, numbers_and_texts_are_unique)
{
	/* A number twice would not compile (case labels); a text twice would. */
	std::set<std::string> texts;
	unsigned count = 0;

#define ADD(name, number, text) \
	texts.insert(text);     \
	count++;
	IKE_NOTIFY_LIST(ADD)
	IKE_CFG_LIST(ADD)
	CRYPTO_GROUP_LIST(ADD)
#undef ADD
	EXPECT_EQ(count, texts.size());
}
