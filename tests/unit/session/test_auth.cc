/* Boxes that prove themselves by certificate: who gets in, who doesn't and why, and that nothing is left of those. */
#include "certs.h"
#include "session/auth/proven.h"

namespace
{

using namespace lab;

/* The same with crypto workers: nothing is computed on the loop's thread. */
class SessionWork : public SessionAuth
{
      protected:
	SessionWork() : SessionAuth(2)
	{
	}
	void by_key(const std::string &key, const std::string &method)
	{
		forge::Wish wish = spoke_wish("spoke1", "root"), hubs = spoke_wish("hub", "root");

		wish.key = hubs.key = key;
		f.issue("s", wish);
		f.issue("h", hubs);
		hub.must_load(by_certificate(HubConfig().text(), point("h"), method));
		up(spoke_box(by_certificate(SpokeConfig(1).text(), point("s"), method)));
		EXPECT_TRUE(hub.session()->by_certificate);
	}
};

} // namespace

TEST_F(SessionWork, R_DEF_rsa_signatures_and_chains)
{
	by_key("RSA", "rsa-sig");
	EXPECT_GE(hub.stat(IKE_STAT_HELD), 1u) << "the key exchange waited, too";
}

TEST_F(SessionWork, R_DEF_ecdsa_signatures_and_chains)
{
	by_key("P-384", "ecdsa-sig");
}

TEST_F(SessionWork, R_DEF_key_shares_are_made_ahead)
{
	struct crypto_share_count count;

	hub.must_load(HubConfig().text());
	up(spoke(1));
	up(spoke(2));
	ASSERT_TRUE(session_hub_shares(hub.hub, &count));
	EXPECT_EQ(count.none, 1u) << "the group came into use";
	EXPECT_EQ(count.ready, 1u);
}

TEST_F(SessionWork, R_DEF_short_work_is_done_at_once_while_a_turn_has_room)
{
	hub.must_load(HubConfig().text());
	session_hub_turn(hub.hub);
	up(spoke(1));
	EXPECT_EQ(hub.stat(IKE_STAT_HELD), 0u);
}

TEST_F(SessionWork, R_IKE_11_who_is_refused_is_refused_by_workers_too)
{
	f.issue("late", { .issuer = "root", .subject = { { "CN", "spoke1" } }, .alt = "DNS:spoke9.example.net" });
	expect_refused(hub_text(point("hub")), by_certificate(SpokeConfig(1).text(), point("late")), "identity-not-in-certificate");
}

TEST_F(SessionWork, R_DEF_a_box_that_ends_while_its_workers_work_answers_nobody)
{
	hub.must_load(hub_text(point("hub")));
	Box &s = spoke_box(by_certificate(SpokeConfig(1).text(), point("spoke1")));
	for (uint64_t ms = 1; ms < 40 && hub.sessions(false).empty(); ms++)
		wan.run(1);
	s.stop();
	hub.stop();
}

TEST_F(SessionAuth, R_IKE_15_R_IKE_20_certificates_both_ways)
{
	hub.must_load(hub_text(point("hub")));
	Box &s = spoke_box(by_certificate(SpokeConfig(1).text(), point("spoke1")));
	up(s);
	EXPECT_STREQ(hub.session()->peer, "spoke1.example.net");
	EXPECT_TRUE(hub.session()->by_certificate);
	EXPECT_EQ(hub.route("10.20.1.0/24").empty(), false) << "authorization 'cert' counts";
}

/* RFC7296-4-a */
TEST_F(SessionAuth, R_IKE_15_every_kind_of_key)
{
	const struct {
		const char *key, *method;
	} kinds[] = { { "RSA", "rsa-sig" }, { "P-384", "ecdsa-sig" }, { "P-521", "ecdsa-sig" }, { "ED25519", "eddsa-sig" } };
	unsigned n = 0;

	for (const auto &k : kinds) {
		forge::Wish wish = spoke_wish("spoke1", "root"), hubs = spoke_wish("hub", "root");

		wish.key = hubs.key = k.key;
		f.issue("s", wish);
		f.issue("h", hubs);
		hub.must_load(by_certificate(HubConfig().text(), point("h"), k.method));
		Box &s = wan.box("spoke" + std::to_string(++n), { "203.0.113.1" }, lan_and_wan);
		s.must_load(by_certificate(SpokeConfig(1).text(), point("s"), k.method));
		up(s);
		s.stop();
		s.dead = true;
		s.addrs = {};
		wan.run(30000);
	}
}

