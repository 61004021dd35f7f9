#ifndef SERVER_BOX_H
#define SERVER_BOX_H

#include "dp/api.h"
#include "path/worker.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What the server asks of the program around it: the ports, the host's side of VRFs, and the workers.  Main lcore.
 * The box keeps what db knows of a port; the server keeps what control said.
 */
struct server_box {
	void *ctx;

	/* Opens the port, or changes it.  ERR_ABSENT: no such device; ERR_DENIED: the kernel forwards on it. */
	enum err (*put_port)(void *ctx, const struct dp_port *port);
	enum err (*del_port)(void *ctx, uint32_t id);
	bool (*get_port)(void *ctx, uint32_t id, struct dp_port *out);

	/* Makes the TUN of a VRF that db has. */
	enum err (*put_vrf)(void *ctx, const struct dp_vrf *vrf);
	void (*del_vrf)(void *ctx, uint32_t id);

	/* The tunnel with that index in db was put, or is gone ('conf' NULL): its netdev in the host follows. */
	void (*tunnel_changed)(void *ctx, uint32_t index, const struct dp_tunnel *conf);

	/* The box's own addresses changed: steering and the egress guard follow. */
	void (*locals_changed)(void *ctx);

	/* Ports in order of their index; false at the end, '*index' begins at 0 and moves past. */
	bool (*next_port)(void *ctx, uint8_t *index, struct dp_port *out);
	void (*port_stats)(void *ctx, uint32_t id, struct dp_port_stats *out);

	/* Makes the device of a port misbehave, for tests; errors as in struct dp_faulted. */
	enum err (*fault)(void *ctx, const struct dp_fault *fault);

	struct path_worker **workers;
	uint32_t worker_count;
};

#ifdef __cplusplus
}
#endif
#endif
