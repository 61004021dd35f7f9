#include "fixture.h"

#include <unistd.h>

namespace
{

class Sa : public DbTest
{
      protected:
	void SetUp() override
	{
		DbTest::SetUp();
		tunnel(7);
	}
	const db_sa *in(uint32_t spi)
	{
		return db_sa_in(db, spi);
	}
};

enum err count_drop(void *ctx, db_sa *)
{
	(*static_cast<int *>(ctx))++;
	return ERR_OK;
}

std::vector<uint8_t> form(const dp_sa &sa)
{
	dp_op op;

	op.kind = DP_PUT_SA;
	memcpy(&op.u.sa, &sa, dp_sa_size(&sa));
	memset(&op.u.sa.state, 0, sizeof(op.u.sa.state));
	return db_test_form(op);
}

dp_state state_of(const struct db *db, uint32_t id)
{
	dp_sa told;

	db_sa_get(db, db_sa_find(db, id), &told);
	return told.state;
}

} // namespace

TEST_F(Sa, found_by_spi_and_stale_ones_fail_by_generation)
{
	uint32_t spi = reserve();

	ASSERT_EQ(put(sa(1, DP_IN, spi, 7)), ERR_OK);
	ASSERT_NE(in(spi), nullptr);
	EXPECT_EQ(in(spi)->id, 1u);
	EXPECT_EQ(in(spi + 256), nullptr);
	EXPECT_EQ(in(spi ^ 1), nullptr);
	ASSERT_EQ(db_sa_del(db, 1), ERR_OK);
	EXPECT_EQ(in(spi), nullptr);
	EXPECT_EQ(db_sa_del(db, 1), ERR_ABSENT);
}

TEST_F(Sa, inbound_needs_a_reserved_spi)
{
	EXPECT_EQ(put(sa(1, DP_IN, 256 + 9, 7)), ERR_STALE);
	EXPECT_EQ(put(sa(1, DP_IN, 9, 7)), ERR_STATE);
}

TEST_F(Sa, refuses_what_it_cannot_do)
{
	uint32_t spi = reserve();
	dp_sa s = sa(1, DP_IN, spi, 8);

	EXPECT_EQ(put(s), ERR_ABSENT);
	s = sa(1, DP_IN, spi, 7);
	s.transport = true;
	EXPECT_EQ(put(s), ERR_UNSUPPORTED);
	s = sa(1, DP_IN, spi, 7);
	s.window = 100;
	EXPECT_EQ(put(s), ERR_UNSUPPORTED);
	s = sa(1, DP_IN, spi, 7);
	s.ts_count = 0;
	EXPECT_EQ(put(s), ERR_MALFORMED);
	s = sa(1, DP_IN, spi, 7);
	s.ts[0].local.first = db_test_addr("255.255.255.255");
	s.ts[0].local.last = db_test_addr("0.0.0.0");
	EXPECT_EQ(put(s), ERR_MALFORMED);
}

TEST_F(Sa, replacing_keeps_slot_and_state_and_drops_the_old_one_later)
{
	int dropped = 0;
	dp_sa s = sa(2, DP_OUT, 0xabcdef01, 7);
	const db_sa *old;
	db_sa *fresh;

	ASSERT_EQ(put(s), ERR_OK);
	old = db_sa_find(db, 2);
	old->run.out->next = 500;
	s = sa(2, DP_OUT, 0xabcdef01, 7);
	s.remote.addr = db_test_addr("203.0.113.9");
	ASSERT_EQ(db_sa_prepare(db, &s, &fresh), ERR_OK);
	EXPECT_EQ(db_sa_find(db, 2), old);
	db_rcu_online(db->rcu, 0);
	db_sa_on_drop(db, count_drop, &dropped);
	db_sa_publish(db, fresh);
	EXPECT_EQ(db_sa_find(db, 2), fresh);
	EXPECT_EQ(fresh->slot, old->slot);
	EXPECT_EQ(fresh->run.out->next, 500u);
	EXPECT_EQ(db_rcu_reclaim(db->rcu), 1u);
	EXPECT_EQ(dropped, 0);
	db_rcu_quiescent(db->rcu, 0);
	EXPECT_EQ(db_rcu_reclaim(db->rcu), 0u);
	EXPECT_EQ(dropped, 1);
	db_rcu_offline(db->rcu, 0);
	EXPECT_EQ(db_sa_out(db, fresh->slot), fresh);
}

