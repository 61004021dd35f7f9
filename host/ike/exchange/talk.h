#ifndef IKE_TALK_H
#define IKE_TALK_H

#include "ike/sa.h"
#include "ike/wire/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The EAP conversation of a set-up, RFC7296-2.16, as both ends have it: the world says what is in the packets, here is which of them is due
 * and what comes of the end.  sa->setup->talk is its state.
 */

enum { IKE_TALK_ROUNDS = 64 }; /* EAP-TLS with long chains takes some twenty */

/* Begins it: from now on it has so long as the engine's configuration says. */
void ike_talk_begin(struct ike_sa *sa);

/* How long it may still take; at least 1. */
uint64_t ike_talk_left_ms(const struct ike_sa *sa);

/* Asks the world what to answer to 'packet'; empty: how to begin.  ERR_LIMIT after IKE_TALK_ROUNDS. */
MUST_USE enum err ike_talk_ask(struct ike_sa *sa, struct bytes packet);

/* The same for the EAP payload of 'msg'. */
MUST_USE enum err ike_talk_ask_message(struct ike_sa *sa, const struct ike_msg *msg);

/* Keeps the world's answer; the event that it is. */
enum ike_event ike_talk_take(struct ike_sa *sa, struct ike_eap_answer *answer);

/* Writes the kept packet as an EAP payload; nothing if there is none. */
void ike_talk_build(const struct ike_sa *sa, struct ike_build *b);

#ifdef __cplusplus
}
#endif
#endif
