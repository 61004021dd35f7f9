#ifndef NAVED_HOST_H
#define NAVED_HOST_H

#include "base/log.h"
#include "base/wheel.h"
#include "route/rib.h"

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;
struct session_hub;

/*
 * The host's side of one VRF, which is one network namespace or one VRF device in it: addresses and routes that Nave sets there, those that it looks after because
 * the host sets them itself, and those of others that it takes over.
 */
struct naved_host;

struct naved_host_config {
	struct event_base *loop;
	struct wheel *wheel;
	const struct log *log;
	struct route_rib *rib;
	struct session_hub *const *hub; /* which comes later */
	uint8_t map_key[16];
	uint32_t vrf;
	int netns_fd;   /* -1: the process's own namespace; borrowed for the call alone */
	uint32_t table; /* of its routes: NL_TABLE_MAIN or a VRF device's */
};

/* All borrowed. */
MUST_USE enum err naved_host_new(struct naved_host **out, const struct naved_host_config *config);

/* Takes the routes of others out of the table; what Nave set in the host stays. */
void naved_host_free(struct naved_host *h);

/* The settled route of a prefix, NULL: there is none. */
void naved_host_route(struct naved_host *h, const struct addr_prefix *prefix, const struct route_hop *hop);

/* As in struct session_env. */
void naved_host_address(struct naved_host *h, const char *netdev, const struct addr_prefix *prefix, bool add);
void naved_host_expect(struct naved_host *h, const char *netdev, const struct addr_prefix *prefix, bool add);

/* The configuration is another: devices may be other interfaces. */
void naved_host_configured(struct naved_host *h);

/* Devices are other interfaces, but the host's tables are as they were. */
void naved_host_devices(struct naved_host *h);

/* The end of a turn of the loop: what changed goes to the kernel. */
void naved_host_flush(struct naved_host *h);

#ifdef __cplusplus
}
#endif
#endif
