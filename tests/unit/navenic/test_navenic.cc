// The real program over its real socket; the far side is a capture file or a veth pair in a namespace of the test's own.
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include <fstream>

#include "emu/wire/pcap.h"
#include "fwi/fault.h"
#include "lab.h"
#include "mbox/unix.h"

namespace
{

uint64_t now_ms()
{
	timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return uint64_t(t.tv_sec) * 1000 + uint64_t(t.tv_nsec) / 1000000;
}

std::string bin(const char *name)
{
	char self[4096] = "";

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		abort();
	std::string path(self);
	return path.substr(0, path.rfind('/') + 1) + name;
}

// A running navenic and the directory with its socket and captures.
struct Program {
	std::string dir, socket;
	pid_t pid = -1;

	explicit Program(std::vector<std::string> options = {})
	{
		char name[] = "/tmp/navenic-test.XXXXXX";

		dir = mkdtemp(name);
		socket = dir + "/socket";
		start(std::move(options));
	}

	~Program()
	{
		if (pid > 0)
			stop(SIGKILL);
		(void)!system(("rm -rf " + dir).c_str());
	}

	void start(std::vector<std::string> options)
	{
		options.insert(options.begin(), { bin("navenic"), "--socket", socket, "--mac", "02:00:00:00:00:01" });
		pid = fork();
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL); // a test that aborts leaves nobody behind
			std::vector<char *> argv;
			for (std::string &o : options)
				argv.push_back(o.data());
			argv.push_back(nullptr);
			execv(argv[0], argv.data());
			_exit(127);
		}
	}

	int stop(int signal)
	{
		int status = 0;

		kill(pid, signal);
		waitpid(pid, &status, 0);
		pid = -1;
		return status;
	}

	// One attempt to attach, as far as the device's word.
	fwi_status try_attach(fwi_bus **bus)
	{
		fwi_status st = mbox_unix_open(socket.c_str(), now_ms, bus);

		if (st != FWI_ST_OK)
			return st;
		for (int i = 0; i < 500 && (st = (*bus)->ops->welcome(*bus)) == FWI_ST_H_PENDING; i++)
			(*bus)->ops->wait(*bus, 10);
		if (st != FWI_ST_OK) {
			mbox_bus_close(*bus);
			*bus = nullptr;
		}
		return st;
	}

	// Attaches; waits until the program listens, has room and has answered, at most 5 s.
	fwi_bus *attach(fwi_status *why = nullptr)
	{
		fwi_bus *bus = nullptr;
		fwi_status st = FWI_ST_H_CLOSED;

		for (int i = 0; i < 500 && st == FWI_ST_H_CLOSED; i++) {
			st = try_attach(&bus);
			if (st == FWI_ST_H_CLOSED)
				usleep(10000);
		}
		if (why != nullptr)
			*why = st;
		else
			EXPECT_EQ(st, FWI_ST_OK);
		return bus;
	}

	// A bare connection.
	int connect_raw()
	{
		sockaddr_un un = {};
		int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

		un.sun_family = AF_UNIX;
		memcpy(un.sun_path, socket.data(), socket.size());
		for (int i = 0; i < 500; i++) {
			if (connect(fd, reinterpret_cast<sockaddr *>(&un), sizeof(un)) == 0)
				break;
			usleep(10000);
		}
		return fd;
	}
};

void nap()
{
	usleep(1000);
}

template <class F> bool eventually(F done, int ms = 3000)
{
	for (int i = 0; i < ms; i++) {
		if (done())
			return true;
		nap();
	}
	return done();
}

void write_capture(const std::string &path, const std::vector<Bytes> &frames)
{
	FILE *f = emu_pcap_create(path.c_str());

	ASSERT_NE(f, nullptr);
	for (const Bytes &b : frames)
		emu_pcap_append(f, 1234567, b.data(), uint32_t(b.size()));
	fclose(f);
}

