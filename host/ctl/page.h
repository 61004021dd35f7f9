#ifndef CTL_PAGE_H
#define CTL_PAGE_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One part of a table that can only be walked as a whole: it is walked for each part, which takes the rows that are its own.  The state of the call
 * is a struct ctl_show_state.
 */
struct ctl_page {
	struct ctl_call *call;
	json_t *doc;
	uint32_t at, from;
	bool more;
	enum err err;
};

/* Begins a part with the array 'name', empty so far.  ERR_NOMEM. */
MUST_USE enum err ctl_page_begin(struct ctl_page *p, struct ctl_call *call, json_t *doc, const char *name);

/* Whether the row that comes now is of this part. */
bool ctl_page_takes(struct ctl_page *p);

/* The part is complete; '*more': others follow. */
MUST_USE enum err ctl_page_end(struct ctl_page *p, bool *more);

/* A part of a table of interfaces: 'add' is called for each with the page, and takes rows. */
MUST_USE enum err ctl_page_interfaces(struct ctl_call *call, json_t *doc, const char *name, session_iface_fn *add, bool *more);

#ifdef __cplusplus
}
#endif
#endif
