#ifndef PATH_GATE_H
#define PATH_GATE_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What the configuration wants done to packets where they come in and go out (R-SYS-07): access list, then the source's route, then
 * TCP's segments, then the service policy.  A packet through a tunnel passes twice (R-SYS-08): at the tunnel in clear, at the port as ESP.  Interfaces without
 * features don't get here.
 */

/* Where packets meet their features. */
struct path_gate_place {
	bool tunnel; /* else a port */
	enum dp_direction way;
};

/* Drops what doesn't pass there. */
void path_gate_refuse(struct path_ctx *c, struct path_pkt *p, const struct path_gate_place *at, enum path_drop why);

/* Of c->gated, which came by ports: those that pass go on where classify left them. */
void path_gate_port_in(struct path_ctx *c);

/* Of c->gated, which came by tunnels: those that pass go to c->plain. */
void path_gate_tunnel_in(struct path_ctx *c);

/* Leaves in c->gated what may leave by the ports that it is for. */
void path_gate_port_out(struct path_ctx *c);

/* Whether a frame of the host's own, which no list stops, leaves now by the port that it is for; false: its policy dropped it, or it waits. */
bool path_gate_frame_out(struct path_ctx *c, struct path_pkt *p);

/* Leaves in c->tunnel what may enter the tunnels that it is for; each packet passes once. */
void path_gate_tunnel_out(struct path_ctx *c);

/*
 * The ESP packet that nobody sees in host memory (sa-state 30): whether its port lets it out that 'p' is about to become; and in that
 * a device has made 'p' of.  false: dropped, or it waits.
 */
bool path_gate_outer(struct path_ctx *c, struct path_pkt *p);
bool path_gate_inner(struct path_ctx *c, struct path_pkt *p);

/* What lists see of a packet; and of the ESP packet of 'sa', to the peer or from it. */
void path_gate_key(const struct path_pkt *p, struct db_rules_key *k);
void path_gate_esp_key(const struct db_sa *sa, bool out, struct db_rules_key *k);

#ifdef __cplusplus
}
#endif
#endif
