/*
 * A CHILD_SA as two SAs of the datapath.  Both go out in one batch with the tunnel that sends by the outbound one;
 * the engine is answered when the datapath has both, so that the peer is never answered into a hole.  Keys move from
 * the engine to dp/sync, which keeps them for a datapath that comes back.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "session/inner.h"

static struct session_child *find(const struct session *s, uint32_t spi_in)
{
	list_each (it, &s->children) {
		struct session_child *c = list_of(it, struct session_child, link);

		if (c->spi_in == spi_in)
			return c;
	}
	return NULL;
}

static void finish(struct session_child *c)
{
	struct session *s = c->session;
	struct session_hub *h = s->hub;

	log_event(h->env.log, c->err == ERR_OK ? LOG_L_INFO : LOG_L_WARN, c->err == ERR_OK ? "child.placed" : "child.refused",
		"interface=%s peer=%s spi_in=%08x spi_out=%08x in=%s/%s out=%s/%s err=%s", s->access.name, s->peer, c->spi_in, c->spi_out,
		dp_placement_str((enum dp_placement)c->in.placement), dp_reason_str((enum dp_reason)c->in.reason),
		dp_placement_str((enum dp_placement)c->out.placement), dp_reason_str((enum dp_reason)c->out.reason), err_name(c->err));
	if (session_step(s, c->err == ERR_OK ? SESSION_E_PLACED : SESSION_E_FAILED) != ERR_OK)
		return;
	ike_engine_installed(h->engine, session_now(h), s->ike, c->spi_in, c->err);
}

/* The datapath's answer for one of the two, or news of it later: another placement, or its state is lost. */
static void told(struct dp_owner *owner, const struct dp_op *op, const struct dp_result *r)
{
	struct session_child *c = list_of(owner, struct session_child, owner);

	if (op->u.sa.id == c->sa_in)
		c->in = *r;
	else
		c->out = *r;
	if (c->awaited != 0) {
		if (r->err != ERR_OK && c->err == ERR_OK)
			c->err = r->err;
		if (--c->awaited == 0)
			finish(c);
		return;
	}
	/* The key can't be used any more: the pair goes, and the peer makes a new one (sa-state.md 4). */
	if (r->err != ERR_OK) {
		log_event(c->session->hub->env.log, LOG_L_WARN, "child.lost", "interface=%s peer=%s spi_in=%08x err=%s",
			c->session->access.name, c->session->peer, c->spi_in, err_name(r->err));
		ike_engine_delete(c->session->hub->engine, session_now(c->session->hub), c->session->ike);
	}
}

/* The SA of one direction but for its keys. */
static enum err describe(const struct session_child *c, enum dp_direction direction, struct dp_sa *out)
{
	const struct cfg_ipsec_profile *profile = c->session->access.source->tunnel.protection;

	memset(out, 0, sizeof(*out));
	out->id = direction == DP_IN ? c->sa_in : c->sa_out;
	out->spi = direction == DP_IN ? c->spi_in : c->spi_out;
	out->direction = (uint8_t)direction;
	out->tunnel = c->session->access.tunnel;
	out->esn = c->esn;
	out->udp_encap = c->udp_encap;
	out->allow_offload = true;
	out->window = direction == DP_IN ? profile->replay_window : 0;
	out->local = c->session->path.local;
	out->remote = c->session->path.remote;
	for (unsigned l = 0; l < c->local_count; l++)
		for (unsigned r = 0; r < c->remote_count; r++) {
			/* A packet has one family: mixed pairs select nothing. */
			if (c->local[l].start.family != c->remote[r].start.family)
				continue;
			if (out->ts_count == DP_TS_MAX)
				return ERR_LIMIT;
			out->ts[out->ts_count].local = session_convert_ts(&c->local[l]);
			out->ts[out->ts_count++].remote = session_convert_ts(&c->remote[r]);
		}
	return session_convert_algs(c->encr, c->integ, out);
}

/* 'keys' are moved out; NULL: the datapath has them. */
static enum err put(struct session_child *c, enum dp_direction direction, struct ike_child_keys *keys)
{
	struct dp_op op = { .kind = DP_PUT_SA };
	enum err err = describe(c, direction, &op.u.sa);

	if (err == ERR_OK && keys != NULL) {
		secret_take(&op.u.sa.key, &keys->encr);
		secret_take(&op.u.sa.integ_key, &keys->integ);
	}
	if (err == ERR_OK)
		err = dp_sync_put(c->session->hub->env.sync, &op, &c->owner);
	dp_op_fini(&op);
	return err;
}

static void drop(struct session_child *c)
{
	dp_sync_release(c->session->hub->env.sync, &c->owner);
	list_del(&c->link);
	free(c);
}

enum err session_child_install(struct session *s, struct ike_child_sa *sa)
{
	struct session_child *c = (struct session_child *)calloc(1, sizeof(*c));
	enum err err;

	if (c == NULL)
		return ERR_NOMEM;
	assert(sa->local_count <= IKE_TS_COUNT && sa->remote_count <= IKE_TS_COUNT);
	c->session = s;
	c->awaited = 2;
	c->owner.result = told;
	c->spi_in = sa->spi_in;
	c->spi_out = sa->spi_out;
	c->sa_in = dp_sync_new_id(s->hub->env.sync, DP_CLASS_SA);
	c->sa_out = dp_sync_new_id(s->hub->env.sync, DP_CLASS_SA);
	c->encr = sa->encr;
	c->integ = sa->integ;
	c->esn = sa->esn;
	c->udp_encap = sa->udp_encap;
	c->local_count = sa->local_count;
	c->remote_count = sa->remote_count;
	memcpy(c->local, sa->local, sa->local_count * sizeof(c->local[0]));
	memcpy(c->remote, sa->remote, sa->remote_count * sizeof(c->remote[0]));
	s->path = sa->path;
	list_add(&s->children, &c->link);

	err = session_access_put(s, c->sa_out, &sa->path);
	if (err == ERR_OK)
		err = put(c, DP_IN, &sa->in);
	if (err == ERR_OK)
		err = put(c, DP_OUT, &sa->out);
	if (err != ERR_OK)
		drop(c);
	return err;
}

void session_child_remove(struct session *s, uint32_t spi_in)
{
	struct session_child *c = find(s, spi_in);

	if (c != NULL)
		drop(c);
}

void session_child_remove_all(struct session *s)
{
	while (!list_empty(&s->children))
		drop(list_of(list_first(&s->children), struct session_child, link));
}

void session_child_move(struct session *s, const struct ike_path *path)
{
	s->path = *path;
	list_each (it, &s->children) {
		struct session_child *c = list_of(it, struct session_child, link);
		enum err err = put(c, DP_IN, NULL);

		if (err == ERR_OK)
			err = put(c, DP_OUT, NULL);
		if (err != ERR_OK)
			log_event(s->hub->env.log, LOG_L_WARN, "child.move", "interface=%s spi_in=%08x err=%s", s->access.name, c->spi_in,
				err_name(err));
	}
}
