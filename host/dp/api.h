#ifndef DP_API_H
#define DP_API_H

/*
 * CONTRACT 1: what control wants of the datapath (docs/dataplane.md).
 *
 * Control states intent - "this SA, this tunnel, this route" - never mechanism.  Ids are control's own; a put of an
 * id that exists replaces the object (idempotent), a del of one that doesn't is ERR_ABSENT.  Operations travel in
 * transactions: applied in order, undone in reverse when one fails, answered by one completion that tells for every
 * operation its result and, for an SA, where it was placed and why not in a better place.
 *
 * References are checked: a put that names what isn't there is ERR_ABSENT, a del of what others name is ERR_BUSY.
 * The one exception is a tunnel's 'sa_out' and 'more', which may name SAs that aren't there: the tunnel does without them until they are.
 *
 * An SA carries packets only once its whole transaction is in, so an SA that was undone was never active.  The del of an SA
 * is for good: it isn't undone, and its result stays ERR_OK, whatever becomes of the rest of its transaction.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the message format; both sides must have the same major. */
enum { DP_VERSION_MAJOR = 10, DP_VERSION_MINOR = 0 };

enum {
	DP_NAME_MAX = 64,     /* bytes of an interface or VRF name, with NUL */
	DP_IFNAME_MAX = 16,   /* bytes of a netdev name, with NUL (IFNAMSIZ) */
	DP_SPEC_MAX = 256,    /* bytes of a port specification, with NUL */
	DP_TS_MAX = 16,       /* selector pairs of one SA */
	DP_MORE_MAX = 99,     /* outbound SAs of one tunnel beside the first */
	DP_OPS_MAX = 32,      /* operations of one transaction: so many of the largest fit in one message */
	DP_PAGE_MAX = 32,     /* rows of one page of a dump or of counters */
	DP_EVENTS_MAX = 64,   /* events of one message */
	DP_MSG_MAX = 65536,   /* bytes of one message on the socket */
	DP_SPI_BATCH = 1024,  /* SPIs of one reservation */
	DP_LINES_MAX = 32768, /* bytes of the lines of one filter (dp/line.h), of the classes of one policy (dp/policy.h) */
	DP_KEY_MAX = 64,      /* bytes of a cipher's or an integrity key */
	DP_SPI_MIN = 256,     /* SPIs below are reserved (RFC4303-2.1) */
	DP_WINDOW_MIN = 64,
	DP_WINDOW_MAX = 1024 /* anti-replay window, packets */
};

/* Where an SA's packets are encrypted, from best to worst. */
#define DP_PLACEMENT_LIST(X)                                                        \
	X(NONE, "none", "not placed: no packet passes")                             \
	X(INLINE_PROTOCOL, "inline-protocol", "the NIC does all of ESP")            \
	X(INLINE_CRYPTO, "inline-crypto", "the NIC encrypts, the CPU adds headers") \
	X(LOOKASIDE, "lookaside", "an accelerator encrypts")                        \
	X(SOFT, "software", "the CPU encrypts")

/* Why an SA isn't placed inline.  Fallback is never silent. */
#define DP_REASON_LIST(X)                                                         \
	X(NONE, "-", "placed inline")                                             \
	X(POLICY, "policy", "configured so")                                      \
	X(NO_DEVICE, "no-device", "the port has no crypto")                       \
	X(ALGORITHM, "algorithm", "the device lacks the algorithm")               \
	X(UDP_ENCAP, "udp-encap", "the device can't encapsulate in UDP")          \
	X(ESN, "esn", "the device lacks extended sequence numbers")               \
	X(WINDOW, "window", "the device lacks the replay window")                 \
	X(TABLE_FULL, "table-full", "the device's SA table is full")              \
	X(FLOW_FULL, "flow-full", "the device's flow table is full")              \
	X(SPI_RANGE, "spi-range", "the SPI lies outside the device's table")      \
	X(POST_FRAG, "post-frag", "packets would be fragmented after encryption") \
	X(DEVICE_DOWN, "device-down", "the device doesn't answer")                \
	X(DEVICE_REFUSED, "device-refused", "the device refused the SA")          \
	X(MIGRATING, "migrating", "on its way to the device")                     \
	X(TRANSPORT, "transport", "the device has tunnel mode alone")

enum dp_placement {
#define DP_PLACEMENT_ENUM(name, word, text) DP_PLACE_##name,
	DP_PLACEMENT_LIST(DP_PLACEMENT_ENUM)
#undef DP_PLACEMENT_ENUM
		DP_PLACE_COUNT
};

