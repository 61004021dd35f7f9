#include "session/pause.h"

#include <string.h>

#include "session/inner.h"

uint64_t session_pause(const struct session_hub *h, uint64_t salt, uint32_t *pause_ms, uint32_t max_ms)
{
	uint64_t what[2] = { session_now(h), salt }, key[2];
	uint32_t half = *pause_ms / 2, jitter;

	memcpy(key, h->env.map_key, sizeof(key));
	jitter = (uint32_t)(map_siphash(key, bytes_of(what, sizeof(what))) % (half + 1));
	*pause_ms = *pause_ms * 2 < max_ms ? *pause_ms * 2 : max_ms;
	return what[0] + half + jitter;
}
