/* The datapath that the ESP benchmarks measure. */
#include "hub.h"

#include <cstring>
#include <netinet/in.h>
#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "bench.h"
#include "db/local.h"
#include "engine/engine.h"
#include "engine/select.h"
#include "path/worker.h"

namespace
{
constexpr uint32_t ETHER = 14, IP4 = 20;
constexpr uint64_t START_MS = 1000, ROUNDS_PER_MS = 128;
constexpr uint32_t SLOTS = 1 << 14, LAN = 1, WAN = 2, GATEWAY = 4;

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

void Hub::put_tunnel(uint32_t i, uint32_t sa_out)
{
	struct dp_tunnel t = {};

	t.id = i + 1;
	t.sa_out = sa_out;
	t.df = DP_DF_COPY;
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
	s.window = direction == DP_IN ? window : 0;
	s.local.addr = addr_of_u32(HUB_OWN);
	s.remote.addr = addr_of_u32(HUB_PEER + i);
	s.ts_count = 1;
	s.ts[0].local.first = s.ts[0].remote.first = addr_of_u32(0);
	s.ts[0].local.last = s.ts[0].remote.last = addr_of_u32(UINT32_MAX);
	s.ts[0].local.port_last = s.ts[0].remote.port_last = UINT16_MAX;
	must(secret_set(&s.key, bytes_of(key.data(), key.size())), "key");
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
	struct path_worker_conf conf = {};

	conf.db = db;
	conf.engine = engine;
	conf.ports = ports;
	conf.pool = pool;
	conf.worker_count = 1;
	conf.cycles_per_s = rte_get_tsc_hz();
	must(path_worker_new(&worker, &conf), "worker");
	must(path_worker_join(&worker, 1), "worker");
	db_rcu_online(db->rcu, 0);
	(void)poll(); /* what set-up deferred goes before the first packet */
	(void)db_rcu_reclaim(db->rcu);
	must(path_worker_set_queues(worker, queues, 2), "queues");
}

Hub::Hub(struct rte_mempool *pool, uint32_t tunnels, uint16_t replay_window, const struct path_port &lan_port,
	const struct path_port &wan_port)
    : spi(tunnels), count(tunnels), window(replay_window)
{
	const uint8_t seed[32] = { 3 };
	struct db_limits limits = { SLOTS, 0, SLOTS, 64, 4 * SLOTS, 1 };
	struct db_state state;

	must(db_state_new(&state, SLOTS, 9), "state");
	must(db_new(&db, &limits, &state, seed), "db");
	must(engine_new(&engine, 1, 2 * SLOTS, seed), "engine");

	uint8_t lan = add_port(LAN, false, lan_port);
	uint8_t wan = add_port(WAN, true, wan_port);

	add_neighbours(lan, wan);
	check(db_sa_reserve(db, false, spi.data(), count) == count, "SPIs");
	for (uint32_t i = 0; i < count; i++)
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

	put_headers(b.data(), LAN, len, IPPROTO_UDP, HUB_HOST, HUB_INNER + i);
	return b;
}

std::vector<uint8_t> Hub::sealed_frame(uint32_t i, uint32_t len, uint64_t seq) const
{
	const struct db_sa *sa = db_sa_find(db, 2 * i + 2);
	uint32_t inner = len - ETHER;
	uint32_t clear = (inner + 2 + sa->align - 1) / sa->align * sa->align;
	uint32_t pad = clear - inner - 2;
	uint32_t at = ETHER + IP4 + DB_SA_ESP + sa->iv_len;
	std::vector<uint8_t> b(at + clear + sa->icv_len);
	struct engine_op op = {};

	put_headers(&b[at - ETHER], 0, len, IPPROTO_UDP, HUB_INNER + i, HUB_HOST);
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
