#include "navedp/backup.h"

#include "navedp/guard.h"
#include "navedp/plan.h"
#include "navedp/space.h"
#include "path/port_ethdev.h"
#include "xsk/port.h"

enum err navedp_backup_open(struct navedp_box *b, struct navedp_port *p)
{
	enum err err = navedp_space_steer(b, p->space);

	navedp_guard_steer(b);
	if (err == ERR_OK)
		err = navedp_netdev_open(&p->netdev, p->space, p->conf.backup, b->conf.pool, b->conf.log);
	if (err == ERR_OK)
		err = navedp_netdev_lend(&p->netdev, &p->conf);
	if (err != ERR_OK && p->netdev.xsk != NULL)
		navedp_netdev_close(&p->netdev);
	return err;
}

void navedp_backup_take(struct navedp_box *b, struct navedp_port *p)
{
	struct db_port facts = b->conf.db->port[p->index];
	enum err err;

	if (p->conf.backup[0] == '\0')
		return;
	err = navedp_backup_open(b, p);
	if (err == ERR_OK) {
		p->backed = true;
		b->conf.ports[p->index] = (struct path_port){ .ops = &xsk_port_ops, .dev = p->netdev.xsk };
		facts.live = p->conf.up;
		facts.epoch++;
		facts.mtu = p->netdev.mtu < facts.mtu ? p->netdev.mtu : facts.mtu;
		db_port_set(b->conf.db, p->index, &facts);
		err = navedp_plan_assign(b);
	}
	log_event(b->conf.log, err == ERR_OK ? LOG_L_NOTICE : LOG_L_ERROR, "port.backup", "port=%s netdev=%s err=%s", p->conf.name,
		p->conf.backup, err_name(err));
}

void navedp_backup_leave(struct navedp_box *b, struct navedp_port *p)
{
	struct db_port facts = b->conf.db->port[p->index];

	if (!p->backed)
		return;
	facts.live = false;
	facts.epoch++;
	facts.mtu = p->conf.mtu != 0 && p->conf.mtu < p->ethdev.mtu ? p->conf.mtu : p->ethdev.mtu;
	db_port_set(b->conf.db, p->index, &facts);
	p->backed = false;
	navedp_plan_leave(b);
	navedp_netdev_close(&p->netdev);
	b->conf.ports[p->index] = (struct path_port){ .ops = &path_port_ethdev_ops, .dev = path_port_ethdev_dev(p->ethdev.dpdk_port) };
}
