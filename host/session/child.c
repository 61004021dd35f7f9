/*
 * A CHILD_SA as two SAs of the datapath.  Both go out in one batch with the tunnel, if that is to send by the outbound one;
 * the engine is answered when the datapath has both, so that the peer is never answered into a hole.  A successor only
 * receives until the engine says that it sends: before, the peer may not have it yet (RFC7296-2.8).  Keys
 * move from the engine to dp/sync, which keeps them for a datapath that comes back.  Loop thread only.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "session/inner.h"

enum { SOFT_INITIATOR = 80, SOFT_RESPONDER = 90 }; /* percent of a limit in bytes or packets at which a pair is rekeyed */

static struct session_child *find(const struct session *s, uint32_t spi_in)
{
	list_each (it, &s->children) {
		struct session_child *c = list_of(it, struct session_child, link);

		if (c->spi_in == spi_in)
			return c;
	}
	return NULL;
}

/* A port whose SAs are in its device or nowhere refused the pair: who looks for the session finds out why. */
static void refused(const struct session_child *c)
{
	struct session *s = c->session;
	uint8_t why = c->in.reason != DP_WHY_NONE ? c->in.reason : c->out.reason;

	s->hub->refused[why]++;
	if (s->tunnel != NULL)
		session_tunnel_blame(s->tunnel, dp_reason_str((enum dp_reason)why));
}

static void finish(struct session_child *c)
{
	struct session *s = c->session;
	struct session_hub *h = s->hub;

	log_event(h->env.log, c->err == ERR_OK ? LOG_L_INFO : LOG_L_WARN, c->err == ERR_OK ? "child.placed" : "child.refused",
		"interface=%s peer=%s spi_in=%08x spi_out=%08x in=%s/%s out=%s/%s err=%s", s->access.name, s->peer, c->spi_in, c->spi_out,
		dp_placement_str((enum dp_placement)c->in.placement), dp_reason_str((enum dp_reason)c->in.reason),
		dp_placement_str((enum dp_placement)c->out.placement), dp_reason_str((enum dp_reason)c->out.reason), err_name(c->err));
	if (c->err == ERR_DENIED)
		refused(c);
	if (c->err == ERR_OK)
		session_lines_placed(c);
	if (session_fsm_step(s, c->err == ERR_OK ? SESSION_E_PLACED : SESSION_E_FAILED) != ERR_OK)
		return;
	ike_engine_installed(h->engine, session_now(h), s->ike, c->spi_in, c->err);
}

