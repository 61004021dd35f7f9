#include "base/wr.h"

#include <endian.h>
#include <string.h>

struct wr wr_of(void *buf, size_t cap)
{
	return (struct wr){ .buf = (uint8_t *)buf, .cap = cap, .len = 0, .err = ERR_OK };
}

/* Room for 'len' bytes, as they are; NULL when they don't fit. */
static inline uint8_t *grow(struct wr *w, size_t len)
{
	uint8_t *at = w->buf + w->len;

	if (w->err != ERR_OK)
		return NULL;
	if (w->cap - w->len < len) {
		w->err = ERR_FULL;
		return NULL;
	}
	w->len += len;
	return at;
}

/* Every field of every message passes here: with a 'len' that is known it becomes a store. */
static inline void put(struct wr *w, const void *from, size_t len)
{
	uint8_t *at = grow(w, len);

	if (at != NULL)
		memcpy(at, from, len);
}

uint8_t *wr_reserve(struct wr *w, size_t len)
{
	uint8_t *at = grow(w, len);

	if (at != NULL && len != 0)
		memset(at, 0, len);
	return at;
}

void wr_u8(struct wr *w, uint8_t v)
{
	put(w, &v, sizeof(v));
}

void wr_u16(struct wr *w, uint16_t v)
{
	v = htobe16(v);
	put(w, &v, sizeof(v));
}

void wr_u32(struct wr *w, uint32_t v)
{
	v = htobe32(v);
	put(w, &v, sizeof(v));
}

void wr_u64(struct wr *w, uint64_t v)
{
	v = htobe64(v);
	put(w, &v, sizeof(v));
}

void wr_bytes(struct wr *w, struct bytes b)
{
	if (b.len != 0)
		put(w, b.data, b.len);
}

void wr_zero(struct wr *w, size_t len)
{
	(void)wr_reserve(w, len);
}

size_t wr_mark_u16(struct wr *w)
{
	size_t mark = w->len;

	wr_zero(w, 2);
	return mark;
}

static void patch(struct wr *w, size_t offset, const void *from, size_t len)
{
	if (w->err != ERR_OK)
		return;
	if (offset > w->len || w->len - offset < len)
		w->err = ERR_RANGE;
	else
		memcpy(w->buf + offset, from, len);
}

void wr_close_u16(struct wr *w, size_t mark, size_t extra)
{
	size_t len = w->len - mark - 2 + extra;

	if (w->err == ERR_OK && len > UINT16_MAX)
		w->err = ERR_RANGE;
	wr_patch_u16(w, mark, (uint16_t)len);
}

void wr_patch_u8(struct wr *w, size_t offset, uint8_t v)
{
	patch(w, offset, &v, sizeof(v));
}

void wr_patch_u16(struct wr *w, size_t offset, uint16_t v)
{
	v = htobe16(v);
	patch(w, offset, &v, sizeof(v));
}

void wr_patch_u32(struct wr *w, size_t offset, uint32_t v)
{
	v = htobe32(v);
	patch(w, offset, &v, sizeof(v));
}

void wr_fail(struct wr *w, enum err err)
{
	if (w->err == ERR_OK)
		w->err = err;
}

struct bytes wr_view(const struct wr *w)
{
	return bytes_of(w->buf, w->len);
}

enum err wr_done(const struct wr *w)
{
	return w->err;
}
