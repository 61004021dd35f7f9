/*
 * What ESP in software costs a worker: cycles per packet of the whole path (classify, route, selectors, ESP, outer header)
 * between a source that copies frames into mbufs and a sink that frees them.  The source and sink alone are measured on the
 * same frames and subtracted; both figures are shown.  Packets take the SAs in turn, the worst order for caches.
 */
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_mbuf.h>

#include "db/db.h"
#include "db/local.h"
#include "engine/engine.h"
#include "engine/select.h"
#include "path/port.h"
#include "path/worker.h"
#include "report.h"

namespace
{
constexpr int ROUNDS = 7, PASSES = 9;
constexpr uint32_t PASS = 4096, STRIDE = 1536, ETHER = 14, OUTER = 20;
constexpr uint32_t SLOTS = 1 << 14, LAN = 1, WAN = 2, GATEWAY = 4;
constexpr uint32_t FIRST_INNER = 0x0a800000, FIRST_PEER = 0xc6120000; /* 10.128.0.0, 198.18.0.0 */
constexpr uint32_t HOST = 0x0a000009, OWN = 0xc0000201;               /* 10.0.0.9, 192.0.2.1 */
const char *const METHOD =
	"one worker, AES-128-GCM tunnel over IPv4, length of the clear frame, CPU time in TSC cycles, source and sink subtracted, passes of "
	"4096 packets or more with at least 95 % of the core, median";

void must(enum err err, const char *what)
{
	if (err == ERR_OK)
		return;
	fprintf(stderr, "bench_esp: %s: %s\n", what, err_str(err));
	exit(2);
}

void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench_esp: %s\n", what);
	exit(2);
}

