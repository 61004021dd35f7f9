#include "sim.h"

#include <algorithm>
#include <cstring>

#include "ike/wire/hdr.h"

uint64_t Random::next()
{
	uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15)); /* splitmix64 */

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static enum err fill(void *ctx, void *out, size_t len)
{
	Random *r = static_cast<Random *>(ctx);
	uint8_t *p = static_cast<uint8_t *>(out);

	for (size_t i = 0; i < len; i++)
		p[i] = static_cast<uint8_t>(r->next());
	return ERR_OK;
}

struct crypto_rand Random::source()
{
	return { fill, this };
}

/* ---- nodes ---- */

struct ike_path Node::to(const Node &peer, uint16_t port) const
{
	struct ike_path p = {};

	p.local = { addr, port };
	p.remote = { peer.nat ? peer.nat_addr : peer.addr, port };
	p.natt = port == 4500;
	return p;
}

uint16_t Node::shown(uint16_t port) const
{
	return forwarded ? port : static_cast<uint16_t>(nat_base + (port == 4500));
}

struct slab_handle Node::initiate(const Node &peer)
{
	struct slab_handle h = {};
	struct ike_path path = to(peer);

	w.now_ms = sim->now_ms;
	if (world_initiate(&w, &path, &h) != ERR_OK)
		return {};
	return h;
}

uint64_t Node::stat(enum ike_stat s) const
{
	struct ike_stats stats;

	ike_engine_stats(w.engine, &stats);
	return stats.count[s];
}

struct ike_sa_info Node::info(struct slab_handle h) const
{
	struct ike_sa_info i = {};

	if (ike_engine_info(w.engine, h, &i) != ERR_OK)
		i.state = "gone";
	return i;
}

bool Node::logged(const std::string &part) const
{
	return std::any_of(lines.begin(), lines.end(), [&](const std::string &l) { return l.find(part) != std::string::npos; });
}

static void keep_line(void *ctx, enum log_level level, const char *line)
{
	(void)level;
	static_cast<Node *>(ctx)->lines.push_back(line);
}

/* ---- the network ---- */

Sim::Sim(uint64_t seed) : random{ seed }
{
	if (crypto_new(&crypto) != ERR_OK)
		abort();
}

Sim::~Sim()
{
	for (auto &n : nodes)
		if (n->w.engine != nullptr)
			world_fini(&n->w);
	crypto_free(crypto);
}

Node &Sim::node(const char *address, const char *id, const char *psk)
{
	nodes.push_back(std::make_unique<Node>());
	Node &n = *nodes.back();

	n.sim = this;
	if (addr_parse(address, &n.addr) != ERR_OK)
		abort();
	n.random.state = random.next();
	world_defaults(&n.w.set, id, psk);
	return n;
}

void Sim::start(Node &n, const struct ike_engine_config &config)
{
	struct ike_engine_config cfg = config;

	n.rand = n.random.source();
	n.log = { keep_line, &n, LOG_L_DEBUG };
	cfg.crypto = crypto;
	cfg.rand = &n.rand;
	cfg.log = &n.log;
	n.w.send = send;
	n.w.send_ctx = &n;
	if (world_init(&n.w, &cfg, now_ms) != ERR_OK)
		abort();
}

/* RFC7296-2.1: a retransmission is the same to the bit.  IKE_SA_INIT requests begin again with id 0 (RFC7296-2.6). */
void Sim::watch(struct bytes datagram)
{
	struct rd r = rd_of(datagram);
	struct ike_hdr h;
	std::vector<uint8_t> data(datagram.data, datagram.data + datagram.len);

	if (ike_hdr_parse(&r, &h) != ERR_OK) {
		watch_fault = "an engine sent what isn't a message";
		return;
	}
	if (h.next != IKE_P_SK && h.next != IKE_P_SKF)
		return;
	/* RFC7383-2.5.2: other numbers of fragments are other cuts of the same message. */
	uint32_t fragment = 0;
	(void)rd_u32(&r);
	if (h.next == IKE_P_SKF)
		fragment = rd_u32(&r);
	auto said_before = said.emplace(MessageKey{ h.spi_i, h.spi_r, h.exchange, h.flags, h.message_id, fragment }, data);
	if (!said_before.second && said_before.first->second != data)
		watch_fault = "a message id was used with other content";
	uint64_t iv = rd_u64(&r);
	auto iv_before = ivs.emplace(std::make_tuple(h.spi_i, h.spi_r, static_cast<uint8_t>(h.flags & IKE_F_INITIATOR), iv), data);
	if (!iv_before.second && iv_before.first->second != data)
		watch_fault = "an IV was used twice";
}

