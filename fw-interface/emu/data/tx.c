/*
 * The transmit path: docs/fw-interface.md 9.1 and 12.2.  Each descriptor is copied once; the frame is gathered into the
 * wire's buffer before anything looks at it, so the driver can't change it behind the guard's back.  Device thread.
 */
#include "emu/data/tx.h"

#include <string.h>

#include "emu/data/esp_out.h"
#include "emu/data/frame.h"
#include "emu/event.h"
#include "mbox/shm.h"

enum { BURST = 32, KNOWN_FLAGS = FWI_TX_MORE | FWI_TX_DEVICE_NUMBERS };

/* The frame being sent. */
struct out {
	struct fwi_tx_desc first;
	uint8_t *buf;
	uint32_t room;
	uint32_t len;
};

static void tell_refused(struct emu *e, const struct fwi_tx_desc *d, const struct emu_sa *sa, unsigned reason)
{
	struct fwi_event ev;

	if (!limit_take(&e->refused_events, e->now_ms))
		return;
	ev = emu_event_of(FWI_EV_TX_REFUSED);
	ev.direction = FWI_DIR_OUT;
	ev.reason = (uint8_t)reason;
	ev.sa_index = d->sa_index;
	ev.sa_generation = d->sa_generation;
	ev.spi = le32_of(sa != NULL ? sa->spi : 0);
	ev.number = d->number;
	emu_event_put(e, &ev);
}

static void refuse(struct emu *e, const struct fwi_tx_desc *d, struct emu_sa *sa, unsigned reason)
{
	switch (reason) {
	case FWI_TX_R_CHECK:
		e->count.tx_bad_check++;
		break;
	case FWI_TX_R_UNKNOWN:
		e->count.tx_unknown_sa++;
		break;
	case FWI_TX_R_STALE:
		e->count.tx_stale_sa++;
		break;
	case FWI_TX_R_NUMBER:
		e->count.tx_bad_number++;
		sa->count.refused++;
		break;
	case FWI_TX_R_EXHAUSTED:
		e->count.tx_exhausted++;
		sa->count.refused++;
		break;
	case FWI_TX_R_SIZE:
		e->count.tx_oversize++;
		sa->count.malformed++;
		break;
	default:
		e->count.tx_malformed++;
		sa->count.malformed++;
		break;
	}
	tell_refused(e, d, sa, reason);
}

/* The SA of a secured descriptor and its number; 0 or the reason to refuse. */
static unsigned admit(struct emu *e, const struct fwi_tx_desc *d, struct emu_sa **sa, uint64_t *number)
{
	*sa = NULL;
	if (le16_get(d->check) != fwi_tx_check(d, e->epoch))
		return FWI_TX_R_CHECK;
	*sa = emu_sa_at(&e->sa[FWI_DIR_OUT], le32_get(d->sa_index));
	if (*sa == NULL)
		return FWI_TX_R_UNKNOWN;
	if ((*sa)->generation != le16_get(d->sa_generation)) {
		*sa = NULL;
		return FWI_TX_R_STALE;
	}
	emu_touch(e, *sa);
	return emu_esp_out_number(*sa, d, number);
}

/*
 * Copies the descriptors of one frame (the first is in 'o') and their data behind the room.  '*used' counts all that belong to
 * the frame, at most 'have'.  False: the chain or an address is wrong.
 */
static bool gather(struct emu *e, const struct emu_queue *q, const struct fwi_tx_desc *ring, struct out *o, uint32_t have, uint32_t *used)
{
	struct fwi_tx_desc d = o->first;
	uint32_t mask = (1u << q->ring.log2_slots) - 1;
	bool good = true;

	for (*used = 1;; (*used)++) {
		uint32_t len = le16_get(d.length);
		const uint8_t *from = emu_mem_at(&e->mem, le16_get(d.region), le64_get(d.offset), len);

		if (from == NULL || len == 0 || o->len + len > FWI_FRAME_MAX || *used > FWI_TX_SEGS_MAX)
			good = false;
		if (good) {
			memcpy(o->buf + o->room + o->len, from, len);
			o->len += len;
		}
		if ((d.flags & FWI_TX_MORE) == 0)
			return good;
		if (*used == have)
			return false;
		mbox_shm_copy(&d, &ring[(q->cons + *used) & mask], sizeof(d));
		if (d.opcode != FWI_TX_SEG || (d.flags & ~(unsigned)FWI_TX_MORE) != 0)
			return false; /* that one begins a frame of its own */
	}
}

static void tell_guarded(struct emu *e, const struct emu_frame *f)
{
	struct fwi_event ev;

	e->count.tx_guarded++;
	if (!limit_take(&e->guard_events, e->now_ms))
		return;
	ev = emu_event_of(FWI_EV_GUARD_DROP);
	ev.value = le32_of((uint32_t)(e->count.tx_guarded - e->guard_told));
	e->guard_told = e->count.tx_guarded;
	ev.family = f->family;
	if (f->family != 0)
		memcpy(ev.addr, f->dst, f->addr_len);
	emu_event_put(e, &ev);
}

