#ifndef EMU_IRQ_H
#define EMU_IRQ_H

#include <stdbool.h>
#include <stdint.h>

#include "fwi/regs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One ring's claim to a vector: the arm value that was served last.  docs/fw-interface.md 3.4. */
struct emu_irq {
	uint32_t served;
	bool fired;
};

/* Raises 'fd' if the ring, whose next position is 'position', has what the driver armed 'arm' for. */
void emu_irq_update(struct emu_irq *irq, int fd, uint32_t position, const le32 *arm);

#ifdef __cplusplus
}
#endif
#endif
