#ifndef CFG_PLATFORM_H
#define CFG_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "cfg/message.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The platform file (docs/platform.md): what of this machine stands behind the names of the configuration.  naved
 * alone reads it and sends the ports on to navedp.  Frozen like the model; strings live as long as it does.
 */

struct cfg_lang;

enum cfg_port_how {
	CFG_PORT_NETDEV, /* the kernel's device 'device', by AF_XDP */
	CFG_PORT_PCI,    /* the function at 'device', "0000:01:00.0" */
	CFG_PORT_VDEV    /* a DPDK virtual device, 'device' as EAL takes it: "net_nave0,socket=/run/x" */
};

enum cfg_port_role { CFG_PORT_LAN, CFG_PORT_WAN };
enum cfg_offload { CFG_OFFLOAD_AUTO, CFG_OFFLOAD_INLINE, CFG_OFFLOAD_OFF }; /* INLINE: never in software; AUTO: with the reason */
enum cfg_owner { CFG_OWNER_AUTO, CFG_OWNER_NAVE, CFG_OWNER_HOST };          /* who sets addresses and routes; AUTO: undecided */

struct cfg_port {
	struct cfg_port *next;
	const char *if_name; /* "Ethernet0/0" */
	enum cfg_port_how how;
	const char *device;
	enum cfg_port_role role;
	bool protected_egress;     /* nothing but IKE, ESP and neighbour discovery leaves: sa-state's egress guard */
	const char *backup_netdev; /* NULL: none */
	enum cfg_offload offload;
	enum cfg_owner addresses; /* the port's own, else the file's */
	uint16_t mtu;             /* 0: the device's */
	uint32_t line;
};

/* Where a VRF of the configuration is in the host: its ports, sockets and TUN.  Of the two one is NULL; the other is no other VRF's. */
struct cfg_vrf_place {
	struct cfg_vrf_place *next;
	const char *vrf;
	const char *netns;  /* a network namespace */
	const char *device; /* a VRF device of the kernel, in naved's own namespace */
};

struct cfg_platform {
	struct cfg_port *ports;     /* in order of writing */
	struct cfg_vrf_place *vrfs; /* the same */
	enum cfg_owner addresses;
	enum cfg_offload offload;
	const char *netns;           /* of the sockets; NULL: naved's own */
	const char *datapath_socket; /* default CFG_PLATFORM_DATAPATH */
	const char *control_socket;  /* default CFG_PLATFORM_CONTROL */
	struct arena arena;
};

#define CFG_PLATFORM_DATAPATH "/run/nave/datapath.sock"
#define CFG_PLATFORM_CONTROL "/run/nave/control.sock"

/*
 * Reads 'text', which messages call 'file'.  ERR_MALFORMED when 'messages' got an error: '*out' is untouched then.
 */
MUST_USE enum err cfg_platform_load(
	const struct cfg_lang *lang, const char *file, struct bytes text, struct cfg_messages *messages, struct cfg_platform **out);

/*
 * Decides what the file left open: addresses are Nave's where nobody else would set them, in a network namespace of its own
 * and on ports that DPDK owns.  What is no port's (loopbacks, the overlay) stands on Nave's own device, and is Nave's.
 */
void cfg_platform_settle(struct cfg_platform *p, bool own_netns);

/* The host has the VRF device 'device': the VRF of that name is there, unless the file says otherwise of either. */
MUST_USE enum err cfg_platform_add_device(struct cfg_platform *p, const char *device);

void cfg_platform_free(struct cfg_platform *p);

/* The port of 'if_name' ("Ethernet0/0", or "Ethernet0/0.1", whose device is one of its own); NULL when there is none. */
const struct cfg_port *cfg_platform_port(const struct cfg_platform *p, const char *if_name);

/* Where 'vrf' is; NULL when the file doesn't say. */
const struct cfg_vrf_place *cfg_platform_vrf(const struct cfg_platform *p, const char *vrf);

#ifdef __cplusplus
}
#endif
#endif
