#ifndef NAVEDP_ICMP_H
#define NAVEDP_ICMP_H

#include "base/err.h"
#include "base/log.h"
#include "db/db.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * ICMP errors that routers send back for ESP packets of ours.  The kernel gets them, as all that isn't ESP or IKE, on a netdev as on a
 * twin, and hands a copy to two raw sockets in each namespace.  Main lcore.
 */
struct navedp_icmp;

MUST_USE enum err navedp_icmp_new(struct navedp_icmp **out, struct db *db, const struct log *log);
void navedp_icmp_free(struct navedp_icmp *n);

enum { NAVEDP_ICMP_NONE = 0xff };

/* Hears those of a namespace (-1: our own), of a VRF device there ("": of none, and of all unless net.ipv4.raw_l3mdev_accept is 0), until it is ignored; '*out' names it.  ERR_FULL; ERR_DENIED: no raw socket may be had. */
MUST_USE enum err navedp_icmp_listen(struct navedp_icmp *n, int netns_fd, const char *device, uint8_t *out);
void navedp_icmp_ignore(struct navedp_icmp *n, uint8_t listener); /* NONE is fine */

/* Reads what came, some at a time, and has tunnels know what their paths take. */
void navedp_icmp_poll(struct navedp_icmp *n, uint64_t now_ms);

#ifdef __cplusplus
}
#endif
#endif
