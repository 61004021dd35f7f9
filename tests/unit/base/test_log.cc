#include "base/log.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace
{
struct Lines {
	std::vector<std::string> text;
	std::vector<enum log_level> level;
};

void take(void *ctx, enum log_level level, const char *line)
{
	static_cast<Lines *>(ctx)->text.push_back(line);
	static_cast<Lines *>(ctx)->level.push_back(level);
}

class Log : public ::testing::Test
{
      protected:
	Lines lines;
	struct log to = { take, &lines, LOG_L_INFO };
};
} // namespace

TEST_F(Log, a_line_is_event_and_details)
{
	log_event(&to, LOG_L_WARN, "auth.refused", "method=%s err=%d", "psk", 24);
	ASSERT_EQ(lines.text.size(), 1u);
	EXPECT_EQ(lines.text[0], "auth.refused method=psk err=24");
	EXPECT_EQ(lines.level[0], LOG_L_WARN);
}

TEST_F(Log, an_event_without_details_has_no_blank_behind_it)
{
	log_event(&to, LOG_L_INFO, "loop.ready", "%s", "");
	EXPECT_EQ(lines.text.at(0), "loop.ready");
}

TEST_F(Log, levels_beyond_the_set_one_are_silent)
{
	log_event(&to, LOG_L_DEBUG, "a", "%d", 1);
	EXPECT_TRUE(lines.text.empty());
	to.level = LOG_L_DEBUG;
	log_event(&to, LOG_L_DEBUG, "a", "%d", 1);
	EXPECT_EQ(lines.text.size(), 1u);
	to.level = LOG_L_ERROR;
	log_event(&to, LOG_L_WARN, "a", "%d", 1);
	log_event(&to, LOG_L_ERROR, "a", "%d", 1);
	EXPECT_EQ(lines.text.size(), 2u);
}

TEST_F(Log, no_log_and_no_sink_are_silent)
{
	struct log none = {};

	log_event(nullptr, LOG_L_ERROR, "a", "%d", 1);
	log_event(&none, LOG_L_ERROR, "a", "%d", 1);
}

TEST_F(Log, a_long_line_is_cut_and_says_so)
{
	std::string exact(511 - 2, 'x'), longer(511 - 1, 'x'), huge(5000, 'x');

	log_event(&to, LOG_L_INFO, "a", "%s", exact.c_str());
	log_event(&to, LOG_L_INFO, "a", "%s", longer.c_str());
	log_event(&to, LOG_L_INFO, "a", "%s", huge.c_str());
	EXPECT_EQ(lines.text[0], "a " + exact);
	for (size_t i : { 1, 2 }) {
		EXPECT_EQ(lines.text[i].size(), 511u);
		EXPECT_EQ(lines.text[i].substr(505), "xxx...");
	}
}

TEST_F(Log, a_peers_bytes_cannot_forge_a_line_or_reach_the_terminal)
{
	log_event(&to, LOG_L_INFO, "id", "%s", "a\nb\rc\x1b[2Jd\x7f\x9b\xc3\xa9\te");
	EXPECT_EQ(lines.text.at(0), "id a.b.c.[2Jd.....e");
}

TEST_F(Log, every_level_has_a_name)
{
	for (int level = LOG_L_ERROR; level <= LOG_L_DEBUG; level++)
		EXPECT_STRNE(log_level_name(static_cast<enum log_level>(level)), "?");
}

TEST_F(Log, the_sink_of_stderr)
{
	testing::internal::CaptureStderr();
	log_stderr(nullptr, LOG_L_WARN, "event a=b");
	EXPECT_EQ(testing::internal::GetCapturedStderr(), "warn   event a=b\n");
}