/* RFC7296-4-d */
TEST_F(SessionAuth, R_IKE_15_each_direction_has_its_own_method)
{
	std::string hubs = with(HubConfig().text(), "local pre-share", "local ecdsa-sig"), spokes = SpokeConfig(1).text();

	hub.must_load(with(hubs, " keyring local KR\n", " keyring local KR\n pki trustpoint TP sign\n") + point("hub"));
	spokes = with(with(spokes, "remote pre-share", "remote ecdsa-sig"), " keyring local KR\n",
		" keyring local KR\n pki trustpoint TP verify\n");
	spokes = with(spokes, "group psk list", "group cert list");
	std::string ca = folder.write("ca.pem", f.pem("root"));
	Box &s = spoke_box(spokes + "crypto pki trustpoint TP\n revocation-check none\ncrypto pki import TP pem " + ca + "\n");
	up(s);
	EXPECT_FALSE(hub.session()->by_certificate);
	EXPECT_TRUE(s.session()->by_certificate);
}

TEST_F(SessionAuth, R_IKE_05_the_subject_as_identity_and_a_map_on_both_sides)
{
	std::string map = "crypto pki certificate map M 10\n subject-name co ou = ";
	std::string hubs = with(hub_text(point("hub")), " match identity remote fqdn domain example.net\n", " match certificate M\n");
	std::string spokes = by_certificate(SpokeConfig(1).text(), point("spoke1"));

	spokes = with(spokes, " match identity remote fqdn hub.example.net\n", " match certificate M\n");
	spokes = with(spokes, "identity local fqdn spoke1.example.net", "identity local dn");
	hubs = with(hubs, "identity local fqdn hub.example.net", "identity local dn");
	hub.must_load(hubs + map + "branches\n issuer-name co cn = example root ca\n");
	Box &s = spoke_box(spokes + map + "Hubs\n");
	up(s);
	EXPECT_STREQ(hub.session()->peer, "cn=spoke1,ou=branches,o=example");
	EXPECT_EQ(hub.session()->peer_type, CFG_ID_DN);
	EXPECT_STREQ(s.session()->peer, "cn=hub,ou=hubs");
}

TEST_F(SessionAuth, R_IKE_11_another_OU_has_no_profile)
{
	std::string hubs = with(hub_text(point("hub")), " match identity remote fqdn domain example.net\n", " match certificate M\n");

	expect_refused(hubs + "crypto pki certificate map M 10\n subject-name co ou=branch\n",
		by_certificate(SpokeConfig(1).text(), point("spoke1")), "no-profile");
}

/* RFC7296-3.6-a */
TEST_F(SessionAuth, chains_with_an_intermediate)
{
	f.issue("spoke1", spoke_wish("spoke1", "sub"));
	hub.must_load(hub_text(point("hub")));
	Box &s = spoke_box(by_certificate(SpokeConfig(1).text(), point("spoke1", f.pem("sub"))));
	up(s);
}

/* RFC7296-1.2-a */
TEST_F(SessionAuth, R_SEC_11_a_certificate_proves_only_its_own_name)
{
	SpokeConfig c(1);

	c.identity = "spoke1.example.net";
	expect_refused(hub_text(point("hub")), by_certificate(c.text(), point("spoke2")), "identity-not-in-certificate");
}

TEST_F(SessionAuth, R_SEC_11_certificate_check_none_lets_it_claim_any)
{
	hub.must_load(
		by_certificate(HubConfig().text(), point("hub"), "ecdsa-sig", " pki trustpoint TP\n identity certificate-check none\n"));
	Box &s = spoke_box(by_certificate(SpokeConfig(1).text(), point("spoke2")));
	up(s);
	EXPECT_STREQ(hub.session()->peer, "spoke1.example.net");
}

