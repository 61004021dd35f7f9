/*
 * The datapath's objects as puts without keys, a page at a time.  A cursor is the class above and a position within
 * it below; 0 begins with the first class.
 */
#include "server/dump.h"

#include <string.h>

#include "db/local.h"

enum { DUMP_BODIES = DP_MSG_MAX / 8 }; /* bytes of filters and policies that close a page: one more may be DP_LINES_MAX */

static const enum dp_op_kind put_of[DP_CLASS_COUNT] = { DP_PUT_VRF, DP_PUT_FILTER, DP_PUT_POLICY, DP_PUT_PORT, DP_PUT_LOCAL,
	DP_PUT_ADJACENCY, DP_PUT_TUNNEL, DP_PUT_SA, DP_PUT_ROUTE };

/* Each fetches the object at '*at' or the next one after it and moves '*at' past it; false at the end. */
static bool next_vrf(const struct server_plant *p, uint32_t *at, struct dp_item *out)
{
	while (*at < DB_VRF_MAX) {
		const struct db_vrf *v = &p->db->vrf[(*at)++];

		if (v->live && db_vrf_get(p->db, v->id, &out->op.u.vrf))
			return true;
	}
	return false;
}

static bool next_filter(const struct server_plant *p, uint32_t *at, struct dp_item *out)
{
	return db_filter_walk(p->db, at, &out->op.u.filter);
}

/* Policies are few. */
static bool next_policy(const struct server_plant *p, uint32_t *at, struct dp_item *out)
{
	struct db_policy_cold *cold = db_policy_walk(p->db, NULL);

	for (uint32_t i = 0; i < *at && cold != NULL; i++)
		cold = db_policy_walk(p->db, cold);
	if (cold == NULL)
		return false;
	(*at)++;
	out->op.u.policy = cold->conf;
	return true;
}

static bool next_port(const struct server_plant *p, uint32_t *at, struct dp_item *out)
{
	uint8_t index = (uint8_t)*at;
	bool found = *at < DB_PORT_MAX && p->box->next_port(p->box->ctx, &index, &out->op.u.port);

	*at = index;
	return found;
}

/* Addresses of the box are few. */
static bool next_local(const struct server_plant *p, uint32_t *at, struct dp_item *out)
{
	const struct db_local *cursor = NULL;

	for (uint32_t i = 0; i <= *at; i++)
		if (!db_local_walk(p->db, &cursor, &out->op.u.local))
			return false;
	(*at)++;
	return true;
}

static bool next_adjacency(const struct server_plant *p, uint32_t *at, struct dp_item *out)
{
	const struct db_adj *a;

	while ((a = db_adj_walk(p->db, at)) != NULL)
		if (a->id != 0 && db_adj_get(p->db, a->id, &out->op.u.adjacency))
			return true;
	return false;
}

static bool next_tunnel(const struct server_plant *p, uint32_t *at, struct dp_item *out)
{
	const struct db_tunnel *t = db_tunnel_walk(p->db, at);

	return t != NULL && db_tunnel_get(p->db, t->id, &out->op.u.tunnel);
}

static bool next_sa(const struct server_plant *p, uint32_t *at, struct dp_item *out)
{
	const struct db_sa *sa = db_sa_walk(p->db, at);

	if (sa == NULL)
		return false;
	db_sa_get(p->db, sa, &out->op.u.sa);
	memset(&out->op.u.sa.key, 0, sizeof(struct secret));
	memset(&out->op.u.sa.integ_key, 0, sizeof(struct secret));
	out->result.placement = sa->placement;
	out->result.reason = sa->reason;
	out->result.state = out->op.u.sa.state;
	return true;
}

static bool next_route(struct server_dump *d, const struct server_plant *p, uint32_t *at, struct dp_item *out)
{
	uint64_t cursor = (uint64_t)DP_CLASS_ROUTE << 32 | *at;

	if (*at == 0 || d->next != cursor || d->epoch != p->db->epoch) {
		d->route = NULL;
		for (uint32_t i = 0; i < *at; i++)
			if (!db_route_walk(p->db, &d->route, &out->op.u.route))
				return false;
	}
	if (!db_route_walk(p->db, &d->route, &out->op.u.route))
		return false;
	(*at)++;
	d->next = cursor + 1;
	d->epoch = p->db->epoch;
	return true;
}

static bool next_item(struct server_dump *d, const struct server_plant *p, enum dp_class class_of, uint32_t *at, struct dp_item *out)
{
	switch (class_of) {
	case DP_CLASS_VRF:
		return next_vrf(p, at, out);
	case DP_CLASS_FILTER:
		return next_filter(p, at, out);
	case DP_CLASS_POLICY:
		return next_policy(p, at, out);
	case DP_CLASS_PORT:
		return next_port(p, at, out);
	case DP_CLASS_LOCAL:
		return next_local(p, at, out);
	case DP_CLASS_ADJACENCY:
		return next_adjacency(p, at, out);
	case DP_CLASS_TUNNEL:
		return next_tunnel(p, at, out);
	case DP_CLASS_SA:
		return next_sa(p, at, out);
	case DP_CLASS_ROUTE:
		return next_route(d, p, at, out);
	case DP_CLASS_COUNT:
		break;
	}
	return false;
}

void server_dump_page(struct server_dump *d, const struct server_plant *p, uint64_t cursor, struct dp_room *room, struct dp_items *out)
{
	uint32_t class_of = (uint32_t)(cursor >> 32), at = (uint32_t)cursor;

	size_t bodies = 0;

	out->item = room->u.item;
	out->count = 0;
	while (class_of < DP_CLASS_COUNT && out->count < DP_PAGE_MAX && bodies < DUMP_BODIES) {
		struct dp_item *item = &room->u.item[out->count];

		memset(item, 0, sizeof(*item));
		item->op.kind = put_of[class_of];
		if (next_item(d, p, (enum dp_class)class_of, &at, item)) {
			bodies += dp_op_body(&item->op) != NULL ? dp_op_body(&item->op)->len : 0;
			out->count++;
		} else {
			class_of++;
			at = 0;
		}
	}
	out->next = class_of < DP_CLASS_COUNT ? (uint64_t)class_of << 32 | at : 0;
}
