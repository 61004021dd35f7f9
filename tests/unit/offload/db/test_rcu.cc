#include "db/db.h"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>

namespace
{

struct Thing {
	std::atomic<bool> alive{ true };
	int asked = 0;
	int again = 0; /* how often the fence isn't there yet */
};

enum err drop(void *ctx, void *object)
{
	Thing *t = static_cast<Thing *>(object);

	t->asked++;
	if (t->again-- > 0)
		return ERR_AGAIN;
	t->alive = false;
	(*static_cast<int *>(ctx))++;
	return ERR_OK;
}

} // namespace

TEST(Rcu, nothing_is_dropped_before_the_readers_passed)
{
	db_rcu *r;
	int dropped = 0;
	Thing t;

	ASSERT_EQ(db_rcu_new(&r, 2), ERR_OK);
	db_rcu_online(r, 0);
	db_rcu_online(r, 1);
	db_rcu_defer(r, drop, &dropped, &t);
	EXPECT_EQ(db_rcu_reclaim(r), 1u);
	db_rcu_quiescent(r, 0);
	EXPECT_EQ(db_rcu_reclaim(r), 1u);
	EXPECT_TRUE(t.alive);
	db_rcu_offline(r, 1); /* asleep: holds nothing */
	EXPECT_EQ(db_rcu_reclaim(r), 0u);
	EXPECT_FALSE(t.alive);
	db_rcu_offline(r, 0);
	db_rcu_free(r);
}

TEST(Rcu, a_fence_that_is_late_is_asked_again_and_holds_up_no_other)
{
	db_rcu *r;
	int dropped = 0;
	Thing late, quick;

	late.again = 2;
	ASSERT_EQ(db_rcu_new(&r, 1), ERR_OK);
	db_rcu_defer(r, drop, &dropped, &late);
	db_rcu_defer(r, drop, &dropped, &quick);
	EXPECT_EQ(db_rcu_reclaim(r), 1u);
	EXPECT_FALSE(quick.alive);
	EXPECT_TRUE(late.alive);
	EXPECT_EQ(db_rcu_reclaim(r), 1u);
	EXPECT_EQ(db_rcu_reclaim(r), 0u);
	EXPECT_EQ(late.asked, 3);
	EXPECT_EQ(dropped, 2);
	db_rcu_free(r);
}

/* Readers follow a pointer that the writer swaps and retires: none may ever see a dropped thing. */
TEST(Rcu, readers_never_see_what_was_dropped)
{
	constexpr int readers = 3;
	constexpr int swaps = 3000;
	static Thing things[swaps + 1];
	std::atomic<Thing *> shared{ &things[0] };
	std::atomic<bool> stop{ false };
	std::atomic<int> wrong{ 0 };
	std::vector<std::thread> threads;
	int dropped = 0;
	db_rcu *r;

	ASSERT_EQ(db_rcu_new(&r, readers), ERR_OK);
	for (uint32_t id = 0; id < readers; id++)
		threads.emplace_back([&, id] {
			db_rcu_online(r, id);
			for (int n = 0; !stop; n++) {
				Thing *t = shared.load(std::memory_order_acquire);

				for (int i = 0; i < 50; i++)
					wrong += t->alive ? 0 : 1;
				db_rcu_quiescent(r, id);
				if (n % 64 == 0) {
					db_rcu_offline(r, id);
					std::this_thread::yield();
					db_rcu_online(r, id);
				}
			}
			db_rcu_offline(r, id);
		});
	for (int i = 1; i <= swaps; i++) {
		Thing *old = shared.exchange(&things[i], std::memory_order_acq_rel);

		db_rcu_defer(r, drop, &dropped, old);
		db_rcu_reclaim(r);
	}
	stop = true;
	for (auto &t : threads)
		t.join();
	db_rcu_free(r);
	EXPECT_EQ(wrong, 0);
	EXPECT_EQ(dropped, swaps);
}

/* A FIB under change: what doesn't change is always found, what toggles is one of its two values. */
TEST(Rcu, fib_readers_see_old_or_new_never_between)
{
	db_pool pool = {};
	db_rcu *r;
	db_fib f;
	std::atomic<bool> stop{ false };
	std::atomic<int> wrong{ 0 };
	auto key = [](uint32_t a) { return db_key{ (uint64_t)a << 32, 0 }; };

	ASSERT_EQ(db_pool_init(&pool, sizeof(db_fib_node), 10000), ERR_OK);
	ASSERT_EQ(db_rcu_new(&r, 2), ERR_OK);
	db_fib_init(&f, &pool, r);
	ASSERT_EQ(db_fib_set(&f, key(0x0a000000), 8, 1), ERR_OK);
	ASSERT_EQ(db_fib_set(&f, key(0x0a010100), 24, 2), ERR_OK);
	std::vector<std::thread> threads;
	for (uint32_t id = 0; id < 2; id++)
		threads.emplace_back([&, id] {
			db_rcu_online(r, id);
			while (!stop) {
				for (uint32_t i = 0; i < 256; i++) {
					uint32_t hop = db_fib_lookup(&f, key(0x0a010200 + i));

					wrong += hop == 1 || hop == 1000 + i || hop == 7 ? 0 : 1;
				}
				wrong += db_fib_lookup(&f, key(0x0a010101)) == 2 ? 0 : 1;
				db_rcu_quiescent(r, id);
			}
			db_rcu_offline(r, id);
		});
	for (int round = 0; round < 60; round++) {
		for (uint32_t i = 0; i < 256; i++)
			ASSERT_EQ(db_fib_set(&f, key(0x0a010200 + i), 32, 1000 + i), ERR_OK);
		ASSERT_EQ(db_fib_set(&f, key(0x0a010200), 23, 7), ERR_OK);
		for (uint32_t i = 0; i < 256; i++)
			ASSERT_EQ(db_fib_set(&f, key(0x0a010200 + i), 32, 0), ERR_OK);
		ASSERT_EQ(db_fib_set(&f, key(0x0a010200), 23, 0), ERR_OK);
		db_rcu_reclaim(r);
	}
	stop = true;
	for (auto &t : threads)
		t.join();
	EXPECT_EQ(wrong, 0);
	db_fib_fini(&f);
	db_rcu_free(r);
	EXPECT_EQ(db_pool_used(&pool), 0u);
	db_pool_fini(&pool);
}
