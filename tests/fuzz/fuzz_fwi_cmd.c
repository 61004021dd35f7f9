/*
 * The device against any driver: the input is a script of what a driver can do - commands, descriptors, doorbells,
 * stray writes to shared memory, frames on the wire - and against an authenticated peer: texts that are sealed
 * for an SA that is always there.  Nothing may crash the device or reach beyond the one region.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emu/data/crypto.h"
#include "emu/data/frame.h"
#include "emu/emu.h"
#include "fwi/flow.h"
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

/* The SA that the harness adds; its image lies behind the rings. */
enum { PEER_SLOT = 15, PEER_SPI = 0xabcd, IMAGE = 28672, ESP_AT = 34, TEXT_AT = ESP_AT + 16 };

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
	struct emu_engine *engine;
	struct emu_crypto *peer;
	uint64_t number;  /* of the peer's last packet */
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

/* What an authenticated peer may say: any text under a good ICV. */
static void sealed(struct driver *d, struct script *s)
{
	static const uint8_t head[ESP_AT + 4] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 50, 0, 0, 198,
		51, 100, 1, 192, 0, 2, 1, 0, 0, PEER_SPI >> 8, PEER_SPI & 0xff };
	struct emu_crypto_packet p = { .esp = d->in + ESP_AT, .number = ++d->number };
	uint16_t len;

	take(s, &len, sizeof(len));
	p.text_len = (len % 512 + 3u) & ~3u;
	memset(d->in, 0, TEXT_AT);
	memcpy(d->in, head, sizeof(head));
	emu_frame_put32(p.esp + 4, (uint32_t)p.number);
	emu_frame_put32(p.esp + 12, (uint32_t)p.number);
	take(s, d->in + TEXT_AT, p.text_len);
	d->in_len = TEXT_AT + p.text_len + 16;
	emu_frame_put16(d->in + 16, d->in_len - 14);
	emu_frame_put16(d->in + 24, emu_frame_checksum(d->in + 14, 20));
	if (!emu_crypto_seal(d->peer, &p))
		abort();
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
		switch (op % 9) {
		case 0:
			command(d, s);
			break;
		case 1:
		case 2:
			transmit(d, s, op % 9 == 1);
			break;
		case 3:
			give_buffer(d, s);
			break;
		case 4:
			frame(d, s);
			break;
		case 5:
		case 6:
			poke(d, s, op % 9 == 6);
			break;
		case 7:
			sealed(d, s);
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

/* The peer's SA and its rule; the harness keeps the same key on its side. */
static bool add_peer(struct driver *d)
{
	static const uint8_t key[20] = { 1 };
	const struct emu_crypto_keys keys = { .salt = key, .key = key, .auth = key };
	struct fwi_sa_image image = {
		.spi = le32_of(PEER_SPI), .mode = FWI_MODE_TUNNEL_V4, .suite = FWI_SUITE_AES_128_GCM_16, .window = le32_of(64)
	};
	struct fwi_cmd_sa add = { .opcode = le16_of(FWI_OP_SA_ADD), .index = le32_of(PEER_SLOT), .generation = le16_of(1) };
	struct fwi_cmd_flow rule = { .opcode = le16_of(FWI_OP_FLOW_ADD),
		.index = le32_of(PEER_SLOT),
		.action = FWI_FLOW_TO_SA,
		.family = 4,
		.spi = le32_of(PEER_SPI),
		.queue = le16_of(FWI_QUEUE_ANY),
		.sa_index = le32_of(PEER_SLOT),
		.sa_generation = le16_of(1),
		.local = { 192, 0, 2, 1 } };
	struct script s = { .at = (const uint8_t *)&add, .left = sizeof(add) };

	memcpy(image.salt, key, sizeof(image.salt));
	memcpy(image.key, key, 16);
	image.flags = le32_of(FWI_SA_COPY_ECN);
	memcpy(d->region + IMAGE, &image, sizeof(image));
	add.data = address(IMAGE, sizeof(image));
	command(d, &s);
	run(d);
	s.at = (const uint8_t *)&rule;
	s.left = sizeof(rule);
	command(d, &s);
	run(d);
	d->engine = emu_crypto_engine();
	return d->engine != NULL && emu_crypto_new(d->engine, FWI_SUITE_AES_128_GCM_16, &keys, &d->peer) == ERR_OK;
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
	config.mac[0] = 2; /* 02:00:00:00:00:01, as in the seeds */
	config.mac[5] = 1;
	config.allow_faults = true;
	if (emu_new(&config, d->now, &d->emu) == ERR_OK && attach(d)) {
		bring_up(d);
		if (add_peer(d))
			play(d, &s);
		(void)munmap(d->region, REGION);
		(void)munmap(d->bar, sizeof(*d->bar));
	}
	emu_crypto_free(d->peer);
	emu_crypto_engine_free(d->engine);
	emu_free(d->emu);
	free(d);
	return 0;
}
