/* The datapath's port over AF_XDP: what comes in as mbufs is what was on the wire, and back; what must not leave doesn't. */
#include "lab.h"

#include <algorithm>
#include <rte_eal.h>
#include <rte_mbuf.h>
#include <unistd.h>

#include "xsk/port.h"

namespace
{
constexpr unsigned POOL = 1023, RING = 64;

/* Once a process: the pool of all tests. */
struct rte_mempool *pool()
{
	static struct rte_mempool *made = [] {
		const char *args[] = { "test_port_xsk", "--no-huge", "--no-pci", "--no-shconf", "--no-telemetry", "-m", "32", "-l", "0",
			"--log-level", "error" };

		EXPECT_GE(rte_eal_init(sizeof(args) / sizeof(args[0]), const_cast<char **>(args)), 0);
		return rte_pktmbuf_pool_create("test", POOL, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	}();

	return made;
}

class PortXsk : public Lab
{
      protected:
	void SetUp() override
	{
		Lab::SetUp();
		if (IsSkipped() || HasFatalFailure())
			return;
		ASSERT_NE(nullptr, pool());
		sh("ethtool -L net tx 2 && ethtool -L hub rx 2");
		open();
		locals();
		attach(port(LOADER_LAN));
		wire = packet_socket("net");
		open_port();
	}

	void TearDown() override
	{
		xsk_port_free(dev);
		if (wire >= 0)
			(void)close(wire);
		if (!IsSkipped()) {
			EXPECT_EQ(POOL, rte_mempool_avail_count(pool())); /* no mbuf is lost */
		}
		Lab::TearDown();
	}

	void open_port()
	{
		struct xsk_port_conf conf = { "hub", pool(), RING, false };

		ASSERT_EQ(ERR_OK, xsk_port_new(&dev, &conf));
		for (uint32_t i = 0; i < xsk_port_queue_count(dev); i++)
			ASSERT_EQ(ERR_OK, loader_steer_set_socket(steer, ifindex, i, xsk_port_fd(dev, i)));
	}

	/* Whatever comes up on any queue; polls until 'count' or for a second. */
	std::vector<struct rte_mbuf *> rx(size_t count)
	{
		std::vector<struct rte_mbuf *> out;
		struct rte_mbuf *pkts[32];

		for (int i = 0; i < 1000 && out.size() < count; i++) {
			for (uint16_t q = 0; q < xsk_port_queue_count(dev); q++) {
				uint16_t n = xsk_port_ops.rx(dev, q, pkts, 32);

				out.insert(out.end(), pkts, pkts + n);
			}
			if (out.size() < count)
				usleep(1000);
		}
		return out;
	}

	static Bytes bytes(const struct rte_mbuf *m)
	{
		const uint8_t *data = rte_pktmbuf_mtod(m, const uint8_t *);

		return { data, data + m->data_len };
	}

	static struct rte_mbuf *mbuf(const Bytes &frame)
	{
		struct rte_mbuf *m = rte_pktmbuf_alloc(pool());

		EXPECT_NE(nullptr, m);
		std::copy(frame.begin(), frame.end(),
			reinterpret_cast<uint8_t *>(rte_pktmbuf_append(m, static_cast<uint16_t>(frame.size()))));
		return m;
	}

	static Bytes numbered(uint32_t n)
	{
		Bytes payload(10 + n * 7 % 1400, static_cast<uint8_t>(n));

		payload[0] = static_cast<uint8_t>(n >> 8);
		return frame4({ .dst = FAR4 }, udp(9, payload));
	}

	/* As a forwarder of the hub's would send it. */
	static Bytes outgoing(uint32_t n)
	{
		Bytes f = numbered(n);

		std::swap_ranges(f.begin(), f.begin() + 6, f.begin() + 6);
		return f;
	}

	struct path_port_info info()
	{
		struct path_port_info out;

		xsk_port_ops.info(dev, &out);
		return out;
	}

