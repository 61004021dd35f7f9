#include "lab.h"

#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "../cfg/loaded.h"
#include "ike/ability.h"

namespace lab
{

const char *const psk = "Doc-Example-1";
const char *const lan_and_wan = "port Ethernet0/0 netdev eth0\n role wan\nport Ethernet0/1 netdev eth1\n role lan\n";

struct addr ip(const std::string &text)
{
	struct addr a = {};

	EXPECT_EQ(addr_parse(text.c_str(), &a), ERR_OK) << text;
	return a;
}

struct addr_prefix net(const std::string &text)
{
	struct addr_prefix p = {};

	EXPECT_EQ(addr_parse_prefix(text.c_str(), &p), ERR_OK) << text;
	return p;
}

std::string str(const struct addr &a)
{
	char text[ADDR_TEXT];

	return addr_str(&a, text);
}

std::string str(const struct addr_prefix &p)
{
	char text[ADDR_PREFIX_TEXT];

	return addr_prefix_str(&p, text);
}

static std::string errors(struct cfg_messages *messages)
{
	char text[CFG_MESSAGE_TEXT + 64];
	std::string all;

	for (const struct cfg_message *m = messages->first; m != nullptr; m = m->next)
		all += std::string(cfg_message_str(m, text, sizeof(text))) + "\n";
	cfg_message_fini(messages);
	return all;
}

struct cfg_model *model(const std::string &text)
{
	struct cfg_messages messages = {};
	struct cfg_model *m = nullptr;
	enum err err = cfg_load(cfgtest::lang(), "test.cfg", bytes_of(text.data(), text.size()), &messages, &m);
	std::string said = errors(&messages);

	EXPECT_EQ(err, ERR_OK) << said << text;
	return m;
}

struct cfg_platform *platform(const std::string &text)
{
	struct cfg_messages messages = {};
	struct cfg_platform *p = nullptr;
	enum err err = cfg_platform_load(cfgtest::lang(), "platform", bytes_of(text.data(), text.size()), &messages, &p);
	std::string said = errors(&messages);

