#ifndef CFG_CHECK_ATTRIBUTES_H
#define CFG_CHECK_ATTRIBUTES_H

#include "cfg/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `aaa attribute list`: each line must be one that may stand below an interface, else the load fails; what has no code yet makes the list lack it. */
void cfg_check_attributes(struct cfg_build *b, struct cfg_attribute_list *l);

#ifdef __cplusplus
}
#endif
#endif
