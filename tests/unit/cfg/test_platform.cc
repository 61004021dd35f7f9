#include "cfg/platform.h"

#include "loaded.h"

using namespace cfgtest;

namespace
{

struct Platform {
	cfg_messages messages{};
	cfg_platform *p = nullptr;
	enum err err;

	explicit Platform(const std::string &text)
	{
		err = cfg_platform_load(lang(), "platform", view(text), &messages, &p);
	}
	~Platform()
	{
		cfg_platform_free(p);
		cfg_message_fini(&messages);
	}
	Platform(const Platform &) = delete;
	Platform &operator=(const Platform &) = delete;
	std::string said() const
	{
		std::string s;

		for (const cfg_message *m = messages.first; m != nullptr; m = m->next)
			s += std::to_string(m->line) + ":" + std::to_string(m->column) + " " + m->text + "\n";
		return s;
	}
};

TEST(CfgPlatform, all_of_it)
{
	Platform l(
		"! a hub\naddresses host\noffload auto\nnetns blue\ndatapath socket /run/x/dp.sock\ncontrol socket /run/x/ctl.sock\n"
		"port e0/0 vdev net_nave0,socket=/run/x/nic,profile=small\n role wan\n protected\n backup netdev eth9\n offload inline\n"
		" addresses nave\n mtu 1500\nport Ethernet0/1 netdev eth1\nport e0/1.30 netdev eth1.30\nport GigabitEthernet 0/0 pci 0000:01:00.0\n role wan\n");

	ASSERT_EQ(l.err, ERR_OK) << l.said();
	EXPECT_EQ(l.p->addresses, CFG_OWNER_HOST);
	EXPECT_STREQ(l.p->netns, "blue");
	EXPECT_STREQ(l.p->datapath_socket, "/run/x/dp.sock");
	EXPECT_STREQ(l.p->control_socket, "/run/x/ctl.sock");

	const cfg_port *port = cfg_platform_port(l.p, "Ethernet0/0");
	ASSERT_NE(port, nullptr);
	EXPECT_EQ(port->how, CFG_PORT_VDEV);
	EXPECT_STREQ(port->device, "net_nave0,socket=/run/x/nic,profile=small");
	EXPECT_EQ(port->role, CFG_PORT_WAN);
	EXPECT_TRUE(port->protected_egress);
	EXPECT_STREQ(port->backup_netdev, "eth9");
	EXPECT_EQ(port->offload, CFG_OFFLOAD_INLINE);
	EXPECT_EQ(port->addresses, CFG_OWNER_NAVE);
	EXPECT_EQ(port->mtu, 1500);
	EXPECT_EQ(port->line, 7u);

	port = cfg_platform_port(l.p, "Ethernet0/1.30");
	ASSERT_NE(port, nullptr) << "a subinterface has a device of its own";
	EXPECT_STREQ(port->device, "eth1.30");
	EXPECT_EQ(port->how, CFG_PORT_NETDEV);
	EXPECT_EQ(port->role, CFG_PORT_LAN);
	EXPECT_EQ(port->offload, CFG_OFFLOAD_AUTO);
	EXPECT_EQ(port->addresses, CFG_OWNER_HOST) << "the file's";
	EXPECT_EQ(port->mtu, 0);
	EXPECT_EQ(cfg_platform_port(l.p, "GigabitEthernet0/0")->how, CFG_PORT_PCI);
	EXPECT_EQ(cfg_platform_port(l.p, "Ethernet0/2"), nullptr);
	EXPECT_EQ(cfg_platform_port(l.p, "Ethernet0/10"), nullptr);
	EXPECT_EQ(cfg_platform_port(l.p, "Ethernet0/1.31"), nullptr);
}

TEST(CfgPlatform, R_TUN_21_vrfs_have_their_places)
{
	Platform l("vrf red netns nsred\nport e0/1 netdev eth1\nvrf wan netns nswan\n");

	ASSERT_EQ(l.err, ERR_OK) << l.said();
	EXPECT_STREQ(cfg_platform_vrf(l.p, "red")->netns, "nsred");
	EXPECT_STREQ(cfg_platform_vrf(l.p, "wan")->netns, "nswan");
	EXPECT_EQ(cfg_platform_vrf(l.p, "blue"), nullptr);
	EXPECT_STREQ(l.p->vrfs->vrf, "red") << "in order of writing";
	EXPECT_EQ(Platform("vrf red netns a\nvrf blue netns a\n").said(), "2:16 is another VRF's already\n");
	EXPECT_EQ(Platform("vrf red netns ../a\n").said(), "1:15 is no name of a network namespace\n");
}

TEST(CfgPlatform, R_TUN_21_a_vrf_is_on_the_kernels_device_of_its_name)
{
	Platform l("vrf red device vrf-red\nvrf blue netns nsblue\n");

	ASSERT_EQ(l.err, ERR_OK) << l.said();
	EXPECT_STREQ(cfg_platform_vrf(l.p, "red")->device, "vrf-red");
	EXPECT_EQ(cfg_platform_vrf(l.p, "red")->netns, nullptr);
	EXPECT_EQ(cfg_platform_vrf(l.p, "blue")->device, nullptr);
	for (const char *device : { "vrf-red", "blue", "red", "green" }) /* what the kernel has */
		ASSERT_EQ(cfg_platform_add_device(l.p, device), ERR_OK);
	EXPECT_STREQ(cfg_platform_vrf(l.p, "green")->device, "green");
	EXPECT_STREQ(cfg_platform_vrf(l.p, "red")->device, "vrf-red") << "as the file says";
	EXPECT_STREQ(cfg_platform_vrf(l.p, "blue")->netns, "nsblue");
	EXPECT_EQ(cfg_platform_vrf(l.p, "vrf-red"), nullptr);
	EXPECT_EQ(Platform("vrf red device a\nvrf blue device a\n").said(), "2:17 is another VRF's already\n");
	EXPECT_EQ(Platform("vrf red device sixteen-and-more\n").said(), "1:16 is too long for a device of the kernel (15 bytes)\n");
	EXPECT_EQ(Platform("vrf red device a\nvrf blue netns a\n").err, ERR_OK) << "two places";
}

TEST(CfgPlatform, defaults)
{
	Platform l("port Ethernet0/0 netdev eth0\n");

	ASSERT_EQ(l.err, ERR_OK) << l.said();
	EXPECT_EQ(l.p->addresses, CFG_OWNER_AUTO);
	EXPECT_EQ(l.p->ports->offload, CFG_OFFLOAD_AUTO);
	EXPECT_EQ(l.p->netns, nullptr);
	EXPECT_STREQ(l.p->datapath_socket, CFG_PLATFORM_DATAPATH);
	EXPECT_STREQ(l.p->control_socket, CFG_PLATFORM_CONTROL);
}

TEST(CfgPlatform, a_line_for_the_file_holds_wherever_it_stands)
{
	Platform l("port Ethernet0/0 netdev eth0\nexit\noffload off\n");

	ASSERT_EQ(l.err, ERR_OK) << l.said();
	EXPECT_EQ(l.p->ports->offload, CFG_OFFLOAD_OFF);
}

TEST(CfgPlatform, errors_are_those_of_the_language)
{
	EXPECT_EQ(Platform("prot Ethernet0/0 netdev eth0\n").said(),
		"1:1 'prot' is no command in 'the platform file'; did you mean 'port'?\n");
	EXPECT_EQ(Platform("port Ethernet0/0 netdve eth0\n").said(), "1:18 'netdve' is not expected here; did you mean 'netdev'?\n");
	EXPECT_EQ(Platform("hostname x\n").said(), "1:1 'hostname' is no command in 'the platform file'\n");
	EXPECT_EQ(Platform("port Ethernet0/0 netdev eth0\n role wlan\n").err, ERR_MALFORMED);
}

TEST(CfgPlatform, what_makes_no_sense_is_refused)
{
	EXPECT_EQ(Platform("port Tunnel0 netdev eth0\n").said(),
		"1:6 is no port: only physical interfaces and their subinterfaces have something behind them\n");
	EXPECT_EQ(Platform("port Ethernet0/0.1 vdev net_nave0\n").said(), "1:6 is a subinterface: behind it is a netdev of its own\n");
	EXPECT_EQ(Platform("port e0/0 pci 01:00.0\n").said(), "1:15 is no PCI address: write it as 0000:01:00.0\n");
	EXPECT_EQ(Platform("port e0/0 netdev a-name-too-long-for-linux\n").said(),
		"1:18 is too long for a device of the kernel (15 bytes)\n");
	EXPECT_EQ(Platform("port e0/0 netdev eth0\nport e0/1 netdev eth0\n").said(), "2:18 stands behind another port already\n");
	EXPECT_EQ(Platform("port e0/0 netdev eth0\n protected\n").said(),
		"1:1 'protected' is for 'role wan': a LAN port has to send in clear\n");
	EXPECT_EQ(Platform("port e0/0 netdev eth0\n backup netdev eth1\n").said(), "1:1 'backup netdev' is for a device that DPDK owns\n");
	Platform warned("port e0/0 netdev eth0\n offload inline\n");
	EXPECT_EQ(warned.err, ERR_OK);
	EXPECT_EQ(warned.messages.count[CFG_WARNING], 1u);
}

} // namespace
