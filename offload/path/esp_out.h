#ifndef PATH_ESP_OUT_H
#define PATH_ESP_OUT_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* seal -> out, or sealed what is to be cut: a number, then ESP by the SA's engine, or a mark for the device. */
void path_esp_out(struct path_ctx *c);

#ifdef __cplusplus
}
#endif
#endif
