#ifndef PATH_HAND_H
#define PATH_HAND_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Puts a packet aside for a later burst of this round; dropped when there are too many. */
void path_hand_again(struct path_ctx *c, const struct path_hand *h);

/* Gives the packet to the worker that owns its SA; dropped when its queue is full. */
void path_hand_over(struct path_ctx *c, struct path_pkt *p, uint32_t owner, enum path_stage stage);

/* Puts a packet that was put aside into the list of the stage where it goes on. */
void path_hand_resume(struct path_ctx *c, struct path_pkt *p, const struct path_hand *h);

#ifdef __cplusplus
}
#endif
#endif
