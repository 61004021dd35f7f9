#ifndef CFG_PRINT_H
#define CFG_PRINT_H

#include <stdio.h>

#include "cfg/lang.h"

#ifdef __cplusplus
extern "C" {
#endif

enum cfg_secrets {
	CFG_SECRETS_HIDDEN, /* as "<removed>", which doesn't load: for the operator's eyes */
	CFG_SECRETS_SHOWN   /* as they were written: for a file, which loads to the same model */
};

/*
 * Writes the running configuration to 'out': every line in its full spelling, in order of writing, a smart default
 * only when it was changed.  ERR_NOMEM.
 */
MUST_USE enum err cfg_print(const struct cfg_lang *lang, const struct cfg_model *m, enum cfg_secrets secrets, FILE *out);

/* One line alone, in its full spelling, without indentation, end of line and lines below it. */
void cfg_print_line(const struct cfg_stmt *s, enum cfg_secrets secrets, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
