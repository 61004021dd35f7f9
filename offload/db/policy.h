#ifndef DB_POLICY_H
#define DB_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/list.h"
#include "base/map.h"
#include "dp/policy.h"

#ifdef __cplusplus
extern "C" {
#endif

struct db;

enum { DB_TRAFFIC_NONE = UINT16_MAX };

struct db_match {
	uint64_t dscp;
	uint32_t filter; /* index */
	uint8_t kind;    /* enum dp_match_kind */
	uint8_t families;
	bool inverted;
};

/* A class, its bursts as times. */
struct db_traffic {
	char name[DP_NAME_MAX];
	uint16_t parent; /* the class it is in, or DB_TRAFFIC_NONE */
	uint16_t end;    /* those in it stand before this one */
	uint16_t match;  /* its first one */
	uint8_t match_count;
	uint8_t dscp;
	bool any, has_dscp;
	struct dp_police police;
	uint64_t bc_ns, be_ns; /* at its committed rate, with two rates 'be' at the peak's */
	uint64_t shape_bps;
};

/* Never changed once published: a policy that is put again is another one. */
struct db_policy {
	uint32_t serial; /* tells it from any other */
	uint16_t count;
	uint16_t match_count;
	struct db_traffic *traffic;
	struct db_match *match;
	uint8_t *form; /* of its classes */
	uint32_t form_len;
};

/*
 * A policy at one interface in one direction.  'at' is where workers find it.  It goes when the interface names another, or none, and when the
 * policy changes; what its classes counted and owe goes over to those of the same names.
 */
struct db_service {
	const struct db_policy *policy;
	uint32_t *rate; /* [policy->count]: indices */

	/* main lcore */
	struct list link; /* of the policy's */
	struct db_policy_cold *of;
	struct db_service **at;
};

struct db_policy_cold {
	struct map_node by_id;
	struct dp_policy conf; /* its classes stand in the policy */
	struct db_policy *policy;
	struct list services;
};

/* A new one, or another in the place of one, for all who name it.  ERR_ABSENT: a filter isn't there; ERR_FULL, ERR_NOMEM: nothing changed. */
MUST_USE enum err db_policy_put(struct db *db, const struct dp_policy *conf);
MUST_USE enum err db_policy_del(struct db *db, uint32_t id); /* ERR_ABSENT; ERR_BUSY while an interface names it */
bool db_policy_get(const struct db *db, uint32_t id, struct dp_policy *out);

/* NULL: there is none. */
struct db_policy_cold *db_policy_find(const struct db *db, uint32_t id);

/* One after the other, NULL begins and ends. */
struct db_policy_cold *db_policy_walk(const struct db *db, struct db_policy_cold *last);

/* What the interface whose workers look at '*at' needs to go by 'of' (NULL: by none); '*out' is what is there already when that is it. */
MUST_USE enum err db_policy_prepare(struct db *db, struct db_service **at, struct db_policy_cold *of, struct db_service **out);

/* It goes by what was prepared from now on; or that isn't needed. */
void db_policy_turn(struct db *db, struct db_service **at, struct db_service *to);
void db_policy_abandon(struct db *db, struct db_service **at, struct db_service *to);

/* What the class 'index' of a service did; its id, port and direction are the caller's to fill in. */
void db_policy_stats(const struct db *db, const struct db_service *s, uint16_t index, uint64_t now_ms, struct dp_traffic_stats *out);

/* Every worker is offline, and every service gone. */
void db_policy_fini(struct db *db);

#ifdef __cplusplus
}
#endif
#endif
