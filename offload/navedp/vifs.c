/*
 * Each tunnel that wants a netdev has an entry.  One that has no device gets one made, one whose device isn't wanted, or was deleted by
 * somebody, is first hidden from the workers, then, when none of them can see it any more, its device is closed.  All of that are errands,
 * of which an entry is on one at a time.
 */
#include "navedp/vifs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "navedp/plan.h"
#include "navedp/space.h"
#include "navedp/vif.h"
#include "server/server.h"

enum { VIFS_DEVICES = 1024, VIFS_LOOK_MS = 100, VIFS_PAUSE_MS = 100, VIFS_PAUSE_MAX_MS = 5000, VIFS_MTU_MIN = 1280 };

struct navedp_vifs {
	struct list all;
	struct map names; /* of all: several may have one, of which one is wanted, or be in different VRFs */
	struct navedp_errands *errands;
	struct navedp_vif_port port;
	uint8_t index;    /* of the port */
	uint32_t devices; /* that are there, or on their way */
	uint32_t greetings;
	uint64_t look_due_ms;
	bool stirred; /* something is to be done before that */
};

/* ---- the port ---- */

static enum err open_port(struct navedp_box *b, struct navedp_vifs *s)
{
	struct db_port facts;
	enum err err = navedp_vif_port_init(&s->port, b->conf.db->limits.tunnels, b->conf.pool);

	if (err != ERR_OK)
		return err;
	memset(&facts, 0, sizeof(facts));
	facts.epoch = 1;
	facts.mtu = UINT16_MAX;
	facts.kind = DB_PORT_VIF;
	facts.peer = DB_PORT_NONE;
	facts.live = true;
	err = db_port_add(b->conf.db, &facts, &s->index);
	if (err != ERR_OK)
		return err;
	b->conf.ports[s->index] = (struct path_port){ .ops = &navedp_vif_ops, .dev = &s->port };
	__atomic_store_n(&b->conf.db->vif_port, s->index, __ATOMIC_RELEASE);
	return navedp_plan_assign(b);
}

static void close_port(struct navedp_box *b, struct navedp_vifs *s)
{
	if (s->index != DB_PORT_NONE) {
		__atomic_store_n(&b->conf.db->vif_port, DB_PORT_NONE, __ATOMIC_RELEASE);
		db_port_del(b->conf.db, s->index);
	}
	b->vifs = NULL;
	navedp_plan_leave(b);
	if (s->index != DB_PORT_NONE)
		b->conf.ports[s->index] = (struct path_port){ .ops = NULL };
	navedp_vif_port_fini(&s->port, b->conf.db->limits.tunnels);
	navedp_errand_close(s->errands);
	map_fini(&s->names);
	free(s);
}

static enum err begin(struct navedp_box *b)
{
	static const uint8_t any_key[16] = { 0 }; /* names are control's, not peers' */
	struct navedp_vifs *s = (struct navedp_vifs *)calloc(1, sizeof(*s));
	enum err err = s == NULL ? ERR_NOMEM : map_init(&s->names, any_key);

	if (err == ERR_OK)
		err = navedp_errand_open(&s->errands);
	if (s == NULL)
		return err;
	s->index = DB_PORT_NONE;
	list_init(&s->all);
	b->vifs = s;
	if (err == ERR_OK)
		err = open_port(b, s);
	if (err != ERR_OK)
		close_port(b, s);
	return err;
}

bool navedp_vifs_queue(const struct navedp_box *b, uint8_t *port, int *fd)
{
	if (b->vifs == NULL)
		return false;
	*port = b->vifs->index;
	*fd = b->vifs->port.epoll;
	return true;
}

/* ---- an entry ---- */

static enum err free_it(void *ctx, void *object)
{
	(void)ctx;
	free(object);
	return ERR_OK;
}

static enum err let_go(void *ctx, void *object)
{
	struct navedp_vif *v = (struct navedp_vif *)object;

	(void)ctx;
	if (v->all == NULL) {
		free(v);
		return ERR_OK;
	}
	v->held = false;
	v->all->stirred = true;
	return ERR_OK;
}

static void hide(struct navedp_box *b, struct navedp_vif *v)
{
	if (!v->shown)
		return;
	__atomic_store_n(&b->conf.db->tunnel[v->index].netdev, false, __ATOMIC_RELEASE);
	navedp_vif_hide(&v->all->port, v);
	v->held = true;
	db_rcu_defer(b->conf.db->rcu, let_go, NULL, v);
}

/* Its tunnel is gone, or wants none: others may have its name. */
static void dismiss(struct navedp_box *b, struct navedp_vif *v)
{
	hide(b, v);
	v->wanted = false;
	__atomic_store_n(&v->all->port.at[v->index], NULL, __ATOMIC_RELEASE);
}

static uint64_t name_hash(const struct navedp_vif *v)
{
	return map_hash(&v->all->names, bytes_of(v->name, strlen(v->name)));
}

