#ifndef SERVER_STATS_H
#define SERVER_STATS_H

#include "dp/codec.h"
#include "server/plant.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills a page of counters as 'ask' wants them, into 'room'; the reply is 'out'. */
void server_stats_page(
	const struct server_plant *p, const struct dp_stats *ask, uint64_t now_ms, struct dp_room *room, struct dp_samples *out);

#ifdef __cplusplus
}
#endif
#endif
