/* One operation at a time, and SAs: fresh, replaced, named by state, made and undone. */
#include "../filters.h"
#include "fixture.h"

namespace
{

class Apply : public ServerTest
{
};

} // namespace

TEST_F(Apply, every_object_comes_and_goes)
{
	auto empty = dump();

	furnish();
	std::vector<dp_op> ops = { put_vrf(5, "red", "tun5"), put_local("10.5.0.1/32", 0, 5), put_tunnel(8, 0, 5),
		put_route("10.8.0.0/16", DP_ROUTE_TUNNEL, 8, 5) };
	for (auto &op : ops)
		EXPECT_EQ(one(op), ERR_OK) << dp_op_str(op.kind);
	EXPECT_EQ(dump().size(), empty.size() + 6 + ops.size());
	for (auto op = ops.rbegin(); op != ops.rend(); ++op)
		EXPECT_EQ(one(del(*op)), ERR_OK) << dp_op_str(op->kind);
	for (auto &op : { put_route("0.0.0.0/0", DP_ROUTE_ADJACENCY, 3), put_tunnel(7), put_adj(3, 2), put_local("192.0.2.1/24", 2),
		     put_port(2), put_port(1) })
		EXPECT_EQ(one(del(op)), ERR_OK) << dp_op_str(op.kind);
	EXPECT_EQ(dump(), empty);
	EXPECT_GE(p.box.locals_changed, 4u);
}

TEST_F(Apply, a_del_of_what_is_not_there_is_absent)
{
	for (auto &op : { put_vrf(5), put_port(1), put_local("192.0.2.1/24", 1), put_adj(3, 1), put_tunnel(7), put_sa(1, DP_OUT, 999, 7),
		     put_route("10.0.0.0/8", DP_ROUTE_DROP, 0) })
		EXPECT_EQ(one(del(op)), ERR_ABSENT) << dp_op_str(op.kind);
}

TEST_F(Apply, a_put_that_names_what_is_not_there_is_absent)
{
	auto before = dump();

	for (auto &op : { put_port(1, "Ethernet0/0", 5), put_local("192.0.2.1/24", 1), put_adj(3, 1), put_tunnel(7, 0, 5),
		     put_sa(1, DP_OUT, 999, 7), put_route("10.0.0.0/8", DP_ROUTE_TUNNEL, 7) })
		EXPECT_EQ(one(op), ERR_ABSENT) << dp_op_str(op.kind);
	EXPECT_EQ(dump(), before);
}

TEST_F(Apply, a_del_of_what_others_name_is_busy)
{
	furnish();
	ASSERT_EQ(one(put_vrf(5, "red", "tun5")), ERR_OK);
	ASSERT_EQ(one(put_local("10.5.0.1/32", 0, 5)), ERR_OK);
	EXPECT_EQ(one(del(put_vrf(5))), ERR_BUSY);
	EXPECT_EQ(p.box.tuns.count(5), 1u) << "the TUN stays";
	EXPECT_EQ(one(del(put_port(2))), ERR_BUSY);
	ASSERT_EQ(one(put_sa(2, DP_OUT, 999, 7)), ERR_OK);
	EXPECT_EQ(one(del(put_tunnel(7))), ERR_BUSY);
	EXPECT_EQ(one(del(put_sa(2, DP_OUT, 999, 7))), ERR_OK);
	EXPECT_EQ(one(del(put_tunnel(7))), ERR_OK);
}

/* R-PBF-04: what names a filter keeps it, and what fails later brings the old list back. */
TEST_F(Apply, a_filter_is_kept_by_the_tunnel_that_names_it)
{
	Filter one(4, { filters_line(true, 6) }), two(4, { filters_line(false, 17), filters_line(true) });
	dp_op a = {}, b = {}, t = put_tunnel(7);

	a.kind = b.kind = DP_PUT_FILTER;
	a.u.filter = one.conf;
	b.u.filter = two.conf;
	furnish();
	t.u.tunnel.feature[DP_V4].filter[DP_IN] = 4;
	EXPECT_EQ(this->one(t), ERR_ABSENT);
	auto r = apply({ a, t });
	EXPECT_EQ(r[0].err, ERR_OK);
	EXPECT_EQ(r[1].err, ERR_OK);
	EXPECT_NE(db_tunnel_find(db, 7)->gate, 0u);
	EXPECT_EQ(this->one(del(a)), ERR_BUSY);
	auto before = dump();
	r = apply({ b, put_route("10.8.0.0/16", DP_ROUTE_TUNNEL, 99) });
	EXPECT_EQ(r[0].err, ERR_STATE);
	EXPECT_EQ(r[1].err, ERR_ABSENT);
	EXPECT_EQ(dump(), before);
	dp_filter now;
	ASSERT_TRUE(db_filter_get(db, 4, &now));
	EXPECT_TRUE(bytes_eq(now.lines, one.conf.lines));
	EXPECT_EQ(this->one(put_tunnel(7)), ERR_OK);
	EXPECT_EQ(this->one(del(a)), ERR_OK);
}

