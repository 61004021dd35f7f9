/*
 * Ports by kind: a netdev has an AF_XDP port and the kernel beside it; a DPDK-owned port has an ethdev and a TAP twin
 * that carries its addresses.  Each VRF has a TUN.  All of them are db ports with an index, under which workers find
 * facts and functions; a port is closed only when a grace period has passed since workers were told to leave it.
 */
#include "navedp/box.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/local.h"
#include "engine/inline.h"
#include "loader/rule.h"
#include "loader/steer.h"
#include "navedp/ethdev.h"
#include "navedp/nave.h"
#include "navedp/netdev.h"
#include "navedp/tap.h"
#include "path/port_ethdev.h"
#include "server/server.h"
#include "xsk/port.h"

enum { BOX_LOCALS = 256, BOX_POLL_MS = 100 };

struct box_port {
	bool used;
	bool link_up; /* as last told to control */
	bool dead;    /* its device doesn't answer */
	bool backed;  /* ... and 'netdev', its backup, is the wire meanwhile */
	struct dp_port conf;
	uint8_t index;      /* of the wire */
	uint8_t twin_index; /* DB_PORT_NONE: a netdev */
	struct navedp_netdev netdev;
	struct navedp_ethdev ethdev;
	struct navedp_tap *twin;
};

struct box_vrf {
	bool used;
	uint32_t id;
	uint8_t index; /* of the TUN port */
	struct navedp_tap *tun;
};

struct navedp_box {
	struct navedp_box_conf conf;
	struct loader_steer *steer; /* NULL until the first netdev */
	struct box_port port[DB_PORT_MAX];
	struct box_vrf vrf[DB_VRF_MAX];
	uint64_t poll_due_ms;
};

static struct box_port *find(struct navedp_box *b, uint32_t id)
{
	for (unsigned i = 0; i < DB_PORT_MAX; i++)
		if (b->port[i].used && b->port[i].conf.id == id)
			return &b->port[i];
	return NULL;
}

static bool is_netdev(const struct box_port *p)
{
	return p->conf.kind == DP_PORT_NETDEV;
}

/* Whether its frames come by AF_XDP. */
static bool has_netdev(const struct box_port *p)
{
	return is_netdev(p) || p->backed;
}

/* ---- workers: which queues they poll and what wakes them ---- */

struct plan {
	struct path_queue queue[PATH_QUEUES_MAX];
	struct navedp_wake wake[NAVEDP_WAKES_MAX];
	uint32_t queues, wakes;
};

static void plan_queue(struct plan *p, uint8_t port, uint16_t queue, const struct navedp_wake *wake)
{
	if (p->queues == PATH_QUEUES_MAX)
		return;
	p->queue[p->queues++] = (struct path_queue){ .port = port, .queue = queue };
	if (wake != NULL && p->wakes < NAVEDP_WAKES_MAX)
		p->wake[p->wakes++] = *wake;
}

static void plan_wire(struct navedp_box *b, struct box_port *p, struct plan *plan, uint32_t worker)
{
	uint32_t queues = has_netdev(p) ? p->netdev.queues : p->ethdev.queues;

	for (uint32_t q = worker; q < queues; q += b->conf.worker_count) {
		struct navedp_wake wake = { .fd = -1 };
		bool wakes = true;

		if (has_netdev(p))
			wake.fd = xsk_port_fd(p->netdev.xsk, q);
		else
			wakes = navedp_ethdev_wake(&p->ethdev, q, &wake);
		plan_queue(plan, p->index, (uint16_t)q, wakes ? &wake : NULL);
	}
}

/* Queues of wires go round the workers; twins and TUNs, the exception path, are the first worker's. */
static enum err assign(struct navedp_box *b)
{
	enum err err = ERR_OK;

