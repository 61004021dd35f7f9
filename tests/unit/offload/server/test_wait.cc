/* A device takes its time: what is published when, who is answered when, and what a refusal after all comes to. */
#include "../device.h"
#include "control.h"
#include "server/place.h"

namespace
{

enum { LAN = 1, WAN = 2, OTHER = 3, TUNNEL = 7 };

dp_op offload_sa(uint32_t id, dp_direction direction, uint32_t spi, uint32_t tunnel = TUNNEL)
{
	dp_op op = put_sa(id, direction, spi, tunnel);

	op.u.sa.allow_offload = true;
	return op;
}

dp_op offload_port(uint32_t id, dp_offload offload = DP_OFFLOAD_AUTO)
{
	dp_op op = put_port(id);

	op.u.port.offload = (uint8_t)offload;
	return op;
}

class Wait : public ServerTest
{
      protected:
	void SetUp() override
	{
		furnish();
		ASSERT_EQ(one(offload_port(WAN)), ERR_OK);
		device.attach(p.plant.engine, db_port_find(db, WAN));
	}
	void TearDown() override /* the device goes before the tables */
	{
		engine_inline_detach(p.plant.engine, db_port_find(db, WAN));
	}
	uint32_t sender()
	{
		return db_tunnel_find(db, TUNNEL)->sa_out;
	}
	void expect_placed(uint32_t id, dp_placement placement, dp_reason reason)
	{
		ASSERT_NE(sa(id), nullptr);
		EXPECT_EQ(sa(id)->placement, placement);
		EXPECT_EQ(sa(id)->reason, reason) << dp_reason_str((dp_reason)sa(id)->reason);
		EXPECT_EQ((sa(id)->flags & DB_SA_INLINE) != 0, placement == DP_PLACE_INLINE_PROTOCOL);
	}
	bool settle(server_txn *t)
	{
		return server_txn_settle(&p.plant, t);
	}
	bool touches(const server_txn *t, dp_op op)
	{
		bool yes = server_txn_touches(&p.plant, t, &op);

		dp_op_fini(&op);
		return yes;
	}
	Device device;
};

} // namespace

/* sa-state 13, 26: a placement counts when the device has it. */
TEST_F(Wait, an_sa_is_used_when_its_device_has_it)
{
	device.session_status = ERR_AGAIN;
	auto t = begin({ offload_sa(12, DP_OUT, 0xabcd0001), put_tunnel(TUNNEL, 12) });
	EXPECT_EQ(device.sessions, 1);
	EXPECT_FALSE(settle(t.get()));
	EXPECT_EQ(sa(12), nullptr);
	EXPECT_EQ(sender(), DB_SLOT_NONE);
	device.session_status = ERR_OK;
	EXPECT_TRUE(settle(t.get()));
	expect_placed(12, DP_PLACE_INLINE_PROTOCOL, DP_WHY_NONE);
	EXPECT_EQ(sender(), sa(12)->slot);
	EXPECT_EQ(t->result[0].placement, DP_PLACE_INLINE_PROTOCOL);
	EXPECT_EQ(t->result[0].state.slot, sa(12)->slot);
	EXPECT_EQ(t->result[0].state.store, db->state.store);
}

TEST_F(Wait, an_inbound_one_waits_for_its_rule_too)
{
	device.flow_status = ERR_AGAIN;
	auto t = begin({ offload_sa(11, DP_IN, reserve()) });
	EXPECT_FALSE(settle(t.get()));
	device.flow_status = ERR_OK;
	EXPECT_TRUE(settle(t.get()));
	expect_placed(11, DP_PLACE_INLINE_PROTOCOL, DP_WHY_NONE);
	EXPECT_EQ(device.rules.size(), 1u);
}

