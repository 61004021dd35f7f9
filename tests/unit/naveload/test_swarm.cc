/* The swarm against one responding engine, in virtual time. */
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <netinet/in.h>

#include "../../sim/world.h"
#include "crypto/crypto.h"
#include "naveload/swarm.h"

namespace
{
struct Datagram {
	bool to_hub;
	struct ike_path path; /* the receiver's */
	std::vector<uint8_t> data;
};

struct ike_path mirror(const struct ike_path &p)
{
	struct ike_path m = p;

	m.local = p.remote;
	m.remote = p.local;
	return m;
}

struct Lab {
	struct crypto *crypto = nullptr;
	struct crypto_rand rand = crypto_rand_system();
	struct world hub = {};
	struct naveload_plan plan = {};
	struct naveload_swarm *swarm = nullptr;
	std::deque<Datagram> wire;
	std::vector<enum naveload_phase> phases;
	uint64_t now_us = 1000000;
	bool cut = false; /* nothing arrives */
	unsigned most_under_way = 0;

	explicit Lab(uint32_t peers)
	{
		plan.hub = addr_of_u32(0xc0000201);
		plan.source = addr_of_u32(0xc6336401);
		plan.source_count = 1;
		plan.peers = peers;
		plan.first = 1;
		plan.id = "s%.example.net";
		plan.rounds = 1;
		plan.retransmit_ms = 100;
		plan.tries = 3;
		plan.ike.count = plan.esp.count = 1;
		plan.ike.offer[0] = world_offer_ike("aes-gcm-256 sha256 31");
		plan.esp.offer[0] = world_offer_esp("aes-gcm-128");
		EXPECT_EQ(crypto_new(&crypto), ERR_OK);
		set_key("right");
	}
	void set_key(const char *key)
	{
		EXPECT_EQ(secret_set(&plan.psk, bytes_str(key)), ERR_OK);
	}
	void start()
	{
		struct ike_engine_config hub_config = {};
		struct naveload_swarm_config config = {};

		world_defaults(&hub.set, "hub.example.net", "right");
		hub.send_ctx = this;
		hub.send = [](void *ctx, const struct ike_path *p, struct bytes d, bool keepalive) {
			if (!keepalive)
				static_cast<Lab *>(ctx)->wire.push_back({ false, mirror(*p), { d.data, d.data + d.len } });
		};
		hub_config.crypto = config.crypto = crypto;
		hub_config.rand = config.rand = &rand;
		hub_config.child_rekey = true;
		ASSERT_EQ(world_init(&hub, &hub_config, now_us / 1000), ERR_OK);
		config.plan = &plan;
		config.ctx = this;
		config.send = [](void *ctx, const struct ike_path *p, struct bytes d) {
			static_cast<Lab *>(ctx)->wire.push_back({ true, mirror(*p), { d.data, d.data + d.len } });
		};
		config.keepalive = [](void *, const struct ike_path *) {};
		config.now_us = [](void *ctx) { return static_cast<Lab *>(ctx)->now_us; };
		config.phase_ends = [](void *ctx, enum naveload_phase phase, uint32_t) {
			static_cast<Lab *>(ctx)->phases.push_back(phase);
		};
		ASSERT_EQ(naveload_swarm_new(&swarm, &config), ERR_OK);
	}
	void deliver()
	{
		while (!wire.empty()) {
			Datagram d = std::move(wire.front());

			wire.pop_front();
			if (cut)
				continue;
			if (d.to_hub)
				ike_engine_receive(hub.engine, now_us / 1000, &d.path, bytes_of(d.data.data(), d.data.size()));
			else
				naveload_swarm_receive(swarm, &d.path, bytes_of(d.data.data(), d.data.size()));
		}
	}
	/* As a hub does by INITIAL_CONTACT: of two sessions of one peer the older goes. */
	void replace()
	{
		std::map<std::string, struct world_session *> newest;

		list_each (it, &hub.sessions) {
			struct world_session *s = list_of(it, struct world_session, link);

			if (!s->up || s->over)
				continue;
			if (newest.count(s->peer) != 0)
				ike_engine_abandon(hub.engine, now_us / 1000, newest[s->peer]->handle);
			newest[s->peer] = s;
		}
	}
	/* One turn: what is due, then what came of it, a millisecond later. */
	void turn()
	{
		uint64_t next_us = naveload_swarm_next_us(swarm);

		now_us = std::max(now_us + 1000, next_us == UINT64_MAX ? 0 : next_us);
		world_advance(&hub, now_us / 1000);
		ASSERT_EQ(naveload_swarm_advance(swarm), ERR_OK);
		most_under_way = std::max(most_under_way, naveload_swarm_under_way(swarm));
		deliver();
	}
	void run(enum naveload_phase until = NAVELOAD_OVER)
	{
		for (int i = 0; i < 100000 && naveload_swarm_phase(swarm) != until; i++)
			turn();
		ASSERT_EQ(naveload_swarm_phase(swarm), until);
	}
	const struct naveload_round &round(uint32_t i)
	{
		uint32_t count;
		const struct naveload_round *list = naveload_swarm_rounds(swarm, &count);

		EXPECT_LT(i, count);
		return list[i];
	}
	~Lab()
	{
		naveload_swarm_free(swarm);
		world_fini(&hub);
		EXPECT_STREQ(hub.fault, "");
		secret_fini(&plan.psk);
		crypto_free(crypto);
	}
	Lab(const Lab &) = delete;
	Lab &operator=(const Lab &) = delete;
};

uint32_t lost(const struct naveload_round &r)
{
	return std::accumulate(std::begin(r.lost), std::end(r.lost), 0u);
}
} // namespace

