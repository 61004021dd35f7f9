#ifndef PMD_PORT_H
#define PMD_PORT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/un.h>

#include <ethdev_driver.h>
#include <rte_cryptodev.h>
#include <rte_mbuf.h>
#include <rte_security.h>

#include "fwi/caps.h"
#include "fwi/guard.h"
#include "fwi/stats.h"
#include "mbox/mbox.h"
#include "mbox/sa.h"
#include "pmd/event.h"
#include "pmd/fence.h"
#include "pmd/queue.h"
#include "pmd/slot.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PMD_CRYPTO_CAPS = 2 * FWI_SUITE_COUNT + 1, PMD_CAPS = 3, PMD_PORT_COUNTERS = sizeof(struct fwi_port_stats) / sizeof(le64) };

struct rte_flow;
TAILQ_HEAD(pmd_flow_list, rte_flow);

/* The rules of a port; the device's table is by index. */
struct pmd_flows {
	struct pmd_flow_list list;
	struct rte_flow *catch_all; /* SECURITY for any ESP: a rule is made for each inbound session */
	uint32_t *free;             /* stack of device indexes */
	uint32_t free_count;
	uint32_t max;
};

/* Memory shared for packets without copying, and the mbufs over it. */
struct pmd_pool {
	struct mbox_region region;
	struct rte_mempool *mempool;
};

/*
 * A net_nave port: dev_private of its ethdev.  'lock' holds everything but the queues' inside; the control thread takes it for
 * each operation, DPDK's interrupt thread for its tick (completions, events, life signs).
 */
struct pmd_port {
	pthread_mutex_t lock;
	struct rte_eth_dev *dev;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	uint16_t queues_max; /* of the argument; 0: the device's */
	bool adopt;

	bool dead; /* atomic: read by workers.  True as well until the device is attached */
	bool attaching;
	bool death_told;
	bool link_told;
	bool started;
	bool ticking;
	uint32_t attach; /* attachments so far: the epoch that applications see */
	uint32_t run;    /* starts so far */

	struct fwi_bus *bus;
	struct mbox *mbox;
	struct mbox_sa_pool *images;
	struct mbox_region pages; /* port counters, then both SA tables' */
	struct mbox_region rings; /* of this start */
	struct pmd_pool pool;
	struct fwi_identity identity;
	struct fwi_caps caps;
	struct rte_ether_addr mac;
	int number_offset; /* mbuf field of the ESP number, below 0: the device counts */

	struct pmd_slots sa[2]; /* by enum fwi_direction */
	struct pmd_flows flows;
	struct pmd_fences fences;
	struct pmd_events events;
	uint32_t events_told; /* events.prod when the application was called last */
	struct fwi_guard_rule guard[RTE_PMD_NAVE_GUARD_RULES];
	uint32_t guard_count;

	struct rte_security_ctx ctx;
	struct rte_security_capability security[PMD_CAPS];
	struct rte_cryptodev_capabilities crypto[PMD_CRYPTO_CAPS];

	uint64_t kept[PMD_PORT_COUNTERS]; /* counters of former attachments */
	uint64_t base[PMD_PORT_COUNTERS]; /* what rte_eth_stats_reset subtracts */
};

static inline struct pmd_port *pmd_port_of(const struct rte_eth_dev *dev)
{
	return (struct pmd_port *)dev->data->dev_private;
}

static inline bool pmd_port_is_dead(const struct pmd_port *p)
{
	return __atomic_load_n(&p->dead, __ATOMIC_ACQUIRE);
}

void pmd_port_lock(struct pmd_port *p);
void pmd_port_unlock(struct pmd_port *p);

/*
 * A step of attaching to the device on 'path', which ends what was: fresh (RESET) or, with 'adopt', with the SAs and rules it has.
 * H_PENDING: the device hasn't come up yet, call it again.  It isn't waited for but in the commands of the last step, which begins
 * when it has just answered.  On failure nothing is left but 'dead'.  Under the lock, like all below.
 */
enum fwi_status pmd_port_attach(struct pmd_port *p);

/* Ends the attachment and forgets sessions, rules and fences; the port is stopped. */
void pmd_port_detach(struct pmd_port *p);

/* A command and its answer ('result' may be NULL); H_CLOSED at once when the device is dead. */
enum fwi_status pmd_port_call(struct pmd_port *p, const struct fwi_cmd *c, void *result);

/* Posts a command; when all tags are in flight it serves completions until one is free. */
enum fwi_status pmd_port_post(struct pmd_port *p, const struct fwi_cmd *c, mbox_done_fn *done, void *ctx);

/* Waits a little for a completion and serves what came. */
void pmd_port_wait(struct pmd_port *p);

/* Takes completions and events, frees what has drained, notices death. */
void pmd_port_poll(struct pmd_port *p);

/* Marks the device dead (once), 'why' being the reason that is told. */
void pmd_port_die(struct pmd_port *p, enum fwi_status why);

/* Starts and stops the tick on DPDK's interrupt thread.  Without the lock. */
int pmd_port_tick_start(struct pmd_port *p);
void pmd_port_tick_stop(struct pmd_port *p);

#ifdef __cplusplus
}
#endif
#endif
