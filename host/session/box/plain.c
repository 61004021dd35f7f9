/*
 * Tunnels without protection.  Each settled change of the routing table has them judged again, at the next turn of the wheel: a listener may
 * not change the table itself.  Loop thread only.
 */
#include "session/box/plain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/clamp.h"
#include "session/inner.h"

struct plain {
	struct list link;
	const struct cfg_interface *source; /* of the hub's model */
	uint32_t id;                        /* of the datapath's tunnel */
	const char *reason;                 /* why it is down; NULL: it is up */
	bool marked;
};

struct session_plains {
	struct session_hub *hub;
	struct list plains;
	struct wheel_timer look;
	struct route_listener listener;
};

static struct plain *find(const struct session_plains *t, const char *name)
{
	list_each (it, &t->plains) {
		struct plain *p = list_of(it, struct plain, link);

		if (p->marked && strcmp(p->source->object.name, name) == 0)
			return p;
	}
	return NULL;
}

uint32_t session_plain_id(const struct session_plains *t, const char *name)
{
	const struct plain *p = find(t, name);

	return p != NULL ? p->id : 0;
}

const char *session_plain_reason(const struct session_plains *t, const char *name)
{
	const struct plain *p = find(t, name);

	return p != NULL ? p->reason : NULL;
}

/* ---- up and down ---- */

static const char *obstacle(const struct session_plains *t, const struct plain *p)
{
	const struct cfg_interface *i = p->source;
	struct addr source = session_dial_source(i);
	struct route_hop hop;
	const char *why;

	if (i->shutdown)
		return "administratively down";
	if (!i->object.complete)
		return "incomplete";
	if (source.family != i->tunnel.destination.family)
		return "no source address";
	why = session_dial_underlay(t->hub, session_vrf_id(i->tunnel.fvrf), &i->tunnel.destination, p->id, &hop);
	if (why == NULL && session_iface_is_wan(t->hub->ifaces, hop.out))
		why = "would leave a protected port in clear";
	return why;
}

static enum dp_df df_of(const struct cfg_interface *i)
{
	return i->tunnel.path_mtu_discovery ? DP_DF_COPY : DP_DF_CLEAR;
}

uint16_t session_plain_mss(const struct cfg_interface *i, enum dp_family inner)
{
	struct session_clamp c = { .source = i, .family = i->tunnel.destination.family, .gre = true, .df = df_of(i) };

	return session_clamp_mss(&c, inner);
}

static enum err put(const struct session_plains *t, const struct plain *p)
{
	const struct cfg_interface *i = p->source;
	struct dp_op op = { .kind = DP_PUT_TUNNEL };
	struct dp_tunnel *d = &op.u.tunnel;

	d->id = p->id;
	d->mode = DP_TUNNEL_GRE;
	d->df = df_of(i);
	d->mtu = i->ip_mtu;
	d->inner_vrf = session_vrf_id(i->vrf);
	d->front_vrf = session_vrf_id(i->tunnel.fvrf);
	d->has_key = i->tunnel.has_key;
	d->key = i->tunnel.key;
	d->local = session_dial_source(i);
	d->remote = i->tunnel.destination;
	session_filter_features(t->hub, i, d->feature);
	for (int f = DP_V4; f < DP_FAMILIES; f++)
		d->feature[f].mss = session_plain_mss(i, (enum dp_family)f);
	session_rate_ids(t->hub, i, d->policy);
	(void)snprintf(d->name, sizeof(d->name), "%s", i->object.name);
	return dp_sync_put(t->hub->env.sync, &op, NULL);
}

static void del(const struct session_plains *t, const struct plain *p)
{
	struct dp_op op = { .kind = DP_DEL_TUNNEL };

	op.u.tunnel.id = p->id;
	(void)dp_sync_del(t->hub->env.sync, &op);
}

static struct route_if key_of(const struct plain *p)
{
	return (struct route_if){ .kind = ROUTE_IF_TUNNEL, .id = p->id };
}

static enum err turn(const struct session_plains *t, const struct plain *p, bool up)
{
	enum err err = up ? put(t, p) : ERR_OK;

	if (err == ERR_OK)
		err = route_rib_set_if(t->hub->env.rib, key_of(p), up, p->source->object.name);
	if (!up)
		del(t, p);
	return err;
}

