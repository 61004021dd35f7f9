/*
 * The driver against any device: the input is what the device writes - completions, events, packet completions,
 * answers in memory - whenever the driver gives it the chance.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mbox/mbox.h"
#include "mbox/query.h"
#include "mbox/rxq.h"
#include "mbox/sa.h"
#include "mbox/shm.h"
#include "mbox/txq.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LOG2 = 3, SLOTS = 1 << LOG2, BUFFER = 256, REGIONS = 64 };

struct device {
	struct fwi_bus bus;
	struct fwi_bar bar;
	struct {
		uint8_t *base;
		uint64_t size;
	} region[REGIONS];
	unsigned regions;
	uint64_t now;
	const uint8_t *at;
	size_t left;
	uint32_t comps;
	uint32_t events;
	uint32_t taken;
	unsigned answers; /* how often a callback ran */
};

static struct device *self(struct fwi_bus *bus)
{
	return (struct device *)(void *)bus;
}

static void take(struct device *d, void *out, size_t len)
{
	size_t have = len < d->left ? len : d->left;

	memset(out, 0, len);
	memcpy(out, d->at, have);
	d->at += have;
	d->left -= have;
}

static uint8_t *ring_at(struct device *d, const struct fwi_ring_reg *r)
{
	return d->region[le16_get(r->region) - 1].base + le64_get(r->offset);
}

/* A completion from the input; most have a tag that is in flight, so that the fuzzer gets behind the first check. */
static void complete(struct device *d)
{
	struct fwi_comp *slot = (struct fwi_comp *)(void *)ring_at(d, &d->bar.driver.acq) + d->comps % SLOTS;
	struct fwi_comp c;
	uint8_t honest;

	take(d, &honest, sizeof(honest));
	take(d, &c.tag, sizeof(c) - offsetof(struct fwi_comp, tag));
	if (honest % 8 != 0 && d->taken != mbox_shm_load32(&d->bar.driver.asq_prod)) {
		const struct fwi_cmd *asq = (const struct fwi_cmd *)(const void *)ring_at(d, &d->bar.driver.asq);

		c.tag = asq[d->taken++ % SLOTS].tag;
		c.status = le16_of(honest % 4 == 1 ? FWI_ST_ABSENT : FWI_ST_OK);
	}
	c.position = le32_of(++d->comps);
	memcpy(slot, &c, sizeof(c));
}

static void event(struct device *d)
{
	struct fwi_event *slot = (struct fwi_event *)(void *)ring_at(d, &d->bar.driver.evq) + d->events % SLOTS;
	struct fwi_event e;

	take(d, &e, sizeof(e));
	e.position = le32_of(++d->events);
	memcpy(slot, &e, sizeof(e));
}

/* Bytes of the input anywhere in what is shared. */
static void scribble(struct device *d)
{
	uint8_t bytes[128];
	uint16_t where;
	uint8_t which;

	take(d, &which, sizeof(which));
	take(d, &where, sizeof(where));
	take(d, bytes, sizeof(bytes));
	if (d->regions == 0)
		return;
	which = (uint8_t)(which % d->regions);
	if (d->region[which].base != NULL)
		memcpy(d->region[which].base + where % (d->region[which].size - sizeof(bytes)), bytes, sizeof(bytes));
}

static void act(struct device *d)
{
	uint8_t what;

	take(d, &what, sizeof(what));
	switch (what % 8) {
	case 0:
	case 1:
	case 2:
		complete(d);
		break;
	case 3:
		event(d);
		break;
	case 4:
	case 5:
		scribble(d);
		break;
	case 6:
		take(d, &d->bar.device, 48);
		d->bar.device.state = le32_of(what & 0x80 ? FWI_STATE_FAILED : FWI_STATE_READY);
		break;
	default:
		d->now += what;
		break;
	}
}

static enum fwi_status welcome(struct fwi_bus *bus)
{
	(void)bus;
	return FWI_ST_OK;
}

static enum fwi_status add(struct fwi_bus *bus, int fd, uint64_t size, uint16_t *region)
{
	struct device *d = self(bus);

	if (d->regions == REGIONS)
		return FWI_ST_H_MEMORY;
	d->region[d->regions].base = (uint8_t *)mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	d->region[d->regions].size = size;
	*region = (uint16_t)++d->regions;
	return FWI_ST_OK;
}

static enum fwi_status del(struct fwi_bus *bus, uint16_t region)
{
	struct device *d = self(bus);

	(void)munmap(d->region[region - 1].base, d->region[region - 1].size);
	d->region[region - 1].base = NULL;
	return FWI_ST_OK;
}

static void kick(struct fwi_bus *bus)
{
	(void)bus;
}

static void wait_for(struct fwi_bus *bus, uint32_t timeout_ms)
{
	struct device *d = self(bus);

	d->now += timeout_ms;
	if (le32_get(d->bar.device.state) == FWI_STATE_OFF)
		d->bar.device.state = le32_of(FWI_STATE_READY);
	else if (le32_get(d->bar.driver.control) == FWI_CONTROL_OFF)
		d->bar.device.state = le32_of(FWI_STATE_OFF);
	else
		act(d);
}

static bool alive(struct fwi_bus *bus)
{
	return self(bus)->left > 0;
}

static uint64_t now_ms(struct fwi_bus *bus)
{
	return self(bus)->now;
}

static void close_bus(struct fwi_bus *bus)
{
	(void)bus;
}

static void on_event(void *ctx, const struct fwi_event *e)
{
	((struct device *)ctx)->answers += le16_get(e->type) & 1u;
}

