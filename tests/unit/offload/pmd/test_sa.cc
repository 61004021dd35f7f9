#include "pmd/sa.h"

#include <gtest/gtest.h>

#include "pmd/suite.h"

namespace
{

fwi_caps full()
{
	fwi_caps c = {};

	c.features = le64_of(~UINT64_C(0));
	c.suites = le64_of(~UINT64_C(0));
	c.window_max = le32_of(1024);
	return c;
}

struct Conf {
	rte_security_session_conf conf = {};
	rte_crypto_sym_xform x[2] = {};
	uint8_t key[64];

	explicit Conf(bool egress)
	{
		memset(key, 0xab, sizeof(key));
		conf.action_type = RTE_SECURITY_ACTION_TYPE_INLINE_PROTOCOL;
		conf.protocol = RTE_SECURITY_PROTOCOL_IPSEC;
		conf.crypto_xform = x;
		conf.ipsec.spi = 4096;
		conf.ipsec.direction = egress ? RTE_SECURITY_IPSEC_SA_DIR_EGRESS : RTE_SECURITY_IPSEC_SA_DIR_INGRESS;
		conf.ipsec.proto = RTE_SECURITY_IPSEC_SA_PROTO_ESP;
		conf.ipsec.mode = RTE_SECURITY_IPSEC_SA_MODE_TUNNEL;
		conf.ipsec.tunnel.type = RTE_SECURITY_IPSEC_TUNNEL_IPV4;
		x[0].type = RTE_CRYPTO_SYM_XFORM_AEAD;
		x[0].aead.op = egress ? RTE_CRYPTO_AEAD_OP_ENCRYPT : RTE_CRYPTO_AEAD_OP_DECRYPT;
		x[0].aead.algo = RTE_CRYPTO_AEAD_AES_GCM;
		x[0].aead.key.data = key;
		x[0].aead.key.length = 16;
		x[0].aead.digest_length = 16;
	}
	fwi_status build(fwi_sa_image *out, const fwi_caps &caps = full(), bool host_window = true)
	{
		return pmd_sa_build(&caps, &conf, host_window, out);
	}
};

} // namespace

TEST(PmdSa, outbound_number_is_the_last_used)
{
	Conf c(true);
	fwi_sa_image i;

	for (uint64_t first : { 0, 1, 500 }) {
		c.conf.ipsec.esn.value = first;
		ASSERT_EQ(c.build(&i), FWI_ST_OK);
		EXPECT_EQ(le64_get(i.number), first == 0 ? 0 : first - 1);
	}
}

// Who has no window of its own must not see a packet twice; who has one loses none.
TEST(PmdSa, inbound_snapshot)
{
	Conf c(false);
	fwi_sa_image i;

	c.conf.ipsec.replay_win_sz = 100;
	c.conf.ipsec.esn.value = 9;
	ASSERT_EQ(c.build(&i), FWI_ST_OK);
	EXPECT_EQ(le32_get(i.window), 128u);
	EXPECT_EQ(le64_get(i.number), 9u);
	EXPECT_EQ(le64_get(i.seen[0]), 1u);
	EXPECT_EQ(le64_get(i.seen[1]), 0u);
	ASSERT_EQ(c.build(&i, full(), false), FWI_ST_OK);
	EXPECT_EQ(le64_get(i.seen[15]), ~UINT64_C(0));
}

TEST(PmdSa, options)
{
	Conf c(true);
	fwi_sa_image i;

	c.conf.ipsec.options.udp_encap = 1;
	c.conf.ipsec.options.copy_dscp = 1;
	c.conf.ipsec.options.ecn = 1;
	c.conf.ipsec.options.esn = 1;
	c.conf.ipsec.tunnel.ipv4.df = 1;
	c.conf.ipsec.udp.dport = 5000;
	ASSERT_EQ(c.build(&i), FWI_ST_OK);
	EXPECT_EQ(le32_get(i.flags), uint32_t(FWI_SA_ESN | FWI_SA_UDP_ENCAP | FWI_SA_COPY_DSCP | FWI_SA_COPY_ECN | FWI_SA_SET_DF));
	EXPECT_EQ(le16_get(i.udp_src), 4500);
	EXPECT_EQ(le16_get(i.udp_dst), 5000);
	EXPECT_NE(i.ttl, 0);
}

