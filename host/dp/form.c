/*
 * How objects, results and their parts stand in messages: one write and one read function a noun, side by side, so
 * that they can be compared by eye.  Used by the codec of both programs; no state.
 */
#include "dp/form.h"

#include <string.h>

/* ---- parts ---- */

uint8_t dp_form_read_enum(struct rd *r, unsigned count)
{
	uint8_t v = rd_u8(r);

	if (v < count)
		return v;
	rd_fail(r, ERR_RANGE);
	return 0;
}

bool dp_form_read_bool(struct rd *r)
{
	return dp_form_read_enum(r, 2) != 0;
}

void dp_form_write_name(struct wr *w, const char *name)
{
	struct bytes b = bytes_str(name);

	if (b.len > UINT8_MAX)
		wr_fail(w, ERR_RANGE);
	wr_u8(w, (uint8_t)b.len);
	wr_bytes(w, b);
}

void dp_form_read_name(struct rd *r, char *out, size_t cap)
{
	struct bytes b = rd_bytes(r, rd_u8(r));

	out[0] = '\0';
	if (b.len >= cap) {
		rd_fail(r, ERR_RANGE);
		return;
	}
	if (b.len == 0)
		return;
	if (memchr(b.data, '\0', b.len) != NULL) {
		rd_fail(r, ERR_MALFORMED);
		return;
	}
	memcpy(out, b.data, b.len);
	out[b.len] = '\0';
}

/* Length 0, 4 or 16, then so many bytes. */
void dp_form_write_addr(struct wr *w, const struct addr *a)
{
	struct bytes b = addr_bytes(a);

	wr_u8(w, (uint8_t)b.len);
	wr_bytes(w, b);
}

struct addr dp_form_read_addr(struct rd *r)
{
	uint8_t len = rd_u8(r);

	if (len != 0 && len != 4 && len != 16)
		rd_fail(r, ERR_RANGE);
	return addr_of(rd_bytes(r, len));
}

void dp_form_write_addr_port(struct wr *w, const struct addr_port *p)
{
	dp_form_write_addr(w, &p->addr);
	wr_u16(w, p->port);
}

struct addr_port dp_form_read_addr_port(struct rd *r)
{
	struct addr_port p = { 0 };

	p.addr = dp_form_read_addr(r);
	p.port = rd_u16(r);
	return p;
}

static void write_prefix(struct wr *w, const struct addr_prefix *p)
{
	dp_form_write_addr(w, &p->addr);
	wr_u8(w, p->len);
}

static struct addr_prefix read_prefix(struct rd *r)
{
	struct addr_prefix p = { 0 };

	p.addr = dp_form_read_addr(r);
	p.len = rd_u8(r);
	if (p.len > addr_bits(&p.addr))
		rd_fail(r, ERR_RANGE);
	return p;
}

static void write_state(struct wr *w, const struct dp_state *s)
{
	wr_u64(w, s->store);
	wr_u32(w, s->slot);
	wr_u32(w, s->generation);
}

static struct dp_state read_state(struct rd *r)
{
	struct dp_state s;

	s.store = rd_u64(r);
	s.slot = rd_u32(r);
	s.generation = rd_u32(r);
	return s;
}

static void write_secret(struct wr *w, const struct secret *s, bool with_keys)
{
	struct bytes b = with_keys ? secret_view(s) : bytes_of(NULL, 0);

	if (b.len > DP_KEY_MAX)
		wr_fail(w, ERR_RANGE);
	wr_u8(w, (uint8_t)b.len);
	wr_bytes(w, b);
}

static void read_secret(struct rd *r, struct secret *s)
{
	struct bytes b = rd_bytes(r, rd_u8(r));
	enum err err;

	if (b.len > DP_KEY_MAX) {
		rd_fail(r, ERR_RANGE);
		return;
	}
	err = secret_set(s, b);
	if (err != ERR_OK)
		rd_fail(r, err);
}

