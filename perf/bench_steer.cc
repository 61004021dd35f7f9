/*
 * What steering costs per frame: BPF_PROG_TEST_RUN of the programs over one frame of each kind, as attached to a veth
 * in a namespace of its own.  Beside every figure stands an XDP program of two instructions, run in the same round:
 * what the test run itself costs.
 */
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "loader/rule.h"
#include "loader/steer.h"
#include "loader/xsk.h"
#include "report.h"
#include "../tests/bpf/frames.h"

namespace
{
constexpr int ROUNDS = 9, REPEAT = 500000;
constexpr uint32_t FRAME_SIZE = 2048, FRAMES = 64;
const char *const METHOD = "BPF_PROG_TEST_RUN, 9 rounds of 500000 runs, median ns per frame; every round also runs the empty program";

void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench_steer: %s: %s\n", what, strerror(errno));
	exit(2);
}

void must(enum err err, const char *what)
{
	if (err == ERR_OK)
		return;
	fprintf(stderr, "bench_steer: %s: %s\n", what, err_str(err));
	exit(2);
}

/* A port of the given role, with all that belongs to it; ends with the process. */
struct Bench {
	loader_steer *steer = nullptr;
	loader_xsk *xsk = nullptr;
	uint32_t ifindex = 0;
	int empty = -1;

	void make_namespace()
	{
		check(unshare(CLONE_NEWNET | CLONE_NEWNS) == 0, "unshare (root is needed)");
		check(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "mount");
		check(mount("none", "/mnt", "tmpfs", 0, nullptr) == 0, "mount tmpfs");
		check(system("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; ip link add hub address 02:00:5e:10:00:01 type veth peer name net "
			     "&& ip link set hub up && ip link set net up") == 0,
			"ip link");
		ifindex = if_nametoindex("hub");
	}

	void attach(loader_role role)
	{
		loader_port port = {};

		port.ifindex = ifindex;
		port.role = role;
		port.guard = true;
		must(loader_steer_attach(steer, &port), "attach");
	}