TEST_F(Sa, a_new_number_space_is_never_put_on_a_living_id)
{
	dp_sa s = sa(2, DP_OUT, 0xabcdef01, 7);

	ASSERT_EQ(put(s), ERR_OK);
	EXPECT_EQ(put(sa(2, DP_OUT, 0xabcdef02, 7)), ERR_EXISTS);
	s = sa(2, DP_OUT, 0xabcdef01, 7);
	s.esn = true;
	EXPECT_EQ(put(s), ERR_EXISTS);
}

TEST_F(Sa, an_abandoned_put_frees_its_slot)
{
	dp_sa s = sa(2, DP_OUT, 0xabcdef01, 7);
	uint32_t slot;
	db_sa *made;

	ASSERT_EQ(db_sa_prepare(db, &s, &made), ERR_OK);
	slot = made->slot;
	EXPECT_EQ(db->slots[DP_OUT].status[slot], DB_SLOT_USED);
	db_sa_abandon(db, made);
	EXPECT_EQ(db->slots[DP_OUT].status[slot], DB_SLOT_FREE);
	EXPECT_EQ(db_sa_find(db, 2), nullptr);
}

TEST_F(Sa, secrets_are_copied_and_a_copy_has_its_own)
{
	dp_sa s = sa(2, DP_OUT, 0xabcdef01, 7);
	db_sa *made, *copy;

	ASSERT_EQ(db_sa_prepare(db, &s, &made), ERR_OK);
	EXPECT_TRUE(bytes_eq(db_sa_key(made->conf), secret_view(&s.key)));
	secret_fini(&s.key);
	db_sa_publish(db, made);
	ASSERT_EQ(db_sa_copy(db, 2, &copy), ERR_OK);
	EXPECT_TRUE(bytes_eq(db_sa_key(copy->conf), db_sa_key(made->conf)));
	EXPECT_NE(copy->conf, made->conf);
	EXPECT_EQ(copy->slot, made->slot);
	db_sa_publish(db, copy);
	EXPECT_EQ(db_sa_copy(db, 3, &copy), ERR_ABSENT);
}

/* A dump, a move to another engine and a reconciliation rest on it: all that was put can be told. */
TEST_F(Sa, what_was_put_can_be_told)
{
	const uint8_t key[64] = { 9, 8, 7 };
	uint32_t spi = reserve();
	dp_sa plain = sa(1, DP_IN, spi, 7), rich = sa(2, DP_OUT, 0xabcdef01, 7);

	rich.port = 3;
	rich.cipher = DP_CIPHER_AES_CBC;
	rich.integ = DP_INTEG_SHA256_128;
	ASSERT_EQ(secret_set(&rich.key, bytes_of(key, 32)), ERR_OK);
	ASSERT_EQ(secret_set(&rich.integ_key, bytes_of(key + 1, 32)), ERR_OK);
	rich.esn = rich.udp_encap = rich.allow_offload = true;
	rich.window = 1024;
	rich.local = { db_test_addr("2001:db8::1"), 4500 };
	rich.remote = { db_test_addr("2001:db8:1::9"), 61000 };
	rich.soft_bytes = 1;
	rich.hard_bytes = UINT64_MAX;
	rich.soft_packets = 77;
	rich.hard_packets = 88;
	rich.ts_count = 3;
	rich.ts[1] = rich.ts[0];
	rich.ts[1].local.proto = 17;
	rich.ts[1].local.port_first = rich.ts[1].local.port_last = 53;
	rich.ts[2].local.first = rich.ts[2].remote.first = db_test_addr("2001:db8::");
	rich.ts[2].local.last = rich.ts[2].remote.last = db_test_addr("2001:db8::ffff");
	rich.ts[2].remote.proto = 1;
	rich.ts[2].remote.port_first = 65535; /* opaque */
	for (const dp_sa *s : { &plain, &rich }) {
		db_sa *made;
		dp_sa told;

		ASSERT_EQ(db_sa_prepare(db, s, &made), ERR_OK);
		db_sa_get(db, made, &told);
		EXPECT_EQ(form(told), form(*s));
		EXPECT_EQ(told.state.store, 77u);
		EXPECT_EQ(told.state.slot, made->slot);
		EXPECT_EQ(told.state.generation, made->generation);
		db_sa_abandon(db, made);
	}
	for (dp_sa *s : { &plain, &rich }) {
		secret_fini(&s->key);
		secret_fini(&s->integ_key);
	}
}

