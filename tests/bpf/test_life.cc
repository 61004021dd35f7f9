/* Opening, adopting, attaching, swapping, giving back: the life cycle in docs/steering.md. */
#include "lab.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace
{
class Life : public Lab
{
      protected:
	uint32_t attached(const char *name = "hub")
	{
		__u32 id = 0;

		EXPECT_EQ(0, bpf_xdp_query_id(static_cast<int>(if_nametoindex(name)), 0, &id));
		return id;
	}

	void reopen()
	{
		loader_steer_close(steer);
		steer = nullptr;
		open();
	}
};

TEST_F(Life, first_open_makes_and_second_adopts)
{
	open();
	EXPECT_FALSE(loader_steer_adopted(steer));
	locals();
	attach(port());
	EXPECT_EQ("PASS_LOCAL", verdict(frame4({ .proto = 6 }, ports(1, 2))));
	uint32_t before = attached();
	reopen();
	EXPECT_TRUE(loader_steer_adopted(steer));
	EXPECT_EQ(before, attached());
	EXPECT_EQ(1u, counts()["PASS_LOCAL"]);
	EXPECT_EQ("PASS_LOCAL", verdict(frame4({ .proto = 6 }, ports(1, 2)))); /* locals are there */
	attach(port());
	EXPECT_NE(before, attached());
	EXPECT_EQ(2u, counts()["PASS_LOCAL"]);
}

TEST_F(Life, one_owner_at_a_time)
{
	loader_steer *other = nullptr;

	open();
	EXPECT_EQ(ERR_BUSY, loader_steer_open(&other, dir.c_str()));
	EXPECT_EQ(nullptr, other);
	reopen();
}

TEST_F(Life, a_set_of_another_version_is_unpinned)
{
	open();
	loader_steer_close(steer);
	steer = nullptr;
	sh("mv " + dir + "/v3 " + dir + "/v0 2>/dev/null || { mkdir " + dir + "/v0 && bpftool map create " + dir +
		"/v0/old type array key 4 value 4 entries 1 name old; }");
	open();
	EXPECT_NE(0, access((dir + "/v0").c_str(), F_OK));
	EXPECT_EQ(0, access((dir + "/v3/steer_ports").c_str(), F_OK));
}

TEST_F(Life, a_pin_of_this_version_and_another_form_is_refused)
{
	open();
	loader_steer_close(steer);
	steer = nullptr;
	sh("rm " + dir + "/v3/steer_ports && bpftool map create " + dir +
		"/v3/steer_ports type array key 4 value 4 entries 1 name steer_ports");
	EXPECT_EQ(ERR_VERSION, loader_steer_open(&steer, dir.c_str()));
	EXPECT_EQ(nullptr, steer);
}

TEST_F(Life, lost_pins_cost_the_counters_alone)
{
	open();
	locals();
	attach(port());
	loader_steer_close(steer);
	steer = nullptr;
	uint32_t before = attached();
	sh("rm -r " + dir + "/v3");
	open();
	EXPECT_FALSE(loader_steer_adopted(steer));
	EXPECT_EQ(before, attached()); /* still there, and it drops */
	locals();
	attach(port());
	EXPECT_NE(before, attached());
	EXPECT_EQ("PASS_LOCAL", verdict(frame4({ .proto = 6 }, ports(1, 2))));
}

TEST_F(Life, a_port_update_keeps_slot_and_counters)
{
	open();
	locals();
	attach(port());
	EXPECT_EQ("DROP_TRANSIT", verdict(frame4({ .dst = FAR4 }, udp(1, {}))));
	attach(port(LOADER_LAN));
	EXPECT_EQ("DROP_NO_SOCKET", verdict(frame4({ .dst = FAR4 }, udp(1, {}))));
	EXPECT_EQ(1u, counts()["DROP_TRANSIT"]);
}

TEST_F(Life, a_new_address_of_the_device_is_taken_at_the_next_attach)
{
	open();
	locals();
	attach(port());
	sh("ip link set hub address 02:00:5e:10:00:99");
	EXPECT_EQ("PASS_LOCAL", verdict(frame4({ .proto = 6 }, ports(1, 2))));
	attach(port());
	EXPECT_EQ("DROP_OTHER_HOST", verdict(frame4({ .proto = 6 }, ports(1, 2))));
}

TEST_F(Life, detach_gives_the_port_back)
{
	open();
	attach(port());
	EXPECT_EQ(ERR_OK, loader_steer_detach(steer, ifindex));
	EXPECT_EQ(0u, attached());
	EXPECT_EQ(ERR_ABSENT, loader_steer_detach(steer, ifindex));
	EXPECT_EQ(ERR_ABSENT, loader_steer_set_socket(steer, ifindex, 0, 0));
	sh("! tc filter show dev hub egress | grep -q nave_guard");
}

TEST_F(Life, unpin_removes_the_pins)
{
	open();
	loader_steer_unpin(steer);
	EXPECT_NE(0, access((dir + "/v3").c_str(), F_OK));
}

TEST_F(Life, generic_mode_and_no_change_of_mode_in_flight)
{
	loader_port p = port();

	open();
	p.mode = LOADER_GENERIC;
	attach(p);
	sh("ip link show hub | grep -q xdpgeneric");
	attach(p);
	p.mode = LOADER_NATIVE;
	EXPECT_EQ(ERR_BUSY, loader_steer_attach(steer, &p));
	EXPECT_EQ(ERR_OK, loader_steer_detach(steer, ifindex));
	attach(p);
	sh("ip link show hub | grep -q 'xdp[^g]'");
}

TEST_F(Life, others_programs_are_left_alone)
{
	const struct bpf_insn pass[] = { { BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, XDP_PASS }, { BPF_JMP | BPF_EXIT, 0, 0, 0, 0 } };
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "others", "Dual BSD/GPL", pass, 2, nullptr);
	loader_port p = port();

	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, bpf_xdp_attach(static_cast<int>(ifindex), fd, XDP_FLAGS_DRV_MODE, nullptr));
	uint32_t before = attached();
	open();
	EXPECT_EQ(ERR_BUSY, loader_steer_attach(steer, &p));
	EXPECT_EQ(before, attached());
	EXPECT_EQ(ERR_BUSY, loader_steer_detach(steer, ifindex));
	EXPECT_EQ(before, attached());
	(void)close(fd);
}