	for (uint32_t w = 0; w < b->conf.worker_count && err == ERR_OK; w++) {
		struct plan plan = { .queues = 0 };

		for (unsigned i = 0; i < DB_PORT_MAX; i++) {
			struct box_port *p = &b->port[i];
			struct navedp_wake wake = { .fd = -1 };

			if (!p->used || !b->conf.db->port[p->index].live)
				continue;
			plan_wire(b, p, &plan, w);
			if (w != 0 || p->twin == NULL)
				continue;
			wake.fd = navedp_tap_fd(p->twin);
			plan_queue(&plan, p->twin_index, 0, &wake);
		}
		for (unsigned i = 0; w == 0 && i < DB_VRF_MAX; i++) {
			struct navedp_wake wake = { .fd = -1 };

			if (!b->vrf[i].used)
				continue;
			wake.fd = navedp_tap_fd(b->vrf[i].tun);
			plan_queue(&plan, b->vrf[i].index, 0, &wake);
		}
		err = path_worker_set_queues(b->conf.workers[w], plan.queue, plan.queues);
		if (err == ERR_OK)
			navedp_lcores_set_wakes(b->conf.lcores, w, plan.wake, plan.wakes);
	}
	return err;
}

/* ---- steering of netdevs ---- */

static void set_locals(struct navedp_box *b)
{
	struct loader_local list[BOX_LOCALS];
	const struct db_local *cursor = NULL;
	struct dp_local local;
	size_t count = 0;
	enum err err;

	if (b->steer == NULL)
		return;
	while (count < BOX_LOCALS && db_local_walk(b->conf.db, &cursor, &local)) {
		list[count].addr = local.prefix.addr;
		list[count].vrf = local.vrf;
		list[count++].underlay = local.underlay;
	}
	err = loader_rule_set_local(b->steer, list, count);
	if (err != ERR_OK)
		log_event(b->conf.log, LOG_L_ERROR, "steer.locals", "err=%s", err_name(err));
}

/* The device's guard lets out what comes from addresses of the underlay. */
static enum err set_device_guard(struct navedp_box *b, const struct box_port *p)
{
	struct addr list[BOX_LOCALS];
	const struct db_local *cursor = NULL;
	struct dp_local local;
	unsigned count = 0;
	enum err err;

	while (count < BOX_LOCALS && db_local_walk(b->conf.db, &cursor, &local))
		if (local.underlay)
			list[count++] = local.prefix.addr;
	err = navedp_nave_guard(p->ethdev.dpdk_port, list, count);
	return err == ERR_UNSUPPORTED ? ERR_OK : err; /* another driver: the stage 'tx' alone guards */
}

static void locals_changed(void *ctx)
{
	struct navedp_box *b = (struct navedp_box *)ctx;

	set_locals(b);
	for (unsigned i = 0; i < DB_PORT_MAX; i++) {
		const struct box_port *p = &b->port[i];
		enum err err = ERR_OK;

		if (p->used && !is_netdev(p) && !p->dead && p->conf.role == DP_ROLE_WAN)
			err = set_device_guard(b, p);
		if (err != ERR_OK)
			log_event(b->conf.log, LOG_L_ERROR, "port.guard", "port=%s err=%s", p->conf.name, err_name(err));
	}
}

/* The steering begins with the first netdev; beside IKE, ESP and neighbour discovery the hub's own ICMP may leave. */
static enum err open_steering(struct navedp_box *b)
{
	static const struct loader_allow allow[] = { { .kind = STEER_ALLOW_PROTO, .proto = IPPROTO_ICMP },
		{ .kind = STEER_ALLOW_PROTO, .proto = IPPROTO_ICMPV6 } };
	char dir[256];
	enum err err;

	if (b->steer != NULL)
		return ERR_OK;
	(void)snprintf(dir, sizeof(dir), "%s/bpf", b->conf.state_dir);
	err = loader_steer_open(&b->steer, dir);
	if (err != ERR_OK)
		return err;
	err = loader_rule_set_allow(b->steer, allow, sizeof(allow) / sizeof(allow[0]));
	if (err != ERR_OK) { /* not half of it: the next netdev tries again */
		loader_steer_close(b->steer);
		b->steer = NULL;
	}
	return err;
}

/* ---- opening ---- */

