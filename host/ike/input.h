#ifndef IKE_INPUT_H
#define IKE_INPUT_H

#include "ike/ports.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ike_agreement;
struct ike_engine;

/* A datagram's way in: parsed, given to its SA, checked against the window, decrypted, held to the rules, stepped. */
void ike_input_receive(struct ike_engine *e, const struct ike_path *path, struct bytes datagram);

/* The message that waited for 'a' goes on from where it was, if the SA has a use for it still; 'a' is gone afterwards. */
void ike_input_resume(struct ike_engine *e, struct ike_agreement *a);

#ifdef __cplusplus
}
#endif
#endif
