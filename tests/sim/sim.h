#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

/*
 * Nodes on a network in virtual time: it loses, doubles, delays and so reorders datagrams as its seed says, can put nodes behind a NAT, and
 * watches what no engine may do: send other content under a message id that it used, or an AEAD's IV twice.
 */

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "crypto/crypto.h"

#include "world.h"

struct Random {
	uint64_t state;

	uint64_t next();
	uint64_t below(uint64_t bound)
	{
		return next() % bound;
	}
	bool percent(unsigned p)
	{
		return below(100) < p;
	}
	struct crypto_rand source();
};

struct Packet {
	uint64_t due_ms;
	struct addr_port from, to;
	bool natt;
	std::vector<uint8_t> data;
	uint32_t esp = 0; /* not IKE but an ESP packet of this SPI */
};

class Sim;

/* One host: a world and its address. */
struct Node {
	Sim *sim = nullptr;
	struct world w = {};
	struct addr addr = {};
	Random random = { 0 };
	struct crypto_rand rand = {};
	struct log log = {};
	bool dead = false; /* neither sends nor receives */
	bool nat = false;  /* its datagrams come from 'nat_addr' and other ports */
	struct addr nat_addr = {};
	uint16_t nat_base = 40000; /* port 500 shows as this, 4500 as this + 1 */
	bool forwarded = false;    /* the ports show as they are: others may begin */
	unsigned keepalives = 0;
	std::vector<std::string> lines; /* its log */

	struct ike_path to(const Node &peer, uint16_t port = 500) const;
	uint16_t shown(uint16_t port) const; /* behind the NAT */
	bool has(const struct addr &a) const;
	struct slab_handle initiate(const Node &peer);
	uint64_t stat(enum ike_stat s) const;
	struct ike_sa_info info(struct slab_handle h) const;
	bool logged(const std::string &part) const;
};

class Sim
{
      public:
	explicit Sim(uint64_t seed);
	~Sim();
	Sim(const Sim &) = delete;
	Sim &operator=(const Sim &) = delete;

	unsigned loss = 0, dup = 0; /* percent */
	uint32_t delay_min_ms = 5, delay_max_ms = 5;
	std::function<bool(Packet &)> tap; /* false: the packet is lost; it may change it */
	std::vector<Packet> sent;          /* all that was sent, if 'record' */
	bool record = false;
	uint64_t traffic_ms = 0;                 /* each session that is up sends an ESP packet so often; 0: none */
	unsigned esp_sent = 0, esp_received = 0; /* what the network lost isn't counted as sent */
	unsigned esp_mute = 0;                   /* for want of an SA to send by */
	uint64_t now_ms = 1000;
	Random random;

	/* A node with default settings, before its engine is made; and then the engine. */
	Node &node(const char *address, const char *id, const char *psk);
	void start(Node &n, const struct ike_engine_config &config = {});

	void run_for(uint64_t ms);
	bool step(uint64_t limit_ms); /* the next thing that happens before the limit; false: nothing does */
	void inject(Packet p)
	{
		flight.push_back(std::move(p));
	}

	/* Held, datagrams wait until they are told to arrive or to be lost, oldest first; release lets all go on. */
	bool held = false;
	size_t waiting() const
	{
		return flight.size();
	}
	void arrive(size_t which);
	bool lose(size_t which);
	void release();

	std::vector<std::unique_ptr<Node>> nodes;
	std::string fault() const; /* of the network's watch or of any world; "" none */

      private:
	friend struct Node;
	struct crypto *crypto = nullptr;
	std::vector<Packet> flight;
	std::string watch_fault;
	using MessageKey = std::tuple<uint64_t, uint64_t, uint8_t, uint8_t, uint32_t, uint32_t>;
	std::map<MessageKey, std::vector<uint8_t>> said;
	std::map<std::tuple<uint64_t, uint64_t, uint8_t, uint64_t>, std::vector<uint8_t>> ivs;

	static void send(void *ctx, const struct ike_path *path, struct bytes datagram, bool keepalive);
	void watch(struct bytes datagram);
	void traffic();
	void launch(const Packet &p);
	void receive_esp(Node &n, uint32_t spi);
	uint64_t next_traffic_ms = 0;
	void deliver(const Packet &p);
	Node *behind(const struct addr_port &to, struct addr_port &real);
};

/* Whether both ends of each session that is up have the same SPIs and children with the same keys and selectors. */
std::string disagreement(Node &a, Node &b);

/* The same, for the sessions of 'a' alone: 'b' may have others with others. */
std::string lonely(Node &a, Node &b);

#endif
