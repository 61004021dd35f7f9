#ifndef CTL_SHOW_ROUTE_H
#define CTL_SHOW_ROUTE_H

#include "ctl/show.h"
#include "dp/pull.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * show ip route, show ip cef, show track.  The variant of a command is the family, or'ed with what the table shows alone; the last argument
 * is a VRF's name or a prefix where it says so.
 */
enum {
	CTL_ROUTE_FAMILY = 0xff,
	CTL_ROUTE_STATIC = 0x100,
	CTL_ROUTE_CONNECTED = 0x200, /* and local */
	CTL_ROUTE_KERNEL = 0x400,
	CTL_ROUTE_PREFIX = 0x800, /* the entry that covers the last argument */
	CTL_ROUTE_VRF = 0x1000    /* of the VRF that the first one names, else of the global one */
};

struct ctl_route_state {
	struct addr_prefix after; /* where the next part begins */
};

MUST_USE enum err ctl_show_route(struct ctl_call *call, json_t *doc, bool *more);
MUST_USE enum err ctl_show_route_summary(struct ctl_call *call, json_t *doc, bool *more);
void ctl_show_route_end(struct ctl_call *call);

/* The datapath's table, as it tells it. */
struct ctl_cef_state {
	struct dp_pull pull;
	struct ctl_call *call;
	struct dp_tunnel_name *tunnel;
	struct dp_adjacency *adjacency;
	struct dp_route *route;
	size_t tunnels, adjacencies, routes; /* how many, */
	size_t tunnel_cap, adjacency_cap, route_cap;
	size_t at; /* the first that wasn't shown */
	enum err err;
};

MUST_USE enum err ctl_show_cef_begin(struct ctl_call *call);
MUST_USE enum err ctl_show_cef(struct ctl_call *call, json_t *doc, bool *more);
void ctl_show_cef_end(struct ctl_call *call);

MUST_USE enum err ctl_show_track(struct ctl_call *call, json_t *doc, bool *more);

#ifdef __cplusplus
}
#endif
#endif
