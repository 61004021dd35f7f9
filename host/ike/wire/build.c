/*
 * Builds messages: keeps the chain of payload types and the lengths right (RFC7296-3.1, -3.2), so that an exchange
 * writes only bodies.  Called by the engine on the loop thread.
 */
#include "ike/wire/build.h"

#include <assert.h>

static void close_open(struct ike_build *b)
{
	if (b->open_at != 0)
		wr_close_u16(&b->w, b->open_at, IKE_MSG_GENERIC_LEN);
	b->open_at = 0;
}

void ike_build_begin(struct ike_build *b, void *buf, size_t cap, const struct ike_hdr *hdr)
{
	*b = (struct ike_build){ .w = wr_of(buf, cap), .next_at = IKE_HDR_NEXT_AT };
	ike_hdr_build(&b->w, hdr);
	wr_patch_u8(&b->w, IKE_HDR_NEXT_AT, IKE_P_NONE);
}

struct wr *ike_build_payload(struct ike_build *b, uint8_t type)
{
	close_open(b);
	wr_patch_u8(&b->w, b->next_at, type);
	b->next_at = b->w.len;
	wr_u8(&b->w, IKE_P_NONE);
	wr_u8(&b->w, 0); /* not critical; RESERVED */
	b->open_at = wr_mark_u16(&b->w);
	return &b->w;
}

static void open_sk(struct ike_build *b, uint8_t type, const struct ike_sk_shape *shape)
{
	assert(b->sk_at == 0);
	(void)ike_build_payload(b, type);
	b->sk_at = b->open_at;
	b->open_at = 0;
	b->shape = *shape;
}

void ike_build_sk_begin(struct ike_build *b, const struct ike_sk_shape *shape)
{
	open_sk(b, IKE_P_SK, shape);
	b->iv_at = b->w.len;
	wr_zero(&b->w, shape->iv_len);
}

struct wr *ike_build_sk_raw(struct ike_build *b, const struct ike_sk_shape *shape, uint8_t first)
{
	ike_build_sk_begin(b, shape);
	wr_patch_u8(&b->w, b->next_at, first);
	return &b->w;
}

struct wr *ike_build_skf_begin(struct ike_build *b, const struct ike_sk_shape *shape, uint8_t first, const struct ike_frag *frag)
{
	open_sk(b, IKE_P_SKF, shape);
	wr_patch_u8(&b->w, b->next_at, first);
	ike_frag_build(&b->w, frag);
	b->iv_at = b->w.len;
	wr_zero(&b->w, shape->iv_len);
	return &b->w;
}

enum err ike_build_sk_end(struct ike_build *b, struct ike_sk_room *out)
{
	size_t text_at = b->iv_at + b->shape.iv_len;
	size_t pad, icv_at;

	close_open(b);
	if (b->w.err != ERR_OK)
		return b->w.err;
	assert(b->sk_at != 0);
	pad = ike_sk_pad(&b->shape, b->w.len - text_at);
	wr_zero(&b->w, pad);
	wr_u8(&b->w, (uint8_t)pad);
	icv_at = b->w.len;
	wr_zero(&b->w, b->shape.icv_len);
	wr_close_u16(&b->w, b->sk_at, IKE_MSG_GENERIC_LEN);
	wr_patch_u32(&b->w, IKE_HDR_LENGTH_AT, (uint32_t)b->w.len);
	if (b->w.err != ERR_OK)
		return b->w.err;

	out->aad = bytes_of(b->w.buf, b->iv_at);
	out->covered = bytes_of(b->w.buf, icv_at);
	out->iv = b->w.buf + b->iv_at;
	out->text = b->w.buf + text_at;
	out->text_len = icv_at - text_at;
	out->icv = b->w.buf + icv_at;
	return ERR_OK;
}

enum err ike_build_finish(struct ike_build *b, struct bytes *out)
{
	close_open(b);
	wr_patch_u32(&b->w, IKE_HDR_LENGTH_AT, (uint32_t)b->w.len);
	*out = wr_view(&b->w);
	return wr_done(&b->w);
}
