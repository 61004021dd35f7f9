#ifndef EMU_CRYPTO_H
#define EMU_CRYPTO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "fwi/caps.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sizes of a suite in bytes. */
struct emu_suite {
	uint8_t key;
	uint8_t salt;
	uint8_t auth;
	uint8_t iv;
	uint8_t icv;
	uint8_t block;
};

/* Sizes of 'suite', or NULL for one that the ABI doesn't have. */
const struct emu_suite *emu_crypto_suite(unsigned suite);

/* The multi-buffer library, with the code paths of this CPU.  One thread. */
struct emu_engine;
struct emu_engine *emu_crypto_engine(void); /* NULL: no memory */
void emu_crypto_engine_free(struct emu_engine *g);

/* One SA's expanded keys, in memory that isn't dumped; wiped when freed. */
struct emu_crypto;

struct emu_crypto_keys {
	const uint8_t *salt;
	const uint8_t *key;
	const uint8_t *auth; /* each as long as the suite says; borrowed for the call */
};
MUST_USE enum err emu_crypto_new(struct emu_engine *g, unsigned suite, const struct emu_crypto_keys *keys, struct emu_crypto **out);
void emu_crypto_free(struct emu_crypto *c);

/*
 * An ESP packet in a private buffer: [SPI, low number][IV][text][ICV], 'text_len' a multiple of the block; behind
 * the ICV 4 more bytes are writable.  'number' is all 64 bits; with 'esn' its high half is authenticated.
 */
struct emu_crypto_packet {
	uint8_t *esp;
	uint32_t text_len;
	uint64_t number;
	bool esn;
};

/* Encrypts the text in place and writes the ICV; header and IV are there.  False: the library failed. */
bool emu_crypto_seal(struct emu_crypto *c, const struct emu_crypto_packet *p);

/* Verifies in constant time and decrypts in place; false: it isn't authentic and the text is undefined. */
bool emu_crypto_open(struct emu_crypto *c, const struct emu_crypto_packet *p);

#ifdef __cplusplus
}
#endif
#endif
