/*
 * From access lists to filters, and from what an interface says to features.  Marked and swept as interfaces are; a list that the new
 * configuration doesn't name stays while a session lives that began with it, until the next one.  Loop thread only.
 */
#include "session/box/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/find.h"
#include "dp/line.h"
#include "session/inner.h"

struct filter {
	struct list link;
	char *name;
	uint32_t id;
	bool marked;
};

static struct filter *find(const struct session_hub *h, const char *name)
{
	list_each (it, &h->filters) {
		struct filter *f = list_of(it, struct filter, link);

		if (strcmp(f->name, name) == 0)
			return f;
	}
	return NULL;
}

uint32_t session_filter_id(const struct session_hub *h, const char *name)
{
	const struct filter *f = find(h, name);

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

static enum err put_lines(struct session_hub *h, const struct filter *f, const struct cfg_acl *acl, uint8_t *room)
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

static struct filter *make(struct session_hub *h, const char *name)
{
	struct filter *f = find(h, name);

	if (f != NULL)
		return f;
	f = (struct filter *)calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->name = strdup(name);
	if (f->name == NULL) {
		free(f);
		return NULL;
	}
	f->id = dp_sync_new_id(h->env.sync, DP_CLASS_FILTER);
	list_add(&h->filters, &f->link);
	return f;
}

static enum err put(struct session_hub *h, const struct cfg_acl *acl)
{
	struct filter *f = make(h, acl->object.name);
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

enum err session_filter_need(struct session_hub *h, const struct cfg_interface *i)
{
	enum err err = ERR_OK;

	for (unsigned n = 0; n < CFG_FAMILIES * CFG_ACL_WAYS && err == ERR_OK; n++) {
		const struct cfg_acl *named = i->feature[n / CFG_ACL_WAYS].acl[n % CFG_ACL_WAYS];
		const struct cfg_acl *acl = named == NULL ? NULL : cfg_find_acl(h->model->cfg, named->object.name);

		if (acl != NULL && acl->entries != NULL)
			err = put(h, acl);
	}
	return err;
}

void session_filter_unmark(struct session_hub *h)
{
	list_each (it, &h->filters)
		list_of(it, struct filter, link)->marked = false;
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

static bool names(const struct cfg_interface *i, const char *name)
{
	for (unsigned n = 0; n < CFG_FAMILIES * CFG_ACL_WAYS; n++) {
		const struct cfg_acl *acl = i->feature[n / CFG_ACL_WAYS].acl[n % CFG_ACL_WAYS];

		if (acl != NULL && strcmp(acl->object.name, name) == 0)
			return true;
	}
	return false;
}

static bool in_use(const struct session_hub *h, const char *name)
{
	uint32_t cursor = 0;
	const struct session *s;

	while ((s = session_hub_walk(h, &cursor)) != NULL)
		if (s->access.source != NULL && names(s->access.source, name))
			return true;
	return false;
}

static void drop(struct filter *f)
{
	list_del(&f->link);
	free(f->name);
	free(f);
}

void session_filter_sweep(struct session_hub *h)
{
	struct list *next;

	for (struct list *it = list_first(&h->filters); it != NULL; it = next) {
		struct filter *f = list_of(it, struct filter, link);
		struct dp_op op = { .kind = DP_DEL_FILTER };

		next = list_next(&h->filters, it);
		if (f->marked || in_use(h, f->name))
			continue;
		op.u.filter.id = f->id;
		(void)dp_sync_del(h->env.sync, &op);
		drop(f);
	}
}

void session_filter_free_all(struct session_hub *h)
{
	while (!list_empty(&h->filters))
		drop(list_of(list_first(&h->filters), struct filter, link));
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
