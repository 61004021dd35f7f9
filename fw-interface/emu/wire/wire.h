#ifndef EMU_WIRE_H
#define EMU_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "fwi/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

struct emu_wire;

enum { EMU_WIRE_FRAME = FWI_FRAME_MAX + 256, EMU_WIRE_BURST = 32 };

/* A received frame in memory of the device's own; borrowed until the next call of rx. */
struct emu_wire_frame {
	const uint8_t *data;
	uint32_t len;
};

/* The far side of the port. */
struct emu_wire_ops {
	/* Up to 'cap' frames. */
	unsigned (*rx)(struct emu_wire *w, struct emu_wire_frame *out, unsigned cap);
	/* Forgets what has arrived. */
	void (*drop)(struct emu_wire *w);
	/* EMU_WIRE_FRAME bytes to build a frame in; the same until tx. */
	uint8_t *(*buffer)(struct emu_wire *w);
	/* Queues 'len' bytes of that buffer, in order. */
	void (*tx)(struct emu_wire *w, uint32_t len);
	/* Sends all that is queued; returns how many frames the other side didn't take since the last call. */
	unsigned (*flush)(struct emu_wire *w);
	void (*close)(struct emu_wire *w);
};

/* Implementations embed it. */
struct emu_wire {
	const struct emu_wire_ops *ops;
	int fd;     /* readable when a frame waits; -1: nothing to wait for */
	bool paced; /* has more frames at any time, and gives only as many as the driver has buffers for */
};

struct emu_wire_env {
	const struct log *log;     /* borrowed; NULL is silent */
	uint64_t (*wall_ms)(void); /* for the time stamps of a capture */
};

/*
 * Opens what --wire says: "netdev=IF", "pcap=IN,OUT" (either may be empty), "replay=IN" (again and again), "null".  Why it
 * failed is logged.
 */
MUST_USE enum err emu_wire_open(const char *spec, const struct emu_wire_env *env, struct emu_wire **out);

/* NULL is fine. */
void emu_wire_close(struct emu_wire *w);

#ifdef __cplusplus
}
#endif
#endif
