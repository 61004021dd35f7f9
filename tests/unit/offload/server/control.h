#ifndef TESTS_SERVER_CONTROL_H
#define TESTS_SERVER_CONTROL_H

#include "fixture.h"

#include <unistd.h>

#include "dp/link.h"
#include "server/server.h"

/* What navedp's main keeps: tables from the first hello on. */
struct Datapath {
	explicit Datapath(const std::string &p) : path(p)
	{
		server_conf conf = {};

		conf.path = path.c_str();
		conf.instance = 0x1234;
		conf.ctx = this;
		conf.begin = begin;
		conf.slots = 256;
		EXPECT_EQ(server_new(&server, &conf), ERR_OK);
	}
	~Datapath()
	{
		server_free(server);
	}
	Datapath(const Datapath &) = delete;
	Datapath &operator=(const Datapath &) = delete;
	static enum err begin(void *ctx, db_state *state, server_plant **out)
	{
		auto *d = static_cast<Datapath *>(ctx);

		d->begun++;
		d->plant = std::make_unique<Plant>(state);
		*out = &d->plant->plant;
		return ERR_OK;
	}
	void poll()
	{
		for (int i = 0; i < 3; i++) {
			server_accept(server);
			server_poll(server, now);
		}
	}
	std::string path;
	std::unique_ptr<Plant> plant;
	struct server *server = nullptr;
	unsigned begun = 0;
	uint64_t now = 1000;
};

struct Control {
	explicit Control(const std::string &path)
	{
		int fd = -1;

		EXPECT_EQ(dp_link_connect(path.c_str(), &fd), ERR_OK);
		EXPECT_EQ(dp_link_init(&link, fd), ERR_OK);
	}
	~Control()
	{
		dp_link_fini(&link);
		if (kept >= 0)
			close(kept);
	}
	Control(const Control &) = delete;
	Control &operator=(const Control &) = delete;
	void send(const dp_msg &m, int pass = -1)
	{
		EXPECT_EQ(dp_link_send(&link, &m, pass), ERR_OK);
	}
	static dp_msg hello(uint64_t store = 0)
	{
		dp_msg m = {};

		m.kind = DP_MSG_HELLO;
		m.u.hello.major = DP_VERSION_MAJOR;
		m.u.hello.minor = DP_VERSION_MINOR;
		m.u.hello.role = DP_PEER_CONTROL;
		m.u.hello.instance = 77;
		m.u.hello.store = store;
		return m;
	}
	/* The next message that isn't EVENTS; what comes with it is kept. */
	enum err recv()
	{
		enum err err;

		do {
			int passed = -1;

			err = dp_link_recv(&link, &in, &passed);
			if (passed >= 0) {
				if (kept >= 0)
					close(kept);
				kept = passed;
			}
			if (err == ERR_OK && in.kind == DP_MSG_EVENTS)
				events.insert(events.end(), in.u.events.event, in.u.events.event + in.u.events.count);
		} while (err == ERR_OK && in.kind == DP_MSG_EVENTS);
		return err;
	}
	dp_link link = { -1, nullptr, nullptr };
	dp_msg in = {};
	int kept = -1;
	std::vector<dp_event> events;
};

inline dp_msg request(dp_msg_kind kind)
{
	dp_msg m = {};

	m.kind = kind;
	m.tag = 5;
	return m;
}

class Server : public testing::Test
{
      protected:
	void greet(Control &c, uint64_t store = 0, int fd = -1)
	{
		c.send(Control::hello(store), fd);
		d->poll();
		ASSERT_EQ(c.recv(), ERR_OK);
		ASSERT_EQ(c.in.kind, DP_MSG_HELLO);
	}
	void expect_gone(Control &c)
	{
		d->poll();
		EXPECT_EQ(c.recv(), ERR_CLOSED);
		EXPECT_EQ(server_link_fd(d->server), -1);
	}
	/* A transaction; results stand in c.in. */
	void txn(Control &c, std::vector<dp_op> ops)
	{
		dp_msg m = request(DP_MSG_TXN);

		m.u.txn.count = (uint16_t)ops.size();
		m.u.txn.op = ops.data();
		c.send(m);
		for (auto &op : ops)
			dp_op_fini(&op);
	}
	uint32_t reserve(Control &c)
	{
		dp_msg m = request(DP_MSG_SPI_RESERVE);

		m.u.reserve.count = 1;
		c.send(m);
		d->poll();
		EXPECT_EQ(c.recv(), ERR_OK);
		EXPECT_EQ(c.in.kind, DP_MSG_SPI_LEASE);
		return c.in.u.lease.count == 1 ? c.in.u.lease.spi[0] : 0;
	}
	unsigned reserved()
	{
		auto &slots = d->plant->plant.db->slots[DP_IN];
		unsigned n = 0;

		for (uint32_t i = 0; i < slots.slots; i++)
			n += slots.status[i] == DB_SLOT_RESERVED;
		return n;
	}
	std::string path = "/tmp/nvsrv-" + std::to_string(getpid()) + ".sock";
	std::unique_ptr<Datapath> d = std::make_unique<Datapath>(path);
};

#endif
