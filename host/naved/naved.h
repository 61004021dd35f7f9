#ifndef NAVED_NAVED_H
#define NAVED_NAVED_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The control daemon: who knows whom.  main.c makes one. */
struct naved;

struct naved_options {
	const char *config;   /* path of the configuration */
	const char *platform; /* path of the platform file */
	bool fake_dataplane;  /* a datapath in memory instead of navedp: for measurements of the control plane alone */
	enum log_level level;
	const char *version;
};

/* Loads both files and opens everything; errors were told on stderr. */
MUST_USE enum err naved_new(struct naved **out, const struct naved_options *options);

/* Runs until SIGTERM or SIGINT.  SIGHUP loads the configuration again; a bad one changes nothing. */
MUST_USE enum err naved_run(struct naved *n);

/* `naved --check`: reports on 'count' configurations as this host would load them; the exit status. */
int naved_check(const char *const *path, unsigned count);

/* Tells the peers goodbye as far as one datagram goes, and frees. */
void naved_free(struct naved *n);

#ifdef __cplusplus
}
#endif
#endif
