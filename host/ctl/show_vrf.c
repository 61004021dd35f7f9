/*
 * VRFs: those of the configuration, where the host has them and what is in them.  Loop thread.
 */
#include "ctl/show_vrf.h"

#include <stdio.h>
#include <string.h>

#include "cfg/find.h"
#include "ctl/text.h"
#include "session/box/vrf.h"
#include "session/hub.h"

json_t *ctl_show_vrf_text(const struct session_hub *hub, uint32_t vrf)
{
	const char *name = vrf == 0 ? NULL : session_vrf_name(hub, vrf);

	return ctl_text_str(name != NULL ? name : "(none)");
}

enum err ctl_show_vrf_of(struct ctl_call *call, unsigned at, uint32_t *out)
{
	const struct cfg_model *model = session_hub_model(ctl_show_world(call)->hub);

	if (cfg_find_vrf(model, call->arg[at]) == NULL) {
		(void)snprintf(call->error, sizeof(call->error), "no VRF '%s'", call->arg[at]);
		return ERR_ABSENT;
	}
	*out = session_vrf_id(call->arg[at]);
	return ERR_OK;
}

static json_t *families_of(const struct cfg_vrf *v)
{
	json_t *families = json_array();

	if (v->family[CFG_IPV4])
		(void)json_array_append_new(families, json_string("ipv4"));
	if (v->family[CFG_IPV6])
		(void)json_array_append_new(families, json_string("ipv6"));
	return families;
}

struct members {
	json_t *names;
	const char *vrf;
	uint32_t accesses; /* of sessions, which are too many to name */
};

static void add_member(void *ctx, const struct session_iface_info *info)
{
	struct members *m = (struct members *)ctx;

	if (info->vrf == NULL || strcmp(info->vrf, m->vrf) != 0)
		return;
	if (info->source->type != CFG_IF_VIRTUAL_TEMPLATE)
		(void)json_array_append_new(m->names, ctl_text_str(info->name));
	else if (info->tunnel != 0)
		m->accesses++;
}

static json_t *row_of(const struct session_hub *hub, const struct cfg_vrf *v)
{
	struct members m = { .names = json_array(), .vrf = v->object.name };
	const struct cfg_vrf_place *place = session_vrf_place(hub, v->object.name);

	session_hub_interfaces(hub, add_member, &m);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:i}", "name", ctl_text_str(v->object.name), "rd", ctl_text_str(v->rd), "netns",
		ctl_text_str(place != NULL ? place->netns : NULL), "device", ctl_text_str(place != NULL ? place->device : NULL),
		"protocols", families_of(v), "interfaces", m.names, "accesses", (int)m.accesses);
}

enum err ctl_show_vrf(struct ctl_call *call, json_t *doc, bool *more)
{
	const struct session_hub *hub = ctl_show_world(call)->hub;
	enum err err = json_object_set_new(doc, "vrfs", json_array()) == 0 ? ERR_OK : ERR_NOMEM;

	(void)more;
	for (const struct cfg_vrf *v = session_hub_model(hub)->vrfs; v != NULL && err == ERR_OK; v = v->next)
		err = ctl_show_add(doc, "vrfs", row_of(hub, v));
	return err;
}
