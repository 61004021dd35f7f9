#include "../cfg/loaded.h"

#include "aaa/authorize.h"

namespace
{

using cfgtest::Loaded;

struct Answer {
	unsigned calls = 0;
	enum err err = ERR_AGAIN;
	struct aaa_grant grant = {};
};

void take(void *ctx, enum err err, const struct aaa_grant *grant)
{
	auto *a = static_cast<Answer *>(ctx);

	a->calls++;
	a->err = err;
	EXPECT_EQ(grant != nullptr, err == ERR_OK);
	if (grant != nullptr)
		a->grant = *grant;
}

/* What a profile with 'lines' answers a peer that proved itself by 'method'. */
Answer ask(const Loaded &m, enum cfg_auth method = CFG_AUTH_PSK)
{
	struct aaa_name who = { CFG_ID_FQDN, "U.example.net", nullptr, nullptr };
	struct aaa_request request = { cfg_find_profile(m.model, "P"), method, m.model, &who };
	Answer a;

	aaa_authorize(&request, take, &a);
	EXPECT_EQ(a.calls, 1u);
	return a;
}

std::string with(const std::string &lines)
{
	return "aaa new-model\n"
	       "aaa authorization network L local\n"
	       "aaa authorization network N none\n"
	       "aaa authorization network R group RAD local\n"
	       "aaa group server radius RAD\n"
	       "crypto ikev2 authorization policy G\n route accept any distance 210\n"
	       "crypto ikev2 authorization policy U\n route accept any distance 20\n"
	       "crypto ikev2 profile P\n match identity remote any\n authentication local pre-share key K\n"
	       " authentication remote pre-share key K\n" +
	       lines;
}

TEST(AaaAuthorize, R_AAA_02_group_policy_by_name_from_the_configuration)
{
	Loaded m(with(" aaa authorization group psk list L G\n"));
	Answer a = ask(m);

	EXPECT_EQ(a.err, ERR_OK);
	EXPECT_TRUE(a.grant.active);
	EXPECT_EQ(a.grant.route_distance, 210);
	ASSERT_EQ(a.grant.source_count, 1u);
	EXPECT_STREQ(a.grant.source[0]->object.name, "G");
}

/* R-DEF-07 */
TEST(AaaAuthorize, the_policy_default_is_there_without_being_written)
{
	Loaded m(with(" aaa authorization group psk list L default\n"));
	Answer a = ask(m);

	ASSERT_EQ(a.err, ERR_OK);
	EXPECT_TRUE(a.grant.route_accept);
	ASSERT_EQ(a.grant.source_count, 1u);
	ASSERT_NE(a.grant.source[0]->route_sets, nullptr);
	EXPECT_EQ(a.grant.source[0]->route_sets->how, CFG_SET_INTERFACE);
}

/* R-RTE-12 */
TEST(AaaAuthorize, without_a_line_there_is_no_configuration_exchange_and_no_refusal)
{
	Loaded m(with(""));
	Answer a = ask(m);

	EXPECT_EQ(a.err, ERR_OK);
	EXPECT_FALSE(a.grant.active);
	EXPECT_FALSE(a.grant.route_accept);
}

TEST(AaaAuthorize, R_AAA_05_user_then_group)
{
	Loaded m(with(" aaa authorization user psk list L U\n aaa authorization group psk list L G\n"));
	Answer a = ask(m);

	ASSERT_EQ(a.err, ERR_OK);
	ASSERT_EQ(a.grant.source_count, 2u);
	EXPECT_STREQ(a.grant.source[0]->object.name, "U");
	EXPECT_EQ(a.grant.route_distance, 20);
}

TEST(AaaAuthorize, R_AAA_16_group_override)
{
	Loaded m(with(" aaa authorization user psk list L U\n aaa authorization group override psk list L G\n"));
	Answer a = ask(m);

	ASSERT_EQ(a.err, ERR_OK);
	EXPECT_EQ(a.grant.route_distance, 210);
}

TEST(AaaAuthorize, a_line_for_another_method_isnt_for_this_peer)
{
	Loaded m(with(" aaa authorization group cert list L G\n"));

	EXPECT_FALSE(ask(m).grant.active);
	EXPECT_EQ(ask(m, CFG_AUTH_RSA).grant.source_count, 1u);
}

/* cli.md 1.4, 1.6: the policy of the peer's own name, or of what a mangler makes of it. */
TEST(AaaAuthorize, R_AAA_18_by_the_name_of_the_peer)
{
	const std::string manglers = "crypto ikev2 name-mangler HOST\n fqdn hostname\ncrypto ikev2 name-mangler MAIL\n email username\n";
	Loaded m(manglers + with(" aaa authorization user psk list L name-mangler HOST\n aaa authorization group psk list L G\n"));
	Loaded own(with(" aaa authorization user psk list L\n") + "crypto ikev2 authorization policy U.example.net\n"),
		wrong(manglers + with(" aaa authorization user psk list L name-mangler MAIL\n")),
		none(with(" aaa authorization user psk list L\n"));
	Answer a = ask(m);

	ASSERT_EQ(a.err, ERR_OK) << m.errors();
	ASSERT_EQ(a.grant.source_count, 2u);
	EXPECT_STREQ(a.grant.source[0]->object.name, "U");
	a = ask(own);
	ASSERT_EQ(a.err, ERR_OK) << own.errors();
	EXPECT_STREQ(a.grant.source[0]->object.name, "U.example.net");
	EXPECT_EQ(ask(wrong).err, ERR_AUTH) << "no line for such an identity";
	EXPECT_EQ(ask(none).err, ERR_AUTH) << "no such policy";
	struct aaa_request nobody = { cfg_find_profile(m.model, "P"), CFG_AUTH_PSK, m.model, nullptr };
	aaa_authorize(&nobody, take, &a);
	EXPECT_EQ(a.err, ERR_AUTH);
}

TEST(AaaAuthorize, a_policy_that_isnt_there_refuses)
{
	Loaded m(with(" aaa authorization group psk list L MISSING\n"));

	EXPECT_EQ(ask(m).err, ERR_AUTH);
}

TEST(AaaAuthorize, a_policy_that_isnt_complete_refuses)
{
	Loaded m(with(" aaa authorization group psk list L HALF\n") + "crypto ikev2 authorization policy HALF\n banner hello\n");

	EXPECT_EQ(ask(m).err, ERR_AUTH);
}

TEST(AaaAuthorize, a_method_that_isnt_there_yet_refuses)
{
	Loaded radius(with(" aaa authorization group psk list R G\n")), cached(with(" aaa authorization user psk cached\n"));

	EXPECT_EQ(ask(radius).err, ERR_UNSUPPORTED);
	EXPECT_EQ(ask(cached).err, ERR_UNSUPPORTED);
}

TEST(AaaAuthorize, method_none_grants_nothing_and_takes_part)
{
	Loaded m(with(" aaa authorization group psk list N G\n"));
	Answer a = ask(m);

	EXPECT_EQ(a.err, ERR_OK);
	EXPECT_TRUE(a.grant.active);
	EXPECT_EQ(a.grant.source_count, 0u);
	EXPECT_FALSE(a.grant.route_accept);
}

/* One line that refuses is enough. */
TEST(AaaAuthorize, the_first_refusal_ends_it)
{
	Loaded m(with(" aaa authorization user psk list L MISSING\n aaa authorization group psk list L G\n"));

	EXPECT_EQ(ask(m).err, ERR_AUTH);
}

} // namespace
