/*
 * Messages of ours in fragments, RFC7383-2.5: cut before they are encrypted, each fragment sealed by itself.  Called by seal.c for a
 * message that is too long, and by window.c for one that was sent in vain.
 */
#include "ike/frag/cut.h"

#include <assert.h>
#include <string.h>

#include "ike/ability.h"
#include "ike/core.h"
#include "ike/frag/mtu.h"
#include "ike/frag/train.h"
#include "ike/keying/seal.h"

/* A message on the block. */
struct joint {
	struct ike_hdr hdr;
	struct ike_sk_shape shape;
	struct bytes plain; /* its payloads */
	uint8_t first;      /* type of the first of them */
};

bool ike_cut_due(const struct ike_sa *sa, const struct ike_path *path, size_t len)
{
	return ike_ability_agreed(sa, IKE_CAN_FRAGMENTATION) && len > ike_mtu_room(ike_mtu_of(sa, path), path);
}

/* Bytes of payloads that fit into a fragment of 'room' bytes in all. */
static size_t share_of(const struct ike_sk_shape *shape, size_t room)
{
	size_t frame = (size_t)IKE_HDR_LEN + IKE_MSG_GENERIC_LEN + IKE_FRAG_LEN + shape->iv_len + shape->icv_len;
	size_t text = room > frame ? room - frame : 0;

	if (shape->block_len > 1)
		text -= text % shape->block_len;
	return text > 0 ? text - 1 : 0; /* the pad length is always there */
}

/* Fragment 'f' of the joint at the end of the second buffer, of which 'used' bytes are taken. */
static enum err seal_piece(struct ike_engine *e, struct ike_sa *sa, const struct joint *j, const struct ike_frag *f, size_t *used)
{
	size_t from = j->plain.len * (f->number - 1u) / f->total, to = j->plain.len * f->number / f->total;
	struct ike_sk_room room;
	struct ike_build b;
	struct bytes datagram;
	enum err err;

	ike_build_begin(&b, e->cut + *used, sizeof(e->cut) - *used, &j->hdr);
	wr_bytes(ike_build_skf_begin(&b, &j->shape, f->number == 1 ? j->first : IKE_P_NONE, f), bytes_of(j->plain.data + from, to - from));
	err = ike_build_sk_end(&b, &room);
	if (err == ERR_OK)
		err = ike_seal_room(e, sa, &room);
	if (err == ERR_OK)
		err = ike_build_finish(&b, &datagram);
	if (err == ERR_OK)
		*used += datagram.len;
	return err;
}

/* In at least 'least' pieces of nearly one size, that none is empty. */
static enum err carve(struct ike_engine *e, struct ike_sa *sa, const struct joint *j, size_t share, size_t least, struct bytes *out)
{
	size_t total = share == 0 ? SIZE_MAX : (j->plain.len + share - 1) / share;
	struct ike_frag f = { .number = 1 };
	size_t used = 0;
	enum err err = ERR_OK;

	if (total < least)
		total = least;
	if (total > IKE_FRAGS_MAX || total > j->plain.len)
		return ERR_LIMIT;
	for (f.total = (uint16_t)total; f.number <= f.total && err == ERR_OK; f.number++)
		err = seal_piece(e, sa, j, &f, &used);
	if (err != ERR_OK)
		return err;
	ike_core_count(e, IKE_STAT_FRAGMENTED);
	*out = bytes_of(e->cut, used);
	return ERR_OK;
}

enum err ike_cut_message(struct ike_engine *e, struct ike_sa *sa, const struct ike_path *path, struct bytes opened, struct bytes *out)
{
	struct joint j = { .shape = ike_suite_shape(&sa->suite) };
	struct ike_msg msg;
	enum err err = ike_seal_plain(sa, opened, &msg, &j.plain);

	if (err != ERR_OK)
		return err;
	j.hdr = msg.hdr;
	j.first = msg.inner_first;
	return carve(e, sa, &j, share_of(&j.shape, ike_mtu_room(ike_mtu_of(sa, path), path)), 1, out);
}

/* What we sealed in 'train', put together again in the engine's buffers. */
static enum err reopen(struct ike_engine *e, struct ike_sa *sa, struct bytes train, struct joint *out)
{
	struct wr w = wr_of(e->tx, sizeof(e->tx));
	struct bytes one, plain;
	struct ike_msg msg;

	while (ike_train_next(&train, &one)) {
		enum err err;

		memcpy(e->rx, one.data, one.len);
		err = ike_msg_parse(bytes_of(e->rx, one.len), &msg);
		if (err == ERR_OK)
			err = ike_seal_open(e, sa, &msg, e->rx, &plain);
		if (err != ERR_OK)
			return err;
		if (w.len == 0) {
			out->hdr = msg.hdr;
			out->first = msg.inner_first;
		}
		wr_bytes(&w, plain);
	}
	out->shape = ike_suite_shape(&sa->suite);
	out->plain = wr_view(&w);
	return wr_done(&w);
}

static bool is_sealed(struct bytes datagram)
{
	return datagram.data[IKE_HDR_NEXT_AT] == IKE_P_SK || datagram.data[IKE_HDR_NEXT_AT] == IKE_P_SKF;
}

void ike_cut_smaller(struct ike_sa *sa, const struct ike_path *path, struct ike_blob *train)
{
	struct ike_engine *e = sa->engine;
	struct bytes rest = ike_blob_view(train), longest, cut;
	struct joint j;
	uint16_t below;
	enum err err;

	if (!ike_ability_agreed(sa, IKE_CAN_FRAGMENTATION) || !ike_train_next(&rest, &longest) || !is_sealed(longest))
		return;
	below = ike_mtu_below(sa, path, longest.len);
	if (below == 0)
		return;
	sa->frag_mtu = below;
	err = reopen(e, sa, ike_blob_view(train), &j);
	if (err == ERR_OK)
		err = carve(e, sa, &j, share_of(&j.shape, ike_mtu_room(below, path)), ike_train_count(ike_blob_view(train)) + 1, &cut);
	if (err == ERR_OK)
		err = ike_blob_set(train, cut);
	ike_core_log_sa(sa, LOG_L_INFO, "ike.mtu", "bytes=%u cause=%s", below, err == ERR_OK ? "no answer" : err_name(err));
}
