#ifndef EMU_FLOWCMD_H
#define EMU_FLOWCMD_H

#include "emu/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* FLOW_ADD, _DEL, _STATS, _DUMP. */
enum fwi_status emu_flowcmd_run(struct emu *e, const struct fwi_cmd *cmd, uint8_t *result);

#ifdef __cplusplus
}
#endif
#endif
