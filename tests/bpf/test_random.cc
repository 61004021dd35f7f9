/*
 * The property that the programs exist for, on frames that nobody thought of: clear text which isn't for the hub
 * never reaches the kernel, and ESP for it doesn't either.
 */
#include "lab.h"

#include <linux/bpf.h>
#include <random>

namespace
{
class Random : public Lab
{
      protected:
	void SetUp() override
	{
		Lab::SetUp();
		if (IsSkipped() || HasFatalFailure())
			return;
		open();
		locals();
		attach(port());
		bind_socket();
	}
};

/* An independent, plain reading of the few things that decide. */
bool is_for_hub_or_group(const Bytes &f, size_t ip, bool v6)
{
	Bytes dst(f.begin() + static_cast<ptrdiff_t>(ip + (v6 ? 24 : 16)), f.begin() + static_cast<ptrdiff_t>(ip + (v6 ? 40 : 20)));
	const Bytes hub4 = { 192, 0, 2, 1 }, hub4_lan = { 198, 51, 100, 1 };
	Bytes hub6(16);

	hub6[0] = 0x20;
	hub6[1] = 0x01;
	hub6[2] = 0x0d;
	hub6[3] = 0xb8;
	hub6[15] = 1;
	if ((f[0] & 1) != 0)
		return true;
	if (v6)
		return dst == hub6 || dst[0] == 0xff || (dst[0] == 0xfe && (dst[1] & 0xc0) == 0x80);
	return dst == hub4 || dst == hub4_lan || (dst[0] & 0xf0) == 0xe0 || dst == Bytes(4, 0xff);
}

/* What may not be passed to the kernel: transit, and unfragmented ESP or GRE of IPv4 for the hub. */
bool must_not_pass(const Bytes &f)
{
	uint16_t type = static_cast<uint16_t>(f[12] << 8 | f[13]);
	size_t ip = 14;

	if (type == 0x8100) {
		if (f.size() < 18)
			return true;
		type = static_cast<uint16_t>(f[16] << 8 | f[17]);
		ip = 18;
	}
	if (type == 0x8100 || type == 0x88a8)
		return true;
	if (type != 0x0800 && type != 0x86dd)
		return false;
	bool v6 = type == 0x86dd;
	if (f.size() < ip + (v6 ? 40 : 20) || !is_for_hub_or_group(f, ip, v6))
		return true;
	bool group = (f[0] & 1) != 0 || (v6 ? f[ip + 24] == 0xff : f[ip + 16] >= 224);
	uint8_t proto = v6 ? f[ip + 6] : f[ip + 9];
	return !group && (proto == 50 || proto == 47);
}

std::vector<Bytes> seeds()
{
	return { frame4({ .proto = 50 }, esp()), frame6({ .proto = 50 }, esp()), frame4({}, udp(4500, esp())),
		frame6({}, udp(500, ike({}))), frame4({ .dst = FAR4 }, udp(53, Bytes(20))), frame6({ .dst = FAR6 }, udp(53, Bytes(20))),
		vlan(0x0800, ipv4({ .dst = FAR4 }, esp())), frame4({ .proto = 6, .frag_offset = 9 }, Bytes(20)),
		frame6({ .more = true }, Bytes(20)),
		frame6({ .proto = 50, .options = join({ extension(60), extension(50) }), .options_proto = 0 }, esp()),
		frame4({ .proto = 50, .options = Bytes(12, 1) }, esp()) };
}

Bytes mutated(std::mt19937 &random, Bytes f)
{
	for (auto n = random() % 4; n > 0; n--)
		f[random() % std::min<size_t>(f.size(), 80)] = static_cast<uint8_t>(random());
	for (auto n = random() % 3; n > 0; n--)
		f[12 + random() % (std::min<size_t>(f.size(), 62) - 12)] ^= static_cast<uint8_t>(1u << random() % 8);
	if (random() % 4 == 0)
		f.resize(14 + random() % (f.size() - 13));
	return f;
}

/* With features on the port nothing of IPv4 passes but by a VLAN. */
TEST_F(Random, what_meets_features_never_passes)
{
	std::mt19937 random(20261123);
	std::vector<Bytes> from = seeds();
	loader_port p = port(LOADER_LAN);
	int steered = 0;

	p.judge4 = true;
	attach(p);
	for (int i = 0; i < 20000; i++) {
		Bytes f = mutated(random, from[random() % from.size()]);

		run(f);
		steered += returned == XDP_REDIRECT;
		ASSERT_FALSE(returned == XDP_PASS && f[12] == 0x08 && f[13] == 0x00) << "passed: " << hex(f);
	}
	EXPECT_GT(steered, 200);
}

TEST_F(Random, clear_text_for_others_never_passes)
{
	constexpr int ROUNDS = 20000;
	std::mt19937 random(20240607);
	std::vector<Bytes> from = seeds();
	int passed = 0;

	for (int i = 0; i < ROUNDS; i++) {
		Bytes f = mutated(random, from[random() % from.size()]);

		run(f);
		ASSERT_TRUE(returned == XDP_PASS || returned == XDP_DROP || returned == XDP_REDIRECT);
		passed += returned == XDP_PASS;
		ASSERT_FALSE(returned == XDP_PASS && must_not_pass(f)) << "passed: " << hex(f);
	}
	EXPECT_GT(passed, ROUNDS / 100); /* the rule was put to the test at all */
}
} // namespace
