#ifndef SESSION_VIF_H
#define SESSION_VIF_H

#include "session/hub.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The host's netdevs of virtual accesses, with `platform netdev virtual-access`: the datapath makes them and tells when one is there.
 * Until then, and when it can't be had, the host reaches what is behind the session by the TUN of its VRF.  Sessions know nothing of it.
 */

/*
 * The session's tunnel is put: whether that asks for a netdev.  One that it had and is to have no longer is given up: the host's routes leave
 * it first.
 */
bool session_vif_ask(struct session *s);

/* The tunnel is about to go. */
void session_vif_end(struct session_hub *h, uint32_t tunnel);

/* The configuration is another: tunnels that are up get their netdev, or lose it. */
void session_vif_configure(struct session_hub *h);

/* The datapath has made one, or tells why it can't; and the datapath is gone, and with it all. */
void session_vif_heard(struct session_hub *h, const struct dp_event *e);
void session_vif_lost(struct session_hub *h);

/* The netdev of a tunnel that is there; NULL: none. */
const char *session_vif_netdev(const struct session_hub *h, uint32_t tunnel);

/* The way back; 0: it is no tunnel's. */
uint32_t session_vif_tunnel(const struct session_hub *h, uint32_t vrf, const char *netdev);

/* The name of the netdev that a tunnel has or is to have, NULL: none; and if it isn't there, why, else NULL. */
const char *session_vif_name(const struct session_hub *h, uint32_t tunnel, const char **why);

void session_vif_free_all(struct session_hub *h);

#ifdef __cplusplus
}
#endif
#endif
