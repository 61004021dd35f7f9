/*
 * A pool of leased SPIs that is refilled when it runs low.  A refusal is asked again with the next take.  Loop thread.
 */
#include "dp/spi.h"

#include <string.h>

static void refill(struct dp_spi_pool *pool)
{
	if (pool->count >= DP_SPI_LOW || dp_call_pending(&pool->call))
		return;
	if (dp_provider_reserve(pool->provider, pool->port, DP_SPI_POOL - DP_SPI_LOW, &pool->call) != ERR_OK)
		return; /* asked for again with the next take, or when the link is up */
}

static void tell_back(struct dp_spi_pool *pool)
{
	if (pool->back_count != 0 && dp_provider_release(pool->provider, pool->back, pool->back_count) == ERR_OK)
		pool->back_count = 0;
}

static void on_lease(struct dp_call *call, enum err err, const struct dp_msg *reply)
{
	struct dp_spi_pool *pool = list_of(call, struct dp_spi_pool, call);

	bool dry = pool->count == 0;

	if (err != ERR_OK)
		return;
	tell_back(pool);
	for (unsigned i = 0; i < reply->u.lease.count && pool->count < DP_SPI_POOL; i++)
		pool->spi[pool->count++] = reply->u.lease.spi[i];
	if (reply->u.lease.count == 0)
		return;
	refill(pool);
	if (dry && pool->filled != NULL)
		pool->filled(pool);
}

static void on_changed(struct dp_listener *l, struct dp_provider *p)
{
	struct dp_spi_pool *pool = list_of(l, struct dp_spi_pool, listener);

	if (!p->up)
		return;
	if (p->peer.instance != pool->instance) {
		pool->count = 0; /* it never leased these */
		pool->back_count = 0;
	}
	tell_back(pool);
	pool->instance = p->peer.instance;
	refill(pool);
}

void dp_spi_init(struct dp_spi_pool *pool, struct dp_provider *p, uint32_t port)
{
	memset(pool, 0, sizeof(*pool));
	pool->provider = p;
	pool->port = port;
	pool->call.done = on_lease;
	pool->listener.changed = on_changed;
	dp_provider_listen(p, &pool->listener);
	on_changed(&pool->listener, p);
}

void dp_spi_fini(struct dp_spi_pool *pool)
{
	if (pool->provider == NULL)
		return;
	tell_back(pool);
	if (pool->count != 0 && dp_provider_release(pool->provider, pool->spi, (uint16_t)pool->count) == ERR_OK)
		pool->count = 0;
	dp_provider_cancel(pool->provider, &pool->call);
	dp_provider_unlisten(&pool->listener);
	pool->provider = NULL;
}

bool dp_spi_ready(struct dp_spi_pool *pool)
{
	refill(pool);
	return pool->count != 0;
}

enum err dp_spi_take(struct dp_spi_pool *pool, uint32_t *out)
{
	tell_back(pool);
	if (pool->count == 0) {
		refill(pool);
		return ERR_AGAIN;
	}
	*out = pool->spi[--pool->count];
	refill(pool);
	return ERR_OK;
}

void dp_spi_give(struct dp_spi_pool *pool, uint32_t spi)
{
	if (pool->back_count < DP_SPI_POOL)
		pool->back[pool->back_count++] = spi;
	tell_back(pool);
}