TEST_F(SessionAuth, R_SEC_11_the_hub_too)
{
	f.issue("nohub", spoke_wish("spoke2", "root"));
	hub.must_load(hub_text(point("nohub")));
	Box &s = spoke_box(by_certificate(SpokeConfig(1).text(), point("spoke1")));
	wan.run(3000);
	EXPECT_EQ(s.up(), 0u);
	EXPECT_TRUE(s.logged("why=identity-not-in-certificate"));
	EXPECT_GE(s.stat(IKE_STAT_AUTH_REFUSED), 1u);
	wan.run(60000);
	s.must_load(SpokeConfig(1).text()); /* a key that the hub doesn't take: it stays out */
	wan.run(60000);
	EXPECT_EQ(hub.up(), 0u);
}

namespace
{

/* What a box says it is, what its certificate contains beside the subject, and whether the other one believes it. */
struct Claim {
	std::string identity, alt;
	bool believed;
};

const Claim claims[] = {
	{ "dn", "DNS:a.example.net", true },
	{ "fqdn a.example.net", "DNS:a.example.net", true },
	{ "fqdn a.example.net", "DNS:b.example.net", false },
	{ "fqdn a.example.net", "email:a@example.net,IP:203.0.113.1,URI:a.example.net", false },
	{ "fqdn a.example.net", "", false },
	{ "email a@example.net", "DNS:example.net,email:a@example.net", true },
	{ "email a@example.net", "DNS:example.net,email:b@example.net", false },
	{ "address 203.0.113.1", "IP:192.0.2.7,IP:203.0.113.1", true },
	{ "address 203.0.113.1", "IP:203.0.113.2,DNS:203.0.113.1", false },
	{ "key-id a.example.net", "DNS:a.example.net", false },
};

} // namespace

/* RFC7296-4-a */
TEST_F(SessionAuth, R_SEC_11_RFC4945_3_1_the_table_of_claims_before_the_hub)
{
	const struct addr everybody = {};
	unsigned n = 0;

	for (const Claim &k : claims) {
		forge::Wish w = spoke_wish("x", "root");
		std::string text = with(SpokeConfig(1).text(), "identity local fqdn spoke1.example.net", "identity local " + k.identity);

		w.alt = k.alt;
		f.issue("x", w);
		hub.must_load(
			with(hub_text(point("hub")), " match identity remote fqdn domain example.net\n", " match identity remote any\n"));
		Box &s = wan.box("spoke" + std::to_string(++n), { "203.0.113.1" }, lan_and_wan);
		s.must_load(by_certificate(text, point("x")));
		wan.run(3000);
		EXPECT_EQ(hub.up(), k.believed ? 1u : 0u) << k.identity << " by " << k.alt;
		EXPECT_EQ(hub.logged("why=identity-not-in-certificate"), !k.believed) << k.identity << " by " << k.alt;
		s.stop();
		s.dead = true;
		s.addrs = {};
		(void)session_hub_clear(hub.hub, &everybody);
		wan.run(60000);
		hub.lines.clear();
	}
}

TEST_F(SessionAuth, R_SEC_11_RFC4945_3_1_the_table_of_claims_before_a_spoke)
{
	unsigned n = 0;

	for (const Claim &k : claims) {
		forge::Wish w = spoke_wish("x", "root");

		w.alt = k.alt;
		f.issue("x", w);
		hub.must_load(with(hub_text(point("x")), "identity local fqdn hub.example.net", "identity local " + k.identity));
		Box &s = wan.box("spoke" + std::to_string(++n), { "203.0.113.1" }, lan_and_wan);
		s.must_load(by_certificate(
			with(SpokeConfig(1).text(), " match identity remote fqdn hub.example.net\n", " match identity remote any\n"),
			point("spoke1")));
		wan.run(3000);
		EXPECT_EQ(s.up(), k.believed ? 1u : 0u) << k.identity << " by " << k.alt;
		EXPECT_EQ(s.logged("why=identity-not-in-certificate"), !k.believed) << k.identity << " by " << k.alt;
		s.stop();
		s.dead = true;
		s.addrs = {};
		wan.run(30000);
	}
}

TEST_F(SessionAuth, an_expired_certificate)
{
	forge::Wish w = spoke_wish("spoke1", "root");

	w.until_s = forge::now_s - 1;
	f.issue("spoke1", w);
	expect_refused(hub_text(point("hub")), by_certificate(SpokeConfig(1).text(), point("spoke1")), "expired");
}

