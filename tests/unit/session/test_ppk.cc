/* Boxes with post-quantum preshared keys in their keyrings (RFC8784, cli.md 1.3). */
#include "lab.h"

namespace
{

using namespace lab;

class SessionPpk : public Star
{
      protected:
	/* 'text' with 'line' in the block of its keyring. */
	static std::string ring(const std::string &text, const std::string &line)
	{
		return with(
			text, std::string("  pre-shared-key ") + psk + "\n", std::string("  pre-shared-key ") + psk + "\n  " + line + "\n");
	}
	Box &begin(const std::string &hub_line, const std::string &spoke_line)
	{
		Box &s = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);

		hub.must_load(hub_line.empty() ? HubConfig().text() : ring(HubConfig().text(), hub_line));
		s.must_load(spoke_line.empty() ? SpokeConfig(1).text() : ring(SpokeConfig(1).text(), spoke_line));
		return s;
	}
	static bool in_use(const Box &b)
	{
		struct ike_sa_info info = {};

		EXPECT_EQ(ike_engine_info(b.engine, b.session()->ike, &info), ERR_OK);
		return info.ppk;
	}
	void expect_refused(const Box &s)
	{
		wan.run(4000);
		EXPECT_EQ(s.up() + hub.up(), 0u);
		hub.expect_empty();
	}
};

} // namespace

/* RFC8784-5.1-a */
TEST_F(SessionPpk, RFC8784_the_line_ppk_manual_brings_it_about)
{
	Box &s = begin("ppk manual id flex key a-long-secret required", "ppk manual id flex key a-long-secret required");

	up(s);
	EXPECT_TRUE(in_use(s));
	EXPECT_TRUE(in_use(hub));
}

/* RFC8784-5.2.1-a: the same octets as text and in hexadecimal. */
TEST_F(SessionPpk, RFC8784_5_2_1_keys_in_hexadecimal)
{
	Box &s = begin(
		"ppk manual id flex key hex 612D6c6f6e672d736563726574 required", "ppk manual id flex key clear a-long-secret required");

	up(s);
	EXPECT_TRUE(in_use(s));
}

TEST_F(SessionPpk, RFC8784_without_required_a_peer_without_it_comes_in)
{
	Box &s = begin("", "ppk manual id flex key a-long-secret");

	up(s);
	EXPECT_FALSE(in_use(s));
}

TEST_F(SessionPpk, RFC8784_with_required_a_peer_without_it_stays_out)
{
	Box &s = begin("ppk manual id flex key a-long-secret required", "");

	expect_refused(s);
	EXPECT_GE(s.stat(IKE_STAT_AUTH_REJECTED), 1u);
}

TEST_F(SessionPpk, RFC8784_with_required_another_identity_stays_out)
{
	Box &s = begin("ppk manual id flex key a-long-secret", "ppk manual id other key a-long-secret required");

	expect_refused(s);
	EXPECT_GE(hub.stat(IKE_STAT_PPK_REFUSED), 1u);
}

TEST_F(SessionPpk, RFC8784_a_changed_key_ends_the_session)
{
	Box &s = begin("ppk manual id flex key a-long-secret", "ppk manual id flex key a-long-secret");

	up(s);
	hub.must_load(ring(HubConfig().text(), "ppk manual id flex key another-secret"));
	wan.run(100);
	EXPECT_EQ(hub.up(), 0u);
}

TEST_F(SessionPpk, RFC9370_the_line_additional_key_exchange_brings_them_about)
{
	auto more = [](const std::string &config) {
		return with(config, " prf sha256\n", " prf sha256\n additional-key-exchange 1 20\n additional-key-exchange 2 21 none\n");
	};
	struct ike_sa_info info = {};

	hub.must_load(more(HubConfig().text()));
	Box &s = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);
	s.must_load(more(SpokeConfig(1).text()));
	up(s);
	ASSERT_EQ(ike_engine_info(s.engine, s.session()->ike, &info), ERR_OK);
	ASSERT_NE(info.extra[1], nullptr);
	EXPECT_STREQ(info.extra[0]->keyword, "20");
	EXPECT_STREQ(info.extra[1]->keyword, "21");
	EXPECT_EQ(info.extra[2], nullptr);
}
