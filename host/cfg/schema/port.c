/* The platform file (docs/platform.md); platform.c reads the tree that these rows make. */
#include "cfg/row.h"

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_PLATFORM,
		.enters = CFG_MODE_PORT,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "port",
		.pattern = "port <name:if> {netdev <device>|pci <device>|vdev <device:rest>}",
		.help = "what stands behind an interface: a device of the kernel, a PCI function, a DPDK virtual device",
	},
	{ .mode = CFG_MODE_PORT, .pattern = "role {wan|lan}", .preset = "lan", .help = "wan: IKE and ESP come in here" },
	{ .mode = CFG_MODE_PORT,
		.pattern = "protected",
		.preset = "off",
		.help = "nothing in clear leaves: only IKE, ESP and neighbour discovery" },
	{ .mode = CFG_MODE_PORT, .pattern = "backup netdev <device>", .help = "takes over when the device is lost" },
	{ .mode = CFG_MODE_PORT, .pattern = "mtu <mtu:576-9216>", .preset = "the device's", .help = "bytes" },
	{ .mode = CFG_MODE_PORT, .pattern = "offload {auto|inline|off}", .preset = "the file's", .help = "as below, for this port" },
	{ .mode = CFG_MODE_PORT, .pattern = "addresses {nave|host}", .preset = "the file's", .help = "as below, for this port" },
	{
		.mode = CFG_MODE_PLATFORM,
		.pattern = "offload {auto|inline|off}",
		.preset = "auto",
		.help = "auto: in the NIC where it can, else in software with a reason; inline: in the NIC or not at all; off: in software",
	},
	{
		.mode = CFG_MODE_PLATFORM,
		.pattern = "addresses {nave|host}",
		.preset = "nave in a network namespace and on ports that DPDK owns, else host",
		.help = "nave: sets addresses and routes; host: somebody else does, Nave checks and warns",
	},
	{ .mode = CFG_MODE_PLATFORM, .pattern = "netns <name>", .preset = "its own", .help = "the network namespace of the sockets" },
	{
		.mode = CFG_MODE_PLATFORM,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "place",
		.pattern = "vrf <name> {netns <netns>|device <device>}",
		.preset = "the VRF device of that name",
		.help = "the network namespace, or the kernel's VRF device, in which a VRF's ports, sockets and TUN are",
	},
	{ .mode = CFG_MODE_PLATFORM,
		.pattern = "datapath socket <path:text>",
		.preset = "/run/nave/datapath.sock",
		.help = "where navedp is" },
	{ .mode = CFG_MODE_PLATFORM,
		.pattern = "control socket <path:text>",
		.preset = "/run/nave/control.sock",
		.help = "where navectl comes" },
};

const struct cfg_rows cfg_port_rows = { rows, sizeof(rows) / sizeof(rows[0]), "Platform file" };
