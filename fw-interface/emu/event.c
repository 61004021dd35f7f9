/* The event ring: the device writes, the driver says how far it read. */
#include "emu/event.h"

#include <string.h>

#include "mbox/shm.h"

struct fwi_event emu_event_of(enum fwi_event_type type)
{
	struct fwi_event ev;

	memset(&ev, 0, sizeof(ev));
	ev.type = le16_of((uint16_t)type);
	return ev;
}

static bool has_room(const struct emu *e)
{
	uint32_t cons = mbox_shm_load32(&e->bar->driver.evq_cons);

	/* A consumer position that can't be is as good as a full ring. */
	return e->admin.evq_prod - cons < 1u << e->admin.evq.log2_slots;
}

void emu_event_put(struct emu *e, struct fwi_event *ev)
{
	struct fwi_event *ring = NULL;
	struct fwi_event *slot;

	if (e->state == FWI_STATE_READY)
		ring = (struct fwi_event *)emu_ring_at(e, &e->admin.evq, sizeof(*ring));
	if (ring == NULL || !has_room(e)) {
		e->admin.events_lost++;
		e->count.events_lost++;
		return;
	}
	ev->lost = le32_of(e->admin.events_lost);
	e->admin.events_lost = 0;
	slot = &ring[e->admin.evq_prod & ((1u << e->admin.evq.log2_slots) - 1)];
	memcpy((uint8_t *)slot + sizeof(slot->position), (const uint8_t *)ev + sizeof(ev->position), sizeof(*ev) - sizeof(ev->position));
	mbox_shm_store32(&slot->position, e->admin.evq_prod + 1);
	e->admin.evq_prod++;
	emu_irq_update(&e->admin.event_irq, e->link.vector_fd[0], e->admin.evq_prod, &e->bar->driver.evq_arm);
}

void emu_event_link(struct emu *e)
{
	struct fwi_event ev = emu_event_of(FWI_EV_LINK);

	ev.reason = e->port.up;
	emu_event_put(e, &ev);
}

void emu_event_queue_error(struct emu *e, enum fwi_queue_kind kind, unsigned queue)
{
	struct fwi_event ev = emu_event_of(FWI_EV_QUEUE_ERROR);

	ev.reason = (uint8_t)kind;
	ev.value = le32_of(queue);
	log_event(e->config.log, LOG_L_WARN, "nic.queue-error", "kind=%d queue=%u", (int)kind, queue);
	emu_event_put(e, &ev);
}
