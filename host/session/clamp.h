#ifndef SESSION_CLAMP_H
#define SESSION_CLAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "cfg/model.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The segments that TCP may agree on through a tunnel.  What nobody wrote is chosen so that TCP gets through without a word of the
 * routers on the way: by IPv6 every path takes 1280 bytes (RFC8200-5), and by IPv4 as good as every one.
 */
struct session_clamp {
	const struct cfg_interface *source; /* the tunnel's lines */
	uint8_t family;                     /* of the outer packets */
	bool gre, esp;                      /* what is around the inner ones */
	enum dp_df df;
};

/*
 * Bytes of a segment of the inner family; 0: it is left alone.  As `adjust-mss` says; else none where the routers' word is relied on
 * (`tunnel path-mtu-discovery`) or they may cut (IPv4 without DF); else what fits `ip mtu`, or a path of 1280 bytes, unless that is less than 500.
 */
uint16_t session_clamp_mss(const struct session_clamp *c, enum dp_family inner);

#ifdef __cplusplus
}
#endif
#endif
