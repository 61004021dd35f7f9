#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "naveload/options.h"

namespace
{

std::string network(const struct naveload_plan &p, uint32_t n)
{
	struct addr_prefix net = naveload_plan_network(&p.behind, n);
	char text[ADDR_PREFIX_TEXT];

	return addr_prefix_str(&net, text);
}
struct Options {
	struct naveload_options o = {};
	std::vector<std::string> words;
	std::vector<char *> argv;
	enum err err;

	explicit Options(std::vector<std::string> args) : words(std::move(args))
	{
		words.insert(words.begin(), "naveload");
		for (std::string &w : words)
			argv.push_back(w.data());
		argv.push_back(nullptr);
		err = naveload_options_parse(&o, static_cast<int>(words.size()), argv.data());
	}
	~Options()
	{
		secret_fini(&o.plan.psk);
		secret_fini(&o.plan.eap_password);
	}
	Options(const Options &) = delete;
	Options &operator=(const Options &) = delete;
	std::string id(uint32_t index) const
	{
		char text[NAVELOAD_ID_MAX + 1];

		return naveload_plan_name(&o.plan, o.plan.id, index, text);
	}
	std::string from(uint32_t index) const
	{
		struct ike_path path = naveload_plan_path(&o.plan, index);
		char text[ADDR_PORT_TEXT];

		return addr_port_str(&path.local, text);
	}
};

std::string refusal(const std::vector<std::string> &args)
{
	Options o(args);

	EXPECT_NE(o.err, ERR_OK);
	return o.o.why;
}
} // namespace

TEST(NaveloadOptions, defaults)
{
	Options o({ "--psk", "k", "192.0.2.1" });

	ASSERT_EQ(o.err, ERR_OK) << o.o.why;
	EXPECT_TRUE(o.o.run);
	EXPECT_EQ(o.o.plan.peers, 1000u);
	EXPECT_EQ(o.o.plan.rounds, 1u);
	EXPECT_EQ(o.o.plan.psk.len, 1u);
	EXPECT_EQ(o.o.plan.ike.offer[0].alg_count, 3u);
	EXPECT_EQ(o.o.plan.esp.offer[0].alg_count, 1u);
	EXPECT_EQ(o.id(0), "spoke1.vpn.example.net");
	EXPECT_EQ(o.id(999), "spoke1000.vpn.example.net");
}

TEST(NaveloadOptions, help_asks_for_no_run)
{
	Options o({ "--help" });

	EXPECT_EQ(o.err, ERR_OK);
	EXPECT_FALSE(o.o.run);
}

TEST(NaveloadOptions, each_is_taken)
{
	Options o({ "--psk=k", "--peers=7", "--rate", "100", "--burst", "5", "--concurrency", "0", "--hold", "3", "--rounds", "2",
		"--forget", "--leave", "--retransmit", "500", "--tries", "3", "--dpd", "9", "--json", "--quiet", "--verbose", "--watch",
		"1", "--nat", "--address", "--hub-id", "hub", "--first", "100", "--id", "p%@example.net", "--local-ts", "10.0.0.0/8",
		"--remote-ts", "0.0.0.0/0", "--behind", "10.128.0.0/24", "--rekey", "child", "--rekeys", "4", "--churn", "6", "--cert",
		"c%.pem", "--key", "k.pem", "--ca", "ca.pem", "192.0.2.1" });
	const struct naveload_plan &p = o.o.plan;

	ASSERT_EQ(o.err, ERR_OK) << o.o.why;
	EXPECT_EQ(p.peers, 7u);
	EXPECT_EQ(p.pace.rate, 100u);
	EXPECT_EQ(p.pace.burst, 5u);
	EXPECT_EQ(p.pace.concurrency, 0u);
	EXPECT_EQ(p.hold_s, 3u);
	EXPECT_EQ(p.rounds, 2u);
	EXPECT_TRUE(p.forget && p.leave && p.json && p.quiet && p.verbose && p.nat && p.address);
	EXPECT_EQ(p.retransmit_ms, 500u);
	EXPECT_EQ(p.tries, 3u);
	EXPECT_EQ(p.dpd_s, 9u);
	EXPECT_EQ(p.watch, 1u);
	EXPECT_STREQ(p.hub_id, "hub");
	EXPECT_EQ(p.rekey, NAVELOAD_REKEY_CHILD);
	EXPECT_EQ(p.rekeys, 4u);
	EXPECT_EQ(p.churn, 6u);
	EXPECT_STREQ(p.cert, "c%.pem");
	EXPECT_STREQ(p.key, "k.pem");
	EXPECT_STREQ(p.ca, "ca.pem");
	EXPECT_EQ(o.id(1), "p101@example.net");
	EXPECT_EQ(p.local.len, 8);
	EXPECT_EQ(network(p, 0), "10.128.0.0/24");
	EXPECT_EQ(network(p, 257), "10.129.1.0/24");
	EXPECT_EQ(p.remote.len, 0);
}

