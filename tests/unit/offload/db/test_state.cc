#include "db/state.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <memory>
#include <set>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace
{

/* A window beside the plainest possible model of one: the set of all numbers accepted. */
class Window
{
      public:
	explicit Window(uint32_t window) : window_{ &in_, ring_, window, db_state_words(window) }
	{
	}

	bool take(uint64_t seq)
	{
		bool expected = seq != 0 && (seq > top_ || top_ - seq < window_.size) && seen_.count(seq) == 0;

		EXPECT_EQ(db_state_fresh(&window_, seq), expected) << "window " << window_.size << " number " << seq;
		EXPECT_EQ(db_state_mark(&window_, seq), expected) << "window " << window_.size << " number " << seq;
		if (expected) {
			seen_.insert(seq);
			top_ = std::max(top_, seq);
		}
		EXPECT_EQ(in_.top, top_);
		return expected;
	}

	db_state_in in_ = {};

      private:
	uint64_t ring_[DB_STATE_WORDS] = {};
	db_state_window window_;
	uint64_t top_ = 0;
	std::set<uint64_t> seen_;
};

class Replay : public testing::TestWithParam<uint32_t>
{
};

} // namespace

TEST_P(Replay, accepts_in_order_once)
{
	Window w(GetParam());

	EXPECT_FALSE(w.take(0));
	for (uint64_t n = 1; n < 5000; n++) {
		EXPECT_TRUE(w.take(n));
		EXPECT_FALSE(w.take(n));
	}
	EXPECT_FALSE(w.take(0));
}

TEST_P(Replay, edges_of_the_window)
{
	uint32_t size = GetParam();
	Window w(size);

	EXPECT_TRUE(w.take(9000));
	EXPECT_FALSE(w.take(9000 - size));    /* one too old */
	EXPECT_TRUE(w.take(9000 - size + 1)); /* the oldest that fits */
	EXPECT_FALSE(w.take(9000 - size + 1));
	EXPECT_TRUE(w.take(9001));
	EXPECT_FALSE(w.take(9000 - size + 1));
	EXPECT_TRUE(w.take(9000 - size + 2));
	for (uint64_t n = 9001 - size + 1; n <= 9001; n++)
		w.take(n);
	for (uint64_t n = 9001 - size - 70; n <= 9001; n++)
		EXPECT_FALSE(w.take(n));
}

TEST_P(Replay, backwards_through_the_whole_window)
{
	uint32_t size = GetParam();
	Window w(size);

	for (uint64_t n = size + 77; n > 77; n--)
		EXPECT_TRUE(w.take(n));
	EXPECT_FALSE(w.take(77));
	for (uint64_t n = size + 77; n > 0; n--)
		EXPECT_FALSE(w.take(n));
}

TEST_P(Replay, jumps_of_every_size)
{
	uint32_t size = GetParam();

	for (uint64_t jump = 1; jump < 4 * size + 200; jump += jump < 200 ? 1 : 61) {
		Window w(size);

		for (uint64_t n = 1; n <= 130; n++)
			w.take(n);
		EXPECT_TRUE(w.take(130 + jump));
		for (uint64_t n = 1; n <= 130 + jump + 3; n += 1 + n % 3)
			w.take(n);
	}
}

TEST_P(Replay, near_the_end_of_32_bits_and_beyond)
{
	Window w(GetParam());
	uint64_t end = UINT64_C(1) << 32;

	EXPECT_TRUE(w.take(end - 3));
	EXPECT_TRUE(w.take(end - 1));
	EXPECT_TRUE(w.take(end - 2));
	EXPECT_FALSE(w.take(end - 1));
	EXPECT_FALSE(w.take(0));
	EXPECT_FALSE(w.take(1));
	EXPECT_TRUE(w.take(end));
	EXPECT_TRUE(w.take(end + 63));
	EXPECT_TRUE(w.take(end + 1));
	EXPECT_FALSE(w.take(end));
}

TEST_P(Replay, random_walk)
{
	Window w(GetParam());
	uint64_t x = 88172645463325252u;
	uint64_t base = 1;

	for (int i = 0; i < 20000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		base += x % 3;
		w.take(base + (x >> 20) % (2 * GetParam()));
	}
}

INSTANTIATE_TEST_SUITE_P(Sizes, Replay, testing::Values(64u, 128u, 192u, 256u, 512u, 960u, 1024u));

