#ifndef NAVEDP_NEIGH_H
#define NAVEDP_NEIGH_H

#include "db/db.h"
#include "path/worker.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Neighbours: the kernel resolves them (ARP, ND) on the netdev or twin of a port, and its table is the datapath's.
 * Packets that wait for one are kept for a second and sent on when it is known.  Main lcore.
 */
struct navedp_neigh;

MUST_USE enum err navedp_neigh_new(struct navedp_neigh **out, struct db *db);
void navedp_neigh_free(struct navedp_neigh *n);

enum { NAVEDP_NEIGH_NONE = 0xff };

/* Watches the kernel's table of a namespace (-1: our own), until it is ignored; '*out' names it.  ERR_FULL. */
MUST_USE enum err navedp_neigh_listen(struct navedp_neigh *n, int netns_fd, uint8_t *out);
void navedp_neigh_ignore(struct navedp_neigh *n, uint8_t listener); /* NONE is fine */

/* Port 'index' has the device 'ifindex' of that namespace behind it from now on; its neighbours are read. */
MUST_USE enum err navedp_neigh_set_port(struct navedp_neigh *n, uint8_t index, uint8_t listener, uint32_t ifindex);

/* There is none behind it any more; nor are there neighbours. */
void navedp_neigh_forget_port(struct navedp_neigh *n, uint8_t index);

/* The neighbour of a PATH_NOTE_RESOLVE is wanted, and its packet waits: the kernel is asked for it unless it has it. */
void navedp_neigh_want(struct navedp_neigh *n, const struct path_note *note, uint64_t now_ms);

/* Readable when one of the kernel's tables changed. */
int navedp_neigh_fd(const struct navedp_neigh *n);

/* Takes over changes; packets whose neighbour is known go to 'worker'.  True when there were some: it is to be woken. */
bool navedp_neigh_poll(struct navedp_neigh *n, struct path_worker *worker, uint64_t now_ms);

#ifdef __cplusplus
}
#endif
#endif
