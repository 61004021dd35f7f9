#ifndef TESTS_SERVER_FIXTURE_H
#define TESTS_SERVER_FIXTURE_H

#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "db/db.h"
#include "db/local.h"
#include "engine/engine.h"
#include "flow/flow.h"
#include "server/apply.h"
#include "server/dump.h"
#include "server/notes.h"
#include "server/stats.h"

struct addr at(const char *text);
struct addr_prefix prefix(const char *text);

/* The program around the server: ports of no device, TUNs of no netdev.  Names that begin with "bad" are refused. */
struct FakeBox {
	struct db *db = nullptr;
	std::map<uint32_t, dp_port> ports;
	std::map<uint32_t, uint8_t> tuns; /* VRF to port index */
	unsigned locals_changed = 0;
	std::map<uint32_t, bool> netdevs; /* by the tunnel's index: whether its last put asked for one; gone ones aren't here */
	std::vector<path_worker *> workers;
	server_box table();
};

/* Tables, engines and the fake box, as navedp makes them. */
struct Plant {
	explicit Plant(db_state *state = nullptr);
	~Plant();
	Plant(const Plant &) = delete;
	Plant &operator=(const Plant &) = delete;

	FakeBox box;
	server_box table = {};
	server_plant plant = {};
	path_port path_ports[DB_PORT_MAX] = {};
};

/* Operations by hand; what isn't given is a sound default. */
dp_op put_vrf(uint32_t id, const char *name = "red", const char *tun = "");
dp_op put_port(uint32_t id, const char *name = "Ethernet0/0", uint32_t vrf = 0);
dp_op put_local(const char *prefix, uint32_t port, uint32_t vrf = 0);
dp_op put_adj(uint32_t id, uint32_t port, const char *next_hop = "192.0.2.254");
dp_op put_tunnel(uint32_t id, uint32_t sa_out = 0, uint32_t vrf = 0);
dp_op put_sa(uint32_t id, dp_direction direction, uint32_t spi, uint32_t tunnel);
dp_op put_route(const char *prefix, dp_action action, uint32_t target, uint32_t vrf = 0);
dp_op del(dp_op put); /* of the same key */

class ServerTest : public testing::Test
{
      protected:
	/* Results of one transaction. */
	std::vector<dp_result> apply(std::vector<dp_op> ops);
	/* The same, not yet settled. */
	std::unique_ptr<server_txn> begin(std::vector<dp_op> ops);
	enum err one(const dp_op &op)
	{
		return apply({ op })[0].err;
	}
	uint32_t reserve();
	/* Everything that a dump tells, one string of bytes an object. */
	std::multiset<std::string> dump();
	const db_sa *sa(uint32_t id)
	{
		return db_sa_find(db, id);
	}
	/* VRF 5 is free; LAN port 1, WAN port 2 with 192.0.2.1, adjacency 3, tunnel 7. */
	void furnish();

	Plant p;
	struct db *db = p.plant.db;
	std::unique_ptr<dp_room> room = std::make_unique<dp_room>();
};

#endif
