#ifndef PMD_SEC_H
#define PMD_SEC_H

#include <rte_security.h>
#include <rte_security_driver.h>

#include "pmd/port.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What a session's mempool element holds: the SA's name, and nothing that must be undone: an application whose device is
 * gone just puts the element back.
 */
struct pmd_session {
	uint32_t attach; /* attachment that the rest is of */
	uint32_t index;
	uint16_t generation;
	uint8_t direction; /* enum fwi_direction */
};

extern const struct rte_security_ops pmd_sec_ops;

/* The slot of a session (a struct rte_security_session), NULL: of a former attachment, or destroyed.  Under the lock. */
struct pmd_slot *pmd_sec_slot(struct pmd_port *p, const void *session);

/* Posts SA_DEL for a slot that no rule names; it is free once the device and the rx rings are done with it. */
enum fwi_status pmd_sec_delete(struct pmd_port *p, struct pmd_slot *slot);

/* Makes 'sess' the session of 'slot'. */
void pmd_sec_bind(const struct pmd_port *p, const struct pmd_slot *slot, struct rte_security_session *sess);

/* Adoption: learns the SAs and rules that the device has. */
enum fwi_status pmd_sec_find(struct pmd_port *p);

#ifdef __cplusplus
}
#endif
#endif
