#ifndef CFG_QOS_H
#define CFG_QOS_H

#include "cfg/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Names of DSCP values (RFC2474, RFC2597, RFC3246) and of precedences (RFC791), or numbers; ERR_RANGE: neither. */
MUST_USE enum err cfg_qos_dscp(const char *text, uint8_t *out);
MUST_USE enum err cfg_qos_precedence(const char *text, uint8_t *out);

/* The name of a value, NULL: it has none. */
const char *cfg_qos_dscp_name(uint8_t dscp);

/* The classes of 'p' and of the policies in it, each behind the one it is in, class-default the last of its policy. */
typedef void cfg_qos_fn(void *ctx, const struct cfg_policy_map *p, const struct cfg_policy_class *c, unsigned depth);
void cfg_qos_walk(const struct cfg_policy_map *p, cfg_qos_fn *fn, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
