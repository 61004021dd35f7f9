#include "lab.h"

#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace
{

// Once a process: a namespace that goes with it.
class Namespace : public testing::Environment
{
      public:
	void SetUp() override
	{
		if (geteuid() != 0)
			GTEST_SKIP() << "needs root: a network namespace is made";
		ASSERT_EQ(unshare(CLONE_NEWNET | CLONE_NEWNS), 0);
		ASSERT_EQ(mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
		for (const char *n : { "0", "1" }) {
			std::string wan = std::string("wan") + n, peer = std::string("peer") + n;

			ASSERT_TRUE(run("ip link add " + wan + " type veth peer name " + peer));
			ASSERT_TRUE(run("ip link set " + wan + " up && ip link set " + peer + " up"));
			ASSERT_TRUE(run("ethtool -K " + wan + " tx off && ethtool -K " + peer + " tx off"));
			ASSERT_TRUE(run("ip neigh add 198.51.100.254 lladdr 02:00:00:00:00:fe nud permanent dev " + wan));
		}
		ASSERT_TRUE(run("ip link set lo up"));
	}
};

const auto *environment [[maybe_unused]] = testing::AddGlobalTestEnvironment(new Namespace);

struct addr at(const char *text)
{
	struct addr a = {};

	EXPECT_EQ(addr_parse(text, &a), ERR_OK) << text;
	return a;
}

struct addr_prefix prefix_of(const char *text)
{
	struct addr_prefix p = {};

	EXPECT_EQ(addr_parse_prefix(text, &p), ERR_OK) << text;
	return p;
}

dp_op op_of(dp_op_kind kind)
{
	dp_op op;

	memset(&op, 0, sizeof(op));
	op.kind = kind;
	return op;
}

template <size_t N> void name(char (&to)[N], const std::string &text)
{
	snprintf(to, N, "%s", text.c_str());
}

} // namespace

bool until(const std::function<bool()> &done, unsigned ms)
{
	auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);

	while (!done()) {
		if (std::chrono::steady_clock::now() > end)
			return false;
		std::this_thread::sleep_for(std::chrono::milliseconds(2));
	}
	return true;
}

bool run(const std::string &command)
{
	int status = system((command + " >/dev/null").c_str());

	EXPECT_EQ(status, 0) << command;
	return status == 0;
}

/* ---- programs ---- */

Program::Program(const std::string &log_file, const std::vector<std::string> &args) : log(log_file), pid(fork())
{
	if (pid != 0)
		return;
	std::vector<char *> argv;
	int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);

	for (const std::string &a : args)
		argv.push_back(const_cast<char *>(a.c_str()));
	argv.push_back(nullptr);
	dup2(fd, 1);
	dup2(fd, 2);
	execv(argv[0], argv.data());
	_exit(127);
}

int Program::stop(int signal)
{
	int status = -1;

	if (pid <= 0)
		return -1;
	kill(pid, signal);
	if (!until([&] { return waitpid(pid, &status, WNOHANG) != 0; }, 20000)) {
		ADD_FAILURE() << "doesn't end";
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	pid = -1;
	return status;
}

Program::~Program()
{
	if (pid > 0)
		stop(SIGKILL);
	if (testing::Test::HasFailure())
		std::cerr << "---- " << log << "\n" << std::ifstream(log).rdbuf();
}

/* ---- the wire ---- */

Tap::Tap(const std::string &netdev) : fd(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_IP)))
{
	sockaddr_ll a = {};

	a.sll_family = AF_PACKET;
	a.sll_protocol = htons(ETH_P_IP);
	a.sll_ifindex = (int)if_nametoindex(netdev.c_str());
	EXPECT_EQ(bind(fd, (const sockaddr *)&a, sizeof(a)), 0);
}

Tap::~Tap()
{
	close(fd);
}

std::optional<uint32_t> Tap::esp(uint32_t spi, unsigned ms)
{
	enum { ETHER = 14, IP = 20, PROTO = 9, ESP = 50 };
	pollfd p = { fd, POLLIN, 0 };
	uint8_t b[2048];
	uint32_t word[2];

	while (poll(&p, 1, (int)ms) == 1) {
		ssize_t len = recv(fd, b, sizeof(b), 0);

		if (len < ETHER + IP + 8 || b[ETHER + PROTO] != ESP)
			continue;
		memcpy(word, b + ETHER + IP, sizeof(word));
		if (ntohl(word[0]) == spi)
			return ntohl(word[1]);
	}
	return {};
}

/* ---- control ---- */

