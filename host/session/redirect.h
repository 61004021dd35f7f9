#ifndef SESSION_REDIRECT_H
#define SESSION_REDIRECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SESSION_REDIRECT_PERIOD_MS = 300 * 1000 }; /* RFC5685-10: REDIRECT_LOOP_DETECT_PERIOD */

/* Where a static tunnel's next attempt goes instead of its destination, and how often it was sent so. */
struct session_redirect {
	struct addr to;   /* family 0: nowhere else */
	struct addr from; /* the gateway that said so */
	unsigned count;   /* since 'since_ms' */
	uint64_t since_ms;
};

/*
 * Gateway 'from' says that it is to be 'to'.  false: there were 'max' of them in the period (RFC5685-10: a loop, or an attack), or
 * that is no place to go: of another family, the same one, or nobody's address.
 */
bool session_redirect_follow(struct session_redirect *r, const struct addr *from, const struct addr *to, unsigned max, uint64_t now_ms);

#ifdef __cplusplus
}
#endif
#endif
