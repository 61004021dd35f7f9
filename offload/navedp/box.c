/*
 * The table through which the server asks for ports and VRFs.  All of them are db ports with an index, under which workers find
 * facts and functions.
 */
#include "navedp/box.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/inline.h"
#include "navedp/care.h"
#include "navedp/guard.h"
#include "navedp/inner.h"
#include "navedp/nave.h"
#include "navedp/port.h"
#include "navedp/space.h"
#include "navedp/tun.h"
#include "navedp/vifs.h"
#include "server/server.h"

enum { BOX_POLL_MS = 100 };

static struct navedp_port *find(struct navedp_box *b, uint32_t id)
{
	for (unsigned i = 0; i < DB_PORT_MAX; i++)
		if (b->port[i].used && b->port[i].conf.id == id)
			return &b->port[i];
	return NULL;
}

static struct navedp_port *take(struct navedp_box *b, const struct dp_port *conf)
{
	for (unsigned i = 0; i < DB_PORT_MAX; i++) {
		struct navedp_port *p = &b->port[i];

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

/* ---- putting a port ---- */

static enum err open_port(struct navedp_box *b, struct navedp_port *p)
{
	enum err err = navedp_port_open(b, p);

	log_event(b->conf.log, err == ERR_OK ? LOG_L_NOTICE : LOG_L_ERROR, "port.open", "port=%s device=%s err=%s", p->conf.name,
		p->conf.spec, err_name(err));
	return err;
}

static enum err make_port(struct navedp_box *b, const struct dp_port *conf)
{
	struct navedp_port *p = take(b, conf);
	enum err err;

	if (p == NULL)
		return ERR_FULL;
	err = db_gate_put(b->conf.db, &p->gate, conf->feature, conf->policy);
	if (err == ERR_OK)
		err = open_port(b, p);
	if (err != ERR_OK)
		navedp_port_remove(b, p);
	return err;
}

/* As it was when the new device can't be had; if that one is gone too, the port waits without a device for the next put. */
static enum err replace_device(struct navedp_box *b, struct navedp_port *p, const struct dp_port *conf)
{
	struct dp_port old = p->conf;
	enum err err;

	if (p->open)
		navedp_port_shut(b, p);
	p->conf = *conf;
	err = open_port(b, p);
	if (err == ERR_OK)
		return ERR_OK;
	p->conf = old;
	if (db_gate_put(b->conf.db, &p->gate, old.feature, old.policy) != ERR_OK)
		return ERR_DEVICE;
	return open_port(b, p) == ERR_OK ? err : ERR_DEVICE;
}

static enum err put_port(void *ctx, const struct dp_port *conf)
{
	struct navedp_box *b = (struct navedp_box *)ctx;
	struct navedp_port *p = find(b, conf->id);
	enum err err;

	if (p == NULL)
		return make_port(b, conf);
	err = db_gate_put(b->conf.db, &p->gate, conf->feature, conf->policy);
	if (err != ERR_OK)
		return err;
	return navedp_port_fits(p, conf) ? navedp_port_change(b, p, conf) : replace_device(b, p, conf);
}

static enum err del_port(void *ctx, uint32_t id)
{
	struct navedp_box *b = (struct navedp_box *)ctx;
	struct navedp_port *p = find(b, id);

	if (p == NULL)
		return ERR_ABSENT;
	navedp_port_remove(b, p);
	navedp_guard_steer(b);
	return ERR_OK;
}

/* ---- asking for ports ---- */

static bool get_port(void *ctx, uint32_t id, struct dp_port *out)
{
	const struct navedp_port *p = find((struct navedp_box *)ctx, id);

	if (p != NULL)
		*out = p->conf;
	return p != NULL;
}

static bool next_port(void *ctx, uint8_t *index, struct dp_port *out)
{
	const struct navedp_box *b = (const struct navedp_box *)ctx;

	while (*index < DB_PORT_MAX) {
		const struct navedp_port *p = &b->port[(*index)++];

		if (!p->used)
			continue;
		*out = p->conf;
		return true;
	}
	return false;
}

static void add_info(const struct path_port *port, struct dp_port_stats *out)
{
	struct path_port_info info;

	memset(&info, 0, sizeof(info));
	port->ops->info(port->dev, &info);
	out->link_up = info.link_up;
	out->device_alive = info.alive;
	out->in_packets = info.in_packets;
	out->in_bytes = info.in_bytes;
	out->out_packets = info.out_packets;
	out->out_bytes = info.out_bytes;
	out->in_drops = info.in_drops;
	out->out_drops = info.out_drops;
	(void)snprintf(out->driver, sizeof(out->driver), "%s", info.driver);
}

static void port_stats(void *ctx, uint32_t id, struct dp_port_stats *out)
{
	struct navedp_box *b = (struct navedp_box *)ctx;
	const struct navedp_port *p = find(b, id);
	uint32_t sa_limit;

	memset(out, 0, sizeof(*out));
	out->id = id;
	if (p == NULL || !p->open)
		return;
	db_gate_stats(b->conf.db, p->gate, &out->feature);
	add_info(&b->conf.ports[p->index], out);
	out->epoch = b->conf.db->port[p->index].epoch;
	engine_inline_usage(b->conf.engine, p->index, &out->sa_used, &out->sa_limit);
	out->flow_used = flow_count(b->conf.flows, p->index);
	if (p->backed)
		(void)snprintf(out->device, sizeof(out->device), "backup %.16s", p->conf.backup);
	if (navedp_port_has_netdev(p))
		return;
	navedp_nave_limits(p->ethdev.dpdk_port, &sa_limit, &out->flow_limit);
	navedp_nave_name(p->ethdev.dpdk_port, out->device, sizeof(out->device));
}

static enum err fault_port(void *ctx, const struct dp_fault *fault)
{
	const struct navedp_port *p = find((struct navedp_box *)ctx, fault->port);

	if (p == NULL)
		return ERR_ABSENT;
	if (navedp_port_is_netdev(p))
		return ERR_UNSUPPORTED;
	return p->dead || !p->open ? ERR_DEVICE : navedp_nave_fault(p->ethdev.dpdk_port, fault);
}

/* ---- VRFs and addresses ---- */

static enum err put_vrf(void *ctx, const struct dp_vrf *conf)
{
	return navedp_tun_put((struct navedp_box *)ctx, conf);
}

static void del_vrf(void *ctx, uint32_t id)
{
	navedp_tun_del((struct navedp_box *)ctx, id);
}

static void tunnel_changed(void *ctx, uint32_t index, const struct dp_tunnel *conf)
{
	navedp_vifs_set((struct navedp_box *)ctx, index, conf);
}

static void locals_changed(void *ctx)
{
	navedp_guard_locals((struct navedp_box *)ctx);
}

struct server_box navedp_box_table(struct navedp_box *b)
{
	return (struct server_box){ .ctx = b,
		.put_port = put_port,
		.del_port = del_port,
		.get_port = get_port,
		.put_vrf = put_vrf,
		.del_vrf = del_vrf,
		.tunnel_changed = tunnel_changed,
		.locals_changed = locals_changed,
		.next_port = next_port,
		.port_stats = port_stats,
		.fault = fault_port,
		.workers = b->conf.workers,
		.worker_count = b->conf.worker_count };
}

/* ---- life ---- */

void navedp_box_poll(struct navedp_box *b, struct server *server, uint64_t now_ms)
{
	navedp_vifs_poll(b, server, now_ms);
	if (now_ms < b->poll_due_ms)
		return;
	b->poll_due_ms = now_ms + BOX_POLL_MS;
	for (unsigned i = 0; b->greetings != server_greetings(server) && i < DB_PORT_MAX; i++)
		navedp_care_forget_link(&b->port[i]);
	b->greetings = server_greetings(server);
	for (unsigned i = 0; i < DB_PORT_MAX; i++)
		if (b->port[i].open)
			navedp_care_port(b, &b->port[i], server, now_ms);
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
	for (unsigned i = 0; i < DB_PORT_MAX; i++)
		navedp_port_end(b, &b->port[i]);
	for (unsigned i = 0; i < DB_VRF_MAX; i++)
		if (b->vrf[i].used)
			navedp_tap_free(b->vrf[i].tun);
	navedp_vifs_free(b);
	navedp_space_end_all(b);
	free(b);
}