TEST_F(Life, devices_that_do_not_fit_are_refused)
{
	loader_port p = port();

	open();
	p.ifindex = 9999;
	EXPECT_EQ(ERR_ABSENT, loader_steer_attach(steer, &p));
	EXPECT_EQ(ERR_ABSENT, loader_steer_detach(steer, 9999));
	sh("ip tuntap add dev tun9 mode tun");
	p.ifindex = if_nametoindex("tun9");
	EXPECT_EQ(ERR_UNSUPPORTED, loader_steer_attach(steer, &p));
}

TEST_F(Life, ports_end_at_the_number_of_slots)
{
	loader_port p = port();

	open();
	p.guard = false;
	sh("for i in $(seq 1 16); do ip link add a$i type veth peer name b$i; done");
	for (int i = 1; i < STEER_SLOTS; i++) {
		p.ifindex = if_nametoindex(((i % 2 != 0 ? "a" : "b") + std::to_string((i + 1) / 2)).c_str());
		attach(p);
	}
	p.ifindex = ifindex;
	EXPECT_EQ(ERR_FULL, loader_steer_attach(steer, &p));
	sh("ip link del a1"); /* takes b1 along: two entries of lost devices */
	reopen();
	attach(p);
}

TEST_F(Life, a_new_port_begins_at_zero)
{
	open();
	locals();
	attach(port());
	EXPECT_EQ("PASS_LOCAL", verdict(frame4({ .proto = 6 }, ports(1, 2))));
	EXPECT_EQ(ERR_OK, loader_steer_detach(steer, ifindex));
	attach(port());
	EXPECT_TRUE(counts().empty());
}

