#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "crypto/crypto.h"
#include "crypto/rand.h"
#include "ike/resume/vault.h"

namespace
{

constexpr uint64_t DAY = UINT64_C(1000) * IKE_VAULT_KEY_S;

class IkeVault : public ::testing::Test
{
      protected:
	struct crypto *c = nullptr;
	struct crypto_rand rand = crypto_rand_system();
	struct ike_vault v = {};
	struct ike_vault_stub stub = {};
	uint64_t now = 5;

	void SetUp() override
	{
		ASSERT_EQ(crypto_new(&c), ERR_OK);
	}
	void TearDown() override
	{
		ike_vault_fini(&v);
		crypto_free(c);
	}
	std::vector<uint8_t> seal(const char *text = "what outlives it")
	{
		uint8_t buf[128];
		struct wr w = wr_of(buf, sizeof(buf));

		EXPECT_EQ(ike_vault_refresh(&v, &rand, now), ERR_OK);
		EXPECT_EQ(ike_vault_seal(&v, c, bytes_str(text), &w, &stub), ERR_OK);
		return { buf, buf + w.len };
	}
	/* The text; or the name of the error. */
	std::string open(const std::vector<uint8_t> &ticket)
	{
		struct ike_vault_content content = {};
		enum err err = ike_vault_open(&v, c, now, bytes_of(ticket.data(), ticket.size()), &content);
		std::string text = err_name(err);

		if (err == ERR_OK)
			text.assign(reinterpret_cast<const char *>(content.text.data), content.text.len);
		secret_fini(&content.text);
		return text;
	}
};

} // namespace

/* RFC5723-6.1-a */
TEST_F(IkeVault, what_is_sealed_opens_and_cannot_be_read)
{
	std::vector<uint8_t> a = seal(), b = seal();

	EXPECT_EQ(a.size(), IKE_VAULT_HEAD + 16u + IKE_VAULT_ICV);
	EXPECT_EQ(open(a), "what outlives it");
	EXPECT_EQ(open(b), "what outlives it");
	EXPECT_NE(std::vector<uint8_t>(a.begin() + IKE_VAULT_HEAD, a.end()), std::vector<uint8_t>(b.begin() + IKE_VAULT_HEAD, b.end()));
	EXPECT_EQ(std::string(a.begin(), a.end()).find("outlives"), std::string::npos);
}

/* RFC5723-6.1-b */
TEST_F(IkeVault, each_octet_counts)
{
	std::vector<uint8_t> good = seal();

	for (size_t i = 0; i < good.size(); i++) {
		std::vector<uint8_t> bad = good;

		bad[i] ^= 0x80;
		EXPECT_NE(open(bad), "what outlives it") << i;
	}
	for (size_t len = 0; len < good.size(); len++)
		EXPECT_NE(open({ good.begin(), good.begin() + static_cast<ptrdiff_t>(len) }), "what outlives it") << len;
	EXPECT_EQ(open(good), "what outlives it");
}

TEST_F(IkeVault, a_version_that_is_not_known)
{
	std::vector<uint8_t> t = seal();

	t[0] = 2;
	EXPECT_EQ(open(t), err_name(ERR_VERSION));
}

TEST_F(IkeVault, a_serial_that_was_never_given)
{
	std::vector<uint8_t> t = seal();

	t[8] = 1;
	EXPECT_EQ(open(t), err_name(ERR_ABSENT));
	(void)seal();
	EXPECT_EQ(open(t), err_name(ERR_AUTH)) << "another's";
}

/* RFC5723-4.3.1-b */
TEST_F(IkeVault, a_ticket_is_spent_once)
{
	std::vector<uint8_t> a = seal();
	struct ike_vault_stub first = stub;
	std::vector<uint8_t> b = seal();

	EXPECT_TRUE(ike_vault_spend(&v, &first));
	EXPECT_FALSE(ike_vault_spend(&v, &first));
	EXPECT_EQ(open(a), err_name(ERR_REPLAY));
	EXPECT_EQ(open(b), "what outlives it");
	first.serial = 77;
	EXPECT_FALSE(ike_vault_spend(&v, &first)) << "never given";
	first.generation = 9;
	EXPECT_FALSE(ike_vault_spend(&v, &first));
}

/* RFC5723-6.4-d: two generations of keys. */
TEST_F(IkeVault, keys_rotate_and_the_one_before_still_opens)
{
	std::vector<uint8_t> a = seal();
	struct ike_vault_stub of_a = stub;

	now += DAY - 1;
	(void)seal();
	EXPECT_EQ(stub.generation, 1u);
	now += 1;
	std::vector<uint8_t> b = seal();
	EXPECT_EQ(stub.generation, 2u);
	EXPECT_EQ(open(a), "what outlives it");
	EXPECT_EQ(open(b), "what outlives it");
	EXPECT_TRUE(ike_vault_spend(&v, &of_a));
	EXPECT_EQ(open(a), err_name(ERR_REPLAY));
	now += DAY; /* nobody asked for a ticket meanwhile: still the old key's time is over */
	EXPECT_EQ(open(a), err_name(ERR_ABSENT));
	EXPECT_EQ(open(b), "what outlives it");
	std::vector<uint8_t> d = seal();
	EXPECT_EQ(stub.generation, 3u);
	EXPECT_EQ(open(a), err_name(ERR_ABSENT));
	EXPECT_EQ(open(b), "what outlives it");
	EXPECT_EQ(open(d), "what outlives it");
}

TEST_F(IkeVault, a_key_whose_serials_are_used_up_gives_way)
{
	(void)seal();
	v.key[0].serials = IKE_VAULT_SERIALS - 1;
	std::vector<uint8_t> last = seal();
	EXPECT_EQ(stub.serial, IKE_VAULT_SERIALS - 1u);
	EXPECT_TRUE(ike_vault_spend(&v, &stub));
	EXPECT_EQ(open(last), err_name(ERR_REPLAY));
	(void)seal();
	EXPECT_EQ(stub.generation, 2u);
	EXPECT_EQ(stub.serial, 0u);
}

TEST_F(IkeVault, another_process_has_other_keys)
{
	std::vector<uint8_t> t = seal();

	ike_vault_fini(&v);
	EXPECT_EQ(open(t), err_name(ERR_ABSENT));
	(void)seal();
	EXPECT_EQ(open(t), err_name(ERR_AUTH)) << "the same generation, another key";
}

TEST_F(IkeVault, without_room_nothing_is_sealed)
{
	uint8_t buf[20];
	struct wr w = wr_of(buf, sizeof(buf));

	ASSERT_EQ(ike_vault_refresh(&v, &rand, now), ERR_OK);
	EXPECT_NE(ike_vault_seal(&v, c, bytes_str("what outlives it"), &w, &stub), ERR_OK);
	EXPECT_EQ(v.key[0].serials, 0u);
}
