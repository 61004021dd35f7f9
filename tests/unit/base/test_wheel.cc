#include "base/wheel.h"

#include <cstddef>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace
{
struct Fired {
	int id;
	uint64_t wheel_ms; /* the wheel's own time when it fired */
	uint64_t now_ms;
	bool operator==(const Fired &) const = default;
};

struct Timer {
	struct wheel_timer t = {};
	int id = 0;
	struct wheel *wheel = nullptr;
	std::vector<Fired> *log = nullptr;
	uint64_t again_ms = 0; /* re-arms to this when not 0 */
	Timer *kills = nullptr;
};

void expired(struct wheel_timer *t, uint64_t now_ms)
{
	Timer *self = list_of(t, Timer, t);

	self->log->push_back({ self->id, self->wheel->now_ms, now_ms });
	if (self->kills != nullptr)
		wheel_disarm(self->wheel, &self->kills->t);
	if (self->again_ms != 0) {
		uint64_t due = self->again_ms;

		self->again_ms = 0;
		wheel_arm(self->wheel, t, due);
	}
}

class Wheel : public ::testing::Test
{
      protected:
	struct wheel w;
	std::vector<Fired> log;

	void SetUp() override
	{
		wheel_init(&w, 0);
	}

	Timer make(int id)
	{
		Timer t;

		t.t.expired = expired;
		t.id = id;
		t.wheel = &w;
		t.log = &log;
		return t;
	}

	/* Runs to 'until' the way a loop does: to wheel_next each time. */
	void run(uint64_t until)
	{
		while (wheel_next(&w) <= until)
			wheel_advance(&w, wheel_next(&w));
		wheel_advance(&w, until);
	}
};
} // namespace

TEST_F(Wheel, idle_wheel_has_no_next_and_just_moves_on)
{
	EXPECT_EQ(wheel_next(&w), UINT64_MAX);
	wheel_advance(&w, 123456789);
	EXPECT_EQ(w.now_ms, 123456789u);
	wheel_advance(&w, 5); /* never backwards */
	EXPECT_EQ(w.now_ms, 123456789u);
}

TEST_F(Wheel, fires_in_order_of_time_not_of_arming)
{
	Timer a = make(1), b = make(2), c = make(3);

	wheel_arm(&w, &a.t, 300);
	wheel_arm(&w, &b.t, 7);
	wheel_arm(&w, &c.t, 70);
	EXPECT_EQ(w.armed, 3u);
	wheel_advance(&w, 1000);
	EXPECT_EQ(log, (std::vector<Fired>{ { 2, 7, 1000 }, { 3, 70, 1000 }, { 1, 300, 1000 } }));
	EXPECT_EQ(w.armed, 0u);
	EXPECT_FALSE(wheel_armed(&a.t));
}

TEST_F(Wheel, same_time_fires_in_order_of_arming)
{
	Timer a = make(1), b = make(2);

	wheel_arm(&w, &a.t, 50);
	wheel_arm(&w, &b.t, 50);
	wheel_advance(&w, 50);
	ASSERT_EQ(log.size(), 2u);
	EXPECT_EQ(log[0].id, 1);
	EXPECT_EQ(log[1].id, 2);
}

TEST_F(Wheel, every_cascade_border_is_exact)
{
	for (uint64_t border = 64, level = 1; level <= 6; border *= 64, level++)
		for (int64_t off = -1; off <= 1; off++)
			for (uint64_t start : { UINT64_C(0), UINT64_C(1), border / 2, border - 1 }) {
				uint64_t due = border + static_cast<uint64_t>(off);
				Timer t = make(1);

				if (due <= start)
					continue;
				log.clear();
				wheel_init(&w, start);
				wheel_arm(&w, &t.t, due);
				wheel_advance(&w, due - 1);
				EXPECT_TRUE(log.empty()) << "early: due " << due << " from " << start;
				wheel_advance(&w, due);
				ASSERT_EQ(log.size(), 1u) << "late: due " << due << " from " << start;
				EXPECT_EQ(log[0].wheel_ms, due);
			}
}

TEST_F(Wheel, timer_in_a_higher_slot_fires_at_its_own_time_after_the_cascade)
{
	Timer first = make(1), second = make(2), third = make(3);

	wheel_arm(&w, &first.t, 4096);
	wheel_arm(&w, &second.t, 4096 + 64);
	wheel_arm(&w, &third.t, 4096 + 130);
	run(10000);
	EXPECT_EQ(log, (std::vector<Fired>{ { 1, 4096, 4096 }, { 2, 4160, 4160 }, { 3, 4226, 4226 } }));
}

TEST_F(Wheel, next_is_never_late_and_reaches_the_timer)
{
	for (uint64_t due : { 1u, 63u, 64u, 65u, 4095u, 4096u, 4097u, 262144u, 262145u, 16777217u }) {
		Timer t = make(1);
		int wakes = 0;

		log.clear();
		wheel_init(&w, 0);
		wheel_arm(&w, &t.t, due);
		while (log.empty()) {
			uint64_t next = wheel_next(&w);

			ASSERT_LE(next, due);
			ASSERT_GT(next, w.now_ms);
			wheel_advance(&w, next);
			ASSERT_LE(++wakes, WHEEL_LEVELS);
		}
		EXPECT_EQ(log[0].wheel_ms, due);
	}
}

TEST_F(Wheel, past_time_fires_at_the_next_advance)
{
	Timer t = make(1);

	wheel_init(&w, 1000);
	wheel_arm(&w, &t.t, 10);
	EXPECT_EQ(wheel_next(&w), 1000u);
	EXPECT_TRUE(log.empty());
	wheel_advance(&w, 1000);
	EXPECT_EQ(log, (std::vector<Fired>{ { 1, 1000, 1000 } }));
	EXPECT_EQ(wheel_next(&w), UINT64_MAX);
}

