#ifndef IKE_ABILITY_H
#define IKE_ABILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "ike/wire/build.h"
#include "ike/wire/msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Abilities that a peer announces by a notify without data.  X(name, notify, exchange that carries it, who announces).
 * Of BOTH the responder answers only what the initiator announced.
 */
#define IKE_ABILITY_LIST(X)                                                                   \
	X(FRAGMENTATION, IKEV2_FRAGMENTATION_SUPPORTED, IKE_SA_INIT, BOTH)  /* RFC7383-2.3 */ \
	X(INTERMEDIATE, INTERMEDIATE_EXCHANGE_SUPPORTED, IKE_SA_INIT, BOTH) /* RFC9242-3.1 */ \
	X(PPK, USE_PPK, IKE_SA_INIT, BOTH)                                  /* RFC8784-3 */   \
	X(REDIRECT, REDIRECT_SUPPORTED, IKE_SA_INIT, INITIATOR)             /* RFC5685-3 */   \
	X(CHILDLESS, CHILDLESS_IKEV2_SUPPORTED, IKE_SA_INIT, RESPONDER)     /* RFC6023-3 */   \
	X(MOBIKE, MOBIKE_SUPPORTED, IKE_AUTH, BOTH)                         /* RFC4555-3.1 */ \
	X(LOOKUP_I, HTTP_CERT_LOOKUP_SUPPORTED, IKE_AUTH, INITIATOR)        /* RFC7296-3.6 */ \
	X(LOOKUP_R, HTTP_CERT_LOOKUP_SUPPORTED, IKE_SA_INIT, RESPONDER)     /* RFC7296-3.6 */

enum ike_ability {
#define IKE_ABILITY_ENUM(name, notify, exchange, who) IKE_CAN_##name,
	IKE_ABILITY_LIST(IKE_ABILITY_ENUM)
#undef IKE_ABILITY_ENUM
		IKE_CAN_COUNT
};

struct ike_sa;

/* The name of its notify ("MOBIKE_SUPPORTED"). */
const char *ike_ability_str(enum ike_ability ability);

/* Appends what the SA has to announce in its side's message of 'exchange'. */
void ike_ability_build(struct ike_sa *sa, uint8_t exchange, struct ike_build *b);

/* Notes what the peer announces in 'msg'; what was agreed by an earlier message stands. */
void ike_ability_take(struct ike_sa *sa, const struct ike_msg *msg);

/* Something else that stands for the notify was said, by us or by the peer: it may be used from now on, if we are willing. */
void ike_ability_agree(struct ike_sa *sa, enum ike_ability ability);

/* Whether it may be used: who had to announce it did, and we are willing. */
bool ike_ability_agreed(const struct ike_sa *sa, enum ike_ability ability);

/* Whether we announce it where the peer lets us. */
bool ike_ability_willing(const struct ike_sa *sa, enum ike_ability ability);

/* It isn't used after all, nor announced if that hasn't happened yet. */
void ike_ability_renounce(struct ike_sa *sa, enum ike_ability ability);

#ifdef __cplusplus
}
#endif
#endif
