#include "wire.h"

#include <sys/socket.h>

#include "ike/wire/iana.h"
#include "ike/wire/ts.h"

/* "10.0.0.0-10.0.0.9", "10.0.0.0/8", then protocol and ports. */
static struct ike_ts selector(const char *range, uint8_t protocol = 0, uint16_t from = 0, uint16_t to = IKE_TS_PORT_MAX)
{
	std::string s(range);
	size_t dash = s.find('-');
	struct ike_ts ts = {};
	struct addr_prefix p;

	if (dash == std::string::npos) {
		EXPECT_EQ(ERR_OK, addr_parse_prefix(range, &p)) << range;
		ts = ike_ts_of_prefix(&p);
	} else {
		EXPECT_EQ(ERR_OK, addr_parse(s.substr(0, dash).c_str(), &ts.start)) << range;
		EXPECT_EQ(ERR_OK, addr_parse(s.substr(dash + 1).c_str(), &ts.end)) << range;
	}
	ts.protocol = protocol;
	ts.port_start = from;
	ts.port_end = to;
	return ts;
}

static struct ike_ts_list list(std::initializer_list<struct ike_ts> items)
{
	struct ike_ts_list l = {};

	for (const struct ike_ts &ts : items)
		l.item[l.count++] = ts;
	return l;
}

static std::string text(const struct ike_ts &ts)
{
	char out[IKE_TS_TEXT];

	return ike_ts_str(&ts, out);
}

static std::string text(const struct ike_ts_list &l)
{
	std::string s;

	for (unsigned i = 0; i < l.count; i++)
		s += (i == 0 ? "" : ", ") + text(l.item[i]);
	return s;
}

/* RFC7296-2.5-f RFC7296-2.5-g RFC7296-3.13-a */
TEST(IkeTs, body_by_hand)
{
	/* RFC7296-3.13; RESERVED is ignored on receipt */
	Octets body = unhex("02 ffffff"
			    "07 06 0010 0050 01bb c0000200 c00002ff"
			    "08 00 0028 0000 ffff 20010db8000000000000000000000000 20010db8ffffffffffffffffffffffff");
	auto ts = std::make_unique<struct ike_ts_list>();

	ASSERT_EQ(ERR_OK, parse(ike_ts_parse, body, ts.get()));
	EXPECT_EQ("192.0.2.0/24 proto 6 port 80-443, 2001:db8::/32", text(*ts));
	body[1] = body[2] = body[3] = 0;
	EXPECT_EQ(body, built([&](struct wr *w) { ike_ts_build(w, ts->item, ts->count); }));
	expect_bounded([&](struct wr *w) { ike_ts_build(w, ts->item, ts->count); });
	EXPECT_EQ(body.size(), shortest(ike_ts_parse, body));
	mutate(ike_ts_parse, body);
}

TEST(IkeTs, malformed_table)
{
	static const struct {
		const char *body;
		enum err err;
	} rows[] = {
		{ "00 000000", ERR_OK }, /* no selector: none is acceptable */
		{ "00 000000 00", ERR_TRAILING }, { "01 000000", ERR_TRUNCATED },
		{ "02 000000 07 00 0010 0000 ffff 00000000 ffffffff", ERR_TRUNCATED }, /* count above what is there */
		{ "01 000000 07 00 0010 0000 ffff 00000000 ffffffff 00", ERR_TRAILING },
		{ "01 000000 07 00 000f 0000 ffff 00000000 ffffff", ERR_MALFORMED }, /* too short for its type */
		{ "01 000000 07 00 0011 0000 ffff 00000000 ffffffff 00", ERR_MALFORMED },
		{ "01 000000 07 00 0003 0000 ffff 00000000 ffffffff", ERR_MALFORMED }, /* shorter than its header */
		{ "01 000000 08 00 0010 0000 ffff 00000000 ffffffff", ERR_MALFORMED }, /* v4 addresses in a v6 selector */
		{ "01 000000 07 00 0010 0000 ffff 0a000002 0a000001", ERR_MALFORMED }, /* ends before it begins */
		{ "01 000000 07 06 0010 0051 0050 00000000 ffffffff", ERR_MALFORMED }, /* ports the same */
		{ "01 000000 07 06 0010 ffff 0000 00000000 ffffffff", ERR_OK },        /* OPAQUE */
		{ "01 000000 09 00 0008 00000000", ERR_OK },                           /* another type: left out */
	};

	for (const auto &row : rows) {
		auto ts = std::make_unique<struct ike_ts_list>();

		EXPECT_EQ(row.err, parse(ike_ts_parse, unhex(row.body), ts.get())) << row.body;
	}
}

