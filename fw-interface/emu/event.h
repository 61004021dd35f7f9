#ifndef EMU_EVENT_H
#define EMU_EVENT_H

#include "emu/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An event with its type set and all else zero. */
struct fwi_event emu_event_of(enum fwi_event_type type);

/* Puts 'ev' into the driver's ring, or counts it as lost when the ring is full or not there. */
void emu_event_put(struct emu *e, struct fwi_event *ev);

void emu_event_link(struct emu *e);
void emu_event_queue_error(struct emu *e, enum fwi_queue_kind kind, unsigned queue);

#ifdef __cplusplus
}
#endif
#endif
