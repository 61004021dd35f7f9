// Faults on demand and a driver's view of a device that misbehaves.
#include "fwi/fault.h"
#include "lab.h"

namespace
{

fwi_status fault(Driver &d, fwi_fault_kind kind, uint32_t value = 0, uint32_t count = 0)
{
	fwi_cmd c;

	mbox_build_fault(&c, kind, value, count);
	return d.call(c);
}

fwi_status nop(Driver &d)
{
	fwi_cmd c;

	mbox_build_nop(&c);
	return d.call(c);
}

} // namespace

TEST(EmuFaults, refused_without_permission)
{
	Lab lab;

	EXPECT_EQ(fault(lab.drv, FWI_FAULT_HANG), FWI_ST_DENIED);
	EXPECT_EQ(nop(lab.drv), FWI_ST_OK);
}

TEST(EmuFaults, failing_commands_have_no_effect_and_wipe_the_key)
{
	Lab lab("full", true);
	SaSpec s;

	ASSERT_EQ(fault(lab.drv, FWI_FAULT_FAIL, FWI_ST_NOMEM, 2), FWI_ST_OK);
	EXPECT_EQ(lab.drv.add_sa(s), FWI_ST_NOMEM);
	EXPECT_EQ(nop(lab.drv), FWI_ST_NOMEM);
	EXPECT_EQ(lab.drv.del_sa(s), FWI_ST_ABSENT);
	EXPECT_EQ(mbox_sa_unwiped(lab.drv.pool), 0u);
}

// Completions overtake each other; the tag says whose is whose.
TEST(EmuFaults, delayed_completions_are_overtaken)
{
	Lab lab("full", true);
	Answer slow, quick, wrong;
	fwi_cmd c;

	ASSERT_EQ(fault(lab.drv, FWI_FAULT_DELAY, 300, 1), FWI_ST_OK);
	mbox_build_nop(&c);
	ASSERT_EQ(mbox_post(lab.drv.box, &c, Answer::done, &slow), FWI_ST_OK);
	ASSERT_EQ(mbox_post(lab.drv.box, &c, Answer::done, &quick), FWI_ST_OK);
	mbox_build_flow_del(&c, 1);
	ASSERT_EQ(mbox_post(lab.drv.box, &c, Answer::done, &wrong), FWI_ST_OK);
	lab.drv.let_work(20);
	EXPECT_EQ(slow.status, FWI_ST_H_PENDING);
	EXPECT_EQ(quick.status, FWI_ST_OK);
	EXPECT_EQ(wrong.status, FWI_ST_ABSENT);
	lab.drv.let_work(300);
	EXPECT_EQ(slow.status, FWI_ST_OK);
	EXPECT_EQ(mbox_in_flight(lab.drv.box), 0u);
}

TEST(EmuFaults, completion_that_never_comes_ends_the_mailbox)
{
	Lab lab("full", true);
	Answer a;
	fwi_cmd c;

	ASSERT_EQ(fault(lab.drv, FWI_FAULT_DELAY, 3600000, 1), FWI_ST_OK);
	mbox_build_nop(&c);
	ASSERT_EQ(mbox_post(lab.drv.box, &c, Answer::done, &a), FWI_ST_OK);
	lab.drv.let_work(1990);
	EXPECT_EQ(a.status, FWI_ST_H_PENDING);
	lab.drv.let_work(30);
	EXPECT_EQ(a.status, FWI_ST_H_TIMEOUT);
	EXPECT_EQ(mbox_health(lab.drv.box), FWI_ST_H_TIMEOUT);
	EXPECT_EQ(nop(lab.drv), FWI_ST_H_TIMEOUT);
}

TEST(EmuFaults, corrupt_completion_ends_the_mailbox)
{
	Lab lab("full", true);

	ASSERT_EQ(fault(lab.drv, FWI_FAULT_CORRUPT, 0, 1), FWI_ST_OK);
	EXPECT_EQ(nop(lab.drv), FWI_ST_H_COMPLETION);
}

