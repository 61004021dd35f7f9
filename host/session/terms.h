#ifndef SESSION_TERMS_H
#define SESSION_TERMS_H

#include "cfg/model.h"
#include "ike/ports.h"
#include "ike/wire/ts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The terms of an IKE SA and its CHILD_SAs as the configuration states them, with room for their selectors. */
struct session_terms {
	struct ike_terms terms;
	struct ike_ts local[2];
	struct ike_ts remote[2];
};

/*
 * Fills 'out' for 'profile' and the tunnel or template 'i' in 'mode', which has a complete IPsec profile, between the hosts of
 * 'path'.  Selectors are those of cli.md 3: with GRE protocol 47 between these hosts alone.
 * ERR_INCOMPLETE when no transform set is usable; ERR_UNSUPPORTED for a group that isn't built, and for GRE over the other family.
 * 'out->terms' points into 'out', which therefore must not be copied.
 */
MUST_USE enum err session_terms_fill(const struct cfg_profile *profile, const struct cfg_interface *i, enum cfg_tunnel_mode mode,
	const struct ike_path *path, struct session_terms *out);

#ifdef __cplusplus
}
#endif
#endif
