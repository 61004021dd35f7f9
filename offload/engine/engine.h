#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "db/sa.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Engines: who does the cryptography of an SA.  Chosen once, when the SA is installed (select.h), and reached from
 * the path through the table below; a packet never asks which engine it is.  An engine neither numbers packets nor
 * keeps a window: the path does, in every placement (sa-state 2, 10).
 */
struct engine;       /* all engines of the process; main lcore */
struct engine_lcore; /* what one worker needs of them */
struct db_rcu;
struct rte_mbuf;

/*
 * One packet for a CPU engine, in place and contiguous: ESP header, IV, payload, ICV.  The path has written the
 * header and, for encryption, the padding; the engine writes IV, cipher text and ICV, or reads them.
 */
struct engine_op {
	uint8_t *esp;  /* the ESP header */
	void *session; /* db_sa.session, of this engine */
	uint64_t seq;  /* the whole number; its high half counts with ESN alone */
	uint32_t len;  /* bytes from 'esp' to the end of the ICV, at least header + IV + ICV; whole blocks between */
	bool ok;       /* out: done; for decryption: authentic.  Else the payload is garbage */
};

/* What a device said of a packet that it processed. */
enum engine_verdict {
	ENGINE_RAW,   /* the device left it alone: cipher text */
	ENGINE_CLEAR, /* authentic, decrypted, ESP and outer headers gone */
	ENGINE_FAILED /* the device refused it: never retried in software */
};

struct engine_rx {
	uint32_t slot; /* of the SA, and ... */
	uint32_t generation;
	uint64_t seq; /* its number; 0: the device doesn't tell */
};

struct engine_ops {
	const char *name;
	uint8_t placement; /* enum dp_placement */

	/*
	 * Main lcore.  Makes the session of 'sa' (slot, generation, direction, window are set; keys in 'conf'; its state
	 * tells where numbers go on) on port 'port' (inline alone).  A device may answer before its table has the SA:
	 * engine_status tells when it stands.  Errors: ERR_FULL, ERR_DEVICE, ERR_UNSUPPORTED, ERR_NOMEM.
	 */
	enum err (*create)(struct engine *e, const struct db_sa *sa, uint8_t port, void **session);

	/* Main lcore, after the grace period.  ERR_AGAIN: a fence is on its way, ask again. */
	enum err (*destroy)(struct engine *e, void *session);

	/*
	 * Worker.  CPU engines: a burst of at most ENGINE_BURST packets, of any SAs of this engine.
	 * The caller has fetched what the first ENGINE_AHEAD read, while it made others; the engine sees to the rest as it goes.  NULL: needn't be.
	 */
	void (*fetch)(const struct engine_op *op);
	void (*encrypt)(struct engine_lcore *l, struct engine_op *ops, uint32_t count);
	void (*decrypt)(struct engine_lcore *l, struct engine_op *ops, uint32_t count);

	/*
	 * Worker.  Inline engines: marks 'm' (plain inner packet) for the device to encrypt as number 'seq'.  The caller
	 * has stored seq + 1 in the SA's state.  False: the device can't; the packet must be dropped.
	 */
	bool (*mark)(const struct db_sa *sa, struct rte_mbuf *m, uint64_t seq);
};

enum { ENGINE_BURST = 32, ENGINE_AHEAD = 8 };

/* Engines for workers 0 .. worker_count - 1 and 'sa_limit' sessions in software.  'seed': 32 random bytes for CBC IVs. */
MUST_USE enum err engine_new(struct engine **out, uint32_t worker_count, uint32_t sa_limit, const uint8_t seed[32]);

/* Every session is destroyed by now. */
void engine_free(struct engine *e);

struct engine_lcore *engine_lcore_of(struct engine *e, uint32_t worker);

/*
 * Gives a published inline SA a software session beside the device's, for packets that the device left raw or can't
 * take (later fragments, post-frag), on the same numbers and window.  Main lcore, when a PATH_NOTE_RAW asks for it;
 * in place.  ERR_STATE: not inline, or the device numbers by itself.
 */
MUST_USE enum err engine_raw_open(struct engine *e, struct db_sa *sa);

/*
 * Whether the session of 'sa' stands: ERR_AGAIN while its device works on it, ERR_OK when packets may be marked for it, else why
 * not: ERR_FULL, ERR_ABSENT (the device is gone), any other (refused).  Software's always stands.  Main lcore.
 */
MUST_USE enum err engine_status(const struct engine *e, const struct db_sa *sa);

/* Takes the session from 'sa', which was never published, and destroys it, through 'rcu' when a device wants that fenced. */
void engine_discard(struct engine *e, struct db_rcu *rcu, struct db_sa *sa);

/* A db_sa_drop ('ctx' is the struct engine): destroys the session of 'sa'. */
enum err engine_drop(void *ctx, struct db_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
