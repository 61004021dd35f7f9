/*
 * What stands on the wire, through every stage of a worker.  The input is a list of packets, each
 *
 *	mode (1 byte: low 2 bits how, next 2 bits which SA), length (2 bytes), bytes
 *
 * how 0: a frame as it is, on the WAN; 1: an IP packet from the LAN; 2: the clear part of an ESP packet (inner packet,
 * padding, trailer), sealed here with the SA's key so that the fuzzer gets behind the ICV; 3: the same in UDP.
 * Nothing plain may ever leave the guarded WAN.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_mbuf.h>

#include "base/rd.h"
#include "db/local.h"
#include "engine/select.h"
#include "path/pkt/ip.h"
#include "path/worker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The leak checker's, where it is linked in: it doesn't look into mappings by itself. */
void __lsan_register_root_region(const void *begin, size_t size) __attribute__((weak));

enum { PACKETS_MAX = 16, SAS = 4, POOL = 4095, FRAME_MAX = 2000, HOW = 3, HOW_FRAME = 0, HOW_LAN = 1, HOW_UDP = 3, ESP_HEADER = 8 };

struct suite {
	uint8_t cipher, integ, key_len, integ_len;
	uint16_t window;
	bool esn;
};

static const struct suite suites[SAS] = {
	{ DP_CIPHER_AES_GCM, DP_INTEG_NONE, 20, 0, 64, false },
	{ DP_CIPHER_AES_CBC, DP_INTEG_SHA256_128, 16, 32, 1024, false },
	{ DP_CIPHER_NULL, DP_INTEG_SHA1_96, 0, 20, 0, false },
	{ DP_CIPHER_CHACHA20_POLY1305, DP_INTEG_NONE, 36, 0, 128, true },
};

struct fake_port {
	struct rte_mbuf *rx;
	bool guarded;
};

/* The harness's world, made once: EAL can't be made twice. */
static struct world {
	struct db *db;
	struct engine *engine;
	struct path_worker *worker;
	struct rte_mempool *pool;
	struct path_port ports[DB_PORT_MAX];
	struct fake_port fake[DB_PORT_MAX];
	struct db_sa sealer[SAS]; /* the peers' side */
	struct db_state_out sealer_run[SAS];
	uint32_t spi[SAS];
	uint64_t next[SAS];
	uint8_t wan, lan;
	uint64_t now;
} world;

static const uint8_t wan_mac[6] = { 2, 0, 0, 0, 0, 2 };

static void must(bool ok)
{
	if (!ok)
		abort();
}

static uint16_t fake_rx(void *dev, uint16_t queue, struct rte_mbuf **pkts, uint16_t count)
{
	struct fake_port *p = (struct fake_port *)dev;

	(void)queue;
	if (p->rx == NULL || count == 0)
		return 0;
	pkts[0] = p->rx;
	p->rx = NULL;
	return 1;
}

/* The bytes themselves, judged without the datapath's parsers. */
static void check_wan(const uint8_t *f, uint32_t len)
{
	bool v6 = f[12] == 0x86;
	uint8_t proto;

	must(len >= 14 + 20);
	proto = v6 ? f[14 + 6] : f[14 + 9];
	must(proto == 50 || proto == 17 || proto == 1 || proto == 58 || proto == 44);
	must(proto != 17 || v6 || memcmp(f + 14 + 12, "\xc0\x00\x02\x01", 4) == 0);
}

static uint16_t fake_tx(void *dev, uint16_t queue, struct rte_mbuf **pkts, uint16_t count)
{
	const struct fake_port *p = (const struct fake_port *)dev;

	(void)queue;
	for (uint16_t i = 0; i < count; i++) {
		if (p->guarded)
			check_wan(rte_pktmbuf_mtod(pkts[i], const uint8_t *), rte_pktmbuf_data_len(pkts[i]));
		rte_pktmbuf_free(pkts[i]);
	}
	return count;
}

static const struct path_port_ops fake_ops = { .name = "fuzz", .rx = fake_rx, .tx = fake_tx };