enum dp_reason {
#define DP_REASON_ENUM(name, word, text) DP_WHY_##name,
	DP_REASON_LIST(DP_REASON_ENUM)
#undef DP_REASON_ENUM
		DP_WHY_COUNT
};

/* Words as show commands print them; never NULL. */
const char *dp_placement_str(enum dp_placement p);
const char *dp_reason_str(enum dp_reason r);

/*
 * Names the run-time state of an SA (next outbound number, inbound window), which lives in memory that outlives
 * navedp.  A completion hands it out; a put of an SA whose key was ever active must carry it, and is refused with
 * ERR_NEEDS_REKEY when that state is gone (sa-state.md 4, 5).
 */
struct dp_state {
	uint64_t store; /* identity of the memory; 0: a fresh key, no state yet */
	uint32_t slot;
	uint32_t generation;
};

/* ---- objects ---- */

/*
 * An access list for packets of one family: the first line that fits decides, and what none fits is denied.  A put of a list that is
 * there takes its place for all who name it in one step; a line that is in both keeps its count.
 */
struct dp_filter {
	uint32_t id;
	bool v6;
	uint16_t count;     /* lines, at least one */
	struct bytes lines; /* in their form (dp/line.h); borrowed */
	char name[DP_NAME_MAX];
};

enum dp_direction { DP_IN, DP_OUT };
enum dp_family { DP_V4, DP_V6, DP_FAMILIES };

/* Whether the source of a packet must have a route: none need it; any but a drop; one that leads back to where it came from. */
enum dp_urpf { DP_URPF_OFF, DP_URPF_ANY, DP_URPF_STRICT };

/* What is done to packets of one family that pass an interface; all-zero: nothing. */
struct dp_feature {
	uint32_t filter[2]; /* id of a filter of the family, by enum dp_direction; 0: none */
	uint16_t mss;       /* TCP's largest segment, bytes, both ways; 0: as it comes */
	uint8_t urpf;       /* enum dp_urpf */
};

/*
 * A service policy: classes of traffic, and what is done to each.  A put of a policy that is there takes its place for all who name it in one
 * step; a class that is in both, by the names that lead to it, keeps its counts and what it owes.
 */
struct dp_policy {
	uint32_t id;
	uint16_t count;       /* classes, at least one */
	struct bytes classes; /* in their form (dp/policy.h); borrowed */
	char name[DP_NAME_MAX];
};

enum dp_port_kind { DP_PORT_NETDEV, DP_PORT_PCI, DP_PORT_VDEV };
enum dp_port_role { DP_ROLE_LAN, DP_ROLE_WAN };

/* Where SAs of a port may be: in software alone; in its device, else in software; in its device, else nowhere. */
enum dp_offload { DP_OFFLOAD_OFF, DP_OFFLOAD_AUTO, DP_OFFLOAD_INLINE };

/* A port of the box.  A WAN port is protected: only what an SA or the egress guard's list allows leaves it. */
struct dp_port {
	uint32_t id;
	uint8_t kind; /* enum dp_port_kind */
	uint8_t role; /* enum dp_port_role */
	bool up;
	uint8_t offload; /* enum dp_offload */
	uint16_t mtu;    /* bytes of IP, 0: the device's */
	uint32_t vrf;
	uint32_t init_rate;     /* IKE_SA_INIT requests per second of one IPv4 /24 or IPv6 /64, 0: no limit; said the same of all ports, */
	uint32_t init_burst;    /* and so many at once; for those whose frames come by AF_XDP */
	char name[DP_NAME_MAX]; /* "Ethernet0/0" */
	char spec[DP_SPEC_MAX]; /* netdev name, PCI address, or EAL vdev string */
	char backup[DP_NAME_MAX]; /* netdev to fall back to when the device is gone; "" none */
	char twin[DP_IFNAME_MAX]; /* TAP netdev that carries a DPDK-owned port's addresses; "" for a netdev */
	struct dp_feature feature[DP_FAMILIES];
	uint32_t policy[2]; /* ids, by enum dp_direction; 0: none */
};

/* An address of the box itself: on a port, or on a loopback of a VRF (port 0). */
struct dp_local {
	uint32_t vrf;
	uint32_t port;
	struct addr_prefix prefix; /* address with its network's length */
	bool underlay;             /* on a WAN port, or the outer end of tunnels: no other source leaves a WAN port */
};

