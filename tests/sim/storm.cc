#include "storm.h"

#include <cstdio>
#include <set>

#include "ike/ability.h"

namespace
{

struct world_session *any_session(Sim &sim, Node &n)
{
	struct world_session *chosen = nullptr;
	uint64_t seen = 0;

	list_each (l, &n.w.sessions) {
		struct world_session *s = list_of(l, struct world_session, link);

		if (s->up && sim.random.below(++seen) == 0)
			chosen = s;
	}
	return chosen;
}

/* One of its pairs that send. */
struct world_child *any_child(Sim &sim, struct world_session *s)
{
	struct world_child *chosen = nullptr;
	uint64_t seen = 0;

	list_each (l, &s->children) {
		struct world_child *c = list_of(l, struct world_child, link);

		if (c->sends && sim.random.below(++seen) == 0)
			chosen = c;
	}
	return chosen;
}

void rekey_any_child(Sim &sim, Node &n, struct world_session *s)
{
	struct world_child *c = any_child(sim, s);

	if (c != nullptr)
		ike_engine_rekey_child(n.w.engine, sim.now_ms, s->handle, c->spi_in);
}

/* The session at the other end, if that is up under the same keys. */
struct world_session *other_end(Node &at, const struct ike_sa_info &of)
{
	list_each (l, &at.w.sessions) {
		struct world_session *s = list_of(l, struct world_session, link);

		if (s->up && at.info(s->handle).spi_i == of.spi_i && at.info(s->handle).spi_r == of.spi_r)
			return s;
	}
	return nullptr;
}

/* Lines that are deleted: the end that isn't told yet goes on sending. */
using Closed = std::set<std::pair<struct world_session *, uint32_t>>;

/* Whether the other end 't' has a pair of the line still: at the end of its lifetime it is deleted there first. */
bool is_known(struct world_session *s, uint32_t line, struct world_session *t)
{
	list_each (l, &s->children) {
		struct world_child *c = list_of(l, struct world_child, link);

		if (c->line == line && world_pair(t, c->spi_out) != nullptr)
			return true;
	}
	return line == 1;
}

/* RFC7296-2.8: whatever is being rekeyed, what 'a' sends the other end can open. */
std::string unheard(Node &a, Node &b, const Closed &closed = {})
{
	list_each (l, &a.w.sessions) {
		struct world_session *s = list_of(l, struct world_session, link);
		struct world_session *t = s->up ? other_end(b, a.info(s->handle)) : nullptr;
		std::set<uint32_t> lines;

		if (t == nullptr)
			continue;
		list_each (m, &s->children)
			lines.insert(list_of(m, struct world_child, link)->line);
		for (uint32_t line : lines) {
			struct world_child *c = world_sender(s, line);

			if (closed.count({ s, line }) != 0 || !is_known(s, line, t))
				continue;
			if (c == nullptr)
				return std::string(a.w.set.id) + " has no pair to send by";
			/* A further one: who asked gets it after who granted it. */
			if ((c->replaces != 0 || line == 1) && world_pair(t, c->spi_out) == nullptr)
				return std::string(a.w.set.id) + " sends what " + b.w.set.id + " can't open";
		}
		if (lines.empty())
			return std::string(a.w.set.id) + " has no pair at all";
	}
	return "";
}

std::string shared_spi(Node &n)
{
	std::set<uint64_t> ike;
	std::set<uint32_t> esp;
	struct ike_sa_info i;
	uint32_t at = 0;

	while (ike_engine_walk(n.w.engine, &at, &i))
		if (!ike.insert(i.role == IKE_INITIATOR ? i.spi_i : i.spi_r).second)
			return "two IKE SAs share an SPI";
	list_each (l, &n.w.sessions)
		list_each (m, &list_of(l, struct world_session, link)->children)
			if (!esp.insert(list_of(m, struct world_child, link)->spi_in).second)
				return "two CHILD_SAs share an SPI";
	return "";
}

void delete_all(Sim &sim)
{
	for (auto &n : sim.nodes)
		while (struct world_session *s = world_last_up(&n->w))
			ike_engine_delete(n->w.engine, sim.now_ms, s->handle);
	sim.run_for(200 * 1000);
}

/* Everything is deleted: no SA, no timer, no SPI is left. */
std::string leftovers(Sim &sim)
{
	for (auto &n : sim.nodes) {
		struct ike_stats s;

		ike_engine_stats(n->w.engine, &s);
		if (s.sa_count != 0 || s.half_open != 0 || s.up != 0)
			return std::string(n->w.set.id) + " keeps an IKE SA";
		if (ike_engine_next(n->w.engine) != UINT64_MAX)
			return std::string(n->w.set.id) + " keeps a timer";
		if (n->w.spi_out_count != 0)
			return std::string(n->w.set.id) + " keeps an SPI";
	}
	return sim.fault();
}

void begin_sessions(Sim &sim, struct ike_engine_config config)
{
	config.child_rekey = true;
	for (auto &n : sim.nodes)
		sim.start(*n, config);
	for (size_t i = 1; i < sim.nodes.size(); i++)
		sim.nodes[i]->initiate(*sim.nodes[0]);
	sim.run_for(2000);
}

/* ---- the storm ---- */

class Storm
{
      public:
	explicit Storm(uint64_t seed) : sim{ seed }
	{
		static const char *const names[] = { "hub", "a", "b", "c" };

		for (unsigned i = 0; i < 4; i++) {
			Node &n = sim.node(("192.0.2." + std::to_string(i + 1)).c_str(), names[i], "key");

			n.w.set.dpd = { 30, 2, true };
			n.w.set.child_lifetime_s = 900;
			n.w.set.lifetime_s = 3600;
			n.w.set.child_limit = 4;
			if (i == 1)
				n.w.set.pfs = world_groups("31");
			if (seed % 4 > 1)
				series(n.w.set);
		}
		struct ike_engine_config config = {};
		config.abilities = seed % 2 << IKE_CAN_FRAGMENTATION;
		config.frag_mtu = 256;
		begin_sessions(sim, config);
	}
	std::string run(unsigned hours, bool progress)
	{
		std::string fault;

		for (unsigned h = 0; h < hours && fault.empty(); h++) {
			uint64_t end = sim.now_ms + 3600 * 1000;

			while (sim.now_ms < end && fault.empty()) {
				weather();
				order();
				fault = pass(1 + sim.random.below(20000));
			}
			if (progress)
				report(h + 1);
		}
		return fault.empty() ? calm() : fault;
	}

