/*
 * What ESP in software costs a worker: cycles per packet of the whole path (classify, route, selectors, ESP, outer header)
 * between a source that copies frames into mbufs and a sink that frees them.  The source and sink alone are measured on the
 * same frames and subtracted; both figures are shown.  Features are GRE in tunnel mode, an access list of ten lines in and out of the LAN and of
 * the tunnel, strict uRPF and adjust-mss at both; what they add is the difference to the same frames without.  Packets take the SAs in turn, the worst order for caches.
 */
#include <cmath>
#include <cstring>
#include <deque>
#include <string>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_mbuf.h>

#include "bench.h"
#include "hub.h"
#include "report.h"

namespace
{
constexpr int ROUNDS = 7, PASSES = 9;
constexpr uint32_t PASS = 4096;
constexpr uint16_t WINDOW = 64;
constexpr double MORE = 120; /* what features may add */
const char *const METHOD =
	"one worker, AES-128-GCM tunnel over IPv4, length of the clear frame, CPU time in TSC cycles, source and sink subtracted, passes of "
	"4096 packets or more with at least 95 % of the core, median";

/* Frames that a source gives, and a sink. */
struct Port {
	struct rte_mempool *pool = nullptr;
	std::vector<uint8_t> frames = {};
	uint32_t len = 0, count = 0, next = 0;

	void clear(uint32_t frame_count)
	{
		frames.resize(size_t{ HUB_FRAME_MAX } * frame_count);
		count = 0;
		next = 0;
	}
	void add(const std::vector<uint8_t> &frame)
	{
		len = static_cast<uint32_t>(frame.size());
		memcpy(&frames[size_t{ HUB_FRAME_MAX } * count++], frame.data(), len);
	}
};

uint16_t source(void *dev, uint16_t, struct rte_mbuf **pkts, uint16_t room)
{
	Port *p = static_cast<Port *>(dev);
	uint16_t n = static_cast<uint16_t>(std::min<uint32_t>(room, p->count - p->next));

	if (n == 0 || rte_pktmbuf_alloc_bulk(p->pool, pkts, n) != 0)
		return 0;
	for (uint16_t i = 0; i < n; i++)
		memcpy(rte_pktmbuf_append(pkts[i], static_cast<uint16_t>(p->len)), &p->frames[size_t{ HUB_FRAME_MAX } * p->next++], p->len);
	return n;
}

uint16_t sink(void *, uint16_t, struct rte_mbuf **pkts, uint16_t n)
{
	rte_pktmbuf_free_bulk(pkts, n);
	return n;
}

const struct path_port_ops port_ops = { "bench", source, sink, nullptr };

/* A hub between two such ports. */
class Bench
{
      public:
	Bench(struct rte_mempool *pool, uint32_t sas, bool features)
	    : count(sas), hub(pool, { sas, WINDOW, features }, { &port_ops, &lan }, { &port_ops, &wan })
	{
		lan.pool = wan.pool = pool;
	}

	void prepare_encap(uint32_t len)
	{
		wan.clear(0);
		lan.clear(packets());
		for (uint32_t i = 0; i < packets(); i++)
			lan.add(hub.clear_frame(i % count, len));
	}
	void prepare_decap(uint32_t len) /* with numbers not seen before */
	{
		lan.clear(0);
		wan.clear(packets());
		for (uint32_t i = 0; i < packets(); i++)
			wan.add(hub.sealed_frame(i % count, len, seq + i / count + 1));
		seq += packets() / count;
	}
	/* All frames of both ports, once. */
	void pass()
	{
		uint64_t expected = hub.sent() + lan.count + wan.count;

		lan.next = wan.next = 0;
		while (hub.poll() != 0)
			;
		check(hub.sent() == expected, "packets were lost");
	}
	void pass_source(Port &port)
	{
		struct rte_mbuf *pkts[32];
		uint16_t n;

		port.next = 0;
		while ((n = source(&port, 0, pkts, 32)) != 0)
			(void)sink(&port, 0, pkts, n);
	}
	Port lan, wan;

