#include "lab.h"

namespace
{

using namespace lab;

class SessionLease : public Star
{
      protected:
	std::string lease(unsigned n)
	{
		for (const struct session *s : hub.sessions())
			if (std::string(s->peer) == "spoke" + std::to_string(n) + ".example.net")
				return str(s->lease);
		return "-";
	}
	void clear()
	{
		struct addr all = {};

		session_hub_clear(hub.hub, &all);
	}
};

TEST_F(SessionLease, R_AAA_22_ranges_of_one_name_add_up)
{
	HubConfig c;
	uint32_t used, size;

	c.pool = "ip local pool P 10.77.0.100\nip local pool P 10.78.0.1 10.78.0.2\n";
	hub.must_load(c.text());
	for (unsigned n = 1; n <= 3; n++)
		up(spoke(n));
	EXPECT_EQ(lease(1), "10.77.0.100");
	EXPECT_EQ(lease(2), "10.78.0.1");
	EXPECT_EQ(lease(3), "10.78.0.2");
	ASSERT_TRUE(session_hub_pool_usage(hub.hub, "P", &used, &size));
	EXPECT_EQ(used, 3u);
	EXPECT_EQ(size, 3u);
	EXPECT_FALSE(session_hub_pool_usage(hub.hub, "Q", &used, &size));
	Box &four = spoke(4);
	wan.run(3000);
	EXPECT_EQ(four.up(), 0u);
	EXPECT_GE(hub.stat(IKE_STAT_NO_ADDRESS), 1u);
}

TEST_F(SessionLease, an_address_that_came_back_is_given_out_last)
{
	HubConfig c;

	c.pool = "ip local pool P 10.77.0.100 10.77.0.102\n";
	hub.must_load(c.text());
	Box &one = spoke(1);
	up(one);
	EXPECT_EQ(lease(1), "10.77.0.100");
	clear();
	up(one);
	EXPECT_EQ(lease(1), "10.77.0.101");
	up(spoke(2));
	EXPECT_EQ(lease(2), "10.77.0.102");
}

/* A pool that was changed is another; what is leased of the former isn't given out a second time. */
TEST_F(SessionLease, a_reload_neither_loses_nor_doubles_an_address)
{
	HubConfig c;
	uint32_t used, size;

	hub.must_load(c.text());
	Box &one = spoke(1), &two = spoke(2);
	up(one);
	up(two);
	hub.must_load(c.text() + "ip route 10.5.0.0 255.255.0.0 Null0\n");
	wan.run(100);
	ASSERT_TRUE(session_hub_pool_usage(hub.hub, "P", &used, &size));
	EXPECT_EQ(used, 2u);
	c.pool = "ip local pool P 10.77.0.100 10.77.0.101\n";
	hub.must_load(c.text());
	EXPECT_EQ(hub.up(), 0u);
	EXPECT_FALSE(session_hub_pool_usage(hub.hub, "P", &used, &size)); /* nothing leased yet */
	up(one, 10000);
	up(two, 10000);
	ASSERT_TRUE(session_hub_pool_usage(hub.hub, "P", &used, &size));
	EXPECT_EQ(used, 2u);
	EXPECT_EQ(size, 2u);
	EXPECT_NE(lease(1), lease(2));
}

TEST_F(SessionLease, a_pool_that_is_too_large_leases_nothing)
{
	HubConfig c;

	c.pool = "ip local pool P 10.0.0.0 10.255.255.255\n";
	hub.must_load(c.text());
	Box &s = spoke(1);
	wan.run(3000);
	EXPECT_EQ(s.up(), 0u);
	EXPECT_GE(hub.stat(IKE_STAT_NO_ADDRESS), 1u);
}

/* A peer that asks for its former address has it again, if it is free. */
TEST_F(SessionLease, R_RTE_03_the_address_that_the_peer_would_like)
{
	HubConfig c;
	struct addr want = ip("10.78.0.2"), other = ip("192.0.2.1");

	c.pool = "ip local pool P 10.77.0.100 10.77.0.101\nip local pool P 10.78.0.1 10.78.0.2\n";
	hub.must_load(c.text());
	struct session *a = session_new(hub.hub, IKE_RESPONDER), *b = session_new(hub.hub, IKE_RESPONDER);
	const struct cfg_pool *pool = hub.hub->model->cfg->pools;

	ASSERT_TRUE(session_lease_take(a, pool, &want));
	EXPECT_EQ(str(a->lease), "10.78.0.2");
	ASSERT_TRUE(session_lease_take(a, pool, &other)); /* it has one */
	EXPECT_EQ(str(a->lease), "10.78.0.2");
	ASSERT_TRUE(session_lease_take(b, pool, &want)); /* taken */
	EXPECT_EQ(str(b->lease), "10.77.0.100");
	session_lease_give(b);
	EXPECT_EQ(b->lease.family, 0);
	session_lease_pass(a, b);
	EXPECT_EQ(str(b->lease), "10.78.0.2");
	EXPECT_EQ(a->lease.family, 0);
	session_free(a);
	session_free(b);
	wan.run(50);
	hub.expect_empty();
}

} // namespace
