#include "../cfg/loaded.h"

#include "aaa/grant.h"

namespace
{

using cfgtest::Loaded;

const char *const policies = "ip local pool A 10.0.0.1 10.0.0.9\n"
			     "ip local pool B 10.1.0.1 10.1.0.9\n"
			     "crypto ikev2 authorization policy U\n pool A\n dns 192.0.2.1\n route set remote 10.8.0.0 255.255.0.0\n"
			     "crypto ikev2 authorization policy G\n pool B\n netmask 255.255.255.0\n dns 192.0.2.2 192.0.2.3\n"
			     " route set interface\n route accept any tag 7 distance 210\n"
			     "crypto ikev2 authorization policy NONE\n no route accept any\n"
			     "crypto ikev2 authorization policy PLAIN\n";

const struct cfg_authz_policy *policy(const Loaded &m, const char *name)
{
	const struct cfg_authz_policy *p = cfg_find_authz_policy(m.model, name);

	EXPECT_NE(p, nullptr) << name << m.errors();
	return p;
}

std::string str(const struct addr &a)
{
	char text[ADDR_TEXT];

	return addr_str(&a, text);
}

TEST(AaaGrant, R_AAA_16_the_users_single_values_win)
{
	Loaded m(policies);
	struct aaa_grant g;

	aaa_grant_merge(&g, policy(m, "U"), policy(m, "G"), false);
	EXPECT_TRUE(g.active);
	EXPECT_STREQ(g.pool->object.name, "A");
	ASSERT_EQ(g.dns_count, 1u);
	EXPECT_EQ(str(g.dns[0]), "192.0.2.1");
	EXPECT_EQ(str(g.netmask), "255.255.255.0"); /* of which the user doesn't speak */
}

TEST(AaaGrant, R_AAA_16_override_turns_it_round)
{
	Loaded m(policies);
	struct aaa_grant g;

	aaa_grant_merge(&g, policy(m, "U"), policy(m, "G"), true);
	EXPECT_STREQ(g.pool->object.name, "B");
	ASSERT_EQ(g.dns_count, 2u);
	EXPECT_EQ(str(g.dns[1]), "192.0.2.3");
}

TEST(AaaGrant, R_AAA_14_lists_are_the_users_then_the_groups_whoever_wins)
{
	Loaded m(policies);
	struct aaa_grant g;

	for (bool override : { false, true }) {
		aaa_grant_merge(&g, policy(m, "U"), policy(m, "G"), override);
		ASSERT_EQ(g.source_count, 2u);
		EXPECT_STREQ(g.source[0]->object.name, "U");
		EXPECT_STREQ(g.source[1]->object.name, "G");
	}
}

TEST(AaaGrant, one_policy_alone_is_what_it_says)
{
	Loaded m(policies);
	struct aaa_grant g;

	aaa_grant_merge(&g, nullptr, policy(m, "G"), false);
	EXPECT_EQ(g.source_count, 1u);
	EXPECT_TRUE(g.route_accept);
	EXPECT_EQ(g.route_distance, 210);
	EXPECT_EQ(g.route_tag, 7u);
	aaa_grant_merge(&g, policy(m, "U"), nullptr, true);
	EXPECT_EQ(g.source_count, 1u);
	EXPECT_STREQ(g.pool->object.name, "A");
	EXPECT_EQ(g.netmask.family, 0);
}

/* R-SEC-06: with a local policy routes are accepted, unless one says otherwise; the default decides only if none speaks. */
TEST(AaaGrant, who_decides_whether_routes_are_accepted)
{
	Loaded m(policies);
	struct row {
		const char *user, *group;
		bool override, accept;
		unsigned distance;
	};
	const struct row table[] = {
		{ "PLAIN", nullptr, false, true, 1 },
		{ nullptr, "PLAIN", false, true, 1 },
		{ "PLAIN", "PLAIN", false, true, 1 },
		{ "PLAIN", "G", false, true, 210 }, /* the user doesn't speak of it */
		{ "G", "PLAIN", true, true, 210 },  /* nor does the group */
		{ "PLAIN", "NONE", false, false, 1 },
		{ "NONE", "G", false, false, 1 },
		{ "NONE", "G", true, true, 210 },
		{ "G", "NONE", false, true, 210 },
		{ "G", "NONE", true, false, 1 },
	};

	for (const row &r : table) {
		struct aaa_grant g;

		aaa_grant_merge(&g, r.user ? policy(m, r.user) : nullptr, r.group ? policy(m, r.group) : nullptr, r.override);
		EXPECT_EQ(g.route_accept, r.accept) << (r.user ? r.user : "-") << " " << (r.group ? r.group : "-") << r.override;
		EXPECT_EQ(g.route_distance, r.distance) << (r.user ? r.user : "-") << " " << (r.group ? r.group : "-");
	}
}

TEST(AaaGrant, nobody_grants_nothing)
{
	struct aaa_grant g;

	aaa_grant_merge(&g, nullptr, nullptr, false);
	EXPECT_TRUE(g.active); /* authorization took part, by method none */
	EXPECT_FALSE(g.route_accept);
	EXPECT_EQ(g.source_count, 0u);
	EXPECT_EQ(g.pool, nullptr);
}

TEST(AaaGrant, R_AAA_14_R_AAA_24_lines_are_the_users_then_the_groups)
{
	Loaded m("aaa attribute list A\n attribute type interface-config \"ip mtu 1300\"\n"
		 " attribute type interface-config \"description a\"\n"
		 "aaa attribute list B\n attribute type interface-config \"ip mtu 1200\"\n"
		 "crypto ikev2 authorization policy U\n aaa attribute list A\n"
		 "crypto ikev2 authorization policy G\n aaa attribute list B\n aaa attribute list A\n");
	struct cfg_derive_line line[8];
	struct aaa_grant g;

	for (bool override : { false, true }) { /* which is about single values */
		aaa_grant_merge(&g, policy(m, "U"), policy(m, "G"), override);
		ASSERT_EQ(aaa_grant_lines(&g, line, 8), 5u);
		EXPECT_STREQ(line[0].text, "ip mtu 1300");
		EXPECT_EQ(line[1].origin, CFG_ORIGIN_USER);
		EXPECT_STREQ(line[2].text, "ip mtu 1200");
		EXPECT_EQ(line[2].origin, CFG_ORIGIN_GROUP);
		EXPECT_STREQ(line[4].text, "description a");
	}
	EXPECT_EQ(aaa_grant_lines(&g, line, 1), 5u); /* as many as there are, whatever fits */
	aaa_grant_merge(&g, nullptr, policy(m, "G"), false);
	ASSERT_EQ(aaa_grant_lines(&g, line, 8), 3u);
	EXPECT_EQ(line[0].origin, CFG_ORIGIN_GROUP);
	aaa_grant_merge(&g, nullptr, nullptr, false);
	EXPECT_EQ(aaa_grant_lines(&g, nullptr, 0), 0u);
}

} // namespace
