/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
#ifndef STEER_ABI_H
#define STEER_ABI_H

#include <linux/types.h>

/*
 * Contract 2: what the steering programs in the kernel and the loader agree on - the verdicts, the maps' keys and
 * values, their sizes.  The only file that both sides include; docs/steering.md tells what each rule is for.
 * A change to anything here is a new STEER_ABI: the loader then makes a fresh set of maps.
 */
enum {
	STEER_ABI = 3,
	STEER_SLOTS = 32,      /* ports: slot 0 counts frames of unconfigured ports, 1.. are ports */
	STEER_QUEUES = 64,     /* rx queues of a port that can have a socket */
	STEER_LOCALS = 4096,   /* local addresses of one family */
	STEER_SOURCES = 65536, /* source prefixes whose IKE_SA_INIT rate is remembered, least recent out */
	STEER_ALLOWS = 256,    /* control protocols that may leave a guarded port */
	STEER_HEADS = 4096,    /* datagrams whose first fragment left a guarded port, least recent out */
	STEER_EXT_HEADERS = 6, /* IPv6 extension headers that are walked; more is malformed */
	STEER_VLAN_TAGS = 1,   /* 802.1Q tags that are skipped; IP below more is refused */
	STEER_PREFIX4 = 24,    /* bits of a source that share one IKE_SA_INIT bucket */
	STEER_PREFIX6 = 64,
};

/* What is done with a frame.  The guard (egress) only passes and drops. */
enum steer_action { STEER_PASS, STEER_STEER, STEER_DROP };

/* Every reason for it: name, action, what an operator reads.  One counter each, per port. */
#define STEER_VERDICTS(X)                                                                      \
	X(PASS_L2, PASS, "not IP: to the kernel")                                              \
	X(PASS_ARP, PASS, "ARP: to the kernel")                                                \
	X(PASS_ND, PASS, "neighbour discovery: to the kernel")                                 \
	X(PASS_GROUP, PASS, "multicast or broadcast: to the kernel")                           \
	X(PASS_IKE, PASS, "IKE: to the kernel")                                                \
	X(PASS_LOCAL, PASS, "other traffic for a local address: to the kernel")                \
	X(STEER_ESP, STEER, "ESP: to the datapath")                                            \
	X(STEER_UDP_ESP, STEER, "UDP-encapsulated ESP: to the datapath")                       \
	X(STEER_GRE, STEER, "GRE: to the datapath")                                            \
	X(STEER_FRAGMENT, STEER, "fragment of ESP, UDP or GRE: to the datapath")               \
	X(STEER_TRANSIT, STEER, "for no local address: to the datapath")                       \
	X(STEER_LOCAL, STEER, "the kernel's, past the port's features: to the datapath")       \
	X(STEER_WIRE, STEER, "whatever comes: to the datapath")                                \
	X(DROP_NO_PORT, DROP, "port without configuration")                                    \
	X(DROP_NO_QUEUE, DROP, "rx queue beyond those that can have a socket")                 \
	X(DROP_NO_SOCKET, DROP, "datapath has no socket on this queue")                        \
	X(DROP_MALFORMED, DROP, "truncated, or breaks the format")                             \
	X(DROP_VLAN, DROP, "more VLAN tags than one")                                          \
	X(DROP_OTHER_HOST, DROP, "frame addressed to another host")                            \
	X(DROP_TRANSIT, DROP, "for no local address, on a port without transit")               \
	X(DROP_KEEPALIVE, DROP, "NAT keepalive: done its work on the way")                     \
	X(DROP_IKE_RATE, DROP, "IKE_SA_INIT above the rate of its source prefix")              \
	X(GUARD_PASS_ARP, PASS, "egress: ARP")                                                 \
	X(GUARD_PASS_ND, PASS, "egress: neighbour or listener discovery")                      \
	X(GUARD_PASS_ESP, PASS, "egress: ESP")                                                 \
	X(GUARD_PASS_IKE, PASS, "egress: IKE, or ESP in UDP")                                  \
	X(GUARD_PASS_ALLOWED, PASS, "egress: configured control protocol")                     \
	X(GUARD_PASS_FRAGMENT, PASS, "egress: rest of a datagram whose beginning passed")      \
	X(GUARD_DROP_L2, DROP, "egress: not IP, and not configured")                           \
	X(GUARD_DROP_PROTOCOL, DROP, "egress: protocol that may not leave in clear")           \
	X(GUARD_DROP_SOURCE, DROP, "egress: source is no address of the protected side")       \
	X(GUARD_DROP_FRAGMENT, DROP, "egress: rest of a datagram whose beginning didn't pass") \
	X(GUARD_DROP_MALFORMED, DROP, "egress: truncated, or breaks the format")