	EXPECT_EQ(err, ERR_OK) << said;
	return p;
}

/* ---- a box ---- */

static void must(enum err err)
{
	if (err != ERR_OK) {
		ADD_FAILURE() << err_name(err);
		abort();
	}
}

static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static enum err fill(void *ctx, void *out, size_t len)
{
	auto *b = static_cast<Box *>(ctx);
	auto *p = static_cast<uint8_t *>(out);

	for (size_t i = 0; i < len; i++)
		p[i] = static_cast<uint8_t>(splitmix(&b->random));
	return ERR_OK;
}

static void keep_line(void *ctx, enum log_level level, const char *line)
{
	(void)level;
	auto *b = static_cast<Box *>(ctx);

	b->lines.push_back(std::to_string(b->net->now_ms) + " " + line);
}

static void changed(void *ctx, uint32_t vrf, const struct addr_prefix *prefix, const struct route_hop *hop)
{
	EXPECT_EQ(session_fib_changed(static_cast<Box *>(ctx)->fib, vrf, prefix, hop), ERR_OK);
}

static uint64_t now_of(void *clock)
{
	return *static_cast<uint64_t *>(clock);
}

static void set_address(void *world, uint32_t vrf, const char *netdev, const struct addr_prefix *prefix, bool add)
{
	auto *b = static_cast<Box *>(world);
	const char *name = session_vrf_name(b->hub, vrf);
	std::string entry = (name != nullptr ? name + std::string(":") : "") + netdev + " " + str(*prefix);

	if (add)
		b->host.insert(entry);
	else
		EXPECT_EQ(b->host.erase(entry), 1u) << entry;
}

static void expect_address(void *world, uint32_t, const char *netdev, const struct addr_prefix *prefix, bool add)
{
	auto *b = static_cast<Box *>(world);
	std::string entry = std::string(netdev) + " " + str(*prefix);

	if (add)
		b->expected.insert(entry);
	else
		EXPECT_EQ(b->expected.erase(entry), 1u) << entry;
}

Box::Box(Net &of, const std::string &title, const std::string &platform_text)
    : net(&of), name(title), random(std::hash<std::string>()(title))
{
	struct dp_sync_config config = {};
	struct session_env env = {};
	struct ike_engine_config ike = {};

	ike.abilities = 1 << IKE_CAN_CHILDLESS | 1 << IKE_CAN_FRAGMENTATION | 1 << IKE_CAN_MOBIKE | 1 << IKE_CAN_REDIRECT |
			1 << IKE_CAN_LOOKUP_I | 1 << IKE_CAN_LOOKUP_R;

	log = { keep_line, this, LOG_L_DEBUG };
	rand = { fill, this };
	platform = lab::platform(platform_text);
	wheel_init(&wheel, net->now_ms);
	must(fill(this, env.map_key, sizeof(env.map_key)));
	must(dp_fake_new(&fake, &wheel, env.map_key, random));
	datapath = dp_fake_model(fake);
	config.provider = dp_fake_provider(fake);
	config.wheel = &wheel;
	config.log = &log;
	config.first_id = 1000;
	must(dp_sync_new(&sync, &config));
	must(session_fib_new(&fib, sync, env.map_key));
	must(route_rib_new(&rib, env.map_key, changed, this));
	env.log = &log;
	env.crypto = net->crypto;
	if (net->workers != 0)
		must(crypto_job_pool_new(&jobs, net->workers, 100));
	env.jobs = jobs;
	env.rand = &rand;
	env.wall_s = [](void *clock) { return static_cast<int64_t>(1800000000 + *static_cast<uint64_t *>(clock) / 1000); };
	env.datapath = dp_fake_provider(fake);
	env.sync = sync;
	env.rib = rib;
	env.wheel = &wheel;
	env.now_ms = now_of;
	env.clock = &net->now_ms;
	env.world = this;
	env.rand = &rand;
	env.fetch = [](void *world, uint64_t token, const struct session_fetch *what) {
		Box *b = static_cast<Box *>(world);

		if (b->fetch_err == ERR_OK)
			b->questions.push_back(
				{ token, what->url, std::vector<uint8_t>(what->body.data, what->body.data + what->body.len) });
		return b->fetch_err;
	};
	env.echo = [](void *world, const struct session_echo *what) {
		Box *b = static_cast<Box *>(world);

		b->echoes.push_back(*what);
		return b->echo_err;
	};
	env.address = set_address;
	env.expect = expect_address;
	env.send = [](void *world, const struct ike_path *path, struct bytes datagram) {
		auto *b = static_cast<Box *>(world);
		Packet p = { b->net->now_ms + b->net->delay_ms, path->local, path->remote, path->natt,
			std::vector<uint8_t>(datagram.data, datagram.data + datagram.len) };

		if (b->nat_addr.family != 0)
			p.from = { b->nat_addr, static_cast<uint16_t>(b->nat_base + (path->local.port == SESSION_NATT_PORT)) };
		b->net->sent++;
		if (!b->dead && (!b->net->tap || b->net->tap(p)))
			b->net->flight.emplace(p.due_ms, p);
	};
	env.keepalive = [](void *world, const struct ike_path *) { static_cast<Box *>(world)->keepalives++; };
	must(session_hub_new(&hub, &env));
	ports = session_hub_ports(hub);
	ike.crypto = net->crypto;
	ike.rand = &rand;
	ike.ports = &ports;
	ike.log = &log;
	ike.child_rekey = true;
	ike.cookie_threshold = UINT32_MAX;
	ike.half_open_limit = 100000;
	must(ike_engine_new(&engine, &ike, net->now_ms));
	session_hub_attach(hub, engine);
}

void Box::stop()
{
	ike_engine_free(engine);
	engine = nullptr;
	session_hub_attach(hub, nullptr);
	crypto_job_pool_free(jobs, hub);
	jobs = nullptr;
	session_hub_free(hub);
	hub = nullptr;
}

Box::~Box()
{
	if (testing::Test::HasFailure() && getenv("LAB_LOG") != nullptr)
		for (const std::string &line : lines)
			printf("%s: %s\n", name.c_str(), line.c_str());
	if (hub != nullptr)
		stop();
	route_rib_free(rib);
	session_fib_free(fib);
	dp_sync_free(sync);
	dp_provider_close(dp_fake_provider(fake));
	cfg_platform_free(platform);
}

enum err Box::load(const std::string &text)
{
	struct cfg_model *m = model(text);
	enum err err = session_hub_configure(hub, m, platform);

