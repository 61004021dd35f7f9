#ifndef NET_ECHO_H
#define NET_ECHO_H

#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;

/*
 * ICMP echo of both families (RFC792, RFC4443-4), by raw sockets of the host in one network namespace: whoever asks remembers what it asked.
 * Opening needs CAP_NET_RAW.  Loop thread.
 */
struct net_echo;

enum { NET_ECHO_LEN = 36 }; /* of a request: header, token, zeroes, as routers send it by default */

/* 'from' sent the token back.  It may be anybody's, and forged. */
typedef void net_echo_fn(void *ctx, const struct addr *from, uint64_t token);

struct net_echo_config {
	int netns_fd;       /* of the VRF; -1: the process's own namespace */
	const char *device; /* the kernel's VRF device there; NULL: none */
	net_echo_fn *receive;
	void *ctx;
};

MUST_USE enum err net_echo_new(struct net_echo **out, struct event_base *loop, const struct net_echo_config *config);
void net_echo_free(struct net_echo *e); /* NULL is fine */

/*
 * Asks 'remote' from 'local' (family 0: the host's choice).  'token' is random: the answer brings it.  Not ERR_OK: the kernel didn't send it,
 * for want of a route or of that address.
 */
MUST_USE enum err net_echo_ask(struct net_echo *e, const struct addr *local, const struct addr *remote, uint64_t token);

#ifdef __cplusplus
}
#endif
#endif