std::vector<Bytes> read_capture(const std::string &path)
{
	std::vector<Bytes> frames;
	const uint8_t *data;
	uint32_t len;
	emu_pcap p;

	if (emu_pcap_load(&p, path.c_str()) != ERR_OK)
		return frames;
	while (emu_pcap_next(&p, &data, &len))
		frames.emplace_back(data, data + len);
	emu_pcap_fini(&p);
	return frames;
}

Bytes inner()
{
	return ip4({ .src = "10.1.0.1", .dst = "10.2.0.1" }, udp(7, 9, text("what nobody else may read")));
}

} // namespace

// Tx secured to a capture that OpenSSL opens; rx from a capture; the program ends with status 0 and leaves no socket.
TEST(Navenic, life_over_the_socket)
{
	SaSpec out, in = SaSpec::in();
	char name[] = "/tmp/navenic-cap.XXXXXX";
	std::string dir = mkdtemp(name);
	std::vector<Bytes> frames;

	for (uint64_t n = 1; n <= 200; n++) // more than the rings hold: the wire waits for the driver
		frames.push_back(ether_ip(our_mac, peer_mac, ip4({ .proto = 50 }, esp_seal(in.keys, in.spi, n, inner(), 4))));
	write_capture(dir + "/in.pcap", frames);
	Program p({ "--wire", "pcap=" + dir + "/in.pcap," + dir + "/out.pcap" });
	fwi_identity id;
	{
		Driver d(p.attach(), nap);
		ASSERT_EQ(mbox_query_identity(d.box, &id), FWI_ST_OK);
		EXPECT_STREQ(id.profile, "full");
		EXPECT_EQ(Bytes(id.mac, id.mac + 6), our_mac);
		ASSERT_EQ(d.add_sa(out), FWI_ST_OK);
		ASSERT_EQ(d.add_sa(in), FWI_ST_OK);
		ASSERT_EQ(d.add_rule(in.rule(0)), FWI_ST_OK);
		EXPECT_EQ(mbox_sa_unwiped(d.pool), 0u);
		d.bring_up();
		for (uint64_t n = 1; n <= 40; n++)
			d.send(d.secured(out, ether_ip(peer_mac, our_mac, inner()), n));
		EXPECT_TRUE(eventually([&] { return mbox_txq_reap(&d.tx[0]) == 40; }));
		std::vector<Received> got;
		EXPECT_TRUE(eventually([&] {
			for (Received &r : d.receive())
				got.push_back(r);
			return got.size() >= 200;
		}));
		ASSERT_EQ(got.size(), 200u);
		for (uint64_t n = 1; n <= 200; n++) {
			EXPECT_EQ(got[n - 1].comp.flags, FWI_RX_SEC_OK);
			EXPECT_EQ(le64_get(got[n - 1].comp.number), n);
			EXPECT_EQ(got[n - 1].frame, ether_ip(our_mac, peer_mac, inner()));
		}
	}
	auto sent = read_capture(dir + "/out.pcap");
	ASSERT_EQ(sent.size(), 40u);
	for (const Bytes &f : sent)
		EXPECT_EQ(esp_open(out.keys, slice(f, 34, f.size() - 34))->inner, inner());
	EXPECT_EQ(p.stop(SIGTERM), 0);
	EXPECT_NE(access(p.socket.c_str(), F_OK), 0);
	(void)!system(("rm -rf " + dir).c_str());
}

TEST(Navenic, small_profile_and_vector_zero)
{
	Program p({ "--profile", "small" });
	Driver d(p.attach(), [] {});
	SaSpec s;

	for (s.index = 0; s.index < 16; s.index++)
		ASSERT_EQ(d.add_sa(s), FWI_ST_OK);
	EXPECT_EQ(d.add_sa(s), FWI_ST_SA_FULL);
	fwi_cmd c;
	pollfd vector = { d.bus->vector_fd[0], POLLIN, 0 };
	uint64_t count;
	mbox_build_nop(&c);
	EXPECT_TRUE(mbox_arm(d.box));
	(void)!read(vector.fd, &count, sizeof(count));
	ASSERT_EQ(mbox_post(d.box, &c, nullptr, nullptr), FWI_ST_OK);
	EXPECT_EQ(poll(&vector, 1, 3000), 1) << "the interrupt wakes the driver";
}

