#include "lab.h"

#include "cfg/find.h"
#include "crypto/iana.h"
#include "ike/wire/iana.h"
#include "session/convert.h"

namespace
{

using namespace lab;

struct ModelPtr {
	explicit ModelPtr(const std::string &text) : m(model(text))
	{
	}
	~ModelPtr()
	{
		cfg_model_free(m);
	}
	struct cfg_model *m;
};

struct Id {
	struct cfg_identity id = {};
	char text[SESSION_ID_TEXT] = {};
	enum err err;

	Id(uint8_t type, const std::string &data)
	{
		struct ike_id wire = { type, bytes_of(data.data(), data.size()) };

		err = session_convert_id(&wire, text, &id);
	}
};

/* RFC7296-3.5-b RFC7296-3.5-c */
TEST(SessionConvert, R_IKE_05_identities_of_the_wire)
{
	Id four(IKE_ID_IPV4, std::string("\xcb\x00\x71\x01", 4)), fqdn(IKE_ID_FQDN, "a.example.net"), email(IKE_ID_EMAIL, "a@example.net");
	Id kid(IKE_ID_KEY_ID, "clients"), dn(IKE_ID_DN, "\x30");

	EXPECT_EQ(four.id.type, CFG_ID_ADDRESS);
	EXPECT_EQ(str(four.id.addr), "203.0.113.1");
	EXPECT_EQ(fqdn.id.type, CFG_ID_FQDN);
	EXPECT_STREQ(fqdn.id.text, "a.example.net");
	EXPECT_EQ(email.id.type, CFG_ID_EMAIL);
	EXPECT_EQ(kid.id.type, CFG_ID_KEY_ID);
	EXPECT_STREQ(kid.id.text, "clients");
	EXPECT_EQ(dn.id.type, CFG_ID_DN);
}

/* What would read as another name is none. */
/* RFC7296-3.5-d */
TEST(SessionConvert, identities_that_are_refused)
{
	EXPECT_EQ(Id(IKE_ID_KEY_ID, std::string("clients\0evil", 12)).err, ERR_MALFORMED);
	EXPECT_EQ(Id(IKE_ID_KEY_ID, std::string(255, 'k')).err, ERR_OK);
	EXPECT_EQ(Id(IKE_ID_KEY_ID, std::string(256, 'k')).err, ERR_RANGE);
	EXPECT_EQ(Id(10, "x").err, ERR_UNSUPPORTED);
}

/* RFC7296-3.5-a */
TEST(SessionConvert, R_IKE_05_our_own_identity)
{
	struct addr self = ip("198.51.100.1"), other = ip("2001:db8::1");
	struct cfg_identity id = {};

	EXPECT_EQ(session_convert_own_id(&id, &self).type, IKE_ID_IPV4); /* not written: the WAN address */
	id.type = CFG_ID_ADDRESS;
	id.addr = other;
	EXPECT_EQ(session_convert_own_id(&id, &self).type, IKE_ID_IPV6);
	id.text = "hub.example.net";
	id.type = CFG_ID_FQDN;
	struct ike_id fqdn = session_convert_own_id(&id, &self);
	EXPECT_EQ(fqdn.type, IKE_ID_FQDN);
	EXPECT_EQ(std::string(reinterpret_cast<const char *>(fqdn.data.data), fqdn.data.len), id.text);
	id.type = CFG_ID_EMAIL;
	EXPECT_EQ(session_convert_own_id(&id, &self).type, IKE_ID_EMAIL);
	id.type = CFG_ID_KEY_ID;
	EXPECT_EQ(session_convert_own_id(&id, &self).type, IKE_ID_KEY_ID);
	id.type = CFG_ID_DN;
	EXPECT_EQ(session_convert_own_id(&id, &self).type, 0);
}

std::string words(const struct ike_offer &o)
{
	std::string s;

	for (unsigned i = 0; i < o.alg_count; i++)
		s += std::string(i ? " " : "") + o.alg[i]->name;
	return s;
}

/* R-DEF-05 */
TEST(SessionConvert, R_IKE_23_proposals_in_order_of_preference)
{
	ModelPtr m("crypto ikev2 proposal A\n encryption aes-gcm-256 chacha20-poly1305\n prf sha384 sha256\n group 31 19\n"
		   "crypto ikev2 proposal B\n encryption aes-cbc-256\n integrity sha512\n group 20\n"
		   "crypto ikev2 proposal HALF\n encryption aes-cbc-256\n"
		   "crypto ikev2 policy P\n proposal A HALF B\n");
	auto offers = std::make_unique<struct ike_offers>();

	session_convert_ike_offers(cfg_find_policy(m.m, "P"), offers.get());
	ASSERT_EQ(offers->count, 2);
	EXPECT_EQ(words(offers->offer[0]), "AES-GCM-256 CHACHA20-POLY1305 SHA384 SHA256 X25519/31 ECP-256/19");
	EXPECT_EQ(words(offers->offer[1]), "AES-CBC-256 SHA512 SHA512 ECP-384/20");
	session_convert_ike_offers(cfg_find_policy(m.m, "default"), offers.get());
	ASSERT_EQ(offers->count, 1);
	EXPECT_EQ(words(offers->offer[0]), "AES-CBC-256 SHA512 SHA384 SHA512 SHA384 ECP-256/19 MODP-2048/14 ECP-521/21 MODP-1536/5");
}

TEST(SessionConvert, RFC9370_additional_key_exchanges)
{
	ModelPtr m("crypto ikev2 proposal A\n encryption aes-gcm-256\n prf sha256\n group 31\n additional-key-exchange 2 21 none\n"
		   " additional-key-exchange 1 20 14 20\n"
		   "crypto ikev2 policy P\n match fvrf any\n proposal A\n");
	auto offers = std::make_unique<struct ike_offers>();
	std::string got;

	session_convert_ike_offers(cfg_find_policy(m.m, "P"), offers.get());
	for (unsigned i = 0; i < offers->offer[0].extra_count; i++) {
		const struct ike_extra &x = offers->offer[0].extra[i];

		got += std::to_string(x.slot) + ":" + (x.group == nullptr ? "none" : x.group->keyword) + " ";
	}
	EXPECT_EQ(got, "1:20 1:14 2:21 2:none ");
}

TEST(SessionConvert, R_DEF_02_transform_sets)
{
	ModelPtr m("crypto ipsec transform-set A esp-gcm 256\n mode tunnel\n"
		   "crypto ipsec transform-set B esp-aes 192 esp-sha384-hmac\n mode tunnel\n"
		   "crypto ipsec transform-set C esp-null esp-sha256-hmac\n"
		   "crypto ipsec profile P\n set transform-set A B C\n");
	auto offers = std::make_unique<struct ike_offers>();

	session_convert_esp_offers(cfg_find_ipsec_profile(m.m, "P"), offers.get());
	ASSERT_EQ(offers->count, 3);
	EXPECT_EQ(words(offers->offer[0]), "AES-GCM-256 no-esn");
	EXPECT_EQ(words(offers->offer[2]), "NULL SHA256 no-esn");
	EXPECT_EQ(words(offers->offer[1]), "AES-CBC-192 SHA384 no-esn");
	session_convert_esp_offers(cfg_find_ipsec_profile(m.m, "default"), offers.get());
	ASSERT_EQ(offers->count, 1);
	EXPECT_EQ(words(offers->offer[0]), "AES-CBC-128 SHA96 no-esn");
}

TEST(SessionConvert, R_IKE_24_extended_sequence_numbers_as_a_transform_set_has_them)
{
	ModelPtr m("crypto ipsec transform-set A esp-gcm 256\n esn\ncrypto ipsec transform-set B esp-gcm 128\n esn required\n"
		   "crypto ipsec transform-set C esp-gcm 128\n esn\n no esn\ncrypto ipsec profile P\n set transform-set A B C\n");
	auto offers = std::make_unique<struct ike_offers>();

	session_convert_esp_offers(cfg_find_ipsec_profile(m.m, "P"), offers.get());
	ASSERT_EQ(offers->count, 3);
	EXPECT_EQ(words(offers->offer[0]), "AES-GCM-256 esn no-esn");
	EXPECT_EQ(words(offers->offer[1]), "AES-GCM-128 esn");
	EXPECT_EQ(words(offers->offer[2]), "AES-GCM-128 no-esn");
}

TEST(SessionConvert, R_TUN_09_selectors_of_each_mode)
{
	const struct {
		enum cfg_tunnel_mode mode;
		std::vector<uint8_t> families;
	} rows[] = {
		{ CFG_TUNNEL_IPSEC_IPV4, { AF_INET } },
		{ CFG_TUNNEL_IPSEC_IPV4_V6_OVERLAY, { AF_INET6 } },
		{ CFG_TUNNEL_IPSEC_IPV6, { AF_INET6 } },
		{ CFG_TUNNEL_IPSEC_IPV6_V4_OVERLAY, { AF_INET } },
		{ CFG_TUNNEL_IPSEC_DUAL, { AF_INET, AF_INET6 } },
	};

	for (const auto &r : rows) {
		struct ike_ts ts[2];

		ASSERT_EQ(session_convert_selectors(r.mode, ts), r.families.size()) << cfg_model_mode_name(r.mode);
		for (size_t i = 0; i < r.families.size(); i++) {
			struct ike_ts any = ike_ts_any(r.families[i]);

			EXPECT_TRUE(ike_ts_eq(&ts[i], &any));
		}
	}
}

TEST(SessionConvert, a_selector_of_the_datapath)
{
	struct ike_ts ts = { ip("10.0.0.1"), ip("10.0.0.9"), 80, 443, 6 };
	struct dp_ts out = session_convert_ts(&ts);

	EXPECT_EQ(str(out.first), "10.0.0.1");
	EXPECT_EQ(str(out.last), "10.0.0.9");
	EXPECT_EQ(out.proto, 6);
	EXPECT_EQ(out.port_first, 80);
	EXPECT_EQ(out.port_last, 443);
}

/* Every pair that the configuration can offer has a word in the datapath; others don't. */
TEST(SessionConvert, algorithms_of_the_datapath)
{
	const struct {
		const char *encr, *integ;
		uint8_t cipher, hash;
	} rows[] = {
		{ "aes-cbc-128", "sha1", DP_CIPHER_AES_CBC, DP_INTEG_SHA1_96 },
		{ "aes-cbc-192", "sha256", DP_CIPHER_AES_CBC, DP_INTEG_SHA256_128 },
		{ "aes-cbc-256", "sha384", DP_CIPHER_AES_CBC, DP_INTEG_SHA384_192 },
		{ "aes-cbc-256", "sha512", DP_CIPHER_AES_CBC, DP_INTEG_SHA512_256 },
		{ "3des", "md5", DP_CIPHER_3DES_CBC, DP_INTEG_MD5_96 },
		{ "null", "sha256", DP_CIPHER_NULL, DP_INTEG_SHA256_128 },
		{ "aes-gcm-128", nullptr, DP_CIPHER_AES_GCM, DP_INTEG_NONE },
		{ "aes-gcm-256", nullptr, DP_CIPHER_AES_GCM, DP_INTEG_NONE },
		{ "chacha20-poly1305", nullptr, DP_CIPHER_CHACHA20_POLY1305, DP_INTEG_NONE },
	};
	struct dp_sa sa = {};

	for (const auto &r : rows) {
		const struct crypto_alg *encr = crypto_alg_named(CRYPTO_ENCR, r.encr);
		const struct crypto_alg *integ = r.integ == nullptr ? nullptr : crypto_alg_named(CRYPTO_INTEG, r.integ);

		ASSERT_EQ(session_convert_algs(encr, integ, &sa), ERR_OK) << r.encr;
		EXPECT_EQ(sa.cipher, r.cipher) << r.encr;
		EXPECT_EQ(sa.integ, r.hash) << r.encr;
	}
	struct crypto_alg other = *crypto_alg_named(CRYPTO_ENCR, "aes-cbc-128");
	struct crypto_alg hash = *crypto_alg_named(CRYPTO_INTEG, "sha1");

	EXPECT_EQ(session_convert_algs(&other, &hash, &sa), ERR_OK);
	hash.id = 5; /* AES-XCBC-96 */
	EXPECT_EQ(session_convert_algs(&other, &hash, &sa), ERR_UNSUPPORTED);
	other.id = 2; /* DES */
	EXPECT_EQ(session_convert_algs(&other, nullptr, &sa), ERR_UNSUPPORTED);
}

} // namespace