void dp_form_write_result(struct wr *w, const struct dp_result *result)
{
	wr_u8(w, (uint8_t)result->err);
	wr_u8(w, result->placement);
	wr_u8(w, result->reason);
	write_state(w, &result->state);
}

void dp_form_read_result(struct rd *r, struct dp_result *result)
{
	result->err = (enum err)dp_form_read_enum(r, ERR_COUNT);
	result->placement = dp_form_read_enum(r, DP_PLACE_COUNT);
	result->reason = dp_form_read_enum(r, DP_WHY_COUNT);
	result->state = read_state(r);
}

/* ---- objects, after their key ---- */

static void write_vrf(struct wr *w, const struct dp_vrf *v)
{
	dp_form_write_name(w, v->name);
	dp_form_write_name(w, v->tun);
	dp_form_write_name(w, v->netns);
	dp_form_write_name(w, v->device);
}

static void read_vrf(struct rd *r, struct dp_vrf *v)
{
	dp_form_read_name(r, v->name, sizeof(v->name));
	dp_form_read_name(r, v->tun, sizeof(v->tun));
	dp_form_read_name(r, v->netns, sizeof(v->netns));
	dp_form_read_name(r, v->device, sizeof(v->device));
}

static void write_filter(struct wr *w, const struct dp_filter *f)
{
	wr_u8(w, f->v6);
	dp_form_write_name(w, f->name);
	wr_u16(w, f->count);
	wr_u16(w, (uint16_t)f->lines.len);
	wr_bytes(w, f->lines);
	if (f->lines.len > DP_LINES_MAX)
		wr_fail(w, ERR_RANGE);
}

static void read_filter(struct rd *r, struct dp_filter *f)
{
	f->v6 = dp_form_read_bool(r);
	dp_form_read_name(r, f->name, sizeof(f->name));
	f->count = rd_u16(r);
	f->lines = rd_bytes(r, rd_u16(r));
	if (f->lines.len > DP_LINES_MAX)
		rd_fail(r, ERR_RANGE);
}

static void write_policy(struct wr *w, const struct dp_policy *p)
{
	dp_form_write_name(w, p->name);
	wr_u16(w, p->count);
	wr_u16(w, (uint16_t)p->classes.len);
	wr_bytes(w, p->classes);
	if (p->classes.len > DP_LINES_MAX)
		wr_fail(w, ERR_RANGE);
}

static void read_policy(struct rd *r, struct dp_policy *p)
{
	dp_form_read_name(r, p->name, sizeof(p->name));
	p->count = rd_u16(r);
	p->classes = rd_bytes(r, rd_u16(r));
	if (p->classes.len > DP_LINES_MAX)
		rd_fail(r, ERR_RANGE);
}

static void write_features(struct wr *w, const struct dp_feature feature[DP_FAMILIES])
{
	for (unsigned i = 0; i < DP_FAMILIES; i++) {
		wr_u32(w, feature[i].filter[DP_IN]);
		wr_u32(w, feature[i].filter[DP_OUT]);
		wr_u16(w, feature[i].mss);
		wr_u8(w, feature[i].urpf);
	}
}

static void read_features(struct rd *r, struct dp_feature feature[DP_FAMILIES])
{
	for (unsigned i = 0; i < DP_FAMILIES; i++) {
		feature[i].filter[DP_IN] = rd_u32(r);
		feature[i].filter[DP_OUT] = rd_u32(r);
		feature[i].mss = rd_u16(r);
		feature[i].urpf = dp_form_read_enum(r, DP_URPF_STRICT + 1);
	}
}

static void write_port(struct wr *w, const struct dp_port *p)
{
	wr_u8(w, p->kind);
	wr_u8(w, p->role);
	wr_u8(w, p->up);
	wr_u8(w, p->offload);
	wr_u16(w, p->mtu);
	wr_u32(w, p->vrf);
	wr_u32(w, p->init_rate);
	wr_u32(w, p->init_burst);
	dp_form_write_name(w, p->name);
	dp_form_write_name(w, p->spec);
	dp_form_write_name(w, p->backup);
	dp_form_write_name(w, p->twin);
	write_features(w, p->feature);
	wr_u32(w, p->policy[DP_IN]);
	wr_u32(w, p->policy[DP_OUT]);
}

