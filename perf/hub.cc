/* The datapath that the ESP benchmarks measure. */
#include "hub.h"

#include <cstring>
#include <netinet/in.h>
#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "bench.h"
#include "db/filter.h"
#include "db/gate.h"
#include "db/local.h"
#include "dp/line.h"
#include "engine/engine.h"
#include "engine/select.h"
#include "path/worker.h"

namespace
{
constexpr uint32_t ETHER = 14, IP4 = 20, GRE = 4;
constexpr uint64_t START_MS = 1000, ROUNDS_PER_MS = 128;
constexpr uint32_t SLOTS = 1 << 14, LAN = 1, WAN = 2, GATEWAY = 4;
constexpr uint32_t FILTER_IN = 1, FILTER_OUT = 2;
constexpr int FILTER_LINES = 10;
constexpr uint16_t MSS = 1360;

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
void put_headers(uint8_t *b, uint8_t mac, size_t len, uint8_t proto, uint32_t src, uint32_t dst)
{
	const uint8_t ether[ETHER] = { 2, 0, 0, 0, 0, mac, 2, 0, 0, 0, 0, 0x77, 8, 0 };
	uint8_t *ip = b + ETHER;
	uint32_t sum = 0;

	memcpy(b, ether, sizeof(ether));
	memset(ip, 0, IP4);
	ip[0] = 0x45;
	put16(ip + 2, static_cast<uint32_t>(len - ETHER));
	ip[8] = 64;
	ip[9] = proto;
	put32(ip + 12, src);
	put32(ip + 16, dst);
	for (unsigned i = 0; i < IP4; i += 2)
		sum += static_cast<uint32_t>(ip[i] << 8 | ip[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, ~(sum + (sum >> 16)));
}
} // namespace

std::vector<uint8_t> hub_key(uint32_t i)
{
	std::vector<uint8_t> key{ 1, 2, 3, 4, 5, 6, 7, 8 };

	key.resize(20);
	put32(&key[8], i);
	return key;
}

uint8_t Hub::add_port(uint32_t id, bool guarded, const struct path_port &provider)
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
	p.mac[5] = static_cast<uint8_t>(id);
	must(db_port_add(db, &p, &index), "port");
	ports[index] = provider;
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

/* Nine lines that fit nothing here, and one that lets everything pass. */
void Hub::put_filter(uint32_t id)
{
	std::vector<uint8_t> room(DP_LINES_MAX);
	struct wr w = wr_of(room.data(), room.size());
	struct dp_filter f = {};

	for (uint32_t i = 0; i < FILTER_LINES; i++) {
		struct dp_line l = {};

		l.permit = i == FILTER_LINES - 1;
		l.src.addr = l.dst.addr = addr_of_u32(l.permit ? 0 : 0xcb007100 + i); /* 203.0.113.0 */
		l.src.care = l.dst.care = addr_of_u32(l.permit ? 0 : UINT32_MAX);
		l.src.port_last = l.dst.port_last = UINT16_MAX;
		dp_line_write(&w, &l);
	}
	must(wr_done(&w), "lines");
	f.id = id;
	f.count = FILTER_LINES;
	f.lines = wr_view(&w);
	must(db_filter_put(db, &f), "access list");
}

struct dp_feature Hub::feature() const
{
	struct dp_feature f = {};

