#ifndef PMD_PATTERN_H
#define PMD_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_flow.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What an rte_flow rule says, as far as this device can do it. */
struct pmd_pattern {
	uint8_t family; /* of 'local': 4, 6, 0 any address */
	uint8_t local[16];
	bool udp_encap;
	uint16_t udp_port;
	bool has_spi;
	uint32_t spi;
	bool security;       /* action SECURITY */
	const void *session; /* NULL: by SPI */
	uint16_t queue;      /* FWI_QUEUE_ANY: by hash */
};

/*
 * Ingress, group 0: [ETH] [VLAN] IPV4|IPV6 (destination) [UDP (destination port)] ESP (SPI), actions SECURITY, QUEUE, PASSTHRU.  The
 * device matches exactly, so priorities don't matter and masks are all or nothing.  0 or a negative errno with 'error' set.
 */
int pmd_pattern_parse(const struct rte_flow_attr *attr, const struct rte_flow_item *items, const struct rte_flow_action *actions,
	struct pmd_pattern *out, struct rte_flow_error *error);

#ifdef __cplusplus
}
#endif
#endif