TEST(Navenic, adoption_and_its_end)
{
	Program p({ "--keep", "1" });
	SaSpec s = SaSpec::in();

	{
		Driver d(p.attach(), nap);
		ASSERT_EQ(d.add_sa(s), FWI_ST_OK);
	}
	{
		Driver d(p.attach(), nap);
		EXPECT_EQ(d.add_sa(s), FWI_ST_EXISTS);
	}
	sleep(2);
	Driver d(p.attach(), nap);
	EXPECT_EQ(d.add_sa(s), FWI_ST_OK);
}

TEST(Navenic, one_driver_and_only_with_our_version)
{
	Program p;
	fwi_bus *bus = p.attach();
	fwi_status st;

	EXPECT_EQ(p.attach(&st), nullptr);
	EXPECT_EQ(st, FWI_ST_H_BUSY);
	mbox_bus_close(bus);
	int fd = p.connect_raw();
	fwi_attach_msg m = {};
	m.magic = le32_of(FWI_MAGIC);
	m.type = le16_of(FWI_ATTACH_HELLO);
	m.abi_major = le16_of(FWI_ABI_MAJOR + 1);
	ASSERT_EQ(send(fd, &m, sizeof(m), 0), ssize_t(sizeof(m)));
	ASSERT_EQ(recv(fd, &m, sizeof(m), 0), ssize_t(sizeof(m)));
	EXPECT_EQ(le16_get(m.type), FWI_ATTACH_REFUSED);
	EXPECT_EQ(le16_get(m.result), FWI_ATTACH_BAD_VERSION);
	EXPECT_EQ(recv(fd, &m, sizeof(m), 0), 0);
	close(fd);
}

TEST(Navenic, messages_that_break_the_protocol)
{
	Program p;
	fwi_attach_msg hello = {};

	hello.magic = le32_of(FWI_MAGIC);
	hello.type = le16_of(FWI_ATTACH_HELLO);
	hello.abi_major = le16_of(FWI_ABI_MAJOR);
	std::vector<Bytes> bad;
	bad.push_back(Bytes(31));
	bad.push_back(Bytes(33));
	bad.push_back(Bytes(32));
	for (unsigned type : { 0, 2, 3, 4, 5, 6, 7, 999 }) { // region messages before HELLO, and what only devices say
		fwi_attach_msg m = hello;
		m.type = le16_of(uint16_t(type));
		bad.emplace_back(reinterpret_cast<uint8_t *>(&m), reinterpret_cast<uint8_t *>(&m + 1));
	}
	for (const Bytes &b : bad) {
		int fd = p.connect_raw();
		fwi_attach_msg m = {};
		ASSERT_EQ(send(fd, b.data(), b.size(), 0), ssize_t(b.size()));
		ASSERT_EQ(recv(fd, &m, sizeof(m), 0), ssize_t(sizeof(m)));
		EXPECT_EQ(le16_get(m.result), FWI_ATTACH_BAD_MESSAGE);
		close(fd);
	}
	int idle[6];
	for (int &fd : idle) // connections that say nothing, and more than there is room for
		fd = p.connect_raw();
	for (int fd : idle)
		close(fd);
	fwi_status st = FWI_ST_H_BUSY;
	fwi_bus *bus = nullptr;
	for (int i = 0; i < 500 && st == FWI_ST_H_BUSY; i++) { // until it has seen that they are gone
		bus = p.attach(&st);
		if (st == FWI_ST_H_BUSY)
			usleep(10000);
	}
	ASSERT_NE(bus, nullptr);
	mbox_bus_close(bus);
}

