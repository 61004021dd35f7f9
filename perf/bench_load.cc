/*
 * A load for bench_setup: initiators in one process bring up sessions with a hub over real sockets, and the hub's process is
 * watched from outside.  Prints one line every so many set-ups: how many are up, CPU microseconds of the hub's for each of
 * these, its resident memory, its context switches for each.  Then all are deleted.
 */
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <dirent.h>
#include <event2/event.h>
#include <getopt.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "net/udp.h"
#include "side.h"

namespace
{
constexpr uint64_t GIVE_UP_MS = 15000;

struct Options {
	struct ike_path path = {};
	std::string pid, psk;
	unsigned count = 100, burst = 1, pause_ms = 0, every = 0, first = 0;
};

/* What the kernel says of the hub's process, all its threads. */
struct Reading {
	double cpu_us = 0;
	long switches = 0, rss_kb = 0;
};

/* Adds the number behind 'label' at the beginning of a line. */
void scan(const std::string &file, const std::string &label, long *value)
{
	FILE *f = fopen(file.c_str(), "re");
	char line[256];

	while (f != nullptr && fgets(line, sizeof(line), f) != nullptr)
		if (label.compare(0, label.size(), line, label.size()) == 0)
			*value += strtol(line + label.size(), nullptr, 10);
	if (f != nullptr)
		fclose(f);
}

Reading read_process(const std::string &pid)
{
	std::string tasks = "/proc/" + pid + "/task/";
	DIR *dir = opendir(tasks.c_str());
	Reading r;

	while (struct dirent *entry = dir == nullptr ? nullptr : readdir(dir)) {
		long ns = 0;

		if (entry->d_name[0] == '.')
			continue;
		scan(tasks + entry->d_name + "/schedstat", "", &ns);
		r.cpu_us += static_cast<double>(ns) / 1e3;
		scan(tasks + entry->d_name + "/status", "voluntary_ctxt_switches:", &r.switches);
	}
	if (dir != nullptr)
		closedir(dir);
	scan("/proc/" + pid + "/status", "VmRSS:", &r.rss_kb);
	return r;
}

struct Load {
	Options o;
	Side side;
	struct event_base *loop = event_base_new();
	struct event *timer = nullptr;
	struct net_udp *udp = nullptr;
	std::vector<struct slab_handle> up;
	struct ike_config want = {};

