#include <gtest/gtest.h>

#include <string>

#include "ctl/codec.h"

namespace
{

std::string framed(json_t *json, size_t max = CTL_ANSWER_MAX)
{
	uint8_t *frame = nullptr;
	size_t len = 0;
	EXPECT_EQ(ERR_OK, ctl_codec_frame(json, max, &frame, &len));
	std::string out(reinterpret_cast<char *>(frame), len);
	free(frame);
	json_decref(json);
	return out;
}

bytes view(const std::string &s)
{
	return bytes_of(s.data(), s.size());
}

TEST(CtlCodec, carries_a_request)
{
	std::string frame = framed(ctl_codec_request("show version"), CTL_REQUEST_MAX);
	char command[CTL_COMMAND_MAX];
	bytes body;

	for (size_t cut = 0; cut < frame.size(); cut++)
		EXPECT_EQ(ERR_AGAIN, ctl_codec_split(bytes_of(frame.data(), cut), CTL_REQUEST_MAX, &body)) << cut;
	frame += "rest";
	ASSERT_EQ(ERR_OK, ctl_codec_split(view(frame), CTL_REQUEST_MAX, &body));
	EXPECT_EQ(frame.size(), CTL_HEADER_LEN + body.len + 4);
	ASSERT_EQ(ERR_OK, ctl_codec_read_request(body, command));
	EXPECT_STREQ("show version", command);
}

TEST(CtlCodec, bounds_a_frame)
{
	const std::string empty(4, '\0');
	bytes body;

	EXPECT_EQ(ERR_RANGE, ctl_codec_split(view(empty), CTL_REQUEST_MAX, &body));
	EXPECT_EQ(ERR_RANGE, ctl_codec_split(view(std::string("\0\1\0\0", 4)), CTL_REQUEST_MAX, &body));

	json_t *big = ctl_codec_request(std::string(3000, 'x').c_str());
	uint8_t *frame = nullptr;
	size_t len = 0;
	EXPECT_EQ(ERR_RANGE, ctl_codec_frame(big, CTL_REQUEST_MAX, &frame, &len));
	json_decref(big);
}

TEST(CtlCodec, refuses_bad_requests)
{
	char command[CTL_COMMAND_MAX];
	auto read = [&](const std::string &s) { return ctl_codec_read_request(view(s), command); };

	EXPECT_EQ(ERR_MALFORMED, read("no json"));
	EXPECT_EQ(ERR_MALFORMED, read("[1]"));
	EXPECT_EQ(ERR_MALFORMED, read(R"({"command":"x"})"));
	EXPECT_EQ(ERR_VERSION, read(R"({"version":2,"command":"x"})"));
	EXPECT_EQ(ERR_MALFORMED, read(R"({"version":1,"command":7})"));
	EXPECT_EQ(ERR_MALFORMED, read(R"({"version":1,"version":1,"command":"x"})"));
	EXPECT_EQ(ERR_RANGE, read(R"({"version":1,"command":")" + std::string(CTL_COMMAND_MAX, 'a') + "\"}"));
	EXPECT_EQ(ERR_OK, read(R"({"version":1})"));
	EXPECT_STREQ("", command);
}

TEST(CtlCodec, carries_parts_and_merges_them)
{
	json_t *whole = json_object();

	for (int i = 0; i < 3; i++) {
		std::string frame = framed(ctl_codec_part("show x", json_pack("{s:[i], s:i}", "rows", i, "total", i), i < 2));
		ctl_answer a = {};
		bytes body;
		ASSERT_EQ(ERR_OK, ctl_codec_split(view(frame), CTL_ANSWER_MAX, &body));
		ASSERT_EQ(ERR_OK, ctl_codec_read_answer(body, &a));
		EXPECT_TRUE(a.ok);
		EXPECT_EQ(i < 2, a.more);
		EXPECT_STREQ("show x", a.command);
		EXPECT_EQ(ERR_OK, ctl_codec_merge(whole, a.doc));
		ctl_codec_fini(&a);
	}
	char *text = json_dumps(whole, JSON_COMPACT | JSON_SORT_KEYS);
	EXPECT_STREQ(R"({"rows":[0,1,2],"total":2})", text);
	free(text);
	json_decref(whole);
}

TEST(CtlCodec, carries_a_refusal)
{
	std::string frame = framed(ctl_codec_refusal("because"));
	ctl_answer a = {};
	bytes body;

	ASSERT_EQ(ERR_OK, ctl_codec_split(view(frame), CTL_ANSWER_MAX, &body));
	ASSERT_EQ(ERR_OK, ctl_codec_read_answer(body, &a));
	EXPECT_FALSE(a.ok);
	EXPECT_STREQ("because", a.error);
	EXPECT_EQ(nullptr, a.doc);
}

TEST(CtlCodec, refuses_bad_answers)
{
	ctl_answer a = {};

	for (const char *s :
		{ "{}x", "7", R"({"ok":true})", R"({"ok":true,"doc":[]})", R"({"ok":false,"doc":{}})", R"({"ok":false,"error":1})" })
		EXPECT_EQ(ERR_MALFORMED, ctl_codec_read_answer(view(s), &a)) << s;
}

} // namespace