TEST(Navenic, unsealed_memory_is_refused)
{
	Program p;
	fwi_bus *bus = p.attach();
	int fd = memfd_create("unsealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	uint16_t id;

	ASSERT_EQ(ftruncate(fd, 4096), 0);
	EXPECT_EQ(bus->ops->region_add(bus, fd, 4096, &id), FWI_ST_H_MEMORY);
	ASSERT_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
	EXPECT_EQ(bus->ops->region_add(bus, fd, 8192, &id), FWI_ST_H_MEMORY);
	EXPECT_EQ(bus->ops->region_add(bus, fd, 4096, &id), FWI_ST_OK);
	EXPECT_EQ(bus->ops->region_del(bus, id), FWI_ST_OK);
	EXPECT_EQ(bus->ops->region_del(bus, id), FWI_ST_H_MEMORY);
	EXPECT_TRUE(bus->ops->alive(bus));
	close(fd);
	mbox_bus_close(bus);
}

TEST(Navenic, death_is_noticed_and_a_new_one_is_another)
{
	Program p;
	uint64_t boot;

	{
		Driver d(p.attach(), nap);
		SaSpec s;
		boot = mbox_boot_id(d.box);
		ASSERT_EQ(d.add_sa(s), FWI_ST_OK);
		p.stop(SIGKILL);
		EXPECT_TRUE(eventually([&] { return mbox_poll(d.box) == FWI_ST_H_CLOSED; }));
	}
	p.start({}); // the socket's file is still there
	Driver d(p.attach(), nap);
	EXPECT_NE(mbox_boot_id(d.box), boot);
}

TEST(Navenic, faults_reach_the_process)
{
	Program p({ "--allow-faults" });
	{
		Driver d(p.attach(), nap);
		fwi_cmd c;
		mbox_build_fault(&c, FWI_FAULT_HANG, 300, 0);
		ASSERT_EQ(d.call(c), FWI_ST_OK);
		uint64_t begin = now_ms();
		mbox_build_nop(&c);
		EXPECT_EQ(d.call(c), FWI_ST_OK);
		EXPECT_GT(now_ms() - begin, 200u);
	}
	Driver d(p.attach(), nap);
	fwi_cmd c;
	mbox_build_fault(&c, FWI_FAULT_CRASH, 0, 0);
	(void)d.call(c);
	int status = 0;
	waitpid(p.pid, &status, 0);
	p.pid = -1;
	EXPECT_EQ(WEXITSTATUS(status), 134);
	EXPECT_TRUE(eventually([&] { return mbox_poll(d.box) == FWI_ST_H_CLOSED; }));
}

TEST(Navenic, hung_for_ever_dies_by_sigterm)
{
	Program p({ "--allow-faults" });
	Driver d(p.attach(), nap);
	fwi_cmd c;

	d.bring_up();
	mbox_build_fault(&c, FWI_FAULT_HANG, 0, 0);
	ASSERT_EQ(d.call(c), FWI_ST_OK);
	EXPECT_TRUE(eventually([&] { return mbox_poll(d.box) == FWI_ST_H_TIMEOUT; }));
	uint64_t begin = now_ms();
	d.close();
	EXPECT_LT(now_ms() - begin, 1500u) << "a device given up is asked nothing";
	EXPECT_EQ(p.stop(SIGTERM), 0);
}

// An idle device, port up and attached, costs less than 1 % of a core.
TEST(Navenic, idle_costs_nothing)
{
	Program p;
	Driver d(p.attach(), nap);
	auto cpu_ns = [&] {
		std::ifstream f("/proc/" + std::to_string(p.pid) + "/schedstat");
		uint64_t ns = 0;
		f >> ns;
		return ns;
	};

	d.bring_up();
	usleep(200000);
	uint64_t begin = cpu_ns();
	usleep(1000000);
	EXPECT_LT(cpu_ns() - begin, 10000000u);
	EXPECT_EQ(mbox_poll(d.box), FWI_ST_OK) << "and still beats";
}

TEST(Navenic, command_line)
{
	auto run = [](const std::string &args) { return WEXITSTATUS(system((bin("navenic") + " " + args + " >/dev/null 2>&1").c_str())); };

	EXPECT_EQ(run("--version"), 0);
	EXPECT_EQ(run("--help"), 0);
	EXPECT_EQ(run(""), 2);
	EXPECT_EQ(run("--socket /tmp/x extra"), 2);
	EXPECT_EQ(run("--socket /tmp/x --profile none"), 2);
	EXPECT_EQ(run("--socket /tmp/x --keep -1"), 2);
	EXPECT_EQ(run("--socket /tmp/x --mac 01:00:00:00:00:00"), 2);
	EXPECT_EQ(run("--socket /tmp/x --wire tube"), 1);
	EXPECT_EQ(run("--socket /tmp/x --wire netdev=no-such-if"), 1);
	EXPECT_EQ(run("--socket /nonexistent/x"), 1);
}

// A veth pair: what the kernel sends (checksum left to hardware) arrives whole, what the device sends is on the wire.
TEST(Navenic, netdev_wire)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0)
		GTEST_SKIP() << "needs root: makes a network namespace";
	ASSERT_EQ(system("ip link add dev v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up && "
			 "ip addr add 198.51.100.1/24 dev v1 && ip neigh add 198.51.100.2 lladdr 02:00:00:00:00:01 dev v1"),
		0);
	Program p({ "--wire", "netdev=v0" });
	Driver d(p.attach(), nap);
	d.bring_up();

	int sock = socket(AF_INET, SOCK_DGRAM, 0);
	sockaddr_in to = {};
	to.sin_family = AF_INET;
	to.sin_port = htons(4242);
	memcpy(&to.sin_addr, addr4("198.51.100.2").data(), 4);
	ASSERT_EQ(sendto(sock, "ping-pong", 9, 0, reinterpret_cast<sockaddr *>(&to), sizeof(to)), 9);
	std::vector<Received> got;
	auto is_ours = [](const Received &r) { return r.frame.size() == 14 + 28 + 9 && r.frame[23] == 17; };
	EXPECT_TRUE(eventually([&] {
		for (Received &r : d.receive())
			if (is_ours(r))
				got.push_back(r);
		return !got.empty();
	}));
	ASSERT_EQ(got.size(), 1u);
	Bytes ip = slice(got[0].frame, 14, 37);
	Bytes covered = slice(ip, 12, 8) + Bytes{ 0, 17 } + be(17, 2) + slice(ip, 20, 17) + Bytes{ 0 };
	EXPECT_EQ(ip_sum(covered), 0) << "the checksum was completed";

	int raw = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	sockaddr_ll ll = {};
	ll.sll_family = AF_PACKET;
	ll.sll_protocol = htons(ETH_P_ALL);
	ll.sll_ifindex = int(if_nametoindex("v1"));
	ASSERT_EQ(bind(raw, reinterpret_cast<sockaddr *>(&ll), sizeof(ll)), 0);
	SaSpec s;
	ASSERT_EQ(d.add_sa(s), FWI_ST_OK);
	Bytes frame = ether_ip({ 2, 0, 0, 0, 0, 9 }, our_mac, inner());
	d.send(d.secured(s, frame, 1));
	Bytes seen(2000);
	EXPECT_TRUE(eventually([&] {
		ssize_t n = recv(raw, seen.data(), seen.size(), MSG_DONTWAIT);
		return n > 34 && seen[12] == 8 && seen[23] == 50 && (seen.resize(size_t(n)), true);
	}));
	ASSERT_GT(seen.size(), 34u);
	EXPECT_EQ(esp_open(s.keys, slice(seen, 34, seen.size() - 34))->inner, inner());
	close(raw);
	close(sock);
}
