#include "navedp/guard.h"

#include "db/local.h"
#include "loader/rule.h"
#include "loader/steer.h"
#include "navedp/nave.h"
#include "navedp/space.h"

enum { GUARD_LOCALS = 256 };

enum err navedp_guard_limit(struct navedp_box *b, const struct dp_port *conf)
{
	struct loader_steer *steer;
	unsigned cursor = 0;
	enum err err = ERR_OK;

	while (err == ERR_OK && (steer = navedp_space_next_steer(b, &cursor)) != NULL)
		err = loader_rule_set_limit(steer, conf->init_rate, conf->init_burst);
	return err;
}

void navedp_guard_steer(struct navedp_box *b)
{
	struct loader_local list[GUARD_LOCALS];
	const struct db_local *cursor = NULL;
	struct loader_steer *steer;
	struct dp_local local;
	unsigned places = 0;
	size_t count = 0;

	while (count < GUARD_LOCALS && db_local_walk(b->conf.db, &cursor, &local)) {
		list[count].addr = local.prefix.addr;
		list[count].vrf = local.vrf;
		list[count++].underlay = local.underlay;
	}
	while ((steer = navedp_space_next_steer(b, &places)) != NULL) {
		enum err err = loader_rule_set_local(steer, list, count);

		if (err != ERR_OK)
			log_event(b->conf.log, LOG_L_ERROR, "steer.locals", "err=%s", err_name(err));
	}
}

enum err navedp_guard_device(struct navedp_box *b, const struct navedp_port *p)
{
	struct addr list[GUARD_LOCALS];
	const struct db_local *cursor = NULL;
	struct dp_local local;
	unsigned count = 0;
	enum err err;

	if (p->conf.role != DP_ROLE_WAN)
		return ERR_OK;
	while (count < GUARD_LOCALS && db_local_walk(b->conf.db, &cursor, &local))
		if (local.underlay && local.vrf == p->conf.vrf)
			list[count++] = local.prefix.addr;
	err = navedp_nave_guard(p->ethdev.dpdk_port, list, count);
	return err == ERR_UNSUPPORTED ? ERR_OK : err; /* another driver: the stage 'tx' alone guards */
}

void navedp_guard_locals(struct navedp_box *b)
{
	navedp_guard_steer(b);
	for (unsigned i = 0; i < DB_PORT_MAX; i++) {
		const struct navedp_port *p = &b->port[i];
		enum err err = ERR_OK;

		if (p->open && !navedp_port_is_netdev(p) && !p->dead)
			err = navedp_guard_device(b, p);
		if (err != ERR_OK)
			log_event(b->conf.log, LOG_L_ERROR, "port.guard", "port=%s err=%s", p->conf.name, err_name(err));
	}
}
