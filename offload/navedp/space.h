#ifndef NAVEDP_SPACE_H
#define NAVEDP_SPACE_H

#include "navedp/inner.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Network namespaces in which VRFs are: a port's device or twin, the TUN, and what steers frames, watches neighbours and hears ICMP errors
 * belong to that of their VRF.  One is open while a VRF with a TUN or a port is in it.  Main lcore.
 */

/* That of the VRF 'vrf', which db has; counted.  ERR_ABSENT: there is no such VRF or namespace, as was logged. */
MUST_USE enum err navedp_space_get(struct navedp_box *b, uint32_t vrf, struct navedp_space **out);
void navedp_space_put(struct navedp_box *b, struct navedp_space *s); /* NULL is fine */

/* Begins steering in it, with its first netdev. */
MUST_USE enum err navedp_space_steer(struct navedp_box *b, struct navedp_space *s);

/* Ends what they have at the end of the program: steering stays attached. */
void navedp_space_end_all(struct navedp_box *b);

#ifdef __cplusplus
}
#endif
#endif