/* The datapath's answer for one of the two, or news of it later: another placement, or its state is lost. */
static void told(struct dp_owner *owner, const struct dp_op *op, const struct dp_result *r)
{
	struct session_child *c = list_of(owner, struct session_child, owner);

	if (op->u.sa.id == c->sa_in) {
		c->in = *r;
		c->spi_used = c->spi_used || r->err == ERR_OK;
	} else {
		c->out = *r;
	}
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

/* A hint for SAs whose outer address is no port's own: the port towards the peer. */
static uint32_t port_towards(const struct session *s, uint32_t tunnel)
{
	struct route_hop hop;

	if (!route_rib_underlay(s->hub->env.rib, s->path.vrf, &s->path.remote.addr, tunnel, &hop) || hop.out.kind != ROUTE_IF_PORT)
		return 0;
	return hop.out.id;
}

/* Who made the pair rekeys it first. */
static void set_limits(const struct session_child *c, struct dp_sa *out)
{
	const struct cfg_ipsec_profile *profile = c->session->access.source->tunnel.protection;
	unsigned soft = c->role == IKE_INITIATOR ? SOFT_INITIATOR : SOFT_RESPONDER;

	out->hard_bytes = profile->lifetime_kb * 1024;
	out->soft_bytes = out->hard_bytes / 100 * soft;
	out->hard_packets = profile->lifetime_packets;
	out->soft_packets = out->hard_packets * soft / 100;
}

/* The SA of one direction but for its keys. */
static enum err describe(const struct session_child *c, enum dp_direction direction, struct dp_sa *out)
{
	const struct session *s = c->session;

	memset(out, 0, sizeof(*out));
	out->id = direction == DP_IN ? c->sa_in : c->sa_out;
	out->spi = direction == DP_IN ? c->spi_in : c->spi_out;
	out->direction = (uint8_t)direction;
	out->tunnel = s->access.tunnel;
	out->port = port_towards(s, out->tunnel);
	out->esn = c->esn;
	out->udp_encap = c->udp_encap;
	out->transport = c->transport;
	out->allow_offload = true;
	out->window = direction == DP_IN ? s->access.source->tunnel.protection->replay_window : 0;
	out->local = s->path.local;
	out->remote = s->path.remote;
	set_limits(c, out);
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
	struct session_hub *h = c->session->hub;

	/* An SPI that the datapath has in use comes back when its SA goes; one that it hasn't, or not yet, is given back. */
	if (!c->spi_used)
		dp_spi_give(&h->spi, c->spi_in);
	dp_sync_release(h->env.sync, &c->owner);
	list_del(&c->link);
	free(c);
}

static struct session_child *child_new(struct session *s, const struct ike_child_sa *sa)
{
	size_t ts_count = (size_t)sa->local_count + sa->remote_count;
	struct session_child *c = (struct session_child *)calloc(1, sizeof(*c) + ts_count * sizeof(struct ike_ts));

	static_assert(sizeof(*c) % _Alignof(struct ike_ts) == 0, "selectors stand behind a child");
	if (c == NULL)
		return NULL;
	assert(sa->local_count <= IKE_TS_COUNT && sa->remote_count <= IKE_TS_COUNT);
	c->session = s;
	c->awaited = 2;
	c->owner.result = told;
	c->role = sa->role;
	c->spi_in = sa->spi_in;
	c->spi_out = sa->spi_out;
	c->line = sa->line;
	c->sa_in = dp_sync_new_id(s->hub->env.sync, DP_CLASS_SA);
	c->sa_out = dp_sync_new_id(s->hub->env.sync, DP_CLASS_SA);
	c->encr = sa->encr;
	c->integ = sa->integ;
	c->group = sa->group;
	for (unsigned i = 0; i < IKE_EXTRAS && sa->extra[i] != NULL; i++)
		c->extra[i] = (uint8_t)(crypto_alg_index(sa->extra[i]) + 1);
	c->esn = sa->esn;
	c->udp_encap = sa->udp_encap;
	c->transport = sa->transport;
	c->local_count = sa->local_count;
	c->remote_count = sa->remote_count;
	c->local = (struct ike_ts *)(void *)(c + 1);
	c->remote = c->local + c->local_count;
	memcpy(c->local, sa->local, sa->local_count * sizeof(c->local[0]));
	memcpy(c->remote, sa->remote, sa->remote_count * sizeof(c->remote[0]));
	return c;
}

enum err session_child_install(struct session *s, struct ike_child_sa *sa)
{
	struct session_child *c = child_new(s, sa);
	bool alone = list_empty(&s->children), waits = s->former != NULL && !s->access.cloned;
	enum err err = ERR_OK;

	if (c == NULL) {
		dp_spi_give(&s->hub->spi, sa->spi_in);
		return ERR_NOMEM;
	}
	s->path = sa->path;
	c->entry = session_lines_of(s, sa);
	c->sends = session_senders_of(s, c->line) == NULL;
	list_add(&s->children, &c->link);
	if (c->sends && ((alone && !waits) || s->access.held))
		err = session_access_put(s);
	if (err == ERR_OK)
		err = put(c, DP_IN, &sa->in);
	if (err == ERR_OK)
		err = put(c, DP_OUT, &sa->out);
	if (err == ERR_OK)
		return ERR_OK;
	drop(c);
	if (!alone && s->access.held)
		(void)session_child_take_access(s);
	return err;
}

bool session_child_take_access(struct session *s)
{
	enum err err;

	if (list_empty(&s->children))
		return false;
	err = session_access_put(s);
	if (err != ERR_OK)
		log_event(s->hub->env.log, LOG_L_ERROR, "access.put", "interface=%s err=%s", s->access.name, err_name(err));
	return err == ERR_OK;
}

void session_child_use(struct session *s, uint32_t spi_in)
{
	struct session_child *c = find(s, spi_in);

	if (c != NULL)
		session_senders_set(c);
	if (c != NULL && s->access.held)
		(void)session_child_take_access(s);
}

void session_child_remove(struct session *s, uint32_t spi_in)
{
	struct session_child *c = find(s, spi_in);
	struct session_line *entry = c != NULL ? c->entry : NULL;
	bool sends = c != NULL && c->sends;

	if (c != NULL) {
		session_senders_inherit(c);
		session_reverse_gone(c);
		drop(c);
	}
	session_lines_left(entry);
	if (s->access.held && sends && !session_child_take_access(s))
		session_access_withdraw(s);
}

void session_child_remove_all(struct session *s)
{
	while (!list_empty(&s->children)) {
		struct session_child *c = list_of(list_first(&s->children), struct session_child, link);

		session_reverse_gone(c);
		drop(c);
	}
}

void session_child_move(struct session *s, const struct ike_path *path, bool udp_encap)
{
	s->path = *path;
	list_each (it, &s->children) {
		struct session_child *c = list_of(it, struct session_child, link);
		enum err err;

		c->udp_encap = udp_encap;
		err = put(c, DP_IN, NULL);

		if (err == ERR_OK)
			err = put(c, DP_OUT, NULL);
		if (err != ERR_OK)
			log_event(s->hub->env.log, LOG_L_WARN, "child.move", "interface=%s spi_in=%08x err=%s", s->access.name, c->spi_in,
				err_name(err));
	}
	if (s->access.held)
		(void)session_child_take_access(s);
}

struct session_child *session_child_by_spi(const struct session *s, uint32_t spi)
{
	list_each (it, &s->children) {
		struct session_child *c = list_of(it, struct session_child, link);

		if (c->spi_in == spi)
			return c;
	}
	return NULL;
}

struct session_child *session_child_owner(const struct session_hub *h, uint32_t id)
{
	struct dp_op op = { .kind = DP_DEL_SA };
	struct dp_owner *owner;

	op.u.sa.id = id;
	owner = dp_sync_owner(h->env.sync, &op);
	return owner == NULL ? NULL : list_of(owner, struct session_child, owner);
}