	struct xsk_port *dev = nullptr;
	int wire = -1;
};

TEST_F(PortXsk, receives_what_was_on_the_wire)
{
	uint64_t total = 0;

	for (uint32_t n = 0; n < 3 * RING; n++) {
		send(wire, numbered(n));
		total += numbered(n).size();
		std::vector<struct rte_mbuf *> got = rx(1);
		ASSERT_EQ(1u, got.size()) << n;
		EXPECT_EQ(numbered(n), bytes(got[0])) << n;
		EXPECT_EQ(got[0]->pkt_len, got[0]->data_len);
		EXPECT_GE(rte_pktmbuf_headroom(got[0]), 128);
		rte_pktmbuf_free(got[0]);
	}
	EXPECT_EQ(3 * RING, info().in_packets);
	EXPECT_EQ(total, info().in_bytes);
	EXPECT_EQ(0u, info().in_drops);
}

TEST_F(PortXsk, sends_what_it_is_given)
{
	uint64_t total = 0;

	for (uint32_t n = 0; n < 3 * RING; n += 4) {
		struct rte_mbuf *pkts[4];

		for (uint32_t i = 0; i < 4; i++) {
			pkts[i] = mbuf(outgoing(n + i));
			total += outgoing(n + i).size();
		}
		ASSERT_EQ(4, xsk_port_ops.tx(dev, static_cast<uint16_t>(n / 4 % 2), pkts, 4));
		for (uint32_t i = 0; i < 4; i++)
			ASSERT_EQ(outgoing(n + i), receive(wire, 1000)) << n + i;
	}
	EXPECT_EQ(3 * RING, info().out_packets);
	EXPECT_EQ(total, info().out_bytes);
	EXPECT_EQ(0u, info().out_drops);
}

/* sa-state 22: a port without crypto would send plain text that is marked for it. */
TEST_F(PortXsk, packets_marked_for_inline_crypto_do_not_leave)
{
	struct rte_mbuf *pkts[3] = { mbuf(outgoing(1)), mbuf(outgoing(2)), mbuf(outgoing(3)) };

	pkts[1]->ol_flags |= RTE_MBUF_F_TX_SEC_OFFLOAD;
	EXPECT_EQ(3, xsk_port_ops.tx(dev, 0, pkts, 3));
	EXPECT_EQ(outgoing(1), receive(wire, 1000));
	EXPECT_EQ(outgoing(3), receive(wire, 1000));
	EXPECT_TRUE(receive(wire, 100).empty());
	EXPECT_EQ(2u, info().out_packets);
	EXPECT_EQ(1u, info().out_drops);
}

TEST_F(PortXsk, packets_of_several_buffers_are_dropped_and_counted)
{
	struct rte_mbuf *m = mbuf(outgoing(1));

	ASSERT_EQ(0, rte_pktmbuf_chain(m, mbuf(outgoing(2))));
	EXPECT_EQ(1, xsk_port_ops.tx(dev, 0, &m, 1));
	EXPECT_EQ(1u, info().out_drops);
}

/* More workers than queues: two share a socket. */
TEST_F(PortXsk, a_worker_beyond_the_queues_can_send)
{
	struct rte_mbuf *m = mbuf(outgoing(5));

	ASSERT_EQ(2u, xsk_port_queue_count(dev));
	EXPECT_EQ(1, xsk_port_ops.tx(dev, 7, &m, 1));
	EXPECT_EQ(outgoing(5), receive(wire, 1000));
}

TEST_F(PortXsk, an_empty_pool_drops_and_recovers)
{
	struct rte_mbuf *all[POOL];

	ASSERT_EQ(0, rte_pktmbuf_alloc_bulk(pool(), all, POOL));
	for (uint32_t n = 0; n < 2 * RING; n++) {
		send(wire, numbered(n));
		EXPECT_TRUE(rx(0).empty());
		struct rte_mbuf *none[1];
		for (uint16_t q = 0; q < 2; q++)
			EXPECT_EQ(0, xsk_port_ops.rx(dev, q, none, 1));
	}
	rte_pktmbuf_free_bulk(all, POOL);
	EXPECT_GT(info().in_drops, 0u);
	for (struct rte_mbuf *m : rx(2 * RING)) /* what was left in the ring */
		rte_pktmbuf_free(m);
	send(wire, numbered(9));
	std::vector<struct rte_mbuf *> got = rx(1);
	ASSERT_EQ(1u, got.size());
	rte_pktmbuf_free(got[0]);
}

/* A device that doesn't send fills the ring; the rest stays the caller's, and the port goes on when it comes back. */
TEST_F(PortXsk, a_device_that_is_down_gives_packets_back)
{
	std::vector<struct rte_mbuf *> pkts;
	uint16_t sent;

	sh("ip link set hub down");
	EXPECT_FALSE(info().link_up);
	EXPECT_TRUE(info().alive);
	for (uint32_t n = 0; n < 2 * RING; n++)
		pkts.push_back(mbuf(outgoing(n)));
	sent = xsk_port_ops.tx(dev, 0, pkts.data(), 2 * RING);
	EXPECT_LE(sent, 2 * RING);
	rte_pktmbuf_free_bulk(pkts.data() + sent, 2 * RING - sent);
	sh("ip link set hub up");
	for (int i = 0; i < 500 && !info().link_up; i++)
		(void)usleep(10000); /* the kernel tells of a carrier when it gets to it */
	EXPECT_TRUE(info().link_up);
	struct rte_mbuf *m = nullptr;
	for (int i = 0; i < 1000; i++) {
		m = mbuf(outgoing(77));
		if (xsk_port_ops.tx(dev, 0, &m, 1) == 1)
			break;
		rte_pktmbuf_free(m);
	}
	Bytes got;
	do {
		got = receive(wire, 1000);
	} while (!got.empty() && got != outgoing(77));
	EXPECT_EQ(outgoing(77), got);
}

TEST_F(PortXsk, tells_about_the_device)
{
	struct path_port_info i = info();

	EXPECT_TRUE(i.link_up);
	EXPECT_TRUE(i.alive);
	EXPECT_EQ(1500, i.mtu);
	EXPECT_EQ(HUB_MAC, Bytes(i.mac, i.mac + 6));
	EXPECT_STREQ("af_xdp", i.driver);
	sh("ip link del hub");
	EXPECT_FALSE(info().alive);
	EXPECT_FALSE(info().link_up);
	EXPECT_EQ(0, xsk_port_ops.rx(dev, 0, nullptr, 0));
}

TEST_F(PortXsk, devices_that_do_not_fit_are_refused)
{
	struct xsk_port_conf conf = { "absent", pool(), RING, false };
	struct xsk_port *other = nullptr;

	EXPECT_EQ(ERR_ABSENT, xsk_port_new(&other, &conf));
	conf.name = "a-name-that-no-device-can-have";
	EXPECT_EQ(ERR_ABSENT, xsk_port_new(&other, &conf));
	sh("ip link add big mtu 3000 type veth peer name gib");
	conf.name = "big";
	EXPECT_EQ(ERR_RANGE, xsk_port_new(&other, &conf));
	conf.name = "hub";
	EXPECT_EQ(ERR_BUSY, xsk_port_new(&other, &conf));
	EXPECT_EQ(nullptr, other);
}

TEST_F(PortXsk, can_be_opened_again)
{
	for (int i = 0; i < 3; i++) {
		xsk_port_free(dev);
		dev = nullptr;
		open_port();
		send(wire, numbered(3));
		std::vector<struct rte_mbuf *> got = rx(1);
		ASSERT_EQ(1u, got.size());
		rte_pktmbuf_free(got[0]);
	}
}
} // namespace
