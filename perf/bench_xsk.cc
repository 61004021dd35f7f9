/*
 * What the xsk port provider costs a worker: cycles per packet of receiving, and of receiving and sending back, on a
 * veth in a namespace of its own.  Frames are injected by the kernel (BPF_PROG_TEST_RUN with live frames) from another
 * thread, as fast as it can.  Beside it stands the bare socket that passes frames from rx to tx without mbufs and
 * without a copy: no provider over the same sockets could be cheaper.
 */
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <pthread.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_mbuf.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "../tests/bpf/frames.h"
#include "loader/rule.h"
#include "loader/steer.h"
#include "loader/xsk.h"
#include "report.h"
#include "xsk/port.h"

namespace
{
constexpr int ROUNDS = 7;
constexpr double SECONDS = 0.5;
constexpr uint32_t RING = 1024, FRAME_SIZE = 2048, BURST = 32, GATHER_US = 60;
const char *const METHOD =
	"veth, kernel-injected frames, one worker on a core of its own, bursts of 32, median burst of 0.5 s, median of 7 rounds";

void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench_xsk: %s: %s\n", what, strerror(errno));
	exit(2);
}

void must(enum err err, const char *what)
{
	if (err == ERR_OK)
		return;
	fprintf(stderr, "bench_xsk: %s: %s\n", what, err_str(err));
	exit(2);
}

void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	check(pthread_setaffinity_np(pthread_self(), sizeof(set), &set) == 0, "affinity");
}

int return_program(int action)
{
	const struct bpf_insn insn[] = { { BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, action }, { BPF_JMP | BPF_EXIT, 0, 0, 0, 0 } };
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "bench", "Dual BSD/GPL", insn, 2, nullptr);

	check(fd >= 0, "program");
	return fd;
}

double median(std::vector<double> v)
{
	std::nth_element(v.begin(), v.begin() + static_cast<ptrdiff_t>(v.size() / 2), v.end());
	return v[v.size() / 2];
}

/* Either way of moving packets: returns how many came in one burst. */
struct Mover {
	virtual ~Mover() = default;
	virtual int fd() const = 0;
	virtual uint32_t burst(bool send) = 0;
};

struct Provider : Mover {
	explicit Provider(struct rte_mempool *pool)
	{
		struct xsk_port_conf conf = {};

		conf.name = "hub";
		conf.pool = pool;
		conf.ring_size = RING;
		must(xsk_port_new(&port, &conf), "port");
	}

	~Provider() override
	{
		xsk_port_free(port);
	}

	int fd() const override
	{
		return xsk_port_fd(port, 0);
	}

	uint32_t burst(bool send) override
	{
		struct rte_mbuf *pkts[BURST];
		uint16_t n = xsk_port_ops.rx(port, 0, pkts, BURST), sent = 0;

		if (send)
			sent = xsk_port_ops.tx(port, 0, pkts, n);
		for (uint16_t i = sent; i < n; i++)
			rte_pktmbuf_free(pkts[i]);
		return n;
	}

	struct xsk_port *port = nullptr;
};

struct Bare : Mover {
	Bare()
	{
		loader_xsk_config config = {};

		config.name = "hub";
		config.area_len = uint64_t{ 2 } * RING * FRAME_SIZE;
		config.area = mmap(nullptr, config.area_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		check(config.area != MAP_FAILED, "mmap");
		config.frame_size = FRAME_SIZE;
		config.ring_size = RING;
		must(loader_xsk_open(&xsk, &config), "socket");
		for (uint64_t i = 0; i < RING; i++) {
			uint64_t offset = i * FRAME_SIZE;

			check(loader_xsk_fill(xsk, &offset, 1) == 1, "fill");
		}
		area = config.area;
	}

	~Bare() override
	{
		loader_xsk_close(xsk);
		(void)munmap(area, uint64_t{ 2 } * RING * FRAME_SIZE);
	}

	int fd() const override
	{
		return loader_xsk_fd(xsk);
	}

	uint32_t burst(bool send) override
	{
		loader_frame frame[BURST];
		uint64_t offset[BURST];
		uint32_t n = loader_xsk_rx(xsk, frame, BURST), done = n;

		if (send) {
			loader_xsk_tx(xsk, frame, n);
			loader_xsk_kick(xsk);
			done = loader_xsk_complete(xsk, offset, BURST);
		} else {
			for (uint32_t i = 0; i < n; i++)
				offset[i] = frame[i].offset;
		}
		for (uint32_t i = 0; i < done; i++)
			offset[i] = offset[i] / FRAME_SIZE * FRAME_SIZE;
		loader_xsk_fill(xsk, offset, done);
		return n;
	}

	loader_xsk *xsk = nullptr;
	void *area = nullptr;
};

struct Lab {
	loader_steer *steer = nullptr;
	uint32_t hub = 0, net = 0;
	int inject = -1;

