#ifndef EMU_ADMIN_H
#define EMU_ADMIN_H

#include "emu/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Follows the driver's 'control' register: a new epoch, or off. */
bool emu_admin_control(struct emu *e);

/* Carries out commands and writes completions that are due; true when there was work. */
bool emu_admin_poll(struct emu *e);

/* Whether control or the submission doorbell moved. */
bool emu_admin_has_work(const struct emu *e);

/* DMA stops: every ring and page is forgotten, the port goes down; SAs, rules and guard stay. */
void emu_admin_off(struct emu *e);

#ifdef __cplusplus
}
#endif
#endif
