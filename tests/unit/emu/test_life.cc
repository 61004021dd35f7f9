// The life of a device: versions, tables, queues, reset, epochs, adoption, sleep.
#include <algorithm>

#include "lab.h"

TEST(EmuLife, identity_and_capabilities_of_each_profile)
{
	for (const emu_profile *p = emu_profile_at(0); p != nullptr; p = emu_profile_at(size_t(p - emu_profile_at(0)) + 1)) {
		Lab lab(p->name);
		fwi_identity id;
		fwi_caps caps;

		ASSERT_EQ(mbox_query_identity(lab.drv.box, &id), FWI_ST_OK);
		EXPECT_STREQ(id.name, "navenic");
		EXPECT_STREQ(id.profile, p->name);
		EXPECT_EQ(memcmp(id.mac, our_mac.data(), 6), 0);
		ASSERT_EQ(mbox_query_caps(lab.drv.box, &caps), FWI_ST_OK);
		EXPECT_EQ(le32_get(caps.sa_in_max), p->sa_in_max);
		EXPECT_EQ(le64_get(caps.suites), p->suites);
		EXPECT_EQ(le32_get(caps.keep_s), 60u);
	}
}

// R-OFF: the small profile holds 16 SAs a direction; the 17th is told "table full".
TEST(EmuLife, small_table_fills_and_frees)
{
	Lab lab("small");

	for (fwi_direction d : { FWI_DIR_IN, FWI_DIR_OUT }) {
		SaSpec s = d == FWI_DIR_IN ? SaSpec::in() : SaSpec();

		for (s.index = 0; s.index < 16; s.index++, s.spi++)
			ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK) << s.index;
		EXPECT_EQ(lab.drv.add_sa(s), FWI_ST_SA_FULL);
		s.index = 3;
		EXPECT_EQ(lab.drv.add_sa(s), FWI_ST_EXISTS);
		EXPECT_EQ(lab.drv.del_sa(s), FWI_ST_OK);
		EXPECT_EQ(lab.drv.del_sa(s), FWI_ST_ABSENT);
		s.generation = 2;
		EXPECT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
		s.generation = 1;
		EXPECT_EQ(lab.drv.del_sa(s), FWI_ST_STALE);
	}
	EXPECT_EQ(mbox_sa_unwiped(lab.drv.pool), 0u) << "refused images are wiped, too";
}

TEST(EmuLife, exact_refusals)
{
	Lab lab("small");
	auto refusal = [&](auto change) {
		SaSpec s;
		change(s);
		return lab.drv.add_sa(s);
	};

	EXPECT_EQ(refusal([](SaSpec &s) { s.flags = FWI_SA_UDP_ENCAP, s.udp_src = s.udp_dst = 4500; }), FWI_ST_NO_UDP_ENCAP);
	EXPECT_EQ(refusal([](SaSpec &s) { s.keys = EspKeys::of(FWI_SUITE_CHACHA20_POLY1305, 1); }), FWI_ST_NO_SUITE);
	EXPECT_EQ(refusal([](SaSpec &s) { s.mode = 7; }), FWI_ST_NO_MODE);
	EXPECT_EQ(refusal([](SaSpec &s) { s = SaSpec::in(), s.window = 100; }), FWI_ST_NO_WINDOW);
	EXPECT_EQ(refusal([](SaSpec &s) { s = SaSpec::in(), s.window = 2048; }), FWI_ST_NO_WINDOW);
	EXPECT_EQ(refusal([](SaSpec &s) { s.spi = 255; }), FWI_ST_FIELD);
	EXPECT_EQ(refusal([](SaSpec &s) { s.generation = 0; }), FWI_ST_FIELD);
	EXPECT_EQ(refusal([](SaSpec &s) { s.ttl = 0; }), FWI_ST_FIELD);
	EXPECT_EQ(refusal([](SaSpec &s) { s.flags = 1 << 20; }), FWI_ST_FIELD);
	EXPECT_EQ(refusal([](SaSpec &s) { s.keys.key.push_back(1); }), FWI_ST_FIELD) << "longer key than the suite's";
	EXPECT_EQ(refusal([](SaSpec &s) { s.number = UINT64_C(1) << 32; }), FWI_ST_FIELD) << "no such number without ESN";
	EXPECT_EQ(mbox_sa_unwiped(lab.drv.pool), 0u);
}

