#include "pmd/fence.h"

#include <gtest/gtest.h>

namespace
{

bool is_answered(void *, const pmd_fence *f)
{
	return f->posted == 0;
}

} // namespace

TEST(PmdFence, passes_in_order)
{
	pmd_fences f = {};
	uint32_t a, b;
	pmd_fence *one = pmd_fence_take(&f, &a);
	pmd_fence *two = pmd_fence_take(&f, &b);

	one->posted = 1;
	two->posted = 0;
	pmd_fence_advance(&f, is_answered, nullptr);
	EXPECT_FALSE(pmd_fence_passed(&f, a));
	EXPECT_FALSE(pmd_fence_passed(&f, b));
	one->posted = 0;
	pmd_fence_advance(&f, is_answered, nullptr);
	EXPECT_TRUE(pmd_fence_passed(&f, a));
	EXPECT_TRUE(pmd_fence_passed(&f, b));
}

TEST(PmdFence, newest_is_shared_when_full)
{
	pmd_fences f = {};
	uint32_t tag, last;

	for (int i = 0; i < PMD_FENCES; i++)
		pmd_fence_take(&f, &last)->posted = 1;
	pmd_fence *shared = pmd_fence_take(&f, &tag);
	EXPECT_EQ(tag, last);
	EXPECT_EQ(shared->posted, 1u); // what it stood for still counts
	pmd_fence_end(&f);
	EXPECT_TRUE(pmd_fence_passed(&f, tag));
}
