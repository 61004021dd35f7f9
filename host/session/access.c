/*
 * A session's point-to-point interface: a Virtual-Access cloned from a template, or the static Tunnel itself.  It is
 * an object of the datapath and the routing table; a netdev it has on demand alone (box/vif.h).  Virtual-Access numbers are the smallest that are
 * free, as on the router.  A static Tunnel may be served by two sessions for a moment; one has it.  Loop thread only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/clamp.h"
#include "session/inner.h"

enum { UNIT_BITS = 64, ACCESS_WORDS = 1 << 14 }; /* about a million units */

static bool grow_units(struct session_hub *h)
{
	uint32_t words = h->unit_words == 0 ? 16 : h->unit_words * 2;
	uint64_t *wide;

	if (words > ACCESS_WORDS)
		return false;
	wide = (uint64_t *)realloc(h->units, words * sizeof(*wide));
	if (wide == NULL)
		return false;
	memset(wide + h->unit_words, 0, (words - h->unit_words) * sizeof(*wide));
	if (h->unit_words == 0)
		wide[0] = 1; /* there is no Virtual-Access0 */
	h->units = wide;
	h->unit_words = words;
	return true;
}

static enum err take_unit(struct session_hub *h, uint32_t *out)
{
	for (uint32_t word = h->unit_from;; word++) {
		if (word == h->unit_words && !grow_units(h))
			return ERR_FULL;
		h->unit_from = word;
		if (h->units[word] == UINT64_MAX)
			continue;
		*out = word * UNIT_BITS + (uint32_t)__builtin_ctzll(~h->units[word]);
		h->units[word] |= UINT64_C(1) << (*out % UNIT_BITS);
		return ERR_OK;
	}
}

static void give_unit(struct session_hub *h, uint32_t unit)
{
	h->units[unit / UNIT_BITS] &= ~(UINT64_C(1) << (unit % UNIT_BITS));
	if (unit / UNIT_BITS < h->unit_from)
		h->unit_from = unit / UNIT_BITS;
}

enum err session_access_open(struct session *s, const struct cfg_interface *source, enum cfg_tunnel_mode mode, uint32_t tunnel)
{
	struct session_access *a = &s->access;
	enum err err;

	a->source = source;
	a->mode = mode;
	a->cloned = source->type == CFG_IF_VIRTUAL_TEMPLATE;
	a->vrf = session_vrf_id(source->vrf == NULL && a->cloned ? s->profile->ivrf : source->vrf);
	a->lasting = !a->cloned;
	if (a->lasting) {
		a->unit = source->unit;
		a->tunnel = tunnel;
		(void)snprintf(a->name, sizeof(a->name), "%s", source->object.name);
		return ERR_OK;
	}
	err = take_unit(s->hub, &a->unit);
	if (err != ERR_OK) {
		a->source = NULL;
		return err;
	}
	a->tunnel = dp_sync_new_id(s->hub->env.sync, DP_CLASS_TUNNEL);
	(void)snprintf(a->name, sizeof(a->name), "Virtual-Access%u", a->unit);
	return ERR_OK;
}

static uint64_t hash_tunnel(const struct session_hub *h, uint32_t tunnel)
{
	return map_hash(&h->by_tunnel, bytes_of(&tunnel, sizeof(tunnel)));
}

uint32_t session_access_mtu(const struct session_access *a)
{
	uint32_t own = a->source == NULL ? 0 : a->source->ip_mtu;

	return own != 0 && (a->path_mtu == 0 || own < a->path_mtu) ? own : a->path_mtu;
}

struct session *session_by_tunnel(const struct session_hub *h, uint32_t tunnel)
{
	for (struct map_node *n = map_find(&h->by_tunnel, hash_tunnel(h, tunnel)); n != NULL; n = map_find_next(n)) {
		struct session *s = list_of(n, struct session, access.by_tunnel);

		if (s->access.tunnel == tunnel)
			return s;
	}
	return NULL;
}

static void let_go(struct session *s)
{
	session_routes_drop(s);
	map_del(&s->hub->by_tunnel, &s->access.by_tunnel);
	s->access.held = false;
}

/* A static tunnel is taken from the session that held it. */
static void hold(struct session *s)
{
	struct session_access *a = &s->access;
	struct session *former = session_by_tunnel(s->hub, a->tunnel);

	a->life = former != NULL ? former->access.life : ++s->hub->lives;
	if (former != NULL)
		let_go(former);
	map_add(&s->hub->by_tunnel, &a->by_tunnel, hash_tunnel(s->hub, a->tunnel));
	a->held = true;
}

