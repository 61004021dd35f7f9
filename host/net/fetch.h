#ifndef NET_FETCH_H
#define NET_FETCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;

/*
 * Asks others by HTTP, without waiting: http:// alone, one request a connection, no redirects, answers of a bounded size in a bounded
 * time.  Of many requests some are under way and the others wait their turn.  Loop thread.
 */
struct net_fetch;

enum { NET_FETCH_ACTIVE = 32, NET_FETCH_WAITING = 4096, NET_FETCH_TIMEOUT_S = 5 };

/* The answer to 'token': what a 200 brought; empty: there was none.  Comes once for each, never from inside net_fetch_ask. */
typedef void net_fetch_fn(void *ctx, uint64_t token, struct bytes body);

struct net_fetch_request {
	uint64_t token;
	const char *url;
	struct bytes body; /* POSTed; empty: GET */
	const char *type;  /* of 'body' */
	size_t limit;      /* bytes of the answer */
};

MUST_USE enum err net_fetch_new(struct net_fetch **out, struct event_base *loop, net_fetch_fn *fn, void *ctx);

/* What is under way goes unanswered. */
void net_fetch_free(struct net_fetch *f);

/* Copies all of 'ask'.  ERR_FULL: too many wait; ERR_MALFORMED: not a URL of http; ERR_NOMEM.  Then there will be no answer. */
MUST_USE enum err net_fetch_ask(struct net_fetch *f, const struct net_fetch_request *ask);

#ifdef __cplusplus
}
#endif
#endif
