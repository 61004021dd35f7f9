#ifndef DP_CODEC_H
#define DP_CODEC_H

#include "base/rd.h"
#include "base/wr.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Contract 1 on the wire: one message is one datagram of a unix SOCK_SEQPACKET, all numbers in network order
 * (docs/dataplane.md, "Messages").  Bytes in, structures out: no socket here (dp/link.h has that).
 *
 * The first message each way is HELLO.  Then control asks and the datapath answers each request with one reply that
 * echoes its tag, in any order; EVENTS come unasked.  The datapath applies transactions in the order they were sent.
 *
 * A minor version adds kinds at the end: a reader skips a kind it doesn't know (ERR_UNSUPPORTED).  Anything else that
 * changes raises the major.
 */
#define DP_MSG_LIST(X)                                                              \
	X(HELLO, "hello", hello)                                                    \
	X(TXN, "txn", txn) /* request; answered by DONE */                          \
	X(DONE, "done", done)                                                       \
	X(DUMP, "dump", dump) /* request; answered by ITEMS */                      \
	X(ITEMS, "items", items)                                                    \
	X(STATS, "stats", stats) /* request; answered by SAMPLES */                 \
	X(SAMPLES, "samples", samples)                                              \
	X(SPI_RESERVE, "spi-reserve", reserve) /* request; answered by SPI_LEASE */ \
	X(SPI_LEASE, "spi-lease", lease)                                            \
	X(SPI_RELEASE, "spi-release", release) /* no answer */                      \
	X(EVENTS, "events", events)                                                 \
	X(FAULT, "fault", fault) /* request; answered by FAULTED */                 \
	X(FAULTED, "faulted", faulted)

enum dp_msg_kind {
	DP_MSG_NONE,
#define DP_MSG_ENUM(name, word, member) DP_MSG_##name,
	DP_MSG_LIST(DP_MSG_ENUM)
#undef DP_MSG_ENUM
		DP_MSG_COUNT
};

enum dp_peer_role { DP_PEER_CONTROL, DP_PEER_DATAPATH, DP_PEER_COUNT };

/*
 * Who speaks.  Control sends the first; it hands back the state memory it keeps for the datapath ('store' names it,
 * the descriptor comes with the message).  A datapath without a store of its own adopts that one, else makes a new one;
 * its answer always carries its store, which control keeps until the next HELLO (sa-state.md 5).
 * The version is readable whatever the major: a reader checks it and closes when the majors differ.
 */
struct dp_hello {
	uint16_t major;
	uint16_t minor;
	uint8_t role;      /* enum dp_peer_role */
	uint64_t instance; /* random, once in a process's life */
	uint64_t store;    /* the memory whose descriptor comes along; 0: none comes */
};

/* Arrays below are borrowed: from the caller when writing, from struct dp_room after reading. */
struct dp_txn {
	uint16_t count; /* 1..DP_OPS_MAX */
	struct dp_op *op;
};

struct dp_done {
	uint16_t count; /* as the transaction's */
	struct dp_result *result;
};

/* A dump and counters come in pages: 'cursor' 0 begins, then what the last page gave as 'next', until that is 0. */
struct dp_dump {
	uint64_t cursor; /* opaque to the asker */
};

/* An object as it is in the datapath: a put without keys; for an SA also where it is placed and its state's name. */
struct dp_item {
	struct dp_op op;
	struct dp_result result;
};

struct dp_items {
	uint64_t next;  /* 0: this was the last page */
	uint16_t count; /* 0..DP_PAGE_MAX */
	struct dp_item *item;
};

struct dp_stats {
	uint8_t which; /* enum dp_stats_which */
	uint32_t id;   /* one object alone; 0: all */
	uint64_t cursor;
};

struct dp_samples {
	uint8_t which;
	uint64_t next;
	uint16_t count; /* 0..DP_PAGE_MAX */
	union {         /* by 'which' */
		struct dp_sa_stats *sa;
		struct dp_tunnel_stats *tunnel;
		struct dp_port_stats *port;
		struct dp_counter *counter;
		struct dp_line_stats *line;
		struct dp_traffic_stats *traffic;
	} u;
};

struct dp_reserve {
	uint32_t port;  /* where packets will be expected: its device's inline range is taken first; 0: any */
	uint16_t count; /* 1..DP_SPI_BATCH */
};

/* Fewer than asked for, down to none, when 'err' is ERR_FULL. */
struct dp_lease {
	enum err err;
	uint16_t count;
	uint32_t *spi;
};

struct dp_release {
	uint16_t count; /* 1..DP_SPI_BATCH */
	uint32_t *spi;
};

struct dp_events {
	uint16_t count; /* 1..DP_EVENTS_MAX */
	struct dp_event *event;
};

/* ERR_OK: the device took it; ERR_ABSENT, ERR_UNSUPPORTED: no such port, no such device; ERR_DENIED: it takes none. */
struct dp_faulted {
	enum err err;
};

struct dp_msg {
	enum dp_msg_kind kind;
	uint32_t tag; /* the asker's choice, not 0; 0 in HELLO, SPI_RELEASE and EVENTS */
	union {
		struct dp_hello hello;
		struct dp_txn txn;
		struct dp_done done;
		struct dp_dump dump;
		struct dp_items items;
		struct dp_stats stats;
		struct dp_samples samples;
		struct dp_reserve reserve;
		struct dp_lease lease;
		struct dp_release release;
		struct dp_events events;
		struct dp_fault fault;
		struct dp_faulted faulted;
	} u;
};

/* Where the arrays of a message that is read stand: one for each reader, reused message after message. */
struct dp_room {
	union {
		struct dp_op op[DP_OPS_MAX];
		struct dp_result result[DP_OPS_MAX];
		struct dp_item item[DP_PAGE_MAX];
		struct dp_sa_stats sa[DP_PAGE_MAX];
		struct dp_tunnel_stats tunnel[DP_PAGE_MAX];
		struct dp_port_stats port[DP_PAGE_MAX];
		struct dp_counter counter[DP_PAGE_MAX];
		struct dp_line_stats line[DP_PAGE_MAX];
		struct dp_traffic_stats traffic[DP_PAGE_MAX];
		struct dp_event event[DP_EVENTS_MAX];
		uint32_t spi[DP_SPI_BATCH];
	} u;
	uint32_t bodies_used;
	uint8_t bodies[DP_MSG_MAX]; /* what those of 'op' or 'item' borrow (dp_op_body) */
};

const char *dp_msg_str(enum dp_msg_kind kind);

/* Writes 'm'; keys of a TXN included, so the writer's buffer is wiped by its owner.  The error is w's too. */
MUST_USE enum err dp_codec_write(struct wr *w, const struct dp_msg *m);

/*
 * Reads one message out of untrusted bytes.  Every count, enumerator and length is checked, so what comes out is in
 * range, but it isn't checked against other objects, nor by dp_op_check.
 * On success the arrays stand in 'room' and the caller ends with dp_codec_fini; on error there is nothing to free.
 * Keys were copied to secrets: the owner of 'in' wipes it (dp_link_recv does).
 * ERR_UNSUPPORTED: a kind of a later minor; ERR_VERSION: a HELLO of another major.
 */
MUST_USE enum err dp_codec_read(struct bytes in, struct dp_room *room, struct dp_msg *out);

/* Wipes the secrets that a read message holds.  Safe on all-zero and on one whose keys were taken. */
void dp_codec_fini(struct dp_msg *m);

#ifdef __cplusplus
}
#endif
#endif
