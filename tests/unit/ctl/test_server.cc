#include <event2/event.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "commands.h"
#include "ctl/server.h"

namespace
{

/* What the commands of the test saw. */
struct World {
	std::vector<ctl_call *> waiting;
	unsigned begun = 0, ended = 0;
	unsigned parts = 0;
};

World *world_of(ctl_call *call)
{
	return static_cast<World *>(call->ctx);
}

enum err count_begin(ctl_call *call)
{
	world_of(call)->begun++;
	return ERR_OK;
}

void count_end(ctl_call *call)
{
	World *w = world_of(call);
	w->ended++;
	std::erase(w->waiting, call);
}

enum err say_hello(ctl_call *call, json_t *doc, bool *)
{
	return json_object_set_new(doc, "hello", json_string(call->arg[0] != nullptr ? call->arg[0] : "world")) == 0 ? ERR_OK : ERR_NOMEM;
}

enum err fail(ctl_call *call, json_t *, bool *)
{
	(void)snprintf(call->error, sizeof(call->error), "it is broken");
	return ERR_STATE;
}

/* 1000 parts of 100 rows of 100 bytes: 10 MB. */
enum err many_rows(ctl_call *call, json_t *doc, bool *more)
{
	unsigned *done = static_cast<unsigned *>(call->state);
	json_t *rows = json_array();
	for (unsigned i = 0; i < 100; i++)
		json_array_append_new(rows, json_string(std::string(100, 'r').c_str()));
	json_object_set_new(doc, "rows", rows);
	world_of(call)->parts = ++*done;
	*more = *done < 1000;
	return ERR_OK;
}

enum err too_long(ctl_call *, json_t *doc, bool *)
{
	return json_object_set_new(doc, "text", json_string(std::string(CTL_ANSWER_MAX, 'x').c_str())) == 0 ? ERR_OK : ERR_NOMEM;
}

enum err wait_begin(ctl_call *call)
{
	world_of(call)->begun++;
	world_of(call)->waiting.push_back(call);
	return ERR_AGAIN;
}

enum err deny(ctl_call *call)
{
	world_of(call)->begun++;
	return ERR_DENIED;
}

ctl_command whole(ctl_command c)
{
	c.begin = c.begin == nullptr ? count_begin : c.begin;
	c.end = count_end;
	c.state_size = sizeof(unsigned);
	return c;
}

ctl_command with_begin(ctl_command c, enum err (*begin)(ctl_call *))
{
	c.begin = begin;
	return whole(c);
}

class CtlServer : public ::testing::Test
{
      protected:
	void SetUp() override
	{
		char name[] = "/tmp/nave-ctl-XXXXXX";
		folder = mkdtemp(name);
		path = folder + "/run/control.sock";
		table = { whole(command_row("hello", "greets", say_hello)), whole(command_row("hello <name>", "greets", say_hello)),
			whole(command_row("fail", "fails", fail)), whole(command_row("many", "a long table", many_rows)),
			whole(command_row("toolong", "a part beyond bounds", too_long)),
			with_begin(command_row("wait", "answers later", say_hello), wait_begin),
			with_begin(command_row("deny", "refused", say_hello), deny), {} };
		loop = event_base_new();
		config.path = path.c_str();
		config.table = table.data();
		config.ctx = &world;
		ASSERT_EQ(ERR_OK, ctl_server_new(&server, loop, &config));
	}
	void TearDown() override
	{
		ctl_server_free(server);
		for (int fd : fds)
			close(fd);
		event_base_free(loop);
		EXPECT_EQ(world.begun, world.ended);
		EXPECT_NE(0, access(path.c_str(), F_OK));
		(void)rmdir((folder + "/run").c_str());
		(void)rmdir(folder.c_str());
	}
	int open_client()
	{
		sockaddr_un at = {};
		at.sun_family = AF_UNIX;
		snprintf(at.sun_path, sizeof(at.sun_path), "%s", path.c_str());
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		EXPECT_EQ(0, connect(fd, reinterpret_cast<sockaddr *>(&at), sizeof(at)));
		fds.push_back(fd);
		turn();
		return fd;
	}
	void turn(int times = 4)
	{
		while (times-- > 0)
			(void)event_base_loop(loop, EVLOOP_NONBLOCK);
	}
	void ask(int fd, const char *command)
	{
		json_t *json = ctl_codec_request(command);
		uint8_t *frame = nullptr;
		size_t len = 0;
		ASSERT_EQ(ERR_OK, ctl_codec_frame(json, CTL_REQUEST_MAX, &frame, &len));
		ASSERT_EQ(static_cast<ssize_t>(len), write(fd, frame, len));
		free(frame);
		json_decref(json);
	}
	/* One part, as text: what it holds or "!" and why not; "" when nothing came, "closed" at the end. */
	std::string part(int fd)
	{
		std::string &in = received[fd];
		for (int tries = 0; tries < 1000; tries++) {
			bytes body;
			if (ctl_codec_split(bytes_of(in.data(), in.size()), CTL_ANSWER_MAX, &body) == ERR_OK) {
				ctl_answer a = {};
				EXPECT_EQ(ERR_OK, ctl_codec_read_answer(body, &a));
				in.erase(0, CTL_HEADER_LEN + body.len);
				char *text = a.ok ? json_dumps(a.doc, JSON_COMPACT) : nullptr;
				std::string out = a.ok ? text : std::string("!") + a.error;
				more = a.more;
				free(text);
				ctl_codec_fini(&a);
				return out;
			}
			char buf[4096];
			ssize_t n = read(fd, buf, sizeof(buf));
			if (n == 0)
				return "closed";
			if (n > 0) {
				in.append(buf, static_cast<size_t>(n));
				continue;
			}
			if (tries > 20)
				return "";
			turn(1);
		}
		return "";
	}
	std::string answer(int fd, const char *command)
	{
		ask(fd, command);
		return part(fd);
	}

