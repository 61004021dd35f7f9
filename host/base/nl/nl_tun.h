#ifndef BASE_NL_TUN_H
#define BASE_NL_TUN_H

#include <stdbool.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A TUN carries IP packets, a TAP Ethernet frames: one packet a read or write, nothing before it. */
enum nl_tun_kind { NL_TUN_IP, NL_TUN_ETHERNET };

/*
 * Makes the device 'name' in the namespace 'netns_fd' (-1: the thread's own), or attaches to the one that is there, and
 * opens it without blocking.  A persistent device stays, with its addresses and routes, when the program dies; another
 * goes with the descriptor, and is never one that was there.  ERR_MALFORMED when a device of that name is of another kind, ERR_BUSY when it
 * is in use, or the name is taken.
 */
MUST_USE enum err nl_tun_open(int netns_fd, const char *name, enum nl_tun_kind kind, bool persistent, int *out_fd);

#ifdef __cplusplus
}
#endif
#endif