TEST(NaveloadSwarm, all_come_and_go)
{
	Lab lab(40);

	lab.plan.pace.concurrency = 5;
	lab.start();
	lab.run(NAVELOAD_HOLD);
	EXPECT_EQ(world_up_count(&lab.hub), 40u);
	lab.run();
	EXPECT_EQ(world_up_count(&lab.hub), 0u);
	EXPECT_EQ(lab.round(0).setup.done, 40u);
	EXPECT_EQ(lab.round(0).setup.time.count, 40u);
	EXPECT_EQ(lab.round(0).up, 40u);
	EXPECT_EQ(lab.round(0).leave.done, 40u);
	EXPECT_EQ(lab.round(0).leave.failed, 0u);
	EXPECT_EQ(lost(lab.round(0)), 0u);
	EXPECT_EQ(lab.most_under_way, 5u);
	EXPECT_EQ(lab.phases, (std::vector<enum naveload_phase>{ NAVELOAD_SETUP, NAVELOAD_HOLD, NAVELOAD_LEAVE }));
}

TEST(NaveloadSwarm, rate_makes_a_schedule)
{
	Lab lab(21);

	lab.plan.pace.rate = 10;
	lab.start();
	lab.run(NAVELOAD_HOLD);
	EXPECT_NEAR(static_cast<double>(lab.now_us), 3e6, 1e5); /* begun at 1 s, the last at 3 s */
	EXPECT_LT(lab.round(0).setup.time.max_us, 50000u);
}

TEST(NaveloadSwarm, failures_are_counted_by_cause)
{
	Lab lab(10);

	lab.set_key("wrong");
	lab.start();
	lab.run();
	EXPECT_EQ(lab.round(0).setup.failed, 10u);
	EXPECT_EQ(lab.round(0).setup.cause[IKE_DOWN_AUTH], 10u);
	EXPECT_EQ(lab.round(0).up, 0u);
	EXPECT_EQ(lab.round(0).leave.tried, 0u);
}

TEST(NaveloadSwarm, a_silent_hub_is_a_timeout)
{
	Lab lab(3);

	lab.cut = true;
	lab.start();
	lab.run();
	EXPECT_EQ(lab.round(0).setup.cause[IKE_DOWN_TIMEOUT], 3u);
}

TEST(NaveloadSwarm, a_farewell_without_answer_is_a_failure)
{
	Lab lab(4);

	lab.start();
	lab.run(NAVELOAD_LEAVE);
	lab.cut = true;
	lab.run();
	EXPECT_EQ(lab.round(0).setup.done, 4u);
	EXPECT_EQ(lab.round(0).leave.failed, 4u);
	EXPECT_EQ(lab.round(0).leave.cause[IKE_DOWN_TIMEOUT], 4u);
}

TEST(NaveloadSwarm, who_is_lost_while_held_is_counted_by_cause)
{
	Lab lab(6);

	lab.plan.hold_s = 30;
	lab.plan.dpd_s = 5;
	lab.start();
	lab.run(NAVELOAD_HOLD);
	EXPECT_EQ(naveload_swarm_up(lab.swarm), 6u);
	lab.cut = true;
	lab.run();
	EXPECT_EQ(lab.round(0).lost[IKE_DOWN_DEAD_PEER], 6u);
	EXPECT_EQ(lab.round(0).leave.tried, 0u);
}

TEST(NaveloadSwarm, rounds_delete_between)
{
	Lab lab(5);

	lab.plan.rounds = 3;
	lab.start();
	lab.run();
	for (uint32_t i = 0; i < 3; i++) {
		EXPECT_EQ(lab.round(i).setup.done, 5u);
		EXPECT_EQ(lab.round(i).leave.done, 5u);
	}
	EXPECT_EQ(world_up_count(&lab.hub), 0u);
}

