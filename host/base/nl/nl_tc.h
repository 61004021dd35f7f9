#ifndef BASE_NL_TC_H
#define BASE_NL_TC_H

#include <stdint.h>

#include "base/err.h"
#include "base/nl/nl.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * From now on, and until 'from' goes, every frame that comes in by it comes in by the device 'as' instead, behind that one's XDP program.
 * Both are Ethernet devices of one namespace, and 'from' has no clsact yet (else ERR_EXISTS).  ERR_ABSENT: a device is gone, or the kernel
 * lacks clsact, cls_bpf or act_mirred.
 */
MUST_USE enum err nl_tc_redirect(struct nl *nl, uint32_t from, uint32_t as);

#ifdef __cplusplus
}
#endif
#endif
