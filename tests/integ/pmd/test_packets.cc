// Plain packets, link, counters and interrupts over a real navenic.
#include "lab.h"

#include <poll.h>
#include <rte_interrupts.h>

namespace
{

Bytes plain(unsigned i, size_t len = 64)
{
	return ether_ip(our_mac, peer_mac, ip4({}, udp(uint16_t(1000 + i), 9, Bytes(len, uint8_t(i)))));
}

std::vector<Bytes> many(unsigned count)
{
	std::vector<Bytes> v;

	for (unsigned i = 0; i < count; i++)
		v.push_back(plain(i, 10 + i % 1000));
	return v;
}

class Packets : public testing::TestWithParam<bool>
{
};

} // namespace

// More frames than the ring has slots, in and out again, in order; copied and from shared memory.
TEST_P(Packets, pass_both_ways)
{
	const std::vector<Bytes> frames = many(500);
	Nic nic;

	nic.feed(frames);
	nic.start();
	{
		Port p(nic, { .args = {}, .shared_pool = GetParam() });
		auto got = p.receive(500);

		ASSERT_EQ(got.size(), 500u);
		for (unsigned i = 0; i < 500; i++) {
			EXPECT_EQ(bytes_of(got[i]), frames[i]);
			EXPECT_EQ(got[i]->ol_flags & (RTE_MBUF_F_RX_SEC_OFFLOAD | RTE_MBUF_F_RX_SEC_OFFLOAD_FAILED), 0u);
			EXPECT_EQ(got[i]->port, p.id);
			EXPECT_GE(got[i]->data_off, 128);
		}
		for (rte_mbuf *m : got)
			until([&] { return rte_eth_tx_burst(p.id, 0, &m, 1) == 1; });
		EXPECT_TRUE(until([&] { return nic.sent().size() == 500; }));
		EXPECT_EQ(p.xstat("tx_copied"), GetParam() ? 0u : 500u);
		EXPECT_TRUE(until([&] {
			rte_eth_stats s;

			return rte_eth_stats_get(p.id, &s) == 0 && s.ipackets == 500 && s.opackets == 500 && s.q_ipackets[0] == 500;
		}));
	}
	EXPECT_EQ(nic.sent(), frames);
}

// A chain of segments leaves as one frame; memory of another pool is copied even when the port has a shared one.
TEST_P(Packets, segments)
{
	const Bytes frame = plain(7, 700);
	Nic nic;

	nic.start();
	Port p(nic, { .args = {}, .shared_pool = GetParam() });
	for (bool foreign : { false, true }) {
		rte_mbuf *m = p.packet(slice(frame, 0, 100), foreign);
		rte_mbuf *tail = p.packet(slice(frame, 100, frame.size() - 100));

		ASSERT_EQ(rte_pktmbuf_chain(m, tail), 0);
		EXPECT_TRUE(p.send(m));
	}
	EXPECT_TRUE(until([&] { return nic.sent().size() == 2; }));
	EXPECT_EQ(nic.sent(), std::vector<Bytes>({ frame, frame }));
}

INSTANTIATE_TEST_SUITE_P(Pool, Packets, testing::Bool(), [](const auto &i) { return i.param ? "shared" : "copied"; });

TEST(PmdPort, properties)
{
	Nic nic;
	rte_eth_dev_info info;
	rte_ether_addr mac;
	rte_pmd_nave_info nave;
	char version[64];

	nic.start();
	Port p(nic);
	ASSERT_EQ(rte_eth_dev_info_get(p.id, &info), 0);
	EXPECT_STREQ(info.driver_name, "net_nave");
	EXPECT_NE(info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SECURITY, 0u);
	EXPECT_NE(info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_SECURITY, 0u);
	ASSERT_EQ(rte_eth_macaddr_get(p.id, &mac), 0);
	EXPECT_EQ(Bytes(mac.addr_bytes, mac.addr_bytes + 6), our_mac);
	EXPECT_EQ(rte_eth_dev_fw_version_get(p.id, version, sizeof(version)), 0);
	EXPECT_EQ(std::string(version).substr(0, 8), "navenic ");
	EXPECT_EQ(rte_eth_dev_set_mtu(p.id, 9000), 0);
	EXPECT_NE(rte_eth_dev_set_mtu(p.id, 10000), 0);
	EXPECT_EQ(rte_eth_promiscuous_enable(p.id), 0);
	ASSERT_EQ(rte_pmd_nave_info_get(p.id, &nave), 0);
	EXPECT_STREQ(nave.profile, "full");
	EXPECT_EQ(nave.sa_in_max, 65536u);
	EXPECT_TRUE(nave.alive);
	EXPECT_EQ(nave.epoch, 1u);
	EXPECT_EQ(rte_pmd_nave_info_get(uint16_t(p.id + 1), &nave), -ENODEV);
}

TEST(PmdPort, link_follows_start_and_stop)
{
	Nic nic;
	rte_eth_link link;

	nic.start();
	Port p(nic);
	EXPECT_TRUE(until([&] { return rte_eth_link_get_nowait(p.id, &link) == 0 && link.link_status == RTE_ETH_LINK_UP; }));
	EXPECT_EQ(rte_eth_dev_stop(p.id), 0);
	EXPECT_EQ(rte_eth_link_get_nowait(p.id, &link), 0);
	EXPECT_EQ(link.link_status, RTE_ETH_LINK_DOWN);
	p.start();
	EXPECT_TRUE(until([&] { return rte_eth_link_get_nowait(p.id, &link) == 0 && link.link_status == RTE_ETH_LINK_UP; }));
}

TEST(PmdPort, wrong_arguments)
{
	Nic nic;

	nic.start();
	{
		Port p(nic); // EAL
	}
	EXPECT_NE(rte_eal_hotplug_add("vdev", "net_nave1", ""), 0);
	EXPECT_NE(rte_eal_hotplug_add("vdev", "net_nave1", ("socket=" + nic.socket() + ",queues=0").c_str()), 0);
	EXPECT_NE(rte_eal_hotplug_add("vdev", "net_nave1", ("socket=" + nic.socket() + ",unknown=1").c_str()), 0);
	EXPECT_NE(rte_eal_hotplug_add("vdev", "net_nave1", "socket=/nonexistent/nic"), 0);
}

// A worker that armed the interrupt wakes up for a packet, and for one that was there already.
TEST(PmdPort, rx_interrupt)
{
	Nic nic;

	nic.feed(many(1));
	nic.start();
	Port p(nic, { .args = {}, .interrupts = true, .start = false });
	p.start();
	int fd = rte_eth_dev_rx_intr_ctl_q_get_fd(p.id, 0);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(rte_eth_dev_rx_intr_enable(p.id, 0), 0);
	pollfd f = { fd, POLLIN, 0 };
	EXPECT_EQ(poll(&f, 1, 1000), 1);
	ASSERT_EQ(rte_eth_dev_rx_intr_disable(p.id, 0), 0);
	EXPECT_EQ(poll(&f, 1, 0), 0);
	ASSERT_EQ(rte_eth_dev_rx_intr_enable(p.id, 0), 0);
	EXPECT_EQ(poll(&f, 1, 0), 1);
	for (rte_mbuf *m : p.receive(1))
		rte_pktmbuf_free(m);
	ASSERT_EQ(rte_eth_dev_rx_intr_disable(p.id, 0), 0);
	ASSERT_EQ(rte_eth_dev_rx_intr_enable(p.id, 0), 0);
	EXPECT_EQ(poll(&f, 1, 50), 0);
}
