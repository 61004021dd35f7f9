#ifndef NAVED_SPACE_H
#define NAVED_SPACE_H

#include "cfg/platform.h"
#include "naved/host.h"
#include "net/udp.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What naved has of the host, VRF by VRF: addresses and routes (host.h) and IKE's sockets (net/udp.h), each in the network namespace that the
 * platform file places the VRF in.  All are opened at the start, while naved may enter namespaces: a VRF that the configuration gets later
 * finds its place made.  Loop thread.
 */
struct naved_spaces;

struct naved_space {
	struct naved_spaces *all;
	uint32_t vrf;
	struct naved_host *host; /* NULL: a datapath in memory, nothing of the host is touched */
	struct net_udp *udp;     /* NULL until naved_spaces_listen */
};

/* A datagram for IKE, which came in 'vrf'. */
typedef void naved_space_fn(void *ctx, uint32_t vrf, const struct net_udp_path *path, struct bytes datagram);

struct naved_spaces_config {
	struct naved_host_config host; /* 'vrf' and 'netns_fd' are set for each */
	bool no_host;
	naved_space_fn *receive;
	void *ctx;
	const struct cfg_platform *platform; /* outlives the spaces */
};

/* One for the global VRF and each that the platform file places.  All borrowed. */
MUST_USE enum err naved_spaces_new(struct naved_spaces **out, const struct naved_spaces_config *config);

/* Opens IKE's sockets; and closes them, when nothing is to come any more. */
MUST_USE enum err naved_spaces_listen(struct naved_spaces *s);
void naved_spaces_silence(struct naved_spaces *s);

void naved_spaces_free(struct naved_spaces *s);

/* That of a VRF; NULL: the host has no side of it, or 's' is NULL. */
struct naved_space *naved_spaces_find(const struct naved_spaces *s, uint32_t vrf);

/* As naved_host_configured and naved_host_flush, for each. */
void naved_spaces_configured(struct naved_spaces *s);
void naved_spaces_flush(struct naved_spaces *s);

#ifdef __cplusplus
}
#endif
#endif