/* A VRF: one FIB, one TUN that joins the host itself to it. */
struct dp_vrf {
	uint32_t id; /* 0: global; it is put like any other */
	char name[DP_NAME_MAX];
	char tun[DP_IFNAME_MAX];    /* persistent TUN netdev that joins the host to this VRF; made when absent */
	char netns[DP_NAME_MAX];    /* network namespace of its TUN, twins and sockets; "" the program's own */
	char device[DP_IFNAME_MAX]; /* the kernel's VRF device there, to which TUN, twins and netdevs of ports belong; "" none */
};

/* A neighbour that packets are handed to.  Its MAC address is the datapath's business. */
struct dp_adjacency {
	uint32_t id;
	uint32_t port;
	struct addr next_hop;
};

enum dp_tunnel_mode { DP_TUNNEL_IPSEC, DP_TUNNEL_GRE_IPSEC, DP_TUNNEL_GRE };

/*
 * A virtual access or static tunnel: where inner packets enter and leave.  Without 'sa_out' it drops (no-sa).
 * With GRE its SAs protect what goes between 'local' and 'remote' by protocol 47 (RFC2784, RFC2890), in tunnel mode or in transport mode;
 * 'mode', 'local', 'remote' and the key can't change while SAs are in it.  Of mode GRE it has no SAs: what goes is clear text, which leaves by no
 * WAN port, and what comes is known by 'remote', 'local' and key, which no other such tunnel of its front VRF has (ERR_EXISTS).
 */
struct dp_tunnel {
	uint32_t id;
	uint8_t mode; /* enum dp_tunnel_mode */
	uint8_t df;   /* enum dp_df */
	uint16_t mtu; /* inner IP, 0: derived from the path */
	uint32_t inner_vrf;
	uint32_t front_vrf;
	uint32_t sa_out; /* id of the outbound SA that sends, which needn't be there yet; 0: none */
	uint8_t more_count;
	bool has_key; /* GRE: in every packet, and demanded of each that comes */
	bool netdev;  /* the host has a netdev for it, which dp_ifname calls as it calls 'name' */
	uint32_t key;
	struct addr local; /* outer addresses; GRE: of its delivery header */
	struct addr remote;
	char name[DP_NAME_MAX]; /* "Virtual-Access7" */
	struct dp_feature feature[DP_FAMILIES];
	uint32_t policy[2];         /* ids, by enum dp_direction; 0: none */
	uint32_t more[DP_MORE_MAX]; /* what 'sa_out' doesn't let pass goes by the first of these that does; the last member: copies may end
				       after 'more_count' */
};

/* What the host calls a netdev that stands for the interface 'name': "Vi10" for "Virtual-Access10", "Et0-0" for "Ethernet0/0". */
void dp_ifname(const char *name, char out[DP_IFNAME_MAX]);

/* Bytes of 't' up to its last sender. */
static inline size_t dp_tunnel_size(const struct dp_tunnel *t)
{
	return offsetof(struct dp_tunnel, more) + t->more_count * sizeof(t->more[0]);
}

/* Whether 'to' may take the place of 'from' while SAs are in it: what the headers of their packets are made of stays. */
static inline bool dp_tunnel_keeps_sas(const struct dp_tunnel *from, const struct dp_tunnel *to)
{
	if (from->mode != to->mode)
		return false;
	return from->mode == DP_TUNNEL_IPSEC || (addr_eq(&from->local, &to->local) && addr_eq(&from->remote, &to->remote) &&
							from->has_key == to->has_key && from->key == to->key);
}

enum dp_df { DP_DF_COPY, DP_DF_SET, DP_DF_CLEAR };

enum dp_action { DP_ROUTE_DROP, DP_ROUTE_LOCAL, DP_ROUTE_PORT, DP_ROUTE_ADJACENCY, DP_ROUTE_TUNNEL };

/* 'target': port (directly connected), adjacency or tunnel id, by action. */
struct dp_route {
	uint32_t vrf;
	uint8_t action; /* enum dp_action */
	uint32_t target;
	struct addr_prefix prefix;
};

enum dp_cipher { DP_CIPHER_NULL, DP_CIPHER_AES_CBC, DP_CIPHER_AES_GCM, DP_CIPHER_CHACHA20_POLY1305, DP_CIPHER_3DES_CBC, DP_CIPHER_COUNT };
enum dp_integ {
	DP_INTEG_NONE,
	DP_INTEG_SHA1_96,
	DP_INTEG_SHA256_128,
	DP_INTEG_SHA384_192,
	DP_INTEG_SHA512_256,
	DP_INTEG_MD5_96,
	DP_INTEG_COUNT
};

