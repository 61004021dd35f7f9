#ifndef CFG_CHECK_ACL_H
#define CFG_CHECK_ACL_H

#include "cfg/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `tunnel protection ipsec policy`: whether the tunnel may have it, and whether the entries can be selectors. */
void cfg_check_acl_policy(struct cfg_build *b, struct cfg_interface *i);

#ifdef __cplusplus
}
#endif
#endif
