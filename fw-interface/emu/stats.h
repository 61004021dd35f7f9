#ifndef EMU_STATS_H
#define EMU_STATS_H

#include "emu/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* From now on writes 'kind' to 'page'; ADDRESS when it doesn't fit there. */
enum fwi_status emu_stats_page(struct emu *e, uint8_t kind, const struct fwi_addr *page);

/* Writes what changed, when it is time to. */
void emu_stats_poll(struct emu *e);

/* Writes one SA's line now: before it goes. */
void emu_stats_write_sa(struct emu *e, struct emu_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
