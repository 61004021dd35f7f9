#ifndef MBOX_UNIX_H
#define MBOX_UNIX_H

#include "mbox/bus.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Attaches to the device process that listens on 'path' (docs/fw-interface.md 2.1).  'now_ms' is the clock the bus
 * will use.  H_CLOSED: nobody listens or the device hung up; H_VERSION, H_BUSY: it refused; H_SYSTEM: no memory or
 * descriptors; H_COMPLETION: it broke the protocol.  The caller closes '*out' with mbox_bus_close.
 */
enum fwi_status mbox_unix_open(const char *path, uint64_t (*now_ms)(void), struct fwi_bus **out);

#ifdef __cplusplus
}
#endif
#endif
