#ifndef TESTS_EAP_TALK_H
#define TESTS_EAP_TALK_H

/* A server and a peer that talk until it is over, with somebody between them who may change what they say. */

#include <functional>
#include <map>

#include "../crypto/fixture.h"
#include "eap/peer.h"
#include "eap/server.h"

class Talk : public CryptoTest
{
      protected:
	struct crypto_rand rand = crypto_rand_system();
	std::map<std::string, std::string> users = { { "alice", "wonderland" }, { "EXAMPLE\\bob", "builder" } };
	std::vector<uint8_t> server_methods = { EAP_TYPE_MSCHAPV2, EAP_TYPE_MD5, EAP_TYPE_GTC };
	std::vector<uint8_t> peer_methods = { EAP_TYPE_MSCHAPV2, EAP_TYPE_MD5, EAP_TYPE_GTC };
	const struct crypto_tls_config *server_tls = nullptr, *peer_tls = nullptr;
	std::string known; /* what the server takes the peer's identity for without asking */
	bool query = true;

	/* How it ended, at both ends. */
	enum eap_verdict server_verdict = EAP_GOES_ON, peer_verdict = EAP_GOES_ON;
	std::string server_why, peer_why, identity;
	Octets server_msk, peer_msk;
	int method = 0;
	unsigned rounds = 0;
	size_t longest = 0;
	std::function<void(Octets &)> to_server = [](Octets &) {};
	std::function<void(Octets &)> to_peer = [](Octets &) {};

	static enum err password(void *ctx, struct bytes user, struct secret *out)
	{
		auto *self = static_cast<Talk *>(ctx);
		auto it = self->users.find(std::string(reinterpret_cast<const char *>(user.data), user.len));

		return it == self->users.end() ? ERR_ABSENT : secret_set(out, view(it->second));
	}
	struct eap_means means(const std::vector<uint8_t> &methods, const struct crypto_tls_config *tls)
	{
		struct eap_means m = {};

		m.crypto = c;
		m.rand = &rand;
		m.tls = tls;
		m.method_count = static_cast<uint8_t>(methods.size());
		std::copy(methods.begin(), methods.end(), m.method);
		m.password = password;
		m.ctx = this;
		return m;
	}
	static Octets taken(struct secret *s)
	{
		Octets out(s->data, s->data + s->len);

		secret_fini(s);
		return out;
	}
	void talk(const std::string &user, const std::string &word)
	{
		struct eap_means sm = means(server_methods, server_tls), pm = means(peer_methods, peer_tls);
		struct secret key = {};
		struct eap_server *server = nullptr;
		struct eap_peer *peer = nullptr;

		ASSERT_EQ(secret_set(&key, view(word)), ERR_OK);
		ASSERT_EQ(eap_server_new(&server, &sm, view(known), query), ERR_OK);
		ASSERT_EQ(eap_peer_new(&peer, &pm, view(user), &key), ERR_OK);
		secret_fini(&key);
		run(server, peer);
		method = eap_server_method(server);
		identity.assign(reinterpret_cast<const char *>(eap_server_identity(server).data), eap_server_identity(server).len);
		if (server_verdict == EAP_ACCEPTED) {
			eap_server_msk(server, &key);
			server_msk = taken(&key);
		}
		if (peer_verdict == EAP_ACCEPTED) {
			eap_peer_msk(peer, &key);
			peer_msk = taken(&key);
		}
		eap_server_free(server);
		eap_peer_free(peer);
	}
	void run(struct eap_server *server, struct eap_peer *peer)
	{
		struct eap_reply said = {}, answer = {};
		Octets packet;

		server_verdict = peer_verdict = EAP_GOES_ON;
		server_why = peer_why = "";
		eap_server_begin(server, &said);
		for (rounds = 0; rounds < 64; rounds++) {
			server_verdict = said.verdict;
			server_why = said.why == nullptr ? "" : said.why;
			packet.assign(said.packet.data, said.packet.data + said.packet.len);
			longest = std::max(longest, packet.size());
			to_peer(packet);
			eap_peer_take(peer, view(packet), &answer);
			peer_verdict = answer.verdict;
			peer_why = answer.why == nullptr ? "" : answer.why;
			if (server_verdict != EAP_GOES_ON || peer_verdict != EAP_GOES_ON)
				return;
			packet.assign(answer.packet.data, answer.packet.data + answer.packet.len);
			longest = std::max(longest, packet.size());
			to_server(packet);
			eap_server_take(server, view(packet), &said);
		}
	}
	void expect_accepted(int by)
	{
		EXPECT_EQ(server_verdict, EAP_ACCEPTED) << server_why;
		EXPECT_EQ(peer_verdict, EAP_ACCEPTED) << peer_why;
		EXPECT_EQ(method, by);
		EXPECT_EQ(server_msk, peer_msk);
	}
	void expect_refused(const std::string &server_says, const std::string &peer_says)
	{
		EXPECT_EQ(server_verdict, EAP_REFUSED);
		EXPECT_EQ(peer_verdict, EAP_REFUSED);
		EXPECT_EQ(server_why, server_says);
		EXPECT_EQ(peer_why, peer_says);
	}
};

#endif
