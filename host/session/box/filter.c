/*
 * From access lists to filters, and from what an interface says to features.  Marked and swept as interfaces are; a list that the new
 * configuration doesn't name stays while a session lives that began with it, until the next one.  Loop thread only.
 */
#include "session/box/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/qos.h"
#include "dp/line.h"
#include "session/inner.h"

uint32_t session_filter_id(const struct session_hub *h, const char *name)
{
	const struct session_named *f = session_named_find(&h->filters, name);

	return f != NULL ? f->id : 0;
}

/* ---- lines ---- */

static struct dp_line_end end_of(const struct cfg_ace_side *e)
{
	struct dp_line_end out = { .addr = e->addr, .port_first = e->port_first, .port_last = e->port_last, .port_not = e->port_except };

	out.care.family = e->wildcard.family;
	for (unsigned i = 0; i < addr_bits(&e->wildcard) / 8; i++)
		out.care.b[i] = (uint8_t)~e->wildcard.b[i];
	return out;
}

/* `echo` and its like (RFC792). */
static void set_type(const char *only, struct dp_line *line)
{
	static const struct {
		const char *word;
		uint8_t type, code;
		bool has_code;
	} types[] = { { "echo-reply", 0, 0, false }, { "unreachable", 3, 0, false }, { "packet-too-big", 3, 4, true },
		{ "echo", 8, 0, false }, { "ttl-exceeded", 11, 0, false } };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(types[i].word, only) != 0)
			continue;
		line->has_type = true;
		line->type = types[i].type;
		line->code = types[i].code;
		line->has_code = types[i].has_code;
	}
}

static void write_line(struct wr *w, const struct cfg_ace *e)
{
	struct dp_line line = { .permit = e->permit, .proto = e->protocol, .src = end_of(&e->source), .dst = end_of(&e->destination) };

	line.established = e->only != NULL && strcmp(e->only, "established") == 0;
	if (e->only != NULL)
		set_type(e->only, &line);
	dp_line_write(w, &line);
}

static enum err put_lines(struct session_hub *h, const struct session_named *f, const struct cfg_acl *acl, uint8_t *room)
{
	struct dp_op op = { .kind = DP_PUT_FILTER };
	struct wr w = wr_of(room, DP_LINES_MAX);
	enum err err;

	for (const struct cfg_ace *e = acl->entries; e != NULL; e = e->next) {
		write_line(&w, e);
		op.u.filter.count++;
	}
	err = wr_done(&w);
	if (err != ERR_OK)
		return err;
	op.u.filter.id = f->id;
	op.u.filter.v6 = acl->family == AF_INET6;
	op.u.filter.lines = wr_view(&w);
	(void)snprintf(op.u.filter.name, sizeof(op.u.filter.name), "%s", acl->object.name);
	return dp_sync_put(h->env.sync, &op, NULL);
}

/* ---- lists ---- */

static enum err put(struct session_hub *h, const struct cfg_acl *acl)
{
	struct session_named *f = session_named_make(&h->filters, h->env.sync, DP_CLASS_FILTER, acl->object.name);
	uint8_t *room;
	enum err err;

	if (f == NULL)
		return ERR_NOMEM;
	if (f->marked)
		return ERR_OK;
	f->marked = true;
	room = (uint8_t *)malloc(DP_LINES_MAX);
	err = room == NULL ? ERR_NOMEM : put_lines(h, f, acl, room);
	free(room);
	return err;
}

/* The list of that name in the configuration in force. */
static enum err put_named(struct session_hub *h, const struct cfg_acl *named)
{
	const struct cfg_acl *acl = named == NULL ? NULL : cfg_find_acl(h->model->cfg, named->object.name);

	return acl != NULL && acl->entries != NULL ? put(h, acl) : ERR_OK;
}

/* What visits the lists that an interface names. */
struct visit {
	struct session_hub *hub;
	const char *name; /* looked for, */
	bool found;       /* and found */
	enum err err;
};

typedef void visit_fn(struct visit *v, const struct cfg_acl *acl);

static void put_one(struct visit *v, const struct cfg_acl *acl)
{
	if (v->err == ERR_OK)
		v->err = put_named(v->hub, acl);
}

