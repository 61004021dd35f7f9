#ifndef NAVEDP_VIFS_H
#define NAVEDP_VIFS_H

#include "navedp/inner.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Which tunnels have a netdev in the host (navedp/vif.h): those whose put asks for one, 1024 at most.  Devices come and go beside what was
 * asked, in a thread of their own, and control is told of each.  One that can't be had, or that somebody deleted, is tried again.  Main
 * lcore.
 */
struct navedp_vifs;

/* The tunnel with index 'index' was put, or is gone (NULL). */
void navedp_vifs_set(struct navedp_box *b, uint32_t index, const struct dp_tunnel *conf);

/* What became of them meanwhile; tells control through 'server'. */
void navedp_vifs_poll(struct navedp_box *b, struct server *server, uint64_t now_ms);

/* The queue that they all are, and what wakes its worker; false: there is none. */
bool navedp_vifs_queue(const struct navedp_box *b, uint8_t *port, int *fd);

/* The workers are stopped. */
void navedp_vifs_free(struct navedp_box *b);

#ifdef __cplusplus
}
#endif
#endif