TEST_F(Sa, same_selectors_are_kept_once)
{
	dp_sa other = sa(3, DP_OUT, 0xabcdef03, 7);

	other.ts[0].local.port_last = 80;
	ASSERT_EQ(put(sa(1, DP_IN, reserve(), 7)), ERR_OK);
	ASSERT_EQ(put(sa(2, DP_OUT, 0xabcdef01, 7)), ERR_OK);
	ASSERT_EQ(put(other), ERR_OK);
	EXPECT_EQ(db_sa_find(db, 1)->ts, db_sa_find(db, 2)->ts);
	EXPECT_NE(db_sa_find(db, 1)->ts, db_sa_find(db, 3)->ts);
	EXPECT_EQ(db->selectors.count, 2u);
	ASSERT_EQ(db_sa_del(db, 1), ERR_OK);
	db_rcu_wait(db->rcu);
	EXPECT_EQ(db->selectors.count, 2u);
	for (uint32_t id : { 2u, 3u })
		ASSERT_EQ(db_sa_del(db, id), ERR_OK);
	db_rcu_wait(db->rcu);
	EXPECT_EQ(db->selectors.count, 0u);
}

/* sa-state 4, 5: numbers and windows go on in a new process; without the state it is refused. */
TEST_F(Sa, adopts_its_state_after_a_restart)
{
	uint32_t spi = reserve();
	dp_state out_state, in_state;
	db_state again;
	int fd;

	ASSERT_EQ(put(sa(1, DP_IN, spi, 7)), ERR_OK);
	ASSERT_EQ(put(sa(2, DP_OUT, 0xabcdef01, 7)), ERR_OK);
	db_sa_find(db, 2)->run.out->next = 1000;
	ASSERT_TRUE(db_sa_mark(db_sa_find(db, 1), 200));
	in_state = state_of(db, 1);
	out_state = state_of(db, 2);
	EXPECT_EQ(in_state.store, 77u);
	fd = dup(db->state.fd);
	db_free(db);
	ASSERT_EQ(db_state_adopt(&again, fd, 256), ERR_OK);
	open(&again);
	tunnel(7);

	dp_sa s = sa(1, DP_IN, spi, 7);
	EXPECT_EQ(put(s), ERR_NEEDS_REKEY) << "as if it were fresh";
	s = sa(1, DP_IN, spi, 7);
	s.state = in_state;
	s.state.store = 78;
	EXPECT_EQ(put(s), ERR_NEEDS_REKEY) << "state of another store";
	s = sa(1, DP_IN, spi, 7);
	s.state = in_state;
	ASSERT_EQ(put(s), ERR_OK);
	EXPECT_FALSE(db_sa_fresh(in(spi), 199));
	EXPECT_TRUE(db_sa_fresh(in(spi), 201));
	s = sa(2, DP_OUT, 0xabcdef01, 7);
	s.state = out_state;
	ASSERT_EQ(put(s), ERR_OK);
	EXPECT_EQ(db_sa_find(db, 2)->run.out->next, 1000u);
	s = sa(3, DP_OUT, 0xabcdef01, 7);
	s.state = out_state;
	EXPECT_EQ(put(s), ERR_NEEDS_REKEY) << "one life, one SA";
}

TEST_F(Sa, deletion_ends_the_life)
{
	dp_sa s;
	dp_state handle;

	ASSERT_EQ(put(sa(2, DP_OUT, 0xabcdef01, 7)), ERR_OK);
	handle = state_of(db, 2);
	ASSERT_EQ(db_sa_del(db, 2), ERR_OK);
	db_rcu_wait(db->rcu);
	s = sa(2, DP_OUT, 0xabcdef01, 7);
	s.state = handle;
	EXPECT_EQ(put(s), ERR_NEEDS_REKEY);
}

TEST_F(Sa, tunnel_sends_through_its_own_sa_alone)
{
	dp_tunnel t = {};

	tunnel(8);
	ASSERT_EQ(put(sa(2, DP_OUT, 0xabcdef01, 7)), ERR_OK);
	t.id = 8;
	t.sa_out = 2;
	EXPECT_EQ(db_tunnel_put(db, &t), ERR_OK); /* it drops until the SA comes */
	tunnel(7, 2);
	EXPECT_EQ(db_tunnel_find(db, 8)->sa_out, DB_SLOT_NONE) << "the SA is another tunnel's";
	EXPECT_EQ(db_tunnel_find(db, 7)->sa_out, db_sa_find(db, 2)->slot);
	EXPECT_EQ(db_tunnel_del(db, 7), ERR_BUSY);
	ASSERT_EQ(db_sa_del(db, 2), ERR_OK);
	EXPECT_EQ(db_tunnel_find(db, 7)->sa_out, DB_SLOT_NONE);
	EXPECT_EQ(db_tunnel_del(db, 7), ERR_OK) << "in the same transaction, before the grace period";
	db_rcu_wait(db->rcu);
}