static void compare(struct visit *v, const struct cfg_acl *acl)
{
	v->found = v->found || (acl != NULL && strcmp(acl->object.name, v->name) == 0);
}

struct class_visit {
	struct visit *visit;
	visit_fn *fn;
};

static void visit_class(void *ctx, const struct cfg_policy_map *p, const struct cfg_policy_class *c, unsigned depth)
{
	struct class_visit *v = (struct class_visit *)ctx;

	(void)p;
	(void)depth;
	for (const struct cfg_qos_match *m = c->map == NULL ? NULL : c->map->matches; m != NULL; m = m->next)
		v->fn(v->visit, m->acl);
}

static void visit_all(const struct session_hub *h, const struct cfg_interface *i, visit_fn *fn, struct visit *v)
{
	struct class_visit classes = { .visit = v, .fn = fn };

	for (unsigned n = 0; n < CFG_FAMILIES * CFG_ACL_WAYS; n++)
		fn(v, i->feature[n / CFG_ACL_WAYS].acl[n % CFG_ACL_WAYS]);
	for (unsigned way = 0; way < CFG_ACL_WAYS; way++)
		if (i->service[way] != NULL)
			cfg_qos_walk(session_rate_current(h, i->service[way]), visit_class, &classes);
}

enum err session_filter_need(struct session_hub *h, const struct cfg_interface *i)
{
	struct visit v = { .hub = h };

	visit_all(h, i, put_one, &v);
	return v.err;
}

void session_filter_unmark(struct session_hub *h)
{
	session_named_unmark(&h->filters);
}

enum err session_filter_configure(struct session_hub *h)
{
	const struct session *s;
	uint32_t cursor = 0;
	enum err err = ERR_OK;

	session_filter_unmark(h);
	for (const struct cfg_interface *i = h->model->cfg->interfaces; i != NULL && err == ERR_OK; i = i->next)
		if (i->object.complete)
			err = session_filter_need(h, i);
	while (err == ERR_OK && (s = session_hub_walk(h, &cursor)) != NULL)
		if (s->clone != NULL && s->access.source != NULL)
			err = session_filter_need(h, s->access.source);
	return err;
}

static bool in_use(const void *ctx, const char *name)
{
	const struct session_hub *h = (const struct session_hub *)ctx;
	struct visit v = { .name = name };
	uint32_t cursor = 0;
	const struct session *s;

	while (!v.found && (s = session_hub_walk(h, &cursor)) != NULL)
		if (s->access.source != NULL)
			visit_all(h, s->access.source, compare, &v);
	return v.found;
}

void session_filter_sweep(struct session_hub *h)
{
	session_named_sweep(&h->filters, h->env.sync, DP_CLASS_FILTER, in_use, h);
}

void session_filter_free_all(struct session_hub *h)
{
	session_named_free_all(&h->filters);
}

/* ---- features ---- */

static uint8_t urpf_of(enum cfg_urpf urpf)
{
	switch (urpf) {
	case CFG_URPF_ANY:
		return DP_URPF_ANY;
	case CFG_URPF_RX:
		return DP_URPF_STRICT;
	case CFG_URPF_OFF:
		break;
	}
	return DP_URPF_OFF;
}

/* A list that isn't there has an id that nobody has: the put is refused then, instead of passing what the list denies. */
static uint32_t id_of(const struct session_hub *h, const struct cfg_acl *acl)
{
	uint32_t id = acl == NULL ? 0 : session_filter_id(h, acl->object.name);

	return acl != NULL && id == 0 ? UINT32_MAX : id;
}

void session_filter_features(const struct session_hub *h, const struct cfg_interface *i, struct dp_feature out[DP_FAMILIES])
{
	for (unsigned f = 0; f < DP_FAMILIES; f++) {
		const struct cfg_feature *from = &i->feature[f == DP_V6 ? CFG_IPV6 : CFG_IPV4];

		out[f].filter[DP_IN] = id_of(h, from->acl[CFG_ACL_IN]);
		out[f].filter[DP_OUT] = id_of(h, from->acl[CFG_ACL_OUT]);
		out[f].mss = from->mss;
		out[f].urpf = urpf_of(from->urpf);
	}
}
