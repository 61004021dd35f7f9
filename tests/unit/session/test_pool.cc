#include <gtest/gtest.h>

#include <set>
#include <string>

#include "session/pool.h"

namespace
{

addr make(const char *text)
{
	addr a;
	EXPECT_EQ(ERR_OK, addr_parse(text, &a));
	return a;
}

std::string str(const addr &a)
{
	char text[ADDR_TEXT];
	return addr_str(&a, text);
}

struct Pool {
	session_pool *p = nullptr;
	Pool(const char *first, const char *last)
	{
		addr f = make(first), l = make(last);
		EXPECT_EQ(ERR_OK, session_pool_new(&p, &f, &l));
	}
	~Pool()
	{
		session_pool_free(p);
	}
};

TEST(SessionPool, R_AAA_22_leases_in_order_and_is_exhausted)
{
	Pool pool("10.77.0.254", "10.77.1.1");
	addr a;
	const char *want[] = { "10.77.0.254", "10.77.0.255", "10.77.1.0", "10.77.1.1" };

	for (const char *w : want) {
		ASSERT_EQ(ERR_OK, session_pool_lease(pool.p, nullptr, &a));
		EXPECT_EQ(w, str(a));
	}
	EXPECT_EQ(4u, session_pool_used(pool.p));
	EXPECT_EQ(ERR_FULL, session_pool_lease(pool.p, nullptr, &a));
}

TEST(SessionPool, released_address_returns_last)
{
	Pool pool("10.0.0.1", "10.0.0.3");
	addr a, b;

	ASSERT_EQ(ERR_OK, session_pool_lease(pool.p, nullptr, &a));
	session_pool_release(pool.p, &a);
	ASSERT_EQ(ERR_OK, session_pool_lease(pool.p, nullptr, &b));
	EXPECT_EQ("10.0.0.2", str(b));
	session_pool_release(pool.p, &a); /* twice: nothing */
	EXPECT_EQ(1u, session_pool_used(pool.p));
}

TEST(SessionPool, wanted_address_is_given_when_free)
{
	Pool pool("10.0.0.1", "10.0.0.9");
	addr want = make("10.0.0.5"), a;

	ASSERT_EQ(ERR_OK, session_pool_lease(pool.p, &want, &a));
	EXPECT_EQ("10.0.0.5", str(a));
	ASSERT_EQ(ERR_OK, session_pool_lease(pool.p, &want, &a));
	EXPECT_EQ("10.0.0.1", str(a));
	EXPECT_EQ(ERR_BUSY, session_pool_claim(pool.p, &want));
	want = make("10.0.1.5");
	EXPECT_EQ(ERR_ABSENT, session_pool_claim(pool.p, &want));
}

TEST(SessionPool, no_address_is_leased_twice)
{
	Pool pool("2001:db8::fff0", "2001:db8::1:000f");
	std::set<std::string> seen;
	addr a;

	EXPECT_EQ(32u, session_pool_size(pool.p));
	for (int i = 0; i < 32; i++) {
		ASSERT_EQ(ERR_OK, session_pool_lease(pool.p, nullptr, &a));
		EXPECT_TRUE(seen.insert(str(a)).second);
	}
	EXPECT_EQ(1u, seen.count("2001:db8::1:0"));
	EXPECT_EQ(ERR_FULL, session_pool_lease(pool.p, nullptr, &a));
}

TEST(SessionPool, bad_ranges_are_refused)
{
	session_pool *p = nullptr;
	addr lo = make("10.0.0.1"), hi = make("10.0.0.9"), six = make("2001:db8::1"), far6 = make("2001:db9::1");
	addr wide = make("11.0.0.1");

	EXPECT_EQ(ERR_RANGE, session_pool_new(&p, &hi, &lo));
	EXPECT_EQ(ERR_RANGE, session_pool_new(&p, &lo, &six));
	EXPECT_EQ(ERR_RANGE, session_pool_new(&p, &lo, &wide));
	EXPECT_EQ(ERR_RANGE, session_pool_new(&p, &six, &far6));
	EXPECT_EQ(nullptr, p);
}

} // namespace
