/*
 * The admin mailbox: submission ring, completions by tag in any order, events, life signs.  Runs on the driver's
 * control thread, which calls mbox_poll after vector 0, after a doorbell and at least every 100 ms.  Completion and event
 * slots are untrusted: position, tag and status are checked on a copy, and the first one that can't be ends the mailbox.
 */
#include "mbox/mbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mbox/shm.h"

enum { ADMIN_LOG2_MAX = 12, ANSWER_MS = 2000, ALIVE_MS = 10, WAIT_MS = 5, RESULT = 48 };

/* A command in flight; its index is the tag. */
struct pending {
	mbox_done_fn *done;
	void *ctx;
	uint64_t posted_ms;
	bool used;
};

struct mbox {
	struct fwi_bus *bus;
	struct mbox_config config;
	struct mbox_region rings;
	struct fwi_cmd *asq;
	struct fwi_comp *acq;
	struct fwi_event *evq;
	struct pending *pending;
	uint16_t *free_tag; /* stack */
	uint32_t slots;     /* of asq and acq */
	uint32_t event_slots;
	uint32_t in_flight;
	uint32_t asq_prod;
	uint32_t acq_cons;
	uint32_t evq_cons;
	uint32_t epoch;
	bool on; /* the device was told so */
	uint64_t boot_id;
	uint64_t begun_ms;
	uint64_t heartbeat;
	uint64_t heartbeat_ms; /* when it was seen to move */
	uint64_t checked_ms;   /* last look at time-outs and the connection */
	enum fwi_status health;
};

static uint64_t now_ms(const struct mbox *m)
{
	return m->bus->ops->now_ms(m->bus);
}

/* Answers everything in flight; the device's word doesn't count any more. */
static void answer_all(struct mbox *m, enum fwi_status why)
{
	static const uint8_t none[RESULT];

	if (m->health != FWI_ST_OK)
		return;
	m->health = why;
	for (uint32_t tag = 0; tag < m->slots; tag++) {
		struct pending p = m->pending[tag];

		if (!p.used)
			continue;
		m->pending[tag].used = false;
		m->in_flight--;
		if (p.done != NULL)
			p.done(p.ctx, why, none);
	}
}

static void end(struct mbox *m, enum fwi_status why)
{
	m->bus->gone = true;
	answer_all(m, why);
}

static enum fwi_status make_rings(struct mbox *m)
{
	uint32_t asq_len = m->slots * (uint32_t)sizeof(struct fwi_cmd);
	uint32_t acq_len = m->slots * (uint32_t)sizeof(struct fwi_comp);
	uint32_t evq_len = m->event_slots * (uint32_t)sizeof(struct fwi_event);
	enum fwi_status st = mbox_region_init(&m->rings, m->bus, "nave-admin", (uint64_t)asq_len + acq_len + evq_len);

	if (st != FWI_ST_OK)
		return st;
	m->asq = (struct fwi_cmd *)(void *)m->rings.base;
	m->acq = (struct fwi_comp *)(void *)(m->rings.base + asq_len);
	m->evq = (struct fwi_event *)(void *)(m->rings.base + asq_len + acq_len);
	m->pending = (struct pending *)calloc(m->slots, sizeof(*m->pending));
	m->free_tag = (uint16_t *)calloc(m->slots, sizeof(*m->free_tag));
	if (m->pending == NULL || m->free_tag == NULL)
		return FWI_ST_H_SYSTEM;
	for (uint32_t i = 0; i < m->slots; i++)
		m->free_tag[i] = (uint16_t)(m->slots - 1 - i);
	return FWI_ST_OK;
}

static void place_ring(const struct mbox *m, struct fwi_ring_reg *reg, const void *ring, uint8_t log2_slots)
{
	struct fwi_addr a = mbox_region_addr(&m->rings, ring, 0);

	reg->region = a.region;
	reg->log2_slots = log2_slots;
	mbox_shm_store64(&reg->offset, le64_get(a.offset));
}

/* Whether the device reports 'state'; H_PENDING: it is on its way. */
static enum fwi_status check_state(const struct mbox *m, uint32_t state)
{
	uint32_t seen = mbox_shm_load32(&m->bus->bar->device.state);