/* One side of a traffic selector, as negotiated (RFC7296-3.13.1); proto 0 is any. */
struct dp_ts {
	struct addr first;
	struct addr last;
	uint8_t proto;
	uint16_t port_first;
	uint16_t port_last;
};

/* Selector pair seen from this box: 'local' is ours in both directions. */
struct dp_ts_pair {
	struct dp_ts local;
	struct dp_ts remote;
};

/*
 * An ESP SA (RFC4303).  Keys are moved in by put and never come back in a dump.  A put of an SA that is there changes
 * what may change (end points, port, limits, selectors); its key, SPI and direction may not: ERR_EXISTS.
 */
struct dp_sa {
	uint32_t id;
	uint32_t spi;
	uint32_t tunnel;   /* the tunnel it belongs to; an inbound SA delivers there and nowhere else */
	uint32_t port;     /* where its packets are expected; a hint for placement, 0: any */
	uint8_t direction; /* enum dp_direction */
	uint8_t cipher;    /* enum dp_cipher; the key's length tells the variant */
	uint8_t integ;     /* enum dp_integ; NONE with an AEAD */
	bool esn;
	bool udp_encap;
	bool allow_offload; /* false: reason POLICY */
	bool transport;     /* transport mode; tunnel mode when false */
	uint16_t window;    /* inbound: packets, DP_WINDOW_MIN..DP_WINDOW_MAX, a multiple of 64; 0: no check */
	uint8_t ts_count;
	struct addr_port local; /* outer; the ports count when udp_encap */
	struct addr_port remote;
	uint64_t soft_bytes; /* DP_EV_LIFETIME when passed; 0: none */
	uint64_t hard_bytes; /* the SA stops when passed; 0: none */
	uint64_t soft_packets;
	uint64_t hard_packets;
	struct dp_state state;
	struct secret key; /* cipher key, for an AEAD followed by its salt (4 bytes) */
	struct secret integ_key;
	struct dp_ts_pair ts[DP_TS_MAX]; /* the last member: copies may end after 'ts_count' pairs */
};

/* Bytes of 'sa' up to its last selector pair. */
static inline size_t dp_sa_size(const struct dp_sa *sa)
{
	return offsetof(struct dp_sa, ts) + sa->ts_count * sizeof(sa->ts[0]);
}

/* ---- operations, transactions ---- */

/* Classes of objects in order of reference: each names only objects of classes before its own. */
enum dp_class {
	DP_CLASS_VRF,
	DP_CLASS_FILTER,
	DP_CLASS_POLICY,
	DP_CLASS_PORT,
	DP_CLASS_LOCAL,
	DP_CLASS_ADJACENCY,
	DP_CLASS_TUNNEL,
	DP_CLASS_SA,
	DP_CLASS_ROUTE,
	DP_CLASS_COUNT
};

/* The puts in order of class, then the dels in the same order. */
#define DP_OP_LIST(X)                                \
	X(PUT_VRF, "put-vrf", vrf)                   \
	X(PUT_FILTER, "put-filter", filter)          \
	X(PUT_POLICY, "put-policy", policy)          \
	X(PUT_PORT, "put-port", port)                \
	X(PUT_LOCAL, "put-local", local)             \
	X(PUT_ADJACENCY, "put-adjacency", adjacency) \
	X(PUT_TUNNEL, "put-tunnel", tunnel)          \
	X(PUT_SA, "put-sa", sa)                      \
	X(PUT_ROUTE, "put-route", route)             \
	X(DEL_VRF, "del-vrf", vrf)                   \
	X(DEL_FILTER, "del-filter", filter)          \
	X(DEL_POLICY, "del-policy", policy)          \
	X(DEL_PORT, "del-port", port)                \
	X(DEL_LOCAL, "del-local", local)             \
	X(DEL_ADJACENCY, "del-adjacency", adjacency) \
	X(DEL_TUNNEL, "del-tunnel", tunnel)          \
	X(DEL_SA, "del-sa", sa)                      \
	X(DEL_ROUTE, "del-route", route)

enum dp_op_kind {
	DP_OP_NONE,
#define DP_OP_ENUM(name, word, member) DP_##name,
	DP_OP_LIST(DP_OP_ENUM)
#undef DP_OP_ENUM
		DP_OP_COUNT
};

