#ifndef IKE_OFFSPRING_H
#define IKE_OFFSPRING_H

#include "ike/child.h"
#include "ike/narrow.h"
#include "ike/rekey/attempt.h"
#include "ike/wire/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A pair that the peer asked for, as it is granted: what the response says, and what is installed. */
struct ike_offspring {
	struct ike_choice choice;
	struct ike_child_plan plan; /* its selectors and our nonce are those below */
	struct ike_narrow_result fit;
	uint8_t nonce[IKE_ATTEMPT_NONCE];
	struct bytes pub; /* for KE: of the step's key exchange */
};

/* What 'plan' borrows from the offspring itself, after that was filled or copied. */
void ike_offspring_bind(struct ike_offspring *o);

/* The content of the response to CREATE_CHILD_SA; 'link' empty: there are no further key exchanges.  ERR_LIMIT. */
MUST_USE enum err ike_offspring_build(struct ike_build *b, const struct ike_offspring *o, struct bytes link);

#ifdef __cplusplus
}
#endif
#endif
