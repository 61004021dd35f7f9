#ifndef CFG_MESSAGE_H
#define CFG_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

enum cfg_severity {
	CFG_ERROR,   /* the load fails */
	CFG_WARNING, /* it loads, but have a look */
	CFG_NOT_YET  /* in the grammar, without code yet: kept, what it belongs to isn't used */
};

struct cfg_message {
	struct cfg_message *next;
	enum cfg_severity severity;
	const char *file;
	uint32_t line;   /* from 1; 0: the file as a whole */
	uint32_t column; /* from 1, in bytes; 0: the line as a whole */
	const char *text;
};

/* What a load had to say, in order of lines.  All-zero is empty and ready. */
struct cfg_messages {
	struct cfg_message *first;
	struct cfg_message *last;
	uint32_t count[CFG_NOT_YET + 1]; /* by severity */
	uint32_t dropped;                /* beyond CFG_MESSAGE_MAX */
	struct arena arena;
};

enum { CFG_MESSAGE_MAX = 1000, CFG_MESSAGE_TEXT = 512 };

/* Where something stands. */
struct cfg_place {
	const char *file;
	uint32_t line;
	uint32_t column;
};

/*
 * Adds a message, a copy of all it is given.  Beyond CFG_MESSAGE_MAX only the counts grow, so that a file of
 * rubbish can't fill the memory.
 */
void cfg_message_add(struct cfg_messages *m, enum cfg_severity severity, struct cfg_place at, const char *form, ...)
	__attribute__((format(printf, 4, 5)));

void cfg_message_fini(struct cfg_messages *m);

/* "file:line:column: error: text" in 'out', cut at 'cap'; returns 'out'. */
const char *cfg_message_str(const struct cfg_message *m, char *out, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