TEST_F(Sa, tunnel_counters_never_go_back)
{
	dp_tunnel_stats s;

	ASSERT_EQ(put(sa(2, DP_OUT, 0xabcdef01, 7)), ERR_OK);
	db_sa_find(db, 2)->run.out->packets = 10;
	db_sa_find(db, 2)->run.out->bytes = 1000;
	ASSERT_EQ(put(sa(2, DP_OUT, 0xabcdef01, 7)), ERR_OK); /* replaced */
	db_rcu_wait(db->rcu);
	ASSERT_EQ(put(sa(3, DP_OUT, 0xabcdef02, 7)), ERR_OK);
	db_sa_find(db, 3)->run.out->packets = 5;
	db_tunnel_stats(db, db_tunnel_find(db, 7), 0, &s);
	EXPECT_EQ(s.out_packets, 15u);
	ASSERT_EQ(db_sa_del(db, 2), ERR_OK);
	db_tunnel_stats(db, db_tunnel_find(db, 7), 0, &s);
	EXPECT_EQ(s.out_packets, 15u);
	db_rcu_wait(db->rcu);
	db_tunnel_stats(db, db_tunnel_find(db, 7), 0, &s);
	EXPECT_EQ(s.out_packets, 15u);
	EXPECT_EQ(s.out_bytes, 1000u);
	EXPECT_EQ(s.idle_out_ms, UINT32_MAX);
}

TEST_F(Sa, slots_run_out_and_come_back)
{
	for (uint32_t i = 0; i < 256; i++)
		ASSERT_EQ(put(sa(i + 1, DP_OUT, 0x1000 + i, 7)), ERR_OK);
	EXPECT_EQ(put(sa(300, DP_OUT, 0x5000, 7)), ERR_FULL);
	ASSERT_EQ(db_sa_del(db, 100), ERR_OK);
	EXPECT_EQ(put(sa(300, DP_OUT, 0x5000, 7)), ERR_FULL) << "its grace period isn't over";
	db_rcu_wait(db->rcu);
	EXPECT_EQ(put(sa(300, DP_OUT, 0x5000, 7)), ERR_OK);
}

TEST_F(Sa, sizes_of_outer_packets)
{
	db_sa s = {};

	s.header_len = 28;
	db_sa_set_sizes(&s, 8, 16, 4);
	for (uint32_t inner = 20; inner < 1500; inner++) {
		uint32_t outer = db_sa_outer_len(&s, inner);

		EXPECT_EQ((outer - 28 - 8 - 16) % 4, 0u);
		EXPECT_GE(outer, inner + 28 + 8 + 16 + 2);
		EXPECT_GE(db_sa_inner_mtu(&s, outer), inner);
		EXPECT_LE(db_sa_outer_len(&s, db_sa_inner_mtu(&s, outer)), outer);
	}
	EXPECT_EQ(db_sa_inner_mtu(&s, 52), 0u);
}

/* One number space, one key. */
TEST_F(Sa, a_put_cannot_change_the_key)
{
	tunnel(7);
	ASSERT_EQ(put(sa(2, DP_OUT, 0x1000, 7)), ERR_OK);
	EXPECT_EQ(put(sa(2, DP_OUT, 0x1000, 7)), ERR_OK);
	dp_sa other = sa(2, DP_OUT, 0x1000, 7);
	other.key.data[0] ^= 1;
	EXPECT_EQ(put(other), ERR_EXISTS);
	other = sa(2, DP_OUT, 0x1000, 7);
	other.cipher = DP_CIPHER_CHACHA20_POLY1305;
	EXPECT_EQ(put(other), ERR_EXISTS);
}

TEST_F(Sa, one_successor_at_a_time)
{
	db_sa *next, *more;

	tunnel(7);
	ASSERT_EQ(put(sa(2, DP_OUT, 0x1000, 7)), ERR_OK);
	ASSERT_EQ(db_sa_copy(db, 2, &next), ERR_OK);
	EXPECT_EQ(db_sa_copy(db, 2, &more), ERR_BUSY);
	EXPECT_EQ(db_sa_del(db, 2), ERR_BUSY);
	db_sa_abandon(db, next);
	EXPECT_EQ(db_sa_del(db, 2), ERR_OK);
}
