#ifndef SERVER_PLACE_H
#define SERVER_PLACE_H

#include "server/plant.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Where an SA goes: to a device, with a flow rule when it is inbound, or to the CPU with the reason.  A device takes its
 * time, so a prepared SA is placed first, settled until it stands, and published then.  Main lcore.
 */

/*
 * Gives the prepared 'sa' the best session that there is now, and its rule.  On error it has neither; ERR_DENIED: its port's
 * policy keeps it out of software, and 'reason' says why it can't be inline.
 */
MUST_USE enum err server_place(struct server_plant *p, struct db_sa *sa);

/* Whether the policy of its port lets software have packets of 'sa'. */
bool server_place_may_soften(const struct server_plant *p, const struct db_sa *sa);

/* Whether another place suits the published 'sa': its device is gone or forbidden, or one has room for it now. */
bool server_place_is_stale(const struct server_plant *p, const struct db_sa *sa);

/*
 * Whether the placed 'sa' may be published: ERR_OK, or ERR_AGAIN: ask again.  One that its device refused after all is in
 * software then, or has no placement where policy forbids that, for a reason that says so.
 */
MUST_USE enum err server_place_settle(struct server_plant *p, struct db_sa *sa);

/* Gives up a placed 'sa' that was never published; its slot is free when it was new. */
void server_place_abandon(struct server_plant *p, struct db_sa *sa);

/* A db_sa_drop ('ctx' is the struct server_plant): the rule, then the session. */
enum err server_place_drop(void *ctx, struct db_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
