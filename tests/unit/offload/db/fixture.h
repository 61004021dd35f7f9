#ifndef TESTS_DB_FIXTURE_H
#define TESTS_DB_FIXTURE_H

#include <cstring>
#include <gtest/gtest.h>
#include <vector>

#include "db/db.h"
#include "db/local.h"
#include "dp/form.h"

inline struct addr db_test_addr(const char *text)
{
	struct addr a = {};

	EXPECT_EQ(addr_parse(text, &a), ERR_OK);
	return a;
}

inline struct addr_prefix db_test_prefix(const char *text)
{
	struct addr_prefix p = {};

	EXPECT_EQ(addr_parse_prefix(text, &p), ERR_OK);
	return p;
}

/* Tables with a LAN port (id 1), a WAN port (id 2) and room for little. */
/* What an operation says, to compare two. */
inline std::vector<uint8_t> db_test_form(const dp_op &op)
{
	std::vector<uint8_t> out(4096);
	wr w = wr_of(out.data(), out.size());

	dp_form_write_op(&w, &op, true);
	EXPECT_EQ(wr_done(&w), ERR_OK);
	out.resize(w.len);
	return out;
}

class DbTest : public testing::Test
{
      protected:
	void SetUp() override
	{
		db_state state;

		ASSERT_EQ(db_state_new(&state, 256, 77), ERR_OK);
		open(&state);
	}
	void open(db_state *state)
	{
		const uint8_t seed[16] = { 1 };
		db_limits limits = {};
		db_port p = {};

		limits.slots = 256;
		limits.tunnels = 64;
		limits.adjacencies = 64;
		limits.fib_nodes = 4096;
		limits.workers = 1;
		ASSERT_EQ(db_new(&db, &limits, state, seed), ERR_OK);
		p.kind = DB_PORT_WIRE;
		p.mtu = 1500;
		p.live = true;
		p.peer = DB_PORT_NONE;
		p.id = 1;
		ASSERT_EQ(db_port_add(db, &p, &lan), ERR_OK);
		p.id = 2;
		p.guarded = true;
		ASSERT_EQ(db_port_add(db, &p, &wan), ERR_OK);
	}
	void TearDown() override
	{
		db_free(db);
	}
	void tunnel(uint32_t id, uint32_t sa_out = 0)
	{
		dp_tunnel t = {};

		t.id = id;
		t.sa_out = sa_out;
		t.local = db_test_addr("192.0.2.1");
		t.remote = db_test_addr("198.51.100.1");
		ASSERT_EQ(db_tunnel_put(db, &t), ERR_OK);
	}
	enum err route(const char *prefix, dp_action action, uint32_t target, uint32_t vrf = 0)
	{
		dp_route r = {};

		r.vrf = vrf;
		r.action = (uint8_t)action;
		r.target = target;
		r.prefix = db_test_prefix(prefix);
		return db_route_put(db, &r);
	}
	enum err unroute(const char *prefix)
	{
		dp_route r = {};

		r.prefix = db_test_prefix(prefix);
		return db_route_del(db, &r);
	}
	enum err local(const char *prefix, uint32_t port)
	{
		dp_local l = {};

		l.port = port;
		l.prefix = db_test_prefix(prefix);
		return db_local_put(db, &l);
	}
	enum err unlocal(const char *prefix, uint32_t port)
	{
		dp_local l = {};

		l.port = port;
		l.prefix = db_test_prefix(prefix);
		return db_local_del(db, &l);
	}
	uint32_t hop(const char *address)
	{
		struct addr a = db_test_addr(address);

		return db_vrf_lookup(&db->vrf[0], a.family == AF_INET6, db_key_of(&a));
	}
	dp_sa sa(uint32_t id, dp_direction direction, uint32_t spi, uint32_t tunnel_id)
	{
		dp_sa s = {};
		uint8_t key[20];

		memset(key, (int)id, sizeof(key));
		s.id = id;
		s.spi = spi;
		s.tunnel = tunnel_id;
		s.direction = (uint8_t)direction;
		s.cipher = DP_CIPHER_AES_GCM;
		s.window = direction == DP_IN ? 64 : 0;
		s.local.addr = db_test_addr("192.0.2.1");
		s.remote.addr = db_test_addr("198.51.100.1");
		s.ts_count = 1;
		s.ts[0].local.first = s.ts[0].remote.first = db_test_addr("0.0.0.0");
		s.ts[0].local.last = s.ts[0].remote.last = db_test_addr("255.255.255.255");
		s.ts[0].local.port_last = s.ts[0].remote.port_last = 65535;
		EXPECT_EQ(secret_set(&s.key, bytes_of(key, sizeof(key))), ERR_OK);
		return s;
	}
	/* A put without an engine. */
	enum err put(dp_sa s)
	{
		db_sa *made;
		enum err err = db_sa_prepare(db, &s, &made);

		if (err == ERR_OK)
			db_sa_publish(db, made);
		secret_fini(&s.key);
		secret_fini(&s.integ_key);
		return err;
	}
	uint32_t reserve()
	{
		uint32_t spi = 0;

		EXPECT_EQ(db_sa_reserve(db, false, &spi, 1), 1u);
		return spi;
	}
	struct db *db = nullptr;
	uint8_t lan = 0, wan = 0;
};

#endif