      private:
	Sim sim;
	Closed closed;

	Node &hub()
	{
		return *sim.nodes[0];
	}
	/* Several key exchanges for IKE SAs and their children, of groups that are cheap: OpenSSL's P-384 takes 2 ms, and a day has many. */
	static void series(struct world_settings &set)
	{
		world_offer_extra(&set.ike.offer[0], 2, "19");
		set.pfs = world_groups("31");
		world_groups_extra(&set.pfs, 1, "19");
		world_groups_extra(&set.pfs, 3, "2");
	}
	void weather()
	{
		/* Not for long: a pair that can't be replaced ends with its lifetime. */
		for (auto &n : sim.nodes)
			n->w.set.install_err = sim.random.percent(5) ? ERR_FULL : ERR_OK;
		if (!sim.random.percent(20))
			return;
		sim.loss = static_cast<unsigned>(sim.random.below(25));
		sim.dup = static_cast<unsigned>(sim.random.below(30));
		sim.delay_max_ms = sim.delay_min_ms + static_cast<uint32_t>(sim.random.below(600));
		for (auto &n : sim.nodes) {
			n->w.set.delay_ms = static_cast<uint32_t>(sim.random.below(3) * 25);
			n->w.set.agree_ms = static_cast<uint32_t>(sim.random.percent(10) ? 4000 : sim.random.below(4) * 60);
		}
	}
	void order()
	{
		Node &n = *sim.nodes[sim.random.below(sim.nodes.size())];
		struct world_session *s = any_session(sim, n);
		uint64_t what = sim.random.below(10);

		n.w.now_ms = sim.now_ms;
		if (s == nullptr) {
			if (&n != &hub() && world_up_count(&n.w) == 0)
				n.initiate(hub());
		} else if (what < 5) {
			rekey_any_child(sim, n, s);
			also(n, s, what);
		} else if (what < 8) {
			ike_engine_rekey(n.w.engine, sim.now_ms, s->handle);
			also(n, s, what);
		} else if (what < 9) {
			ike_engine_probe(n.w.engine, sim.now_ms, s->handle);
		} else {
			one_more_or_less(n, s);
		}
	}
	void one_more_or_less(Node &n, struct world_session *s)
	{
		struct world_child *c = any_child(sim, s);
		uint32_t spi_in;

		if (sim.random.percent(60) && world_new_child(&n.w, s->handle, &spi_in) == ERR_OK)
			return;
		if (c != nullptr && c->line != 1 && close(n, s, c)) /* with the last one the SA would go */
			ike_engine_delete_child(n.w.engine, sim.now_ms, s->handle, c->spi_in);
	}
	/* Notes that the line of 'c' is deleted, if the other end has it as well. */
	bool close(Node &n, struct world_session *s, struct world_child *c)
	{
		for (auto &m : sim.nodes) {
			struct world_session *t = m.get() == &n ? nullptr : other_end(*m, n.info(s->handle));
			struct world_child *there = t == nullptr ? nullptr : world_pair(t, c->spi_out);

			if (there == nullptr || there->line == 1)
				continue;
			closed.insert({ s, c->line });
			closed.insert({ t, there->line });
			return true;
		}
		return false;
	}
	/* The other end wants something at the same time. */
	void also(Node &n, struct world_session *s, uint64_t what)
	{
		struct ike_sa_info i = n.info(s->handle);

		for (auto &m : sim.nodes) {
			struct world_session *t = m.get() == &n || !sim.random.percent(50) ? nullptr : other_end(*m, i);

			if (t != nullptr && what % 2 == 0)
				rekey_any_child(sim, *m, t);
			else if (t != nullptr)
				ike_engine_rekey(m->w.engine, sim.now_ms, t->handle);
		}
	}
	std::string broken()
	{
		std::string fault = sim.fault();

		for (size_t i = 1; i < sim.nodes.size() && fault.empty(); i++) {
			fault = unheard(*sim.nodes[i], hub(), closed);
			if (fault.empty())
				fault = unheard(hub(), *sim.nodes[i], closed);
		}
		for (size_t i = 0; i < sim.nodes.size() && fault.empty(); i++)
			fault = shared_spi(*sim.nodes[i]);
		return fault.empty() ? "" : fault + " at " + std::to_string(sim.now_ms) + " ms";
	}
	std::string pass(uint64_t ms)
	{
		uint64_t limit = sim.now_ms + ms;
		std::string fault;

		while (fault.empty() && sim.step(limit))
			fault = broken();
		return fault;
	}
	/* The network heals: both ends agree on all children, and then all is deleted. */
	std::string calm()
	{
		sim.loss = sim.dup = 0;
		sim.delay_max_ms = sim.delay_min_ms;
		for (auto &n : sim.nodes)
			n->w.set.install_err = ERR_OK;
		sim.run_for(300 * 1000);
		for (size_t i = 1; i < sim.nodes.size(); i++) {
			std::string fault = lonely(*sim.nodes[i], hub());

			if (!fault.empty())
				return fault;
		}
		delete_all(sim);
		return leftovers(sim);
	}
	void report(unsigned hour)
	{
		uint64_t rekeys = 0, children = 0, further = 0, crossed = 0, dead = 0;

		for (auto &n : sim.nodes) {
			rekeys += n->stat(IKE_STAT_REKEY);
			children += n->stat(IKE_STAT_CHILD_REKEY);
			further += n->stat(IKE_STAT_CHILD_NEW);
			crossed += n->stat(IKE_STAT_REKEY_CROSSED);
			dead += n->stat(IKE_STAT_DEAD_PEER);
		}
		printf("hour %u: %llu IKE SAs and %llu children rekeyed, %llu further ones, %llu crossed, %llu dead peers\n", hour,
			static_cast<unsigned long long>(rekeys), static_cast<unsigned long long>(children),
			static_cast<unsigned long long>(further), static_cast<unsigned long long>(crossed),
			static_cast<unsigned long long>(dead));
		fflush(stdout);
	}
};

/* ---- exploration ---- */

/* Enumerates all sequences of choices: the next history differs from the last one in the latest choice that has an alternative. */
class Choices
{
      public:
	unsigned among(unsigned count)
	{
		if (at == taken.size())
			taken.push_back({ 0, count });
		return taken[at++].first;
	}
	bool next()
	{
		while (!taken.empty() && taken.back().first + 1 == taken.back().second)
			taken.pop_back();
		if (taken.empty())
			return false;
		taken.back().first++;
		at = 0;
		return true;
	}
	std::string text() const
	{
		std::string s;

		for (auto &c : taken)
			s += " " + std::to_string(c.first);
		return s;
	}

