#ifndef IKE_MTU_H
#define IKE_MTU_H

#include "ike/sa.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Bytes of an IP packet of IKE on 'path' above which a message goes in fragments, RFC7383-2.5.1: what the configuration says, else 576
 * or, with IPv6, 1280; lower once the path didn't seem to carry that.
 */
uint16_t ike_mtu_of(const struct ike_sa *sa, const struct ike_path *path);

/* The next lower size to try, RFC7383-2.5.2, that a message of 'len' bytes doesn't fit into; 0: there is none. */
uint16_t ike_mtu_below(const struct ike_sa *sa, const struct ike_path *path, size_t len);

/* Bytes of an IKE message in a packet of 'mtu' bytes on 'path'. */
size_t ike_mtu_room(uint16_t mtu, const struct ike_path *path);

#ifdef __cplusplus
}
#endif
#endif
