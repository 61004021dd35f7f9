/* Parts of a table.  Loop thread. */
#include "ctl/page.h"

#include <string.h>

static struct ctl_show_state *state_of(const struct ctl_page *p)
{
	return (struct ctl_show_state *)p->call->state;
}

enum err ctl_page_begin(struct ctl_page *p, struct ctl_call *call, json_t *doc, const char *name)
{
	memset(p, 0, sizeof(*p));
	p->call = call;
	p->doc = doc;
	p->from = state_of(p)->cursor;
	return json_object_set_new(doc, name, json_array()) == 0 ? ERR_OK : ERR_NOMEM;
}

bool ctl_page_takes(struct ctl_page *p)
{
	uint32_t at = p->at++;

	if (at >= p->from + CTL_PAGE_ROWS)
		p->more = true;
	return p->err == ERR_OK && at >= p->from && !p->more;
}

enum err ctl_page_end(struct ctl_page *p, bool *more)
{
	state_of(p)->cursor += CTL_PAGE_ROWS;
	*more = p->more;
	return p->err;
}

enum err ctl_page_interfaces(struct ctl_call *call, json_t *doc, const char *name, session_iface_fn *add, bool *more)
{
	struct ctl_page p;
	enum err err = ctl_page_begin(&p, call, doc, name);

	if (err != ERR_OK)
		return err;
	session_hub_interfaces(ctl_show_world(call)->hub, add, &p);
	return ctl_page_end(&p, more);
}
