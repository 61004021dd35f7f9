/* Rules of inbound SAs, on a device that shows what it was told. */
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <vector>

#include "../device.h"
#include "../eal.h"
#include "db/db.h"
#include "engine/select.h"
#include "flow/flow.h"

namespace
{

const auto *eal [[maybe_unused]] = testing::AddGlobalTestEnvironment(new Eal(63));

enum { PORT = 3 };

/* An SA as the tables would hold it, placed on the device. */
struct Sa {
	Sa(struct engine *e, const char *local, dp_direction direction, uint32_t slot, uint32_t spi, bool udp = false)
	{
		engine_wish wish = {};

		memset(&sa, 0, sizeof(sa));
		dp_sa conf = {};
		struct addr own = {};

		EXPECT_EQ(addr_parse(local, &own), ERR_OK);
		conf.cipher = DP_CIPHER_AES_GCM;
		EXPECT_EQ(secret_new(&conf.key, 20), ERR_OK);
		sa.conf = db_sa_conf_new(&conf);
		secret_fini(&conf.key);
		sa.end.local = sa.end.remote = db_key_of(&own);
		sa.direction = (uint8_t)direction;
		sa.slot = slot;
		sa.spi = spi;
		sa.generation = 1;
		sa.flags = (uint16_t)(DB_SA_OFFLOAD | (udp ? DB_SA_UDP : 0) | (own.family == AF_INET6 ? DB_SA_V6 : 0));
		if (direction == DP_IN)
			sa.run.in = &in;
		else
			sa.run.out = &out;
		out.next = 1;
		wish.port = PORT;
		wish.offload = true;
		EXPECT_EQ(engine_select(e, &sa, &wish), ERR_OK);
		EXPECT_EQ(sa.placement, DP_PLACE_INLINE_PROTOCOL) << dp_reason_str((dp_reason)sa.reason);
	}
	~Sa()
	{
		db_sa_conf_free(sa.conf);
	}
	Sa(const Sa &) = delete;
	Sa &operator=(const Sa &) = delete;
	db_state_in in = {};
	db_state_out out = {};
	db_sa sa;
};

class Flow : public testing::Test
{
      protected:
	void SetUp() override
	{
		const uint8_t seed[32] = { 1 };

		ASSERT_EQ(engine_new(&engine, 1, 64, seed), ERR_OK);
		ASSERT_EQ(flow_new(&table), ERR_OK);
		device.attach(engine, PORT);
	}
	void TearDown() override
	{
		flow_free(table);
		engine_free(engine);
	}
	enum err install(Sa &s)
	{
		return flow_install(table, engine, &s.sa);
	}
	const void *session(const Sa &s)
	{
		uint16_t port = UINT16_MAX;
		const void *found = engine_inline_session(engine, &s.sa, &port);

		EXPECT_EQ(port, device.dpdk_port);
		return found;
	}
	Device device;
	struct engine *engine = nullptr;
	flow_table *table = nullptr;
};

} // namespace

/* sa-state 11: never the peer's address or port. */
TEST_F(Flow, matches_local_address_and_spi)
{
	Sa s(engine, "192.0.2.1", DP_IN, 5, 0x10005);

	ASSERT_EQ(install(s), ERR_OK);
	ASSERT_EQ(device.rules.size(), 1u);
	auto &r = device.rules.front();
	EXPECT_EQ(r.local, std::string("\xc0\x00\x02\x01", 4));
	EXPECT_EQ(r.spi, 0x10005u);
	EXPECT_FALSE(r.udp);
	EXPECT_EQ(r.session, session(s));
	EXPECT_EQ(flow_count(table, PORT), 1u);
	flow_remove(table, engine, &s.sa);
	EXPECT_TRUE(device.rules.empty());
	EXPECT_EQ(flow_count(table, PORT), 0u);
	flow_remove(table, engine, &s.sa); /* has none any more */
}

TEST_F(Flow, matches_ipv6_and_udp_encapsulation)
{
	Sa s(engine, "2001:db8::1", DP_IN, 5, 0x10005, true);

	ASSERT_EQ(install(s), ERR_OK);
	auto &r = device.rules.front();
	EXPECT_TRUE(r.ip6);
	EXPECT_EQ(r.local.size(), 16u);
	EXPECT_EQ((uint8_t)r.local[0], 0x20);
	EXPECT_TRUE(r.udp);
	EXPECT_EQ(r.udp_port, 4500);
}

