#include "navedp/care.h"

#include <string.h>

#include "engine/inline.h"
#include "navedp/backup.h"
#include "navedp/nave.h"
#include "navedp/plan.h"
#include "navedp/port.h"
#include "server/server.h"

enum { CARE_PAUSE_MS = 5000 }; /* after a device that was found and couldn't be had, or one that has to be looked for by a probe */
enum { CARE_LINK_MS = 1000 };

/* Its epoch says that what the device had is gone. */
static void set_facts(struct navedp_box *b, const struct navedp_port *p, bool live)
{
	struct db_port facts = b->conf.db->port[p->index];

	facts.live = live;
	facts.epoch += !live;
	db_port_set(b->conf.db, p->index, &facts);
}

/* Workers are off the port, then it is stopped. */
static void stop(struct navedp_box *b, struct navedp_port *p)
{
	p->dead = true;
	set_facts(b, p, false);
	engine_inline_detach(b->conf.engine, p->index);
	flow_forget(b->conf.flows, p->index);
	navedp_plan_leave(b);
	navedp_ethdev_stop(&p->ethdev);
}

static void bury(struct navedp_box *b, struct navedp_port *p, struct server *server)
{
	log_event(b->conf.log, LOG_L_ERROR, "device.dead", "port=%s", p->conf.name);
	p->care = ERR_OK;
	p->care_due_ms = 0;
	stop(b, p);
	server_device(server, p->index, false);
	navedp_backup_take(b, p);
}

/* In the order of opening: nothing is sent to a port that isn't whole. */
static enum err start(struct navedp_box *b, struct navedp_port *p)
{
	enum err err;

	navedp_backup_leave(b, p);
	err = navedp_ethdev_start(&p->ethdev);
	if (err != ERR_OK)
		return err;
	err = navedp_port_attach(b, p);
	p->dead = false;
	if (err == ERR_OK)
		err = navedp_plan_assign(b);
	if (err == ERR_OK)
		set_facts(b, p, p->conf.up);
	else
		stop(b, p);
	return err;
}

/* The device that was there, or the one that never was. */
static enum err find(struct navedp_box *b, struct navedp_port *p)
{
	return p->ethdev.queue != NULL ? navedp_nave_reattach(p->ethdev.dpdk_port) : navedp_port_open_late(b, p);
}

static void revive(struct navedp_box *b, struct navedp_port *p, struct server *server, uint64_t now_ms)
{
	enum err err = find(b, p);
	bool found = err == ERR_OK;

	if (err == ERR_AGAIN)
		return; /* nobody is there yet */
	if (found)
		err = start(b, p);
	if (found && err != ERR_OK)
		navedp_backup_take(b, p);
	if (err == ERR_OK || (err != p->care && err != ERR_ABSENT))
		log_event(b->conf.log, err == ERR_OK ? LOG_L_NOTICE : LOG_L_ERROR, "device.back", "port=%s err=%s", p->conf.name,
			err_name(err));
	p->care = err;
	p->care_due_ms = now_ms + CARE_PAUSE_MS;
	if (err == ERR_OK)
		server_device(server, p->index, true);
}

void navedp_care_forget_link(struct navedp_port *p)
{
	p->link_told = false;
	p->link_due_ms = 0;
}

/* A device that was just opened takes a moment until it has its carrier. */
static void tell_link(struct navedp_box *b, struct navedp_port *p, struct server *server, uint64_t now_ms)
{
	const struct path_port *port = &b->conf.ports[p->index];
	struct dp_event e = { .kind = DP_EV_LINK, .id = p->conf.id };
	struct path_port_info info;

	memset(&info, 0, sizeof(info));
	port->ops->info(port->dev, &info);
	if (p->link_due_ms == 0)
		p->link_due_ms = now_ms + CARE_LINK_MS;
	if (p->link_told ? info.link_up == p->link_up : !info.link_up && now_ms < p->link_due_ms)
		return;
	p->link_told = true;
	p->link_up = info.link_up;
	e.up = info.link_up;
	server_event(server, &e);
}

void navedp_care_port(struct navedp_box *b, struct navedp_port *p, struct server *server, uint64_t now_ms)
{
	if (!navedp_port_is_netdev(p) && p->dead && now_ms >= p->care_due_ms)
		revive(b, p, server, now_ms);
	else if (!navedp_port_is_netdev(p) && !p->dead && !navedp_nave_alive(p->ethdev.dpdk_port))
		bury(b, p, server);
	tell_link(b, p, server, now_ms);
}
