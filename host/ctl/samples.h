#ifndef CTL_SAMPLES_H
#define CTL_SAMPLES_H

#include "dp/pull.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * All counters of one kind out of the datapath, gathered for a document.  Embedded, all-zero, in the state of a command; 'done'
 * is called once, from the loop, unless it is cancelled or begin failed.
 */
struct ctl_samples {
	struct dp_pull pull;
	void (*done)(struct ctl_samples *s, enum err err);
	void *ctx; /* the owner's */
	enum dp_stats_which which;
	uint8_t *row; /* 'count' structures of that kind, in order of id */
	size_t count, cap;
	enum err err;
};

/* The owner has set 'done' and 'ctx'.  ERR_CLOSED: no datapath. */
MUST_USE enum err ctl_samples_begin(struct ctl_samples *s, struct dp_provider *p, enum dp_stats_which which);

/* Cancels what is under way and frees. */
void ctl_samples_fini(struct ctl_samples *s);

/* The counters of an object, NULL when the datapath told none; 's' is of that kind or was never begun. */
const struct dp_sa_stats *ctl_samples_sa(const struct ctl_samples *s, uint32_t id);

/* The same of a tunnel or a port. */
const struct dp_tunnel_stats *ctl_samples_tunnel_of(const struct ctl_samples *s, uint32_t id);
const struct dp_port_stats *ctl_samples_port_of(const struct ctl_samples *s, uint32_t id);

/* The rows of an interface's classes, '*count' one after the other; ports and tunnels of one id among each other. */
const struct dp_traffic_stats *ctl_samples_traffic_of(const struct ctl_samples *s, uint32_t id, size_t *count);

const struct dp_port_stats *ctl_samples_port(const struct ctl_samples *s, size_t index);
const struct dp_tunnel_stats *ctl_samples_tunnel(const struct ctl_samples *s, size_t index);
const struct dp_line_stats *ctl_samples_line(const struct ctl_samples *s, size_t index);
const struct dp_counter *ctl_samples_counter(const struct ctl_samples *s, size_t index);

#ifdef __cplusplus
}
#endif
#endif
