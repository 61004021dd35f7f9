#ifndef SERVER_DUMP_H
#define SERVER_DUMP_H

#include "dp/codec.h"
#include "server/plant.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where a walk over routes stopped: goes on there while nothing changed, else counts from the start. */
struct server_dump {
	const struct db_rule *route;
	uint64_t next;  /* the cursor that goes on at 'route' */
	uint32_t epoch; /* of the db */
};

/* Fills a page of objects from 'cursor' on, into room->u.item; never keys.  The reply is 'out'. */
void server_dump_page(struct server_dump *d, const struct server_plant *p, uint64_t cursor, struct dp_room *room, struct dp_items *out);

#ifdef __cplusplus
}
#endif
#endif