TEST(StateEsn, high_half_follows_RFC4303_A2)
{
	EXPECT_EQ(db_state_esn(0, 1, 64), 1u);
	EXPECT_EQ(db_state_esn(100, 101, 64), 101u);
	EXPECT_EQ(db_state_esn(0xffffffff, 0, 64), UINT64_C(1) << 32);
	EXPECT_EQ(db_state_esn(0xfffffff0, 5, 64), (UINT64_C(1) << 32) + 5);
	EXPECT_EQ(db_state_esn((UINT64_C(1) << 32) + 5, 0xfffffff0, 64), UINT64_C(0xfffffff0));
	EXPECT_EQ(db_state_esn((UINT64_C(7) << 32) + 500, 400, 64), (UINT64_C(8) << 32) + 400);
	EXPECT_EQ(db_state_esn((UINT64_C(7) << 32) + 500, 437, 64), (UINT64_C(7) << 32) + 437);
	for (uint64_t top = (UINT64_C(3) << 32) - 3000; top < (UINT64_C(3) << 32) + 3000; top += 7)
		for (int64_t off = -1023; off < 100000; off += 997) {
			uint64_t seq = top + (uint64_t)off;

			EXPECT_EQ(db_state_esn(top, (uint32_t)seq, 1024), seq);
		}
}

TEST(StateEsn, a_number_before_the_first_never_counts_as_fresh)
{
	/* top in the first subspace and a number that looks like the one before it: the high half wraps to 2^32 - 1. */
	uint64_t seq = db_state_esn(3, 0xfffffff0, 64);

	EXPECT_EQ(seq >> 32, UINT32_MAX);
}

class Store : public testing::Test
{
      protected:
	void SetUp() override
	{
		ASSERT_EQ(db_state_new(&s, 256, 0x1234), ERR_OK);
	}
	void TearDown() override
	{
		db_state_fini(&s);
	}
	void readopt()
	{
		int fd = dup(s.fd);

		db_state_fini(&s);
		ASSERT_EQ(db_state_adopt(&s, fd, 256), ERR_OK);
	}
	db_state s;
};

TEST_F(Store, outlives_the_process_and_keeps_numbers)
{
	db_state_claim(&s, DP_OUT, 7, 3);
	db_state_begin(&s, DP_OUT, 7, 0);
	EXPECT_EQ(s.out[7].next, 1u);
	s.out[7].next = 4711;
	s.out[7].epoch = 9;
	readopt();
	EXPECT_EQ(s.store, 0x1234u);
	EXPECT_TRUE(db_state_lives(&s, DP_OUT, 7));
	EXPECT_FALSE(db_state_lives(&s, DP_IN, 7));
	EXPECT_EQ(db_state_generation(&s, DP_OUT, 7), 3u);
	db_state_resume(&s, DP_OUT, 7, 0);
	EXPECT_EQ(s.out[7].next, 4711u);
	EXPECT_EQ(s.out[7].epoch, 0u);
}

TEST_F(Store, adopted_window_sees_nothing_twice_and_goes_on_above_top)
{
	for (uint32_t size : { 64u, 192u, 1024u })
		for (uint64_t top : { 1u, 63u, 64u, 65u, 1000u, 4095u }) {
			uint32_t words = db_state_words(size);
			db_state_window window = { &s.in[9], db_state_ring(&s, 9, words), size, words };

			db_state_claim(&s, DP_IN, 9, 1);
			db_state_begin(&s, DP_IN, 9, words);
			ASSERT_TRUE(db_state_mark(&window, top));
			readopt();
			window.in = &s.in[9];
			window.ring = db_state_ring(&s, 9, words);
			db_state_resume(&s, DP_IN, 9, words);
			for (uint64_t n = 0; n <= top; n++)
				EXPECT_FALSE(db_state_fresh(&window, n)) << n;
			EXPECT_TRUE(db_state_mark(&window, top + 40));
			for (uint64_t n = top + 1; n < top + 40; n++)
				EXPECT_TRUE(db_state_mark(&window, n)) << n;
			EXPECT_FALSE(db_state_fresh(&window, top));
		}
}

