#include <gtest/gtest.h>

#include <jansson.h>
#include <memory>

#include "naveload/report.h"

namespace
{
struct Found {
	struct naveload_plan plan = {};
	std::unique_ptr<struct naveload_round[]> round = std::make_unique<struct naveload_round[]>(1);
	struct naveload_result result = {};

	Found()
	{
		plan.hub = addr_of_u32(0xc0000201);
		plan.peers = 2;
		plan.ike_words = plan.esp_words = "aes-gcm-128";
		result.plan = &plan;
		result.round = round.get();
		result.rounds = 1;
	}
	void up(uint64_t us)
	{
		naveload_tally_begin(&round[0].setup, 1000);
		naveload_tally_done(&round[0].setup, 1000 + us);
		naveload_hist_add(&round[0].setup.time, us);
		round[0].up++;
	}
	std::string print(bool json)
	{
		testing::internal::CaptureStdout();
		EXPECT_EQ(naveload_report_print(&result, json), ERR_OK);
		return testing::internal::GetCapturedStdout();
	}
};
} // namespace

TEST(NaveloadReport, clean_when_all_came_and_stayed)
{
	Found run;

	run.up(10);
	EXPECT_FALSE(naveload_report_clean(&run.result));
	run.up(20);
	EXPECT_TRUE(naveload_report_clean(&run.result));
	run.round[0].lost[IKE_DOWN_DEAD_PEER] = 1;
	EXPECT_FALSE(naveload_report_clean(&run.result));
}

TEST(NaveloadReport, table_tells_failures_by_cause)
{
	Found run;

	run.up(2000);
	naveload_tally_begin(&run.round[0].setup, 1000);
	naveload_tally_failed(&run.round[0].setup, IKE_DOWN_TIMEOUT, 5000);
	run.round[0].lost[IKE_DOWN_DEAD_PEER] = 1;
	std::string text = run.print(false);
	EXPECT_NE(text.find("failed: timeout 1\n"), std::string::npos) << text;
	EXPECT_NE(text.find("lost while up: dead-peer 1\n"), std::string::npos) << text;
	EXPECT_EQ(text.find("leave"), std::string::npos) << text;
}

TEST(NaveloadReport, json_is_a_document)
{
	Found run;

	run.up(2000);
	run.up(4000);
	run.result.own = { 42, true, {}, {}, 3000, 0, 2048 };
	json_t *doc = json_loads(run.print(true).c_str(), 0, nullptr);
	ASSERT_NE(doc, nullptr);
	json_t *round = json_array_get(json_object_get(doc, "rounds"), 0);
	EXPECT_EQ(json_integer_value(json_object_get(json_object_get(round, "setup"), "done")), 2);
	EXPECT_DOUBLE_EQ(json_real_value(json_object_get(json_object_get(round, "setup_ms"), "max")), 4.0);
	EXPECT_DOUBLE_EQ(json_real_value(json_object_get(json_object_get(doc, "naveload"), "cpu_ms")), 1.5);
	EXPECT_DOUBLE_EQ(json_real_value(json_object_get(json_object_get(doc, "naveload"), "bytes")), 1024);
	EXPECT_TRUE(json_is_null(json_object_get(doc, "watched")));
	json_decref(doc);
}