	if (seen == state)
		return FWI_ST_OK;
	if (seen != FWI_STATE_OFF && seen != FWI_STATE_READY)
		return FWI_ST_H_COMPLETION;
	return m->bus->ops->alive(m->bus) ? FWI_ST_H_PENDING : FWI_ST_H_CLOSED;
}

static void turn_on(struct mbox *m)
{
	struct fwi_regs_driver *reg = &m->bus->bar->driver;

	place_ring(m, &reg->asq, m->asq, m->config.admin_log2);
	place_ring(m, &reg->acq, m->acq, m->config.admin_log2);
	place_ring(m, &reg->evq, m->evq, m->config.event_log2);
	mbox_shm_store32(&reg->asq_prod, 0);
	mbox_shm_store32(&reg->evq_cons, 0);
	mbox_bus_ring(m->bus, &reg->control, FWI_CONTROL_ON);
	m->on = true;
}

static void note_life(struct mbox *m)
{
	const struct fwi_regs_device *dev = &m->bus->bar->device;

	m->epoch = mbox_shm_load32(&dev->epoch);
	m->boot_id = mbox_shm_load64(&dev->boot_id);
	m->heartbeat = mbox_shm_load64(&dev->heartbeat);
	m->heartbeat_ms = now_ms(m);
}

enum fwi_status mbox_new(struct fwi_bus *bus, const struct mbox_config *config, struct mbox **out)
{
	struct mbox *m;

	if (config->admin_log2 < FWI_RING_LOG2_MIN || config->admin_log2 > ADMIN_LOG2_MAX || config->event_log2 < FWI_RING_LOG2_MIN ||
		config->event_log2 > ADMIN_LOG2_MAX)
		return FWI_ST_FIELD;
	m = (struct mbox *)calloc(1, sizeof(*m));
	if (m == NULL)
		return FWI_ST_H_SYSTEM;
	m->bus = bus;
	m->config = *config;
	m->slots = 1u << config->admin_log2;
	m->event_slots = 1u << config->event_log2;
	m->begun_ms = now_ms(m);
	m->health = FWI_ST_H_PENDING;
	*out = m;
	return FWI_ST_OK;
}

static enum fwi_status step(struct mbox *m)
{
	enum fwi_status st = FWI_ST_OK;

	if (m->asq == NULL) {
		st = m->bus->ops->welcome(m->bus);
		if (st == FWI_ST_OK)
			st = make_rings(m);
	}
	if (st == FWI_ST_OK && !m->on) {
		st = check_state(m, FWI_STATE_OFF);
		if (st == FWI_ST_OK)
			turn_on(m);
	}
	if (st == FWI_ST_OK)
		st = check_state(m, FWI_STATE_READY);
	if (st == FWI_ST_OK)
		note_life(m);
	return st == FWI_ST_H_PENDING && now_ms(m) - m->begun_ms >= ANSWER_MS ? FWI_ST_H_TIMEOUT : st;
}

enum fwi_status mbox_attach(struct mbox *m)
{
	if (m->health != FWI_ST_H_PENDING)
		return m->health;
	m->health = step(m);
	if (m->health != FWI_ST_OK && m->health != FWI_ST_H_PENDING)
		m->bus->gone = true;
	return m->health;
}

/* What is in flight may still be read by a device that works; when it says OFF it reads nothing any more. */
static bool await_off(struct mbox *m)
{
	uint64_t begin = now_ms(m);
	enum fwi_status st;

	while ((st = check_state(m, FWI_STATE_OFF)) == FWI_ST_H_PENDING && now_ms(m) - begin < ANSWER_MS)
		m->bus->ops->wait(m->bus, 1);
	return st == FWI_ST_OK;
}

void mbox_free(struct mbox *m)
{
	if (m == NULL)
		return;
	if (m->on)
		mbox_bus_ring(m->bus, &m->bus->bar->driver.control, FWI_CONTROL_OFF);
	m->bus->gone = m->bus->gone || m->health != FWI_ST_OK || !await_off(m);
	answer_all(m, FWI_ST_H_CLOSED);
	mbox_region_fini(&m->rings, m->bus);
	free(m->pending);
	free(m->free_tag);
	free(m);
}

enum fwi_status mbox_post(struct mbox *m, const struct fwi_cmd *cmd, mbox_done_fn *done, void *ctx)
{
	struct fwi_cmd *slot;
	uint16_t tag;

