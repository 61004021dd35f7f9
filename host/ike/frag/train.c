#include "ike/frag/train.h"

#include <assert.h>

#include "ike/wire/hdr.h"

static size_t length_of(struct bytes train)
{
	struct rd r = rd_of(train);

	(void)rd_bytes(&r, IKE_HDR_LENGTH_AT);
	return rd_u32(&r);
}

bool ike_train_next(struct bytes *train, struct bytes *out)
{
	size_t len;

	if (train->len == 0)
		return false;
	len = length_of(*train);
	assert(len >= IKE_HDR_LEN && len <= train->len);
	*out = bytes_of(train->data, len);
	*train = bytes_of(train->data + len, train->len - len);
	return true;
}

unsigned ike_train_count(struct bytes train)
{
	struct bytes one;
	unsigned n = 0;

	while (ike_train_next(&train, &one))
		n++;
	return n;
}
