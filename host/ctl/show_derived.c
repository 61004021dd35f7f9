/* The lines of a virtual access, each with where it comes from.  Loop thread. */
#include "ctl/show_derived.h"

#include <stdio.h>

#include "ctl/iface.h"
#include "ctl/text.h"
#include "session/derived.h"

struct derived {
	json_t *doc;
	enum err err;
};

static const char *name_of(const struct ctl_call *call)
{
	return ((const struct ctl_show_state *)call->state)->name;
}

enum err ctl_show_derived_begin(struct ctl_call *call)
{
	enum err err = ctl_iface_name(call);

	if (err != ERR_OK)
		return err;
	if (session_derived_find(ctl_show_world(call)->hub, name_of(call)) != NULL)
		return ERR_OK;
	(void)snprintf(call->error, sizeof(call->error), "no session has that interface (show ip interface brief)");
	return ERR_ABSENT;
}

static void add_line(void *ctx, const char *line, enum session_origin origin)
{
	struct derived *d = (struct derived *)ctx;

	if (d->err == ERR_OK)
		d->err = ctl_show_add(
			d->doc, "lines", json_pack("{s:o, s:s}", "line", ctl_text_str(line), "origin", session_origin_str(origin)));
}

enum err ctl_show_derived(struct ctl_call *call, json_t *doc, bool *more)
{
	const struct session *s = session_derived_find(ctl_show_world(call)->hub, name_of(call));
	struct derived d = { .doc = doc };
	enum err err;

	(void)more;
	if (s == NULL)
		return ERR_ABSENT;
	if (json_object_set_new(doc, "interface", ctl_text_str(s->access.name)) != 0)
		return ERR_NOMEM;
	err = session_derived_walk(s, add_line, &d);
	return err == ERR_OK ? d.err : err;
}
