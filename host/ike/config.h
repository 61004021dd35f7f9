#ifndef IKE_CONFIG_H
#define IKE_CONFIG_H

#include "base/rd.h"
#include "base/wr.h"
#include "ike/ports.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The Configuration payload as the world sees it, RFC7296-3.15.  'type' of what was read goes to '*type' (enum
 * ike_cp_type).  Attributes that don't fit or mean nothing to Nave are counted in out->dropped.
 */
MUST_USE enum err ike_config_parse(struct bytes body, uint8_t *type, struct ike_config *out);

/* CFG_REQUEST for all of config->want. */
void ike_config_build_request(struct wr *w, const struct ike_config *config);

/* CFG_REPLY or CFG_SET with all that 'config' holds. */
void ike_config_build(struct wr *w, uint8_t type, const struct ike_config *config);

/* CFG_ACK: an empty attribute for each prefix of 'config' that is accepted (cli.md 1.5). */
void ike_config_build_ack(struct wr *w, const struct ike_config *config, const bool *accepted);

#ifdef __cplusplus
}
#endif
#endif
