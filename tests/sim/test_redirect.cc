/* RFC 5685 between engines: a gateway sends a client elsewhere in IKE_SA_INIT, in IKE_AUTH and later.  R-LB-02, R-LB-03, R-LB-13. */
#include <cstring>

#include "ike/ability.h"
#include "ike/core.h"
#include "pair.h"

namespace
{

class Redirect : public Pair
{
      protected:
	Node &hub2 = sim.node("198.51.100.2", "hub.example.net", "the same key");
	struct slab_handle h2 = {};

	void begin(bool able_hub = true)
	{
		struct ike_engine_config config = {};

		config.abilities = 1u << IKE_CAN_REDIRECT;
		spoke.w.set.follow = true;
		sim.start(spoke, config);
		sim.start(hub2, config);
		if (!able_hub)
			config.abilities = 0;
		sim.start(hub, config);
	}
	static struct ike_gateway at(const Node &n)
	{
		return ike_gateway_of(&n.addr);
	}
	/* The world of a client: it goes where it was sent. */
	void go_on()
	{
		ASSERT_EQ(spoke.w.redirected, 1u);
		ASSERT_TRUE(addr_eq(&spoke.w.redirected_to, &hub2.addr));
		spoke.w.set.redirected_from = hub.addr;
		h2 = spoke.initiate(hub2);
		sim.run_for(1000);
		EXPECT_TRUE(world_find(&spoke.w, h2)->up);
		EXPECT_EQ(world_up_count(&hub2.w), 1u);
		EXPECT_TRUE(addr_eq(&hub2.w.came_from, &hub.addr)); /* REDIRECTED_FROM */
		EXPECT_EQ(lonely(hub2, spoke), "");
	}
	bool announced(const Packet &p, uint16_t type)
	{
		struct ike_msg m;

		return ike_msg_parse(bytes_of(p.data.data(), p.data.size()), &m) == ERR_OK && m.hdr.exchange == IKE_X_IKE_SA_INIT &&
		       ike_msg_notify(&m, type, nullptr);
	}
};

} // namespace

/* RFC5685-3-a, RFC5685-3-c, RFC5685-3-e */
TEST_F(Redirect, RFC5685_4_in_IKE_SA_INIT_without_state)
{
	sim.record = true;
	hub.w.set.redirect = at(hub2);
	begin();
	connect(100);
	EXPECT_EQ(mine()->why, IKE_DOWN_REDIRECTED);
	EXPECT_EQ(hub.stat(IKE_STAT_REDIRECT_SENT), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_INIT_IN), 0u);
	EXPECT_TRUE(announced(sim.sent[0], IKE_N_REDIRECT_SUPPORTED)); /* R-LB-03 */
	EXPECT_FALSE(announced(sim.sent[0], IKE_N_REDIRECTED_FROM));
	size_t first = sim.sent.size();
	go_on();
	EXPECT_FALSE(announced(sim.sent[first], IKE_N_REDIRECT_SUPPORTED)); /* RFC5685-3: the other stands for it */
	EXPECT_TRUE(announced(sim.sent[first], IKE_N_REDIRECTED_FROM));
}

/* RFC5685-8.2-a */
TEST_F(Redirect, RFC5685_8_2_to_a_name_or_an_ipv6_address)
{
	const struct addr six = { { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2 }, AF_INET6 };

	hub.w.set.redirect.name = bytes_str("hub2.example.net");
	begin();
	connect(100);
	EXPECT_STREQ(spoke.w.redirected_name, "hub2.example.net");
	hub.w.set.redirect = ike_gateway_of(&six);
	connect(100);
	EXPECT_TRUE(addr_eq(&spoke.w.redirected_to, &six));
	EXPECT_EQ(spoke.w.redirected, 2u);
}

/* RFC5685-3-d */
TEST_F(Redirect, R_LB_13_another_nonce_is_not_believed)
{
	unsigned seen = 0;

	hub.w.set.redirect = at(hub2);
	begin();
	sim.tap = [&](Packet &p) {
		if (announced(p, IKE_N_REDIRECT) && seen++ == 0)
			p.data.back() ^= 1;
		return true;
	};
	h = spoke.initiate(hub);
	sim.run_for(100);
	EXPECT_EQ(spoke.w.redirected, 0u);
	EXPECT_EQ(spoke.stat(IKE_STAT_REDIRECT_IGNORED), 1u);
	EXPECT_STREQ(spoke.info(h).state, "I_INIT");
	sim.run_for(2000); /* the true one comes with the next */
	EXPECT_EQ(spoke.w.redirected, 1u);
}

