#include "base/err.h"

#include <cerrno>
#include <set>
#include <string>

#include <gtest/gtest.h>

TEST(Err, every_error_has_a_name_and_a_text_of_its_own)
{
	std::set<std::string> names, texts;

	for (int i = 0; i < ERR_COUNT; i++) {
		names.insert(err_name(static_cast<enum err>(i)));
		texts.insert(err_str(static_cast<enum err>(i)));
	}
	EXPECT_EQ(names.size(), static_cast<size_t>(ERR_COUNT));
	EXPECT_EQ(texts.size(), static_cast<size_t>(ERR_COUNT));
	EXPECT_STREQ(err_name(ERR_OK), "OK");
	EXPECT_STREQ(err_name(ERR_NO_PROPOSAL), "NO_PROPOSAL");
}

TEST(Err, values_out_of_range_are_named_too)
{
	EXPECT_STREQ(err_str(static_cast<enum err>(ERR_COUNT)), "unknown error");
	EXPECT_STREQ(err_name(static_cast<enum err>(ERR_COUNT)), "UNKNOWN");
}

TEST(Err, errno_has_a_meaning)
{
	EXPECT_EQ(err_of_errno(0), ERR_OK);
	EXPECT_EQ(err_of_errno(ENOMEM), ERR_NOMEM);
	EXPECT_EQ(err_of_errno(EEXIST), ERR_EXISTS);
	EXPECT_EQ(err_of_errno(EADDRNOTAVAIL), ERR_ABSENT);
	EXPECT_EQ(err_of_errno(EAGAIN), ERR_AGAIN);
	EXPECT_EQ(err_of_errno(EPERM), ERR_DENIED);
	EXPECT_EQ(err_of_errno(ENOBUFS), ERR_FULL);
	EXPECT_EQ(err_of_errno(EIO), ERR_IO);
	EXPECT_EQ(err_of_errno(12345), ERR_IO);
}