	if (err != ERR_OK)
		cfg_model_free(m);
	return err;
}

void Box::must_load(const std::string &text)
{
	ASSERT_EQ(load(text), ERR_OK);
}

std::vector<const struct session *> Box::sessions(bool up_only) const
{
	std::vector<const struct session *> all;
	const struct session *s;
	uint32_t cursor = 0;

	while ((s = session_hub_walk(hub, &cursor)) != nullptr)
		if (!up_only || s->state == SESSION_S_UP)
			all.push_back(s);
	return all;
}

const struct session *Box::session(const std::string &interface) const
{
	const struct session *found = nullptr;

	for (const struct session *s : sessions())
		if (interface.empty() || interface == s->access.name) {
			EXPECT_EQ(found, nullptr) << name << ": more than one session";
			found = s;
		}
	EXPECT_NE(found, nullptr) << name << ": no session " << interface;
	return found;
}

unsigned Box::up() const
{
	return static_cast<unsigned>(sessions().size());
}

std::multimap<std::string, std::string> Box::routes(bool all) const
{
	struct ctx {
		std::multimap<std::string, std::string> out;
		bool all;
	} ctx = { {}, all };

	route_rib_walk(
		rib,
		[](void *arg, const struct route_info *info) {
			auto *c = static_cast<struct ctx *>(arg);

			if (info->c.source == ROUTE_CONNECTED || info->c.source == ROUTE_LOCAL || (!c->all && !info->best))
				return;
			c->out.emplace(str(info->c.prefix), "S [" + std::to_string(info->c.distance) + "/" + std::to_string(info->c.tag) +
								    "] " + info->out_name + (info->best ? "" : " waits"));
		},
		&ctx);
	return ctx.out;
}

std::string Box::route(const std::string &prefix) const
{
	auto all = routes();
	auto it = all.find(prefix);

	return it == all.end() ? "" : it->second;
}

std::vector<struct dp_item> Box::objects(enum dp_class class_of) const
{
	auto room = std::make_unique<struct dp_room>();
	std::vector<struct dp_item> out;
	struct dp_msg ask = {}, answer = {};

	ask.kind = DP_MSG_DUMP;
	ask.tag = 1;
	do {
		EXPECT_TRUE(dp_model_answer(datapath, &ask, room.get(), &answer));
		for (unsigned i = 0; i < answer.u.items.count; i++)
			if (dp_op_class(answer.u.items.item[i].op.kind) == class_of)
				out.push_back(answer.u.items.item[i]);
		ask.u.dump.cursor = answer.u.items.next;
	} while (ask.u.dump.cursor != 0);
	return out;
}

struct dp_model_counts Box::counts() const
{
	struct dp_model_counts c;

	dp_model_count(datapath, &c);
	return c;
}

uint64_t Box::stat(enum ike_stat s) const
{
	struct ike_stats stats;

	ike_engine_stats(engine, &stats);
	return stats.count[s];
}

unsigned Box::count_logged(const std::string &part) const
{
	return static_cast<unsigned>(
		std::count_if(lines.begin(), lines.end(), [&](const std::string &l) { return l.find(part) != std::string::npos; }));
}

bool Box::logged(const std::string &part) const
{
	return count_logged(part) != 0;
}

struct session_iface_info Box::shown(const std::string &interface) const
{
	struct ctx {
		std::string name;
		struct session_iface_info info;
		unsigned count;
	} ctx = { interface, {}, 0 };

