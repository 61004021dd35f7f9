#include <random>
#include <set>

#include "lab.h"

/*
 * Random lives: sessions come, rekey and go, operations are refused, links break with transactions half way, either side dies
 * with or without its memory.  When the faults end the datapath holds what is wanted, and at no time was a key put
 * twice as fresh or an object before what it names.
 */
namespace
{

struct Life : lab::Lab, testing::WithParamInterface<unsigned> {
	struct session {
		uint32_t tunnel, sa_in, sa_out;
		uint32_t version = 0; /* of the tunnel's content */
	};

	std::mt19937 rng{ GetParam() };
	std::map<std::string, dp_op> wanted; /* by key; without keys */
	std::map<uint32_t, session> sessions;
	std::set<uint32_t> to_rekey; /* SAs whose owner heard */
	dp_owner owner_base{};
	uint32_t next_key = 1;
	static Life *self;

	Life()
	{
		self = this;
		owner_base.result = [](dp_owner *, const dp_op *put_op, const dp_result *r) {
			if (r->err == ERR_NEEDS_REKEY)
				self->to_rekey.insert(put_op->u.sa.id);
		};
	}

	uint32_t pick(uint32_t n)
	{
		return (uint32_t)(rng() % n);
	}

	void want(dp_op op)
	{
		dp_op kept = op;

		if (kept.kind == DP_PUT_SA)
			kept.u.sa.key = kept.u.sa.integ_key = secret{};
		ASSERT_EQ(dp_sync_put(sync, &op, &owner_base), ERR_OK) << dp_op_str(kept.kind);
		wanted[lab::form(kept, true)] = kept;
	}

	void unwant(dp_op op)
	{
		op = samples::del(op);
		EXPECT_EQ(dp_sync_del(sync, &op), ERR_OK);
		wanted.erase(lab::form(op, true));
	}

	dp_op tunnel_of(const session &s)
	{
		dp_op op = samples::tunnel(s.tunnel, s.sa_out);

		op.u.tunnel.mtu = (uint16_t)(1300 + s.version % 100);
		return op;
	}

	/* Never the same key twice. */
	dp_op fresh_sa(uint32_t id, uint32_t in_tunnel, dp_direction direction)
	{
		dp_op op = samples::sa(id, in_tunnel, direction);
		uint32_t serial = next_key++;

		memcpy(op.u.sa.key.data + 8, &serial, sizeof(serial));
		op.u.sa.spi = 0x10000u + serial;
		return op;
	}

	std::string prefix_of(uint32_t n)
	{
		return "10." + std::to_string(n >> 8 & 255) + "." + std::to_string(n & 255) + ".0/24";
	}

	void open()
	{
		session s{};

		s.tunnel = dp_sync_new_id(sync, DP_CLASS_TUNNEL);
		s.sa_in = dp_sync_new_id(sync, DP_CLASS_SA);
		s.sa_out = dp_sync_new_id(sync, DP_CLASS_SA);
		want(tunnel_of(s));
		want(fresh_sa(s.sa_in, s.tunnel, DP_IN));
		want(fresh_sa(s.sa_out, s.tunnel, DP_OUT));
		want(samples::route(prefix_of(s.tunnel), DP_ROUTE_TUNNEL, s.tunnel));
		sessions[s.tunnel] = s;
	}

	session *any()
	{
		if (sessions.empty())
			return nullptr;
		return &std::next(sessions.begin(), pick((uint32_t)sessions.size()))->second;
	}

	void close(const session &s)
	{
		unwant(samples::route(prefix_of(s.tunnel), DP_ROUTE_TUNNEL, s.tunnel));
		unwant(tunnel_of(s));
		unwant(samples::blank_sa(s.sa_in));
		unwant(samples::blank_sa(s.sa_out));
		to_rekey.erase(s.sa_in);
		to_rekey.erase(s.sa_out);
		sessions.erase(s.tunnel);
	}

