#include "server/place.h"

#include "db/local.h"
#include "engine/select.h"

/* Id of the wire port that has the SA's local address; for one of a loopback, of the port that control names. */
static uint32_t find_port(const struct server_plant *p, const struct db_sa *sa)
{
	const struct db_local *cursor = NULL;
	struct addr own = db_key_addr(db_sa_local(sa), (sa->flags & DB_SA_V6) != 0 ? AF_INET6 : AF_INET);
	struct dp_local local;

	while (db_local_walk(p->db, &cursor, &local))
		if (local.port != 0 && addr_eq(&local.prefix.addr, &own))
			return local.port;
	return sa->conf->port;
}

static struct engine_wish wish_of(const struct server_plant *p, const struct db_sa *sa)
{
	uint32_t id = find_port(p, sa);
	struct engine_wish wish = { .port = id == 0 ? DB_PORT_NONE : db_port_find(p->db, id) };
	struct dp_port port;

	if (wish.port != DB_PORT_NONE)
		wish.outer_mtu = p->db->port[wish.port].mtu;
	if (id != 0 && p->box->get_port(p->box->ctx, id, &port))
		wish.offload = port.offload; /* also while the port has no device */
	return wish;
}

bool server_place_may_soften(const struct server_plant *p, const struct db_sa *sa)
{
	return wish_of(p, sa).offload != DP_OFFLOAD_INLINE;
}

bool server_place_is_stale(const struct server_plant *p, const struct db_sa *sa)
{
	struct engine_wish wish = wish_of(p, sa);

	if (sa->placement == DP_PLACE_INLINE_PROTOCOL)
		return wish.offload == DP_OFFLOAD_OFF || wish.port != sa->place_port || engine_status(p->engine, sa) == ERR_ABSENT;
	if (sa->placement == DP_PLACE_NONE && wish.offload != DP_OFFLOAD_INLINE)
		return true;
	return engine_select_why(p->engine, sa, &wish) == DP_WHY_NONE;
}

static void unplace(struct server_plant *p, struct db_sa *sa)
{
	flow_remove(p->flows, p->engine, sa);
	engine_discard(p->engine, p->db->rcu, sa);
}

enum err server_place(struct server_plant *p, struct db_sa *sa)
{
	struct engine_wish wish = wish_of(p, sa);
	enum err err = engine_select(p->engine, sa, &wish);

	if (err != ERR_OK)
		return err;
	err = flow_install(p->flows, p->engine, sa);
	if (err == ERR_OK)
		return ERR_OK;
	unplace(p, sa);
	return engine_select_other(p->engine, sa, &wish, engine_select_refusal(p->engine, wish.port, err, DP_WHY_FLOW_FULL));
}

/* Keeps the session that its device refused, under an epoch that no port has: 'tx' lets nothing pass. */
static enum err deny(struct db_sa *sa, enum dp_reason why)
{
	sa->placement = DP_PLACE_NONE;
	sa->reason = (uint8_t)why;
	sa->place_epoch = 0;
	return ERR_OK;
}

/* There are sessions for all SAs; those of replaced ones come back after their grace period. */
static enum err settle_soft(struct server_plant *p, struct db_sa *sa, enum dp_reason why)
{
	sa->reason = (uint8_t)why;
	return engine_select_soft(p->engine, sa, why) == ERR_OK ? ERR_OK : ERR_AGAIN;
}

enum err server_place_settle(struct server_plant *p, struct db_sa *sa)
{
	enum dp_reason full = DP_WHY_TABLE_FULL, why;
	enum err err;

	if (sa->engine == NULL)
		return settle_soft(p, sa, (enum dp_reason)sa->reason);
	err = engine_status(p->engine, sa);
	if (err == ERR_OK) {
		full = DP_WHY_FLOW_FULL;
		err = flow_status(p->engine, sa);
	}
	if (err == ERR_OK || err == ERR_AGAIN)
		return err;
	why = engine_select_refusal(p->engine, sa->place_port, err, full);
	if (!server_place_may_soften(p, sa))
		return deny(sa, why);
	unplace(p, sa);
	return settle_soft(p, sa, why);
}

void server_place_abandon(struct server_plant *p, struct db_sa *sa)
{
	unplace(p, sa);
	db_sa_abandon(p->db, sa);
}

enum err server_place_drop(void *ctx, struct db_sa *sa)
{
	struct server_plant *p = (struct server_plant *)ctx;

	flow_remove(p->flows, p->engine, sa);
	return engine_drop(p->engine, sa);
}
