#ifndef DP_FAKE_H
#define DP_FAKE_H

#include "base/wheel.h"
#include "dp/model.h"
#include "dp/provider.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A provider that is a datapath in memory, with faults: for tests, simulation and naved --fake-dataplane.  Requests
 * pass through the codec.  The link is up from the first tick on.
 */
struct dp_fake;

MUST_USE enum err dp_fake_new(struct dp_fake **out, struct wheel *wheel, const uint8_t key[16], uint64_t seed);

/* Closed through this: dp_provider_close. */
struct dp_provider *dp_fake_provider(struct dp_fake *f);
struct dp_model *dp_fake_model(struct dp_fake *f);

/* Milliseconds between request and answer (1); 0: with the wheel's next turn. */
void dp_fake_delay(struct dp_fake *f, uint32_t ms);

/* While held nothing is carried out nor answered. */
void dp_fake_hold(struct dp_fake *f, bool held);

/* Answers of one tick come last first. */
void dp_fake_reverse(struct dp_fake *f, bool reverse);

/* The link dies; of the requests on their way the first 'applied' are still carried out.  It stays down. */
void dp_fake_drop(struct dp_fake *f, uint32_t applied);

/* The link comes back at the next tick. */
void dp_fake_raise(struct dp_fake *f);

uint32_t dp_fake_pending(const struct dp_fake *f);

/* The datapath says 'e'. */
void dp_fake_event(struct dp_fake *f, const struct dp_event *e);

#ifdef __cplusplus
}
#endif
#endif