/* A del needs the key fields alone: id; or vrf + prefix (route), vrf + port + prefix (local). */
struct dp_op {
	enum dp_op_kind kind;
	union {
		struct dp_vrf vrf;
		struct dp_filter filter;
		struct dp_policy policy;
		struct dp_port port;
		struct dp_local local;
		struct dp_adjacency adjacency;
		struct dp_tunnel tunnel;
		struct dp_sa sa;
		struct dp_route route;
	} u;
};

const char *dp_op_str(enum dp_op_kind kind);

bool dp_op_is_put(enum dp_op_kind kind);

/* Class of the object of a put or del ('kind' isn't DP_OP_NONE), and the way back. */
enum dp_class dp_op_class(enum dp_op_kind kind);
enum dp_op_kind dp_op_put_of(enum dp_class class_of);
enum dp_op_kind dp_op_del_of(enum dp_class class_of);

/*
 * Whether a put makes sense by itself, whatever else exists: numbers in range, addresses of one family, key lengths
 * that fit the algorithms.  Always ERR_OK for a del.
 * ERR_RANGE, ERR_MALFORMED or ERR_INCOMPLETE otherwise.
 */
MUST_USE enum err dp_op_check(const struct dp_op *op);

/* What 'op' is about, for logs: "tunnel 7", "route 10.0.0.0/8 vrf 0"; into DP_OP_TEXT bytes, which are returned. */
enum { DP_OP_TEXT = 96 };
const char *dp_op_name(const struct dp_op *op, char *out);

/* Bytes of 'op' that count: up to the end of its object, for an SA up to its last selector pair, for a tunnel up to its last sender. */
size_t dp_op_size(const struct dp_op *op);

/* What a put borrows: a filter's lines, a policy's classes; NULL: nothing. */
struct bytes *dp_op_body(struct dp_op *op);

/* Wipes the secrets of 'op'; safe on all-zero. */
void dp_op_fini(struct dp_op *op);

/* What became of one operation. */
struct dp_result {
	enum err err;          /* ERR_OK; the cause; or ERR_STATE for one undone or not tried because another failed */
	uint8_t placement;     /* enum dp_placement, SAs alone */
	uint8_t reason;        /* enum dp_reason; of ERR_DENIED, too: why the device can't have it, and nothing else may */
	struct dp_state state; /* SAs alone */
};

/* ---- events: datapath to control ---- */

#define DP_EVENT_LIST(X)                                                                       \
	X(ACTIVITY, "activity", "a tunnel's last packet in and out, batched")                  \
	X(PEER_MOVED, "peer-moved", "authenticated packets come from another address or port") \
	X(LIFETIME, "lifetime", "soft or hard limit of an SA passed")                          \
	X(SEQUENCE, "sequence", "outbound numbers of an SA near their end")                    \
	X(UNKNOWN_SPI, "unknown-spi", "ESP of no SA, sampled")                                 \
	X(PMTU, "pmtu", "path MTU of a tunnel changed")                                        \
	X(DEVICE, "device", "a port's device failed, was reset or came back")                  \
	X(PLACEMENT, "placement", "an SA moved to another engine")                             \
	X(LINK, "link", "a port went up or down")                                              \
	X(NETDEV, "netdev", "a tunnel's netdev is there, or isn't")

enum dp_event_kind {
	DP_EVENT_NONE,
#define DP_EVENT_ENUM(name, word, text) DP_EV_##name,
	DP_EVENT_LIST(DP_EVENT_ENUM)
#undef DP_EVENT_ENUM
		DP_EVENT_COUNT
};

const char *dp_event_str(enum dp_event_kind kind);

struct dp_event {
	enum dp_event_kind kind;
	uint32_t id;         /* SA, tunnel or port, by kind; UNKNOWN_SPI: VRF */
	uint32_t spi;        /* UNKNOWN_SPI */
	uint8_t placement;   /* PLACEMENT */
	uint8_t reason;      /* PLACEMENT, DEVICE */
	bool up;             /* LINK, DEVICE, NETDEV */
	bool hard;           /* LIFETIME */
	uint8_t err;         /* NETDEV that isn't up: enum err, why; BUSY: its name is taken, FULL: there are as many as may be */
	uint32_t mtu;        /* PMTU, bytes */
	uint32_t idle_in_ms; /* ACTIVITY: since the last packet; UINT32_MAX never */
	uint32_t idle_out_ms;
	struct addr_port remote; /* PEER_MOVED, UNKNOWN_SPI */
	struct addr local;       /* UNKNOWN_SPI */
};

