#include "lab.h"

#include "cfg/find.h"
#include "session/terms.h"

namespace
{

using namespace lab;

class SessionTerms : public ::testing::Test
{
      protected:
	struct cfg_model *m = nullptr;
	struct ike_path path = {};
	struct session_terms t;

	enum err fill(const std::string &profile, const std::string &tunnel, const std::string &more = "")
	{
		cfg_model_free(m);
		m = model("crypto ikev2 profile P\n match identity remote any\n authentication local pre-share key K\n"
			  " authentication remote pre-share key K\n" +
			  profile + "crypto ipsec profile I\n set ikev2-profile P\n" + more +
			  "interface Loopback0\n ip address 10.0.0.1 255.255.255.255\n"
			  "interface Virtual-Template1 type tunnel\n ip unnumbered Loopback0\n" +
			  tunnel);
		const struct cfg_interface *i = cfg_find_interface(m, "Virtual-Template1");
		return session_terms_fill(cfg_find_profile(m, "P"), i, i->tunnel.mode, &path, &t);
	}
	void TearDown() override
	{
		cfg_model_free(m);
	}
};

const char *const ipsec = " tunnel mode ipsec dual-overlay\n tunnel protection ipsec profile I\n";

TEST_F(SessionTerms, R_IKE_22_what_the_profile_says)
{
	ASSERT_EQ(fill(" dpd 30 4 periodic\n lifetime 3600\n nat keepalive 15\n", ipsec), ERR_OK);
	EXPECT_EQ(t.terms.dpd.interval_s, 30);
	EXPECT_EQ(t.terms.dpd.retry_s, 4);
	EXPECT_TRUE(t.terms.dpd.periodic);
	EXPECT_EQ(t.terms.lifetime_s, 3600u);
	EXPECT_EQ(t.terms.nat_keepalive_s, 15);
	EXPECT_EQ(t.terms.child.esp.count, 1); /* R-DEF-03: the default transform set */
	EXPECT_EQ(t.terms.child.local_count, 2);
	EXPECT_EQ(t.terms.child.remote_count, 2);
	EXPECT_EQ(t.terms.child.local[0].start.family, AF_INET);
	EXPECT_EQ(t.terms.child.remote[1].start.family, AF_INET6);
	EXPECT_TRUE(t.terms.child.narrow_to_address);
}

TEST_F(SessionTerms, R_TUN_01_what_the_ipsec_profile_says_of_rekeying)
{
	ASSERT_EQ(fill("", ipsec, " set pfs group19\n set security-association lifetime seconds 300\n"), ERR_OK);
	EXPECT_EQ(t.terms.child.lifetime_s, 300u);
	ASSERT_EQ(t.terms.child.pfs.count, 1);
	EXPECT_EQ(t.terms.child.pfs.alg[0]->id, 19);
	EXPECT_EQ(t.terms.child.pfs.extra_count, 0);
}

TEST_F(SessionTerms, RFC9370_additional_key_exchanges_of_children)
{
	ASSERT_EQ(fill("", ipsec, " set pfs group31\n set additional-key-exchange 3 20 none\n set additional-key-exchange 1 19\n"), ERR_OK);
	const struct ike_groups &pfs = t.terms.child.pfs;
	ASSERT_EQ(pfs.extra_count, 3);
	EXPECT_EQ(pfs.extra[0].slot, 1);
	EXPECT_EQ(pfs.extra[0].group->id, 19);
	EXPECT_EQ(pfs.extra[1].slot, 3);
	EXPECT_EQ(pfs.extra[1].group->id, 20);
	EXPECT_EQ(pfs.extra[2].group, nullptr);
}

TEST_F(SessionTerms, defaults)
{
	ASSERT_EQ(fill("", ipsec), ERR_OK);
	EXPECT_EQ(t.terms.dpd.interval_s, 0);
	EXPECT_EQ(t.terms.lifetime_s, 86400u);
	EXPECT_EQ(t.terms.child.lifetime_s, 3600u);
	EXPECT_EQ(t.terms.child.pfs.count, 0);
	ASSERT_EQ(fill("", ipsec, "crypto ikev2 dpd 20 3 on-demand\n"), ERR_OK);
	EXPECT_EQ(t.terms.dpd.interval_s, 20); /* the global one */
	EXPECT_FALSE(t.terms.dpd.periodic);
}

/* R-TUN-09, cli.md 3: protocol 47 host/host, of the IKE SA's own addresses, for both roles. */
TEST_F(SessionTerms, gre_is_protocol_47)
{
	const std::string tunnel = "\n tunnel protection ipsec profile I\n";

	path.local.addr = ip("198.51.100.1");
	path.remote.addr = ip("203.0.113.1");
	ASSERT_EQ(fill("", " tunnel mode gre ip" + tunnel), ERR_OK);
	ASSERT_EQ(t.terms.child.local_count, 1);
	EXPECT_EQ(t.terms.child.local[0].protocol, 47);
	EXPECT_EQ(str(t.terms.child.local[0].start), "198.51.100.1");
	EXPECT_EQ(str(t.terms.child.remote[0].start), "203.0.113.1");
	EXPECT_EQ(str(t.terms.child.remote[0].end), "203.0.113.1");
	EXPECT_TRUE(t.terms.child.endpoints);
	EXPECT_FALSE(t.terms.child.narrow_to_address);
	EXPECT_TRUE(t.terms.child.transport) << "the default transform set";
	EXPECT_EQ(fill("", " tunnel mode gre ipv6" + tunnel), ERR_UNSUPPORTED) << "over IPv4";
	path.local.addr = ip("2001:db8::1");
	path.remote.addr = ip("2001:db8::2");
	EXPECT_EQ(fill("", " tunnel mode gre ip" + tunnel), ERR_UNSUPPORTED) << "over IPv6";
	ASSERT_EQ(fill("", " tunnel mode gre ipv6" + tunnel, " set transform-set T\ncrypto ipsec transform-set T esp-gcm 128\n"), ERR_OK);
	EXPECT_EQ(str(t.terms.child.local[0].start), "2001:db8::1");
	EXPECT_EQ(str(t.terms.child.remote[0].end), "2001:db8::2");
	EXPECT_EQ(t.terms.child.remote[0].protocol, 47);
	EXPECT_FALSE(t.terms.child.transport);
	ASSERT_EQ(fill("", ipsec), ERR_OK);
	EXPECT_FALSE(t.terms.child.transport) << "forced to tunnel mode";
	EXPECT_FALSE(t.terms.child.endpoints);
}

TEST_F(SessionTerms, what_isnt_built_or_complete_is_refused)
{
	EXPECT_EQ(fill("", " tunnel mode ipsec ipv4\n"), ERR_INCOMPLETE);
	EXPECT_EQ(
		fill("", ipsec, " set transform-set T\ncrypto ipsec transform-set T esp-gcm 128\n mode transport\n mode tunnel\n"), ERR_OK);
}

} // namespace
