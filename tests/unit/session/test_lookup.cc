/* Certificates by URL (RFC7296-3.6, cli.md 1.9): the hub fetches them, or the peer does; whoever can't gets them as they are. */
#include "certs.h"
#include "crypto/digest.h"
#include "ike/wire/iana.h"
#include "ike/wire/id.h"
#include "session/auth/lookup.h"

namespace
{

using namespace lab;

constexpr const char *at = "http://192.0.2.80/";

class SessionLookup : public SessionAuth
{
      protected:
	static std::string by_url(const std::string &name)
	{
		return " revocation-check none\n certificate url " + std::string(at) + name + ".der\n";
	}
	/* The hub fetches by 'lines'; the spoke's certificate is at its URL. */
	Box &begin(const std::string &lines = "crypto ikev2 http-url cert\n", const std::string &name = "spoke1")
	{
		hub.must_load(hub_text(point("hub")) + lines);
		Box &s = spoke_box(by_certificate(SpokeConfig(1).text(), point(name, "", by_url(name))));
		wan.run(500);
		return s;
	}
	void answer(Box &b, const std::vector<uint8_t> &with)
	{
		Box::Question q = b.questions.front();

		b.questions.erase(b.questions.begin());
		session_hub_fetched(b.hub, q.token, bytes_of(with.data(), with.size()));
		wan.run(500);
	}
	void expect_out(const Box &s, const std::string &why)
	{
		EXPECT_EQ(s.up() + hub.up(), 0u);
		EXPECT_TRUE(hub.logged("auth.refused")) << why;
		EXPECT_TRUE(hub.logged("why=" + why)) << why;
		EXPECT_GE(hub.stat(IKE_STAT_AUTH_REFUSED), 1u);
		EXPECT_GE(s.stat(IKE_STAT_AUTH_REJECTED), 1u);
	}
};

} // namespace

/* RFC7296-3.6-b, RFC7296-3.6-d */
TEST_F(SessionLookup, R_IKE_20_the_hub_fetches_and_then_judges)
{
	Box &s = begin();

	ASSERT_EQ(hub.questions.size(), 1u);
	EXPECT_EQ(hub.questions[0].url, std::string(at) + "spoke1.der");
	EXPECT_TRUE(hub.questions[0].body.empty());
	EXPECT_EQ(s.stat(IKE_STAT_CERT_URL_SENT), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_CERT_URL), 1u);
	EXPECT_EQ(hub.up(), 0u);
	answer(hub, f.der("spoke1"));
	EXPECT_EQ(s.up(), 1u);
	ASSERT_EQ(hub.up(), 1u);
	EXPECT_STREQ(hub.session()->peer, "spoke1.example.net");
	session_hub_clear(s.hub, &hub.addrs[0]);
	wan.run(5000);
	EXPECT_EQ(hub.up(), 1u) << "it comes again";
	EXPECT_TRUE(hub.questions.empty()) << "and is remembered";
}

TEST_F(SessionLookup, R_IKE_20_what_was_not_announced_is_not_used)
{
	Box &s = begin("");

	EXPECT_EQ(s.up(), 1u) << "it is sent as it is";
	EXPECT_EQ(s.stat(IKE_STAT_CERT_URL_SENT), 0u);
	EXPECT_TRUE(hub.questions.empty());
}

TEST_F(SessionLookup, R_IKE_20_the_spoke_fetches_that_of_the_hub)
{
	hub.must_load(hub_text(point("hub", "", by_url("hub"))));
	Box &s = spoke_box(by_certificate(SpokeConfig(1).text(), point("spoke1")) + "crypto ikev2 http-url cert\n");
	wan.run(500);
	ASSERT_EQ(s.questions.size(), 1u);
	EXPECT_EQ(s.questions[0].url, std::string(at) + "hub.der");
	answer(s, f.der("hub"));
	EXPECT_EQ(s.up(), 1u);
	EXPECT_EQ(hub.up(), 1u);
}

TEST_F(SessionLookup, R_IKE_20_something_else_is_there)
{
	Box &s = begin();

	ASSERT_EQ(hub.questions.size(), 1u);
	answer(hub, f.der("spoke2"));
	expect_out(s, "url-other-content");
	s.stop();
	s.dead = true;
	wan.run(60000);
	hub.expect_empty();
}

TEST_F(SessionLookup, R_IKE_20_nothing_is_there)
{
	Box &s = begin();

	ASSERT_EQ(hub.questions.size(), 1u);
	answer(hub, {});
	expect_out(s, "url-no-answer");
}

TEST_F(SessionLookup, R_IKE_20_it_cant_even_be_asked)
{
	hub.fetch_err = ERR_FULL;
	expect_out(begin(), "url-no-answer");
}

TEST_F(SessionLookup, R_IKE_20_the_fetched_one_is_judged_like_any_other)
{
	f.issue("alien", { .issuer = "other", .subject = { { "CN", "spoke1" } }, .alt = "DNS:spoke1.example.net" });
	std::string file = folder.write("alien.pem", f.pem("root") + f.pem("other") + f.pem("alien") + f.key_pem("alien"));

	hub.must_load(hub_text(point("hub")) + "crypto ikev2 http-url cert\n");
	Box &s = spoke_box(by_certificate(
		SpokeConfig(1).text(), "crypto pki trustpoint TP\n" + by_url("alien") + "crypto pki import TP pem " + file + "\n"));
	wan.run(500);
	ASSERT_EQ(hub.questions.size(), 1u);
	answer(hub, f.der("alien"));
	expect_out(s, "unknown-ca");
}