TEST(EmuLife, spi_table_profile_binds_spi_to_slot)
{
	Lab lab("cnxk");
	SaSpec s = SaSpec::in(5, 0x7000 + 6);

	EXPECT_EQ(lab.drv.add_sa(s), FWI_ST_NO_SPI_SLOT);
	s.spi = 0x7000 + 5;
	EXPECT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	EXPECT_EQ(lab.drv.add_rule(s.rule(0)), FWI_ST_OK);
}

TEST(EmuLife, ixgbe_profile_counts_local_addresses)
{
	Lab lab("ixgbe");
	SaSpec s = SaSpec::in();
	uint32_t i;

	for (i = 0; i < 128; i++, s.index++, s.spi++) {
		s.dst = Bytes{ 192, 0, 2, uint8_t(i) };
		ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
		ASSERT_EQ(lab.drv.add_rule(s.rule(i)), FWI_ST_OK) << i;
	}
	s.dst = Bytes{ 192, 0, 2, 200 };
	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	EXPECT_EQ(lab.drv.add_rule(s.rule(i)), FWI_ST_ADDR_FULL);
	s.dst = Bytes{ 192, 0, 2, 7 };
	EXPECT_EQ(lab.drv.add_rule(s.rule(i)), FWI_ST_OK) << "a second rule of a known address";
}

TEST(EmuLife, rules_and_their_sa)
{
	Lab lab;
	SaSpec s = SaSpec::in(3);
	fwi_cmd_flow rule = s.rule(9);

	EXPECT_EQ(lab.drv.add_rule(rule), FWI_ST_ABSENT) << "no SA yet";
	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	ASSERT_EQ(lab.drv.add_rule(rule), FWI_ST_OK);
	EXPECT_EQ(lab.drv.add_rule(rule), FWI_ST_EXISTS);
	rule.index = le32_of(10);
	EXPECT_EQ(lab.drv.add_rule(rule), FWI_ST_EXISTS) << "another slot, the same match";
	rule.spi = le32_of(0x2001);
	EXPECT_EQ(lab.drv.add_rule(rule), FWI_ST_FIELD) << "not the SA's SPI";
	rule = s.rule(10);
	rule.sa_generation = le16_of(2);
	EXPECT_EQ(lab.drv.add_rule(rule), FWI_ST_STALE);
	rule = s.rule(1u << 20);
	EXPECT_EQ(lab.drv.add_rule(rule), FWI_ST_FLOW_FULL);
	EXPECT_EQ(lab.drv.del_sa(s), FWI_ST_IN_USE);
	EXPECT_EQ(lab.drv.del_rule(9), FWI_ST_OK);
	EXPECT_EQ(lab.drv.del_rule(9), FWI_ST_ABSENT);
	EXPECT_EQ(lab.drv.del_sa(s), FWI_ST_OK);
}

// SA_ADD, FLOW_ADD and more go out without waiting; each sees what came before it.
TEST(EmuLife, pipelined_commands_take_effect_in_order)
{
	Lab lab;
	SaSpec s = SaSpec::in();
	fwi_sa_image image = s.image();
	mbox_build_sa name = s.name();
	fwi_cmd_flow rule = s.rule(0);
	Answer add, flow, refused, unflow, del;
	fwi_cmd c;

	lab.nic.frozen = true;
	ASSERT_EQ(mbox_sa_add(lab.drv.pool, &name, &image, Answer::done, &add), FWI_ST_OK);
	mbox_build_flow_add(&c, &rule);
	ASSERT_EQ(mbox_post(lab.drv.box, &c, Answer::done, &flow), FWI_ST_OK);
	mbox_build_sa_del(&c, &name);
	ASSERT_EQ(mbox_post(lab.drv.box, &c, Answer::done, &refused), FWI_ST_OK);
	mbox_build_flow_del(&c, 0);
	ASSERT_EQ(mbox_post(lab.drv.box, &c, Answer::done, &unflow), FWI_ST_OK);
	mbox_build_sa_del(&c, &name);
	ASSERT_EQ(mbox_post(lab.drv.box, &c, Answer::done, &del), FWI_ST_OK);
	EXPECT_EQ(mbox_in_flight(lab.drv.box), 5u);
	lab.nic.frozen = false;
	lab.drv.let_work();
	EXPECT_EQ(add.status, FWI_ST_OK);
	EXPECT_EQ(flow.status, FWI_ST_OK);
	EXPECT_EQ(refused.status, FWI_ST_IN_USE);
	EXPECT_EQ(unflow.status, FWI_ST_OK);
	EXPECT_EQ(del.status, FWI_ST_OK);
}

