#ifndef AAA_AUTHORIZE_H
#define AAA_AUTHORIZE_H

#include "aaa/grant.h"
#include "aaa/mangle.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

struct aaa_request {
	const struct cfg_profile *profile;
	enum cfg_auth method;          /* how the peer proved itself; certificates are CFG_AUTH_RSA */
	const struct cfg_model *model; /* of the profile */
	const struct aaa_name *name;   /* the peer's; NULL: it isn't known yet, to an initiator */
};

/*
 * The answer: ERR_OK and the grant, or the reason why the peer is refused (ERR_AUTH: no such policy, or no name to look it up by; ERR_UNSUPPORTED:
 * a method that isn't there yet).  Called once, perhaps before aaa_authorize returns.
 */
typedef void aaa_answer_fn(void *ctx, enum err err, const struct aaa_grant *grant);

/*
 * User and group authorization of 'request' as the profile's lines for its method say.  A profile without such a
 * line grants nothing and refuses nobody: the grant is then inactive.
 */
void aaa_authorize(const struct aaa_request *request, aaa_answer_fn *answer, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