	void start()
	{
		loader_port port = {};
		int drop;

		check(unshare(CLONE_NEWNET | CLONE_NEWNS) == 0, "unshare (root is needed)");
		check(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "mount");
		check(mount("none", "/mnt", "tmpfs", 0, nullptr) == 0, "mount tmpfs");
		check(system("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; ip link add hub address 02:00:5e:10:00:01 type veth peer name net "
			     "&& ip link set hub up && ip link set net up && ethtool -L net rx 1 tx 1 && ethtool -L hub rx 1 tx 1") == 0,
			"ip link");
		hub = if_nametoindex("hub");
		net = if_nametoindex("net");
		must(loader_steer_open(&steer, "/mnt/bpf"), "open");
		port.ifindex = hub;
		port.role = LOADER_LAN;
		must(loader_steer_attach(steer, &port), "attach");
		drop = return_program(XDP_DROP); /* what is sent back ends here */
		check(bpf_xdp_attach(static_cast<int>(net), drop, XDP_FLAGS_DRV_MODE, nullptr) == 0, "attach drop");
		inject = return_program(XDP_TX);
	}

	/* Frames out of 'net', as fast as the kernel makes them, until 'stop'. */
	void flood(const Bytes &frame, const std::atomic<bool> &stop) const
	{
		pin(1);
		while (!stop) {
			LIBBPF_OPTS(bpf_test_run_opts, opts);
			struct xdp_md ctx = {};

			ctx.data_end = static_cast<__u32>(frame.size());
			ctx.ingress_ifindex = net;
			opts.ctx_in = &ctx;
			opts.ctx_size_in = sizeof(ctx);
			opts.data_in = frame.data();
			opts.data_size_in = static_cast<__u32>(frame.size());
			opts.repeat = 20000;
			opts.batch_size = 64;
			opts.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
			check(bpf_prog_test_run_opts(inject, &opts) == 0, "inject");
		}
	}

	/* Cycles per packet of full bursts: the median of them, which an interrupt or another process doesn't move. */
	double measure(Mover &mover, const Bytes &frame, bool send)
	{
		std::atomic<bool> stop = false;
		std::vector<double> cycles;
		uint64_t end = rte_rdtsc() + static_cast<uint64_t>(SECONDS * static_cast<double>(rte_get_tsc_hz()));

		must(loader_steer_set_socket(steer, hub, 0, mover.fd()), "socket");
		std::thread source([&] { flood(frame, stop); });
		while (rte_rdtsc() < end) {
			uint32_t got;

			rte_delay_us_block(GATHER_US);
			do {
				uint64_t from = rte_rdtsc();

				got = mover.burst(send);
				if (got == BURST)
					cycles.push_back(static_cast<double>(rte_rdtsc() - from) / BURST);
			} while (got == BURST);
		}
		stop = true;
		source.join();
		check(cycles.size() > 100, "too few bursts");
		return median(cycles);
	}
};

struct Case {
	std::string what;
	Bytes frame;
	bool send;
	std::vector<double> nave = {}, bare = {};
};

struct rte_mempool *start_eal()
{
	const char *args[] = { "bench_xsk", "--no-huge", "--no-pci", "--no-shconf", "--no-telemetry", "-m", "64", "-l", "0", "--log-level",
		"error" };
	struct rte_mempool *pool;

	check(rte_eal_init(sizeof(args) / sizeof(args[0]), const_cast<char **>(args)) >= 0, "rte_eal_init");
	pool = rte_pktmbuf_pool_create("bench", 8191, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	check(pool != nullptr, "pool");
	return pool;
}
} // namespace

int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	struct rte_mempool *pool = start_eal();
	std::vector<Case> cases;
	struct report *report = nullptr;
	Lab lab;

	lab.start();
	for (bool send : { false, true })
		for (size_t len : { 64, 512, 1400 })
			cases.push_back({ (send ? "receive and send back, " : "receive, ") + std::to_string(len) + " B",
				frame4({ .dst = FAR4 }, udp(9, Bytes(len - 42))), send });
	for (int round = 0; round < ROUNDS; round++)
		for (Case &c : cases) {
			auto provider = std::make_unique<Provider>(pool);

			c.nave.push_back(lab.measure(*provider, c.frame, c.send));
			provider.reset();
			auto bare = std::make_unique<Bare>();
			c.bare.push_back(lab.measure(*bare, c.frame, c.send));
		}
	must(report_new(&report, "bench_xsk", METHOD), "report");
	for (Case &c : cases) {
		struct report_row row = { c.what.c_str(), "cycles", median(c.nave), median(c.bare), "bare socket, no mbuf, no copy", NAN };

		must(report_add(report, &row), "row");
	}
	report_print(report, json);
	report_free(report);
	loader_steer_close(lab.steer);
	return 0;
}
