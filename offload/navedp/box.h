#ifndef NAVEDP_BOX_H
#define NAVEDP_BOX_H

#include "base/log.h"
#include "db/db.h"
#include "engine/engine.h"
#include "flow/flow.h"
#include "navedp/icmp.h"
#include "navedp/lcores.h"
#include "navedp/neigh.h"
#include "server/box.h"

#ifdef __cplusplus
extern "C" {
#endif

struct server;

/*
 * The ports of the box: opened, steered, guarded, given to workers, and taken back.  It answers the server through
 * struct server_box.  Main lcore.
 */
struct navedp_box;

struct navedp_box_conf {
	const struct log *log;
	const char *state_dir; /* where BPF maps are pinned; borrowed */
	struct rte_mempool *pool;
	struct db *db;
	struct engine *engine;
	struct flow_table *flows;
	struct path_port *ports; /* [DB_PORT_MAX], the workers' */
	struct path_worker **workers;
	uint32_t worker_count;
	struct navedp_lcores *lcores;
	struct navedp_neigh *neigh;
	struct navedp_icmp *icmp;
};

MUST_USE enum err navedp_box_new(struct navedp_box **out, const struct navedp_box_conf *conf);

/* Workers are stopped.  Steering and guards stay: without sockets they drop. */
void navedp_box_free(struct navedp_box *b);

/* The table through which the server asks. */
struct server_box navedp_box_table(struct navedp_box *b);

/* Looks after the devices: life signs, late failures, links.  Tells control through 'server'. */
void navedp_box_poll(struct navedp_box *b, struct server *server, uint64_t now_ms);

#ifdef __cplusplus
}
#endif
#endif
