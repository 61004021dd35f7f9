#include "dp/client.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dp/link.h"

#include "lab.h"

namespace
{

/* navedp as far as the client sees it: a model behind the socket. */
struct Server {
	std::string path;
	int listener = -1;
	dp_link link{ -1, nullptr, nullptr };
	dp_model *model = nullptr;
	std::unique_ptr<dp_room> room = std::make_unique<dp_room>();
	int memory = -1;      /* its state memory */
	ino_t handed_ino = 0; /* what control handed back */
	dp_hello control{};
	bool mute = false, surly = false;

	explicit Server(std::string at) : path(std::move(at))
	{
		samples::must(dp_model_new(&model, lab::hash_key, 99));
		memory = memfd_create("state", MFD_CLOEXEC);
	}

	~Server()
	{
		stop();
		close(memory);
		dp_model_free(model);
	}

	void start()
	{
		ASSERT_EQ(dp_link_listen(path.c_str(), &listener), ERR_OK);
	}

	void stop()
	{
		dp_link_fini(&link);
		if (listener >= 0)
			close(listener);
		listener = -1;
		unlink(path.c_str());
	}

	void greet(const dp_msg &m, int passed)
	{
		dp_msg hello{};
		struct stat st {
		};

		control = m.u.hello;
		if (passed >= 0) {
			EXPECT_EQ(fstat(passed, &st), 0);
			handed_ino = st.st_ino;
			close(passed);
		}
		hello.kind = DP_MSG_HELLO;
		dp_model_hello(model, &m.u.hello, &hello.u.hello);
		EXPECT_EQ(dp_link_send(&link, &hello, memory), ERR_OK);
	}

	void serve()
	{
		dp_msg m{}, answer{};
		int passed = -1;

		if (listener >= 0 && link.fd < 0) {
			int fd = accept(listener, nullptr, nullptr);

			if (fd >= 0) {
				ASSERT_EQ(dp_link_init(&link, fd), ERR_OK);
			}
		}
		while (link.fd >= 0 && dp_link_recv(&link, &m, &passed) == ERR_OK) {
			if (mute)
				continue;
			if (m.kind == DP_MSG_HELLO) {
				greet(m, passed);
			} else if (dp_model_answer(model, &m, room.get(), &answer)) {
				if (surly)
					answer.kind = DP_MSG_DUMP;
				EXPECT_EQ(dp_link_send(&link, &answer, -1), ERR_OK);
			}
			dp_codec_fini(&m);
		}
	}
};

struct Client : testing::Test {
	std::string dir = testing::TempDir() + "dpclientXXXXXX";
	std::unique_ptr<Server> server;
	struct wheel wheel {
	};
	dp_client *client = nullptr;
	dp_provider *provider = nullptr;
	int watched = -1;
	unsigned changes = 0, events = 0;
	struct Ear {
		dp_listener base{};
		Client *test = nullptr;
	} ear;

	void SetUp() override
	{
		ASSERT_NE(mkdtemp(dir.data()), nullptr);
		server = std::make_unique<Server>(dir + "/dp");
		wheel_init(&wheel, 1000);
		dp_client_config config{};

		config.path = server->path.c_str();
		config.wheel = &wheel;
		config.instance = 42;
		config.ctx = this;
		config.watch = [](void *ctx, int fd) { static_cast<Client *>(ctx)->watched = fd; };
		ASSERT_EQ(dp_client_new(&client, &config), ERR_OK);
		provider = dp_client_provider(client);
		ear.test = this;
		ear.base.changed = [](dp_listener *l, dp_provider *) { reinterpret_cast<Ear *>(l)->test->changes++; };
		ear.base.event = [](dp_listener *l, const dp_event *) { reinterpret_cast<Ear *>(l)->test->events++; };
		dp_provider_listen(provider, &ear.base);
	}

	void TearDown() override
	{
		dp_provider_close(provider);
		server.reset();
		rmdir(dir.c_str());
	}