TEST(EmuLife, sa_state_and_dump_return_what_was_given_and_no_key)
{
	Lab lab;
	SaSpec s = SaSpec::in(40);
	std::vector<fwi_sa_entry> entries;
	mbox_build_sa name;
	fwi_sa_state state;

	s.cookie = 0xfeedface;
	s.number = 1000;
	s.window = 128;
	s.seen[0] = 0x05; // 1000 and 998
	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	ASSERT_EQ(lab.drv.add_rule(s.rule(1)), FWI_ST_OK);
	name = s.name();
	ASSERT_EQ(mbox_query_sa_state(lab.drv.box, &name, &state), FWI_ST_OK);
	EXPECT_EQ(le64_get(state.number), 1000u);
	EXPECT_EQ(le32_get(state.window), 128u);
	EXPECT_EQ(le64_get(state.seen[0]), 5u);
	auto each = [](void *ctx, const fwi_sa_entry *e) {
		static_cast<std::vector<fwi_sa_entry> *>(ctx)->push_back(*e);
		return true;
	};
	ASSERT_EQ(mbox_query_sas(lab.drv.box, FWI_DIR_IN, each, &entries), FWI_ST_OK);
	ASSERT_EQ(entries.size(), 1u);
	EXPECT_EQ(le32_get(entries[0].index), 40u);
	EXPECT_EQ(le64_get(entries[0].cookie), 0xfeedfaceu);
	EXPECT_EQ(le32_get(entries[0].flows), 1u);
	EXPECT_EQ(le32_get(entries[0].spi), s.spi);
	Bytes raw(reinterpret_cast<uint8_t *>(entries.data()), reinterpret_cast<uint8_t *>(entries.data() + 1));
	EXPECT_EQ(std::search(raw.begin(), raw.end(), s.keys.key.begin(), s.keys.key.begin() + 4), raw.end());
}

TEST(EmuLife, dump_walks_a_large_table)
{
	Lab lab;
	SaSpec s;
	unsigned seen = 0;

	for (uint32_t i = 0; i < 1200; i++) { // more than one answer holds
		s.index = i * 50;
		s.spi = 0x1000 + i;
		ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	}
	auto each = [](void *ctx, const fwi_sa_entry *e) {
		EXPECT_EQ(le32_get(e->index), *static_cast<unsigned *>(ctx) * 50);
		++*static_cast<unsigned *>(ctx);
		return true;
	};
	ASSERT_EQ(mbox_query_sas(lab.drv.box, FWI_DIR_OUT, each, &seen), FWI_ST_OK);
	EXPECT_EQ(seen, 1200u);
}

TEST(EmuLife, memory_must_be_sealed_and_as_large_as_said)
{
	Inside nic;
	uint16_t id = 0;

	nic.attach();
	auto add = [&](unsigned seals, off_t real, uint64_t said) {
		int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		EXPECT_EQ(ftruncate(fd, real), 0);
		if (seals != 0) {
			EXPECT_EQ(fcntl(fd, F_ADD_SEALS, seals), 0);
		}
		fwi_attach_result res = emu_region_add(nic.device, fd, said, &id);
		close(fd);
		return res;
	};
	unsigned all = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

	EXPECT_EQ(add(0, 4096, 4096), FWI_ATTACH_NOT_SEALED);
	EXPECT_EQ(add(F_SEAL_SHRINK | F_SEAL_GROW, 4096, 4096), FWI_ATTACH_NOT_SEALED);
	EXPECT_EQ(add(all, 4096, 8192), FWI_ATTACH_BAD_SIZE);
	EXPECT_EQ(add(all, 4096, 0), FWI_ATTACH_BAD_SIZE);
	EXPECT_EQ(add(all | F_SEAL_WRITE, 4096, 4096), FWI_ATTACH_NOT_MEMORY);
	EXPECT_EQ(add(all, 4096, 4096), FWI_ATTACH_OK);
	EXPECT_EQ(id, 1);
	EXPECT_EQ(emu_region_add(nic.device, STDIN_FILENO, 4096, &id), FWI_ATTACH_NOT_MEMORY);
	for (int i = 1; i < FWI_REGIONS_MAX; i++)
		EXPECT_EQ(add(all, 4096, 4096), FWI_ATTACH_OK);
	EXPECT_EQ(add(all, 4096, 4096), FWI_ATTACH_NO_SLOT);
	EXPECT_EQ(emu_region_del(nic.device, 1), FWI_ATTACH_OK);
	EXPECT_EQ(emu_region_del(nic.device, 1), FWI_ATTACH_ABSENT);
	EXPECT_EQ(emu_region_del(nic.device, 0), FWI_ATTACH_ABSENT);
}