TEST_F(Wheel, a_time_that_has_come_goes_before_later_ones)
{
	Timer now = make(1), later = make(2);

	wheel_init(&w, 1000);
	wheel_arm(&w, &later.t, 1001);
	wheel_arm(&w, &now.t, 1000);
	wheel_advance(&w, 2000);
	EXPECT_EQ(log, (std::vector<Fired>{ { 1, 1000, 2000 }, { 2, 1001, 2000 } }));
}

TEST_F(Wheel, callback_may_rearm_itself_within_the_same_advance)
{
	Timer t = make(1);

	t.again_ms = 64;
	wheel_arm(&w, &t.t, 63);
	wheel_advance(&w, 100);
	EXPECT_EQ(log, (std::vector<Fired>{ { 1, 63, 100 }, { 1, 64, 100 } }));
}

TEST_F(Wheel, callback_may_rearm_itself_into_the_past_without_looping)
{
	Timer t = make(1);

	t.again_ms = 1;
	wheel_arm(&w, &t.t, 64);
	wheel_advance(&w, 64);
	EXPECT_EQ(log.size(), 1u);
	EXPECT_TRUE(wheel_armed(&t.t));
	EXPECT_EQ(wheel_next(&w), 64u);
	t.again_ms = 1;
	wheel_advance(&w, 64);
	EXPECT_EQ(log.size(), 2u);
	wheel_advance(&w, 100); /* a long advance doesn't leave it behind */
	EXPECT_EQ(log, (std::vector<Fired>{ { 1, 64, 64 }, { 1, 64, 64 }, { 1, 64, 100 } }));
}

TEST_F(Wheel, callback_that_arms_for_now_runs_again_within_a_long_advance)
{
	Timer t = make(1);

	t.again_ms = 1;
	wheel_arm(&w, &t.t, 64);
	wheel_advance(&w, 100);
	EXPECT_EQ(log, (std::vector<Fired>{ { 1, 64, 100 }, { 1, 65, 100 } }));
}

TEST_F(Wheel, callback_may_disarm_a_timer_of_the_same_tick)
{
	Timer a = make(1), b = make(2);

	a.kills = &b;
	wheel_arm(&w, &a.t, 50);
	wheel_arm(&w, &b.t, 50);
	wheel_advance(&w, 60);
	EXPECT_EQ(log.size(), 1u);
	EXPECT_EQ(w.armed, 0u);
}

TEST_F(Wheel, arming_again_moves_and_disarming_twice_is_nothing)
{
	Timer t = make(1);

	wheel_arm(&w, &t.t, 50);
	wheel_arm(&w, &t.t, 5000);
	EXPECT_EQ(w.armed, 1u);
	wheel_advance(&w, 4999);
	EXPECT_TRUE(log.empty());
	wheel_disarm(&w, &t.t);
	wheel_disarm(&w, &t.t);
	EXPECT_EQ(w.armed, 0u);
	wheel_advance(&w, 10000);
	EXPECT_TRUE(log.empty());
}

TEST_F(Wheel, longer_than_the_wheel_is_round_still_fires_on_time)
{
	const uint64_t span = UINT64_C(1) << 36; /* two years */
	Timer near = make(1), far = make(2);

	wheel_arm(&w, &far.t, span * 3 + 17);
	wheel_arm(&w, &near.t, 5);
	run(span * 3 + 16);
	EXPECT_EQ(log.size(), 1u);
	run(span * 3 + 17);
	ASSERT_EQ(log.size(), 2u);
	EXPECT_EQ(log[1].wheel_ms, span * 3 + 17);
}

TEST_F(Wheel, long_jump_fires_all_each_at_its_time)
{
	std::mt19937_64 random(7);
	std::vector<Timer> timers;
	std::multimap<uint64_t, int> due;

	wheel_init(&w, 987654321);
	timers.reserve(2000);
	for (int i = 0; i < 2000; i++)
		timers.push_back(make(i));
	for (Timer &t : timers) {
		uint64_t ms = w.now_ms + 1 + random() % (UINT64_C(1) << (1 + random() % 36));

		wheel_arm(&w, &t.t, ms);
		due.emplace(ms, t.id);
	}
	wheel_advance(&w, UINT64_C(1) << 40);
	ASSERT_EQ(log.size(), timers.size());
	auto expect = due.begin();
	for (const Fired &f : log)
		EXPECT_EQ(f.wheel_ms, (expect++)->first);
}

TEST_F(Wheel, random_arming_and_stepping_agrees_with_a_sorted_map)
{
	std::mt19937_64 random(11);
	std::vector<Timer> timers;

	for (int i = 0; i < 50; i++)
		timers.push_back(make(i));
	for (int step = 0; step < 5000; step++) {
		Timer &t = timers[random() % timers.size()];
		uint64_t target = w.now_ms + random() % 300;

		wheel_arm(&w, &t.t, w.now_ms + 1 + random() % 20000);
		log.clear();
		std::multimap<uint64_t, int> due;
		for (Timer &each : timers)
			if (wheel_armed(&each.t) && each.t.due_ms <= target)
				due.emplace(each.t.due_ms, each.id);
		wheel_advance(&w, target);
		ASSERT_EQ(log.size(), due.size());
		auto expect = due.begin();
		for (const Fired &f : log)
			EXPECT_EQ(f.wheel_ms, (expect++)->first);
	}
}