static enum dp_df df_of(enum cfg_df df)
{
	switch (df) {
	case CFG_DF_SET:
		return DP_DF_SET;
	case CFG_DF_CLEAR:
		return DP_DF_CLEAR;
	case CFG_DF_COPY:
		break;
	}
	return DP_DF_COPY;
}

uint16_t session_access_mss(const struct session *s, enum dp_family inner)
{
	struct session_clamp c = { .source = s->access.source,
		.family = s->path.remote.addr.family,
		.gre = cfg_model_mode_is_gre(s->access.mode),
		.esp = true,
		.df = df_of(s->model->cfg->df_bit) };

	return session_clamp_mss(&c, inner);
}

/* The hosts of the GRE packet are those of the selectors: with `mode tunnel` a peer behind a NAT calls itself what it likes. */
static void set_gre(const struct session *s, struct dp_tunnel *t)
{
	const struct cfg_tunnel *conf = &s->access.source->tunnel;
	const struct session_child *c =
		list_empty(&s->children) ? NULL : list_of(list_first(&s->children), const struct session_child, link);

	if (!cfg_model_mode_is_gre(s->access.mode))
		return;
	t->mode = DP_TUNNEL_GRE_IPSEC;
	t->has_key = conf->has_key;
	t->key = conf->key;
	if (c != NULL) {
		t->local = c->local[0].start;
		t->remote = c->remote[0].start;
	}
}

enum err session_access_put(struct session *s)
{
	struct session_access *a = &s->access;
	struct dp_op op = { .kind = DP_PUT_TUNNEL };
	uint32_t sender[SESSION_SENDERS];
	unsigned count = session_senders_list(s, sender);
	enum err err;

	if (!a->held)
		hold(s);
	op.u.tunnel.id = a->tunnel;
	op.u.tunnel.netdev = session_vif_ask(s);
	op.u.tunnel.df = (uint8_t)df_of(s->model->cfg->df_bit);
	op.u.tunnel.mtu = a->source->ip_mtu;
	op.u.tunnel.inner_vrf = a->vrf;
	op.u.tunnel.front_vrf = s->path.vrf;
	op.u.tunnel.sa_out = count != 0 ? sender[0] : 0;
	for (unsigned i = 1; i < count; i++)
		op.u.tunnel.more[op.u.tunnel.more_count++] = sender[i];
	op.u.tunnel.local = s->path.local.addr;
	op.u.tunnel.remote = s->path.remote.addr;
	set_gre(s, &op.u.tunnel);
	session_filter_features(s->hub, a->source, op.u.tunnel.feature);
	for (int f = DP_V4; f < DP_FAMILIES; f++)
		op.u.tunnel.feature[f].mss = session_access_mss(s, (enum dp_family)f);
	session_rate_ids(s->hub, a->source, op.u.tunnel.policy);
	(void)snprintf(op.u.tunnel.name, sizeof(op.u.tunnel.name), "%s", a->name);
	err = dp_sync_put(s->hub->env.sync, &op, NULL);
	if (err != ERR_OK)
		return err;
	return route_rib_set_if(s->hub->env.rib, session_access_key(s), true, a->name);
}

void session_access_withdraw(struct session *s)
{
	struct session_access *a = &s->access;
	struct session_hub *h = s->hub;
	struct dp_op op = { .kind = DP_DEL_TUNNEL };

	if (!a->held)
		return;
	let_go(s);
	session_vif_end(h, a->tunnel);
	if (!a->lasting)
		route_rib_del_if(h->env.rib, session_access_key(s));
	else if (route_rib_set_if(h->env.rib, session_access_key(s), false, a->name) != ERR_OK)
		log_event(h->env.log, LOG_L_ERROR, "access.down", "interface=%s err=%s", a->name, err_name(ERR_NOMEM));
	op.u.tunnel.id = a->tunnel;
	(void)dp_sync_del(h->env.sync, &op);
}

void session_access_close(struct session *s)
{
	struct session_access *a = &s->access;

	if (a->source == NULL)
		return;
	session_access_withdraw(s);
	if (a->cloned)
		give_unit(s->hub, a->unit);
	memset(a, 0, sizeof(*a));
}
