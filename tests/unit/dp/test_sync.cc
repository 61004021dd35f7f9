#include <algorithm>
#include <set>

#include "lab.h"

namespace
{

using lab::owner;

struct Sync : lab::Lab {
};

TEST_F(Sync, sends_what_was_put_in_order_and_in_few_transactions)
{
	owner &o = own();

	put_base();
	for (uint32_t n = 1; n <= 5; n++)
		put_session(n, &o);
	EXPECT_EQ(o.base.waiting, 20u);
	run(10);
	EXPECT_EQ(o.base.waiting, 0u);
	EXPECT_EQ(o.calls, 20u);
	EXPECT_EQ(model_counts().objects, 23u);
	EXPECT_EQ(model_counts().transactions, 1u);
	EXPECT_TRUE(dp_sync_settled(sync));
	expect_clean();
}

TEST_F(Sync, tells_placement_and_reason)
{
	owner &o = own();
	dp_result r{};

	dp_model_limit(model)->inline_sas = 1;
	put_base();
	run(10); /* with the link up SAs are put in this order */
	put_session(1, &o);
	run(10);
	r = o.last[lab::form(samples::blank_sa(2), true)];
	EXPECT_EQ(r.placement, DP_PLACE_INLINE_PROTOCOL);
	EXPECT_EQ(r.reason, DP_WHY_NONE);
	r = o.last[lab::form(samples::blank_sa(3), true)];
	EXPECT_EQ(r.placement, DP_PLACE_SOFT);
	EXPECT_EQ(r.reason, DP_WHY_TABLE_FULL);
	EXPECT_NE(r.state.store, 0u);

	dp_event e{};
	e.kind = DP_EV_PLACEMENT;
	e.id = 3;
	e.placement = DP_PLACE_INLINE_PROTOCOL;
	dp_fake_event(fake, &e);
	dp_op what = samples::blank(DP_DEL_SA);
	what.u.sa.id = 3;
	ASSERT_TRUE(dp_sync_result(sync, &what, &r));
	EXPECT_EQ(r.placement, DP_PLACE_INLINE_PROTOCOL);
}

TEST_F(Sync, who_waits_hears_when_what_was_wanted_is_answered)
{
	struct waiter {
		dp_wait base{};
		unsigned heard = 0;
	} w;

	w.base.done = [](dp_wait *base) { list_of(base, waiter, base)->heard++; };
	put_base();
	run(10);
	dp_fake_delay(fake, 50);
	put_session(1, &own());
	dp_sync_wait(sync, &w.base);
	run(40);
	EXPECT_EQ(w.heard, 0u);
	put_session(2, &own()); /* later: not waited for */
	run(25);
	EXPECT_EQ(w.heard, 1u);
	EXPECT_FALSE(dp_sync_settled(sync));
	run(100);
	EXPECT_EQ(w.heard, 1u);

	dp_sync_wait(sync, &w.base); /* for nothing */
	EXPECT_EQ(w.heard, 1u);
	run(1);
	EXPECT_EQ(w.heard, 2u);

	put_session(3, &own());
	dp_sync_wait(sync, &w.base);
	run(10);
	dp_fake_drop(fake, 0);
	EXPECT_EQ(w.heard, 3u);

	dp_sync_wait(sync, &w.base);
	dp_sync_unwait(&w.base);
	run(100);
	EXPECT_EQ(w.heard, 3u);
}

TEST_F(Sync, the_same_put_again_sends_nothing)
{
	owner &o = own();

	put_base();
	put_session(1, &o);
	run(10);
	uint64_t before = model_counts().operations;
	put_session(1, &o);
	EXPECT_EQ(o.base.waiting, 0u);
	run(10);
	EXPECT_EQ(model_counts().operations, before);
}

TEST_F(Sync, a_lost_link_alone_sends_nothing_again)
{
	owner &o = own();

	put_base();
	put_session(1, &o);
	run(10);
	uint64_t before = model_counts().operations;
	dp_fake_drop(fake, 0);
	run(1000);
	dp_fake_raise(fake);
	run(10);
	EXPECT_TRUE(dp_sync_settled(sync));
	EXPECT_EQ(model_counts().operations, before);
	EXPECT_EQ(sync_counts().dumps, 2u);
}

TEST_F(Sync, changes_while_the_link_is_down_are_sent_when_it_is_up)
{
	owner &o = own();

	put_base();
	put_session(1, &o);
	run(10);
	dp_fake_drop(fake, 0);
	put_session(2, &o);
	dp_sync_del(sync, std::make_unique<dp_op>(samples::del(samples::route("10.0.1.0/24", DP_ROUTE_TUNNEL, 1))).get());
	dp_fake_raise(fake);
	run(10);
	EXPECT_EQ(o.base.waiting, 0u);
	EXPECT_EQ(model_counts().objects, 3u + 3u + 4u);
	expect_clean();
}

/* sa-state.md 5, 6: the state outlived navedp, so its SAs go in again where they were. */
TEST_F(Sync, a_datapath_that_died_gets_everything_back_with_its_state)
{
	owner &o = own();

	put_base();
	for (uint32_t n = 1; n <= 20; n++)
		put_session(n, &o);
	run(20);
	auto before = lab::contents(model);
	restart_datapath(false);
	EXPECT_EQ(model_counts().objects, 0u);
	run(20);
	EXPECT_EQ(lab::contents(model), before);
	EXPECT_TRUE(o.lost.empty());
	expect_clean();
}

/* sa-state.md 4: an SA whose state is gone is never put again. */
TEST_F(Sync, lost_state_means_rekey_never_a_fresh_start)
{
	owner &o = own();

	put_base();
	put_session(1, &o);
	put_session(2, &o);
	run(10);
	restart_datapath(true);
	run(10);
	EXPECT_EQ(o.lost.size(), 4u);
	EXPECT_EQ(model_counts().objects, 3u + 2 * 2u); /* tunnels and routes stand, dropping */
	run(600000);
	EXPECT_EQ(o.lost.size(), 4u);
	EXPECT_EQ(put(samples::sa(2, 1, DP_IN), &o), ERR_NEEDS_REKEY);

	/* The owner rekeys. */
	EXPECT_EQ(del(samples::blank_sa(2)), ERR_OK);
	EXPECT_EQ(del(samples::blank_sa(3)), ERR_OK);
	EXPECT_EQ(put(samples::sa(102, 1, DP_IN), &o), ERR_OK);
	EXPECT_EQ(put(samples::sa(103, 1, DP_OUT), &o), ERR_OK);
	EXPECT_EQ(put(samples::tunnel(1, 103), &o), ERR_OK);
	run(10);
	EXPECT_EQ(o.base.waiting, 0u);
	EXPECT_EQ(model_counts().objects, 3u + 2 * 2u + 2u);
	expect_clean();
}

TEST_F(Sync, an_unknown_outcome_that_was_applied_is_learnt_from_the_dump)
{
	owner &o = own();

	put_base();
	run(10);
	dp_fake_hold(fake, true);
	put_session(1, &o);
	run(5);
	EXPECT_EQ(dp_fake_pending(fake), 1u);
	dp_fake_drop(fake, 1);
	dp_fake_hold(fake, false);
	dp_fake_raise(fake);
	run(10);
	EXPECT_EQ(o.base.waiting, 0u);
	EXPECT_TRUE(o.lost.empty());
	restart_datapath(false); /* the state's name was learnt too */
	run(10);
	EXPECT_TRUE(o.lost.empty());
	EXPECT_EQ(model_counts().objects, 7u);
	expect_clean();
}

/* sa-state.md 4: nobody knows whether that key was active: it goes in no more. */
TEST_F(Sync, an_unknown_outcome_that_left_no_trace_means_rekey)
{
	owner &o = own();

	put_base();
	run(10);
	dp_fake_hold(fake, true);
	put_session(1, &o);
	run(5);
	restart_datapath(true, 1); /* applied, and then everything died */
	dp_fake_hold(fake, false);
	run(10);
	EXPECT_EQ(o.lost.size(), 2u);
	EXPECT_EQ(o.base.waiting, 0u);
	EXPECT_EQ(sync_counts().lost, 2u);
	expect_clean();
}

/* sa-state.md 7 */
TEST_F(Sync, a_control_without_memory_orphans_and_does_not_delete)
{
	owner &o = own();

	put_base();
	put_session(1, &o);
	run(10);
	auto before = lab::contents(model);
	restart_control();
	put_base();
	run(DP_NUDGE_MS - 100);
	EXPECT_EQ(lab::contents(model), before);
	EXPECT_EQ(sync_counts().orphans, 4u);
	run(DP_GRACE_MS - DP_NUDGE_MS);
	EXPECT_EQ(sync_counts().orphans, 3u); /* all but the outbound SA */
	EXPECT_EQ(model_counts().objects, 6u);
	run(200);
	EXPECT_EQ(sync_counts().orphans, 0u);
	EXPECT_EQ(model_counts().objects, 3u);
	expect_clean();
}

TEST_F(Sync, an_orphan_that_is_put_is_claimed_as_it_runs)
{
	owner &o = own();
	owner &heir = own();

	put_base();
	put_session(1, &o);
	run(10);
	auto before = lab::contents(model);
	uint64_t operations = model_counts().operations;
	restart_control();
	run(10);
	put_base();
	put_session(1, &heir); /* a control that keeps its IKE SAs knows the keys */
	EXPECT_EQ(heir.base.waiting, 0u);
	run(2 * DP_GRACE_MS);
	EXPECT_EQ(lab::contents(model), before);
	EXPECT_EQ(model_counts().operations, operations);
	restart_datapath(false);
	run(10);
	EXPECT_EQ(lab::contents(model), before);
	EXPECT_TRUE(heir.lost.empty());
	expect_clean();
}

TEST_F(Sync, new_ids_avoid_those_the_datapath_shows)
{
	owner &o = own();

	put_base();
	put_session(1, &o);
	run(10);
	restart_control(0);
	run(10);
	EXPECT_EQ(dp_sync_new_id(sync, DP_CLASS_TUNNEL), 2u);
	EXPECT_EQ(dp_sync_new_id(sync, DP_CLASS_SA), 4u);
}

/* Whether each tunnel of the datapath names an SA that is there. */
bool tunnels_can_send(dp_model *model)
{
	std::vector<dp_item> items;
	std::set<uint32_t> sas;

	(void)lab::contents(model, &items);
	for (const dp_item &item : items)
		if (item.op.kind == DP_PUT_SA)
			sas.insert(item.op.u.sa.id);
	return std::all_of(items.begin(), items.end(),
		[&](const dp_item &item) { return item.op.kind != DP_PUT_TUNNEL || sas.count(item.op.u.tunnel.sa_out) != 0; });
}

/* Make before break. */
TEST_F(Sync, a_rekey_never_leaves_the_tunnel_without_an_sa)
{
	owner &o = own();

	put_base();
	put_session(1, &o);
	run(10);
	for (uint32_t round = 1; round < 20; round++) {
		EXPECT_EQ(del(samples::blank_sa(round == 1 ? 3 : 100 + round - 1)), ERR_OK);
		EXPECT_EQ(put(samples::tunnel(1, 100 + round), &o), ERR_OK);
		EXPECT_EQ(put(samples::sa(100 + round, 1, DP_OUT), &o), ERR_OK);
		for (unsigned tick = 0; tick < 6; tick++) {
			run(1);
			EXPECT_TRUE(tunnels_can_send(model)) << round << "." << tick;
		}
	}
	EXPECT_EQ(model_counts().objects, 7u);
	expect_clean();
}

/* The same when it takes several transactions, and all but the first never arrive. */
TEST_F(Sync, many_rekeys_at_once_break_no_tunnel_half_way)
{
	owner &o = own();

	put_base();
	for (uint32_t n = 1; n <= 50; n++)
		put_session(n, &o);
	run(20);
	dp_fake_hold(fake, true);
	for (uint32_t n = 1; n <= 50; n++) {
		EXPECT_EQ(put(samples::tunnel(n, 1000 + n), &o), ERR_OK);
		EXPECT_EQ(put(samples::sa(1000 + n, n, DP_OUT), &o), ERR_OK);
		EXPECT_EQ(del(samples::blank_sa(2 * n + 1)), ERR_OK);
	}
	run(5);
	EXPECT_GE(dp_fake_pending(fake), 2u);
	dp_fake_drop(fake, 1);
	EXPECT_TRUE(tunnels_can_send(model));
	dp_fake_hold(fake, false);
	dp_fake_raise(fake);
	run(20);
	EXPECT_EQ(o.lost.size(), 18u); /* those whose put was on its way: nobody knows whether they were active */
	expect_clean();
}

TEST_F(Sync, one_refusal_harms_nobody_else_and_is_tried_again)
{
	owner &good = own();
	owner &bad = own();

	put_base();
	run(10);
	dp_model_limit(model)->sas = 2;
	put_session(1, &good);
	ASSERT_EQ(put(samples::sa(50, 1, DP_IN), &bad), ERR_OK);
	run(20);
	EXPECT_EQ(good.base.waiting, 0u);
	EXPECT_EQ(good.of(samples::blank_sa(2)), ERR_OK);
	EXPECT_EQ(bad.of(samples::blank_sa(50)), ERR_FULL);
	EXPECT_EQ(sync_counts().failing, 1u);
	unsigned calls = bad.calls;
	uint64_t operations = model_counts().operations;
	run(60000);
	EXPECT_EQ(bad.calls, calls); /* the same outcome is no news */
	EXPECT_GT(model_counts().operations, operations + 3);
	EXPECT_LT(model_counts().operations, operations + 10);
	dp_model_limit(model)->sas = UINT32_MAX;
	run(70000);
	EXPECT_EQ(bad.of(samples::blank_sa(50)), ERR_OK);
	EXPECT_EQ(sync_counts().failing, 0u);
	expect_clean();
}

TEST_F(Sync, what_names_nothing_waits_without_being_sent)
{
	owner &o = own();

	put_base();
	ASSERT_EQ(put(samples::route("10.0.0.0/8", DP_ROUTE_TUNNEL, 9), &o), ERR_OK);
	run(10);
	EXPECT_EQ(o.base.waiting, 0u);
	EXPECT_EQ(o.of(samples::route("10.0.0.0/8", DP_ROUTE_TUNNEL, 9)), ERR_ABSENT);
	ASSERT_EQ(put(samples::tunnel(9)), ERR_OK);
	run(3000);
	EXPECT_EQ(o.of(samples::route("10.0.0.0/8", DP_ROUTE_TUNNEL, 9)), ERR_OK);
	expect_clean();
}

TEST_F(Sync, a_device_reset_takes_the_same_path)
{
	owner &o = own();
	dp_event e{};

	put_base();
	put_session(1, &o);
	run(10);
	auto before = lab::contents(model);
	dp_op gone = samples::blank(DP_DEL_SA);
	gone.u.sa.id = 2;
	dp_model_lose(model, &gone);
	e.kind = DP_EV_DEVICE;
	e.id = 1;
	e.up = true;
	dp_fake_event(fake, &e);
	run(10);
	EXPECT_EQ(lab::contents(model), before);
	EXPECT_EQ(sync_counts().dumps, 2u);
	expect_clean();
}

TEST_F(Sync, an_sa_keeps_its_key_and_changes_the_rest)
{
	owner &o = own();

	put_base();
	put_session(1, &o);
	run(10);
	dp_op moved = samples::sa(2, 1, DP_IN);
	secret_fini(&moved.u.sa.key);
	secret_fini(&moved.u.sa.integ_key);
	moved.u.sa.remote.port = 7777;
	EXPECT_EQ(put(moved, &o), ERR_OK); /* the peer moved; nobody had the keys at hand */
	run(10);
	EXPECT_EQ(o.base.waiting, 0u);
	dp_op other = samples::sa(2, 1, DP_IN);
	other.u.sa.key.data[9] ^= 1;
	EXPECT_EQ(put(other, &o), ERR_EXISTS);
	other = samples::sa(2, 1, DP_IN);
	other.u.sa.spi++;
	EXPECT_EQ(put(other, &o), ERR_EXISTS);
	owner &stranger = own();
	EXPECT_EQ(put(samples::tunnel(1), &stranger), ERR_BUSY);
	restart_datapath(false);
	run(10);
	EXPECT_TRUE(o.lost.empty());
	expect_clean();
}

TEST_F(Sync, a_deleted_sa_does_not_come_back_under_its_id)
{
	owner &o = own();

	put_base();
	put_session(1, &o);
	run(10);
	dp_fake_hold(fake, true);
	EXPECT_EQ(del(samples::blank_sa(2)), ERR_OK);
	EXPECT_EQ(put(samples::sa(2, 1, DP_IN), &o), ERR_EXISTS);
	dp_fake_hold(fake, false);
	run(10);
	EXPECT_EQ(del(samples::blank_sa(2)), ERR_ABSENT);
	expect_clean();
}

TEST_F(Sync, an_owner_releases_all_it_put)
{
	owner &o = own();

	put_base();
	for (uint32_t n = 1; n <= 30; n++)
		put_session(n, &o);
	run(2);
	dp_sync_release(sync, &o.base); /* half of it in flight */
	EXPECT_EQ(o.base.waiting, 0u);
	run(100);
	EXPECT_EQ(model_counts().objects, 3u);
	EXPECT_EQ(sync_counts().objects, 3u);
	expect_clean();
}

/* An owner may do anything from within its result. */
struct restless {
	dp_owner base{};
	Sync *test = nullptr;
	unsigned calls = 0;
};

TEST_F(Sync, owners_may_put_and_release_while_they_are_told)
{
	restless r;
	static Sync *test;

	test = this;
	r.base.result = [](dp_owner *base, const dp_op *put, const dp_result *result) {
		auto *self = reinterpret_cast<restless *>(base);

		self->calls++;
		EXPECT_EQ(result->err, ERR_OK);
		if (put->kind == DP_PUT_SA) {
			dp_sync_release(test->sync, base);
		} else {
			dp_op next = samples::sa(put->u.tunnel.id, put->u.tunnel.id);

			EXPECT_EQ(dp_sync_put(test->sync, &next, base), ERR_OK);
			dp_sync_flush(test->sync);
		}
	};
	put_base();
	for (uint32_t n = 1; n <= 40; n++) {
		dp_op op = samples::tunnel(n);

		ASSERT_EQ(dp_sync_put(sync, &op, &r.base), ERR_OK);
	}
	run(100);
	EXPECT_GE(r.calls, 41u);
	EXPECT_EQ(model_counts().objects, 3u);
	expect_clean();
}

TEST_F(Sync, refuses_nonsense_and_bounds)
{
	EXPECT_EQ(put(samples::tunnel(0)), ERR_RANGE);
	EXPECT_EQ(del(samples::del(samples::tunnel(5))), ERR_ABSENT);
	EXPECT_EQ(sync_counts().objects, 0u);
}

/* Ten thousand objects cost ten thousand operations, in full transactions, at start and after a restart. */
TEST_F(Sync, cost_is_linear)
{
	owner &o = own();

	put_base();
	for (uint32_t n = 1; n <= 2500; n++)
		put_session(n, &o);
	run(200);
	EXPECT_EQ(o.base.waiting, 0u);
	EXPECT_EQ(model_counts().operations, 10003u);
	EXPECT_LE(model_counts().transactions, 10003u / DP_OPS_MAX + 20);
	restart_datapath(false);
	run(200);
	EXPECT_EQ(model_counts().objects, 10003u);
	EXPECT_EQ(model_counts().operations, 2 * 10003u);
	dp_sync_release(sync, &o.base);
	run(200);
	EXPECT_EQ(model_counts().objects, 3u);
	EXPECT_EQ(model_counts().operations, 3 * 10003u - 3);
	expect_clean();
}

} // namespace
