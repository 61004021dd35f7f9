#ifndef IKE_VAULT_H
#define IKE_VAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"
#include "base/wr.h"

#ifdef __cplusplus
extern "C" {
#endif

struct crypto;
struct crypto_rand;

/*
 * Tickets by value, RFC5723-6: what outlives an IKE SA (past.h), sealed by AES-256-GCM under a key that only this process has and that is
 * gone with it.
 *
 *	version 1 | generation of the key 4 | serial 4 | sealed text | ICV 16
 *
 * The first nine octets are authenticated along; the serial, never used twice under a key, is the nonce's counting part.  A key seals for a
 * day, or until its serials are used up, and opens for as long again while its successor seals.  A ticket is good for one
 * resumption: of each serial a bit says that it was spent, so this is all that is kept of a ticket here.
 */
enum {
	IKE_VAULT_VERSION = 1,
	IKE_VAULT_HEAD = 9,
	IKE_VAULT_ICV = 16,
	IKE_VAULT_SERIALS = 1 << 20, /* tickets under one key: 128 KiB of bits */
	IKE_VAULT_KEY_S = 86400
};

/* Which ticket; generation 0: none. */
struct ike_vault_stub {
	uint32_t generation, serial;
};

/* What a ticket held. */
struct ike_vault_content {
	struct secret text;
	struct ike_vault_stub stub;
};

struct ike_vault_key {
	struct secret key; /* empty: there is none */
	uint32_t generation;
	uint32_t serials; /* that are used up */
	uint64_t since_ms;
	uint8_t *spent;
};

/* All-zero is empty: its keys are made when they are needed. */
struct ike_vault {
	struct ike_vault_key key[2]; /* the one that seals, and the one before */
};

/* Makes a key where there is none that may seal at 'now_ms'; sealing comes right after. */
MUST_USE enum err ike_vault_refresh(struct ike_vault *v, const struct crypto_rand *rand, uint64_t now_ms);

/* Writes 'text', sealed, as a ticket to 'w'; 'stub' is its name from now on. */
MUST_USE enum err ike_vault_seal(struct ike_vault *v, struct crypto *c, struct bytes text, struct wr *w, struct ike_vault_stub *stub);

/*
 * What is in 'ticket'.  ERR_MALFORMED, ERR_VERSION: no ticket; ERR_ABSENT: its key isn't there (any more); ERR_AUTH: not as it
 * was sealed; ERR_REPLAY: it was spent.
 */
MUST_USE enum err ike_vault_open(
	const struct ike_vault *v, struct crypto *c, uint64_t now_ms, struct bytes ticket, struct ike_vault_content *out);

/* It isn't good any more; false: it wasn't before. */
bool ike_vault_spend(struct ike_vault *v, const struct ike_vault_stub *stub);

void ike_vault_fini(struct ike_vault *v);

#ifdef __cplusplus
}
#endif
#endif
