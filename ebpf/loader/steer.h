#ifndef LOADER_STEER_H
#define LOADER_STEER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The steering of the kernel-owned ports of one network namespace (docs/steering.md): the XDP and guard programs, their
 * maps and attachments.  One object per namespace, used by one thread; every call that names an interface acts
 * in the namespace of the calling thread.
 */
struct loader_steer;

enum loader_role {
	LOADER_LAN,  /* steered by destination */
	LOADER_WAN,  /* ESP and fragments for local addresses too */
	LOADER_WIRE, /* every frame, whatever it is: the datapath has the port's addresses elsewhere */
};

enum loader_mode {
	LOADER_NATIVE,  /* in the driver */
	LOADER_GENERIC, /* behind the driver: any device, slower */
};

struct loader_port {
	uint32_t ifindex;
	uint32_t vrf; /* scope of the local addresses; 0 is the global one */
	enum loader_role role;
	enum loader_mode mode;
	bool transit;        /* WAN only: what is for no local address goes to the datapath instead of being dropped (a LAN always does) */
	bool judge4, judge6; /* IPv4, IPv6 for the kernel goes to the datapath first, which has features to apply; not of a WIRE */
	bool guard;          /* what the kernel sends out here passes the egress guard */
};

/*
 * Opens the steering that is pinned under 'pin_dir', or makes it.  Maps of the same STEER_ABI are adopted with
 * their contents and counters; a set of another one is unpinned.  'pin_dir' is made if absent, and a bpffs
 * is mounted on it if it is on none.  Entries of ports whose device is gone are removed.
 * ERR_BUSY: another process holds the directory.  ERR_VERSION: pinned maps have this ABI's name and another form.
 * ERR_DENIED: not privileged.  Silences libbpf's own messages but warnings, for the whole process.
 */
MUST_USE enum err loader_steer_open(struct loader_steer **out, const char *pin_dir);

/* Frees the object; what is attached stays attached, and drops what it would have given to the datapath. */
void loader_steer_close(struct loader_steer *s);

/*
 * Configures a port and attaches the programs, the guard first; on a port that is attached already it updates the
 * configuration, then swaps in this object's programs without a gap.  Set the local addresses before.  On failure
 * what was attached stays (call loader_steer_detach to give the port back to the kernel).
 * ERR_ABSENT: no such device.  ERR_BUSY: somebody else's XDP program is attached, or ours in the other mode.
 * ERR_FULL: no slot; or a veth with fewer rx queues than its peer has tx queues.  ERR_UNSUPPORTED: the device has no native XDP, or isn't Ethernet.
 */
MUST_USE enum err loader_steer_attach(struct loader_steer *s, const struct loader_port *port);

/* Gives the port back to the kernel: XDP first, the guard last.  ERR_ABSENT when the port isn't ours. */
enum err loader_steer_detach(struct loader_steer *s, uint32_t ifindex);

/* Unpins the maps: for a hub that is taken out of service, after detaching its ports. */
void loader_steer_unpin(struct loader_steer *s);

/* Whether the maps were there before loader_steer_open. */
bool loader_steer_adopted(const struct loader_steer *s);

/* Puts an AF_XDP socket, bound to rx queue 'queue' of the attached port, where its frames go.  The kernel takes it out
 * again when the socket is closed. */
MUST_USE enum err loader_steer_set_socket(struct loader_steer *s, uint32_t ifindex, uint32_t queue, int fd);

enum loader_program { LOADER_XDP, LOADER_GUARD };

/* The descriptor of a program, for BPF_PROG_TEST_RUN; borrowed. */
int loader_steer_program(const struct loader_steer *s, enum loader_program which);

#ifdef __cplusplus
}
#endif
#endif
