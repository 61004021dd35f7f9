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
#include <deque>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <netinet/in.h>

#include "../tests/sim/world.h"
#include "crypto/crypto.h"
#include "report.h"

namespace
{
constexpr int ROUNDS = 7;
constexpr unsigned SETUPS = 2000, WARM = 100;
constexpr double TARGET_US = 150;
const char *const PSK = "a benchmark's key";
const char *const METHOD =
	"two engines in one process, PSK, IKE and ESP AES-128-GCM, thread CPU time of one side, 7 rounds of 2000 set-ups "
	"which all stay up, median";

void must(enum err err, const char *what)
{
	if (err == ERR_OK)
		return;
	fprintf(stderr, "bench_setup: %s: %s\n", what, err_str(err));
	exit(2);
}

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

/* An engine whose questions are answered inside the question. */
struct Side {
	struct ike_engine *engine = nullptr;
	struct ike_ports ports = {};
	struct ike_offers ike = {}, esp = {};
	struct ike_id id = {};
	struct ike_ts any = ike_ts_any(AF_INET);
	uint64_t now_ms = 1000;
	uint32_t spi = 0x1000;
	unsigned ups = 0;
	double us = 0; /* CPU time of its engine */
	std::vector<Datagram> sent;

	static Side *of(void *ctx)
	{
		return static_cast<Side *>(ctx);
	}
	void start(struct crypto *crypto, const struct crypto_rand *rand, const char *name, const char *words);
	struct ike_terms terms() const;
	struct secret psk() const;
	void initiate(const struct ike_path &path);
	void receive(const Datagram &d);
	void advance();
};

struct secret Side::psk() const
{
	struct secret s = {};

	must(secret_set(&s, bytes_str(PSK)), "key");
	return s;
}

struct ike_terms Side::terms() const
{
	struct ike_terms t = {};

	t.child.esp = esp;
	t.child.local = t.child.remote = &any;
	t.child.local_count = t.child.remote_count = 1;
	return t;
}

void Side::start(struct crypto *crypto, const struct crypto_rand *rand, const char *name, const char *words)
{
	struct ike_engine_config config = {};

	id.type = IKE_ID_FQDN;
	id.data = bytes_str(name);
	ike.count = esp.count = 1;
	ike.offer[0] = world_offer_ike(words);
	esp.offer[0] = world_offer_esp("aes-gcm-128");
	ports.ctx = this;
	ports.send = [](void *ctx, const struct ike_path *p, struct bytes d) {
		of(ctx)->sent.push_back({ path_of(addr_u32(&p->remote.addr), addr_u32(&p->local.addr)), { d.data, d.data + d.len } });
	};
	ports.keepalive = [](void *, const struct ike_path *) {};
	ports.policy = [](void *ctx, const struct ike_path *, struct ike_offers *offers) {
		*offers = of(ctx)->ike;
		return ERR_OK;
	};
	ports.authenticate = [](void *ctx, struct slab_handle sa, const struct ike_who *who) {
		struct ike_proof proof = {};

		proof.local_id = &of(ctx)->id;
		proof.verify = of(ctx)->psk();
		if (who->role == IKE_RESPONDER)
			proof.sign = of(ctx)->psk();
		ike_engine_authenticated(of(ctx)->engine, of(ctx)->now_ms, sa, &proof);
	};
	ports.authorize = [](void *ctx, struct slab_handle sa, const struct ike_plea *) {
		struct ike_grant grant = {};

		grant.terms = of(ctx)->terms();
		ike_engine_authorized(of(ctx)->engine, of(ctx)->now_ms, sa, &grant);
	};
	ports.spi_new = [](void *ctx, const struct ike_path *, uint32_t *out) {
		*out = of(ctx)->spi++;
		return ERR_OK;
	};
	ports.spi_free = [](void *, uint32_t) {};
	ports.install = [](void *ctx, struct slab_handle sa, struct ike_child_sa *child) {
		ike_engine_installed(of(ctx)->engine, of(ctx)->now_ms, sa, child->spi_in, ERR_OK);
	};
	ports.child_use = [](void *, struct slab_handle, uint32_t) {};
	ports.child_down = [](void *, struct slab_handle, uint32_t) {};
	ports.config_set = [](void *, struct slab_handle, const struct ike_config *, bool *) {};
	ports.up = [](void *ctx, struct slab_handle) { of(ctx)->ups++; };
	ports.down = [](void *, struct slab_handle, enum ike_down) {};
	ports.moved = [](void *, struct slab_handle, const struct ike_path *, bool) {};
	config.crypto = crypto;
	config.rand = rand;
	config.ports = &ports;
	must(ike_engine_new(&engine, &config, now_ms), "engine");
}

void Side::initiate(const struct ike_path &path)
{
	struct ike_request r = {};
	struct slab_handle h;
	double from = cpu_us();

	r.path = path;
	r.local_id = &id;
	r.psk = psk();
	r.terms = terms();
	must(ike_engine_initiate(engine, now_ms, &r, &h), "initiate");
	us += cpu_us() - from;
}

void Side::receive(const Datagram &d)
{
	double from = cpu_us();

	ike_engine_receive(engine, now_ms, &d.path, bytes_of(d.data.data(), d.data.size()));
	us += cpu_us() - from;
}

/* A millisecond a set-up: what timers cost is in it. */
void Side::advance()
{
	double from = cpu_us();

	ike_engine_advance(engine, ++now_ms);
	us += cpu_us() - from;
}

void pass(Side &from, Side &to)
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
	Side hub, spoke;

