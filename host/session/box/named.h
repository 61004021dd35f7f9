#ifndef SESSION_NAMED_H
#define SESSION_NAMED_H

#include <stdbool.h>

#include "base/list.h"
#include "dp/sync.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Objects of the datapath that the configuration names: access lists, policies.  One keeps its id as long as its name is used, so that whoever
 * names it goes by a changed one at once.
 */
struct session_named {
	struct list link;
	char *name;
	uint32_t id;
	bool marked; /* the configuration in force has it */
};

struct session_named *session_named_find(const struct list *all, const char *name);

/* The one of that name, a new one if there is none; NULL: out of memory. */
struct session_named *session_named_make(struct list *all, struct dp_sync *sync, enum dp_class class_of, const char *name);

void session_named_unmark(struct list *all);

/* Takes back those without a mark that 'used' doesn't say are used all the same. */
typedef bool session_named_fn(const void *ctx, const char *name);
void session_named_sweep(struct list *all, struct dp_sync *sync, enum dp_class class_of, session_named_fn *used, const void *ctx);

void session_named_free_all(struct list *all);

#ifdef __cplusplus
}
#endif
#endif
