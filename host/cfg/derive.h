#ifndef CFG_DERIVE_H
#define CFG_DERIVE_H

#include "cfg/message.h"
#include "cfg/stmt.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The interface that a virtual access gets: a template with lines of AAA laid over it in order (cli.md 6.1, steps 6 and 7), as if an operator had
 * typed them below it.  A line replaces the one that it would replace there, `no` takes one back.
 */

/* Where a line of it comes from. */
enum cfg_origin { CFG_ORIGIN_TEMPLATE, CFG_ORIGIN_USER, CFG_ORIGIN_GROUP };

struct cfg_derive_line {
	const char *text;
	enum cfg_origin origin;
};

struct cfg_derive_lines {
	const struct cfg_derive_line *line;
	unsigned count;
};

struct cfg_derived {
	struct cfg_interface interface; /* complete; goes by the name and the line of its template */
	const struct cfg_stmt *lines;   /* its lines are below this one */
	struct cfg_tree *tree;          /* which they are in; what 'interface' points to besides the model is in its arena */
	const uint8_t *origin;          /* enum cfg_origin, by line number; 0 is the template */
};

/*
 * Lays 'lines', which are copied, over 'tmpl' of 'm', which must outlive the result.  Else 'why' says in a sentence what is wrong:
 * ERR_MALFORMED with a line; ERR_INCOMPLETE with what comes of them, which isn't to be used.  ERR_NOMEM.
 */
MUST_USE enum err cfg_derive_new(const struct cfg_model *m, const struct cfg_interface *tmpl, const struct cfg_derive_lines *lines,
	char why[CFG_MESSAGE_TEXT], struct cfg_derived **out);
void cfg_derive_free(struct cfg_derived *d); /* NULL is fine */

/* Where 's', one of its lines, comes from. */
enum cfg_origin cfg_derive_origin(const struct cfg_derived *d, const struct cfg_stmt *s);

#ifdef __cplusplus
}
#endif
#endif