      private:
	std::vector<std::pair<unsigned, unsigned>> taken; /* choice, among how many */
	size_t at = 0;
};

enum Order { REKEY_CHILD, REKEY, NEW_CHILD, DELETE_CHILD, DELETE, ORDERS };

class History
{
      public:
	History(Choices &c, enum Explore how)
	    : choices(c), hub(sim.node("192.0.2.1", "hub", "key")), spoke(sim.node("192.0.2.2", "spoke", "key"))
	{
		bool late = how == LATE;

		for (Node *n : { &hub, &spoke })
			n->w.set.pfs = world_groups(how == PLAIN ? "" : "31");
		if (how == SERIES)
			both_extra(1, "19");
		if (how == SERIES)
			both_extra(4, "2");
		if (how == MIXED) /* each responder's first choice counts: the hub's is none */
			extra(hub, 1, nullptr);
		if (how == MIXED)
			both_extra(1, "19");
		if (how == MIXED)
			extra(spoke, 1, nullptr);
		begin_sessions(sim, {});
		also(spoke);
		also(hub);
		sim.held = true;
		hub.w.set.agree_mute = spoke.w.set.agree_mute = late;
	}
	std::string run(unsigned depth)
	{
		std::string fault;

		give(spoke);
		for (unsigned i = 0; i < depth && fault.empty(); i++) {
			move();
			fault = check();
		}
		if (!second)
			give(hub);
		for (Node *n : { &hub, &spoke }) {
			n->w.set.agree_mute = false;
			while (compute(*n)) {
			}
		}
		sim.release();
		sim.run_for(120 * 1000);
		return fault.empty() ? settled() : fault;
	}

