#include "pmd/slot.h"

#include <gtest/gtest.h>

#include <set>

namespace
{

struct Table {
	pmd_slots s;

	explicit Table(uint32_t count, bool by_spi = false)
	{
		EXPECT_TRUE(pmd_slot_init(&s, count, 0, by_spi));
	}
	~Table()
	{
		pmd_slot_fini(&s);
	}
	pmd_slot *take(uint32_t spi = 300)
	{
		pmd_slot_sa sa = {};

		sa.spi = spi;
		return pmd_slot_take(&s, &sa);
	}
};

bool passed_below(void *ctx, const uint32_t *rx_position)
{
	return rx_position[0] <= *static_cast<uint32_t *>(ctx);
}

} // namespace

TEST(PmdSlot, each_slot_once_then_full)
{
	Table t(4);
	std::set<uint32_t> seen;

	for (int i = 0; i < 4; i++) {
		pmd_slot *slot = t.take();

		ASSERT_NE(slot, nullptr);
		seen.insert(pmd_slot_index(slot));
	}
	EXPECT_EQ(seen.size(), 4u);
	EXPECT_EQ(t.take(), nullptr);
	EXPECT_EQ(t.s.used, 4u);
}

// Another generation at each use; workers accept it from take to withdrawal.
TEST(PmdSlot, generation_and_liveness)
{
	Table t(1);
	pmd_slot *slot = t.take();
	uint16_t first = slot->generation;

	EXPECT_TRUE(pmd_slot_is_live(&t.s, 0, first));
	EXPECT_FALSE(pmd_slot_is_live(&t.s, 0, 0));
	EXPECT_FALSE(pmd_slot_is_live(&t.s, 1, first));
	pmd_slot_withdraw(slot);
	EXPECT_FALSE(pmd_slot_is_live(&t.s, 0, first));
	pmd_slot_give(slot);
	slot->generation = UINT16_MAX;
	EXPECT_EQ(t.take()->generation, 1);
}

TEST(PmdSlot, freed_slots_rest_longest)
{
	Table t(3);
	pmd_slot *a = t.take();

	pmd_slot_give(a);
	EXPECT_NE(t.take(), a);
	EXPECT_NE(t.take(), a);
	EXPECT_EQ(t.take(), a);
}

TEST(PmdSlot, by_spi)
{
	Table t(4, true);
	pmd_slot *slot = t.take(0x1002);

	EXPECT_EQ(pmd_slot_index(slot), 2u);
	EXPECT_EQ(t.take(0x2002), nullptr);
	pmd_slot_give(slot);
	EXPECT_NE(t.take(0x2002), nullptr);
	pmd_slots odd;
	EXPECT_FALSE(pmd_slot_init(&odd, 3, 0, true));
}

// What a dump showed is taken out of turn: no slot is lost or given twice by that.
TEST(PmdSlot, found_out_of_turn)
{
	Table t(4);
	pmd_slot_sa sa = {};
	std::set<pmd_slot *> seen;

	ASSERT_TRUE(pmd_slot_find(&t.s, 2, 7, &sa));
	EXPECT_FALSE(pmd_slot_find(&t.s, 2, 8, &sa));
	EXPECT_FALSE(pmd_slot_find(&t.s, 4, 8, &sa));
	EXPECT_FALSE(pmd_slot_find(&t.s, 1, 0, &sa));
	EXPECT_FALSE(pmd_slot_is_live(&t.s, 2, 7));
	pmd_slot *a = t.take();
	pmd_slot_give(&t.s.slot[2]);
	pmd_slot_give(a);
	for (int i = 0; i < 4; i++)
		seen.insert(t.take());
	EXPECT_EQ(seen.size(), 4u);
	EXPECT_EQ(seen.count(nullptr), 0u);
	EXPECT_EQ(t.take(), nullptr);
}

// docs/fw-interface.md 6.3: a deleted slot is free when the rx rings have passed the deletion.
TEST(PmdSlot, drains_in_order)
{
	Table t(2);
	pmd_slot *a = t.take(), *b = t.take();
	const uint32_t five[FWI_QUEUES_MAX] = { 5 }, six[FWI_QUEUES_MAX] = { 6 };
	uint32_t at = 5;

	pmd_slot_drain(a, five);
	pmd_slot_drain(b, six);
	pmd_slot_reclaim(&t.s, passed_below, &at);
	EXPECT_EQ(t.take(), a);
	EXPECT_EQ(t.take(), nullptr);
	pmd_slot_drain(a, six);
	at = 6;
	a->in_flight = 1; /* SA_ADD isn't answered yet */
	pmd_slot_reclaim(&t.s, passed_below, &at);
	EXPECT_EQ(t.take(), b);
	EXPECT_EQ(t.take(), nullptr);
	a->in_flight = 0;
	pmd_slot_reclaim(&t.s, passed_below, &at);
	EXPECT_EQ(t.take(), a);
}
