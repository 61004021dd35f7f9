#include "dp/link.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "samples.h"

namespace
{

struct Link : testing::Test {
	dp_link a{ -1, nullptr, nullptr };
	dp_link b{ -1, nullptr, nullptr };
	dp_msg got{};
	int passed = -1;

	void SetUp() override
	{
		int fds[2];

		ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
		ASSERT_EQ(dp_link_init(&a, fds[0]), ERR_OK);
		ASSERT_EQ(dp_link_init(&b, fds[1]), ERR_OK);
	}

	void TearDown() override
	{
		dp_link_fini(&a);
		dp_link_fini(&b);
	}

	static dp_msg hello()
	{
		dp_msg m{};

		m.kind = DP_MSG_HELLO;
		m.u.hello = { DP_VERSION_MAJOR, DP_VERSION_MINOR, DP_PEER_DATAPATH, 42, 43 };
		return m;
	}
};

TEST_F(Link, carries_messages_and_ends)
{
	dp_msg m = hello();

	EXPECT_EQ(dp_link_recv(&b, &got, &passed), ERR_AGAIN);
	ASSERT_EQ(dp_link_send(&a, &m, -1), ERR_OK);
	ASSERT_EQ(dp_link_recv(&b, &got, &passed), ERR_OK);
	EXPECT_EQ(got.u.hello.instance, 42u);
	EXPECT_EQ(passed, -1);
	dp_link_fini(&a);
	EXPECT_EQ(dp_link_recv(&b, &got, &passed), ERR_CLOSED);
	EXPECT_EQ(dp_link_send(&b, &m, -1), ERR_CLOSED);
	EXPECT_EQ(dp_link_send(&a, &m, -1), ERR_CLOSED);
}

/* sa-state.md 5: the state memory changes hands. */
TEST_F(Link, passes_a_descriptor)
{
	dp_msg m = hello();
	int memory = memfd_create("state", MFD_CLOEXEC);
	struct stat mine {
	}, theirs{};

	ASSERT_GE(memory, 0);
	ASSERT_EQ(dp_link_send(&a, &m, memory), ERR_OK);
	ASSERT_EQ(dp_link_recv(&b, &got, &passed), ERR_OK);
	ASSERT_GE(passed, 0);
	EXPECT_NE(fcntl(passed, F_GETFD) & FD_CLOEXEC, 0);
	EXPECT_EQ(fstat(memory, &mine), 0);
	EXPECT_EQ(fstat(passed, &theirs), 0);
	EXPECT_EQ(mine.st_ino, theirs.st_ino);
	close(memory);
	close(passed);
}

/* Descriptors that nobody asked for don't pile up in the receiver. */
TEST_F(Link, closes_descriptors_of_a_bad_message_and_those_beyond_the_first)
{
	int memory = memfd_create("state", MFD_CLOEXEC);
	char control[CMSG_SPACE(3 * sizeof(int))] = {};
	char byte = 0;
	iovec iov{ &byte, 1 };
	msghdr h{};
	int lowest = dup(0);

	close(lowest);
	h.msg_iov = &iov;
	h.msg_iovlen = 1;
	h.msg_control = control;
	h.msg_controllen = sizeof(control);
	cmsghdr *c = CMSG_FIRSTHDR(&h);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(3 * sizeof(int));
	for (unsigned i = 0; i < 3; i++)
		memcpy(CMSG_DATA(c) + i * sizeof(int), &memory, sizeof(int));
	ASSERT_EQ(sendmsg(a.fd, &h, 0), 1);
	EXPECT_EQ(dp_link_recv(&b, &got, &passed), ERR_MALFORMED);
	EXPECT_EQ(passed, -1);
	int now_lowest = dup(0);
	EXPECT_EQ(now_lowest, lowest);
	close(now_lowest);
	close(memory);
}

TEST_F(Link, says_when_the_socket_is_full)
{
	dp_msg m{};
	enum err err = ERR_OK;
	unsigned sent = 0;

	m.kind = DP_MSG_DUMP;
	m.tag = 1;
	for (; sent < 1000000 && err == ERR_OK; sent++)
		err = dp_link_send(&a, &m, -1);
	EXPECT_EQ(err, ERR_AGAIN);
	for (unsigned i = 0; i + 1 < sent; i++)
		ASSERT_EQ(dp_link_recv(&b, &got, &passed), ERR_OK);
	EXPECT_EQ(dp_link_recv(&b, &got, &passed), ERR_AGAIN);
	EXPECT_EQ(dp_link_send(&a, &m, -1), ERR_OK);
}

TEST_F(Link, wipes_keys_from_its_buffers)
{
	dp_op op = samples::sa(1, 1);
	dp_msg m{};
	auto holds_key = [](const dp_link &l) {
		std::string all((const char *)l.buf, DP_MSG_MAX);

		return all.find(std::string(8, '\xa5')) != std::string::npos;
	};

	m.kind = DP_MSG_TXN;
	m.tag = 1;
	m.u.txn = { 1, &op };
	memset(a.buf, 0, DP_MSG_MAX);
	memset(b.buf, 0, DP_MSG_MAX);
	ASSERT_EQ(dp_link_send(&a, &m, -1), ERR_OK);
	EXPECT_FALSE(holds_key(a));
	ASSERT_EQ(dp_link_recv(&b, &got, &passed), ERR_OK);
	EXPECT_FALSE(holds_key(b));
	EXPECT_EQ(got.u.txn.op[0].u.sa.integ_key.len, 64u);
	dp_codec_fini(&got);
	dp_op_fini(&op);
}

TEST(LinkPath, listener_replaces_a_dead_file_but_not_a_live_one)
{
	std::string dir = testing::TempDir() + "dplinkXXXXXX";
	int first = -1, second = -1, conn = -1;

	ASSERT_NE(mkdtemp(dir.data()), nullptr);
	std::string path = dir + "/s";
	EXPECT_EQ(dp_link_connect(path.c_str(), &conn), ERR_ABSENT);
	ASSERT_EQ(dp_link_listen(path.c_str(), &first), ERR_OK);
	EXPECT_EQ(dp_link_listen(path.c_str(), &second), ERR_EXISTS);
	EXPECT_EQ(dp_link_connect(path.c_str(), &conn), ERR_OK);
	close(conn);
	close(first);
	ASSERT_EQ(dp_link_listen(path.c_str(), &second), ERR_OK);
	close(second);
	EXPECT_EQ(dp_link_connect(std::string(200, 'x').c_str(), &conn), ERR_RANGE);
	unlink(path.c_str());
	rmdir(dir.c_str());
}

} // namespace
