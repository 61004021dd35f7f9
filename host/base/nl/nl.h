#ifndef BASE_NL_H
#define BASE_NL_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A route netlink socket: what the kernel knows of links, addresses, routes and neighbours, asked and told
 * (nl_link.h, nl_addr.h, nl_route.h, nl_neigh.h), and watched (nl_watch.h).  Calls block for the kernel's answer, which it
 * gives at once; one thread at a time uses a socket.  Setting anything needs CAP_NET_ADMIN in the namespace.
 */
struct nl;

/* Opens a socket in the namespace 'netns_fd', -1 for the thread's own. */
MUST_USE enum err nl_open(int netns_fd, struct nl **out);
void nl_close(struct nl *nl);

#ifdef __cplusplus
}
#endif
#endif
