/* TLS over memory: two ends that hand each other their octets. */
#include "crypto/tls.h"

#include "../pki/forge.h"
#include "fixture.h"

namespace
{

struct Side {
	struct crypto_key *key = nullptr;
	Octets der;
	struct bytes cert = {};
	struct crypto_tls_config config = {};
	struct crypto_tls *tls = nullptr;
	std::vector<Octets> shown; /* the certificates that the judge saw */
	bool trusts = true;
};

bool judge(void *ctx, const struct bytes *cert, unsigned count)
{
	auto *s = static_cast<Side *>(ctx);

	for (unsigned i = 0; i < count; i++)
		s->shown.emplace_back(cert[i].data, cert[i].data + cert[i].len);
	return s->trusts;
}

class CryptoTls : public CryptoTest
{
      protected:
	forge::Forge f;
	Side server, client;

	void SetUp() override
	{
		CryptoTest::SetUp();
		f.issue("ca", { .issuer = "", .subject = { { "CN", "ca" } }, .ca = true });
		f.issue("hub", { .issuer = "ca", .subject = { { "CN", "hub" } } });
		f.issue("spoke", { .issuer = "ca", .subject = { { "CN", "spoke" } }, .key = "RSA" });
	}
	void TearDown() override
	{
		for (Side *s : { &server, &client }) {
			crypto_tls_free(s->tls);
			crypto_key_free(s->key);
		}
		CryptoTest::TearDown();
	}
	void open(Side &s, const char *name, bool is_server, unsigned version = 0)
	{
		if (name != nullptr) {
			s.key = f.key(name);
			s.der = f.der(name);
		}
		s.cert = view(s.der);
		s.config = { s.key, &s.cert, name == nullptr ? 0u : 1u, judge, &s, version };
		ASSERT_EQ(crypto_tls_new(&s.config, is_server, &s.tls), ERR_OK);
	}
	/* Moves what one has to say to the other, in pieces of 'max'. */
	static void carry(Side &from, Side &to, size_t max = 65536)
	{
		while (crypto_tls_pending(from.tls) != 0) {
			Octets buf(max);
			struct wr w = wr_of(buf.data(), buf.size());

			crypto_tls_take(from.tls, &w, max);
			ASSERT_EQ(wr_done(&w), ERR_OK);
			ASSERT_EQ(crypto_tls_feed(to.tls, wr_view(&w)), ERR_OK);
		}
	}
	std::pair<enum crypto_tls_state, enum crypto_tls_state> shake(size_t max = 65536)
	{
		enum crypto_tls_state c_state = CRYPTO_TLS_MORE, s_state = CRYPTO_TLS_MORE;

		for (int i = 0; i < 6; i++) {
			c_state = crypto_tls_run(client.tls);
			carry(client, server, max);
			s_state = crypto_tls_run(server.tls);
			carry(server, client, max);
		}
		return { c_state, s_state };
	}
	static Octets exported(const Side &s, const char *label, const Octets &context)
	{
		Octets out(64);

		EXPECT_EQ(crypto_tls_export(s.tls, label, view(context), out.data(), out.size()), ERR_OK);
		return out;
	}
};

} // namespace

TEST_F(CryptoTls, both_versions_agree_on_keys_and_see_certificates)
{
	for (unsigned version : { unsigned(CRYPTO_TLS_1_2), unsigned(CRYPTO_TLS_1_3) }) {
		server = Side();
		client = Side();
		open(server, "hub", true, version);
		open(client, "spoke", false, version);
		auto [c_state, s_state] = shake(7);

		EXPECT_EQ(c_state, CRYPTO_TLS_DONE);
		EXPECT_EQ(s_state, CRYPTO_TLS_DONE);
		EXPECT_EQ(crypto_tls_version(server.tls), version);
		EXPECT_EQ(client.shown, std::vector<Octets>{ f.der("hub") });
		EXPECT_EQ(server.shown, std::vector<Octets>{ f.der("spoke") });
		EXPECT_EQ(exported(server, "a label", {}), exported(client, "a label", {}));
		EXPECT_EQ(exported(server, "a label", { 13 }), exported(client, "a label", { 13 }));
		EXPECT_NE(exported(server, "a label", {}), exported(client, "another label", {}));
		for (Side *s : { &server, &client }) {
			crypto_tls_free(s->tls);
			crypto_key_free(s->key);
			s->tls = nullptr;
			s->key = nullptr;
		}
	}
}

TEST_F(CryptoTls, the_newest_version_is_spoken)
{
	open(server, "hub", true);
	open(client, "spoke", false);
	EXPECT_EQ(shake().first, CRYPTO_TLS_DONE);
	EXPECT_EQ(crypto_tls_version(client.tls), unsigned(CRYPTO_TLS_1_3));
}

TEST_F(CryptoTls, a_distrusted_peer_ends_it_with_an_alert)
{
	for (bool by_server : { true, false }) {
		Side &judge_side = by_server ? server : client;

		open(server, "hub", true, CRYPTO_TLS_1_2);
		open(client, "spoke", false, CRYPTO_TLS_1_2);
		judge_side.trusts = false;
		auto [c_state, s_state] = shake();
		EXPECT_EQ(c_state, CRYPTO_TLS_FAILED);
		EXPECT_EQ(s_state, CRYPTO_TLS_FAILED);
		TearDown();
		server = Side();
		client = Side();
		CryptoTest::SetUp();
	}
}

TEST_F(CryptoTls, a_client_without_certificate_is_refused)
{
	open(server, "hub", true);
	open(client, nullptr, false);
	EXPECT_EQ(shake().second, CRYPTO_TLS_FAILED);
	EXPECT_TRUE(server.shown.empty());
}

TEST_F(CryptoTls, no_common_version)
{
	open(server, "hub", true, CRYPTO_TLS_1_3);
	open(client, "spoke", false, CRYPTO_TLS_1_2);
	EXPECT_EQ(shake().second, CRYPTO_TLS_FAILED);
}

TEST_F(CryptoTls, application_data)
{
	const uint8_t zero = 0;
	uint8_t got = 1;

	open(server, "hub", true);
	open(client, "spoke", false);
	ASSERT_EQ(shake().second, CRYPTO_TLS_DONE);
	EXPECT_EQ(crypto_tls_read(client.tls, &got), ERR_AGAIN);
	ASSERT_EQ(crypto_tls_write(server.tls, bytes_of(&zero, 1)), ERR_OK);
	carry(server, client);
	EXPECT_EQ(crypto_tls_read(client.tls, &got), ERR_OK);
	EXPECT_EQ(got, 0);
}

TEST_F(CryptoTls, garbage_fails)
{
	Octets junk(100, 0x55);

	open(server, "hub", true);
	ASSERT_EQ(crypto_tls_feed(server.tls, view(junk)), ERR_OK);
	EXPECT_EQ(crypto_tls_run(server.tls), CRYPTO_TLS_FAILED);
}

TEST_F(CryptoTls, a_certificate_that_isnt_one)
{
	open(server, "hub", true);
	struct crypto_tls *t = nullptr;
	Octets junk(10);
	struct bytes cert = view(junk);

	server.config.cert = &cert;
	EXPECT_EQ(crypto_tls_new(&server.config, true, &t), ERR_CRYPTO);
}
