/* AF_XDP sockets over a veth: frames come up as steered, go out again, and no frame is lost on the way round. */
#include "lab.h"

#include <deque>
#include <poll.h>
#include <unistd.h>

namespace
{
class Xsk : public Lab
{
      protected:
	void SetUp() override
	{
		Lab::SetUp();
		if (IsSkipped() || HasFatalFailure())
			return;
		/* One rx queue: the sender's CPU chooses among several, and here is one socket. */
		sh("ethtool -L net tx 1 && ethtool -L hub rx 1");
		open();
		locals();
		attach(port(LOADER_LAN));
		bind_socket();
		for (uint32_t i = 0; i < FRAMES; i++)
			spare.push_back(uint64_t{ i } * FRAME_SIZE);
		wire = packet_socket("net");
	}

	void TearDown() override
	{
		if (wire >= 0)
			(void)close(wire);
		Lab::TearDown();
	}

	/* Gives up to 'count' spare frames to be received into. */
	uint32_t fill(uint32_t count)
	{
		uint32_t given = 0;

		while (given < count && !spare.empty() && loader_xsk_fill(xsk, &spare.front(), 1) == 1) {
			spare.pop_front();
			given++;
		}
		return given;
	}

	std::vector<loader_frame> receive_burst(int timeout_ms)
	{
		std::vector<loader_frame> out(32);
		struct pollfd p = { loader_xsk_fd(xsk), POLLIN, 0 };

		(void)poll(&p, 1, timeout_ms);
		out.resize(loader_xsk_rx(xsk, out.data(), 32));
		return out;
	}

	uint8_t *data(const loader_frame &f)
	{
		return static_cast<uint8_t *>(area) + f.offset;
	}

	void echo(std::vector<loader_frame> burst)
	{
		for (const loader_frame &f : burst)
			std::swap_ranges(data(f), data(f) + 6, data(f) + 6);
		ASSERT_EQ(burst.size(), loader_xsk_tx(xsk, burst.data(), static_cast<uint32_t>(burst.size())));
		loader_xsk_kick(xsk);
	}

	void reap()
	{
		uint64_t done[32];

		for (uint32_t n = loader_xsk_complete(xsk, done, 32); n > 0; n = loader_xsk_complete(xsk, done, 32))
			for (uint32_t i = 0; i < n; i++)
				spare.push_back(done[i] - done[i] % FRAME_SIZE);
	}

	Bytes numbered(uint32_t n, size_t len)
	{
		Bytes payload(len, static_cast<uint8_t>(n));

		payload[0] = static_cast<uint8_t>(n >> 8);
		return frame4({ .dst = FAR4 }, udp(9, payload));
	}

