#include "fixture.h"

#include <arpa/inet.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "../eal.h"

namespace
{

const auto *eal [[maybe_unused]] = testing::AddGlobalTestEnvironment(new Eal(2047));

uint16_t fake_rx(void *dev, uint16_t, rte_mbuf **pkts, uint16_t n)
{
	auto *p = static_cast<FakePort *>(dev);
	uint16_t got = 0;

	while (got < n && !p->rx.empty()) {
		pkts[got++] = p->rx.front();
		p->rx.pop_front();
	}
	return got;
}

uint16_t fake_tx(void *dev, uint16_t, rte_mbuf **pkts, uint16_t n)
{
	auto *p = static_cast<FakePort *>(dev);
	uint16_t sent = 0;

	for (; sent < n && p->tx.size() < p->room; sent++) {
		uint8_t *data = rte_pktmbuf_mtod(pkts[sent], uint8_t *);

		p->tx.emplace_back(data, data + rte_pktmbuf_data_len(pkts[sent]));
		p->flags.push_back(pkts[sent]->ol_flags);
		rte_pktmbuf_free(pkts[sent]);
	}
	return sent;
}

const path_port_ops fake_ops = { "fake", fake_rx, fake_tx, nullptr };

uint16_t inet_sum(const uint8_t *b, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum += (uint32_t)b[i] << 8 | (i + 1 < len ? b[i + 1] : 0);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void push16(Bytes &b, unsigned v)
{
	b.push_back((uint8_t)(v >> 8));
	b.push_back((uint8_t)v);
}

void push32(Bytes &b, uint32_t v)
{
	push16(b, v >> 16);
	push16(b, v & 0xffff);
}

void push_addr(Bytes &b, const std::string &text)
{
	struct addr a = at(text.c_str());

	b.insert(b.end(), a.b, a.b + (a.family == AF_INET6 ? 16 : 4));
}

} // namespace

Bytes operator+(Bytes a, const Bytes &b)
{
	a.insert(a.end(), b.begin(), b.end());
	return a;
}

struct addr at(const char *text)
{
	struct addr a = {};

	EXPECT_EQ(addr_parse(text, &a), ERR_OK) << text;
	return a;
}

Bytes address(const std::string &text)
{
	Bytes b;

	push_addr(b, text);
	return b;
}

struct addr_prefix prefix(const char *text)
{
	struct addr_prefix p = {};

