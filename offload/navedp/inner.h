#ifndef NAVEDP_INNER_H
#define NAVEDP_INNER_H

#include "navedp/box.h"
#include "navedp/ethdev.h"
#include "navedp/netdev.h"
#include "navedp/tap.h"

#ifdef __cplusplus
extern "C" {
#endif

struct loader_steer;

/*
 * Inside of the box: its ports and VRFs, which box, port, tun, plan, guard and care work on.  Main lcore.
 */

/* navedp/space.h. */
struct navedp_space {
	unsigned users; /* 0: free */
	char netns[DP_NAME_MAX];
	char device[DP_IFNAME_MAX]; /* the VRF device; "": none */
	int fd;                     /* -1: the process's own */
	struct loader_steer *steer; /* the namespace's; NULL until the first netdev */
	bool steers;                /* of its places this one holds it */
	uint8_t neigh, icmp;        /* who listens there */
};

/* A port that control put.  It keeps its index, and with it addresses and adjacencies, when its device is another one. */
struct navedp_port {
	bool used;
	bool open;            /* it has its device */
	bool attached;        /* ... which the inline engine knows */
	bool link_up;         /* as last told to control ... */
	bool link_told;       /* ... of this device */
	bool dead;            /* its device doesn't answer ... */
	bool backed;          /* ... and 'netdev', its backup, is the wire meanwhile */
	enum err care;        /* why it couldn't be revived, as last logged */
	uint64_t care_due_ms; /* not tried again before */
	uint64_t link_due_ms; /* a link that was never up isn't told to be down before; 0: not known yet */
	struct dp_port conf;
	struct navedp_space *space; /* of its VRF, while it is open */
	uint32_t gate;              /* its features in db; 0: never had any */
	uint8_t index;              /* of the wire; DB_PORT_NONE: not yet */
	uint8_t twin_index;         /* its twin or inlet; DB_PORT_NONE: none */
	struct navedp_netdev netdev;
	struct navedp_ethdev ethdev;
	struct navedp_tap *twin;
};

struct navedp_vrf {
	bool used;
	uint32_t id;
	char name[DP_IFNAME_MAX]; /* of the TUN, */
	uint8_t index;            /* and its port */
	struct navedp_tap *tun;
	struct navedp_space *space;
};

struct navedp_box {
	struct navedp_box_conf conf;
	struct navedp_space space[DB_VRF_MAX];
	struct navedp_port port[DB_PORT_MAX];
	struct navedp_vrf vrf[DB_VRF_MAX];
	uint64_t poll_due_ms;
	uint32_t greetings;       /* control's, to which links were told */
	struct navedp_vifs *vifs; /* NULL: no tunnel ever had one */
};

static inline bool navedp_port_is_netdev(const struct navedp_port *p)
{
	return p->conf.kind == DP_PORT_NETDEV;
}

/* Whether its frames come by AF_XDP. */
static inline bool navedp_port_has_netdev(const struct navedp_port *p)
{
	return navedp_port_is_netdev(p) || p->backed;
}

#ifdef __cplusplus
}
#endif
#endif