TEST_F(SessionAuth, another_CA)
{
	f.issue("stranger", spoke_wish("spoke1", "other"));
	expect_refused(hub_text(point("hub")), by_certificate(SpokeConfig(1).text(), point("stranger", f.pem("other"))), "unknown-ca");
}

TEST_F(SessionAuth, a_missing_intermediate)
{
	/* The spoke's own anchor is Sub2, so it sends that and no more; the hub knows the root alone. */
	f.issue("sub2", { .issuer = "sub", .subject = { { "CN", "Sub2" } }, .ca = true });
	f.issue("lonely", spoke_wish("spoke1", "sub2"));
	std::string own = folder.write("lonely.pem", f.pem("sub2") + f.pem("lonely") + f.key_pem("lonely"));
	std::string lines = "crypto pki trustpoint TP\n revocation-check none\ncrypto pki import TP pem " + own + "\n";

	expect_refused(hub_text(point("hub")), by_certificate(SpokeConfig(1).text(), lines), "unknown-ca");
}

/* RFC7296-2.21.2-a */
TEST_F(SessionAuth, a_revoked_certificate)
{
	expect_refused(hub_text(point("hub", f.crl_pem("root", { "spoke1" }), " revocation-check crl\n")),
		by_certificate(SpokeConfig(1).text(), point("spoke1")), "revoked");
}

TEST_F(SessionAuth, no_CRL_where_one_is_asked_for)
{
	expect_refused(hub_text(point("hub", "", "")), by_certificate(SpokeConfig(1).text(), point("spoke1")), "no-crl");
}

TEST_F(SessionAuth, a_kind_of_key_that_the_profile_does_not_take)
{
	expect_refused(with(hub_text(point("hub")), "remote ecdsa-sig", "remote rsa-sig"),
		by_certificate(SpokeConfig(1).text(), point("spoke1")), "method");
}

TEST_F(SessionAuth, a_PSK_does_not_open_a_profile_of_certificates)
{
	std::string spokes = SpokeConfig(1).text();

	hub.must_load(hub_text(point("hub")));
	Box &s = spoke_box(spokes);
	wan.run(3000);
	EXPECT_EQ(s.up() + hub.up(), 0u);
	EXPECT_TRUE(hub.logged("why=no-profile"));
	hub.expect_empty();
}

TEST_F(SessionAuth, R_PKI_a_file_that_cannot_be_read_is_told_and_nobody_gets_in)
{
	std::string trust = "crypto pki trustpoint TP\n revocation-check none\ncrypto pki import TP pem " + folder.path + "/none.pem\n";

	hub.must_load(hub_text(trust));
	EXPECT_TRUE(hub.logged("pki.unusable trustpoint=TP"));
	EXPECT_TRUE(hub.logged(folder.path + "/none.pem"));
	Box &s = spoke_box(by_certificate(SpokeConfig(1).text(), point("spoke1")));
	wan.run(3000);
	EXPECT_EQ(s.up() + hub.up(), 0u);
	hub.expect_empty();
}

TEST_F(SessionAuth, a_reload_keeps_sessions_that_it_leaves_alone)
{
	std::string text = hub_text(point("hub"));

	hub.must_load(text);
	Box &s = spoke_box(by_certificate(SpokeConfig(1).text(), point("spoke1")));
	up(s);
	const uint64_t since = hub.session()->up_ms;
	hub.must_load(text + "ip route 192.0.2.0 255.255.255.0 198.51.100.254\n");
	wan.run(1000);
	ASSERT_EQ(hub.up(), 1u);
	EXPECT_EQ(hub.session()->up_ms, since);
	hub.must_load(with(text, " revocation-check none\n", " revocation-check crl none\n"));
	wan.run(3000);
	EXPECT_TRUE(hub.up() == 0 || hub.session()->up_ms != since) << "another trust point is another admission";
}

