#ifndef BASE_COUNTER_H
#define BASE_COUNTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The counters of one part.  The part names them in an X-list that gives its enum and its names, owns the values and
 * counts with values[X_C_SHORT]++; a set lets others show them without knowing the enum:
 *
 *	#define UDP_COUNTERS(X) X(RX, "rx") X(SHORT, "short")
 */
struct counter_set {
	const char *const *names; /* 'count' of them; static */
	uint64_t *values;
	size_t count;
};

/* Whether the set has a counter 'name'; its value then goes to 'out'. */
bool counter_find(const struct counter_set *s, const char *name, uint64_t *out);

/* Adds the values of 'from', a set of the same names (another worker's), to those of 'to'. */
void counter_add(const struct counter_set *to, const struct counter_set *from);

/* Writes "rx=12 short=1", leaving out zeroes; cut at 'cap' at a whole counter.  Returns 'out'. */
const char *counter_text(const struct counter_set *s, char *out, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