TEST_F(Apply, a_vrf_whose_host_side_fails_is_not_there)
{
	auto before = dump();

	EXPECT_EQ(one(put_vrf(5, "bad")), ERR_ABSENT);
	EXPECT_EQ(dump(), before);
	ASSERT_EQ(one(put_vrf(5, "red")), ERR_OK);
	before = dump();
	EXPECT_EQ(one(put_vrf(5, "bad")), ERR_ABSENT);
	EXPECT_EQ(dump(), before);
}

TEST_F(Apply, a_fresh_sa_is_placed_and_told)
{
	furnish();
	uint32_t spi = reserve();
	auto r = apply({ put_sa(1, DP_IN, spi, 7), put_sa(2, DP_OUT, 0xabcd0001, 7), put_tunnel(7, 2) });

	for (auto &x : r)
		EXPECT_EQ(x.err, ERR_OK);
	ASSERT_NE(sa(1), nullptr);
	EXPECT_EQ(r[0].placement, DP_PLACE_SOFT);
	EXPECT_EQ(r[0].reason, DP_WHY_POLICY);
	EXPECT_EQ(r[0].state.store, db->state.store);
	EXPECT_EQ(r[0].state.slot, sa(1)->slot);
	EXPECT_EQ(r[1].state.slot, sa(2)->slot);
	EXPECT_EQ(sa(2)->run.out->next, 1u);
	EXPECT_EQ(db_tunnel_find(db, 7)->sa_out, sa(2)->slot);
	EXPECT_NE(sa(1)->session, nullptr);
}

TEST_F(Apply, the_box_hears_of_each_tunnel_whether_it_wants_a_netdev)
{
	furnish();
	dp_op wants = put_tunnel(8);
	size_t before = p.box.netdevs.size();
	auto netdev = [&] { return p.box.netdevs.at(db_tunnel_index(db, db_tunnel_find(db, 8))); };

	wants.u.tunnel.netdev = true;
	ASSERT_EQ(one(put_tunnel(8)), ERR_OK);
	EXPECT_FALSE(netdev());
	ASSERT_EQ(one(wants), ERR_OK);
	EXPECT_TRUE(netdev());
	apply({ put_tunnel(8), put_port(9, "bad") });
	EXPECT_TRUE(netdev()) << "undone";
	EXPECT_EQ(one(del(put_tunnel(8))), ERR_OK);
	EXPECT_EQ(p.box.netdevs.size(), before);
}

TEST_F(Apply, a_replaced_sa_goes_on_counting)
{
	furnish();
	ASSERT_EQ(one(put_sa(2, DP_OUT, 0xabcd0001, 7)), ERR_OK);
	sa(2)->run.out->next = 700;
	dp_op op = put_sa(2, DP_OUT, 0xabcd0001, 7);
	op.u.sa.remote.addr = at("203.0.113.9");
	EXPECT_EQ(one(op), ERR_OK);
	EXPECT_EQ(sa(2)->run.out->next, 700u);
	EXPECT_TRUE(db_key_eq(db_sa_remote(sa(2)), db_key_of(&op.u.sa.remote.addr)));
	EXPECT_EQ(one(put_sa(2, DP_OUT, 0xabcd0002, 7)), ERR_EXISTS);
}

TEST_F(Apply, inline_or_nowhere_is_refused_and_told_why)
{
	furnish();
	dp_op port = put_port(2, "Ethernet0/1");
	port.u.port.role = DP_ROLE_WAN;
	auto offloaded = [](uint32_t id, dp_direction direction, uint32_t spi) {
		dp_op op = put_sa(id, direction, spi, 7);
		op.u.sa.allow_offload = true;
		return op;
	};
	port.u.port.offload = DP_OFFLOAD_INLINE;
	ASSERT_EQ(one(port), ERR_OK);
	auto before = dump();
	uint32_t spi = reserve();
	auto r = apply({ offloaded(1, DP_IN, spi), offloaded(3, DP_OUT, 0xabcd0002) });
	EXPECT_EQ(r[0].err, ERR_DENIED);
	EXPECT_EQ(r[0].placement, DP_PLACE_NONE);
	EXPECT_EQ(r[0].reason, DP_WHY_NO_DEVICE);
	EXPECT_EQ(r[1].err, ERR_STATE);
	EXPECT_EQ(dump(), before);
}