TEST_F(Flow, outbound_sas_have_no_rule)
{
	Sa s(engine, "192.0.2.1", DP_OUT, 5, 0x10005);

	EXPECT_EQ(install(s), ERR_OK);
	EXPECT_TRUE(device.rules.empty());
	device.flow_status = ERR_AGAIN;
	EXPECT_EQ(flow_status(engine, &s.sa), ERR_OK) << "there is nothing to wait for";
	flow_remove(table, engine, &s.sa);
}

TEST_F(Flow, refusals_say_whether_the_table_is_full)
{
	Sa s(engine, "192.0.2.1", DP_IN, 5, 0x10005);

	device.flow_errno = ENOSPC;
	EXPECT_EQ(install(s), ERR_FULL);
	device.flow_errno = EINVAL;
	EXPECT_EQ(install(s), ERR_DEVICE);
	EXPECT_EQ(flow_count(table, PORT), 0u);
	engine_inline_detach(engine, PORT);
	EXPECT_EQ(install(s), ERR_DEVICE);
}

TEST_F(Flow, the_device_tells_when_a_rule_stands)
{
	Sa s(engine, "192.0.2.1", DP_IN, 5, 0x10005);

	ASSERT_EQ(install(s), ERR_OK);
	device.flow_status = ERR_AGAIN;
	EXPECT_EQ(flow_status(engine, &s.sa), ERR_AGAIN);
	device.flow_status = ERR_FULL;
	EXPECT_EQ(flow_status(engine, &s.sa), ERR_FULL);
	device.ext.flow_status = nullptr;
	device.attach(engine, PORT);
	EXPECT_EQ(flow_status(engine, &s.sa), ERR_OK) << "a driver that doesn't tell is believed";
}

/* While an SA moves from one session to another its slot has two configurations, each with a rule. */
TEST_F(Flow, two_configurations_of_a_slot_have_a_rule_each)
{
	Sa before(engine, "192.0.2.1", DP_IN, 5, 0x10005), after(engine, "192.0.2.2", DP_IN, 5, 0x10005);
	Sa other(engine, "192.0.2.1", DP_IN, 6, 0x10006);

	for (auto *s : { &before, &after, &other })
		ASSERT_EQ(install(*s), ERR_OK);
	flow_remove(table, engine, &before.sa);
	ASSERT_EQ(device.rules.size(), 2u);
	EXPECT_EQ(device.rules.front().session, session(after));
	EXPECT_EQ(flow_count(table, PORT), 2u);
}

/* The device has forgotten them by itself: it isn't told. */
TEST_F(Flow, rules_of_a_lost_device_are_forgotten_in_the_host)
{
	Sa a(engine, "192.0.2.1", DP_IN, 5, 0x10005), b(engine, "192.0.2.1", DP_IN, 6, 0x10006);

	ASSERT_EQ(install(a), ERR_OK);
	ASSERT_EQ(install(b), ERR_OK);
	flow_forget(table, PORT + 1);
	EXPECT_EQ(flow_count(table, PORT), 2u);
	engine_inline_detach(engine, PORT);
	flow_forget(table, PORT);
	EXPECT_EQ(flow_count(table, PORT), 0u);
	EXPECT_EQ(device.rules.size(), 2u);
	flow_remove(table, engine, &a.sa);
	EXPECT_EQ(device.rules.size(), 2u);
}

/* sa-state 27: SECURITY without a session means a look-up by SPI in the device's own table. */
TEST_F(Flow, a_device_with_an_spi_table_has_one_rule_for_all)
{
	engine_device d = device.describe(PORT, 2, "net_cn10k");

	ASSERT_EQ(engine_inline_attach(engine, &d), ERR_OK);
	Sa a(engine, "192.0.2.1", DP_IN, 5, 0x10005), b(engine, "192.0.2.1", DP_IN, 6, 0x10006);
	device.flow_errno = ENOSPC;
	EXPECT_EQ(install(a), ERR_FULL);
	device.flow_errno = 0;
	ASSERT_EQ(install(a), ERR_OK);
	ASSERT_EQ(install(b), ERR_OK);
	ASSERT_EQ(device.rules.size(), 1u);
	EXPECT_EQ(device.rules.front().spi, 0u);
	EXPECT_TRUE(device.rules.front().local.empty());
	EXPECT_EQ(device.rules.front().session, nullptr);
	flow_remove(table, engine, &a.sa);
	EXPECT_EQ(flow_status(engine, &b.sa), ERR_OK);
	EXPECT_EQ(device.rules.size(), 1u);
	flow_forget(table, PORT); /* after a reset it is made anew */
	ASSERT_EQ(install(b), ERR_OK);
	EXPECT_EQ(device.rules.size(), 2u);
}
