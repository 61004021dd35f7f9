#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "route/trie.h"

namespace
{

addr_prefix prefix(const char *text)
{
	addr_prefix p;
	EXPECT_EQ(ERR_OK, addr_parse_prefix(text, &p));
	return p;
}

struct Trie {
	route_trie t = {};
	~Trie()
	{
		route_trie_fini(&t);
	}
};

TEST(RouteTrie, longest_match_goes_from_short_to_long)
{
	Trie trie;
	int a, b, c, d;
	addr_prefix p0 = prefix("0.0.0.0/0"), p8 = prefix("10.0.0.0/8"), p24 = prefix("10.1.2.0/24"), other = prefix("10.1.3.0/24");
	void *out[ROUTE_TRIE_DEPTH];
	addr to;

	ASSERT_EQ(ERR_OK, route_trie_set(&trie.t, &p24, &a));
	ASSERT_EQ(ERR_OK, route_trie_set(&trie.t, &other, &b));
	ASSERT_EQ(ERR_OK, route_trie_set(&trie.t, &p0, &c));
	ASSERT_EQ(ERR_OK, route_trie_set(&trie.t, &p8, &d));
	ASSERT_EQ(ERR_OK, addr_parse("10.1.2.3", &to));
	ASSERT_EQ(3u, route_trie_match(&trie.t, &to, out));
	EXPECT_EQ(&c, out[0]);
	EXPECT_EQ(&d, out[1]);
	EXPECT_EQ(&a, out[2]);
	EXPECT_EQ(&d, route_trie_remove(&trie.t, &p8));
	EXPECT_EQ(nullptr, route_trie_remove(&trie.t, &p8));
	EXPECT_EQ(2u, route_trie_match(&trie.t, &to, out));
}

/* Random sets and removals in a small space, held against a plain map. */
TEST(RouteTrie, agrees_with_a_naive_table)
{
	Trie trie;
	std::map<std::pair<uint32_t, int>, int *> naive;
	std::vector<int> values(4096);
	std::mt19937 rnd(7);

	for (int step = 0; step < 20000; step++) {
		uint8_t len = (uint8_t)(rnd() % 13 + 20);
		addr_prefix p = { addr_of_u32(0x0a000000 | (rnd() & 0xfff)), len };
		p.addr = addr_network(&p);
		auto key = std::make_pair(addr_u32(&p.addr), (int)len);
		int *v = &values[rnd() % values.size()];

		if (rnd() % 3 != 0) {
			ASSERT_EQ(ERR_OK, route_trie_set(&trie.t, &p, v));
			naive[key] = v;
		} else {
			auto it = naive.find(key);
			ASSERT_EQ(it == naive.end() ? nullptr : it->second, route_trie_remove(&trie.t, &p));
			naive.erase(key);
		}
		ASSERT_EQ(naive.size(), trie.t.count);
		if (step % 16 != 0)
			continue;
		addr to = addr_of_u32(0x0a000000 | (rnd() & 0xfff));
		std::vector<void *> want;
		for (int l = 0; l <= 32; l++) {
			addr_prefix q = { to, (uint8_t)l };
			addr net = addr_network(&q);
			auto it = naive.find({ addr_u32(&net), l });
			if (it != naive.end())
				want.push_back(it->second);
		}
		void *out[ROUTE_TRIE_DEPTH];
		unsigned n = route_trie_match(&trie.t, &to, out);
		ASSERT_EQ(want, std::vector<void *>(out, out + n));
	}
	std::vector<void *> walked, ordered;
	route_trie_walk(
		&trie.t, [](void *ctx, void *v) { static_cast<std::vector<void *> *>(ctx)->push_back(v); }, &walked);
	for (auto &e : naive)
		ordered.push_back(e.second);
	EXPECT_EQ(ordered, walked);
}

/* What is told in pieces is the whole in order, whatever stands where a piece begins. */
TEST(RouteTrie, goes_on_behind_any_prefix)
{
	std::map<std::pair<uint32_t, int>, int> naive;
	std::mt19937 random(7);
	route_trie t = {};
	auto make = [](uint32_t a, int len) {
		addr_prefix p = {};
		p.addr = addr_of_u32(len == 0 ? 0 : a & (~0u << (32 - len)));
		p.len = static_cast<uint8_t>(len);
		return p;
	};
	for (int i = 0; i < 500; i++) {
		addr_prefix p = make(random() & 0xff0000ff, static_cast<int>(random() % 33));
		int &value = naive[{ addr_u32(&p.addr), p.len }];
		ASSERT_EQ(ERR_OK, route_trie_set(&t, &p, &value));
	}
	for (int i = 0; i < 2000; i++) {
		addr_prefix p = make(random() & 0xff0000ff, static_cast<int>(random() % 33));
		auto after = naive.upper_bound({ addr_u32(&p.addr), p.len });
		EXPECT_EQ(after == naive.end() ? nullptr : &after->second, route_trie_next(&t, &p));
		int within = 0, expected = 0;
		route_trie_walk_within(
			&t, &p, [](void *ctx, void *) { ++*static_cast<int *>(ctx); }, &within);
		for (const auto &entry : naive) {
			addr a = addr_of_u32(entry.first.first);
			expected += entry.first.second >= p.len && addr_in(&p, &a);
		}
		EXPECT_EQ(expected, within);
	}
	addr_prefix begin = {};
	EXPECT_EQ(&naive.begin()->second, route_trie_next(&t, &begin));
	route_trie_fini(&t);
}

TEST(RouteTrie, six_goes_to_the_last_bit)
{
	Trie trie;
	int a, b;
	addr_prefix p = prefix("2001:db8::ffff/128"), q = prefix("2001:db8::fffe/128");
	void *out[ROUTE_TRIE_DEPTH];

	ASSERT_EQ(ERR_OK, route_trie_set(&trie.t, &p, &a));
	ASSERT_EQ(ERR_OK, route_trie_set(&trie.t, &q, &b));
	ASSERT_EQ(1u, route_trie_match(&trie.t, &p.addr, out));
	EXPECT_EQ(&a, out[0]);
	EXPECT_EQ(&b, route_trie_find(&trie.t, &q));
}

} // namespace
