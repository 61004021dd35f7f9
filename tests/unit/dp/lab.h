#ifndef TESTS_DP_LAB_H
#define TESTS_DP_LAB_H

#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "dp/fake.h"
#include "dp/form.h"
#include "dp/sync.h"

#include "samples.h"

/* A sync, a fake datapath and their time. */
namespace lab
{

inline const uint8_t hash_key[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

/* What an operation says, without keys and state: equal for what is wanted and what is there. */
inline std::string form(const dp_op &put, bool key_only = false)
{
	std::string buf(2048, '\0');
	struct wr w = wr_of(buf.data(), buf.size());
	dp_op op = put;

	if (op.kind == DP_PUT_SA)
		op.u.sa.state = {};
	if (key_only) {
		wr_u8(&w, (uint8_t)dp_op_class(op.kind));
		dp_form_write_key(&w, &op);
	} else {
		dp_form_write_op(&w, &op, false);
	}
	EXPECT_EQ(wr_done(&w), ERR_OK);
	buf.resize(w.len);
	return buf;
}

using shelf = std::map<std::string, std::string>; /* key -> form */

inline shelf contents(dp_model *m, std::vector<dp_item> *items = nullptr)
{
	auto room = std::make_unique<dp_room>();
	shelf out;
	dp_msg ask{}, answer{};

	ask.kind = DP_MSG_DUMP;
	ask.tag = 1;
	do {
		EXPECT_TRUE(dp_model_answer(m, &ask, room.get(), &answer));
		for (unsigned i = 0; i < answer.u.items.count; i++) {
			const dp_item &item = answer.u.items.item[i];

			out[form(item.op, true)] = form(item.op);
			if (items != nullptr)
				items->push_back(item);
		}
		ask.u.dump.cursor = answer.u.items.next;
	} while (ask.u.dump.cursor != 0);
	return out;
}

/* An owner that writes down what it hears. */
struct owner {
	dp_owner base{};
	std::map<std::string, dp_result> last;
	unsigned calls = 0;
	std::vector<uint32_t> lost; /* SAs that need a rekey */

	owner()
	{
		base.result = heard;
	}

	static void heard(dp_owner *base, const dp_op *put, const dp_result *r)
	{
		auto *self = reinterpret_cast<owner *>(base);

		self->calls++;
		self->last[form(*put, true)] = *r;
		if (r->err == ERR_NEEDS_REKEY)
			self->lost.push_back(put->u.sa.id);
	}

	enum err of(const dp_op &op)
	{
		auto it = last.find(form(op, true));

		return it == last.end() ? ERR_AGAIN : it->second.err;
	}
};

struct Lab : testing::Test {
	struct wheel wheel {
	};
	dp_fake *fake = nullptr;
	dp_sync *sync = nullptr;
	dp_model *model = nullptr;
	std::deque<owner> owners; /* they outlive the sync */

	owner &own()
	{
		return owners.emplace_back();
	}

	Lab()
	{
		wheel_init(&wheel, 1000);
		samples::must(dp_fake_new(&fake, &wheel, hash_key, 77));
		model = dp_fake_model(fake);
		start();
	}

	~Lab() override
	{
		dp_sync_free(sync);
		dp_provider_close(dp_fake_provider(fake));
	}

	void start(uint32_t first_id = 1000)
	{
		dp_sync_config config{};

		config.provider = dp_fake_provider(fake);
		config.wheel = &wheel;
		config.first_id = first_id;
		samples::must(dp_sync_new(&sync, &config));
	}

	/* naved dies and comes back without memory. */
	void restart_control(uint32_t first_id = 500000)
	{
		dp_sync_free(sync);
		start(first_id);
	}

	/* navedp dies and comes back. */
	void restart_datapath(bool lose_store, uint32_t applied = 0)
	{
		dp_fake_drop(fake, applied);
		dp_model_restart(model, lose_store);
		dp_fake_raise(fake);
	}

	void run(uint64_t ms)
	{
		wheel_advance(&wheel, wheel.now_ms + ms);
	}

	enum err put(dp_op op, owner *o = nullptr)
	{
		return dp_sync_put(sync, &op, o == nullptr ? nullptr : &o->base);
	}

	enum err del(const dp_op &op)
	{
		return dp_sync_del(sync, &op);
	}

	dp_model_counts model_counts()
	{
		dp_model_counts c{};

		dp_model_count(model, &c);
		return c;
	}

	dp_sync_counts sync_counts()
	{
		dp_sync_counts c{};

		dp_sync_count(sync, &c);
		return c;
	}

	/* VRF 0, port 1 and an adjacency. */
	void put_base()
	{
		ASSERT_EQ(put(samples::vrf(0)), ERR_OK);
		ASSERT_EQ(put(samples::port(1)), ERR_OK);
		ASSERT_EQ(put(samples::adjacency(1, 1)), ERR_OK);
	}

	/* A session: tunnel n, SAs 2n (in) and 2n + 1 (out), a route. */
	void put_session(uint32_t n, owner *o)
	{
		std::string prefix = "10." + std::to_string(n / 256 % 256) + "." + std::to_string(n % 256) + ".0/24";

		ASSERT_EQ(put(samples::route(prefix, DP_ROUTE_TUNNEL, n), o), ERR_OK); /* the wrong way round on purpose */
		ASSERT_EQ(put(samples::sa(2 * n, n, DP_IN), o), ERR_OK);
		ASSERT_EQ(put(samples::sa(2 * n + 1, n, DP_OUT), o), ERR_OK);
		ASSERT_EQ(put(samples::tunnel(n, 2 * n + 1), o), ERR_OK);
	}

	void expect_clean()
	{
		EXPECT_EQ(model_counts().key_reuses, 0u);
		EXPECT_EQ(model_counts().order_breaks, 0u);
		EXPECT_EQ(model_counts().busy_dels, 0u);
	}
};

} // namespace lab
#endif
