#ifndef EMU_EMU_H
#define EMU_EMU_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "emu/profile.h"
#include "emu/wire/wire.h"
#include "fwi/attach.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The emulated SmartNIC: registers, admin queue, tables, ESP engine, rings.  It owns no socket and reads no clock:
 * navenic's loop, or a test, attaches drivers and calls emu_poll.  One thread, no locks.
 */
struct emu;

struct emu_config {
	const struct emu_profile *profile;
	const char *firmware; /* version text; borrowed */
	uint8_t mac[6];
	uint32_t keep_s; /* SAs outlive their driver so long */
	bool allow_faults;
	struct emu_wire *wire; /* borrowed */
	const struct log *log; /* borrowed; NULL is silent */
	void (*random)(void *ctx, void *out, size_t len);
	void (*crash)(void *ctx); /* FWI_FAULT_CRASH */
	void *ctx;
};

/* What a driver is given; the descriptors stay the device's. */
struct emu_link {
	int bar_fd;
	int doorbell_fd;
	int vector_fd[FWI_VECTORS_MAX];
	unsigned vectors;
	uint64_t bar_size;
};

MUST_USE enum err emu_new(const struct emu_config *config, uint64_t now_ms, struct emu **out);

/* Wipes all keys. */
void emu_free(struct emu *e);

/* A driver comes; ERR_BUSY while there is one. */
MUST_USE enum err emu_attach(struct emu *e, uint64_t now_ms, struct emu_link *out);

/* It goes: DMA has stopped on return, SAs stay for keep_s. */
void emu_detach(struct emu *e, uint64_t now_ms);

/* Its memory; 'fd' stays the caller's. */
enum fwi_attach_result emu_region_add(struct emu *e, int fd, uint64_t size, uint16_t *region);
enum fwi_attach_result emu_region_del(struct emu *e, uint16_t region);

/* One round of everything; true when there was work, so that another round is worth it. */
bool emu_poll(struct emu *e, uint64_t now_ms);

/* Tells the driver that doorbells need the eventfd; false (and told otherwise) when work came meanwhile. */
bool emu_sleep(struct emu *e, uint64_t now_ms);
void emu_wake(struct emu *e);

/* Whether FWI_FAULT_HANG holds: then nobody may attach or detach either. */
bool emu_is_hung(const struct emu *e, uint64_t now_ms);

/* When emu_poll must run again at the latest. */
uint64_t emu_next_ms(const struct emu *e);

/* Whether frames from the wire are wanted: else nobody need wait for its descriptor. */
bool emu_is_receiving(const struct emu *e);

#ifdef __cplusplus
}
#endif
#endif