	if (conf.features)
		f = { { FILTER_IN, FILTER_OUT }, MSS, DP_URPF_STRICT };
	return f;
}

void Hub::gate(uint8_t port)
{
	const struct dp_feature both[DP_FAMILIES] = { feature(), {} };
	const uint32_t no_policy[2] = {};
	struct db_port facts = db->port[port];

	must(db_gate_put(db, &port_gate, both, no_policy), "gate");
	facts.gate = db_gate_shown(db, port_gate);
	db_port_set(db, port, &facts);
}

void Hub::put_tunnel(uint32_t i, uint32_t sa_out)
{
	struct dp_tunnel t = {};

	t.id = i + 1;
	t.sa_out = sa_out;
	t.df = DP_DF_COPY;
	t.mode = conf.features ? DP_TUNNEL_GRE_IPSEC : DP_TUNNEL_IPSEC;
	t.feature[DP_V4] = feature();
	t.local = addr_of_u32(HUB_OWN);
	t.remote = addr_of_u32(HUB_PEER + i);
	must(db_tunnel_put(db, &t), "tunnel");
}

void Hub::add_sa(uint32_t i, enum dp_direction direction)
{
	std::vector<uint8_t> key = hub_key(i);
	struct engine_wish wish = {};
	struct dp_sa s = {};
	struct db_sa *sa;

	s.id = 2 * i + 1 + (direction == DP_OUT);
	s.spi = spi[i];
	s.tunnel = i + 1;
	s.direction = static_cast<uint8_t>(direction);
	s.cipher = DP_CIPHER_AES_GCM;
	s.window = direction == DP_IN ? conf.window : 0;
	s.local.addr = addr_of_u32(HUB_OWN);
	s.remote.addr = addr_of_u32(HUB_PEER + i);
	s.ts_count = 1;
	s.ts[0].local.first = s.ts[0].remote.first = addr_of_u32(0);
	s.ts[0].local.last = s.ts[0].remote.last = addr_of_u32(UINT32_MAX);
	s.ts[0].local.port_last = s.ts[0].remote.port_last = UINT16_MAX;
	if (conf.features) {
		s.ts[0].local.first = s.ts[0].local.last = s.local.addr;
		s.ts[0].remote.first = s.ts[0].remote.last = s.remote.addr;
		s.ts[0].local.proto = s.ts[0].remote.proto = IPPROTO_GRE;
	}
	must(secret_set(&s.key, bytes_of(key.data(), key.size())), "key");
	must(db_sa_prepare(db, &s, &sa), "SA");
	wish.port = DB_PORT_NONE;
	must(engine_select(engine, sa, &wish), "engine");
	db_sa_publish(db, sa);
	secret_fini(&s.key);
}

void Hub::add_tunnel(uint32_t i)
{
	put_tunnel(i, 0);
	add_sa(i, DP_IN);
	add_sa(i, DP_OUT);
	put_tunnel(i, 2 * i + 2);
	add_route(HUB_INNER + i, 32, DP_ROUTE_TUNNEL, i + 1);
}

void Hub::add_neighbours(uint8_t lan, uint8_t wan)
{
	const uint8_t host_mac[6] = { 2, 0, 0, 0, 0, 9 }, gateway_mac[6] = { 2, 0, 0, 0, 0, 0xfe };
	struct dp_adjacency adjacency = { GATEWAY, WAN, addr_of_u32(HUB_OWN + 0xfd) };
	struct addr host = addr_of_u32(HUB_HOST);
	struct dp_local local = {};

	local.port = LAN;
	local.prefix = { addr_of_u32(HUB_HOST - 8), 24 };
	must(db_local_put(db, &local), "address");
	local.port = WAN;
	local.prefix = { addr_of_u32(HUB_OWN), 24 };
	must(db_local_put(db, &local), "address");
	must(db_adj_resolve(db, lan, &host, host_mac), "host");
	must(db_adj_put(db, &adjacency), "gateway");
	must(db_adj_resolve(db, wan, &adjacency.next_hop, gateway_mac), "gateway");
	add_route(0, 0, DP_ROUTE_ADJACENCY, GATEWAY);
}

void Hub::start(struct rte_mempool *pool, uint8_t lan, uint8_t wan)
{
	const struct path_queue queues[] = { { lan, 0 }, { wan, 0 } };
	struct path_worker_conf w = {};

	w.db = db;
	w.engine = engine;
	w.ports = ports;
	w.pool = pool;
	w.worker_count = 1;
	w.cycles_per_s = rte_get_tsc_hz();
	must(path_worker_new(&worker, &w), "worker");
	must(path_worker_join(&worker, 1), "worker");
	db_rcu_online(db->rcu, 0);
	(void)poll(); /* what set-up deferred goes before the first packet */
	(void)db_rcu_reclaim(db->rcu);
	must(path_worker_set_queues(worker, queues, 2), "queues");
}

Hub::Hub(struct rte_mempool *pool, const HubConf &hub_conf, const struct path_port &lan_port, const struct path_port &wan_port)
    : spi(hub_conf.count), conf(hub_conf)
{
	const uint8_t seed[32] = { 3 };
	struct db_limits limits = { SLOTS, 0, SLOTS, 64, 4 * SLOTS, 1 };
	struct db_state state;

	must(db_state_new(&state, SLOTS, 9), "state");
	must(db_new(&db, &limits, &state, seed), "db");
	must(engine_new(&engine, 1, 2 * SLOTS, seed), "engine");
	db_sa_on_drop(db, engine_drop, engine);

	uint8_t lan = add_port(LAN, false, lan_port);
	uint8_t wan = add_port(WAN, true, wan_port);

	add_neighbours(lan, wan);
	if (conf.features) {
		put_filter(FILTER_IN);
		put_filter(FILTER_OUT);
		gate(lan);
	}
	check(db_sa_reserve(db, false, spi.data(), conf.count) == conf.count, "SPIs");
	for (uint32_t i = 0; i < conf.count; i++)
		add_tunnel(i);
	start(pool, lan, wan);
}

Hub::~Hub()
{
	db_rcu_offline(db->rcu, 0);
	path_worker_free(worker);
	db_free(db);
	engine_free(engine);
}

uint32_t Hub::poll()
{
	return path_worker_poll(worker, START_MS + rounds++ / ROUNDS_PER_MS);
}

uint64_t Hub::sent() const
{
	return path_worker_count(worker, PATH_COUNT_TX);
}

uint64_t Hub::received() const
{
	return path_worker_count(worker, PATH_COUNT_RX);
}

std::vector<uint8_t> Hub::clear_frame(uint32_t i, uint32_t len) const
{
	std::vector<uint8_t> b(len);

	put_headers(b.data(), LAN, len, IPPROTO_TCP, HUB_HOST, HUB_INNER + i);
	return b;
}

/* What is inside ESP: the packet of a clear frame of 'len' bytes, in GRE where that is the tunnel's. */
std::vector<uint8_t> Hub::passenger(uint32_t i, uint32_t len) const
{
	size_t gre = conf.features ? IP4 + GRE : 0;
	std::vector<uint8_t> b(gre + len);

	put_headers(&b[gre], 0, len, IPPROTO_TCP, HUB_INNER + i, HUB_HOST);
	if (gre != 0) {
		put_headers(b.data(), 0, b.size(), IPPROTO_GRE, HUB_PEER + i, HUB_OWN);
		put32(&b[ETHER + IP4], 0x0800); /* over the Ethernet header of the packet behind */
	}
	b.erase(b.begin(), b.begin() + ETHER);
	return b;
}

std::vector<uint8_t> Hub::sealed_frame(uint32_t i, uint32_t len, uint64_t seq) const
{
	const struct db_sa *sa = db_sa_find(db, 2 * i + 2);
	std::vector<uint8_t> packet = passenger(i, len);
	uint32_t inner = static_cast<uint32_t>(packet.size());
	uint32_t clear = (inner + 2 + sa->align - 1) / sa->align * sa->align;
	uint32_t pad = clear - inner - 2;
	uint32_t at = ETHER + IP4 + DB_SA_ESP + sa->iv_len;
	std::vector<uint8_t> b(at + clear + sa->icv_len);
	struct engine_op op = {};

	std::copy(packet.begin(), packet.end(), b.begin() + at);
	put_headers(b.data(), WAN, b.size(), IPPROTO_ESP, HUB_PEER + i, HUB_OWN);
	for (uint32_t k = 0; k < pad; k++)
		b[at + inner + k] = static_cast<uint8_t>(k + 1);
	b[at + clear - 2] = static_cast<uint8_t>(pad);
	b[at + clear - 1] = IPPROTO_IPIP;
	op.esp = &b[ETHER + IP4];
	op.session = sa->session;
	op.seq = seq;
	op.len = static_cast<uint32_t>(b.size() - ETHER - IP4);
	put32(op.esp, spi[i]);
	put32(op.esp + 4, static_cast<uint32_t>(seq));
	sa->engine->encrypt(engine_lcore_of(engine, 0), &op, 1);
	check(op.ok, "a packet couldn't be sealed");
	return b;
}