TEST(NaveloadSwarm, peers_that_forget_tell_nobody)
{
	Lab lab(5);

	lab.plan.rounds = 2;
	lab.plan.forget = true;
	lab.plan.leave = true;
	lab.start();
	lab.run();
	EXPECT_EQ(lab.round(0).leave.tried, 0u);
	EXPECT_EQ(lab.round(1).setup.done, 5u);
	EXPECT_EQ(lab.round(1).leave.tried, 0u);
	EXPECT_EQ(world_up_count(&lab.hub), 10u); /* this world replaces nobody */
	EXPECT_EQ(lost(lab.round(0)) + lost(lab.round(1)), 0u);
}

TEST(NaveloadSwarm, R_IKE_23_rekey_storms)
{
	for (enum naveload_rekey what : { NAVELOAD_REKEY_IKE, NAVELOAD_REKEY_CHILD }) {
		Lab lab(20);
		struct ike_stats s;

		lab.plan.rekey = what;
		lab.plan.rekeys = 3;
		lab.start();
		lab.run();
		EXPECT_EQ(lab.round(0).rekey.done, 60u);
		EXPECT_EQ(lab.round(0).rekey.time.count, 60u);
		EXPECT_EQ(lab.round(0).rekey.failed, 0u);
		EXPECT_EQ(lab.round(0).leave.done, 20u);
		EXPECT_EQ(lost(lab.round(0)), 0u);
		ike_engine_stats(lab.hub.engine, &s);
		EXPECT_EQ(s.count[what == NAVELOAD_REKEY_IKE ? IKE_STAT_REKEY : IKE_STAT_CHILD_REKEY], 60u);
		EXPECT_EQ(lab.phases.size(), 6u);
	}
}

TEST(NaveloadSwarm, a_rekey_that_nobody_answers_has_failed)
{
	Lab lab(3);

	lab.plan.rekey = NAVELOAD_REKEY_IKE;
	lab.plan.rekeys = 1;
	lab.start();
	lab.run(NAVELOAD_REKEY);
	lab.cut = true;
	lab.run();
	EXPECT_EQ(lab.round(0).rekey.failed, 3u);
	EXPECT_EQ(lab.round(0).leave.tried, 0u);
}

/* The hub rekeys nothing: the wave comes to its end all the same. */
TEST(NaveloadSwarm, rekeys_that_are_refused_are_given_up)
{
	Lab lab(3);

	lab.plan.rekey = NAVELOAD_REKEY_CHILD;
	lab.plan.rekeys = 1;
	lab.start();
	lab.run(NAVELOAD_REKEY);
	lab.hub.set.spi_err = ERR_FULL;
	lab.run();
	EXPECT_EQ(lab.round(0).rekey.done + lab.round(0).rekey.failed, 3u);
	EXPECT_EQ(lab.round(0).rekey.done, 0u);
	EXPECT_LT(lab.now_us, 90000000u);
}

TEST(NaveloadSwarm, a_churn_leaves_nothing_behind)
{
	Lab lab(30);
	uint32_t acts = 0;

	lab.plan.hold_s = 20;
	lab.plan.churn = 50;
	lab.start();
	for (int i = 0; i < 100000 && naveload_swarm_phase(lab.swarm) != NAVELOAD_OVER; i++) {
		lab.turn();
		lab.replace();
	}
	const struct naveload_round &r = lab.round(0);
	for (uint32_t n : r.act) {
		EXPECT_GT(n, 100u);
		acts += n;
	}
	EXPECT_NEAR(acts, 1000, 10);
	EXPECT_EQ(r.again.done, r.act[NAVELOAD_ACT_RECONNECT] + r.act[NAVELOAD_ACT_RETURN]);
	EXPECT_EQ(r.again.failed, 0u);
	EXPECT_EQ(r.up_last, 30u);
	EXPECT_EQ(r.leave.done, 30u);
	EXPECT_EQ(lost(r), 0u);
}

TEST(NaveloadSwarm, stop_ends_the_round)
{
	Lab lab(100);

	lab.plan.rounds = 9;
	lab.plan.hold_s = 1000;
	lab.plan.pace.rate = 10;
	lab.start();
	for (int i = 0; i < 20; i++)
		lab.turn();
	naveload_swarm_stop(lab.swarm);
	lab.run();
	EXPECT_LT(lab.round(0).setup.tried, 100u);
	EXPECT_EQ(lab.round(0).leave.done, lab.round(0).setup.done);
	EXPECT_LT(lab.now_us, 20000000u);
}

TEST(NaveloadSwarm, a_stranger_who_calls_is_refused)
{
	Lab lab(2);
	struct slab_handle h;
	struct ike_path path = mirror(naveload_plan_path(&lab.plan, 0));

	lab.plan.hold_s = 1;
	lab.start();
	lab.run(NAVELOAD_HOLD);
	ASSERT_EQ(world_initiate(&lab.hub, &path, &h), ERR_OK);
	lab.run();
	EXPECT_EQ(lost(lab.round(0)), 0u);
	EXPECT_EQ(lab.round(0).leave.done, 2u);
}
