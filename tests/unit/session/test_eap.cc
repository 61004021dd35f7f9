/* Boxes of which one proves itself by EAP, by a password or by TLS: who gets in and as whom, who doesn't and why. */
#include "lab.h"

#include "../pki/forge.h"

namespace
{

using namespace lab;

class SessionEap : public Star
{
      protected:
	forge::Forge f;
	forge::Folder folder;

	std::string check = "none"; /* revocation-check of all */

	explicit SessionEap(unsigned workers = 0) : Star(workers)
	{
	}
	void SetUp() override
	{
		f.issue("root", { .issuer = "", .subject = { { "CN", "Example Root CA" } }, .ca = true });
		f.issue("other", { .issuer = "", .subject = { { "CN", "Other" } }, .ca = true });
		for (const char *name : { "hub", "spoke1", "spoke2" })
			f.issue(name,
				{ .issuer = "root", .subject = { { "CN", name } }, .alt = std::string("DNS:") + name + ".example.net" });
		f.issue("alien", { .issuer = "other", .subject = { { "CN", "spoke1" } }, .alt = "DNS:spoke1.example.net" });
	}
	std::string point(const std::string &name)
	{
		std::string file = folder.write(
			name + ".pem", f.pem("root") + (name == "alien" ? f.pem("other") : "") + f.pem(name) + f.key_pem(name));

		return "crypto pki trustpoint TP\n revocation-check " + check + "\ncrypto pki import TP pem " + file + "\n";
	}
	static std::string proves(std::string text, const std::string &local, const std::string &remote)
	{
		text = with(text, " authentication local pre-share\n", " authentication local " + local + "\n");
		text = with(text, " authentication remote pre-share\n", " authentication remote " + remote + "\n");
		return with(text, " keyring local KR\n", " pki trustpoint TP\n");
	}
	std::string hub_text(const std::string &remote = "eap query-identity", const std::string &local = "ecdsa-sig")
	{
		std::string text = proves(HubConfig().text(), local, remote);

		text = with(text, " aaa authorization group psk list", " aaa authentication eap users\n aaa authorization group eap list");
		return text + "aaa authentication login users local\nusername alice password wonderland\nusername bob password builder\n" +
		       point("hub");
	}
	std::string spoke_text(
		const std::string &local, const std::string &cert = "spoke1", const std::string &remote = "ecdsa-sig", unsigned n = 1)
	{
		std::string text = proves(SpokeConfig(n).text(), "eap " + local, remote);

		return with(text, "group psk list", "group cert list") + point(cert);
	}
	Box &spoke_box(const std::string &text, unsigned n = 1)
	{
		Box &s = wan.box("spoke" + std::to_string(n), { "203.0.113." + std::to_string(n) }, lan_and_wan);

		s.must_load(text);
		return s;
	}
	void expect_refused(Box &s, const std::string &why)
	{
		wan.run(3000);
		EXPECT_EQ(s.up() + hub.up(), 0u);
		EXPECT_TRUE(hub.logged("why=" + why)) << why;
		s.dead = true;
		wan.run(200000);
		hub.expect_empty();
	}
};

const char *const alice = "username alice password wonderland";

/* The same with crypto workers: no handshake is on the loop's thread. */
class SessionEapWork : public SessionEap
{
      protected:
	SessionEapWork() : SessionEap(2)
	{
	}
};

/* Certificates that name a responder, and a hub that asks it. */
class SessionEapOcsp : public SessionEap
{
      protected:
	void SetUp() override
	{
		SessionEap::SetUp();
		for (const char *name : { "hub", "spoke1" })
			f.issue(name, { .issuer = "root",
					      .subject = { { "CN", name } },
					      .alt = std::string("DNS:") + name + ".example.net",
					      .more = { { "authorityInfoAccess", "OCSP;URI:http://192.0.2.80/ocsp" } } });
	}
	/* The spoke comes by TLS; the hub asks about it, or it about the hub, which has nothing else to prove itself by. */
	Box &begin(const std::string &text, bool by_spoke = false)
	{
		check = by_spoke ? "none" : text;
		hub.must_load(by_spoke ? hub_text("eap", "eap tls") : hub_text());
		check = by_spoke ? text : "none";

		Box &s = spoke_box(spoke_text("tls", "spoke1", by_spoke ? "eap" : "ecdsa-sig"));
		wan.run(500);
		return s;
	}
	/* The oldest question of 'b' gets its answer: 'status', or none. */
	void answer(Box &b, int status, const std::string &subject = "spoke1")
	{
		ASSERT_FALSE(b.questions.empty());
		Box::Question q = b.questions.front();
		std::vector<uint8_t> with;

		b.questions.erase(b.questions.begin());
		EXPECT_EQ(q.url, "http://192.0.2.80/ocsp");
		if (status >= 0)
			with = f.ocsp({ .subject = subject, .issuer = "root", .signer = "root", .status = status, .request = &q.body });
		session_hub_fetched(b.hub, q.token, bytes_of(with.data(), with.size()));
		wan.run(500);
	}
};

} // namespace

