#ifndef IKE_MOBIKE_H
#define IKE_MOBIKE_H

#include "ike/fsm.h"
#include "ike/wire/build.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ike_sa;

/* RFC4555 in INFORMATIONAL exchanges.  All of it is void with a peer that MOBIKE wasn't agreed on with. */

/* It was agreed on, and the SA is up. */
bool ike_mobike_usable(const struct ike_sa *sa);

/* Responder of the exchange: does what the request asks for, and appends to the response. */
void ike_mobike_answer(const struct ike_step *s, struct ike_build *b);

/* Our address changed: the SA lives on 'path' from now on, and the peer is told.  False: it can't be, so the SA has to be made anew. */
bool ike_mobike_move(struct ike_sa *sa, const struct ike_path *path);

/* The requests IKE_TX_UPDATE and IKE_TX_CHECK, and what their answers bring. */
void ike_mobike_build_update(struct ike_sa *sa, struct ike_build *b);
void ike_mobike_build_check(struct ike_sa *sa, struct ike_build *b);
void ike_mobike_take_update(const struct ike_step *s);
void ike_mobike_take_check(const struct ike_step *s);

#ifdef __cplusplus
}
#endif
#endif