double clock_ns(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

double median(std::vector<double> v)
{
	check(!v.empty(), "the machine is too busy: no sample had 95 % of its core");
	std::nth_element(v.begin(), v.begin() + static_cast<ptrdiff_t>(v.size() / 2), v.end());
	return v[v.size() / 2];
}

void put16(uint8_t *b, uint32_t v)
{
	b[0] = static_cast<uint8_t>(v >> 8);
	b[1] = static_cast<uint8_t>(v);
}

void put32(uint8_t *b, uint32_t v)
{
	put16(b, v >> 16);
	put16(b + 2, v);
}

/* Ethernet and IPv4 headers of a frame of 'len' bytes. */
void put_headers(uint8_t *b, uint8_t mac, uint32_t len, uint8_t proto, uint32_t src, uint32_t dst)
{
	const uint8_t ether[ETHER] = { 2, 0, 0, 0, 0, mac, 2, 0, 0, 0, 0, 0x77, 8, 0 };
	uint8_t *ip = b + ETHER;
	uint32_t sum = 0;

	memcpy(b, ether, sizeof(ether));
	memset(ip, 0, OUTER);
	ip[0] = 0x45;
	put16(ip + 2, len - ETHER);
	ip[8] = 64;
	ip[9] = proto;
	put32(ip + 12, src);
	put32(ip + 16, dst);
	for (unsigned i = 0; i < OUTER; i += 2)
		sum += static_cast<uint32_t>(ip[i] << 8 | ip[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, ~(sum + (sum >> 16)));
}

/* Frames that a source gives, and a sink that counts. */
struct Port {
	struct rte_mempool *pool = nullptr;
	std::vector<uint8_t> frames = {};
	uint32_t len = 0, count = 0, next = 0;
	uint64_t sent = 0;

	void fill(uint32_t frame_len, uint32_t frame_count)
	{
		len = frame_len;
		count = frame_count;
		frames.resize(size_t{ STRIDE } * frame_count);
	}
	uint8_t *frame(uint32_t i)
	{
		return &frames[size_t{ STRIDE } * i];
	}
};

uint16_t source(void *dev, uint16_t, struct rte_mbuf **pkts, uint16_t room)
{
	Port *p = static_cast<Port *>(dev);
	uint16_t n = static_cast<uint16_t>(std::min<uint32_t>(room, p->count - p->next));

	if (n == 0 || rte_pktmbuf_alloc_bulk(p->pool, pkts, n) != 0)
		return 0;
	for (uint16_t i = 0; i < n; i++)
		memcpy(rte_pktmbuf_append(pkts[i], static_cast<uint16_t>(p->len)), p->frame(p->next++), p->len);
	return n;
}

uint16_t sink(void *dev, uint16_t, struct rte_mbuf **pkts, uint16_t n)
{
	static_cast<Port *>(dev)->sent += n;
	rte_pktmbuf_free_bulk(pkts, n);
	return n;
}

const struct path_port_ops port_ops = { "bench", source, sink, nullptr };

/* A hub with 'count' tunnels, each with a peer, a route and an SA in each direction under one key. */
class Hub
{
      public:
	Hub(struct rte_mempool *pool, uint32_t count);
	~Hub();
	Hub(const Hub &) = delete;
	Hub &operator=(const Hub &) = delete;

	void prepare_encap(uint32_t len);
	void prepare_decap(uint32_t len); /* with numbers not seen before */
	void pass();
	void pass_source(Port &port);
	Port lan, wan;

      private:
	uint32_t packets() const
	{
		return std::max(PASS / count, UINT32_C(1)) * count;
	}
	uint8_t add_port(uint32_t id, uint8_t mac, bool guarded, Port &port);
	void add_route(uint32_t base, uint8_t bits, enum dp_action action, uint32_t target);
	void add_tunnel(uint32_t i);
	void add_sa(uint32_t i, enum dp_direction direction);
	void put_tunnel(uint32_t i, uint32_t sa_out);
	void seal(uint32_t i, uint64_t seq, uint8_t *b);

	uint32_t count;
	struct db *db = nullptr;
	struct engine *engine = nullptr;
	struct path_worker *worker = nullptr;
	struct path_port ports[DB_PORT_MAX] = {};
	std::vector<uint32_t> spi;
	uint64_t seq = 0;
	uint64_t now_ms = 1000;
};

uint8_t Hub::add_port(uint32_t id, uint8_t mac, bool guarded, Port &port)
{
	struct db_port p = {};
	uint8_t index;

	p.id = id;
	p.kind = DB_PORT_WIRE;
	p.mtu = 1500;
	p.live = true;
	p.guarded = guarded;
	p.peer = DB_PORT_NONE;
	p.epoch = 1;
	p.mac[0] = 2;
	p.mac[5] = mac;
	must(db_port_add(db, &p, &index), "port");
	ports[index] = { &port_ops, &port };
	return index;
}

void Hub::add_route(uint32_t base, uint8_t bits, enum dp_action action, uint32_t target)
{
	struct dp_route r = {};

	r.action = static_cast<uint8_t>(action);
	r.target = target;
	r.prefix.addr = addr_of_u32(base);
	r.prefix.len = bits;
	must(db_route_put(db, &r), "route");
}

void Hub::put_tunnel(uint32_t i, uint32_t sa_out)
{
	struct dp_tunnel t = {};

	t.id = i + 1;
	t.sa_out = sa_out;
	t.df = DP_DF_COPY;
	t.local = addr_of_u32(OWN);
	t.remote = addr_of_u32(FIRST_PEER + i);
	must(db_tunnel_put(db, &t), "tunnel");
}

void Hub::add_sa(uint32_t i, enum dp_direction direction)
{
	struct engine_wish wish = {};
	struct dp_sa s = {};
	struct db_sa *sa;
	uint8_t key[20] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	put32(key + 8, i);
	s.id = 2 * i + 1 + (direction == DP_OUT);
	s.spi = spi[i];
	s.tunnel = i + 1;
	s.direction = static_cast<uint8_t>(direction);
	s.cipher = DP_CIPHER_AES_GCM;
	s.window = direction == DP_IN ? 64 : 0;
	s.local.addr = addr_of_u32(OWN);
	s.remote.addr = addr_of_u32(FIRST_PEER + i);
	s.ts_count = 1;
	s.ts[0].local.first = s.ts[0].remote.first = addr_of_u32(0);
	s.ts[0].local.last = s.ts[0].remote.last = addr_of_u32(UINT32_MAX);
	s.ts[0].local.port_last = s.ts[0].remote.port_last = UINT16_MAX;
	must(secret_set(&s.key, bytes_of(key, sizeof(key))), "key");
	must(db_sa_prepare(db, &s, &sa), "SA");
	wish.port = DB_PORT_NONE;
	must(engine_select(engine, sa, &wish), "engine");
	db_sa_publish(db, sa, engine_drop, engine);
}

void Hub::add_tunnel(uint32_t i)
{
	put_tunnel(i, 0);
	add_sa(i, DP_IN);
	add_sa(i, DP_OUT);
	put_tunnel(i, 2 * i + 2);
	add_route(FIRST_INNER + i, 32, DP_ROUTE_TUNNEL, i + 1);
}

Hub::Hub(struct rte_mempool *pool, uint32_t tunnels) : count(tunnels), spi(tunnels)
{
	const uint8_t seed[32] = { 3 }, host_mac[6] = { 2, 0, 0, 0, 0, 9 }, gateway_mac[6] = { 2, 0, 0, 0, 0, 0xfe };
	struct db_limits limits = { SLOTS, 0, SLOTS, 64, 4 * SLOTS, 1 };
	struct dp_adjacency adjacency = { GATEWAY, WAN, addr_of_u32(OWN + 0xfd) };
	struct addr host = addr_of_u32(HOST);
	struct dp_local local = {};
	struct path_worker_conf conf = {};
	struct db_state state;

	must(db_state_new(&state, SLOTS, 9), "state");
	must(db_new(&db, &limits, &state, seed), "db");
	must(engine_new(&engine, 1, 2 * SLOTS, seed), "engine");
	lan.pool = wan.pool = pool;
	const struct path_queue queues[] = { { add_port(LAN, LAN, false, lan), 0 }, { add_port(WAN, WAN, true, wan), 0 } };
	local.port = LAN;
	local.prefix = { addr_of_u32(HOST - 8), 24 };
	must(db_local_put(db, &local), "address");
	local.port = WAN;
	local.prefix = { addr_of_u32(OWN), 24 };
	must(db_local_put(db, &local), "address");
	must(db_adj_resolve(db, queues[0].port, &host, host_mac), "host");
	must(db_adj_put(db, &adjacency), "gateway");
	must(db_adj_resolve(db, queues[1].port, &adjacency.next_hop, gateway_mac), "gateway");
	add_route(0, 0, DP_ROUTE_ADJACENCY, GATEWAY);
	check(db_sa_reserve(db, false, spi.data(), count) == count, "SPIs");
	for (uint32_t i = 0; i < count; i++)
		add_tunnel(i);
	conf.db = db;
	conf.engine = engine;
	conf.ports = ports;
	conf.pool = pool;
	conf.worker_count = 1;
	conf.cycles_per_s = rte_get_tsc_hz();
	must(path_worker_new(&worker, &conf), "worker");
	must(path_worker_join(&worker, 1), "worker");
	must(path_worker_set_queues(worker, queues, 2), "queues");
	db_rcu_online(db->rcu, 0);
	(void)path_worker_poll(worker, now_ms);
	(void)db_rcu_reclaim(db->rcu);
}

Hub::~Hub()
{
	db_rcu_offline(db->rcu, 0);
	path_worker_free(worker);
	db_free(db);
	engine_free(engine);
}

void Hub::prepare_encap(uint32_t len)
{
	wan.count = 0;
	lan.fill(len, packets());
	for (uint32_t i = 0; i < lan.count; i++)
		put_headers(lan.frame(i), LAN, len, IPPROTO_UDP, HOST, FIRST_INNER + i % count);
}

/* What peer 'i' sends: b holds the headers, the clear packet follows ESP header and IV. */
void Hub::seal(uint32_t i, uint64_t number, uint8_t *b)
{
	const struct db_sa *sa = db_sa_find(db, 2 * i + 2);
	struct engine_op op = {};

	op.esp = b + ETHER + OUTER;
	op.session = sa->session;
	op.seq = number;
	op.len = wan.len - ETHER - OUTER;
	put32(op.esp, spi[i]);
	put32(op.esp + 4, static_cast<uint32_t>(number));
	sa->engine->encrypt(engine_lcore_of(engine, 0), &op, 1);
	check(op.ok, "a packet couldn't be sealed");
}

void Hub::prepare_decap(uint32_t len)
{
	const struct db_sa *sa = db_sa_find(db, 1);
	uint32_t inner = len - ETHER;
	uint32_t clear = (inner + 2 + sa->align - 1) / sa->align * sa->align;
	uint32_t esp = ETHER + OUTER + DB_SA_ESP, at = esp + sa->iv_len;
	uint8_t trailer[16];

	lan.count = 0;
	wan.fill(at + clear + sa->icv_len, packets());
	for (uint8_t i = 0; i < sizeof(trailer); i++)
		trailer[i] = static_cast<uint8_t>(i + 1);
	for (uint32_t i = 0; i < wan.count; i++) {
		uint8_t *b = wan.frame(i);
		uint32_t pad = clear - inner - 2;

		put_headers(b + at - ETHER, 0, len, IPPROTO_UDP, FIRST_INNER + i % count, HOST);
		put_headers(b, WAN, wan.len, IPPROTO_ESP, FIRST_PEER + i % count, OWN);
		memcpy(b + at + inner, trailer, pad);
		b[at + clear - 2] = static_cast<uint8_t>(pad);
		b[at + clear - 1] = IPPROTO_IPIP;
		seal(i % count, seq + i / count + 1, b);
	}
	seq += wan.count / count;
}

/* All frames of both ports, once. */
void Hub::pass()
{
	uint64_t expected = lan.sent + wan.sent + lan.count + wan.count;

	lan.next = wan.next = 0;
	now_ms++;
	while (path_worker_poll(worker, now_ms) != 0)
		;
	check(lan.sent + wan.sent == expected, "packets were lost");
}

void Hub::pass_source(Port &port)
{
	struct rte_mbuf *pkts[32];
	uint16_t n;

	port.next = 0;
	while ((n = source(&port, 0, pkts, 32)) != 0)
		(void)sink(&port, 0, pkts, n);
}

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

struct Case {
	bool decap;
	uint32_t len, count;
	std::string what, what_source;
	Sample path = {}, source = {};

	Case(bool in, uint32_t frame_len, uint32_t sas) : decap(in), len(frame_len), count(sas)
	{
		what = (in ? "decap, " : "encap, ") + std::to_string(len) + " B, " + std::to_string(sas) + (sas == 1 ? " SA" : " SAs");
		what_source = what + ": source and sink";
	}
	void run(Hub &hub)
	{
		Port &port = decap ? hub.wan : hub.lan;

		if (!decap)
			hub.prepare_encap(len);
		for (int i = 0; i < PASSES; i++) {
			if (decap)
				hub.prepare_decap(len);
			hub.pass_source(port); /* the caches as a pass leaves them */
			source.take(port.count, [&] { hub.pass_source(port); });
			path.take(port.count, [&] { hub.pass(); });
		}
	}
	/* ipsec-secgw's best mode on another day: 316 cycles as run, 43 of them its source */
	double target() const
	{
		return !decap && len == 64 && count == 1 ? 316 - 43 : NAN;
	}
};

void add(struct report *report, const std::string &what, double cycles, double target)
{
	struct report_row row = { what.c_str(), "cycles", cycles, NAN, nullptr, target };

	must(report_add(report, &row), "row");
}

struct rte_mempool *start_eal()
{
	const char *args[] = { "bench_esp", "--in-memory", "--no-pci", "--no-telemetry", "-m", "64", "-l", "0", "--log-level", "error" };
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
	std::vector<Case> cases;
	struct report *report;

	for (uint32_t count : { 1, 1000, 10000 }) {
		Hub hub(pool, count);
		size_t first = cases.size();

		for (bool decap : { false, true })
			for (uint32_t len : { 64, 512, 1400 })
				cases.emplace_back(decap, len, count);
		for (int round = 0; round < ROUNDS; round++)
			for (size_t i = first; i < cases.size(); i++)
				cases[i].run(hub);
	}
	must(report_new(&report, "bench_esp", METHOD), "report");
	for (const Case &c : cases) {
		double alone = median(c.source.cycles);

		add(report, c.what, median(c.path.cycles) - alone, c.target());
		add(report, c.what_source, alone, NAN);
	}
	report_print(report, json);
	report_free(report);
	return 0;
}
