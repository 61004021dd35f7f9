#ifndef ENGINE_CAPS_H
#define ENGINE_CAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "db/sa.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What an inline device can do: its driver's row (quirks as data, each with the documentation it is from) and what
 * rte_security_capabilities says, never rte_flow_validate on a SECURITY rule (on some drivers that programs the SA).
 */
enum engine_binding { ENGINE_BIND_FLOW, ENGINE_BIND_SPI_TABLE };

/* One driver's row: what DPDK's capability structures don't say. */
struct engine_row {
	const char *driver;    /* rte_eth_dev_info.driver_name */
	const char *seq_field; /* mbuf dynfield (uint64_t) for the number, in both directions; NULL: none */
	uint32_t sa_limit;     /* of each direction; 0: as told by the device */
	uint8_t binding;       /* enum engine_binding */
	bool host_numbers;     /* takes the outbound number from seq_field */
	bool rx_number;        /* tells the inbound number in seq_field */
	const char *source;    /* the documentation */
};

/* NULL: a driver we know nothing of, which gets no SA. */
const struct engine_row *engine_caps_row(const char *driver);

struct engine_suite {
	uint8_t cipher;    /* enum dp_cipher */
	uint8_t integ;     /* enum dp_integ */
	uint64_t key_lens; /* a set: bit n is a key of n bytes, salt not counted */
};

enum { ENGINE_SUITES_MAX = 16 };

/* Capabilities of one direction, merged from row and device. */
struct engine_caps {
	const struct engine_row *row;
	bool any; /* inline protocol ESP tunnel mode at all */
	bool udp_encap;
	bool esn;
	bool metadata;       /* packets need rte_security_set_pkt_metadata */
	uint32_t window_max; /* 0: the device has no window */
	int suite_count;
	struct engine_suite suite[ENGINE_SUITES_MAX];
};

struct rte_security_capability;

/* Merges 'list' (ended by action NONE, as rte_security_capabilities_get returns it; NULL: nothing) for 'direction'. */
void engine_caps_of(
	const struct engine_row *row, const struct rte_security_capability *list, enum dp_direction direction, struct engine_caps *out);

/* Why 'sa' can't be placed in a device with 'caps'; DP_WHY_NONE when it can. */
enum dp_reason engine_caps_check(const struct engine_caps *caps, const struct db_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
