#include <gtest/gtest.h>

#include <string>

#include "ctl/text.h"

namespace
{

std::string value(json_t *json)
{
	std::string out = json_is_string(json) ? json_string_value(json) : "no string";
	json_decref(json);
	return out;
}

TEST(CtlText, lets_nothing_through_that_a_terminal_obeys)
{
	EXPECT_EQ("spoke1", value(ctl_text_str("spoke1")));
	EXPECT_EQ("", value(ctl_text_str(nullptr)));
	EXPECT_EQ("a.[2Jb..", value(ctl_text_str("a\033[2Jb\n\x7f")));
	EXPECT_EQ("Z\xc3\xbcrich", value(ctl_text_str("Z\xc3\xbcrich"))); /* UTF-8 */
	EXPECT_EQ("Z.rich", value(ctl_text_str("Z\xfcrich")));            /* not UTF-8 */
}

TEST(CtlText, prints_addresses_and_numbers)
{
	addr none = {}, a;
	addr_port p = {};
	addr_prefix x;

	ASSERT_EQ(ERR_OK, addr_parse("2001:db8::1", &a));
	ASSERT_EQ(ERR_OK, addr_parse_prefix("10.0.0.0/8", &x));
	p.addr = a;
	p.port = 4500;
	EXPECT_EQ("", value(ctl_text_addr(&none)));
	EXPECT_EQ("2001:db8::1", value(ctl_text_addr(&a)));
	EXPECT_EQ("[2001:db8::1]:4500", value(ctl_text_addr_port(&p)));
	EXPECT_EQ("10.0.0.0/8", value(ctl_text_prefix(&x)));
	EXPECT_EQ("0x00000100", value(ctl_text_spi(256)));

	json_t *big = ctl_text_count(UINT64_MAX);
	EXPECT_EQ(INT64_MAX, json_integer_value(big));
	json_decref(big);
}

} // namespace