static void read_port(struct rd *r, struct dp_port *p)
{
	p->kind = dp_form_read_enum(r, DP_PORT_VDEV + 1);
	p->role = dp_form_read_enum(r, DP_ROLE_WAN + 1);
	p->up = dp_form_read_bool(r);
	p->offload = dp_form_read_enum(r, DP_OFFLOAD_INLINE + 1);
	p->mtu = rd_u16(r);
	p->vrf = rd_u32(r);
	p->init_rate = rd_u32(r);
	p->init_burst = rd_u32(r);
	dp_form_read_name(r, p->name, sizeof(p->name));
	dp_form_read_name(r, p->spec, sizeof(p->spec));
	dp_form_read_name(r, p->backup, sizeof(p->backup));
	dp_form_read_name(r, p->twin, sizeof(p->twin));
	read_features(r, p->feature);
	p->policy[DP_IN] = rd_u32(r);
	p->policy[DP_OUT] = rd_u32(r);
}

static void write_adjacency(struct wr *w, const struct dp_adjacency *a)
{
	wr_u32(w, a->port);
	dp_form_write_addr(w, &a->next_hop);
}

static void read_adjacency(struct rd *r, struct dp_adjacency *a)
{
	a->port = rd_u32(r);
	a->next_hop = dp_form_read_addr(r);
}

static void write_tunnel(struct wr *w, const struct dp_tunnel *t)
{
	wr_u8(w, t->mode);
	wr_u8(w, t->df);
	wr_u16(w, t->mtu);
	wr_u32(w, t->inner_vrf);
	wr_u32(w, t->front_vrf);
	wr_u32(w, t->sa_out);
	wr_u8(w, t->more_count);
	for (unsigned i = 0; i < t->more_count; i++)
		wr_u32(w, t->more[i]);
	wr_u8(w, t->has_key);
	wr_u32(w, t->key);
	wr_u8(w, t->netdev);
	dp_form_write_addr(w, &t->local);
	dp_form_write_addr(w, &t->remote);
	dp_form_write_name(w, t->name);
	write_features(w, t->feature);
	wr_u32(w, t->policy[DP_IN]);
	wr_u32(w, t->policy[DP_OUT]);
}

static void read_tunnel(struct rd *r, struct dp_tunnel *t)
{
	t->mode = dp_form_read_enum(r, DP_TUNNEL_GRE + 1);
	t->df = dp_form_read_enum(r, DP_DF_CLEAR + 1);
	t->mtu = rd_u16(r);
	t->inner_vrf = rd_u32(r);
	t->front_vrf = rd_u32(r);
	t->sa_out = rd_u32(r);
	t->more_count = dp_form_read_enum(r, DP_MORE_MAX + 1);
	for (unsigned i = 0; i < t->more_count; i++)
		t->more[i] = rd_u32(r);
	t->has_key = dp_form_read_bool(r);
	t->key = rd_u32(r);
	t->netdev = dp_form_read_bool(r);
	t->local = dp_form_read_addr(r);
	t->remote = dp_form_read_addr(r);
	dp_form_read_name(r, t->name, sizeof(t->name));
	read_features(r, t->feature);
	t->policy[DP_IN] = rd_u32(r);
	t->policy[DP_OUT] = rd_u32(r);
}

static void write_ts(struct wr *w, const struct dp_ts *ts)
{
	dp_form_write_addr(w, &ts->first);
	dp_form_write_addr(w, &ts->last);
	wr_u8(w, ts->proto);
	wr_u16(w, ts->port_first);
	wr_u16(w, ts->port_last);
}

static struct dp_ts read_ts(struct rd *r)
{
	struct dp_ts ts = { 0 };

	ts.first = dp_form_read_addr(r);
	ts.last = dp_form_read_addr(r);
	ts.proto = rd_u8(r);
	ts.port_first = rd_u16(r);
	ts.port_last = rd_u16(r);
	return ts;
}