TEST_F(Life, the_address_table_becomes_the_list)
{
	loader_local list[2] = {};
	std::vector<loader_local> many(STEER_LOCALS + 1);

	open();
	locals();
	attach(port());
	ASSERT_EQ(ERR_OK, addr_parse(FAR4, &list[0].addr));
	ASSERT_EQ(ERR_OK, addr_parse(HUB6, &list[1].addr));
	ASSERT_EQ(ERR_OK, loader_rule_set_local(steer, list, 2));
	EXPECT_EQ("PASS_LOCAL", verdict(frame4({ .proto = 6, .dst = FAR4 }, ports(1, 2))));
	EXPECT_EQ("PASS_LOCAL", verdict(frame6({ .proto = 6 }, ports(1, 2))));
	EXPECT_EQ("DROP_TRANSIT", verdict(frame4({ .proto = 6 }, ports(1, 2))));
	reopen();
	ASSERT_EQ(ERR_OK, loader_rule_set_local(steer, list + 1, 1)); /* also what another process wrote goes */
	EXPECT_EQ("DROP_TRANSIT", verdict(frame4({ .proto = 6, .dst = FAR4 }, ports(1, 2))));
	for (uint32_t i = 0; i < many.size(); i++)
		many[i].addr = addr_of_u32(0x0a000000 + i);
	EXPECT_EQ(ERR_FULL, loader_rule_set_local(steer, many.data(), many.size()));
	EXPECT_EQ(ERR_OK, loader_rule_set_local(steer, list, 0));
	EXPECT_EQ("DROP_TRANSIT", verdict(frame6({ .proto = 6 }, ports(1, 2))));
	list[0].addr.family = 0;
	EXPECT_EQ(ERR_UNSUPPORTED, loader_rule_set_local(steer, list, 1));
}

TEST_F(Life, the_allow_table_is_bounded)
{
	std::vector<loader_allow> many;

	open();
	for (uint16_t i = 0; i <= STEER_ALLOWS; i++)
		many.push_back({ STEER_ALLOW_SPORT, 17, i, false });
	EXPECT_EQ(ERR_FULL, loader_rule_set_allow(steer, many.data(), many.size()));
}

/* A process that is killed leaves no clear path: transit is dropped, not forwarded by the kernel, and counted. */
TEST_F(Life, a_killed_owner_leaves_the_port_closed)
{
	pid_t child;
	int status;

	child = fork();
	if (child == 0) {
		open();
		locals();
		attach(port(LOADER_LAN));
		bind_socket();
		(void)kill(getpid(), SIGKILL);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_TRUE(WIFSIGNALED(status));
	/* The kernel would forward this, and answer. */
	sh("echo 1 >/proc/sys/net/ipv4/ip_forward; ip route add 203.0.113.0/24 via 192.0.2.2 dev hub");
	int wire = packet_socket("net");
	send(wire, frame4({ .dst = FAR4 }, udp(9, Bytes(30))));
	EXPECT_TRUE(receive(wire, 300).empty());
	(void)close(wire);
	open();
	EXPECT_TRUE(loader_steer_adopted(steer));
	EXPECT_EQ(1u, counts()["DROP_NO_SOCKET"]);
}

TEST(Count, every_verdict_has_words)
{
	for (unsigned v = 0; v < STEER_V_COUNT; v++) {
		EXPECT_STRNE("UNKNOWN", loader_count_name(static_cast<steer_verdict>(v)));
		EXPECT_STRNE("", loader_count_text(static_cast<steer_verdict>(v)));
	}
	EXPECT_EQ(STEER_STEER, loader_count_action(STEER_V_STEER_ESP));
	EXPECT_STREQ("UNKNOWN", loader_count_name(STEER_V_COUNT));
	EXPECT_STREQ("unknown verdict", loader_count_text(STEER_V_COUNT));
	EXPECT_EQ(STEER_DROP, loader_count_action(STEER_V_COUNT));
}
} // namespace
