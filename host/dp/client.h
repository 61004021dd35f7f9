#ifndef DP_CLIENT_H
#define DP_CLIENT_H

#include "base/log.h"
#include "base/wheel.h"
#include "dp/provider.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The provider that reaches navedp over its socket.  It has no event loop: it tells its owner which descriptor to watch, and
 * the owner calls dp_client_readable; connecting again and time limits run on the wheel.  It keeps navedp's state
 * memory from one HELLO to the next (sa-state.md 5).
 */
struct dp_client;

struct dp_client_config {
	const char *path; /* the socket; copied */
	struct wheel *wheel;
	const struct log *log;
	uint64_t instance; /* random, of this process */
	/* Watch 'fd' for reading, and no other; -1: watch none, the last is about to be closed. */
	void (*watch)(void *ctx, int fd);
	void *ctx;
};

/* Connects at the first tick, and again whenever the link is lost. */
MUST_USE enum err dp_client_new(struct dp_client **out, const struct dp_client_config *config);

/* Closed through this: dp_provider_close. */
struct dp_provider *dp_client_provider(struct dp_client *c);

/* The watched descriptor is readable. */
void dp_client_readable(struct dp_client *c);

#ifdef __cplusplus
}
#endif
#endif
