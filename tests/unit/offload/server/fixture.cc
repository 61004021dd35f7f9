#include "fixture.h"

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "../eal.h"
#include "dp/codec.h"
#include "server/place.h"

namespace
{

const auto *eal [[maybe_unused]] = testing::AddGlobalTestEnvironment(new Eal(255));

FakeBox *box_of(void *ctx)
{
	return static_cast<FakeBox *>(ctx);
}

bool is_bad(const char *name)
{
	return strncmp(name, "bad", 3) == 0;
}

enum err box_put_port(void *ctx, const dp_port *port)
{
	FakeBox *b = box_of(ctx);
	uint8_t index = db_port_find(b->db, port->id);
	db_port facts = {};

	if (is_bad(port->name))
		return ERR_ABSENT;
	facts.id = port->id;
	facts.kind = DB_PORT_WIRE;
	facts.mtu = 1500;
	facts.live = true;
	facts.peer = DB_PORT_NONE;
	facts.epoch = 1;
	facts.vrf = db_vrf_find(b->db, port->vrf);
	b->ports[port->id] = *port;
	if (index == DB_PORT_NONE)
		return db_port_add(b->db, &facts, &index);
	db_port_set(b->db, index, &facts);
	return ERR_OK;
}

enum err box_del_port(void *ctx, uint32_t id)
{
	FakeBox *b = box_of(ctx);

	if (b->ports.erase(id) == 0)
		return ERR_ABSENT;
	db_port_del(b->db, db_port_find(b->db, id));
	(void)db_rcu_wait(b->db->rcu);
	return ERR_OK;
}

bool box_get_port(void *ctx, uint32_t id, dp_port *out)
{
	auto it = box_of(ctx)->ports.find(id);

	if (it == box_of(ctx)->ports.end())
		return false;
	*out = it->second;
	return true;
}

void box_tunnel_changed(void *ctx, uint32_t index, const dp_tunnel *conf)
{
	auto *b = static_cast<FakeBox *>(ctx);

	if (conf != nullptr)
		b->netdevs[index] = conf->netdev;
	else
		EXPECT_EQ(b->netdevs.erase(index), 1u);
}

enum err box_put_vrf(void *ctx, const dp_vrf *vrf)
{
	FakeBox *b = box_of(ctx);
	db_port facts = {};
	uint8_t index;

	if (is_bad(vrf->name))
		return ERR_ABSENT;
	if (vrf->tun[0] == '\0' || b->tuns.count(vrf->id) != 0)
		return ERR_OK;
	facts.kind = DB_PORT_TUN;
	facts.vrf = db_vrf_find(b->db, vrf->id);
	facts.peer = DB_PORT_NONE;
	facts.live = true;
	if (db_port_add(b->db, &facts, &index) != ERR_OK)
		return ERR_FULL;
	db_vrf_set_tun(b->db, facts.vrf, index);
	b->tuns[vrf->id] = index;
	return ERR_OK;
}

void box_del_vrf(void *ctx, uint32_t id)
{
	FakeBox *b = box_of(ctx);
	auto it = b->tuns.find(id);

	if (it == b->tuns.end())
		return;
	db_vrf_set_tun(b->db, db_vrf_find(b->db, id), DB_PORT_NONE);
	db_port_del(b->db, it->second);
	(void)db_rcu_wait(b->db->rcu);
	b->tuns.erase(it);
}

void box_locals_changed(void *ctx)
{
	box_of(ctx)->locals_changed++;
}

bool box_next_port(void *ctx, uint8_t *index, dp_port *out)
{
	unsigned i = 0;

	for (auto &[id, port] : box_of(ctx)->ports)
		if (i++ == *index) {
			*out = port;
			(*index)++;
			return true;
		}
	return false;
}

void box_port_stats(void *, uint32_t id, dp_port_stats *out)
{
	memset(out, 0, sizeof(*out));
	out->id = id;
	out->in_packets = 10 * id;
}

dp_op op_of(dp_op_kind kind)
{
	dp_op op;

	memset(&op, 0, sizeof(op));
	op.kind = kind;
	return op;
}

} // namespace

struct addr at(const char *text)
{
	struct addr a = {};

