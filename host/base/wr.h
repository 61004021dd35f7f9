#ifndef BASE_WR_H
#define BASE_WR_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Write cursor into a buffer of the caller's, in network order.  A write that doesn't fit sets the sticky
 * error and writes nothing; a builder writes straight through and asks wr_done once.
 */
struct wr {
	uint8_t *buf;
	size_t cap;
	size_t len;
	enum err err;
};

struct wr wr_of(void *buf, size_t cap);

void wr_u8(struct wr *w, uint8_t v);
void wr_u16(struct wr *w, uint16_t v);
void wr_u32(struct wr *w, uint32_t v);
void wr_u64(struct wr *w, uint64_t v);
void wr_bytes(struct wr *w, struct bytes b);
void wr_zero(struct wr *w, size_t len);

/*
 * Reserves 'len' bytes (zeroed) and returns where they begin, for an in-place producer; NULL when they don't fit.
 */
uint8_t *wr_reserve(struct wr *w, size_t len);

/*
 * A length field that is known only later: wr_mark_u16 reserves it and returns its offset; wr_close_u16 stores
 * the bytes written since the field's own end plus 'extra' (what the field counts beyond its content, its own
 * header for instance).  A length above 65535 is ERR_RANGE.
 */
size_t wr_mark_u16(struct wr *w);
void wr_close_u16(struct wr *w, size_t mark, size_t extra);

/* Overwrites bytes written before, at 'offset'. */
void wr_patch_u8(struct wr *w, size_t offset, uint8_t v);
void wr_patch_u16(struct wr *w, size_t offset, uint16_t v);
void wr_patch_u32(struct wr *w, size_t offset, uint32_t v);

void wr_fail(struct wr *w, enum err err);

/* What was written so far, as a view. */
struct bytes wr_view(const struct wr *w);

MUST_USE enum err wr_done(const struct wr *w);

#ifdef __cplusplus
}
#endif
#endif