	std::string folder, path;
	std::vector<ctl_command> table;
	std::vector<int> fds;
	std::map<int, std::string> received;
	World world;
	ctl_server_config config = {};
	event_base *loop = nullptr;
	ctl_server *server = nullptr;
	bool more = false;
};

TEST_F(CtlServer, answers_commands)
{
	int fd = open_client();

	EXPECT_EQ(R"({"hello":"world"})", answer(fd, "hel"));
	EXPECT_EQ(R"({"hello":"you"})", answer(fd, "hello you"));
	EXPECT_EQ("!it is broken", answer(fd, "fail"));
	EXPECT_EQ("!not permitted", answer(fd, "deny"));
	EXPECT_EQ("!'x' isn't understood here; expected: hello, fail, many, toolong, wait, deny", answer(fd, "x"));
	EXPECT_EQ(R"({"help":[{"word":"many","help":"a long table"}]})", answer(fd, "m?"));
	EXPECT_EQ("!value out of range", answer(fd, "toolong"));
	EXPECT_EQ(R"({"hello":"world"})", answer(fd, "hello"));
}

TEST_F(CtlServer, is_for_owner_and_group)
{
	struct stat st;

	ASSERT_EQ(0, stat(path.c_str(), &st));
	EXPECT_EQ(0660u, st.st_mode & 07777);
	EXPECT_TRUE(S_ISSOCK(st.st_mode));
}

TEST_F(CtlServer, keeps_the_order_of_pipelined_commands)
{
	int fd = open_client();

	ask(fd, "hello a");
	ask(fd, "wait");
	ask(fd, "hello b");
	EXPECT_EQ(R"({"hello":"a"})", part(fd));
	EXPECT_EQ("", part(fd));
	ASSERT_EQ(1u, world.waiting.size());
	ctl_server_ready(world.waiting[0], ERR_OK);
	EXPECT_EQ(R"({"hello":"world"})", part(fd));
	EXPECT_EQ(R"({"hello":"b"})", part(fd));
}

TEST_F(CtlServer, answers_later_or_refuses_later)
{
	int a = open_client(), b = open_client();

	ask(a, "wait");
	ask(b, "wait");
	turn();
	ASSERT_EQ(2u, world.waiting.size());
	ctl_server_ready(world.waiting[1], ERR_TIMEOUT);
	EXPECT_EQ("!no answer in time", part(b));
	EXPECT_EQ("", part(a));
	EXPECT_EQ(1u, world.ended);
}

TEST_F(CtlServer, drops_the_call_of_a_client_that_left)
{
	int fd = open_client();

	ask(fd, "wait");
	turn();
	ASSERT_EQ(1u, world.waiting.size());
	close(fd);
	std::erase(fds, fd);
	turn();
	EXPECT_EQ(0u, world.waiting.size());
	EXPECT_EQ(1u, world.ended);
}

TEST_F(CtlServer, waits_for_a_slow_reader_of_a_long_table)
{
	int slow = open_client(), other = open_client();

	ask(slow, "many");
	turn(200);
	EXPECT_LT(world.parts, 100u); /* the socket's buffer is full */
	EXPECT_EQ(R"({"hello":"world"})", answer(other, "hello"));
	unsigned parts = 0;
	do {
		ASSERT_NE("", part(slow));
		parts++;
	} while (more);
	EXPECT_EQ(1000u, parts);
}

TEST_F(CtlServer, closes_on_what_is_no_frame)
{
	int fd = open_client();

	ASSERT_EQ(4, write(fd, "\xff\xff\xff\xff", 4));
	EXPECT_EQ("closed", part(fd));
	fd = open_client();
	ASSERT_EQ(6, write(fd, "\0\0\0\2{]", 6));
	EXPECT_EQ("!input breaks the format", part(fd));
	EXPECT_EQ(R"({"hello":"world"})", answer(fd, "hello"));
}

TEST_F(CtlServer, bounds_its_clients)
{
	for (int i = 0; i < CTL_CLIENTS_MAX; i++)
		EXPECT_EQ(R"({"hello":"world"})", answer(open_client(), "hello"));
	int one_more = open_client();
	EXPECT_EQ("!too many clients", part(one_more));
	EXPECT_EQ("closed", part(one_more));
	close(fds[0]);
	fds.erase(fds.begin());
	turn();
	EXPECT_EQ(R"({"hello":"world"})", answer(open_client(), "hello"));
}

TEST_F(CtlServer, replaces_a_dead_socket_but_no_living_one)
{
	ctl_server *second = nullptr;

	EXPECT_EQ(ERR_EXISTS, ctl_server_new(&second, loop, &config));
	std::string elsewhere = folder + "/dead.sock";
	sockaddr_un at = {};
	at.sun_family = AF_UNIX;
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", elsewhere.c_str());
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ASSERT_EQ(0, bind(fd, reinterpret_cast<sockaddr *>(&at), sizeof(at)));
	close(fd);
	ctl_server_config c = config;
	c.path = elsewhere.c_str();
	ASSERT_EQ(ERR_OK, ctl_server_new(&second, loop, &c));
	ctl_server_free(second);
	std::string longer(200, 'x');
	c.path = longer.c_str();
	EXPECT_EQ(ERR_RANGE, ctl_server_new(&second, loop, &c));
}

} // namespace
