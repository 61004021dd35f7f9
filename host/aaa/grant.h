#ifndef AAA_GRANT_H
#define AAA_GRANT_H

#include <stdbool.h>
#include <stdint.h>

#include "cfg/derive.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { AAA_SOURCE_MAX = 2 };

/*
 * What a peer was granted: the user's policy and the group's, merged (derivation step 6).  Single values are
 * decided; lists (route sets) are read from 'source' in order.  Pointers live in the model.
 */
struct aaa_grant {
	bool active;                    /* an authorization is configured: only then is there a configuration exchange (R-RTE-12) */
	uint8_t origin[AAA_SOURCE_MAX]; /* enum cfg_origin of each source */
	unsigned source_count;
	const struct cfg_authz_policy *source[AAA_SOURCE_MAX]; /* user, then group */
	const struct cfg_pool *pool;
	const struct cfg_pool *ipv6_pool;
	struct addr netmask; /* family 0: none */
	struct addr dns[2];
	unsigned dns_count;
	struct addr ipv6_dns;
	uint32_t session_lifetime_s; /* the peer authenticates anew within it; 0: never */
	bool route_accept;
	uint8_t route_distance;
	uint32_t route_tag;
};

/* How many `interface-config` lines the grant has; 'out' (NULL: none are wanted) gets them in order, at most 'max'. */
unsigned aaa_grant_lines(const struct aaa_grant *grant, struct cfg_derive_line *out, unsigned max);

/* Merges the policies, either of which may be NULL; the user's wins unless 'group_overrides'. */
void aaa_grant_merge(
	struct aaa_grant *out, const struct cfg_authz_policy *user, const struct cfg_authz_policy *group, bool group_overrides);

#ifdef __cplusplus
}
#endif
#endif
