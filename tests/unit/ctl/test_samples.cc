#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "ctl/samples.h"

namespace
{

/* A datapath that has 'total' SAs, answers DP_PAGE_MAX rows at a time, and only when it is told to. */
struct Datapath {
	dp_provider base = {};
	dp_call *call = nullptr;
	uint64_t cursor = 0;
	uint32_t total = 0;
	unsigned asked = 0;

	static enum err on_call(dp_provider *p, dp_msg *request, dp_call *call)
	{
		Datapath *d = reinterpret_cast<Datapath *>(p);
		EXPECT_EQ(DP_MSG_STATS, request->kind);
		d->call = call;
		d->call->tag = ++d->asked;
		d->cursor = request->u.stats.cursor;
		return ERR_OK;
	}
	static void on_cancel(dp_provider *p, dp_call *call)
	{
		Datapath *d = reinterpret_cast<Datapath *>(p);
		EXPECT_EQ(d->call, call);
		call->tag = 0;
		d->call = nullptr;
	}
	Datapath()
	{
		static const dp_provider_ops ops = { on_call, on_cancel, nullptr };
		base.ops = &ops;
		base.up = true;
	}
	void answer(enum err err = ERR_OK)
	{
		dp_call *now = std::exchange(call, nullptr);
		std::vector<dp_sa_stats> rows;
		dp_msg reply = {};
		now->tag = 0;
		if (err != ERR_OK) {
			now->done(now, err, nullptr);
			return;
		}
		while (cursor < total && rows.size() < DP_PAGE_MAX) {
			dp_sa_stats row = {};
			row.id = (static_cast<uint32_t>(++cursor) * 7919) % 100003 + 1; /* in no order */
			row.packets = row.id * 10;
			rows.push_back(row);
		}
		reply.kind = DP_MSG_SAMPLES;
		reply.u.samples.which = DP_STATS_SA;
		reply.u.samples.count = static_cast<uint16_t>(rows.size());
		reply.u.samples.u.sa = rows.data();
		reply.u.samples.next = cursor < total ? cursor : 0;
		now->done(now, ERR_OK, &reply);
	}
};

struct Asker {
	ctl_samples samples = {};
	unsigned done = 0;
	enum err err = ERR_OK;

	static void on_done(ctl_samples *s, enum err err)
	{
		Asker *a = static_cast<Asker *>(s->ctx);
		a->done++;
		a->err = err;
	}
	Asker()
	{
		samples.done = on_done;
		samples.ctx = this;
	}
	~Asker()
	{
		ctl_samples_fini(&samples);
	}
};

TEST(CtlSamples, gathers_all_pages_and_finds_by_id)
{
	Datapath d;
	Asker a;

	d.total = 1000;
	ASSERT_EQ(ERR_OK, ctl_samples_begin(&a.samples, &d.base, DP_STATS_SA));
	while (a.done == 0)
		d.answer();
	EXPECT_EQ(ERR_OK, a.err);
	EXPECT_EQ(1000u, a.samples.count);
	for (uint32_t i = 1; i <= 1000; i++) {
		uint32_t id = (i * 7919) % 100003 + 1;
		const dp_sa_stats *s = ctl_samples_sa(&a.samples, id);
		ASSERT_NE(nullptr, s);
		EXPECT_EQ(id * 10u, s->packets);
	}
	EXPECT_EQ(nullptr, ctl_samples_sa(&a.samples, 100003 + 1));
}

TEST(CtlSamples, copes_with_none)
{
	Datapath d;
	Asker a;

	EXPECT_EQ(nullptr, ctl_samples_sa(&a.samples, 1)); /* never begun */
	ASSERT_EQ(ERR_OK, ctl_samples_begin(&a.samples, &d.base, DP_STATS_SA));
	d.answer();
	EXPECT_EQ(1u, a.done);
	EXPECT_EQ(nullptr, ctl_samples_sa(&a.samples, 1));
}

TEST(CtlSamples, tells_of_a_datapath_that_isnt_there_or_goes)
{
	Datapath d;
	Asker a, b;

	d.base.up = false;
	EXPECT_EQ(ERR_CLOSED, ctl_samples_begin(&a.samples, &d.base, DP_STATS_SA));
	d.base.up = true;
	d.total = 1000;
	ASSERT_EQ(ERR_OK, ctl_samples_begin(&b.samples, &d.base, DP_STATS_SA));
	d.answer();
	d.answer(ERR_CLOSED);
	EXPECT_EQ(1u, b.done);
	EXPECT_EQ(ERR_CLOSED, b.err);
	EXPECT_EQ(32u, b.samples.count); /* what came is kept */
}

TEST(CtlSamples, can_be_cancelled)
{
	Datapath d;
	Asker a;

	d.total = 1000;
	ASSERT_EQ(ERR_OK, ctl_samples_begin(&a.samples, &d.base, DP_STATS_SA));
	d.answer();
	ctl_samples_fini(&a.samples);
	EXPECT_EQ(nullptr, d.call);
	EXPECT_EQ(0u, a.done);
}

} // namespace
