#ifndef FWI_CMD_H
#define FWI_CMD_H

#include "fwi/abi.h"

/*
 * Admin commands: X(name, opcode).  The high byte is the object.  Section 5.  Structures of one command stand in
 * the object's header: cmd.h has device, port and queue, sa.h, flow.h, guard.h, stats.h and fault.h the others.
 */
#define FWI_OP_LIST(X)          \
	X(NOP, 0x0001)          \
	X(IDENTIFY, 0x0002)     \
	X(CAPS, 0x0003)         \
	X(RESET, 0x0004)        \
	X(PORT_START, 0x0101)   \
	X(PORT_STOP, 0x0102)    \
	X(PORT_MAC, 0x0103)     \
	X(PORT_MTU, 0x0104)     \
	X(PORT_PROMISC, 0x0105) \
	X(QUEUE_SETUP, 0x0201)  \
	X(QUEUE_START, 0x0202)  \
	X(QUEUE_STOP, 0x0203)   \
	X(SA_ADD, 0x0301)       \
	X(SA_DEL, 0x0302)       \
	X(SA_STATE, 0x0303)     \
	X(SA_DUMP, 0x0304)      \
	X(FLOW_ADD, 0x0401)     \
	X(FLOW_DEL, 0x0402)     \
	X(FLOW_STATS, 0x0403)   \
	X(FLOW_DUMP, 0x0404)    \
	X(GUARD_SET, 0x0501)    \
	X(STATS_PAGE, 0x0601)   \
	X(FAULT, 0x0f01)

enum fwi_op {
#define FWI_OP_ENUM(name, opcode) FWI_OP_##name = (opcode),
	FWI_OP_LIST(FWI_OP_ENUM)
#undef FWI_OP_ENUM
};

/* Any command.  The 56 bytes after the header are the command's own: the structures below overlay all 64. */
struct fwi_cmd {
	le16 opcode;
	le16 tag;   /* the driver's, echoed; unique among the commands in flight */
	le32 epoch; /* the one the driver was made READY with */
	uint8_t body[56];
};
static_assert(sizeof(struct fwi_cmd) == 64, "fw ABI: command slot");
static_assert(offsetof(struct fwi_cmd, body) == 8, "fw ABI: command slot");

/* Any completion. */
struct fwi_comp {
	le32 position; /* of this completion + 1, free-running: what tells a new one from an old one; written last */
	le16 tag;
	le16 status; /* enum fwi_status */
	uint8_t rsvd[8];
	uint8_t result[48]; /* by opcode; zero with any status but FWI_ST_OK */
};
static_assert(sizeof(struct fwi_comp) == 64, "fw ABI: completion slot");
static_assert(offsetof(struct fwi_comp, result) == 16, "fw ABI: completion slot");

/* NOP, RESET, PORT_STOP: nothing but the header. */

/* IDENTIFY, CAPS: writes struct fwi_identity or struct fwi_caps to 'out', whose length is the structure's. */
struct fwi_cmd_out {
	le16 opcode;
	le16 tag;
	le32 epoch;
	struct fwi_addr out;
	uint8_t rsvd[40];
};
static_assert(sizeof(struct fwi_cmd_out) == 64, "fw ABI: identify, caps");

enum {
	FWI_PORT_GUARDED = 1, /* refuse to start (FWI_ST_STATE) while the guard is off */
};

/* PORT_START (flags), PORT_MTU (value, bytes of IP), PORT_PROMISC (value 0 or 1), PORT_MAC (mac). */
struct fwi_cmd_port {
	le16 opcode;
	le16 tag;
	le32 epoch;
	le32 flags;
	le32 value;
	uint8_t mac[6];
	uint8_t rsvd[42];
};
static_assert(sizeof(struct fwi_cmd_port) == 64, "fw ABI: port");
static_assert(offsetof(struct fwi_cmd_port, mac) == 16, "fw ABI: port");

enum fwi_queue_kind { FWI_QUEUE_TX = 1, FWI_QUEUE_RX = 2 };

/*
 * QUEUE_SETUP (all fields), QUEUE_START and QUEUE_STOP (queue, kind).  Positions start at 0 with each START.
 * STOP completes when the device touches the queue no more; its result is struct fwi_res_queue.
 */
struct fwi_cmd_queue {
	le16 opcode;
	le16 tag;
	le32 epoch;
	le16 queue;   /* below fwi_caps.queue_pairs */
	uint8_t kind; /* enum fwi_queue_kind */
	uint8_t log2_slots;
	uint8_t rsvd0[4];
	struct fwi_addr ring; /* tx: struct fwi_tx_desc each; rx: struct fwi_rx_desc each */
	struct fwi_addr back; /* tx: one struct fwi_tx_head; rx: struct fwi_rx_comp each */
	uint8_t rsvd1[16];
};
static_assert(sizeof(struct fwi_cmd_queue) == 64, "fw ABI: queue");
static_assert(offsetof(struct fwi_cmd_queue, ring) == 16 && offsetof(struct fwi_cmd_queue, back) == 32, "fw ABI: queue");

struct fwi_res_queue {
	le32 position; /* tx: next descriptor; rx: next completion that the device would have used */
	uint8_t rsvd[44];
};
static_assert(sizeof(struct fwi_res_queue) == 48, "fw ABI: queue result");

#endif