/* RFC7296-3.7-a */
TEST_F(SessionAuth, R_IKE_20_the_certificate_that_is_asked_for)
{
	/* The hub has one of each CA; the spoke asks for that of the other CA. */
	f.issue("hub2", { .issuer = "other", .subject = { { "CN", "hub" } }, .alt = "DNS:hub.example.net" });
	std::string second = folder.write("hub2.pem", f.pem("other") + f.pem("hub2") + f.key_pem("hub2"));
	std::string file = folder.write("s.pem", f.pem("root") + f.pem("spoke1") + f.key_pem("spoke1"));
	std::string ca = folder.write("other.pem", f.pem("other"));

	hub.must_load(by_certificate(HubConfig().text(), point("hub"), "ecdsa-sig", " pki trustpoint TP\n pki trustpoint T2 sign\n") +
		      "crypto pki trustpoint T2\n revocation-check none\ncrypto pki import T2 pem " + second + "\n");
	Box &s = spoke_box(by_certificate(SpokeConfig(1).text(), "", "ecdsa-sig", " pki trustpoint TP sign\n pki trustpoint T2 verify\n") +
			   "crypto pki trustpoint TP\n revocation-check none\ncrypto pki import TP pem " + file +
			   "\ncrypto pki trustpoint T2\n revocation-check none\ncrypto pki import T2 pem " + ca + "\n");
	up(s);
	EXPECT_STREQ(pki_trust_name(hub.session()->credential), "T2");
}

/* ---- name manglers ---- */

TEST_F(SessionAuth, R_AAA_18_the_policy_of_the_common_name)
{
	std::string spoke =
		with(by_certificate(SpokeConfig(1).text(), point("spoke1")), "identity local fqdn spoke1.example.net", "identity local dn");
	std::string text = with(by_certificate(HubConfig().text(), point("hub")), " aaa authorization group cert list default default\n",
		" aaa authorization group cert list default default\n aaa authorization user cert list default name-mangler CN\n");

	text = with(text, " match identity remote fqdn domain example.net\n", " match identity remote any\n") +
	       "crypto ikev2 name-mangler CN\n dn common-name\ncrypto ikev2 authorization policy spoke1\n session-lifetime 600\n";
	hub.must_load(text);
	Box &s = spoke_box(spoke);
	up(s);
	ASSERT_EQ(hub.session()->grant.source_count, 2u);
	EXPECT_STREQ(hub.session()->grant.source[0]->object.name, "spoke1");
	EXPECT_EQ(hub.session()->grant.session_lifetime_s, 600u);
	hub.must_load(with(text, " dn common-name\n", " dn organization\n"));
	wan.run(5000);
	EXPECT_EQ(hub.up(), 0u) << "another name is another grant: there is no policy Example";
	EXPECT_TRUE(hub.logged("why=authorization"));
}

/* ---- revocation by the network ---- */

namespace
{

class SessionInquiry : public SessionAuth
{
      protected:
	const struct addr everybody = {};

	void SetUp() override
	{
		SessionAuth::SetUp();
		for (const char *name : { "spoke1", "spoke2" }) {
			forge::Wish w = spoke_wish(name, "root");

			w.more = { { "authorityInfoAccess", "OCSP;URI:http://192.0.2.80/ocsp" },
				{ "crlDistributionPoints", "URI:http://192.0.2.80/root.crl" } };
			f.issue(name, w);
		}
	}
	Box &begin(const std::string &check)
	{
		hub.must_load(hub_text(point("hub", "", " revocation-check " + check + "\n")));
		Box &s = spoke_box(by_certificate(SpokeConfig(1).text(), point("spoke1")));
		wan.run(500);
		return s;
	}
	/* The hub's oldest question is answered. */
	void answer(const std::vector<uint8_t> &with)
	{
		Box::Question q = hub.questions.front();

		hub.questions.erase(hub.questions.begin());
		session_hub_fetched(hub.hub, q.token, bytes_of(with.data(), with.size()));
		wan.run(500);
	}
	std::vector<uint8_t> says(int status, int64_t until_s = forge::now_s + 3600)
	{
		return f.ocsp({ .subject = "spoke1",
			.issuer = "root",
			.signer = "root",
			.status = status,
			.until_s = until_s,
			.request = &hub.questions.front().body });
	}
};

} // namespace