TEST_F(Wait, a_refusal_after_all_leads_to_software)
{
	const std::pair<enum err, dp_reason> refusals[] = { { ERR_FULL, DP_WHY_TABLE_FULL }, { ERR_RANGE, DP_WHY_DEVICE_REFUSED },
		{ ERR_ABSENT, DP_WHY_DEVICE_DOWN } };
	uint32_t id = 20;

	for (auto &[status, reason] : refusals) {
		device.session_status = ERR_AGAIN;
		auto t = begin({ offload_sa(id, DP_OUT, 0xabcd0000 + id) });
		ASSERT_FALSE(settle(t.get()));
		uint32_t slot = t->made[0]->slot;
		device.session_status = status;
		ASSERT_TRUE(settle(t.get()));
		expect_placed(id, DP_PLACE_SOFT, reason);
		EXPECT_EQ(sa(id)->slot, slot);
		EXPECT_EQ(sa(id)->run.out->next, 1u);
		EXPECT_EQ(t->result[0].reason, reason);
		id += 2;
	}
	(void)db_rcu_wait(db->rcu);
	EXPECT_EQ(device.sessions, 0);
}

TEST_F(Wait, a_rule_refused_after_all_leads_to_software)
{
	auto t = begin({ offload_sa(11, DP_IN, reserve()) });
	device.flow_status = ERR_FULL;
	EXPECT_TRUE(settle(t.get()));
	expect_placed(11, DP_PLACE_SOFT, DP_WHY_FLOW_FULL);
	EXPECT_TRUE(device.rules.empty());
	(void)db_rcu_wait(db->rcu);
	EXPECT_EQ(device.sessions, 0);
}

/* The session of a rule that is refused at once waits for its fence, the SA doesn't. */
TEST_F(Wait, a_session_without_a_rule_goes_when_its_fence_has_passed)
{
	device.flow_errno = ENOSPC;
	device.fence_passed = false;
	apply({ offload_sa(11, DP_IN, reserve()) });
	expect_placed(11, DP_PLACE_SOFT, DP_WHY_FLOW_FULL);
	EXPECT_EQ(device.sessions, 1);
	device.fence_passed = true;
	(void)db_rcu_wait(db->rcu);
	EXPECT_EQ(device.sessions, 0);
}

TEST_F(Wait, a_driver_that_does_not_tell_is_believed)
{
	device.ext = {};
	device.attach(p.plant.engine, db_port_find(db, WAN));
	device.session_status = ERR_AGAIN;
	apply({ offload_sa(12, DP_OUT, 0xabcd0001), offload_sa(11, DP_IN, reserve()) });
	expect_placed(12, DP_PLACE_INLINE_PROTOCOL, DP_WHY_NONE);
	expect_placed(11, DP_PLACE_INLINE_PROTOCOL, DP_WHY_NONE);
}

TEST_F(Wait, a_device_that_dies_is_not_waited_for)
{
	device.session_status = ERR_AGAIN;
	auto t = begin({ offload_sa(12, DP_OUT, 0xabcd0001), offload_sa(11, DP_IN, reserve()) });
	EXPECT_FALSE(settle(t.get()));
	engine_inline_detach(p.plant.engine, db_port_find(db, WAN));
	flow_forget(p.plant.flows, db_port_find(db, WAN));
	EXPECT_TRUE(settle(t.get()));
	expect_placed(12, DP_PLACE_SOFT, DP_WHY_DEVICE_DOWN);
	expect_placed(11, DP_PLACE_SOFT, DP_WHY_DEVICE_DOWN);
}

/* sa-state 13: no gap. */
TEST_F(Wait, the_old_configuration_works_until_the_new_one_stands)
{
	engine_inline_detach(p.plant.engine, db_port_find(db, WAN));
	apply({ offload_sa(12, DP_OUT, 0xabcd0001), put_tunnel(TUNNEL, 12) });
	expect_placed(12, DP_PLACE_SOFT, DP_WHY_DEVICE_DOWN);
	device.attach(p.plant.engine, db_port_find(db, WAN), 2);
	device.session_status = ERR_AGAIN;
	server_txn move = {};
	ASSERT_EQ(server_txn_move(&p.plant, &move, 12), ERR_OK);
	EXPECT_FALSE(settle(&move));
	expect_placed(12, DP_PLACE_SOFT, DP_WHY_DEVICE_DOWN);
	sa(12)->run.out->next = 99; /* it sends meanwhile */
	EXPECT_EQ(sender(), sa(12)->slot);
	device.session_status = ERR_OK;
	EXPECT_TRUE(settle(&move));
	expect_placed(12, DP_PLACE_INLINE_PROTOCOL, DP_WHY_NONE);
	EXPECT_EQ(sa(12)->run.out->next, 99u);
	EXPECT_EQ(sender(), sa(12)->slot);
}

