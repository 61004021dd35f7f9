/* Ten thousand mutations of what engines say to each other; sim_ike --mutate N does more. */
#include <gtest/gtest.h>

#include "draft.h"
#include "ike/wire/hdr.h"
#include "mutate.h"
#include "pair.h"

class Mutate : public ::testing::TestWithParam<uint64_t>
{
};

TEST_P(Mutate, R_IKE_03_two_thousand_harm_nobody_else)
{
	EXPECT_EQ(mutate_run(GetParam() * 1000, 2000, false), "");
}

INSTANTIATE_TEST_SUITE_P(Seeds, Mutate, ::testing::Range(uint64_t{ 1 }, uint64_t{ 6 }));

TEST(Draft, is_written_as_it_was_read)
{
	const Octets text = { 40, 0, 0, 6, 1, 2, 0, 0x80, 0, 5, 9 };
	Draft d;
	uint8_t next;

	d.read(33, text);
	ASSERT_EQ(d.payloads.size(), 2u);
	EXPECT_EQ(d.payloads[1].type, 40);
	EXPECT_EQ(d.payloads[1].body, Octets{ 9 });
	EXPECT_EQ(d.write(&next), text);
	EXPECT_EQ(next, 33);
	d.payloads[0].length_lie = 0xffff;
	EXPECT_EQ(d.write(&next)[2], 0xff);
}

TEST(Draft, every_mutator_has_a_way)
{
	Random random{ 1 };

	for (const Mutator &m : mutators()) {
		EXPECT_NE(m.change == nullptr, m.twist == nullptr) << m.name;
		Octets datagram(IKE_HDR_LEN, 0), changed;

		datagram[16] = 33;
		datagram.insert(datagram.end(), { 40, 0, 0, 6, 1, 2, 0, 0, 0, 5, 9 });
		datagram[27] = static_cast<uint8_t>(datagram.size());
		for (int i = 0; i < 20 && (changed.empty() || changed == datagram); i++)
			changed = draft_clear(datagram, m, random);
		EXPECT_NE(changed, datagram) << m.name;
	}
}

/* Such an answer is of the form that EAP's last one has, and was once neither taken nor refused. */
TEST_F(Pair, an_answer_without_identity_ends_the_set_up)
{
	const Mutator lose_idr = { "no-idr",
		[](Draft &d, Random &) { std::erase_if(d.payloads, [](const Draft::Payload &p) { return p.type == IKE_P_IDR; }); },
		nullptr };

	start();
	sim.tap = [&](Packet &p) {
		if (p.data[18] == IKE_X_IKE_AUTH && addr_eq(&p.from.addr, &hub.addr)) {
			EXPECT_TRUE(draft_sealed(hub, p.data, lose_idr, sim.random));
		}
		return true;
	};
	connect(300 * 1000);
	ASSERT_NE(mine(), nullptr);
	EXPECT_TRUE(mine()->over);
	EXPECT_FALSE(mine()->up);
	expect_nothing_left();
}
