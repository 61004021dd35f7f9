#ifndef NAVELOAD_OPTIONS_H
#define NAVELOAD_OPTIONS_H

#include <stdio.h>

#include "naveload/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NAVELOAD_WHY_MAX = 256 };

/* 'run' false: the user asked for help. */
struct naveload_options {
	struct naveload_plan plan;
	bool run;
	char why[NAVELOAD_WHY_MAX]; /* after an error: what to tell the user */
};

/* Fills '*out', whose plan keeps pointers to 'argv'; its secret is the caller's to drop, also after an error. */
MUST_USE enum err naveload_options_parse(struct naveload_options *out, int argc, char **argv);

void naveload_options_help(FILE *to);

#ifdef __cplusplus
}
#endif
#endif