/* RFC5685-3-b */
TEST_F(Redirect, a_client_that_cannot_follow_is_served)
{
	hub.w.set.redirect = at(hub2);
	begin();
	spoke.w.set.follow = false;
	connect();
	expect_up();
	EXPECT_EQ(hub.stat(IKE_STAT_REDIRECT_SENT), 0u);
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(100);
	spoke.w.set.follow = true;
	spoke.w.set.ignore = true; /* it did say that it can: the gateway insists, the client waits for better */
	connect(100 * 1000);
	EXPECT_FALSE(mine()->up);
	EXPECT_GE(hub.stat(IKE_STAT_REDIRECT_SENT), 5u);
	EXPECT_GE(spoke.stat(IKE_STAT_REDIRECT_IGNORED), 5u);
	sim.run_for(20000);
	expect_nothing_left();
}

/* RFC5685-3-f */
TEST_F(Redirect, an_unasked_one_is_not_followed)
{
	hub.w.set.redirect = at(hub2);
	begin();
	spoke.w.set.follow = false;
	sim.tap = [&](Packet &p) { /* on the way to the gateway somebody says that the client could */
		struct ike_msg m;

		if (addr_eq(&p.to.addr, &hub.addr) && ike_msg_parse(bytes_of(p.data.data(), p.data.size()), &m) == ERR_OK &&
			m.hdr.exchange == IKE_X_IKE_SA_INIT) {
			static const uint8_t supported[] = { 0, 0, 0, 8, 0, 0, 0x40, 0x16 };
			size_t vendor = p.data.size() - ike_msg_find(&m, IKE_P_VENDOR)->body.len - IKE_MSG_GENERIC_LEN;

			p.data[vendor] = IKE_P_NOTIFY;
			p.data.insert(p.data.end(), supported, supported + sizeof(supported));
			p.data[27] = static_cast<uint8_t>(p.data[27] + sizeof(supported));
		}
		return true;
	};
	connect(300);
	EXPECT_GE(hub.stat(IKE_STAT_REDIRECT_SENT), 1u);
	EXPECT_EQ(spoke.w.redirected, 0u);
	EXPECT_FALSE(mine()->up);
}

/* RFC5685-6-a, RFC5685-6-c */
TEST_F(Redirect, RFC5685_6_in_IKE_AUTH_once_both_are_verified)
{
	hub.w.set.redirect = at(hub2);
	hub.w.set.verdict = IKE_REDIRECTED;
	begin();
	connect(200);
	EXPECT_EQ(mine()->why, IKE_DOWN_REDIRECTED);
	EXPECT_EQ(mine()->child_downs, 0u);
	EXPECT_EQ(hub.w.downs, 1u); /* the client deleted it */
	EXPECT_EQ(hub.stat(IKE_STAT_REDIRECT_SENT), 1u);
	go_on();
}

/* RFC5685-6-b */
TEST_F(Redirect, RFC5685_6_a_gateway_that_is_not_verified_sends_nobody)
{
	hub.w.set.redirect = at(hub2);
	hub.w.set.verdict = IKE_REDIRECTED;
	spoke.w.set.psk = "another key";
	hub.w.set.psk = "another key";
	begin();
	spoke.w.set.delay_ms = 50;
	h = spoke.initiate(hub);
	sim.run_for(30); /* its AUTH is on the way: what it verifies by isn't what the hub has */
	spoke.w.set.psk = "the same key";
	sim.run_for(1000);
	EXPECT_EQ(spoke.w.redirected, 0u);
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH);
}

/* RFC5685-5-a, RFC5685-5-b */
TEST_F(Redirect, RFC5685_5_of_an_SA_that_is_up)
{
	begin();
	connect();
	expect_up();
	struct ike_gateway to = at(hub2);
	ike_engine_redirect(hub.w.engine, sim.now_ms, theirs()->handle, &to);
	sim.run_for(100);
	EXPECT_EQ(spoke.w.redirected, 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_REDIRECT_SENT), 1u);
	EXPECT_TRUE(mine()->up); /* it is the client's world that ends it */
	go_on();
	ike_engine_delete(spoke.w.engine, sim.now_ms, h);
	sim.run_for(100);
	EXPECT_EQ(world_up_count(&hub.w), 0u);
}

/* RFC5685-5-c */
TEST_F(Redirect, a_client_sends_no_gateway_away_even_when_it_rekeyed)
{
	begin();
	connect();
	ike_engine_rekey(hub.w.engine, sim.now_ms, theirs()->handle); /* the hub is the initiator now */
	sim.run_for(1000);
	EXPECT_EQ(hub.info(theirs()->handle).role, IKE_INITIATOR);
	struct ike_gateway to = at(hub2);
	ike_engine_redirect(hub.w.engine, sim.now_ms, theirs()->handle, &to);
	sim.run_for(100);
	EXPECT_EQ(spoke.w.redirected, 1u);
	ike_engine_redirect(spoke.w.engine, sim.now_ms, h, &to);
	sim.run_for(100);
	EXPECT_EQ(hub.w.redirected, 0u);
}