TEST(EmuLife, addresses_outside_of_regions_are_refused)
{
	Lab lab;
	fwi_addr good = mbox_region_addr(&lab.drv.rings, lab.drv.rings.base, 4096);
	auto identify = [&](auto change) {
		fwi_addr a = good;
		fwi_cmd c;
		change(a);
		mbox_build_identify(&c, a);
		return lab.drv.call(c);
	};

	EXPECT_EQ(identify([](fwi_addr &) {}), FWI_ST_OK);
	EXPECT_EQ(identify([](fwi_addr &a) { a.region = le16_of(0); }), FWI_ST_ADDRESS);
	EXPECT_EQ(identify([](fwi_addr &a) { a.region = le16_of(15); }), FWI_ST_ADDRESS);
	EXPECT_EQ(identify([](fwi_addr &a) { a.region = le16_of(999); }), FWI_ST_ADDRESS);
	EXPECT_EQ(identify([](fwi_addr &a) { a.length = le32_of(127); }), FWI_ST_ADDRESS);
	EXPECT_EQ(identify([](fwi_addr &a) { a.offset = le64_of(1); }), FWI_ST_ADDRESS) << "misaligned";
	EXPECT_EQ(identify([](fwi_addr &a) { a.offset = le64_of(UINT64_MAX - 63); }), FWI_ST_ADDRESS) << "overflow";
	EXPECT_EQ(identify([&](fwi_addr &a) { a.offset = le64_of(lab.drv.rings.size); }), FWI_ST_ADDRESS);
	EXPECT_EQ(identify([&](fwi_addr &a) { a.offset = le64_of(lab.drv.rings.size - 64); }), FWI_ST_ADDRESS);
}

TEST(EmuLife, queue_states)
{
	Lab lab;
	fwi_res_queue res;
	fwi_cmd c;

	mbox_build_queue_start(&c, 1, FWI_QUEUE_TX);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_STATE) << "not set up";
	mbox_build_queue_start(&c, 0, FWI_QUEUE_TX);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_STATE) << "runs";
	mbox_build_queue_start(&c, 4, FWI_QUEUE_TX);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_FIELD);
	lab.drv.send_plain(ether_ip(peer_mac, our_mac, ip4({}, udp(1, 2, {}))));
	lab.drv.let_work();
	EXPECT_EQ(mbox_txq_reap(&lab.drv.tx[0]), 1u);
	mbox_build_queue_stop(&c, 0, FWI_QUEUE_TX);
	ASSERT_EQ(lab.drv.call(c, &res), FWI_ST_OK);
	EXPECT_EQ(le32_get(res.position), 1u);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_STATE);
	lab.drv.send_plain(Bytes(60));
	EXPECT_EQ(lab.sent().size(), 1u) << "a stopped queue sends nothing more";
}