Control::Control(const std::string &path)
{
	int fd = -1;

	EXPECT_TRUE(until([&] { return dp_link_connect(path.c_str(), &fd) == ERR_OK; }, 20000)) << "nobody listens";
	EXPECT_EQ(dp_link_init(&link, fd), ERR_OK);
}

Control::~Control()
{
	dp_link_fini(&link);
	if (kept >= 0)
		close(kept);
}

void Control::send(const dp_msg &m, int pass)
{
	ASSERT_EQ(dp_link_send(&link, &m, pass), ERR_OK);
}

bool Control::receive(unsigned ms)
{
	pollfd p = { link.fd, POLLIN, 0 };
	int passed = -1;

	dp_codec_fini(&in);
	in = {};
	if (poll(&p, 1, (int)ms) != 1)
		return false;
	EXPECT_EQ(dp_link_recv(&link, &in, &passed), ERR_OK);
	if (passed >= 0) {
		if (kept >= 0)
			close(kept);
		kept = passed;
	}
	if (in.kind == DP_MSG_EVENTS)
		events.insert(events.end(), in.u.events.event, in.u.events.event + in.u.events.count);
	return in.kind != DP_MSG_NONE;
}

void Control::answer(dp_msg_kind kind)
{
	do
		ASSERT_TRUE(receive(20000)) << "no answer";
	while (in.kind == DP_MSG_EVENTS);
	ASSERT_EQ(in.kind, kind);
}

void Control::hello(uint64_t last_store, int fd)
{
	dp_msg m = {};

	m.kind = DP_MSG_HELLO;
	m.u.hello.major = DP_VERSION_MAJOR;
	m.u.hello.minor = DP_VERSION_MINOR;
	m.u.hello.role = DP_PEER_CONTROL;
	m.u.hello.instance = 77;
	m.u.hello.store = last_store;
	send(m, fd);
	answer(DP_MSG_HELLO);
	store = in.u.hello.store;
}

std::vector<dp_result> Control::txn(std::vector<dp_op> ops)
{
	dp_msg m = {};

	m.kind = DP_MSG_TXN;
	m.tag = 1;
	m.u.txn.count = (uint16_t)ops.size();
	m.u.txn.op = ops.data();
	send(m);
	for (auto &op : ops)
		dp_op_fini(&op);
	answer(DP_MSG_DONE);
	if (in.kind != DP_MSG_DONE)
		return std::vector<dp_result>(ops.size());
	return std::vector<dp_result>(in.u.done.result, in.u.done.result + in.u.done.count);
}

uint32_t Control::reserve()
{
	dp_msg m = {};

	m.kind = DP_MSG_SPI_RESERVE;
	m.tag = 2;
	m.u.reserve.count = 1;
	send(m);
	answer(DP_MSG_SPI_LEASE);
	return in.kind == DP_MSG_SPI_LEASE && in.u.lease.count == 1 ? in.u.lease.spi[0] : 0;
}

std::vector<dp_item> Control::dump()
{
	std::vector<dp_item> all;
	dp_msg m = {};

	m.kind = DP_MSG_DUMP;
	m.tag = 3;
	do {
		send(m);
		answer(DP_MSG_ITEMS);
		if (in.kind != DP_MSG_ITEMS)
			break;
		all.insert(all.end(), in.u.items.item, in.u.items.item + in.u.items.count);
		m.u.dump.cursor = in.u.items.next;
	} while (m.u.dump.cursor != 0);
	return all;
}

std::optional<dp_sa_stats> Control::stats(uint32_t sa)
{
	dp_msg m = {};

	m.kind = DP_MSG_STATS;
	m.tag = 4;
	m.u.stats.which = DP_STATS_SA;
	m.u.stats.id = sa;
	send(m);
	answer(DP_MSG_SAMPLES);
	if (in.kind != DP_MSG_SAMPLES || in.u.samples.count != 1)
		return {};
	return in.u.samples.u.sa[0];
}

std::optional<dp_event> Control::event(dp_event_kind kind, uint32_t id, unsigned ms)
{
	std::optional<dp_event> found;
	auto look = [&] {
		for (auto e = events.begin(); e != events.end(); ++e)
			if (e->kind == kind && e->id == id) {
				found = *e;
				events.erase(e);
				return true;
			}
		return receive(10) && false;
	};

	(void)until(look, ms);
	return found;
}

/* ---- the lab ---- */

void Lab::SetUp()
{
	char name[] = "/tmp/nvdp-XXXXXX";

	if (geteuid() != 0)
		GTEST_SKIP() << "needs root: a network namespace is made";
	dir = mkdtemp(name);
}

