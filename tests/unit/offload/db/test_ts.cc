#include "db/ts.h"

#include <gtest/gtest.h>

namespace
{

struct addr at(const char *text)
{
	struct addr a = {};

	EXPECT_EQ(addr_parse(text, &a), ERR_OK);
	return a;
}

dp_ts side(const char *first, const char *last, uint8_t proto = 0, uint16_t port_first = 0, uint16_t port_last = 65535)
{
	dp_ts t = {};

	t.first = at(first);
	t.last = at(last);
	t.proto = proto;
	t.port_first = port_first;
	t.port_last = port_last;
	return t;
}

db_flow flow(const char *local, const char *remote, uint8_t proto = 6, int local_port = 1000, int remote_port = 80)
{
	struct addr l = at(local), r = at(remote);
	db_flow f = {};

	f.local = db_key_of(&l);
	f.remote = db_key_of(&r);
	f.family = l.family;
	f.proto = proto;
	f.ports = local_port >= 0;
	f.local_port = (uint16_t)local_port;
	f.remote_port = (uint16_t)remote_port;
	return f;
}

/* A pair that the short way is for says the same by it. */
bool covers(const dp_ts_pair &pair, const db_flow &f)
{
	db_ts ts;

	EXPECT_EQ(db_ts_of(&pair, &ts), ERR_OK);
	bool covered = db_ts_match(&ts, 1, &f);

	if (db_ts_portless4(&ts) && f.family == AF_INET) {
		EXPECT_EQ(db_ts_match4(&ts, f.local.hi, f.remote.hi, f.proto), covered);
	}
	return covered;
}

} // namespace

TEST(Ts, ranges_are_inclusive_and_directions_kept)
{
	dp_ts_pair p = { side("10.0.0.5", "10.0.0.9"), side("192.0.2.0", "192.0.2.255") };

	EXPECT_TRUE(covers(p, flow("10.0.0.5", "192.0.2.0")));
	EXPECT_TRUE(covers(p, flow("10.0.0.9", "192.0.2.255")));
	EXPECT_FALSE(covers(p, flow("10.0.0.4", "192.0.2.1")));
	EXPECT_FALSE(covers(p, flow("10.0.0.10", "192.0.2.1")));
	EXPECT_FALSE(covers(p, flow("10.0.0.5", "192.0.3.0")));
	EXPECT_FALSE(covers(p, flow("192.0.2.1", "10.0.0.5")));
	EXPECT_FALSE(covers(p, flow("2001:db8::1", "2001:db8::2")));
}

TEST(Ts, the_short_way_is_for_IPv4_without_ports)
{
	const struct row {
		dp_ts_pair pair;
		bool is;
	} rows[] = {
		{ { side("10.0.0.5", "10.0.0.5", 47), side("0.0.0.0", "255.255.255.255", 47) }, true },
		{ { side("10.0.0.5", "10.0.0.5"), side("192.0.2.1", "192.0.2.9") }, true },
		{ { side("10.0.0.5", "10.0.0.5", 6, 80, 80), side("192.0.2.1", "192.0.2.9", 6) }, false },
		{ { side("10.0.0.5", "10.0.0.5", 6), side("192.0.2.1", "192.0.2.9", 6, 0, 65534) }, false },
		{ { side("10.0.0.5", "10.0.0.5", 6), side("192.0.2.1", "192.0.2.9", 6, 65535, 0) }, false },
		{ { side("2001:db8::1", "2001:db8::1"), side("2001:db8::2", "2001:db8::2") }, false },
	};

	for (const row &r : rows) {
		db_ts ts;

		ASSERT_EQ(db_ts_of(&r.pair, &ts), ERR_OK);
		EXPECT_EQ(db_ts_portless4(&ts), r.is);
	}
	EXPECT_TRUE(covers(rows[0].pair, flow("10.0.0.5", "0.0.0.0", 47)));
	EXPECT_TRUE(covers(rows[0].pair, flow("10.0.0.5", "255.255.255.255", 47)));
	EXPECT_FALSE(covers(rows[0].pair, flow("10.0.0.5", "192.0.2.1", 6)));
	EXPECT_FALSE(covers(rows[1].pair, flow("10.0.0.4", "192.0.2.1")));
	EXPECT_FALSE(covers(rows[1].pair, flow("10.0.0.5", "192.0.2.10")));
	EXPECT_FALSE(covers(rows[1].pair, flow("10.0.0.5", "192.0.2.0")));
}

