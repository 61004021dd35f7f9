#ifndef FWI_ATTACH_H
#define FWI_ATTACH_H

#include "fwi/abi.h"

/*
 * The attachment protocol of a device that is a process: fixed messages over a SOCK_SEQPACKET unix socket, with
 * descriptors as ancillary data.  Section 2.  A PCIe device has a BAR and an IOMMU instead and none of this.
 */
enum fwi_attach_type {
	FWI_ATTACH_HELLO = 1,        /* driver: version */
	FWI_ATTACH_WELCOME = 2,      /* device: version; descriptors: BAR, doorbell, one interrupt a vector */
	FWI_ATTACH_REFUSED = 3,      /* device: reason; closes */
	FWI_ATTACH_REGION_ADD = 4,   /* driver: 'region_size'; descriptor: the sealed memory */
	FWI_ATTACH_REGION_DEL = 5,   /* driver: 'region' */
	FWI_ATTACH_REGION_REPLY = 6, /* device: answers each of the two in order: 'region', 'result' */
};

enum fwi_attach_result {
	FWI_ATTACH_OK = 0,
	FWI_ATTACH_BAD_VERSION = 1,
	FWI_ATTACH_BUSY = 2,        /* another driver is attached */
	FWI_ATTACH_BAD_MESSAGE = 3, /* type, size or descriptor count */
	FWI_ATTACH_NOT_MEMORY = 4,  /* the descriptor isn't a memfd */
	FWI_ATTACH_NOT_SEALED = 5,  /* F_SEAL_SHRINK, F_SEAL_GROW or F_SEAL_SEAL is missing */
	FWI_ATTACH_BAD_SIZE = 6,    /* zero, above what the device maps, or not the descriptor's size */
	FWI_ATTACH_NO_SLOT = 7,     /* FWI_REGIONS_MAX are in use */
	FWI_ATTACH_ABSENT = 8,      /* no such region */
};

struct fwi_attach_msg {
	le32 magic;
	le16 type;
	le16 result;      /* REFUSED, REGION_REPLY */
	le16 abi_major;   /* HELLO, WELCOME */
	le16 abi_minor;   /* HELLO, WELCOME */
	le16 region;      /* REGION_DEL, REGION_REPLY */
	le16 vectors;     /* WELCOME: interrupt descriptors that come along */
	le64 region_size; /* REGION_ADD: bytes */
	le64 bar_size;    /* WELCOME: bytes of the BAR */
};
static_assert(sizeof(struct fwi_attach_msg) == 32, "fw ABI: attach message");
static_assert(offsetof(struct fwi_attach_msg, region_size) == 16, "fw ABI: attach message");

/* Order of the descriptors in a WELCOME. */
enum { FWI_ATTACH_FD_BAR = 0, FWI_ATTACH_FD_DOORBELL = 1, FWI_ATTACH_FD_VECTOR = 2, FWI_ATTACH_FDS_MAX = 2 + FWI_VECTORS_MAX };

#endif