/* RFC7296-2.16-c; RFC7296-2.19-b: CP goes with SA, whatever is between request and response. */
TEST_F(SessionEap, R_AAA_10_R_AAA_12_the_eap_identity_is_the_peer)
{
	for (const char *method : { "", "mschapv2 ", "gtc ", "md5 " }) {
		hub.must_load(hub_text());
		Box &s = spoke_box(spoke_text(std::string(method) + alice));
		up(s);
		EXPECT_STREQ(hub.session()->peer, "alice");
		EXPECT_TRUE(hub.session()->by_eap);
		EXPECT_TRUE(addr_eq(&s.session()->assigned, &hub.session()->lease)) << "CFG_REPLY";
		EXPECT_FALSE(hub.session()->by_certificate);
		EXPECT_TRUE(s.session()->by_certificate) << "the hub's proof";
		EXPECT_FALSE(hub.route("10.20.1.0/24").empty()) << "authorization 'eap' counts";
		s.stop();
		s.dead = true;
		s.addrs = {};
		wan.run(60000);
	}
}

/* RFC7296-2.16-d */
TEST_F(SessionEap, without_query_identity_the_method_s_name_or_IDi_counts)
{
	hub.must_load(hub_text("eap"));
	up(spoke_box(spoke_text(alice)));
	EXPECT_STREQ(hub.session()->peer, "alice");
}

/* RFC5723-5-e; the gateway's certificate isn't shown again, nor is the password asked for. */
TEST_F(SessionEap, RFC5723_5_a_resumed_session_is_still_that_identity_s)
{
	struct ike_sa_info info;

	hub.must_load(with(hub_text(), " identity local fqdn hub", " resumption\n identity local fqdn hub"));
	Box &s = spoke_box(
		with(spoke_text(alice), " identity local fqdn spoke", " resumption\n dpd 10 2 periodic\n identity local fqdn spoke"));
	up(s);
	wan.tap = [](const Packet &) { return false; };
	EXPECT_TRUE(wan.run_until([&] { return s.up() == 0; }, 120 * 1000));
	wan.tap = nullptr;
	up(s, 60 * 1000);
	wan.run(1000);
	ASSERT_EQ(hub.up(), 1u);
	ASSERT_EQ(ike_engine_info(hub.engine, hub.session()->ike, &info), ERR_OK);
	EXPECT_TRUE(info.resumed);
	EXPECT_STREQ(hub.session()->peer, "alice");
	EXPECT_TRUE(hub.session()->by_eap);
	EXPECT_TRUE(s.session()->by_certificate);
	EXPECT_TRUE(addr_eq(&s.session()->assigned, &hub.session()->lease));
	EXPECT_EQ(hub.stat(IKE_STAT_EAP), 1u);
}

TEST_F(SessionEap, R_IKE_16_several_ways_in_at_one_profile)
{
	hub.must_load(hub_text("eap query-identity\n authentication remote ecdsa-sig\n aaa authorization group cert list default default"));
	up(spoke_box(spoke_text(alice)));

	std::string text = proves(SpokeConfig(2).text(), "ecdsa-sig", "ecdsa-sig");
	Box &s = spoke_box(with(text, "group psk list", "group cert list") + point("spoke2"), 2);
	up(s);
	EXPECT_EQ(hub.up(), 2u);
}

TEST_F(SessionEap, a_wrong_password_or_name_stays_out)
{
	hub.must_load(hub_text());
	expect_refused(spoke_box(spoke_text("username alice password Wonderland")), "wrong-password");
	expect_refused(spoke_box(spoke_text("gtc username carol password wonderland", "spoke2", "ecdsa-sig", 2), 2), "wrong-password");
}

TEST_F(SessionEap, a_profile_without_eap_refuses)
{
	hub.must_load(with(hub_text("ecdsa-sig"), "group eap list", "group cert list"));
	expect_refused(spoke_box(spoke_text(alice)), "no-profile");
}

TEST_F(SessionEap, R_AAA_12_tls_proves_a_name_of_the_certificate)
{
	hub.must_load(hub_text());
	Box &s = spoke_box(spoke_text("tls"));
	up(s);
	EXPECT_STREQ(hub.session()->peer, "spoke1.example.net");
}

