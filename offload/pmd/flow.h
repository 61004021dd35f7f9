#ifndef PMD_FLOW_H
#define PMD_FLOW_H

#include <rte_flow.h>
#include <rte_flow_driver.h>

#include "fwi/flow.h"
#include "pmd/port.h"

#ifdef __cplusplus
extern "C" {
#endif

enum pmd_flow_state { PMD_FLOW_ADDING, PMD_FLOW_LIVE, PMD_FLOW_FAILED, PMD_FLOW_DELETING };

/* A rule's handle.  'index' is the device's; a rule that the device has by itself (IKE on UDP 4500) has none. */
struct rte_flow {
	TAILQ_ENTRY(rte_flow) link;
	struct pmd_port *port;
	struct pmd_slot *slot; /* TO_SA: the inbound SA's */
	uint32_t index;
	uint32_t spi;
	uint8_t state;     /* enum pmd_flow_state */
	uint8_t status;    /* enum fwi_status of a refused addition */
	uint8_t in_flight; /* commands whose completions may come in any order */
	bool implicit;     /* nothing of it is in the device */
	bool found;        /* a former driver's, not adopted yet */
};

extern const struct rte_flow_ops pmd_flow_ops;

/* All-zero is safe to fini, which frees the handles too. */
bool pmd_flow_init(struct pmd_flows *f, uint32_t max);
void pmd_flow_fini(struct pmd_flows *f);

uint32_t pmd_flow_used(const struct pmd_flows *f);

/* The rule of an inbound SA, NULL: none. */
struct rte_flow *pmd_flow_of(const struct pmd_flows *f, const struct pmd_slot *slot);

/* A new inbound session under a rule for any ESP gets a rule of its own. */
enum fwi_status pmd_flow_follow(struct pmd_port *p, struct pmd_slot *slot);

/* Posts FLOW_DEL; the handle isn't the caller's any more unless it fails. */
enum fwi_status pmd_flow_delete(struct pmd_port *p, struct rte_flow *flow);

/* Adoption: handles for the rules that the device has. */
enum fwi_status pmd_flow_find(struct pmd_port *p);

/* Deletes the rules that nobody adopted. */
enum fwi_status pmd_flow_forget(struct pmd_port *p);

#ifdef __cplusplus
}
#endif
#endif
