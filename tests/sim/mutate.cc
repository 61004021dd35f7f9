/* The arena in which messages are mutated, see mutate.h: a hub, a peer whose words are changed, and a bystander. */
#include "mutate.h"

#include <cinttypes>
#include <cstdio>

#include "crypto/evp.h"
#include "draft.h"
#include "eap/packet.h"
#include "ike/ability.h"

namespace
{

constexpr uint64_t EPISODE = 200;         /* mutations in one arena */
constexpr uint32_t SAS_MAX = 400;         /* that the hub may hold at any time: its half-open limit and some */
constexpr uint64_t TURN_MS = 1500;        /* longer than a request is retransmitted */
constexpr uint64_t QUIET_MS = 400 * 1000; /* longer than anything lingers */

struct crypto_key *make_key()
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
	struct crypto_key *key = nullptr;

	if (crypto_key_of_evp(pkey, &key) != ERR_OK)
		abort();
	EVP_PKEY_free(pkey);
	return key;
}

class Arena
{
      public:
	explicit Arena(uint64_t seed) : sim(seed), random{ seed * 2 + 1 }
	{
		struct ike_engine_config config = {};

		config.retransmit_base_ms = 100;
		config.retransmit_tries = 4;
		config.half_open_limit = SAS_MAX / 2;
		config.child_rekey = true;
		config.rekey_retry_ms = 500;
		key = random.percent(30) ? make_key() : nullptr;
		if (random.percent(30))
			config.abilities |= 1 << IKE_CAN_FRAGMENTATION;
		if (random.percent(30))
			config.abilities |= 1 << IKE_CAN_CHILDLESS;
		config.frag_mtu = 300;
		bool series = random.percent(30), eap = random.percent(30);
		for (Node *n : { &hub, &peer, &bystander }) {
			if (key != nullptr)
				sign(*n);
			if (series)
				world_offer_extra(&n->w.set.ike.offer[0], 1, "19");
			if (eap)
				talk(*n);
			n->w.set.childless = true;
			sim.start(*n, config);
		}
	}
	~Arena()
	{
		for (auto &n : sim.nodes) { /* before the key goes */
			world_fini(&n->w);
			n->w.engine = nullptr;
		}
		crypto_key_free(key);
	}
	Arena(const Arena &) = delete;
	Arena &operator=(const Arena &) = delete;

	/* So many mutations; what broke. */
	std::string run(uint64_t count)
	{
		sim.record = true;
		calm = bystander.initiate(hub);
		sim.run_for(TURN_MS);
		order(bystander, calm, static_cast<unsigned>(random.next()));
		sim.run_for(TURN_MS);
		sim.record = false;
		for (uint64_t i = 0; i < count; i++) {
			if (random.percent(25))
				forge();
			else
				lie();
			sim.run_for(TURN_MS);
			sim.tap = nullptr;
			std::string fault = judge();
			if (!fault.empty())
				return "mutation " + std::to_string(i) + " (" + what + "): " + fault;
			for (auto &n : sim.nodes)
				n->lines.clear();
		}
		return farewell();
	}

      private:
	Sim sim;
	Random random;
	Node &hub = sim.node("198.51.100.1", "hub.example.net", "key");
	Node &peer = sim.node("192.0.2.1", "peer.example.net", "key");
	Node &bystander = sim.node("192.0.2.2", "bystander.example.net", "key");
	struct crypto_key *key = nullptr;
	struct slab_handle calm = {}, session = {};
	std::string what;

	void sign(Node &n)
	{
		static const struct crypto_scheme ed25519 = { CRYPTO_SIGN_ED25519, CRYPTO_HASH_IDENTITY, 0, false };

		n.w.set.key = n.w.set.peer_key = key;
		n.w.set.scheme = n.w.set.peer_scheme = ed25519;
		n.w.set.method = IKE_AUTH_SIGNATURE;
		n.w.set.certs[0] = n.w.set.peer_cert = "leaf";
		n.w.set.cert_count = 1;
		n.w.set.authorities = "hash of the first CA";
	}

	static void talk(Node &n)
	{
		n.w.set.eap = EAP_TYPE_MSCHAPV2;
		n.w.set.eap_user = "user";
		n.w.set.eap_password = "password";
	}

	const Mutator &choose(bool twists)
	{
		for (;;) {
			const Mutator &m = mutators()[random.below(mutators().size())];

			if ((m.twist != nullptr) == twists)
				return m;
		}
	}

	/* Lets the peer's end of 'h' begin an exchange; which one, and by whom, 'dice' say. */
	void order(Node &n, struct slab_handle h, unsigned dice)
	{
		static const char *const name[] = { "probe", "ike-rekey", "child-rekey", "config", "child-delete", "delete" };
		Node &by = dice & 1 && n.addr.family != 0 && last_of(hub, n) != nullptr ? hub : n;
		struct world_session *s = &by == &hub ? last_of(hub, n) : world_find(&n.w, h);
		struct world_child *c = s == nullptr ? nullptr : world_pair(s, s->sender);
		unsigned which = (dice >> 1) % (&n == &bystander ? 4 : 6);
		struct ike_config routes = {};

		if (s == nullptr || c == nullptr)
			return;
		what += std::string(" ") + name[which] + " by " + by.w.set.id;
		by.w.now_ms = sim.now_ms;
		routes.prefix_count = 1;
		routes.prefix[0] = { addr_of_u32(0x0a010200), 24 };
		switch (which) {
		case 0:
			ike_engine_probe(by.w.engine, sim.now_ms, s->handle);
			break;
		case 1:
			ike_engine_rekey(by.w.engine, sim.now_ms, s->handle);
			break;
		case 2:
			ike_engine_rekey_child(by.w.engine, sim.now_ms, s->handle, c->spi_in);
			break;
		case 3:
			if (&by != &hub) /* CFG_SET is an initiator's */
				ike_engine_send_routes(by.w.engine, sim.now_ms, s->handle, &routes);
			break;
		case 4:
			ike_engine_delete_child(by.w.engine, sim.now_ms, s->handle, c->spi_in);
			break;
		default:
			ike_engine_delete(by.w.engine, sim.now_ms, s->handle);
			break;
		}
	}

