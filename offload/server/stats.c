/* Counters, a page at a time; read while workers write them, so a page is not a snapshot. */
#include "server/stats.h"

#include <stdio.h>
#include <string.h>

static bool sa_at(const struct server_plant *p, uint32_t *at, uint32_t id, struct dp_sa_stats *out)
{
	const struct db_sa *sa;

	while ((sa = db_sa_walk(p->db, at)) != NULL)
		if (id == 0 || sa->id == id) {
			db_sa_stats(sa, out);
			return true;
		}
	return false;
}

static bool tunnel_at(const struct server_plant *p, uint32_t *at, uint32_t id, uint64_t now_ms, struct dp_tunnel_stats *out)
{
	const struct db_tunnel *t;

	while ((t = db_tunnel_walk(p->db, at)) != NULL)
		if (id == 0 || t->id == id) {
			db_tunnel_stats(p->db, t, now_ms, out);
			return true;
		}
	return false;
}

static bool port_at(const struct server_plant *p, uint32_t *at, uint32_t id, struct dp_port_stats *out)
{
	uint8_t index = (uint8_t)*at;
	struct dp_port port;

	while (index < DB_PORT_MAX && p->box->next_port(p->box->ctx, &index, &port))
		if (id == 0 || port.id == id) {
			*at = index;
			p->box->port_stats(p->box->ctx, port.id, out);
			return true;
		}
	*at = DB_PORT_MAX;
	return false;
}

/* Drops by reason first, then the other counters; each the sum over the workers. */
static bool counter_at(const struct server_plant *p, uint32_t *at, struct dp_counter *out)
{
	uint32_t i = (*at)++;

	if (i >= PATH_DROP_COUNT + PATH_COUNT_COUNT)
		return false;
	if (i < PATH_DROP_COUNT)
		(void)snprintf(out->name, sizeof(out->name), "drop.%s", path_drop_str((enum path_drop)i));
	else
		(void)snprintf(out->name, sizeof(out->name), "%s", path_count_str((enum path_count)(i - PATH_DROP_COUNT)));
	for (uint32_t w = 0; w < p->box->worker_count; w++)
		out->value += i < PATH_DROP_COUNT ? path_worker_drops(p->box->workers[w], (enum path_drop)i)
						  : path_worker_count(p->box->workers[w], (enum path_count)(i - PATH_DROP_COUNT));
	return true;
}

/* The cursor counts lines over all filters: as many as there are of the filters' own, and one of each for what none fitted. */
static bool line_at(const struct server_plant *p, uint32_t *at, uint32_t id, struct dp_line_stats *out)
{
	struct dp_filter f;
	uint32_t cursor = 0, past = 0;

	while (db_filter_walk(p->db, &cursor, &f)) {
		if (id != 0 && f.id != id)
			continue;
		if (*at > past + f.count) {
			past += f.count + 1u;
			continue;
		}
		out->id = f.id;
		out->line = (uint16_t)(*at - past);
		out->packets = db_filter_hits(p->db, f.id, out->line);
		(*at)++;
		return true;
	}
	return false;
}

/* Where policies are: tunnels by index, then ports; NULL behind the last, or where there is none. */
static const struct db_service *service_at(const struct db *db, uint64_t place, enum dp_direction way, struct dp_traffic_stats *out)
{
	bool port = place >= db->tunnels.fresh;
	uint32_t gate;

	if (port && !db->port[place - db->tunnels.fresh].live)
		return NULL;
	if (!port && !db->tunnel[place].live)
		return NULL;
	out->port = port;
	out->direction = (uint8_t)way;
	out->id = port ? db->port[place - db->tunnels.fresh].id : db->tunnel[place].id;
	gate = port ? db->port[place - db->tunnels.fresh].gate : db->tunnel[place].gate;
	return db->gate[gate].service[way];
}

/* The cursor: twice the place and the direction, then the class. */
enum { TRAFFIC_BITS = 8 };
static_assert((int)DP_TRAFFIC_MAX <= 1 << TRAFFIC_BITS, "a class fits into the cursor");

static bool traffic_at(const struct db *db, uint64_t *at, uint32_t id, uint64_t now_ms, struct dp_traffic_stats *out)
{
	uint64_t end = (uint64_t)(db->tunnels.fresh + DB_PORT_MAX) * 2;

	for (; *at >> TRAFFIC_BITS < end; *at = ((*at >> TRAFFIC_BITS) + 1) << TRAFFIC_BITS) {
		uint64_t where = *at >> TRAFFIC_BITS;
		uint16_t index = (uint16_t)(*at & ((1 << TRAFFIC_BITS) - 1));
		const struct db_service *s = service_at(db, where / 2, (enum dp_direction)(where % 2), out);

		if (s == NULL || index >= s->policy->count || (id != 0 && out->id != id))
			continue;
		db_policy_stats(db, s, index, now_ms, out);
		(*at)++;
		return true;
	}
	return false;
}

static void traffic_page(const struct server_plant *p, const struct dp_stats *ask, uint64_t now_ms, struct dp_samples *out)
{
	uint64_t at = ask->cursor;
	bool more = true;

	while (out->count < DP_PAGE_MAX && (more = traffic_at(p->db, &at, ask->id, now_ms, &out->u.traffic[out->count])))
		out->count++;
	out->next = more ? at : 0;
}

void server_stats_page(
	const struct server_plant *p, const struct dp_stats *ask, uint64_t now_ms, struct dp_room *room, struct dp_samples *out)
{
	uint32_t at = (uint32_t)ask->cursor;
	bool more = true;

	memset(room, 0, sizeof(*room));
	memset(out, 0, sizeof(*out));
	out->which = ask->which;
	if (ask->which == DP_STATS_TRAFFIC) {
		out->u.traffic = room->u.traffic;
		traffic_page(p, ask, now_ms, out);
		return;
	}
	while (more && out->count < DP_PAGE_MAX) {
		switch (ask->which) {
		case DP_STATS_SA:
			out->u.sa = room->u.sa;
			more = sa_at(p, &at, ask->id, &room->u.sa[out->count]);
			break;
		case DP_STATS_TUNNEL:
			out->u.tunnel = room->u.tunnel;
			more = tunnel_at(p, &at, ask->id, now_ms, &room->u.tunnel[out->count]);
			break;
		case DP_STATS_PORT:
			out->u.port = room->u.port;
			more = port_at(p, &at, ask->id, &room->u.port[out->count]);
			break;
		case DP_STATS_LINE:
			out->u.line = room->u.line;
			more = line_at(p, &at, ask->id, &room->u.line[out->count]);
			break;
		default:
			out->u.counter = room->u.counter;
			more = counter_at(p, &at, &room->u.counter[out->count]);
			break;
		}
		if (more)
			out->count++;
	}
	out->next = more ? at : 0;
}
