#ifndef IKE_ACT_REDIRECT_H
#define IKE_ACT_REDIRECT_H

#include "ike/blob.h"
#include "ike/fsm.h"
#include "ike/wire/build.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ike_gateway;

/* ---- as a gateway ---- */

/* The new peer of e->msg, whose nonce is 'nonce', is sent elsewhere without state (RFC5685-4), if the world wants it; true: it was. */
bool ike_act_redirect_new_peer(struct ike_engine *e, const struct ike_path *path, struct bytes nonce);

/* Reads where the peer of an accepted IKE_SA_INIT comes from. */
void ike_act_redirect_take_from(struct ike_sa *sa, const struct ike_msg *msg);

/* Keeps the gateway that the peer is to be told, as the notify's data. */
MUST_USE enum err ike_act_redirect_keep(struct ike_blob *to, const struct ike_gateway *gateway);

/* ---- as a client ---- */

/* Appends REDIRECTED_FROM to an IKE_SA_INIT that follows a redirect, RFC5685-3: it stands for REDIRECT_SUPPORTED. */
void ike_act_redirect_build_from(struct ike_sa *sa, struct ike_build *b);

/* REDIRECT in an IKE_SA_INIT response: the SA is over if it is followed. */
ike_action_fn ike_act_redirect_init;

/* REDIRECT in the IKE_AUTH response 'msg', whose sender is verified; true: it is followed, and the SA is over. */
bool ike_act_redirect_auth(const struct ike_step *s, const struct ike_msg *msg);

/* REDIRECT in an INFORMATIONAL request, RFC5685-5: the world makes the other SA, and deletes this one. */
void ike_act_redirect_told(const struct ike_step *s);

#ifdef __cplusplus
}
#endif
#endif
