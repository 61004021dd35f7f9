#ifndef PMD_POOL_H
#define PMD_POOL_H

#include <stdbool.h>

#include "pmd/port.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Packet memory shared with the device: a sealed memfd of the port's own behind mbufs whose headers stay private. */
enum { PMD_POOL_MAX = 1 << 20 }; /* mbufs */

/* Makes the port's pool of 'count' mbufs with 'room' bytes each; a negative errno on failure. */
int pmd_pool_init(struct pmd_port *p, const char *name, uint32_t count, uint16_t room);

/* Frees it; with an mbuf still out there its memory stays for ever.  All-zero is fine. */
void pmd_pool_fini(struct pmd_port *p);

#ifdef __cplusplus
}
#endif
#endif
