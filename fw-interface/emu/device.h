#ifndef EMU_DEVICE_H
#define EMU_DEVICE_H

#include "base/limit.h"
#include "base/list.h"
#include "emu/emu.h"
#include "emu/irq.h"
#include "emu/mem.h"
#include "emu/table/flow.h"
#include "emu/table/guard.h"
#include "emu/table/sa.h"
#include "fwi/cmd.h"
#include "fwi/event.h"
#include "fwi/regs.h"
#include "fwi/ring.h"
#include "fwi/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The device's insides, shared by the files of emu/.  Nothing in it lies in memory that a driver can reach. */

/* A ring in driver memory; resolved through emu_mem at each burst. */
struct emu_ring {
	uint16_t region;
	uint8_t log2_slots;
	uint64_t offset;
};

/* One direction of a queue pair. */
struct emu_queue {
	bool set;
	bool running;
	uint32_t cons; /* next descriptor */
	struct emu_ring ring;
	struct emu_ring back;
	struct emu_irq irq; /* rx */
};

/* A completion that FWI_FAULT_DELAY holds back. */
struct emu_held {
	uint64_t due_ms;
	struct fwi_comp comp;
};

enum { EMU_HELD_MAX = 64 };

struct emu_faults {
	uint64_t hang_until_ms; /* UINT64_MAX: for ever; 0: no */
	bool heartbeat_stopped;
	bool crash;
	uint32_t fail_count;
	uint16_t fail_status;
	uint32_t delay_count;
	uint32_t delay_ms;
	uint32_t corrupt_count;
	struct emu_held held[EMU_HELD_MAX];
	unsigned held_count;
};

struct emu_admin {
	struct emu_ring asq;
	struct emu_ring acq;
	struct emu_ring evq;
	uint32_t asq_cons;
	uint32_t acq_prod;
	uint32_t evq_prod;
	struct emu_irq comp_irq;
	struct emu_irq event_irq;
	uint32_t events_lost; /* since the last one that fitted */
};

struct emu_port {
	bool up;
	bool promisc;
	uint32_t mtu;
	uint8_t mac[6];
};

struct emu_counters {
#define EMU_COUNTER(name, text) uint64_t name;
	FWI_PORT_STATS_LIST(EMU_COUNTER)
#undef EMU_COUNTER
};

enum { EMU_PAGES = FWI_STATS_SA_OUT + 1 };

struct emu {
	struct emu_config config;
	struct emu_engine *engine;
	uint64_t now_ms; /* of the running round */

	bool attached;
	struct fwi_bar *bar; /* shared with the driver: page 0 is only written, page 1 only read */
	struct emu_link link;
	struct emu_mem mem;

	uint32_t state; /* enum fwi_state */
	uint32_t epoch;
	uint32_t fatal;
	uint64_t boot_id;
	uint64_t heartbeat;
	uint64_t beat_ms;       /* of the last beat */
	uint64_t keep_until_ms; /* without a driver: when the SAs go; 0: nothing to forget */

	struct emu_admin admin;
	struct emu_faults faults;
	struct emu_port port;
	struct emu_queue tx[FWI_QUEUES_MAX];
	struct emu_queue rx[FWI_QUEUES_MAX];

	struct emu_sa_table sa[2]; /* by enum fwi_direction */
	struct emu_flow_table flow;
	struct emu_guard guard;

	struct fwi_addr page[EMU_PAGES]; /* by enum fwi_stats_kind; region 0: none */
	struct list dirty;               /* SAs whose statistics changed */
	struct emu_counters count;
	uint64_t written_ms; /* when the pages were */
	bool stats_due;      /* something may have changed since */

	struct limit unknown_spi_events;
	struct limit refused_events;
	struct limit guard_events;
	uint64_t guard_told; /* drops that events told of */
	uint16_t ip_id;
	uint8_t scratch[EMU_WIRE_FRAME]; /* a frame being decrypted */
};

/* Memory of 'count' slots of 'size' bytes behind 'ring', or NULL when it is gone. */
static inline void *emu_ring_at(const struct emu *e, const struct emu_ring *ring, uint32_t size)
{
	return emu_mem_at(&e->mem, ring->region, ring->offset, (uint64_t)size << ring->log2_slots);
}

/* Lists 'sa' for the next write-back. */
static inline void emu_touch(struct emu *e, struct emu_sa *sa)
{
	if (!list_linked(&sa->dirty))
		list_add(&e->dirty, &sa->dirty);
}

#ifdef __cplusplus
}
#endif
#endif
