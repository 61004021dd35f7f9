/* The IKE_SA_INIT bucket of a source prefix. */
#include "lab.h"

#include <linux/bpf.h>
#include <thread>
#include <unistd.h>

namespace
{
class Bucket : public Lab
{
      protected:
	void SetUp() override
	{
		Lab::SetUp();
		if (IsSkipped() || HasFatalFailure())
			return;
		open();
		locals();
		attach(port());
	}

	void limit(uint32_t rate_per_s, uint32_t burst)
	{
		ASSERT_EQ(ERR_OK, loader_rule_set_limit(steer, rate_per_s, burst));
	}

	/* How many of 'count' pass at once. */
	int passing(int count, const Bytes &frame)
	{
		int passed = 0;

		for (int i = 0; i < count; i++)
			passed += verdict(frame) == "PASS_IKE";
		return passed;
	}
};

Bytes init4(const char *src)
{
	return frame4({ .src = src }, udp(500, ike({})));
}

Bytes init6(const char *src)
{
	return frame6({ .src = src }, udp(500, ike({})));
}

TEST_F(Bucket, a_burst_passes_and_no_more)
{
	limit(1, 5);
	EXPECT_EQ(5, passing(8, init4("203.0.113.1")));
	EXPECT_EQ("DROP_IKE_RATE", verdict(init4("203.0.113.1")));
	EXPECT_EQ(unsigned{ XDP_DROP }, returned);
}

TEST_F(Bucket, a_prefix_shares_one)
{
	limit(1, 5);
	EXPECT_EQ(5, passing(6, init4("203.0.113.1")));
	EXPECT_EQ("DROP_IKE_RATE", verdict(init4("203.0.113.254")));
	EXPECT_EQ("PASS_IKE", verdict(init4("203.0.112.1")));
	EXPECT_EQ(5, passing(6, init6("2001:db8:1:2::1")));
	EXPECT_EQ("DROP_IKE_RATE", verdict(init6("2001:db8:1:2:ffff::1")));
	EXPECT_EQ("PASS_IKE", verdict(init6("2001:db8:1:3::1")));
}

TEST_F(Bucket, both_ports_share_one)
{
	limit(1, 2);
	EXPECT_EQ("PASS_IKE", verdict(init4("203.0.113.1")));
	EXPECT_EQ("PASS_IKE", verdict(frame4({ .src = "203.0.113.1" }, udp(4500, marked(ike({}))))));
	EXPECT_EQ("DROP_IKE_RATE", verdict(frame4({ .src = "203.0.113.1" }, udp(4500, marked(ike({}))))));
}

TEST_F(Bucket, tokens_come_back)
{
	limit(20, 1);
	EXPECT_EQ(1, passing(3, init4("203.0.113.1")));
	usleep(60000);
	EXPECT_EQ(1, passing(3, init4("203.0.113.1")));
}

TEST_F(Bucket, only_new_requests_are_limited)
{
	auto other = [](const Ike &message) { return frame4({ .src = "203.0.113.1" }, udp(500, ike(message))); };

	limit(1, 1);
	EXPECT_EQ(1, passing(2, init4("203.0.113.1")));
	EXPECT_EQ(9, passing(9, other({ .exchange = 35, .message_id = 1 }))); /* IKE_AUTH */
	EXPECT_EQ(9, passing(9, other({ .exchange = 37 })));                  /* INFORMATIONAL */
	EXPECT_EQ(9, passing(9, other({ .responder_spi = 1 })));
	EXPECT_EQ(9, passing(9, other({ .flags = 0x20 })));
	EXPECT_EQ(9, passing(9, other({ .message_id = 1 })));
	EXPECT_EQ("DROP_NO_SOCKET", verdict(frame4({ .proto = 50, .src = "203.0.113.1" }, esp()))); /* ESP, and no datapath here */
	EXPECT_EQ("DROP_IKE_RATE", verdict(init4("203.0.113.1")));
}

TEST_F(Bucket, no_rate_is_no_limit)
{
	EXPECT_EQ(50, passing(50, init4("203.0.113.1")));
	limit(1, 1);
	EXPECT_EQ(1, passing(50, init4("203.0.113.1")));
	limit(0, 0);
	EXPECT_EQ(50, passing(50, init4("203.0.113.1")));
}

TEST_F(Bucket, burst_zero_counts_as_one)
{
	limit(1, 0);
	EXPECT_EQ(1, passing(5, init4("203.0.113.1")));
}

/* Two CPUs at one bucket: not one more than the burst gets through (beside the first frame, which both may see as new). */
TEST_F(Bucket, holds_under_concurrency)
{
	constexpr int REPEAT = 20000;
	Bytes f = init4("203.0.113.1");

	limit(1, 1000);
	ASSERT_EQ("PASS_IKE", verdict(f));
	auto flood = [&] { run(f, 0, REPEAT); };
	std::thread other(flood);
	flood();
	other.join();
	Counts now = counts();
	EXPECT_EQ(2u * REPEAT + 1, now["PASS_IKE"] + now["DROP_IKE_RATE"]);
	EXPECT_GE(now["PASS_IKE"], 1000u);
	EXPECT_LE(now["PASS_IKE"], 1000u + 5); /* and what came back while it ran */
}
} // namespace