      private:
	uint32_t packets() const
	{
		return std::max(PASS / count, UINT32_C(1)) * count;
	}
	uint32_t count;
	uint64_t seq = 0;
	Hub hub;
};

struct Sample {
	std::vector<double> cycles = {};

	template <typename Run> void take(uint32_t packets, Run run)
	{
		double wall = clock_ns(CLOCK_MONOTONIC), cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);

		run();
		cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
		wall = clock_ns(CLOCK_MONOTONIC) - wall;
		if (cpu >= 0.95 * wall)
			cycles.push_back(cpu * static_cast<double>(rte_get_tsc_hz()) / 1e9 / packets);
	}
};

/* A hub, and which frames go through it. */
struct Kind {
	uint32_t sas;
	bool features;
	std::vector<uint32_t> lens;
};
const Kind KINDS[] = { { 1, false, { 64, 512, 1400 } }, { 1000, false, { 64, 512, 1400 } }, { 10000, false, { 64, 512, 1400 } },
	{ 1, true, { 64, 1400 } }, { 1000, true, { 64, 1400 } } };

struct Case {
	Bench *bench;
	bool decap, features;
	uint32_t len, sas;
	std::string what, what_source, what_more;
	Sample path = {}, source = {};

	Case(Bench &hub, bool in, uint32_t frame_len, const Kind &kind)
	    : bench(&hub), decap(in), features(kind.features), len(frame_len), sas(kind.sas)
	{
		what = (in ? "decap, " : "encap, ") + std::to_string(len) + " B, " + std::to_string(sas) + (sas == 1 ? " SA" : " SAs");
		if (features)
			what += ", GRE and features";
		what_source = what + ": source and sink";
		what_more = what + ": more";
	}
	double cycles() const
	{
		return median(path.cycles) - median(source.cycles);
	}
	/* Whether 'other' is the same without features. */
	bool is_plain(const Case &other) const
	{
		return !other.features && other.decap == decap && other.len == len && other.sas == sas;
	}
	void run()
	{
		Port &port = decap ? bench->wan : bench->lan;

		if (!decap)
			bench->prepare_encap(len);
		for (int i = 0; i < PASSES; i++) {
			if (decap)
				bench->prepare_decap(len);
			bench->pass_source(port); /* the caches as a pass leaves them */
			source.take(port.count, [&] { bench->pass_source(port); });
			path.take(port.count, [&] { bench->pass(); });
		}
	}
};

void add(struct report *report, const std::string &what, double cycles, double target = NAN)
{
	struct report_row row = { what.c_str(), "cycles", cycles, NAN, nullptr, target };

	must(report_add(report, &row), "row");
}

struct rte_mempool *start_eal()
{
	const char *args[] = { "bench_path", "--in-memory", "--no-pci", "--no-telemetry", "-m", "64", "-l", "0", "--log-level", "error" };
	struct rte_mempool *pool;

	check(rte_eal_init(sizeof(args) / sizeof(args[0]), const_cast<char **>(args)) >= 0, "EAL: are there hugepages? (vm.nr_hugepages)");
	pool = rte_pktmbuf_pool_create("bench", 8191, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	check(pool != nullptr, "pool");
	return pool;
}
} // namespace

int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	struct rte_mempool *pool = start_eal();
	std::deque<Bench> benches; /* all at once: what their cases differ by is taken in the same minutes */
	std::vector<Case> cases;
	struct report *report;

	for (const Kind &kind : KINDS) {
		benches.emplace_back(pool, kind.sas, kind.features);
		for (bool decap : { false, true })
			for (uint32_t len : kind.lens)
				cases.emplace_back(benches.back(), decap, len, kind);
	}
	for (int round = 0; round < ROUNDS; round++)
		for (Case &c : cases)
			c.run();
	must(report_new(&report, "bench_path", METHOD), "report");
	for (const Case &c : cases) {
		add(report, c.what, c.cycles());
		add(report, c.what_source, median(c.source.cycles));
		for (const Case &plain : cases)
			if (c.features && c.is_plain(plain))
				add(report, c.what_more, c.cycles() - plain.cycles(), MORE);
	}
	report_print(report, json);
	report_free(report);
	return 0;
}
