/* Of two rekeyings that cross one end may not see it: RFC7296-2.8.1, -2.25.1. */
#include "ike/wire/msg.h"
#include "pair.h"

namespace
{

/* A request of CREATE_CHILD_SA by 'from'. */
bool asks(const Packet &p, const Node &from)
{
	struct ike_msg m;

	return addr_eq(&p.from.addr, &from.addr) && ike_msg_parse(bytes_of(p.data.data(), p.data.size()), &m) == ERR_OK &&
	       m.hdr.exchange == IKE_X_CREATE_CHILD_SA && !ike_hdr_is_response(&m.hdr);
}

class Cross : public Pair
{
      protected:
	void up()
	{
		struct ike_engine_config config = {};

		config.child_rekey = true;
		start(config);
		connect();
		expect_up();
	}
	/* The hub's request is lost at first: the spoke doesn't know of it before its own is answered. */
	void lose_the_hubs(unsigned times)
	{
		sim.tap = [this, times](Packet &p) mutable {
			bool loses = times > 0 && asks(p, hub);

			times -= loses;
			return !loses;
		};
	}
};

} // namespace

/* RFC7296-2.25.1-a: it has been rekeyed already, so that the request comes too late, whatever its nonce is. */
TEST_F(Cross, RFC7296_2_8_1_a_child_whose_rekeying_only_one_end_sees_crossing_has_one_successor)
{
	up();
	for (unsigned i = 1; i <= 8; i++) {
		lose_the_hubs(1);
		ike_engine_rekey_child(hub.w.engine, sim.now_ms, theirs()->handle, theirs()->sender);
		ike_engine_rekey_child(spoke.w.engine, sim.now_ms, h, mine()->sender);
		sim.run_for(20000);
		expect_up();
		EXPECT_EQ(mine()->child_count, 1u) << i;
		EXPECT_EQ(theirs()->child_count, 1u) << i;
		EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), i);
		EXPECT_EQ(hub.stat(IKE_STAT_REKEY_CROSSED), i) << "the hub saw it";
		EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_CROSSED), 0u) << "the spoke didn't";
		EXPECT_EQ(hub.stat(IKE_STAT_REKEY_REFUSED), i) << "TEMPORARY_FAILURE, or by then CHILD_SA_NOT_FOUND";
	}
}

/* RFC7296-2.25.2-a */
TEST_F(Cross, RFC7296_2_8_2_the_same_of_an_IKE_SA)
{
	up();
	for (unsigned i = 1; i <= 8; i++) {
		lose_the_hubs(1);
		ike_engine_rekey(hub.w.engine, sim.now_ms, theirs()->handle);
		ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
		sim.run_for(20000);
		expect_up();
		EXPECT_EQ(spoke.stat(IKE_STAT_REKEY), i);
		EXPECT_EQ(hub.stat(IKE_STAT_REKEY_CROSSED), i);
		EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_CROSSED), 0u);
	}
	EXPECT_EQ(spoke.w.downs + hub.w.downs, 0u);
}
