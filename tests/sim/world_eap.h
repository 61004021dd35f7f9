#ifndef TESTS_SIM_WORLD_EAP_H
#define TESTS_SIM_WORLD_EAP_H

#include "world.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Answers an EAP packet, from the session's end of the conversation, which the first call makes. */
void world_eap_answer(struct world *w, struct world_session *s, struct bytes packet);
void world_eap_end(struct world_session *s);

#ifdef __cplusplus
}
#endif
#endif
