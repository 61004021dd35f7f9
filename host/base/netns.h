#ifndef BASE_NETNS_H
#define BASE_NETNS_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Network namespaces, in which VRFs live where the kernel has no VRF devices.  A socket, a TUN or an AF_XDP socket
 * belongs for life to the namespace that its thread was in when it was made: enter, make it, leave.  Entering needs
 * CAP_SYS_ADMIN, so programs make their sockets before they drop privileges.
 */

/* Opens the namespace 'name' as 'ip netns' knows it; "" is the calling thread's own.  The caller closes '*out'. */
MUST_USE enum err netns_open(const char *name, int *out);

/* Moves the calling thread into 'fd'; '*back' is for netns_leave.  With 'fd' -1 it stays where it is. */
MUST_USE enum err netns_enter(int fd, int *back);

/* Moves the calling thread back and closes 'back'.  Asserts that it could: nothing may go on in a wrong namespace. */
void netns_leave(int back);

/*
 * Gives a fresh socket to the VRF device 'device' of its namespace: it hears what comes by the device's slaves, and sends by its routes.  NULL
 * and "" are none.
 */
MUST_USE enum err netns_bind_device(int fd, const char *device);

#ifdef __cplusplus
}
#endif
#endif
