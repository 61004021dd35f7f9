#ifndef PATH_CARRY_H
#define PATH_CARRY_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* gre -> plain: the passenger of the tunnel that has these addresses and key, in its VRF; what is no tunnel's goes on as it is. */
void path_carry_in(struct path_ctx *c);

/* carried -> out: GRE around passengers, by the route in the front VRF. */
void path_carry_out(struct path_ctx *c);

#ifdef __cplusplus
}
#endif
#endif
