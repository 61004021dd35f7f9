#include "base/wr.h"

#include <string.h>

struct wr wr_of(void *buf, size_t cap)
{
	return (struct wr){ .buf = (uint8_t *)buf, .cap = cap, .len = 0, .err = ERR_OK };
}

uint8_t *wr_reserve(struct wr *w, size_t len)
{
	uint8_t *at = w->buf + w->len;

	if (w->err != ERR_OK)
		return NULL;
	if (w->cap - w->len < len) {
		w->err = ERR_FULL;
		return NULL;
	}
	if (len != 0)
		memset(at, 0, len);
	w->len += len;
	return at;
}

static void store_be(uint8_t *p, uint64_t v, size_t len)
{
	for (size_t i = len; i > 0; i--) {
		p[i - 1] = (uint8_t)v;
		v >>= 8;
	}
}

static void write_be(struct wr *w, uint64_t v, size_t len)
{
	uint8_t *p = wr_reserve(w, len);

	if (p != NULL)
		store_be(p, v, len);
}

void wr_u8(struct wr *w, uint8_t v)
{
	write_be(w, v, 1);
}

void wr_u16(struct wr *w, uint16_t v)
{
	write_be(w, v, 2);
}

void wr_u32(struct wr *w, uint32_t v)
{
	write_be(w, v, 4);
}

void wr_u64(struct wr *w, uint64_t v)
{
	write_be(w, v, 8);
}

void wr_bytes(struct wr *w, struct bytes b)
{
	uint8_t *p = wr_reserve(w, b.len);

	if (p != NULL && b.len != 0)
		memcpy(p, b.data, b.len);
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

void wr_close_u16(struct wr *w, size_t mark, size_t extra)
{
	size_t len = w->len - mark - 2 + extra;

	if (w->err != ERR_OK)
		return;
	if (len > UINT16_MAX)
		w->err = ERR_RANGE;
	else
		store_be(w->buf + mark, len, 2);
}

static void patch(struct wr *w, size_t offset, uint64_t v, size_t len)
{
	if (w->err != ERR_OK)
		return;
	if (offset > w->len || w->len - offset < len)
		w->err = ERR_RANGE;
	else
		store_be(w->buf + offset, v, len);
}

void wr_patch_u8(struct wr *w, size_t offset, uint8_t v)
{
	patch(w, offset, v, 1);
}

void wr_patch_u16(struct wr *w, size_t offset, uint16_t v)
{
	patch(w, offset, v, 2);
}

void wr_patch_u32(struct wr *w, size_t offset, uint32_t v)
{
	patch(w, offset, v, 4);
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