static struct db_port facts_of(const struct navedp_box *b, const struct box_port *p)
{
	struct db_port f;
	uint16_t mtu = is_netdev(p) ? p->netdev.mtu : p->ethdev.mtu;

	memset(&f, 0, sizeof(f));
	f.id = p->conf.id;
	f.epoch = 1;
	f.vrf = db_vrf_find(b->conf.db, p->conf.vrf);
	f.mtu = p->conf.mtu != 0 && p->conf.mtu < mtu ? p->conf.mtu : mtu;
	f.kind = DB_PORT_WIRE;
	f.peer = p->twin_index;
	f.live = p->conf.up;
	f.guarded = p->conf.role == DP_ROLE_WAN;
	f.guard[0].proto = IPPROTO_ICMP;
	f.guard[1].proto = IPPROTO_ICMPV6;
	memcpy(f.mac, is_netdev(p) ? p->netdev.mac : p->ethdev.mac, sizeof(f.mac));
	return f;
}

static enum err open_netdev(struct navedp_box *b, struct box_port *p)
{
	struct db_port facts;
	enum err err = open_steering(b);

	if (err == ERR_OK)
		err = navedp_netdev_open(&p->netdev, p->conf.spec, b->conf.pool, b->conf.log);
	if (err != ERR_OK)
		return err;
	facts = facts_of(b, p);
	err = db_port_add(b->conf.db, &facts, &p->index);
	if (err != ERR_OK) {
		navedp_netdev_close(&p->netdev, b->steer);
		return err;
	}
	b->conf.ports[p->index] = (struct path_port){ .ops = &xsk_port_ops, .dev = p->netdev.xsk };
	set_locals(b);
	err = navedp_netdev_steer(&p->netdev, b->steer, &p->conf);
	return err == ERR_OK ? navedp_neigh_set_port(b->conf.neigh, p->index, p->netdev.ifindex) : err;
}

/* The twin: same MAC address, so that what the host answers there leaves by the wire as its own. */
static enum err open_twin(struct navedp_box *b, struct box_port *p)
{
	struct db_port facts = facts_of(b, p);
	enum err err = navedp_tap_new(&p->twin, p->conf.twin, p->ethdev.mac, b->conf.pool);

	if (err != ERR_OK)
		return err;
	facts.id = 0;
	facts.kind = DB_PORT_TWIN;
	facts.guarded = false;
	facts.peer = p->index;
	facts.live = true;
	err = db_port_add(b->conf.db, &facts, &p->twin_index);
	if (err != ERR_OK)
		return err;
	b->conf.ports[p->twin_index] = (struct path_port){ .ops = &navedp_tap_ops, .dev = p->twin };
	facts = facts_of(b, p);
	db_port_set(b->conf.db, p->index, &facts);
	return navedp_neigh_set_port(b->conf.neigh, p->index, navedp_tap_ifindex(p->twin));
}

/* Makes the device known to the inline engine; a port without one is a port all the same. */
static enum err attach_device(struct navedp_box *b, const struct box_port *p, uint32_t epoch)
{
	struct engine_device device;

	if (!p->conf.offload || !navedp_ethdev_device(&p->ethdev, p->index, epoch, &device))
		return ERR_OK;
	return engine_inline_attach(b->conf.engine, &device);
}

static enum err open_ethdev(struct navedp_box *b, struct box_port *p)
{
	struct db_port facts;
	enum err err = navedp_ethdev_open(&p->ethdev, p->conf.kind == DP_PORT_VDEV, p->conf.spec, b->conf.worker_count, b->conf.pool);

	if (err != ERR_OK)
		return err;
	facts = facts_of(b, p);
	err = db_port_add(b->conf.db, &facts, &p->index);
	if (err != ERR_OK) {
		navedp_ethdev_close(&p->ethdev);
		return err;
	}
	b->conf.ports[p->index] = (struct path_port){ .ops = &path_port_ethdev_ops, .dev = path_port_ethdev_dev(p->ethdev.dpdk_port) };
	if (p->conf.role == DP_ROLE_WAN)
		err = set_device_guard(b, p);
	if (err == ERR_OK)
		err = navedp_ethdev_start(&p->ethdev);
	if (err == ERR_OK)
		err = attach_device(b, p, facts.epoch);
	return err == ERR_OK ? open_twin(b, p) : err;
}

