// A device that writes what it likes, when it likes, into all memory that it shares with the driver.
#include "lab.h"

#include <atomic>
#include <fstream>
#include <sched.h>
#include <thread>

namespace
{

struct Range {
	uint8_t *at;
	size_t len;
};

// Where this process has the memory that the driver shows to the device under 'name'.
Range shared(const char *name)
{
	std::ifstream maps("/proc/self/maps");

	for (std::string line; std::getline(maps, line);) {
		unsigned long from, to;

		if (line.find(std::string("/memfd:") + name + " ") == std::string::npos)
			continue;
		if (sscanf(line.c_str(), "%lx-%lx", &from, &to) == 2)
			return { reinterpret_cast<uint8_t *>(from), to - from };
	}
	ADD_FAILURE() << "no memory " << name;
	return { nullptr, 0 };
}

uint64_t random_word(uint64_t &x)
{
	x ^= x << 13;
	x ^= x >> 7;
	return x ^= x << 17;
}

// Writes at random until it is destroyed: half of the time small numbers, which look like positions.
class Scribbler
{
      public:
	explicit Scribbler(Range r) : thread([=, this] { run(r); })
	{
	}
	~Scribbler()
	{
		end = true;
		thread.join();
	}

      private:
	void run(Range r)
	{
		uint64_t x = 88172645463325252;
		cpu_set_t any;

		memset(&any, 0xff, sizeof(any)); // DPDK pinned who made this thread
		pthread_setaffinity_np(pthread_self(), sizeof(any), &any);
		while (!end && r.at != nullptr) {
			random_word(x);
			volatile uint32_t *word = reinterpret_cast<volatile uint32_t *>(r.at) + (x >> 8) % (r.len / 4);
			*word = uint32_t(x & 1 ? x >> 32 : (x >> 40) % 4096);
		}
	}
	std::atomic<bool> end = false;
	std::thread thread;
};

enum { SLOTS = 128, RX_DESC = 16, RX_COMP = 32 };

// Completes all buffers of one turn of the rx ring with random content in the right place.
void lie(Range rings, unsigned turn)
{
	static uint64_t x = 88172645463325252;
	uint32_t *comp = reinterpret_cast<uint32_t *>(rings.at + SLOTS * RX_DESC);

	for (uint32_t slot = 0; slot < SLOTS; slot++, comp += RX_COMP / 4) {
		for (unsigned i = 2; i < RX_COMP / 4; i++)
			comp[i] = uint32_t(random_word(x) >> 16);
		comp[1] = uint32_t(random_word(x) >> 16) & 0x00070fff; // length and flags
		__atomic_store_n(&comp[0], turn * SLOTS + slot + 1, __ATOMIC_RELEASE);
	}
}

unsigned traffic(Port &p, unsigned ms)
{
	unsigned count = 0;
	auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);

	while (std::chrono::steady_clock::now() < end) {
		rte_mbuf *m[32];
		uint16_t n = rte_eth_rx_burst(p.id, 0, m, 32);

		for (uint16_t i = 0; i < n; i++) {
			EXPECT_EQ(rte_mbuf_check(m[i], 1, nullptr), 0);
			EXPECT_GT(m[i]->data_len, 0);
			EXPECT_LE(uint32_t(m[i]->data_off) + m[i]->data_len, m[i]->buf_len);
		}
		uint16_t sent = rte_eth_tx_burst(p.id, 0, m, n);
		rte_pktmbuf_free_bulk(m + sent, unsigned(n - sent));
		count += n;
	}
	return count;
}

class Hostile : public testing::TestWithParam<bool>
{
};

} // namespace

// docs/fw-interface.md 14.3: rings of random content cost packets, nothing else.  No mbuf is lost or given twice.
TEST_P(Hostile, rings)
{
	Nic nic;

	nic.start();
	Port p(nic, { .args = {}, .shared_pool = GetParam() });
	{
		Range rings = shared("nave-rings");
		Scribbler s({ rings.at, SLOTS * RX_DESC }); // what the driver never reads back
		unsigned count = 0;

		for (unsigned turn = 0; turn < 100; turn++) {
			lie(rings, turn);
			count += traffic(p, 2);
		}
		EXPECT_GT(count, 1000u);
		EXPECT_GT(p.xstat("rx_bad_completions"), 1000u);
		EXPECT_GT(p.xstat("rx_stale_sa"), 100u);
	}
	EXPECT_EQ(rte_eth_dev_stop(p.id), 0);
	EXPECT_EQ(rte_mempool_avail_count(p.pool), 2047u);
}

TEST_P(Hostile, packets_and_statistics)
{
	std::vector<Bytes> frames(300, ether_ip(our_mac, peer_mac, ip4({}, udp(1, 2, Bytes(900)))));
	Nic nic;

	nic.feed(frames);
	nic.start();
	Port p(nic, { .args = {}, .shared_pool = GetParam() });
	{
		Range r = shared(GetParam() ? "nave-packets" : "nave-rings");
		size_t rings = GetParam() ? 0 : SLOTS * (RX_DESC + RX_COMP); // in front of the copying buffers
		Scribbler s({ r.at + rings, SLOTS * 2048 });
		Scribbler t(shared("nave-stats"));
		rte_eth_stats stats;

		EXPECT_GT(traffic(p, 300), 0u);
		EXPECT_EQ(rte_eth_stats_get(p.id, &stats), 0);
	}
	EXPECT_EQ(rte_eth_dev_stop(p.id), 0);
	EXPECT_EQ(rte_mempool_avail_count(p.pool), 2047u);
}

// Admin rings of random content end the attachment.
TEST(PmdHostile, admin)
{
	Nic nic;
	Sa sa;

	nic.start();
	Port p(nic);
	{
		Scribbler s(shared("nave-admin"));

		EXPECT_TRUE(until(
			[&] {
				uint32_t tag;

				return rte_pmd_nave_fence(p.id, &tag) != 0;
			},
			5000));
	}
	EXPECT_FALSE(rte_pmd_nave_alive(p.id));
	EXPECT_EQ(sa.create(p), nullptr);
}

INSTANTIATE_TEST_SUITE_P(Pool, Hostile, testing::Bool(), [](const auto &i) { return i.param ? "shared" : "copied"; });
