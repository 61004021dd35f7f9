/*
 * Names and sense of contract 1's nouns.  Used by both programs; no state.
 */
#include "dp/api.h"

#include <stdio.h>
#include <string.h>

#include "dp/line.h"
#include "dp/policy.h"

void dp_ifname(const char *name, char out[DP_IFNAME_MAX])
{
	(void)snprintf(out, DP_IFNAME_MAX, "%.2s%.12s", name, name + strcspn(name, "0123456789"));
	for (char *c = out; *c != '\0'; c++)
		if (*c == '/')
			*c = '-';
}

const char *dp_placement_str(enum dp_placement p)
{
	static const char *const words[] = {
#define WORD(name, word, text) word,
		DP_PLACEMENT_LIST(WORD)
#undef WORD
	};

	return (unsigned)p < DP_PLACE_COUNT ? words[p] : "?";
}

const char *dp_reason_str(enum dp_reason r)
{
	static const char *const words[] = {
#define WORD(name, word, text) word,
		DP_REASON_LIST(WORD)
#undef WORD
	};

	return (unsigned)r < DP_WHY_COUNT ? words[r] : "?";
}

const char *dp_op_str(enum dp_op_kind kind)
{
	static const char *const words[] = { "none",
#define WORD(name, word, member) word,
		DP_OP_LIST(WORD)
#undef WORD
	};

	return (unsigned)kind < DP_OP_COUNT ? words[kind] : "?";
}

const char *dp_event_str(enum dp_event_kind kind)
{
	static const char *const words[] = { "none",
#define WORD(name, word, text) word,
		DP_EVENT_LIST(WORD)
#undef WORD
	};

	return (unsigned)kind < DP_EVENT_COUNT ? words[kind] : "?";
}

const char *dp_fault_str(enum dp_fault_kind kind)
{
	static const char *const words[] = {
#define WORD(name, word, text) word,
		DP_FAULT_LIST(WORD)
#undef WORD
	};

	return (unsigned)kind < DP_FAULT_COUNT ? words[kind] : "?";
}

bool dp_op_is_put(enum dp_op_kind kind)
{
	return kind >= DP_PUT_VRF && kind < DP_DEL_VRF;
}

enum dp_class dp_op_class(enum dp_op_kind kind)
{
	return (enum dp_class)((unsigned)(kind - DP_PUT_VRF) % DP_CLASS_COUNT);
}

enum dp_op_kind dp_op_put_of(enum dp_class class_of)
{
	return (enum dp_op_kind)(DP_PUT_VRF + (unsigned)class_of);
}

enum dp_op_kind dp_op_del_of(enum dp_class class_of)
{
	return (enum dp_op_kind)(DP_DEL_VRF + (unsigned)class_of);
}

const char *dp_op_name(const struct dp_op *op, char *out)
{
	char prefix[ADDR_PREFIX_TEXT];

	switch (dp_op_class(op->kind)) {
	case DP_CLASS_VRF:
		(void)snprintf(out, DP_OP_TEXT, "vrf %u", op->u.vrf.id);
		break;
	case DP_CLASS_FILTER:
		(void)snprintf(out, DP_OP_TEXT, "filter %u", op->u.filter.id);
		break;
	case DP_CLASS_POLICY:
		(void)snprintf(out, DP_OP_TEXT, "policy %u", op->u.policy.id);
		break;
	case DP_CLASS_PORT:
		(void)snprintf(out, DP_OP_TEXT, "port %u", op->u.port.id);
		break;
	case DP_CLASS_LOCAL:
		(void)snprintf(out, DP_OP_TEXT, "local %s vrf %u", addr_prefix_str(&op->u.local.prefix, prefix), op->u.local.vrf);
		break;
	case DP_CLASS_ADJACENCY:
		(void)snprintf(out, DP_OP_TEXT, "adjacency %u", op->u.adjacency.id);
		break;
	case DP_CLASS_TUNNEL:
		(void)snprintf(out, DP_OP_TEXT, "tunnel %u", op->u.tunnel.id);
		break;
	case DP_CLASS_SA:
		(void)snprintf(out, DP_OP_TEXT, "sa %u", op->u.sa.id);
		break;
	case DP_CLASS_ROUTE:
		(void)snprintf(out, DP_OP_TEXT, "route %s vrf %u", addr_prefix_str(&op->u.route.prefix, prefix), op->u.route.vrf);
		break;
	case DP_CLASS_COUNT:
		out[0] = '\0';
		break;
	}
	return out;
}