/* ---- closing ---- */

static void close_tap(struct navedp_box *b, uint8_t index, struct navedp_tap **tap)
{
	if (index != DB_PORT_NONE)
		b->conf.ports[index] = (struct path_port){ .ops = NULL };
	navedp_tap_free(*tap);
	*tap = NULL;
}

/* Workers leave the port first; what they hold of it passes with the grace period. */
static void close_port(struct navedp_box *b, struct box_port *p)
{
	if (p->index != DB_PORT_NONE) {
		engine_inline_detach(b->conf.engine, p->index);
		flow_forget(b->conf.flows, p->index);
		navedp_neigh_forget_port(b->conf.neigh, p->index);
		db_local_forget(b->conf.db, p->index);
		db_port_del(b->conf.db, p->index);
	}
	if (p->twin_index != DB_PORT_NONE)
		db_port_del(b->conf.db, p->twin_index);
	p->used = false;
	(void)assign(b); /* a shorter list always fits */
	(void)db_rcu_wait(b->conf.db->rcu);
	close_tap(b, p->twin_index, &p->twin);
	if (p->index != DB_PORT_NONE)
		b->conf.ports[p->index] = (struct path_port){ .ops = NULL };
	if (p->netdev.xsk != NULL)
		navedp_netdev_close(&p->netdev, b->steer);
	if (p->ethdev.queue != NULL)
		navedp_ethdev_close(&p->ethdev);
	memset(p, 0, sizeof(*p));
}

/* ---- what the server asks ---- */

static struct box_port *take_slot(struct navedp_box *b, const struct dp_port *conf)
{
	for (unsigned i = 0; i < DB_PORT_MAX; i++) {
		struct box_port *p = &b->port[i];

		if (p->used)
			continue;
		memset(p, 0, sizeof(*p));
		p->used = true;
		p->conf = *conf;
		p->index = DB_PORT_NONE;
		p->twin_index = DB_PORT_NONE;
		return p;
	}
	return NULL;
}

/* The same device with other facts: nothing is reopened. */
static enum err change_port(struct navedp_box *b, struct box_port *p, const struct dp_port *conf)
{
	struct db_port facts;

	p->conf = *conf;
	facts = facts_of(b, p);
	facts.epoch = b->conf.db->port[p->index].epoch;
	facts.live = conf->up && (!p->dead || p->backed);
	db_port_set(b->conf.db, p->index, &facts);
	if (is_netdev(p)) {
		enum err err = navedp_netdev_steer(&p->netdev, b->steer, conf);

		if (err != ERR_OK)
			return err;
	}
	return assign(b);
}

static enum err put_port(void *ctx, const struct dp_port *conf)
{
	struct navedp_box *b = (struct navedp_box *)ctx;
	struct box_port *p = find(b, conf->id);
	enum err err;

	if (p != NULL && p->conf.kind == conf->kind && strcmp(p->conf.spec, conf->spec) == 0 && strcmp(p->conf.twin, conf->twin) == 0)
		return change_port(b, p, conf);
	if (p != NULL)
		close_port(b, p);
	p = take_slot(b, conf);
	if (p == NULL)
		return ERR_FULL;
	err = is_netdev(p) ? open_netdev(b, p) : open_ethdev(b, p);
	if (err == ERR_OK)
		err = assign(b);
	log_event(b->conf.log, err == ERR_OK ? LOG_L_NOTICE : LOG_L_ERROR, "port.open", "port=%s device=%s err=%s", conf->name, conf->spec,
		err_name(err));
	if (err != ERR_OK)
		close_port(b, p);
	return err;
}

static enum err del_port(void *ctx, uint32_t id)
{
	struct navedp_box *b = (struct navedp_box *)ctx;
	struct box_port *p = find(b, id);

	if (p == NULL)
		return ERR_ABSENT;
	close_port(b, p);
	set_locals(b);
	return ERR_OK;
}

