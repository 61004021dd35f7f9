/* The door in front of those who check EAP, and the local back end. */
#include "aaa/eap.h"

#include <cstring>

#include "../cfg/loaded.h"
#include "../crypto/fixture.h"
#include "cfg/find.h"
#include "eap/peer.h"

namespace
{

class AaaEap : public CryptoTest
{
      protected:
	struct crypto_rand rand = crypto_rand_system();
	cfgtest::Loaded config{ "aaa new-model\naaa authentication login users local\nusername alice password wonderland\n"
				"username admin privilege 15 secret 5 $1$x\n" };
	struct aaa_eap_request request = {};
	struct aaa_eap *c_eap = nullptr;
	Octets packet;
	enum eap_verdict verdict = EAP_GOES_ON;
	std::string why, identity;
	size_t msk_len = 0;
	int method = 0;

	static void answer(void *ctx, struct aaa_eap_result *r)
	{
		auto *self = static_cast<AaaEap *>(ctx);

		self->verdict = r->verdict;
		self->packet.assign(r->packet.data, r->packet.data + r->packet.len);
		self->why = r->why == nullptr ? "" : r->why;
		self->identity.assign(reinterpret_cast<const char *>(r->identity.data), r->identity.len);
		self->method = r->method;
		self->msk_len = r->msk.len;
	}
	void SetUp() override
	{
		CryptoTest::SetUp();
		request.model = config.model;
		request.list = cfg_find_login_list(config.model, "users");
		request.query = true;
		request.crypto = c;
		request.rand = &rand;
		request.answer = answer;
		request.ctx = this;
	}
	void TearDown() override
	{
		aaa_eap_free(c_eap);
		CryptoTest::TearDown();
	}
	/* A whole conversation with a peer that knows 'password' and speaks 'type'. */
	void talk(const std::string &user, const std::string &password, uint8_t type)
	{
		struct eap_means m = {};
		struct secret key = {};
		struct eap_peer *peer = nullptr;
		struct eap_reply reply = {};

		m.crypto = c;
		m.rand = &rand;
		m.method_count = 1;
		m.method[0] = type;
		ASSERT_EQ(secret_set(&key, view(password)), ERR_OK);
		ASSERT_EQ(eap_peer_new(&peer, &m, view(user), &key), ERR_OK);
		secret_fini(&key);
		aaa_eap_free(c_eap);
		c_eap = nullptr;
		ASSERT_EQ(aaa_eap_new(&request, &c_eap), ERR_OK);
		aaa_eap_step(c_eap, bytes_of(nullptr, 0));
		for (int i = 0; i < 10 && verdict == EAP_GOES_ON; i++) {
			eap_peer_take(peer, view(packet), &reply);
			aaa_eap_step(c_eap, reply.packet);
		}
		eap_peer_free(peer);
	}
};

} // namespace

TEST_F(AaaEap, R_AAA_12_local_users_by_every_method_with_a_password)
{
	for (uint8_t type : { EAP_TYPE_MSCHAPV2, EAP_TYPE_GTC, EAP_TYPE_MD5 }) {
		verdict = EAP_GOES_ON;
		talk("alice", "wonderland", type);
		EXPECT_EQ(verdict, EAP_ACCEPTED) << why;
		EXPECT_EQ(identity, "alice");
		EXPECT_EQ(method, type);
		EXPECT_EQ(msk_len, type == EAP_TYPE_MSCHAPV2 ? 64u : 0u);
	}
}

TEST_F(AaaEap, strangers_and_wrong_passwords_are_refused)
{
	for (const char *user : { "alice", "mallory", "admin" }) {
		verdict = EAP_GOES_ON;
		talk(user, "Wonderland", EAP_TYPE_MSCHAPV2);
		EXPECT_EQ(verdict, EAP_REFUSED);
		EXPECT_EQ(why, "wrong-password");
		EXPECT_EQ(packet.at(0), EAP_FAILURE);
	}
}

TEST_F(AaaEap, names_are_whole_octets)
{
	verdict = EAP_GOES_ON;
	talk(std::string("alice\0x", 7), "wonderland", EAP_TYPE_GTC);
	EXPECT_EQ(verdict, EAP_REFUSED);
}

TEST_F(AaaEap, R_AAA_10_without_query_the_known_identity_counts)
{
	std::string known = "alice";

	request.query = false;
	request.identity = view(known);
	talk("whatever", "wonderland", EAP_TYPE_GTC);
	EXPECT_EQ(verdict, EAP_ACCEPTED) << why;
	EXPECT_EQ(identity, "alice");
}

TEST_F(AaaEap, what_cant_be_is_told_at_once)
{
	struct cfg_aaa_list list = *request.list;

	list.method[0] = CFG_AAA_GROUP;
	request.list = &list;
	EXPECT_EQ(aaa_eap_new(&request, &c_eap), ERR_UNSUPPORTED);
	request.list = nullptr;
	EXPECT_EQ(aaa_eap_new(&request, &c_eap), ERR_UNSUPPORTED);
	request.list = cfg_find_login_list(config.model, "users");
	request.safe = true; /* passwords aren't, and there is no TLS */
	EXPECT_EQ(aaa_eap_new(&request, &c_eap), ERR_ABSENT);
}
