#ifndef MBOX_REGION_H
#define MBOX_REGION_H

#include "fwi/abi.h"
#include "mbox/bus.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Memory that the device may read and write: a sealed memfd of the driver's own, left out of core dumps.  All-zero
 * is empty and safe to fini.  Nothing but rings, packets, pages and images in transit belongs here.
 */
struct mbox_region {
	uint8_t *base;
	uint64_t size; /* bytes, a multiple of the page size */
	uint16_t id;   /* the device's name for it, 0: not shown to one */
	int fd;        /* the memfd, kept for mbox_region_show */
};

/* Makes 'size' (rounded up to pages) zeroed bytes and shows them to the device; 'name' is for /proc. */
enum fwi_status mbox_region_init(struct mbox_region *r, struct fwi_bus *bus, const char *name, uint64_t size);

/* Shows the same memory to a device again, after the former one is gone. */
enum fwi_status mbox_region_show(struct mbox_region *r, struct fwi_bus *bus);

/* Takes the region from the device (unless 'bus' is NULL or says that it is gone) and unmaps it; who kept secrets there wiped them. */
void mbox_region_fini(struct mbox_region *r, struct fwi_bus *bus);

/* The device's address of 'length' bytes at 'at', which lie in the region. */
struct fwi_addr mbox_region_addr(const struct mbox_region *r, const void *at, uint32_t length);

#ifdef __cplusplus
}
#endif
#endif