static bool get_port(void *ctx, uint32_t id, struct dp_port *out)
{
	const struct box_port *p = find((struct navedp_box *)ctx, id);

	if (p != NULL)
		*out = p->conf;
	return p != NULL;
}

static bool next_port(void *ctx, uint8_t *index, struct dp_port *out)
{
	const struct navedp_box *b = (const struct navedp_box *)ctx;

	while (*index < DB_PORT_MAX) {
		const struct box_port *p = &b->port[(*index)++];

		if (!p->used)
			continue;
		*out = p->conf;
		return true;
	}
	return false;
}

static void port_stats(void *ctx, uint32_t id, struct dp_port_stats *out)
{
	struct navedp_box *b = (struct navedp_box *)ctx;
	const struct box_port *p = find(b, id);
	const struct path_port *port;
	struct path_port_info info;

	memset(out, 0, sizeof(*out));
	if (p == NULL)
		return;
	port = &b->conf.ports[p->index];
	memset(&info, 0, sizeof(info));
	port->ops->info(port->dev, &info);
	out->id = id;
	out->link_up = info.link_up;
	out->device_alive = info.alive;
	out->epoch = b->conf.db->port[p->index].epoch;
	out->in_packets = info.in_packets;
	out->in_bytes = info.in_bytes;
	out->out_packets = info.out_packets;
	out->out_bytes = info.out_bytes;
	out->in_drops = info.in_drops;
	out->out_drops = info.out_drops;
	engine_inline_usage(b->conf.engine, p->index, &out->sa_used, &out->sa_limit);
	out->flow_used = flow_count(b->conf.flows, p->index);
	(void)snprintf(out->driver, sizeof(out->driver), "%s", info.driver);
	if (p->backed) {
		(void)snprintf(out->device, sizeof(out->device), "backup %.16s", p->conf.backup);
	} else if (!is_netdev(p)) {
		uint32_t sa_limit;

		navedp_nave_limits(p->ethdev.dpdk_port, &sa_limit, &out->flow_limit);
		navedp_nave_name(p->ethdev.dpdk_port, out->device, sizeof(out->device));
	}
}

static enum err fault_port(void *ctx, const struct dp_fault *fault)
{
	const struct box_port *p = find((struct navedp_box *)ctx, fault->port);

	if (p == NULL)
		return ERR_ABSENT;
	if (is_netdev(p))
		return ERR_UNSUPPORTED;
	return p->dead ? ERR_DEVICE : navedp_nave_fault(p->ethdev.dpdk_port, fault);
}

static struct box_vrf *find_vrf(struct navedp_box *b, uint32_t id)
{
	for (unsigned i = 0; i < DB_VRF_MAX; i++)
		if (b->vrf[i].used && b->vrf[i].id == id)
			return &b->vrf[i];
	return NULL;
}

static enum err open_tun(struct navedp_box *b, struct box_vrf *v, const struct dp_vrf *conf)
{
	uint16_t vrf = db_vrf_find(b->conf.db, conf->id);
	struct path_port_info info;
	struct db_port facts;
	enum err err = navedp_tap_new(&v->tun, conf->tun, NULL, b->conf.pool);

	if (err != ERR_OK)
		return err;
	navedp_tap_ops.info(v->tun, &info);
	memset(&facts, 0, sizeof(facts));
	facts.epoch = 1;
	facts.vrf = vrf;
	facts.mtu = info.mtu;
	facts.kind = DB_PORT_TUN;
	facts.peer = DB_PORT_NONE;
	facts.live = true;
	err = db_port_add(b->conf.db, &facts, &v->index);
	if (err != ERR_OK)
		return err;
	b->conf.ports[v->index] = (struct path_port){ .ops = &navedp_tap_ops, .dev = v->tun };
	db_vrf_set_tun(b->conf.db, vrf, v->index);
	return assign(b);
}

