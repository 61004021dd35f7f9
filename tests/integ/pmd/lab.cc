#include "lab.h"

#include <rte_bus_vdev.h>
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace
{

void eal()
{
	static bool done;
	const char *argv[] = { "test", "--no-huge", "-m", "256", "--no-pci", "--no-telemetry", "--no-shconf", "-l", "0", "--log-level=4" };

	if (done)
		return;
	ASSERT_GE(rte_eal_init(int(std::size(argv)), const_cast<char **>(argv)), 0);
	done = true;
}

void put32(std::ofstream &f, uint32_t v)
{
	f.write(reinterpret_cast<const char *>(&v), 4);
}

void write_pcap(const std::string &path, const std::vector<Bytes> &frames)
{
	std::ofstream f(path, std::ios::binary);

	for (uint32_t v : { 0xa1b2c3d4u, 0x00040002u, 0u, 0u, 65535u, 1u })
		put32(f, v);
	for (const Bytes &b : frames) {
		for (uint32_t v : { 0u, 0u, uint32_t(b.size()), uint32_t(b.size()) })
			put32(f, v);
		f.write(reinterpret_cast<const char *>(b.data()), std::streamsize(b.size()));
	}
}

} // namespace

bool until(const std::function<bool()> &done, unsigned ms)
{
	auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);

	while (!done()) {
		if (std::chrono::steady_clock::now() > end)
			return false;
		std::this_thread::sleep_for(std::chrono::milliseconds(1));
	}
	return true;
}

Nic::Nic()
{
	char name[] = "/tmp/nvpmd-XXXXXX";

	dir = mkdtemp(name);
	feed({});
}

Nic::~Nic()
{
	stop(SIGTERM);
	std::filesystem::remove_all(dir);
}

void Nic::feed(const std::vector<Bytes> &frames)
{
	write_pcap(dir + "/in", frames);
}

void Nic::start(const std::string &more)
{
	std::string wire = "pcap=" + dir + "/in," + dir + "/out";
	std::string path = socket();
	std::vector<std::string> args = { NAVENIC, "--socket", path, "--wire", wire, "--mac", "02:00:00:00:00:01" };
	std::vector<char *> argv;
	std::istringstream words(more);

	for (std::string w; words >> w;)
		args.push_back(w);
	for (std::string &a : args)
		argv.push_back(a.data());
	argv.push_back(nullptr);
	unlink(path.c_str());
	pid = fork();
	if (pid == 0) {
		freopen((dir + "/log").c_str(), "a", stderr);
		execv(NAVENIC, argv.data());
		_exit(127);
	}
	ASSERT_TRUE(until([&] { return access(path.c_str(), F_OK) == 0; }));
}

void Nic::stop(int signal)
{
	if (pid <= 0)
		return;
	kill(pid, signal);
	if (frozen)
		freeze(false);
	waitpid(pid, nullptr, 0);
	pid = -1;
}

void Nic::freeze(bool on)
{
	kill(pid, on ? SIGSTOP : SIGCONT);
	frozen = on;
}

std::vector<Bytes> Nic::sent() const
{
	std::ifstream f(dir + "/out", std::ios::binary);
	Bytes all((std::istreambuf_iterator<char>(f)), {});
	std::vector<Bytes> out;

	for (size_t at = 24; at + 16 <= all.size();) {
		uint32_t len;

		memcpy(&len, &all[at + 8], 4);
		if (at + 16 + len > all.size())
			break;
		out.push_back(slice(all, at + 16, len));
		at += 16 + len;
	}
	return out;
}

Bytes bytes_of(const rte_mbuf *m)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);

	return Bytes(p, p + m->data_len);
}

