/* Conversations with passwords, good ones and lying ones: eap/server, eap/peer and the methods. */
#include "eap/method.h"
#include "talk.h"

class EapTalk : public Talk
{
};

TEST_F(EapTalk, RFC3748_2_mschapv2_agrees_on_a_key)
{
	talk("alice", "wonderland");
	expect_accepted(EAP_TYPE_MSCHAPV2);
	EXPECT_EQ(server_msk.size(), size_t(EAP_MSK_LEN));
	EXPECT_EQ(identity, "alice");
	EXPECT_EQ(rounds, 3u);
}

TEST_F(EapTalk, md5_and_gtc_have_no_key)
{
	for (uint8_t type : { EAP_TYPE_MD5, EAP_TYPE_GTC }) {
		server_methods = { type };
		talk("alice", "wonderland");
		expect_accepted(type);
		EXPECT_TRUE(server_msk.empty());
	}
}

TEST_F(EapTalk, R_AAA_10_without_query_the_method_tells_the_name_or_it_is_known)
{
	query = false;
	known = "192.0.2.7";
	talk("alice", "wonderland");
	expect_accepted(EAP_TYPE_MSCHAPV2);
	EXPECT_EQ(identity, "alice");

	known = "alice";
	server_methods = { EAP_TYPE_GTC };
	talk("anything", "wonderland");
	expect_accepted(EAP_TYPE_GTC);
	EXPECT_EQ(identity, "alice");
}

TEST_F(EapTalk, RFC2759_4_a_domain_is_part_of_the_name_but_not_of_the_hash)
{
	talk("EXAMPLE\\bob", "builder");
	expect_accepted(EAP_TYPE_MSCHAPV2);
	EXPECT_EQ(identity, "EXAMPLE\\bob");
}

TEST_F(EapTalk, RFC3748_5_3_nak_leads_to_a_method_that_both_have)
{
	peer_methods = { EAP_TYPE_GTC, EAP_TYPE_MD5 };
	talk("alice", "wonderland");
	expect_accepted(EAP_TYPE_MD5); /* our order decides */

	server_methods = { EAP_TYPE_MD5, EAP_TYPE_MSCHAPV2 };
	peer_methods = { EAP_TYPE_GTC };
	talk("alice", "wonderland");
	expect_refused("no-common-method", "eap-failure");
}

TEST_F(EapTalk, wrong_passwords_and_unknown_users_look_alike)
{
	for (uint8_t type : { EAP_TYPE_MSCHAPV2, EAP_TYPE_MD5, EAP_TYPE_GTC }) {
		std::vector<unsigned> lengths;

		server_methods = { type };
		for (const char *user : { "alice", "mallory" }) {
			talk(user, "Wonderland");
			expect_refused("wrong-password", type == EAP_TYPE_MSCHAPV2 ? "wrong-password" : "eap-failure");
			lengths.push_back(rounds);
		}
		EXPECT_EQ(lengths[0], lengths[1]);
	}
}

/* The name in the response is the one that the password proves. */
TEST_F(EapTalk, mschapv2_can_t_prove_another_name_than_was_said)
{
	uint8_t id = 0;

	users["mallory"] = "mine";
	to_peer = [&](Octets &p) { id = p[1]; };
	to_server = [&](Octets &p) {
		if (p[4] == EAP_TYPE_IDENTITY) {
			p = hex("02 00 000a 01 616c696365");
			p[1] = id;
		}
	};
	talk("mallory", "mine");
	EXPECT_EQ(server_verdict, EAP_REFUSED);
	EXPECT_EQ(server_why, "other-name");
}

TEST_F(EapTalk, mschapv2_peer_wants_the_server_s_proof)
{
	to_peer = [](Octets &p) {
		if (p.size() > 12 && p[4] == EAP_TYPE_MSCHAPV2 && p[5] == 3)
			p[12] = p[12] == 'A' ? 'B' : 'A';
	};
	talk("alice", "wonderland");
	EXPECT_EQ(peer_verdict, EAP_REFUSED);
	EXPECT_EQ(peer_why, "wrong-proof");
}

TEST_F(EapTalk, RFC3748_4_2_success_is_believed_of_a_finished_method_alone)
{
	for (int at : { 0, 1, 2 }) {
		int n = 0;

		to_peer = [&](Octets &p) {
			if (n++ == at)
				p = { EAP_SUCCESS, p[1], 0, 4 };
		};
		talk("alice", "wonderland");
		EXPECT_EQ(peer_verdict, EAP_REFUSED) << at;
		EXPECT_EQ(peer_why, "early-success");
	}
}

