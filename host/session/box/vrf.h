#ifndef SESSION_VRF_H
#define SESSION_VRF_H

#include "cfg/model.h"
#include "cfg/platform.h"
#include "session/hub.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * VRFs: the global one and those of the configuration, as VRFs of the datapath, each with the TUN that joins the host's side of it, which
 * the platform file places in a network namespace or on a VRF device of the kernel.  One that isn't placed has no host side: packets are
 * routed in it, no port is in it.
 */

/*
 * The id of the VRF 'name', here and in the datapath; NULL: 0, the global one.  It follows from the name alone, so that it is the same
 * after a restart, and whatever other VRFs come and go.
 */
uint32_t session_vrf_id(const char *name);

/* The way back; NULL: the global one, or none of the configuration's. */
const char *session_vrf_name(const struct session_hub *h, uint32_t id);

/* Whether the configuration 'cfg' has the VRF 'id' (0: it always has). */
bool session_vrf_is_in(const struct cfg_model *cfg, uint32_t id);

/* Where the VRF 'name' is in the host; NULL: it has no side of it. */
const struct cfg_vrf_place *session_vrf_place(const struct session_hub *h, const char *name);

/* The netdev that joins the host to the VRF 'id': "nave0", for each network namespace has its own, or of a VRF device's name. */
const char *session_vrf_tun(const struct session_hub *h, uint32_t id);

/* Puts those that the model has, and marks them.  ERR_EXISTS: the ids of two are the same. */
MUST_USE enum err session_vrf_configure(struct session_hub *h);
void session_vrf_unmark(struct session_hub *h);

/* Takes back those without a mark: the datapath forgets them with the last that names them. */
void session_vrf_sweep(struct session_hub *h);

void session_vrf_free_all(struct session_hub *h);

#ifdef __cplusplus
}
#endif
#endif