/* sa-state 1: we don't know its IVs, and it counts for itself from there on. */
TEST_F(Wait, a_used_key_is_not_moved_to_a_device_that_counts)
{
	apply({ put_sa(12, DP_OUT, 0xabcd0001, TUNNEL) });
	sa(12)->run.out->next = 2;
	engine_device d = device.describe(db_port_find(db, WAN), 2, "net_cn10k");
	ASSERT_EQ(engine_inline_attach(p.plant.engine, &d), ERR_OK);
	EXPECT_EQ(one(offload_sa(12, DP_OUT, 0xabcd0001)), ERR_OK);
	expect_placed(12, DP_PLACE_SOFT, DP_WHY_MIGRATING);
	EXPECT_EQ(one(offload_sa(14, DP_OUT, 0xabcd0003)), ERR_OK);
	expect_placed(14, DP_PLACE_INLINE_PROTOCOL, DP_WHY_NONE);
}

/* Policy keeps it out of software: it is there, and passes nothing. */
TEST_F(Wait, inline_or_nowhere)
{
	uint8_t index = db_port_find(db, WAN);

	ASSERT_EQ(one(offload_port(WAN, DP_OFFLOAD_INLINE)), ERR_OK);
	auto t = begin({ offload_sa(12, DP_OUT, 0xabcd0001) });
	device.session_status = ERR_FULL;
	EXPECT_TRUE(settle(t.get()));
	device.session_status = ERR_OK;
	EXPECT_EQ(t->result[0].placement, DP_PLACE_NONE);
	EXPECT_EQ(t->result[0].reason, DP_WHY_TABLE_FULL);
	EXPECT_NE(sa(12)->place_epoch, db->port[index].epoch) << "'tx' refuses its packets";
	EXPECT_TRUE(server_place_is_stale(&p.plant, sa(12))) << "there is room now";
	server_txn again = {};
	ASSERT_EQ(server_txn_move(&p.plant, &again, 12), ERR_OK);
	EXPECT_TRUE(settle(&again));
	expect_placed(12, DP_PLACE_INLINE_PROTOCOL, DP_WHY_NONE);
	EXPECT_FALSE(server_place_is_stale(&p.plant, sa(12)));
	EXPECT_FALSE(server_place_may_soften(&p.plant, sa(12)));

	sa(12)->run.out->next = 41;
	engine_inline_detach(p.plant.engine, index);
	EXPECT_TRUE(server_place_is_stale(&p.plant, sa(12)));
	server_txn move = {};
	EXPECT_EQ(server_txn_move(&p.plant, &move, 12), ERR_DENIED);
	EXPECT_EQ(sa(12)->placement, DP_PLACE_NONE);
	EXPECT_EQ(sa(12)->reason, DP_WHY_DEVICE_DOWN);
	EXPECT_FALSE(server_place_is_stale(&p.plant, sa(12))) << "it is told once";

	ASSERT_EQ(one(offload_port(WAN)), ERR_OK);
	EXPECT_TRUE(server_place_is_stale(&p.plant, sa(12)));
	ASSERT_EQ(server_txn_move(&p.plant, &move, 12), ERR_OK);
	EXPECT_TRUE(settle(&move));
	expect_placed(12, DP_PLACE_SOFT, DP_WHY_DEVICE_DOWN);
	EXPECT_EQ(sa(12)->run.out->next, 41u);
}

TEST_F(Wait, what_is_waited_for_is_not_built_upon)
{
	apply({ put_tunnel(8), put_sa(22, DP_OUT, 0xabcd0001, 8) });
	device.session_status = ERR_AGAIN;
	auto t = begin({ offload_sa(12, DP_OUT, 0xabcd0001), put_tunnel(TUNNEL, 12) });

	EXPECT_TRUE(touches(t.get(), put_tunnel(TUNNEL)));
	EXPECT_TRUE(touches(t.get(), put_tunnel(8, 12)));
	EXPECT_TRUE(touches(t.get(), del(put_tunnel(TUNNEL))));
	EXPECT_TRUE(touches(t.get(), put_sa(12, DP_OUT, 0xabcd0001, TUNNEL)));
	EXPECT_TRUE(touches(t.get(), put_sa(14, DP_OUT, 0xabcd0002, TUNNEL)));
	EXPECT_TRUE(touches(t.get(), del(put_sa(12, DP_OUT, 0, TUNNEL))));
	EXPECT_TRUE(touches(t.get(), put_port(LAN)));
	EXPECT_FALSE(touches(t.get(), put_tunnel(8)));
	EXPECT_FALSE(touches(t.get(), del(put_sa(22, DP_OUT, 0, 8))));
	EXPECT_FALSE(touches(t.get(), put_route("10.0.0.0/8", DP_ROUTE_TUNNEL, TUNNEL)));
	server_txn_abandon(&p.plant, t.get());
	EXPECT_EQ(sa(12), nullptr);
}

