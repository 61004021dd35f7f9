#ifndef IKE_CORE_H
#define IKE_CORE_H

/* The inside of the engine, for the folder's own files. */

#include "base/limit.h"
#include "crypto/crypto.h"
#include "crypto/rand.h"
#include "ike/cookie.h"
#include "ike/resume/vault.h"
#include "ike/sa.h"
#include "ike/source.h"
#include "ike/wire/build.h"
#include "ike/wire/msg.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_PORT = 500, IKE_PORT_NATT = 4500 };   /* RFC7296-2 */
enum { IKE_RX_MAX = 65535, IKE_TX_MAX = 16384 }; /* bytes of a datagram */
enum { IKE_INIT_MAX = 8192 };                    /* of an IKE_SA_INIT request that is kept */
enum { IKE_CUT_MAX = 2 * IKE_TX_MAX };           /* the same in fragments */
enum { IKE_LINGER_MS = 10000 };                  /* the last response is repeated so long after the end */
enum { IKE_NONCE_LEN = 32 };                     /* ours: half the key of any PRF, RFC7296-2.10 */

struct ike_engine {
	struct ike_engine_config cfg; /* defaults filled in, and as tuned */
	struct ike_tuning given;      /* what can be tuned, as it was at first */
	uint64_t now_ms;
	struct slab sas;
	struct slab agreements; /* struct ike_agreement, keying/agree.h */
	struct map by_spi;
	struct map by_init;
	struct wheel wheel;
	struct list ready;   /* SAs with posted events */
	struct list dead;    /* to be freed when the engine is at rest */
	struct list arrived; /* struct ike_agreement that messages have waited for */
	bool busy;           /* a step is being taken */
	bool resuming;       /* what arrived is being stepped */
	struct limit notify_limit, hint_limit;
	struct ike_cookie cookie;
	struct ike_sources sources;
	struct ike_vault vault;
	uint32_t promised; /* SAs that rekeys of ours will make: their slots are kept */
	struct ike_stats stats;
	size_t gathered;    /* bytes of fragments that wait for others */
	struct ike_msg msg; /* the one being worked on; borrows from 'rx' or from what an SA holds */
	uint8_t rx[IKE_RX_MAX];
	uint8_t tx[IKE_TX_MAX];
	uint8_t cut[IKE_CUT_MAX];
};

static inline void ike_core_count(struct ike_engine *e, enum ike_stat stat)
{
	e->stats.count[stat]++;
}

/* Sends a message, or a train of its fragments (frag/train.h), and counts. */
void ike_core_send(struct ike_engine *e, const struct ike_path *path, struct bytes train);

/* A line about a peer without SA, and one about an SA. */
void ike_core_log(struct ike_engine *e, const struct ike_path *path, enum log_level level, const char *event, const char *form, ...)
	__attribute__((format(printf, 5, 6)));
void ike_core_log_sa(const struct ike_sa *sa, enum log_level level, const char *event, const char *form, ...)
	__attribute__((format(printf, 4, 5)));

/* Notes why the SA will be gone, unless a cause stands already. */
static inline void ike_core_blame(struct ike_sa *sa, enum ike_down why)
{
	if (sa->why == IKE_DOWN_COUNT)
		sa->why = (uint8_t)why;
}

#ifdef __cplusplus
}
#endif
#endif
