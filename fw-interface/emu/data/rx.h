#ifndef EMU_RX_H
#define EMU_RX_H

#include "emu/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Takes a burst from the wire into the driver's buffers; true when there was one. */
bool emu_rx_poll(struct emu *e);

/* Whether a paced wire has frames and the driver buffers. */
bool emu_rx_has_work(const struct emu *e);

#ifdef __cplusplus
}
#endif
#endif
