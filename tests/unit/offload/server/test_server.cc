/* The server over its socket, the test being control. */
#include "control.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace
{

using Bytes = std::vector<uint8_t>;

} // namespace

TEST_F(Server, hello_comes_first)
{
	Control c(path);

	c.send(request(DP_MSG_DUMP));
	expect_gone(c);
	EXPECT_EQ(d->begun, 0u);
}

/* A transaction whose sender is thrown out: its keys are wiped before the memory they stand in goes. */
TEST_F(Server, a_transaction_before_hello)
{
	Control c(path);

	txn(c, { put_sa(2, DP_OUT, 999, 7) });
	expect_gone(c);
}

TEST_F(Server, another_major_version)
{
	Control c(path);
	dp_msg m = Control::hello();

	m.u.hello.major++;
	c.send(m);
	expect_gone(c);
}

TEST_F(Server, garbage)
{
	Control c(path);

	greet(c);
	for (auto &bytes : { Bytes(300, 0xff), Bytes{ 0, DP_MSG_TXN } }) /* the first: of a later minor, skipped */
		ASSERT_EQ(::send(c.link.fd, bytes.data(), bytes.size(), 0), (ssize_t)bytes.size());
	expect_gone(c);
	Control again(path);
	greet(again);
	EXPECT_EQ(d->begun, 1u) << "the tables stay";
}

TEST_F(Server, what_only_the_datapath_says)
{
	Control c(path);
	dp_event e = {};
	dp_msg m = {};

	greet(c);
	e.kind = DP_EV_LINK;
	m.kind = DP_MSG_EVENTS;
	m.u.events.count = 1;
	m.u.events.event = &e;
	c.send(m);
	expect_gone(c);
}

TEST_F(Server, requests_are_answered_with_their_tag)
{
	Control c(path);

	greet(c);
	EXPECT_EQ(c.in.u.hello.role, DP_PEER_DATAPATH);
	EXPECT_EQ(c.in.u.hello.instance, 0x1234u);
	EXPECT_NE(c.in.u.hello.store, 0u);
	txn(c, { put_port(2), put_local("192.0.2.1/24", 2), put_tunnel(7), put_sa(2, DP_OUT, 0xabcd0001, 7), put_tunnel(7, 2) });
	c.send(request(DP_MSG_DUMP));
	c.send(request(DP_MSG_STATS));
	d->poll();
	ASSERT_EQ(c.recv(), ERR_OK);
	ASSERT_EQ(c.in.kind, DP_MSG_DONE);
	EXPECT_EQ(c.in.tag, 5u);
	for (int i = 0; i < 5; i++)
		EXPECT_EQ(c.in.u.done.result[i].err, ERR_OK) << i;
	ASSERT_EQ(c.recv(), ERR_OK);
	ASSERT_EQ(c.in.kind, DP_MSG_ITEMS);
	EXPECT_EQ(c.in.u.items.count, 5u);
	dp_codec_fini(&c.in);
	ASSERT_EQ(c.recv(), ERR_OK);
	ASSERT_EQ(c.in.kind, DP_MSG_SAMPLES);
	EXPECT_EQ(c.in.u.samples.count, 1u);
}

TEST_F(Server, a_second_control_replaces_the_first)
{
	Control first(path);

	greet(first);
	Control second(path);
	greet(second);
	EXPECT_EQ(first.recv(), ERR_CLOSED);
	EXPECT_NE(reserve(second), 0u);
}

TEST_F(Server, spis_that_nobody_used_go_with_their_control)
{
	{
		Control c(path);

		greet(c);
		EXPECT_NE(reserve(c), 0u);
		EXPECT_NE(reserve(c), 0u);
		EXPECT_EQ(reserved(), 2u);
	}
	d->poll();
	EXPECT_EQ(reserved(), 0u);
}

TEST_F(Server, a_released_spi_is_that_one)
{
	Control c(path);
	dp_msg m = {};

	greet(c);
	uint32_t spi = reserve(c), stale = spi + 256; /* another generation of the slot */
	m.kind = DP_MSG_SPI_RELEASE;
	m.u.release.count = 1;
	m.u.release.spi = &stale;
	c.send(m);
	d->poll();
	EXPECT_EQ(reserved(), 1u);
	m.u.release.spi = &spi;
	c.send(m);
	d->poll();
	EXPECT_EQ(reserved(), 0u);
}

/* sa-state 5: control keeps the memory, the next datapath goes on with it. */
TEST_F(Server, the_state_store_is_handed_out_and_back)
{
	Control c(path);
	dp_state state;

	greet(c);
	uint64_t store = c.in.u.hello.store;
	ASSERT_GE(c.kept, 0);
	txn(c, { put_tunnel(7), put_sa(2, DP_OUT, 0xabcd0001, 7) });
	d->poll();
	ASSERT_EQ(c.recv(), ERR_OK);
	state = c.in.u.done.result[1].state;
	EXPECT_EQ(state.store, store);
	db_sa_find(d->plant->plant.db, 2)->run.out->next = 5000;
	d = nullptr;
	d = std::make_unique<Datapath>(path);
	Control next(path);
	greet(next, store, c.kept);
	EXPECT_EQ(next.in.u.hello.store, store);
	dp_op op = put_sa(2, DP_OUT, 0xabcd0001, 7);
	op.u.sa.state = state;
	txn(next, { put_tunnel(7), op });
	d->poll();
	ASSERT_EQ(next.recv(), ERR_OK);
	ASSERT_EQ(next.in.u.done.result[1].err, ERR_OK);
	EXPECT_EQ(db_sa_find(d->plant->plant.db, 2)->run.out->next, 5000u);
}

TEST_F(Server, a_store_that_is_none_is_not_adopted)
{
	Control c(path);
	int pipes[2];

	ASSERT_EQ(pipe(pipes), 0);
	greet(c, 99, pipes[0]);
	EXPECT_NE(c.in.u.hello.store, 99u);
	close(pipes[0]);
	close(pipes[1]);
}

/* Control goes while its answer is under way. */
TEST_F(Server, control_that_goes_after_a_transaction)
{
	{
		Control c(path);

		greet(c);
		txn(c, { put_tunnel(7), put_sa(2, DP_OUT, 0xabcd0001, 7) });
	}
	d->poll();
	EXPECT_EQ(server_link_fd(d->server), -1);
	EXPECT_NE(db_sa_find(d->plant->plant.db, 2), nullptr) << "forwarding goes on";
}

TEST_F(Server, control_that_does_not_read_is_left)
{
	Control c(path);

	greet(c);
	for (int i = 0; i < 20000 && server_link_fd(d->server) >= 0; i++) {
		dp_event e = {};

		e.kind = DP_EV_LINK;
		server_event(d->server, &e);
		d->poll();
	}
	EXPECT_EQ(server_link_fd(d->server), -1);
}

TEST_F(Server, activity_and_devices_are_told)
{
	Control c(path);

	greet(c);
	txn(c, { put_port(2), put_tunnel(7) });
	d->poll();
	ASSERT_EQ(c.recv(), ERR_OK);
	d->now += 2000;
	server_device(d->server, 0, false);
	d->poll();
	EXPECT_EQ(c.recv(), ERR_AGAIN);
	EXPECT_GE(c.events.size(), 1u);
}
