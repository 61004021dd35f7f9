/* ICMP errors of routers, from anybody.  The first octet says of which family; the rest is the message from its type on. */
#include <assert.h>
#include <stdint.h>
#include <sys/socket.h>

#include "path/pkt/quote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct db_pmtu_word w = { .mtu = 0 };
	int family;

	if (size == 0)
		return 0;
	family = (data[0] & 1) != 0 ? AF_INET6 : AF_INET;
	if (!path_quote_parse(family, bytes_of(data + 1, size - 1), &w))
		return 0;
	assert((w.spi == 0 || !w.has_key) && (w.has_key || w.key == 0));
	assert(w.local.family == family && w.remote.family == family);
	assert(size - 1 >= 8 + 20 + 4);
	return 0;
}
