/*
 * Names of objects, and objects as control's desired state and the datapath in memory keep them.  Loop thread.
 */
#include "dp/object.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "dp/form.h"

enum { OBJECT_FORM_MAX = 2048 };

void dp_object_key(const struct dp_op *op, struct dp_key *out)
{
	struct wr w = wr_of(out->b, sizeof(out->b));

	memset(out, 0, sizeof(*out));
	wr_u8(&w, (uint8_t)dp_op_class(op->kind));
	dp_form_write_key(&w, op);
	assert(wr_done(&w) == ERR_OK);
	out->len = (uint8_t)w.len;
}

void dp_object_id_key(enum dp_class class_of, uint32_t id, struct dp_key *out)
{
	struct wr w = wr_of(out->b, sizeof(out->b));

	memset(out, 0, sizeof(*out));
	wr_u8(&w, (uint8_t)class_of);
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

unsigned dp_object_refs(const struct dp_op *put, struct dp_key out[DP_REFS_MAX])
{
	switch (put->kind) {
	case DP_PUT_PORT:
		dp_object_id_key(DP_CLASS_VRF, put->u.port.vrf, &out[0]);
		return 1;
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
		return 2;
	case DP_PUT_SA:
		dp_object_id_key(DP_CLASS_TUNNEL, put->u.sa.tunnel, &out[0]);
		return 1;
	case DP_PUT_ROUTE:
		return route_refs(&put->u.route, out);
	default:
		return 0;
	}
}

enum err dp_object_take(struct dp_object *o, struct dp_op *put)
{
	size_t size = dp_op_size(put);
	void *body = malloc(size);

	if (body == NULL)
		return ERR_NOMEM;
	dp_object_wipe(o);
	free(o->body);
	memcpy(body, put, size);
	o->body = body;
	o->size = (uint32_t)size;
	dp_object_key(put, &o->key);
	if (put->kind == DP_PUT_SA)
		put->u.sa.key = put->u.sa.integ_key = (struct secret){ 0 };
	return ERR_OK;
}

void dp_object_load(const struct dp_object *o, struct dp_op *out)
{
	memcpy(out, o->body, o->size);
}

void dp_object_wipe(struct dp_object *o)
{
	struct dp_op op;

	if (o->body == NULL)
		return;
	dp_object_load(o, &op);
	dp_op_fini(&op);
	memcpy(o->body, &op, o->size);
}

void dp_object_fini(struct dp_object *o)
{
	dp_object_wipe(o);
	free(o->body);
	o->body = NULL;
	o->size = 0;
}

/* The form without keys; an SA's state is the datapath's to choose. */
static struct bytes form_of(const struct dp_op *put, uint8_t buf[OBJECT_FORM_MAX])
{
	struct wr w = wr_of(buf, OBJECT_FORM_MAX);
	struct dp_op op;

	memcpy(&op, put, dp_op_size(put));
	if (op.kind == DP_PUT_SA)
		memset(&op.u.sa.state, 0, sizeof(op.u.sa.state));
	dp_form_write_op(&w, &op, false);
	assert(wr_done(&w) == ERR_OK);
	return wr_view(&w);
}

bool dp_object_same(const struct dp_object *o, const struct dp_op *put)
{
	uint8_t a[OBJECT_FORM_MAX];
	uint8_t b[OBJECT_FORM_MAX];
	struct dp_op kept;

	dp_object_load(o, &kept);
	return bytes_eq(form_of(&kept, a), form_of(put, b));
}

void dp_object_add(struct map *m, struct dp_object *o)
{
	map_add(m, &o->node, map_hash(m, bytes_of(o->key.b, o->key.len)));
}

struct dp_object *dp_object_find(const struct map *m, const struct dp_key *key)
{
	uint64_t hash = map_hash(m, bytes_of(key->b, key->len));

	for (struct map_node *n = map_find(m, hash); n != NULL; n = map_find_next(n)) {
		struct dp_object *o = list_of(n, struct dp_object, node);

		if (bytes_eq(bytes_of(o->key.b, o->key.len), bytes_of(key->b, key->len)))
			return o;
	}
	return NULL;
}
