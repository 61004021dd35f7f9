// Death and return of a device, and of its driver.
#include "lab.h"

#include <rte_dev.h>
#include <rte_errno.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace
{

const Bytes inner = ip4({ .src = "10.1.0.1", .dst = "10.2.0.1" }, udp(5, 6, Bytes(100, 0x5a)));

double seconds(const std::function<void()> &f)
{
	auto begin = std::chrono::steady_clock::now();

	f();
	return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

bool died(const Port &p, unsigned ms)
{
	return until([&] { return !rte_pmd_nave_alive(p.id); }, ms);
}

// Sends one packet that the SA encrypts and waits for the wire to show 'count' frames.
bool encrypts(Port &p, const Nic &nic, void *session, uint64_t number, size_t count)
{
	rte_mbuf *m = p.packet(ether_ip(peer_mac, our_mac, inner));

	// A packet that overtakes its SA is refused by the device.
	until([&] { return rte_pmd_nave_session_status(p.id, session) != -EAGAIN; });
	m->ol_flags |= RTE_MBUF_F_TX_SEC_OFFLOAD;
	p.number(m) = number;
	EXPECT_EQ(rte_security_set_pkt_metadata(p.sec, session, m, nullptr), 0);
	return p.send(m) && until([&] { return nic.sent().size() == count; });
}

int on_removal(uint16_t, rte_eth_event_type, void *arg, void *)
{
	__atomic_store_n(static_cast<bool *>(arg), true, __ATOMIC_RELEASE);
	return 0;
}

// Everything that may be called late does so without waiting.
void expect_fails_fast(Port &p, void *session)
{
	rte_flow_error error;
	rte_mbuf *m = p.packet(Bytes(60));
	rte_pmd_nave_state state;
	rte_eth_stats stats;
	uint32_t tag;
	Sa sa;

	EXPECT_LT(seconds([&] {
		rte_mbuf *got;

		EXPECT_EQ(rte_eth_rx_burst(p.id, 0, &got, 1), 0);
		EXPECT_FALSE(p.send(m));
		EXPECT_EQ(sa.create(p), nullptr);
		EXPECT_EQ(rte_errno, ENODEV);
		sa.inbound = true;
		EXPECT_EQ(flow_of(p, sa, session, &error), nullptr);
		EXPECT_EQ(rte_pmd_nave_fence(p.id, &tag), -ENODEV);
		EXPECT_TRUE(rte_pmd_nave_fence_passed(p.id, 0));
		EXPECT_EQ(rte_pmd_nave_state_get(p.id, session, &state), -ENODEV);
		EXPECT_EQ(rte_pmd_nave_session_status(p.id, session), -ENODEV);
		EXPECT_NE(rte_eth_dev_set_mtu(p.id, 1400), 0);
		EXPECT_EQ(rte_eth_stats_get(p.id, &stats), 0);
	}),
		0.1);
}

// Somebody connects to the device until no more may wait there.
std::vector<int> crowd(const Nic &nic)
{
	std::vector<int> fds;
	sockaddr_un un = {};

	un.sun_family = AF_UNIX;
	strncpy(un.sun_path, nic.socket().c_str(), sizeof(un.sun_path) - 1);
	for (;;) {
		fds.push_back(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
		if (connect(fds.back(), reinterpret_cast<sockaddr *>(&un), sizeof(un)) != 0 || fds.size() == 100)
			return fds;
	}
}

} // namespace

// kill -9 of the device, and another one in its place.
TEST(PmdLife, device_dies_and_returns)
{
	Nic nic;
	Sa sa;
	bool removed = false;
	rte_pmd_nave_event e;
	rte_pmd_nave_info before, after;
	rte_eth_stats stats;

	nic.start();
	Port p(nic, { .args = {}, .shared_pool = true });
	ASSERT_EQ(rte_eth_dev_callback_register(p.id, RTE_ETH_EVENT_INTR_RMV, on_removal, &removed), 0);
	ASSERT_EQ(rte_pmd_nave_info_get(p.id, &before), 0);
	void *s = sa.create(p);
	EXPECT_TRUE(encrypts(p, nic, s, 1, 1));
	EXPECT_TRUE(until([&] { return rte_eth_stats_get(p.id, &stats) == 0 && stats.opackets == 1; }));
	nic.stop(SIGKILL);
	ASSERT_TRUE(died(p, 200));
	EXPECT_TRUE(until([&] { return __atomic_load_n(&removed, __ATOMIC_ACQUIRE); }));
	ASSERT_EQ(rte_pmd_nave_event_get(p.id, &e), 0);
	EXPECT_EQ(e.type, RTE_PMD_NAVE_EV_DEAD);
	expect_fails_fast(p, s);
	EXPECT_LT(seconds([&] { EXPECT_EQ(rte_eth_dev_stop(p.id), 0); }), 0.1);
	EXPECT_EQ(rte_eth_dev_is_removed(p.id), 1);
	EXPECT_EQ(rte_pmd_nave_reattach(p.id), -EAGAIN);
	nic.start();
	ASSERT_TRUE(until([&] { return rte_pmd_nave_reattach(p.id) == 0; }));
	EXPECT_EQ(rte_eth_dev_is_removed(p.id), 0);
	p.start();
	ASSERT_EQ(rte_pmd_nave_info_get(p.id, &after), 0);
	EXPECT_NE(after.boot_id, before.boot_id);
	EXPECT_EQ(after.epoch, 2u);
	rte_mempool_put(p.sessions, s); // its SA died with the device
	void *again = sa.create(p);
	ASSERT_NE(again, nullptr);
	EXPECT_TRUE(encrypts(p, nic, again, 2, 1));
	EXPECT_TRUE(esp_open(sa.keys, slice(nic.sent()[0], 34, nic.sent()[0].size() - 34)));
	EXPECT_TRUE(until([&] { return rte_eth_stats_get(p.id, &stats) == 0 && stats.opackets == 2; })); // never back
	EXPECT_EQ(rte_eth_dev_callback_unregister(p.id, RTE_ETH_EVENT_INTR_RMV, on_removal, &removed), 0);
}

// A session of the former attachment is refused by the tx path, whatever slot it named.
TEST(PmdLife, old_sessions_do_not_encrypt)
{
	Nic nic;
	Sa sa;

	nic.start();
	Port p(nic);
	void *old = sa.create(p);
	nic.stop(SIGKILL);
	ASSERT_TRUE(died(p, 200));
	rte_eth_dev_stop(p.id);
	nic.start();
	ASSERT_TRUE(until([&] { return rte_pmd_nave_reattach(p.id) == 0; }));
	p.start();
	void *s = sa.create(p);
	EXPECT_TRUE(encrypts(p, nic, old, 1, 0)); // goes nowhere
	EXPECT_TRUE(encrypts(p, nic, s, 2, 1));
	EXPECT_EQ(p.xstat("tx_refused_secured"), 1u);
	EXPECT_EQ(rte_security_session_destroy(p.sec, old), 0); // nothing happens to the new one
	EXPECT_TRUE(encrypts(p, nic, s, 3, 2));
}

// A device that hangs is taken for dead after a second, and closing its port doesn't wait for it.
TEST(PmdLife, device_hangs)
{
	Nic nic;
	Sa sa;

	nic.start();
	{
		Port p(nic);
		void *s = sa.create(p);
		nic.freeze(true);
		EXPECT_FALSE(died(p, 500));
		EXPECT_TRUE(died(p, 1500));
		expect_fails_fast(p, s);
		EXPECT_LT(seconds([&] {
			EXPECT_EQ(rte_eth_dev_stop(p.id), 0);
			EXPECT_EQ(rte_eth_dev_close(p.id), 0);
		}),
			0.5);
		EXPECT_EQ(rte_eal_hotplug_remove("vdev", "net_nave0"), 0);
		p.up = false;
	}
	nic.freeze(false);
}

// While a device hangs, no attempt to attach it again waits: not for its welcome, and not when it takes no connection any more.
TEST(PmdLife, device_hangs_and_is_attached_again_without_waiting)
{
	Nic nic;
	Sa sa;
	rte_pmd_nave_info info;
	double longest = 0;

	nic.start();
	Port p(nic);
	auto attach = [&] {
		int rc = -1;

		longest = std::max(longest, seconds([&] { rc = rte_pmd_nave_reattach(p.id); }));
		return rc;
	};
	void *old = sa.create(p);
	nic.freeze(true);
	ASSERT_TRUE(died(p, 20000));
	EXPECT_EQ(rte_eth_dev_stop(p.id), 0);
	auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2500); // longer than an attempt
	while (std::chrono::steady_clock::now() < end) {
		EXPECT_EQ(attach(), -EAGAIN);
		EXPECT_EQ(rte_pmd_nave_info_get(p.id, &info), 0);
		EXPECT_FALSE(info.alive);
		std::this_thread::sleep_for(std::chrono::milliseconds(100));
	}
	std::vector<int> others = crowd(nic);
	for (int i = 0; i < 25; i++) {
		EXPECT_EQ(attach(), -EAGAIN);
		std::this_thread::sleep_for(std::chrono::milliseconds(100));
	}
	EXPECT_LT(longest, 0.5);
	for (int fd : others)
		close(fd);
	nic.freeze(false);
	ASSERT_TRUE(until([&] { return attach() == 0; }, 20000));
	p.start();
	rte_mempool_put(p.sessions, old);
	EXPECT_TRUE(encrypts(p, nic, sa.create(p), 1, 1));
}

// docs/fw-interface.md 15: SAs outlive their driver, the next one takes them over.
TEST(PmdLife, adoption)
{
	Nic nic;
	Sa out, in, lost;
	rte_flow_error error;
	rte_pmd_nave_found found;
	rte_pmd_nave_info info;
	void *session, *flow;

	nic.start();
	{
		Port p(nic);
		lost.spi++;
		in.inbound = true;
		in.userdata = 55;
		void *s = out.create(p);
		ASSERT_NE(lost.create(p), nullptr);
		void *i = in.create(p);
		ASSERT_NE(flow_of(p, in, i, &error), nullptr);
		EXPECT_TRUE(encrypts(p, nic, s, 41, 1));
	}
	Port p(nic, { .args = ",adopt=1" });
	ASSERT_EQ(rte_pmd_nave_found_next(p.id, false, 0, &found), 0);
	EXPECT_EQ(found.spi, out.spi);
	EXPECT_EQ(found.number, 41u);
	ASSERT_EQ(rte_pmd_nave_adopt(p.id, &found, p.sessions, &session, &flow), 0);
	EXPECT_EQ(flow, nullptr);
	EXPECT_TRUE(encrypts(p, nic, session, 42, 2));
	EXPECT_TRUE(esp_open(out.keys, slice(nic.sent()[1], 34, nic.sent()[1].size() - 34)));
	ASSERT_EQ(rte_pmd_nave_found_next(p.id, true, 0, &found), 0);
	EXPECT_EQ(found.userdata, 55u);
	ASSERT_EQ(rte_pmd_nave_adopt(p.id, &found, p.sessions, &session, &flow), 0);
	EXPECT_NE(flow, nullptr);
	EXPECT_EQ(rte_pmd_nave_found_next(p.id, true, 0, &found), -ENOENT);
	EXPECT_EQ(rte_pmd_nave_forget(p.id), 0);
	EXPECT_TRUE(until([&] { return rte_pmd_nave_poll(p.id) == 0; }));
	ASSERT_EQ(rte_pmd_nave_info_get(p.id, &info), 0);
	EXPECT_EQ(info.sa_out_used, 1u);
	EXPECT_EQ(info.sa_in_used, 1u);
	EXPECT_EQ(rte_flow_destroy(p.id, static_cast<rte_flow *>(flow), &error), 0);
	EXPECT_EQ(rte_security_session_destroy(p.sec, session), 0);
}

// Without adopt=1 a port starts with an empty device.
TEST(PmdLife, fresh_start_wipes_the_device)
{
	Nic nic;
	Sa sa;
	rte_pmd_nave_info info;

	nic.start();
	{
		Port p(nic);
		ASSERT_NE(sa.create(p), nullptr);
	}
	Port p(nic);
	ASSERT_EQ(rte_pmd_nave_info_get(p.id, &info), 0);
	EXPECT_EQ(info.sa_out_used, 0u);
	EXPECT_TRUE(encrypts(p, nic, sa.create(p), 1, 1));
}

// The guard is back before the port is, after a re-attachment too.
TEST(PmdLife, guard_returns)
{
	Nic nic;
	rte_pmd_nave_guard_rule rule = {};

	rule.kind = RTE_PMD_NAVE_GUARD_ETHERTYPE;
	rule.ethertype = 0x0806;
	nic.start();
	Port p(nic, { .args = {}, .start = false });
	ASSERT_EQ(rte_pmd_nave_guard_set(p.id, &rule, 1), 0);
	p.start();
	nic.stop(SIGKILL);
	ASSERT_TRUE(died(p, 200));
	rte_eth_dev_stop(p.id);
	nic.start();
	ASSERT_TRUE(until([&] { return rte_pmd_nave_reattach(p.id) == 0; }));
	p.start();
	EXPECT_TRUE(p.send(p.packet(ether_ip(peer_mac, our_mac, inner))));
	EXPECT_TRUE(p.send(p.packet(ether(peer_mac, our_mac, 0x0806, Bytes(46)))));
	EXPECT_TRUE(until([&] { return nic.sent().size() == 1; }));
	EXPECT_TRUE(until([&] { return p.xstat("device_tx_guarded") == 1; }));
}

// A device that answers what nobody asked is broken: the port is dead.
TEST(PmdLife, broken_protocol)
{
	Nic nic;
	Sa sa;

	nic.start("--allow-faults");
	Port p(nic);
	ASSERT_EQ(rte_pmd_nave_fault(p.id, 5, 0, 1), 0); // CORRUPT
	(void)sa.create(p);
	EXPECT_TRUE(died(p, 500));
}
