#ifndef CRYPTO_ALG_H
#define CRYPTO_ALG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What an algorithm is for; the numbers are IKEv2's transform types (RFC7296-3.3.2). */
enum crypto_kind { CRYPTO_ENCR = 1, CRYPTO_PRF = 2, CRYPTO_INTEG = 3, CRYPTO_GROUP = 4, CRYPTO_ESN = 5 };

/* How a group's exchange is computed: Diffie-Hellman modulo a prime, on a NIST curve, on Curve25519 or 448; key encapsulation. */
enum crypto_form { CRYPTO_MODP, CRYPTO_ECP, CRYPTO_XDH, CRYPTO_KEM };

/*
 * One row of the table of algorithms: the IANA number, OpenSSL's name, the sizes and our names, each written once.
 * Rows are static and const: a pointer to one is an algorithm's identity.  Lengths are bytes unless the name says bits.
 */
struct crypto_alg {
	uint8_t kind;        /* enum crypto_kind */
	uint8_t form;        /* GROUP: enum crypto_form */
	bool aead;           /* ENCR: combined mode, negotiated without INTEG (RFC5282) */
	bool weak;           /* works, but an operator is warned of it */
	uint16_t id;         /* IANA transform id, crypto/iana.h */
	uint16_t key_bits;   /* Key Length attribute as negotiated; 0: must not be sent */
	uint16_t key_len;    /* ENCR, INTEG, PRF: keying material, an AEAD's salt included */
	uint16_t salt_len;   /* AEAD: the last bytes of the keying material, implicit part of the nonce */
	uint16_t iv_len;     /* ENCR: explicit IV in front of the ciphertext */
	uint16_t icv_len;    /* AEAD, INTEG: bytes of ICV on the wire */
	uint16_t block_len;  /* ENCR: the ciphertext's length is a multiple of it */
	uint16_t out_len;    /* PRF: output; GROUP: shared secret */
	uint16_t pub_len;    /* GROUP: the initiator's public value on the wire, */
	uint16_t reply_len;  /* and the responder's: of the same kind and length but for a KEM */
	const char *keyword; /* of the configuration language ("aes-cbc-256", "sha384", "19"); NULL: can't be configured */
	const char *name;    /* as shown ("AES-CBC-256") */
	const char *evp;     /* what OpenSSL fetches; NULL for most MODP groups, ESN and NULL encryption */
};

enum { CRYPTO_ALG_ROWS = 40 }; /* bound on the table's rows */
enum {
	CRYPTO_KEY_MAX = 64,
	CRYPTO_DIGEST_MAX = 64,
	CRYPTO_IV_MAX = 16,
	CRYPTO_ICV_MAX = 32,
	CRYPTO_PUB_MAX = 1568 /* ML-KEM-1024 */
};

/* The row of transform 'id' of 'kind' with Key Length 'key_bits' (0: none given); NULL when Nave has none. */
const struct crypto_alg *crypto_alg_find(enum crypto_kind kind, unsigned id, unsigned key_bits);

/* The row that the configuration calls 'keyword'; the same word may name a PRF and an integrity algorithm. */
const struct crypto_alg *crypto_alg_named(enum crypto_kind kind, const char *keyword);

/* Row 'index' of the table, NULL past its end; and back. */
const struct crypto_alg *crypto_alg_at(unsigned index);
unsigned crypto_alg_index(const struct crypto_alg *alg);

#ifdef __cplusplus
}
#endif
#endif