TEST_F(EapTalk, RFC3748_5_2_a_notification_is_answered)
{
	struct eap_means m = means(peer_methods, nullptr);
	struct eap_peer *peer = nullptr;
	struct eap_reply out = {};
	Octets packet = hex("01 22 0008 02 486921");

	ASSERT_EQ(eap_peer_new(&peer, &m, view(std::string("alice")), nullptr), ERR_OK);
	eap_peer_take(peer, view(packet), &out);
	EXPECT_EQ(out.verdict, EAP_GOES_ON);
	EXPECT_EQ(Octets(out.packet.data, out.packet.data + out.packet.len), hex("02 22 0005 02"));
	EXPECT_EQ(eap_peer_method(peer), EAP_TYPE_NONE);
	eap_peer_free(peer);
}

TEST_F(EapTalk, a_broken_response_is_refused)
{
	struct {
		const char *what;
		std::function<void(Octets &)> change;
	} cases[] = {
		{ "identifier", [](Octets &p) { p[1]++; } },
		{ "code", [](Octets &p) { p[0] = EAP_REQUEST; } },
		{ "length", [](Octets &p) { p[3] = 200; } },
		{ "nothing", [](Octets &p) { p.clear(); } },
		{ "type", [](Octets &p) { p[4] = EAP_TYPE_GTC; } },
		{ "no octets",
			[](Octets &p) {
				p = { p[0], p[1], 0, 5, p[4] };
			} },
	};

	for (auto &k : cases) {
		int n = 0;

		to_server = [&](Octets &p) {
			if (n++ == 1)
				k.change(p);
		};
		talk("alice", "wonderland");
		expect_refused("eap-syntax", "eap-failure");
	}
}

TEST_F(EapTalk, a_nak_after_the_method_has_begun_is_refused)
{
	int n = 0;

	to_server = [&](Octets &p) {
		if (n++ == 2)
			p = { EAP_RESPONSE, p[1], 0, 6, EAP_TYPE_NAK, EAP_TYPE_GTC };
	};
	talk("alice", "wonderland");
	expect_refused("eap-syntax", "eap-failure");
}

TEST_F(EapTalk, the_server_is_over_when_it_is_over)
{
	struct eap_means m = means(server_methods, nullptr);
	struct eap_server *server = nullptr;
	struct eap_reply out = {};
	Octets bad = hex("02");

	ASSERT_EQ(eap_server_new(&server, &m, bytes_of(nullptr, 0), true), ERR_OK);
	eap_server_begin(server, &out);
	EXPECT_EQ(out.verdict, EAP_GOES_ON);
	for (int i = 0; i < 2; i++) {
		eap_server_take(server, view(bad), &out);
		EXPECT_EQ(out.verdict, EAP_REFUSED);
		EXPECT_EQ(out.packet.data[0], EAP_FAILURE);
	}
	eap_server_free(server);
}

TEST_F(EapTalk, an_identity_has_bounds)
{
	talk(std::string(EAP_IDENTITY_MAX, 'x'), "wonderland");
	expect_refused("wrong-password", "wrong-password");
	talk("", "wonderland");
	expect_refused("eap-identity", "eap-failure");

	struct eap_means m = means(peer_methods, nullptr);
	struct eap_peer *peer = nullptr;
	EXPECT_EQ(eap_peer_new(&peer, &m, view(std::string(EAP_IDENTITY_MAX + 1, 'x')), nullptr), ERR_RANGE);
}

TEST_F(EapTalk, means_are_judged)
{
	struct eap_means m = means({}, nullptr);
	struct eap_server *server = nullptr;

	EXPECT_EQ(eap_server_new(&server, &m, bytes_of(nullptr, 0), true), ERR_RANGE);
	m = means({ EAP_TYPE_IDENTITY }, nullptr);
	EXPECT_EQ(eap_server_new(&server, &m, bytes_of(nullptr, 0), true), ERR_RANGE);
}

/* RFC5998-4-a */
TEST_F(EapTalk, RFC5998_4_safe_methods)
{
	EXPECT_TRUE(eap_method_find(EAP_TYPE_TLS)->safe);
	for (uint8_t type : { EAP_TYPE_MSCHAPV2, EAP_TYPE_MD5, EAP_TYPE_GTC })
		EXPECT_FALSE(eap_method_find(type)->safe);
	EXPECT_EQ(eap_method_find(254), nullptr);
}
