#ifndef MBOX_BUS_H
#define MBOX_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "fwi/regs.h"
#include "fwi/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fwi_bus;

/* How one kind of device is reached.  Every function is called on the thread that owns the bus. */
struct fwi_bus_ops {
	/* Whether the device gave its registers and vectors, without waiting: H_PENDING: not yet; OK, from then on; or why not. */
	enum fwi_status (*welcome)(struct fwi_bus *bus);
	/* Shows the sealed memfd 'fd' of 'size' bytes to the device; the bus doesn't keep 'fd'. */
	enum fwi_status (*region_add)(struct fwi_bus *bus, int fd, uint64_t size, uint16_t *region);
	/* Takes it away again; the device has unmapped it on return. */
	enum fwi_status (*region_del)(struct fwi_bus *bus, uint16_t region);
	/* Wakes a device that said it sleeps.  Safe from any thread. */
	void (*kick)(struct fwi_bus *bus);
	/* Waits for vector 0, the device's end or 'timeout_ms', whichever is first. */
	void (*wait)(struct fwi_bus *bus, uint32_t timeout_ms);
	/* Whether the device is still there. */
	bool (*alive)(struct fwi_bus *bus);
	/* Monotonic milliseconds. */
	uint64_t (*now_ms)(struct fwi_bus *bus);
	void (*close)(struct fwi_bus *bus);
};

/* A device as its driver sees it: registers, interrupts, and the functions above.  Implementations embed it. */
struct fwi_bus {
	const struct fwi_bus_ops *ops;
	struct fwi_bar *bar;            /* shared with the device: mbox/shm.h.  NULL until 'welcome' says OK */
	uint32_t vectors;               /* descriptors below */
	int vector_fd[FWI_VECTORS_MAX]; /* eventfd, readable when the vector was raised */
	int device_fd;                  /* readable (end of file) when the device is gone; -1: none */
	bool gone;                      /* it is, or can't be believed: nothing is asked of it any more */
};

/* Moves the doorbell 'reg' (or any driver register) to 'value' and wakes the device if it sleeps.  Safe from any thread. */
static inline void mbox_bus_ring(struct fwi_bus *bus, le32 *reg, uint32_t value)
{
	__atomic_store_n(&reg->v, le32_of(value).v, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&bus->bar->device.asleep.v, __ATOMIC_RELAXED) != 0)
		bus->ops->kick(bus);
}

/* Ends the attachment and frees 'bus'; NULL is fine. */
void mbox_bus_close(struct fwi_bus *bus);

#ifdef __cplusplus
}
#endif
#endif
