#include <gtest/gtest.h>

#include <string>

#include "commands.h"
#include "ctl/match.h"

namespace
{

enum err no_document(ctl_call *, json_t *, bool *)
{
	return ERR_OK;
}

const ctl_command table[] = {
	command_row("show", "look"),
	command_row("show crypto", "keys"),
	command_row("show crypto session", "all sessions", no_document),
	command_row("show crypto session detail", "more of each", no_document),
	command_row("show crypto ikev2 sa", "IKE SAs", no_document),
	command_row("show crypto ipsec sa", "ESP SAs", no_document),
	command_row("show ip route", "the routing table", no_document),
	command_row("show ip route vrf <name>", "that of a VRF", no_document),
	command_row("clear crypto session", "drop all", no_document),
	command_row("clear crypto session remote <address>", "drop one", no_document),
	{},
};

std::string found(const char *line)
{
	ctl_match m;
	enum err err = ctl_match_line(table, line, &m);

	if (err != ERR_OK)
		return std::string("!") + m.error;
	if (m.help != nullptr) {
		char *text = json_dumps(m.help, JSON_COMPACT);
		std::string out = text;
		free(text);
		json_decref(m.help);
		return out;
	}
	std::string out = m.command->words;
	for (unsigned i = 0; i < m.arg_count; i++)
		out += std::string(" [") + m.arg[i] + "]";
	return out;
}

TEST(CtlMatch, takes_unique_prefixes_in_any_case)
{
	EXPECT_EQ("show crypto session", found("show crypto session"));
	EXPECT_EQ("show crypto session", found("  sh\tCRY  se "));
	EXPECT_EQ("show crypto session detail", found("sh cr se de"));
	EXPECT_EQ("show ip route", found("sh ip ro")); /* "ip" is a word, and not only the beginning of ipsec */
}

TEST(CtlMatch, hands_arguments_out)
{
	EXPECT_EQ("clear crypto session remote <address> [192.0.2.1]", found("cl c s r 192.0.2.1"));
	EXPECT_EQ("clear crypto session remote <address> [2001:db8::1]", found("clear crypto session remote 2001:db8::1"));
	EXPECT_EQ("show ip route vrf <name> [Red]", found("show ip route vrf Red"));
	EXPECT_EQ("!'192.0.2' isn't understood here; expected: <address>", found("clear crypto session remote 192.0.2"));
}

TEST(CtlMatch, tells_what_is_wrong)
{
	EXPECT_EQ("!'i' is ambiguous: ikev2, ipsec", found("show crypto i"));
	EXPECT_EQ("!'foo' isn't understood here; expected: crypto, ip", found("show foo"));
	EXPECT_EQ("!the command is incomplete; expected: session, ikev2, ipsec", found("show crypto"));
	EXPECT_EQ("!the command is incomplete; expected: show, clear", found(""));
	EXPECT_EQ("!'more' isn't understood here; expected: ", found("show ip route vrf a more"));
	EXPECT_EQ('!', found(std::string(2000, 'a').c_str())[0]);
}

TEST(CtlMatch, answers_questions)
{
	EXPECT_EQ(R"({"help":[{"word":"show","help":"look"},{"word":"clear","help":""}]})", found("?"));
	EXPECT_EQ(R"({"help":[{"word":"ikev2","help":""},{"word":"ipsec","help":""}]})", found("sh cry i?"));
	EXPECT_EQ(R"({"help":[{"word":"detail","help":"more of each"},{"word":"<cr>","help":"all sessions"}]})", found("sh cry se ?"));
	EXPECT_EQ(R"({"help":[{"word":"<address>","help":"drop one"}]})", found("clear cry sess rem ?"));
	EXPECT_EQ(R"({"help":[]})", found("sh x?"));
	EXPECT_EQ("!'x' isn't understood here; expected: crypto, ip", found("sh x ?"));
}

} // namespace
