#ifndef DP_SAMPLE_H
#define DP_SAMPLE_H

#include "base/rd.h"
#include "base/wr.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The forms of counters and events inside contract 1's messages; rules as in dp/form.h. */
void dp_sample_write_sa(struct wr *w, const struct dp_sa_stats *s);
void dp_sample_read_sa(struct rd *r, struct dp_sa_stats *s);
void dp_sample_write_tunnel(struct wr *w, const struct dp_tunnel_stats *s);
void dp_sample_read_tunnel(struct rd *r, struct dp_tunnel_stats *s);
void dp_sample_write_port(struct wr *w, const struct dp_port_stats *s);
void dp_sample_read_port(struct rd *r, struct dp_port_stats *s);
void dp_sample_write_counter(struct wr *w, const struct dp_counter *c);
void dp_sample_read_counter(struct rd *r, struct dp_counter *c);
void dp_sample_write_line(struct wr *w, const struct dp_line_stats *s);
void dp_sample_read_line(struct rd *r, struct dp_line_stats *s);
void dp_sample_write_traffic(struct wr *w, const struct dp_traffic_stats *s);
void dp_sample_read_traffic(struct rd *r, struct dp_traffic_stats *s);
void dp_sample_write_event(struct wr *w, const struct dp_event *e);
void dp_sample_read_event(struct rd *r, struct dp_event *e);

#ifdef __cplusplus
}
#endif
#endif
