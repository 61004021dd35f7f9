#ifndef CFG_DIFF_H
#define CFG_DIFF_H

#include "cfg/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One line that only one of two configurations has. */
struct cfg_diff {
	bool added;                      /* else removed */
	const struct cfg_stmt *stmt;     /* the line; for an added or removed container its first line stands for all */
	const struct cfg_object *object; /* what it belongs to, in the model that has it; NULL: a line for itself */
};

typedef void cfg_diff_fn(void *ctx, const struct cfg_diff *diff);

/*
 * What leads from 'from' to 'to': first what is removed, then what is added, each in order of writing.  A line whose
 * values changed is both.  Order among lines of equal rank isn't a difference.
 */
void cfg_diff_models(const struct cfg_model *from, const struct cfg_model *to, cfg_diff_fn *each, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
