/*
 * The device against any driver: the input is a script of what a driver can do - commands, descriptors, doorbells,
 * stray writes to shared memory, frames on the wire.  Nothing may crash the device or reach beyond the one region.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emu/emu.h"
#include "fwi/cmd.h"
#include "fwi/regs.h"
#include "fwi/ring.h"
#include "mbox/bus.h"
#include "mbox/shm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The region: rings at the front, the rest for images, pages and packets. */
enum {
	REGION = 64 * 1024,
	ASQ = 0,
	ACQ = 4096,
	EVQ = 8192,
	TX = 12288,
	HEAD = 16384,
	RX = 20480,
	COMP = 24576,
	LOG2 = 3,
	SLOTS = 1 << LOG2
};

struct script {
	const uint8_t *at;
	size_t left;
};

struct driver {
	struct emu_wire wire;
	struct emu *emu;
	struct fwi_bar *bar;
	uint8_t *region;
	uint64_t now;
	uint32_t asq_prod;
	uint32_t tx_prod;
	uint32_t rx_prod;
	uint8_t in[2048]; /* the frame on the wire */
	uint32_t in_len;
	uint8_t out[EMU_WIRE_FRAME];
};

static void take(struct script *s, void *out, size_t len)
{
	size_t have = len < s->left ? len : s->left;

	memset(out, 0, len);
	memcpy(out, s->at, have);
	s->at += have;
	s->left -= have;
}

static unsigned wire_rx(struct emu_wire *w, struct emu_wire_frame *out, unsigned cap)
{
	struct driver *d = (struct driver *)(void *)w;

	if (d->in_len == 0 || cap == 0)
		return 0;
	out->data = d->in;
	out->len = d->in_len;
	d->in_len = 0;
	return 1;
}

static void wire_drop(struct emu_wire *w)
{
	((struct driver *)(void *)w)->in_len = 0;
}

static uint8_t *wire_buffer(struct emu_wire *w)
{
	return ((struct driver *)(void *)w)->out;
}

static void wire_tx(struct emu_wire *w, uint32_t len)
{
	(void)w;
	if (len > EMU_WIRE_FRAME)
		abort();
}

static unsigned wire_flush(struct emu_wire *w)
{
	(void)w;
	return 0;
}

static void wire_close(struct emu_wire *w)
{
	(void)w;
}

static void fill(void *ctx, void *out, size_t len)
{
	(void)ctx;
	memset(out, 0x5a, len);
}

static void crash(void *ctx)
{
	(void)ctx;
}

static void run(struct driver *d)
{
	for (unsigned i = 0; i < 16 && emu_poll(d->emu, d->now); i++)
		;
}

static void command(struct driver *d, struct script *s)
{
	struct fwi_cmd cmd;

	take(s, &cmd, sizeof(cmd));
	cmd.tag = le16_of((uint16_t)d->asq_prod);
	cmd.epoch = d->bar->device.epoch;
	memcpy(d->region + ASQ + (d->asq_prod % SLOTS) * sizeof(cmd), &cmd, sizeof(cmd));
	mbox_shm_store32(&d->bar->driver.asq_prod, ++d->asq_prod);
}

/* A descriptor as given, or (good) with a check field that is right. */
static void transmit(struct driver *d, struct script *s, bool good)
{
	struct fwi_tx_desc desc;

	take(s, &desc, sizeof(desc));
	if (good)
		desc.check = le16_of(fwi_tx_check(&desc, le32_get(d->bar->device.epoch)));
	memcpy(d->region + TX + (d->tx_prod % SLOTS) * sizeof(desc), &desc, sizeof(desc));
	mbox_shm_store32(&d->bar->driver.queue[0].tx_prod, ++d->tx_prod);
}

static void give_buffer(struct driver *d, struct script *s)
{
	struct fwi_rx_desc desc;

	take(s, &desc, sizeof(desc));
	memcpy(d->region + RX + (d->rx_prod % SLOTS) * sizeof(desc), &desc, sizeof(desc));
	mbox_shm_store32(&d->bar->driver.queue[0].rx_prod, ++d->rx_prod);
}

static void frame(struct driver *d, struct script *s)
{
	uint16_t len;

	take(s, &len, sizeof(len));
	d->in_len = len % sizeof(d->in);
	take(s, d->in, d->in_len);
}

