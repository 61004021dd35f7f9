/* Sessions whose outer address changes (RFC 4555), from the configuration to the datapath. */
#include "ike/core.h"
#include "ike/paths.h"
#include "lab.h"

using namespace lab;

namespace
{

class SessionMobike : public Star
{
      protected:
	HubConfig hubs;
	SpokeConfig spokes{ 1 };

	SessionMobike()
	{
		hubs.profile = " mobike\n";
		spokes.profile = " mobike\n";
	}
	/* The spoke's WAN has another address. */
	void readdress(Box &s, const std::string &address)
	{
		s.addrs = { ip(address) };
		s.must_load(with(spokes.text(), "203.0.113.1 ", address + " "));
	}
	/* Where 'b' has heard that its peer may be reached. */
	static std::set<std::string> elsewhere(Box &b)
	{
		const auto *sa = static_cast<struct ike_sa *>(slab_get(&b.engine->sas, b.session()->ike));
		std::set<std::string> out;

		for (unsigned i = 0; sa->paths != nullptr && i < sa->paths->count; i++)
			out.insert(str(sa->paths->theirs[i]));
		return out;
	}
	static std::set<std::string> ends(const Box &b)
	{
		std::set<std::string> out;

		for (const struct dp_item &i : b.objects(DP_CLASS_SA))
			out.insert(str(i.op.u.sa.local.addr) + "-" + str(i.op.u.sa.remote.addr));
		return out;
	}
};

} // namespace

TEST_F(SessionMobike, RFC4555_a_new_address_of_the_source_interface_moves_the_session)
{
	hub.must_load(hubs.text());
	Box &s = spoke(spokes);
	up(s);
	uint64_t ref = session_ref(s.session()->handle);
	readdress(s, "203.0.113.71");
	wan.run(1000);
	EXPECT_EQ(hub.up(), 1u);
	EXPECT_EQ(s.up(), 1u);
	EXPECT_EQ(session_ref(s.session()->handle), ref) << "the same session";
	EXPECT_EQ(ends(s), std::set<std::string>{ "203.0.113.71-198.51.100.1" });
	EXPECT_EQ(ends(hub), std::set<std::string>{ "198.51.100.1-203.0.113.71" });
	EXPECT_EQ(str(hub.objects(DP_CLASS_TUNNEL)[0].op.u.tunnel.remote), "203.0.113.71");
	EXPECT_EQ(hub.counts().key_reuses, 0u);
	readdress(s, "203.0.113.72");
	wan.run(60000);
	EXPECT_EQ(session_ref(s.session()->handle), ref);
	EXPECT_EQ(ends(hub), std::set<std::string>{ "198.51.100.1-203.0.113.72" });
	hub.expect_whole();
	s.expect_whole();
}

TEST_F(SessionMobike, without_it_the_session_is_made_anew)
{
	hubs.profile = "";
	hub.must_load(hubs.text());
	Box &s = spoke(spokes);
	up(s);
	uint64_t ref = session_ref(s.session()->handle);
	readdress(s, "203.0.113.71");
	wan.run(20000);
	ASSERT_EQ(s.up(), 1u);
	EXPECT_NE(session_ref(s.session()->handle), ref);
}

TEST_F(SessionMobike, RFC4555_3_5_a_profile_admits_no_other_path_than_its_own)
{
	hubs.profile = " mobike\n match address local 198.51.100.1\n";
	hub.must_load(hubs.text());
	Box &s = spoke(spokes);
	up(s);
	struct ike_path path = hub.session()->path;
	EXPECT_TRUE(hub.ports.may_move(hub.ports.ctx, hub.session()->ike, &path));
	path.local.addr = ip("198.51.100.9");
	EXPECT_FALSE(hub.ports.may_move(hub.ports.ctx, hub.session()->ike, &path));
	path.local.addr = ip("198.51.100.1");
	EXPECT_FALSE(hub.ports.may_move(hub.ports.ctx, {}, &path)) << "of nobody";
}

/* RFC4555-3.6-a, RFC4555-3.6-b: the addresses of WAN ports are told in IKE_AUTH, and again when a reload changes them. */
TEST_F(SessionMobike, RFC4555_3_6_peers_hear_of_the_addresses_of_wan_ports)
{
	const std::string one = hubs.text(),
			  two = with(one, "interface Ethernet0/0\n", "interface Ethernet0/0\n ipv6 address 2001:db8:f::1/64\n");

	hub.must_load(one);
	Box &s = spoke(spokes);
	up(s);
	uint64_t ref = session_ref(s.session()->handle);
	EXPECT_EQ(elsewhere(s), std::set<std::string>{});
	hub.must_load(two);
	wan.run(1000);
	EXPECT_EQ(elsewhere(s), (std::set<std::string>{ "198.51.100.1", "2001:db8:f::1" }));
	hub.must_load(one);
	wan.run(1000);
	EXPECT_EQ(elsewhere(s), std::set<std::string>{ "198.51.100.1" });
	EXPECT_EQ(session_ref(s.session()->handle), ref) << "the same session";
	s.expect_whole();
}