TEST(EmuLife, port_settings)
{
	Lab lab;
	fwi_cmd c;

	mbox_build_port_start(&c, 0);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_STATE);
	mbox_build_port_mtu(&c, 67);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_FIELD);
	mbox_build_port_mtu(&c, 9217);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_FIELD);
	mbox_build_port_mtu(&c, 9216);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_OK);
	mbox_build_port_mac(&c, Bytes{ 1, 2, 3, 4, 5, 6 }.data());
	EXPECT_EQ(lab.drv.call(c), FWI_ST_FIELD) << "a group address";
	mbox_build_port_mac(&c, Bytes{ 2, 2, 3, 4, 5, 6 }.data());
	EXPECT_EQ(lab.drv.call(c), FWI_ST_OK);
	EXPECT_EQ(lab.arrive(ether_ip(our_mac, peer_mac, ip4({}, udp(1, 2, {})))).size(), 0u);
	EXPECT_EQ(lab.arrive(ether_ip({ 2, 2, 3, 4, 5, 6 }, peer_mac, ip4({}, udp(1, 2, {})))).size(), 1u);
	EXPECT_EQ(lab.arrive(ether_ip({ 255, 255, 255, 255, 255, 255 }, peer_mac, ip4({}, udp(1, 2, {})))).size(), 1u);
	mbox_build_port_promisc(&c, 1);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_OK);
	EXPECT_EQ(lab.arrive(ether_ip(our_mac, peer_mac, ip4({}, udp(1, 2, {})))).size(), 1u);
	mbox_build_port_stop(&c);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_OK);
	EXPECT_EQ(lab.arrive(ether_ip(our_mac, peer_mac, ip4({}, udp(1, 2, {})))).size(), 0u);
	EXPECT_EQ(lab.drv.count_events(FWI_EV_LINK), 2u);
}

TEST(EmuLife, reset_forgets_everything_but_the_mailbox)
{
	Lab lab;
	SaSpec s = SaSpec::in();
	fwi_guard_rule none = {};
	fwi_cmd c;

	none.kind = FWI_GUARD_ND;
	ASSERT_EQ(lab.drv.add_sa(s), FWI_ST_OK);
	ASSERT_EQ(lab.drv.add_rule(s.rule(0)), FWI_ST_OK);
	ASSERT_EQ(mbox_query_guard_on(lab.drv.box, &none, 1), FWI_ST_OK);
	mbox_build_guard_off(&c);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_STATE) << "the guard goes after the link";
	mbox_build_reset(&c);
	ASSERT_EQ(lab.drv.call(c), FWI_ST_OK);
	EXPECT_EQ(lab.drv.del_sa(s), FWI_ST_ABSENT);
	EXPECT_EQ(lab.drv.del_rule(0), FWI_ST_ABSENT);
	mbox_build_queue_start(&c, 0, FWI_QUEUE_RX);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_STATE) << "queues are gone";
	ASSERT_EQ(lab.drv.setup_queue(0), FWI_ST_OK);
	mbox_build_port_start(&c, FWI_PORT_GUARDED);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_STATE) << "no guard, no link";
	mbox_build_port_start(&c, 0);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_OK);
	EXPECT_EQ(mbox_health(lab.drv.box), FWI_ST_OK);
}

// A driver dies without a word; the next one finds the SAs, goes on with their numbers, and its predecessor's epoch is void.
TEST(EmuLife, adoption_by_a_new_driver)
{
	Inside nic;
	SaSpec out, in = SaSpec::in();
	Bytes inner = ip4({ .src = "10.0.0.1", .dst = "10.0.0.2" }, udp(1, 2, text("hello")));
	uint64_t boot;
	uint32_t epoch;

	{
		Driver first(nic.attach(), [&] { nic.step(); });
		first.bring_up();
		ASSERT_EQ(first.add_sa(out), FWI_ST_OK);
		ASSERT_EQ(first.add_sa(in), FWI_ST_OK);
		ASSERT_EQ(first.add_rule(in.rule(5)), FWI_ST_OK);
		first.send(first.secured(out, ether_ip(peer_mac, our_mac, inner), 41));
		first.let_work();
		EXPECT_EQ(nic.wire.out.size(), 1u);
		boot = mbox_boot_id(first.box);
		epoch = mbox_epoch(first.box);
	}
	nic.step(59000);
	Driver second(nic.attach(), [&] { nic.step(); });
	second.bring_up();
	EXPECT_EQ(mbox_boot_id(second.box), boot);
	EXPECT_EQ(mbox_epoch(second.box), epoch + 1);

	fwi_sa_entry found = {};
	auto each = [](void *ctx, const fwi_sa_entry *e) {
		*static_cast<fwi_sa_entry *>(ctx) = *e;
		return true;
	};
	ASSERT_EQ(mbox_query_sas(second.box, FWI_DIR_OUT, each, &found), FWI_ST_OK);
	EXPECT_EQ(le64_get(found.number), 41u);
	unsigned rules = 0;
	auto count = [](void *ctx, const fwi_flow_entry *e) {
		EXPECT_EQ(le32_get(e->index), 5u);
		++*static_cast<unsigned *>(ctx);
		return true;
	};
	ASSERT_EQ(mbox_query_flows(second.box, count, &rules), FWI_ST_OK);
	EXPECT_EQ(rules, 1u);

	nic.wire.out.clear();
	second.send(second.secured(out, ether_ip(peer_mac, our_mac, inner), 41));
	second.let_work();
	EXPECT_EQ(nic.wire.out.size(), 0u) << "the number of before is refused after adoption, too";
	second.send(second.secured(out, ether_ip(peer_mac, our_mac, inner), 42));
	second.let_work();
	EXPECT_EQ(nic.wire.out.size(), 1u);
	second.tx[0].epoch = epoch;
	second.send(second.secured(out, ether_ip(peer_mac, our_mac, inner), 43));
	second.let_work();
	EXPECT_EQ(nic.wire.out.size(), 1u) << "a descriptor of the epoch before fails its check";
}