enum steer_verdict {
#define STEER_ENUM(name, action, text) STEER_V_##name,
	STEER_VERDICTS(STEER_ENUM)
#undef STEER_ENUM
		STEER_V_COUNT
};

/* How a port is treated.  A LAN port has TRANSIT; a WAN port has IPSEC, and TRANSIT if it also routes in clear; either may JUDGE; WIRE stands alone. */
enum steer_flag {
	STEER_F_IPSEC = 1,   /* ESP and its fragments for a local address go to the datapath, as GRE does on every port */
	STEER_F_WIRE = 4,    /* every frame goes to the datapath: the port lends its wire to one that DPDK owns */
	STEER_F_TRANSIT = 2, /* what is for no local address goes to the datapath, else it is dropped */
	STEER_F_JUDGE4 = 8,  /* IPv4 for the kernel goes to the datapath first: the port has features for what comes in */
	STEER_F_JUDGE6 = 16, /* IPv6 likewise, but for neighbour discovery */
};

/* Map steer_ports: hash, key __u32 ifindex. */
struct steer_port {
	__u32 slot;  /* 1 .. STEER_SLOTS - 1 */
	__u32 vrf;   /* scope of the local addresses */
	__u32 flags; /* enum steer_flag */
	__u8 mac[6]; /* unicast frames for another address are dropped */
	__u8 rsvd[2];
};

/* Maps steer_local4, steer_local6: hash of the addresses that the hub answers to. */
struct steer_key4 {
	__u32 vrf;
	__be32 addr;
};

struct steer_key6 {
	__u32 vrf;
	__u8 addr[16];
};

enum steer_local_flag {
	STEER_L_UNDERLAY = 1, /* may be a source on a guarded port: an address of the protected side, not of an overlay or LAN */
};

struct steer_local {
	__u32 flags; /* enum steer_local_flag */
	__u32 mark;  /* the loader's: which setting of the whole table wrote it */
};

/*
 * Map steer_limit: array of one.  The bucket of a source prefix is the time at which it would be empty (the
 * theoretical arrival time of GCRA): one word, one compare-and-swap.  Interval 0: no limit.
 */
struct steer_limit {
	__u64 interval_ns;  /* 1 / rate */
	__u64 tolerance_ns; /* (burst - 1) * interval */
};

/* Map steer_sources: LRU hash, value __u64 (ns of CLOCK_MONOTONIC).  'net' is the prefix, zero beyond it. */
struct steer_source {
	__u8 net[8];
	__u32 family; /* 4, 6 */
};

/* Map steer_allow: hash, value struct steer_allowed. */
enum steer_allow_kind {
	STEER_ALLOW_ETHER, /* value: ethertype */
	STEER_ALLOW_PROTO, /* proto: IP protocol */
	STEER_ALLOW_SPORT, /* proto and value: source port */
	STEER_ALLOW_DPORT, /* proto and value: destination port */
};

struct steer_allow {
	__u8 kind; /* enum steer_allow_kind */
	__u8 proto;
	__u16 value; /* host order */
};

struct steer_allowed {
	__u32 any_source; /* also from addresses that aren't of the protected side (DHCP's 0.0.0.0) */
	__u32 mark;       /* as in steer_local */
};

/* Map steer_heads: LRU hash of datagrams whose first fragment passed the guard, value __u8 (unused). */
struct steer_head {
	__u8 src[16];
	__u8 dst[16];
	__u32 id;
	__u32 ifindex;
};

/*
 * Map steer_sockets: XSKMAP, index slot * STEER_QUEUES + rx queue.  Map steer_counts: per-CPU array of __u64,
 * index slot * STEER_V_COUNT + verdict.
 */
#endif