	void rekey(session &s)
	{
		uint32_t old_in = s.sa_in, old_out = s.sa_out;

		s.sa_in = dp_sync_new_id(sync, DP_CLASS_SA);
		s.sa_out = dp_sync_new_id(sync, DP_CLASS_SA);
		want(fresh_sa(s.sa_in, s.tunnel, DP_IN));
		want(fresh_sa(s.sa_out, s.tunnel, DP_OUT));
		want(tunnel_of(s));
		unwant(samples::blank_sa(old_in));
		unwant(samples::blank_sa(old_out));
		to_rekey.erase(old_in);
		to_rekey.erase(old_out);
	}

	void heal()
	{
		while (!to_rekey.empty()) {
			uint32_t id = *to_rekey.begin();
			bool found = false;

			for (auto &[key, s] : sessions) {
				if (s.sa_in != id && s.sa_out != id)
					continue;
				rekey(s);
				found = true;
				break;
			}
			if (!found)
				to_rekey.erase(id);
		}
	}

	void want_base()
	{
		want(samples::vrf(0));
		want(samples::port(1));
		want(samples::adjacency(1, 1));
	}

	/* naved dies and comes back without memory. */
	void forget()
	{
		restart_control((uint32_t)rng());
		sessions.clear();
		to_rekey.clear();
		wanted.clear();
		want_base();
	}

	void trouble()
	{
		static const enum err errs[] = { ERR_FULL, ERR_BUSY, ERR_DEVICE, ERR_NOMEM };

		if (pick(10) == 0) {
			forget();
			return;
		}
		switch (pick(8)) {
		case 0:
			dp_fake_drop(fake, pick(4));
			break;
		case 1:
			dp_fake_raise(fake);
			break;
		case 2:
			restart_datapath(false, pick(4));
			break;
		case 3:
			restart_datapath(true, pick(4));
			break;
		case 4:
			dp_fake_hold(fake, pick(2) != 0);
			break;
		case 5:
			dp_fake_reverse(fake, pick(2) != 0);
			dp_fake_delay(fake, 1 + pick(5));
			break;
		case 6:
			dp_sync_reconcile(sync);
			break;
		default:
			dp_model_fail(model, pick(20), errs[pick(4)]);
			break;
		}
	}

	void step()
	{
		uint32_t what = pick(100);

		if (what < 25 && sessions.size() < 60)
			open();
		else if (what < 40 && any() != nullptr)
			close(session(*any()));
		else if (what < 60 && any() != nullptr)
			rekey(*any());
		else if (what < 70 && any() != nullptr) {
			session *s = any();

			s->version++;
			want(tunnel_of(*s));
		} else if (what < 85)
			trouble();
		if (pick(2) != 0)
			run(pick(10));
		if (pick(4) == 0)
			heal();
	}

	void calm()
	{
		dp_model_fail(model, 0, ERR_OK);
		dp_fake_hold(fake, false);
		dp_fake_raise(fake);
		for (unsigned i = 0; i < 10; i++) {
			run(30000); /* retries and grace pass */
			heal();
		}
		run(1000);
	}

	lab::shelf expected()
	{
		lab::shelf out;

		for (const auto &[key, op] : wanted)
			out[key] = lab::form(op);
		return out;
	}
};

Life *Life::self;

TEST_P(Life, ends_with_what_is_wanted)
{
	want_base();
	for (unsigned i = 0; i < 400; i++) {
		step();
		ASSERT_EQ(model_counts().key_reuses, 0u) << i;
		ASSERT_EQ(model_counts().order_breaks, 0u) << i;
	}
	calm();
	EXPECT_TRUE(dp_sync_settled(sync));
	EXPECT_EQ(lab::contents(model), expected());
	EXPECT_EQ(owner_base.waiting, 0u);
	EXPECT_EQ(sync_counts().failing, 0u);
	dp_sync_release(sync, &owner_base);
	calm();
	EXPECT_EQ(model_counts().key_reuses, 0u);
	EXPECT_EQ(model_counts().order_breaks, 0u);
	EXPECT_EQ(model_counts().objects, 0u);
	EXPECT_EQ(sync_counts().objects, 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Life, testing::Range(1u, 31u));

} // namespace