/* The first at or behind 'n' that is another one's of the same device; NULL: none. */
static struct navedp_vif *other_of(const struct navedp_vif *v, struct map_node *n)
{
	for (; n != NULL; n = map_find_next(n)) {
		struct navedp_vif *other = list_of(n, struct navedp_vif, by_name);

		if (other != v && other->vrf == v->vrf && strcmp(other->name, v->name) == 0)
			return other;
	}
	return NULL;
}

/* A tunnel that a former control left has the name no longer. */
static void claim(struct navedp_box *b, const struct navedp_vif *v)
{
	struct navedp_vif *other = other_of(v, map_find(&v->all->names, name_hash(v)));

	for (; other != NULL; other = other_of(v, map_find_next(&other->by_name)))
		if (other->wanted)
			dismiss(b, other);
}

static enum err make(struct navedp_box *b, uint32_t index, const struct dp_tunnel *conf)
{
	enum err err = b->vifs == NULL ? begin(b) : ERR_OK;
	struct navedp_vif *v = err != ERR_OK ? NULL : (struct navedp_vif *)calloc(1, sizeof(*v));

	if (v == NULL)
		return err != ERR_OK ? err : ERR_NOMEM;
	v->all = b->vifs;
	v->fd = -1;
	v->index = index;
	v->tunnel = conf->id;
	v->vrf = conf->inner_vrf;
	v->wanted = true;
	dp_ifname(conf->name, v->name);
	(void)snprintf(v->alias, sizeof(v->alias), "%s", conf->name);
	list_add(&v->all->all, &v->link);
	map_add(&v->all->names, &v->by_name, name_hash(v));
	__atomic_store_n(&v->all->port.at[index], v, __ATOMIC_RELEASE);
	claim(b, v);
	v->all->stirred = true;
	return ERR_OK;
}

void navedp_vifs_set(struct navedp_box *b, uint32_t index, const struct dp_tunnel *conf)
{
	struct navedp_vif *v = b->vifs == NULL ? NULL : b->vifs->port.at[index];
	bool wanted = conf != NULL && conf->netdev;
	enum err err = ERR_OK;

	if (v != NULL && (!wanted || v->tunnel != conf->id || v->vrf != conf->inner_vrf)) {
		dismiss(b, v);
		v->all->stirred = true;
		v = NULL;
	}
	if (wanted && v == NULL)
		err = make(b, index, conf);
	if (err != ERR_OK)
		log_event(b->conf.log, LOG_L_ERROR, "netdev.new", "tunnel=%s err=%s", conf->name, err_name(err));
}

/* ---- what control is told ---- */

static void tell(const struct navedp_vif *v, struct server *server)
{
	struct dp_event e;

	memset(&e, 0, sizeof(e));
	e.kind = DP_EV_NETDEV;
	e.id = v->tunnel;
	e.up = v->told_up;
	e.err = (uint8_t)v->told;
	server_event(server, &e);
}

static void note(const struct navedp_box *b, struct navedp_vif *v, struct server *server, bool up, enum err err)
{
	if (v->told_up == up && v->told == err)
		return;
	v->told_up = up;
	v->told = err;
	log_event(b->conf.log, up ? LOG_L_INFO : LOG_L_WARN, "netdev", "netdev=%s tunnel=%s up=%d err=%s", v->name, v->alias, up,
		err_name(err));
	tell(v, server);
}

static void tell_all(struct navedp_vifs *s, struct server *server)
{
	if (s->greetings == server_greetings(server))
		return;
	s->greetings = server_greetings(server);
	list_each (it, &s->all) {
		const struct navedp_vif *v = list_of(it, const struct navedp_vif, link);

		if (v->wanted && (v->told_up || v->told != ERR_OK))
			tell(v, server);
	}
}

/* ---- errands ---- */

static void dispatch(struct navedp_vif *v, void (*run)(struct navedp_errand *e))
{
	v->busy = true;
	v->errand.run = run;
	navedp_errand_give(v->all->errands, &v->errand);
}

static void opened(struct navedp_box *b, struct navedp_vif *v, struct server *server, uint64_t now_ms)
{
	if (v->err == ERR_OK && v->wanted)
		v->err = navedp_vif_show(&v->all->port, v);
	if (v->shown) {
		__atomic_store_n(&b->conf.db->tunnel[v->index].netdev, true, __ATOMIC_RELEASE);
		v->pause_ms = 0;
		note(b, v, server, true, ERR_OK);
	}
	if (v->err == ERR_OK)
		return;
	v->all->devices -= v->fd < 0;
	v->pause_ms = v->pause_ms == 0 ? VIFS_PAUSE_MS : 2 * v->pause_ms;
	if (v->pause_ms > VIFS_PAUSE_MAX_MS)
		v->pause_ms = VIFS_PAUSE_MAX_MS;
	v->due_ms = now_ms + v->pause_ms;
	if (v->wanted)
		note(b, v, server, false, v->err);
}

