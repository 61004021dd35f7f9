/* Interfaces, a line each, and pools.  Loop thread. */
#include "ctl/show_ip.h"

#include "ctl/page.h"
#include "ctl/text.h"

/* ---- interfaces ---- */

static void add_interface(void *ctx, const struct session_iface_info *info)
{
	struct ctl_page *p = (struct ctl_page *)ctx;

	if (!ctl_page_takes(p))
		return;
	p->err = ctl_show_add(p->doc, "interfaces",
		json_pack("{s:o, s:o, s:s, s:s, s:s, s:o}", "name", ctl_text_str(info->name), "address", ctl_text_addr(&info->addr),
			"method", info->method, "status", info->admin_up ? "up" : "administratively down", "protocol",
			info->up ? "up" : "down", "reason", info->reason != NULL ? ctl_text_str(info->reason) : json_null()));
}

enum err ctl_show_ip_interfaces(struct ctl_call *call, json_t *doc, bool *more)
{
	struct ctl_page p;
	enum err err = ctl_page_begin(&p, call, doc, "interfaces");

	if (err != ERR_OK)
		return err;
	session_hub_interfaces(ctl_show_world(call)->hub, add_interface, &p);
	return ctl_page_end(&p, more);
}

/* ---- pools ---- */

static json_t *pool_row(const struct session_hub *hub, const struct cfg_pool *pool)
{
	const struct cfg_pool_range *range = pool->ranges; /* sessions lease from the first */
	uint32_t used = 0, size = addr_u32(&range->last) - addr_u32(&range->first) + 1;

	(void)session_hub_pool_usage(hub, pool->object.name, &used, &size); /* false: nobody leased yet */
	return json_pack("{s:o, s:o, s:o, s:I, s:I, s:I}", "name", ctl_text_str(pool->object.name), "begin", ctl_text_addr(&range->first),
		"end", ctl_text_addr(&range->last), "size", (json_int_t)size, "used", (json_int_t)used, "free", (json_int_t)size - used);
}

enum err ctl_show_ip_pools(struct ctl_call *call, json_t *doc, bool *more)
{
	const struct session_hub *hub = ctl_show_world(call)->hub;
	enum err err = json_object_set_new(doc, "pools", json_array()) == 0 ? ERR_OK : ERR_NOMEM;

	(void)more;
	for (const struct cfg_pool *p = session_hub_model(hub)->pools; err == ERR_OK && p != NULL; p = p->next)
		if (p->ranges != NULL)
			err = ctl_show_add(doc, "pools", pool_row(hub, p));
	return err;
}
