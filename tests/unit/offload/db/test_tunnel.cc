#include "fixture.h"

class Tunnel : public DbTest
{
};

static dp_op put_of(const dp_tunnel &t)
{
	dp_op op;

	op.kind = DP_PUT_TUNNEL;
	memcpy(&op.u.tunnel, &t, dp_tunnel_size(&t));
	return op;
}

/* A dump, what undoes a put and a reconciliation rest on it. */
TEST_F(Tunnel, what_was_put_can_be_told)
{
	dp_tunnel plain = {}, rich = {}, told;

	plain.id = rich.id = 7;
	snprintf(plain.name, sizeof(plain.name), "Tunnel0");
	memset(rich.name, 'x', sizeof(rich.name) - 1);
	rich.mode = DP_TUNNEL_GRE_IPSEC;
	rich.df = DP_DF_CLEAR;
	rich.mtu = 1400;
	rich.sa_out = 77;
	rich.has_key = true;
	rich.key = 0xfedcba98;
	rich.local = db_test_addr("2001:db8::1");
	rich.remote = db_test_addr("2001:db8::2");
	rich.feature[DP_V6].mss = 1240;
	rich.feature[DP_V4].urpf = DP_URPF_STRICT;
	rich.more_count = DP_MORE_MAX;
	for (uint32_t i = 0; i < DP_MORE_MAX; i++)
		rich.more[i] = 1000 + i;
	for (const dp_tunnel *t : { &plain, &rich, &plain }) {
		ASSERT_EQ(db_tunnel_put(db, t), ERR_OK);
		ASSERT_TRUE(db_tunnel_get(db, 7, &told));
		EXPECT_EQ(db_test_form(put_of(told)), db_test_form(put_of(*t)));
	}
	ASSERT_EQ(db_tunnel_del(db, 7), ERR_OK);
	EXPECT_FALSE(db_tunnel_get(db, 7, &told));
}

TEST_F(Tunnel, a_new_one_counts_from_zero)
{
	tunnel(7);
	db_tunnel *t = db_tunnel_find(db, 7);
	uint32_t index = db_tunnel_index(db, t);
	dp_tunnel_stats stats;

	t->past_packets[DP_IN] = 5;
	ASSERT_EQ(db_tunnel_del(db, 7), ERR_OK);
	db_rcu_wait(db->rcu);
	tunnel(8);
	EXPECT_EQ(db_tunnel_index(db, db_tunnel_find(db, 8)), index);
	db_tunnel_stats(db, db_tunnel_find(db, 8), 0, &stats);
	EXPECT_EQ(stats.in_packets, 0u);
}
