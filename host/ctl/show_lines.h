#ifndef CTL_SHOW_LINES_H
#define CTL_SHOW_LINES_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The lines of a session whose tunnel has a policy, one object each; empty: it has none.  NULL: out of memory. */
json_t *ctl_show_lines(const struct session *s);

/* The same, each with its 'interface', into the array "lines" of 'doc', which isn't made for none. */
MUST_USE enum err ctl_show_lines_add(json_t *doc, const struct session *s);

#ifdef __cplusplus
}
#endif
#endif