static void send_frame(struct emu *e, uint32_t len)
{
	e->count.tx_packets++;
	e->count.tx_bytes += len;
	e->config.wire->ops->tx(e->config.wire, len);
}

static void send_plain(struct emu *e, const struct out *o)
{
	struct emu_frame f;

	emu_frame_parse(o->buf, o->len, &f);
	if (o->len < EMU_FRAME_ETHER) {
		e->count.tx_bad_desc++;
	} else if (o->len > e->port.mtu + EMU_FRAME_ETHER + (f.tagged ? EMU_FRAME_TAG : 0u)) {
		e->count.tx_oversize++;
	} else if (!emu_guard_allows(&e->guard, &f, e->now_ms)) {
		tell_guarded(e, &f);
	} else {
		send_frame(e, o->len);
	}
}

static void send_secured(struct emu *e, struct emu_sa *sa, const struct out *o, uint64_t number)
{
	const struct emu_esp_out p = { .buf = o->buf, .l2_len = o->first.l2_len, .len = o->len, .number = number };
	uint32_t len = 0;
	unsigned reason = emu_esp_out_seal(e, sa, &p, &len);

	if (reason != 0) {
		refuse(e, &o->first, sa, reason);
		return;
	}
	e->count.tx_secured++;
	send_frame(e, len);
}

static bool is_start(const struct fwi_tx_desc *d)
{
	if ((d->flags & ~(unsigned)KNOWN_FLAGS) != 0)
		return false;
	if (d->opcode == FWI_TX_PLAIN)
		return (d->flags & FWI_TX_DEVICE_NUMBERS) == 0;
	return d->opcode == FWI_TX_SECURED && (d->l2_len == EMU_FRAME_ETHER || d->l2_len == EMU_FRAME_ETHER + EMU_FRAME_TAG);
}

/* Serves the frame at the consumer position; returns how many descriptors it had. */
static uint32_t serve(struct emu *e, const struct emu_queue *q, const struct fwi_tx_desc *ring, uint32_t have)
{
	struct out o = { .buf = e->config.wire->ops->buffer(e->config.wire) };
	struct emu_sa *sa = NULL;
	uint64_t number = 0;
	unsigned reason = 0;
	uint32_t used = 1;
	bool good;

	mbox_shm_copy(&o.first, &ring[q->cons & ((1u << q->ring.log2_slots) - 1)], sizeof(o.first));
	if (!is_start(&o.first)) {
		e->count.tx_bad_desc++;
		return 1;
	}
	if (o.first.opcode == FWI_TX_SECURED)
		reason = admit(e, &o.first, &sa, &number);
	o.room = sa != NULL ? emu_esp_out_room(sa) : 0;
	good = gather(e, q, ring, &o, have, &used);
	if (reason != 0)
		refuse(e, &o.first, sa, reason);
	else if (!good)
		e->count.tx_bad_desc++;
	else if (sa != NULL)
		send_secured(e, sa, &o, number);
	else
		send_plain(e, &o);
	return used;
}

/* Descriptors that wait in queue 'q'. */
static uint32_t waiting(const struct emu *e, unsigned q)
{
	return mbox_shm_load32(&e->bar->driver.queue[q].tx_prod) - e->tx[q].cons;
}

static void stop_broken(struct emu *e, unsigned q)
{
	e->tx[q].running = false;
	emu_event_queue_error(e, FWI_QUEUE_TX, q);
}

static bool poll_queue(struct emu *e, unsigned index)
{
	struct emu_queue *q = &e->tx[index];
	uint32_t have = waiting(e, index);
	const struct fwi_tx_desc *ring;
	struct fwi_tx_head *head;

	if (have == 0)
		return false;
	ring = (const struct fwi_tx_desc *)emu_ring_at(e, &q->ring, sizeof(*ring));
	head = (struct fwi_tx_head *)emu_ring_at(e, &q->back, sizeof(*head));
	if (ring == NULL || head == NULL || have > 1u << q->ring.log2_slots) {
		stop_broken(e, index);
		return true;
	}
	for (unsigned i = 0; i < BURST && have > 0; i++) {
		uint32_t used = serve(e, q, ring, have);

		q->cons += used;
		have -= used;
	}
	e->count.tx_wire_full += e->config.wire->ops->flush(e->config.wire);
	mbox_shm_store32(&head->position, q->cons);
	return true;
}

bool emu_tx_poll(struct emu *e)
{
	bool work = false;

	for (unsigned q = 0; q < FWI_QUEUES_MAX; q++)
		if (e->tx[q].running && poll_queue(e, q))
			work = true;
	return work;
}

bool emu_tx_has_work(const struct emu *e)
{
	for (unsigned q = 0; q < FWI_QUEUES_MAX; q++)
		if (e->tx[q].running && waiting(e, q) != 0)
			return true;
	return false;
}