TEST(EmuLife, keys_are_forgotten_when_nobody_comes)
{
	Inside nic;
	SaSpec s = SaSpec::in();

	{
		Driver first(nic.attach(), [&] { nic.step(); });
		ASSERT_EQ(first.add_sa(s), FWI_ST_OK);
		ASSERT_EQ(first.add_rule(s.rule(0)), FWI_ST_OK);
	}
	EXPECT_EQ(emu_next_ms(nic.device), nic.now + 60000);
	nic.step(60000);
	Driver second(nic.attach(), [&] { nic.step(); });
	EXPECT_EQ(second.del_rule(0), FWI_ST_ABSENT);
	EXPECT_EQ(second.del_sa(s), FWI_ST_ABSENT);
}

TEST(EmuLife, one_driver_at_a_time_and_old_registers_are_dead)
{
	Inside nic;
	emu_link link;
	fwi_bus *bus = nic.attach();
	fwi_bar *old = bus->bar;

	EXPECT_EQ(emu_attach(nic.device, nic.now, &link), ERR_BUSY);
	emu_detach(nic.device, nic.now);
	ASSERT_EQ(emu_attach(nic.device, nic.now, &link), ERR_OK);
	old->driver.control = le32_of(FWI_CONTROL_ON); // a zombie writes
	nic.step();
	fwi_bar *now = static_cast<fwi_bar *>(mmap(nullptr, sizeof(fwi_bar), PROT_READ, MAP_SHARED, link.bar_fd, 0));
	EXPECT_EQ(le32_get(now->device.state), unsigned(FWI_STATE_OFF));
	munmap(now, sizeof(fwi_bar));
}

TEST(EmuLife, unusable_admin_rings_are_told)
{
	Inside nic;
	fwi_bus *bus = nic.attach();

	bus->bar->driver.control = le32_of(FWI_CONTROL_ON);
	nic.step();
	EXPECT_EQ(le32_get(bus->bar->device.state), unsigned(FWI_STATE_BAD_RINGS));
	bus->bar->driver.control = le32_of(FWI_CONTROL_OFF);
	nic.step();
	EXPECT_EQ(le32_get(bus->bar->device.state), unsigned(FWI_STATE_OFF));
	EXPECT_EQ(le32_get(bus->bar->device.epoch), 0u);
}