TEST_F(SessionInquiry, R_PKI_06_the_peer_waits_for_the_responder)
{
	Box &s = begin("ocsp");

	ASSERT_EQ(hub.questions.size(), 1u);
	EXPECT_EQ(hub.questions[0].url, "http://192.0.2.80/ocsp");
	EXPECT_FALSE(hub.questions[0].body.empty());
	EXPECT_EQ(s.up(), 0u);
	answer(says(V_OCSP_CERTSTATUS_GOOD));
	EXPECT_EQ(s.up(), 1u);
	ASSERT_EQ(hub.up(), 1u);
	EXPECT_STREQ(hub.session()->peer, "spoke1.example.net");
	EXPECT_TRUE(hub.questions.empty());
}

TEST_F(SessionInquiry, R_PKI_06_revoked)
{
	Box &s = begin("ocsp none");

	ASSERT_EQ(hub.questions.size(), 1u);
	answer(says(V_OCSP_CERTSTATUS_REVOKED));
	EXPECT_EQ(s.up(), 0u);
	EXPECT_TRUE(hub.logged("why=revoked"));
	s.stop();
	s.dead = true;
	wan.run(60000);
	hub.expect_empty();
}

TEST_F(SessionInquiry, R_PKI_06_no_answer_closes_or_not)
{
	Box &s = begin("ocsp");

	ASSERT_EQ(hub.questions.size(), 1u);
	answer({});
	EXPECT_EQ(s.up(), 0u);
	EXPECT_TRUE(hub.logged("pki.no-answer"));
	EXPECT_TRUE(hub.logged("why=no-ocsp"));
	hub.must_load(hub_text(point("hub", "", " revocation-check ocsp none\n")));
	wan.run(60000);
	while (!hub.questions.empty())
		answer({});
	wan.run(60000);
	while (!hub.questions.empty())
		answer({});
	EXPECT_EQ(s.up(), 1u);
}

TEST_F(SessionInquiry, where_it_cant_even_be_asked)
{
	hub.fetch_err = ERR_FULL;
	Box &s = begin("ocsp");

	EXPECT_EQ(s.up(), 0u);
	EXPECT_TRUE(hub.logged("why=no-answer"));
}

TEST_F(SessionInquiry, one_list_for_all_who_wait_even_if_the_first_one_goes)
{
	Box &one = begin("crl");
	Box &two = wan.box("spoke2", { "203.0.113.2" }, lan_and_wan);

	two.must_load(by_certificate(SpokeConfig(2).text(), point("spoke2")));
	wan.run(500);
	ASSERT_EQ(hub.questions.size(), 1u) << "both want the same list";
	EXPECT_EQ(hub.questions[0].url, "http://192.0.2.80/root.crl");
	EXPECT_TRUE(hub.questions[0].body.empty());
	answer(f.crl_der("root", { "spoke1" }));
	EXPECT_EQ(one.up(), 0u);
	EXPECT_EQ(two.up(), 1u);
	EXPECT_TRUE(hub.logged("why=revoked"));
}

TEST_F(SessionInquiry, a_session_that_is_gone_needs_no_answer)
{
	Box &s = begin("crl");
	Box &two = wan.box("spoke2", { "203.0.113.2" }, lan_and_wan);

	two.must_load(by_certificate(SpokeConfig(2).text(), point("spoke2")));
	wan.run(500);
	ASSERT_EQ(hub.questions.size(), 1u);
	const struct session *first = nullptr;
	for (const struct session *x : hub.sessions(false))
		if (first == nullptr || x->handle.index < first->handle.index)
			first = x;
	ASSERT_NE(first, nullptr);
	s.stop();
	s.dead = true;
	ike_engine_delete(hub.engine, wan.now_ms, first->ike);
	wan.run(100);
	ASSERT_EQ(hub.questions.size(), 2u) << "the other one puts it";
	answer(f.crl_der("root", {}));
	answer(f.crl_der("root", {}));
	EXPECT_EQ(two.up(), 1u);
}

/* ---- peers that are up, judged again ---- */

namespace
{

class SessionProven : public SessionInquiry
{
      protected:
	/* The hub's CRL file says this from now on. */
	void list(const std::vector<std::string> &revoked)
	{
		folder.write("list.pem", f.crl_pem("root", revoked));
	}
	std::string by_list(const std::string &check = "crl")
	{
		list({});
		return hub_text(point("hub", "", " revocation-check " + check + "\n")) + "crypto pki import TP pem " +
		       folder.write("list.pem", f.crl_pem("root", {})) + "\n";
	}
	Box &up_by(const std::string &text)
	{
		hub.must_load(text);
		Box &s = spoke_box(by_certificate(SpokeConfig(1).text(), point("spoke1")));
		up(s);
		return s;
	}
};

} // namespace