static void take_done(struct navedp_box *b, struct server *server, uint64_t now_ms)
{
	struct navedp_errand *e;

	while ((e = navedp_errand_done(b->vifs->errands)) != NULL) {
		struct navedp_vif *v = list_of(e, struct navedp_vif, errand);

		v->busy = false;
		b->vifs->stirred = true;
		if (e->run == navedp_vif_open)
			opened(b, v, server, now_ms);
		else if (e->run == navedp_vif_close)
			b->vifs->devices--;
	}
}

/* ---- looking after them ---- */

/* A device of its name that is on its way out. */
static bool has_predecessor(const struct navedp_vif *v)
{
	return other_of(v, map_find(&v->all->names, name_hash(v))) != NULL;
}

/* A VRF without a TUN has no place in the host. */
static enum err find_space(struct navedp_box *b, struct navedp_vif *v)
{
	struct dp_vrf vrf;

	if (v->space != NULL)
		return ERR_OK;
	if (!db_vrf_get(b->conf.db, v->vrf, &vrf) || vrf.tun[0] == '\0')
		return ERR_ABSENT;
	return navedp_space_get(b, v->vrf, &v->space);
}

/* Inner bytes that the tunnel takes; 0: not known yet.  A kernel takes IPv6 away from a device that has less than that asks for. */
static uint32_t mtu_of(const struct navedp_box *b, const struct navedp_vif *v)
{
	const struct db_tunnel *t = &b->conf.db->tunnel[v->index];
	uint32_t mtu = t->mtu != 0 ? t->mtu : __atomic_load_n(&t->path_mtu, __ATOMIC_RELAXED);

	return mtu != 0 && mtu < VIFS_MTU_MIN ? VIFS_MTU_MIN : mtu;
}

static void open_device(struct navedp_box *b, struct navedp_vif *v, struct server *server, uint64_t now_ms)
{
	enum err err = v->all->devices < VIFS_DEVICES ? find_space(b, v) : ERR_FULL;

	if (err != ERR_OK) {
		v->due_ms = now_ms + VIFS_PAUSE_MAX_MS;
		note(b, v, server, false, err);
		return;
	}
	if (has_predecessor(v))
		return;
	v->mtu = mtu_of(b, v);
	v->all->devices++;
	dispatch(v, navedp_vif_open);
}

static void forget(struct navedp_box *b, struct navedp_vif *v)
{
	list_del(&v->link);
	map_del(&v->all->names, &v->by_name);
	navedp_space_put(b, v->space);
	db_rcu_defer(b->conf.db->rcu, free_it, NULL, v);
}

static void look_after(struct navedp_box *b, struct navedp_vif *v, struct server *server, uint64_t now_ms)
{
	uint32_t mtu;

	if (v->busy || v->held)
		return;
	if (v->fd < 0) {
		if (!v->wanted)
			forget(b, v);
		else if (v->due_ms <= now_ms)
			open_device(b, v, server, now_ms);
		return;
	}
	if (!v->shown) {
		dispatch(v, navedp_vif_close);
		return;
	}
	if (__atomic_load_n(&v->lost, __ATOMIC_ACQUIRE)) {
		note(b, v, server, false, ERR_ABSENT);
		hide(b, v);
		return;
	}
	mtu = mtu_of(b, v);
	if (mtu != 0 && mtu != v->set_mtu) {
		v->mtu = mtu;
		dispatch(v, navedp_vif_resize);
	}
}

void navedp_vifs_poll(struct navedp_box *b, struct server *server, uint64_t now_ms)
{
	struct navedp_vifs *s = b->vifs;
	struct list *next;

	if (s == NULL)
		return;
	tell_all(s, server);
	take_done(b, server, now_ms);
	if (!s->stirred && now_ms < s->look_due_ms)
		return;
	s->stirred = false;
	s->look_due_ms = now_ms + VIFS_LOOK_MS;
	for (struct list *it = list_first(&s->all); it != NULL; it = next) {
		next = list_next(&s->all, it);
		look_after(b, list_of(it, struct navedp_vif, link), server, now_ms);
	}
	if (list_empty(&s->all))
		close_port(b, s);
}

/* ---- the end ---- */

/* Devices go with their descriptors, and these with the program: nobody waits for them here. */
void navedp_vifs_free(struct navedp_box *b)
{
	struct navedp_vifs *s = b->vifs;

	if (s == NULL)
		return;
	navedp_errand_close(s->errands);
	while (!list_empty(&s->all)) {
		struct navedp_vif *v = list_of(list_first(&s->all), struct navedp_vif, link);

		list_del(&v->link);
		v->all = NULL;
		if (!v->held)
			free(v);
	}
	navedp_vif_port_fini(&s->port, b->conf.db->limits.tunnels);
	map_fini(&s->names);
	b->vifs = NULL;
	free(s);
}
