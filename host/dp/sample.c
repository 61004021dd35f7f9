/*
 * How counters and events stand in messages.  Used by the codec of both programs; no state.
 */
#include "dp/sample.h"

#include "dp/form.h"

void dp_sample_write_sa(struct wr *w, const struct dp_sa_stats *s)
{
	wr_u32(w, s->id);
	wr_u8(w, s->placement);
	wr_u8(w, s->reason);
	wr_u64(w, s->packets);
	wr_u64(w, s->bytes);
	wr_u64(w, s->next_seq);
	wr_u64(w, s->replay_drops);
	wr_u64(w, s->auth_drops);
	wr_u64(w, s->other_drops);
}

void dp_sample_read_sa(struct rd *r, struct dp_sa_stats *s)
{
	s->id = rd_u32(r);
	s->placement = dp_form_read_enum(r, DP_PLACE_COUNT);
	s->reason = dp_form_read_enum(r, DP_WHY_COUNT);
	s->packets = rd_u64(r);
	s->bytes = rd_u64(r);
	s->next_seq = rd_u64(r);
	s->replay_drops = rd_u64(r);
	s->auth_drops = rd_u64(r);
	s->other_drops = rd_u64(r);
}

static void write_feature(struct wr *w, const struct dp_feature_stats *s)
{
	wr_u64(w, s->acl_drops[DP_IN]);
	wr_u64(w, s->acl_drops[DP_OUT]);
	wr_u64(w, s->urpf_drops);
}

static void read_feature(struct rd *r, struct dp_feature_stats *s)
{
	s->acl_drops[DP_IN] = rd_u64(r);
	s->acl_drops[DP_OUT] = rd_u64(r);
	s->urpf_drops = rd_u64(r);
}

void dp_sample_write_tunnel(struct wr *w, const struct dp_tunnel_stats *s)
{
	wr_u32(w, s->id);
	wr_u32(w, s->mtu);
	wr_u64(w, s->in_packets);
	wr_u64(w, s->in_bytes);
	wr_u64(w, s->out_packets);
	wr_u64(w, s->out_bytes);
	wr_u64(w, s->in_drops);
	wr_u64(w, s->out_drops);
	wr_u32(w, s->idle_in_ms);
	wr_u32(w, s->idle_out_ms);
	write_feature(w, &s->feature);
}

void dp_sample_read_tunnel(struct rd *r, struct dp_tunnel_stats *s)
{
	s->id = rd_u32(r);
	s->mtu = rd_u32(r);
	s->in_packets = rd_u64(r);
	s->in_bytes = rd_u64(r);
	s->out_packets = rd_u64(r);
	s->out_bytes = rd_u64(r);
	s->in_drops = rd_u64(r);
	s->out_drops = rd_u64(r);
	s->idle_in_ms = rd_u32(r);
	s->idle_out_ms = rd_u32(r);
	read_feature(r, &s->feature);
}

void dp_sample_write_port(struct wr *w, const struct dp_port_stats *s)
{
	wr_u32(w, s->id);
	wr_u8(w, s->link_up);
	wr_u8(w, s->device_alive);
	wr_u32(w, s->sa_used);
	wr_u32(w, s->sa_limit);
	wr_u32(w, s->flow_used);
	wr_u32(w, s->flow_limit);
	wr_u64(w, s->in_packets);
	wr_u64(w, s->in_bytes);
	wr_u64(w, s->out_packets);
	wr_u64(w, s->out_bytes);
	wr_u64(w, s->in_drops);
	wr_u64(w, s->out_drops);
	wr_u32(w, s->epoch);
	dp_form_write_name(w, s->driver);
	dp_form_write_name(w, s->device);
	write_feature(w, &s->feature);
}

void dp_sample_read_port(struct rd *r, struct dp_port_stats *s)
{
	s->id = rd_u32(r);
	s->link_up = dp_form_read_bool(r);
	s->device_alive = dp_form_read_bool(r);
	s->sa_used = rd_u32(r);
	s->sa_limit = rd_u32(r);
	s->flow_used = rd_u32(r);
	s->flow_limit = rd_u32(r);
	s->in_packets = rd_u64(r);
	s->in_bytes = rd_u64(r);
	s->out_packets = rd_u64(r);
	s->out_bytes = rd_u64(r);
	s->in_drops = rd_u64(r);
	s->out_drops = rd_u64(r);
	s->epoch = rd_u32(r);
	dp_form_read_name(r, s->driver, sizeof(s->driver));
	dp_form_read_name(r, s->device, sizeof(s->device));
	read_feature(r, &s->feature);
}

