/*
 * The device's life: power-up, attachment, rounds of work, sleep, keep time.  Called by navenic's loop, or by a test, on
 * one thread; 'now_ms' is theirs.
 */
#include "emu/emu.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emu/admin.h"
#include "emu/cmd/dev.h"
#include "emu/data/rx.h"
#include "emu/data/tx.h"
#include "emu/device.h"
#include "emu/fault.h"
#include "emu/stats.h"
#include "mbox/shm.h"

enum { BEAT_MS = FWI_HEARTBEAT_MS / 2, MTU = 1500, UNKNOWN_SPI_RATE = 10, REFUSED_RATE = 100, GUARD_RATE = 1 };

enum err emu_new(const struct emu_config *config, uint64_t now_ms, struct emu **out)
{
	struct emu *e = (struct emu *)calloc(1, sizeof(*e));
	uint8_t seed[16];

	if (e == NULL)
		return ERR_NOMEM;
	e->config = *config;
	e->now_ms = now_ms;
	list_init(&e->dirty);
	e->port.mtu = MTU;
	memcpy(e->port.mac, config->mac, sizeof(e->port.mac));
	config->random(config->ctx, &e->boot_id, sizeof(e->boot_id));
	config->random(config->ctx, seed, sizeof(seed));
	limit_init(&e->unknown_spi_events, UNKNOWN_SPI_RATE, UNKNOWN_SPI_RATE, now_ms);
	limit_init(&e->refused_events, REFUSED_RATE, REFUSED_RATE, now_ms);
	limit_init(&e->guard_events, GUARD_RATE, GUARD_RATE, now_ms);
	e->engine = emu_crypto_engine();
	if (e->engine == NULL || emu_flow_table_init(&e->flow, config->profile, seed) != ERR_OK ||
		emu_sa_table_init(&e->sa[FWI_DIR_IN], config->profile->sa_in_max) != ERR_OK ||
		emu_sa_table_init(&e->sa[FWI_DIR_OUT], config->profile->sa_out_max) != ERR_OK) {
		emu_free(e);
		return ERR_NOMEM;
	}
	*out = e;
	return ERR_OK;
}

void emu_free(struct emu *e)
{
	if (e == NULL)
		return;
	if (e->attached)
		emu_detach(e, e->now_ms);
	emu_flow_table_fini(&e->flow);
	for (unsigned d = 0; d < 2; d++)
		emu_sa_table_fini(&e->sa[d]);
	emu_guard_fini(&e->guard);
	emu_crypto_engine_free(e->engine);
	free(e);
}

