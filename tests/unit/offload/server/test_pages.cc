/* Dumps and counters in pages, and what workers' notes become. */
#include "fixture.h"

namespace
{

class Pages : public ServerTest
{
      protected:
	std::vector<dp_samples> pages;
	/* Rows of all pages. */
	unsigned rows(dp_stats_which which, uint32_t id = 0)
	{
		dp_stats ask = { (uint8_t)which, id, 0 };
		unsigned n = 0;

		do {
			dp_samples out;

			server_stats_page(&p.plant, &ask, 5000, room.get(), &out);
			EXPECT_LE(out.count, DP_PAGE_MAX);
			n += out.count;
			ask.cursor = out.next;
		} while (ask.cursor != 0);
		return n;
	}
	void tunnels(uint32_t count)
	{
		for (uint32_t i = 0; i < count; i++)
			ASSERT_EQ(one(put_tunnel(100 + i)), ERR_OK);
	}
};

} // namespace

TEST_F(Pages, a_dump_tells_everything_once)
{
	furnish();
	tunnels(50);
	for (uint32_t i = 0; i < 200; i++)
		ASSERT_EQ(one(put_route(("10.0." + std::to_string(i) + ".0/24").c_str(), DP_ROUTE_TUNNEL, 100 + i % 50)), ERR_OK);
	auto all = dump();
	EXPECT_EQ(all.size(), 1u + 6 + 50 + 200);
	EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
}

/* What stays is told even if other things come and go between pages; the end is reached. */
TEST_F(Pages, a_dump_survives_changes_between_pages)
{
	furnish();
	tunnels(50);
	for (uint32_t i = 0; i < 100; i++)
		ASSERT_EQ(one(put_route(("10.0." + std::to_string(i) + ".0/24").c_str(), DP_ROUTE_TUNNEL, 100)), ERR_OK);
	server_dump d = {};
	std::set<uint32_t> seen;
	uint64_t cursor = 0;
	unsigned turn = 0;

	do {
		dp_items items = {};

		server_dump_page(&d, &p.plant, cursor, room.get(), &items);
		for (uint16_t i = 0; i < items.count; i++)
			if (items.item[i].op.kind == DP_PUT_TUNNEL)
				seen.insert(items.item[i].op.u.tunnel.id);
		cursor = items.next;
		(void)one(del(put_route(("10.0." + std::to_string(turn) + ".0/24").c_str(), DP_ROUTE_DROP, 0)));
		(void)one(turn % 2 == 0 ? put_tunnel(300) : del(put_tunnel(300)));
		ASSERT_LT(++turn, 30u);
	} while (cursor != 0);
	for (uint32_t i = 0; i < 50; i++)
		EXPECT_EQ(seen.count(100 + i), 1u) << i;
}

TEST_F(Pages, any_cursor_ends)
{
	furnish();
	for (uint64_t cursor : { UINT64_MAX, UINT64_C(1) << 63, UINT64_C(6) << 32 | UINT32_MAX, UINT64_C(2) << 32 | UINT32_MAX,
		     UINT64_C(1) << 32 | 255, UINT64_C(5) << 32 | UINT32_MAX }) {
		server_dump d = {};
		dp_items items = {};

		server_dump_page(&d, &p.plant, cursor, room.get(), &items);
		EXPECT_LE(items.count, 8u) << cursor; /* the classes after it */
		EXPECT_EQ(items.next, 0u) << cursor;
	}
	for (int which = 0; which < DP_STATS_COUNT; which++) {
		dp_stats ask = { (uint8_t)which, 0, UINT32_MAX };
		dp_samples out;

		server_stats_page(&p.plant, &ask, 5000, room.get(), &out);
		EXPECT_EQ(out.next, 0u) << which;
	}
}

TEST_F(Pages, counters)
{
	furnish();
	tunnels(60);
	for (uint32_t i = 1; i <= 40; i++)
		ASSERT_EQ(one(put_sa(i, DP_OUT, 5000 + i, 7)), ERR_OK);
	EXPECT_EQ(rows(DP_STATS_TUNNEL), 61u);
	EXPECT_EQ(rows(DP_STATS_TUNNEL, 7), 1u);
	EXPECT_EQ(rows(DP_STATS_SA), 40u);
	EXPECT_EQ(rows(DP_STATS_SA, 33), 1u);
	EXPECT_EQ(rows(DP_STATS_SA, 77), 0u);
	EXPECT_EQ(rows(DP_STATS_PORT), 2u);
	EXPECT_EQ(rows(DP_STATS_PORT, 2), 1u);
	EXPECT_EQ(rows(DP_STATS_COUNTER), (unsigned)PATH_DROP_COUNT + PATH_COUNT_COUNT);
}

TEST_F(Pages, notes_become_events)
{
	path_note note = {};
	dp_event e;

	furnish();
	ASSERT_EQ(one(put_sa(2, DP_OUT, 0xabcd0001, 7)), ERR_OK);
	note.id = 2;
	note.value = 1400;
	note.hard = 1;
	const std::pair<path_note_kind, dp_event_kind> plain[] = { { PATH_NOTE_PEER_MOVED, DP_EV_PEER_MOVED },
		{ PATH_NOTE_SEQUENCE, DP_EV_SEQUENCE }, { PATH_NOTE_LIFETIME, DP_EV_LIFETIME }, { PATH_NOTE_PMTU, DP_EV_PMTU } };
	for (auto &[kind, event] : plain) {
		note.kind = kind;
		ASSERT_TRUE(server_notes_event(&p.plant, &note, &e)) << event;
		EXPECT_EQ(e.kind, event);
		EXPECT_EQ(e.id, 2u);
	}
	note.kind = PATH_NOTE_UNKNOWN_SPI;
	ASSERT_TRUE(server_notes_event(&p.plant, &note, &e));
	EXPECT_EQ(e.kind, DP_EV_UNKNOWN_SPI);
	EXPECT_EQ(e.spi, 2u);
	EXPECT_EQ(e.id, 1400u) << "the VRF";
	for (auto kind : { PATH_NOTE_RAW, PATH_NOTE_RESOLVE, PATH_NOTE_PLACE }) {
		note.kind = kind;
		EXPECT_FALSE(server_notes_event(&p.plant, &note, &e));
	}
}
