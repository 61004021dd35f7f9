#ifndef CFG_CHECK_IF_H
#define CFG_CHECK_IF_H

#include "cfg/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether an interface can be used, and why not (cli.md 3).  IPsec profiles are judged before. */
void cfg_check_if(struct cfg_build *b, struct cfg_interface *i);

/* Why a clone of the template 'i' for a profile with that 'ivrf' (NULL: none) isn't in one VRF with what it borrows; NULL: it is. */
const char *cfg_check_clone(const struct cfg_interface *i, const char *ivrf);

/* Whether a static route stays in its VRF. */
void cfg_check_route(struct cfg_build *b, struct cfg_route *r);

#ifdef __cplusplus
}
#endif
#endif