TEST_F(SessionEap, R_SEC_11_tls_with_the_certificate_of_another)
{
	hub.must_load(hub_text());
	expect_refused(spoke_box(spoke_text("tls", "spoke2")), "identity-not-in-certificate");
}

TEST_F(SessionEap, tls_with_a_certificate_of_another_ca)
{
	hub.must_load(hub_text());
	expect_refused(spoke_box(spoke_text("tls", "alien")), "unknown-ca");
}

TEST_F(SessionEap, RFC5998_tls_alone_proves_both)
{
	hub.must_load(hub_text("eap", "eap tls"));
	Box &s = spoke_box(spoke_text("tls", "spoke1", "eap"));
	up(s);
	EXPECT_STREQ(hub.session()->peer, "spoke1.example.net");
	EXPECT_STREQ(s.session()->peer, "hub.example.net");
	EXPECT_FALSE(s.session()->by_certificate);
}

/* RFC5998-6-a */
TEST_F(SessionEap, RFC5998_a_hub_that_isnt_who_it_says_is_left)
{
	(void)point("spoke2");
	hub.must_load(with(hub_text("eap", "eap tls"), "/hub.pem", "/spoke2.pem"));
	Box &s = spoke_box(spoke_text("tls", "spoke1", "eap"));
	wan.run(3000);
	EXPECT_EQ(s.up() + hub.up(), 0u);
	EXPECT_TRUE(s.logged("why=identity-not-in-certificate"));
}

TEST_F(SessionEap, RFC5998_not_asked_for_by_the_peer_the_hub_has_no_proof)
{
	hub.must_load(hub_text("eap", "eap tls"));
	expect_refused(spoke_box(spoke_text("tls")), "eap-only");
}

/* cli.md 1.4: twins are those of one EAP identity. */
TEST_F(SessionEap, two_boxes_of_one_user_are_twins_and_of_two_users_arent)
{
	hub.must_load(hub_text());
	up(spoke_box(spoke_text(alice)));
	up(spoke_box(spoke_text("username bob password builder", "spoke2", "ecdsa-sig", 2), 2));
	EXPECT_EQ(hub.up(), 2u) << "INITIAL_CONTACT of another user takes nothing";
	up(spoke_box(spoke_text(alice, "spoke2", "ecdsa-sig", 3), 3));
	wan.run(2000);
	EXPECT_EQ(hub.up(), 2u) << "alice has moved";
}

TEST_F(SessionEap, a_reload_ends_sessions_whose_user_changed)
{
	hub.must_load(hub_text());
	Box &s = spoke_box(spoke_text(alice));
	up(s);
	hub.must_load(hub_text() + "username carol password x\n");
	wan.run(1000);
	EXPECT_EQ(hub.up(), 1u);
	hub.must_load(with(hub_text(), "username alice password wonderland\n", ""));
	wan.run(2000);
	EXPECT_EQ(hub.up(), 0u);
}

TEST_F(SessionEapOcsp, RFC5998_a_revoked_gateway_is_left)
{
	Box &s = begin("ocsp", true);

	answer(s, V_OCSP_CERTSTATUS_REVOKED, "hub");
	wan.run(5000);
	EXPECT_EQ(s.up() + hub.up(), 0u);
	EXPECT_TRUE(s.logged("why=revoked"));
}

/* ---- by workers, and with the network ---- */

TEST_F(SessionEapWork, R_DEF_tls_is_for_workers)
{
	hub.must_load(hub_text());
	up(spoke_box(spoke_text("tls")));
	EXPECT_STREQ(hub.session()->peer, "spoke1.example.net");
	EXPECT_EQ(hub.session()->eap, nullptr) << "what the conversation had is free again";
}

TEST_F(SessionEapWork, who_is_refused_is_refused_by_workers_too)
{
	hub.must_load(hub_text());
	expect_refused(spoke_box(spoke_text("tls", "spoke2")), "identity-not-in-certificate");
}

TEST_F(SessionEapWork, a_box_that_ends_while_its_workers_work_answers_nobody)
{
	for (uint64_t ms = 1; ms < 60; ms += 6) {
		hub.must_load(hub_text());
		Box &s = spoke_box(spoke_text("tls"));
		wan.run(ms);
		s.stop();
		s.dead = true;
		s.addrs = {};
		wan.run(60000);
	}
	spoke_box(spoke_text("tls"));
	for (uint64_t ms = 1; ms < 60 && hub.sessions(false).empty(); ms++)
		wan.run(1);
	hub.stop();
}

