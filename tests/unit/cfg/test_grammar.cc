#include <gtest/gtest.h>

#include <set>
#include <string>

#include "cfg/grammar/pattern.h"
#include "cfg/grammar/value.h"
#include "cfg/lang.h"

namespace
{

enum err compile(const char *pattern)
{
	cfg_program p{};
	cfg_row row{};
	uint16_t start;
	enum err err = cfg_pattern_compile(&p, pattern, &row, &start);

	cfg_pattern_fini(&p);
	return err;
}

TEST(CfgPattern, notation)
{
	EXPECT_EQ(compile("a b=c d= =e <n> <n:1-5> <n:word@pool> =<n:1-9> {a|b [c]} [a|b]* {x <y>}+"), ERR_OK);
	for (const char *bad : { "{a", "a}", "[a|b", "<n", "<:word>", "<n:what>", "<n:5-1>", "<n:5->", "a]", "|", "{a|b]" })
		EXPECT_EQ(compile(bad), ERR_MALFORMED) << bad;
	EXPECT_EQ(compile("{{{{{{{{{a}}}}}}}}}"), ERR_RANGE);
}

TEST(CfgLang, every_row_compiles_and_is_documented)
{
	cfg_lang *lang = cfg_lang_new();
	const cfg_rows *rows;

	ASSERT_NE(lang, nullptr);
	for (unsigned t = 0; (rows = cfg_lang_rows(t)) != nullptr; t++) {
		ASSERT_NE(rows->subject, nullptr);
		for (unsigned i = 0; i < rows->count; i++) {
			EXPECT_NE(rows->row[i].help, nullptr) << rows->row[i].pattern;
			EXPECT_GT(lang->start_count[rows->row[i].mode], 0u);
			if (rows->row[i].enters != CFG_MODE_NONE && rows->row[i].enters != CFG_MODE_CONTROL_PLANE) {
				EXPECT_GT(lang->start_count[rows->row[i].enters], 0u) << rows->row[i].pattern;
			}
		}
	}
	cfg_lang_free(lang);
	cfg_lang_free(nullptr);
}

/* A reference to a kind that no row defines would dangle for ever. */
TEST(CfgLang, every_reference_has_a_definition)
{
	std::set<std::string> defined{ "virtual-template" };
	cfg_lang *lang = cfg_lang_new();
	const cfg_rows *rows;

	for (unsigned t = 0; (rows = cfg_lang_rows(t)) != nullptr; t++)
		for (unsigned i = 0; i < rows->count; i++)
			if (rows->row[i].defines != nullptr)
				defined.insert(rows->row[i].defines);
	for (unsigned i = 0; i < lang->program.count; i++) {
		const cfg_param *p = lang->program.code[i].param;

		if (p != nullptr && p->ref != nullptr) {
			EXPECT_TRUE(defined.count(p->ref)) << p->ref;
		}
	}
	cfg_lang_free(lang);
}

/* ---- values ---- */

std::string name_of(const char *text)
{
	cfg_if_name name;
	enum err err = cfg_value_interface(bytes_str(text), &name);

	return err == ERR_OK ? name.text : err == ERR_EXISTS ? "several" : "none";
}

TEST(CfgValue, interface_names_may_be_short)
{
	EXPECT_EQ(name_of("e0/0"), "Ethernet0/0");
	EXPECT_EQ(name_of("E0/1.3"), "Ethernet0/1.3");
	EXPECT_EQ(name_of("ETHERNET00/01"), "Ethernet0/1");
	EXPECT_EQ(name_of("fa2/0"), "FastEthernet2/0");
	EXPECT_EQ(name_of("Gi0/0/1"), "GigabitEthernet0/0/1");
	EXPECT_EQ(name_of("te1/1"), "TenGigabitEthernet1/1");
	EXPECT_EQ(name_of("lo0"), "Loopback0");
	EXPECT_EQ(name_of("tu7"), "Tunnel7");
	EXPECT_EQ(name_of("virtual-t1"), "Virtual-Template1");
	EXPECT_EQ(name_of("Virtual-Access2"), "Virtual-Access2");
	EXPECT_EQ(name_of("c0/0"), "Cellular0/0");
	EXPECT_EQ(name_of("vl10"), "Vlan10");
	EXPECT_EQ(name_of("null0"), "Null0");
}

TEST(CfgValue, interface_names_that_are_none)
{
	EXPECT_EQ(name_of("t0"), "several");
	EXPECT_EQ(name_of("v1"), "several");
	EXPECT_EQ(name_of("virtual-1"), "several");
	EXPECT_EQ(name_of("x0"), "none");
	EXPECT_EQ(name_of("Ethernet"), "none");
	EXPECT_EQ(name_of("Ethernet0/"), "none");
	EXPECT_EQ(name_of("Ethernet0.1.2"), "none");
	EXPECT_EQ(name_of("Ethernet0.1/2"), "none");
	EXPECT_EQ(name_of("Tunnel0/1"), "none");
	EXPECT_EQ(name_of("Loopback0.1"), "none");
	EXPECT_EQ(name_of("Tunnel99999999999"), "none");
	EXPECT_EQ(name_of("Ethernet1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20"), "none");
	EXPECT_EQ(name_of(""), "none");
}

std::string checked(cfg_type type, const char *text, uint64_t low = 0, uint64_t high = 0)
{
	cfg_param p{ "p", type, CFG_PART_ALL, low, high, nullptr };
	char why[CFG_WHY_TEXT];
	arena a{};

	if (!cfg_value_check(&p, bytes_str(text), why))
		return std::string("no: ") + why;
	std::string out = cfg_value_text(&p, bytes_str(text), &a);
	arena_fini(&a);
	return out;
}

TEST(CfgValue, numbers_have_a_range)
{
	EXPECT_EQ(checked(CFG_TYPE_NUMBER, "10", 10, 3600), "10");
	EXPECT_EQ(checked(CFG_TYPE_NUMBER, "0010", 10, 3600), "10");
	EXPECT_EQ(checked(CFG_TYPE_NUMBER, "9", 10, 3600), "no: is outside 10-3600");
	EXPECT_EQ(checked(CFG_TYPE_NUMBER, "3601", 10, 3600), "no: is outside 10-3600");
	EXPECT_EQ(checked(CFG_TYPE_NUMBER, "-1", 0, 10), "no: ");
	EXPECT_EQ(checked(CFG_TYPE_NUMBER, "1x", 0, 10), "no: ");
	EXPECT_EQ(checked(CFG_TYPE_NUMBER, "99999999999999999999", 0, UINT64_MAX), "no: ");
}

TEST(CfgValue, addresses_and_prefixes)
{
	EXPECT_EQ(checked(CFG_TYPE_IP4, "198.51.100.1"), "198.51.100.1");
	EXPECT_EQ(checked(CFG_TYPE_IP4, "198.51.100.256"), "no: is no address");
	EXPECT_EQ(checked(CFG_TYPE_IP4, "2001:db8::1"), "no: ");
	EXPECT_EQ(checked(CFG_TYPE_IP6, "2001:DB8:0:0::1"), "2001:db8::1");
	EXPECT_EQ(checked(CFG_TYPE_IP, "2001:db8::1"), "2001:db8::1");
	EXPECT_EQ(checked(CFG_TYPE_MASK, "255.255.254.0"), "255.255.254.0");
	EXPECT_EQ(checked(CFG_TYPE_MASK, "255.0.255.0"), "no: is no netmask: its ones must come before its zeroes");
	EXPECT_EQ(checked(CFG_TYPE_WILDCARD, "0.0.255.0"), "0.0.255.0");
	EXPECT_EQ(checked(CFG_TYPE_P4, "10.0.0.0/8"), "10.0.0.0/8");
	EXPECT_EQ(checked(CFG_TYPE_P4, "10.0.0.0/33"), "no: is no prefix (address/length)");
	EXPECT_EQ(checked(CFG_TYPE_P6, "2001:DB8:CAFE::1/64"), "2001:db8:cafe::1/64");
	EXPECT_EQ(checked(CFG_TYPE_P6, "2001:db8::1"), "no: is no prefix (address/length)");
	EXPECT_EQ(checked(CFG_TYPE_RD, "65001:99"), "65001:99");
	EXPECT_EQ(checked(CFG_TYPE_RD, "192.0.2.1:7"), "192.0.2.1:7");
	EXPECT_EQ(checked(CFG_TYPE_RD, "65001"), "no: ");
	EXPECT_EQ(checked(CFG_TYPE_RD, "a:b"), "no: ");
}

TEST(CfgValue, names_are_at_most_63_bytes)
{
	EXPECT_EQ(checked(CFG_TYPE_WORD, std::string(63, 'n').c_str()), std::string(63, 'n'));
	EXPECT_EQ(checked(CFG_TYPE_WORD, std::string(64, 'n').c_str()), "no: is longer than 63 bytes");
}

TEST(CfgValue, secrets_that_are_none)
{
	EXPECT_EQ(checked(CFG_TYPE_SECRET, "Doc-Key"), "Doc-Key");
	EXPECT_NE(checked(CFG_TYPE_SECRET, "<removed>").find("hidden"), std::string::npos);
	EXPECT_NE(checked(CFG_TYPE_SECRET7, "xyz").find("type 7"), std::string::npos);
	EXPECT_NE(checked(CFG_TYPE_SECRET7, "9911").find("type 7"), std::string::npos);
	EXPECT_NE(checked(CFG_TYPE_SECRET6, "ABC").find("master key"), std::string::npos);
}

} // namespace
