#ifndef NAVEDP_GUARD_H
#define NAVEDP_GUARD_H

#include "navedp/inner.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What may leave in clear, as the box's own addresses say: by steering's guard on a netdev, by the device's on a port
 * that DPDK owns.
 */

/* Tells steering the limit that 'conf' has, which is the same for all ports; nothing before the first netdev. */
MUST_USE enum err navedp_guard_limit(struct navedp_box *b, const struct dp_port *conf);

/* Tells steering the box's addresses. */
void navedp_guard_steer(struct navedp_box *b);

/* Sets the guard of a WAN port's device; nothing where it has none, or on a LAN. */
MUST_USE enum err navedp_guard_device(struct navedp_box *b, const struct navedp_port *p);

/* The addresses have changed: all of these follow. */
void navedp_guard_locals(struct navedp_box *b);

#ifdef __cplusplus
}
#endif
#endif
