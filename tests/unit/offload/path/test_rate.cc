#include "../policies.h"
#include "fixture.h"

/* Service policies: classes, policing, marking and shaping, before encryption (R-PBF-03, R-TUN-22, R-SYS-07, R-SYS-08). */
namespace
{

class Rate : public PathTest
{
      protected:
	enum { LEN = 1000, EF = 46, AF11 = 10 }; /* LEN: of every packet as it is inside */

	void put(uint32_t id, const std::vector<Class> &classes)
	{
		Policy p(id, classes);

		ASSERT_EQ(db_policy_put(db, &p.conf), ERR_OK);
	}
	/* The tunnel's policies; empty: none. */
	void limit(const std::vector<Class> &in, const std::vector<Class> &out)
	{
		service[DP_IN] = in.empty() ? 0 : 1;
		service[DP_OUT] = out.empty() ? 0 : 2;
		if (!in.empty())
			put(1, in);
		if (!out.empty())
			put(2, out);
		tunnel(TUNNEL, SA_OUT);
	}
	void limit_port(uint8_t index, dp_direction way, const std::vector<Class> &classes)
	{
		put(3, classes);
		port_service[index][way] = 3;
		gate_port(index, {});
	}
	/* Rounds of one instant. */
	void turn()
	{
		do
			(void)path_worker_poll(workers[0], now);
		while (!fake[lan].rx.empty() || !fake[wan].rx.empty());
	}
	/* Packets into the tunnel, numbered from 'first'. */
	void go(unsigned count, uint16_t first = 0, unsigned dscp = 0, const std::string &to = "10.9.0.1")
	{
		for (unsigned i = 0; i < count; i++) {
			Ip ip;

			ip.dst = to;
			ip.id = (uint16_t)(first + i);
			ip.tos = (uint8_t)(dscp << 2);
			ip.payload = Bytes(LEN - 20, 1);
			feed(fake[lan], frame(lan_mac, ip.bytes()));
		}
		turn();
	}
	void come(unsigned count, uint64_t first, unsigned dscp = 0)
	{
		for (unsigned i = 0; i < count; i++) {
			Ip ip;

			ip.src = "10.9.0.1";
			ip.dst = "10.0.0.9";
			ip.tos = (uint8_t)(dscp << 2);
			ip.payload = Bytes(LEN - 20, 1);
			feed(fake[wan], frame(wan_mac, peer_seals(ip.bytes(), first + i, 0, ip.tos)));
		}
		turn();
	}
	size_t left() const
	{
		return fake[wan].tx.size();
	}
	std::vector<unsigned> numbers()
	{
		std::vector<unsigned> ids;

		for (auto &f : fake[wan].tx)
			ids.push_back(be16(peer_opens(f).data() + 4));
		return ids;
	}
	static const db_service *at(struct db *db, uint32_t gate, dp_direction way)
	{
		return db->gate[gate].service[way];
	}
	dp_traffic_stats stats(dp_direction way = DP_OUT, unsigned index = 0)
	{
		dp_traffic_stats s = {};
		const db_service *found = at(db, db_tunnel_find(db, TUNNEL)->gate, way);

		if (found != nullptr)
			db_policy_stats(db, found, (uint16_t)index, now, &s);
		return s;
	}
	dp_traffic_stats port_stats(uint8_t index, dp_direction way, unsigned nth = 0)
	{
		dp_traffic_stats s = {};

		db_policy_stats(db, at(db, db->port[index].gate, way), (uint16_t)nth, now, &s);
		return s;
	}
};

Class rest()
{
	return Class("class-default");
}

/* 8 Mbit/s are a packet a millisecond. */
TEST_F(Rate, R_PBF_03_what_exceeds_the_rate_and_its_burst_is_dropped)
{
	start();
	limit({}, { rest().police(8000000, 5 * LEN) });
	go(20);
	EXPECT_EQ(left(), 5u);
	EXPECT_EQ(drops(PATH_DROP_POLICED), 15u);
	for (int ms = 0; ms < 100; ms++) {
		now++;
		go(2);
	}
	EXPECT_EQ(left(), 105u);
	EXPECT_EQ(stats().packets, 220u);
	EXPECT_EQ(stats().bytes, 220u * LEN);
	EXPECT_EQ(stats().exceeded, 115u);
	EXPECT_EQ(stats().exceeded_bytes, 115u * LEN);
	EXPECT_EQ(stats().policed, 115u);
	now += 1000; /* a pause gives no more than the burst */
	go(20);
	EXPECT_EQ(left(), 110u);
}

TEST_F(Rate, what_comes_in_is_policed_too)
{
	start();
	limit({ rest().police(8000000, 3 * LEN) }, {});
	come(10, 1);
	EXPECT_EQ(fake[lan].tx.size(), 3u);
	EXPECT_EQ(drops(PATH_DROP_POLICED), 7u);
	EXPECT_EQ(stats(DP_IN).exceeded, 7u);
	go(5);
	EXPECT_EQ(left(), 5u) << "the other way isn't";
}

/* Nothing is lost that needn't wait too long, order stays, and numbers rise as packets leave. */
TEST_F(Rate, R_PBF_03_what_is_shaped_waits_for_its_turn)
{
	start();
	limit({}, { rest().shape(8000000) });
	go(100);
	EXPECT_EQ(left(), 1u);
	EXPECT_TRUE(path_worker_holds(workers[0]));
	EXPECT_EQ(stats().delayed, 99u);
	EXPECT_EQ(stats().waiting_ms, 100u);
	for (unsigned ms = 1; ms < 100; ms++) {
		now++;
		turn();
		EXPECT_EQ(left(), ms + 1u);
	}
	EXPECT_FALSE(path_worker_holds(workers[0]));
	auto ids = numbers();
	for (unsigned i = 0; i < 100; i++) {
		EXPECT_EQ(ids[i], i);
		EXPECT_EQ(seq_of(fake[wan].tx[i]), i + 1);
	}
	EXPECT_EQ(stats().packets, 100u);
	expect_no_other_drops();
}

TEST_F(Rate, beyond_two_tenths_of_a_second_it_is_dropped_as_it_comes)
{
	start();
	limit({}, { rest().shape(8000000) });
	go(300);
	EXPECT_EQ(stats().lost, 99u);
	EXPECT_EQ(drops(PATH_DROP_SHAPED), 99u);
	now += 500; /* a late round sends all that is due */
	turn();
	EXPECT_EQ(left(), 201u);
	go(1, 999);
	EXPECT_EQ(left(), 202u);
}

/* The waiting packet's own tunnel, or none. */
TEST_F(Rate, what_waits_for_a_tunnel_that_goes_is_dropped)
{
	start();
	limit({}, { rest().shape(8000000) });
	go(10);
	dp_route r = {};
	for (const char *p : { "10.9.0.0/16", "2001:db8:9::/48" }) {
		r.prefix = prefix(p);
		ASSERT_EQ(db_route_del(db, &r), ERR_OK);
	}
	ASSERT_EQ(db_sa_del(db, SA_IN), ERR_OK);
	ASSERT_EQ(db_sa_del(db, SA_OUT), ERR_OK);
	ASSERT_EQ(db_tunnel_del(db, TUNNEL), ERR_OK);
	for (int i = 0; i < 10; i++) {
		db_rcu_reclaim(db->rcu);
		now++;
		turn();
	}
	EXPECT_EQ(left(), 1u);
	EXPECT_EQ(drops(PATH_DROP_TUNNEL_DOWN), 9u);
}

/* A policy that changes keeps what waits and what its classes of the same name counted; one that goes lets all pass. */
TEST_F(Rate, a_change_loses_nothing)
{
	start();
	limit({}, { Class("VOICE").dscp({ EF }), rest().shape(8000000) });
	go(20);
	put(2, { rest().shape(80000000) });
	go(20, 20);
	EXPECT_EQ(stats().packets, 40u) << "counts go on";
	EXPECT_STREQ(stats().name, "class-default");
	limit({}, {});
	now += 100;
	go(1, 40);
	EXPECT_EQ(left(), 41u);
	expect_no_other_drops();
	EXPECT_EQ(db_policy_del(db, 2), ERR_OK);
	limit({ rest().police(8000000, LEN) }, { rest().shape(8000000) });
	EXPECT_EQ(stats().packets, 0u);
	EXPECT_EQ(db_policy_del(db, 2), ERR_BUSY);
}

/* The first class that it fits; what fits none has class-default's, wherever the numbers fall. */
TEST_F(Rate, R_PBF_03_each_class_has_its_own_rate)
{
	start();
	limit({}, { Class("VOICE").dscp({ EF }).police(8000000, 2 * LEN), Class("DATA").dscp({ EF, AF11 }).shape(8000000), rest() });
	go(5, 0, EF);
	go(5, 100, AF11);
	go(5, 200);
	EXPECT_EQ(left(), 2u + 1u + 5u);
	now += 10;
	turn();
	EXPECT_EQ(left(), 12u);
	EXPECT_EQ(stats(DP_OUT, 0).packets, 5u);
	EXPECT_EQ(stats(DP_OUT, 0).policed, 3u);
	EXPECT_EQ(stats(DP_OUT, 1).packets, 5u);
	EXPECT_EQ(stats(DP_OUT, 1).delayed, 4u);
	EXPECT_EQ(stats(DP_OUT, 2).packets, 5u);
	EXPECT_EQ(stats(DP_OUT, 2).bytes, 5u * LEN);
}

TEST_F(Rate, matches_of_all_and_of_any_of_lists_families_and_what_is_not)
{
	dp_line to_one = filters_line(true), to_two = filters_line(true);
	uint64_t id = 0;

	start();
	to_one.dst = filters_end("10.9.0.1", "255.255.255.255");
	to_two.dst = filters_end("10.9.0.2", "255.255.255.255");
	put_filter(1, { to_one });
	put_filter(2, { to_two });
	auto count = [&](const Class &c, unsigned dscp, const std::string &to) {
		limit({}, { c, rest() });
		put(2, { Class("X" + std::to_string(id++)), rest() }); /* counts from zero */
		put(2, { c, rest() });
		go(1, 0, dscp, to);
		return stats().packets;
	};
	EXPECT_EQ(count(Class("A").filter(1), 0, "10.9.0.1"), 1u);
	EXPECT_EQ(count(Class("A").filter(1), 0, "10.9.0.2"), 0u);
	EXPECT_EQ(count(Class("A").filter(1).dscp({ EF }), EF, "10.9.0.1"), 1u);
	EXPECT_EQ(count(Class("A").filter(1).dscp({ EF }), 0, "10.9.0.1"), 0u);
	EXPECT_EQ(count(Class("A").any().filter(1).dscp({ EF }), 0, "10.9.0.1"), 1u);
	EXPECT_EQ(count(Class("A").any().filter(1).filter(2), 0, "10.9.0.2"), 1u);
	EXPECT_EQ(count(Class("A").any().filter(1).filter(2), 0, "10.9.0.3"), 0u);
	EXPECT_EQ(count(Class("A").dscp({ EF }, true), 0, "10.9.0.1"), 1u);
	EXPECT_EQ(count(Class("A").dscp({ EF }, true), EF, "10.9.0.1"), 0u);
	EXPECT_EQ(count(Class("A").dscp({ 0 }, false, 1u << DP_V6), 0, "10.9.0.1"), 0u) << "of IPv6 alone";
	EXPECT_EQ(count(Class("A").match({ DP_MATCH_ANY, false, 1u << DP_V4, 0, 0 }), 0, "10.9.0.1"), 1u);
	EXPECT_EQ(db_filter_del(db, 1), ERR_OK) << "nobody's any more";
	Policy gone(9, { Class("A").filter(1) });
	EXPECT_EQ(db_policy_put(db, &gone.conf), ERR_ABSENT);
}

/* A class that is behind its rate holds up nobody else's under the same parent. */
TEST_F(Rate, R_PBF_03_classes_under_a_shaped_parent)
{
	start();
	limit({}, { rest().shape(80000000), Class("SLOW", 1).dscp({ AF11 }).shape(8000000), Class("class-default", 1) });
	go(50, 0, AF11); /* 50 ms of its own rate */
	go(100, 100);    /* 10 ms of the parent's */
	for (int ms = 0; ms < 11; ms++) {
		now++;
		turn();
	}
	size_t fast = 0, slow = 0;
	for (unsigned n : numbers())
		(n >= 100 ? fast : slow)++;
	EXPECT_EQ(fast, 100u);
	EXPECT_GE(slow, 10u);
	EXPECT_LE(slow, 12u);
	for (int ms = 0; ms < 60; ms++) {
		now++;
		turn();
	}
	EXPECT_EQ(left(), 150u);
	EXPECT_EQ(stats(DP_OUT, 0).packets, 150u);
	EXPECT_EQ(stats(DP_OUT, 1).packets, 50u);
	EXPECT_EQ(stats(DP_OUT, 2).packets, 100u);
	EXPECT_EQ(stats(DP_OUT, 1).delayed, 49u);
	EXPECT_EQ(stats(DP_OUT, 0).delayed + stats(DP_OUT, 2).delayed, stats(DP_OUT, 0).delayed);
	uint64_t seq = 0;
	for (auto &f : fake[wan].tx)
		EXPECT_EQ(seq_of(f), ++seq) << "numbers rise as packets leave";
	expect_no_other_drops();
}

/* What the child drops, its parent doesn't let pass either, and counts. */
TEST_F(Rate, a_parent_polices_what_its_classes_leave)
{
	start();
	limit({}, { rest().police(8000000, 4 * LEN), Class("VOICE", 1).dscp({ EF }).police(8000000, 3 * LEN), Class("class-default", 1) });
	go(5, 0, EF);
	go(5, 10);
	EXPECT_EQ(left(), 4u);
	EXPECT_EQ(stats(DP_OUT, 1).policed, 2u);
	EXPECT_EQ(stats(DP_OUT, 0).packets, 10u);
	EXPECT_EQ(stats(DP_OUT, 0).policed, 4u);
	EXPECT_EQ(drops(PATH_DROP_POLICED), 6u);
}

/* The packet inside, so the one around it says the same (RFC2983-3, uniform). */
TEST_F(Rate, R_PBF_03_a_class_is_marked)
{
	start();
	limit({ rest().set(AF11) }, { Class("A").dscp({ 8 }).set(EF), rest().police(8000000, LEN).action(DP_EXCEED, DP_POLICE_MARK, 8) });
	go(1, 0, 8);
	go(2, 1, 0);
	ASSERT_EQ(left(), 3u);
	const unsigned want[] = { EF, 0, 8 };
	for (unsigned i = 0; i < 3; i++) {
		Bytes inner = peer_opens(fake[wan].tx[i]);

		EXPECT_EQ(inner[1] >> 2, want[i]);
		EXPECT_TRUE(checksum_right(inner.data()));
		EXPECT_EQ(fake[wan].tx[i][15] >> 2, want[i]);
	}
	EXPECT_EQ(stats(DP_OUT, 0).marked, 1u);
	EXPECT_EQ(stats(DP_OUT, 1).marked, 1u);
	EXPECT_EQ(stats(DP_OUT, 1).exceeded, 1u);
	EXPECT_EQ(stats(DP_OUT, 1).policed, 0u);
	come(1, 1, EF);
	ASSERT_EQ(fake[lan].tx.size(), 1u);
	EXPECT_EQ(fake[lan].tx[0][15] >> 2, (int)AF11);
	EXPECT_TRUE(checksum_right(fake[lan].tx[0].data() + 14));
}

/* At the port a packet is what leaves by it: ESP, whole. */
TEST_F(Rate, R_SYS_08_the_port_sees_ESP)
{
	dp_line esp = filters_line(true, 50);

	start();
	put_filter(1, { esp });
	limit_port(wan, DP_OUT, { Class("ESP").filter(1).dscp({ EF }).police(8000000, 3 * (LEN + 100)).set(AF11), rest() });
	go(5, 0, EF);
	EXPECT_EQ(left(), 3u);
	EXPECT_EQ(port_stats(wan, DP_OUT).packets, 5u);
	EXPECT_EQ(port_stats(wan, DP_OUT).bytes, 5u * (fake[wan].tx[0].size() - 14));
	EXPECT_EQ(port_stats(wan, DP_OUT).policed, 2u);
	EXPECT_EQ(fake[wan].tx[0][15] >> 2, (int)AF11) << "the packet around it is marked";
	EXPECT_EQ(peer_opens(fake[wan].tx[0])[1] >> 2, (int)EF) << "not the one inside";
	EXPECT_EQ(seq_of(fake[wan].tx[2]), 3u) << "what is dropped took no number";
}

TEST_F(Rate, R_SYS_08_a_shaped_port_sends_in_turn)
{
	start();
	limit_port(wan, DP_OUT, { rest().shape(8 * 1000 * (LEN + 100)).set(AF11) });
	go(50);
	EXPECT_LE(left(), 2u);
	for (int ms = 0; ms < 60; ms++) {
		now++;
		turn();
	}
	ASSERT_EQ(left(), 50u);
	auto ids = numbers();
	for (unsigned i = 0; i < 50; i++) {
		EXPECT_EQ(ids[i], i);
		EXPECT_EQ(seq_of(fake[wan].tx[i]), i + 1);
		EXPECT_EQ(fake[wan].tx[i][15] >> 2, (int)AF11) << "marked before it waited";
	}
	EXPECT_EQ(port_stats(wan, DP_OUT).packets, 50u) << "each once";
	expect_no_other_drops();
}

/* Plain packets, and both ways; what has waited for its port is looked up again. */
TEST_F(Rate, ports_of_the_lan)
{
	start();
	limit_port(lan, DP_OUT, { rest().shape(8000000) });
	come(10, 1);
	EXPECT_EQ(fake[lan].tx.size(), 1u);
	for (int ms = 0; ms < 10; ms++) {
		now++;
		turn();
	}
	EXPECT_EQ(fake[lan].tx.size(), 10u);
	EXPECT_EQ(port_stats(lan, DP_OUT).packets, 10u);
	port_service[lan][DP_OUT] = 0;
	limit_port(lan, DP_IN, { rest().police(8000000, 2 * LEN) });
	go(5);
	EXPECT_EQ(left(), 2u);
	EXPECT_EQ(drops(PATH_DROP_POLICED), 3u);
}

/* What the host's kernel sends by a port's twin is the router's own, which its policies treat like any other. */
TEST_F(Rate, R_SYS_08_the_hosts_own_frames_pass_the_ports_policy)
{
	Ip ike, solicit;
	Bytes arp = gw_mac + wan_mac + Bytes{ 8, 6 } + Bytes(28, 1);

	ike.src = own;
	ike.dst = peer;
	solicit.src = "fe80::1";
	solicit.dst = "fe80::2";
	solicit.proto = 58;
	solicit.ttl = 255;
	solicit.payload = Bytes{ 135, 0, 0, 0 } + Bytes(20);
	auto send = [&](unsigned count) {
		for (unsigned i = 0; i < count; i++) {
			ike.payload = udp(500, 500, Bytes(LEN - 29, 1) + Bytes{ (uint8_t)i });
			feed(fake[twin], gw_mac + wan_mac + Bytes{ 8, 0 } + ike.bytes());
		}
		feed(fake[twin], gw_mac + wan_mac + Bytes{ 0x86, 0xdd } + solicit.bytes());
		feed(fake[twin], arp);
		turn();
	};
	start();
	limit_port(wan, DP_OUT, { rest().police(8000000, 3 * LEN).set(EF) });
	send(5);
	ASSERT_EQ(left(), 5u) << "three of five, and what finds neighbours";
	EXPECT_EQ(port_stats(wan, DP_OUT).policed, 2u);
	EXPECT_EQ(fake[wan].tx[0][15] >> 2, (int)EF);
	EXPECT_TRUE(checksum_right(&fake[wan].tx[0][14]));
	fake[wan].tx.clear();
	limit_port(wan, DP_OUT, { rest().shape(8000000) });
	ike.dst = "224.0.0.5"; /* whatever it is for */
	ike.proto = 1;
	send(10);
	EXPECT_LE(left(), 4u);
	for (int ms = 0; ms < 10; ms++) {
		now++;
		turn();
	}
	ASSERT_EQ(left(), 12u);
	Bytes last = gw_mac + wan_mac + Bytes{ 8, 0 } + ike.bytes();
	EXPECT_EQ(fake[wan].tx[11], last) << "as it was, in turn";
	EXPECT_EQ(drops(PATH_DROP_TX_UNPROTECTED), 0u);
}

} // namespace
