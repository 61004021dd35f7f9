#ifndef CFG_DIAGNOSE_H
#define CFG_DIAGNOSE_H

#include "cfg/grammar/match.h"
#include "cfg/message.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A line that no mode takes: the modes that it was tried in, the innermost first. */
struct cfg_diagnosis {
	struct cfg_matcher *matcher;
	const struct cfg_line *line;
	unsigned first;
	bool prefix; /* after `no` */
	const enum cfg_mode *mode;
	unsigned mode_count;
};

/* Adds the error: where, what is wrong, what would be right.  Never shows what may be a secret. */
void cfg_diagnose(const struct cfg_diagnosis *d, const char *file, struct cfg_messages *messages);

#ifdef __cplusplus
}
#endif
#endif
