#ifndef NAVEDP_VIF_H
#define NAVEDP_VIF_H

#include "navedp/errand.h"
#include "navedp/inner.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The host's netdev of one tunnel: a TUN, in the place of the tunnel's inner VRF.  It goes with its descriptor, and with it what the host has
 * there: routes to what is behind the tunnel have the unreachable ones of the overlay behind them.  All are one port of the datapath, by
 * which the workers find the device of a tunnel and the tunnel of a device.
 */
struct navedp_vif {
	/* workers */
	int fd;         /* -1: none */
	uint32_t index; /* of its tunnel in db */
	bool shown;     /* it is theirs */
	bool lost;      /* somebody deleted the device: set by them */

	/* the errand's, while 'busy' */
	struct navedp_errand errand;
	char name[DP_IFNAME_MAX];
	char alias[DP_NAME_MAX];    /* the tunnel's name, by which the host knows the device too */
	struct navedp_space *space; /* NULL: not yet */
	uint32_t mtu;               /* as it is to be; 0: not known yet */
	uint32_t set_mtu;           /* as it is */
	uint32_t ifindex;           /* of the device: another may have its name by now */
	enum err err;               /* of the last errand */

	/* navedp/vifs.h */
	struct list link;
	struct map_node by_name;
	struct navedp_vifs *all; /* NULL: they are gone */
	uint32_t tunnel;         /* ids */
	uint32_t vrf;
	bool wanted;
	bool busy;
	bool held;         /* not shown any more, but workers may still see it */
	bool told_up;      /* to control, */
	enum err told;     /* or why there is none; OK: nothing yet */
	uint64_t due_ms;   /* not tried again before */
	uint32_t pause_ms; /* then */
};

/* What workers know of them. */
struct navedp_vif_port {
	int epoll;
	struct rte_mempool *pool; /* borrowed */
	struct navedp_vif **at;   /* by the tunnel's index, shown or not; NULL: none */
	struct path_port_info info;
};

extern const struct path_port_ops navedp_vif_ops; /* 'dev' is the port */

/* 'tunnels' indices at most. */
MUST_USE enum err navedp_vif_port_init(struct navedp_vif_port *p, uint32_t tunnels, struct rte_mempool *pool);
void navedp_vif_port_fini(struct navedp_vif_port *p, uint32_t tunnels);

/* From now on the workers have one that stands in 'at'; or not any more, after a grace period. */
MUST_USE enum err navedp_vif_show(struct navedp_vif_port *p, struct navedp_vif *v);
void navedp_vif_hide(struct navedp_vif_port *p, struct navedp_vif *v);

/* Errands: makes the device, gives it another MTU, takes it away.  What came of them is in 'err'. */
void navedp_vif_open(struct navedp_errand *e);
void navedp_vif_resize(struct navedp_errand *e);
void navedp_vif_close(struct navedp_errand *e);

#ifdef __cplusplus
}
#endif
#endif