	EXPECT_EQ(addr_parse(text, &a), ERR_OK) << text;
	return a;
}

struct addr_prefix prefix(const char *text)
{
	struct addr_prefix p = {};

	EXPECT_EQ(addr_parse_prefix(text, &p), ERR_OK) << text;
	return p;
}

server_box FakeBox::table()
{
	server_box t = {};

	t.ctx = this;
	t.put_port = box_put_port;
	t.del_port = box_del_port;
	t.get_port = box_get_port;
	t.put_vrf = box_put_vrf;
	t.del_vrf = box_del_vrf;
	t.tunnel_changed = box_tunnel_changed;
	t.locals_changed = box_locals_changed;
	t.next_port = box_next_port;
	t.port_stats = box_port_stats;
	t.workers = workers.data();
	t.worker_count = (uint32_t)workers.size();
	return t;
}

Plant::Plant(db_state *state)
{
	const uint8_t seed[32] = { 7 };
	db_limits limits = {};
	path_worker_conf conf = {};
	path_worker *w = nullptr;
	db_state own;

	limits.slots = 256;
	limits.tunnels = 64;
	limits.adjacencies = 64;
	limits.fib_nodes = 4096;
	limits.workers = 1;
	if (state == nullptr) {
		EXPECT_EQ(db_state_new(&own, 256, 9), ERR_OK);
		state = &own;
	}
	EXPECT_EQ(db_new(&plant.db, &limits, state, seed), ERR_OK);
	EXPECT_EQ(engine_new(&plant.engine, 1, 512, seed), ERR_OK);
	EXPECT_EQ(flow_new(&plant.flows), ERR_OK);
	conf.db = plant.db;
	conf.engine = plant.engine;
	conf.ports = path_ports;
	conf.pool = Eal::pool;
	conf.worker_count = 1;
	conf.cycles_per_s = rte_get_tsc_hz();
	EXPECT_EQ(path_worker_new(&w, &conf), ERR_OK);
	EXPECT_EQ(path_worker_join(&w, 1), ERR_OK);
	box.db = plant.db;
	box.workers.push_back(w);
	table = box.table();
	plant.box = &table;
	db_sa_on_drop(plant.db, server_place_drop, &plant);
}

Plant::~Plant()
{
	path_worker_free(box.workers[0]);
	db_free(plant.db);
	flow_free(plant.flows);
	engine_free(plant.engine);
}

dp_op put_vrf(uint32_t id, const char *name, const char *tun)
{
	dp_op op = op_of(DP_PUT_VRF);

	op.u.vrf.id = id;
	snprintf(op.u.vrf.name, sizeof(op.u.vrf.name), "%s", name);
	snprintf(op.u.vrf.tun, sizeof(op.u.vrf.tun), "%s", tun);
	return op;
}

dp_op put_port(uint32_t id, const char *name, uint32_t vrf)
{
	dp_op op = op_of(DP_PUT_PORT);

	op.u.port.id = id;
	op.u.port.up = true;
	op.u.port.vrf = vrf;
	snprintf(op.u.port.name, sizeof(op.u.port.name), "%s", name);
	snprintf(op.u.port.spec, sizeof(op.u.port.spec), "eth%u", id);
	return op;
}

dp_op put_local(const char *text, uint32_t port, uint32_t vrf)
{
	dp_op op = op_of(DP_PUT_LOCAL);

	op.u.local.vrf = vrf;
	op.u.local.port = port;
	op.u.local.prefix = prefix(text);
	return op;
}

dp_op put_adj(uint32_t id, uint32_t port, const char *next_hop)
{
	dp_op op = op_of(DP_PUT_ADJACENCY);

	op.u.adjacency.id = id;
	op.u.adjacency.port = port;
	op.u.adjacency.next_hop = at(next_hop);
	return op;
}

dp_op put_tunnel(uint32_t id, uint32_t sa_out, uint32_t vrf)
{
	dp_op op = op_of(DP_PUT_TUNNEL);

	op.u.tunnel.id = id;
	op.u.tunnel.sa_out = sa_out;
	op.u.tunnel.inner_vrf = vrf;
	op.u.tunnel.local = at("192.0.2.1");
	op.u.tunnel.remote = at("198.51.100.1");
	snprintf(op.u.tunnel.name, sizeof(op.u.tunnel.name), "Virtual-Access%u", id);
	return op;
}

