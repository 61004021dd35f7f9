#ifndef PATH_WORKER_H
#define PATH_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "db/db.h"
#include "engine/engine.h"
#include "path/drop.h"
#include "path/note.h"
#include "path/port.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A worker: one lcore that receives, runs the stages to completion and transmits.  Stages share the context struct
 * path_ctx (ctx.h), which the worker owns.  No malloc, log, lock or syscall in a round.
 */
struct path_worker;
struct rte_mempool;

struct path_worker_conf {
	struct db *db;
	struct engine *engine;
	const struct path_port *ports; /* [DB_PORT_MAX], the process's; entries change only while no queue uses them */
	struct rte_mempool *pool;      /* for packets made here: ICMP, fragments, reassembly; data room as the ports' */
	uint32_t worker;               /* number, from 0 */
	uint32_t worker_count;
	uint64_t cycles_per_s; /* of the TSC */
};

/* Queues that a worker polls. */
struct path_queue {
	uint8_t port;
	uint16_t queue;
};
enum { PATH_QUEUES_MAX = 128 };

/* ERR_NOMEM. */
MUST_USE enum err path_worker_new(struct path_worker **out, const struct path_worker_conf *conf);
void path_worker_free(struct path_worker *w);

/* Lets workers hand packets to each other: SAs have one owner.  Once, before the first poll. */
MUST_USE enum err path_worker_join(struct path_worker **workers, uint32_t count);

/*
 * Main lcore: the queues to poll from now on.  The old list goes after a grace period; when it has passed, no queue
 * that is missing in the new list is touched any more.  ERR_FULL, ERR_NOMEM.
 */
MUST_USE enum err path_worker_set_queues(struct path_worker *w, const struct path_queue *queues, uint32_t count);

/*
 * One round: every queue once, handed-over and injected packets, transmit.  'now_ms' is coarse.  Ends quiescent.
 * Returns the packets received; 0 tells an idle round.  The caller is online (db_rcu_online) and goes offline before
 * it sleeps.
 */
uint32_t path_worker_poll(struct path_worker *w, uint64_t now_ms);

/*
 * Main lcore: a packet that begins at its IP header, to be routed in the VRF with index 'vrf' as if it had been
 * there before (no TTL is taken).  ERR_FULL: still the caller's.
 */
MUST_USE enum err path_worker_inject(struct path_worker *w, struct rte_mbuf *m, uint16_t vrf);

/* Main lcore: the next note; false when there is none. */
bool path_worker_note(struct path_worker *w, struct path_note *out);

/* Any thread: counters; they never go back. */
uint64_t path_worker_drops(const struct path_worker *w, enum path_drop reason);

/* Counters beside drops. */
#define PATH_COUNT_LIST(X)             \
	X(RX, "rx")                    \
	X(TX, "tx")                    \
	X(ESP_IN, "esp-in")            \
	X(ESP_OUT, "esp-out")          \
	X(INLINE_IN, "inline-in")      \
	X(INLINE_OUT, "inline-out")    \
	X(ROUTED, "routed")            \
	X(PUNTED, "punted")            \
	X(HANDED, "handed-over")       \
	X(FRAGMENTS, "fragments-made") \
	X(REASSEMBLED, "reassembled")  \
	X(ICMP_SENT, "icmp-sent")      \
	X(NOTES_LOST, "notes-lost")

enum path_count {
#define PATH_COUNT_ENUM(name, word) PATH_COUNT_##name,
	PATH_COUNT_LIST(PATH_COUNT_ENUM)
#undef PATH_COUNT_ENUM
		PATH_COUNT_COUNT
};

const char *path_count_str(enum path_count c);
uint64_t path_worker_count(const struct path_worker *w, enum path_count c);

/* Whether packets wait for their time: the next round mustn't be later than in a millisecond. */
bool path_worker_holds(const struct path_worker *w);

#ifdef __cplusplus
}
#endif
#endif
