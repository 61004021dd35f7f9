/*
 * Layout of the Encrypted payload, RFC7296-3.14, and of its fragments, RFC7383-2.5: where IV, text and ICV stand and
 * what is authenticated.  Encryption itself is the caller's.  Called by the engine on the loop thread.
 */
#include "ike/wire/sk.h"

enum err ike_sk_parse(const struct ike_msg *msg, const struct ike_sk_shape *shape, struct ike_sk *out)
{
	const struct ike_payload *sk = ike_msg_sk(msg);
	struct rd r;

	if (sk == NULL)
		return ERR_STATE;
	r = rd_of(sk->body);
	out->frag.number = 1;
	out->frag.total = 1;
	if (sk->type == IKE_P_SKF && ike_frag_parse(&r, &out->frag) != ERR_OK)
		return r.err;

	/* SK is the last payload (msg.c made sure), so it ends where the datagram ends. */
	out->aad = bytes_of(msg->datagram.data, msg->datagram.len - rd_left(&r));
	out->iv = rd_bytes(&r, shape->iv_len);
	out->text = rd_bytes(&r, rd_left(&r) < shape->icv_len ? 0 : rd_left(&r) - shape->icv_len);
	out->icv = rd_bytes(&r, shape->icv_len);
	out->covered = bytes_of(msg->datagram.data, msg->datagram.len - shape->icv_len);
	if (r.err == ERR_OK && out->text.len == 0)
		return ERR_TRUNCATED; /* a pad length is always there */
	if (r.err == ERR_OK && shape->block_len != 0 && out->text.len % shape->block_len != 0)
		return ERR_MALFORMED;
	return rd_done(&r);
}

enum err ike_sk_unpad(struct bytes text, struct bytes *out)
{
	size_t tail;

	if (text.len == 0)
		return ERR_MALFORMED;
	tail = (size_t)text.data[text.len - 1] + 1;
	if (tail > text.len)
		return ERR_MALFORMED;
	*out = bytes_of(text.data, text.len - tail);
	return ERR_OK;
}

size_t ike_sk_pad(const struct ike_sk_shape *shape, size_t len)
{
	size_t over = shape->block_len == 0 ? 0 : (len + 1) % shape->block_len;

	return over == 0 ? 0 : shape->block_len - over;
}
