/* A bundle of certificates that a stranger's URL led to. */
#include <stdlib.h>

#include "pki/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes cert[PKI_CHAIN_MAX];
	unsigned count;
	enum err err = pki_bundle_parse(bytes_of(data, size), cert, &count);

	if (count > PKI_CHAIN_MAX)
		abort();
	for (unsigned i = 0; err == ERR_OK && i < count; i++) {
		struct pki_cert *c;

		if (cert[i].data < data || cert[i].data + cert[i].len > data + size || cert[i].len < 2)
			abort();
		if (pki_cert_parse(cert[i], &c) == ERR_OK)
			pki_cert_free(c);
	}
	return 0;
}