	void start()
	{
		const struct bpf_insn pass[] = { { BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, XDP_PASS },
			{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 } };
		loader_local list[2] = {};
		loader_xsk_config config = {};

		make_namespace();
		must(loader_steer_open(&steer, "/mnt/bpf"), "open");
		must(addr_parse(HUB4, &list[0].addr), "address");
		must(addr_parse(HUB6, &list[1].addr), "address");
		list[0].underlay = list[1].underlay = true;
		must(loader_rule_set_local(steer, list, 2), "local addresses");
		attach(LOADER_WAN);
		config.name = "hub";
		config.area_len = uint64_t{ FRAME_SIZE } * FRAMES;
		config.area = mmap(nullptr, config.area_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		check(config.area != MAP_FAILED, "mmap");
		config.frame_size = FRAME_SIZE;
		config.ring_size = FRAMES;
		must(loader_xsk_open(&xsk, &config), "AF_XDP socket");
		must(loader_steer_set_socket(steer, ifindex, 0, loader_xsk_fd(xsk)), "socket");
		empty = bpf_prog_load(BPF_PROG_TYPE_XDP, "empty", "Dual BSD/GPL", pass, 2, nullptr);
		check(empty >= 0, "empty program");
	}

	double run_xdp(int prog, const Bytes &frame) const
	{
		LIBBPF_OPTS(bpf_test_run_opts, opts);
		struct xdp_md ctx = {};

		ctx.data_end = static_cast<__u32>(frame.size());
		ctx.ingress_ifindex = ifindex;
		opts.ctx_in = &ctx;
		opts.ctx_size_in = sizeof(ctx);
		return run(prog, frame, &opts);
	}

	double run_guard(const Bytes &frame) const
	{
		LIBBPF_OPTS(bpf_test_run_opts, opts);
		struct __sk_buff ctx = {};

		ctx.ifindex = ifindex;
		opts.ctx_in = &ctx;
		opts.ctx_size_in = sizeof(ctx);
		return run(loader_steer_program(steer, LOADER_GUARD), frame, &opts);
	}

      private:
	static double run(int prog, const Bytes &frame, struct bpf_test_run_opts *opts)
	{
		opts->data_in = frame.data();
		opts->data_size_in = static_cast<__u32>(frame.size());
		opts->repeat = REPEAT;
		check(bpf_prog_test_run_opts(prog, opts) == 0, "test run");
		return opts->duration;
	}
};

double median(std::vector<double> v)
{
	std::nth_element(v.begin(), v.begin() + static_cast<ptrdiff_t>(v.size() / 2), v.end());
	return v[v.size() / 2];
}

/* What a prototype of such programs took on the same kind of machine (NAN: none). */
struct Case {
	const char *what;
	Bytes frame;
	loader_role role;
	bool guard;
	uint32_t limit; /* IKE_SA_INIT a second */
	double target;
};

std::vector<Case> cases()
{
	auto out4 = [](uint8_t proto, const Bytes &payload) {
		return eth(0x0800, ipv4({ .proto = proto, .src = HUB4, .dst = PEER4 }, payload), PEER_MAC, HUB_MAC);
	};
	return {
		{ "LAN: ARP to the kernel", eth(0x0806, Bytes(46), BROADCAST_MAC), LOADER_LAN, false, 0, 21 },
		{ "LAN: IPv4 transit to the datapath", frame4({ .dst = FAR4 }, udp(9, Bytes(64))), LOADER_LAN, false, 0, NAN },
		{ "LAN: IPv6 transit to the datapath", frame6({ .dst = FAR6 }, udp(9, Bytes(64))), LOADER_LAN, false, 0, NAN },
		{ "WAN: ESP to the datapath", frame4({ .proto = 50 }, esp()), LOADER_WAN, false, 0, 77 },
		{ "WAN: ESP over IPv6 to the datapath", frame6({ .proto = 50 }, esp()), LOADER_WAN, false, 0, NAN },
		{ "WAN: ESP in UDP to the datapath", frame4({}, udp(4500, esp())), LOADER_WAN, false, 0, 65 },
		{ "WAN: fragment to the datapath", frame4({ .more = true }, Bytes(64)), LOADER_WAN, false, 0, NAN },
		{ "WAN: TCP for a local address to the kernel", frame4({ .proto = 6 }, ports(40000, 179)), LOADER_WAN, false, 0, NAN },
		{ "WAN: transit dropped", frame4({ .dst = FAR4 }, udp(9, Bytes(64))), LOADER_WAN, false, 0, 92 },
		{ "WAN: IKE_SA_INIT, no limit", frame4({}, udp(500, ike({}))), LOADER_WAN, false, 0, NAN },
		{ "WAN: IKE_SA_INIT, bucket lets it pass", frame4({}, udp(500, ike({}))), LOADER_WAN, false, 1000000000, 86 },
		{ "WAN: IKE_SA_INIT, bucket drops it", frame4({}, udp(500, ike({}))), LOADER_WAN, false, 1, NAN },
		{ "guard: ESP", out4(50, esp()), LOADER_WAN, true, 0, NAN },
		{ "guard: IKE", out4(17, udp(500, ike({}), 500)), LOADER_WAN, true, 0, NAN },
		{ "guard: clear text dropped", out4(6, ports(1, 2)), LOADER_WAN, true, 0, NAN },
	};
}

struct Samples {
	std::vector<double> nave, empty;
};
} // namespace

int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	std::vector<Case> all = cases();
	std::vector<Samples> samples(all.size());
	struct report *report = nullptr;
	Bench bench;

	bench.start();
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < all.size(); i++) {
			const Case &c = all[i];

			bench.attach(c.role);
			must(loader_rule_set_limit(bench.steer, c.limit, 1), "limit");
			samples[i].empty.push_back(bench.run_xdp(bench.empty, c.frame));
			samples[i].nave.push_back(
				c.guard ? bench.run_guard(c.frame) : bench.run_xdp(loader_steer_program(bench.steer, LOADER_XDP), c.frame));
		}
	must(report_new(&report, "bench_steer", METHOD), "report");
	for (size_t i = 0; i < all.size(); i++) {
		struct report_row row = { all[i].what, "ns", median(samples[i].nave), median(samples[i].empty), "empty XDP program",
			all[i].target };

		must(report_add(report, &row), "row");
	}
	report_print(report, json);
	report_free(report);
	loader_xsk_close(bench.xsk);
	loader_steer_close(bench.steer);
	return 0;
}
