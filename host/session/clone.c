/*
 * Interfaces of sessions whose grant has `interface-config` lines.  They are made once for each template and list of lines and counted, so that ten
 * thousand sessions of one group hold one.  Loop thread only.
 */
#include "session/clone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/check_if.h"
#include "cfg/find.h"
#include "session/inner.h"

enum { CLONE_LINES = 256 }; /* of one session */

struct session_clone {
	struct map_node by_key;
	struct session_model *model; /* whose it is; its users hold it */
	struct cfg_derived *derived;
	const struct cfg_interface *tmpl;
	struct cfg_derive_lines lines; /* the model's texts */
	unsigned users;
	const struct cfg_model *judged; /* for which session_clone_keeps was asked last, */
	uint64_t era;                   /* in this era of the hub's, */
	bool keeps;                     /* and what it said */
};

/* ---- finding ---- */

static uint64_t hash_key(const struct map *m, const struct cfg_interface *tmpl, const struct cfg_derive_lines *lines)
{
	uint64_t h = map_hash(m, bytes_str(tmpl->object.name));

	for (unsigned i = 0; i < lines->count; i++) {
		uint64_t step[3] = { h, (uint64_t)lines->line[i].origin, map_hash(m, bytes_str(lines->line[i].text)) };

		h = map_hash(m, bytes_of(step, sizeof(step)));
	}
	return h;
}

static bool same_lines(const struct cfg_derive_lines *a, const struct cfg_derive_lines *b)
{
	if (a->count != b->count)
		return false;
	for (unsigned i = 0; i < a->count; i++)
		if (a->line[i].origin != b->line[i].origin || strcmp(a->line[i].text, b->line[i].text) != 0)
			return false;
	return true;
}

static struct session_clone *find(
	const struct session_model *m, uint64_t hash, const struct cfg_interface *tmpl, const struct cfg_derive_lines *lines)
{
	for (struct map_node *n = map_find(&m->clones, hash); n != NULL; n = map_find_next(n)) {
		struct session_clone *c = list_of(n, struct session_clone, by_key);

		if (c->tmpl == tmpl && same_lines(&c->lines, lines))
			return c;
	}
	return NULL;
}

/* ---- life ---- */

static void free_clone(struct session_clone *c)
{
	cfg_derive_free(c->derived);
	free((void *)(uintptr_t)c->lines.line);
	free(c);
}

static bool copy_lines(struct session_clone *c, const struct cfg_derive_lines *lines)
{
	struct cfg_derive_line *copy = (struct cfg_derive_line *)calloc(lines->count, sizeof(*copy));

	if (copy == NULL)
		return false;
	memcpy(copy, lines->line, lines->count * sizeof(*copy));
	c->lines = (struct cfg_derive_lines){ copy, lines->count };
	return true;
}

/* What the checks of a template can't know. */
static const char *fault_of(const struct session *s, const struct cfg_interface *i)
{
	if (i->shutdown)
		return "it is shut down";
	if (s->profile->mode_auto && i->tunnel.mode_written)
		return "'tunnel mode' isn't for a profile with 'mode auto'";
	return cfg_check_clone(i, s->profile->ivrf);
}

static struct session_clone *make(
	const struct session *s, const struct cfg_interface *tmpl, const struct cfg_derive_lines *lines, char why[CFG_MESSAGE_TEXT])
{
	struct session_clone *c = (struct session_clone *)calloc(1, sizeof(*c));
	enum err err = c != NULL && copy_lines(c, lines) ? ERR_OK : ERR_NOMEM;
	const char *fault;

	if (err == ERR_OK)
		err = cfg_derive_new(s->model->cfg, tmpl, &c->lines, why, &c->derived);
	if (err == ERR_NOMEM)
		(void)snprintf(why, CFG_MESSAGE_TEXT, "%s", err_str(err));
	fault = err == ERR_OK ? fault_of(s, &c->derived->interface) : NULL;
	if (fault != NULL)
		(void)snprintf(why, CFG_MESSAGE_TEXT, "%s", fault);
	if (err != ERR_OK || fault != NULL) {
		if (c != NULL)
			free_clone(c);
		return NULL;
	}
	c->model = s->model;
	c->tmpl = tmpl;
	return c;
}