static void del_vrf(void *ctx, uint32_t id)
{
	struct navedp_box *b = (struct navedp_box *)ctx;
	struct box_vrf *v = find_vrf(b, id);

	if (v == NULL)
		return;
	v->used = false;
	if (v->index != DB_PORT_NONE) {
		db_vrf_set_tun(b->conf.db, db_vrf_find(b->conf.db, id), DB_PORT_NONE);
		db_port_del(b->conf.db, v->index);
	}
	(void)assign(b);
	(void)db_rcu_wait(b->conf.db->rcu);
	close_tap(b, v->index, &v->tun);
}

static enum err put_vrf(void *ctx, const struct dp_vrf *conf)
{
	struct navedp_box *b = (struct navedp_box *)ctx;
	struct box_vrf *v = find_vrf(b, conf->id);
	enum err err;

	if (v != NULL || conf->tun[0] == '\0')
		return ERR_OK;
	for (v = b->vrf; v->used; v++)
		;
	*v = (struct box_vrf){ .used = true, .id = conf->id, .index = DB_PORT_NONE };
	err = open_tun(b, v, conf);
	if (err != ERR_OK)
		del_vrf(b, conf->id);
	log_event(b->conf.log, err == ERR_OK ? LOG_L_INFO : LOG_L_ERROR, "vrf.open", "vrf=%s tun=%s err=%s", conf->name, conf->tun,
		err_name(err));
	return err;
}

struct server_box navedp_box_table(struct navedp_box *b)
{
	return (struct server_box){ .ctx = b,
		.put_port = put_port,
		.del_port = del_port,
		.get_port = get_port,
		.put_vrf = put_vrf,
		.del_vrf = del_vrf,
		.locals_changed = locals_changed,
		.next_port = next_port,
		.port_stats = port_stats,
		.fault = fault_port,
		.workers = b->conf.workers,
		.worker_count = b->conf.worker_count };
}

/* ---- care ---- */

static enum err open_backup(struct navedp_box *b, struct box_port *p)
{
	enum err err = open_steering(b);

	set_locals(b);
	if (err == ERR_OK)
		err = navedp_netdev_open(&p->netdev, p->conf.backup, b->conf.pool, b->conf.log);
	if (err == ERR_OK)
		err = navedp_netdev_lend(&p->netdev, b->steer, &p->conf);
	if (err != ERR_OK && p->netdev.xsk != NULL)
		navedp_netdev_close(&p->netdev, b->steer);
	return err;
}

/*
 * The backup is the port's wire from now on (sa-state 19): twin, addresses, IKE and MAC address stay what they are, and
 * neighbours needn't learn anything.  Workers are off the port.
 */
static void take_backup(struct navedp_box *b, struct box_port *p)
{
	struct db_port facts = b->conf.db->port[p->index];
	enum err err = open_backup(b, p);

	if (err == ERR_OK) {
		p->backed = true;
		b->conf.ports[p->index] = (struct path_port){ .ops = &xsk_port_ops, .dev = p->netdev.xsk };
		facts.live = p->conf.up;
		facts.epoch++;
		facts.mtu = p->netdev.mtu < facts.mtu ? p->netdev.mtu : facts.mtu;
		db_port_set(b->conf.db, p->index, &facts);
		err = assign(b);
	}
	log_event(b->conf.log, err == ERR_OK ? LOG_L_NOTICE : LOG_L_ERROR, "port.backup", "port=%s netdev=%s err=%s", p->conf.name,
		p->conf.backup, err_name(err));
}

/* The device is there again. */
static void leave_backup(struct navedp_box *b, struct box_port *p)
{
	struct db_port facts = facts_of(b, p);

	facts.live = false;
	facts.epoch = b->conf.db->port[p->index].epoch + 1;
	db_port_set(b->conf.db, p->index, &facts);
	p->backed = false;
	(void)assign(b); /* a shorter list always fits */
	(void)db_rcu_wait(b->conf.db->rcu);
	navedp_netdev_close(&p->netdev, b->steer);
	b->conf.ports[p->index] = (struct path_port){ .ops = &path_port_ethdev_ops, .dev = path_port_ethdev_dev(p->ethdev.dpdk_port) };
}

