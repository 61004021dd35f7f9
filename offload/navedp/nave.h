#ifndef NAVEDP_NAVE_H
#define NAVEDP_NAVE_H

#include "base/addr.h"
#include "base/err.h"
#include "dp/api.h"
#include "engine/ext.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rte_mempool;

/*
 * What a net_nave port can do beyond DPDK's API (pmd/rte_pmd_nave.h), in the words of this program.  For a port of
 * another driver every function does nothing and says so.  Main lcore.
 */

/* Before the port is configured: the numbers' field, and a pool in memory shared with the device.  NULL: not a net_nave port. */
struct rte_mempool *navedp_nave_prepare(uint16_t dpdk_port, const char *name);

/* The extension table; NULL for another driver. */
const struct engine_ext *navedp_nave_ext(uint16_t dpdk_port);

/* SAs of a direction and flows that the device holds; 0: unknown. */
void navedp_nave_limits(uint16_t dpdk_port, uint32_t *sa, uint32_t *flows);

/* What the device says it is ("profile, firmware"); "" for another driver. */
void navedp_nave_name(uint16_t dpdk_port, char *out, size_t cap);

/*
 * Sets the egress guard: ARP, ND and ICMP, and from the box's own addresses on the port ESP, IKE and UDP-encapsulated
 * ESP; everything else that isn't encrypted by the device is dropped by it.
 */
MUST_USE enum err navedp_nave_guard(uint16_t dpdk_port, const struct addr *locals, unsigned count);

/* Makes the device misbehave: ERR_UNSUPPORTED for another driver, ERR_DENIED unless the device lets itself be told. */
MUST_USE enum err navedp_nave_fault(uint16_t dpdk_port, const struct dp_fault *fault);

/* Whether the device answers; true for another driver. */
bool navedp_nave_alive(uint16_t dpdk_port);

/* A step of attaching to the device that is there now.  The port is stopped, workers are off it.  ERR_AGAIN: it hasn't answered yet. */
MUST_USE enum err navedp_nave_reattach(uint16_t dpdk_port);

#ifdef __cplusplus
}
#endif
#endif