TEST(NaveloadOptions, sources_and_ports_are_taken_in_turn)
{
	Options a({ "--psk", "k", "--source", "192.0.2.254-192.0.3.1", "192.0.2.1" });
	Options b({ "--psk", "k", "--source", "192.0.2.7-192.0.2.8", "--ports", "20000-20001", "192.0.2.1" });

	ASSERT_EQ(a.err, ERR_OK) << a.o.why;
	EXPECT_EQ(a.o.plan.source_count, 4u);
	EXPECT_EQ(a.from(0), "192.0.2.254:500");
	EXPECT_EQ(a.from(3), "192.0.3.1:500");
	EXPECT_EQ(a.from(4), "192.0.2.254:500");
	ASSERT_EQ(b.err, ERR_OK) << b.o.why;
	EXPECT_EQ(b.from(0), "192.0.2.7:20000");
	EXPECT_EQ(b.from(1), "192.0.2.8:20000");
	EXPECT_EQ(b.from(2), "192.0.2.7:20001");
	EXPECT_EQ(b.from(4), "192.0.2.7:20000");
	EXPECT_TRUE(naveload_plan_path(&b.o.plan, 0).natt);
	EXPECT_EQ(naveload_plan_path(&b.o.plan, 0).remote.port, 4500);
}

TEST(NaveloadOptions, an_aead_drops_integrity_and_a_word_may_be_prf_and_integrity)
{
	Options aead({ "--psk", "k", "--ike", "aes-gcm-256 sha384 20 19", "192.0.2.1" });
	Options cbc({ "--psk", "k", "--ike", "aes-cbc-256 sha256 14", "--esp", "aes-cbc-128 sha256", "192.0.2.1" });

	ASSERT_EQ(aead.err, ERR_OK) << aead.o.why;
	EXPECT_EQ(aead.o.plan.ike.offer[0].alg_count, 4u); /* ENCR, PRF and two groups */
	ASSERT_EQ(cbc.err, ERR_OK) << cbc.o.why;
	EXPECT_EQ(cbc.o.plan.ike.offer[0].alg_count, 4u); /* ENCR, PRF, INTEG, group */
	EXPECT_EQ(cbc.o.plan.esp.offer[0].alg_count, 2u);
}

TEST(NaveloadOptions, a_key_comes_from_a_file_without_its_line_end)
{
	std::string path = testing::TempDir() + "naveload-key";
	FILE *f = fopen(path.c_str(), "we");

	ASSERT_NE(f, nullptr);
	(void)fputs("secret\r\n", f);
	(void)fclose(f);
	Options o({ "--psk", "@" + path, "192.0.2.1" });
	ASSERT_EQ(o.err, ERR_OK) << o.o.why;
	EXPECT_TRUE(bytes_eq(secret_view(&o.o.plan.psk), bytes_str("secret")));
	(void)remove(path.c_str());
}

