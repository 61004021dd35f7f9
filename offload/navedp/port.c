#include "navedp/port.h"

#include <netinet/in.h>
#include <string.h>

#include "db/local.h"
#include "engine/inline.h"
#include "navedp/backup.h"
#include "navedp/care.h"
#include "navedp/guard.h"
#include "navedp/plan.h"
#include "navedp/space.h"
#include "path/port_ethdev.h"
#include "xsk/port.h"

/* ---- what workers know of it ---- */

static struct db_port facts_of(const struct navedp_box *b, const struct navedp_port *p)
{
	bool netdev = navedp_port_is_netdev(p);
	uint16_t mtu = netdev || (p->backed && p->netdev.mtu < p->ethdev.mtu) ? p->netdev.mtu : p->ethdev.mtu;
	struct db_port f;

	memset(&f, 0, sizeof(f));
	f.id = p->conf.id;
	f.epoch = p->index == DB_PORT_NONE ? 1 : b->conf.db->port[p->index].epoch;
	f.vrf = db_vrf_find(b->conf.db, p->conf.vrf);
	f.mtu = p->conf.mtu != 0 && p->conf.mtu < mtu ? p->conf.mtu : mtu;
	f.kind = DB_PORT_WIRE;
	f.peer = p->twin_index;
	f.live = p->conf.up;
	f.guarded = p->conf.role == DP_ROLE_WAN;
	f.shared = netdev;
	f.gate = db_gate_shown(b->conf.db, p->gate);
	f.guard[0].proto = IPPROTO_ICMP;
	f.guard[1].proto = IPPROTO_ICMPV6;
	memcpy(f.mac, netdev ? p->netdev.mac : p->ethdev.mac, sizeof(f.mac));
	return f;
}

static void show_facts(struct navedp_box *b, const struct navedp_port *p)
{
	struct db_port facts = facts_of(b, p);

	db_port_set(b->conf.db, p->index, &facts);
}

/* Workers may send through 'port' from now on; as what had the index before, it is another device. */
static enum err show(struct navedp_box *b, struct navedp_port *p, const struct path_port *port)
{
	struct db_port facts = facts_of(b, p);
	enum err err;

	if (p->index == DB_PORT_NONE) {
		facts.live = false;
		err = db_port_add(b->conf.db, &facts, &p->index);
		if (err != ERR_OK)
			return err;
		facts = facts_of(b, p);
	}
	b->conf.ports[p->index] = *port;
	db_port_set(b->conf.db, p->index, &facts);
	return ERR_OK;
}

/* Sends nothing from now on, and what was made for this device alone is void. */
static void hide(struct navedp_box *b, const struct navedp_port *p)
{
	struct db_port facts = b->conf.db->port[p->index];

	facts.live = false;
	facts.peer = DB_PORT_NONE;
	facts.epoch++;
	db_port_set(b->conf.db, p->index, &facts);
}

/* ---- the way up ---- */

/* The TAP by which frames go up to the host is a port, too. */
static enum err show_twin(struct navedp_box *b, struct navedp_port *p)
{
	struct db_port facts = facts_of(b, p);
	enum err err;

	facts.id = 0;
	facts.kind = DB_PORT_TWIN;
	facts.guarded = false;
	facts.gate = 0;
	facts.peer = p->index;
	facts.live = true;
	err = db_port_add(b->conf.db, &facts, &p->twin_index);
	if (err == ERR_OK)
		b->conf.ports[p->twin_index] = (struct path_port){ .ops = &navedp_tap_ops, .dev = p->twin };
	return err;
}

/* From the first features on, and while it is open, a netdev has one for what they let pass. */
static enum err need_inlet(struct navedp_box *b, struct navedp_port *p)
{
	enum err err;

	if (p->twin != NULL || !navedp_netdev_judges(&p->conf))
		return ERR_OK;
	err = navedp_tap_new_inlet(&p->twin, p->space, p->netdev.ifindex, p->netdev.mac, b->conf.pool);
	if (err == ERR_OK)
		err = show_twin(b, p);
	if (err != ERR_OK)
		log_event(b->conf.log, LOG_L_ERROR, "port.inlet", "port=%s device=%s err=%s", p->conf.name, p->conf.spec, err_name(err));
	return err;
}

/* ---- opening ---- */

static enum err open_netdev(struct navedp_box *b, struct navedp_port *p)
{
	struct path_port port = { .ops = &xsk_port_ops };
	enum err err = navedp_space_steer(b, p->space);