void dp_sample_write_line(struct wr *w, const struct dp_line_stats *s)
{
	wr_u32(w, s->id);
	wr_u16(w, s->line);
	wr_u64(w, s->packets);
}

void dp_sample_read_line(struct rd *r, struct dp_line_stats *s)
{
	s->id = rd_u32(r);
	s->line = rd_u16(r);
	s->packets = rd_u64(r);
}

void dp_sample_write_traffic(struct wr *w, const struct dp_traffic_stats *s)
{
	wr_u32(w, s->id);
	wr_u8(w, s->port);
	wr_u8(w, s->direction);
	wr_u16(w, s->index);
	dp_form_write_name(w, s->name);
	wr_u64(w, s->packets);
	wr_u64(w, s->bytes);
	wr_u64(w, s->exceeded);
	wr_u64(w, s->exceeded_bytes);
	wr_u64(w, s->violated);
	wr_u64(w, s->violated_bytes);
	wr_u64(w, s->policed);
	wr_u64(w, s->marked);
	wr_u64(w, s->delayed);
	wr_u64(w, s->lost);
	wr_u32(w, s->waiting_ms);
}

void dp_sample_read_traffic(struct rd *r, struct dp_traffic_stats *s)
{
	s->id = rd_u32(r);
	s->port = dp_form_read_bool(r);
	s->direction = dp_form_read_enum(r, DP_OUT + 1);
	s->index = rd_u16(r);
	dp_form_read_name(r, s->name, sizeof(s->name));
	s->packets = rd_u64(r);
	s->bytes = rd_u64(r);
	s->exceeded = rd_u64(r);
	s->exceeded_bytes = rd_u64(r);
	s->violated = rd_u64(r);
	s->violated_bytes = rd_u64(r);
	s->policed = rd_u64(r);
	s->marked = rd_u64(r);
	s->delayed = rd_u64(r);
	s->lost = rd_u64(r);
	s->waiting_ms = rd_u32(r);
}

void dp_sample_write_counter(struct wr *w, const struct dp_counter *c)
{
	dp_form_write_name(w, c->name);
	wr_u64(w, c->value);
}

void dp_sample_read_counter(struct rd *r, struct dp_counter *c)
{
	dp_form_read_name(r, c->name, sizeof(c->name));
	c->value = rd_u64(r);
}

void dp_sample_write_event(struct wr *w, const struct dp_event *e)
{
	wr_u8(w, (uint8_t)e->kind);
	wr_u32(w, e->id);
	wr_u32(w, e->spi);
	wr_u8(w, e->placement);
	wr_u8(w, e->reason);
	wr_u8(w, e->up);
	wr_u8(w, e->hard);
	wr_u8(w, e->err);
	wr_u32(w, e->mtu);
	wr_u32(w, e->idle_in_ms);
	wr_u32(w, e->idle_out_ms);
	dp_form_write_addr_port(w, &e->remote);
	dp_form_write_addr(w, &e->local);
}

/* A kind of a later minor becomes DP_EVENT_NONE, which nobody acts on. */
void dp_sample_read_event(struct rd *r, struct dp_event *e)
{
	uint8_t kind = rd_u8(r);

	e->kind = kind < DP_EVENT_COUNT ? (enum dp_event_kind)kind : DP_EVENT_NONE;
	e->id = rd_u32(r);
	e->spi = rd_u32(r);
	e->placement = dp_form_read_enum(r, DP_PLACE_COUNT);
	e->reason = dp_form_read_enum(r, DP_WHY_COUNT);
	e->up = dp_form_read_bool(r);
	e->hard = dp_form_read_bool(r);
	e->err = dp_form_read_enum(r, ERR_COUNT);
	e->mtu = rd_u32(r);
	e->idle_in_ms = rd_u32(r);
	e->idle_out_ms = rd_u32(r);
	e->remote = dp_form_read_addr_port(r);
	e->local = dp_form_read_addr(r);
}