	session_hub_interfaces(
		hub,
		[](void *arg, const struct session_iface_info *info) {
			auto *c = static_cast<struct ctx *>(arg);

			if (c->name != info->name)
				return;
			c->info = *info;
			c->count++;
		},
		&ctx);
	EXPECT_LE(ctx.count, 1u) << interface;
	return ctx.info;
}

void Box::restart_datapath(bool lose_store)
{
	dp_fake_drop(fake, 0);
	dp_model_restart(datapath, lose_store);
	dp_fake_raise(fake);
}

static std::set<uint32_t> senders_of(const struct dp_tunnel &t)
{
	std::set<uint32_t> out(t.more, t.more + t.more_count);

	if (t.sa_out != 0)
		out.insert(t.sa_out);
	return out;
}

void Box::expect_whole() const
{
	std::map<uint32_t, std::set<uint32_t>> tunnels; /* id -> senders */
	std::set<uint32_t> sas, out;
	size_t children = 0, held = 0;

	ASSERT_TRUE(dp_sync_settled(sync)) << name;
	for (const auto &item : objects(DP_CLASS_TUNNEL))
		tunnels[item.op.u.tunnel.id] = senders_of(item.op.u.tunnel);
	for (const auto &item : objects(DP_CLASS_SA)) {
		sas.insert(item.op.u.sa.id);
		EXPECT_EQ(tunnels.count(item.op.u.sa.tunnel), 1u) << name;
	}
	for (const struct session *s : sessions(false)) {
		size_t sends = 0;

		list_each (it, &s->children) {
			const struct session_child *c = list_of(it, struct session_child, link);

			children++;
			EXPECT_EQ(sas.count(c->sa_in), 1u) << name;
			EXPECT_EQ(sas.count(c->sa_out), 1u) << name;
			sends += s->access.held && c->sends && tunnels[s->access.tunnel].count(c->sa_out) != 0;
		}
		if (!s->access.held)
			continue;
		held++;
		EXPECT_EQ(sends, tunnels[s->access.tunnel].size()) << name << " " << s->access.name;
		EXPECT_NE(sends, 0u) << name << " " << s->access.name << " doesn't send by an SA of its own";
	}
	EXPECT_EQ(sas.size(), 2 * children) << name;
	EXPECT_EQ(tunnels.size(), held) << name;
	for (const auto &item : objects(DP_CLASS_ROUTE)) {
		const struct dp_route &r = item.op.u.route;

		EXPECT_TRUE(r.action != DP_ROUTE_TUNNEL || tunnels.count(r.target) == 1) << name << " " << str(r.prefix);
	}
	/* Leased are those in the pool, and what the engine holds for sessions on their way. */
	EXPECT_GE(counts().spis_leased, hub->spi.count) << name;
	EXPECT_LE(counts().spis_leased, hub->spi.count + sessions(false).size() - sessions().size()) << name << " lost SPIs";
	EXPECT_EQ(counts().key_reuses, 0u) << name;
	EXPECT_EQ(counts().order_breaks, 0u) << name;
}

void Box::expect_empty() const
{
	expect_whole();
	EXPECT_TRUE(sessions(false).empty()) << name;
	EXPECT_TRUE(objects(DP_CLASS_SA).empty()) << name;
	EXPECT_TRUE(objects(DP_CLASS_TUNNEL).empty()) << name;
	list_each (it, &hub->ranges)
		EXPECT_EQ(session_pool_used(list_of(it, struct session_range, link)->pool), 0u) << name;
	EXPECT_EQ(hub->by_ike.count + hub->by_peer.count + hub->by_tunnel.count, 0u) << name;
}

/* ---- the network ---- */

Net::Net(unsigned count) : workers(count)
{
	must(crypto_new(&crypto));
}

Net::~Net()
{
	boxes.clear();
	crypto_free(crypto);
}

Box &Net::box(const std::string &name, const std::vector<std::string> &addrs, const std::string &platform_text)
{
	boxes.push_back(std::make_unique<Box>(*this, name, platform_text));
	for (const std::string &a : addrs)
		boxes.back()->addrs.push_back(ip(a));
	return *boxes.back();
}

void Net::deliver(const Packet &p)
{
	for (auto &b : boxes) {
		struct ike_path path = {};

		path.local = p.to;
		if (b->nat_addr.family != 0) {
			if (!addr_eq(&b->nat_addr, &p.to.addr) || p.to.port < b->nat_base || p.to.port > b->nat_base + 1)
				continue;
			path.local = { b->addrs[0],
				static_cast<uint16_t>(p.to.port == b->nat_base ? SESSION_IKE_PORT : SESSION_NATT_PORT) };
		} else if (std::none_of(b->addrs.begin(), b->addrs.end(), [&](const struct addr &a) { return addr_eq(&a, &p.to.addr); })) {
			continue;
		}
		if (b->dead || b->engine == nullptr)
			return;
		path.vrf = session_vrf_id(b->front);
		path.remote = p.from;
		path.natt = p.natt;
		ike_engine_receive(b->engine, now_ms, &path, bytes_of(p.data.data(), p.data.size()));
		return;
	}
}

void Box::await_workers() const
{
	while (jobs != nullptr && crypto_job_count(jobs) != 0) {
		struct pollfd p = { crypto_job_fd(jobs), POLLIN, 0 };

		ASSERT_EQ(poll(&p, 1, 20000), 1);
		session_hub_collect(hub);
	}
}

bool Net::step(uint64_t limit_ms)
{
	uint64_t next;

	for (auto &b : boxes)
		b->await_workers();
	next = flight.empty() ? UINT64_MAX : flight.begin()->first;

	for (auto &b : boxes) {
		next = std::min(next, wheel_next(&b->wheel));
		if (b->engine != nullptr)
			next = std::min(next, ike_engine_next(b->engine));
	}
	if (next > limit_ms) {
		now_ms = limit_ms;
		return false;
	}
	now_ms = std::max(now_ms, next);
	for (auto &b : boxes) {
		if (b->engine != nullptr)
			ike_engine_advance(b->engine, now_ms);
		wheel_advance(&b->wheel, now_ms);
	}
	while (!flight.empty() && flight.begin()->first <= now_ms) {
		Packet p = std::move(flight.begin()->second);

		flight.erase(flight.begin());
		deliver(p);
	}
	return true;
}

void Net::run(uint64_t ms)
{
	uint64_t limit = now_ms + ms;

	while (step(limit))
		;
}

bool Net::run_until(const std::function<bool()> &done, uint64_t limit_ms)
{
	uint64_t limit = now_ms + limit_ms;

	while (!done())
		if (!step(limit))
			return done();
	return true;
}

/* ---- configurations ---- */

std::string with(std::string text, const std::string &from, const std::string &to)
{
	size_t at = text.find(from);

	EXPECT_NE(at, std::string::npos) << from;
	for (; at != std::string::npos; at = text.find(from, at + to.size()))
		text.replace(at, from.size(), to);
	return text;
}

std::string common(const std::string &name, const std::string &profile)
{
	return "hostname " + name +
	       "\n"
	       "aaa new-model\n"
	       "aaa authorization network default local\n"
	       "crypto ikev2 proposal P\n encryption aes-gcm-128\n prf sha256\n group 31\n"
	       "crypto ikev2 policy P\n match fvrf any\n proposal P\n"
	       "crypto ipsec transform-set T esp-gcm 128\n mode tunnel\n"
	       "crypto ikev2 profile default\n authentication remote pre-share\n authentication local pre-share\n keyring local KR\n"
	       " aaa authorization group psk list default default\n" +
	       profile + "crypto ipsec profile default\n set transform-set T\n set ikev2-profile default\n";
}

std::string HubConfig::text() const
{
	return common("hub", " match identity remote fqdn domain example.net\n identity local fqdn hub.example.net\n virtual-template 1\n" +
				     profile) +
	       "crypto ikev2 keyring KR\n peer any\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key " + psk + "\n" + pool +
	       "crypto ikev2 authorization policy default\n no route set interface\n" + policy +
	       "interface Loopback0\n ip address 10.77.0.254 255.255.255.255\n"
	       "interface Ethernet0/0\n ip address 198.51.100.1 255.255.255.0\n"
	       "interface Ethernet0/1\n ip address 10.10.0.1 255.255.255.0\n"
	       "interface Virtual-Template1 type tunnel\n ip unnumbered Loopback0\n tunnel mode ipsec ipv4\n"
	       " tunnel protection ipsec profile default\n"
	       "ip route 0.0.0.0 0.0.0.0 198.51.100.254\n" +
	       more;
}

SpokeConfig::SpokeConfig(unsigned number) : n(number), identity("spoke" + std::to_string(number) + ".example.net")
{
}

std::string SpokeConfig::text() const
{
	std::string number = std::to_string(n), text;

	text = common("spoke" + number, " match identity remote fqdn hub.example.net\n identity local fqdn " + identity + "\n" + profile) +
	       "crypto ikev2 keyring KR\n peer hub\n  address 198.51.100.1\n  pre-shared-key " + key +
	       "\n"
	       "crypto ikev2 authorization policy default\n no route set interface\n" +
	       policy + "interface Ethernet0/0\n ip address 203.0.113." + number +
	       " 255.255.255.0\n"
	       "interface Ethernet0/1\n ip address 10.20." +
	       number + ".1 255.255.255.0\n";
	for (unsigned t = 0; t < tunnels; t++)
		text += "interface Tunnel" + std::to_string(t) + "\n" + address +
			" tunnel source Ethernet0/0\n tunnel destination 198.51.100.1\n tunnel mode ipsec ipv4\n"
			" tunnel protection ipsec profile default\n";
	return text + "ip route 0.0.0.0 0.0.0.0 203.0.113.254\n" + more;
}

Box &Star::spoke(unsigned n)
{
	return spoke(SpokeConfig(n));
}

Box &Star::spoke(const SpokeConfig &config)
{
	std::string n = std::to_string(config.n);
	Box &b = wan.box("spoke" + n, { "203.0.113." + n }, lan_and_wan);

	b.must_load(config.text());
	return b;
}

void Star::up(const Box &s, uint64_t limit_ms)
{
	wan.run(20); /* news of an end is on its way */
	ASSERT_TRUE(wan.run_until([&] { return s.up() == 1; }, limit_ms)) << s.name;
	wan.run(100); /* CFG_SET */
}

void Star::TearDown()
{
	wan.run(100);
	for (auto &b : wan.boxes)
		if (b->hub != nullptr)
			b->expect_whole();
}

void Alone::load(const std::string &text)
{
	hub.must_load(text);
	wan.run(50);
}

std::set<std::string> Alone::locals()
{
	std::set<std::string> out;

	for (const auto &item : hub.objects(DP_CLASS_LOCAL))
		out.insert(std::to_string(item.op.u.local.port) + " " + str(item.op.u.local.prefix));
	return out;
}

std::set<std::string> Alone::routes()
{
	static const char *const word[] = { "drop", "local", "port", "adjacency", "tunnel" };
	std::set<std::string> out;

	for (const auto &item : hub.objects(DP_CLASS_ROUTE))
		out.insert(str(item.op.u.route.prefix) + " " + word[item.op.u.route.action]);
	return out;
}

} // namespace lab