static void done(void *ctx, enum fwi_status status, const void *result)
{
	((struct device *)ctx)->answers += (unsigned)status + *(const uint8_t *)result;
}

static bool on_sa(void *ctx, const struct fwi_sa_entry *e)
{
	if (le32_get(e->index) >= MBOX_QUERY_SA_MAX)
		abort();
	((struct device *)ctx)->answers++;
	return true;
}

static bool on_flow(void *ctx, const struct fwi_flow_entry *e)
{
	if (le32_get(e->index) >= MBOX_QUERY_FLOW_MAX)
		abort();
	((struct device *)ctx)->answers++;
	return true;
}

static void ask(struct device *d, struct mbox *m)
{
	const struct mbox_build_sa name = { .index = 1, .generation = 1, .direction = FWI_DIR_IN };
	struct fwi_identity identity;
	struct fwi_caps caps;
	struct fwi_sa_state state;

	if (mbox_query_identity(m, &identity) == FWI_ST_OK && strlen(identity.name) >= sizeof(identity.name))
		abort();
	if (mbox_query_caps(m, &caps) == FWI_ST_OK && le16_get(caps.queue_pairs) > FWI_QUEUES_MAX)
		abort();
	(void)mbox_query_sa_state(m, &name, &state);
	(void)mbox_query_sas(m, FWI_DIR_IN, on_sa, d);
	(void)mbox_query_flows(m, on_flow, d);
}

static void add_sa(struct device *d, struct mbox_sa_pool *pool)
{
	const struct mbox_build_sa name = { .index = 1, .generation = 1, .direction = FWI_DIR_OUT };
	struct fwi_sa_image image;

	memset(&image, 1, sizeof(image));
	(void)mbox_sa_add(pool, &name, &image, done, d);
}

/* Packet rings: whatever the device writes, what comes out is bounded. */
static void packets(struct device *d, struct mbox *m)
{
	struct mbox_region r = { .base = NULL };
	struct fwi_rx_comp comp;
	struct mbox_rxq rx;
	struct mbox_txq tx;
	const struct fwi_tx_desc desc = { .opcode = FWI_TX_SECURED };

	if (mbox_region_init(&r, &d->bus, "fuzz-rings", 4096) != FWI_ST_OK)
		return;
	mbox_rxq_init(&rx, &d->bus, 0, (struct fwi_rx_desc *)(void *)r.base, (struct fwi_rx_comp *)(void *)(r.base + 512));
	mbox_txq_init(&tx, &d->bus, 0, (struct fwi_tx_desc *)(void *)(r.base + 1024), (struct fwi_tx_head *)(void *)(r.base + 2048));
	mbox_rxq_start(&rx, LOG2, BUFFER);
	mbox_txq_start(&tx, LOG2, mbox_epoch(m));
	for (unsigned round = 0; round < 32 && d->left > 0; round++) {
		while (mbox_rxq_space(&rx) > 0)
			mbox_rxq_post(&rx, r.id, 3072);
		if (mbox_txq_space(&tx) > 0)
			mbox_txq_put(&tx, &desc);
		mbox_rxq_ring(&rx);
		mbox_txq_ring(&tx);
		take(d, r.base + 512 + (rx.cons % SLOTS) * sizeof(comp), sizeof(comp));
		if (d->left % 4 != 0)
			mbox_shm_store32(&rx.comp[rx.cons % SLOTS].position, rx.cons + 1);
		take(d, r.base + 2048, 4);
		while (mbox_rxq_take(&rx, &comp))
			if (le16_get(comp.length) > BUFFER)
				abort();
		if (mbox_txq_reap(&tx) - tx.prod > 0 && tx.prod - tx.cons > SLOTS)
			abort();
	}
	mbox_region_fini(&r, &d->bus);
}

/* What the driver didn't take back: it leaves that to a device that is gone, whose mappings die with the attachment. */
static void detach(struct device *d)
{
	for (unsigned i = 0; i < d->regions; i++)
		if (d->region[i].base != NULL)
			(void)munmap(d->region[i].base, d->region[i].size);
	free(d);
}

static bool up(struct mbox *m)
{
	enum fwi_status st;

	while ((st = mbox_attach(m)) == FWI_ST_H_PENDING)
		mbox_bus(m)->ops->wait(mbox_bus(m), 1);
	return st == FWI_ST_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fwi_bus_ops ops = {
		.welcome = welcome,
		.region_add = add,
		.region_del = del,
		.kick = kick,
		.wait = wait_for,
		.alive = alive,
		.now_ms = now_ms,
		.close = close_bus,
	};
	struct mbox_config config = { .admin_log2 = LOG2, .event_log2 = LOG2, .event = on_event };
	struct device *d = (struct device *)calloc(1, sizeof(*d));
	struct mbox_sa_pool *pool = NULL;
	struct mbox *m = NULL;

	if (d == NULL)
		return 0;
	d->bus.ops = &ops;
	d->bus.bar = &d->bar;
	d->at = data;
	d->left = size;
	config.ctx = d;
	if (mbox_new(&d->bus, &config, &m) == FWI_ST_OK && up(m)) {
		if (mbox_sa_pool_new(m, 2, &pool) == FWI_ST_OK)
			add_sa(d, pool);
		ask(d, m);
		packets(d, m);
		for (unsigned i = 0; i < 64 && d->left > 0; i++) {
			act(d);
			(void)mbox_poll(m);
		}
	}
	mbox_free(m);
	mbox_sa_pool_free(pool);
	detach(d);
	return 0;
}