size_t dp_op_size(const struct dp_op *op)
{
	static const size_t sizes[DP_CLASS_COUNT] = {
		sizeof(struct dp_vrf),
		sizeof(struct dp_filter),
		sizeof(struct dp_policy),
		sizeof(struct dp_port),
		sizeof(struct dp_local),
		sizeof(struct dp_adjacency),
		0,
		0,
		sizeof(struct dp_route),
	};
	enum dp_class c = dp_op_class(op->kind);
	size_t size = sizes[c];

	if (c == DP_CLASS_SA)
		size = dp_sa_size(&op->u.sa);
	else if (c == DP_CLASS_TUNNEL)
		size = dp_tunnel_size(&op->u.tunnel);
	return offsetof(struct dp_op, u) + size;
}

struct bytes *dp_op_body(struct dp_op *op)
{
	if (op->kind == DP_PUT_FILTER)
		return &op->u.filter.lines;
	return op->kind == DP_PUT_POLICY ? &op->u.policy.classes : NULL;
}

void dp_op_fini(struct dp_op *op)
{
	if (op->kind != DP_PUT_SA)
		return;
	secret_fini(&op->u.sa.key);
	secret_fini(&op->u.sa.integ_key);
}

static bool is_text(const char *s, size_t cap)
{
	return memchr(s, '\0', cap) != NULL;
}

static bool is_name(const char *s, size_t cap)
{
	return s[0] != '\0' && is_text(s, cap);
}

static enum err check_vrf(const struct dp_vrf *v)
{
	if (!is_text(v->tun, sizeof(v->tun)) || !is_text(v->netns, sizeof(v->netns)) || !is_text(v->device, sizeof(v->device)))
		return ERR_MALFORMED;
	return is_name(v->name, sizeof(v->name)) ? ERR_OK : ERR_INCOMPLETE;
}

static enum err check_prefix(const struct addr_prefix *p)
{
	return p->addr.family != 0 && p->len <= addr_bits(&p->addr) ? ERR_OK : ERR_MALFORMED;
}

static enum err check_filter(const struct dp_filter *f)
{
	struct rd r = rd_of(f->lines);
	struct dp_line line;

	if (f->id == 0 || f->lines.len > DP_LINES_MAX)
		return ERR_RANGE;
	for (unsigned i = 0; i < f->count; i++) {
		dp_line_read(&r, &line);
		if (r.err != ERR_OK || !dp_line_fits(&line, f->v6))
			return ERR_MALFORMED;
	}
	if (rd_done(&r) != ERR_OK)
		return ERR_MALFORMED;
	return f->count != 0 && is_name(f->name, sizeof(f->name)) ? ERR_OK : ERR_INCOMPLETE;
}

static enum err check_policy(const struct dp_policy *p)
{
	struct rd r = rd_of(p->classes);
	unsigned filters = 0;
	int depth = -1;

	if (p->id == 0 || p->count > DP_TRAFFIC_MAX || p->classes.len > DP_LINES_MAX)
		return ERR_RANGE;
	for (unsigned i = 0; i < p->count; i++) {
		struct dp_traffic t;

		dp_policy_read(&r, &t);
		if (r.err != ERR_OK || !dp_policy_fits(&t, depth))
			return ERR_MALFORMED;
		depth = t.depth;
		for (unsigned m = 0; m < t.match_count; m++)
			filters += t.match[m].kind == DP_MATCH_FILTER;
	}
	if (rd_done(&r) != ERR_OK)
		return ERR_MALFORMED;
	if (filters > DP_POLICY_FILTERS)
		return ERR_RANGE;
	return p->count != 0 && is_name(p->name, sizeof(p->name)) ? ERR_OK : ERR_INCOMPLETE;
}

static bool features_fit(const struct dp_feature feature[DP_FAMILIES])
{
	return feature[DP_V4].urpf <= DP_URPF_STRICT && feature[DP_V6].urpf <= DP_URPF_STRICT;
}

static enum err check_port(const struct dp_port *p)
{
	if (p->id == 0 || p->kind > DP_PORT_VDEV || p->role > DP_ROLE_WAN || p->offload > DP_OFFLOAD_INLINE || !features_fit(p->feature))
		return ERR_RANGE;
	if (!is_text(p->backup, sizeof(p->backup)) || !is_text(p->twin, sizeof(p->twin)))
		return ERR_MALFORMED;
	return is_name(p->name, sizeof(p->name)) && is_name(p->spec, sizeof(p->spec)) ? ERR_OK : ERR_INCOMPLETE;
}