/* Whether the tunnel is another now. */
static bool judge(const struct session_plains *t, struct plain *p)
{
	const char *why = obstacle(t, p), *before = p->reason;
	enum err err;

	p->reason = why;
	if ((why == NULL) == (before == NULL))
		return false;
	err = turn(t, p, why == NULL);
	if (err != ERR_OK)
		p->reason = err_str(err);
	log_event(t->hub->env.log, LOG_L_NOTICE, "tunnel.line", "interface=%s up=%d reason=\"%s\"", p->source->object.name,
		p->reason == NULL, p->reason == NULL ? "-" : p->reason);
	return true;
}

static void look(struct wheel_timer *timer, uint64_t now_ms)
{
	struct session_plains *t = list_of(timer, struct session_plains, look);
	bool changed = false;

	(void)now_ms;
	list_each (it, &t->plains)
		changed = judge(t, list_of(it, struct plain, link)) || changed;
	if (changed)
		route_rib_commit(t->hub->env.rib);
}

static void look_soon(struct session_plains *t)
{
	const struct session_hub *h = t->hub;

	if (!list_empty(&t->plains) && !wheel_armed(&t->look))
		wheel_arm(h->env.wheel, &t->look, session_now(h));
}

static void table_settled(struct route_listener *l)
{
	look_soon(list_of(l, struct session_plains, listener));
}

/* ---- configuration ---- */

static bool is_wanted(const struct cfg_interface *i)
{
	return i->type == CFG_IF_TUNNEL && i->tunnel.protection == NULL && i->tunnel.destination_how == CFG_END_ADDRESS &&
	       cfg_model_mode_is_gre(i->tunnel.mode);
}

static struct plain *find_any(const struct session_plains *t, const char *name)
{
	list_each (it, &t->plains) {
		struct plain *p = list_of(it, struct plain, link);

		if (strcmp(p->source->object.name, name) == 0)
			return p;
	}
	return NULL;
}

/* One that is up has the new lines at once. */
static enum err begin(struct session_plains *t, const struct cfg_interface *i)
{
	struct plain *p = find_any(t, i->object.name);

	if (p == NULL) {
		p = (struct plain *)calloc(1, sizeof(*p));
		if (p == NULL)
			return ERR_NOMEM;
		p->id = dp_sync_new_id(t->hub->env.sync, DP_CLASS_TUNNEL);
		p->reason = "not judged yet";
		list_add(&t->plains, &p->link);
	}
	p->source = i;
	p->marked = true;
	return p->reason == NULL && obstacle(t, p) == NULL ? put(t, p) : ERR_OK;
}

enum err session_plain_configure(struct session_plains *t)
{
	enum err err = ERR_OK;

	session_plain_unmark(t);
	for (const struct cfg_interface *i = t->hub->model->cfg->interfaces; i != NULL && err == ERR_OK; i = i->next)
		if (is_wanted(i))
			err = begin(t, i);
	look_soon(t);
	return err;
}

void session_plain_unmark(struct session_plains *t)
{
	list_each (it, &t->plains)
		list_of(it, struct plain, link)->marked = false;
}

static void end(struct session_plains *t, struct plain *p)
{
	route_rib_del_if(t->hub->env.rib, key_of(p));
	if (p->reason == NULL)
		del(t, p);
	list_del(&p->link);
	free(p);
}

void session_plain_sweep(struct session_plains *t)
{
	struct list *next;

	for (struct list *it = list_first(&t->plains); it != NULL; it = next) {
		next = list_next(&t->plains, it);
		if (!list_of(it, struct plain, link)->marked)
			end(t, list_of(it, struct plain, link));
	}
}

/* ---- life ---- */

enum err session_plain_new(struct session_plains **out, struct session_hub *h)
{
	struct session_plains *t = (struct session_plains *)calloc(1, sizeof(*t));

	if (t == NULL)
		return ERR_NOMEM;
	t->hub = h;
	t->look.expired = look;
	t->listener.settled = table_settled;
	list_init(&t->plains);
	route_rib_listen(h->env.rib, &t->listener);
	*out = t;
	return ERR_OK;
}

void session_plain_free(struct session_plains *t)
{
	if (t == NULL)
		return;
	session_plain_unmark(t);
	session_plain_sweep(t);
	route_rib_unlisten(&t->listener);
	wheel_disarm(t->hub->env.wheel, &t->look);
	free(t);
}
