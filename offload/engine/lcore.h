#ifndef ENGINE_LCORE_H
#define ENGINE_LCORE_H

#include <intel-ipsec-mb.h>
#include <stdint.h>

#include "db/pool.h"
#include "db/port.h"
#include "engine/engine.h"
#include "engine/inline.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Inside of engine/: what the engines keep. */

struct rte_mempool;

/* One worker's. */
struct engine_lcore {
	IMB_MGR *mgr;
	const struct engine *engine;
	uint64_t iv_count;  /* CBC IVs made */
	uint64_t iv_worker; /* tells workers apart under one key */
};

/* A port's device.  Workers read 'seq_offset' alone. */
struct engine_port {
	struct engine_device device;
	struct engine_caps caps[2]; /* by enum dp_direction */
	struct rte_mempool *pool;   /* of rte_security sessions */
	uint32_t used[2];           /* sessions of each direction */
	int seq_offset;             /* of the number's mbuf dynfield; -1: none */
	bool alive;
};

struct engine {
	struct engine_lcore *lcores;
	uint32_t lcore_count;
	struct db_pool soft;    /* of the largest software session */
	struct db_pool inlined; /* of struct inline_session */
	struct engine_port port[DB_PORT_MAX];
	uint32_t iv_key[4 * 11] __attribute__((aligned(16))); /* expanded AES-128: IVs are the encrypted count */
};

#ifdef __cplusplus
}
#endif
#endif