static struct addr addr_at(const char *text)
{
	struct addr a;

	must(addr_parse(text, &a) == ERR_OK);
	return a;
}

static uint8_t add_port(uint32_t id, uint8_t kind, bool guarded)
{
	struct db_port p = { .id = id, .kind = kind, .mtu = 1500, .live = true, .guarded = guarded, .peer = DB_PORT_NONE, .epoch = 1 };
	uint8_t index;

	memcpy(p.mac, wan_mac, sizeof(p.mac));
	must(db_port_add(world.db, &p, &index) == ERR_OK);
	world.fake[index].guarded = guarded;
	world.ports[index].ops = &fake_ops;
	world.ports[index].dev = &world.fake[index];
	return index;
}

static void add_local(const char *text, uint32_t port)
{
	struct dp_local l = { .port = port };

	must(addr_parse_prefix(text, &l.prefix) == ERR_OK);
	must(db_local_put(world.db, &l) == ERR_OK);
}

static void add_route(const char *text, enum dp_action action, uint32_t target)
{
	struct dp_route r = { .action = (uint8_t)action, .target = target };

	must(addr_parse_prefix(text, &r.prefix) == ERR_OK);
	must(db_route_put(world.db, &r) == ERR_OK);
}

static void fill_conf(struct dp_sa *s, const struct suite *suite, enum dp_direction direction)
{
	static const uint8_t key[64] = { 1, 2, 3 };
	const char *first[2] = { "0.0.0.0", "::" };
	const char *last[2] = { "255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" };

	memset(s, 0, sizeof(*s));
	s->direction = (uint8_t)direction;
	s->cipher = suite->cipher;
	s->integ = suite->integ;
	s->esn = suite->esn;
	s->window = direction == DP_IN ? suite->window : 0;
	s->local.addr = addr_at("192.0.2.1");
	s->remote.addr = addr_at("198.51.100.1");
	s->local.port = s->remote.port = 4500;
	s->ts_count = 2;
	for (int i = 0; i < 2; i++) {
		s->ts[i].local.first = s->ts[i].remote.first = addr_at(first[i]);
		s->ts[i].local.last = s->ts[i].remote.last = addr_at(last[i]);
		s->ts[i].local.port_last = s->ts[i].remote.port_last = 65535;
	}
	must(secret_set(&s->key, bytes_of(key, suite->key_len)) == ERR_OK);
	must(secret_set(&s->integ_key, bytes_of(key, suite->integ_len)) == ERR_OK);
}

static void add_sa(struct dp_sa *conf)
{
	struct engine_wish wish = { .port = DB_PORT_NONE };
	struct db_sa *sa;

	must(db_sa_prepare(world.db, conf, &sa) == ERR_OK);
	must(engine_select(world.engine, sa, &wish) == ERR_OK);
	db_sa_publish(world.db, sa);
	secret_fini(&conf->key);
	secret_fini(&conf->integ_key);
}

/* An inbound SA of each suite, and its peer's sending side. */
static void add_suite(int i)
{
	struct dp_sa conf;
	struct db_sa *peer = &world.sealer[i];

	fill_conf(&conf, &suites[i], DP_IN);
	must(db_sa_reserve(world.db, false, &world.spi[i], 1) == 1);
	conf.id = (uint32_t)(100 + i);
	conf.spi = world.spi[i];
	conf.tunnel = 7;
	add_sa(&conf);
	fill_conf(&conf, &suites[i], DP_OUT);
	peer->conf = db_sa_conf_new(&conf);
	must(peer->conf != NULL);
	secret_fini(&conf.key);
	secret_fini(&conf.integ_key);
	peer->direction = DP_OUT;
	peer->run.out = &world.sealer_run[i];
	peer->flags = suites[i].esn ? DB_SA_ESN : 0;
	must(engine_select_soft(world.engine, peer, DP_WHY_POLICY) == ERR_OK);
}