TEST(NaveloadOptions, a_refusal_names_the_option_and_the_way_out)
{
	EXPECT_EQ(refusal({ "--psk", "k" }), "the hub's address is missing; see --help");
	EXPECT_EQ(refusal({ "--psk", "k", "hub" }), "'hub' is no IPv4 or IPv6 address (names aren't looked up)");
	EXPECT_EQ(refusal({ "192.0.2.1" }), "--psk, --cert or --eap is missing: what the hub knows the peers by");
	EXPECT_EQ(refusal({ "--what", "192.0.2.1" }), "there is no option --what; see --help");
	EXPECT_EQ(refusal({ "192.0.2.1", "--peers" }), "--peers needs a value; see --help");
	EXPECT_EQ(refusal({ "--peers", "0", "192.0.2.1" }), "--peers: '0' isn't a number from 1 to 1000000");
	EXPECT_EQ(refusal({ "--peers", "5k", "192.0.2.1" }), "--peers: '5k' isn't a number from 1 to 1000000");
	EXPECT_EQ(refusal({ "--ike", "aes-gcm-128 sha256", "--psk", "k", "192.0.2.1" }),
		"--ike: 'aes-gcm-128 sha256' lacks a PRF (sha256 …) or a group (31, 19 …)");
	EXPECT_EQ(refusal({ "--esp", "rc4", "--psk", "k", "192.0.2.1" }), "--esp: there is no algorithm 'rc4'; for example: aes-gcm-128");
	EXPECT_EQ(refusal({ "--burst", "3", "--psk", "k", "192.0.2.1" }), "--burst needs --rate; for all at once say --concurrency 0");
	EXPECT_EQ(refusal({ "--cert", "c.pem", "192.0.2.1" }), "--cert needs --ca: the CA that the certificate is of");
	EXPECT_EQ(refusal({ "--eap", "ttls", "192.0.2.1" }), "--eap: 'ttls' is neither mschapv2 nor tls");
	EXPECT_EQ(refusal({ "--eap", "tls", "192.0.2.1" }), "--eap needs --ca: the hub proves itself by certificate");
	EXPECT_EQ(refusal({ "--eap", "tls", "--ca", "a.pem", "192.0.2.1" }), "--eap tls needs --cert");
	EXPECT_EQ(refusal({ "--eap", "mschapv2", "--ca", "a.pem", "192.0.2.1" }), "--eap mschapv2 needs --eap-password");
	EXPECT_EQ(refusal({ "--eap-id", "user%", "--psk", "k", "192.0.2.1" }), "--eap-id and --eap-password need --eap");
	EXPECT_EQ(refusal({ "--rekey", "all", "--psk", "k", "192.0.2.1" }), "--rekey: 'all' is neither ike nor child");
	for (const std::vector<std::string> &args : std::vector<std::vector<std::string>>{ { "--source", "192.0.2.9-192.0.2.1" },
		     { "--source", "x" }, { "--ports", "5-4" }, { "--ports", "1-5000" }, { "--psk", "@/nonexistent" }, { "--id", "same" },
		     { "--id", "%%" }, { "--local-ts", "10.0.0.0" }, { "--behind", "10.0.0.0/33" }, { "--remote-ts", "2001:db8::/32" },
		     { "--source", "2001:db8::1" }, { "--ike", "" }, { "--rekeys", "2" }, { "--churn", "2" }, { "--key", "k.pem" },
		     { "--cert", std::string(250, 'x') }, { "--ca", std::string(250, 'x') } }) {
		std::vector<std::string> all = args;

		all.insert(all.end(), { "--psk", "k", "192.0.2.1" });
		EXPECT_NE(refusal(all), "") << args[0] << " " << args[1];
	}
}

TEST(NaveloadPlan, networks_of_any_size_follow_each_other)
{
	static const struct {
		const char *first;
		uint32_t n;
		const char *expected;
	} rows[] = { { "10.0.0.0/8", 2, "12.0.0.0/8" }, { "10.0.0.77/26", 5, "10.0.1.128/26" }, { "10.0.0.9/32", 250, "10.0.1.3/32" },
		{ "2001:db8:20::/64", 0x1ffff, "2001:db8:21:ffff::/64" }, { "2001:db8::/61", 3, "2001:db8:0:18::/61" } };

	for (const auto &row : rows) {
		struct naveload_plan p = {};

		ASSERT_EQ(addr_parse_prefix(row.first, &p.behind), ERR_OK);
		EXPECT_EQ(network(p, row.n), row.expected) << row.first;
	}
}
