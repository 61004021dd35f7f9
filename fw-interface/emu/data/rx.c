/* The receive path: docs/fw-interface.md 7 and 9.2.  Device thread. */
#include "emu/data/rx.h"

#include <string.h>

#include "emu/data/esp_in.h"
#include "emu/event.h"
#include "mbox/shm.h"

enum { UDP_HEADER = 8, ESP_HEADER = 8, ANY = FWI_QUEUE_ANY };

/* Buffers that the driver posted in queue 'q' and that aren't used; 0 (and the queue stops) when the doorbell can't be. */
static uint32_t buffers(struct emu *e, unsigned q)
{
	uint32_t count = mbox_shm_load32(&e->bar->driver.queue[q].rx_prod) - e->rx[q].cons;

	if (count <= 1u << e->rx[q].ring.log2_slots)
		return count;
	e->rx[q].running = false;
	emu_event_queue_error(e, FWI_QUEUE_RX, q);
	return 0;
}

static void complete(struct emu_queue *q, struct fwi_rx_comp *ring, const struct fwi_rx_comp *comp)
{
	struct fwi_rx_comp *slot = &ring[q->cons & ((1u << q->back.log2_slots) - 1)];

	memcpy((uint8_t *)slot + sizeof(slot->position), (const uint8_t *)comp + sizeof(comp->position),
		sizeof(*comp) - sizeof(comp->position));
	q->cons++;
	mbox_shm_store32(&slot->position, q->cons);
}

/* The next buffer of 'q' that can hold 'len' bytes; unusable ones are completed empty on the way. */
static uint8_t *next_buffer(struct emu *e, unsigned q, uint32_t len, struct fwi_rx_comp **comp_ring)
{
	struct emu_queue *queue = &e->rx[q];
	const struct fwi_rx_desc *ring = (const struct fwi_rx_desc *)emu_ring_at(e, &queue->ring, sizeof(*ring));
	const struct fwi_rx_comp empty = { .length = le16_of(0) };

	*comp_ring = (struct fwi_rx_comp *)emu_ring_at(e, &queue->back, sizeof(**comp_ring));
	if (ring == NULL || *comp_ring == NULL) {
		queue->running = false;
		emu_event_queue_error(e, FWI_QUEUE_RX, q);
		return NULL;
	}
	for (uint32_t left = buffers(e, q); left > 0; left--) {
		struct fwi_rx_desc d;
		uint8_t *at;

		mbox_shm_copy(&d, &ring[queue->cons & ((1u << queue->ring.log2_slots) - 1)], sizeof(d));
		at = emu_mem_at(&e->mem, le16_get(d.region), le64_get(d.offset), le16_get(d.length));
		if (at == NULL) {
			complete(queue, *comp_ring, &empty);
			continue;
		}
		if (le16_get(d.length) < len) {
			e->count.rx_buffer_small++;
			return NULL;
		}
		return at;
	}
	e->count.rx_no_buffer++;
	return NULL;
}

/* The queue for a frame: 'wish' if it runs, else one by hash; FWI_QUEUES_MAX when none runs. */
static unsigned choose_queue(const struct emu *e, unsigned wish, const uint8_t *data, uint32_t len)
{
	struct emu_frame f;
	unsigned running[FWI_QUEUES_MAX];
	unsigned count = 0;

	if (wish < FWI_QUEUES_MAX && e->rx[wish].running)
		return wish;
	for (unsigned q = 0; q < FWI_QUEUES_MAX; q++)
		if (e->rx[q].running)
			running[count++] = q;
	if (count == 0)
		return FWI_QUEUES_MAX;
	if (count == 1)
		return running[0];
	emu_frame_parse(data, len, &f);
	return running[emu_frame_hash(&f) % count];
}

static void deliver(struct emu *e, unsigned wish, const uint8_t *data, uint32_t len, struct fwi_rx_comp *comp)
{
	unsigned q = choose_queue(e, wish, data, len);
	struct fwi_rx_comp *ring;
	uint8_t *to;

	if (q == FWI_QUEUES_MAX) {
		e->count.rx_no_buffer++;
		return;
	}
	to = next_buffer(e, q, len, &ring);
	if (to == NULL)
		return;
	memcpy(to, data, len);
	comp->length = le16_of((uint16_t)len);
	complete(&e->rx[q], ring, comp);
}

static void deliver_plain(struct emu *e, const struct emu_wire_frame *w, const struct emu_frame *f, unsigned queue)
{
	struct fwi_rx_comp comp;

	memset(&comp, 0, sizeof(comp));
	comp.flags = f->checksum_bad ? FWI_RX_IP_CSUM_BAD : 0;
	deliver(e, queue, w->data, w->len, &comp);
}

static void tell_unknown(struct emu *e, const struct emu_frame *f, uint32_t spi, bool udp)
{
	struct fwi_event ev;

	e->count.rx_unknown_spi++;
	if (!limit_take(&e->unknown_spi_events, e->now_ms))
		return;
	ev = emu_event_of(FWI_EV_UNKNOWN_SPI);
	ev.family = f->family;
	ev.udp_encap = udp;
	ev.spi = le32_of(spi);
	ev.port = le16_of(udp ? emu_frame_get16(f->data + f->l4) : 0);
	memcpy(ev.addr, f->src, f->addr_len);
	emu_event_put(e, &ev);
}

static void count_failure(struct emu *e, struct emu_sa *sa, uint8_t reason)
{
	switch (reason) {
	case FWI_RX_R_AUTH:
		e->count.rx_auth_failed++;
		sa->count.auth_failed++;
		break;
	case FWI_RX_R_REPLAY:
		e->count.rx_replayed++;
		sa->count.replayed++;
		break;
	default:
		e->count.rx_malformed++;
		sa->count.malformed++;
		break;
	}
}

