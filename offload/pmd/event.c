/* A bounded queue of events for the application. */
#include "pmd/event.h"

void pmd_event_put(struct pmd_events *e, const struct rte_pmd_nave_event *event)
{
	struct rte_pmd_nave_event *slot = &e->ring[e->prod % PMD_EVENTS];

	if (e->prod - e->cons == PMD_EVENTS) {
		e->lost++;
		return;
	}
	*slot = *event;
	slot->lost += e->lost;
	e->lost = 0;
	e->prod++;
}

bool pmd_event_take(struct pmd_events *e, struct rte_pmd_nave_event *out)
{
	if (e->prod == e->cons)
		return false;
	*out = e->ring[e->cons++ % PMD_EVENTS];
	return true;
}