static enum err check_tunnel(const struct dp_tunnel *t)
{
	if (t->id == 0 || t->mode > DP_TUNNEL_GRE || t->df > DP_DF_CLEAR || t->more_count > DP_MORE_MAX || !features_fit(t->feature))
		return ERR_RANGE;
	if (t->local.family == 0 || t->local.family != t->remote.family)
		return ERR_MALFORMED;
	if (t->mode == DP_TUNNEL_GRE && (t->sa_out != 0 || t->more_count != 0))
		return ERR_MALFORMED;
	return is_name(t->name, sizeof(t->name)) ? ERR_OK : ERR_INCOMPLETE;
}

static enum err check_route(const struct dp_route *r)
{
	struct addr network = addr_network(&r->prefix);
	enum err err = check_prefix(&r->prefix);

	if (err != ERR_OK)
		return err;
	if (!addr_eq(&network, &r->prefix.addr))
		return ERR_MALFORMED;
	return r->action <= DP_ROUTE_TUNNEL ? ERR_OK : ERR_RANGE;
}

/* An AEAD's key ends with its salt. */
static bool cipher_key_fits(uint8_t cipher, size_t len)
{
	enum { SALT = 4 };

	switch (cipher) {
	case DP_CIPHER_NULL:
		return len == 0;
	case DP_CIPHER_AES_CBC:
		return len == 16 || len == 24 || len == 32;
	case DP_CIPHER_AES_GCM:
		return len == 16 + SALT || len == 24 + SALT || len == 32 + SALT;
	case DP_CIPHER_CHACHA20_POLY1305:
		return len == 32 + SALT;
	case DP_CIPHER_3DES_CBC:
		return len == 24;
	default:
		return false;
	}
}

static bool integ_key_fits(uint8_t cipher, uint8_t integ, size_t len)
{
	static const uint8_t lens[] = { 0, 20, 32, 48, 64, 16 }; /* by enum dp_integ */
	bool aead = cipher == DP_CIPHER_AES_GCM || cipher == DP_CIPHER_CHACHA20_POLY1305;

	if (integ >= DP_INTEG_COUNT || aead != (integ == DP_INTEG_NONE))
		return false;
	return len == lens[integ];
}

static bool ts_makes_sense(const struct dp_ts *ts)
{
	return ts->first.family != 0 && ts->first.family == ts->last.family && addr_cmp(&ts->first, &ts->last) <= 0 &&
	       ts->port_first <= ts->port_last;
}

static enum err check_sa(const struct dp_sa *s)
{
	if (s->id == 0 || s->tunnel == 0 || s->spi < DP_SPI_MIN || s->direction > DP_OUT || s->ts_count == 0 || s->ts_count > DP_TS_MAX)
		return ERR_RANGE;
	if (s->window != 0 && (s->window < DP_WINDOW_MIN || s->window > DP_WINDOW_MAX || s->window % 64 != 0))
		return ERR_RANGE;
	if (s->local.addr.family == 0 || s->local.addr.family != s->remote.addr.family)
		return ERR_MALFORMED;
	if (s->udp_encap && (s->local.port == 0 || s->remote.port == 0))
		return ERR_INCOMPLETE;
	for (unsigned i = 0; i < s->ts_count; i++)
		if (!ts_makes_sense(&s->ts[i].local) || !ts_makes_sense(&s->ts[i].remote))
			return ERR_MALFORMED;
	return cipher_key_fits(s->cipher, s->key.len) && integ_key_fits(s->cipher, s->integ, s->integ_key.len) ? ERR_OK : ERR_MALFORMED;
}

enum err dp_op_check(const struct dp_op *op)
{
	switch (op->kind) {
	case DP_PUT_VRF:
		return check_vrf(&op->u.vrf);
	case DP_PUT_FILTER:
		return check_filter(&op->u.filter);
	case DP_PUT_POLICY:
		return check_policy(&op->u.policy);
	case DP_PUT_PORT:
		return check_port(&op->u.port);
	case DP_PUT_LOCAL:
		return check_prefix(&op->u.local.prefix);
	case DP_PUT_ADJACENCY:
		if (op->u.adjacency.id == 0)
			return ERR_RANGE;
		return op->u.adjacency.next_hop.family != 0 ? ERR_OK : ERR_MALFORMED;
	case DP_PUT_TUNNEL:
		return check_tunnel(&op->u.tunnel);
	case DP_PUT_SA:
		return check_sa(&op->u.sa);
	case DP_PUT_ROUTE:
		return check_route(&op->u.route);
	default:
		return ERR_OK;
	}
}