	void open(struct crypto *crypto, const struct crypto_rand *rand);
	void turn(uint64_t until_ms);
	void wait(const std::function<unsigned()> &count, unsigned target, const char *what);
	void burst();
	unsigned living() const;
	void end();
};

void Load::open(struct crypto *crypto, const struct crypto_rand *rand)
{
	struct net_udp_config config = {};

	config.netns_fd = -1;
	config.ctx = this;
	config.receive = [](void *ctx, const struct net_udp_path *from, struct bytes datagram) {
		Load *l = static_cast<Load *>(ctx);
		struct ike_path path = {};

		path.local = from->local;
		path.remote = from->remote;
		path.natt = from->natt;
		ike_engine_receive(l->side.engine, l->side.now_ms, &path, datagram);
	};
	want.want = IKE_WANT_IP4;
	side.now_ms = clock_now_ms();
	side.send = [this](const struct ike_path *path, struct bytes datagram) {
		struct net_udp_path to = { path->local, path->remote, path->natt };

		net_udp_send(udp, &to, datagram);
	};
	side.start(crypto, rand, "load.vpn.example.net", o.psk.c_str(), "aes-gcm-128 sha256 31");
	timer = evtimer_new(
		loop, [](evutil_socket_t, short, void *) {}, nullptr);
	must(net_udp_new(&udp, loop, &config), "sockets");
}

/* One turn of the loop, at most until then. */
void Load::turn(uint64_t until_ms)
{
	uint64_t now = clock_now_ms(), due = std::min(until_ms, ike_engine_next(side.engine));
	uint64_t wait_ms = due > now ? due - now : 0;
	struct timeval tv = { static_cast<time_t>(wait_ms / 1000), static_cast<suseconds_t>(wait_ms % 1000 * 1000) };

	event_add(timer, &tv);
	event_base_loop(loop, EVLOOP_ONCE);
	side.now_ms = clock_now_ms();
	ike_engine_advance(side.engine, side.now_ms);
}

void Load::wait(const std::function<unsigned()> &count, unsigned target, const char *what)
{
	uint64_t until = clock_now_ms() + GIVE_UP_MS;

	while (count() != target && clock_now_ms() < until)
		turn(until);
	if (count() == target)
		return;
	fprintf(stderr, "bench_load: %s: %u, not %u\n", what, count(), target);
	exit(1);
}

void Load::burst()
{
	unsigned size = std::min<unsigned>(o.burst, o.count - static_cast<unsigned>(up.size()));

	side.now_ms = clock_now_ms();
	for (unsigned i = 0; i < size; i++) {
		std::string name = "n" + std::to_string(o.first + up.size()) + ".vpn.example.net";

		up.push_back(side.initiate(o.path, name.c_str(), &want));
	}
	wait([this] { return side.ups; }, static_cast<unsigned>(up.size()), "sessions up");
	for (uint64_t until = clock_now_ms() + o.pause_ms; clock_now_ms() < until;)
		turn(until);
}

/* IKE SAs that are there, those that the hub hasn't confirmed the end of among them. */
unsigned Load::living() const
{
	struct ike_stats stats;

	ike_engine_stats(side.engine, &stats);
	return stats.sa_count;
}

void Load::end()
{
	for (size_t i = 0; i < up.size();) {
		for (size_t stop = std::min(i + o.burst, up.size()); i < stop; i++)
			ike_engine_delete(side.engine, side.now_ms, up[i]);
		wait([this] { return living(); }, static_cast<unsigned>(up.size() - i), "sessions left");
	}
	event_free(timer);
	net_udp_free(udp);
	event_base_free(loop);
}

void run(Load &l)
{
	unsigned every = l.o.every != 0 ? l.o.every : l.o.count;
	Reading last = read_process(l.o.pid);
	unsigned from = 0;

	while (l.up.size() < l.o.count) {
		unsigned n;

		l.burst();
		n = static_cast<unsigned>(l.up.size());
		if (n - from < every && n < l.o.count)
			continue;
		Reading now = read_process(l.o.pid);

		printf("%u\t%.1f\t%ld\t%.2f\n", n, (now.cpu_us - last.cpu_us) / (n - from), now.rss_kb,
			static_cast<double>(now.switches - last.switches) / (n - from));
		fflush(stdout);
		last = now;
		from = n;
	}
	l.end();
}

int usage()
{
	fputs("usage: bench_load --hub ADDR --from ADDR --pid PID --psk KEY [--count N] [--burst N] [--pause MS] [--every N] [--first N]\n",
		stderr);
	return 2;
}

bool take(Options &o, int option, const char *value)
{
	unsigned number = static_cast<unsigned>(strtoul(value, nullptr, 10));

	switch (option) {
	case 'h':
		return addr_parse(value, &o.path.remote.addr) == ERR_OK;
	case 'f':
		return addr_parse(value, &o.path.local.addr) == ERR_OK;
	case 'p':
		o.pid = value;
		return true;
	case 'k':
		o.psk = value;
		return true;
	case 'c':
		o.count = number;
		return number != 0;
	case 'b':
		o.burst = number;
		return number != 0;
	case 'w':
		o.pause_ms = number;
		return true;
	case 'e':
		o.every = number;
		return true;
	case '1':
		o.first = number;
		return true;
	default:
		return false;
	}
}
} // namespace

int main(int argc, char **argv)
{
	static const struct option known[] = { { "hub", 1, nullptr, 'h' }, { "from", 1, nullptr, 'f' }, { "pid", 1, nullptr, 'p' },
		{ "psk", 1, nullptr, 'k' }, { "count", 1, nullptr, 'c' }, { "burst", 1, nullptr, 'b' }, { "pause", 1, nullptr, 'w' },
		{ "every", 1, nullptr, 'e' }, { "first", 1, nullptr, '1' }, { nullptr, 0, nullptr, 0 } };
	struct crypto_rand rand = crypto_rand_system();
	struct crypto *crypto;
	int c;

	must(crypto_new(&crypto), "crypto");
	{
		Load l;

		l.o.path.local.port = l.o.path.remote.port = NET_UDP_IKE;
		while ((c = getopt_long(argc, argv, "", known, nullptr)) != -1)
			if (c == '?' || !take(l.o, c, optarg))
				return usage();
		if (l.o.pid.empty() || l.o.psk.empty() || l.o.path.local.addr.family == 0 || l.o.path.remote.addr.family == 0)
			return usage();
		l.open(crypto, &rand);
		run(l);
	}
	crypto_free(crypto);
	return 0;
}
