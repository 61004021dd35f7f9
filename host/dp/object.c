/*
 * Names of objects, and objects as control's desired state and the datapath in memory keep them.  Loop thread.
 */
#include "dp/object.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "dp/form.h"
#include "dp/policy.h"

enum { OBJECT_FORM_MAX = 2048 + DP_LINES_MAX };

void dp_object_key(const struct dp_op *op, struct dp_key *out)
{
	struct wr w = wr_of(out->b, sizeof(out->b));

	memset(out, 0, sizeof(*out));
	wr_u8(&w, (uint8_t)dp_op_put_of(dp_op_class(op->kind)));
	dp_form_write_key(&w, op);
	assert(wr_done(&w) == ERR_OK);
	out->len = (uint8_t)w.len;
}

void dp_object_id_key(enum dp_class class_of, uint32_t id, struct dp_key *out)
{
	struct wr w = wr_of(out->b, sizeof(out->b));

	memset(out, 0, sizeof(*out));
	wr_u8(&w, (uint8_t)dp_op_put_of(class_of));
	wr_u32(&w, id);
	out->len = (uint8_t)w.len;
}

static unsigned route_refs(const struct dp_route *r, struct dp_key out[DP_REFS_MAX])
{
	dp_object_id_key(DP_CLASS_VRF, r->vrf, &out[0]);
	switch (r->action) {
	case DP_ROUTE_PORT:
		dp_object_id_key(DP_CLASS_PORT, r->target, &out[1]);
		return 2;
	case DP_ROUTE_ADJACENCY:
		dp_object_id_key(DP_CLASS_ADJACENCY, r->target, &out[1]);
		return 2;
	case DP_ROUTE_TUNNEL:
		dp_object_id_key(DP_CLASS_TUNNEL, r->target, &out[1]);
		return 2;
	default:
		return 1;
	}
}

/* The filters that features name. */
static unsigned add_filters(const struct dp_feature feature[DP_FAMILIES], struct dp_key out[DP_REFS_MAX], unsigned count)
{
	for (unsigned f = 0; f < DP_FAMILIES; f++)
		for (unsigned d = DP_IN; d <= DP_OUT; d++)
			if (feature[f].filter[d] != 0)
				dp_object_id_key(DP_CLASS_FILTER, feature[f].filter[d], &out[count++]);
	return count;
}

static unsigned add_policies(const uint32_t policy[2], struct dp_key out[DP_REFS_MAX], unsigned count)
{
	for (unsigned d = DP_IN; d <= DP_OUT; d++)
		if (policy[d] != 0)
			dp_object_id_key(DP_CLASS_POLICY, policy[d], &out[count++]);
	return count;
}

/* The filters that classes match, DP_POLICY_FILTERS at most. */
static unsigned policy_refs(const struct dp_policy *p, struct dp_key out[DP_REFS_MAX])
{
	struct rd r = rd_of(p->classes);
	struct dp_traffic t;
	unsigned count = 0;

	for (unsigned i = 0; i < p->count; i++) {
		dp_policy_read(&r, &t);
		for (unsigned m = 0; m < t.match_count; m++)
			if (t.match[m].kind == DP_MATCH_FILTER)
				dp_object_id_key(DP_CLASS_FILTER, t.match[m].filter, &out[count++]);
	}
	return count;
}
static_assert((int)DP_POLICY_FILTERS <= (int)DP_REFS_MAX, "a policy's filters are what it names");

unsigned dp_object_refs(const struct dp_op *put, struct dp_key out[DP_REFS_MAX])
{
	switch (put->kind) {
	case DP_PUT_POLICY:
		return policy_refs(&put->u.policy, out);
	case DP_PUT_PORT:
		dp_object_id_key(DP_CLASS_VRF, put->u.port.vrf, &out[0]);
		return add_policies(put->u.port.policy, out, add_filters(put->u.port.feature, out, 1));
	case DP_PUT_LOCAL:
		dp_object_id_key(DP_CLASS_VRF, put->u.local.vrf, &out[0]);
		dp_object_id_key(DP_CLASS_PORT, put->u.local.port, &out[1]);
		return put->u.local.port != 0 ? 2 : 1;
	case DP_PUT_ADJACENCY:
		dp_object_id_key(DP_CLASS_PORT, put->u.adjacency.port, &out[0]);
		return 1;
	case DP_PUT_TUNNEL:
		dp_object_id_key(DP_CLASS_VRF, put->u.tunnel.inner_vrf, &out[0]);
		dp_object_id_key(DP_CLASS_VRF, put->u.tunnel.front_vrf, &out[1]);
		return add_policies(put->u.tunnel.policy, out, add_filters(put->u.tunnel.feature, out, 2));
	case DP_PUT_SA:
		dp_object_id_key(DP_CLASS_TUNNEL, put->u.sa.tunnel, &out[0]);
		return 1;
	case DP_PUT_ROUTE:
		return route_refs(&put->u.route, out);
	default:
		return 0;
	}
}