/* The last word counts. */
TEST_F(Wait, a_tunnel_that_is_put_twice_turns_once)
{
	apply({ offload_sa(12, DP_OUT, 0xabcd0001), put_tunnel(TUNNEL, 12), put_tunnel(TUNNEL) });
	EXPECT_EQ(sender(), DB_SLOT_NONE);
	apply({ offload_sa(14, DP_OUT, 0xabcd0002), put_tunnel(TUNNEL), put_tunnel(TUNNEL, 14) });
	EXPECT_EQ(sender(), sa(14)->slot);
}

namespace
{

/* The same over the socket. */
class WaitServer : public Server
{
      protected:
	void SetUp() override
	{
		greet(c);
		device = std::make_unique<Device>();
		txn(c, { offload_port(WAN), put_local("192.0.2.1/24", WAN), put_tunnel(TUNNEL), put_tunnel(8) });
		expect_done();
		device->attach(plant().engine, db_port_find(plant().db, WAN));
	}
	server_plant &plant()
	{
		return d->plant->plant;
	}
	void expect_done(enum err err = ERR_OK)
	{
		d->poll();
		ASSERT_EQ(c.recv(), ERR_OK);
		ASSERT_EQ(c.in.kind, DP_MSG_DONE);
		EXPECT_EQ(c.in.u.done.result[0].err, err);
	}
	void expect_silence()
	{
		d->poll();
		EXPECT_EQ(c.recv(), ERR_AGAIN);
	}
	const db_sa *sa(uint32_t id)
	{
		return db_sa_find(plant().db, id);
	}
	void TearDown() override
	{
		engine_inline_detach(plant().engine, db_port_find(plant().db, WAN));
		device = nullptr;
	}
	Control c{ path };
	std::unique_ptr<Device> device;
};

} // namespace

TEST_F(WaitServer, done_is_said_when_the_device_has_it)
{
	device->session_status = ERR_AGAIN;
	txn(c, { offload_sa(12, DP_OUT, 0xabcd0001), put_tunnel(TUNNEL, 12) });
	expect_silence();
	EXPECT_TRUE(server_is_waiting(d->server));
	txn(c, { put_sa(22, DP_OUT, 0xabcd0002, 8) }); /* nobody waits for that one */
	expect_done();
	EXPECT_EQ(c.in.u.done.result[0].placement, DP_PLACE_SOFT);
	device->session_status = ERR_OK;
	expect_done();
	EXPECT_EQ(c.in.u.done.count, 2u);
	EXPECT_EQ(c.in.u.done.result[0].placement, DP_PLACE_INLINE_PROTOCOL);
	EXPECT_FALSE(server_is_waiting(d->server));
}

TEST_F(WaitServer, what_builds_upon_it_waits)
{
	device->session_status = ERR_AGAIN;
	txn(c, { offload_sa(12, DP_OUT, 0xabcd0001) });
	expect_silence();
	txn(c, { del(put_sa(12, DP_OUT, 0, TUNNEL)) });
	c.send(request(DP_MSG_DUMP));
	expect_silence();
	EXPECT_EQ(server_link_fd(d->server), -1) << "nothing is read meanwhile";
	device->session_status = ERR_OK;
	expect_done();
	expect_done();
	ASSERT_EQ(c.recv(), ERR_OK);
	EXPECT_EQ(c.in.kind, DP_MSG_ITEMS);
	EXPECT_EQ(sa(12), nullptr);
}