	std::deque<uint64_t> spare;
	int wire = -1;
};

TEST_F(Xsk, echoes_every_frame)
{
	constexpr uint32_t COUNT = 2000, BURST = 16;

	ASSERT_EQ(256u, fill(256));
	for (uint32_t n = 0; n < COUNT; n += BURST) {
		uint32_t back = 0;

		for (uint32_t i = 0; i < BURST; i++)
			send(wire, numbered(n + i, 20 + (n + i) % 1400));
		while (back < BURST) {
			std::vector<loader_frame> burst = receive_burst(1000);

			ASSERT_FALSE(burst.empty()) << "at " << n + back;
			back += static_cast<uint32_t>(burst.size());
			echo(burst);
		}
		for (uint32_t i = 0; i < BURST; i++) {
			Bytes want = numbered(n + i, 20 + (n + i) % 1400);

			std::swap_ranges(want.begin(), want.begin() + 6, want.begin() + 6);
			ASSERT_EQ(want, receive(wire, 1000)) << n + i;
		}
		reap();
		fill(BURST);
	}
	EXPECT_EQ(COUNT, counts()["STEER_TRANSIT"]);
	EXPECT_EQ(FRAMES - 256, spare.size()); /* none lost */
}

TEST_F(Xsk, an_empty_fill_ring_drops_and_counts)
{
	struct loader_xsk_stats stats;

	send(wire, numbered(1, 40));
	EXPECT_TRUE(receive_burst(200).empty());
	ASSERT_EQ(ERR_OK, loader_xsk_read_stats(xsk, &stats));
	EXPECT_GE(stats.rx_dropped + stats.rx_fill_empty, 1u);
}

TEST_F(Xsk, rings_are_bounded)
{
	std::vector<uint64_t> offsets(spare.begin(), spare.end());
	std::vector<loader_frame> frames;

	/* Room for 256 frames, and for as many that the kernel took and didn't tell yet. */
	EXPECT_EQ(512u, loader_xsk_fill(xsk, offsets.data(), FRAMES));
	EXPECT_EQ(0u, loader_xsk_fill(xsk, offsets.data(), 1));
	for (uint64_t offset : offsets)
		frames.push_back({ offset, 60 });
	EXPECT_EQ(512u, loader_xsk_tx(xsk, frames.data(), FRAMES));
	EXPECT_EQ(0u, loader_xsk_tx(xsk, frames.data(), 1));
	loader_xsk_kick(xsk);
	reap();
	EXPECT_GT(loader_xsk_tx(xsk, frames.data(), 1), 0u);
}

TEST_F(Xsk, a_tx_offset_beyond_the_memory_is_refused_by_the_kernel)
{
	loader_frame wild = { uint64_t{ FRAME_SIZE } * FRAMES, 60 };
	struct loader_xsk_stats stats;

	EXPECT_EQ(1u, loader_xsk_tx(xsk, &wild, 1));
	loader_xsk_kick(xsk);
	ASSERT_EQ(ERR_OK, loader_xsk_read_stats(xsk, &stats));
	EXPECT_EQ(1u, stats.tx_invalid);
}

TEST_F(Xsk, veth_goes_by_copy)
{
	EXPECT_FALSE(loader_xsk_zero_copy(xsk));
}

TEST_F(Xsk, one_socket_a_queue_and_several_over_one_memory)
{
	loader_xsk_config config = {};
	loader_xsk *other = nullptr;
	uint32_t queues = 0;

	config.name = "hub";
	config.area = area;
	config.area_len = FRAME_SIZE * FRAMES;
	config.frame_size = FRAME_SIZE;
	config.ring_size = 64;
	EXPECT_EQ(ERR_BUSY, loader_xsk_open(&other, &config));
	config.queue = 77;
	EXPECT_EQ(ERR_MALFORMED, loader_xsk_open(&other, &config));
	config.queue = 0;
	config.name = "absent";
	EXPECT_EQ(ERR_ABSENT, loader_xsk_open(&other, &config));
	config.name = "net"; /* the same memory: what one socket received, another sends */
	ASSERT_EQ(ERR_OK, loader_xsk_open(&other, &config));
	ASSERT_EQ(16u, fill(16));
	send(wire, numbered(1, 40));
	std::vector<loader_frame> burst = receive_burst(1000);
	ASSERT_EQ(1u, burst.size());
	int hub = packet_socket("hub");
	EXPECT_EQ(1u, loader_xsk_tx(other, burst.data(), 1));
	loader_xsk_kick(other);
	EXPECT_EQ(1u, receive_burst(1000).size()); /* from 'net' to the steered port, up again */
	(void)close(hub);
	loader_xsk_close(other);
	ASSERT_EQ(ERR_OK, loader_xsk_queue_count("hub", &queues));
	EXPECT_EQ(1u, queues);
	EXPECT_EQ(ERR_ABSENT, loader_xsk_queue_count("absent", &queues));
}

/* A port can be taken away and come back while others stay. */
TEST_F(Xsk, a_queue_is_free_again_after_close)
{
	for (int i = 0; i < 3; i++) {
		close_socket();
		bind_socket();
	}
}
} // namespace
