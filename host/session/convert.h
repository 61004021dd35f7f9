#ifndef SESSION_CONVERT_H
#define SESSION_CONVERT_H

#include "cfg/model.h"
#include "dp/api.h"
#include "ike/ports.h"
#include "ike/wire/id.h"
#include "ike/wire/ts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The same thing in the words of the configuration, of IKEv2 and of the datapath.  Pure functions. */

enum { SESSION_ID_TEXT = 256 }; /* of an identity, with NUL */

/*
 * A peer's identity as the configuration compares it.  'text' holds the value of a name for as long as 'out' is
 * used; a DN's type is told, its value isn't.  ERR_UNSUPPORTED for a type that the language has no word for;
 * ERR_RANGE for a name too long for 'text', ERR_MALFORMED for one with a NUL in it.
 */
MUST_USE enum err session_convert_id(const struct ike_id *id, char text[SESSION_ID_TEXT], struct cfg_identity *out);

/* An identity of the configuration on the wire; borrows from 'id'.  NONE is the address 'self', which it borrows then. */
struct ike_id session_convert_own_id(const struct cfg_identity *id, const struct addr *self);

/* Proposals of an IKEv2 policy, and of an IPsec profile's transform sets; incomplete objects are left out. */
void session_convert_ike_offers(const struct cfg_policy *policy, struct ike_offers *out);
void session_convert_esp_offers(const struct cfg_ipsec_profile *profile, struct ike_offers *out);

/* Those of key exchanges of their own; false: the library lacks the first. */
bool session_convert_groups(const struct cfg_ipsec_profile *profile, struct ike_groups *out);

/* GRE of 'host'. */
struct ike_ts session_convert_gre(const struct addr *host);

/* The any/any selectors of a tunnel mode; returns how many. */
unsigned session_convert_selectors(enum cfg_tunnel_mode mode, struct ike_ts out[2]);

struct dp_ts session_convert_ts(const struct ike_ts *ts);

/*
 * The algorithms of an ESP SA.  ERR_UNSUPPORTED when the datapath has no word for one.
 */
MUST_USE enum err session_convert_algs(const struct crypto_alg *encr, const struct crypto_alg *integ, struct dp_sa *out);

#ifdef __cplusplus
}
#endif
#endif
