#ifndef EMU_CMD_H
#define EMU_CMD_H

#include "emu/device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EMU_CMD_RESULT = 48 };

/*
 * Carries out one command, a private copy.  'result' (zeroed) is filled on FWI_ST_OK where the command has one.  The
 * epoch has been checked.
 */
enum fwi_status emu_cmd_run(struct emu *e, const struct fwi_cmd *cmd, uint8_t result[EMU_CMD_RESULT]);

/* For a command that isn't carried out: wipes the keys that it points to. */
void emu_cmd_discard(struct emu *e, const struct fwi_cmd *cmd);

#ifdef __cplusplus
}
#endif
#endif
