#ifndef SESSION_PAUSE_H
#define SESSION_PAUSE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct session_hub;

/*
 * When what failed is tried again: after between half of '*pause_ms' and all of it, by chance, so that many don't come at once; then
 * '*pause_ms' is doubled, up to 'max_ms'.  'salt' tells those apart that ask at one time.
 */
uint64_t session_pause(const struct session_hub *h, uint64_t salt, uint32_t *pause_ms, uint32_t max_ms);

#ifdef __cplusplus
}
#endif
#endif