Port::Port(const Nic &nic, const PortOptions &o) : options(o)
{
	rte_eth_conf conf = {};

	eal();
	EXPECT_TRUE(!o.numbers || rte_pmd_nave_number_register() >= 0);
	// The socket is there a moment before the device listens.
	EXPECT_TRUE(until([&] { return rte_eal_hotplug_add("vdev", "net_nave0", ("socket=" + nic.socket() + o.args).c_str()) == 0; }));
	if (rte_eth_dev_get_port_by_name("net_nave0", &id) != 0)
		return;
	up = true;
	sec = static_cast<rte_security_ctx *>(rte_eth_dev_get_sec_ctx(id));
	other = rte_pktmbuf_pool_create("other", 2047, 32, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	pool = o.shared_pool ? rte_pmd_nave_pool_create(id, "shared", 2047, RTE_MBUF_DEFAULT_BUF_SIZE) : other;
	sessions = rte_mempool_create("sessions", 255, 256, 0, 0, nullptr, nullptr, nullptr, nullptr, SOCKET_ID_ANY, 0);
	EXPECT_NE(pool, nullptr);
	EXPECT_NE(sessions, nullptr);
	conf.intr_conf.rxq = o.interrupts;
	conf.rxmode.offloads = RTE_ETH_RX_OFFLOAD_SECURITY;
	conf.txmode.offloads = RTE_ETH_TX_OFFLOAD_SECURITY;
	EXPECT_EQ(rte_eth_dev_configure(id, o.queues, o.queues, &conf), 0);
	for (uint16_t q = 0; q < o.queues; q++) {
		EXPECT_EQ(rte_eth_rx_queue_setup(id, q, 128, SOCKET_ID_ANY, nullptr, pool), 0);
		EXPECT_EQ(rte_eth_tx_queue_setup(id, q, 128, SOCKET_ID_ANY, nullptr), 0);
	}
	if (o.start)
		start();
}

Port::~Port()
{
	if (up) {
		EXPECT_EQ(rte_eth_dev_stop(id), 0);
		EXPECT_EQ(rte_eth_dev_close(id), 0);
		EXPECT_EQ(rte_eal_hotplug_remove("vdev", "net_nave0"), 0);
	}
	rte_mempool_free(sessions);
	rte_mempool_free(other);
}

void Port::start()
{
	ASSERT_EQ(rte_eth_dev_start(id), 0);
}

std::vector<rte_mbuf *> Port::receive(unsigned count, unsigned ms)
{
	std::vector<rte_mbuf *> got;

	until(
		[&] {
			for (uint16_t q = 0; q < options.queues; q++) {
				rte_mbuf *m[32];
				uint16_t n = rte_eth_rx_burst(id, q, m, 32);

				got.insert(got.end(), m, m + n);
			}
			return got.size() >= count;
		},
		ms);
	return got;
}

bool Port::send(rte_mbuf *m)
{
	if (rte_eth_tx_burst(id, 0, &m, 1) == 1)
		return true;
	rte_pktmbuf_free(m);
	return false;
}

rte_mbuf *Port::packet(const Bytes &frame, bool foreign)
{
	rte_mbuf *m = rte_pktmbuf_alloc(foreign ? other : pool);

	memcpy(rte_pktmbuf_append(m, uint16_t(frame.size())), frame.data(), frame.size());
	return m;
}

uint64_t &Port::number(rte_mbuf *m) const
{
	return *RTE_MBUF_DYNFIELD(m, rte_mbuf_dynfield_lookup(RTE_PMD_NAVE_NUMBER_FIELD, nullptr), uint64_t *);
}

uint64_t Port::xstat(const char *name) const
{
	uint64_t which;
	uint64_t value = ~UINT64_C(0);

	EXPECT_EQ(rte_eth_xstats_get_id_by_name(id, name, &which), 0) << name;
	EXPECT_EQ(rte_eth_xstats_get_by_id(id, &which, &value, 1), 1) << name;
	return value;
}

void *Sa::create(Port &p) const
{
	rte_security_session_conf conf = {};
	rte_crypto_sym_xform x[2] = {};
	EspSizes s = esp_sizes(keys.suite);

	conf.action_type = RTE_SECURITY_ACTION_TYPE_INLINE_PROTOCOL;
	conf.protocol = RTE_SECURITY_PROTOCOL_IPSEC;
	conf.userdata = reinterpret_cast<void *>(userdata);
	conf.crypto_xform = x;
	conf.ipsec.spi = spi;
	conf.ipsec.direction = inbound ? RTE_SECURITY_IPSEC_SA_DIR_INGRESS : RTE_SECURITY_IPSEC_SA_DIR_EGRESS;
	conf.ipsec.proto = RTE_SECURITY_IPSEC_SA_PROTO_ESP;
	conf.ipsec.mode = RTE_SECURITY_IPSEC_SA_MODE_TUNNEL;
	conf.ipsec.options.esn = keys.esn;
	conf.ipsec.options.udp_encap = udp;
	conf.ipsec.udp.sport = conf.ipsec.udp.dport = 4500;
	conf.ipsec.tunnel.type = RTE_SECURITY_IPSEC_TUNNEL_IPV4;
	conf.ipsec.tunnel.ipv4.ttl = 64;
	memcpy(&conf.ipsec.tunnel.ipv4.src_ip, addr4(src).data(), 4);
	memcpy(&conf.ipsec.tunnel.ipv4.dst_ip, addr4(dst).data(), 4);
	conf.ipsec.replay_win_sz = inbound ? window : 0;
	conf.ipsec.esn.value = number;
	if (s.auth == 0) {
		memcpy(&conf.ipsec.salt, keys.salt.data(), 4);
		x[0].type = RTE_CRYPTO_SYM_XFORM_AEAD;
		x[0].aead.op = inbound ? RTE_CRYPTO_AEAD_OP_DECRYPT : RTE_CRYPTO_AEAD_OP_ENCRYPT;
		x[0].aead.algo = keys.suite == FWI_SUITE_CHACHA20_POLY1305 ? RTE_CRYPTO_AEAD_CHACHA20_POLY1305 : RTE_CRYPTO_AEAD_AES_GCM;
		x[0].aead.key = { keys.key.data(), uint16_t(keys.key.size()) };
		x[0].aead.digest_length = uint16_t(s.icv);
	} else {
		rte_crypto_sym_xform &c = x[inbound ? 1 : 0];
		rte_crypto_sym_xform &a = x[inbound ? 0 : 1];

		c.type = RTE_CRYPTO_SYM_XFORM_CIPHER;
		c.cipher.op = inbound ? RTE_CRYPTO_CIPHER_OP_DECRYPT : RTE_CRYPTO_CIPHER_OP_ENCRYPT;
		c.cipher.algo = RTE_CRYPTO_CIPHER_AES_CBC;
		c.cipher.key = { keys.key.data(), uint16_t(keys.key.size()) };
		a.type = RTE_CRYPTO_SYM_XFORM_AUTH;
		a.auth.op = inbound ? RTE_CRYPTO_AUTH_OP_VERIFY : RTE_CRYPTO_AUTH_OP_GENERATE;
		a.auth.algo = s.auth == 20   ? RTE_CRYPTO_AUTH_SHA1_HMAC
			      : s.auth == 32 ? RTE_CRYPTO_AUTH_SHA256_HMAC
			      : s.auth == 48 ? RTE_CRYPTO_AUTH_SHA384_HMAC
					     : RTE_CRYPTO_AUTH_SHA512_HMAC;
		a.auth.key = { keys.auth.data(), uint16_t(keys.auth.size()) };
		a.auth.digest_length = uint16_t(s.icv);
		x[0].next = &x[1];
	}
	return rte_security_session_create(p.sec, &conf, p.sessions);
}

rte_flow *flow_of(Port &p, const Sa &sa, const void *session, rte_flow_error *error)
{
	rte_flow_attr attr = {};
	rte_flow_item_ipv4 ip = {}, ip_mask = {};
	rte_flow_item_udp udp = {}, udp_mask = {};
	rte_flow_item_esp esp = {}, esp_mask = {};
	std::vector<rte_flow_item> items = { { RTE_FLOW_ITEM_TYPE_ETH, nullptr, nullptr, nullptr } };
	rte_flow_action actions[] = { { RTE_FLOW_ACTION_TYPE_SECURITY, session }, { RTE_FLOW_ACTION_TYPE_END, nullptr } };

	attr.ingress = 1;
	memcpy(&ip.hdr.dst_addr, addr4(sa.dst).data(), 4);
	ip_mask.hdr.dst_addr = UINT32_MAX;
	udp.hdr.dst_port = htons(4500);
	udp_mask.hdr.dst_port = UINT16_MAX;
	esp.hdr.spi = htonl(sa.spi);
	esp_mask.hdr.spi = UINT32_MAX;
	items.push_back({ RTE_FLOW_ITEM_TYPE_IPV4, &ip, nullptr, &ip_mask });
	if (sa.udp)
		items.push_back({ RTE_FLOW_ITEM_TYPE_UDP, &udp, nullptr, &udp_mask });
	items.push_back({ RTE_FLOW_ITEM_TYPE_ESP, &esp, nullptr, &esp_mask });
	items.push_back({ RTE_FLOW_ITEM_TYPE_END, nullptr, nullptr, nullptr });
	return rte_flow_create(p.id, &attr, items.data(), actions, error);
}