	if (m->health != FWI_ST_OK)
		return m->health;
	if (m->in_flight == m->slots)
		return FWI_ST_H_FULL;
	tag = m->free_tag[m->slots - m->in_flight - 1];
	m->in_flight++;
	m->pending[tag].done = done;
	m->pending[tag].ctx = ctx;
	m->pending[tag].posted_ms = now_ms(m);
	m->pending[tag].used = true;

	slot = &m->asq[m->asq_prod & (m->slots - 1)];
	memcpy(slot, cmd, sizeof(*slot));
	slot->tag = le16_of(tag);
	slot->epoch = le32_of(m->epoch);
	m->asq_prod++;
	mbox_bus_ring(m->bus, &m->bus->bar->driver.asq_prod, m->asq_prod);
	return FWI_ST_OK;
}

static bool is_device_status(unsigned status)
{
	switch (status) {
#define CASE(name, number, text) case (number):
		FWI_STATUS_LIST(CASE)
#undef CASE
		return status < FWI_ST_H_CLOSED;
	default:
		return false;
	}
}

/* Serves one completion; false when it breaks the protocol. */
static bool complete(struct mbox *m, const struct fwi_comp *c)
{
	static const uint8_t none[RESULT];
	uint16_t tag = le16_get(c->tag);
	unsigned status = le16_get(c->status);
	struct pending p;

	if (tag >= m->slots || !m->pending[tag].used || !is_device_status(status))
		return false;
	p = m->pending[tag];
	m->pending[tag].used = false;
	m->in_flight--;
	m->free_tag[m->slots - m->in_flight - 1] = tag;
	if (p.done != NULL)
		p.done(p.ctx, (enum fwi_status)status, status == FWI_ST_OK ? c->result : none);
	return true;
}

static void take_completions(struct mbox *m)
{
	for (uint32_t i = 0; i < m->slots && m->health == FWI_ST_OK; i++) {
		const struct fwi_comp *slot = &m->acq[m->acq_cons & (m->slots - 1)];
		struct fwi_comp c;

		if (mbox_shm_load32(&slot->position) != m->acq_cons + 1)
			return;
		mbox_shm_copy(&c, slot, sizeof(c));
		m->acq_cons++;
		if (!complete(m, &c))
			end(m, FWI_ST_H_COMPLETION);
	}
}

static void take_events(struct mbox *m)
{
	uint32_t begin = m->evq_cons;

	for (uint32_t i = 0; i < m->event_slots && m->health == FWI_ST_OK; i++) {
		const struct fwi_event *slot = &m->evq[m->evq_cons & (m->event_slots - 1)];
		struct fwi_event e;

		if (mbox_shm_load32(&slot->position) != m->evq_cons + 1)
			break;
		mbox_shm_copy(&e, slot, sizeof(e));
		m->evq_cons++;
		if (m->config.event != NULL)
			m->config.event(m->config.ctx, &e);
	}
	if (m->evq_cons != begin)
		mbox_bus_ring(m->bus, &m->bus->bar->driver.evq_cons, m->evq_cons);
}

static bool has_overdue(const struct mbox *m, uint64_t now)
{
	for (uint32_t tag = 0; m->in_flight > 0 && tag < m->slots; tag++)
		if (m->pending[tag].used && now - m->pending[tag].posted_ms >= ANSWER_MS)
			return true;
	return false;
}

static void check_life(struct mbox *m)
{
	const struct fwi_regs_device *dev = &m->bus->bar->device;
	uint64_t now = now_ms(m);
	uint64_t beat = mbox_shm_load64(&dev->heartbeat);

	if (beat != m->heartbeat) {
		m->heartbeat = beat;
		m->heartbeat_ms = now;
	}
	if (now - m->checked_ms < ALIVE_MS)
		return;
	m->checked_ms = now;
	if (!m->bus->ops->alive(m->bus))
		end(m, FWI_ST_H_CLOSED);
	else if (mbox_shm_load32(&dev->state) != FWI_STATE_READY || mbox_shm_load32(&dev->epoch) != m->epoch)
		end(m, FWI_ST_H_COMPLETION);
	else if (now - m->heartbeat_ms >= FWI_HEARTBEAT_LOST_MS || has_overdue(m, now))
		end(m, FWI_ST_H_TIMEOUT);
}

