#ifndef LOADER_COUNT_H
#define LOADER_COUNT_H

#include <stdint.h>

#include "base/err.h"
#include "loader/steer.h"
#include "steer_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Frames by verdict, summed over the CPUs, since the port got its slot.  'ifindex' 0: frames of unconfigured ports. */
MUST_USE enum err loader_count_read(const struct loader_steer *s, uint32_t ifindex, uint64_t out[STEER_V_COUNT]);

/* The verdict as JSON and metrics carry it ("STEER_ESP"), and as an operator reads it; never NULL. */
const char *loader_count_name(enum steer_verdict verdict);
const char *loader_count_text(enum steer_verdict verdict);

enum steer_action loader_count_action(enum steer_verdict verdict);

#ifdef __cplusplus
}
#endif
#endif