TEST_F(SessionProven, R_PKI_06_a_newer_crl_ends_the_session_of_whom_it_lists)
{
	Box &s = up_by(by_list());
	Box &two = wan.box("spoke2", { "203.0.113.2" }, lan_and_wan);

	two.must_load(by_certificate(SpokeConfig(2).text(), point("spoke2")));
	up(two);
	wan.run(1000);
	list({ "spoke1" });
	wan.run(125000);
	EXPECT_TRUE(hub.logged("session.unproved") && hub.logged("why=revoked"));
	EXPECT_EQ(hub.up(), 1u);
	EXPECT_EQ(s.up(), 0u) << "it comes again, and is refused";
	EXPECT_EQ(two.up(), 1u) << "nobody else is touched";
	EXPECT_TRUE(hub.questions.empty());
}

TEST_F(SessionProven, R_PKI_06_a_crl_that_lists_others_ends_nobody)
{
	Box &s = up_by(by_list());

	list({ "spoke2" });
	wan.run(SESSION_PROVEN_AGAIN_S * 1000ull + 5000);
	EXPECT_EQ(s.up(), 1u);
	EXPECT_EQ(hub.up(), 1u);
	EXPECT_FALSE(hub.logged("session.unproved"));
}

TEST_F(SessionProven, R_PKI_06_an_hour_later_the_responder_is_asked_again)
{
	Box &s = begin("ocsp");

	answer(says(V_OCSP_CERTSTATUS_GOOD));
	ASSERT_EQ(s.up(), 1u);
	for (int hour = 0; hour < 2 && hub.questions.empty(); hour++)
		wan.run(SESSION_PROVEN_AGAIN_S * 1000ull);
	ASSERT_EQ(hub.questions.size(), 1u);
	EXPECT_EQ(s.up(), 1u) << "meanwhile it stays";
	answer({});
	EXPECT_EQ(s.up(), 1u) << "and so it does when nobody can tell";
	for (int hour = 0; hour < 2 && hub.questions.empty(); hour++)
		wan.run(SESSION_PROVEN_AGAIN_S * 1000ull);
	ASSERT_EQ(hub.questions.size(), 1u);
	answer(says(V_OCSP_CERTSTATUS_REVOKED, forge::now_s + 86400));
	wan.run(1000);
	EXPECT_EQ(hub.up(), 0u);
	EXPECT_TRUE(hub.logged("session.unproved"));
}

TEST_F(SessionProven, R_PKI_06_a_session_that_goes_while_it_is_judged)
{
	Box &s = begin("ocsp");

	answer(says(V_OCSP_CERTSTATUS_GOOD));
	for (int hour = 0; hour < 2 && hub.questions.empty(); hour++)
		wan.run(SESSION_PROVEN_AGAIN_S * 1000ull);
	ASSERT_EQ(hub.questions.size(), 1u);
	std::vector<uint8_t> bad = says(V_OCSP_CERTSTATUS_REVOKED);
	session_hub_clear(hub.hub, &everybody);
	s.dead = true;
	wan.run(200000);
	hub.expect_empty();
	answer(bad);
	hub.expect_empty();
}

/* RFC4478-3: AUTH_LIFETIME lets the peer come again in time; who doesn't is out when its certificate ends. */
TEST_F(SessionProven, R_PKI_13_a_certificate_that_ends_ends_the_session)
{
	forge::Wish w = spoke_wish("spoke1", "root");

	w.until_s = forge::now_s + 3 * 3600;
	f.issue("spoke1", w);
	Box &s = up_by(hub_text(point("hub")));
	for (int hour = 0; hour < 4; hour++)
		wan.run(3600 * 1000);
	EXPECT_TRUE(s.logged("ike.reauth"));
	EXPECT_EQ(s.up() + hub.up(), 0u);
	EXPECT_TRUE(hub.logged("why=expired"));
}
