#ifndef CTL_TRAFFIC_H
#define CTL_TRAFFIC_H

#include "ctl/base.h"
#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The classes of the policies at an interface, and what the datapath counts of each. */
struct ctl_class {
	const struct session_iface_info *info;
	const struct cfg_policy_map *policy; /* the class is in; the one in force */
	const struct cfg_policy_class *what;
	enum dp_direction way;
	unsigned depth;
	uint16_t index;   /* in the outermost policy */
	const char *in;   /* the class that it is in, NULL: none */
	const char *path; /* that tells it from any other of the interface and direction */
};

/* 'info' has packets, and 'fn' is called for each class of its policies, inward first. */
typedef void ctl_traffic_fn(void *ctx, const struct ctl_class *c);
void ctl_traffic_walk(const struct ctl_world *w, const struct session_iface_info *info, ctl_traffic_fn *fn, void *ctx);

/* What of a class is counted, in the place of enum ctl_count. */
enum ctl_class_count {
	CTL_CLASS_PACKETS,
	CTL_CLASS_BYTES,
	CTL_CLASS_EXCEEDED,
	CTL_CLASS_EXCEEDED_BYTES,
	CTL_CLASS_VIOLATED,
	CTL_CLASS_VIOLATED_BYTES,
	CTL_CLASS_POLICED,
	CTL_CLASS_MARKED,
	CTL_CLASS_DELAYED,
	CTL_CLASS_LOST,
	CTL_CLASS_COUNTS
};

/* What the datapath told of the class among 's'; NULL: nothing. */
const struct dp_traffic_stats *ctl_traffic_of(const struct ctl_samples *s, const struct ctl_class *c);

void ctl_traffic_counts(const struct dp_traffic_stats *s, struct ctl_counts *out);

/* Under what its mark is kept; 'interface' is that of its interface. */
const char *ctl_traffic_key(const struct ctl_class *c, const char *interface, char out[CTL_BASE_KEY]);

#ifdef __cplusplus
}
#endif
#endif
