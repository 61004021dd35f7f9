#ifndef RTE_PMD_NAVE_H
#define RTE_PMD_NAVE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What DPDK's API can't say of a net_nave port.  Optional: a program that knows nothing of it gets an ethdev with
 * rte_security and rte_flow.  All functions but those marked are called on the thread that configures the port;
 * they return 0 or a negative errno: -ENODEV no net_nave port, or its device is dead.
 */
struct rte_mempool;
struct rte_mbuf;

/* ---- packets ---- */

/*
 * The mbuf dynamic field (uint64_t) with an ESP packet's number, in both directions.  Register it before the port is
 * configured: then the application numbers what it sends (rising for each SA) and receives the number of each packet that
 * the device decrypted.  A port configured without the field lets the device count.
 */
#define RTE_PMD_NAVE_NUMBER_FIELD "nave_esp_number"

/* Registers it (again is fine); its offset in the mbuf, or a negative errno. */
int rte_pmd_nave_number_register(void);

/*
 * A pool of 'count' mbufs whose packet data ('room' bytes each, headroom included) lies in memory shared with this port's
 * device: the port receives into it and sends from it without copying.  Other ports use it as any pool.  One a port; NULL with
 * rte_errno on failure.  It is freed with the port, after its last mbuf.
 */
struct rte_mempool *rte_pmd_nave_pool_create(uint16_t port, const char *name, uint32_t count, uint16_t room);

/* ---- device ---- */

enum rte_pmd_nave_feature {
	RTE_PMD_NAVE_F_HOST_NUMBERS = 1 << 0, /* outbound numbers come from the field above */
	RTE_PMD_NAVE_F_RX_NUMBER = 1 << 1,    /* inbound numbers are told in it */
	RTE_PMD_NAVE_F_SPI_TABLE = 1 << 2,    /* inbound slot = SPI & (sa_in_max - 1) */
	RTE_PMD_NAVE_F_GUARD = 1 << 3,
	RTE_PMD_NAVE_F_ADOPTION = 1 << 4,
	RTE_PMD_NAVE_F_FAULTS = 1 << 5,
};

struct rte_pmd_nave_info {
	char name[32];
	char profile[32];
	char firmware[32];
	uint32_t features; /* enum rte_pmd_nave_feature */
	uint32_t sa_in_max;
	uint32_t sa_out_max;
	uint32_t flow_max;
	uint32_t sa_in_used;
	uint32_t sa_out_used;
	uint32_t flow_used;
	uint32_t window_max; /* packets */
	uint32_t guard_max;  /* rules that rte_pmd_nave_guard_set takes */
	uint32_t keep_s;     /* seconds that SAs outlive their driver */
	uint32_t epoch;      /* attachments of this port, from 1 */
	uint32_t in_flight;  /* commands */
	uint32_t unwiped;    /* keys that the device left in shared memory; wiped by the driver */
	uint64_t boot_id;    /* another one than before: every SA is lost */
	bool alive;
};

int rte_pmd_nave_info_get(uint16_t port, struct rte_pmd_nave_info *out);

/* Whether the device answers.  Any thread. */
bool rte_pmd_nave_alive(uint16_t port);

/* Attachments of this port so far: sessions and rules of another epoch are gone. */
int rte_pmd_nave_epoch(uint16_t port, uint32_t *epoch);

/*
 * A step of attaching to the device that now listens on the port's socket, from which on the port is dead until it returns 0; it
 * doesn't wait for a device that hangs.  The port is stopped and no thread is in one of its bursts.  All sessions and rules of before
 * are gone: their handles aren't used any more, mempool elements of sessions are the caller's to put.  -EAGAIN: call it again,
 * each 100 ms or so: nobody listens yet, or the device hasn't come up, which after 2 s is tried from the beginning.  Then
 * rte_eth_dev_start restores queues, MAC, MTU and guard.
 */
int rte_pmd_nave_reattach(uint16_t port);

/* ---- commands: rte_security and rte_flow post them, here is how they end ---- */

/* Takes completions and events now (the driver does so by itself every 20 ms); commands in flight or a negative errno. */
int rte_pmd_nave_poll(uint16_t port);

/*
 * A fence: passed once every command posted and every packet handed to the port before has taken effect.  A dead or stopped
 * port's fences have passed.
 */
int rte_pmd_nave_fence(uint16_t port, uint32_t *tag);
bool rte_pmd_nave_fence_passed(uint16_t port, uint32_t tag);

/* 0: the session stands; -EAGAIN: under way; else why the device refused it (its text is in the event). */
int rte_pmd_nave_session_status(uint16_t port, const void *session);

/* The same for a rule (a struct rte_flow). */
int rte_pmd_nave_flow_status(uint16_t port, const void *flow);

/* ---- SA state ---- */

struct rte_pmd_nave_state {
	uint64_t number;   /* outbound: last number used; inbound: highest accepted */
	uint32_t window;   /* inbound: packets */
	uint64_t seen[16]; /* inbound: bit n = number - n was seen */
	uint64_t packets;
	uint64_t bytes; /* of inner IP */
	uint64_t auth_failed;
	uint64_t replayed;
	uint64_t malformed;
	uint64_t refused; /* outbound: for their number */
};

/* Number and window are asked of the device (a round trip), counters are at most 10 ms old. */
int rte_pmd_nave_state_get(uint16_t port, const void *session, struct rte_pmd_nave_state *out);

/* The same without the round trip: 'number' from the counters' page, no window. */
int rte_pmd_nave_counters_get(uint16_t port, const void *session, struct rte_pmd_nave_state *out);

/* ---- adoption: a port made with adopt=1 keeps what the device has ---- */