/* RFC7296-3.13-b */
TEST(IkeTs, foreign_types_are_left_out)
{
	Octets body = unhex("02 000000 0a 00 0006 1234 07 00 0010 0000 ffff 00000000 ffffffff");
	auto ts = std::make_unique<struct ike_ts_list>();

	ASSERT_EQ(ERR_OK, parse(ike_ts_parse, body, ts.get()));
	EXPECT_EQ("0.0.0.0/0", text(*ts));
}

TEST(IkeTs, more_selectors_than_fit)
{
	for (unsigned n : { (unsigned)IKE_TS_MAX, (unsigned)IKE_TS_MAX + 1, 255u }) {
		std::vector<struct ike_ts> many(n, ike_ts_any(AF_INET));
		Octets body = built([&](struct wr *w) { ike_ts_build(w, many.data(), (uint8_t)n); });
		auto ts = std::make_unique<struct ike_ts_list>();

		EXPECT_EQ(n > IKE_TS_MAX ? ERR_LIMIT : ERR_OK, parse(ike_ts_parse, body, ts.get()));
		EXPECT_EQ(IKE_TS_MAX, ts->count);
	}
}

/* RFC7296-3.13-a */
TEST(IkeTs, ranges_and_prefixes)
{
	static const struct {
		const char *range, *prefix;
	} rows[] = { { "10.0.0.0-10.255.255.255", "10.0.0.0/8" }, { "0.0.0.0-255.255.255.255", "0.0.0.0/0" },
		{ "192.0.2.1-192.0.2.1", "192.0.2.1/32" }, { "192.0.2.0-192.0.2.254", NULL }, { "192.0.2.1-192.0.2.255", NULL },
		{ "127.255.255.255-128.0.0.0", NULL }, { "2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::/32" },
		{ "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0" }, { "2001:db8::1-2001:db8::2", NULL } };

	for (const auto &row : rows) {
		struct ike_ts ts = selector(row.range);
		struct addr_prefix p;
		char out[ADDR_PREFIX_TEXT];

		ASSERT_EQ(row.prefix == NULL ? ERR_RANGE : ERR_OK, ike_ts_prefix(&ts, &p)) << row.range;
		if (row.prefix == NULL)
			continue;
		EXPECT_STREQ(row.prefix, addr_prefix_str(&p, out));
		struct ike_ts back = ike_ts_of_prefix(&p);
		EXPECT_TRUE(ike_ts_eq(&ts, &back));
	}
	EXPECT_EQ("::/0", text(ike_ts_any(AF_INET6)));
}

