/* The state machine of a session. */
#include "lab.h"

#include <set>
#include <string>

namespace
{

using namespace lab;

const auto states = [] {
	std::vector<enum session_state> all;

	for (int s = 0; s < SESSION_S_COUNT; s++)
		all.push_back(static_cast<enum session_state>(s));
	return all;
}();

const auto events = [] {
	std::vector<enum session_event> all;

	for (int e = 0; e < SESSION_E_COUNT; e++)
		all.push_back(static_cast<enum session_event>(e));
	return all;
}();

TEST(SessionFsm, states_and_events_have_names)
{
	std::set<std::string> names;

	for (enum session_state s : states) {
		names.insert(session_state_name(s));
		EXPECT_STRNE(session_state_word(s), "?");
		EXPECT_GT(strlen(session_fsm_state_text(s)), 5u);
	}
	for (enum session_event e : events) {
		EXPECT_GE(strlen(session_fsm_event_str(e)), 2u);
		EXPECT_GT(strlen(session_fsm_event_text(e)), 5u);
	}
	EXPECT_EQ(names.size(), size_t{ SESSION_S_COUNT });
	EXPECT_STREQ(session_state_word(SESSION_S_UP), "UP");
	EXPECT_STREQ(session_state_name(SESSION_S_COUNT), "?");
	EXPECT_STREQ(session_state_word(SESSION_S_COUNT), "?");
	EXPECT_STREQ(session_fsm_event_str(SESSION_E_INSTALL), "INSTALL");
}

/* The engine's end ends it, whatever it was about; nothing leads out of DEAD. */
TEST(SessionFsm, every_state_reaches_dead)
{
	for (enum session_state s : states)
		EXPECT_EQ(session_fsm_next(s, SESSION_E_DOWN), s == SESSION_S_DEAD ? SESSION_S_COUNT : SESSION_S_DEAD);
	for (enum session_event e : events)
		EXPECT_EQ(session_fsm_next(SESSION_S_DEAD, e), SESSION_S_COUNT);
}

/* The way up is one. */
TEST(SessionFsm, the_way_up_and_its_failures)
{
	const struct {
		enum session_state from;
		enum session_event event;
		enum session_state to;
	} way[] = {
		{ SESSION_S_NEW, SESSION_E_GRANT, SESSION_S_GRANTED },
		{ SESSION_S_GRANTED, SESSION_E_INSTALL, SESSION_S_INSTALLING },
		{ SESSION_S_INSTALLING, SESSION_E_PLACED, SESSION_S_READY },
		{ SESSION_S_READY, SESSION_E_UP, SESSION_S_UP },
	};

	for (const auto &w : way) {
		for (enum session_state s : states)
			EXPECT_EQ(session_fsm_next(s, w.event) == w.to && s != w.to, s == w.from) << session_state_name(s);
		EXPECT_EQ(session_fsm_next(w.from, w.event), w.to);
		EXPECT_EQ(session_fsm_next(w.from, SESSION_E_FAILED), w.from == SESSION_S_READY ? SESSION_S_COUNT : SESSION_S_CLOSING);
	}
	for (enum session_event e : { SESSION_E_INSTALL, SESSION_E_PLACED, SESSION_E_FAILED })
		EXPECT_EQ(session_fsm_next(SESSION_S_UP, e), SESSION_S_UP); /* of a successor */
}

class SessionStep : public Star
{
};

TEST_F(SessionStep, what_a_state_has_no_use_for_is_refused_and_logged)
{
	hub.must_load(HubConfig().text());
	struct session *s = session_new(hub.hub, IKE_RESPONDER);

	ASSERT_NE(s, nullptr);
	EXPECT_EQ(session_fsm_step(s, SESSION_E_UP), ERR_STATE);
	EXPECT_EQ(s->state, SESSION_S_NEW);
	EXPECT_TRUE(hub.logged("session.refused state=NEW event=UP"));
	EXPECT_EQ(session_fsm_step(s, SESSION_E_GRANT), ERR_OK);
	EXPECT_EQ(s->state, SESSION_S_GRANTED);
	session_free(s);
}

} // namespace
