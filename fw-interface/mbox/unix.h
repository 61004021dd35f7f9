#ifndef MBOX_UNIX_H
#define MBOX_UNIX_H

#include "mbox/bus.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Asks the device process that listens on 'path' to let us in (docs/fw-interface.md 2.1), without waiting for it: 'welcome' of
 * the bus tells its answer (H_VERSION, H_BUSY: it refused; H_COMPLETION: it broke the protocol; H_CLOSED: it hung up).  'now_ms'
 * is the clock the bus will use.  H_CLOSED: nobody listens; H_BUSY: more wait there than it takes; H_SYSTEM: no memory or
 * descriptors.  The caller closes '*out' with mbox_bus_close.
 */
enum fwi_status mbox_unix_open(const char *path, uint64_t (*now_ms)(void), struct fwi_bus **out);

#ifdef __cplusplus
}
#endif
#endif
