/* The configuration of a session's interface, line by line with its origin.  Loop thread. */
#include "session/derived.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cfg/print.h"
#include "cfg/stmt.h"
#include "session/clone.h"
#include "session/hub.h"

struct walk {
	session_derived_fn *fn;
	void *ctx;
};

const char *session_origin_str(enum session_origin origin)
{
	switch (origin) {
	case SESSION_FROM_TEMPLATE:
		return "template";
	case SESSION_FROM_USER:
		return "user";
	case SESSION_FROM_GROUP:
		return "group";
	case SESSION_FROM_CONFIG:
		return "config";
	case SESSION_FROM_PEER:
		break;
	}
	return "peer";
}

static enum err tell_written(const struct walk *w, const struct cfg_stmt *s, enum session_origin origin)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	enum err err = ERR_NOMEM;

	if (out == NULL)
		return ERR_NOMEM;
	cfg_print_line(s, CFG_SECRETS_HIDDEN, out);
	if (fclose(out) == 0) {
		w->fn(w->ctx, text, origin);
		err = ERR_OK;
	}
	free(text);
	return err;
}

static void tell_peer(const struct walk *w, const char *what, const char *value)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "tunnel %s %s", what, value);
	w->fn(w->ctx, line, SESSION_FROM_PEER);
}

/* Where the template has no say, the peer found us there. */
static void tell_ends(const struct walk *w, const struct session *s)
{
	char text[ADDR_TEXT];

	if (s->access.source->tunnel.source_how == CFG_END_NONE)
		tell_peer(w, "source", addr_str(&s->path.local.addr, text));
	tell_peer(w, "destination", addr_str(&s->path.remote.addr, text));
}

static enum session_origin origin_of(const struct session *s, const struct cfg_stmt *line)
{
	const struct cfg_derived *d = session_clone_derived(s);

	if (!s->access.cloned)
		return SESSION_FROM_CONFIG;
	switch (d == NULL ? CFG_ORIGIN_TEMPLATE : cfg_derive_origin(d, line)) {
	case CFG_ORIGIN_USER:
		return SESSION_FROM_USER;
	case CFG_ORIGIN_GROUP:
		return SESSION_FROM_GROUP;
	case CFG_ORIGIN_TEMPLATE:
		break;
	}
	return SESSION_FROM_TEMPLATE;
}

enum err session_derived_walk(const struct session *s, session_derived_fn *fn, void *ctx)
{
	const struct walk w = { .fn = fn, .ctx = ctx };
	const struct cfg_derived *d = session_clone_derived(s);
	const struct cfg_stmt *parent;
	enum err err = ERR_OK;

	if (s->access.source == NULL)
		return ERR_ABSENT;
	parent = d != NULL ? d->lines : s->access.source->object.stmt;
	for (const struct cfg_stmt *l = cfg_stmt_first(parent); err == ERR_OK && l != NULL; l = cfg_stmt_next(l))
		err = tell_written(&w, l, origin_of(s, l));
	if (err != ERR_OK || !s->access.cloned)
		return err;
	if (s->profile->mode_auto)
		tell_peer(&w, "mode", cfg_model_mode_name(s->access.mode));
	tell_ends(&w, s);
	return ERR_OK;
}

const struct session *session_derived_find(const struct session_hub *h, const char *name)
{
	const struct session *s;
	uint32_t cursor = 0;

	while ((s = session_hub_walk(h, &cursor)) != NULL)
		if (s->access.source != NULL && strcasecmp(s->access.name, name) == 0)
			return s;
	return NULL;
}
