#ifndef CFG_PRINT_H
#define CFG_PRINT_H

#include <stdio.h>

#include "cfg/lang.h"

#ifdef __cplusplus
extern "C" {
#endif

enum cfg_secrets {
	CFG_SECRETS_HIDDEN, /* as "<removed>": for the operator's eyes */
	CFG_SECRETS_SHOWN   /* as they were written: for a file, which loads to the same model */
};

/*
 * Prints the running configuration to 'out': every line in its full spelling, in order of writing, a smart default
 * only when it was changed.
 */
void cfg_print(const struct cfg_lang *lang, const struct cfg_model *m, enum cfg_secrets secrets, FILE *out);

/* One line and what is below it, indented by 'depth' blanks. */
void cfg_print_stmt(const struct cfg_stmt *s, unsigned depth, enum cfg_secrets secrets, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
