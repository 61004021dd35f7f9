#ifndef PERF_REPORT_H
#define PERF_REPORT_H

#include <stdbool.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What every program in perf/ prints: a table, or with --json the document that README.md describes. */
struct report;

/* One figure.  'peer' is the same figure of 'peer_name', measured beside it; NULL when there is none.  'target' is
 * what the issue or a prototype says, NAN when there is none. */
struct report_row {
	const char *what, *unit;
	double nave;
	double peer;
	const char *peer_name;
	double target;
};

/* 'name' and 'method' live as long as the report. */
MUST_USE enum err report_new(struct report **out, const char *name, const char *method);
void report_free(struct report *r);

/* Copies the row; its strings live as long as the report. */
MUST_USE enum err report_add(struct report *r, const struct report_row *row);

/* To stdout, with the machine's model, cores and kernel. */
void report_print(const struct report *r, bool json);

#ifdef __cplusplus
}
#endif
#endif
