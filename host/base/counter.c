#include "base/counter.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool counter_find(const struct counter_set *s, const char *name, uint64_t *out)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->names[i], name) == 0) {
			*out = s->values[i];
			return true;
		}
	return false;
}

void counter_add(const struct counter_set *to, const struct counter_set *from)
{
	assert(to->names == from->names && to->count == from->count);
	for (size_t i = 0; i < to->count; i++)
		to->values[i] += from->values[i];
}

const char *counter_text(const struct counter_set *s, char *out, size_t cap)
{
	size_t at = 0;

	assert(cap != 0);
	out[0] = '\0';
	for (size_t i = 0; i < s->count; i++) {
		int len;

		if (s->values[i] == 0)
			continue;
		len = snprintf(out + at, cap - at, "%s%s=%" PRIu64, at == 0 ? "" : " ", s->names[i], s->values[i]);
		if (len < 0 || (size_t)len >= cap - at) {
			out[at] = '\0';
			break;
		}
		at += (size_t)len;
	}
	return out;
}