	/* The hub's session with 'n' that is up; NULL. */
	struct world_session *last_of(Node &at, const Node &n)
	{
		struct world_session *found = nullptr;

		list_each (it, &at.w.sessions) {
			struct world_session *s = list_of(it, struct world_session, link);

			if (s->up && !s->over && addr_eq(&s->path.remote.addr, &n.addr))
				found = s;
		}
		return found;
	}

	bool is_up()
	{
		struct world_session *s = world_find(&peer.w, session);

		return s != nullptr && s->up && !s->over && world_pair(s, s->sender) != nullptr && lonely(peer, hub).empty();
	}

	/* The peer, or the hub to the peer, says something else than it should. */
	void lie()
	{
		uint64_t which = random.below(8), at = 0;
		bool twists = random.percent(30);
		const Mutator &m = choose(twists);
		unsigned dice = static_cast<unsigned>(random.next());

		what = std::string(m.name) + " of datagram " + std::to_string(which) + " of";
		heal();
		bool begin = !is_up() || random.percent(15);
		sim.tap = [&, which, at](Packet &p) mutable {
			if (addr_eq(&p.from.addr, &bystander.addr) || addr_eq(&p.to.addr, &bystander.addr) || at++ != which)
				return true;
			Node &sender = addr_eq(&p.from.addr, &hub.addr) ? hub : peer;
			if (m.twist != nullptr || p.data[16] != IKE_P_SK)
				p.data = draft_clear(p.data, m, random);
			else
				(void)draft_sealed(sender, p.data, m, random);
			return true;
		};
		if (begin) {
			what += " set-up";
			session = peer.initiate(hub);
			sim.run_for(TURN_MS);
			return;
		}
		order(peer, session, dice);
	}

	/* What isn't whole is ended, so that the next lie meets a session. */
	void heal()
	{
		if (is_up())
			return;
		for (Node *n : { &peer, &hub })
			leave(*n, n == &hub ? &peer : &hub);
		sim.run_for(TURN_MS);
		session = peer.initiate(hub);
		sim.run_for(TURN_MS);
	}

	/* All sessions of 'n' with 'with' that are left. */
	void leave(Node &n, const Node *with)
	{
		std::vector<struct slab_handle> all;

		list_each (it, &n.w.sessions) {
			struct world_session *s = list_of(it, struct world_session, link);

			if (!s->over && addr_eq(&s->path.remote.addr, &with->addr))
				all.push_back(s->handle);
		}
		n.w.now_ms = sim.now_ms;
		for (struct slab_handle h : all)
			ike_engine_delete(n.w.engine, sim.now_ms, h);
	}

	/* Somebody on the way sends the bystander's datagrams once more, changed, to their receiver or to the other one. */
	void forge()
	{
		what = "forged";
		for (unsigned n = 0; n < 4; n++) {
			Packet p = sim.sent[random.below(sim.sent.size())];
			const Mutator &m = choose(p.data[16] == IKE_P_SK || random.percent(30));

			what += std::string(" ") + m.name;
			p.data = draft_clear(p.data, m, random);
			if (random.percent(20))
				std::swap(p.from, p.to);
			p.due_ms = sim.now_ms;
			sim.inject(p);
		}
	}

	std::string judge()
	{
		struct world_session *s = world_find(&bystander.w, calm);
		struct ike_stats stats;

		ike_engine_stats(hub.w.engine, &stats);
		if (!sim.fault().empty())
			return sim.fault();
		if (s == nullptr || !s->up || s->over || bystander.w.downs != 0)
			return "the bystander lost its session";
		if (!lonely(bystander, hub).empty())
			return "the bystander's ends disagree: " + lonely(bystander, hub);
		return stats.sa_count > SAS_MAX ? "the hub holds " + std::to_string(stats.sa_count) + " SAs" : "";
	}

	/* All go; nothing may be left. */
	std::string farewell()
	{
		leave(peer, &hub);
		leave(hub, &peer);
		sim.run_for(QUIET_MS);
		leave(bystander, &hub);
		sim.run_for(QUIET_MS);
		for (auto &n : sim.nodes) {
			struct ike_stats stats;

			ike_engine_stats(n->w.engine, &stats);
			if (stats.sa_count != 0 || stats.half_open != 0 || stats.up != 0)
				return std::string(n->w.set.id) + " has " + std::to_string(stats.sa_count) + " SAs left";
			if (n->w.spi_out_count != 0)
				return std::string(n->w.set.id) + " has SPIs left";
			if (ike_engine_next(n->w.engine) != UINT64_MAX)
				return std::string(n->w.set.id) + " has a timer left";
		}
		return sim.fault();
	}
};

} // namespace

std::string mutate_run(uint64_t seed, uint64_t count, bool say)
{
	for (uint64_t done = 0; done < count; done += EPISODE, seed++) {
		std::string fault = Arena(seed).run(std::min(EPISODE, count - done));

		if (!fault.empty())
			return fault + "; again: sim_ike --mutate " + std::to_string(EPISODE) + " --seed " + std::to_string(seed);
		if (say && done / EPISODE % 100 == 99)
			printf("%" PRIu64 " mutations\n", done + EPISODE);
	}
	return "";
}
