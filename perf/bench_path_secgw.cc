/*
 * The soft path beside DPDK's ipsec-secgw, both on the same core in turn: the same pcap through the same net_pcap
 * (infinite_rx) into the same net_null, the same tunnels and keys.  What those two drivers cost alone is measured in each
 * round and subtracted from both.  A round counts when each of its three samples had 95 % of the core.
 */
#include <cmath>
#include <cstring>
#include <deque>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "bench.h"
#include "hub.h"
#include "path/port_ethdev.h"
#include "report.h"
#include "secgw.h"

namespace
{
constexpr size_t ROUNDS = 15, ATTEMPTS = 100;
constexpr double SAMPLE_NS = 1e8, SHARE = 0.95;
constexpr int WARM_US = 20000;
constexpr uint16_t BURST = 32, RING = 1024;
constexpr uint32_t FRAMES = 512; /* of the pcap, at least */
const char *const SINK = "no-rx=1";
const char *const PEER = "ipsec-secgw";
const char *const METHOD =
	"cycles per packet of one core in turn, CPU time in TSC cycles, the same pcap by net_pcap infinite_rx to net_null, AES-128-GCM tunnel "
	"over IPv4, no replay window, peer in cpu-crypto on aesni_gcm; median of the rounds in which each had 95 % of the core";

struct Case {
	bool decap;
	uint32_t len, sas;
	double target; /* ratio; NAN: none */
	std::string what() const
	{
		return (decap ? "decap, " : "encap, ") + std::to_string(len) + " B, " + std::to_string(sas) + (sas == 1 ? " SA" : " SAs");
	}
};

const Case CASES[] = { { false, 64, 1, 0.8 }, { false, 64, 1000, NAN }, { false, 64, 10000, 0.5 }, { false, 1400, 1, 0.85 },
	{ false, 1400, 10000, 0.6 }, { true, 64, 1, NAN }, { true, 64, 1000, NAN } };

/* Cycles per packet; negative: the core was somebody else's. */
double cycles_of(double cpu_ns, double wall_ns, uint64_t packets)
{
	if (cpu_ns < SHARE * wall_ns || packets == 0)
		return -1;
	return cpu_ns * static_cast<double>(rte_get_tsc_hz()) / 1e9 / static_cast<double>(packets);
}

/* Runs 'burst', which returns the packets it has sent, until the time is over. */
template <typename Burst> double sample(Burst burst)
{
	double wall = clock_ns(CLOCK_MONOTONIC), cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	uint64_t packets = 0;

	do
		for (int i = 0; i < 256; i++)
			packets += burst();
	while (clock_ns(CLOCK_MONOTONIC) - wall < SAMPLE_NS);
	return cycles_of(clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu, clock_ns(CLOCK_MONOTONIC) - wall, packets);
}

double sample_peer(Secgw &peer)
{
	double wall, cpu;
	uint64_t packets;

	peer.resume();
	(void)usleep(WARM_US);
	wall = clock_ns(CLOCK_MONOTONIC);
	cpu = peer.cpu_ns();
	packets = peer.sent();
	(void)usleep(static_cast<useconds_t>(SAMPLE_NS / 1e3));
	cpu = peer.cpu_ns() - cpu;
	packets = peer.sent() - packets;
	wall = clock_ns(CLOCK_MONOTONIC) - wall;
	peer.pause();
	return cycles_of(cpu, wall, packets);
}

/* A driver's port, started. */
class Vdev
{
      public:
	Vdev(const char *device, const std::string &args, struct rte_mempool *pool) : name(device)
	{
		struct rte_eth_conf conf = {};

		check(rte_eal_hotplug_add("vdev", device, args.c_str()) == 0 && rte_eth_dev_get_port_by_name(device, &port) == 0 &&
				rte_eth_dev_configure(port, 1, 1, &conf) == 0 &&
				rte_eth_rx_queue_setup(port, 0, RING, rte_socket_id(), nullptr, pool) == 0 &&
				rte_eth_tx_queue_setup(port, 0, RING, rte_socket_id(), nullptr) == 0 && rte_eth_dev_start(port) == 0,
			device);
	}
	~Vdev()
	{
		(void)rte_eth_dev_stop(port);
		(void)rte_eth_dev_close(port);
		(void)rte_eal_hotplug_remove("vdev", name);
	}
	Vdev(const Vdev &) = delete;
	Vdev &operator=(const Vdev &) = delete;
	struct path_port provider() const
	{
		return { &path_port_ethdev_ops, path_port_ethdev_dev(port) };
	}

	uint16_t port = 0;