/* The device stopped answering: workers leave the port, its SAs go to software, and we wait for a device. */
static void bury(struct navedp_box *b, struct box_port *p, struct server *server)
{
	struct db_port facts = b->conf.db->port[p->index];

	log_event(b->conf.log, LOG_L_ERROR, "device.dead", "port=%s", p->conf.name);
	p->dead = true;
	facts.live = false;
	facts.epoch++;
	db_port_set(b->conf.db, p->index, &facts);
	engine_inline_detach(b->conf.engine, p->index);
	server_device(server, p->index, false);
	flow_forget(b->conf.flows, p->index);
	(void)assign(b); /* a shorter list always fits */
	(void)db_rcu_wait(b->conf.db->rcu);
	navedp_ethdev_stop(&p->ethdev);
	if (p->conf.backup[0] != '\0')
		take_backup(b, p);
}

static void revive(struct navedp_box *b, struct box_port *p, struct server *server)
{
	enum err err = navedp_nave_reattach(p->ethdev.dpdk_port);
	struct db_port facts;

	if (err == ERR_AGAIN)
		return;
	if (p->backed)
		leave_backup(b, p);
	facts = b->conf.db->port[p->index];
	facts.live = p->conf.up;
	facts.epoch++;
	if (err == ERR_OK)
		err = navedp_ethdev_start(&p->ethdev);
	if (err == ERR_OK) {
		db_port_set(b->conf.db, p->index, &facts);
		err = attach_device(b, p, facts.epoch);
	}
	if (err == ERR_OK)
		err = assign(b);
	log_event(b->conf.log, err == ERR_OK ? LOG_L_NOTICE : LOG_L_ERROR, "device.back", "port=%s err=%s", p->conf.name, err_name(err));
	if (err != ERR_OK)
		return; /* tried again at the next look */
	p->dead = false;
	server_device(server, p->index, true);
}

static void look_after(struct navedp_box *b, struct box_port *p, struct server *server)
{
	bool alive = navedp_nave_alive(p->ethdev.dpdk_port);

	if (p->dead)
		revive(b, p, server);
	else if (!alive)
		bury(b, p, server);
}

void navedp_box_poll(struct navedp_box *b, struct server *server, uint64_t now_ms)
{
	if (now_ms < b->poll_due_ms)
		return;
	b->poll_due_ms = now_ms + BOX_POLL_MS;
	for (unsigned i = 0; i < DB_PORT_MAX; i++) {
		struct box_port *p = &b->port[i];
		struct dp_event e = { .kind = DP_EV_LINK, .id = p->conf.id };
		struct path_port_info info;

		if (!p->used)
			continue;
		if (!is_netdev(p))
			look_after(b, p, server);
		memset(&info, 0, sizeof(info));
		b->conf.ports[p->index].ops->info(b->conf.ports[p->index].dev, &info);
		if (info.link_up == p->link_up)
			continue;
		p->link_up = info.link_up;
		e.up = info.link_up;
		server_event(server, &e);
	}
}

enum err navedp_box_new(struct navedp_box **out, const struct navedp_box_conf *conf)
{
	struct navedp_box *b = (struct navedp_box *)calloc(1, sizeof(*b));

	if (b == NULL)
		return ERR_NOMEM;
	b->conf = *conf;
	*out = b;
	return ERR_OK;
}

void navedp_box_free(struct navedp_box *b)
{
	if (b == NULL)
		return;
	for (unsigned i = 0; i < DB_PORT_MAX; i++) {
		struct box_port *p = &b->port[i];

		if (!p->used)
			continue;
		engine_inline_detach(b->conf.engine, p->index);
		flow_forget(b->conf.flows, p->index);
		navedp_tap_free(p->twin);
		xsk_port_free(p->netdev.xsk); /* what is attached drops from now on */
		if (!is_netdev(p))
			navedp_ethdev_close(&p->ethdev);
	}
	for (unsigned i = 0; i < DB_VRF_MAX; i++)
		if (b->vrf[i].used)
			navedp_tap_free(b->vrf[i].tun);
	if (b->steer != NULL)
		loader_steer_close(b->steer);
	free(b);
}
