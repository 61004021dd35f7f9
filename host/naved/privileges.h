#ifndef NAVED_PRIVILEGES_H
#define NAVED_PRIVILEGES_H

#include <stdbool.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Gives up every capability but CAP_NET_ADMIN (routes and addresses), CAP_NET_BIND_SERVICE and CAP_NET_RAW, for this
 * process and what it may execute, and forbids gaining any.  Without privileges nothing happens.
 */
MUST_USE enum err naved_privileges_drop(void);

#ifdef __cplusplus
}
#endif
#endif
