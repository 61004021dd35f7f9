#ifndef CFG_SECRETS_H
#define CFG_SECRETS_H

#include "base/arena.h"
#include "base/secret.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The secrets of one model: the nodes are in its arena, the bytes in secret memory, wiped with the model.  How a
 * secret was written is kept, so that a saved configuration says the same.
 */
struct cfg_secret_node {
	struct cfg_secret_node *next;
	struct secret value;
	bool type7;   /* written as `7 HEX` … */
	uint8_t seed; /* … which begins with this */
};

/* A copy of 'clear' (at most SECRET_MAX bytes) added to '*list'; NULL when out of memory. */
struct cfg_secret_node *cfg_secrets_add(struct cfg_secret_node **list, struct arena *arena, struct bytes clear);

void cfg_secrets_fini(struct cfg_secret_node **list);

/*
 * The `7` form: hex of a two-digit decimal seed and the text under a fixed, public key stream.  It hides from
 * shoulders, not from anybody who has the file.
 */
enum { CFG_SECRETS_SEED_MAX = 52 };

/* 'out' holds text.len / 2 bytes; '*len' gets those used.  ERR_MALFORMED or ERR_RANGE (the seed). */
MUST_USE enum err cfg_secrets_reveal(struct bytes text, uint8_t *out, size_t *len, uint8_t *seed);

/* 'out' holds 2 * clear.len + 3 bytes. */
void cfg_secrets_hide(struct bytes clear, uint8_t seed, char *out);

#ifdef __cplusplus
}
#endif
#endif
