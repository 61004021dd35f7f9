#ifndef PATH_ESP_IN_H
#define PATH_ESP_IN_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * esp -> clear: authentic packets, once each, ESP taken off.  ESP that no SA of this box knows goes to 'plain' if it
 * is for somebody else, else it is counted and sampled.
 */
void path_esp_in(struct path_ctx *c);

#ifdef __cplusplus
}
#endif
#endif
