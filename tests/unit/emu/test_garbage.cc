// A driver that writes anything anywhere, at any time: the device survives and never reaches beyond its regions.
#include <random>

#include "lab.h"

TEST(EmuGarbage, random_descriptors)
{
	Lab lab;
	std::mt19937_64 rng(7);
	SaSpec out, in = SaSpec::in();

	ASSERT_EQ(lab.drv.add_sa(out), FWI_ST_OK);
	ASSERT_EQ(lab.drv.add_sa(in), FWI_ST_OK);
	ASSERT_EQ(lab.drv.add_rule(in.rule(0)), FWI_ST_OK);
	for (int round = 0; round < 300; round++) {
		for (unsigned i = 0; i < Driver::SLOTS; i++) {
			fwi_tx_desc &d = lab.drv.tx[0].ring[i];
			uint64_t w[4] = { rng(), rng(), rng(), rng() };
			memcpy(&d, w, sizeof(d));
			if (i % 2) { // half of them nearly right
				d.opcode = uint8_t(rng() % 4);
				d.flags = uint8_t(rng() % 4);
				d.l2_len = 14;
				d.region = le16_of(lab.drv.packets.id);
				d.length = le16_of(uint16_t(rng() % 1600));
				d.offset = le64_of(rng() % lab.drv.packets.size);
				d.sa_index = le32_of(0);
				d.sa_generation = le16_of(1);
				d.check = le16_of(fwi_tx_check(&d, lab.drv.tx[0].epoch));
			}
			fwi_rx_desc &r = lab.drv.rx[0].ring[i];
			if (rng() % 3 == 0)
				r.offset = le64_of(rng());
			if (rng() % 3 == 0)
				r.length = le16_of(uint16_t(rng()));
			if (rng() % 3 == 0)
				r.region = le16_of(uint16_t(rng() % 20));
		}
		mbox_shm_store32(&lab.nic.bus.bar->driver.queue[0].tx_prod, uint32_t(round) * Driver::SLOTS);
		lab.nic.wire.in.push_back(ether_ip(our_mac, peer_mac, ip4({}, udp(1, 2, Bytes(rng() % 1400)))));
		lab.drv.let_work(2);
	}
	EXPECT_EQ(mbox_health(lab.drv.box), FWI_ST_OK);
}

TEST(EmuGarbage, random_commands)
{
	Lab lab("full", true);
	std::mt19937_64 rng(11);
	std::vector<uint16_t> ops = {
#define OP(name, number) number,
		FWI_OP_LIST(OP)
#undef OP
	};
	unsigned answered = 0;
	auto done = [](void *ctx, fwi_status, const void *) { ++*static_cast<unsigned *>(ctx); };
	unsigned posted = 0;

	for (int i = 0; i < 20000; i++) {
		fwi_cmd c;
		uint64_t w[8];
		for (uint64_t &x : w)
			x = rng() % 4 ? rng() % 70000 : rng();
		memcpy(&c, w, sizeof(c));
		c.opcode = le16_of(ops[rng() % (ops.size() - 1)]); // all but FAULT
		if (mbox_post(lab.drv.box, &c, done, &answered) == FWI_ST_OK)
			posted++;
		else
			lab.drv.let_work(1);
	}
	lab.drv.let_work(5);
	EXPECT_EQ(mbox_health(lab.drv.box), FWI_ST_OK);
	EXPECT_EQ(answered, posted);
}

TEST(EmuGarbage, doorbells_that_can_not_be)
{
	Lab lab;

	mbox_shm_store32(&lab.nic.bus.bar->driver.queue[0].tx_prod, 1000);
	lab.drv.let_work();
	ASSERT_EQ(lab.drv.count_events(FWI_EV_QUEUE_ERROR), 1u);
	EXPECT_EQ(lab.drv.last_event(FWI_EV_QUEUE_ERROR)->reason, FWI_QUEUE_TX);
	mbox_shm_store32(&lab.nic.bus.bar->driver.queue[0].rx_prod, 0x80000000);
	lab.arrive(ether_ip(our_mac, peer_mac, ip4({}, udp(1, 2, {}))));
	EXPECT_EQ(lab.drv.count_events(FWI_EV_QUEUE_ERROR), 2u);
	mbox_shm_store32(&lab.nic.bus.bar->driver.asq_prod, 0x70000000);
	lab.drv.let_work(20);
	EXPECT_EQ(mbox_health(lab.drv.box), FWI_ST_H_COMPLETION);
	EXPECT_EQ(le32_get(lab.nic.bus.bar->device.state), unsigned(FWI_STATE_FAILED));
}

TEST(EmuGarbage, rings_taken_away)
{
	Lab lab;

	EXPECT_EQ(emu_region_del(lab.nic.device, lab.drv.rings.id), FWI_ATTACH_OK);
	lab.drv.send_plain(ether_ip(peer_mac, our_mac, ip4({}, udp(1, 2, {}))));
	lab.arrive(ether_ip(our_mac, peer_mac, ip4({}, udp(1, 2, {}))));
	EXPECT_EQ(lab.drv.count_events(FWI_EV_QUEUE_ERROR), 2u);
	EXPECT_EQ(mbox_health(lab.drv.box), FWI_ST_OK) << "admin rings lie elsewhere";
}