static void decrypt(struct emu *e, const struct emu_wire_frame *w, const struct emu_frame *f, const struct emu_flow *flow, uint32_t esp)
{
	struct emu_esp_in in;
	struct fwi_rx_comp comp;

	emu_esp_in_open(e, flow->sa, f, esp, &in);
	if (in.reason != FWI_RX_R_NONE)
		count_failure(e, flow->sa, in.reason);
	if (in.drop)
		return;
	memset(&comp, 0, sizeof(comp));
	comp.sa_index = le32_of(flow->sa->index);
	comp.sa_generation = le16_of(flow->sa->generation);
	comp.spi = le32_of(flow->sa->spi);
	comp.number = le64_of(in.number);
	comp.reason = in.reason;
	if (in.reason != FWI_RX_R_NONE) {
		comp.flags = FWI_RX_SEC_FAILED;
		deliver(e, flow->queue, w->data, w->len, &comp);
		return;
	}
	comp.flags = FWI_RX_SEC_OK;
	e->count.rx_secured++;
	deliver(e, flow->queue, in.data, in.len, &comp);
}

static void look_up(struct emu *e, const struct emu_wire_frame *w, const struct emu_frame *f, uint16_t udp_port)
{
	uint32_t esp = (uint32_t)f->l4 + (udp_port != 0 ? UDP_HEADER : 0);
	struct emu_flow_key key;
	struct emu_flow *flow;

	memset(&key, 0, sizeof(key));
	memcpy(key.local, f->dst, f->addr_len);
	key.family = f->family;
	key.udp_port = udp_port;
	key.spi = emu_frame_get32(f->data + esp);
	flow = emu_flow_find(&e->flow, &key);
	if (flow == NULL) {
		tell_unknown(e, f, key.spi, udp_port != 0);
		deliver_plain(e, w, f, ANY);
		return;
	}
	flow->packets++;
	flow->bytes += w->len;
	if (flow->action == FWI_FLOW_TO_SA)
		decrypt(e, w, f, flow, esp);
	else
		deliver_plain(e, w, f, flow->queue);
}

/* ESP in UDP, and not IKE or a keepalive (RFC3948-2.2 and 2.3). */
static bool is_udp_esp(const struct emu *e, const struct emu_frame *f)
{
	const uint8_t *udp = f->data + f->l4;

	if (f->protocol != EMU_FRAME_PROTO_UDP || f->l4_len < UDP_HEADER + ESP_HEADER || emu_frame_get16(udp + 4) != f->l4_len)
		return false;
	return emu_flow_has_port(&e->flow, emu_frame_get16(udp + 2)) && emu_frame_get32(udp + UDP_HEADER) != 0;
}

static bool is_for_us(const struct emu *e, const uint8_t *data)
{
	return e->port.promisc || (data[0] & 1) != 0 || memcmp(data, e->port.mac, sizeof(e->port.mac)) == 0;
}

static void receive(struct emu *e, const struct emu_wire_frame *w)
{
	struct emu_frame f;

	e->count.rx_packets++;
	e->count.rx_bytes += w->len;
	if (w->len < EMU_FRAME_ETHER) {
		e->count.rx_oversize++;
		return;
	}
	if (!is_for_us(e, w->data)) {
		e->count.rx_filtered++;
		return;
	}
	emu_frame_parse(w->data, w->len, &f);
	if (w->len > e->port.mtu + EMU_FRAME_ETHER + (f.tagged ? EMU_FRAME_TAG : 0u)) {
		e->count.rx_oversize++;
		return;
	}
	if (f.family == 0 || f.plain)
		deliver_plain(e, w, &f, ANY);
	else if (f.protocol == EMU_FRAME_PROTO_ESP && f.l4_len >= ESP_HEADER)
		look_up(e, w, &f, 0);
	else if (is_udp_esp(e, &f))
		look_up(e, w, &f, emu_frame_get16(f.data + f.l4 + 2));
	else
		deliver_plain(e, w, &f, ANY);
}

/* How many frames may be taken now: a paced wire waits for buffers, a real one doesn't. */
static unsigned budget(struct emu *e)
{
	uint32_t least = EMU_WIRE_BURST;
	bool any = false;

	if (!e->config.wire->paced)
		return EMU_WIRE_BURST;
	for (unsigned q = 0; q < FWI_QUEUES_MAX; q++) {
		uint32_t have;

		if (!e->rx[q].running)
			continue;
		have = buffers(e, q);
		any = true;
		if (have < least)
			least = have;
	}
	return any ? least : 0;
}

bool emu_rx_poll(struct emu *e)
{
	struct emu_wire_frame frames[EMU_WIRE_BURST];
	unsigned cap = budget(e);
	unsigned count = cap > 0 ? e->config.wire->ops->rx(e->config.wire, frames, cap) : 0;

	for (unsigned i = 0; i < count; i++)
		receive(e, &frames[i]);
	for (unsigned q = 0; count > 0 && q < FWI_QUEUES_MAX; q++)
		if (e->rx[q].running)
			emu_irq_update(&e->rx[q].irq, e->link.vector_fd[1 + q], e->rx[q].cons, &e->bar->driver.queue[q].rx_arm);
	return count > 0;
}

bool emu_rx_has_work(const struct emu *e)
{
	bool any = false;

	if (!e->config.wire->paced)
		return false;
	for (unsigned q = 0; q < FWI_QUEUES_MAX; q++) {
		if (!e->rx[q].running)
			continue;
		if (mbox_shm_load32(&e->bar->driver.queue[q].rx_prod) == e->rx[q].cons)
			return false;
		any = true;
	}
	return any;
}
