#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <set>

#include "emu/table/window.h"

namespace
{

emu_window fresh_window(uint32_t size, uint64_t top = 0)
{
	le64 seen[EMU_WINDOW_SEEN] = {};
	emu_window w;

	emu_window_load(&w, top, size, seen);
	return w;
}

} // namespace

TEST(EmuWindow, refuses_zero_repeats_and_the_old)
{
	emu_window w = fresh_window(64);

	EXPECT_FALSE(emu_window_fresh(&w, 0));
	EXPECT_TRUE(emu_window_fresh(&w, 1));
	emu_window_mark(&w, 1);
	EXPECT_FALSE(emu_window_fresh(&w, 1));
	emu_window_mark(&w, 100);
	EXPECT_TRUE(emu_window_fresh(&w, 37)) << "top - 63 is inside";
	EXPECT_FALSE(emu_window_fresh(&w, 36)) << "top - 64 is left of it";
	EXPECT_TRUE(emu_window_fresh(&w, 99));
}

// Against a model that remembers everything, with jumps of all sizes.
TEST(EmuWindow, agrees_with_a_set)
{
	for (uint32_t size : { 64u, 128u, 512u, 1024u }) {
		emu_window w = fresh_window(size);
		std::set<uint64_t> seen;
		std::mt19937_64 rng(size);
		uint64_t top = 0;

		for (int i = 0; i < 20000; i++) {
			uint64_t span = i % 100 == 0 ? 5000 : 2 * size;
			uint64_t n = top + rng() % span;
			n = n > size ? n - size : 1;
			bool fresh = n != 0 && seen.count(n) == 0 && (n > top || top - n < size);

			ASSERT_EQ(emu_window_fresh(&w, n), fresh) << n << " top " << top << " size " << size;
			if (!fresh)
				continue;
			emu_window_mark(&w, n);
			seen.insert(n);
			top = std::max(top, n);
		}
	}
}

TEST(EmuWindow, save_and_load_keep_every_bit)
{
	emu_window w = fresh_window(128);
	le64 seen[EMU_WINDOW_SEEN];
	emu_window copy;

	for (uint64_t n : { 5u, 1000u, 1001u, 1064u, 1100u })
		emu_window_mark(&w, n);
	emu_window_save(&w, seen);
	EXPECT_EQ(le64_get(seen[0]) & 1, 1u) << "bit 0 is the top itself";
	EXPECT_EQ(le64_get(seen[0]) >> 36 & 1, 1u) << "1064";
	emu_window_load(&copy, 1100, 128, seen);
	for (uint64_t n = 960; n < 1110; n++)
		EXPECT_EQ(emu_window_fresh(&w, n), emu_window_fresh(&copy, n)) << n;
}

// RFC4303-A2.2: the high half follows from where the window stands.
TEST(EmuWindow, infers_the_high_half)
{
	const uint64_t wrap = UINT64_C(1) << 32;
	emu_window w = fresh_window(64, wrap - 10);

	EXPECT_EQ(emu_window_infer(&w, 0xfffffff0, false), 0xfffffff0u);
	EXPECT_EQ(emu_window_infer(&w, 0xfffffff8, true), wrap - 8);
	EXPECT_EQ(emu_window_infer(&w, 5, true), wrap + 5) << "ahead, behind the wrap";
	w = fresh_window(64, wrap + 10);
	EXPECT_EQ(emu_window_infer(&w, 0xfffffffe, true), wrap - 2) << "late, before the wrap";
	EXPECT_EQ(emu_window_infer(&w, 100, true), wrap + 100);
	w = fresh_window(64, 3);
	EXPECT_EQ(emu_window_infer(&w, 0xfffffffe, true), 0xfffffffeu) << "nothing is before zero";
}

TEST(EmuWindow, without_a_size_only_tracks)
{
	emu_window w = fresh_window(0, UINT64_C(5) << 32);

	EXPECT_TRUE(emu_window_fresh(&w, 1));
	EXPECT_EQ(emu_window_infer(&w, 7, true), (UINT64_C(5) << 32) + 7);
	emu_window_mark(&w, 1);
	EXPECT_EQ(w.top, UINT64_C(5) << 32);
	emu_window_mark(&w, (UINT64_C(5) << 32) + 9);
	EXPECT_EQ(w.top, (UINT64_C(5) << 32) + 9);
}
