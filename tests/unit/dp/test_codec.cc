#include "dp/codec.h"

#include <gtest/gtest.h>

#include <functional>

#include "samples.h"

namespace
{

using buffer = std::vector<uint8_t>;

buffer written(const dp_msg &m)
{
	buffer b(DP_MSG_MAX);
	struct wr w = wr_of(b.data(), b.size());

	EXPECT_EQ(dp_codec_write(&w, &m), ERR_OK) << dp_msg_str(m.kind);
	b.resize(w.len);
	return b;
}

/* A vector of exactly the bytes, so that asan sees a read past its end. */
enum err read(const buffer &b, dp_room &room, dp_msg &m)
{
	buffer exact(b.begin(), b.end());

	return dp_codec_read(bytes_of(exact.data(), exact.size()), &room, &m);
}

struct Codec : testing::Test {
	std::unique_ptr<dp_room> room = std::make_unique<dp_room>();
	std::vector<dp_op> ops;
	std::vector<dp_item> items;
	dp_result results[2]{};
	dp_event event{};
	dp_sa_stats sa_stats{ 1, DP_PLACE_SOFT, DP_WHY_POLICY, 2, 3, 4, 5, 6, 7 };
	dp_tunnel_stats tunnel_stats{ 1, 1400, 2, 3, 4, 5, 6, 7, 8, 9, { { 10, 11 }, 12 } };
	dp_port_stats port_stats{};
	dp_counter counter{};
	dp_line_stats line_stats{ 3, 2, 1 };
	dp_traffic_stats traffic_stats{ 7, true, DP_OUT, 127, "VOICE", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
	uint32_t spis[3] = { 256, 0x12345678, 0xffffffff };

	Codec()
	{
		dp_op puts[] = { samples::vrf(1), samples::filter(3), samples::policy(5, 3), samples::port(1, 1),
			samples::local("2001:db8::1/64", 1, 1), samples::adjacency(4, 1), samples::tunnel(7, 8),
			samples::sa(8, 7, DP_IN, 3), samples::route("10.0.0.0/8", DP_ROUTE_TUNNEL, 7, 1) };

		for (dp_op &op : puts)
			ops.push_back(op);
		for (dp_op &op : puts)
			ops.push_back(samples::del(op));
		for (dp_op &op : puts)
			items.push_back({ op, { ERR_OK, DP_PLACE_INLINE_PROTOCOL, DP_WHY_NONE, { 1, 2, 3 } } });
		results[0] = { ERR_FULL, DP_PLACE_NONE, DP_WHY_TABLE_FULL, { 0xabcdef, 2, 3 } };
		event = { DP_EV_PEER_MOVED, 1, 2, 3, 4, true, true, ERR_BUSY, 1400, 5, 6, { samples::ip("192.0.2.1"), 4500 },
			samples::ip("192.0.2.2") };
		port_stats.id = 3;
		port_stats.link_up = true;
		port_stats.epoch = 9;
		samples::name(port_stats.driver, sizeof(port_stats.driver), "net_nave");
		samples::name(counter.name, sizeof(counter.name), "drop.no-sa");
		counter.value = UINT64_MAX;
	}

	~Codec() override
	{
		for (dp_op &op : ops)
			dp_op_fini(&op);
	}

	/* One of each kind, and of each sort of counters. */
	std::vector<dp_msg> all()
	{
		std::vector<dp_msg> out;
		auto add = [&](dp_msg_kind kind, uint32_t tag) -> dp_msg & {
			out.push_back({});
			out.back().kind = kind;
			out.back().tag = tag;
			return out.back();
		};

		add(DP_MSG_HELLO, 0).u.hello = { DP_VERSION_MAJOR, 7, DP_PEER_DATAPATH, 0x1122334455667788, 99 };
		add(DP_MSG_TXN, 1).u.txn = { (uint16_t)ops.size(), ops.data() };
		add(DP_MSG_DONE, 1).u.done = { 2, results };
		add(DP_MSG_DUMP, 2).u.dump = { 12 };
		add(DP_MSG_ITEMS, 2).u.items = { 13, (uint16_t)items.size(), items.data() };
		add(DP_MSG_STATS, 3).u.stats = { DP_STATS_PORT, 4, 5 };
		dp_samples s{ DP_STATS_SA, 0, 1, {} };
		s.u.sa = &sa_stats;
		add(DP_MSG_SAMPLES, 3).u.samples = s;
		s.which = DP_STATS_TUNNEL;
		s.u.tunnel = &tunnel_stats;
		add(DP_MSG_SAMPLES, 3).u.samples = s;
		s.which = DP_STATS_PORT;
		s.u.port = &port_stats;
		add(DP_MSG_SAMPLES, 3).u.samples = s;
		s.which = DP_STATS_COUNTER;
		s.u.counter = &counter;
		add(DP_MSG_SAMPLES, 3).u.samples = s;
		s.which = DP_STATS_LINE;
		s.u.line = &line_stats;
		add(DP_MSG_SAMPLES, 3).u.samples = s;
		s.which = DP_STATS_TRAFFIC;
		s.u.traffic = &traffic_stats;
		add(DP_MSG_SAMPLES, 3).u.samples = s;
		add(DP_MSG_SPI_RESERVE, 4).u.reserve = { 3, 64 };
		add(DP_MSG_SPI_LEASE, 4).u.lease = { ERR_FULL, 3, spis };
		add(DP_MSG_SPI_RELEASE, 0).u.release = { 3, spis };
		add(DP_MSG_EVENTS, 0).u.events = { 1, &event };
		add(DP_MSG_FAULT, 5).u.fault = { 2, DP_FAULT_SLOW, 250, 3 };
		add(DP_MSG_FAULTED, 5).u.faulted = { ERR_DENIED };
		return out;
	}
};

TEST_F(Codec, every_message_comes_back_the_same)
{
	bool seen[DP_MSG_COUNT] = {};

	for (const dp_msg &m : all()) {
		buffer once = written(m);
		dp_msg back{};

		ASSERT_EQ(read(once, *room, back), ERR_OK) << dp_msg_str(m.kind);
		EXPECT_EQ(back.kind, m.kind);
		EXPECT_EQ(back.tag, m.tag);
		EXPECT_EQ(written(back), once) << dp_msg_str(m.kind);
		dp_codec_fini(&back);
		seen[m.kind] = true;
	}
	for (unsigned k = DP_MSG_HELLO; k < DP_MSG_COUNT; k++)
		EXPECT_TRUE(seen[k]) << k;
}

TEST_F(Codec, fields_keep_their_values)
{
	dp_msg m{};
	dp_msg back{};

	m.kind = DP_MSG_TXN;
	m.tag = 5;
	m.u.txn = { 1, &ops[DP_CLASS_SA] };
	ASSERT_EQ(read(written(m), *room, back), ERR_OK);
	const dp_sa &a = ops[DP_CLASS_SA].u.sa;
	const dp_sa &b = back.u.txn.op[0].u.sa;
	EXPECT_EQ(b.id, a.id);
	EXPECT_EQ(b.spi, a.spi);
	EXPECT_EQ(b.direction, a.direction);
	EXPECT_EQ(b.window, a.window);
	EXPECT_EQ(b.ts_count, 3);
	EXPECT_EQ(b.ts[2].remote.port_last, 65535);
	EXPECT_TRUE(addr_port_eq(&a.remote, &b.remote));
	EXPECT_TRUE(secret_eq(secret_view(&a.key), secret_view(&b.key)));
	EXPECT_TRUE(secret_eq(secret_view(&a.integ_key), secret_view(&b.integ_key)));
	dp_codec_fini(&back);
	EXPECT_EQ(back.u.txn.op[0].u.sa.key.len, 0u);
}

TEST_F(Codec, a_cut_message_is_an_error_at_every_offset)
{
	for (const dp_msg &m : all()) {
		buffer b = written(m);
		dp_msg back{};

		for (size_t len = 0; len < b.size(); len++)
			ASSERT_NE(read(buffer(b.begin(), b.begin() + (long)len), *room, back), ERR_OK) << dp_msg_str(m.kind) << " " << len;
		b.push_back(0);
		EXPECT_EQ(read(b, *room, back), ERR_TRAILING) << dp_msg_str(m.kind);
	}
}

/* Whatever comes out of damaged bytes can be written again: every enumerator and count is in range. */
TEST_F(Codec, a_flipped_bit_never_yields_what_cannot_be_written)
{
	for (const dp_msg &m : all()) {
		buffer b = written(m);
		dp_msg back{};

		for (size_t bit = 0; bit < b.size() * 8; bit++) {
			b[bit / 8] = (uint8_t)(b[bit / 8] ^ (1u << (bit % 8)));
			if (read(b, *room, back) == ERR_OK) {
				(void)written(back);
				dp_codec_fini(&back);
			}
			b[bit / 8] = (uint8_t)(b[bit / 8] ^ (1u << (bit % 8)));
		}
	}
}

TEST_F(Codec, the_largest_transaction_fits_in_a_message)
{
	std::vector<dp_op> big;
	dp_msg m{};
	dp_msg back{};

	for (unsigned i = 0; i < DP_OPS_MAX; i++)
		big.push_back(samples::sa(i + 1, 1, DP_IN, DP_TS_MAX));
	m.kind = DP_MSG_TXN;
	m.tag = 1;
	m.u.txn = { DP_OPS_MAX, big.data() };
	EXPECT_EQ(read(written(m), *room, back), ERR_OK);
	EXPECT_EQ(back.u.txn.count, DP_OPS_MAX);
	dp_codec_fini(&back);
	m.u.txn.count = DP_OPS_MAX + 1;
	buffer b(2 * DP_MSG_MAX);
	struct wr w = wr_of(b.data(), b.size());
	big.push_back(samples::sa(99, 1));
	m.u.txn.op = big.data();
	EXPECT_EQ(dp_codec_write(&w, &m), ERR_RANGE);
	for (dp_op &op : big)
		dp_op_fini(&op);
}

TEST_F(Codec, the_largest_page_fits_in_a_message)
{
	std::vector<dp_item> page;
	dp_msg m{};
	dp_msg back{};

	for (unsigned i = 0; i < DP_PAGE_MAX; i++)
		page.push_back({ samples::sa(i + 1, 1, DP_IN, DP_TS_MAX), results[0] });
	m.kind = DP_MSG_ITEMS;
	m.tag = 1;
	m.u.items = { 0, DP_PAGE_MAX, page.data() };
	EXPECT_EQ(read(written(m), *room, back), ERR_OK);
	for (dp_item &item : page)
		dp_op_fini(&item.op);
}

/* sa-state.md 6: keys never appear in a dump. */
TEST_F(Codec, a_dump_holds_no_key)
{
	dp_msg m{};
	dp_msg back{};
	dp_item item{ ops[DP_CLASS_SA], {} };
	buffer b;

	m.kind = DP_MSG_ITEMS;
	m.tag = 1;
	m.u.items = { 0, 1, &item };
	b = written(m);
	buffer key(item.op.u.sa.integ_key.data, item.op.u.sa.integ_key.data + 16);
	EXPECT_EQ(std::search(b.begin(), b.end(), key.begin(), key.end()), b.end());
	ASSERT_EQ(read(b, *room, back), ERR_OK);
	EXPECT_EQ(back.u.items.item[0].op.u.sa.key.len, 0u);

	/* One that shows a key all the same is refused. */
	size_t at = b.size() - 2 - 3 - 16; /* the two empty keys, then the result */
	ASSERT_EQ(b[at], 0);
	b[at] = 4;
	b.insert(b.begin() + (long)at + 1, 4, 0x11);
	EXPECT_EQ(read(b, *room, back), ERR_MALFORMED);
}

TEST_F(Codec, knows_versions_and_kinds)
{
	dp_msg m{};
	dp_msg back{};
	buffer b;

	m.kind = DP_MSG_HELLO;
	m.u.hello = { DP_VERSION_MAJOR + 1, 0, DP_PEER_CONTROL, 1, 0 };
	EXPECT_EQ(read(written(m), *room, back), ERR_VERSION);
	b = written(m);
	b[8] ^= 1; /* the magic */
	EXPECT_EQ(read(b, *room, back), ERR_MALFORMED);
	m.kind = DP_MSG_DUMP;
	m.tag = 1;
	b = written(m);
	b[1] = DP_MSG_COUNT;
	EXPECT_EQ(read(b, *room, back), ERR_UNSUPPORTED);
	b = written(m);
	b[7] = 0; /* a request without a tag */
	EXPECT_EQ(read(b, *room, back), ERR_RANGE);
}

} // namespace
