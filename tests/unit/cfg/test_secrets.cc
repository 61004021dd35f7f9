#include "cfg/secrets.h"

#include <gtest/gtest.h>

#include <string>

namespace
{

std::string reveal(const std::string &text)
{
	uint8_t out[128], seed;
	size_t len;
	enum err err = cfg_secrets_reveal(bytes_of(text.data(), text.size()), out, &len, &seed);

	return err == ERR_OK ? std::string(reinterpret_cast<char *>(out), len) : err_name(err);
}

std::string hide(const std::string &clear, uint8_t seed)
{
	char out[300];

	cfg_secrets_hide(bytes_of(clear.data(), clear.size()), seed, out);
	return out;
}

TEST(CfgSecrets, type_7_is_revealed)
{
	EXPECT_EQ(reveal("0822455D0A16"), "cisco");
	EXPECT_EQ(reveal("0822455d0a16"), "cisco");
}

TEST(CfgSecrets, hidden_and_revealed_again)
{
	for (unsigned seed = 0; seed <= CFG_SECRETS_SEED_MAX; seed++) {
		std::string clear = "a key of more than fifty-three bytes, so that the stream wraps around";

		EXPECT_EQ(reveal(hide(clear, static_cast<uint8_t>(seed))), clear);
	}
	EXPECT_EQ(hide("cisco", 8), "0822455D0A16");
}

TEST(CfgSecrets, what_is_no_type_7)
{
	EXPECT_EQ(reveal(""), "MALFORMED");
	EXPECT_EQ(reveal("08"), "MALFORMED");
	EXPECT_EQ(reveal("082"), "MALFORMED");
	EXPECT_EQ(reveal("0a22"), "MALFORMED");
	EXPECT_EQ(reveal("08zz"), "MALFORMED");
	EXPECT_EQ(reveal("5322"), "RANGE");
}

} // namespace
