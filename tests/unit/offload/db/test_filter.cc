#include "db/filter.h"

#include <random>

#include "../eal.h"
#include "../filters.h"
#include "fixture.h"

namespace
{

const auto *eal [[maybe_unused]] = testing::AddGlobalTestEnvironment(new Eal(63));

using Packet = db_rules_key;

class Filters : public DbTest
{
      protected:
	void put(const Filter &f)
	{
		ASSERT_EQ(db_filter_put(db, &f.conf), ERR_OK);
	}
	bool permits(uint32_t id, const Packet &p)
	{
		const Packet *one = &p;

		return db_rules_match(db->filter[db_filter_find(db, id)], &one, 1, 0) != 0;
	}
};

Packet tcp(const char *src, const char *dst, uint16_t sport, uint16_t dport, uint8_t bits = 0)
{
	Packet p = {};
	struct addr s = db_test_addr(src), d = db_test_addr(dst);

	p.proto = 6;
	p.bits = bits;
	p.port[0] = (uint8_t)(sport >> 8);
	p.port[1] = (uint8_t)sport;
	p.port[2] = (uint8_t)(dport >> 8);
	p.port[3] = (uint8_t)dport;
	memcpy(p.addr, s.b, 4);
	memcpy(p.addr + 4, d.b, 4);
	return p;
}

/* The reference: a line at a time, as docs/dataplane.md says it. */
bool end_fits(const dp_line_end &e, const uint8_t *a, size_t len, uint16_t port, bool ports)
{
	for (size_t i = 0; i < len; i++)
		if (((a[i] ^ e.addr.b[i]) & e.care.b[i]) != 0)
			return false;
	return !ports || (port >= e.port_first && port <= e.port_last) != e.port_not;
}

bool line_fits(const dp_line &l, const Packet &p, size_t len)
{
	bool hidden = (p.bits & DB_RULES_HIDDEN) != 0;
	bool deep = dp_line_is_deep(&l);
	bool look = deep && !(hidden && l.permit);

	if (l.proto != 0 && l.proto != p.proto)
		return false;
	if (hidden && deep && !l.permit)
		return false;
	if (look && l.established && (p.bits & DB_RULES_ESTABLISHED) == 0)
		return false;
	if (look && ((l.has_type && l.type != p.type) || (l.has_code && l.code != p.code)))
		return false;
	return end_fits(l.src, p.addr, len, (uint16_t)(p.port[0] << 8 | p.port[1]), look) &&
	       end_fits(l.dst, p.addr + len, len, (uint16_t)(p.port[2] << 8 | p.port[3]), look);
}

size_t first_of(const std::vector<dp_line> &lines, const Packet &p, size_t len)
{
	size_t i = 0;

	while (i < lines.size() && !line_fits(lines[i], p, len))
		i++;
	return i;
}

struct Dice {
	std::mt19937 gen;
	size_t len; /* of addresses */

