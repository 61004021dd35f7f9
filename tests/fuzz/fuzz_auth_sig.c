/* AUTH data of the method "digital signature": whatever is read is written again to an encoding that reads the same. */
#include <stdlib.h>

#include "crypto/algid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct crypto_scheme once, twice;
	struct bytes signature, again;
	uint8_t buf[CRYPTO_ALGID_MAX + 2];
	struct wr w = wr_of(buf, sizeof(buf));

	if (crypto_algid_split(bytes_of(data, size), &once, &signature) != ERR_OK)
		return 0;
	if (signature.len == 0 || signature.data < data || signature.data + signature.len != data + size)
		abort();
	crypto_algid_join(&w, &once, bytes_of(signature.data, 1));
	if (wr_done(&w) != ERR_OK || crypto_algid_split(wr_view(&w), &twice, &again) != ERR_OK)
		abort();
	if (once.kind != twice.kind || once.hash != twice.hash || once.salt_len != twice.salt_len || twice.raw)
		abort();
	return 0;
}
