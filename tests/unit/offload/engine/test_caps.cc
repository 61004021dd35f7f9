#include <gtest/gtest.h>
#include <rte_cryptodev.h>
#include <rte_security.h>
#include <vector>

#include "engine/caps.h"

namespace
{

struct Caps : testing::Test {
	void SetUp() override
	{
		rte_cryptodev_capabilities c = {};

		c.op = RTE_CRYPTO_OP_TYPE_SYMMETRIC;
		c.sym.xform_type = RTE_CRYPTO_SYM_XFORM_AEAD;
		c.sym.aead.algo = RTE_CRYPTO_AEAD_AES_GCM;
		c.sym.aead.key_size = { 16, 32, 16 };
		crypto.push_back(c);
		c = {};
		c.op = RTE_CRYPTO_OP_TYPE_SYMMETRIC;
		c.sym.xform_type = RTE_CRYPTO_SYM_XFORM_CIPHER;
		c.sym.cipher.algo = RTE_CRYPTO_CIPHER_AES_CBC;
		c.sym.cipher.key_size = { 16, 16, 0 };
		crypto.push_back(c);
		c = {};
		c.op = RTE_CRYPTO_OP_TYPE_SYMMETRIC;
		c.sym.xform_type = RTE_CRYPTO_SYM_XFORM_AUTH;
		c.sym.auth.algo = RTE_CRYPTO_AUTH_SHA256_HMAC;
		c.sym.auth.digest_size = { 16, 16, 0 };
		crypto.push_back(c);
		c = {};
		crypto.push_back(c); /* op UNDEFINED ends the list */
		rte_security_capability s = {};
		s.action = RTE_SECURITY_ACTION_TYPE_INLINE_PROTOCOL;
		s.protocol = RTE_SECURITY_PROTOCOL_IPSEC;
		s.ipsec.proto = RTE_SECURITY_IPSEC_SA_PROTO_ESP;
		s.ipsec.mode = RTE_SECURITY_IPSEC_SA_MODE_TUNNEL;
		s.ipsec.direction = RTE_SECURITY_IPSEC_SA_DIR_INGRESS;
		s.ipsec.replay_win_sz_max = 128;
		s.crypto_capabilities = crypto.data();
		list.push_back(s);
		s.ipsec.direction = RTE_SECURITY_IPSEC_SA_DIR_EGRESS;
		list.push_back(s);
		s = {};
		list.push_back(s); /* action NONE ends it */
		key(20);
	}
	void TearDown() override
	{
		secret_fini(&sa.key);
		secret_fini(&sa.integ_key);
	}
	void key(size_t len)
	{
		std::vector<uint8_t> k(len);

		ASSERT_EQ(secret_set(&sa.key, bytes_of(k.data(), len)), ERR_OK);
		sa.cipher = DP_CIPHER_AES_GCM;
	}
	dp_reason check(const char *driver, dp_direction d)
	{
		engine_caps caps;
		db_sa made = {};
		dp_reason why;

		made.direction = (uint8_t)d;
		made.window = sa.window;
		made.flags = (uint16_t)((sa.esn ? DB_SA_ESN : 0) | (sa.udp_encap ? DB_SA_UDP : 0) | (sa.transport ? DB_SA_TRANSPORT : 0));
		made.conf = db_sa_conf_new(&sa);
		engine_caps_of(engine_caps_row(driver), list.data(), d, &caps);
		why = engine_caps_check(&caps, &made);
		db_sa_conf_free(made.conf);
		return why;
	}
	std::vector<rte_cryptodev_capabilities> crypto;
	std::vector<rte_security_capability> list;
	dp_sa sa = {};
};

} // namespace

TEST_F(Caps, each_lack_has_its_reason)
{
	EXPECT_EQ(check("net_nave", DP_OUT), DP_WHY_NONE);
	EXPECT_EQ(check("net_unheard_of", DP_OUT), DP_WHY_NO_DEVICE);
	sa.udp_encap = true;
	EXPECT_EQ(check("net_nave", DP_OUT), DP_WHY_UDP_ENCAP);
	list[1].ipsec.options.udp_encap = 1;
	EXPECT_EQ(check("net_nave", DP_OUT), DP_WHY_NONE);
	EXPECT_EQ(check("net_nave", DP_IN), DP_WHY_UDP_ENCAP) << "directions are told apart";
	sa.udp_encap = false;
	sa.esn = true;
	EXPECT_EQ(check("net_nave", DP_OUT), DP_WHY_ESN);
	sa.esn = false;
	key(28);
	EXPECT_EQ(check("net_nave", DP_OUT), DP_WHY_ALGORITHM) << "192 bits aren't in the range";
	key(36);
	EXPECT_EQ(check("net_nave", DP_OUT), DP_WHY_NONE);
	sa.cipher = DP_CIPHER_CHACHA20_POLY1305;
	EXPECT_EQ(check("net_nave", DP_OUT), DP_WHY_ALGORITHM);
}

TEST_F(Caps, a_device_that_tells_numbers_needs_no_window)
{
	sa.window = 1024;
	EXPECT_EQ(check("net_nave", DP_IN), DP_WHY_NONE);
	EXPECT_EQ(check("net_cn10k", DP_IN), DP_WHY_WINDOW);
	sa.window = 128;
	EXPECT_EQ(check("net_cn10k", DP_IN), DP_WHY_NONE);
}

TEST_F(Caps, cbc_needs_both_halves)
{
	std::vector<uint8_t> k(32);

	key(16);
	sa.cipher = DP_CIPHER_AES_CBC;
	sa.integ = DP_INTEG_SHA256_128;
	ASSERT_EQ(secret_set(&sa.integ_key, bytes_of(k.data(), 32)), ERR_OK);
	EXPECT_EQ(check("net_nave", DP_IN), DP_WHY_NONE);
	sa.integ = DP_INTEG_SHA1_96;
	ASSERT_EQ(secret_set(&sa.integ_key, bytes_of(k.data(), 20)), ERR_OK);
	EXPECT_EQ(check("net_nave", DP_IN), DP_WHY_ALGORITHM);
}

TEST_F(Caps, inline_crypto_alone_is_no_inline_protocol)
{
	list[0].action = list[1].action = RTE_SECURITY_ACTION_TYPE_INLINE_CRYPTO;
	EXPECT_EQ(check("net_nave", DP_IN), DP_WHY_NO_DEVICE);
}
