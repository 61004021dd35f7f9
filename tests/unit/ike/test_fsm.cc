#include <gtest/gtest.h>

#include <set>
#include <string>

#include "ike/fsm.h"

namespace
{

enum ike_state state(int i)
{
	return static_cast<enum ike_state>(i);
}

enum ike_event event(int i)
{
	return static_cast<enum ike_event>(i);
}

bool reaches_dead(enum ike_state from)
{
	std::set<int> seen = { from };
	std::set<int> next = seen;

	while (!next.empty()) {
		std::set<int> found;

		for (int s : next)
			for (int e = 0; e < IKE_E_COUNT; e++) {
				const struct ike_cell *c = ike_fsm_cell(state(s), event(e));

				if (c->ok == IKE_S_NONE)
					continue;
				for (int t : { c->ok, c->fail })
					if (seen.insert(t).second)
						found.insert(t);
			}
		next = found;
	}
	return seen.count(IKE_S_DEAD) != 0;
}

/* What happens in 's' when nobody says anything any more. */
const struct ike_cell *silence(enum ike_state s)
{
	switch (ike_fsm_state_wait(s)) {
	case IKE_WAIT_ANSWER:
		return ike_fsm_cell(s, IKE_E_NO_ANSWER);
	case IKE_WAIT_NEVER:
		return nullptr;
	default:
		return ike_fsm_cell(s, IKE_E_TIMEOUT);
	}
}

} // namespace

/* RFC7296-1-a */
TEST(IkeFsm, every_state_reaches_dead)
{
	for (int s = IKE_S_IDLE; s < IKE_S_COUNT; s++)
		EXPECT_TRUE(reaches_dead(state(s))) << ike_fsm_state_str(state(s));
}

TEST(IkeFsm, every_waiting_state_has_a_timeout_and_silence_ends_in_dead)
{
	for (int s = IKE_S_IDLE; s < IKE_S_DEAD; s++) {
		enum ike_state at = state(s);
		int steps = 0;

		if (silence(at) == nullptr) {
			/* IDLE and I_KEYED get their event at once; UP may last. */
			EXPECT_TRUE(at == IKE_S_IDLE || at == IKE_S_I_KEYED || at == IKE_S_UP) << ike_fsm_state_str(at);
			continue;
		}
		while (at != IKE_S_DEAD && steps++ < 6) {
			const struct ike_cell *c = silence(at);

			ASSERT_NE(c, nullptr) << ike_fsm_state_str(at);
			ASSERT_NE(c->ok, IKE_S_NONE) << ike_fsm_state_str(at);
			at = c->ok;
		}
		EXPECT_EQ(at, IKE_S_DEAD) << ike_fsm_state_str(state(s));
	}
}

TEST(IkeFsm, every_state_is_reached_and_dead_is_the_end)
{
	std::set<int> reached = { IKE_S_IDLE };

	for (int s = 0; s < IKE_S_COUNT; s++)
		for (int e = 0; e < IKE_E_COUNT; e++) {
			const struct ike_cell *c = ike_fsm_cell(state(s), event(e));

			if (s == IKE_S_NONE || s == IKE_S_DEAD) {
				EXPECT_EQ(c->ok, IKE_S_NONE);
			}
			if (c->ok == IKE_S_NONE) {
				EXPECT_EQ(c->action, nullptr);
				continue;
			}
			EXPECT_NE(c->fail, IKE_S_NONE);
			reached.insert(c->ok);
			reached.insert(c->fail);
		}
	for (int s = IKE_S_IDLE; s < IKE_S_COUNT; s++)
		EXPECT_TRUE(reached.count(s)) << ike_fsm_state_str(state(s));
}

TEST(IkeFsm, every_event_is_of_use_somewhere)
{
	for (int e = 0; e < IKE_E_COUNT; e++) {
		bool used = false;

		for (int s = 0; s < IKE_S_COUNT; s++)
			used |= ike_fsm_cell(state(s), event(e))->ok != IKE_S_NONE;
		EXPECT_TRUE(used) << ike_fsm_event_str(event(e));
	}
}

/* A message or event that waits for a key exchange comes again: its action must be there, and an attacker can't make an SA wait. */
TEST(IkeFsm, R_DEF_what_waits_for_a_key_exchange)
{
	unsigned count = 0;

	for (int s = 0; s < IKE_S_COUNT; s++)
		for (int e = 0; e < IKE_E_COUNT; e++)
			if (ike_fsm_cell(state(s), event(e))->need != nullptr) {
				EXPECT_NE(ike_fsm_cell(state(s), event(e))->action, nullptr);
				count++;
			}
	EXPECT_GE(count, 12u);
	EXPECT_EQ(ike_fsm_cell(IKE_S_IDLE, IKE_E_DELETE)->ok, IKE_S_DEAD) << "an initiator that waits for its share";
}

/* What is in clear can't end an SA: before there are keys only silence and the world do, afterwards nothing in clear is an event. */
/* RFC7296-2.4-a */
TEST(IkeFsm, no_unauthenticated_message_kills_an_initiator)
{
	for (enum ike_event e : { IKE_E_INIT_RESPONSE, IKE_E_INIT_COOKIE, IKE_E_INIT_GROUP, IKE_E_INIT_REFUSED, IKE_E_RESUME_RESPONSE })
		for (int s = IKE_S_IDLE; s < IKE_S_COUNT; s++) {
			const struct ike_cell *c = ike_fsm_cell(state(s), e);

			if (c->ok == IKE_S_NONE)
				continue;
			EXPECT_TRUE(s == IKE_S_I_INIT || s == IKE_S_I_RESUME) << s;
			EXPECT_EQ(c->fail, s);
		}
}
