#ifndef LOADER_RULE_H
#define LOADER_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "loader/steer.h"
#include "steer_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An address that the hub answers to. */
struct loader_local {
	struct addr addr;
	uint32_t vrf;  /* as in struct loader_port */
	bool underlay; /* of the protected side: may be a source on guarded ports */
};

/* What may leave a guarded port beside ARP, ND, MLD, ESP and IKE. */
struct loader_allow {
	enum steer_allow_kind kind;
	uint8_t proto;   /* IP protocol, not for STEER_ALLOW_ETHER */
	uint16_t value;  /* ethertype or port, host order */
	bool any_source; /* not only from underlay addresses */
};

/*
 * Make the table in the kernel equal to 'list': first adds, then removes what isn't in it, so that an address
 * which stays is never absent.  ERR_FULL: more than STEER_LOCALS of a family, or STEER_ALLOWS.
 */
MUST_USE enum err loader_rule_set_local(struct loader_steer *s, const struct loader_local *list, size_t count);
MUST_USE enum err loader_rule_set_allow(struct loader_steer *s, const struct loader_allow *list, size_t count);

/* At most 'burst' new IKE_SA_INIT at once and 'rate_per_s' in the long run from one source prefix; rate 0 is no limit.
 * A burst of 0 counts as 1. */
MUST_USE enum err loader_rule_set_limit(struct loader_steer *s, uint32_t rate_per_s, uint32_t burst);

#ifdef __cplusplus
}
#endif
#endif