TEST_F(Store, rings_of_neighbours_are_apart)
{
	uint64_t *small = db_state_ring(&s, 9, 2), *large = db_state_ring(&s, 9, 32);

	EXPECT_EQ(small, s.in[9].own);
	EXPECT_EQ(db_state_ring(&s, 10, 4) - large, DB_STATE_WORDS);
	EXPECT_GE(reinterpret_cast<uint8_t *>(db_state_ring(&s, 0, 32)), reinterpret_cast<uint8_t *>(&s.out[256]));
	EXPECT_LE(reinterpret_cast<uint8_t *>(db_state_ring(&s, 255, 32) + DB_STATE_WORDS), reinterpret_cast<uint8_t *>(s.header) + s.size);
}

/* A life begins with an empty window, whatever the slot's last one left. */
TEST_F(Store, a_new_life_has_seen_nothing)
{
	for (uint32_t size : { 64u, 1024u }) {
		uint32_t words = db_state_words(size);
		db_state_window window = { &s.in[9], db_state_ring(&s, 9, words), size, words };

		db_state_claim(&s, DP_IN, 9, 1);
		db_state_begin(&s, DP_IN, 9, words);
		for (uint64_t n = 1; n < 3000; n++)
			ASSERT_TRUE(db_state_mark(&window, n));
		db_state_end(&s, DP_IN, 9);
		db_state_begin(&s, DP_IN, 9, words);
		EXPECT_TRUE(db_state_mark(&window, 60));
		for (uint64_t n = 1; n < 60; n++)
			EXPECT_TRUE(db_state_fresh(&window, n)) << n;
	}
}

/* Nobody pays for slots before they are used, nor for large windows where none is. */
TEST_F(Store, memory_is_touched_as_slots_are_claimed)
{
	db_state big;
	struct stat st;

	ASSERT_EQ(db_state_new(&big, 1 << 16, 7), ERR_OK);
	EXPECT_EQ(db_state_claimed(&big, DP_IN), 0u);
	for (uint32_t slot = 0; slot < 1024; slot++) {
		db_state_claim(&big, DP_IN, slot, 1);
		db_state_begin(&big, DP_IN, slot, 2);
	}
	EXPECT_EQ(db_state_claimed(&big, DP_IN), 1024u);
	EXPECT_EQ(db_state_claimed(&big, DP_OUT), 0u);
	ASSERT_EQ(fstat(big.fd, &st), 0);
	EXPECT_LE(st.st_blocks * 512, static_cast<blkcnt_t>(1024 * sizeof(db_state_in) + 2 * 4096));
	db_state_fini(&big);
}

TEST_F(Store, generation_survives_the_end_of_a_life)
{
	db_state_claim(&s, DP_IN, 3, 5);
	db_state_begin(&s, DP_IN, 3, 2);
	db_state_end(&s, DP_IN, 3);
	EXPECT_FALSE(db_state_lives(&s, DP_IN, 3));
	readopt();
	EXPECT_EQ(db_state_generation(&s, DP_IN, 3), 5u);
}

TEST_F(Store, is_sealed_and_of_one_size)
{
	int seals = fcntl(s.fd, F_GET_SEALS);

	EXPECT_NE(seals & F_SEAL_SHRINK, 0);
	EXPECT_NE(seals & F_SEAL_GROW, 0);
	EXPECT_NE(seals & F_SEAL_SEAL, 0);
	EXPECT_NE(ftruncate(s.fd, 0), 0);
}

TEST_F(Store, refuses_what_it_did_not_make)
{
	db_state other;
	int fd = memfd_create("x", MFD_ALLOW_SEALING);

	EXPECT_EQ(db_state_adopt(&other, fd, 256), ERR_DENIED);
	ASSERT_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
	EXPECT_EQ(db_state_adopt(&other, fd, 256), ERR_MALFORMED);
	close(fd);
	fd = dup(s.fd);
	EXPECT_EQ(db_state_adopt(&other, fd, 512), ERR_RANGE);
	uint32_t *words = reinterpret_cast<uint32_t *>(s.header);
	words[8] = 257; /* more slots claimed than there are */
	EXPECT_EQ(db_state_adopt(&other, fd, 256), ERR_MALFORMED);
	words[8] = 0;
	for (uint32_t version : { 1u, 99u }) {
		words[2] = version;
		EXPECT_EQ(db_state_adopt(&other, fd, 256), ERR_VERSION);
	}
	close(fd);
}