      private:
	Choices &choices;
	Sim sim{ 7 };
	Node &hub, &spoke;
	bool second = false, dropped = false, deletes = false;
	unsigned children = 1; /* that there are to be */

	void both_extra(uint8_t slot, const char *group)
	{
		for (Node *n : { &hub, &spoke })
			extra(*n, slot, group);
	}
	static void extra(Node &n, uint8_t slot, const char *group)
	{
		world_offer_extra(&n.w.set.ike.offer[0], slot, group);
		world_groups_extra(&n.w.set.pfs, slot, group);
	}

	/* There are several children from the start. */
	void also(Node &n)
	{
		uint32_t spi_in;

		if (world_new_child(&n.w, world_last_up(&n.w)->handle, &spi_in) == ERR_OK)
			children++;
		sim.run_for(1000);
	}

	void give(Node &n)
	{
		struct world_session *s = world_last_up(&n.w);
		unsigned order = choices.among(ORDERS);
		uint32_t spi_in;

		second = &n == &hub;
		deletes |= order >= DELETE_CHILD;
		n.w.now_ms = sim.now_ms;
		if (s == nullptr)
			return;
		if (order == REKEY_CHILD)
			ike_engine_rekey_child(n.w.engine, sim.now_ms, s->handle, s->sender);
		else if (order == REKEY)
			ike_engine_rekey(n.w.engine, sim.now_ms, s->handle);
		else if (order == NEW_CHILD)
			children += world_new_child(&n.w, s->handle, &spi_in) == ERR_OK;
		else if (order == DELETE_CHILD)
			ike_engine_delete_child(n.w.engine, sim.now_ms, s->handle, s->sender);
		else
			ike_engine_delete(n.w.engine, sim.now_ms, s->handle);
	}
	bool compute(Node &n)
	{
		n.w.now_ms = sim.now_ms;
		return world_agree(&n.w);
	}
	void move()
	{
		unsigned waiting = static_cast<unsigned>(sim.waiting()), what;
		std::vector<int> moves;

		if (waiting > 0)
			moves.push_back(0);
		if (waiting > 1)
			moves.push_back(1);
		if (waiting > 0 && !dropped)
			moves.push_back(2);
		if (!second)
			moves.push_back(3);
		if (world_agreeing(&hub.w) > 0)
			moves.push_back(4);
		if (world_agreeing(&spoke.w) > 0)
			moves.push_back(5);
		if (moves.empty()) { /* time passes until somebody sends again */
			sim.step(sim.now_ms + 20000);
			return;
		}
		what = static_cast<unsigned>(moves[choices.among(static_cast<unsigned>(moves.size()))]);
		if (what > 3)
			compute(what == 4 ? hub : spoke);
		else if (what == 3)
			give(hub);
		else if (what == 2)
			dropped = sim.lose(0);
		else
			sim.arrive(what);
	}
	std::string check()
	{
		std::string fault = sim.fault();

		if (fault.empty() && !deletes)
			fault = unheard(hub, spoke);
		if (fault.empty() && !deletes)
			fault = unheard(spoke, hub);
		return fault;
	}
	std::string settled()
	{
		std::string fault = check();
		struct world_session *s = world_last_up(&spoke.w);

		if (fault.empty())
			fault = disagreement(spoke, hub);
		if (fault.empty() && !deletes && (s == nullptr || s->child_count != children || world_up_count(&hub.w) != 1))
			fault = "rekeying cost the session or a child";
		if (!fault.empty())
			return fault;
		delete_all(sim);
		return leftovers(sim);
	}
};

} // namespace

std::string storm_run(uint64_t seed, unsigned hours, bool progress)
{
	return Storm{ seed }.run(hours, progress);
}

std::string storm_explore(unsigned depth, enum Explore how, uint64_t *count)
{
	Choices choices;

	*count = 0;
	do {
		std::string fault = History{ choices, how }.run(depth);

		(*count)++;
		if (!fault.empty())
			return fault + "; history" + choices.text();
	} while (choices.next());
	return "";
}
