#ifndef DB_KEY_H
#define DB_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * An IP address as the datapath compares it: two words in host order, left-aligned, so that IPv4 fills the upper
 * half of 'hi' and one comparison serves both families.
 */
struct db_key {
	uint64_t hi;
	uint64_t lo;
};

static inline struct db_key db_key_v4(const uint8_t b[4])
{
	struct db_key k;

	k.hi = (uint64_t)((uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]) << 32;
	k.lo = 0;
	return k;
}

static inline uint64_t db_key_word(const uint8_t b[8])
{
	uint64_t w;

	__builtin_memcpy(&w, b, sizeof(w));
	return __builtin_bswap64(w);
}

static inline struct db_key db_key_v6(const uint8_t b[16])
{
	struct db_key k;

	k.hi = db_key_word(b);
	k.lo = db_key_word(b + 8);
	return k;
}

static inline struct db_key db_key_of(const struct addr *a)
{
	return a->family == AF_INET6 ? db_key_v6(a->b) : db_key_v4(a->b);
}

static inline struct addr db_key_addr(struct db_key k, uint8_t family)
{
	uint64_t word[2] = { __builtin_bswap64(k.hi), __builtin_bswap64(k.lo) };

	return addr_of(bytes_of(word, family == AF_INET6 ? 16 : 4));
}

static inline bool db_key_eq(struct db_key a, struct db_key b)
{
	return ((a.hi ^ b.hi) | (a.lo ^ b.lo)) == 0;
}

/* a <= b. */
static inline bool db_key_le(struct db_key a, struct db_key b)
{
	return a.hi < b.hi || (a.hi == b.hi && a.lo <= b.lo);
}

/* The mask whose first 'len' (0..128) bits are set. */
static inline struct db_key db_key_mask(unsigned len)
{
	struct db_key k;

	k.hi = len == 0 ? 0 : len >= 64 ? UINT64_MAX : UINT64_MAX << (64 - len);
	k.lo = len <= 64 ? 0 : len >= 128 ? UINT64_MAX : UINT64_MAX << (128 - len);
	return k;
}

static inline struct db_key db_key_and(struct db_key a, struct db_key b)
{
	a.hi &= b.hi;
	a.lo &= b.lo;
	return a;
}

#ifdef __cplusplus
}
#endif
#endif