	hub.start(crypto, rand, "hub.example.net", words);
	spoke.start(crypto, rand, "spoke.example.net", words);
	for (unsigned i = 0; i < WARM + SETUPS; i++) {
		if (i == WARM)
			hub.us = spoke.us = 0;
		spoke.initiate(path_of(FIRST_SPOKE + i, HUB));
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
	ike_engine_free(spoke.engine);
	ike_engine_free(hub.engine);
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

/* Rows that were measured elsewhere: what, unit, nave, peer, peer's name, target with tabs between; "-" is none. */
void add_file(struct report *report, const char *path, std::deque<std::string> &kept)
{
	std::ifstream in(path);
	std::string line;

	while (std::getline(in, line)) {
		std::istringstream fields(line);
		const char *field[6] = {};

		for (const char *&f : field) {
			kept.emplace_back();
			std::getline(fields, kept.back(), '\t');
			f = kept.back().c_str();
		}
		auto number = [](const char *text) { return strcmp(text, "-") == 0 ? NAN : atof(text); };
		auto name = strcmp(field[4], "-") == 0 ? nullptr : field[4];

		add(report, { field[0], field[1], number(field[2]), number(field[3]), name, number(field[5]) });
	}
}
/* What the script says. */
struct Wish {
	bool json = false, engine = true;
	const char *rows = nullptr;
};

Wish read_wish(int argc, char **argv)
{
	Wish w;

	for (int i = 1; i < argc; i++) {
		std::string word = argv[i];

		if (word == "--json")
			w.json = true;
		else if (word == "--no-engine")
			w.engine = false;
		else if (word == "--rows" && i + 1 < argc)
			w.rows = argv[++i];
		else
			exit(2);
	}
	return w;
}

void measure(struct report *report)
{
	struct crypto_rand rand = crypto_rand_system();
	Case cases[] = { { "aes-gcm-128 sha256 31", "engine, responder, x25519", "engine, initiator, x25519", TARGET_US },
		{ "aes-gcm-128 sha256 19", "engine, responder, P-256", "engine, initiator, P-256", NAN } };
	struct crypto *crypto;

	must(crypto_new(&crypto), "crypto");
	for (int round = 0; round < ROUNDS; round++)
		for (Case &c : cases) {
			Cost cost = run(crypto, &rand, c.words);

			c.hub.push_back(cost.responder);
			c.spoke.push_back(cost.initiator);
		}
	for (const Case &c : cases) {
		add(report, { c.responder, "us", median(c.hub), NAN, nullptr, c.target });
		add(report, { c.initiator, "us", median(c.spoke), NAN, nullptr, NAN });
	}
	crypto_free(crypto);
}
} // namespace

int main(int argc, char **argv)
{
	Wish wish = read_wish(argc, argv);
	struct report *report;
	std::deque<std::string> kept; /* what rows borrow */

	must(report_new(&report, "bench_setup", METHOD), "report");
	if (wish.rows != nullptr)
		add_file(report, wish.rows, kept);
	if (wish.engine)
		measure(report);
	report_print(report, wish.json);
	report_free(report);
	return 0;
}