static void make_tables(void)
{
	const struct db_limits limits = { .slots = 256, .tunnels = 16, .adjacencies = 16, .fib_nodes = 256, .workers = 1 };
	const struct dp_tunnel t = { .id = 7, .local = addr_at("192.0.2.1"), .remote = addr_at("198.51.100.1") };
	const struct dp_adjacency gw = { .id = 4, .port = 2, .next_hop = addr_at("192.0.2.254") };
	const struct dp_adjacency host = { .id = 5, .port = 1, .next_hop = addr_at("10.0.0.9") };
	static const uint8_t seed[32] = { 1 };
	struct db_state state;
	struct dp_sa out;
	struct dp_tunnel with_sa = t;

	must(db_state_new(&state, 256, 1) == ERR_OK && db_new(&world.db, &limits, &state, seed) == ERR_OK);
	must(engine_new(&world.engine, 1, 64, seed) == ERR_OK);
	db_sa_on_drop(world.db, engine_drop, world.engine);
	if (__lsan_register_root_region != NULL)
		__lsan_register_root_region(world.db->sas.base, world.db->sas.stride * world.db->sas.limit);
	world.lan = add_port(1, DB_PORT_WIRE, false);
	world.wan = add_port(2, DB_PORT_WIRE, true);
	db_vrf_set_tun(world.db, 0, add_port(0, DB_PORT_TUN, false));
	add_local("192.0.2.1/24", 2);
	add_local("10.0.0.1/24", 1);
	add_local("2001:db8:1::1/64", 1);
	must(db_adj_put(world.db, &gw) == ERR_OK && db_adj_put(world.db, &host) == ERR_OK);
	must(db_adj_resolve(world.db, world.wan, &gw.next_hop, wan_mac) == ERR_OK);
	must(db_adj_resolve(world.db, world.lan, &host.next_hop, wan_mac) == ERR_OK);
	must(db_tunnel_put(world.db, &t) == ERR_OK);
	add_route("0.0.0.0/0", DP_ROUTE_ADJACENCY, 4);
	add_route("10.9.0.0/16", DP_ROUTE_TUNNEL, 7);
	add_route("2001:db8:9::/48", DP_ROUTE_TUNNEL, 7);
	add_route("10.5.0.0/16", DP_ROUTE_ADJACENCY, 5);
	for (int i = 0; i < SAS; i++)
		add_suite(i);
	fill_conf(&out, &suites[0], DP_OUT);
	out.id = 50;
	out.spi = 0x12345678;
	out.tunnel = 7;
	add_sa(&out);
	with_sa.sa_out = 50;
	must(db_tunnel_put(world.db, &with_sa) == ERR_OK);
}

/* What the tables point at counts as leaked otherwise: they themselves aren't in the heap. */
static void end_world(void)
{
	db_rcu_offline(world.db->rcu, 0);
	path_worker_free(world.worker);
	db_free(world.db);
}

