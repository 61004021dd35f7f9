#ifndef NAVEDP_SPACE_H
#define NAVEDP_SPACE_H

#include "navedp/inner.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nl;
struct nl_link;

/*
 * Where VRFs are in the host: in a network namespace, or on a VRF device in it.  A port's device or twin, the TUN, and what steers frames,
 * watches neighbours and hears ICMP errors belong to the place of their VRF.  One is open while a VRF with a TUN or a port is there.  Main
 * lcore.
 */

/* That of the VRF 'vrf', which db has; counted.  ERR_ABSENT: there is no such VRF, namespace or VRF device, as was logged. */
MUST_USE enum err navedp_space_get(struct navedp_box *b, uint32_t vrf, struct navedp_space **out);
void navedp_space_put(struct navedp_box *b, struct navedp_space *s); /* NULL is fine */

/*
 * Makes a device of its namespace, which 'link' tells of, a slave of its VRF device, or none of another one's; before it is up if it is new.
 * ERR_BUSY: it is a bridge's or a bond's.
 */
MUST_USE enum err navedp_space_adopt(const struct navedp_space *s, struct nl *nl, const struct nl_link *link);

/* Begins steering in its namespace, with the first netdev there. */
MUST_USE enum err navedp_space_steer(struct navedp_box *b, struct navedp_space *s);

/* Walks what steers, once for each namespace, from '*cursor' 0 to NULL. */
struct loader_steer *navedp_space_next_steer(const struct navedp_box *b, unsigned *cursor);

/* Ends what they have at the end of the program: steering stays attached. */
void navedp_space_end_all(struct navedp_box *b);

#ifdef __cplusplus
}
#endif
#endif