// Below the mailbox: raw commands in rings of the test's own.
TEST(EmuLife, opcode_and_epoch_are_checked)
{
	Inside nic;
	fwi_bus *bus = nic.attach();
	mbox_region r = {};
	auto run = [&](uint16_t opcode, uint32_t epoch, uint32_t position) {
		auto *cmd = reinterpret_cast<fwi_cmd *>(r.base) + position;
		auto *comp = reinterpret_cast<fwi_comp *>(r.base + 512) + position;
		cmd->opcode = le16_of(opcode);
		cmd->tag = le16_of(0xabcd);
		cmd->epoch = le32_of(epoch);
		mbox_bus_ring(bus, &bus->bar->driver.asq_prod, position + 1);
		nic.step();
		EXPECT_EQ(le32_get(comp->position), position + 1);
		EXPECT_EQ(le16_get(comp->tag), 0xabcd);
		return le16_get(comp->status);
	};

	ASSERT_EQ(mbox_region_init(&r, bus, "test-raw", 4096), FWI_ST_OK);
	fwi_ring_reg *regs[] = { &bus->bar->driver.asq, &bus->bar->driver.acq, &bus->bar->driver.evq };
	for (unsigned i = 0; i < 3; i++) {
		regs[i]->region = le16_of(r.id);
		regs[i]->log2_slots = 3;
		regs[i]->offset = le64_of(512 * i);
	}
	mbox_bus_ring(bus, &bus->bar->driver.control, FWI_CONTROL_ON);
	nic.step();
	ASSERT_EQ(le32_get(bus->bar->device.state), unsigned(FWI_STATE_READY));
	EXPECT_EQ(run(FWI_OP_NOP, 1, 0), FWI_ST_OK);
	EXPECT_EQ(run(FWI_OP_NOP, 0, 1), FWI_ST_EPOCH);
	EXPECT_EQ(run(FWI_OP_RESET, 2, 2), FWI_ST_EPOCH);
	EXPECT_EQ(run(0x7777, 1, 3), FWI_ST_OPCODE);
	EXPECT_EQ(run(0, 1, 4), FWI_ST_OPCODE);
	mbox_region_fini(&r, bus);
}

// Sleep is announced before the last look; a doorbell rung in between is not lost.
TEST(EmuLife, sleep_and_doorbell)
{
	Lab lab;
	fwi_cmd c;
	unsigned kicks;

	EXPECT_TRUE(emu_sleep(lab.nic.device, lab.nic.now));
	kicks = lab.nic.kicks;
	lab.drv.send_plain(ether_ip(peer_mac, our_mac, ip4({}, udp(1, 2, {}))));
	EXPECT_EQ(lab.nic.kicks, kicks + 1) << "the driver wakes a sleeping device";
	EXPECT_FALSE(emu_sleep(lab.nic.device, lab.nic.now)) << "work waits";
	lab.drv.send_plain(ether_ip(peer_mac, our_mac, ip4({}, udp(1, 2, {}))));
	EXPECT_EQ(lab.nic.kicks, kicks + 1) << "and leaves one that polls alone";
	EXPECT_EQ(lab.sent().size(), 2u);
	emu_wake(lab.nic.device);
	mbox_build_nop(&c);
	EXPECT_EQ(lab.drv.call(c), FWI_ST_OK);
	EXPECT_EQ(lab.nic.kicks, kicks + 1);
}

TEST(EmuLife, idle_device_wants_the_processor_rarely)
{
	Lab lab;
	unsigned rounds = 0;
	uint64_t begin = lab.nic.now;

	lab.drv.let_work(50);
	begin = lab.nic.now;
	while (lab.nic.now < begin + 10000) {
		uint64_t next = emu_next_ms(lab.nic.device);
		lab.nic.step(next > lab.nic.now ? unsigned(next - lab.nic.now) : 1);
		rounds++;
	}
	EXPECT_LE(rounds, 220u) << "twenty heartbeats a second and nothing else";
}

TEST(EmuLife, interrupts_are_raised_once_for_each_arming)
{
	Lab lab;
	int fd = lab.nic.bus.vector_fd[1];
	uint64_t count = 0;
	Bytes frame = ether_ip(our_mac, peer_mac, ip4({}, udp(1, 2, {})));

	lab.arrive(frame);
	EXPECT_EQ(read(fd, &count, 8), 8) << "the first completion raises one";
	lab.arrive(frame);
	EXPECT_EQ(read(fd, &count, 8), -1) << "not armed";
	EXPECT_TRUE(mbox_rxq_arm(&lab.drv.rx[0]));
	lab.nic.wire.in.push_back(frame);
	lab.nic.wire.in.push_back(frame);
	lab.drv.let_work();
	EXPECT_EQ(read(fd, &count, 8), 8);
	EXPECT_EQ(count, 1u);
	EXPECT_FALSE(mbox_rxq_arm(&lab.drv.rx[0])) << "something waits";
	EXPECT_EQ(lab.drv.receive().size(), 2u);
}
