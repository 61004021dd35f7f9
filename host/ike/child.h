#ifndef IKE_CHILD_H
#define IKE_CHILD_H

#include "ike/sa.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ike_series; /* ike/rekey/series.h */

/* What was agreed on for a pair of ESP SAs. */
struct ike_child_plan {
	enum ike_role role; /* ours in the exchange that makes it */
	uint32_t spi_in, spi_out;
	struct ike_suite esp;
	struct ike_keys_seed seed;
	const struct ike_series *series; /* the key exchanges whose secrets 'seed' holds beside the first; NULL: there was no other */
	const struct ike_ts_list *local, *remote;
	bool transport;
	const struct ike_config *config; /* for the world's eyes; NULL: none */
	uint32_t replaces;               /* spi_in of the rekeyed pair, 0: none */
};

/* A further child that the world ordered, until it is made.  The selectors of 'policy' point into 'ts'. */
struct ike_wish {
	struct ike_child_policy policy;
	uint16_t refusal; /* the peer's last notify, 0: none */
	struct ike_ts ts[2 * IKE_TS_COUNT];
};

/* Has the child made as soon as the window is free; 'spi_in' is the engine's.  ERR_RANGE: more selectors than fit; ERR_FULL. */
MUST_USE enum err ike_child_want(struct ike_sa *sa, const struct ike_child_policy *policy, uint32_t spi_in);

/* Whether 'sa' may have one child more, beside those on their way out. */
bool ike_child_room(const struct ike_sa *sa, uint8_t limit);

/*
 * Derives the keys and asks the world to install the pair; it waits for ike_engine_installed.  plan->spi_in is the world's from here
 * on, even after an error.  A child that was wanted under that SPI becomes it.  ERR_FULL: the SA has IKE_SA_CHILDREN.
 */
MUST_USE enum err ike_child_install(struct ike_engine *e, struct ike_sa *sa, const struct ike_child_plan *plan);

/* A pair that the peer made and we can't: it is to be deleted.  'spi_in' is the engine's still and goes back at the end. */
void ike_child_stillborn(struct ike_sa *sa, uint32_t spi_in);

/* Tells the world, if that has it, and frees it. */
void ike_child_free(struct ike_child *child);

/* The world is told that it is gone, or won't come, though the peer doesn't know yet. */
void ike_child_tell_down(struct ike_child *child);

/* The lifetime begins; and a rekey that failed is tried again later, if it lives so long. */
void ike_child_begin_life(struct ike_child *child);
void ike_child_rekey_later(struct ike_child *child);

/* Packets of its line go out by 'child' from now on. */
void ike_child_send_by(struct ike_child *child);

/* If packets go out by 'from', which is to go: let them go out by its successor, or else by another child of its line. */
void ike_child_hand_over(const struct ike_child *from);

/* The child that its line sends by; NULL when there is none. */
struct ike_child *ike_child_sender(const struct ike_sa *sa, uint32_t line);

/* Whether there is a child that isn't gone, or being made, beside 'but'. */
bool ike_child_any_but(const struct ike_sa *sa, const struct ike_child *but);

static inline bool ike_child_any(const struct ike_sa *sa)
{
	return ike_child_any_but(sa, NULL);
}

/* The child that sends with 'spi_out', as the peer sees it: not one that it deleted.  NULL when there is none. */
struct ike_child *ike_child_by_out(const struct ike_sa *sa, uint32_t spi_out);

#ifdef __cplusplus
}
#endif
#endif
