#ifndef BASE_NL_WATCH_H
#define BASE_NL_WATCH_H

#include <stdbool.h>

#include "base/err.h"
#include "base/nl/nl_addr.h"
#include "base/nl/nl_link.h"
#include "base/nl/nl_neigh.h"
#include "base/nl/nl_route.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whom to tell of which changes; a NULL function isn't told, and its table not watched. */
struct nl_watch_fns {
	void (*link)(void *ctx, const struct nl_link *link, bool gone);
	void (*addr)(void *ctx, const struct nl_addr *addr, bool gone);
	void (*route)(void *ctx, const struct nl_route *route, bool gone);
	void (*neigh)(void *ctx, const struct nl_neigh *neigh, bool gone);
	void *ctx;
};

struct nl_watch;

/* Watches the namespace 'netns_fd', -1 for the thread's own.  Open the watch, then read the tables: no change is missed. */
MUST_USE enum err nl_watch_open(int netns_fd, const struct nl_watch_fns *fns, struct nl_watch **out);
void nl_watch_close(struct nl_watch *w);

/* From now on what is done to addresses and routes through 'own' isn't told: the kernel drops the notices. */
MUST_USE enum err nl_watch_leave_out(struct nl_watch *w, const struct nl *own);

/* Readable when something changed. */
int nl_watch_fd(const struct nl_watch *w);

/*
 * Tells what changed since, at most so much at once: the rest is readable still (ERR_AGAIN).  ERR_FULL: some changes were lost, the tables
 * must be read again.
 */
MUST_USE enum err nl_watch_read(struct nl_watch *w);

#ifdef __cplusplus
}
#endif
#endif
