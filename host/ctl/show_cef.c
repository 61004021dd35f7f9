/*
 * The forwarding table as the datapath tells it, not as control wants it: a dump is pulled, and what it says of routes, adjacencies and
 * tunnels is put together.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl/show_route.h"
#include "ctl/show_vrf.h"
#include "ctl/text.h"

enum { CEF_MAX = 1 << 21 }; /* rows of one kind */

struct dp_tunnel_name {
	uint32_t id;
	char name[DP_NAME_MAX];
};

/* ---- gathering ---- */

static enum err push(void **array, size_t *count, size_t *cap, const void *row, size_t size)
{
	if (*count == *cap) {
		size_t wide = *cap != 0 ? *cap * 2 : 64;
		void *more = *cap < CEF_MAX ? realloc(*array, wide * size) : NULL;

		if (more == NULL)
			return ERR_NOMEM;
		*array = more;
		*cap = wide;
	}
	memcpy((char *)*array + (*count)++ * size, row, size);
	return ERR_OK;
}

static enum err take(struct ctl_cef_state *s, const struct dp_op *op)
{
	struct dp_tunnel_name name = { .id = 0 };
	void *array;
	enum err err = ERR_OK;

	if (op->kind == DP_PUT_ROUTE) {
		array = s->route;
		err = push(&array, &s->routes, &s->route_cap, &op->u.route, sizeof(op->u.route));
		s->route = (struct dp_route *)array;
	} else if (op->kind == DP_PUT_ADJACENCY) {
		array = s->adjacency;
		err = push(&array, &s->adjacencies, &s->adjacency_cap, &op->u.adjacency, sizeof(op->u.adjacency));
		s->adjacency = (struct dp_adjacency *)array;
	} else if (op->kind == DP_PUT_TUNNEL) {
		name.id = op->u.tunnel.id;
		memcpy(name.name, op->u.tunnel.name, sizeof(name.name));
		array = s->tunnel;
		err = push(&array, &s->tunnels, &s->tunnel_cap, &name, sizeof(name));
		s->tunnel = (struct dp_tunnel_name *)array;
	}
	return err;
}

static void take_page(struct dp_pull *pull, const struct dp_msg *reply)
{
	struct ctl_cef_state *s = list_of(pull, struct ctl_cef_state, pull);

	for (unsigned i = 0; i < reply->u.items.count && s->err == ERR_OK; i++)
		s->err = take(s, &reply->u.items.item[i].op);
}

static int by_prefix(const void *a, const void *b)
{
	const struct dp_route *x = (const struct dp_route *)a, *y = (const struct dp_route *)b;
	int order = addr_cmp(&x->prefix.addr, &y->prefix.addr);

	if (x->vrf != y->vrf)
		return x->vrf < y->vrf ? -1 : 1;
	if (x->prefix.addr.family != y->prefix.addr.family)
		return x->prefix.addr.family < y->prefix.addr.family ? -1 : 1;
	return order != 0 ? order : (int)x->prefix.len - (int)y->prefix.len;
}

static int by_adjacency(const void *a, const void *b)
{
	uint32_t x = ((const struct dp_adjacency *)a)->id, y = ((const struct dp_adjacency *)b)->id;

	return x < y ? -1 : x > y;
}

static int by_tunnel(const void *a, const void *b)
{
	uint32_t x = ((const struct dp_tunnel_name *)a)->id, y = ((const struct dp_tunnel_name *)b)->id;

	return x < y ? -1 : x > y;
}

static void sort(void *array, size_t count, size_t size, int (*compare)(const void *a, const void *b))
{
	if (count != 0)
		qsort(array, count, size, compare);
}

static void end(struct dp_pull *pull, enum err err)
{
	struct ctl_cef_state *s = list_of(pull, struct ctl_cef_state, pull);

	sort(s->route, s->routes, sizeof(*s->route), by_prefix);
	sort(s->adjacency, s->adjacencies, sizeof(*s->adjacency), by_adjacency);
	sort(s->tunnel, s->tunnels, sizeof(*s->tunnel), by_tunnel);
	ctl_server_ready(s->call, s->err != ERR_OK ? s->err : err);
}

