/*
 * Contract 1's messages, both ways: what reads must write, and what was written must read and write the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dp/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct dp_msg *m)
{
	if (m->kind != DP_MSG_TXN)
		return;
	for (unsigned i = 0; i < m->u.txn.count; i++)
		if (dp_op_check(&m->u.txn.op[i]) == ERR_OK && dp_op_size(&m->u.txn.op[i]) > sizeof(struct dp_op))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dp_room room, again_room;
	static uint8_t first[DP_MSG_MAX], second[DP_MSG_MAX];
	struct wr w = wr_of(first, sizeof(first));
	struct wr again_w = wr_of(second, sizeof(second));
	struct dp_msg m, again;

	if (size > DP_MSG_MAX || dp_codec_read(bytes_of(data, size), &room, &m) != ERR_OK)
		return 0;
	look_at(&m);
	if (dp_codec_write(&w, &m) != ERR_OK)
		abort();
	if (dp_codec_read(wr_view(&w), &again_room, &again) != ERR_OK)
		abort();
	if (dp_codec_write(&again_w, &again) != ERR_OK || !bytes_eq(wr_view(&w), wr_view(&again_w)))
		abort();
	dp_codec_fini(&m);
	dp_codec_fini(&again);
	return 0;
}
