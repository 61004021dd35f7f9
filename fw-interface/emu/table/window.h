#ifndef EMU_WINDOW_H
#define EMU_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "fwi/le.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EMU_WINDOW_MAX = 1024, EMU_WINDOW_WORDS = 32, EMU_WINDOW_SEEN = EMU_WINDOW_MAX / 64 };

/* Replay window over 64-bit numbers: a ring of words indexed by number, twice as long as the largest window. */
struct emu_window {
	uint64_t top;  /* highest number seen */
	uint32_t size; /* packets; 0: nothing is refused but 0 */
	uint64_t word[EMU_WINDOW_WORDS];
};

/* From and to the ABI's form: bit n of 'seen' = top - n. */
void emu_window_load(struct emu_window *w, uint64_t top, uint32_t size, const le64 seen[EMU_WINDOW_SEEN]);
void emu_window_save(const struct emu_window *w, le64 seen[EMU_WINDOW_SEEN]);

/* The 64-bit number of a packet that carries 'low': itself, or with 'esn' the one that fits the window (RFC4303-A2.2). */
uint64_t emu_window_infer(const struct emu_window *w, uint32_t low, bool esn);

/* Whether 'number' was not seen and isn't left of the window. */
bool emu_window_fresh(const struct emu_window *w, uint64_t number);

/* Notes a verified 'number', which is fresh. */
void emu_window_mark(struct emu_window *w, uint64_t number);

#ifdef __cplusplus
}
#endif
#endif
