#ifndef FWI_REGS_H
#define FWI_REGS_H

#include "fwi/abi.h"

/*
 * The register file ("BAR"): two pages.  The device alone writes the first, the driver alone the second; neither
 * ever reads back what it wrote, so the other side can't change it.  Section 3.
 */
enum fwi_state {
	FWI_STATE_OFF = 0,       /* registers are valid; no DMA; waits for FWI_CONTROL_ON */
	FWI_STATE_READY = 1,     /* admin queue runs under the epoch in 'epoch' */
	FWI_STATE_BAD_RINGS = 2, /* an admin ring's registers are unusable; write FWI_CONTROL_OFF, correct, try again */
	FWI_STATE_FAILED = 3,    /* gave up ('fatal' says why); only a new attachment helps */
};

enum fwi_control {
	FWI_CONTROL_OFF = 0, /* stop all DMA, forget every ring; SAs, flows and guard stay */
	FWI_CONTROL_ON = 1,  /* take over the admin rings; a new epoch begins */
};

struct fwi_regs_device {
	le32 magic; /* FWI_MAGIC */
	le16 abi_major;
	le16 abi_minor;
	le32 state;       /* enum fwi_state */
	le32 epoch;       /* counts FWI_CONTROL_ON since power-up; 0 before the first */
	le64 heartbeat;   /* moves at least every FWI_HEARTBEAT_MS while the device lives */
	le64 boot_id;     /* random at power-up: another value = the device lost every SA */
	le32 asleep;      /* 1: a doorbell must be followed by the wake-up of section 3.3 */
	le32 fatal;       /* with FWI_STATE_FAILED: a device's own number, for its maker */
	le32 queue_pairs; /* doorbells that exist */
	le32 vectors;     /* interrupts that exist */
	uint8_t rsvd[4096 - 48];
};
static_assert(sizeof(struct fwi_regs_device) == 4096, "fw ABI: device registers");
static_assert(
	offsetof(struct fwi_regs_device, heartbeat) == 16 && offsetof(struct fwi_regs_device, asleep) == 32, "fw ABI: device registers");

/* An admin ring's place, latched by FWI_CONTROL_ON. */
struct fwi_ring_reg {
	le16 region;
	uint8_t log2_slots;
	uint8_t rsvd[5];
	le64 offset;
};
static_assert(sizeof(struct fwi_ring_reg) == 16, "fw ABI: ring register");

/* A queue pair's doorbells, a cache line of their own.  All are free-running positions. */
struct fwi_doorbell {
	le32 tx_prod; /* descriptors below are the device's */
	le32 rx_prod; /* buffers below are the device's */
	le32 rx_arm;  /* raise vector 1 + q once a completion at or above exists */
	uint8_t rsvd[52];
};
static_assert(sizeof(struct fwi_doorbell) == 64, "fw ABI: doorbells");

struct fwi_regs_driver {
	le32 control; /* enum fwi_control */
	uint8_t rsvd0[12];
	struct fwi_ring_reg asq; /* admin submissions, struct fwi_cmd */
	struct fwi_ring_reg acq; /* admin completions, struct fwi_comp; as many slots as asq */
	struct fwi_ring_reg evq; /* events, struct fwi_event */
	le32 asq_prod;           /* doorbell: commands below are the device's */
	le32 acq_arm;            /* raise vector 0 once a completion at or above exists */
	le32 evq_cons;           /* doorbell: events below were read */
	le32 evq_arm;            /* raise vector 0 once an event at or above exists */
	uint8_t rsvd1[256 - 80];
	struct fwi_doorbell queue[FWI_QUEUES_MAX];
	uint8_t rsvd2[4096 - 256 - 64 * FWI_QUEUES_MAX];
};
static_assert(sizeof(struct fwi_regs_driver) == 4096, "fw ABI: driver registers");
static_assert(offsetof(struct fwi_regs_driver, asq) == 16 && offsetof(struct fwi_regs_driver, asq_prod) == 64 &&
		      offsetof(struct fwi_regs_driver, queue) == 256,
	"fw ABI: driver registers");

struct fwi_bar {
	struct fwi_regs_device device;
	struct fwi_regs_driver driver;
};
static_assert(sizeof(struct fwi_bar) == 8192, "fw ABI: BAR");

#endif
