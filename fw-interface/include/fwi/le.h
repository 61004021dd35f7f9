#ifndef FWI_LE_H
#define FWI_LE_H

#include <assert.h>
#include <stdint.h>

/*
 * Little-endian integers as types of their own: a plain integer can't be stored in one by accident.
 * le*_of makes one from a host integer, le*_get reads it.  Alignment is the integer's own.
 */
typedef struct le16 {
	uint16_t v;
} le16;

typedef struct le32 {
	uint32_t v;
} le32;

typedef struct le64 {
	uint64_t v;
} le64;

static_assert(sizeof(le16) == 2 && sizeof(le32) == 4 && sizeof(le64) == 8, "fw ABI: integers");

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define FWI_SWAP16(x) __builtin_bswap16(x)
#define FWI_SWAP32(x) __builtin_bswap32(x)
#define FWI_SWAP64(x) __builtin_bswap64(x)
#else
#define FWI_SWAP16(x) (x)
#define FWI_SWAP32(x) (x)
#define FWI_SWAP64(x) (x)
#endif

static inline le16 le16_of(uint16_t x)
{
	le16 r;

	r.v = FWI_SWAP16(x);
	return r;
}

static inline le32 le32_of(uint32_t x)
{
	le32 r;

	r.v = FWI_SWAP32(x);
	return r;
}

static inline le64 le64_of(uint64_t x)
{
	le64 r;

	r.v = FWI_SWAP64(x);
	return r;
}

static inline uint16_t le16_get(le16 x)
{
	return FWI_SWAP16(x.v);
}

static inline uint32_t le32_get(le32 x)
{
	return FWI_SWAP32(x.v);
}

static inline uint64_t le64_get(le64 x)
{
	return FWI_SWAP64(x.v);
}

#endif
