#ifndef SESSION_MODE_H
#define SESSION_MODE_H

#include "cfg/model.h"
#include "ike/wire/ts.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The tunnel mode that a peer means by the selectors it proposes for itself, over 'transport' (AF_INET or AF_INET6), cli.md 3: `virtual-template N
 * mode auto`.  Protocol 47 is GRE; else the families are those of the selectors.  None at all: what carries both.
 */
enum cfg_tunnel_mode session_mode_of(uint8_t transport, const struct ike_ts *ts, unsigned count);

#ifdef __cplusplus
}
#endif
#endif
