#ifndef DP_SPI_H
#define DP_SPI_H

#include "dp/provider.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Inbound SPIs at hand: leased from the datapath in batches ahead of time, because IKE needs one the moment it answers
 * a message.  DP_SPI_LOW of them bridge the datapath's answer while thousands of peers a second come up.  SPIs of a
 * datapath that is no more are dropped.  Embedded by its owner; one loop thread.
 */
enum { DP_SPI_POOL = DP_SPI_BATCH, DP_SPI_LOW = 768 };

struct dp_spi_pool {
	struct dp_provider *provider;
	struct dp_listener listener;
	struct dp_call call;
	uint64_t instance; /* of the datapath that leased them */
	uint32_t port;
	uint32_t count;
	uint32_t spi[DP_SPI_POOL];
	uint16_t back_count; /* given back, and not yet told to the datapath */
	uint32_t back[DP_SPI_POOL];
	void (*filled)(struct dp_spi_pool *pool); /* the owner's, set after init; NULL: there is one again, where there was none */
};

/* 'port' as for dp_provider_reserve.  Asks at once when the link is up. */
void dp_spi_init(struct dp_spi_pool *pool, struct dp_provider *p, uint32_t port);
void dp_spi_fini(struct dp_spi_pool *pool);

/* One SPI, host order; ERR_AGAIN when none is at hand: asked for, 'filled' tells when it is there. */
MUST_USE enum err dp_spi_take(struct dp_spi_pool *pool, uint32_t *out);

/* Whether one is at hand; if not it was asked for, as by a take. */
bool dp_spi_ready(struct dp_spi_pool *pool);

/*
 * Gives one back that no SA has: of one that has, or will by a put under way, the datapath ignores it.  Told at once or with
 * the next call; those of a datapath that is no more, and what is too much, are forgotten.
 */
void dp_spi_give(struct dp_spi_pool *pool, uint32_t spi);

#ifdef __cplusplus
}
#endif
#endif