enum fwi_status mbox_poll(struct mbox *m)
{
	if (m->health != FWI_ST_OK)
		return m->health;
	take_completions(m);
	take_events(m);
	check_life(m);
	return m->health;
}

/* What mbox_call waits for; lives on its stack, so it stays until the answer came (it always comes: time-out). */
struct answer {
	uint8_t result[RESULT];
	enum fwi_status status;
	bool done;
};

static void answered(void *ctx, enum fwi_status status, const void *result)
{
	struct answer *a = (struct answer *)ctx;

	a->done = true;
	a->status = status;
	memcpy(a->result, result, RESULT);
}

enum fwi_status mbox_call(struct mbox *m, const struct fwi_cmd *cmd, void *result)
{
	struct answer a = { .done = false };
	enum fwi_status st;

	while ((st = mbox_post(m, cmd, answered, &a)) == FWI_ST_H_FULL) {
		m->bus->ops->wait(m->bus, WAIT_MS);
		(void)mbox_poll(m);
	}
	if (st != FWI_ST_OK)
		return st;
	(void)mbox_poll(m);
	while (!a.done) {
		if (mbox_arm(m))
			m->bus->ops->wait(m->bus, WAIT_MS);
		(void)mbox_poll(m);
	}
	if (result != NULL)
		memcpy(result, a.result, RESULT);
	return a.status;
}

bool mbox_arm(struct mbox *m)
{
	struct fwi_regs_driver *reg = &m->bus->bar->driver;

	mbox_shm_store32(&reg->acq_arm, m->acq_cons);
	mbox_shm_store32(&reg->evq_arm, m->evq_cons);
	mbox_shm_barrier();
	return mbox_shm_load32(&m->acq[m->acq_cons & (m->slots - 1)].position) != m->acq_cons + 1 &&
	       mbox_shm_load32(&m->evq[m->evq_cons & (m->event_slots - 1)].position) != m->evq_cons + 1;
}

enum fwi_status mbox_health(const struct mbox *m)
{
	return m->health;
}

uint32_t mbox_epoch(const struct mbox *m)
{
	return m->epoch;
}

uint64_t mbox_boot_id(const struct mbox *m)
{
	return m->boot_id;
}

uint32_t mbox_in_flight(const struct mbox *m)
{
	return m->in_flight;
}

struct fwi_bus *mbox_bus(const struct mbox *m)
{
	return m->bus;
}

int mbox_errno(enum fwi_status status)
{
	switch (status) {
	case FWI_ST_OK:
		return 0;
	case FWI_ST_STATE:
	case FWI_ST_IN_USE:
	case FWI_ST_H_BUSY:
		return EBUSY;
	case FWI_ST_EXISTS:
		return EEXIST;
	case FWI_ST_ABSENT:
	case FWI_ST_STALE:
		return ENOENT;
	case FWI_ST_NOMEM:
	case FWI_ST_H_SYSTEM:
	case FWI_ST_H_MEMORY:
		return ENOMEM;
	case FWI_ST_SA_FULL:
	case FWI_ST_FLOW_FULL:
	case FWI_ST_ADDR_FULL:
	case FWI_ST_GUARD_FULL:
		return ENOSPC;
	case FWI_ST_OPCODE:
	case FWI_ST_NO_SUITE:
	case FWI_ST_NO_MODE:
	case FWI_ST_NO_UDP_ENCAP:
	case FWI_ST_NO_ESN:
	case FWI_ST_NO_WINDOW:
	case FWI_ST_NO_SPI_SLOT:
	case FWI_ST_NO_FEATURE:
		return ENOTSUP;
	case FWI_ST_DENIED:
		return EPERM;
	case FWI_ST_H_CLOSED:
		return ENODEV;
	case FWI_ST_H_TIMEOUT:
		return ETIMEDOUT;
	case FWI_ST_H_FULL:
	case FWI_ST_H_PENDING:
		return EAGAIN;
	case FWI_ST_H_VERSION:
		return EPROTONOSUPPORT;
	case FWI_ST_FIELD:
	case FWI_ST_ADDRESS:
		return EINVAL;
	case FWI_ST_EPOCH:
		return ESTALE;
	case FWI_ST_INTERNAL:
	case FWI_ST_H_COMPLETION:
		return EIO;
	}
	return EIO;
}