void session_clone_drop(struct session *s)
{
	struct session_clone *c = s->clone;

	s->clone = NULL;
	if (c == NULL || --c->users != 0)
		return;
	map_del(&c->model->clones, &c->by_key);
	free_clone(c);
}

/* The lines of the grant in 'room'; false: they are too many. */
static bool lines_of(const struct session *s, struct cfg_derive_line *room, struct cfg_derive_lines *out)
{
	*out = (struct cfg_derive_lines){ room, aaa_grant_lines(&s->grant, room, CLONE_LINES) };
	return out->count <= CLONE_LINES;
}

static struct session_clone *find_or_make(struct session *s, const struct cfg_interface *tmpl, char why[CFG_MESSAGE_TEXT])
{
	struct cfg_derive_line room[CLONE_LINES];
	struct cfg_derive_lines lines;
	struct session_clone *c;
	uint64_t hash;

	if (!lines_of(s, room, &lines)) {
		(void)snprintf(why, CFG_MESSAGE_TEXT, "there are %u lines, at most %u may be", lines.count, (unsigned)CLONE_LINES);
		return NULL;
	}
	hash = hash_key(&s->model->clones, tmpl, &lines);
	c = find(s->model, hash, tmpl, &lines);
	if (c != NULL)
		return c;
	c = make(s, tmpl, &lines, why);
	if (c != NULL)
		map_add(&s->model->clones, &c->by_key, hash);
	return c;
}

const struct cfg_interface *session_clone_of(struct session *s, const struct cfg_interface *tmpl)
{
	char why[CFG_MESSAGE_TEXT] = "";

	session_clone_drop(s);
	if (aaa_grant_lines(&s->grant, NULL, 0) == 0)
		return tmpl;
	s->clone = find_or_make(s, tmpl, why);
	if (s->clone == NULL) {
		log_event(s->hub->env.log, LOG_L_WARN, "access.refused", "template=%s peer=%s why=\"%s\"", tmpl->object.name, s->peer, why);
		return NULL;
	}
	s->clone->users++;
	if (session_filter_need(s->hub, &s->clone->derived->interface) == ERR_OK &&
		session_rate_need(s->hub, &s->clone->derived->interface) == ERR_OK)
		return &s->clone->derived->interface;
	session_clone_drop(s);
	return NULL;
}

bool session_clone_none(const struct session *s)
{
	unsigned count = aaa_grant_lines(&s->grant, NULL, 0);

	if (count != 0)
		log_event(s->hub->env.log, LOG_L_WARN, "access.refused",
			"peer=%s why=\"%u interface-config lines are for a virtual access\"", s->peer[0] != '\0' ? s->peer : "-", count);
	return count == 0;
}

/* ---- asking ---- */

bool session_clone_keeps(const struct cfg_model *to, const struct session *s)
{
	struct session_clone *c = s->clone;
	const struct cfg_interface *tmpl = c == NULL ? NULL : cfg_find_interface(to, c->tmpl->object.name);
	struct cfg_derived *d = NULL;
	char why[CFG_MESSAGE_TEXT];

	if (c == NULL || (c->judged == to && c->era == s->hub->era))
		return c == NULL || c->keeps;
	c->judged = to;
	c->era = s->hub->era;
	c->keeps = tmpl != NULL && cfg_derive_new(to, tmpl, &c->lines, why, &d) == ERR_OK;
	cfg_derive_free(d);
	return c->keeps;
}

const struct cfg_derived *session_clone_derived(const struct session *s)
{
	return s->clone == NULL ? NULL : s->clone->derived;
}
