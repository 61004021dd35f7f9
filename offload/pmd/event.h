#ifndef PMD_EVENT_H
#define PMD_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "pmd/rte_pmd_nave.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the application hasn't read yet.  Under the port's lock.  All-zero is empty. */
enum { PMD_EVENTS = 256 };

struct pmd_events {
	struct rte_pmd_nave_event ring[PMD_EVENTS];
	uint32_t prod;
	uint32_t cons;
	uint32_t lost; /* since the last one that was put */
};

/* A full ring loses the event and tells so with the next one. */
void pmd_event_put(struct pmd_events *e, const struct rte_pmd_nave_event *event);
bool pmd_event_take(struct pmd_events *e, struct rte_pmd_nave_event *out);

#ifdef __cplusplus
}
#endif
#endif