	if (err == ERR_OK)
		err = navedp_netdev_open(&p->netdev, p->space, p->conf.spec, b->conf.pool, b->conf.log);
	if (err != ERR_OK)
		return err;
	port.dev = p->netdev.xsk;
	err = show(b, p, &port);
	if (err == ERR_OK)
		err = need_inlet(b, p);
	if (err != ERR_OK)
		return err;
	show_facts(b, p);
	navedp_guard_steer(b);
	err = navedp_guard_limit(b, &p->conf);
	if (err == ERR_OK)
		err = navedp_netdev_steer(&p->netdev, &p->conf);
	return err == ERR_OK ? navedp_neigh_set_port(b->conf.neigh, p->index, p->space->neigh, p->netdev.ifindex) : err;
}

/* The twin: same MAC address, so that what the host answers there leaves by the wire as its own. */
static enum err open_twin(struct navedp_box *b, struct navedp_port *p)
{
	enum err err = navedp_tap_new(&p->twin, p->space, p->conf.twin, p->ethdev.mac, b->conf.pool);

	if (err == ERR_OK)
		err = show_twin(b, p);
	if (err != ERR_OK)
		return err;
	show_facts(b, p);
	return navedp_neigh_set_port(b->conf.neigh, p->index, p->space->neigh, navedp_tap_ifindex(p->twin));
}

enum err navedp_port_attach(struct navedp_box *b, struct navedp_port *p)
{
	struct engine_device device;
	enum err err;

	p->attached = false;
	if (!p->conf.offload || !navedp_ethdev_device(&p->ethdev, p->index, b->conf.db->port[p->index].epoch, &device))
		return ERR_OK;
	err = engine_inline_attach(b->conf.engine, &device);
	p->attached = err == ERR_OK;
	return err == ERR_UNSUPPORTED ? ERR_OK : err;
}

/* The guard stands before the link is up. */
static enum err open_ethdev(struct navedp_box *b, struct navedp_port *p)
{
	struct path_port port = { .ops = &path_port_ethdev_ops };
	enum err err = navedp_ethdev_open(&p->ethdev, p->conf.kind == DP_PORT_VDEV, p->conf.spec, b->conf.worker_count, b->conf.pool);

	if (err != ERR_OK)
		return err;
	err = navedp_guard_device(b, p);
	if (err == ERR_OK)
		err = navedp_ethdev_start(&p->ethdev);
	if (err != ERR_OK)
		return err;
	port.dev = path_port_ethdev_dev(p->ethdev.dpdk_port);
	err = show(b, p, &port);
	if (err == ERR_OK)
		err = navedp_port_attach(b, p);
	return err == ERR_OK ? open_twin(b, p) : err;
}

/*
 * The port begins on its backup.  Its address is made of the backup's: the kernel mustn't take the port's frames for its own, and
 * neighbours find the same one after a restart.
 */
static enum err open_backed(struct navedp_box *b, struct navedp_port *p)
{
	enum { LOCAL = 2, OTHER = 4 };
	struct path_port port = { .ops = &xsk_port_ops };
	enum err err = navedp_backup_open(b, p);

	log_event(b->conf.log, err == ERR_OK ? LOG_L_NOTICE : LOG_L_ERROR, "port.backup", "port=%s netdev=%s err=%s", p->conf.name,
		p->conf.backup, err_name(err));
	if (err != ERR_OK)
		return err;
	p->dead = true;
	p->backed = true;
	p->ethdev.mtu = p->netdev.mtu;
	memcpy(p->ethdev.mac, p->netdev.mac, sizeof(p->ethdev.mac));
	p->ethdev.mac[0] = (uint8_t)((p->ethdev.mac[0] | LOCAL) ^ OTHER);
	port.dev = p->netdev.xsk;
	err = show(b, p, &port);
	return err == ERR_OK ? open_twin(b, p) : err;
}

/* ERR_ABSENT and no device: what else failed, failed with one. */
static bool is_absent(const struct navedp_port *p, enum err err)
{
	return err == ERR_ABSENT && !navedp_port_is_netdev(p) && p->ethdev.queue == NULL;
}

enum err navedp_port_open(struct navedp_box *b, struct navedp_port *p)
{
	enum err err = navedp_space_get(b, p->conf.vrf, &p->space);

	if (err != ERR_OK)
		return err;
	p->dead = false;
	p->open = true;
	navedp_care_forget_link(p);
	err = navedp_port_is_netdev(p) ? open_netdev(b, p) : open_ethdev(b, p);
	if (is_absent(p, err) && p->conf.backup[0] != '\0')
		err = open_backed(b, p);
	if (err == ERR_OK)
		err = navedp_plan_assign(b);
	if (err != ERR_OK)
		navedp_port_shut(b, p);
	return err;
}

