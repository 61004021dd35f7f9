#ifndef EMU_TX_H
#define EMU_TX_H

#include "emu/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sends a burst of each queue; true when there was one. */
bool emu_tx_poll(struct emu *e);

/* Whether any queue's doorbell moved. */
bool emu_tx_has_work(const struct emu *e);

#ifdef __cplusplus
}
#endif
#endif
