#include <gtest/gtest.h>

#include <cstring>

#include "crypto/crypto.h"
#include "crypto/rand.h"
#include "ike/cookie.h"

namespace
{

class IkeCookie : public ::testing::Test
{
      protected:
	struct crypto *c = nullptr;
	struct crypto_rand rand = crypto_rand_system();
	struct ike_cookie k = {};
	struct ike_path path = {};
	struct ike_cookie_of of = {};
	uint8_t cookie[IKE_COOKIE_LEN] = {};

	void SetUp() override
	{
		ASSERT_EQ(crypto_new(&c), ERR_OK);
		path.remote = { addr_of_u32(0xc0000201), 500 };
		of = { &path, bytes_of("a nonce", 7), 42 };
	}
	void TearDown() override
	{
		ike_cookie_fini(&k);
		crypto_free(c);
	}
	bool good()
	{
		return ike_cookie_good(&k, c, &of, bytes_of(cookie, sizeof(cookie)));
	}
	void make(uint64_t now_ms)
	{
		ASSERT_EQ(ike_cookie_refresh(&k, &rand, now_ms), ERR_OK);
		ASSERT_EQ(ike_cookie_make(&k, c, &of, cookie), ERR_OK);
	}
};

} // namespace

/* RFC7296-2.6-g */
TEST_F(IkeCookie, is_bound_to_nonce_address_port_and_spi)
{
	make(1000);
	EXPECT_TRUE(good());
	of.spi_i++;
	EXPECT_FALSE(good());
	of.spi_i--;
	path.remote.port++;
	EXPECT_FALSE(good());
	path.remote.port--;
	path.remote.addr = addr_of_u32(0xc0000202);
	EXPECT_FALSE(good());
	path.remote.addr = addr_of_u32(0xc0000201);
	of.nonce = bytes_of("b nonce", 7);
	EXPECT_FALSE(good());
	of.nonce = bytes_of("a nonce", 7);
	EXPECT_TRUE(good());
	cookie[5] ^= 1;
	EXPECT_FALSE(good());
	cookie[5] ^= 1;
	EXPECT_FALSE(ike_cookie_good(&k, c, &of, bytes_of(cookie, sizeof(cookie) - 1)));
}

TEST_F(IkeCookie, outlives_one_change_of_the_secret_but_not_two)
{
	make(1000);
	ASSERT_EQ(ike_cookie_refresh(&k, &rand, 1000 + IKE_COOKIE_ROTATE_MS), ERR_OK);
	EXPECT_TRUE(good());
	ASSERT_EQ(ike_cookie_refresh(&k, &rand, 1000 + 2 * IKE_COOKIE_ROTATE_MS), ERR_OK);
	EXPECT_FALSE(good());
}

TEST_F(IkeCookie, a_secret_that_lay_idle_for_long_is_not_honoured)
{
	make(1000);
	ASSERT_EQ(ike_cookie_refresh(&k, &rand, 1000 + 10 * IKE_COOKIE_ROTATE_MS), ERR_OK);
	EXPECT_FALSE(good());
}
