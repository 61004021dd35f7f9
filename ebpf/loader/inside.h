#ifndef LOADER_INSIDE_H
#define LOADER_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "loader/steer.h"
#include "steer_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the files of this folder share; nobody else includes it. */
struct steer_bpf;

struct loader_steer {
	struct steer_bpf *skel;
	char *dir; /* <pin_dir>/v<ABI> */
	int lock;  /* descriptor of pin_dir, locked; -1 none */
	bool adopted;
	int prog_xdp, prog_guard; /* descriptors, the skeleton's */
	int ports, local4, local6, sockets, counts, limit, allow;
};

/* The configuration of a port; ERR_ABSENT when it has none. */
MUST_USE enum err loader_steer_find(const struct loader_steer *s, uint32_t ifindex, struct steer_port *out);

#ifdef __cplusplus
}
#endif
#endif
