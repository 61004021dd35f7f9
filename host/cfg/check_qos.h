#ifndef CFG_CHECK_QOS_H
#define CFG_CHECK_QOS_H

#include "cfg/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Classes and policies: whether what they name is there, and whether they end. */
void cfg_check_qos(struct cfg_build *b);

/* `service-policy` of an interface: where policies work, and which. */
void cfg_check_service(struct cfg_build *b, struct cfg_interface *i);

#ifdef __cplusplus
}
#endif
#endif