	/* The loop: time passes, both sides read. */
	void run(uint64_t ms)
	{
		for (uint64_t i = 0; i < ms; i++) {
			wheel_advance(&wheel, wheel.now_ms + 1);
			server->serve();
			if (watched >= 0)
				dp_client_readable(client);
		}
	}
};

struct Ask {
	dp_call call{};
	unsigned answers = 0;
	enum err err = ERR_AGAIN;
	dp_result result{};

	Ask()
	{
		call.done = [](dp_call *c, enum err e, const dp_msg *reply) {
			auto *self = reinterpret_cast<Ask *>(c);

			self->answers++;
			self->err = e;
			if (e == ERR_OK && reply->kind == DP_MSG_DONE)
				self->result = reply->u.done.result[0];
		};
	}
};

TEST_F(Client, waits_for_the_datapath_with_growing_patience)
{
	run(3000);
	EXPECT_FALSE(provider->up);
	EXPECT_EQ(changes, 0u);
	server->start();
	run(1100);
	EXPECT_TRUE(provider->up);
	EXPECT_EQ(changes, 1u);
	EXPECT_EQ(provider->peer.instance, 99u);
	EXPECT_EQ(server->control.instance, 42u);
}

TEST_F(Client, asks_and_is_answered)
{
	Ask vrf, spis, fault;
	dp_op op = samples::vrf(0);
	struct dp_fault hang = { 1, DP_FAULT_HANG, 0, 1 };

	EXPECT_EQ(dp_provider_submit(provider, &op, 1, &vrf.call), ERR_CLOSED);
	server->start();
	run(200);
	ASSERT_EQ(dp_provider_submit(provider, &op, 1, &vrf.call), ERR_OK);
	EXPECT_TRUE(dp_call_pending(&vrf.call));
	EXPECT_EQ(dp_provider_submit(provider, &op, 1, &vrf.call), ERR_STATE);
	ASSERT_EQ(dp_provider_reserve(provider, 0, 10, &spis.call), ERR_OK);
	ASSERT_EQ(dp_provider_fault(provider, &hang, &fault.call), ERR_OK);
	EXPECT_EQ(vrf.answers, 0u);
	run(2);
	EXPECT_EQ(vrf.err, ERR_OK);
	EXPECT_EQ(spis.err, ERR_OK);
	EXPECT_EQ(fault.answers, 1u);
	EXPECT_EQ(fault.err, ERR_OK);
	EXPECT_FALSE(dp_call_pending(&vrf.call));
	EXPECT_EQ(lab::contents(server->model).size(), 1u);
}

TEST_F(Client, a_cancelled_answer_is_not_delivered)
{
	Ask ask;

	server->start();
	run(200);
	ASSERT_EQ(dp_provider_dump(provider, 0, &ask.call), ERR_OK);
	dp_provider_cancel(provider, &ask.call);
	run(5);
	EXPECT_EQ(ask.answers, 0u);
	EXPECT_TRUE(provider->up);
}

TEST_F(Client, bounds_what_is_pending)
{
	Ask asks[65];
	unsigned taken = 0;

	server->start();
	run(200);
	server->mute = true;
	for (Ask &ask : asks)
		taken += dp_provider_dump(provider, 0, &ask.call) == ERR_OK;
	EXPECT_EQ(taken, 64u);
	EXPECT_EQ(dp_provider_dump(provider, 0, &asks[64].call), ERR_AGAIN);
	for (Ask &ask : asks)
		dp_provider_cancel(provider, &ask.call);
}

TEST_F(Client, all_in_flight_fails_with_the_link_and_it_comes_back)
{
	Ask ask;

	server->start();
	run(200);
	server->mute = true;
	ASSERT_EQ(dp_provider_dump(provider, 0, &ask.call), ERR_OK);
	server->stop();
	run(2);
	EXPECT_EQ(ask.answers, 1u);
	EXPECT_EQ(ask.err, ERR_CLOSED);
	EXPECT_FALSE(provider->up);
	EXPECT_EQ(watched, -1);
	server->mute = false;
	server->start();
	run(1100);
	EXPECT_TRUE(provider->up);
	EXPECT_EQ(changes, 3u);
}

TEST_F(Client, a_silent_datapath_is_left)
{
	Ask ask;

	server->start();
	run(200);
	server->mute = true;
	ASSERT_EQ(dp_provider_dump(provider, 0, &ask.call), ERR_OK);
	run(29000);
	EXPECT_EQ(ask.answers, 0u);
	run(1100);
	EXPECT_EQ(ask.answers, 1u);
	EXPECT_EQ(ask.err, ERR_CLOSED);
	EXPECT_FALSE(provider->up);
}

TEST_F(Client, a_silent_greeting_is_left_too)
{
	server->mute = true;
	server->start();
	run(4000);
	EXPECT_GE(watched, 0);
	run(1500);
	EXPECT_EQ(changes, 0u);
	server->mute = false;
	dp_link_fini(&server->link);
	run(1100);
	EXPECT_TRUE(provider->up);
}

TEST_F(Client, an_answer_of_the_wrong_kind_ends_the_link)
{
	Ask ask;

	server->start();
	run(200);
	server->surly = true;
	ASSERT_EQ(dp_provider_reserve(provider, 0, 1, &ask.call), ERR_OK);
	run(2);
	EXPECT_EQ(ask.err, ERR_CLOSED);
	EXPECT_EQ(changes, 2u);
}

/* sa-state.md 5: control is the keeper; navedp may die with everything it has. */
TEST_F(Client, hands_the_state_memory_back)
{
	struct stat mine {
	};

	ASSERT_EQ(fstat(server->memory, &mine), 0);
	server->start();
	run(200);
	EXPECT_EQ(server->control.store, 0u);
	EXPECT_EQ(server->handed_ino, 0u);
	dp_link_fini(&server->link);
	run(200);
	EXPECT_TRUE(provider->up);
	EXPECT_NE(server->control.store, 0u);
	EXPECT_EQ(server->handed_ino, mine.st_ino);
}

TEST_F(Client, hears_events)
{
	dp_event e{};
	dp_msg m{};

	server->start();
	run(200);
	e.kind = DP_EV_LINK;
	m.kind = DP_MSG_EVENTS;
	m.u.events = { 1, &e };
	ASSERT_EQ(dp_link_send(&server->link, &m, -1), ERR_OK);
	run(2);
	EXPECT_EQ(events, 1u);
}

/* The whole of control's side over a real socket, with the datapath killed in between. */
TEST_F(Client, sync_runs_over_it)
{
	lab::owner o;
	dp_sync *sync = nullptr;
	dp_sync_config config{};
	dp_op ops[] = { samples::vrf(0), samples::port(1), samples::adjacency(1, 1) };

	config.provider = provider;
	config.wheel = &wheel;
	config.first_id = 100;
	ASSERT_EQ(dp_sync_new(&sync, &config), ERR_OK);
	for (dp_op &op : ops)
		ASSERT_EQ(dp_sync_put(sync, &op, &o.base), ERR_OK);
	for (uint32_t n = 1; n <= 200; n++) {
		dp_op session[] = { samples::tunnel(n, 2 * n + 1), samples::sa(2 * n, n, DP_IN), samples::sa(2 * n + 1, n, DP_OUT) };

		for (dp_op &op : session)
			ASSERT_EQ(dp_sync_put(sync, &op, &o.base), ERR_OK);
	}
	server->start();
	run(1200);
	EXPECT_EQ(o.base.waiting, 0u);
	auto before = lab::contents(server->model);
	EXPECT_EQ(before.size(), 603u);
	server->stop();
	dp_model_restart(server->model, false);
	run(10);
	server->start();
	run(1200);
	EXPECT_EQ(lab::contents(server->model), before);
	EXPECT_TRUE(o.lost.empty());
	dp_model_counts counts{};
	dp_model_count(server->model, &counts);
	EXPECT_EQ(counts.key_reuses, 0u);
	EXPECT_EQ(counts.order_breaks, 0u);
	dp_sync_free(sync);
}

} // namespace
