#ifndef EMU_GUARD_H
#define EMU_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/data/frame.h"
#include "fwi/guard.h"
#include "fwi/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EMU_GUARD_FRAGMENTS = 64, EMU_GUARD_FRAGMENT_MS = 1000 };

/* A datagram whose first fragment passed. */
struct emu_guard_fragment {
	uint8_t src[16];
	uint8_t dst[16];
	uint32_t id;
	uint8_t protocol;
	uint8_t family; /* 0: empty */
	uint64_t until_ms;
};

struct emu_guard {
	bool on;
	struct fwi_guard_rule *rules; /* owned */
	uint32_t count;
	struct emu_guard_fragment fragment[EMU_GUARD_FRAGMENTS];
	unsigned next_fragment;
};

void emu_guard_fini(struct emu_guard *g);

/* Replaces the rules by a copy of 'count' ones and turns the guard on; on failure the old ones stay. */
enum fwi_status emu_guard_set(struct emu_guard *g, const struct fwi_guard_rule *rules, uint32_t count);

/* Whether a plain frame may leave. */
bool emu_guard_allows(struct emu_guard *g, const struct emu_frame *f, uint64_t now_ms);

#ifdef __cplusplus
}
#endif
#endif