void Sim::send(void *ctx, const struct ike_path *path, struct bytes datagram, bool keepalive)
{
	Node *from = static_cast<Node *>(ctx);
	Sim *sim = from->sim;
	Packet p = { 0, path->local, path->remote, path->natt, std::vector<uint8_t>(datagram.data, datagram.data + datagram.len) };

	if (keepalive) {
		from->keepalives++;
		return;
	}
	sim->watch(datagram);
	if (from->nat)
		p.from = { from->nat_addr, from->shown(path->local.port) };
	if (sim->record)
		sim->sent.push_back(p);
	if (from->dead || (sim->tap && !sim->tap(p)))
		return;
	sim->launch(p);
}

void Sim::launch(const Packet &packet)
{
	Packet p = packet;

	for (unsigned copies = 1 + random.percent(dup); copies > 0; copies--) {
		if (random.percent(loss))
			continue;
		p.due_ms = held ? UINT64_MAX : now_ms + delay_min_ms + random.below(delay_max_ms - delay_min_ms + 1);
		esp_sent += p.esp != 0;
		flight.push_back(p);
	}
}

void Sim::arrive(size_t which)
{
	flight[which].due_ms = now_ms;
	step(now_ms);
}

bool Sim::lose(size_t which)
{
	flight.erase(flight.begin() + static_cast<long>(which));
	return true;
}

void Sim::release()
{
	held = false;
	for (Packet &p : flight)
		p.due_ms = now_ms;
}

/* Every session that is up sends a packet by each of its children's lines. */
void Sim::traffic()
{
	for (auto &n : nodes)
		list_each (l, &n->w.sessions) {
			struct world_session *s = list_of(l, struct world_session, link);
			unsigned senders = 0;

			list_each (m, &s->children) {
				struct world_child *c = list_of(m, struct world_child, link);

				if (!s->up || s->quiet || !c->sends)
					continue;
				senders++;
				if (!n->dead)
					launch({ 0, s->path.local, s->path.remote, s->path.natt, {}, c->spi_out });
			}
			esp_mute += s->up && !s->quiet && senders == 0;
		}
}

void Sim::receive_esp(Node &n, uint32_t spi)
{
	list_each (l, &n.w.sessions)
		if (world_pair(list_of(l, struct world_session, link), spi) != nullptr) {
			esp_received++;
			return;
		}
}

/* The node that 'to' reaches, and its own address there. */
bool Node::has(const struct addr &a) const
{
	for (unsigned i = 0; i < w.set.address_count; i++)
		if (addr_eq(&w.set.addresses[i], &a))
			return true;
	return addr_eq(&addr, &a);
}

Node *Sim::behind(const struct addr_port &to, struct addr_port &real)
{
	for (auto &n : nodes) {
		if (!n->nat && n->has(to.addr)) {
			real = to;
			return n.get();
		}
		if (n->nat && addr_eq(&n->nat_addr, &to.addr) && (to.port == n->shown(500) || to.port == n->shown(4500))) {
			real = { n->addr, static_cast<uint16_t>(to.port == n->shown(500) ? 500 : 4500) };
			return n.get();
		}
	}
	return nullptr;
}

void Sim::deliver(const Packet &p)
{
	struct ike_path path = {};
	Node *n = behind(p.to, path.local);

	if (n == nullptr || n->dead)
		return;
	if (p.esp != 0) {
		receive_esp(*n, p.esp);
		return;
	}
	path.remote = p.from;
	path.natt = path.local.port == 4500;
	if (path.natt != p.natt)
		return; /* an ESP marker where none belongs, or none where one does */
	n->w.now_ms = now_ms;
	ike_engine_receive(n->w.engine, now_ms, &path, bytes_of(p.data.data(), p.data.size()));
}

