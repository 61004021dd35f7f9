#ifndef CFG_REPORT_H
#define CFG_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "cfg/load.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * `naved --check`: loads the file 'path' and writes to 'out' its errors and warnings, what in it isn't implemented
 * yet, and which objects are incomplete and why.  False when it doesn't load.
 */
bool cfg_report_file(const struct cfg_lang *lang, const char *path, FILE *out);

/* The same for each of 'count' files, and a line of totals.  The exit status of `naved --check`: 0 or 1. */
int cfg_report_files(const struct cfg_lang *lang, const char *const *path, unsigned count, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