static void write_sa(struct wr *w, const struct dp_sa *s, bool with_keys)
{
	wr_u32(w, s->spi);
	wr_u32(w, s->tunnel);
	wr_u32(w, s->port);
	wr_u8(w, s->direction);
	wr_u8(w, s->cipher);
	wr_u8(w, s->integ);
	wr_u8(w, s->esn);
	wr_u8(w, s->udp_encap);
	wr_u8(w, s->allow_offload);
	wr_u8(w, s->transport);
	wr_u16(w, s->window);
	dp_form_write_addr_port(w, &s->local);
	dp_form_write_addr_port(w, &s->remote);
	wr_u64(w, s->soft_bytes);
	wr_u64(w, s->hard_bytes);
	wr_u64(w, s->soft_packets);
	wr_u64(w, s->hard_packets);
	write_state(w, &s->state);
	wr_u8(w, s->ts_count);
	for (unsigned i = 0; i < s->ts_count; i++) {
		write_ts(w, &s->ts[i].local);
		write_ts(w, &s->ts[i].remote);
	}
	write_secret(w, &s->key, with_keys);
	write_secret(w, &s->integ_key, with_keys);
}

static void read_sa(struct rd *r, struct dp_sa *s)
{
	s->spi = rd_u32(r);
	s->tunnel = rd_u32(r);
	s->port = rd_u32(r);
	s->direction = dp_form_read_enum(r, DP_OUT + 1);
	s->cipher = dp_form_read_enum(r, DP_CIPHER_COUNT);
	s->integ = dp_form_read_enum(r, DP_INTEG_COUNT);
	s->esn = dp_form_read_bool(r);
	s->udp_encap = dp_form_read_bool(r);
	s->allow_offload = dp_form_read_bool(r);
	s->transport = dp_form_read_bool(r);
	s->window = rd_u16(r);
	s->local = dp_form_read_addr_port(r);
	s->remote = dp_form_read_addr_port(r);
	s->soft_bytes = rd_u64(r);
	s->hard_bytes = rd_u64(r);
	s->soft_packets = rd_u64(r);
	s->hard_packets = rd_u64(r);
	s->state = read_state(r);
	s->ts_count = dp_form_read_enum(r, DP_TS_MAX + 1);
	for (unsigned i = 0; i < s->ts_count; i++) {
		s->ts[i].local = read_ts(r);
		s->ts[i].remote = read_ts(r);
	}
	read_secret(r, &s->key);
	read_secret(r, &s->integ_key);
}

static void write_route(struct wr *w, const struct dp_route *route)
{
	wr_u8(w, route->action);
	wr_u32(w, route->target);
}

static void read_route(struct rd *r, struct dp_route *route)
{
	route->action = dp_form_read_enum(r, DP_ROUTE_TUNNEL + 1);
	route->target = rd_u32(r);
}

/* ---- operations ---- */

void dp_form_write_key(struct wr *w, const struct dp_op *op)
{
	switch (dp_op_class(op->kind)) {
	case DP_CLASS_LOCAL:
		wr_u32(w, op->u.local.vrf);
		wr_u32(w, op->u.local.port);
		write_prefix(w, &op->u.local.prefix);
		return;
	case DP_CLASS_ROUTE:
		wr_u32(w, op->u.route.vrf);
		write_prefix(w, &op->u.route.prefix);
		return;
	case DP_CLASS_VRF:
		wr_u32(w, op->u.vrf.id);
		return;
	case DP_CLASS_FILTER:
		wr_u32(w, op->u.filter.id);
		return;
	case DP_CLASS_POLICY:
		wr_u32(w, op->u.policy.id);
		return;
	case DP_CLASS_PORT:
		wr_u32(w, op->u.port.id);
		return;
	case DP_CLASS_ADJACENCY:
		wr_u32(w, op->u.adjacency.id);
		return;
	case DP_CLASS_TUNNEL:
		wr_u32(w, op->u.tunnel.id);
		return;
	case DP_CLASS_SA:
		wr_u32(w, op->u.sa.id);
		return;
	case DP_CLASS_COUNT:
		break;
	}
	wr_fail(w, ERR_RANGE);
}