	uint32_t below(uint32_t n)
	{
		return (uint32_t)(gen() % n);
	}
	/* Few values, so that lines and packets meet. */
	void address(uint8_t *out)
	{
		for (size_t i = 0; i < len; i++)
			out[i] = (uint8_t)(below(8) == 0 ? gen() : i % 4 == 0 ? 10 : below(3));
	}
	void end(dp_line_end &e, bool ports)
	{
		address(e.addr.b);
		for (size_t i = 0; i < len; i++)
			e.care.b[i] = (uint8_t)(below(3) == 0 ? gen() : below(2) == 0 ? 255 : 0);
		e.port_last = 65535;
		if (!ports || below(2) == 0)
			return;
		e.port_first = (uint16_t)below(12);
		e.port_last = (uint16_t)(e.port_first + below(4));
		e.port_not = below(3) == 0;
	}
	dp_line line()
	{
		static const uint8_t protos[] = { 0, 1, 6, 17, 50 };
		dp_line l = filters_line(below(2) == 0, protos[below(5)], len == 16);
		bool ports = l.proto == 6 || l.proto == 17;

		if (l.proto == 1 && len == 16)
			l.proto = 58;
		end(l.src, ports);
		end(l.dst, ports);
		l.established = l.proto == 6 && below(3) == 0;
		l.has_type = (l.proto == 1 || l.proto == 58) && below(2) == 0;
		l.has_code = l.has_type && below(2) == 0;
		l.type = (uint8_t)below(4);
		l.code = (uint8_t)below(3);
		return l;
	}
	Packet packet()
	{
		static const uint8_t protos[] = { 1, 6, 17, 50, 58 };
		Packet p = {};

		p.proto = protos[below(5)];
		address(p.addr);
		address(p.addr + len);
		p.bits = (uint8_t)(below(4) == 0 ? DB_RULES_HIDDEN : 0);
		if (p.bits == 0 && (p.proto == 6 || p.proto == 17)) {
			p.port[1] = (uint8_t)below(16);
			p.port[3] = (uint8_t)below(16);
			p.bits = p.proto == 6 && below(2) == 0 ? DB_RULES_ESTABLISHED : 0;
		} else if (p.bits == 0) {
			p.type = (uint8_t)below(4);
			p.code = (uint8_t)below(3);
		}
		return p;
	}
};

/* R-PBF-04: what rte_acl decides is what reading the list decides, line for line, with masks that have holes too. */
TEST_F(Filters, R_PBF_04_agrees_with_reading_the_list)
{
	for (uint32_t seed = 0; seed < 40; seed++) {
		Dice dice{ std::mt19937(seed), seed % 2 == 0 ? 4u : 16u };
		std::vector<dp_line> lines(1 + dice.below(seed < 30 ? 12 : 80));
		std::vector<uint64_t> expected(lines.size() + 1);
		uint32_t id = 100 + seed;

		for (dp_line &l : lines)
			l = dice.line();
		Filter f(id, lines, dice.len == 16);
		dp_op op = {};
		op.kind = DP_PUT_FILTER;
		op.u.filter = f.conf;
		ASSERT_EQ(dp_op_check(&op), ERR_OK);
		ASSERT_EQ(db_filter_put(db, &f.conf), ERR_OK) << "seed " << seed << " lines " << lines.size();
		for (int n = 0; n < 60; n++) {
			Packet all[DB_RULES_BATCH];
			const Packet *key[DB_RULES_BATCH];
			uint32_t count = 1 + dice.below(DB_RULES_BATCH);

			for (uint32_t i = 0; i < count; i++) {
				all[i] = dice.packet();
				key[i] = &all[i];
			}
			uint32_t got = db_rules_match(db->filter[db_filter_find(db, id)], key, count, 0);
			for (uint32_t i = 0; i < count; i++) {
				size_t line = first_of(lines, all[i], dice.len);

				expected[line]++;
				ASSERT_EQ((got >> i & 1) != 0, line < lines.size() && lines[line].permit)
					<< "seed " << seed << " line " << line;
			}
		}
		for (size_t i = 0; i <= lines.size(); i++)
			EXPECT_EQ(db_filter_hits(db, id, (uint32_t)i), expected[i]) << "seed " << seed << " line " << i;
		ASSERT_EQ(db_filter_del(db, id), ERR_OK);
		db_rcu_reclaim(db->rcu);
	}
}

/* A list that takes another's place counts on where its lines are the same, before and after workers have left the old one. */
TEST_F(Filters, counts_go_on_with_their_lines)
{
	dp_line web = filters_line(true, 6), all = filters_line(true), none = filters_line(false, 17);

	web.dst.port_first = web.dst.port_last = 80;
	db_rcu_online(db->rcu, 0);
	put(Filter(1, { web, none }));
	for (int i = 0; i < 3; i++)
		EXPECT_TRUE(permits(1, tcp("10.0.0.1", "10.0.0.2", 1000, 80)));
	EXPECT_FALSE(permits(1, tcp("10.0.0.1", "10.0.0.2", 1000, 81)));
	db_rules *old = db->filter[db_filter_find(db, 1)];
	put(Filter(1, { none, web, all }));
	Packet late = tcp("10.0.0.1", "10.0.0.2", 1000, 80); /* a worker that still reads the old one */
	const Packet *one = &late;
	EXPECT_EQ(db_rules_match(old, &one, 1, 0), 1u);
	EXPECT_TRUE(permits(1, tcp("10.0.0.1", "10.0.0.2", 1000, 80)));
	auto expect = [&] {
		EXPECT_EQ(db_filter_hits(db, 1, 0), 0u);
		EXPECT_EQ(db_filter_hits(db, 1, 1), 5u);
		EXPECT_EQ(db_filter_hits(db, 1, 2), 0u);
		EXPECT_EQ(db_filter_hits(db, 1, 3), 1u) << "what no line fitted";
	};
	expect();
	put(Filter(1, { none, web, all })); /* and once more before the first has gone */
	expect();
	db_rcu_quiescent(db->rcu, 0);
	db_rcu_reclaim(db->rcu);
	expect();
	db_rcu_offline(db->rcu, 0);
}

TEST_F(Filters, is_kept_by_who_names_it)
{
	const uint32_t none[2] = {};
	dp_feature want[DP_FAMILIES] = {};
	dp_filter out;
	uint32_t gate = 0;

	want[DP_V4].filter[DP_IN] = 1;
	EXPECT_EQ(db_gate_put(db, &gate, want, none), ERR_ABSENT);
	EXPECT_EQ(gate, 0u);
	put(Filter(1, { filters_line(true) }));
	put(Filter(6, { filters_line(true, 0, true) }, true));
	ASSERT_EQ(db_gate_put(db, &gate, want, none), ERR_OK);
	EXPECT_NE(db_gate_shown(db, gate), 0u);
	EXPECT_EQ(db_filter_del(db, 1), ERR_BUSY);
	want[DP_V4].filter[DP_OUT] = 6;
	EXPECT_EQ(db_gate_put(db, &gate, want, none), ERR_ABSENT) << "of the other family";
	want[DP_V4] = dp_feature{};
	ASSERT_EQ(db_gate_put(db, &gate, want, none), ERR_OK);
	EXPECT_EQ(db_gate_shown(db, gate), 0u) << "it does nothing any more";
	EXPECT_EQ(db_filter_del(db, 1), ERR_OK);
	EXPECT_EQ(db_filter_del(db, 1), ERR_ABSENT);
	EXPECT_FALSE(db_filter_get(db, 1, &out));
	EXPECT_TRUE(db_filter_get(db, 6, &out));
	Filter other(6, { filters_line(true) });
	EXPECT_EQ(db_filter_put(db, &other.conf), ERR_BUSY) << "its family is for good";
	db_gate_del(db, &gate);
}

/* An index that a worker may still look under isn't given to another list. */
TEST_F(Filters, an_index_rests_before_it_is_used_again)
{
	put(Filter(1, { filters_line(true) }));
	uint32_t first = db_filter_find(db, 1);

	db_rcu_online(db->rcu, 0);
	ASSERT_EQ(db_filter_del(db, 1), ERR_OK);
	put(Filter(2, { filters_line(false) }));
	EXPECT_NE(db_filter_find(db, 2), first);
	db_rcu_quiescent(db->rcu, 0);
	db_rcu_reclaim(db->rcu);
	put(Filter(3, { filters_line(false) }));
	EXPECT_EQ(db_filter_find(db, 3), first);
	db_rcu_offline(db->rcu, 0);
}

} // namespace
