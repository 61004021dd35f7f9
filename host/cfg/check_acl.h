#ifndef CFG_CHECK_ACL_H
#define CFG_CHECK_ACL_H

#include "cfg/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `tunnel protection ipsec policy`: whether the tunnel may have it, and whether the entries can be selectors. */
void cfg_check_acl_policy(struct cfg_build *b, struct cfg_interface *i);

/* `route set access-list`: whether the entries are of the right family and can be routes. */
void cfg_check_acl_routes(struct cfg_build *b, struct cfg_authz_policy *p);

#ifdef __cplusplus
}
#endif
#endif