static void read_key(struct rd *r, struct dp_op *op)
{
	switch (dp_op_class(op->kind)) {
	case DP_CLASS_LOCAL:
		op->u.local.vrf = rd_u32(r);
		op->u.local.port = rd_u32(r);
		op->u.local.prefix = read_prefix(r);
		return;
	case DP_CLASS_ROUTE:
		op->u.route.vrf = rd_u32(r);
		op->u.route.prefix = read_prefix(r);
		return;
	case DP_CLASS_VRF:
		op->u.vrf.id = rd_u32(r);
		return;
	case DP_CLASS_FILTER:
		op->u.filter.id = rd_u32(r);
		return;
	case DP_CLASS_POLICY:
		op->u.policy.id = rd_u32(r);
		return;
	case DP_CLASS_PORT:
		op->u.port.id = rd_u32(r);
		return;
	case DP_CLASS_ADJACENCY:
		op->u.adjacency.id = rd_u32(r);
		return;
	case DP_CLASS_TUNNEL:
		op->u.tunnel.id = rd_u32(r);
		return;
	case DP_CLASS_SA:
		op->u.sa.id = rd_u32(r);
		return;
	case DP_CLASS_COUNT:
		break;
	}
	rd_fail(r, ERR_RANGE);
}

void dp_form_write_op(struct wr *w, const struct dp_op *op, bool with_keys)
{
	if (op->kind <= DP_OP_NONE || op->kind >= DP_OP_COUNT) {
		wr_fail(w, ERR_RANGE);
		return;
	}
	wr_u8(w, (uint8_t)op->kind);
	dp_form_write_key(w, op);
	if (op->kind == DP_PUT_VRF)
		write_vrf(w, &op->u.vrf);
	else if (op->kind == DP_PUT_FILTER)
		write_filter(w, &op->u.filter);
	else if (op->kind == DP_PUT_POLICY)
		write_policy(w, &op->u.policy);
	else if (op->kind == DP_PUT_PORT)
		write_port(w, &op->u.port);
	else if (op->kind == DP_PUT_LOCAL)
		wr_u8(w, op->u.local.underlay);
	else if (op->kind == DP_PUT_ADJACENCY)
		write_adjacency(w, &op->u.adjacency);
	else if (op->kind == DP_PUT_TUNNEL)
		write_tunnel(w, &op->u.tunnel);
	else if (op->kind == DP_PUT_SA)
		write_sa(w, &op->u.sa, with_keys);
	else if (op->kind == DP_PUT_ROUTE)
		write_route(w, &op->u.route);
}

void dp_form_read_op(struct rd *r, struct dp_op *op)
{
	memset(op, 0, offsetof(struct dp_op, u) + offsetof(struct dp_sa, ts));
	op->kind = (enum dp_op_kind)dp_form_read_enum(r, DP_OP_COUNT);
	if (op->kind == DP_OP_NONE) {
		rd_fail(r, ERR_RANGE);
		return;
	}
	read_key(r, op);
	if (op->kind == DP_PUT_VRF)
		read_vrf(r, &op->u.vrf);
	else if (op->kind == DP_PUT_FILTER)
		read_filter(r, &op->u.filter);
	else if (op->kind == DP_PUT_POLICY)
		read_policy(r, &op->u.policy);
	else if (op->kind == DP_PUT_PORT)
		read_port(r, &op->u.port);
	else if (op->kind == DP_PUT_LOCAL)
		op->u.local.underlay = dp_form_read_bool(r);
	else if (op->kind == DP_PUT_ADJACENCY)
		read_adjacency(r, &op->u.adjacency);
	else if (op->kind == DP_PUT_TUNNEL)
		read_tunnel(r, &op->u.tunnel);
	else if (op->kind == DP_PUT_SA)
		read_sa(r, &op->u.sa);
	else if (op->kind == DP_PUT_ROUTE)
		read_route(r, &op->u.route);
}
