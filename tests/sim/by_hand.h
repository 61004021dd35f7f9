#ifndef TESTS_SIM_BY_HAND_H
#define TESTS_SIM_BY_HAND_H

#include <cstring>

#include "ike/core.h"
#include "ike/keying/seal.h"
#include "ike/wire/build.h"
#include "pair.h"

/* A pair of which the spoke's messages are written by hand with its keys, so that the engine is held to the RFC and not to itself. */
class ByHand : public Pair
{
      protected:
	using Octets = std::vector<uint8_t>;

	Octets answer; /* the hub's last, opened in place; empty: none came */
	struct ike_msg msg = {};

	static struct bytes view(const Octets &o)
	{
		return bytes_of(o.data(), o.size());
	}
	struct ike_sa *sa()
	{
		return static_cast<struct ike_sa *>(slab_get(&spoke.w.engine->sas, h));
	}
	/* The hub's only one. */
	struct ike_sa *hub_sa()
	{
		struct slab_handle handle;
		uint32_t at = 0;

		return static_cast<struct ike_sa *>(slab_walk(&hub.w.engine->sas, &at, &handle));
	}
	void up()
	{
		start();
		sim.record = true;
		connect();
		expect_up();
	}
	void begin(struct ike_build &b, uint8_t exchange)
	{
		ike_seal_begin(spoke.w.engine, sa(), exchange, false, &b);
	}
	/* Sends the request as the spoke's next, and opens the response, if there is one. */
	void ask(struct ike_build &b)
	{
		struct bytes d, plain;
		struct ike_path path = hub.to(spoke);

		ASSERT_EQ(ike_seal_end(spoke.w.engine, sa(), &b, &d), ERR_OK);
		size_t before = sim.sent.size();
		hub.w.now_ms = sim.now_ms;
		ike_engine_receive(hub.w.engine, sim.now_ms, &path, d);
		answer.clear();
		if (sim.sent.size() > before) {
			answer = sim.sent.back().data;
			ASSERT_EQ(ike_msg_parse(view(answer), &msg), ERR_OK);
			ASSERT_EQ(ike_seal_open(spoke.w.engine, sa(), &msg, answer.data(), &plain), ERR_OK);
			ASSERT_EQ(ike_msg_parse_inner(&msg, msg.inner_first, plain), ERR_OK);
		}
		sa()->window.tx_id++;
	}
	/* The error in the answer; 0: none. */
	uint16_t error()
	{
		struct ike_notify n = {};

		return !answer.empty() && ike_msg_error(&msg, &n) ? n.type : 0;
	}
	/* Opens what 'p' holds with the keys of 'sa', whose own messages may be opened too. */
	struct ike_msg opened(struct ike_engine *e, const struct ike_sa *of, Octets &data)
	{
		struct ike_msg m = {};
		struct bytes plain;

		EXPECT_EQ(ike_msg_parse(view(data), &m), ERR_OK);
		EXPECT_EQ(ike_seal_open(e, of, &m, data.data(), &plain), ERR_OK);
		EXPECT_EQ(ike_msg_parse_inner(&m, m.inner_first, plain), ERR_OK);
		return m;
	}
};

#endif