/* A register file that is this attachment's alone. */
static bool make_bar(struct emu *e)
{
	int fd = memfd_create("navenic-bar", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *p;

	e->link.bar_fd = fd;
	e->link.bar_size = sizeof(struct fwi_bar);
	if (fd < 0 || ftruncate(fd, sizeof(struct fwi_bar)) != 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
		return false;
	p = mmap(NULL, sizeof(struct fwi_bar), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return false;
	e->bar = (struct fwi_bar *)p;
	return true;
}

static bool make_eventfds(struct emu *e)
{
	bool good = true;

	e->link.doorbell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	good = e->link.doorbell_fd >= 0;
	for (unsigned i = 0; i < e->link.vectors; i++) {
		e->link.vector_fd[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		good = good && e->link.vector_fd[i] >= 0;
	}
	return good;
}

static void forget_link(struct emu *e)
{
	memset(&e->link, 0, sizeof(e->link));
	e->link.vectors = 1u + e->config.profile->queue_pairs;
	e->link.bar_fd = -1;
	e->link.doorbell_fd = -1;
	for (unsigned i = 0; i < e->link.vectors; i++)
		e->link.vector_fd[i] = -1;
}

static void close_link(struct emu *e)
{
	if (e->bar != NULL)
		(void)munmap(e->bar, sizeof(*e->bar));
	e->bar = NULL;
	(void)close(e->link.bar_fd);
	(void)close(e->link.doorbell_fd);
	for (unsigned i = 0; i < e->link.vectors; i++)
		(void)close(e->link.vector_fd[i]);
}

static void publish(struct emu *e)
{
	struct fwi_regs_device *r = &e->bar->device;

	r->magic = le32_of(FWI_MAGIC);
	r->abi_major = le16_of(FWI_ABI_MAJOR);
	r->abi_minor = le16_of(FWI_ABI_MINOR);
	r->epoch = le32_of(e->epoch);
	r->boot_id = le64_of(e->boot_id);
	r->queue_pairs = le32_of(e->config.profile->queue_pairs);
	r->vectors = le32_of(e->link.vectors);
	mbox_shm_store64(&r->heartbeat, ++e->heartbeat);
	mbox_shm_store32(&r->state, e->state);
}

enum err emu_attach(struct emu *e, uint64_t now_ms, struct emu_link *out)
{
	if (e->attached)
		return ERR_BUSY;
	e->now_ms = now_ms;
	forget_link(e);
	if (!make_bar(e) || !make_eventfds(e)) {
		close_link(e);
		return ERR_NOMEM;
	}
	e->state = FWI_STATE_OFF;
	e->fatal = 0;
	e->beat_ms = now_ms;
	e->keep_until_ms = 0;
	e->attached = true;
	publish(e);
	*out = e->link;
	log_event(e->config.log, LOG_L_INFO, "nic.attach", "sas-in=%u sas-out=%u rules=%u", e->sa[FWI_DIR_IN].used, e->sa[FWI_DIR_OUT].used,
		e->flow.used);
	return ERR_OK;
}

void emu_detach(struct emu *e, uint64_t now_ms)
{
	if (!e->attached)
		return;
	e->now_ms = now_ms;
	emu_admin_off(e);
	emu_mem_clear(&e->mem);
	close_link(e);
	memset(&e->faults, 0, sizeof(e->faults));
	e->attached = false;
	e->keep_until_ms = now_ms + (uint64_t)e->config.keep_s * 1000;
	log_event(e->config.log, LOG_L_INFO, "nic.detach", "keep-s=%u", e->config.keep_s);
}

enum fwi_attach_result emu_region_add(struct emu *e, int fd, uint64_t size, uint16_t *region)
{
	return emu_mem_add(&e->mem, fd, size, region);
}

enum fwi_attach_result emu_region_del(struct emu *e, uint16_t region)
{
	return emu_mem_del(&e->mem, region);
}

static void forget_when_due(struct emu *e)
{
	if (e->keep_until_ms == 0 || e->now_ms < e->keep_until_ms)
		return;
	e->keep_until_ms = 0;
	log_event(e->config.log, LOG_L_NOTICE, "nic.keep-over", "sas-in=%u sas-out=%u", e->sa[FWI_DIR_IN].used, e->sa[FWI_DIR_OUT].used);
	emu_dev_forget_sas(e);
}

static void beat(struct emu *e)
{
	if (e->faults.heartbeat_stopped || e->now_ms - e->beat_ms < BEAT_MS)
		return;
	e->beat_ms = e->now_ms;
	mbox_shm_store64(&e->bar->device.heartbeat, ++e->heartbeat);
}

bool emu_is_receiving(const struct emu *e)
{
	return e->state == FWI_STATE_READY && e->port.up;
}

bool emu_is_hung(const struct emu *e, uint64_t now_ms)
{
	return now_ms < e->faults.hang_until_ms;
}

bool emu_poll(struct emu *e, uint64_t now_ms)
{
	bool work;

	e->now_ms = now_ms;
	if (!e->attached) {
		forget_when_due(e);
		return false;
	}
	if (emu_fault_hangs(e))
		return false;
	beat(e);
	work = emu_admin_control(e);
	if (e->state == FWI_STATE_READY)
		work |= emu_admin_poll(e);
	if (emu_is_receiving(e)) {
		work |= emu_tx_poll(e);
		work |= emu_rx_poll(e);
	}
	if (work)
		e->stats_due = true;
	if (e->state == FWI_STATE_READY)
		emu_stats_poll(e);
	return work;
}

static bool has_work(const struct emu *e)
{
	return emu_admin_has_work(e) || (emu_is_receiving(e) && (emu_tx_has_work(e) || emu_rx_has_work(e)));
}

bool emu_sleep(struct emu *e, uint64_t now_ms)
{
	if (!e->attached || emu_is_hung(e, now_ms))
		return true;
	mbox_shm_store32(&e->bar->device.asleep, 1);
	mbox_shm_barrier();
	if (!has_work(e))
		return true;
	emu_wake(e);
	return false;
}

void emu_wake(struct emu *e)
{
	if (e->attached)
		mbox_shm_store32(&e->bar->device.asleep, 0);
}

static void earlier(uint64_t *when, uint64_t other)
{
	if (other < *when)
		*when = other;
}

uint64_t emu_next_ms(const struct emu *e)
{
	uint64_t when = UINT64_MAX;

	if (!e->attached)
		return e->keep_until_ms != 0 ? e->keep_until_ms : UINT64_MAX;
	if (e->faults.hang_until_ms != 0)
		return e->faults.hang_until_ms;
	earlier(&when, e->beat_ms + BEAT_MS);
	if (e->stats_due)
		earlier(&when, e->written_ms + FWI_STATS_MS);
	for (unsigned i = 0; i < e->faults.held_count; i++)
		earlier(&when, e->faults.held[i].due_ms);
	return when;
}