TEST_F(SessionEapOcsp, R_PKI_06_tls_waits_for_the_responder)
{
	Box &s = begin("ocsp");

	EXPECT_EQ(s.up() + hub.up(), 0u);
	answer(hub, V_OCSP_CERTSTATUS_GOOD);
	EXPECT_EQ(s.up(), 1u);
	ASSERT_EQ(hub.up(), 1u);
	EXPECT_STREQ(hub.session()->peer, "spoke1.example.net");
}

TEST_F(SessionEapOcsp, R_PKI_06_revoked_or_unknown_stays_out)
{
	Box &s = begin("ocsp none");

	answer(hub, V_OCSP_CERTSTATUS_REVOKED);
	EXPECT_EQ(s.up() + hub.up(), 0u);
	EXPECT_TRUE(hub.logged("why=revoked"));
	s.stop();
	s.dead = true;
	wan.run(200000);
	hub.expect_empty();
}

TEST_F(SessionEapOcsp, R_PKI_06_no_answer_closes_or_not)
{
	Box &s = begin("ocsp");

	answer(hub, -1);
	EXPECT_EQ(s.up() + hub.up(), 0u);
	EXPECT_TRUE(hub.logged("why=no-ocsp"));
	check = "ocsp none";
	hub.must_load(hub_text());
	for (int minute = 0; minute < 2; minute++) {
		wan.run(60000);
		while (!hub.questions.empty())
			answer(hub, -1);
	}
	EXPECT_EQ(s.up(), 1u);
}

TEST_F(SessionEapOcsp, R_PKI_06_a_session_that_goes_takes_its_question_along)
{
	Box &s = begin("ocsp");

	ASSERT_EQ(hub.questions.size(), 1u);
	s.stop();
	s.dead = true;
	wan.run(200000);
	hub.expect_empty();
	answer(hub, V_OCSP_CERTSTATUS_GOOD);
	hub.expect_empty();
}

/* RFC5998: the gateway's certificate is in TLS alone, and it is the spoke that asks. */
TEST_F(SessionEapOcsp, RFC5998_the_peer_asks_about_its_gateway)
{
	Box &s = begin("ocsp", true);

	EXPECT_EQ(s.up() + hub.up(), 0u);
	answer(s, V_OCSP_CERTSTATUS_GOOD, "hub");
	EXPECT_EQ(s.up(), 1u);
}

/* ---- post-quantum preshared keys (RFC8784) ---- */

namespace
{

/* 'text', whose profile has a keyring for them alone. */
std::string with_ppk(const std::string &text, const std::string &line)
{
	return with(text, "\n pki trustpoint TP\n", "\n pki trustpoint TP\n keyring local PQ\n") +
	       "crypto ikev2 keyring PQ\n peer any\n  address 0.0.0.0 0.0.0.0\n  ppk manual id flex key " + line + "\n";
}

} // namespace

TEST_F(SessionEap, RFC8784_3_a_key_beside_EAP)
{
	struct ike_sa_info info = {};

	hub.must_load(with_ppk(hub_text(), "hex 6131 required"));
	Box &s = spoke_box(with_ppk(spoke_text(alice), "a1"));
	up(s);
	ASSERT_EQ(ike_engine_info(hub.engine, hub.session()->ike, &info), ERR_OK);
	EXPECT_TRUE(info.ppk);
	EXPECT_STREQ(hub.session()->peer, "alice");
	Box &bare = spoke_box(spoke_text("username bob password builder", "spoke2", "ecdsa-sig", 2), 2);
	wan.run(3000);
	EXPECT_EQ(bare.up(), 0u);
	EXPECT_TRUE(hub.logged("ppk.refused")) << "it is required";
}

TEST_F(SessionEap, R_AAA_18_the_policy_of_an_EAP_identity)
{
	hub.must_load(with(hub_text(), " aaa authentication eap users\n",
			      " aaa authentication eap users\n aaa authorization user eap list default name-mangler WHO\n") +
		      "crypto ikev2 name-mangler WHO\n eap username\ncrypto ikev2 authorization policy alice\n session-lifetime 600\n");
	Box &s = spoke_box(spoke_text(alice));
	up(s);
	ASSERT_EQ(hub.session()->grant.source_count, 2u);
	EXPECT_STREQ(hub.session()->grant.source[0]->object.name, "alice");
	Box &bob = spoke_box(spoke_text("username bob password builder", "spoke2", "ecdsa-sig", 2), 2);
	wan.run(3000);
	EXPECT_EQ(bob.up(), 0u) << "he has no policy";
	EXPECT_TRUE(hub.logged("why=authorization"));
}
