#include "navedp/tun.h"

#include <stdio.h>
#include <string.h>

#include "navedp/plan.h"
#include "navedp/space.h"

static struct navedp_vrf *find(struct navedp_box *b, uint32_t id)
{
	for (unsigned i = 0; i < DB_VRF_MAX; i++)
		if (b->vrf[i].used && b->vrf[i].id == id)
			return &b->vrf[i];
	return NULL;
}

static enum err open_tun(struct navedp_box *b, struct navedp_vrf *v, const struct dp_vrf *conf)
{
	uint16_t vrf = db_vrf_find(b->conf.db, conf->id);
	struct path_port_info info;
	struct db_port facts;
	enum err err = navedp_space_get(b, conf->id, &v->space);

	if (err == ERR_OK)
		err = navedp_tap_new(&v->tun, v->space, conf->tun, NULL, b->conf.pool);
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
	return navedp_plan_assign(b);
}

void navedp_tun_del(struct navedp_box *b, uint32_t vrf)
{
	struct navedp_vrf *v = find(b, vrf);

	if (v == NULL)
		return;
	v->used = false;
	if (v->index != DB_PORT_NONE) {
		db_vrf_set_tun(b->conf.db, db_vrf_find(b->conf.db, vrf), DB_PORT_NONE);
		db_port_del(b->conf.db, v->index);
	}
	navedp_plan_leave(b);
	if (v->index != DB_PORT_NONE)
		b->conf.ports[v->index] = (struct path_port){ .ops = NULL };
	navedp_tap_free(v->tun);
	v->tun = NULL;
	navedp_space_put(b, v->space);
	v->space = NULL;
}

/* db has as many VRFs as there is room for here. */
enum err navedp_tun_put(struct navedp_box *b, const struct dp_vrf *conf)
{
	struct navedp_vrf *v = find(b, conf->id);
	enum err err;

	if (v != NULL && strcmp(v->name, conf->tun) == 0 && strcmp(v->space->netns, conf->netns) == 0 &&
		strcmp(v->space->device, conf->device) == 0)
		return ERR_OK;
	if (v != NULL && db_vrf_is_named(b->conf.db, conf->id))
		return ERR_BUSY; /* its ports stay where they are */
	if (v != NULL)
		navedp_tun_del(b, conf->id);
	if (conf->tun[0] == '\0')
		return ERR_OK;
	for (v = b->vrf; v->used; v++)
		;
	*v = (struct navedp_vrf){ .used = true, .id = conf->id, .index = DB_PORT_NONE };
	(void)snprintf(v->name, sizeof(v->name), "%s", conf->tun);
	err = open_tun(b, v, conf);
	if (err != ERR_OK)
		navedp_tun_del(b, conf->id);
	log_event(b->conf.log, err == ERR_OK ? LOG_L_INFO : LOG_L_ERROR, "vrf.open", "vrf=%s netns=%s device=%s tun=%s err=%s", conf->name,
		conf->netns, conf->device, conf->tun, err_name(err));
	return err;
}
