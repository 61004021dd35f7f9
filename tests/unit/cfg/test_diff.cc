#include "cfg/diff.h"

#include "loaded.h"

#include "cfg/stmt.h"

using namespace cfgtest;

namespace
{

std::string diff(const std::string &from, const std::string &to)
{
	Loaded a(from), b(to);
	std::string out;

	EXPECT_EQ(a.err, ERR_OK) << a.errors();
	EXPECT_EQ(b.err, ERR_OK) << b.errors();
	cfg_diff_models(
		a.model, b.model,
		[](void *ctx, const cfg_diff *d) {
			char text[200];

			*static_cast<std::string *>(ctx) += std::string(d->added ? "+" : "-") + cfg_stmt_str(d->stmt, text, sizeof(text)) +
							    " [" + (d->object == nullptr ? "" : d->object->title) + "]\n";
		},
		&out);
	return out;
}

TEST(CfgDiff, nothing)
{
	EXPECT_EQ(diff("", ""), "");
	EXPECT_EQ(diff("hostname a\ninterface e0/0\n ip mtu 1400\n", "int Ethernet0/0\n ip mtu 1400\nexit\nhostname a\n"), "");
}

TEST(CfgDiff, a_changed_line_is_removed_and_added)
{
	EXPECT_EQ(diff("hostname a\n", "hostname b\n"), "-hostname a []\n+hostname b []\n");
	EXPECT_EQ(diff("interface e0/0\n ip mtu 1400\n ipv6 enable\n", "interface e0/0\n ip mtu 1300\n ipv6 enable\n"),
		"-ip mtu 1400 [interface Ethernet0/0]\n+ip mtu 1300 [interface Ethernet0/0]\n");
}

TEST(CfgDiff, a_container_stands_for_all_below_it)
{
	EXPECT_EQ(diff("", "crypto ikev2 profile P\n lifetime 600\n"), "+crypto ikev2 profile P [crypto ikev2 profile P]\n");
	EXPECT_EQ(diff("ip local pool P 192.0.2.1\nip route 10.0.0.0 255.0.0.0 Null0\n", "ip local pool P 192.0.2.1\n"),
		"-ip route 10.0.0.0 255.0.0.0 Null0 [ip route 10.0.0.0 255.0.0.0 Null0]\n");
}

TEST(CfgDiff, a_changed_secret_is_a_change)
{
	std::string k = "crypto ikev2 keyring K\n peer a\n  pre-shared-key ";

	EXPECT_EQ(diff(k + "one\n", k + "one\n"), "");
	EXPECT_EQ(diff(k + "one\n", k + "two\n"), "-pre-shared-key <removed> [peer a]\n+pre-shared-key <removed> [peer a]\n");
}

TEST(CfgDiff, a_line_taken_back)
{
	std::string p = "crypto ikev2 authorization policy default\n";

	EXPECT_EQ(diff("", p + " no route set interface\n"),
		"+crypto ikev2 authorization policy default [crypto ikev2 authorization policy default]\n");
	EXPECT_EQ(diff(p + " route set interface\n", p + " no route set interface\n"),
		"-route set interface [crypto ikev2 authorization policy default]\n+no route set interface [crypto ikev2 authorization policy default]\n");
}

} // namespace
