#ifndef EMU_QUEUE_H
#define EMU_QUEUE_H

#include "emu/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* QUEUE_SETUP, _START, _STOP. */
enum fwi_status emu_queue_run(struct emu *e, const struct fwi_cmd *cmd, uint8_t *result);

/* Stops every queue and forgets rings and pages; the port goes down. */
void emu_queue_forget(struct emu *e);

/* The position that each rx queue's next completion will have, for SA_DEL and FLOW_DEL. */
void emu_queue_rx_positions(const struct emu *e, le32 out[FWI_QUEUES_MAX]);

#ifdef __cplusplus
}
#endif
#endif
