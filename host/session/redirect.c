/*
 * Redirection, RFC5685: whether a static tunnel follows a gateway that sends it to another, and, as a gateway, to which of the
 * configured ones a peer goes.  Loop thread only.
 */
#include "session/redirect.h"

#include <string.h>

#include "ike/wire/gateway.h"
#include "session/inner.h"

enum { REDIRECT_TURN_MS = 60 * 1000 }; /* how long a peer is sent to the same target */

/* ---- as a client ---- */

/* An address that one host may have. */
static bool is_host(const struct addr *a)
{
	return !addr_is_any(a) && (a->family == AF_INET ? a->b[0] < 224 && a->b[0] != 127 && a->b[0] != 0 : a->b[0] != 0xff);
}

bool session_redirect_follow(struct session_redirect *r, const struct addr *from, const struct addr *to, unsigned max, uint64_t now_ms)
{
	if (to->family != from->family || addr_eq(from, to) || !is_host(to))
		return false;
	if (r->count == 0 || now_ms - r->since_ms >= SESSION_REDIRECT_PERIOD_MS) {
		r->count = 0;
		r->since_ms = now_ms;
	}
	if (r->count >= max)
		return false;
	r->count++;
	r->to = *to;
	r->from = *from;
	return true;
}

/* A name isn't followed: there is no resolver. */
bool session_redirect_told(void *ctx, struct slab_handle sa, const struct ike_gateway *to)
{
	const struct session_hub *h = (const struct session_hub *)ctx;
	struct session *s = session_by_ike(h, sa);
	char text[ADDR_TEXT];
	bool ok = s != NULL && s->tunnel != NULL && h->model->cfg->redirect_client && session_tunnel_redirect(s, &to->addr);

	if (s != NULL)
		log_event(h->env.log, ok ? LOG_L_NOTICE : LOG_L_WARN, ok ? "session.redirected" : "session.redirect.ignored",
			"interface=%s to=%s", s->access.name, to->addr.family != 0 ? addr_str(&to->addr, text) : "name");
	return ok;
}

/* ---- as a gateway ---- */

static bool is_target(const struct cfg_model *m, const struct addr *a)
{
	for (unsigned i = 0; i < m->redirect_count; i++)
		if (addr_eq(&m->redirect_target[i], a))
			return true;
	return false;
}

/* Of the targets of the peer's family one: the same for each message of an attempt, but not for ever, for it may be dead. */
static const struct addr *choose(const struct session_hub *h, const struct addr_port *peer)
{
	const struct cfg_model *m = h->model->cfg;
	const struct addr *fit[CFG_REDIRECT_MAX];
	unsigned count = 0;
	uint64_t key[2], hash;
	uint8_t octets[16 + 2 + 8];
	struct wr w = wr_of(octets, sizeof(octets));

	for (unsigned i = 0; i < m->redirect_count; i++)
		if (m->redirect_target[i].family == peer->addr.family)
			fit[count++] = &m->redirect_target[i];
	wr_bytes(&w, addr_bytes(&peer->addr));
	wr_u16(&w, peer->port);
	wr_u64(&w, session_now(h) / REDIRECT_TURN_MS);
	memcpy(key, h->env.map_key, sizeof(key));
	hash = map_siphash(key, wr_view(&w));
	return count == 0 ? NULL : fit[hash % count];
}

bool session_redirect_choose(const struct session_hub *h, const struct ike_path *path, const struct addr *from, struct ike_gateway *to)
{
	const struct addr *target = is_target(h->model->cfg, from) ? NULL : choose(h, &path->remote);

	if (target == NULL || addr_eq(target, &path->local.addr))
		return false;
	*to = ike_gateway_of(target);
	return true;
}

bool session_redirect_ask(void *ctx, const struct ike_path *path, const struct addr *from, struct ike_gateway *to)
{
	const struct session_hub *h = (const struct session_hub *)ctx;

	return h->model != NULL && h->model->cfg->redirect_init && session_redirect_choose(h, path, from, to);
}
