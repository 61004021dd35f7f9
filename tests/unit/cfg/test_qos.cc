#include "cfg/qos.h"

#include "loaded.h"

/* Classes and policies: R-PBF-03, R-TUN-22. */
using namespace cfgtest;

namespace
{

const std::string tunnel = "interface Tunnel0\n tunnel source 192.0.2.1\n tunnel destination 192.0.2.2\n";

TEST(CfgQos, R_PBF_03_classes_and_what_is_done_to_them)
{
	Loaded l(
		"ip access-list extended LIST\n permit tcp any any\n"
		"class-map match-any VOICE\n match ip dscp ef 40\n match access-group name LIST\n match not ip precedence critical\n"
		"class-map WEB\n match protocol ipv6\n match any\n"
		"policy-map UP\n class class-default\n  shape average 5000000\n class VOICE\n  police 8000000\n  set dscp af11\n class WEB\n" +
		tunnel + " service-policy output UP\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_TRUE(l.said(CFG_NOT_YET).empty());
	const cfg_interface *i = cfg_find_interface(l.model, "Tunnel0");
	EXPECT_TRUE(i->object.complete);
	const cfg_policy_map *p = i->service[CFG_ACL_OUT];
	ASSERT_NE(p, nullptr);
	EXPECT_EQ(p->rest.shape_bps, 5000000u) << "wherever it stands";
	const cfg_policy_class *voice = p->classes;
	ASSERT_NE(voice, nullptr);
	EXPECT_STREQ(voice->name, "VOICE");
	EXPECT_EQ(voice->police.cir, 8000000u);
	EXPECT_EQ(voice->police.bc, 250000u) << "a quarter of a second";
	EXPECT_EQ(voice->police.be, 0u);
	EXPECT_EQ(voice->police.how[CFG_COLOR_EXCEED].action, CFG_POLICE_DROP);
	EXPECT_TRUE(voice->has_dscp);
	EXPECT_EQ(voice->dscp, 10);
	EXPECT_TRUE(voice->map->any);
	const cfg_qos_match *m = voice->map->matches;
	EXPECT_EQ(m->what, CFG_QOS_DSCP);
	EXPECT_EQ(m->dscp, UINT64_C(1) << 46 | UINT64_C(1) << 40);
	EXPECT_TRUE(m->ip);
	EXPECT_FALSE(m->ipv6);
	m = m->next;
	EXPECT_EQ(m->what, CFG_QOS_LIST);
	EXPECT_EQ(m->acl, cfg_find_acl(l.model, "LIST"));
	m = m->next;
	EXPECT_TRUE(m->inverted);
	EXPECT_EQ(m->dscp, UINT64_C(0xff) << 40);
	EXPECT_EQ(m->next, nullptr);
	ASSERT_NE(voice->next, nullptr);
	EXPECT_FALSE(voice->next->map->any);
	EXPECT_FALSE(voice->next->map->matches->ip);
	EXPECT_TRUE(voice->next->map->matches->ipv6);
	EXPECT_EQ(voice->next->map->matches->next->what, CFG_QOS_ALL);
	EXPECT_EQ(voice->next->next, nullptr);
}

TEST(CfgQos, police_as_it_is_typed_and_as_the_router_prints_it)
{
	Loaded l(
		"policy-map A\n class class-default\n"
		"  police cir 64000 1500 conform-action set-dscp-transmit cs1 exceed-action transmit violate-action drop\n"
		"policy-map B\n class class-default\n  police cir 64000 bc 2000 be 3000\n   conform-action transmit\n"
		"   exceed-action set-dscp-transmit 8\n   violate-action drop\n"
		"policy-map C\n class class-default\n  police cir 64000 bc 2000 pir 128000 be 4000 conform-action transmit exceed-action drop\n"
		"policy-map D\n class class-default\n  police 64000000\n   violate-action transmit\n");
	auto police = [&](const char *name) { return cfg_find_policy_map(l.model, name)->rest.police; };

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(police("A").how[CFG_COLOR_CONFORM].action, CFG_POLICE_MARK);
	EXPECT_EQ(police("A").how[CFG_COLOR_CONFORM].dscp, 8);
	EXPECT_EQ(police("A").how[CFG_COLOR_EXCEED].action, CFG_POLICE_TRANSMIT);
	EXPECT_EQ(police("A").be, 1500u) << "as the other";
	EXPECT_EQ(police("B").bc, 2000u);
	EXPECT_EQ(police("B").be, 3000u);
	EXPECT_EQ(police("B").how[CFG_COLOR_EXCEED].action, CFG_POLICE_MARK);
	EXPECT_EQ(police("B").how[CFG_COLOR_EXCEED].dscp, 8);
	EXPECT_EQ(police("C").pir, 128000u);
	EXPECT_EQ(police("C").be, 4000u);
	EXPECT_EQ(police("D").be, 2000000u);
	EXPECT_EQ(police("D").how[CFG_COLOR_VIOLATE].action, CFG_POLICE_TRANSMIT);
}

TEST(CfgQos, a_policy_in_a_policy)
{
	Loaded l("policy-map PARENT\n class class-default\n  shape average 1000000\n  service-policy CHILD\n"
		 "policy-map CHILD\n class VOICE\n  police 64000\nclass-map VOICE\n match dscp ef\n" +
		 tunnel + " service-policy output PARENT\n");
	std::string seen;

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_TRUE(cfg_find_interface(l.model, "Tunnel0")->object.complete);
	cfg_qos_walk(
		cfg_find_policy_map(l.model, "PARENT"),
		[](void *ctx, const cfg_policy_map *p, const cfg_policy_class *c, unsigned depth) {
			*static_cast<std::string *>(ctx) += std::to_string(depth) + p->object.name + "/" + c->name + " ";
		},
		&seen);
	EXPECT_EQ(seen, "0PARENT/class-default 1CHILD/VOICE 1CHILD/class-default ");
}

/* What can't be done keeps the interface out, and says why. */
TEST(CfgQos, incomplete)
{
	const char *policies[] = {
		"class-map A\npolicy-map P\n class A\n",
		"policy-map P\n class NOWHERE\n",
		"class-map A\n match access-group name NOWHERE\npolicy-map P\n class A\n",
		"class-map A\n match qos-group 3\npolicy-map P\n class A\n",
		"class-map A\n match any\npolicy-map P\n class A\n  priority 64\n",
		"policy-map P\n class class-default\n  bandwidth percent 10\n",
		"policy-map P\n class class-default\n  service-policy P\n",
		"policy-map P\n class class-default\n  service-policy Q\npolicy-map Q\n class class-default\n  service-policy P\n",
	};

	for (const char *text : policies) {
		Loaded l(text + tunnel + " service-policy output P\n");

		ASSERT_EQ(l.err, ERR_OK) << text << l.errors();
		EXPECT_FALSE(cfg_find_interface(l.model, "Tunnel0")->object.complete) << text;
	}
	for (const char *text : { "class-map A\n match dscp 64\n", "class-map A\n match precedence 8\n",
		     "policy-map P\n class class-default\n  set dscp gold\n",
		     "policy-map P\n class class-default\n  police cir 64000 pir 32000\n" }) {
		Loaded l(text);

		EXPECT_EQ(l.err, ERR_MALFORMED) << text;
	}
}

TEST(CfgQos, where_policies_work)
{
	const std::string policy =
		"policy-map S\n class class-default\n  shape average 64000\npolicy-map P\n class class-default\n  police 64000\n";
	Loaded l(policy + "interface Ethernet0/0\n service-policy output S\n service-policy input P\n"
			  "interface Ethernet0/1\n service-policy input S\n"
			  "interface Loopback0\n service-policy output P\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_TRUE(cfg_find_interface(l.model, "Ethernet0/0")->object.complete);
	EXPECT_FALSE(cfg_find_interface(l.model, "Ethernet0/1")->object.complete) << "what comes isn't shaped";
	EXPECT_FALSE(cfg_find_interface(l.model, "Loopback0")->object.complete);
}

TEST(CfgQos, values_and_their_names)
{
	uint8_t v;

	for (unsigned dscp = 0; dscp < 64; dscp++) {
		ASSERT_EQ(cfg_qos_dscp(std::to_string(dscp).c_str(), &v), ERR_OK);
		EXPECT_EQ(v, dscp);
		if (cfg_qos_dscp_name(v) != nullptr) {
			ASSERT_EQ(cfg_qos_dscp(cfg_qos_dscp_name(v), &v), ERR_OK);
			EXPECT_EQ(v, dscp);
		}
	}
	for (const char *text : { "64", "-1", "ef1", "", "4x", "1000" })
		EXPECT_EQ(cfg_qos_dscp(text, &v), ERR_RANGE) << text;
	ASSERT_EQ(cfg_qos_precedence("flash-override", &v), ERR_OK);
	EXPECT_EQ(v, 4);
	EXPECT_EQ(cfg_qos_precedence("8", &v), ERR_RANGE);
}

} // namespace