TEST(IkeTs, intersection_truth_table)
{
	const struct {
		struct ike_ts a, b;
		const char *both; /* NULL: nothing */
	} rows[] = {
		{ selector("10.0.0.0/8"), selector("10.1.0.0/16"), "10.1.0.0/16" },
		{ selector("10.0.0.0-10.0.0.9"), selector("10.0.0.5-10.0.0.20"), "10.0.0.5-10.0.0.9" },
		{ selector("10.0.0.0/24"), selector("10.0.1.0/24"), NULL },
		{ selector("0.0.0.0/0"), selector("::/0"), NULL },
		{ selector("0.0.0.0/0"), selector("192.0.2.1/32", 47), "192.0.2.1/32 proto 47" }, /* R-TUN-10: GRE */
		{ selector("0.0.0.0/0", 6), selector("0.0.0.0/0", 17), NULL },
		{ selector("0.0.0.0/0", 6, 80, 90), selector("0.0.0.0/0"), "0.0.0.0/0 proto 6 port 80-90" },
		{ selector("0.0.0.0/0", 6, 80, 90), selector("0.0.0.0/0", 6, 85, 100), "0.0.0.0/0 proto 6 port 85-90" },
		{ selector("0.0.0.0/0", 6, 80, 90), selector("0.0.0.0/0", 6, 91, 100), NULL },
		/* RFC4301-4.4.1.1: ANY includes OPAQUE, a range doesn't */
		{ selector("0.0.0.0/0", 6, 65535, 0), selector("0.0.0.0/0", 6), "0.0.0.0/0 proto 6 port opaque" },
		{ selector("0.0.0.0/0", 6, 65535, 0), selector("0.0.0.0/0", 6, 65535, 0), "0.0.0.0/0 proto 6 port opaque" },
		{ selector("0.0.0.0/0", 6, 65535, 0), selector("0.0.0.0/0", 6, 80, 80), NULL },
	};

	for (const auto &row : rows) {
		struct ike_ts out, swapped;
		bool any = ike_ts_intersect(&row.a, &row.b, &out);

		ASSERT_EQ(row.both != NULL, any) << text(row.a) << " & " << text(row.b);
		ASSERT_EQ(any, ike_ts_intersect(&row.b, &row.a, &swapped));
		if (!any)
			continue;
		EXPECT_EQ(row.both, text(out));
		EXPECT_TRUE(ike_ts_eq(&out, &swapped));
		EXPECT_TRUE(ike_ts_contains(&row.a, &out));
		EXPECT_TRUE(ike_ts_contains(&row.b, &out));
	}
}

TEST(IkeTs, containment)
{
	struct ike_ts any = ike_ts_any(AF_INET), net = selector("10.0.0.0/8"), tcp = selector("10.0.0.0/8", 6);

	EXPECT_TRUE(ike_ts_contains(&any, &net));
	EXPECT_FALSE(ike_ts_contains(&net, &any));
	EXPECT_TRUE(ike_ts_contains(&net, &net));
	EXPECT_TRUE(ike_ts_contains(&net, &tcp));
	EXPECT_FALSE(ike_ts_contains(&tcp, &net));
}

/* RFC7296-2.9 */
/* RFC7296-2.9-a */
TEST(IkeTs, narrowing)
{
	const struct {
		struct ike_ts_list ours, theirs;
		const char *result; /* NULL: ERR_TS */
	} rows[] = {
		{ list({ ike_ts_any(AF_INET) }), list({ selector("198.19.0.1/32") }), "198.19.0.1/32" },
		{ list({ selector("192.0.2.0/24") }), list({ ike_ts_any(AF_INET) }), "192.0.2.0/24" },
		/* R-TUN-13: access lists that don't mirror */
		{ list({ selector("192.0.2.0/24") }), list({ selector("198.51.100.0/24") }), NULL },
		{ list({ selector("192.0.2.0/24") }), list({}), NULL },
		{ list({}), list({ selector("192.0.2.0/24") }), NULL },
		/* the initiator's specific selector stays first, then its order */
		{ list({ selector("10.0.0.0/8"), selector("192.0.2.0/24") }),
			list({ selector("192.0.2.7/32", 6, 80, 80), selector("10.0.0.0/16") }),
			"192.0.2.7/32 proto 6 port 80-80, 10.0.0.0/16" },
		/* what another one contains is left out, in either order */
		{ list({ ike_ts_any(AF_INET) }), list({ selector("10.0.0.0/8"), selector("10.1.0.0/16") }), "10.0.0.0/8" },
		{ list({ ike_ts_any(AF_INET) }), list({ selector("10.1.0.0/16"), selector("10.0.0.0/8") }), "10.0.0.0/8" },
		{ list({ ike_ts_any(AF_INET), ike_ts_any(AF_INET6) }), list({ ike_ts_any(AF_INET6), ike_ts_any(AF_INET) }),
			"::/0, 0.0.0.0/0" },
		/* a family that we don't carry falls away */
		{ list({ ike_ts_any(AF_INET) }), list({ ike_ts_any(AF_INET6), ike_ts_any(AF_INET) }), "0.0.0.0/0" },
	};

	for (const auto &row : rows) {
		struct ike_ts_list out;

		ASSERT_EQ(row.result == NULL ? ERR_TS : ERR_OK, ike_ts_narrow(&row.ours, &row.theirs, &out)) << &row - rows;
		if (row.result != NULL) {
			EXPECT_EQ(row.result, text(out));
		}
	}
}