dp_op put_sa(uint32_t id, dp_direction direction, uint32_t spi, uint32_t tunnel)
{
	dp_op op = op_of(DP_PUT_SA);
	dp_sa &s = op.u.sa;
	uint8_t key[20];

	memset(key, (int)(id + spi), sizeof(key));
	s.id = id;
	s.spi = spi;
	s.tunnel = tunnel;
	s.direction = (uint8_t)direction;
	s.cipher = DP_CIPHER_AES_GCM;
	s.window = direction == DP_IN ? 64 : 0;
	s.local.addr = at("192.0.2.1");
	s.remote.addr = at("198.51.100.1");
	s.ts_count = 1;
	s.ts[0].local.first = s.ts[0].remote.first = at("0.0.0.0");
	s.ts[0].local.last = s.ts[0].remote.last = at("255.255.255.255");
	s.ts[0].local.port_last = s.ts[0].remote.port_last = 65535;
	EXPECT_EQ(secret_set(&s.key, bytes_of(key, sizeof(key))), ERR_OK);
	return op;
}

dp_op put_route(const char *text, dp_action action, uint32_t target, uint32_t vrf)
{
	dp_op op = op_of(DP_PUT_ROUTE);

	op.u.route.vrf = vrf;
	op.u.route.action = (uint8_t)action;
	op.u.route.target = target;
	op.u.route.prefix = prefix(text);
	return op;
}

dp_op del(dp_op put)
{
	dp_op_fini(&put);
	put.kind = dp_op_del_of(dp_op_class(put.kind));
	return put;
}

std::vector<dp_result> ServerTest::apply(std::vector<dp_op> ops)
{
	auto t = begin(ops);

	EXPECT_TRUE(server_txn_settle(&p.plant, t.get())) << "no device is waited for";
	(void)db_rcu_wait(db->rcu);
	return std::vector<dp_result>(t->result, t->result + ops.size());
}

std::unique_ptr<server_txn> ServerTest::begin(std::vector<dp_op> ops)
{
	auto t = std::make_unique<server_txn>();

	server_apply(&p.plant, ops.data(), (uint16_t)ops.size(), t.get());
	for (auto &op : ops)
		dp_op_fini(&op);
	return t;
}

uint32_t ServerTest::reserve()
{
	uint32_t spi = 0;

	EXPECT_EQ(db_sa_reserve(db, false, &spi, 1), 1u);
	return spi;
}

std::multiset<std::string> ServerTest::dump()
{
	std::multiset<std::string> all;
	server_dump d = {};
	uint64_t cursor = 0;

	do {
		dp_items items = {};

		server_dump_page(&d, &p.plant, cursor, room.get(), &items);
		EXPECT_LE(items.count, DP_PAGE_MAX);
		for (uint16_t i = 0; i < items.count; i++) {
			std::vector<uint8_t> raw(8192);
			wr w = wr_of(raw.data(), raw.size());
			dp_msg m = {};

			EXPECT_EQ(items.item[i].op.u.sa.key.len * (items.item[i].op.kind == DP_PUT_SA), 0u) << "a key in a dump";
			m.kind = DP_MSG_ITEMS;
			m.tag = 1;
			m.u.items.count = 1;
			m.u.items.item = &items.item[i];
			EXPECT_EQ(dp_codec_write(&w, &m), ERR_OK);
			all.insert(std::string(raw.begin(), raw.begin() + (long)w.len));
		}
		cursor = items.next;
	} while (cursor != 0);
	return all;
}

void ServerTest::furnish()
{
	for (auto &r : apply({ put_port(1, "Ethernet0/0"), put_port(2, "Ethernet0/1"), put_local("192.0.2.1/24", 2), put_adj(3, 2),
		     put_tunnel(7), put_route("0.0.0.0/0", DP_ROUTE_ADJACENCY, 3) }))
		ASSERT_EQ(r.err, ERR_OK);
}
