#include <gtest/gtest.h>

#include <set>

#include "ike/rekey/attempt.h"
#include "ike/rekey/childfsm.h"

namespace
{

const struct ike_child_cell *cell(int s, int e)
{
	return ike_childfsm_cell(static_cast<enum ike_child_state>(s), static_cast<enum ike_child_event>(e));
}

const char *name(int s)
{
	return ike_childfsm_state_str(static_cast<enum ike_child_state>(s));
}

bool reaches_dead(int from)
{
	std::set<int> seen = { from }, next = seen;

	while (!next.empty()) {
		std::set<int> found;

		for (int s : next)
			for (int e = 0; e < IKE_CE_COUNT; e++)
				for (int t : { cell(s, e)->ok, cell(s, e)->fail })
					if (t != IKE_C_NONE && seen.insert(t).second)
						found.insert(t);
		next = found;
	}
	return seen.count(IKE_C_DEAD) != 0;
}

struct bytes view(const char *text)
{
	return bytes_str(text);
}

} // namespace

TEST(IkeChildFsm, every_state_reaches_dead_and_dead_is_the_end)
{
	for (int s = IKE_C_FIRST + 1; s < IKE_C_COUNT; s++)
		EXPECT_TRUE(reaches_dead(s)) << name(s);
	for (int e = 0; e < IKE_CE_COUNT; e++)
		EXPECT_EQ(cell(IKE_C_DEAD, e)->ok, IKE_C_NONE);
}

TEST(IkeChildFsm, every_state_that_waits_has_an_end)
{
	for (int s = IKE_C_FIRST + 1; s < IKE_C_DEAD; s++)
		switch (ike_childfsm_state_wait(static_cast<enum ike_child_state>(s))) {
		case IKE_WAIT_WORLD:
		case IKE_WAIT_OLD:
		case IKE_WAIT_FADE:
			EXPECT_NE(cell(s, IKE_CE_TIMEOUT)->ok, IKE_C_NONE) << name(s);
			EXPECT_NE(cell(s, IKE_CE_TIMEOUT)->ok, s) << name(s);
			break;
		default:
			break;
		}
}

/* RFC7296-2.25: whatever it is doing, a pair that the peer knows takes a request about it; but for those whose exchange excludes one. */
/* RFC7296-2.25.1-a */
TEST(IkeChildFsm, RFC7296_2_25_1_every_pair_that_the_peer_knows_takes_its_requests)
{
	const std::set<int> unknown = { IKE_C_NONE, IKE_C_FIRST, IKE_C_N_WAIT, IKE_C_N_LATER, IKE_C_N_ASK, IKE_C_N_DROP, IKE_C_LOST,
		IKE_C_FADE, IKE_C_DEAD };
	/* The peer waits for our answer, so that it can't ask: its window is 1. */
	const std::set<int> asked = { IKE_C_R_INSTALL, IKE_C_R_REKEY, IKE_C_X_REKEY, IKE_C_X_MADE };

	for (int s = 0; s < IKE_C_COUNT; s++) {
		if (unknown.count(s) != 0 || asked.count(s) != 0)
			continue;
		EXPECT_NE(cell(s, IKE_CE_PEER_DELETE)->ok, IKE_C_NONE) << name(s);
		if (s != IKE_C_I_INSTALL && s != IKE_C_I_HELD) {
			EXPECT_NE(cell(s, IKE_CE_PEER_REKEY)->ok, IKE_C_NONE) << name(s);
			EXPECT_NE(cell(s, IKE_CE_PEER_REKEY)->action, nullptr) << name(s) << ": it has to be answered";
		}
	}
}

/* While our request for a successor is under way every answer to it has its row. */
TEST(IkeChildFsm, every_answer_is_taken_while_our_request_is_under_way)
{
	for (int s : { IKE_C_I_REKEY, IKE_C_X_REKEY, IKE_C_X_DONE, IKE_C_LOST, IKE_C_CLOSE })
		for (int e : { IKE_CE_MADE, IKE_CE_LATER, IKE_CE_NEVER, IKE_CE_NOT_FOUND }) {
			EXPECT_NE(cell(s, e)->ok, IKE_C_NONE) << name(s);
			EXPECT_NE(cell(s, e)->action, nullptr) << name(s) << ": the attempt has to end";
		}
}

/* A usable pair goes only when the world, its lifetime or the peer says so, or when a successor is up. */
TEST(IkeChildFsm, make_before_break)
{
	const std::set<int> ends = { IKE_CE_DELETE, IKE_CE_HARD, IKE_CE_PEER_DELETE, IKE_CE_NOT_FOUND, IKE_CE_SUCCEEDED, IKE_CE_TIMEOUT };

	for (int s = 0; s < IKE_C_COUNT; s++)
		for (int e = 0; e < IKE_CE_COUNT; e++) {
			enum ike_child_kind from = ike_childfsm_state_kind(static_cast<enum ike_child_state>(s));
			const struct ike_child_cell *c = cell(s, e);

			if ((from != IKE_CHILD_LIVE && from != IKE_CHILD_MOVING) || c->ok == IKE_C_NONE)
				continue;
			if (ike_childfsm_state_kind(c->ok) == IKE_CHILD_GONE || ike_childfsm_state_kind(c->fail) == IKE_CHILD_GONE) {
				EXPECT_TRUE(ends.count(e))
					<< name(s) << " " << ike_childfsm_event_str(static_cast<enum ike_child_event>(e));
			}
		}
}

TEST(IkeChildFsm, every_event_is_of_use_somewhere)
{
	for (int e = 0; e < IKE_CE_COUNT; e++) {
		bool used = false;

		for (int s = 0; s < IKE_C_COUNT; s++)
			used |= cell(s, e)->ok != IKE_C_NONE;
		EXPECT_TRUE(used) << ike_childfsm_event_str(static_cast<enum ike_child_event>(e));
	}
}

/* RFC7296-2.8-e */
TEST(IkeAttempt, RFC7296_2_8_1_the_lower_nonce_octet_by_octet_the_shorter_first)
{
	EXPECT_TRUE(bytes_eq(ike_attempt_lower(view("abc"), view("abd")), view("abc")));
	EXPECT_TRUE(bytes_eq(ike_attempt_lower(view("b"), view("abcd")), view("abcd")));
	EXPECT_TRUE(bytes_eq(ike_attempt_lower(view("abcd"), view("abc")), view("abc")));
	EXPECT_TRUE(bytes_eq(ike_attempt_lower(view("\x80"), view("\x7f")), view("\x7f"))) << "octets have no sign";
}

/* RFC7296-2.8-e */
TEST(IkeAttempt, RFC7296_2_8_1_the_exchange_with_the_lowest_of_four_nonces_made_the_redundant_one)
{
	struct ike_attempt a = {};

	memset(a.nonce, 'm', sizeof(a.nonce));
	EXPECT_FALSE(ike_attempt_redundant(&a, view("a"))) << "nothing crossed it";
	ASSERT_EQ(ike_attempt_cross(&a, 7, view("k"), view("z")), ERR_OK);
	EXPECT_FALSE(ike_attempt_redundant(&a, view("l")));
	EXPECT_TRUE(ike_attempt_redundant(&a, view("j")));
	ASSERT_EQ(ike_attempt_cross(&a, 7, view("y"), view("n")), ERR_OK);
	EXPECT_TRUE(ike_attempt_redundant(&a, view("z")));
	ike_attempt_uncross(&a);
	EXPECT_FALSE(ike_attempt_redundant(&a, view("a")));
	EXPECT_EQ(a.rival, 0u);
}