void Lab::TearDown()
{
	navedp = nullptr;
	navenic = nullptr;
	if (dir.empty())
		return;
	umount2((dir + "/bpf").c_str(), MNT_DETACH);
	std::filesystem::remove_all(dir);
}

void Lab::start()
{
	navedp = std::make_unique<Program>(
		dir + "/navedp.log", std::vector<std::string>{ NAVEDP, "--socket", dir + "/dp", "--state-dir", dir, "--file-prefix",
					     "nv" + std::to_string(getpid()), "--memory", "256" });
}

void Lab::start_nic(const std::string &profile)
{
	navenic = std::make_unique<Program>(dir + "/navenic.log",
		std::vector<std::string>{ NAVENIC, "--socket", dir + "/nic", "--profile", profile, "--mac", "02:00:00:00:00:01" });
	ASSERT_TRUE(until([&] { return access((dir + "/nic").c_str(), F_OK) == 0; }));
}

dp_op Lab::vrf(const char *tun)
{
	dp_op op = op_of(DP_PUT_VRF);

	name(op.u.vrf.name, "global");
	name(op.u.vrf.tun, tun);
	return op;
}

dp_op Lab::netdev(uint32_t id, const char *netdev)
{
	dp_op op = op_of(DP_PUT_PORT);

	op.u.port.id = id;
	op.u.port.kind = DP_PORT_NETDEV;
	op.u.port.role = DP_ROLE_WAN;
	op.u.port.up = true;
	name(op.u.port.name, "Ethernet0/" + std::to_string(id));
	name(op.u.port.spec, netdev);
	return op;
}

dp_op Lab::nic(uint32_t id)
{
	dp_op op = netdev(id, "");

	op.u.port.kind = DP_PORT_VDEV;
	op.u.port.offload = DP_OFFLOAD_AUTO;
	name(op.u.port.spec, "net_nave0,socket=" + dir + "/nic");
	name(op.u.port.twin, "twin0");
	return op;
}

dp_op Lab::local(const char *prefix, uint32_t port)
{
	dp_op op = op_of(DP_PUT_LOCAL);

	op.u.local.port = port;
	op.u.local.prefix = prefix_of(prefix);
	op.u.local.underlay = true;
	return op;
}

dp_op Lab::adjacency(uint32_t id, uint32_t port, const char *next_hop)
{
	dp_op op = op_of(DP_PUT_ADJACENCY);

	op.u.adjacency.id = id;
	op.u.adjacency.port = port;
	op.u.adjacency.next_hop = at(next_hop);
	return op;
}

dp_op Lab::tunnel(uint32_t id, uint32_t sa_out)
{
	dp_op op = op_of(DP_PUT_TUNNEL);

	op.u.tunnel.id = id;
	op.u.tunnel.sa_out = sa_out;
	op.u.tunnel.local = at("198.51.100.1");
	op.u.tunnel.remote = at("203.0.113.9");
	name(op.u.tunnel.name, "Virtual-Access" + std::to_string(id));
	return op;
}

dp_op Lab::sa(uint32_t id, dp_direction direction, uint32_t spi, uint32_t tunnel)
{
	dp_op op = op_of(DP_PUT_SA);
	dp_sa &s = op.u.sa;
	uint8_t key[20];

	memset(key, (int)id, sizeof(key));
	s.id = id;
	s.spi = spi;
	s.tunnel = tunnel;
	s.direction = (uint8_t)direction;
	s.cipher = DP_CIPHER_AES_GCM;
	s.allow_offload = true;
	s.window = direction == DP_IN ? 64 : 0;
	s.local.addr = at("198.51.100.1");
	s.remote.addr = at("203.0.113.9");
	s.ts_count = 1;
	s.ts[0].local.first = s.ts[0].remote.first = at("0.0.0.0");
	s.ts[0].local.last = s.ts[0].remote.last = at("255.255.255.255");
	s.ts[0].local.port_last = s.ts[0].remote.port_last = 65535;
	EXPECT_EQ(secret_set(&s.key, bytes_of(key, sizeof(key))), ERR_OK);
	return op;
}

dp_op Lab::route(const char *prefix, dp_action action, uint32_t target)
{
	dp_op op = op_of(DP_PUT_ROUTE);

	op.u.route.action = (uint8_t)action;
	op.u.route.target = target;
	op.u.route.prefix = prefix_of(prefix);
	return op;
}

dp_op Lab::del(dp_op op)
{
	dp_op_fini(&op);
	op.kind = dp_op_del_of(dp_op_class(op.kind));
	return op;
}