bool Sim::step(uint64_t limit_ms)
{
	uint64_t next = UINT64_MAX;

	for (auto &n : nodes)
		next = std::min(next, world_next(&n->w));
	for (const Packet &p : flight)
		next = std::min(next, p.due_ms);
	if (traffic_ms != 0)
		next = std::min(next, next_traffic_ms);
	if (next == UINT64_MAX || next > limit_ms) {
		now_ms = std::max(now_ms, limit_ms);
		return false;
	}
	now_ms = std::max(now_ms, next);
	if (traffic_ms != 0 && now_ms >= next_traffic_ms) {
		traffic();
		next_traffic_ms = now_ms + traffic_ms;
	}
	for (auto &n : nodes)
		world_advance(&n->w, now_ms);
	for (size_t i = 0; i < flight.size();) {
		if (flight[i].due_ms > now_ms) {
			i++;
			continue;
		}
		Packet p = std::move(flight[i]);
		flight.erase(flight.begin() + static_cast<long>(i));
		deliver(p);
	}
	return true;
}

void Sim::run_for(uint64_t ms)
{
	uint64_t limit = now_ms + ms;

	while (step(limit))
		;
}

std::string Sim::fault() const
{
	if (!watch_fault.empty())
		return watch_fault;
	for (auto &n : nodes)
		if (n->w.fault[0] != '\0')
			return std::string(n->w.set.id) + ": " + n->w.fault;
	return "";
}

/* ---- agreement ---- */

static bool same_ts(const struct ike_ts *a, uint8_t a_count, const struct ike_ts *b, uint8_t b_count)
{
	return a_count == b_count &&
	       std::equal(a, a + a_count, b, [](const struct ike_ts &x, const struct ike_ts &y) { return ike_ts_eq(&x, &y); });
}

static bool mirrored(const struct world_child &x, const struct world_child &y)
{
	return x.spi_in == y.spi_out && x.spi_out == y.spi_in && x.encr == y.encr && x.integ == y.integ && x.udp_encap == y.udp_encap &&
	       x.esn == y.esn && x.transport == y.transport && secret_eq(secret_view(&x.in_encr), secret_view(&y.out_encr)) &&
	       secret_eq(secret_view(&x.out_encr), secret_view(&y.in_encr)) &&
	       secret_eq(secret_view(&x.in_integ), secret_view(&y.out_integ)) &&
	       same_ts(x.local, x.local_count, y.remote, y.remote_count) && same_ts(x.remote, x.remote_count, y.local, y.local_count);
}

static struct world_session *counterpart(Node &at, const struct ike_sa_info &of)
{
	list_each (n, &at.w.sessions) {
		struct world_session *s = list_of(n, struct world_session, link);
		struct ike_sa_info i = at.info(s->handle);

		if (s->up && i.spi_i == of.spi_i && i.spi_r == of.spi_r)
			return s;
	}
	return nullptr;
}

std::string lonely(Node &a, Node &b)
{
	list_each (n, &a.w.sessions) {
		struct world_session *s = list_of(n, struct world_session, link);

		if (!s->up)
			continue;
		struct ike_sa_info i = a.info(s->handle);
		struct world_session *t = counterpart(b, i);
		if (t == nullptr)
			return std::string(a.w.set.id) + " is up (" + i.state + ") alone";
		if (s->child_count != t->child_count)
			return "other children";
		list_each (l, &s->children) {
			struct world_child *x = list_of(l, struct world_child, link);
			struct world_child *y = world_pair(t, x->spi_out);

			if (y == nullptr || !mirrored(*x, *y))
				return "children that don't fit";
		}
	}
	return "";
}

std::string disagreement(Node &a, Node &b)
{
	std::string s = lonely(a, b);

	return s.empty() ? lonely(b, a) : s;
}
