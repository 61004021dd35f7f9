#ifndef FWI_FLOW_H
#define FWI_FLOW_H

#include "fwi/sa.h"

/*
 * Flow rules: which received ESP belongs to which SA.  Section 7.  The match is exact: local address, whether in
 * UDP, SPI; the peer's address and port never matter.  The driver chooses the slot, as with SAs.
 */
enum fwi_flow_action {
	FWI_FLOW_TO_SA = 1,    /* decrypt with the SA, deliver to 'queue' */
	FWI_FLOW_TO_QUEUE = 2, /* deliver as it came to 'queue' */
};

enum { FWI_QUEUE_ANY = 0xffff }; /* the device spreads by hash over the queues that run */

/* FLOW_ADD (all fields), FLOW_DEL and FLOW_STATS (index). */
struct fwi_cmd_flow {
	le16 opcode;
	le16 tag;
	le32 epoch;
	le32 index;
	uint8_t action;    /* enum fwi_flow_action */
	uint8_t family;    /* of the local address: 4 or 6 */
	uint8_t udp_encap; /* 1: ESP in UDP to 'udp_port', 0: protocol 50 */
	uint8_t rsvd0;
	le32 spi;
	le16 udp_port; /* 0 unless udp_encap */
	le16 queue;    /* or FWI_QUEUE_ANY */
	le32 sa_index; /* FWI_FLOW_TO_SA: an inbound SA that exists */
	le16 sa_generation;
	uint8_t rsvd1[2];
	uint8_t local[16]; /* IPv4 in the first 4 bytes */
	uint8_t rsvd2[16];
};
static_assert(sizeof(struct fwi_cmd_flow) == 64, "fw ABI: flow");
static_assert(offsetof(struct fwi_cmd_flow, spi) == 16 && offsetof(struct fwi_cmd_flow, local) == 32, "fw ABI: flow");

/* Result of FLOW_DEL and FLOW_STATS. */
struct fwi_res_flow {
	le64 packets;
	le64 bytes;                       /* of the frames as received */
	le32 rx_position[FWI_QUEUES_MAX]; /* FLOW_DEL: as in struct fwi_res_sa_del; else 0 */
};
static_assert(sizeof(struct fwi_res_flow) == 48, "fw ABI: flow result");

/* FLOW_DUMP (struct fwi_cmd_dump, struct fwi_res_dump): one rule. */
struct fwi_flow_entry {
	le32 index;
	uint8_t action;
	uint8_t family;
	uint8_t udp_encap;
	uint8_t rsvd0;
	le32 spi;
	le16 udp_port;
	le16 queue;
	le32 sa_index;
	le16 sa_generation;
	uint8_t rsvd1[10];
	uint8_t local[16];
	uint8_t rsvd2[16];
};
static_assert(sizeof(struct fwi_flow_entry) == 64, "fw ABI: flow entry");
static_assert(offsetof(struct fwi_flow_entry, local) == 32, "fw ABI: flow entry");

#endif
