#ifndef IKE_CHILD_H
#define IKE_CHILD_H

#include "ike/sa.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What was agreed on for a pair of ESP SAs. */
struct ike_child_plan {
	enum ike_role role; /* ours in the exchange that makes it */
	uint32_t spi_in, spi_out;
	struct ike_suite esp;
	struct ike_keys_seed seed;
	const struct ike_ts_list *local, *remote;
	const struct ike_config *config; /* for the world's eyes; NULL: none */
	uint32_t replaces;               /* spi_in of the rekeyed pair, 0: none */
};

/*
 * Derives the keys and asks the world to install the pair; the SA waits for ike_engine_installed.  plan->spi_in is the world's from here
 * on, even after an error.
 */
MUST_USE enum err ike_child_install(struct ike_engine *e, struct ike_sa *sa, const struct ike_child_plan *plan);

/* Removes a child and tells the world; posts NO_CHILD when it was the last. */
void ike_child_remove(struct ike_sa *sa, struct ike_child *child);

/* The child that sends with 'spi_out'; NULL when there is none. */
struct ike_child *ike_child_by_out(const struct ike_sa *sa, uint32_t spi_out);

#ifdef __cplusplus
}
#endif
#endif
