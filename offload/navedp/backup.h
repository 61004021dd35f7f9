#ifndef NAVEDP_BACKUP_H
#define NAVEDP_BACKUP_H

#include "navedp/inner.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The backup netdev as the wire of a port whose device is lost (sa-state 19), or isn't there yet: twin, addresses, IKE and MAC
 * address stay what they are when the port goes from one to the other, and neighbours needn't learn anything.
 */

/* Opens it; on error it is closed. */
MUST_USE enum err navedp_backup_open(struct navedp_box *b, struct navedp_port *p);

/* Takes it, if the port has one; workers are off the port.  The log says how it went. */
void navedp_backup_take(struct navedp_box *b, struct navedp_port *p);

/* Gives it back, if it was taken: the device is there again, and sends nothing yet. */
void navedp_backup_leave(struct navedp_box *b, struct navedp_port *p);

#ifdef __cplusplus
}
#endif
#endif