/* A stray write to the region, or (registers) to the driver's page of the register file. */
static void poke(struct driver *d, struct script *s, bool registers)
{
	uint16_t at;
	uint64_t value;

	take(s, &at, sizeof(at));
	take(s, &value, sizeof(value));
	if (registers)
		memcpy((uint8_t *)&d->bar->driver + at % (sizeof(d->bar->driver) - sizeof(value)), &value, sizeof(value));
	else
		memcpy(d->region + at % (REGION - sizeof(value)), &value, sizeof(value));
}

static void play(struct driver *d, struct script *s)
{
	while (s->left > 0) {
		uint8_t op;

		take(s, &op, sizeof(op));
		switch (op % 8) {
		case 0:
			command(d, s);
			break;
		case 1:
		case 2:
			transmit(d, s, op % 8 == 1);
			break;
		case 3:
			give_buffer(d, s);
			break;
		case 4:
			frame(d, s);
			break;
		case 5:
		case 6:
			poke(d, s, op % 8 == 6);
			break;
		default:
			d->now += op;
			break;
		}
		run(d);
	}
}

static void place(struct fwi_ring_reg *r, uint16_t region, uint64_t offset)
{
	r->region = le16_of(region);
	r->log2_slots = LOG2;
	r->offset = le64_of(offset);
}

static bool attach(struct driver *d)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct emu_link link;
	uint16_t id = 0;
	bool good;

	good = ftruncate(fd, REGION) == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0;
	good = good && emu_attach(d->emu, d->now, &link) == ERR_OK && emu_region_add(d->emu, fd, REGION, &id) == FWI_ATTACH_OK;
	if (good) {
		d->region = (uint8_t *)mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		d->bar = (struct fwi_bar *)mmap(NULL, sizeof(*d->bar), PROT_READ | PROT_WRITE, MAP_SHARED, link.bar_fd, 0);
		place(&d->bar->driver.asq, id, ASQ);
		place(&d->bar->driver.acq, id, ACQ);
		place(&d->bar->driver.evq, id, EVQ);
		mbox_shm_store32(&d->bar->driver.control, FWI_CONTROL_ON);
		run(d);
	}
	(void)close(fd);
	return good;
}

static struct fwi_addr address(uint64_t offset, uint32_t len)
{
	struct fwi_addr a = { .region = le16_of(1), .length = le32_of(len), .offset = le64_of(offset) };

	return a;
}

/* A queue pair that runs and a port that is up: where most scripts want to be. */
static void bring_up(struct driver *d)
{
	struct fwi_cmd_queue tx = { .opcode = le16_of(FWI_OP_QUEUE_SETUP), .kind = FWI_QUEUE_TX, .log2_slots = LOG2 };
	struct fwi_cmd_queue rx = { .opcode = le16_of(FWI_OP_QUEUE_SETUP), .kind = FWI_QUEUE_RX, .log2_slots = LOG2 };
	struct fwi_cmd_port port = { .opcode = le16_of(FWI_OP_PORT_START) };
	const void *cmds[] = { &tx, &rx, &tx, &rx, &port };

	tx.ring = address(TX, SLOTS * sizeof(struct fwi_tx_desc));
	tx.back = address(HEAD, sizeof(struct fwi_tx_head));
	rx.ring = address(RX, SLOTS * sizeof(struct fwi_rx_desc));
	rx.back = address(COMP, SLOTS * sizeof(struct fwi_rx_comp));
	for (unsigned i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++) {
		struct script s = { .at = (const uint8_t *)cmds[i], .left = sizeof(struct fwi_cmd) };

		command(d, &s);
		run(d);
		tx.opcode = rx.opcode = le16_of(i >= 1 ? FWI_OP_QUEUE_START : FWI_OP_QUEUE_SETUP);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct emu_wire_ops ops = {
		.rx = wire_rx, .drop = wire_drop, .buffer = wire_buffer, .tx = wire_tx, .flush = wire_flush, .close = wire_close
	};
	struct driver *d = (struct driver *)calloc(1, sizeof(*d));
	struct script s = { .at = data, .left = size };
	struct emu_config config = {
		.profile = emu_profile_find("small"), .firmware = "fuzz", .keep_s = 1, .random = fill, .crash = crash
	};

	if (d == NULL)
		return 0;
	d->wire.ops = &ops;
	d->wire.fd = -1;
	d->now = 1000;
	config.wire = &d->wire;
	config.allow_faults = true;
	if (emu_new(&config, d->now, &d->emu) == ERR_OK && attach(d)) {
		bring_up(d);
		play(d, &s);
		(void)munmap(d->region, REGION);
		(void)munmap(d->bar, sizeof(*d->bar));
	}
	emu_free(d->emu);
	free(d);
	return 0;
}
