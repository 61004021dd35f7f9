/* A captured exchange cut short and with bits turned at every offset: no crash, no answer but the right one, no SA harmed. */
#include "ike/wire/hdr.h"
#include "pair.h"

namespace
{

/* Runs a set-up in which datagram number 'which' is replaced by 'change' of it, every time it is sent; and then without. */
void run_mangled(unsigned which, const std::function<void(std::vector<uint8_t> &)> &change)
{
	Sim sim{ 7 };
	Node &a = sim.node("192.0.2.1", "a.example.net", "key");
	Node &b = sim.node("192.0.2.2", "b.example.net", "key");
	struct ike_engine_config config = {};
	unsigned count = 0;

	config.retransmit_base_ms = 100;
	sim.start(a, config);
	sim.start(b, config);
	sim.tap = [&](Packet &p) {
		if (count++ == which)
			change(p.data);
		return true;
	};
	a.initiate(b);
	sim.run_for(20000);
	/* The datagram was repeated unharmed, so all is well: a broken one has no power. */
	EXPECT_EQ(world_up_count(&a.w), 1u) << "datagram " << which;
	EXPECT_EQ(world_up_count(&b.w), 1u) << "datagram " << which;
	EXPECT_EQ(disagreement(a, b), "");
	EXPECT_EQ(sim.fault(), "");
}

size_t length_of(unsigned which)
{
	Sim sim{ 7 };
	Node &a = sim.node("192.0.2.1", "a.example.net", "key");
	Node &b = sim.node("192.0.2.2", "b.example.net", "key");

	sim.start(a);
	sim.start(b);
	sim.record = true;
	a.initiate(b);
	sim.run_for(1000);
	return sim.sent.size() > which ? sim.sent[which].data.size() : 0;
}

} // namespace

TEST(Mangle, a_datagram_cut_at_every_offset)
{
	for (unsigned which = 0; which < 4; which++) {
		size_t len = length_of(which);

		ASSERT_GT(len, size_t{ IKE_HDR_LEN });
		for (size_t at = 0; at < len; at++)
			run_mangled(which, [&](std::vector<uint8_t> &d) { d.resize(at); });
	}
}

/* RFC7296-2.21-a RFC7296-3.14-f */
TEST(Mangle, R_IKE_03_a_bit_turned_at_every_offset_of_ike_auth)
{
	for (unsigned which = 2; which < 4; which++) {
		size_t len = length_of(which);

		for (size_t at = 0; at < len; at++)
			run_mangled(which, [&](std::vector<uint8_t> &d) { d[at] = static_cast<uint8_t>(d[at] ^ 1u << at % 8); });
	}
}

/*
 * IKE_SA_INIT isn't authenticated: a turned bit may make it another good message, and IKE_AUTH then finds out.  It comes up or it doesn't;
 * afterwards both ends agree.
 */
TEST(Mangle, a_bit_turned_at_every_offset_of_ike_sa_init)
{
	for (unsigned which = 0; which < 2; which++) {
		size_t len = length_of(which);

		for (size_t at = 0; at < len; at++) {
			Sim sim{ 7 };
			Node &a = sim.node("192.0.2.1", "a.example.net", "key");
			Node &b = sim.node("192.0.2.2", "b.example.net", "key");
			struct ike_engine_config config = {};
			unsigned count = 0;

			config.retransmit_base_ms = 100;
			sim.start(a, config);
			sim.start(b, config);
			sim.tap = [&](Packet &p) {
				if (count++ == which)
					p.data[at] = static_cast<uint8_t>(p.data[at] ^ 1u << at % 8);
				return true;
			};
			a.initiate(b);
			sim.run_for(120 * 1000);
			EXPECT_EQ(world_up_count(&a.w), world_up_count(&b.w)) << which << " " << at;
			EXPECT_EQ(disagreement(a, b), "") << which << " " << at;
			EXPECT_EQ(sim.fault(), "");
			struct ike_stats s;
			ike_engine_stats(b.w.engine, &s);
			EXPECT_EQ(s.half_open, 0u);
		}
	}
}

/* An established SA gets every mangled datagram of its own set-up, and noise. */
TEST_F(Pair, noise_harms_no_sa)
{
	start();
	sim.record = true;
	connect();
	std::vector<Packet> all = sim.sent;

	for (const Packet &p : all)
		for (size_t at = 0; at < p.data.size(); at++) {
			Packet bad = p;

			bad.due_ms = sim.now_ms;
			bad.data[at] = static_cast<uint8_t>(bad.data[at] ^ (1 + sim.random.below(255)));
			sim.inject(bad);
			bad.data.resize(sim.random.below(bad.data.size()));
			sim.inject(bad);
			for (uint8_t &octet : bad.data)
				octet = static_cast<uint8_t>(sim.random.next());
			sim.inject(bad);
		}
	sim.run_for(120 * 1000);
	expect_up();
}
