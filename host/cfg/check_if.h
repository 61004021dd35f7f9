#ifndef CFG_CHECK_IF_H
#define CFG_CHECK_IF_H

#include "cfg/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether an interface can be used, and why not (cli.md 3).  IPsec profiles are judged before. */
void cfg_check_if(struct cfg_build *b, struct cfg_interface *i);

#ifdef __cplusplus
}
#endif
#endif
