#include "ike/blob.h"

#include <stdlib.h>
#include <string.h>

enum err ike_blob_set(struct ike_blob *b, struct bytes from)
{
	uint8_t *copy = NULL;

	if (from.len != 0) {
		copy = (uint8_t *)malloc(from.len);
		if (copy == NULL)
			return ERR_NOMEM;
		memcpy(copy, from.data, from.len);
	}
	ike_blob_drop(b);
	b->data = copy;
	b->len = from.len;
	return ERR_OK;
}

void ike_blob_drop(struct ike_blob *b)
{
	if (b->data != NULL)
		bytes_wipe(b->data, b->len);
	free(b->data);
	b->data = NULL;
	b->len = 0;
}
