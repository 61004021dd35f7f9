#ifndef ENGINE_INLINE_H
#define ENGINE_INLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/caps.h"
#include "engine/engine.h"
#include "engine/ext.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rte_mbuf;
struct rte_security_ctx;

/* ESP in a NIC: rte_security inline protocol. */
extern const struct engine_ops engine_inline_ops;

size_t engine_inline_session_size(void);

/* A port's device, as whoever owns the port describes it. */
struct engine_device {
	uint8_t port;       /* db_port index */
	uint16_t dpdk_port; /* DPDK's number */
	uint32_t epoch;     /* db_port.epoch */
	uint32_t sa_limit;  /* of each direction, as the device says; 0: the row's */
	struct rte_security_ctx *ctx;
	const struct engine_row *row;
	const struct engine_ext *ext; /* NULL: nothing beyond DPDK's API */
};

/*
 * Makes the device known (engine_select may then place SAs there) or known anew after a reset with another epoch, in
 * which case its old sessions are dropped in the host alone.  ERR_FULL, ERR_NOMEM, ERR_UNSUPPORTED: no inline protocol.
 */
MUST_USE enum err engine_inline_attach(struct engine *e, const struct engine_device *d);

/* The device is dead or leaves: nothing new is placed there; sessions are freed in the host without commands. */
void engine_inline_detach(struct engine *e, uint8_t port);

/* Sessions in the device now, of both directions, and how many fit. */
void engine_inline_usage(const struct engine *e, uint8_t port, uint32_t *used, uint32_t *limit);

/* Why the port's device can't take the prepared 'sa'; DP_WHY_NONE when it can. */
enum dp_reason engine_inline_check(const struct engine *e, uint8_t port, const struct db_sa *sa);

/* Whether the device of 'port' counts outbound packets by itself; the epoch it was attached with. */
bool engine_inline_counts(const struct engine *e, uint8_t port);
uint32_t engine_inline_epoch(const struct engine *e, uint8_t port);

/* Whether it has one that answers: a device may be dead before anybody was told. */
bool engine_inline_lives(const struct engine *e, uint8_t port);

/* As engine_status, of an inline SA. */
MUST_USE enum err engine_inline_status(const struct engine *e, const struct db_sa *sa);

/* What the driver of 'port' can do beyond DPDK's API; NULL: nothing. */
const struct engine_ext *engine_inline_ext(const struct engine *e, uint8_t port);

/* Whether the device of 'port' finds inbound SAs in its table by SPI alone. */
bool engine_inline_by_spi(const struct engine *e, uint8_t port);

/* The rte_security session of an SA for its flow rule, and its port's DPDK number; NULL: not inline. */
void *engine_inline_session(const struct engine *e, const struct db_sa *sa, uint16_t *dpdk_port);

/* Worker: what the device of port 'port' made of 'm', which has a flag RX_SEC_OFFLOAD…; 'out' is set for CLEAR. */
enum engine_verdict engine_inline_verdict(const struct engine_lcore *l, uint8_t port, struct rte_mbuf *m, struct engine_rx *out);

#ifdef __cplusplus
}
#endif
#endif
