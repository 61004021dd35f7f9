#include "lab.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <cstdlib>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

void Lab::sh(const std::string &command)
{
	ASSERT_EQ(0, system(command.c_str())) << command;
}

void Lab::SetUp()
{
	char name[] = "/tmp/nv-bpf-XXXXXX";

	if (geteuid() != 0)
		GTEST_SKIP() << "needs root: namespaces and BPF";
	ASSERT_EQ(0, unshare(CLONE_NEWNET | CLONE_NEWNS));
	ASSERT_EQ(0, mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
	ASSERT_NE(nullptr, mkdtemp(name));
	dir = name;
	/* What the loader mounts hides below a mount of this namespace, so that the directory is empty at the end. */
	ASSERT_EQ(0, mount("none", name, "tmpfs", 0, nullptr));
	dir += "/bpf";
	sh("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6");
	sh("ip link add hub address 02:00:5e:10:00:01 numtxqueues 2 numrxqueues 2 type veth peer name net address 02:00:5e:10:00:02");
	sh("ip link set hub up; ip link set net up; ip addr add 192.0.2.1/24 dev hub; ip neigh add 192.0.2.2 lladdr 02:00:5e:10:00:02 dev hub");
	ifindex = if_nametoindex("hub");
	ASSERT_NE(0u, ifindex);
}

void Lab::TearDown()
{
	std::string top = dir.substr(0, dir.rfind('/'));

	close_socket();
	if (steer != nullptr)
		loader_steer_close(steer);
	if (top.empty())
		return;
	(void)umount2(dir.c_str(), MNT_DETACH);
	(void)umount2(top.c_str(), MNT_DETACH);
	(void)rmdir(top.c_str());
}

void Lab::open()
{
	ASSERT_EQ(ERR_OK, loader_steer_open(&steer, dir.c_str()));
}

loader_port Lab::port(loader_role role) const
{
	loader_port p = {};

	p.ifindex = ifindex;
	p.role = role;
	p.mode = LOADER_NATIVE;
	p.guard = role == LOADER_WAN;
	return p;
}

void Lab::attach(const loader_port &p)
{
	ASSERT_EQ(ERR_OK, loader_steer_attach(steer, &p));
}

void Lab::locals()
{
	loader_local list[3] = {};

	ASSERT_EQ(ERR_OK, addr_parse(HUB4, &list[0].addr));
	ASSERT_EQ(ERR_OK, addr_parse(HUB6, &list[1].addr));
	ASSERT_EQ(ERR_OK, addr_parse(HUB4_LAN, &list[2].addr));
	list[0].underlay = list[1].underlay = true;
	ASSERT_EQ(ERR_OK, loader_rule_set_local(steer, list, 3));
}

void Lab::bind_socket()
{
	loader_xsk_config config = {};

	area = mmap(nullptr, FRAME_SIZE * FRAMES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, area);
	config.name = "hub";
	config.area = area;
	config.area_len = FRAME_SIZE * FRAMES;
	config.frame_size = FRAME_SIZE;
	config.ring_size = 256;
	ASSERT_EQ(ERR_OK, loader_xsk_open(&xsk, &config));
	ASSERT_EQ(ERR_OK, loader_steer_set_socket(steer, ifindex, 0, loader_xsk_fd(xsk)));
}

void Lab::close_socket()
{
	loader_xsk_close(xsk);
	if (area != nullptr)
		(void)munmap(area, FRAME_SIZE * FRAMES);
	xsk = nullptr;
	area = nullptr;
}

Lab::Counts Lab::counts()
{
	uint64_t values[STEER_V_COUNT];
	Counts out;

	if (loader_count_read(steer, ifindex, values) == ERR_ABSENT) {
		EXPECT_EQ(ERR_OK, loader_count_read(steer, 0, values));
	}
	for (unsigned v = 0; v < STEER_V_COUNT; v++)
		if (values[v] != 0)
			out[loader_count_name(static_cast<steer_verdict>(v))] = values[v];
	return out;
}

void Lab::forget_port()
{
	int fd = bpf_obj_get((dir + "/v3/steer_ports").c_str());

	ASSERT_GE(fd, 0);
	EXPECT_EQ(0, bpf_map_delete_elem(fd, &ifindex));
	(void)close(fd);
}

std::string Lab::moved(const Counts &before)
{
	std::string out;

	for (const auto &[name, value] : counts()) {
		auto old = before.find(name);
		uint64_t more = value - (old != before.end() ? old->second : 0);

		if (more == 0)
			continue;
		out += out.empty() ? name : "+" + name;
		if (more > 1)
			out += "*" + std::to_string(more);
	}
	return out;
}

void Lab::run(const Bytes &frame, uint32_t queue, uint32_t repeat)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct xdp_md ctx = {};

	ctx.data_end = static_cast<__u32>(frame.size());
	ctx.ingress_ifindex = ifindex;
	ctx.rx_queue_index = queue;
	opts.data_in = frame.data();
	opts.data_size_in = static_cast<__u32>(frame.size());
	opts.ctx_in = &ctx;
	opts.ctx_size_in = sizeof(ctx);
	opts.repeat = static_cast<int>(repeat);
	EXPECT_EQ(0, bpf_prog_test_run_opts(loader_steer_program(steer, LOADER_XDP), &opts)) << strerror(errno);
	returned = opts.retval;
}

std::string Lab::verdict(const Bytes &frame, uint32_t queue)
{
	Counts before = counts();

	run(frame, queue);
	return moved(before);
}

std::string Lab::guard(const Bytes &frame)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct __sk_buff ctx = {};
	Counts before = counts();

	ctx.ifindex = ifindex;
	opts.data_in = frame.data();
	opts.data_size_in = static_cast<__u32>(frame.size());
	opts.ctx_in = &ctx;
	opts.ctx_size_in = sizeof(ctx);
	opts.repeat = 1;
	if (bpf_prog_test_run_opts(loader_steer_program(steer, LOADER_GUARD), &opts) != 0)
		return std::string("test run failed: ") + strerror(errno);
	returned = opts.retval;
	return moved(before);
}

int Lab::packet_socket(const char *name)
{
	struct sockaddr_ll to = {};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));

	to.sll_family = AF_PACKET;
	to.sll_protocol = htons(ETH_P_ALL);
	to.sll_ifindex = static_cast<int>(if_nametoindex(name));
	EXPECT_EQ(0, bind(fd, reinterpret_cast<struct sockaddr *>(&to), sizeof(to)));
	return fd;
}

/* What we sent ourselves comes back as PACKET_OUTGOING: skipped. */
Bytes Lab::receive(int fd, int timeout_ms)
{
	struct sockaddr_ll from = {};
	Bytes out(4096);

	for (;;) {
		struct pollfd p = { fd, POLLIN, 0 };
		socklen_t from_len = sizeof(from);

		if (poll(&p, 1, timeout_ms) <= 0)
			return {};
		ssize_t len = recvfrom(fd, out.data(), out.size(), 0, reinterpret_cast<struct sockaddr *>(&from), &from_len);
		if (len < 0)
			return {};
		if (from.sll_pkttype == PACKET_OUTGOING)
			continue;
		out.resize(static_cast<size_t>(len));
		return out;
	}
}

void Lab::send(int fd, const Bytes &frame)
{
	ASSERT_EQ(static_cast<ssize_t>(frame.size()), ::send(fd, frame.data(), frame.size(), 0));
}

std::string hex(const Bytes &b)
{
	std::string out(2 * b.size() + 1, '\0');

	bytes_hex(bytes_of(b.data(), b.size()), out.data(), out.size());
	out.pop_back();
	return out;
}
