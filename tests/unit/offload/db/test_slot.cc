#include "db/slot.h"

#include <gtest/gtest.h>
#include <set>
#include <unistd.h>

class Slots : public testing::Test
{
      protected:
	void SetUp() override
	{
		ASSERT_EQ(db_state_new(&state, 256, 1), ERR_OK);
		ASSERT_EQ(db_slots_init(&s, &state, DP_IN, 16), ERR_OK);
	}
	void TearDown() override
	{
		db_slots_fini(&s);
		db_state_fini(&state);
	}
	db_state state;
	db_slots s;
};

TEST_F(Slots, every_spi_is_above_255_and_told_once)
{
	std::set<uint32_t> seen;

	for (int i = 0; i < 3000; i++) {
		uint32_t spi;

		ASSERT_EQ(db_slots_reserve(&s, i % 2 == 0, &spi), ERR_OK);
		EXPECT_GT(spi, 255u);
		EXPECT_TRUE(seen.insert(spi).second);
		db_slots_release(&s, db_slots_of(&s, spi)); /* even one that was never used */
	}
}

TEST_F(Slots, exhaustion_is_full_and_low_falls_back)
{
	uint32_t spi, low = 0;

	for (int i = 0; i < 256; i++) {
		ASSERT_EQ(db_slots_reserve(&s, true, &spi), ERR_OK);
		low += db_slots_of(&s, spi) < 16 ? 1 : 0;
		EXPECT_EQ(db_slots_of(&s, spi) < 16, i < 16);
	}
	EXPECT_EQ(low, 16u);
	EXPECT_EQ(db_slots_reserve(&s, true, &spi), ERR_FULL);
	EXPECT_EQ(db_slots_reserve(&s, false, &spi), ERR_FULL);
}

TEST_F(Slots, a_freed_slot_rests_until_all_others_were_used)
{
	uint32_t first, spi;

	ASSERT_EQ(db_slots_reserve(&s, false, &first), ERR_OK);
	ASSERT_EQ(db_slots_use(&s, first), ERR_OK);
	db_slots_release(&s, db_slots_of(&s, first));
	for (int i = 0; i < 239; i++) {
		ASSERT_EQ(db_slots_reserve(&s, false, &spi), ERR_OK);
		EXPECT_NE(db_slots_of(&s, spi), db_slots_of(&s, first));
		db_slots_release(&s, db_slots_of(&s, spi));
	}
	ASSERT_EQ(db_slots_reserve(&s, false, &spi), ERR_OK);
	EXPECT_EQ(db_slots_of(&s, spi), db_slots_of(&s, first));
	EXPECT_NE(spi, first);
}

/* Memory follows what is used, not how often it was. */
TEST(SlotsRest, returned_slots_come_before_fresh_ones_once_enough_rest)
{
	std::set<uint32_t> used;
	db_state state;
	db_slots s;
	uint32_t spi;

	ASSERT_EQ(db_state_new(&state, 1 << 14, 1), ERR_OK);
	ASSERT_EQ(db_slots_init(&s, &state, DP_IN, 0), ERR_OK);
	for (int i = 0; i < 3 * DB_SLOT_REST; i++) {
		ASSERT_EQ(db_slots_reserve(&s, false, &spi), ERR_OK);
		used.insert(db_slots_of(&s, spi));
	}
	for (int i = 0; i < 10 * DB_SLOT_REST; i++) {
		ASSERT_EQ(db_slots_reserve(&s, false, &spi), ERR_OK);
		used.insert(db_slots_of(&s, spi));
		db_slots_release(&s, db_slots_of(&s, spi));
	}
	EXPECT_EQ(used.size(), 4u * DB_SLOT_REST + 1);
	EXPECT_EQ(db_state_claimed(&state, DP_IN), 4u * DB_SLOT_REST + 1);
	db_slots_fini(&s);
	db_state_fini(&state);
}

TEST_F(Slots, old_and_new_of_a_rekey_never_share)
{
	uint32_t old_spi, new_spi;

	ASSERT_EQ(db_slots_reserve(&s, false, &old_spi), ERR_OK);
	ASSERT_EQ(db_slots_use(&s, old_spi), ERR_OK);
	ASSERT_EQ(db_slots_reserve(&s, false, &new_spi), ERR_OK);
	EXPECT_NE(db_slots_of(&s, old_spi), db_slots_of(&s, new_spi));
}

TEST_F(Slots, use_needs_a_reservation_of_this_generation)
{
	uint32_t spi;

	EXPECT_EQ(db_slots_use(&s, 1u << 8 | 77), ERR_STALE);
	ASSERT_EQ(db_slots_reserve(&s, false, &spi), ERR_OK);
	EXPECT_EQ(db_slots_use(&s, spi + 256), ERR_STALE);
	EXPECT_EQ(db_slots_use(&s, spi), ERR_OK);
	EXPECT_EQ(db_slots_use(&s, spi), ERR_STATE);
	db_slots_release(&s, db_slots_of(&s, spi));
	EXPECT_EQ(db_slots_use(&s, spi), ERR_STATE);
}

TEST_F(Slots, generations_wrap_above_zero)
{
	db_state_claim(&state, DP_IN, 20, (1u << 24) - 1);
	for (int i = 0; i < 240; i++) {
		uint32_t spi;

		ASSERT_EQ(db_slots_reserve(&s, false, &spi), ERR_OK);
		if (db_slots_of(&s, spi) == 20) {
			EXPECT_EQ(spi, 1u << 8 | 20);
		}
	}
}

TEST_F(Slots, live_state_waits_for_adoption)
{
	db_slots again;
	uint32_t spi, other;

	ASSERT_EQ(db_slots_reserve(&s, false, &spi), ERR_OK);
	ASSERT_EQ(db_slots_use(&s, spi), ERR_OK);
	db_state_begin(&state, DP_IN, db_slots_of(&s, spi), 2);
	ASSERT_EQ(db_slots_init(&again, &state, DP_IN, 0), ERR_OK);
	for (int i = 0; i < 255; i++) {
		ASSERT_EQ(db_slots_reserve(&again, false, &other), ERR_OK);
		EXPECT_NE(db_slots_of(&again, other), db_slots_of(&s, spi));
	}
	EXPECT_EQ(db_slots_reserve(&again, false, &other), ERR_FULL);
	EXPECT_EQ(db_slots_use(&again, spi), ERR_OK);
	db_slots_fini(&again);
	ASSERT_EQ(db_slots_init(&again, &state, DP_IN, 0), ERR_OK);
	db_slots_forget(&again, DB_SLOT_ADOPTABLE);
	EXPECT_FALSE(db_state_lives(&state, DP_IN, db_slots_of(&s, spi)));
	db_slots_fini(&again);
}