enum err ctl_show_cef_begin(struct ctl_call *call)
{
	struct ctl_cef_state *s = (struct ctl_cef_state *)call->state;
	enum err err;

	s->pull.page = take_page;
	s->pull.end = end;
	s->call = call;
	err = dp_pull_dump(&s->pull, ctl_show_world(call)->datapath);
	return err == ERR_OK ? ERR_AGAIN : err;
}

/* ---- telling ---- */

static const char *tunnel_name(const struct ctl_cef_state *s, uint32_t id)
{
	struct dp_tunnel_name key = { .id = id };
	const struct dp_tunnel_name *t =
		s->tunnels == 0 ? NULL : (const struct dp_tunnel_name *)bsearch(&key, s->tunnel, s->tunnels, sizeof(key), by_tunnel);

	return t != NULL ? t->name : NULL;
}

static const struct dp_adjacency *adjacency_of(const struct ctl_cef_state *s, uint32_t id)
{
	struct dp_adjacency key = { .id = id };

	return s->adjacencies == 0 ? NULL
				   : (const struct dp_adjacency *)bsearch(&key, s->adjacency, s->adjacencies, sizeof(key), by_adjacency);
}

static json_t *row_of(const struct session_hub *hub, const struct ctl_cef_state *s, const struct dp_route *r)
{
	const struct dp_adjacency *a = r->action == DP_ROUTE_ADJACENCY ? adjacency_of(s, r->target) : NULL;
	const char *interface = NULL, *action = "drop";
	struct addr next_hop = { .family = 0 };

	switch (r->action) {
	case DP_ROUTE_LOCAL:
		action = "receive";
		break;
	case DP_ROUTE_PORT:
		action = "attached";
		interface = session_hub_port_name(hub, r->target);
		break;
	case DP_ROUTE_TUNNEL:
		action = "attached";
		interface = tunnel_name(s, r->target);
		break;
	case DP_ROUTE_ADJACENCY:
		action = "next-hop";
		interface = a != NULL ? session_hub_port_name(hub, a->port) : NULL;
		next_hop = a != NULL ? a->next_hop : next_hop;
		break;
	default:
		interface = "Null0";
		break;
	}
	return json_pack("{s:o, s:o, s:s, s:o, s:o}", "vrf", ctl_show_vrf_text(hub, r->vrf), "prefix", ctl_text_prefix(&r->prefix),
		"action", action, "next_hop", ctl_text_addr(&next_hop), "interface", ctl_text_str(interface));
}

enum err ctl_show_cef(struct ctl_call *call, json_t *doc, bool *more)
{
	struct ctl_cef_state *s = (struct ctl_cef_state *)call->state;
	const struct session_hub *hub = ctl_show_world(call)->hub;
	uint8_t family = (uint8_t)(call->command->variant & CTL_ROUTE_FAMILY);
	uint32_t vrf = 0;
	enum err err = json_object_set_new(doc, "entries", json_array()) == 0 ? ERR_OK : ERR_NOMEM;

	if (err == ERR_OK && (call->command->variant & CTL_ROUTE_VRF) != 0)
		err = ctl_show_vrf_of(call, 0, &vrf);
	for (unsigned rows = 0; err == ERR_OK && s->at < s->routes && rows < CTL_PAGE_ROWS; s->at++) {
		const struct dp_route *r = &s->route[s->at];

		if (r->vrf != vrf || r->prefix.addr.family != family)
			continue;
		err = ctl_show_add(doc, "entries", row_of(hub, s, r));
		rows++;
	}
	*more = s->at < s->routes;
	return err;
}

void ctl_show_cef_end(struct ctl_call *call)
{
	struct ctl_cef_state *s = (struct ctl_cef_state *)call->state;

	dp_pull_cancel(&s->pull);
	free(s->tunnel);
	free(s->adjacency);
	free(s->route);
}
