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
	return ctl_page_interfaces(call, doc, "interfaces", add_interface, more);
}

/* ---- pools ---- */

static uint32_t size_of(const struct cfg_pool_range *r)
{
	return addr_u32(&r->last) - addr_u32(&r->first) + 1;
}

/* Of the ranges that sessions lease from the hub knows those alone that one ever leased from: sizes are the configuration's. */
static json_t *pool_row(const struct session_hub *hub, const struct cfg_pool *pool)
{
	json_t *ranges = json_array();
	uint32_t used = 0, leased_from = 0;
	json_int_t size = 0;

	for (const struct cfg_pool_range *r = pool->ranges; r != NULL; r = r->next) {
		size += size_of(r);
		(void)json_array_append_new(ranges, json_pack("{s:o, s:o, s:I}", "begin", ctl_text_addr(&r->first), "end",
							    ctl_text_addr(&r->last), "size", (json_int_t)size_of(r)));
	}
	(void)session_hub_pool_usage(hub, pool->object.name, &used, &leased_from); /* false: nobody leased yet */
	return json_pack("{s:o, s:o, s:o, s:o, s:I, s:I, s:I}", "name", ctl_text_str(pool->object.name), "begin",
		ctl_text_addr(&pool->ranges->first), "end", ctl_text_addr(&pool->ranges->last), "ranges", ranges, "size", size, "used",
		(json_int_t)used, "free", size - used);
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
