#include "fixture.h"

#include <rte_bus_vdev.h>
#include <rte_cryptodev.h>
#include <rte_ipsec.h>
#include <rte_mbuf.h>

namespace
{

/* librte_ipsec over the aesni_mb cryptodev as the peer: an ESP that shares neither our code nor OpenSSL's. */
class Ipsec : public PathTest
{
      protected:
	void SetUp() override
	{
		rte_cryptodev_config conf = {};
		rte_cryptodev_qp_conf qp = {};
		int found = rte_cryptodev_get_dev_id("crypto_aesni_mb0");

		if (found < 0 && rte_vdev_init("crypto_aesni_mb0", nullptr) == 0)
			found = rte_cryptodev_get_dev_id("crypto_aesni_mb0");

		ASSERT_GE(found, 0);
		dev = (uint8_t)found;
		conf.nb_queue_pairs = 1;
		ASSERT_EQ(rte_cryptodev_configure(dev, &conf), 0);
		sessions = rte_cryptodev_sym_session_pool_create(
			"ipsec_sessions", 16, rte_cryptodev_sym_get_private_session_size(dev), 0, 0, SOCKET_ID_ANY);
		ASSERT_NE(sessions, nullptr);
		qp.nb_descriptors = 64;
		qp.mp_session = sessions;
		ASSERT_EQ(rte_cryptodev_queue_pair_setup(dev, 0, &qp, SOCKET_ID_ANY), 0);
		ASSERT_EQ(rte_cryptodev_start(dev), 0);
	}
	void TearDown() override
	{
		PathTest::TearDown();
		rte_ipsec_sa_fini(sa);
		free(sa);
		rte_cryptodev_sym_session_free(dev, session.crypto.ses);
		rte_cryptodev_stop(dev);
		rte_mempool_free(sessions);
	}
	void open(bool in)
	{
		rte_crypto_sym_xform x = {};
		rte_ipsec_sa_prm prm = {};
		static rte_ipv4_hdr tunnel_header;

		x.type = RTE_CRYPTO_SYM_XFORM_AEAD;
		x.aead.op = in ? RTE_CRYPTO_AEAD_OP_DECRYPT : RTE_CRYPTO_AEAD_OP_ENCRYPT;
		x.aead.algo = RTE_CRYPTO_AEAD_AES_GCM;
		x.aead.key.data = key.data();
		x.aead.key.length = 16;
		x.aead.iv.offset = 0;
		x.aead.iv.length = 12;
		x.aead.aad_length = 8;
		x.aead.digest_length = 16;
		prm.crypto_xform = &x;
		prm.ipsec_xform.spi = in ? peer_spi : spi_in;
		memcpy(&prm.ipsec_xform.salt, key.data() + 16, 4);
		prm.ipsec_xform.direction = in ? RTE_SECURITY_IPSEC_SA_DIR_INGRESS : RTE_SECURITY_IPSEC_SA_DIR_EGRESS;
		prm.ipsec_xform.proto = RTE_SECURITY_IPSEC_SA_PROTO_ESP;
		prm.ipsec_xform.mode = RTE_SECURITY_IPSEC_SA_MODE_TUNNEL;
		prm.ipsec_xform.tunnel.type = RTE_SECURITY_IPSEC_TUNNEL_IPV4;
		prm.ipsec_xform.replay_win_sz = in ? 64 : 0;
		prm.tun.hdr_len = sizeof(tunnel_header);
		prm.tun.next_proto = 4;
		prm.tun.hdr = &tunnel_header;
		Bytes h = outer(50, {}, 0);
		memcpy(&tunnel_header, h.data(), sizeof(tunnel_header));
		int size = rte_ipsec_sa_size(&prm);
		ASSERT_GT(size, 0);
		sa = static_cast<rte_ipsec_sa *>(aligned_alloc(64, ((size_t)size + 63) / 64 * 64));
		memset((void *)sa, 0, (size_t)size);
		ASSERT_GT(rte_ipsec_sa_init(sa, &prm, (uint32_t)size), 0);
		memset(&session, 0, sizeof(session));
		session.sa = sa;
		session.type = RTE_SECURITY_ACTION_TYPE_CPU_CRYPTO;
		session.crypto.dev_id = dev;
		session.crypto.ses = static_cast<rte_cryptodev_sym_session *>(rte_cryptodev_sym_session_create(dev, &x, sessions));
		ASSERT_NE(session.crypto.ses, nullptr);
		ASSERT_EQ(rte_ipsec_session_prepare(&session), 0);
	}
	/* Empty: refused. */
	Bytes process(const Bytes &ip, uint16_t l2, uint16_t l3)
	{
		rte_mbuf *m = mbuf(ip);
		Bytes out;

		m->l2_len = l2 & 0x7f;
		m->l3_len = l3 & 0x1ff;
		if (rte_ipsec_pkt_cpu_prepare(&session, &m, 1) == 1 && rte_ipsec_pkt_process(&session, &m, 1) == 1) {
			uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);

			out.assign(data, data + rte_pktmbuf_data_len(m));
		}
		rte_pktmbuf_free(m);
		return out;
	}
	uint8_t dev = 0;
	rte_mempool *sessions = nullptr;
	rte_ipsec_sa *sa = nullptr;
	rte_ipsec_session session = {};
};

} // namespace

TEST_F(Ipsec, librte_ipsec_opens_what_we_seal)
{
	start();
	open(true);
	for (size_t len : { 1u, 2u, 3u, 64u, 999u, 1400u }) {
		Ip ip;

		ip.payload = Bytes(len, (uint8_t)len);
		feed(fake[lan], frame(lan_mac, ip.bytes()));
		poll();
		const Bytes &f = fake[wan].tx.back();
		Bytes inner = process(Bytes(f.begin() + 14, f.end()), 0, 20);
		ASSERT_EQ(inner.size(), 20 + len);
		EXPECT_EQ(Bytes(inner.begin() + 20, inner.end()), ip.payload);
	}
}

TEST_F(Ipsec, we_open_what_librte_ipsec_seals)
{
	start();
	open(false);
	for (size_t len : { 1u, 2u, 3u, 64u, 999u, 1400u }) {
		Ip ip;

		ip.src = "10.9.0.1";
		ip.dst = "10.0.0.9";
		ip.payload = Bytes(len, (uint8_t)len);
		Bytes sealed = process(ip.bytes(), 0, 20);
		ASSERT_FALSE(sealed.empty());
		sealed[10] = sealed[11] = 0; /* it leaves the header's checksum to the NIC */
		uint32_t sum = 0;
		for (size_t i = 0; i < 20; i += 2)
			sum += be16(&sealed[i]);
		sum = (sum & 0xffff) + (sum >> 16);
		sum = (sum & 0xffff) + (sum >> 16);
		sealed[10] = (uint8_t)(~sum >> 8);
		sealed[11] = (uint8_t)~sum;
		feed(fake[wan], frame(wan_mac, sealed));
		poll();
		expect_no_other_drops();
		ASSERT_EQ(fake[lan].tx.back().size(), 14 + 20 + len);
	}
}
