#ifndef NAVEDP_CARE_H
#define NAVEDP_CARE_H

#include "navedp/inner.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Looks after an open port: a device that stopped answering is buried - workers leave it, its SAs go to software - and revived
 * when there is one again; a link that went up or down is told.  Each 100 ms; a device that hangs isn't waited for.
 */
void navedp_care_port(struct navedp_box *b, struct navedp_port *p, struct server *server, uint64_t now_ms);

/* Another device, or another control: whether there is a link is told again, down as up. */
void navedp_care_forget_link(struct navedp_port *p);

#ifdef __cplusplus
}
#endif
#endif
