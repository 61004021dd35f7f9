#include "cfg/grammar/lex.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace
{

struct Lexed {
	std::vector<std::vector<std::string>> words;
	std::vector<std::vector<uint32_t>> columns;
	std::vector<uint32_t> numbers;
	std::string bad;
};

Lexed lex(const std::string &text)
{
	cfg_lexer l{ bytes_of(text.data(), text.size()), 0, 0 };
	auto line = std::make_unique<cfg_line>();
	Lexed out;

	for (;;) {
		cfg_lex r = cfg_lex_next(&l, line.get());

		if (r == CFG_LEX_END)
			return out;
		if (r == CFG_LEX_BAD) {
			out.bad += std::to_string(line->number) + ":" + std::to_string(line->bad_column) + " " + line->bad + "\n";
			continue;
		}
		out.numbers.push_back(line->number);
		out.words.emplace_back();
		out.columns.emplace_back();
		for (unsigned i = 0; i < line->count; i++) {
			out.words.back().emplace_back(reinterpret_cast<const char *>(line->token[i].text.data), line->token[i].text.len);
			out.columns.back().push_back(line->token[i].column);
		}
	}
}

using words = std::vector<std::vector<std::string>>;

TEST(CfgLex, words_with_their_columns)
{
	Lexed l = lex("a  bc\td\n \t ef\n");

	EXPECT_EQ(l.words, (words{ { "a", "bc", "d" }, { "ef" } }));
	EXPECT_EQ(l.columns, (std::vector<std::vector<uint32_t>>{ { 1, 4, 7 }, { 4 } }));
	EXPECT_EQ(l.numbers, (std::vector<uint32_t>{ 1, 2 }));
}

TEST(CfgLex, comments_and_empty_lines_say_nothing)
{
	Lexed l = lex("! all\n\n   \n  ! this too\nkey a!b !c\n");

	EXPECT_EQ(l.words, (words{ { "key", "a!b", "!c" } }));
	EXPECT_EQ(l.numbers, (std::vector<uint32_t>{ 5 }));
}

TEST(CfgLex, line_ends_of_every_kind)
{
	EXPECT_EQ(lex("a b \r\nc\r\n").words, (words{ { "a", "b" }, { "c" } }));
	EXPECT_EQ(lex("a b").words, (words{ { "a", "b" } }));
	EXPECT_TRUE(lex("").words.empty());
}

TEST(CfgLex, a_quoted_text_is_one_word)
{
	EXPECT_EQ(lex("set x \"a b  c\" d").words, (words{ { "set", "x", "\"a b  c\"", "d" } }));
	EXPECT_EQ(lex("\"\" x").words, (words{ { "\"\"", "x" } }));
}

TEST(CfgLex, an_open_quote_is_a_letter)
{
	EXPECT_EQ(lex("key \"a b").words, (words{ { "key", "\"a", "b" } }));
	EXPECT_EQ(lex("key a\"b c\"").words, (words{ { "key", "a\"b", "c\"" } }));
}

TEST(CfgLex, control_characters_are_refused)
{
	Lexed l = lex(std::string("ab\x01\nok\nc\0d\n", 11));

	EXPECT_EQ(l.bad, "1:3 a control character\n3:2 a control character\n");
	EXPECT_EQ(l.words, (words{ { "ok" } }));
}

TEST(CfgLex, bounds_of_a_line)
{
	std::string many;

	for (int i = 0; i < CFG_TOKEN_MAX; i++)
		many += "w ";
	EXPECT_EQ(lex(many).words.at(0).size(), static_cast<size_t>(CFG_TOKEN_MAX));
	EXPECT_EQ(lex(many + "w").bad, "1:129 the line has more than 64 words\n");
	EXPECT_EQ(lex(std::string(CFG_LINE_MAX, 'x')).bad, "");
	EXPECT_EQ(lex(std::string(CFG_LINE_MAX + 1, 'x')).bad, "1:4097 the line is longer than 4096 bytes\n");
}

TEST(CfgLex, a_block_ends_with_the_line_that_holds_its_end)
{
	std::string text = "first\n one ! raw\n\n two ^C\nlast\n";
	cfg_lexer l{ bytes_of(text.data(), text.size()), 0, 0 };
	auto line = std::make_unique<cfg_line>();
	struct bytes block;

	ASSERT_EQ(cfg_lex_next(&l, line.get()), CFG_LEX_LINE);
	EXPECT_FALSE(cfg_lex_block(&l, bytes_str("absent"), &block));
	ASSERT_TRUE(cfg_lex_block(&l, bytes_str("^C"), &block));
	EXPECT_EQ(std::string(reinterpret_cast<const char *>(block.data), block.len), " one ! raw\n\n two ^C");
	ASSERT_EQ(cfg_lex_next(&l, line.get()), CFG_LEX_LINE);
	EXPECT_EQ(line->number, 5u);
}

TEST(CfgLex, the_rest_of_a_line_keeps_its_blanks)
{
	std::string text = "description  a  b \n";
	cfg_lexer l{ bytes_of(text.data(), text.size()), 0, 0 };
	auto line = std::make_unique<cfg_line>();

	ASSERT_EQ(cfg_lex_next(&l, line.get()), CFG_LEX_LINE);
	struct bytes rest = cfg_lex_rest(line.get(), &line->token[1]);
	EXPECT_EQ(std::string(reinterpret_cast<const char *>(rest.data), rest.len), "a  b");
}

} // namespace
