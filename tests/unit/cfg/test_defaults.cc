/* Smart defaults: cli.md 7. */
#include "loaded.h"

using namespace cfgtest;

namespace
{

TEST(CfgDefaults, exist_before_any_line_and_are_not_printed_R_DEF_01)
{
	Loaded l("");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	for (cfg_kind kind :
		{ CFG_KIND_PROPOSAL, CFG_KIND_POLICY, CFG_KIND_AUTHZ_POLICY, CFG_KIND_TRANSFORM_SET, CFG_KIND_IPSEC_PROFILE }) {
		const cfg_object *o = cfg_find(l.model, kind, "default");

		ASSERT_NE(o, nullptr) << cfg_model_kind_name(kind);
		EXPECT_TRUE(o->builtin);
		EXPECT_EQ(o->line, 0u);
		EXPECT_EQ(o->complete, kind != CFG_KIND_IPSEC_PROFILE) << "that one waits for a profile";
	}
	EXPECT_EQ(cfg_find_profile(l.model, "default"), nullptr);
	EXPECT_EQ(l.saved(), "");
}

TEST(CfgDefaults, transform_set_R_DEF_02)
{
	Loaded l("");
	const cfg_transform_set *t = cfg_find_transform_set(l.model, "default");

	EXPECT_EQ(t->enc, CFG_ENC_AES_CBC_128);
	EXPECT_EQ(t->auth, CFG_HASH_SHA1);
	EXPECT_TRUE(t->transport);
}

TEST(CfgDefaults, a_rewritten_transform_set_stays_transport)
{
	Loaded l("crypto ipsec transform-set default esp-gcm 256\n");
	const cfg_transform_set *t = cfg_find_transform_set(l.model, "default");

	EXPECT_EQ(t->enc, CFG_ENC_AES_GCM_256);
	EXPECT_TRUE(t->transport);
	EXPECT_FALSE(t->object.builtin);
	EXPECT_FALSE(
		cfg_find_transform_set(Loaded("crypto ipsec transform-set default esp-gcm\n mode tunnel\n").model, "default")->transport);
}

TEST(CfgDefaults, ipsec_profile_R_DEF_03)
{
	Loaded l(
		"crypto ikev2 profile default\n match identity remote any\n authentication local pre-share key k\n authentication remote pre-share key k\n");
	const cfg_ipsec_profile *p = cfg_find_ipsec_profile(l.model, "default");

	EXPECT_EQ(p->transform_set[0], cfg_find_transform_set(l.model, "default"));
	EXPECT_EQ(p->ikev2_profile, cfg_find_profile(l.model, "default"));
	EXPECT_TRUE(p->object.complete);
	EXPECT_EQ(p->lifetime_s, 3600u);
	EXPECT_EQ(p->lifetime_kb, 4608000u);
	EXPECT_EQ(p->replay_window, 64);
	EXPECT_EQ(p->pfs_group, 0);
}

TEST(CfgDefaults, proposals_of_both_generations_R_DEF_04_R_DEF_05)
{
	Loaded l("");
	const cfg_proposal *now = cfg_find_proposal(l.model, "default"), *then = cfg_find_proposal(l.model, "legacy");

	EXPECT_EQ(now->enc_count, 1u);
	EXPECT_EQ(now->enc[0], CFG_ENC_AES_CBC_256);
	EXPECT_EQ(now->integrity[0], CFG_HASH_SHA512);
	EXPECT_EQ(now->integrity[1], CFG_HASH_SHA384);
	ASSERT_EQ(now->group_count, 4u);
	EXPECT_EQ(now->group[0], 19);
	EXPECT_EQ(now->group[1], 14);
	EXPECT_EQ(now->group[2], 21);
	EXPECT_EQ(now->group[3], 5);
	EXPECT_TRUE(now->object.complete);
	ASSERT_EQ(then->enc_count, 3u);
	EXPECT_EQ(then->enc[2], CFG_ENC_3DES);
	ASSERT_EQ(then->integrity_count, 4u);
	EXPECT_EQ(then->integrity[3], CFG_HASH_MD5);
	ASSERT_EQ(then->group_count, 2u);
	EXPECT_EQ(then->group[0], 5);
	EXPECT_EQ(then->group[1], 2);
	EXPECT_TRUE(then->object.complete);
}

TEST(CfgDefaults, policy_R_DEF_06)
{
	Loaded l("");
	const cfg_policy *p = cfg_find_policy(l.model, "default");

	EXPECT_TRUE(p->fvrf.any);
	ASSERT_EQ(p->proposal_count, 1u);
	EXPECT_EQ(p->proposal[0], cfg_find_proposal(l.model, "default"));
}

TEST(CfgDefaults, authorization_policy_R_DEF_07)
{
	Loaded l("");
	const cfg_authz_policy *a = cfg_find_authz_policy(l.model, "default");

	ASSERT_NE(a->route_sets, nullptr);
	EXPECT_EQ(a->route_sets->how, CFG_SET_INTERFACE);
	EXPECT_EQ(a->route_sets->interface, nullptr);
	EXPECT_TRUE(a->route_accept);
	EXPECT_EQ(a->route_tag, 1u);
	EXPECT_EQ(a->route_distance, 1);
}

TEST(CfgDefaults, a_line_of_the_file_adds_or_replaces)
{
	Loaded l("crypto ikev2 authorization policy default\n route set remote 10.0.0.0 255.0.0.0\n route accept any distance 7\n"
		 "crypto ikev2 proposal default\n group 31\n");
	const cfg_authz_policy *a = cfg_find_authz_policy(l.model, "default");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(a->route_sets->how, CFG_SET_INTERFACE) << "the default's own line holds";
	EXPECT_EQ(a->route_sets->next->how, CFG_SET_PREFIX_REMOTE);
	EXPECT_EQ(a->route_distance, 7);
	EXPECT_FALSE(a->object.builtin);
	EXPECT_EQ(a->object.line, 1u);
	EXPECT_EQ(cfg_find_proposal(l.model, "default")->group_count, 1u);
	EXPECT_EQ(cfg_find_proposal(l.model, "default")->enc[0], CFG_ENC_AES_CBC_256);
}

TEST(CfgDefaults, a_line_of_the_default_can_be_taken_back)
{
	Loaded l(
		"crypto ikev2 authorization policy default\n no route set interface\n route set interface Loopback0\n no route accept any\ninterface Loopback0\n");
	const cfg_authz_policy *a = cfg_find_authz_policy(l.model, "default");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	ASSERT_NE(a->route_sets, nullptr);
	EXPECT_NE(a->route_sets->interface, nullptr);
	EXPECT_EQ(a->route_sets->next, nullptr);
	EXPECT_FALSE(a->route_accept);
	EXPECT_EQ(without_bangs(l.saved()),
		"crypto ikev2 authorization policy default\n no route set interface\n route set interface Loopback0\n"
		" no route accept any\ninterface Loopback0\n");
}

TEST(CfgDefaults, no_and_default_restore_R_DEF_01)
{
	for (const char *line : { "no crypto ikev2 proposal default\n", "default crypto ikev2 proposal default\n" }) {
		Loaded l(std::string("crypto ikev2 proposal default\n encryption 3des\n") + line);

		ASSERT_EQ(l.err, ERR_OK) << l.errors();
		EXPECT_TRUE(cfg_find_proposal(l.model, "default")->object.builtin) << line;
		EXPECT_EQ(cfg_find_proposal(l.model, "default")->enc[0], CFG_ENC_AES_CBC_256);
		EXPECT_EQ(l.saved(), "");
	}
	Loaded part("crypto ikev2 proposal default\n group 31\n no group\n default group\n");
	ASSERT_EQ(part.err, ERR_OK) << part.errors();
	EXPECT_EQ(cfg_find_proposal(part.model, "default")->group_count, 4u);
	Loaded used("crypto ikev2 policy p\n match fvrf any\n proposal default\nno crypto ikev2 proposal default\n");
	EXPECT_EQ(used.err, ERR_OK) << "a default is never missed, so never in use";
}

TEST(CfgDefaults, what_equals_the_default_is_not_printed_R_DEF_01)
{
	Loaded l("crypto ikev2 proposal default\n encryption aes-cbc-256\n integrity sha512 sha384\n group 19 14 21 5\n"
		 "crypto ikev2 policy default\n match fvrf any\n proposal default\n"
		 "crypto ikev2 authorization policy default\n route set interface\n"
		 "crypto ipsec transform-set default esp-aes 128 esp-sha-hmac\ncrypto ipsec profile default\n set transform-set default\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(l.saved(), "");
	EXPECT_TRUE(cfg_find_proposal(l.model, "default")->object.builtin);
}

TEST(CfgDefaults, five_lines_and_a_tunnel_are_enough_R_DEF_08)
{
	Loaded l(
		"interface Ethernet0/0\n ip address 198.51.100.1 255.255.255.0\n"
		"crypto ikev2 profile default\n match identity remote any\n authentication local pre-share key k\n authentication remote pre-share key k\n"
		"interface Tunnel0\n tunnel source Ethernet0/0\n tunnel mode ipsec ipv4\n tunnel destination 203.0.113.11\n"
		" tunnel protection ipsec profile default\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(reasons(&cfg_find_interface(l.model, "Tunnel0")->object), "");
}

} // namespace