static void make_world(void)
{
	char *args[] = { "fuzz", "--no-huge", "--no-pci", "-m", "48", "--no-telemetry", "--no-shconf", "--log-level=critical", "-l", "0" };
	struct path_worker_conf conf;
	struct path_queue queues[2];

	must(rte_eal_init((int)(sizeof(args) / sizeof(args[0])), args) >= 0);
	world.pool = rte_pktmbuf_pool_create("fuzz", POOL, 0, 0, 2048 + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
	must(world.pool != NULL);
	make_tables();
	conf = (struct path_worker_conf){ .db = world.db,
		.engine = world.engine,
		.ports = world.ports,
		.pool = world.pool,
		.worker_count = 1,
		.cycles_per_s = rte_get_tsc_hz() };
	must(path_worker_new(&world.worker, &conf) == ERR_OK);
	queues[0] = (struct path_queue){ .port = world.lan };
	queues[1] = (struct path_queue){ .port = world.wan };
	must(path_worker_set_queues(world.worker, queues, 2) == ERR_OK);
	db_rcu_online(world.db->rcu, 0);
	world.now = 1000;
	must(atexit(end_world) == 0);
}

static uint8_t *packet(struct rte_mbuf **m, uint32_t len)
{
	*m = rte_pktmbuf_alloc(world.pool);
	return *m == NULL ? NULL : (uint8_t *)rte_pktmbuf_append(*m, (uint16_t)len);
}

static void feed(uint8_t port, struct rte_mbuf *m)
{
	world.fake[port].rx = m;
	world.now += 7;
	(void)path_worker_poll(world.worker, world.now);
}

static void feed_raw(uint8_t port, struct bytes b, bool with_header)
{
	uint32_t header = with_header ? 14 : 0;
	struct rte_mbuf *m;
	uint8_t *to = packet(&m, header + (uint32_t)b.len);

	if (to == NULL)
		return;
	if (with_header) {
		memset(to, 0, header);
		memcpy(to, wan_mac, sizeof(wan_mac));
		path_ip_put16(to + 12, b.len != 0 && b.data[0] >> 4 == 6 ? 0x86dd : 0x0800);
	}
	if (b.len != 0)
		memcpy(to + header, b.data, b.len);
	feed(port, m);
}

static void write_outer(uint8_t *ip, uint32_t total, bool udp)
{
	memset(ip, 0, PATH_IP4 + PATH_UDP);
	ip[0] = 0x45;
	path_ip_put16(ip + 2, (uint16_t)total);
	ip[8] = 64;
	ip[9] = udp ? 17 : 50;
	memcpy(ip + 12, "\xc6\x33\x64\x01\xc0\x00\x02\x01", 8);
	path_ip_seal4(ip, PATH_IP4);
	if (udp) {
		path_ip_put16(ip + 20, 4500);
		path_ip_put16(ip + 22, 4500);
		path_ip_put16(ip + 24, (uint16_t)(total - PATH_IP4));
	}
}

/* 'clear', filled up to whole blocks at its front end's expense: the trailer stays where it is. */
static void feed_sealed(int which, struct bytes clear, bool udp)
{
	const struct db_sa *peer = &world.sealer[which];
	uint32_t blocks = (uint32_t)clear.len / peer->align * peer->align;
	uint32_t esp_at = PATH_IP4 + (udp ? (uint32_t)PATH_UDP : 0);
	uint32_t total = esp_at + ESP_HEADER + peer->iv_len + blocks + peer->icv_len;
	struct engine_op op;
	struct rte_mbuf *m;
	uint8_t *f = packet(&m, 14 + total);

	if (f == NULL)
		return;
	memset(f, 0, 14 + total);
	memcpy(f, wan_mac, sizeof(wan_mac));
	path_ip_put16(f + 12, 0x0800);
	write_outer(f + 14, total, udp);
	op.esp = f + 14 + esp_at;
	op.session = peer->session;
	op.seq = ++world.next[which];
	op.len = total - esp_at;
	path_ip_put32(op.esp, world.spi[which]);
	path_ip_put32(op.esp + 4, (uint32_t)op.seq);
	if (blocks != 0)
		memcpy(op.esp + ESP_HEADER + peer->iv_len, clear.data + clear.len - blocks, blocks);
	peer->engine->encrypt(engine_lcore_of(world.engine, 0), &op, 1);
	feed(world.wan, m);
}

static void drain_notes(void)
{
	struct path_note n;

	while (path_worker_note(world.worker, &n))
		rte_pktmbuf_free(n.m);
	(void)db_rcu_reclaim(world.db->rcu);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_of(bytes_of(data, size));

	if (world.db == NULL)
		make_world();
	for (int i = 0; i < PACKETS_MAX && rd_left(&r) >= 3; i++) {
		uint8_t mode = rd_u8(&r);
		size_t want = rd_u16(&r);
		size_t left = rd_left(&r);
		struct bytes b = rd_bytes(&r, want < left ? want : left);

		if (b.len > FRAME_MAX)
			b.len = FRAME_MAX;
		if ((mode & HOW) == HOW_FRAME)
			feed_raw(world.wan, b, false);
		else if ((mode & HOW) == HOW_LAN)
			feed_raw(world.lan, b, true);
		else
			feed_sealed(mode >> 2 & (SAS - 1), b, (mode & HOW) == HOW_UDP);
	}
	drain_notes();
	return 0;
}