TEST(Ts, ipv6_compares_all_128_bits)
{
	dp_ts_pair p = { side("2001:db8::ffff:ffff:ffff:fffe", "2001:db8:0:1::1"), side("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") };

	EXPECT_TRUE(covers(p, flow("2001:db8::ffff:ffff:ffff:ffff", "::1")));
	EXPECT_TRUE(covers(p, flow("2001:db8:0:1::1", "::1")));
	EXPECT_FALSE(covers(p, flow("2001:db8::ffff:ffff:ffff:fffd", "::1")));
	EXPECT_FALSE(covers(p, flow("2001:db8:0:1::2", "::1")));
}

TEST(Ts, protocol_and_ports)
{
	dp_ts_pair p = { side("0.0.0.0", "255.255.255.255", 17), side("0.0.0.0", "255.255.255.255", 17, 53, 54) };

	EXPECT_TRUE(covers(p, flow("10.0.0.1", "10.0.0.2", 17, 9, 53)));
	EXPECT_TRUE(covers(p, flow("10.0.0.1", "10.0.0.2", 17, 9, 54)));
	EXPECT_FALSE(covers(p, flow("10.0.0.1", "10.0.0.2", 17, 9, 55)));
	EXPECT_FALSE(covers(p, flow("10.0.0.1", "10.0.0.2", 6, 9, 53)));
	EXPECT_FALSE(covers(p, flow("10.0.0.1", "10.0.0.2", 17, -1, -1))) << "a later fragment shows no ports";
}

TEST(Ts, opaque_ports_match_what_shows_none)
{
	dp_ts_pair p = { side("0.0.0.0", "255.255.255.255", 17, 65535, 0), side("0.0.0.0", "255.255.255.255", 17, 65535, 0) };

	EXPECT_TRUE(covers(p, flow("10.0.0.1", "10.0.0.2", 17, -1, -1)));
	EXPECT_FALSE(covers(p, flow("10.0.0.1", "10.0.0.2", 17, 1, 1)));
}

TEST(Ts, any_is_recognised)
{
	db_ts ts;
	dp_ts_pair p4 = { side("0.0.0.0", "255.255.255.255"), side("0.0.0.0", "255.255.255.255") };
	dp_ts_pair p6 = { side("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), side("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe") };

	ASSERT_EQ(db_ts_of(&p4, &ts), ERR_OK);
	EXPECT_TRUE(db_ts_any(&ts));
	ASSERT_EQ(db_ts_of(&p6, &ts), ERR_OK);
	EXPECT_FALSE(db_ts_any(&ts));
}

TEST(Ts, nonsense_is_refused)
{
	db_ts ts;
	dp_ts_pair backwards = { side("10.0.0.9", "10.0.0.5"), side("0.0.0.0", "255.255.255.255") };
	dp_ts_pair mixed = { side("10.0.0.0", "10.0.0.5"), side("::", "::1") };
	dp_ts_pair protos = { side("10.0.0.0", "10.0.0.5", 6), side("10.0.0.0", "10.0.0.5", 17) };

	EXPECT_EQ(db_ts_of(&backwards, &ts), ERR_MALFORMED);
	EXPECT_EQ(db_ts_of(&mixed, &ts), ERR_MALFORMED);
	EXPECT_EQ(db_ts_of(&protos, &ts), ERR_MALFORMED);
}