/* An SA that a former driver left, with at most one rule. */
struct rte_pmd_nave_found {
	uint32_t index;
	uint32_t spi;
	uint64_t userdata; /* of the session that made it */
	uint64_t number;   /* as in struct rte_pmd_nave_state */
	bool inbound;
};

/* The first one at or above 'index' of a direction; -ENOENT: no more. */
int rte_pmd_nave_found_next(uint16_t port, bool inbound, uint32_t index, struct rte_pmd_nave_found *out);

/*
 * Makes a session of it, from 'pool' as for rte_security_session_create.  '*flow' is its rule (NULL: none), which now belongs to
 * the caller.
 */
int rte_pmd_nave_adopt(uint16_t port, const struct rte_pmd_nave_found *found, struct rte_mempool *pool, void **session, void **flow);

/* Deletes all that wasn't adopted. */
int rte_pmd_nave_forget(uint16_t port);

/* ---- egress guard: docs/fw-interface.md 8 ---- */

enum rte_pmd_nave_guard_kind { RTE_PMD_NAVE_GUARD_ETHERTYPE = 1, RTE_PMD_NAVE_GUARD_IP = 2, RTE_PMD_NAVE_GUARD_ND = 3 };
enum { RTE_PMD_NAVE_GUARD_RULES = 127, RTE_PMD_NAVE_ICMP_ANY = 0xff };

/* What may leave in clear; a field of 0 matches anything.  Numbers in host order. */
struct rte_pmd_nave_guard_rule {
	uint8_t kind;       /* enum rte_pmd_nave_guard_kind */
	uint8_t family;     /* IP: 4 or 6 */
	uint8_t protocol;   /* IP: never 0 */
	uint8_t icmp_type;  /* protocol 1 and 58: the type or RTE_PMD_NAVE_ICMP_ANY; else 0 */
	uint16_t ethertype; /* ETHERTYPE: never IP or VLAN */
	uint16_t src_port;
	uint16_t dst_port;
	uint8_t src[16]; /* IPv4 in the first 4 bytes */
};

/*
 * Replaces the list; from then on the port drops (and counts) every frame that isn't encrypted and that no rule allows, and doesn't
 * start without it, also after a re-attachment.  Before rte_eth_dev_start.  'count' 0 turns it off: -EBUSY while the port runs.
 */
int rte_pmd_nave_guard_set(uint16_t port, const struct rte_pmd_nave_guard_rule *rules, uint32_t count);

/* ---- events ---- */

enum rte_pmd_nave_event_type {
	RTE_PMD_NAVE_EV_DEAD = 1,         /* 'text' says why; also RTE_ETH_EVENT_INTR_RMV */
	RTE_PMD_NAVE_EV_SA_REFUSED = 2,   /* late failure of a session: 'userdata', 'error', 'text' */
	RTE_PMD_NAVE_EV_FLOW_REFUSED = 3, /* late failure of a rule: 'spi', 'error', 'text' */
	RTE_PMD_NAVE_EV_UNKNOWN_SPI = 4,  /* 'spi', 'addr', 'port' */
	RTE_PMD_NAVE_EV_PEER_MOVED = 5,   /* 'userdata', 'spi', 'number', 'addr', 'port' */
	RTE_PMD_NAVE_EV_TX_REFUSED = 6,   /* a packet wasn't encrypted: 'userdata', 'number', 'reason' */
	RTE_PMD_NAVE_EV_GUARD_DROP = 7,   /* 'value' frames since the last one; 'addr' of the last */
	RTE_PMD_NAVE_EV_QUEUE_ERROR = 8,  /* queue 'value' has stopped */
};

struct rte_pmd_nave_event {
	uint8_t type;      /* enum rte_pmd_nave_event_type */
	uint8_t inbound;   /* direction of the SA */
	uint8_t reason;    /* TX_REFUSED: enum fwi_tx_reason of docs/fw-interface.md */
	uint8_t family;    /* of 'addr': 4, 6, 0 none */
	uint8_t udp_encap; /* UNKNOWN_SPI */
	uint16_t port;     /* the peer's UDP port */
	int error;         /* positive errno */
	uint32_t spi;
	uint32_t value;
	uint32_t lost; /* events that were dropped since the one before */
	uint64_t userdata;
	uint64_t number;
	uint8_t addr[16];
	const char *text; /* static; NULL: none */
};

/* The oldest event; -EAGAIN: none.  A callback for RTE_ETH_EVENT_IPSEC is told when there are new ones.  Any thread. */
int rte_pmd_nave_event_get(uint16_t port, struct rte_pmd_nave_event *out);

/* ---- tests ---- */

/* What 'value' and 'count' are: docs/fw-interface.md 14.4. */
enum rte_pmd_nave_fault_kind {
	RTE_PMD_NAVE_FAULT_CLEAR = 0,
	RTE_PMD_NAVE_FAULT_HANG = 1,
	RTE_PMD_NAVE_FAULT_HEARTBEAT = 2,
	RTE_PMD_NAVE_FAULT_FAIL = 3, /* 'value': a status; RTE_PMD_NAVE_STATUS_INTERNAL will do */
	RTE_PMD_NAVE_FAULT_DELAY = 4,
	RTE_PMD_NAVE_FAULT_CORRUPT = 5,
	RTE_PMD_NAVE_FAULT_CRASH = 6,
	RTE_PMD_NAVE_FAULT_FATAL = 7, /* 'value': not 0 */
};
enum { RTE_PMD_NAVE_STATUS_INTERNAL = 0x31 };

/* A fault on demand (docs/fw-interface.md 14.4): -EPERM unless the device allows them.  Returns when the device took it. */
int rte_pmd_nave_fault(uint16_t port, uint32_t kind, uint32_t value, uint32_t count);

#ifdef __cplusplus
}
#endif
#endif
