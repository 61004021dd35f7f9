#ifndef EMU_PORT_H
#define EMU_PORT_H

#include "emu/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* PORT_START, _STOP, _MAC, _MTU, _PROMISC. */
enum fwi_status emu_port_run(struct emu *e, const struct fwi_cmd *cmd);

/* Link down. */
void emu_port_down(struct emu *e);

#ifdef __cplusplus
}
#endif
#endif
