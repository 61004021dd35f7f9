#ifndef IKE_CP_H
#define IKE_CP_H

#include <stdint.h>

#include "base/addr.h"
#include "base/rd.h"
#include "base/wr.h"
#include "ike/wire/iana.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_CP_MAX = 128 }; /* attributes of one payload */

/* Configuration attribute, RFC7296-3.15.1.  'value' borrows from the message and may be empty. */
struct ike_cp_attr {
	uint16_t type; /* enum ike_cfg_type, or one that isn't understood */
	struct bytes value;
};

/* Configuration payload body, RFC7296-3.15. */
struct ike_cp {
	uint8_t type; /* enum ike_cp_type */
	uint8_t count;
	struct ike_cp_attr attr[IKE_CP_MAX];
};

/*
 * ERR_MALFORMED for a payload type out of the list or an attribute whose length its type can't have; ERR_LIMIT for
 * more attributes than fit; ERR_TRUNCATED.  Attributes that aren't understood are kept.
 */
MUST_USE enum err ike_cp_parse(struct rd *r, struct ike_cp *out);

/* The first attribute of 'type', or NULL. */
const struct ike_cp_attr *ike_cp_find(const struct ike_cp *cp, uint16_t type);

/* The value of an address attribute (IP4_ADDRESS, …_NETMASK, …_DNS, …_NBNS, …_DHCP, IP6_DNS, IP6_DHCP).  ERR_ABSENT when it's empty. */
MUST_USE enum err ike_cp_addr(const struct ike_cp_attr *attr, struct addr *out);

/*
 * The value of a prefix attribute (IP4_SUBNET, IP6_SUBNET, IP6_ADDRESS, whose host bits stay).  ERR_ABSENT when it's
 * empty, ERR_MALFORMED for a netmask with holes or a length above 128.
 */
MUST_USE enum err ike_cp_prefix(const struct ike_cp_attr *attr, struct addr_prefix *out);

/* The body is written attribute by attribute: ike_cp_build first, the others in any order. */
void ike_cp_build(struct wr *w, uint8_t type);
void ike_cp_build_empty(struct wr *w, uint16_t type); /* asks for a value, or acknowledges one */
void ike_cp_build_bytes(struct wr *w, uint16_t type, struct bytes value);
void ike_cp_build_addr(struct wr *w, uint16_t type, const struct addr *a);

/* IP4_SUBNET (address and netmask) or IP6_SUBNET and IP6_ADDRESS (address and length). */
void ike_cp_build_prefix(struct wr *w, uint16_t type, const struct addr_prefix *p);

#ifdef __cplusplus
}
#endif
#endif
