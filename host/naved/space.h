#ifndef NAVED_SPACE_H
#define NAVED_SPACE_H

#include "cfg/platform.h"
#include "naved/host.h"
#include "net/echo.h"
#include "net/udp.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What naved has of the host, VRF by VRF: addresses and routes (host.h), IKE's sockets (net/udp.h) and those of echoes (net/echo.h), each where
 * the platform file places the VRF: in a network namespace, or on a VRF device of the kernel.  What is in a namespace is opened at the start,
 * while naved may enter namespaces: a VRF that the configuration gets later finds its place made.  A VRF device has sockets while the
 * configuration has its VRF.  Loop thread.
 */
struct naved_spaces;

struct naved_space {
	struct naved_spaces *all;
	const struct cfg_vrf_place *place; /* NULL: the global VRF's */
	uint32_t vrf;
	struct naved_host *host; /* NULL: a datapath in memory, nothing of the host is touched */
	struct net_udp *udp;     /* NULL: none yet, or no more */
	struct net_echo *echo;   /* the same */
};

/* A datagram for IKE, which came in 'vrf'. */
typedef void naved_space_fn(void *ctx, uint32_t vrf, const struct net_udp_path *path, struct bytes datagram);

/* 'from' answered an echo request. */
typedef void naved_space_echo_fn(void *ctx, uint32_t vrf, const struct addr *from, uint64_t token);

struct naved_spaces_config {
	struct naved_host_config host; /* 'vrf', 'netns_fd' and 'table' are set for each */
	bool no_host;
	naved_space_fn *receive;
	naved_space_echo_fn *echoed;
	void *ctx;
	const struct cfg_platform *platform; /* outlives the spaces */
};

/* Has 'platform' know the VRF devices of the kernel. */
MUST_USE enum err naved_spaces_find_devices(struct cfg_platform *platform);

/* One for the global VRF and each that the platform places.  All borrowed.  ERR_ABSENT: no such namespace or VRF device, as was logged. */
MUST_USE enum err naved_spaces_new(struct naved_spaces **out, const struct naved_spaces_config *config);

/* Opens the sockets of IKE and of echoes; and closes them, when nothing is to come any more. */
MUST_USE enum err naved_spaces_listen(struct naved_spaces *s);
void naved_spaces_silence(struct naved_spaces *s);

void naved_spaces_free(struct naved_spaces *s);

/* That of a VRF; NULL: the host has no side of it, or 's' is NULL. */
struct naved_space *naved_spaces_find(const struct naved_spaces *s, uint32_t vrf);

/* The configuration is another: as naved_host_configured for each, and VRF devices get or lose their sockets. */
void naved_spaces_configured(struct naved_spaces *s);

/* As naved_host_flush, for each. */
void naved_spaces_flush(struct naved_spaces *s);

#ifdef __cplusplus
}
#endif
#endif
