#ifndef FLOW_H
#define FLOW_H

#include "db/db.h"
#include "engine/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Flow rules of inbound SAs that a device decrypts: {local address, UDP 4500 if encapsulated, SPI}, never the peer's
 * address or port (sa-state.md 11).  A device that finds SAs by SPI alone has one rule, for all ESP.  Main lcore.
 */
struct flow_table;

MUST_USE enum err flow_new(struct flow_table **out);
void flow_free(struct flow_table *t);

/*
 * Installs the rule of the inline 'sa', whose session is made; an outbound one has none, and those of an SPI-table device share
 * one.  ERR_FULL: the device's flow table; ERR_DEVICE: any other refusal.
 */
MUST_USE enum err flow_install(struct flow_table *t, const struct engine *e, struct db_sa *sa);

/* Whether the rule of 'sa', if it has one, stands: as engine_status. */
MUST_USE enum err flow_status(const struct engine *e, const struct db_sa *sa);

/* Removes the rule of this configuration of the SA, whose session is still there; nothing when it has none, or its device is gone. */
void flow_remove(struct flow_table *t, const struct engine *e, struct db_sa *sa);

/* The device behind port 'port' was detached from the engine, and its rules are gone with it. */
void flow_forget(struct flow_table *t, uint8_t port);

uint32_t flow_count(const struct flow_table *t, uint8_t port);

#ifdef __cplusplus
}
#endif
#endif
