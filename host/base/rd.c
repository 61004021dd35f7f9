#include "base/rd.h"

#include <endian.h>
#include <string.h>

static inline const uint8_t *take(struct rd *r, size_t len)
{
	const uint8_t *at = r->at;

	if (r->err != ERR_OK)
		return NULL;
	if ((size_t)(r->end - r->at) < len) {
		r->err = ERR_TRUNCATED;
		return NULL;
	}
	r->at += len;
	return at;
}

struct rd rd_of(struct bytes b)
{
	return (struct rd){ .at = b.data, .end = b.len == 0 ? b.data : b.data + b.len, .err = ERR_OK };
}

/* Zeroes when there are fewer.  Every field of every message passes here: with a 'len' that is known it becomes a load. */
static inline void copy(struct rd *r, void *out, size_t len)
{
	const uint8_t *p = take(r, len);

	if (p == NULL)
		memset(out, 0, len);
	else
		memcpy(out, p, len);
}

uint8_t rd_u8(struct rd *r)
{
	uint8_t v;

	copy(r, &v, sizeof(v));
	return v;
}

uint16_t rd_u16(struct rd *r)
{
	uint16_t v;

	copy(r, &v, sizeof(v));
	return be16toh(v);
}

uint32_t rd_u32(struct rd *r)
{
	uint32_t v;

	copy(r, &v, sizeof(v));
	return be32toh(v);
}

uint64_t rd_u64(struct rd *r)
{
	uint64_t v;

	copy(r, &v, sizeof(v));
	return be64toh(v);
}

struct bytes rd_bytes(struct rd *r, size_t len)
{
	const uint8_t *p = take(r, len);

	return bytes_of(p, p == NULL ? 0 : len);
}

struct bytes rd_rest(struct rd *r)
{
	return rd_bytes(r, rd_left(r));
}

struct rd rd_sub(struct rd *r, size_t len)
{
	struct rd sub = rd_of(rd_bytes(r, len));

	sub.err = r->err;
	return sub;
}

void rd_copy(struct rd *r, void *out, size_t len)
{
	if (len != 0)
		copy(r, out, len);
}

size_t rd_left(const struct rd *r)
{
	return r->err == ERR_OK ? (size_t)(r->end - r->at) : 0;
}

void rd_fail(struct rd *r, enum err err)
{
	if (r->err == ERR_OK)
		r->err = err;
}

enum err rd_done(const struct rd *r)
{
	if (r->err != ERR_OK)
		return r->err;
	return r->at == r->end ? ERR_OK : ERR_TRAILING;
}
