/* One-shot interrupts by eventfd. */
#include "emu/irq.h"

#include <unistd.h>

#include "mbox/shm.h"

void emu_irq_update(struct emu_irq *irq, int fd, uint32_t position, const le32 *arm)
{
	const uint64_t one = 1;
	uint32_t armed;
	ssize_t ignored;

	mbox_shm_barrier();
	armed = mbox_shm_load32(arm);
	if ((int32_t)(position - armed) <= 0 || (irq->fired && irq->served == armed))
		return;
	irq->fired = true;
	irq->served = armed;
	ignored = write(fd, &one, sizeof(one)); /* a full counter is a raised interrupt, too */
	(void)ignored;
}
