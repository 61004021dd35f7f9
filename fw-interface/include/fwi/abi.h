#ifndef FWI_ABI_H
#define FWI_ABI_H

#include <stddef.h>

#include "fwi/le.h"

/*
 * The firmware interface of a Nave SmartNIC: docs/fw-interface.md is its text, these headers are its layout.
 * Everything is little-endian, naturally aligned and sized by assertion.  Reserved fields are written zero and
 * ignored when read, so that a later minor version may use them.
 */
#define FWI_MAGIC UINT32_C(0x4556414e) /* "NAVE" in memory */

enum {
	FWI_ABI_MAJOR = 1, /* both sides have the same, or they don't talk */
	FWI_ABI_MINOR = 0, /* only adds: the lower of the two is spoken */
};

enum {
	FWI_QUEUES_MAX = 8,                   /* queue pairs */
	FWI_REGIONS_MAX = 16,                 /* memory regions of one driver */
	FWI_VECTORS_MAX = 1 + FWI_QUEUES_MAX, /* 0: admin and events; 1 + q: rx of queue pair q */
	FWI_RING_LOG2_MIN = 3,                /* slots of any ring, as a power of two */
	FWI_RING_LOG2_MAX = 15,
	FWI_ALIGN = 64,               /* of rings, images, pages and tables in a region */
	FWI_TX_SEGS_MAX = 8,          /* descriptors of one packet */
	FWI_FRAME_MAX = 9728,         /* bytes from Ethernet header to payload, on the wire and in a ring */
	FWI_HEARTBEAT_MS = 100,       /* the device beats at least as often … */
	FWI_HEARTBEAT_LOST_MS = 1000, /* … and counts as hung when nothing moved for so long */
	FWI_STATS_MS = 10,            /* how often statistics pages are written back */
};

/*
 * Where the device finds driver memory: 'length' bytes at 'offset' of region 'region'.  The device checks
 * 'offset' + 'length' against the region's size at every use and reaches nothing else.  Section 4.
 */
struct fwi_addr {
	le16 region; /* 0: none */
	uint8_t rsvd[2];
	le32 length;
	le64 offset;
};
static_assert(sizeof(struct fwi_addr) == 16, "fw ABI: address");
static_assert(offsetof(struct fwi_addr, length) == 4 && offsetof(struct fwi_addr, offset) == 8, "fw ABI: address");

#endif
