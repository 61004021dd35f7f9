#ifndef NAVEDP_PORT_H
#define NAVEDP_PORT_H

#include "navedp/inner.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A port by its kind: a netdev has an AF_XDP port and the kernel beside it; a port that DPDK owns has an ethdev and a TAP
 * twin that carries its addresses.  A device is closed only when a grace period has passed since workers were told to leave it.
 */

/*
 * Opens the device of 'p->conf'; a port that had another one goes on with this.  When that device isn't there, the port's backup
 * stands in.  On error it has none.
 */
MUST_USE enum err navedp_port_open(struct navedp_box *b, struct navedp_port *p);

/* Opens the device that wasn't there when the port was opened.  Its backup goes on; ERR_ABSENT: it isn't there yet. */
MUST_USE enum err navedp_port_open_late(struct navedp_box *b, struct navedp_port *p);

/* Takes the device away.  The port keeps its index and sends nothing. */
void navedp_port_shut(struct navedp_box *b, struct navedp_port *p);

/* The same device with other facts: nothing is reopened. */
MUST_USE enum err navedp_port_change(struct navedp_box *b, struct navedp_port *p, const struct dp_port *conf);

/* Whether 'conf' can be had by navedp_port_change. */
bool navedp_port_fits(const struct navedp_port *p, const struct dp_port *conf);

/* Takes all of it away; 'p' is unused then. */
void navedp_port_remove(struct navedp_box *b, struct navedp_port *p);

/* Makes the device known to the inline engine, under the port's epoch; a port whose device has no crypto is one all the same. */
MUST_USE enum err navedp_port_attach(struct navedp_box *b, struct navedp_port *p);

/* At the end, when workers are stopped: steering and guards stay, and without sockets they drop. */
void navedp_port_end(struct navedp_box *b, struct navedp_port *p);

#ifdef __cplusplus
}
#endif
#endif