	EXPECT_EQ(addr_parse_prefix(text, &p), ERR_OK) << text;
	return p;
}

uint16_t be16(const uint8_t *b)
{
	return (uint16_t)(b[0] << 8 | b[1]);
}

uint32_t be32(const uint8_t *b)
{
	return (uint32_t)be16(b) << 16 | be16(b + 2);
}

bool checksum_right(const uint8_t *ip)
{
	return inet_sum(ip, (ip[0] & 15u) * 4) == 0;
}

Bytes one_hop_on(Bytes ip)
{
	if (ip[0] >> 4 == 6) {
		ip[7]--;
		return ip;
	}
	ip[8]--;
	ip[10] = ip[11] = 0;
	uint32_t sum = 0;
	for (int i = 0; i < 20; i += 2)
		sum += be16(&ip[(size_t)i]);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	ip[10] = (uint8_t)(~sum >> 8);
	ip[11] = (uint8_t)~sum;
	return ip;
}

Bytes Ip::bytes() const
{
	Bytes b;

	if (src.find(':') != std::string::npos) {
		push32(b, 6u << 28 | (uint32_t)tos << 20);
		push16(b, (unsigned)payload.size());
		b.push_back(proto);
		b.push_back(ttl);
		push_addr(b, src);
		push_addr(b, dst);
		return b + payload;
	}
	b = { 0x45, tos };
	push16(b, (unsigned)(20 + payload.size()));
	push16(b, id);
	push16(b, (df ? 0x4000u : 0) | frag);
	b.push_back(ttl);
	b.push_back(proto);
	push16(b, 0);
	push_addr(b, src);
	push_addr(b, dst);
	uint16_t sum = inet_sum(b.data(), 20);
	b[10] = (uint8_t)(sum >> 8);
	b[11] = (uint8_t)sum;
	return b + payload;
}

Bytes udp(uint16_t sport, uint16_t dport, const Bytes &payload)
{
	Bytes b;

	push16(b, sport);
	push16(b, dport);
	push16(b, (unsigned)(8 + payload.size()));
	push16(b, 0);
	return b + payload;
}

Bytes frame(const Bytes &dst_mac, const Bytes &ip)
{
	Bytes type = ip[0] >> 4 == 6 ? Bytes{ 0x86, 0xdd } : Bytes{ 8, 0 };

	return dst_mac + Bytes{ 2, 0, 0, 0, 0, 0x77 } + type + ip;
}

uint8_t PathTest::add_port(uint32_t id, db_port_kind kind, const Bytes &mac, bool guarded)
{
	db_port p = {};
	uint8_t index = DB_PORT_NONE;

	p.id = id;
	p.kind = (uint8_t)kind;
	p.mtu = 1500;
	p.live = true;
	p.guarded = guarded;
	p.peer = DB_PORT_NONE;
	p.epoch = 1;
	memcpy(p.mac, mac.data(), 6);
	EXPECT_EQ(db_port_add(db, &p, &index), ERR_OK);
	ports[index].ops = &fake_ops;
	ports[index].dev = &fake[index];
	return index;
}

void PathTest::route(const char *p, dp_action action, uint32_t target)
{
	dp_route r = {};

	r.action = (uint8_t)action;
	r.target = target;
	r.prefix = prefix(p);
	ASSERT_EQ(db_route_put(db, &r), ERR_OK);
}

void PathTest::tunnel(uint32_t id, uint32_t sa_out, uint16_t mtu)
{
	dp_tunnel t = {};

	t.id = id;
	t.sa_out = sa_out;
	t.mtu = mtu;
	t.df = opt.df;
	t.local = at(own.c_str());
	t.remote = at((opt.gre && !opt.transport ? behind : peer).c_str());
	t.mode = opt.gre ? DP_TUNNEL_GRE_IPSEC : DP_TUNNEL_IPSEC;
	t.has_key = opt.gre_key != 0;
	t.key = opt.gre_key;
	memcpy(t.feature, feature, sizeof(feature));
	memcpy(t.policy, service, sizeof(service));
	ASSERT_EQ(db_tunnel_put(db, &t), ERR_OK);
}

void PathTest::put_filter(uint32_t id, const std::vector<dp_line> &lines, bool v6)
{
	Filter f(id, lines, v6);

	ASSERT_EQ(db_filter_put(db, &f.conf), ERR_OK);
}

void PathTest::gate_tunnel(const dp_feature &v4, const dp_feature &v6)
{
	feature[DP_V4] = v4;
	feature[DP_V6] = v6;
	tunnel(TUNNEL, SA_OUT);
}

void PathTest::gate_port(uint8_t index, const dp_feature &v4, const dp_feature &v6)
{
	const dp_feature both[DP_FAMILIES] = { v4, v6 };
	db_port facts = db->port[index];

	ASSERT_EQ(db_gate_put(db, &gate[index], both, port_service[index]), ERR_OK);
	facts.gate = db_gate_shown(db, gate[index]);
	db_port_set(db, index, &facts);
}

dp_sa PathTest::sa_conf(uint32_t id, dp_direction direction, uint32_t spi, uint32_t tunnel_id)
{
	dp_sa s = {};

	s.id = id;
	s.spi = spi;
	s.tunnel = tunnel_id;
	s.direction = (uint8_t)direction;
	s.cipher = (uint8_t)suite->cipher;
	s.integ = (uint8_t)suite->integ;
	s.esn = opt.esn;
	s.udp_encap = opt.udp;
	s.allow_offload = opt.offload;
	s.window = direction == DP_IN ? opt.window : 0;
	s.local.addr = at(own.c_str());
	s.local.port = 4500;
	s.remote.addr = at(peer.c_str());
	s.remote.port = peer_port;
	auto any = [&](dp_ts_pair &p, const char *first, const char *last) {
		p.local.first = p.remote.first = at(first);
		p.local.last = p.remote.last = at(last);
		p.local.port_last = p.remote.port_last = 65535;
	};
	any(s.ts[0], "0.0.0.0", "255.255.255.255");
	any(s.ts[1], "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	s.ts_count = 2;
	if (opt.selectors) {
		s.ts_count = 1;
		s.ts[0].local.first = at("10.0.0.0");
		s.ts[0].local.last = at("10.0.0.255");
		s.ts[0].remote.first = at("10.9.0.0");
		s.ts[0].remote.last = at("10.9.255.255");
		s.ts[0].local.proto = s.ts[0].remote.proto = 17;
	}
	if (opt.gre) {
		s.ts_count = 1;
		s.ts[0].local.first = s.ts[0].local.last = at(own.c_str());
		s.ts[0].remote.first = s.ts[0].remote.last = at((opt.transport ? peer : behind).c_str());
		s.ts[0].local.proto = s.ts[0].remote.proto = 47;
		s.transport = opt.transport;
	}
	EXPECT_EQ(secret_set(&s.key, bytes_of(key.data(), key.size())), ERR_OK);
	EXPECT_EQ(secret_set(&s.integ_key, bytes_of(integ.data(), integ.size())), ERR_OK);
	return s;
}

void PathTest::put_sa(dp_sa &s, const engine_wish &wish)
{
	db_sa *sa;

	ASSERT_EQ(db_sa_prepare(db, &s, &sa), ERR_OK);
	ASSERT_EQ(engine_select(engine, sa, &wish), ERR_OK);
	db_sa_publish(db, sa);
	secret_fini(&s.key);
	secret_fini(&s.integ_key);
}

void PathTest::start(const Options &o)
{
	const uint8_t seed[32] = { 3 };
	db_limits limits = {};
	db_state state;

	opt = o;
	suite = &esp_suites[o.suite];
	for (unsigned i = 0; i < suite->key_len; i++)
		key.push_back((uint8_t)(i + 1));
	for (unsigned i = 0; i < suite->integ_len; i++)
		integ.push_back((uint8_t)(i + 101));
	if (o.v6) {
		peer = "2001:db8:f::1";
		own = "2001:db8:2::1";
		behind = "2001:db8:bb::2";
	}
	pool = Eal::pool;
	free_before = rte_mempool_avail_count(pool);
	limits.slots = 256;
	limits.tunnels = 64;
	limits.adjacencies = 64;
	limits.fib_nodes = 4096;
	limits.workers = o.workers;
	ASSERT_EQ(db_state_new(&state, 256, 9), ERR_OK);
	ASSERT_EQ(db_new(&db, &limits, &state, seed), ERR_OK);
	ASSERT_EQ(engine_new(&engine, o.workers, 512, seed), ERR_OK);
	db_sa_on_drop(db, engine_drop, engine);
	lan = add_port(LAN, DB_PORT_WIRE, lan_mac, false);
	wan = add_port(WAN, DB_PORT_WIRE, wan_mac, true);
	twin = add_port(0, DB_PORT_TWIN, wan_mac, false);
	tun = add_port(0, DB_PORT_TUN, wan_mac, false);
	db->port[wan].peer = twin;
	db->port[twin].peer = wan;
	db_vrf_set_tun(db, 0, tun);
	for (auto &[text, port] : std::vector<std::pair<const char *, uint32_t>>{ { "10.0.0.1/24", LAN }, { "192.0.2.1/24", WAN },
		     { "2001:db8:1::1/64", LAN }, { "2001:db8:2::1/64", WAN }, { "10.255.0.1/32", 0 } }) {
		dp_local l = {};

		l.port = port;
		l.prefix = prefix(text);
		l.underlay = port == WAN;
		ASSERT_EQ(db_local_put(db, &l), ERR_OK);
	}
	struct addr host4 = at("10.0.0.9"), host6 = at("2001:db8:1::9"), gw4 = at("192.0.2.254"), gw6 = at("2001:db8:2::fe");
	ASSERT_EQ(db_adj_resolve(db, lan, &host4, host_mac.data()), ERR_OK);
	ASSERT_EQ(db_adj_resolve(db, lan, &host6, host_mac.data()), ERR_OK);
	dp_adjacency a4 = { 4, WAN, gw4 }, a6 = { 6, WAN, gw6 };
	ASSERT_EQ(db_adj_put(db, &a4), ERR_OK);
	ASSERT_EQ(db_adj_put(db, &a6), ERR_OK);
	ASSERT_EQ(db_adj_resolve(db, wan, &gw4, gw_mac.data()), ERR_OK);
	ASSERT_EQ(db_adj_resolve(db, wan, &gw6, gw_mac.data()), ERR_OK);
	route("0.0.0.0/0", DP_ROUTE_ADJACENCY, 4);
	route("::/0", DP_ROUTE_ADJACENCY, 6);
	tunnel(TUNNEL, 0);
	ASSERT_EQ(db_sa_reserve(db, false, &spi_in, 1), 1u);
	engine_wish wish = {};
	wish.port = o.offload ? wan : (uint8_t)DB_PORT_NONE;
	wish.offload = o.offload ? DP_OFFLOAD_AUTO : DP_OFFLOAD_OFF;
	if (!o.offload) {
		dp_sa in = sa_conf(SA_IN, DP_IN, spi_in, TUNNEL), out = sa_conf(SA_OUT, DP_OUT, peer_spi, TUNNEL);

		put_sa(in, wish);
		put_sa(out, wish);
		tunnel(TUNNEL, SA_OUT);
	}
	route("10.9.0.0/16", DP_ROUTE_TUNNEL, TUNNEL);
	route("2001:db8:9::/48", DP_ROUTE_TUNNEL, TUNNEL);
	for (uint32_t i = 0; i < o.workers; i++) {
		path_worker_conf conf = {};
		path_worker *w;

		conf.db = db;
		conf.engine = engine;
		conf.ports = ports;
		conf.pool = pool;
		conf.worker = i;
		conf.worker_count = o.workers;
		conf.cycles_per_s = rte_get_tsc_hz();
		ASSERT_EQ(path_worker_new(&w, &conf), ERR_OK);
		workers.push_back(w);
	}
	ASSERT_EQ(path_worker_join(workers.data(), o.workers), ERR_OK);
	const path_queue queues[] = { { lan, 0 }, { wan, 0 }, { twin, 0 }, { tun, 0 } };
	ASSERT_EQ(path_worker_set_queues(workers[0], queues, 4), ERR_OK);
	for (uint32_t i = 0; i < o.workers; i++)
		db_rcu_online(db->rcu, i);
}

void PathTest::stop()
{
	if (db == nullptr)
		return;
	for (uint32_t i = 0; i < opt.workers; i++)
		db_rcu_offline(db->rcu, i);
	for (auto &f : fake)
		for (auto *m : f.rx)
			rte_pktmbuf_free(m);
	for (auto *w : workers)
		path_worker_free(w);
	db_free(db);
	engine_free(engine);
	EXPECT_EQ(rte_mempool_avail_count(pool), free_before) << "packet buffers leaked";
	db = nullptr;
	workers.clear();
	memset(gate, 0, sizeof(gate));
	memset(feature, 0, sizeof(feature));
	memset(service, 0, sizeof(service));
	memset(port_service, 0, sizeof(port_service));
	key.clear();
	integ.clear();
	for (auto &f : fake)
		f = FakePort();
	peer = "198.51.100.1";
	own = "192.0.2.1";
	behind = "172.16.0.2";
}

rte_mbuf *PathTest::mbuf(const Bytes &data)
{
	rte_mbuf *m = rte_pktmbuf_alloc(pool);
	char *to = m == nullptr ? nullptr : rte_pktmbuf_append(m, (uint16_t)data.size());

	EXPECT_NE(to, nullptr);
	if (to != nullptr)
		memcpy(to, data.data(), data.size());
	return m;
}

void PathTest::poll()
{
	uint32_t moved = 1;

	for (int round = 0; round < 50 && moved != 0; round++) {
		moved = 0;
		for (auto *w : workers)
			moved += path_worker_poll(w, now);
		now++;
	}
	db_rcu_reclaim(db->rcu);
}

uint64_t PathTest::drops(path_drop why)
{
	uint64_t n = 0;

	for (auto *w : workers)
		n += path_worker_drops(w, why);
	return n;
}

uint64_t PathTest::count(path_count what)
{
	uint64_t n = 0;

	for (auto *w : workers)
		n += path_worker_count(w, what);
	return n;
}

std::vector<path_note> PathTest::notes(path_note_kind kind)
{
	std::vector<path_note> out;
	path_note n;

	for (auto *w : workers)
		while (path_worker_note(w, &n)) {
			if (n.kind == kind)
				out.push_back(n);
			else
				rte_pktmbuf_free(n.m);
		}
	return out;
}

void PathTest::expect_no_other_drops()
{
	for (int i = 0; i < PATH_DROP_COUNT; i++)
		EXPECT_EQ(drops((path_drop)i), 0u) << path_drop_str((path_drop)i);
}

/* ---- the peer ---- */

Bytes PathTest::outer(uint8_t proto, const Bytes &payload, uint8_t tos)
{
	Ip ip;

	ip.src = peer;
	ip.dst = own;
	ip.proto = proto;
	ip.tos = tos;
	ip.payload = payload;
	return ip.bytes();
}

Bytes PathTest::peer_seals_raw(const Bytes &clear, uint64_t seq, uint8_t outer_tos)
{
	Bytes esp;

	push32(esp, spi_in);
	push32(esp, (uint32_t)seq);
	for (unsigned i = 0; i < suite->iv_len; i++)
		esp.push_back((uint8_t)(seq >> (8 * (i % 8))));
	esp = esp + clear;
	esp.resize(esp.size() + suite->icv_len);
	esp_oracle_seal(*suite, key, integ, opt.esn, seq, esp);
	return opt.udp ? outer(17, udp(peer_port, 4500, esp), outer_tos) : outer(50, esp, outer_tos);
}

Bytes PathTest::peer_seals(const Bytes &inner, uint64_t seq, int next, uint8_t outer_tos)
{
	Bytes clear = inner;
	size_t pad = (suite->align - (inner.size() + 2) % suite->align) % suite->align;

	for (size_t i = 0; i < pad; i++)
		clear.push_back((uint8_t)(i + 1));
	clear.push_back((uint8_t)pad);
	clear.push_back(next != 0 ? (uint8_t)next : inner[0] >> 4 == 6 ? 41 : 4);
	return peer_seals_raw(clear, seq, outer_tos);
}

const uint8_t *PathTest::esp_of(const Bytes &f)
{
	return f.data() + 14 + (f[14] >> 4 == 6 ? 40 : 20) + (opt.udp ? 8 : 0);
}

uint64_t PathTest::seq_of(const Bytes &f)
{
	return be32(esp_of(f) + 4);
}

Bytes PathTest::peer_opens(const Bytes &f)
{
	const uint8_t *ip = f.data() + 14;
	bool v6 = ip[0] >> 4 == 6;
	uint8_t proto = opt.udp ? 17 : 50;

	EXPECT_EQ(Bytes(f.begin(), f.begin() + 6), gw_mac);
	EXPECT_EQ(Bytes(f.begin() + 6, f.begin() + 12), wan_mac);
	EXPECT_EQ(be16(f.data() + 12), v6 ? 0x86dd : 0x0800);
	EXPECT_EQ(v6 ? ip[6] : ip[9], proto);
	if (v6) {
		EXPECT_EQ(be16(ip + 4) + 40u, f.size() - 14);
		EXPECT_EQ(Bytes(ip + 8, ip + 24), address(own));
		EXPECT_EQ(Bytes(ip + 24, ip + 40), address(peer));
	} else {
		EXPECT_EQ(be16(ip + 2), f.size() - 14);
		EXPECT_TRUE(checksum_right(ip));
		EXPECT_EQ(Bytes(ip + 12, ip + 16), address(own));
		EXPECT_EQ(Bytes(ip + 16, ip + 20), address(peer));
	}
	if (opt.udp) {
		const uint8_t *u = esp_of(f) - 8;

		EXPECT_EQ(be16(u), 4500);
		EXPECT_EQ(be16(u + 2), peer_port);
		EXPECT_EQ(be16(u + 4), (size_t)(f.data() + f.size() - u));
		if (!v6) {
			EXPECT_EQ(be16(u + 6), 0) << "RFC3948-2.1";
		} else { /* RFC8200-8.1: pseudo header and all */
			Bytes text(ip + 8, ip + 40);

			push32(text, be16(u + 4));
			push32(text, 17);
			text.insert(text.end(), u, f.data() + f.size());
			EXPECT_EQ(inet_sum(text.data(), text.size()), 0);
		}
	}
	Bytes esp(esp_of(f), f.data() + f.size());
	EXPECT_EQ(be32(esp.data()), peer_spi);
	uint64_t seq = be32(esp.data() + 4);
	if (opt.esn)
		seq |= (db_sa_find(db, SA_OUT)->run.out->next - 1) & 0xffffffff00000000u;
	if (!esp_oracle_open(*suite, key, integ, opt.esn, seq, esp))
		return {};
	Bytes clear(esp.begin() + 8 + suite->iv_len, esp.end() - suite->icv_len);
	uint8_t pad = clear[clear.size() - 2], next = clear.back();
	EXPECT_EQ(clear.size() % suite->align, 0u);
	for (uint8_t i = 0; i < pad; i++)
		EXPECT_EQ(clear[clear.size() - 2 - pad + i], i + 1) << "RFC4303-2.4";
	clear.resize(clear.size() - 2 - pad);
	EXPECT_EQ(next, opt.transport ? 47 : clear[0] >> 4 == 6 ? 41 : 4);
	return clear;
}
