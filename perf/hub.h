#ifndef PERF_HUB_H
#define PERF_HUB_H

#include <cstdint>
#include <vector>

#include "db/db.h"
#include "path/port.h"

struct rte_mempool;
struct engine;
struct path_worker;

struct HubConf {
	uint32_t count;
	uint16_t window; /* of the inbound SAs; 0: none */
	bool features; /* GRE in the tunnels; on both sides of the hub an access list inward and one outward, strict uRPF and adjust-mss */
};

/*
 * The datapath under measurement: one worker between a LAN and a WAN port, with 'count' AES-128-GCM tunnels, each with
 * a peer, a route and an SA in each direction, and the frames that its neighbours send.  Tunnel i has the inner address
 * HUB_INNER + i, the peer HUB_PEER + i, the SPI 'spi[i]' both ways and the key hub_key(i).
 */
enum : uint32_t {
	HUB_INNER = 0x0a800000, /* 10.128.0.0 */
	HUB_PEER = 0xc6120000,  /* 198.18.0.0 */
	HUB_HOST = 0x0a000009,  /* 10.0.0.9 */
	HUB_OWN = 0xc0000201,   /* 192.0.2.1 */
	HUB_FRAME_MAX = 1536
};

/* AES-128 key and salt of tunnel 'i'. */
std::vector<uint8_t> hub_key(uint32_t i);

class Hub
{
      public:
	/* The providers' ports are started. */
	Hub(struct rte_mempool *pool, const HubConf &conf, const struct path_port &lan, const struct path_port &wan);
	~Hub();
	Hub(const Hub &) = delete;
	Hub &operator=(const Hub &) = delete;

	uint32_t poll(); /* one round; the packets received */
	uint64_t sent() const;
	uint64_t received() const;

	/* A clear TCP segment's frame of 'len' bytes from the LAN for tunnel 'i'. */
	std::vector<uint8_t> clear_frame(uint32_t i, uint32_t len) const;
	/* What the peer of tunnel 'i' makes of such a frame, as number 'seq'. */
	std::vector<uint8_t> sealed_frame(uint32_t i, uint32_t len, uint64_t seq) const;

	std::vector<uint32_t> spi;

      private:
	std::vector<uint8_t> passenger(uint32_t i, uint32_t len) const;
	void put_filter(uint32_t id);
	struct dp_feature feature() const;
	void gate(uint8_t port);
	uint8_t add_port(uint32_t id, bool guarded, const struct path_port &provider);
	void add_route(uint32_t base, uint8_t bits, enum dp_action action, uint32_t target);
	void add_tunnel(uint32_t i);
	void add_sa(uint32_t i, enum dp_direction direction);
	void put_tunnel(uint32_t i, uint32_t sa_out);
	void add_neighbours(uint8_t lan, uint8_t wan);
	void start(struct rte_mempool *pool, uint8_t lan, uint8_t wan);

	HubConf conf;
	uint32_t port_gate = 0;
	struct db *db = nullptr;
	struct engine *engine = nullptr;
	struct path_worker *worker = nullptr;
	struct path_port ports[DB_PORT_MAX] = {};
	uint64_t rounds = 0;
};

#endif
