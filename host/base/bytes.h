#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A view of 'len' bytes that somebody else owns.  Never outlives its datagram or arena. */
struct bytes {
	const uint8_t *data;
	size_t len;
};

static inline struct bytes bytes_of(const void *data, size_t len)
{
	struct bytes b;

	b.data = (const uint8_t *)data;
	b.len = len;
	return b;
}

/* The view of the string 's' without its NUL. */
struct bytes bytes_str(const char *s);

/* Equal in length and content.  Not for secrets: see secret_eq. */
bool bytes_eq(struct bytes a, struct bytes b);

/* Order as memcmp, a shorter one before what it begins. */
int bytes_cmp(struct bytes a, struct bytes b);

/* Writes 'b' as lower-case hex with a NUL; 'out' holds 2 * b.len + 1 or the text is cut at 'cap'. */
void bytes_hex(struct bytes b, char *out, size_t cap);

/* Appends 'text' to the string of 'at' characters in 'out', cut so that it fits in 'cap' with its NUL; returns the length of both. */
size_t bytes_append(char *out, size_t cap, size_t at, const char *text);

/* Overwrites 'len' bytes in a way the compiler keeps. */
void bytes_wipe(void *data, size_t len);

#ifdef __cplusplus
}
#endif
#endif
