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

/* The place of a VRF in the host: a namespace (-1: our own), and a VRF device there ("": none). */
struct navedp_icmp_place {
	int netns_fd;
	const char *device; /* borrowed for the call */
	uint16_t vrf;       /* index */
};

/*
 * Hears those of a place until it is ignored; '*out' names it.  Without a device it hears those of all devices too, unless
 * net.ipv4.raw_l3mdev_accept is 0.  ERR_FULL; ERR_DENIED: no raw socket may be had.
 */
MUST_USE enum err navedp_icmp_listen(struct navedp_icmp *n, const struct navedp_icmp_place *place, uint8_t *out);
void navedp_icmp_ignore(struct navedp_icmp *n, uint8_t listener); /* NONE is fine */

/* Reads what came, some at a time, and has tunnels know what their paths take. */
void navedp_icmp_poll(struct navedp_icmp *n, uint64_t now_ms);

#ifdef __cplusplus
}
#endif
#endif
