/*
 * What a set-up (IKE_SA_INIT and IKE_AUTH with the first CHILD_SA) costs the responder: two engines in one process, whose
 * datagrams are handed over by call.  Only what the responder's engine does is timed, by the thread's CPU clock; its world
 * answers at once, as a datapath in memory does.  Sockets, sessions and the event loop of naved aren't in it: perf/bench_setup
 * measures those from outside, beside charon's.
 */
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

#include <netinet/in.h>

#include "crypto/crypto.h"
#include "report.h"
#include "side.h"

namespace
{
constexpr int ROUNDS = 7;
constexpr unsigned SETUPS = 2000, WARM = 100;
constexpr double TARGET_US = 500;
const char *const PSK = "a benchmark's key";
const char *const METHOD =
	"two engines in one process, PSK, IKE and ESP AES-128-GCM, thread CPU time of one side, 7 rounds of 2000 set-ups "
	"which all stay up, median";

double cpu_us()
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

double median(std::vector<double> v)
{
	std::nth_element(v.begin(), v.begin() + static_cast<ptrdiff_t>(v.size() / 2), v.end());
	return v[v.size() / 2];
}

struct ike_path path_of(uint32_t from, uint32_t to)
{
	struct ike_path p = {};

	p.local.addr = addr_of_u32(from);
	p.remote.addr = addr_of_u32(to);
	p.local.port = p.remote.port = 500;
	return p;
}

struct Datagram {
	struct ike_path path; /* the receiver's */
	std::vector<uint8_t> data;
};

/* A side whose calls are timed. */
struct Timed : Side {
	double us = 0; /* CPU time of its engine */
	std::vector<Datagram> sent;

	Timed(struct crypto *crypto, const struct crypto_rand *rand, const char *name, const char *words)
	{
		send = [this](const struct ike_path *p, struct bytes d) {
			sent.push_back({ path_of(addr_u32(&p->remote.addr), addr_u32(&p->local.addr)), { d.data, d.data + d.len } });
		};
		start(crypto, rand, name, PSK, words);
	}
	void begin(const struct ike_path &path)
	{
		double from = cpu_us();

		initiate(path, nullptr, nullptr);
		us += cpu_us() - from;
	}
	void receive(const Datagram &d)
	{
		double from = cpu_us();

		ike_engine_receive(engine, now_ms, &d.path, bytes_of(d.data.data(), d.data.size()));
		us += cpu_us() - from;
	}
	/* A millisecond a set-up: what timers cost is in it. */
	void advance()
	{
		double from = cpu_us();

		ike_engine_advance(engine, ++now_ms);
		us += cpu_us() - from;
	}
};

void pass(Timed &from, Timed &to)
{
	std::vector<Datagram> flight;

	flight.swap(from.sent);
	for (const Datagram &d : flight)
		to.receive(d);
}

struct Cost {
	double responder, initiator;
};

Cost run(struct crypto *crypto, const struct crypto_rand *rand, const char *words)
{
	constexpr uint32_t HUB = 0xc6336401, FIRST_SPOKE = 0xc6120000; /* 198.51.100.1, 198.18.0.0/15 */
	Timed hub(crypto, rand, "hub.example.net", words), spoke(crypto, rand, "spoke.example.net", words);

	for (unsigned i = 0; i < WARM + SETUPS; i++) {
		if (i == WARM)
			hub.us = spoke.us = 0;
		spoke.begin(path_of(FIRST_SPOKE + i, HUB));
		while (!spoke.sent.empty() || !hub.sent.empty()) {
			pass(spoke, hub);
			pass(hub, spoke);
		}
		hub.advance();
		spoke.advance();
	}
	if (hub.ups != WARM + SETUPS || spoke.ups != WARM + SETUPS) {
		fprintf(stderr, "bench_setup: %u and %u of %u came up\n", hub.ups, spoke.ups, WARM + SETUPS);
		exit(1);
	}
	return { hub.us / SETUPS, spoke.us / SETUPS };
}

struct Case {
	const char *words, *responder, *initiator;
	double target;
	std::vector<double> hub = {}, spoke = {};
};

void add(struct report *report, const struct report_row &row)
{
	must(report_add(report, &row), "row");
}
} // namespace

int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	bool processes = argc > 3 && strcmp(argv[argc - 3], "--processes") == 0; /* measured by the script: naved, charon */
	struct crypto_rand rand = crypto_rand_system();
	Case cases[] = { { "aes-gcm-128 sha256 31", "engine, responder, x25519", "engine, initiator, x25519", TARGET_US },
		{ "aes-gcm-128 sha256 19", "engine, responder, P-256", "engine, initiator, P-256", NAN } };
	struct crypto *crypto;
	struct report *report;

	must(crypto_new(&crypto), "crypto");
	for (int round = 0; round < ROUNDS; round++)
		for (Case &c : cases) {
			Cost cost = run(crypto, &rand, c.words);

			c.hub.push_back(cost.responder);
			c.spoke.push_back(cost.initiator);
		}
	must(report_new(&report, "bench_setup", METHOD), "report");
	if (processes)
		add(report, { "naved, responder to strongSwan, x25519", "us", atof(argv[argc - 2]), atof(argv[argc - 1]),
				    "charon, kernel-libipsec", TARGET_US });
	for (const Case &c : cases) {
		add(report, { c.responder, "us", median(c.hub), NAN, nullptr, c.target });
		add(report, { c.initiator, "us", median(c.spoke), NAN, nullptr, NAN });
	}
	report_print(report, json);
	report_free(report);
	crypto_free(crypto);
	return 0;
}
