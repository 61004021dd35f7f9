/*
 * naved, the control daemon.
 */
#include <stdio.h>
#include <string.h>

#include "cfg/report.h"

#ifndef NAVE_VERSION
#define NAVE_VERSION "unknown"
#endif

static int usage(FILE *out, int status)
{
	(void)fputs("usage: naved --check FILE...   checks configurations: errors, what isn't implemented yet, what is incomplete\n"
		    "       naved --version\n",
		out);
	return status;
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "--check") == 0)
		return cfg_report_files((const char *const *)(argv + 2), (unsigned)argc - 2, stdout);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		(void)printf("nave %s\n", NAVE_VERSION);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	return usage(stderr, 2);
}
