/* Running ipsec-secgw: its configuration, its process, and its counters by DPDK's telemetry socket. */
#include "secgw.h"

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

namespace
{
constexpr int START_MS = 60000, STOP_MS = 10000, STEP_MS = 20;
constexpr uint32_t ANSWER_MAX = 16384;

void nap(int ms)
{
	(void)usleep(static_cast<useconds_t>(ms) * 1000);
}

std::string dotted(uint32_t a)
{
	return std::to_string(a >> 24) + "." + std::to_string(a >> 16 & 255) + "." + std::to_string(a >> 8 & 255) + "." +
	       std::to_string(a & 255);
}

std::string hex(const std::vector<uint8_t> &key)
{
	std::string s;
	char digits[4];

	for (uint8_t b : key) {
		(void)snprintf(digits, sizeof(digits), "%s%x", s.empty() ? "" : ":", b);
		s += digits;
	}
	return s;
}

/* Policies, SAs and routes as hub.h describes them; it wants policies before SAs. */
void write_config(const std::string &path, const Hub &hub)
{
	const char *const ports = "sport 0:65535 dport 0:65535\n";
	std::ofstream f(path);

	for (uint32_t i = 0; i < hub.spi.size(); i++) {
		f << "sp ipv4 out esp protect " << hub.spi[i] << " pri 1 dst " << dotted(HUB_INNER + i) << "/32 " << ports;
		f << "sp ipv4 in esp protect " << hub.spi[i] << " pri 1 src " << dotted(HUB_INNER + i) << "/32 " << ports;
	}
	for (uint32_t i = 0; i < hub.spi.size(); i++) {
		std::string algorithm = " aead_algo aes-128-gcm aead_key " + hex(hub_key(i)) + " mode ipv4-tunnel src ";
		std::string own = dotted(HUB_OWN), peer = dotted(HUB_PEER + i);

		f << "sa out " << hub.spi[i] << algorithm << own << " dst " << peer << " type cpu-crypto\n";
		f << "sa in " << hub.spi[i] << algorithm << peer << " dst " << own << " type cpu-crypto\n";
	}
	f << "rt ipv4 dst " << dotted(HUB_HOST) << "/32 port 0\nrt ipv4 dst " << dotted(HUB_PEER) << "/15 port 1\n";
	f << "neigh port 0 02:00:00:00:00:09\nneigh port 1 02:00:00:00:00:fe\n";
	check(f.good(), "configuration of ipsec-secgw");
}
} // namespace

void Secgw::run(const Conf &conf)
{
	std::string cpu = std::to_string(conf.cpu), config = conf.dir + "/secgw.cfg", log = conf.dir + "/secgw.log";
	std::string pcap = "net_pcap0," + conf.source, null = "net_null0," + conf.sink;
	std::string lan = conf.decap ? null : pcap, wan = conf.decap ? pcap : null;
	std::string queues = "(0,0," + cpu + "),(1,0," + cpu + ")";
	const char *args[] = { conf.program.c_str(), "-l", cpu.c_str(), "--in-memory", "--no-pci", "--file-prefix", prefix.c_str(), "-m",
		"768", "--vdev", lan.c_str(), "--vdev", wan.c_str(), "--vdev", "crypto_aesni_gcm0", "--", "-p", "3", "-P", "-u", "2", "-l",
		"-s", "32767", "--config", queues.c_str(), "-f", config.c_str(), nullptr };
	cpu_set_t cores;
	int out = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	check(out >= 0, "log of ipsec-secgw");
	memset(&cores, 0xff, sizeof(cores));
	pid = fork();
	check(pid >= 0, "fork");
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);            /* whoever gives up leaves nothing that spins */
		(void)sched_setaffinity(0, sizeof(cores), &cores); /* ours is one core; its telemetry needs another */
		(void)dup2(out, STDOUT_FILENO);
		(void)dup2(out, STDERR_FILENO);
		(void)execv(args[0], const_cast<char **>(args));
		_exit(127);
	}
	(void)close(out);
}

bool Secgw::connect_telemetry()
{
	struct sockaddr_un a = {};
	char greeting[ANSWER_MAX];

	a.sun_family = AF_UNIX;
	(void)snprintf(a.sun_path, sizeof(a.sun_path), "/var/run/dpdk/%s/dpdk_telemetry.v2", prefix.c_str());
	telemetry = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (connect(telemetry, reinterpret_cast<const struct sockaddr *>(&a), sizeof(a)) == 0 &&
		recv(telemetry, greeting, sizeof(greeting), 0) > 0)
		return true;
	(void)close(telemetry);
	telemetry = -1;
	return false;
}

uint64_t Secgw::stat(const std::string &name, int port)
{
	std::string ask = "/ethdev/stats," + std::to_string(port), key = "\"" + name + "\":";
	char answer[ANSWER_MAX] = "";
	const char *at;

	check(send(telemetry, ask.c_str(), ask.size(), MSG_NOSIGNAL) > 0 && recv(telemetry, answer, sizeof(answer) - 1, 0) > 0,
		"ipsec-secgw doesn't tell its counters");
	at = strstr(answer, key.c_str());
	return at == nullptr ? 0 : strtoull(at + key.size(), nullptr, 10);
}

Secgw::Secgw(const Conf &conf, const Hub &hub) : prefix("nave-bench-" + std::to_string(getpid())), out_port(conf.decap ? 0 : 1)
{
	int waited = 0;

	write_config(conf.dir + "/secgw.cfg", hub);
	run(conf);
	while (telemetry < 0 || sent() == 0) {
		check(waited < START_MS && waitpid(pid, nullptr, WNOHANG) == 0, "ipsec-secgw sends nothing: see build/secgw/secgw.log");
		nap(STEP_MS);
		waited += STEP_MS;
		if (telemetry < 0)
			(void)connect_telemetry();
	}
	check(clock_getcpuclockid(pid, &clock) == 0, "CPU clock of ipsec-secgw");
	bench_priority(pid, BENCH_PEER);
	pause();
}

Secgw::~Secgw()
{
	int waited = 0;

	resume();
	(void)kill(pid, SIGINT);
	while (waitpid(pid, nullptr, WNOHANG) == 0 && waited < STOP_MS) {
		nap(STEP_MS);
		waited += STEP_MS;
		if (waited >= STOP_MS)
			(void)kill(pid, SIGKILL);
	}
	(void)close(telemetry);
	(void)unlink(("/var/run/dpdk/" + prefix + "/dpdk_telemetry.v2").c_str());
	(void)rmdir(("/var/run/dpdk/" + prefix).c_str());
}

void Secgw::resume()
{
	(void)kill(pid, SIGCONT);
}

void Secgw::pause()
{
	(void)kill(pid, SIGSTOP);
}

double Secgw::cpu_ns() const
{
	return clock_ns(clock);
}

uint64_t Secgw::sent()
{
	return telemetry < 0 ? 0 : stat("opackets", out_port);
}

bool Secgw::lossless()
{
	uint64_t in = stat("ipackets", 1 - out_port); /* first: packets go on meanwhile */

	return sent() >= in - in / 100;
}
