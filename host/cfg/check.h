#ifndef CFG_CHECK_H
#define CFG_CHECK_H

#include "cfg/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What holds where the file says nothing. */
enum { CFG_CHECK_IKE_LIFETIME_S = 86400, CFG_CHECK_SA_LIFETIME_S = 3600, CFG_CHECK_SA_LIFETIME_KB = 4608000, CFG_CHECK_REPLAY_WINDOW = 64 };
enum { CFG_CHECK_SA_LIMIT = 8 };

/*
 * Judges the filled model: which objects are complete (and why not), what contradicts itself (errors), what is
 * allowed but unwise (warnings).
 */
void cfg_check_model(struct cfg_build *b);

#ifdef __cplusplus
}
#endif
#endif