/* What can't stand in a form that is kept: it would be written to core dumps. */
struct keys {
	struct secret cipher, integ;
};

static size_t keys_at(size_t len)
{
	return (len + alignof(struct keys) - 1) & ~(alignof(struct keys) - 1);
}

/* NULL for what isn't an SA. */
static struct keys *keys_of(const struct dp_object *o)
{
	if (o->form == NULL || dp_object_class(o) != DP_CLASS_SA)
		return NULL;
	return (struct keys *)(void *)(o->form + keys_at(o->len));
}

/* The form without keys. */
static struct bytes form_of(const struct dp_op *put, uint8_t buf[OBJECT_FORM_MAX])
{
	struct wr w = wr_of(buf, OBJECT_FORM_MAX);

	dp_form_write_op(&w, put, false);
	assert(wr_done(&w) == ERR_OK);
	return wr_view(&w);
}

enum dp_class dp_object_class(const struct dp_object *o)
{
	return dp_op_class((enum dp_op_kind)o->form[0]);
}

enum err dp_object_take(struct dp_object *o, struct dp_op *put)
{
	uint8_t buf[OBJECT_FORM_MAX];
	struct bytes form = form_of(put, buf);
	uint8_t *room = (uint8_t *)malloc(keys_at(form.len) + (put->kind == DP_PUT_SA ? sizeof(struct keys) : 0));
	struct keys *keys;
	struct dp_key key;

	if (room == NULL)
		return ERR_NOMEM;
	dp_object_fini(o);
	dp_object_key(put, &key);
	memcpy(room, form.data, form.len);
	o->form = room;
	o->len = (uint16_t)form.len;
	o->key_len = key.len;
	keys = keys_of(o);
	if (keys == NULL)
		return ERR_OK;
	*keys = (struct keys){ put->u.sa.key, put->u.sa.integ_key };
	put->u.sa.key = put->u.sa.integ_key = (struct secret){ 0 };
	return ERR_OK;
}

void dp_object_load(const struct dp_object *o, struct dp_op *out)
{
	struct rd r = rd_of(bytes_of(o->form, o->len));
	const struct keys *keys = keys_of(o);

	dp_form_read_op(&r, out);
	assert(rd_done(&r) == ERR_OK); /* dp_op_check found what was kept right */
	if (keys == NULL)
		return;
	out->u.sa.key = keys->cipher;
	out->u.sa.integ_key = keys->integ;
}

void dp_object_wipe(struct dp_object *o)
{
	struct keys *keys = keys_of(o);

	if (keys == NULL)
		return;
	secret_fini(&keys->cipher);
	secret_fini(&keys->integ);
}

void dp_object_fini(struct dp_object *o)
{
	dp_object_wipe(o);
	free(o->form);
	o->form = NULL;
}

/* An SA's state is the datapath's to choose. */
static struct bytes form_without_state(struct dp_op *put, uint8_t buf[OBJECT_FORM_MAX])
{
	if (put->kind == DP_PUT_SA)
		memset(&put->u.sa.state, 0, sizeof(put->u.sa.state));
	return form_of(put, buf);
}

bool dp_object_same(const struct dp_object *o, const struct dp_op *put)
{
	uint8_t a[OBJECT_FORM_MAX];
	uint8_t b[OBJECT_FORM_MAX];
	struct dp_op kept, other;

	dp_object_load(o, &kept);
	memcpy(&other, put, dp_op_size(put));
	return bytes_eq(form_without_state(&kept, a), form_without_state(&other, b));
}

static struct bytes key_of(const struct dp_object *o)
{
	return bytes_of(o->form, o->key_len);
}

void dp_object_add(struct map *m, struct dp_object *o)
{
	map_add(m, &o->node, map_hash(m, key_of(o)));
}

struct dp_object *dp_object_find(const struct map *m, const struct dp_key *key)
{
	uint64_t hash = map_hash(m, bytes_of(key->b, key->len));

	for (struct map_node *n = map_find(m, hash); n != NULL; n = map_find_next(n)) {
		struct dp_object *o = list_of(n, struct dp_object, node);

		if (bytes_eq(key_of(o), bytes_of(key->b, key->len)))
			return o;
	}
	return NULL;
}
