#ifndef SESSION_IFACE_H
#define SESSION_IFACE_H

#include "cfg/platform.h"
#include "route/rib.h"
#include "session/hub.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The box's own interfaces: ports and loopbacks of the configuration as ports and local addresses of the datapath,
 * connected and local routes, and addresses on the host's devices.
 */
struct session_ifaces;

MUST_USE enum err session_iface_new(struct session_ifaces **out, struct session_hub *h);
void session_iface_free(struct session_ifaces *t);

/* Puts the ports and addresses that the hub's model and platform have, and marks them. */
MUST_USE enum err session_iface_configure(struct session_ifaces *t);
void session_iface_unmark(struct session_ifaces *t);

/* The addresses of static tunnels, which are configured by then (R-TUN-17). */
MUST_USE enum err session_iface_configure_tunnels(struct session_ifaces *t);

/* Takes back those without a mark. */
void session_iface_sweep(struct session_ifaces *t);

/* How the routing table knows the interface; kind NONE when it has no port. */
struct route_if session_iface_key(const struct session_ifaces *t, const char *name);

/* The host's device behind an interface of the routing table: netdev, twin, a tunnel's own or TUN; NULL when there is none. */
const char *session_iface_netdev(const struct session_ifaces *t, uint32_t vrf, struct route_if key);

/* The way back, as session_hub_key. */
struct route_if session_iface_of_netdev(const struct session_ifaces *t, uint32_t vrf, const char *netdev);

/* Whether the host sets addresses and routes of an interface of the routing table by itself. */
bool session_iface_by_host(const struct session_ifaces *t, struct route_if key);

/* The datapath's port 'id' has its carrier, or lost it: what is reached through it alone is in the routing table, or isn't. */
void session_iface_link(struct session_ifaces *t, uint32_t id, bool up);

/* Whether it has, as far as is known. */
bool session_iface_has_link(const struct session_ifaces *t, struct route_if key);

/* Whether it is a protected port. */
bool session_iface_is_wan(const struct session_ifaces *t, struct route_if key);

/* The configuration's name of the datapath's port 'id'; NULL when there is none. */
const char *session_iface_port_name(const struct session_ifaces *t, uint32_t id);

#ifdef __cplusplus
}
#endif
#endif
