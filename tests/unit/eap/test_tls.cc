/* EAP-TLS with both versions, large flights, and peers that are not believed. */
#include "../pki/forge.h"
#include "crypto/tls.h"
#include "talk.h"

class EapTls : public Talk
{
      protected:
	struct Side {
		struct crypto_key *key = nullptr;
		std::vector<Octets> ders;
		std::vector<struct bytes> views;
		struct crypto_tls_config config = {};
		bool trusts = true;
		unsigned seen = 0;
	};
	forge::Forge f;
	Side server_side, peer_side;

	static bool judge(void *ctx, const struct bytes *cert, unsigned count)
	{
		auto *s = static_cast<Side *>(ctx);

		s->seen = count;
		return cert[0].len != 0 && s->trusts;
	}
	void arm(Side &s, const std::vector<std::string> &names, unsigned version)
	{
		crypto_key_free(s.key);
		s.key = f.key(names[0]);
		s.ders.clear();
		s.views.clear();
		for (const std::string &n : names)
			s.ders.push_back(f.der(n));
		for (const Octets &d : s.ders)
			s.views.push_back(view(d));
		s.config = { s.key, s.views.data(), static_cast<unsigned>(s.views.size()), judge, &s, version };
	}
	void SetUp() override
	{
		Talk::SetUp();
		f.issue("ca", { .issuer = "", .subject = { { "CN", "ca" } }, .ca = true });
		f.issue("hub", { .issuer = "ca", .subject = { { "CN", "hub" } } });
		f.issue("alice", { .issuer = "ca", .subject = { { "CN", "alice" } } });
		server_methods = { EAP_TYPE_TLS, EAP_TYPE_MSCHAPV2 };
		peer_methods = { EAP_TYPE_TLS };
		server_tls = &server_side.config;
		peer_tls = &peer_side.config;
	}
	void TearDown() override
	{
		crypto_key_free(server_side.key);
		crypto_key_free(peer_side.key);
		Talk::TearDown();
	}
};

TEST_F(EapTls, RFC5216_RFC9190_both_versions_agree_on_a_key)
{
	for (unsigned version : { unsigned(CRYPTO_TLS_1_2), unsigned(CRYPTO_TLS_1_3), 0u }) {
		arm(server_side, { "hub" }, version);
		arm(peer_side, { "alice" }, version);
		talk("alice", "");
		expect_accepted(EAP_TYPE_TLS);
		EXPECT_EQ(server_msk.size(), size_t(EAP_MSK_LEN));
		EXPECT_EQ(identity, "alice");
	}
}

TEST_F(EapTls, RFC5216_3_1_flights_are_cut_both_ways)
{
	f.issue("sub",
		{ .issuer = "ca", .subject = { { "CN", std::string(60, 's') } }, .alt = "DNS:" + std::string(900, 'x'), .ca = true });
	f.issue("big", { .issuer = "sub", .subject = { { "CN", "big" } }, .alt = "DNS:" + std::string(900, 'y'), .key = "RSA" });
	for (unsigned version : { unsigned(CRYPTO_TLS_1_2), unsigned(CRYPTO_TLS_1_3) }) {
		arm(server_side, { "big", "sub", "ca" }, version);
		arm(peer_side, { "big", "sub", "ca" }, version);
		longest = 0;
		talk("alice", "");
		expect_accepted(EAP_TYPE_TLS);
		EXPECT_EQ(server_side.seen, 3u);
		EXPECT_GT(rounds, 6u);
		EXPECT_LE(longest, 1034u);
	}
}

TEST_F(EapTls, who_isnt_believed_is_refused)
{
	for (unsigned version : { unsigned(CRYPTO_TLS_1_2), unsigned(CRYPTO_TLS_1_3) }) {
		for (bool by_server : { true, false }) {
			Side &s = by_server ? server_side : peer_side;

			arm(server_side, { "hub" }, version);
			arm(peer_side, { "alice" }, version);
			s.trusts = false;
			talk("alice", "");
			EXPECT_EQ(server_verdict, EAP_REFUSED) << version << by_server << peer_why;
			EXPECT_EQ(peer_verdict, EAP_REFUSED);
			EXPECT_EQ(server_why, "tls");
			s.trusts = true;
		}
	}
}

/* RFC9190-2.5: Success isn't protected; the server's octet of zero is. */
TEST_F(EapTls, RFC9190_2_5_success_without_the_server_s_promise_isnt_believed)
{
	unsigned last = 0, n = 0;

	arm(server_side, { "hub" }, CRYPTO_TLS_1_3);
	arm(peer_side, { "alice" }, CRYPTO_TLS_1_3);
	to_peer = [&](Octets &) { last++; };
	talk("alice", "");
	expect_accepted(EAP_TYPE_TLS);
	to_peer = [&](Octets &p) {
		if (++n == last - 1) /* the packet before Success is the promise */
			p = { EAP_SUCCESS, p[1], 0, 4 };
	};
	talk("alice", "");
	EXPECT_EQ(peer_verdict, EAP_REFUSED);
	EXPECT_EQ(peer_why, "early-success");
}

TEST_F(EapTls, broken_packets_are_refused)
{
	struct {
		const char *what;
		std::function<void(Octets &)> change;
	} cases[] = {
		{ "no flags",
			[](Octets &p) {
				p = { p[0], p[1], 0, 5, p[4] };
			} },
		{ "a length that is cut",
			[](Octets &p) {
				p = { p[0], p[1], 0, 8, p[4], 0x80, 0, 0 };
			} },
		{ "a flight too long",
			[](Octets &p) {
				p = { p[0], p[1], 0, 10, p[4], 0xc0, 0xff, 0, 0, 0 };
			} },
		{ "an acknowledgement of nothing",
			[](Octets &p) {
				p = { p[0], p[1], 0, 6, p[4], 0 };
			} },
	};

	arm(server_side, { "hub" }, 0);
	arm(peer_side, { "alice" }, 0);
	for (auto &k : cases) {
		int n = 0;

		to_server = [&](Octets &p) {
			if (n++ == 1)
				k.change(p);
		};
		talk("alice", "");
		EXPECT_EQ(server_verdict, EAP_REFUSED) << k.what;
	}
	for (auto &k : cases) {
		int n = 0;

		to_server = [](Octets &) {};
		to_peer = [&](Octets &p) {
			if (n++ == 2)
				k.change(p);
		};
		talk("alice", "");
		EXPECT_NE(peer_verdict, EAP_ACCEPTED) << k.what;
	}
}

TEST_F(EapTls, without_certificates_another_method_is_for_the_server_to_offer)
{
	server_tls = nullptr;
	peer_tls = nullptr;
	talk("alice", "");
	EXPECT_EQ(server_verdict, EAP_REFUSED);
	EXPECT_EQ(server_why, "internal");
}