TEST(IkeTs, narrowing_keeps_the_bound)
{
	struct ike_ts_list ours = {}, theirs = {}, out;

	/* 64 hosts on one side, and ranges that meet each in two halves on the other: 128 pieces */
	for (unsigned i = 0; i < IKE_TS_MAX; i++) {
		ours.item[ours.count++] = selector(("10.0." + std::to_string(i) + ".0/24").c_str());
		theirs.item[theirs.count++] = selector("10.0.0.0/16", 17, (uint16_t)(2 * i), (uint16_t)(2 * i));
	}
	ASSERT_EQ(ERR_OK, ike_ts_narrow(&ours, &theirs, &out));
	EXPECT_EQ(IKE_TS_MAX, out.count);
	EXPECT_EQ("10.0.0.0/24 proto 17 port 0-0", text(out.item[0]));
	EXPECT_EQ("10.0.63.0/24 proto 17 port 0-0", text(out.item[IKE_TS_MAX - 1]));
}

/* Property: what narrowing gives is inside both sides, and nothing that both select is lost (lists far below the bound). */
/* RFC7296-2.9-a RFC7296-2.9-c */
TEST(IkeTs, narrowing_property)
{
	std::mt19937 random(7);
	auto random_list = [&](unsigned max) {
		struct ike_ts_list l = {};

		for (size_t n = 1 + random() % max; l.count < n;) {
			struct ike_ts ts = {};
			uint32_t a = (uint32_t)random() % 64, b = (uint32_t)random() % 64;

			ts.start = addr_of_u32(std::min(a, b));
			ts.end = addr_of_u32(std::max(a, b));
			ts.protocol = random() % 3 == 0 ? 6 : 0;
			ts.port_end = IKE_TS_PORT_MAX;
			l.item[l.count++] = ts;
		}
		return l;
	};
	auto selects = [](const struct ike_ts_list &l, const struct ike_ts &point) {
		for (unsigned i = 0; i < l.count; i++)
			if (ike_ts_contains(&l.item[i], &point))
				return true;
		return false;
	};

	for (unsigned round = 0; round < 500; round++) {
		struct ike_ts_list ours = random_list(4), theirs = random_list(4), out;
		enum err err = ike_ts_narrow(&ours, &theirs, &out);

		ASSERT_TRUE(err == ERR_OK || err == ERR_TS);
		for (uint32_t at = 0; at < 64; at++) {
			for (unsigned protocol : { 6u, 17u }) {
				struct ike_ts point = {};

				point.start = point.end = addr_of_u32(at);
				point.protocol = (uint8_t)protocol;
				point.port_start = point.port_end = 80;
				ASSERT_EQ(selects(ours, point) && selects(theirs, point), selects(out, point)) << round << " " << at;
			}
		}
	}
}

TEST(IkeTs, longest_text_fits)
{
	struct ike_ts ts = selector("1111:1111:1111:1111:1111:1111:1111:1111-2222:2222:2222:2222:2222:2222:2222:2222", 255, 10000, 65534);

	EXPECT_EQ("1111:1111:1111:1111:1111:1111:1111:1111-2222:2222:2222:2222:2222:2222:2222:2222 proto 255 port 10000-65534", text(ts));
}
