#ifndef BASE_LIMIT_H
#define BASE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Token bucket: 'burst' at once, 'rate_per_s' in the long run. */
struct limit {
	uint32_t rate_per_s;
	uint32_t burst;
	uint64_t milli_tokens;
	uint64_t last_ms;
	uint64_t refused; /* how often limit_take said no */
};

void limit_init(struct limit *l, uint32_t rate_per_s, uint32_t burst, uint64_t now_ms);

/* Whether one more is allowed now; takes the token if so, else counts the refusal. */
bool limit_take(struct limit *l, uint64_t now_ms);

#ifdef __cplusplus
}
#endif
#endif
