#ifndef LOADER_XSK_H
#define LOADER_XSK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * AF_XDP sockets over memory of the caller's, cut in frames that are named by offset.  A socket serves one rx queue
 * of one device with four rings.  Each socket registers the whole memory by itself, so several may be opened over
 * the same: a frame received on one port then leaves by another without a copy, and each can be closed alone.
 * Who holds a frame: the caller, until he puts it in a fill or tx ring; the kernel, until it comes back from rx or
 * completion; the caller again, for all frames of a socket that is closed.
 *
 * rx and fill belong to one thread, the worker of the queue; tx, complete and kick to one, which may be another.  None
 * blocks, allocates or logs.
 */
struct loader_xsk;

struct loader_xsk_config {
	const char *name; /* device, in the calling thread's network namespace */
	uint32_t queue;
	void *area;          /* page-aligned, mapped as long as the socket is open; the kernel writes it */
	uint64_t area_len;   /* bytes */
	uint32_t frame_size; /* bytes: 2048 or 4096 */
	uint32_t headroom;   /* bytes before a received frame; the kernel adds 256 of its own */
	uint32_t ring_size;  /* frames for which each ring always has room, a power of two */
	bool copy;           /* never zero-copy */
};

/* A frame with data: 'offset' is that of its first byte. */
struct loader_frame {
	uint64_t offset;
	uint32_t len;
};

/* Counters of the kernel's side. */
struct loader_xsk_stats {
	uint64_t rx_dropped;    /* no frame, or frame too small */
	uint64_t rx_ring_full;  /* we were too slow */
	uint64_t rx_fill_empty; /* no frame in the fill ring */
	uint64_t rx_invalid;    /* our fill entries that made no sense */
	uint64_t tx_invalid;    /* our tx entries that made no sense */
	uint64_t tx_ring_empty;
};

/*
 * Binds a socket: zero-copy where the driver has it, else by copy.  It receives nothing until loader_steer_set_socket.
 * ERR_BUSY: the queue has a socket, for half a second at least.  ERR_ABSENT: no such device.  ERR_MALFORMED: no such queue, or sizes that
 * the kernel refuses.
 */
MUST_USE enum err loader_xsk_open(struct loader_xsk **out, const struct loader_xsk_config *config);
void loader_xsk_close(struct loader_xsk *x);

/* For loader_steer_set_socket, and to sleep on (readable: frames have come). */
int loader_xsk_fd(const struct loader_xsk *x);
bool loader_xsk_zero_copy(const struct loader_xsk *x);

/* Takes up to 'max' received frames; returns how many.  When there is none, wakes a driver that waits for frames. */
uint32_t loader_xsk_rx(struct loader_xsk *x, struct loader_frame *out, uint32_t max);

/* Gives free frames to be received into: all of 'count', or as many as have room; returns how many. */
uint32_t loader_xsk_fill(struct loader_xsk *x, const uint64_t *offset, uint32_t count);

/* Queues frames to be sent, as many as have room; returns how many.  They go out at the next loader_xsk_kick. */
uint32_t loader_xsk_tx(struct loader_xsk *x, const struct loader_frame *frame, uint32_t count);

/* Takes back up to 'max' sent frames; returns how many.  'out' has the offsets that were given to loader_xsk_tx. */
uint32_t loader_xsk_complete(struct loader_xsk *x, uint64_t *out, uint32_t max);

/* Makes the kernel send what is queued; once per burst.  No syscall when it needs none.  A device that is down or
 * congested isn't an error: the frames stay queued. */
void loader_xsk_kick(struct loader_xsk *x);

MUST_USE enum err loader_xsk_read_stats(const struct loader_xsk *x, struct loader_xsk_stats *out);

/* How many rx queues the device has now: each needs a socket, or its frames are dropped. */
MUST_USE enum err loader_xsk_queue_count(const char *name, uint32_t *out);

#ifdef __cplusplus
}
#endif
#endif
