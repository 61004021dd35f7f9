#include "pmd/event.h"

#include <gtest/gtest.h>

TEST(PmdEvent, full_queue_tells_what_it_lost)
{
	static pmd_events q;
	rte_pmd_nave_event e = {};

	for (uint32_t i = 0; i < PMD_EVENTS + 3; i++) {
		e.value = i;
		pmd_event_put(&q, &e);
	}
	ASSERT_TRUE(pmd_event_take(&q, &e));
	EXPECT_EQ(e.value, 0u);
	e.value = 999;
	pmd_event_put(&q, &e);
	for (int i = 1; i < PMD_EVENTS; i++)
		ASSERT_TRUE(pmd_event_take(&q, &e));
	EXPECT_EQ(e.lost, 0u);
	ASSERT_TRUE(pmd_event_take(&q, &e));
	EXPECT_EQ(e.value, 999u);
	EXPECT_EQ(e.lost, 3u);
	EXPECT_FALSE(pmd_event_take(&q, &e));
}