/* sa-state 4, 5: a key that was active before needs the memory of its numbers. */
TEST_F(Apply, state_of_another_store_needs_a_rekey)
{
	furnish();
	dp_op op = put_sa(2, DP_OUT, 0xabcd0001, 7);
	op.u.sa.state = { 1234, 3, 1 };
	EXPECT_EQ(one(op), ERR_NEEDS_REKEY);
	op = put_sa(2, DP_OUT, 0xabcd0001, 7);
	op.u.sa.state = { db->state.store, 3, 1 };
	EXPECT_EQ(one(op), ERR_NEEDS_REKEY) << "the slot doesn't live";
	EXPECT_EQ(sa(2), nullptr);
}

/* Control uses the key of an undone SA again from number 1, so it mustn't have sent. */
TEST_F(Apply, an_sa_is_published_when_its_transaction_is_in)
{
	furnish();
	ASSERT_EQ(one(put_sa(2, DP_OUT, 0xabcd0001, 7)), ERR_OK);
	ASSERT_EQ(one(put_tunnel(7, 2)), ERR_OK);
	uint32_t slot = sa(2)->slot;
	auto before = dump();
	auto r = apply({ put_sa(3, DP_OUT, 0xabcd0002, 7), put_tunnel(7, 3), put_port(9, "bad") });
	EXPECT_EQ(r[0].err, ERR_STATE);
	EXPECT_EQ(r[0].placement, DP_PLACE_NONE);
	EXPECT_EQ(r[1].err, ERR_STATE);
	EXPECT_EQ(r[2].err, ERR_ABSENT);
	EXPECT_EQ(db_tunnel_find(db, 7)->sa_out, slot);
	EXPECT_EQ(dump(), before);
	r = apply({ put_sa(3, DP_OUT, 0xabcd0002, 7), put_tunnel(7, 3) });
	EXPECT_EQ(r[1].err, ERR_OK);
	EXPECT_EQ(sa(3)->run.out->next, 1u);
	EXPECT_EQ(db_tunnel_find(db, 7)->sa_out, sa(3)->slot);
}

TEST_F(Apply, an_sa_is_put_once_a_transaction)
{
	furnish();
	auto r = apply({ put_sa(3, DP_OUT, 0xabcd0002, 7), put_sa(3, DP_OUT, 0xabcd0002, 7) });
	EXPECT_EQ(r[1].err, ERR_EXISTS);
	r = apply({ put_sa(3, DP_OUT, 0xabcd0002, 7), del(put_tunnel(7)) });
	EXPECT_EQ(r[1].err, ERR_BUSY);
	EXPECT_EQ(sa(3), nullptr);
}

TEST_F(Apply, a_deleted_sa_stays_deleted)
{
	furnish();
	ASSERT_EQ(one(put_sa(2, DP_OUT, 0xabcd0001, 7)), ERR_OK);
	auto r = apply({ del(put_sa(2, DP_OUT, 0, 7)), put_port(9, "bad") });
	EXPECT_EQ(r[0].err, ERR_OK);
	EXPECT_EQ(r[1].err, ERR_ABSENT);
	EXPECT_EQ(sa(2), nullptr);
}

TEST_F(Apply, slots_of_undone_sas_come_back)
{
	furnish();
	for (int i = 0; i < 600; i++) { /* more than there are slots and sessions */
		uint32_t spi = reserve();
		auto r = apply({ put_sa(1, DP_IN, spi, 7), put_sa(2, DP_OUT, 0xabcd0001, 7), put_port(9, "bad") });

		ASSERT_EQ(r[0].err, ERR_STATE) << i;
		ASSERT_EQ(r[1].err, ERR_STATE) << i;
	}
}

TEST_F(Apply, moving_keeps_numbers)
{
	furnish();
	ASSERT_EQ(one(put_sa(2, DP_OUT, 0xabcd0001, 7)), ERR_OK);
	sa(2)->run.out->next = 41;
	server_txn move = {};
	EXPECT_EQ(server_txn_move(&p.plant, &move, 2), ERR_OK);
	EXPECT_EQ(server_txn_move(&p.plant, &move, 2), ERR_BUSY);
	EXPECT_EQ(server_txn_move(&p.plant, &move, 3), ERR_ABSENT);
	EXPECT_EQ(one(del(put_sa(2, DP_OUT, 0, 7))), ERR_BUSY);
	const db_sa *before = sa(2);
	EXPECT_TRUE(server_txn_settle(&p.plant, &move));
	EXPECT_NE(sa(2), before);
	EXPECT_EQ(sa(2)->run.out->next, 41u);
}
