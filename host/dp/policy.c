/* The form of a policy's classes, read by control, codec and datapath alike; no state. */
#include "dp/policy.h"

#include <string.h>

#include "dp/form.h"

enum { TRAFFIC_ANY = 1, TRAFFIC_DSCP = 2, TRAFFIC_FLAGS = 4 };
enum { MATCH_INVERTED = 1, MATCH_FLAGS = 2 };

static void write_match(struct wr *w, const struct dp_match *m)
{
	wr_u8(w, m->kind);
	wr_u8(w, m->inverted ? MATCH_INVERTED : 0);
	wr_u8(w, m->families);
	wr_u64(w, m->dscp);
	wr_u32(w, m->filter);
}

static void read_match(struct rd *r, struct dp_match *m)
{
	m->kind = dp_form_read_enum(r, DP_MATCH_COUNT);
	m->inverted = dp_form_read_enum(r, MATCH_FLAGS) != 0;
	m->families = dp_form_read_enum(r, 1u << DP_FAMILIES);
	m->dscp = rd_u64(r);
	m->filter = rd_u32(r);
}

static void write_police(struct wr *w, const struct dp_police *p)
{
	wr_u64(w, p->cir);
	wr_u64(w, p->pir);
	wr_u32(w, p->bc);
	wr_u32(w, p->be);
	for (unsigned i = 0; i < DP_COLORS; i++) {
		wr_u8(w, p->action[i]);
		wr_u8(w, p->dscp[i]);
	}
}

static void read_police(struct rd *r, struct dp_police *p)
{
	p->cir = rd_u64(r);
	p->pir = rd_u64(r);
	p->bc = rd_u32(r);
	p->be = rd_u32(r);
	for (unsigned i = 0; i < DP_COLORS; i++) {
		p->action[i] = dp_form_read_enum(r, DP_POLICE_COUNT);
		p->dscp[i] = dp_form_read_enum(r, DP_DSCP_COUNT);
	}
}

void dp_policy_write(struct wr *w, const struct dp_traffic *t)
{
	dp_form_write_name(w, t->name);
	wr_u8(w, t->depth);
	wr_u8(w, (uint8_t)((t->any ? TRAFFIC_ANY : 0) | (t->has_dscp ? TRAFFIC_DSCP : 0)));
	wr_u8(w, t->dscp);
	write_police(w, &t->police);
	wr_u64(w, t->shape_bps);
	wr_u8(w, t->match_count);
	for (unsigned i = 0; i < t->match_count; i++)
		write_match(w, &t->match[i]);
}

void dp_policy_read(struct rd *r, struct dp_traffic *t)
{
	uint8_t flags;

	memset(t, 0, sizeof(*t));
	dp_form_read_name(r, t->name, sizeof(t->name));
	t->depth = dp_form_read_enum(r, DP_TRAFFIC_DEPTHS);
	flags = dp_form_read_enum(r, TRAFFIC_FLAGS);
	t->any = (flags & TRAFFIC_ANY) != 0;
	t->has_dscp = (flags & TRAFFIC_DSCP) != 0;
	t->dscp = dp_form_read_enum(r, DP_DSCP_COUNT);
	read_police(r, &t->police);
	t->shape_bps = rd_u64(r);
	t->match_count = dp_form_read_enum(r, DP_MATCHES_MAX + 1);
	for (unsigned i = 0; i < t->match_count; i++)
		read_match(r, &t->match[i]);
}

static bool match_fits(const struct dp_match *m)
{
	return m->families != 0 && (m->kind == DP_MATCH_DSCP) == (m->dscp != 0) && (m->kind == DP_MATCH_FILTER) == (m->filter != 0);
}

static bool police_fits(const struct dp_police *p)
{
	if (p->cir == 0)
		return p->pir == 0 && p->bc == 0 && p->be == 0;
	return p->cir <= DP_RATE_MAX && p->pir <= DP_RATE_MAX && p->bc != 0 && (p->pir == 0 || p->be != 0);
}

bool dp_policy_fits(const struct dp_traffic *t, int before)
{
	for (unsigned i = 0; i < t->match_count; i++)
		if (!match_fits(&t->match[i]))
			return false;
	return t->depth <= before + 1 && t->name[0] != '\0' && t->shape_bps <= DP_RATE_MAX && police_fits(&t->police);
}