TEST(EmuFaults, silence_of_the_heart_is_noticed_in_a_second)
{
	Lab lab("full", true);

	ASSERT_EQ(fault(lab.drv, FWI_FAULT_HEARTBEAT), FWI_ST_OK);
	lab.drv.let_work(900);
	EXPECT_EQ(mbox_health(lab.drv.box), FWI_ST_OK);
	EXPECT_EQ(nop(lab.drv), FWI_ST_OK) << "all else works";
	lab.drv.let_work(200);
	EXPECT_EQ(mbox_health(lab.drv.box), FWI_ST_H_TIMEOUT);
}

TEST(EmuFaults, hang_that_ends_in_time_is_survived)
{
	Lab lab("full", true);
	SaSpec s;

	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	ASSERT_EQ(fault(lab.drv, FWI_FAULT_HANG, 500), FWI_ST_OK);
	EXPECT_TRUE(emu_is_hung(lab.nic.device, lab.nic.now));
	lab.drv.send(lab.drv.secured(s, ether_ip(peer_mac, our_mac, ip4({}, udp(1, 2, {}))), 1));
	lab.drv.let_work(400);
	EXPECT_EQ(lab.nic.wire.out.size(), 0u);
	lab.drv.let_work(200);
	EXPECT_EQ(lab.nic.wire.out.size(), 1u);
	EXPECT_EQ(mbox_health(lab.drv.box), FWI_ST_OK);
}

TEST(EmuFaults, hang_for_ever_is_noticed)
{
	Lab lab("full", true);

	ASSERT_EQ(fault(lab.drv, FWI_FAULT_HANG), FWI_ST_OK);
	lab.drv.let_work(1100);
	EXPECT_EQ(mbox_health(lab.drv.box), FWI_ST_H_TIMEOUT);
}

TEST(EmuFaults, crash_is_a_removal)
{
	Lab lab("full", true);
	Answer a;
	fwi_cmd c;

	ASSERT_EQ(fault(lab.drv, FWI_FAULT_CRASH), FWI_ST_OK);
	lab.nic.frozen = true;
	mbox_build_nop(&c);
	ASSERT_EQ(mbox_post(lab.drv.box, &c, Answer::done, &a), FWI_ST_OK);
	lab.nic.frozen = false;
	lab.nic.step();
	EXPECT_TRUE(lab.nic.crashed);
	lab.nic.frozen = true;
	lab.drv.let_work(20);
	EXPECT_EQ(mbox_health(lab.drv.box), FWI_ST_H_CLOSED);
	EXPECT_NE(a.status, FWI_ST_H_PENDING);
}

TEST(EmuFaults, fatal_state_is_told)
{
	Lab lab("full", true);

	(void)fault(lab.drv, FWI_FAULT_FATAL, 42);
	lab.drv.let_work(20);
	EXPECT_EQ(mbox_health(lab.drv.box), FWI_ST_H_COMPLETION);
	EXPECT_EQ(le32_get(lab.nic.bus.bar->device.fatal), 42u);
	EXPECT_EQ(le32_get(lab.nic.bus.bar->device.state), unsigned(FWI_STATE_FAILED));
}

// sa-state 22/24, contract rule: the image never outlives its command, whoever fails.
TEST(EmuFaults, image_is_wiped_when_the_device_dies)
{
	Lab lab("full", true);
	SaSpec s;
	fwi_sa_image image = s.image();
	mbox_build_sa name = s.name();
	Answer a;

	lab.nic.frozen = true;
	ASSERT_EQ(mbox_sa_add(lab.drv.pool, &name, &image, Answer::done, &a), FWI_ST_OK);
	lab.nic.crashed = true;
	lab.drv.let_work(20);
	EXPECT_EQ(a.status, FWI_ST_H_CLOSED);
	EXPECT_EQ(mbox_sa_unwiped(lab.drv.pool), 0u) << "a dead device isn't blamed";
}