enum err navedp_port_open_late(struct navedp_box *b, struct navedp_port *p)
{
	struct navedp_ethdev shown = p->ethdev;
	enum err err = navedp_ethdev_open(&p->ethdev, p->conf.kind == DP_PORT_VDEV, p->conf.spec, b->conf.worker_count, b->conf.pool);

	if (err == ERR_OK)
		err = navedp_ethdev_set_mac(&p->ethdev, shown.mac);
	if (err == ERR_OK)
		err = navedp_guard_device(b, p);
	if (err == ERR_OK)
		return ERR_OK;
	if (p->ethdev.queue != NULL)
		navedp_ethdev_close(&p->ethdev);
	p->ethdev = shown;
	return err;
}

/* ---- changing ---- */

bool navedp_port_fits(const struct navedp_port *p, const struct dp_port *conf)
{
	/* A device's guard can't be taken off while it runs. */
	bool role = navedp_port_is_netdev(p) || p->conf.role == conf->role;

	return p->open && role && p->conf.kind == conf->kind && p->conf.vrf == conf->vrf && strcmp(p->conf.spec, conf->spec) == 0 &&
	       strcmp(p->conf.twin, conf->twin) == 0;
}

/* SAs leave a device that may take none any more by the server's hand; it stays known until they have. */
enum err navedp_port_change(struct navedp_box *b, struct navedp_port *p, const struct dp_port *conf)
{
	enum err err = navedp_guard_limit(b, conf);
	struct db_port facts;

	if (err != ERR_OK)
		return err;
	p->conf = *conf;
	if (navedp_port_is_netdev(p))
		err = need_inlet(b, p);
	if (err != ERR_OK)
		return err;
	facts = facts_of(b, p);
	facts.live = facts.live && (!p->dead || p->backed);
	db_port_set(b->conf.db, p->index, &facts);
	if (navedp_port_is_netdev(p))
		err = navedp_netdev_steer(&p->netdev, conf);
	else if (!p->attached && !p->dead)
		err = navedp_port_attach(b, p);
	return err == ERR_OK ? navedp_plan_assign(b) : err;
}

/* ---- closing ---- */

static void leave_device(struct navedp_box *b, struct navedp_port *p)
{
	engine_inline_detach(b->conf.engine, p->index);
	flow_forget(b->conf.flows, p->index);
	navedp_neigh_forget_port(b->conf.neigh, p->index);
	hide(b, p);
	if (p->twin_index != DB_PORT_NONE)
		db_port_del(b->conf.db, p->twin_index);
}

void navedp_port_shut(struct navedp_box *b, struct navedp_port *p)
{
	p->open = false;
	p->attached = false;
	p->backed = false;
	if (p->index != DB_PORT_NONE)
		leave_device(b, p);
	navedp_plan_leave(b);
	if (p->twin_index != DB_PORT_NONE)
		b->conf.ports[p->twin_index] = (struct path_port){ .ops = NULL };
	if (p->index != DB_PORT_NONE)
		b->conf.ports[p->index] = (struct path_port){ .ops = NULL };
	p->twin_index = DB_PORT_NONE;
	navedp_tap_free(p->twin);
	p->twin = NULL;
	if (p->netdev.xsk != NULL)
		navedp_netdev_close(&p->netdev);
	if (p->ethdev.queue != NULL)
		navedp_ethdev_close(&p->ethdev);
	navedp_space_put(b, p->space);
	p->space = NULL;
}

void navedp_port_remove(struct navedp_box *b, struct navedp_port *p)
{
	if (p->open)
		navedp_port_shut(b, p);
	if (p->index != DB_PORT_NONE) {
		db_local_forget(b->conf.db, p->index);
		db_port_del(b->conf.db, p->index);
		(void)db_rcu_wait(b->conf.db->rcu);
	}
	db_gate_del(b->conf.db, &p->gate);
	memset(p, 0, sizeof(*p));
}

void navedp_port_end(struct navedp_box *b, struct navedp_port *p)
{
	if (!p->open)
		return;
	engine_inline_detach(b->conf.engine, p->index);
	flow_forget(b->conf.flows, p->index);
	navedp_tap_free(p->twin);
	if (p->netdev.xsk != NULL)
		xsk_port_free(p->netdev.xsk);
	if (p->ethdev.queue != NULL)
		navedp_ethdev_close(&p->ethdev);
}
