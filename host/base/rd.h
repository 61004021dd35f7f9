#ifndef BASE_RD_H
#define BASE_RD_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Read cursor over bytes in network order.  A read past the end gives zeroes and sets the sticky error;
 * a parser reads straight through and asks rd_done once.
 */
struct rd {
	const uint8_t *at;
	const uint8_t *end;
	enum err err;
};

struct rd rd_of(struct bytes b);

uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);

/* The next 'len' bytes as a view; empty when there are fewer. */
struct bytes rd_bytes(struct rd *r, size_t len);

/* All that is left, as a view. */
struct bytes rd_rest(struct rd *r);

/* A cursor over the next 'len' bytes, which 'r' skips.  Inherits the error, so that a chain is checked once. */
struct rd rd_sub(struct rd *r, size_t len);

/* Copies the next 'len' bytes to 'out'; zeroes when there are fewer. */
void rd_copy(struct rd *r, void *out, size_t len);

/* Bytes left; 0 after an error. */
size_t rd_left(const struct rd *r);

/* Notes 'err' unless an earlier error stands. */
void rd_fail(struct rd *r, enum err err);

/* ERR_OK when all was read and nothing is left; ERR_TRAILING when something is; else the first error. */
MUST_USE enum err rd_done(const struct rd *r);

#ifdef __cplusplus
}
#endif
#endif