/* ---- counters ---- */

/* Counters never go back while their object lives, wherever its packets pass (host and device merged). */
struct dp_sa_stats {
	uint32_t id;
	uint8_t placement;
	uint8_t reason;
	uint64_t packets;
	uint64_t bytes;    /* of inner IP */
	uint64_t next_seq; /* outbound: next number; inbound: top of the window */
	uint64_t replay_drops;
	uint64_t auth_drops;
	uint64_t other_drops;
};

/* What an interface's features dropped. */
struct dp_feature_stats {
	uint64_t acl_drops[2]; /* by enum dp_direction */
	uint64_t urpf_drops;
};

/* What a class of an interface's policy did, since the interface has it. */
struct dp_traffic_stats {
	uint32_t id;       /* of the interface, a port or a tunnel */
	bool port;         /* which of the two */
	uint8_t direction; /* enum dp_direction */
	uint16_t index;    /* of the class in its policy */
	char name[DP_NAME_MAX];
	uint64_t packets, bytes; /* all that is in the class */
	uint64_t exceeded, exceeded_bytes;
	uint64_t violated, violated_bytes;
	uint64_t policed;    /* of all these, dropped by its policing */
	uint64_t marked;     /* by 'set' or by policing */
	uint64_t delayed;    /* waited for their turn */
	uint64_t lost;       /* would have waited too long */
	uint32_t waiting_ms; /* how long one that came now would wait */
};

struct dp_tunnel_stats {
	uint32_t id;
	uint32_t mtu;
	uint64_t in_packets, in_bytes;
	uint64_t out_packets, out_bytes;
	uint64_t in_drops, out_drops;
	uint32_t idle_in_ms, idle_out_ms;
	struct dp_feature_stats feature;
};

struct dp_port_stats {
	uint32_t id;
	bool link_up;
	bool device_alive;
	uint32_t sa_used, sa_limit; /* inline SAs; 0 limit: the port has no crypto */
	uint32_t flow_used, flow_limit;
	uint64_t in_packets, in_bytes;
	uint64_t out_packets, out_bytes;
	uint64_t in_drops, out_drops;
	uint32_t epoch;           /* of the device; grows at each reset */
	char driver[DP_NAME_MAX]; /* "net_nave", "af_xdp" … */
	char device[DP_NAME_MAX]; /* what the device says it is, "" none */
	struct dp_feature_stats feature;
};

/* What a line of a filter decided, wherever the filter is named. */
struct dp_line_stats {
	uint32_t id;   /* of the filter */
	uint16_t line; /* from 0; the filter's 'count': what no line fitted */
	uint64_t packets;
};

enum dp_stats_which { DP_STATS_SA, DP_STATS_TUNNEL, DP_STATS_PORT, DP_STATS_COUNTER, DP_STATS_LINE, DP_STATS_TRAFFIC, DP_STATS_COUNT };

/* One named counter of the datapath as a whole; drops by reason begin with "drop.". */
struct dp_counter {
	char name[DP_NAME_MAX];
	uint64_t value;
};

/* ---- faults on demand: tests and demonstrations ---- */

#define DP_FAULT_LIST(X)                                                       \
	X(CLEAR, "clear", "end what can be ended")                             \
	X(HANG, "hang", "do nothing for 'value' ms, 0: for ever")              \
	X(HEARTBEAT, "heartbeat", "stop the life sign, go on with all else")   \
	X(REFUSE, "refuse", "answer the next 'count' commands with a failure") \
	X(SLOW, "slow", "answer the next 'count' commands 'value' ms late")    \
	X(CORRUPT, "corrupt", "answer 'count' commands that nobody gave")      \
	X(DIE, "die", "end as if killed")                                      \
	X(FAIL, "fail", "report a fatal error and stop")

enum dp_fault_kind {
#define DP_FAULT_ENUM(name, word, text) DP_FAULT_##name,
	DP_FAULT_LIST(DP_FAULT_ENUM)
#undef DP_FAULT_ENUM
		DP_FAULT_COUNT
};

const char *dp_fault_str(enum dp_fault_kind kind);

/* What the device of a port shall do wrong, if it lets itself be told (docs/fw-interface.md 14.4). */
struct dp_fault {
	uint32_t port;
	uint8_t kind; /* enum dp_fault_kind */
	uint32_t value;
	uint32_t count;
};

#ifdef __cplusplus
}
#endif
#endif
