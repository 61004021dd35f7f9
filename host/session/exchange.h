#ifndef SESSION_EXCHANGE_H
#define SESSION_EXCHANGE_H

#include "aaa/grant.h"
#include "ike/ports.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The configuration exchange (RFC7296-2.19, 3.15) as the grant decides it.  Pure functions. */

/* An interface's own address of one family, an unnumbered one's lender's; family 0: it has none. */
struct addr session_exchange_own_address(const struct cfg_interface *i, uint8_t family);

/* Whether 'a' is one of its addresses, an unnumbered one's lender's. */
bool session_exchange_owns(const struct cfg_interface *i, const struct addr *a);

/*
 * The prefixes that `route set` tells the peer: remote ones as they are, `interface` the own addresses as host
 * prefixes ('own', for IPv4 and IPv6; family 0: none), `interface IF` its connected ones.  A prefix is told once;
 * only families that 'mode' carries; at most IKE_CONFIG_PREFIXES.  Adds to out->prefix.
 */
void session_exchange_routes(const struct aaa_grant *grant, enum cfg_tunnel_mode mode, const struct addr own[2], struct ike_config *out);

/* The prefixes of `route set local`, which this box installs toward the peer; returns how many of 'max' were filled. */
unsigned session_exchange_local_routes(const struct aaa_grant *grant, enum cfg_tunnel_mode mode, struct addr_prefix *out, unsigned max);

/*
 * Whether a prefix of the peer's may become a route: the grant accepts routes, the mode carries its family, and it
 * lies in no block of unspecified, loopback, link-local or group addresses.
 */
bool session_exchange_accepts(const struct aaa_grant *grant, enum cfg_tunnel_mode mode, const struct addr_prefix *p);

/* What an initiator asks for: an address where the tunnel has `negotiated` ones, subnets of the carried families. */
void session_exchange_wants(const struct cfg_interface *tunnel, struct ike_config *out);

#ifdef __cplusplus
}
#endif
#endif