TEST_F(WaitServer, a_dump_shows_what_is_settled)
{
	device->session_status = ERR_AGAIN;
	txn(c, { offload_sa(12, DP_OUT, 0xabcd0001) });
	c.send(request(DP_MSG_DUMP));
	expect_silence();
	device->session_status = ERR_OK;
	expect_done();
	ASSERT_EQ(c.recv(), ERR_OK);
	ASSERT_EQ(c.in.kind, DP_MSG_ITEMS);
	EXPECT_EQ(c.in.u.items.count, 6u);
}

/* The answer is nobody's any more; a request that was held goes with its keys. */
TEST_F(WaitServer, control_that_goes_meanwhile)
{
	device->session_status = ERR_AGAIN;
	txn(c, { offload_sa(12, DP_OUT, 0xabcd0001) });
	txn(c, { offload_sa(12, DP_OUT, 0xabcd0001) });
	expect_silence();
	Control next(path);
	next.send(Control::hello());
	d->poll();
	ASSERT_EQ(next.recv(), ERR_OK);
	device->session_status = ERR_OK;
	d->poll();
	EXPECT_EQ(next.recv(), ERR_AGAIN);
	ASSERT_NE(sa(12), nullptr);
	EXPECT_EQ(sa(12)->placement, DP_PLACE_INLINE_PROTOCOL);
}

TEST_F(WaitServer, the_server_goes_meanwhile)
{
	device->session_status = ERR_AGAIN;
	txn(c, { offload_sa(12, DP_OUT, 0xabcd0001) });
	expect_silence();
	server_free(d->server);
	d->server = nullptr;
	EXPECT_EQ(sa(12), nullptr);
	(void)db_rcu_wait(plant().db->rcu);
	EXPECT_EQ(device->sessions, 0);
}

TEST_F(WaitServer, sas_follow_their_device)
{
	uint8_t index = db_port_find(plant().db, WAN);

	for (uint32_t id = 12; id < 12 + 2 * 40; id += 2) /* more than one move holds */
		txn(c, { put_tunnel(100 + id), offload_sa(id, DP_OUT, 0xabcd0000 + id, 100 + id) });
	d->poll();
	while (c.recv() == ERR_OK)
		d->poll();
	EXPECT_EQ(device->sessions, 16);
	EXPECT_EQ(sa(90)->reason, DP_WHY_TABLE_FULL);
	engine_inline_detach(plant().engine, index);
	server_device(d->server, index, false);
	expect_silence();
	EXPECT_EQ(sa(12)->reason, DP_WHY_DEVICE_DOWN);
	EXPECT_EQ(c.events.size(), 1u + 16u);
	c.events.clear();
	(void)db_rcu_wait(plant().db->rcu);
	device->sessions = 0;
	device->sa_limit = 64;
	device->attach(plant().engine, index, 2);
	server_device(d->server, index, true);
	expect_silence();
	EXPECT_EQ(device->sessions, 40) << "those that had no room have it now";
	ASSERT_EQ(c.events.size(), 1u + 40u);
	for (size_t i = 1; i < c.events.size(); i++) {
		EXPECT_EQ(c.events[i].kind, DP_EV_PLACEMENT);
		EXPECT_EQ(c.events[i].placement, DP_PLACE_INLINE_PROTOCOL);
		EXPECT_EQ(c.events[i].reason, DP_WHY_NONE);
	}
}

TEST_F(WaitServer, a_packet_that_leaves_by_another_port_moves_its_sa)
{
	path_note note = {};

	txn(c, { offload_sa(12, DP_OUT, 0xabcd0001) });
	expect_done();
	txn(c, { del(put_local("192.0.2.1/24", WAN)), put_port(OTHER), put_local("192.0.2.1/24", OTHER) });
	expect_done();
	note.kind = PATH_NOTE_PLACE;
	note.id = 12;
	server_note(d->server, &note);
	server_note(d->server, &note); /* it is on its way */
	note.id = 99;
	server_note(d->server, &note);
	expect_silence();
	ASSERT_EQ(c.events.size(), 2u) << "one because of the ports";
	EXPECT_EQ(c.events[1].id, 12u);
	EXPECT_EQ(c.events[1].placement, DP_PLACE_SOFT);
	EXPECT_EQ(sa(12)->reason, DP_WHY_POLICY);
}
