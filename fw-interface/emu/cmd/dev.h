#ifndef EMU_DEV_H
#define EMU_DEV_H

#include "emu/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* IDENTIFY, CAPS, RESET. */
enum fwi_status emu_dev_run(struct emu *e, const struct fwi_cmd *cmd);

/* GUARD_SET. */
enum fwi_status emu_dev_guard(struct emu *e, const struct fwi_cmd *cmd);

/* Wipes all SAs and rules. */
void emu_dev_forget_sas(struct emu *e);

#ifdef __cplusplus
}
#endif
#endif
