#ifndef CTL_IFACE_H
#define CTL_IFACE_H

#include "ctl/base.h"
#include "ctl/show.h"
#include "ctl/traffic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What commands about interfaces share: the one that is meant, and what the datapath counts.  The state of the call is a struct ctl_show_state. */

/*
 * For 'begin': the interface that the arguments name ("Tunnel0", "tu0", "Virtual-Access 1"), if they do, goes to state->name; ERR_ABSENT
 * with a text if it isn't one.
 */
MUST_USE enum err ctl_iface_name(struct ctl_call *call);

/* For 'begin': that, and the counters of tunnels and ports are gathered; without a datapath the document goes without them. */
MUST_USE enum err ctl_iface_begin(struct ctl_call *call);

/* For 'begin': the name, and the counters of classes. */
MUST_USE enum err ctl_iface_begin_classes(struct ctl_call *call);
const struct ctl_samples *ctl_iface_traffic(const struct ctl_call *call);

/* Takes from 'counts', those of a class, what they were when they were cleared. */
void ctl_iface_since_class(struct ctl_call *call, const struct ctl_class *c, struct ctl_counts *counts);

/* Whether the command is about this one. */
bool ctl_iface_wanted(const struct ctl_call *call, const struct session_iface_info *info);

/* What the datapath tells of it; NULL: it doesn't have it, or it is no such thing. */
const struct dp_tunnel_stats *ctl_iface_tunnel(const struct ctl_call *call, const struct session_iface_info *info);
const struct dp_port_stats *ctl_iface_port(const struct ctl_call *call, const struct session_iface_info *info);

/* What 'row' of it says of its netdev in the host, if it is to have one; as jansson, 0: done. */
int ctl_iface_add_netdev(json_t *row, const struct session_iface_info *info);

/* All that it counted; false: the datapath doesn't have it. */
bool ctl_iface_total(const struct ctl_call *call, const struct session_iface_info *info, struct ctl_counts *out);

/* The same since it was cleared, which was at '*since'; NULL: never. */
const uint64_t *ctl_iface_since(struct ctl_call *call, const struct session_iface_info *info, struct ctl_counts *counts);

/* Marks of what isn't there any more go: a configuration has come into force. */
void ctl_iface_settle(const struct ctl_world *w);

/* clear counters [INTERFACE]: 'begin' and 'next'. */
MUST_USE enum err ctl_iface_begin_clear(struct ctl_call *call);
MUST_USE enum err ctl_iface_clear(struct ctl_call *call, json_t *doc, bool *more);

#ifdef __cplusplus
}
#endif
#endif
