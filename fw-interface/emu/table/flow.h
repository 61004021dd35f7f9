#ifndef EMU_FLOW_H
#define EMU_FLOW_H

#include <stdbool.h>

#include "base/map.h"
#include "emu/profile.h"
#include "emu/table/sa.h"
#include "fwi/flow.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a rule matches; compared as bytes, so the padding is a field. */
struct emu_flow_key {
	uint8_t local[16];
	uint32_t spi;
	uint16_t udp_port; /* 0: protocol 50 */
	uint8_t family;
	uint8_t zero;
};

struct emu_flow {
	struct map_node node;
	struct emu_flow_key key;
	uint32_t index;
	uint8_t action; /* enum fwi_flow_action */
	uint16_t queue;
	struct emu_sa *sa; /* FWI_FLOW_TO_SA: it outlives the rule */
	uint64_t packets;
	uint64_t bytes;
};

enum { EMU_FLOW_PORTS = 8 }; /* different UDP ports in the rules */

struct emu_flow_local {
	uint8_t addr[16];
	uint8_t family;
	uint32_t rules;
};

struct emu_flow_table {
	struct emu_flow **slot;
	uint32_t size;
	uint32_t used;
	struct map map;
	struct {
		uint16_t port;
		uint32_t rules;
	} port[EMU_FLOW_PORTS];
	struct emu_flow_local *local; /* 'local_max' of them; NULL without a limit */
	uint32_t local_max;
};

/* 'seed' is 16 random bytes. */
MUST_USE enum err emu_flow_table_init(struct emu_flow_table *t, const struct emu_profile *p, const uint8_t seed[16]);
void emu_flow_table_fini(struct emu_flow_table *t);

/* Adds the rule of 'c' whose SA (FWI_FLOW_TO_SA) is 'sa', live and of the right generation. */
enum fwi_status emu_flow_add(struct emu_flow_table *t, const struct fwi_cmd_flow *c, struct emu_sa *sa);

struct emu_flow *emu_flow_at(const struct emu_flow_table *t, uint32_t index);
void emu_flow_del(struct emu_flow_table *t, struct emu_flow *f);
void emu_flow_clear(struct emu_flow_table *t);

struct emu_flow *emu_flow_find(const struct emu_flow_table *t, const struct emu_flow_key *key);

/* Whether any rule is about ESP in UDP to 'port'. */
bool emu_flow_has_port(const struct emu_flow_table *t, uint16_t port);

void emu_flow_entry(const struct emu_flow *f, struct fwi_flow_entry *out);

#ifdef __cplusplus
}
#endif
#endif
