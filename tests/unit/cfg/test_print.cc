#include "loaded.h"

using namespace cfgtest;

namespace
{

TEST(CfgPrint, secrets_are_hidden_from_eyes_and_kept_for_files)
{
	std::string text =
		"crypto ikev2 keyring K\n peer a\n  address 192.0.2.1\n  pre-shared-key local Doc-Key\n  pre-shared-key remote 7 0822455D0A16\n";
	Loaded l(text);

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(without_bangs(l.saved()), text);
	EXPECT_EQ(without_bangs(l.saved(CFG_SECRETS_HIDDEN)),
		"crypto ikev2 keyring K\n peer a\n  address 192.0.2.1\n  pre-shared-key local <removed>\n  pre-shared-key remote 7 <removed>\n");
	EXPECT_NE(Loaded(l.saved(CFG_SECRETS_HIDDEN)).errors().find("hidden"), std::string::npos) << "and must not become keys";
}

TEST(CfgPrint, a_key_that_looks_like_the_mark_of_a_form_loads_again)
{
	for (const char *key : { "0", "6", "7", "70", "key", "\"a b\"" }) {
		Loaded l(std::string("crypto ikev2 keyring K\n peer a\n  pre-shared-key 0 ") + key + "\n");
		Loaded again(l.saved());

		ASSERT_EQ(l.err, ERR_OK) << l.errors();
		ASSERT_EQ(again.err, ERR_OK) << again.errors();
		const secret *s = cfg_find_keyring(again.model, "K")->peers->psk_local;
		EXPECT_EQ(std::string(reinterpret_cast<char *>(s->data), s->len), key);
	}
}

TEST(CfgPrint, a_line_that_an_open_mode_would_take_gets_an_exit)
{
	Loaded l("crypto ikev2 keyring K\n peer a\n  address 192.0.2.1\nend\nhostname r1\ncrypto ikev2 keyring K\n description x\n");

	EXPECT_NE(l.err, ERR_OK) << "a keyring has no description";
	Loaded k("crypto ikev2 keyring K\n peer a\n  address 192.0.2.1\nend\nhostname r1\n");
	ASSERT_EQ(k.err, ERR_OK) << k.errors();
	EXPECT_STREQ(k.model->hostname, "r1");
	EXPECT_EQ(k.saved(), "crypto ikev2 keyring K\n peer a\n  address 192.0.2.1\n!\nexit\nexit\nhostname r1\n");
	Loaded again(k.saved());
	EXPECT_STREQ(again.model->hostname, "r1");
}

TEST(CfgPrint, every_line_in_full_spelling)
{
	Loaded l(
		"HOSTNAME R1\nINT E00/01\n IP ADD 192.0.2.1 255.255.255.0\n ipv6 add 2001:DB8::1/64\ncr ipse trans T esp-a 256 esp-sha256\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(l.saved(), "hostname R1\ninterface Ethernet0/1\n ip address 192.0.2.1 255.255.255.0\n ipv6 address 2001:db8::1/64\n!\n"
			     "crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac\n!\n");
}

} // namespace
