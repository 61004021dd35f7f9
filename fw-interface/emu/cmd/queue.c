/* Commands about queue pairs.  A queue does its work inside emu_poll, so at a command nothing is outstanding. */
#include "emu/cmd/queue.h"

#include <string.h>

#include "emu/cmd/port.h"

void emu_queue_forget(struct emu *e)
{
	emu_port_down(e);
	memset(e->tx, 0, sizeof(e->tx));
	memset(e->rx, 0, sizeof(e->rx));
	memset(e->page, 0, sizeof(e->page));
}

void emu_queue_rx_positions(const struct emu *e, le32 out[FWI_QUEUES_MAX])
{
	for (unsigned q = 0; q < FWI_QUEUES_MAX; q++)
		out[q] = le32_of(e->rx[q].running ? e->rx[q].cons : 0);
}

static struct emu_ring place(const struct fwi_addr *a, uint8_t log2_slots)
{
	struct emu_ring r = { .region = le16_get(a->region), .log2_slots = log2_slots, .offset = le64_get(a->offset) };

	return r;
}

static enum fwi_status setup(struct emu *e, struct emu_queue *q, const struct fwi_cmd_queue *c)
{
	bool tx = c->kind == FWI_QUEUE_TX;
	uint64_t slots = UINT64_C(1) << (c->log2_slots & 63);
	uint64_t ring_len = slots * (tx ? sizeof(struct fwi_tx_desc) : sizeof(struct fwi_rx_desc));
	uint64_t back_len = tx ? sizeof(struct fwi_tx_head) : slots * sizeof(struct fwi_rx_comp);

	if (q->running)
		return FWI_ST_STATE;
	if (c->log2_slots < FWI_RING_LOG2_MIN || c->log2_slots > e->config.profile->ring_log2_max)
		return FWI_ST_FIELD;
	if (emu_mem_object(&e->mem, &c->ring, ring_len) == NULL || emu_mem_object(&e->mem, &c->back, back_len) == NULL)
		return FWI_ST_ADDRESS;
	memset(q, 0, sizeof(*q));
	q->ring = place(&c->ring, c->log2_slots);
	q->back = place(&c->back, tx ? 0 : c->log2_slots);
	q->set = true;
	return FWI_ST_OK;
}

static enum fwi_status start(struct emu_queue *q)
{
	if (!q->set || q->running)
		return FWI_ST_STATE;
	q->cons = 0;
	memset(&q->irq, 0, sizeof(q->irq));
	q->running = true;
	return FWI_ST_OK;
}

static enum fwi_status stop(struct emu_queue *q, uint8_t *result)
{
	struct fwi_res_queue res;

	if (!q->running)
		return FWI_ST_STATE;
	q->running = false;
	memset(&res, 0, sizeof(res));
	res.position = le32_of(q->cons);
	memcpy(result, &res, sizeof(res));
	return FWI_ST_OK;
}

enum fwi_status emu_queue_run(struct emu *e, const struct fwi_cmd *cmd, uint8_t *result)
{
	struct fwi_cmd_queue c;
	struct emu_queue *q;

	memcpy(&c, cmd, sizeof(c));
	if (le16_get(c.queue) >= e->config.profile->queue_pairs || (c.kind != FWI_QUEUE_TX && c.kind != FWI_QUEUE_RX))
		return FWI_ST_FIELD;
	q = c.kind == FWI_QUEUE_TX ? &e->tx[le16_get(c.queue)] : &e->rx[le16_get(c.queue)];
	switch (le16_get(c.opcode)) {
	case FWI_OP_QUEUE_SETUP:
		return setup(e, q, &c);
	case FWI_OP_QUEUE_START:
		return start(q);
	default:
		return stop(q, result);
	}
}
