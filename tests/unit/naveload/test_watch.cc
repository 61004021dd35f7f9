#include <gtest/gtest.h>

#include <unistd.h>

#include "naveload/watch.h"

TEST(NaveloadWatch, reads_this_process)
{
	struct naveload_usage a, b;
	volatile unsigned sink = 0;

	ASSERT_EQ(naveload_watch_read(static_cast<uint32_t>(getpid()), &a), ERR_OK);
	for (unsigned i = 0; i < 50000000; i++)
		sink = sink + i;
	ASSERT_EQ(naveload_watch_read(static_cast<uint32_t>(getpid()), &b), ERR_OK);
	EXPECT_GT(b.cpu_us, a.cpu_us);
	EXPECT_GT(b.rss_bytes, 100000u);
}

TEST(NaveloadWatch, a_process_that_is_not_there)
{
	struct naveload_usage u;
	struct naveload_cost c;

	EXPECT_EQ(naveload_watch_read(0x7ffffffe, &u), ERR_ABSENT);
	naveload_watch_begin(&c, 0x7ffffffe);
	EXPECT_FALSE(c.known);
	naveload_watch_add(&c, true);
	EXPECT_FALSE(c.known);
}

TEST(NaveloadWatch, adds_up_what_lies_between_mark_and_add)
{
	struct naveload_cost c;

	naveload_watch_begin(&c, static_cast<uint32_t>(getpid()));
	naveload_watch_mark(&c);
	naveload_watch_add(&c, true);
	ASSERT_TRUE(c.known);
	uint64_t once = c.cpu_us;
	naveload_watch_mark(&c);
	naveload_watch_add(&c, false);
	EXPECT_GE(c.cpu_us, once);
}
