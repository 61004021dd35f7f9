#include "base/bytes.h"

#include <string.h>

struct bytes bytes_str(const char *s)
{
	return bytes_of(s, strlen(s));
}

bool bytes_eq(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

int bytes_cmp(struct bytes a, struct bytes b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len == 0 ? 0 : memcmp(a.data, b.data, len);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

void bytes_hex(struct bytes b, char *out, size_t cap)
{
	static const char digit[] = "0123456789abcdef";
	size_t at = 0;

	if (cap == 0)
		return;
	for (size_t i = 0; i < b.len && at + 2 < cap; i++) {
		out[at++] = digit[b.data[i] >> 4];
		out[at++] = digit[b.data[i] & 15];
	}
	out[at] = '\0';
}

size_t bytes_append(char *out, size_t cap, size_t at, const char *text)
{
	const char *end = (const char *)memccpy(out + at, text, '\0', cap - at);

	if (end != NULL)
		return (size_t)(end - out) - 1;
	out[cap - 1] = '\0';
	return cap - 1;
}

void bytes_wipe(void *data, size_t len)
{
	if (len != 0)
		explicit_bzero(data, len);
}