TEST(PmdSa, refused_for_the_exact_reason)
{
	auto with = [](bool egress, auto change) {
		Conf c(egress);
		fwi_sa_image i;
		fwi_caps caps = full();

		change(c.conf, caps);
		return c.build(&i, caps);
	};
	auto lacks = [](fwi_caps &caps, fwi_feature f) { caps.features = le64_of(le64_get(caps.features) & ~(UINT64_C(1) << f)); };

	EXPECT_EQ(with(true, [](auto &c, auto &) { c.ipsec.spi = 255; }), FWI_ST_FIELD);
	EXPECT_EQ(with(true, [](auto &c, auto &) { c.ipsec.mode = RTE_SECURITY_IPSEC_SA_MODE_TRANSPORT; }), FWI_ST_NO_MODE);
	EXPECT_EQ(with(true, [](auto &c, auto &) { c.action_type = RTE_SECURITY_ACTION_TYPE_INLINE_CRYPTO; }), FWI_ST_NO_MODE);
	EXPECT_EQ(with(true, [](auto &c, auto &) { c.ipsec.options.dec_ttl = 1; }), FWI_ST_NO_FEATURE);
	EXPECT_EQ(with(true, [](auto &c, auto &) { c.ipsec.life.bytes_hard_limit = 1; }), FWI_ST_NO_FEATURE);
	EXPECT_EQ(with(true, [](auto &c, auto &) { c.ipsec.esn.value = UINT64_C(1) << 32; }), FWI_ST_FIELD);
	EXPECT_EQ(with(false, [](auto &c, auto &) { c.ipsec.replay_win_sz = 2000; }), FWI_ST_NO_WINDOW);
	EXPECT_EQ(with(false, [](auto &c, auto &) { c.crypto_xform->aead.op = RTE_CRYPTO_AEAD_OP_ENCRYPT; }), FWI_ST_NO_SUITE);
	EXPECT_EQ(with(false, [](auto &c, auto &) { c.crypto_xform->aead.key.length = 20; }), FWI_ST_NO_SUITE);
	EXPECT_EQ(with(true, [](auto &, auto &caps) { caps.suites = le64_of(0); }), FWI_ST_NO_SUITE);
	EXPECT_EQ(with(true,
			  [&](auto &c, auto &caps) {
				  c.ipsec.options.esn = 1;
				  lacks(caps, FWI_F_ESN);
			  }),
		FWI_ST_NO_ESN);
	EXPECT_EQ(with(true,
			  [&](auto &c, auto &caps) {
				  c.ipsec.options.udp_encap = 1;
				  lacks(caps, FWI_F_UDP_ENCAP);
			  }),
		FWI_ST_NO_UDP_ENCAP);
	EXPECT_EQ(with(true, [&](auto &, auto &caps) { lacks(caps, FWI_F_TUNNEL_V4); }), FWI_ST_NO_MODE);
}

TEST(PmdSuite, pair_is_in_the_order_of_the_direction)
{
	rte_crypto_sym_xform x[2] = {};

	x[0].type = RTE_CRYPTO_SYM_XFORM_CIPHER;
	x[0].cipher.op = RTE_CRYPTO_CIPHER_OP_ENCRYPT;
	x[0].cipher.algo = RTE_CRYPTO_CIPHER_AES_CBC;
	x[0].cipher.key.length = 32;
	x[0].next = &x[1];
	x[1].type = RTE_CRYPTO_SYM_XFORM_AUTH;
	x[1].auth.op = RTE_CRYPTO_AUTH_OP_GENERATE;
	x[1].auth.algo = RTE_CRYPTO_AUTH_SHA384_HMAC;
	x[1].auth.key.length = 48;
	x[1].auth.digest_length = 24;
	const pmd_suite *s = pmd_suite_of(x, RTE_SECURITY_IPSEC_SA_DIR_EGRESS);
	ASSERT_NE(s, nullptr);
	EXPECT_EQ(s->suite, FWI_SUITE_AES_256_CBC_SHA2_384_192);
	EXPECT_EQ(pmd_suite_of(x, RTE_SECURITY_IPSEC_SA_DIR_INGRESS), nullptr);
	x[0].next = nullptr;
	EXPECT_EQ(pmd_suite_of(x, RTE_SECURITY_IPSEC_SA_DIR_EGRESS), nullptr);
	EXPECT_EQ(pmd_suite_of(nullptr, RTE_SECURITY_IPSEC_SA_DIR_EGRESS), nullptr);
}
