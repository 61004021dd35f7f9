#ifndef LOADER_HOOK_H
#define LOADER_HOOK_H

#include <stdint.h>

#include "base/err.h"
#include "loader/steer.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The two places of a device where a program hangs.  Both attachments belong to the device (netlink, no bpf_link), so
 * they outlive this process, its pins and its mount namespace.
 */

/* Attaches 'prog', or swaps it atomically for a program of the same name.  ERR_BUSY: another's, or the other mode. */
MUST_USE enum err loader_hook_attach_xdp(uint32_t ifindex, int prog, enum loader_mode mode);

/* Detaches the program if it has the name of 'prog'; in whichever mode.  None is fine. */
MUST_USE enum err loader_hook_detach_xdp(uint32_t ifindex, int prog);

/* Attaches 'prog' as the first filter of the egress hook, replacing ours of before; makes the hook if need be. */
MUST_USE enum err loader_hook_attach_egress(uint32_t ifindex, int prog);

/* Detaches it; the hook (clsact) stays, for others may use it.  None is fine. */
MUST_USE enum err loader_hook_detach_egress(uint32_t ifindex);

#ifdef __cplusplus
}
#endif
#endif