TEST_F(SessionLookup, R_SEC_only_from_where_the_operator_allows)
{
	Box &s = begin("crypto ikev2 http-url cert\ncrypto ikev2 http-url from http://pki.example.net/\n");

	EXPECT_TRUE(hub.questions.empty());
	expect_out(s, "url-refused");
}

TEST_F(SessionLookup, R_SEC_from_there_it_comes)
{
	begin("crypto ikev2 http-url cert\ncrypto ikev2 http-url from http://pki.example.net/\ncrypto ikev2 http-url from http://192.0.2.80/\n");
	ASSERT_EQ(hub.questions.size(), 1u);
	answer(hub, f.der("spoke1"));
	EXPECT_EQ(hub.up(), 1u);
}

TEST_F(SessionLookup, R_SEC_so_many_in_a_second)
{
	struct ike_id id = { IKE_ID_FQDN, bytes_str("spoke9.example.net") };
	std::string data = std::string(20, 'h') + at;
	struct bytes cert = bytes_str(data.c_str());
	const uint8_t encoding = IKE_CERT_URL_X509;
	struct ike_who who = {};

	hub.must_load(hub_text(point("hub")) + "crypto ikev2 http-url cert\n");
	who.role = IKE_RESPONDER;
	who.peer_id = &id;
	who.method = IKE_AUTH_SIGNATURE;
	who.cert_count = 1;
	who.cert = &cert;
	who.encoding = &encoding;
	for (uint32_t n = 0; n < SESSION_LOOKUP_RATE + 5; n++)
		session_lookup_begin(hub.hub, { n, 9999 }, &who);
	EXPECT_EQ(hub.questions.size(), static_cast<size_t>(SESSION_LOOKUP_RATE));
	for (uint32_t n = 0; n < SESSION_LOOKUP_RATE; n++)
		session_lookup_drop(hub.hub, { n, 9999 });
	wan.run(1000);
	session_lookup_begin(hub.hub, { 1, 9999 }, &who);
	EXPECT_EQ(hub.questions.size(), static_cast<size_t>(SESSION_LOOKUP_RATE) + 1);
	session_lookup_drop(hub.hub, { 1, 9999 });
	session_hub_fetched(hub.hub, hub.questions.back().token, bytes_str("too late"));
}

TEST_F(SessionLookup, the_peer_goes_meanwhile)
{
	Box &s = begin();

	ASSERT_EQ(hub.questions.size(), 1u);
	s.stop();
	s.dead = true;
	wan.run(120000);
	hub.expect_empty();
	answer(hub, f.der("spoke1"));
	hub.expect_empty();
}

/* RFC7296-3.6-b */
TEST_F(SessionLookup, RFC7296_3_6_a_bundle_and_one_as_it_is)
{
	auto tlv = [](uint8_t tag, std::vector<uint8_t> content) {
		std::vector<uint8_t> out = { tag, 0x82, static_cast<uint8_t>(content.size() >> 8), static_cast<uint8_t>(content.size()) };

		out.insert(out.end(), content.begin(), content.end());
		return out;
	};
	f.issue("deep", spoke_wish("spoke1", "sub"));
	std::vector<uint8_t> items = tlv(0xa0, f.der("deep")), sub = tlv(0xa0, f.der("sub")), bundle;
	uint8_t hash[20];
	struct ike_id id = { IKE_ID_FQDN, bytes_str("spoke1.example.net") };
	const uint8_t encoding[] = { IKE_CERT_URL_BUNDLE, IKE_CERT_X509_SIGNATURE };
	std::vector<uint8_t> extra = f.der("other");
	struct ike_who who = {};

	items.insert(items.end(), sub.begin(), sub.end());
	bundle = tlv(0x30, items);
	struct bytes in = bytes_of(bundle.data(), bundle.size());
	ASSERT_EQ(crypto_digest_sha1(wan.crypto, crypto_parts_of(&in, 1), hash), ERR_OK);
	std::string data = std::string(hash, hash + sizeof(hash)) + at + "bundle";
	struct bytes cert[] = { bytes_of(reinterpret_cast<const uint8_t *>(data.data()), data.size()),
		bytes_of(extra.data(), extra.size()) };
	hub.must_load(hub_text(point("hub")) + "crypto ikev2 http-url cert\n");
	who.role = IKE_RESPONDER;
	who.peer_id = &id;
	who.method = IKE_AUTH_SIGNATURE;
	who.cert_count = 2;
	who.cert = cert;
	who.encoding = encoding;
	who.auth = who.octets = bytes_str("nobody signed this");
	session_lookup_begin(hub.hub, { 1, 9999 }, &who);
	ASSERT_EQ(hub.questions.size(), 1u);
	answer(hub, bundle);
	const struct session *s = hub.sessions(false).empty() ? nullptr : hub.sessions(false)[0];
	ASSERT_NE(s, nullptr) << "the profile was found, so the certificates were read";
	EXPECT_STREQ(s->peer, "spoke1.example.net");
	hub.ports.down(hub.hub, { 1, 9999 }, IKE_DOWN_AUTH);
	hub.expect_empty();
}
