/*
 * VRFs of the box.  Applied by marking, as interfaces are (box/iface.c).  Loop thread only.
 */
#include "session/box/vrf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/inner.h"

#define TUN "nave0"

struct vrf {
	struct list link;
	struct session_hub *hub;
	char *name; /* NULL: the global one */
	uint32_t id;
	char tun[DP_IFNAME_MAX];
	bool marked;
	struct dp_owner owner;
};

/* FNV-1a. */
uint32_t session_vrf_id(const char *name)
{
	uint32_t id = UINT32_C(0x811c9dc5);

	if (name == NULL)
		return 0;
	for (; *name != '\0'; name++)
		id = (id ^ (uint8_t)*name) * UINT32_C(0x01000193);
	return id != 0 ? id : 1;
}

static struct vrf *find(const struct session_hub *h, uint32_t id)
{
	list_each (it, &h->vrfs) {
		struct vrf *v = list_of(it, struct vrf, link);

		if (v->id == id)
			return v;
	}
	return NULL;
}

const char *session_vrf_name(const struct session_hub *h, uint32_t id)
{
	const struct vrf *v = find(h, id);

	return v != NULL ? v->name : NULL;
}

bool session_vrf_is_in(const struct cfg_model *cfg, uint32_t id)
{
	for (const struct cfg_vrf *v = cfg->vrfs; v != NULL; v = v->next)
		if (v->object.complete && session_vrf_id(v->object.name) == id)
			return true;
	return id == 0;
}

const struct cfg_vrf_place *session_vrf_place(const struct session_hub *h, const char *name)
{
	return cfg_platform_vrf(h->platform, name);
}

const char *session_vrf_tun(const struct session_hub *h, uint32_t id)
{
	const struct vrf *v = find(h, id);

	return v != NULL ? v->tun : TUN;
}

/* Its TUN was made (again): what stands on it is told to the host. */
static void told(struct dp_owner *owner, const struct dp_op *op, const struct dp_result *r)
{
	struct vrf *v = list_of(owner, struct vrf, owner);

	if (r->err == ERR_OK)
		session_address_tell(v->hub, (struct route_if){ .kind = ROUTE_IF_LOOPBACK }, v->id);
	else
		log_event(v->hub->env.log, LOG_L_ERROR, "vrf.put", "vrf=%s err=%s", op->u.vrf.name, err_name(r->err));
}

static void drop(struct vrf *v)
{
	dp_sync_release(v->hub->env.sync, &v->owner);
	list_del(&v->link);
	free(v->name);
	free(v);
}

static struct vrf *make(struct session_hub *h, const char *name)
{
	struct vrf *v = (struct vrf *)calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->hub = h;
	v->id = session_vrf_id(name);
	v->owner.result = told;
	v->name = name == NULL ? NULL : strdup(name);
	list_add(&h->vrfs, &v->link);
	if ((v->name == NULL) == (name == NULL))
		return v;
	drop(v);
	return NULL;
}

/* Devices of one network namespace differ in name. */
static void name_tun(struct vrf *v, const struct cfg_vrf_place *place)
{
	int len = snprintf(v->tun, sizeof(v->tun), "%s", TUN);

	if (place != NULL && place->device != NULL)
		len = snprintf(v->tun, sizeof(v->tun), "nave-%s", place->device);
	if (len >= (int)sizeof(v->tun))
		(void)snprintf(v->tun, sizeof(v->tun), "nave-%08" PRIx32, v->id);
}

static enum err put(struct session_hub *h, const char *name)
{
	const struct cfg_vrf_place *place = name == NULL ? NULL : session_vrf_place(h, name);
	struct vrf *v = find(h, session_vrf_id(name));
	struct dp_op op = { .kind = DP_PUT_VRF };

	if (v != NULL && name != NULL && strcmp(v->name, name) != 0)
		return ERR_EXISTS;
	if (v == NULL)
		v = make(h, name);
	if (v == NULL)
		return ERR_NOMEM;
	v->marked = true;
	name_tun(v, place);
	op.u.vrf.id = v->id;
	(void)snprintf(op.u.vrf.name, sizeof(op.u.vrf.name), "%s", name == NULL ? "global" : name);
	if (name == NULL || place != NULL)
		(void)snprintf(op.u.vrf.tun, sizeof(op.u.vrf.tun), "%s", v->tun);
	else
		log_event(h->env.log, LOG_L_WARN, "vrf.place",
			"vrf=%s: no 'vrf %s' in the platform file and no VRF device of that name: no port is in it", name, name);
	if (place != NULL && place->netns != NULL)
		(void)snprintf(op.u.vrf.netns, sizeof(op.u.vrf.netns), "%s", place->netns);
	if (place != NULL && place->device != NULL)
		(void)snprintf(op.u.vrf.device, sizeof(op.u.vrf.device), "%s", place->device);
	return dp_sync_put(h->env.sync, &op, &v->owner);
}

void session_vrf_unmark(struct session_hub *h)
{
	list_each (it, &h->vrfs)
		list_of(it, struct vrf, link)->marked = false;
}

enum err session_vrf_configure(struct session_hub *h)
{
	enum err err;

	session_vrf_unmark(h);
	err = put(h, NULL);
	for (const struct cfg_vrf *v = h->model->cfg->vrfs; v != NULL && err == ERR_OK; v = v->next)
		if (v->object.complete)
			err = put(h, v->object.name);
	return err;
}

void session_vrf_sweep(struct session_hub *h)
{
	struct list *next;

	for (struct list *it = list_first(&h->vrfs); it != NULL; it = next) {
		struct vrf *v = list_of(it, struct vrf, link);

		next = list_next(&h->vrfs, it);
		if (!v->marked)
			drop(v);
	}
}

void session_vrf_free_all(struct session_hub *h)
{
	session_vrf_unmark(h);
	session_vrf_sweep(h);
}
