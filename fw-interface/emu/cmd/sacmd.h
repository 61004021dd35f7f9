#ifndef EMU_SACMD_H
#define EMU_SACMD_H

#include "emu/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* SA_ADD, _DEL, _STATE, _DUMP. */
enum fwi_status emu_sacmd_run(struct emu *e, const struct fwi_cmd *cmd, uint8_t *result);

/* Wipes the image of an SA_ADD that isn't carried out. */
void emu_sacmd_discard(struct emu *e, const struct fwi_cmd *cmd);

#ifdef __cplusplus
}
#endif
#endif