      private:
	const char *name;
};

void put(std::ofstream &f, const std::vector<uint32_t> &words)
{
	f.write(reinterpret_cast<const char *>(words.data()), static_cast<std::streamsize>(words.size() * sizeof(words[0])));
}

/* The SAs in turn, FRAMES at least; a hub of its own makes them. */
void write_pcap(const std::string &path, const Case &c, const Hub &hub)
{
	uint32_t count = (FRAMES + c.sas - 1) / c.sas * c.sas;
	std::ofstream f(path, std::ios::binary);

	put(f, { 0xa1b2c3d4, 4u << 16 | 2, 0, 0, 65535, 1 }); /* of this byte order, 2.4, Ethernet */
	for (uint32_t i = 0; i < count; i++) {
		std::vector<uint8_t> frame =
			c.decap ? hub.sealed_frame(i % c.sas, c.len, i / c.sas + 1) : hub.clear_frame(i % c.sas, c.len);
		uint32_t len = static_cast<uint32_t>(frame.size());

		put(f, { 0, 0, len, len });
		f.write(reinterpret_cast<const char *>(frame.data()), len);
	}
	check(f.good(), "pcap");
}

struct Result {
	std::vector<double> nave = {}, peer = {}, alone = {}, ratio = {};
	void add(double n, double p, double a)
	{
		nave.push_back(n);
		peer.push_back(p);
		alone.push_back(a);
		ratio.push_back((n - a) / (p - a));
	}
};

class Pair
{
      public:
	Pair(const Case &c, struct rte_mempool *pool, const std::string &program, const std::string &directory, int core)
	    : what(c.what()), pcap(prepare(c, pool, directory)), source("net_pcap0", source_args(), pool), sink("net_null0", SINK, pool),
	      hub(pool, { c.sas, 0, false }, (c.decap ? sink : source).provider(), (c.decap ? source : sink).provider()),
	      peer({ program, directory, core, c.decap, source_args(), SINK }, hub)
	{
	}
	Result run()
	{
		Result r;

		for (size_t i = 0; i < ATTEMPTS && r.ratio.size() < ROUNDS; i++) {
			double a = sample([this] { return pass(); });
			double n = sample([this] { return poll(); });
			double p = sample_peer(peer);

			if (a < 0 || n < 0 || p < 0)
				continue;
			r.add(n, p, a);
			fprintf(stderr, "%s: nave %.0f, %s %.0f, source and sink %.0f, ratio without them %.3f\n", what.c_str(), n, PEER, p,
				a, r.ratio.back());
		}
		peer.resume();
		check(peer.lossless(), "ipsec-secgw drops packets");
		check(hub.sent() == hub.received(), "packets were lost");
		return r;
	}

      private:
	static std::string prepare(const Case &c, struct rte_mempool *pool, const std::string &directory)
	{
		std::string path = directory + "/frames.pcap";

		write_pcap(path, c, Hub(pool, { c.sas, 0, false }, {}, {}));
		return path;
	}
	std::string source_args() const
	{
		return "rx_pcap=" + pcap + ",infinite_rx=1";
	}
	uint64_t pass()
	{
		struct rte_mbuf *pkts[BURST];
		uint16_t n = rte_eth_rx_burst(source.port, 0, pkts, BURST);

		return rte_eth_tx_burst(sink.port, 0, pkts, n);
	}
	uint64_t poll()
	{
		uint64_t before = hub.sent();

		(void)hub.poll();
		return hub.sent() - before;
	}

	std::string what, pcap;
	Vdev source, sink;
	Hub hub;
	Secgw peer;
};

/* The report, and the names of its rows, which it borrows. */
struct Table {
	struct report *report = nullptr;
	std::deque<std::string> names = {};

	void add(const std::string &what, const char *unit, double nave, double peer = NAN, double target = NAN)
	{
		names.push_back(what);

		struct report_row row = { names.back().c_str(), unit, nave, peer, std::isnan(peer) ? nullptr : PEER, target };

		must(report_add(report, &row), "row");
	}
	void add(const Case &c, const Result &r)
	{
		std::string what = c.what();
		double alone = median(r.alone), n = median(r.nave), p = median(r.peer);

		add(what, "cycles", n - alone, p - alone);
		add(what + ", as run", "cycles", n, p);
		add(what + ", source and sink alone", "cycles", alone);
		add(what + ", ratio", "median", median(r.ratio), NAN, c.target);
		add(what + ", ratio", "least", *std::min_element(r.ratio.begin(), r.ratio.end()));
		add(what + ", ratio", "greatest", *std::max_element(r.ratio.begin(), r.ratio.end()));
	}
};

struct rte_mempool *start_eal(int core)
{
	std::string cpu = std::to_string(core);
	const char *args[] = { "bench_path_secgw", "--in-memory", "--no-pci", "--no-telemetry", "-m", "256", "-l", cpu.c_str(),
		"--log-level", "error" };
	struct rte_mempool *pool;

	check(rte_eal_init(sizeof(args) / sizeof(args[0]), const_cast<char **>(args)) >= 0, "EAL: are there hugepages? (vm.nr_hugepages)");
	pool = rte_pktmbuf_pool_create("bench", 32767, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	check(pool != nullptr, "pool");
	return pool;
}
} // namespace

/* bench_path_secgw SECGW DIR [--json] */
int main(int argc, char **argv)
{
	bool json = argc > 3 && strcmp(argv[3], "--json") == 0;
	int core = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)) - 1;
	struct rte_mempool *pool;
	Table table;

	check(argc > 2, "usage: bench_path_secgw SECGW DIR [--json]");
	pool = start_eal(core);
	bench_priority(0, BENCH_SELF);
	must(report_new(&table.report, "bench_path", METHOD), "report");
	for (const Case &c : CASES) {
		Pair pair(c, pool, argv[1], argv[2], core);

		table.add(c, pair.run());
	}
	report_print(table.report, json);
	report_free(table.report);
	return 0;
}
