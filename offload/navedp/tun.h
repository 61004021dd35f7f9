#ifndef NAVEDP_TUN_H
#define NAVEDP_TUN_H

#include "navedp/inner.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The TUN of a VRF, which joins the host itself to it: a port of the datapath that control doesn't name. */

/* Makes it, when the VRF has none and 'conf' names one. */
MUST_USE enum err navedp_tun_put(struct navedp_box *b, const struct dp_vrf *conf);

/* Takes it away, if there is one; the netdev stays. */
void navedp_tun_del(struct navedp_box *b, uint32_t vrf);

#ifdef __cplusplus
}
#endif
#endif
