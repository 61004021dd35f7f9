#ifndef ROUTE_KERNEL_H
#define ROUTE_KERNEL_H

#include "base/addr.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nl;

/*
 * Addresses and routes of the host as Nave wants them, in one network namespace, and there in one table of routes.  What is wanted is kept, so that a
 * device that appears later, or again, gets what belongs to it.  An overlay prefix has two routes: through the TUN,
 * and an unreachable one behind it, so that nothing falls to the default route when the TUN is gone.
 */
struct route_kernel;

/* 'nl' is borrowed; 'table' is NL_TABLE_MAIN or a VRF device's. */
MUST_USE enum err route_kernel_new(struct route_kernel **out, struct nl *nl, uint32_t table, const uint8_t map_key[16]);

/* Removes nothing from the host: the routes guard the overlay while Nave is away. */
void route_kernel_free(struct route_kernel *k);

/*
 * Wants 'prefix' to be reached through the device 'netdev' and, unless its family is 0, 'gateway' on it; 'overlay':
 * with the unreachable route behind.  NULL 'netdev': unreachable alone.
 */
MUST_USE enum err route_kernel_put(
	struct route_kernel *k, const struct addr_prefix *prefix, const char *netdev, const struct addr *gateway, bool overlay);
void route_kernel_del(struct route_kernel *k, const struct addr_prefix *prefix);

/*
 * An address of 'netdev', set now if the device is there and by route_kernel_refresh if it comes later.  With the first address of a
 * subnet the host deletes the others and what routes they carry, unless promote_secondaries is set: these are put again at once.
 */
MUST_USE enum err route_kernel_address(struct route_kernel *k, const char *netdev, const struct addr_prefix *prefix, bool add);

/*
 * Applies what changed since the last time, in batches; returns how many entries the kernel refused.  They are tried
 * again with the next change.
 */
unsigned route_kernel_flush(struct route_kernel *k);

/* The device 'netdev' appeared or lost its routes: all of its addresses and routes are applied again. */
void route_kernel_refresh(struct route_kernel *k, const char *netdev);

#ifdef __cplusplus
}
#endif
#endif
