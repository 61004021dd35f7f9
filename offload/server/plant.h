#ifndef SERVER_PLANT_H
#define SERVER_PLANT_H

#include "db/db.h"
#include "engine/engine.h"
#include "flow/flow.h"
#include "server/box.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What control's wishes are applied to. */
struct server_plant {
	struct db *db;
	struct engine *engine;
	struct flow_table *flows;
	const struct server_box *box;
};

#ifdef __cplusplus
}
#endif
#endif
