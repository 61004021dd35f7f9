/*
 * The only bridge between the IKE engine and AAA, the datapath and the routing table: the functions of struct
 * ike_ports.  Datagrams are passed on to the program; the rest is answered here, on the loop thread.
 */
#include <string.h>

#include "aaa/authorize.h"
#include "ike/wire/gateway.h"
#include "pki/part.h"
#include "session/auth/lookup.h"
#include "session/auth/pass.h"
#include "session/auth/proven.h"
#include "session/auth/work.h"
#include "session/exchange.h"
#include "session/mode.h"
#include "session/inner.h"
#include "session/policy.h"
#include "session/terms.h"

static enum err ask_policy(void *ctx, const struct ike_path *path, struct ike_offers *out)
{
	const struct session_hub *h = (const struct session_hub *)ctx;
	struct session_policy_path where = session_policy_path_of(path);
	const struct cfg_policy *policy = h->model == NULL ? NULL : session_policy_ike(h->model->cfg, &where);

	if (policy == NULL)
		return ERR_ABSENT;
	session_convert_ike_offers(policy, out);
	return out->count != 0 ? ERR_OK : ERR_ABSENT;
}

/* ---- what may it have ---- */

static void refuse_plea(struct session *s, enum ike_verdict verdict, const char *why)
{
	struct ike_grant grant;

	memset(&grant, 0, sizeof(grant));
	grant.verdict = verdict;
	grant.why = why;
	/* A session without an address may still get one; the others are over. */
	if (verdict == IKE_REFUSED && session_fsm_step(s, SESSION_E_FAILED) != ERR_OK)
		return;
	ike_engine_authorized(s->hub->engine, session_now(s->hub), s->ike, &grant);
}

static void fill_reply(const struct session *s, const struct cfg_interface *source, const struct ike_config *want, struct ike_config *reply)
{
	struct addr own[2] = { session_exchange_own_address(source, AF_INET), session_exchange_own_address(source, AF_INET6) };
	uint16_t wishes = want != NULL ? want->want : 0;

	memset(reply, 0, sizeof(*reply));
	if (s->lease.family == AF_INET) {
		reply->ip4 = s->lease;
		/* A mask with holes can't be told: the configuration's check refuses it. */
		if ((wishes & IKE_WANT_NETMASK) != 0 && addr_mask_len(&s->grant.netmask, &reply->ip4_mask_len) != ERR_OK)
			reply->ip4_mask_len = 0;
	}
	if ((wishes & IKE_WANT_DNS4) != 0)
		for (unsigned i = 0; i < s->grant.dns_count; i++)
			reply->dns[reply->dns_count++] = s->grant.dns[i];
	session_exchange_routes(&s->grant, s->access.mode, own, reply);
}

/* Whether the template lets peers in by this front VRF and address: without `tunnel vrf` and `tunnel source` that is the profile's matter. */
static bool is_in_front(const struct cfg_interface *tmpl, const struct ike_path *path)
{
	return (tmpl->tunnel.fvrf == NULL || session_vrf_id(tmpl->tunnel.fvrf) == path->vrf) &&
	       session_dial_comes_from(tmpl, &path->local.addr);
}

/* The template, or the static tunnel whose far end calls; NULL: the profile has no place for this peer. */
static const struct cfg_interface *find_source(struct session *s, uint32_t *tunnel)
{
	const struct cfg_interface *tmpl = s->profile->virtual_template;
	struct session_tunnel *t;

	if (tmpl != NULL)
		return tmpl->object.complete && !tmpl->shutdown && is_in_front(tmpl, &s->path) ? session_clone_of(s, tmpl) : NULL;
	if (!session_clone_none(s))
		return NULL;
	t = session_tunnel_for_path(s->hub, &s->path, s->profile);
	if (t == NULL)
		return NULL;
	session_tunnel_join(t, s);
	*tunnel = session_tunnel_id(t);
	return session_tunnel_interface(t);
}

/* The address that the peer asks for, if it takes part in the configuration exchange.  false: it can't have one. */
static bool lease_address(struct session *s, const struct ike_config *want)
{
	if (want == NULL || (want->want & IKE_WANT_IP4) == 0 || !s->grant.active) {
		session_lease_give(s);
		return true;
	}
	return s->former != NULL || s->grant.pool == NULL ? s->former != NULL : session_lease_take(s, s->grant.pool, &want->ip4);
}

/* The peer may have come to authenticate anew. */
static void succeed(struct session *s, const struct ike_plea *plea)
{
	bool asks = plea->want != NULL && (plea->want->want & IKE_WANT_IP4) != 0 && plea->want->ip4.family == AF_INET;
	struct session *old = session_succeed_find(s, s->grant.pool, asks ? &plea->want->ip4 : NULL);

	if (old != NULL && !plea->initial_contact)
		session_succeed_begin(s, old);
}

static enum cfg_tunnel_mode mode_for(const struct session *s, const struct cfg_interface *source, const struct ike_plea *plea)
{
	return s->profile->mode_auto ? session_mode_of(plea->path.local.addr.family, plea->tsi, plea->tsi_count) : source->tunnel.mode;
}

/* What the peer asks for, as we see it. */
static struct session_offer offer_of(const struct ike_ts *tsi, uint8_t tsi_count, const struct ike_ts *tsr, uint8_t tsr_count)
{
	return (struct session_offer){ .local = tsr, .local_count = tsr_count, .remote = tsi, .remote_count = tsi_count };
}

struct plea_ctx {
	struct session *session;
	const struct ike_plea *plea;
};

/* A profile's `redirect gateway auth`; true: the peer was told. */
static bool send_elsewhere(struct session *s, const struct ike_plea *plea)
{
	struct ike_grant grant;
	struct ike_gateway to;

	if (!s->profile->redirect_auth || !plea->redirectable || !session_redirect_choose(s->hub, &s->path, &plea->redirected_from, &to))
		return false;
	memset(&grant, 0, sizeof(grant));
	grant.verdict = IKE_REDIRECTED;
	grant.redirect = &to;
	ike_engine_authorized(s->hub->engine, session_now(s->hub), s->ike, &grant);
	return true;
}

static void grant_peer(struct session *s, const struct ike_plea *plea)
{
	uint32_t tunnel = 0;
	const struct cfg_interface *source = find_source(s, &tunnel);
	struct session_offer offer = offer_of(plea->tsi, plea->tsi_count, plea->tsr, plea->tsr_count);
	struct session_terms terms;
	enum cfg_tunnel_mode mode;
	struct ike_config reply;
	struct ike_grant grant;

	if (source == NULL) {
		refuse_plea(s, IKE_REFUSED, "no-interface");
		return;
	}
	mode = mode_for(s, source, plea);
	if (session_terms_fill(s->profile, source, mode, &s->path, &terms) != ERR_OK || session_lines_open(s, source) != ERR_OK) {
		refuse_plea(s, IKE_REFUSED, "no-interface");
		return;
	}
	session_lines_fit(s, &offer, &terms);
	succeed(s, plea);
	if (!lease_address(s, plea->want)) {
		refuse_plea(s, IKE_NO_ADDRESS, "no-address");
		return;
	}
	if (session_access_open(s, source, mode, tunnel) != ERR_OK || session_fsm_step(s, SESSION_E_GRANT) != ERR_OK) {
		refuse_plea(s, IKE_REFUSED, "no-interface");
		return;
	}
	memset(&grant, 0, sizeof(grant));
	grant.verdict = IKE_GRANTED;
	grant.terms = terms.terms;
	grant.terms.auth_lifetime_s = session_proven_lifetime(s, s->grant.session_lifetime_s);
	if (s->grant.active) {
		fill_reply(s, source, plea->want, &reply);
		grant.reply = &reply;
	}
	ike_engine_authorized(s->hub->engine, session_now(s->hub), s->ike, &grant);
}

static void take_grant(void *ctx, enum err err, const struct aaa_grant *grant)
{
	struct plea_ctx *p = (struct plea_ctx *)ctx;

	if (err != ERR_OK) {
		refuse_plea(p->session, IKE_REFUSED, "authorization");
		return;
	}
	p->session->grant = *grant;
	if (!send_elsewhere(p->session, p->plea))
		grant_peer(p->session, p->plea);
}

static void take_lease(struct session *s, struct session *old)
{
	if (s->pool != NULL || old->pool == NULL)
		return;
	session_routes_drop(old); /* the lease's is among them */
	session_lease_pass(old, s);
}

/*
 * Other sessions of the same peer that were up before this one began (cli.md 1.4, duplicate sessions): gone, when the
 * peer says that it has no other (RFC7296-2.4), and the address is the new one's; else they have to show that they
 * live.  One that came up later is not older: the peer has several tunnels, begun together.
 */
static void meet_twins(struct session *s, bool initial_contact, const struct session *former)
{
	struct session_hub *h = s->hub;
	struct ike_sa_info info;

	if (ike_engine_info(h->engine, s->ike, &info) != ERR_OK)
		return;
	for (struct session *old = session_twin(s, NULL); old != NULL; old = session_twin(s, old)) {
		if (old->up_ms == 0 || old->up_ms >= info.created_ms || old == former)
			continue;
		if (!initial_contact) {
			ike_engine_probe(h->engine, session_now(h), old->ike);
			continue;
		}
		log_event(h->env.log, LOG_L_INFO, "session.replaced", "interface=%s peer=%s", old->access.name, old->peer);
		take_lease(s, old);
		ike_engine_abandon(h->engine, session_now(h), old->ike);
	}
}

/* The session that this one resumes, if it is there still: gone, without a word to its peer (RFC5723-4.3.4); NULL: there is none. */
static const struct session *meet_former(struct session *s, const struct ike_plea *plea)
{
	struct session_hub *h = s->hub;
	struct session *old = plea->former == NULL ? NULL : session_by_ike(h, *plea->former);

	if (old == NULL)
		return NULL;
	log_event(h->env.log, LOG_L_INFO, "session.resumed", "interface=%s peer=%s", old->access.name, old->peer);
	take_lease(s, old);
	ike_engine_forget(h->engine, session_now(h), old->ike);
	return old;
}

/* A field of the DN that the peer has proved, for a name mangler. */
static enum err dn_field(const void *ctx, enum cfg_dn_field field, char *out)
{
	static const enum pki_part part[CFG_DN_COUNT] = { [CFG_DN_COMMON_NAME] = PKI_PART_COMMON_NAME,
		[CFG_DN_ORGANIZATION] = PKI_PART_ORGANIZATION,
		[CFG_DN_ORGANIZATION_UNIT] = PKI_PART_ORGANIZATION_UNIT,
		[CFG_DN_COUNTRY] = PKI_PART_COUNTRY,
		[CFG_DN_STATE] = PKI_PART_STATE,
		[CFG_DN_LOCALITY] = PKI_PART_LOCALITY,
		[CFG_DN_DOMAIN] = PKI_PART_DOMAIN };

	return pki_part_text(((const struct ike_id *)ctx)->data, part[field], out, AAA_NAME_MAX);
}

static void ask_authorize(void *ctx, struct slab_handle sa, const struct ike_plea *plea)
{
	struct session *s = session_by_ike((const struct session_hub *)ctx, sa);
	struct ike_plea heard = *plea;
	struct plea_ctx p = { .session = s, .plea = &heard };
	struct aaa_request request;
	struct aaa_name name;

	if (s == NULL)
		return;
	name = (struct aaa_name){ .type = s->peer_type, .text = s->peer, .field = dn_field, .ctx = plea->peer_id };
	heard.initial_contact = heard.initial_contact || s->profile->contact_force;
	session_prove(s);
	meet_twins(s, heard.initial_contact, meet_former(s, plea));
	request = (struct aaa_request){ .profile = s->profile,
		.model = s->model->cfg,
		.name = &name,
		.method = s->by_eap           ? CFG_AUTH_EAP
			  : s->by_certificate ? CFG_AUTH_RSA
					      : CFG_AUTH_PSK };
	aaa_authorize(&request, take_grant, &p);
}

/* ---- CHILD_SA ---- */

/* While ports open, or after a death of it, the datapath has no SPIs to give yet. */
static bool ask_ready(void *ctx)
{
	return dp_spi_ready(&((struct session_hub *)ctx)->spi);
}

static enum err ask_spi(void *ctx, const struct ike_path *path, uint32_t *out)
{
	(void)path;
	return dp_spi_take(&((struct session_hub *)ctx)->spi, out);
}

static void tell_spi_free(void *ctx, uint32_t spi)
{
	dp_spi_give(&((struct session_hub *)ctx)->spi, spi);
}

/* The address that CFG_REPLY brought is the tunnel's own. */
static enum err take_address(struct session *s, const struct ike_config *config)
{
	if (config->ip4.family == 0 || s->access.source->ip_how != CFG_IP_NEGOTIATED)
		return ERR_OK;
	s->assigned = config->ip4;
	return session_address_take(s->hub, s->access.vrf, &s->assigned);
}

static enum err install(struct session *s, struct ike_child_sa *child)
{
	enum err err = session_child_install(s, child);

	if (err == ERR_OK && s->role == IKE_INITIATOR && child->config != NULL) {
		err = take_address(s, child->config);
		session_routes_learn(s, child->config, NULL);
	}
	if (err == ERR_OK)
		session_routes_put(s);
	route_rib_commit(s->hub->env.rib);
	return err;
}

static void ask_install(void *ctx, struct slab_handle sa, struct ike_child_sa *child)
{
	struct session_hub *h = (struct session_hub *)ctx;
	struct session *s = session_by_ike(h, sa);
	enum err err = s == NULL ? ERR_STALE : session_fsm_step(s, SESSION_E_INSTALL);

	if (err == ERR_OK) {
		session_prove(s);
		err = install(s, child);
	} else {
		dp_spi_give(&h->spi, child->spi_in);
	}
	if (err == ERR_OK)
		return;
	if (s != NULL && session_fsm_step(s, SESSION_E_FAILED) != ERR_OK)
		return;
	ike_engine_installed(h->engine, session_now(h), sa, child->spi_in, err);
}

/* The first one if IKE_AUTH made none, or another one: the peer's selectors decide which part of the tunnel's it gets (cli.md 3). */
static enum err ask_further(void *ctx, struct slab_handle sa, const struct ike_child_plea *plea, struct ike_child_policy *out)
{
	struct session_hub *h = (struct session_hub *)ctx;
	struct session *s = session_by_ike(h, sa);
	struct session_offer offer = offer_of(plea->tsi, plea->tsi_count, plea->tsr, plea->tsr_count);
	enum err err;

	if (s == NULL || (s->state != SESSION_S_UP && s->state != SESSION_S_GRANTED) || s->access.source == NULL)
		return ERR_STATE;
	if (s->profile->mode_auto && list_empty(&s->children))
		s->access.mode = session_mode_of(plea->path.local.addr.family, plea->tsi, plea->tsi_count);
	err = session_terms_fill(s->profile, s->access.source, s->access.mode, &s->path, &h->further);
	session_lines_fit(s, &offer, &h->further);
	if (err == ERR_OK)
		*out = h->further.terms.child;
	return err;
}

static void tell_child_use(void *ctx, struct slab_handle sa, uint32_t spi_in)
{
	struct session *s = session_by_ike((const struct session_hub *)ctx, sa);

	if (s != NULL)
		session_child_use(s, spi_in);
}

static bool ask_other(void *ctx, struct slab_handle sa, uint16_t notify, struct ike_child_policy *out)
{
	struct session_hub *h = (struct session_hub *)ctx;
	struct session *s = session_by_ike(h, sa);

	if (s == NULL || s->access.source == NULL ||
		session_terms_fill(s->profile, s->access.source, s->access.mode, &s->path, &h->further) != ERR_OK ||
		!session_lines_other(s, notify, &h->further))
		return false;
	*out = h->further.terms.child;
	return true;
}

static void tell_child_refused(void *ctx, struct slab_handle sa, uint32_t spi_in, uint16_t notify)
{
	struct session *s = session_by_ike((const struct session_hub *)ctx, sa);

	if (s != NULL)
		session_lines_refused(s, spi_in, notify);
}

static void tell_child_down(void *ctx, struct slab_handle sa, uint32_t spi_in)
{
	struct session_hub *h = (struct session_hub *)ctx;
	struct session *s = session_by_ike(h, sa);

	if (s == NULL)
		return;
	session_child_remove(s, spi_in);
	if (s->tunnel != NULL)
		session_tunnel_settle(s->tunnel);
	route_rib_commit(h->env.rib);
}

static void tell_config_set(void *ctx, struct slab_handle sa, const struct ike_config *config, bool *accepted)
{
	struct session_hub *h = (struct session_hub *)ctx;
	struct session *s = session_by_ike(h, sa);

	if (s == NULL || s->access.source == NULL)
		return;
	session_routes_learn(s, config, accepted);
	route_rib_commit(h->env.rib);
}

/* An initiator tells its prefixes when it knows its own address. */
static void send_routes(struct session *s)
{
	const struct cfg_interface *i = s->access.source;
	struct addr own[2] = { session_exchange_own_address(i, AF_INET), session_exchange_own_address(i, AF_INET6) };
	struct ike_config routes;

	if (s->assigned.family == AF_INET)
		own[0] = s->assigned;
	memset(&routes, 0, sizeof(routes));
	session_exchange_routes(&s->grant, s->access.mode, own, &routes);
	if (routes.prefix_count != 0)
		ike_engine_send_routes(s->hub->engine, session_now(s->hub), s->ike, &routes);
}

static void tell_up(void *ctx, struct slab_handle sa)
{
	struct session_hub *h = (struct session_hub *)ctx;
	struct session *s = session_by_ike(h, sa);

	if (s == NULL || session_fsm_step(s, SESSION_E_UP) != ERR_OK)
		return;
	s->up_ms = session_now(h);
	log_event(h->env.log, LOG_L_NOTICE, "session.up", "interface=%s peer=%s profile=%s", s->access.name, s->peer,
		s->profile->object.name);
	session_succeed_up(s);
	session_lines_up(s);
	if (s->tunnel != NULL)
		session_tunnel_up(s);
	if (s->role == IKE_INITIATOR && s->grant.active)
		send_routes(s);
}

static void tell_down(void *ctx, struct slab_handle sa, enum ike_down reason)
{
	struct session_hub *h = (struct session_hub *)ctx;
	struct session *s = session_by_ike(h, sa);
	struct session_tunnel *t;

	session_lookup_drop(h, sa);
	if (s == NULL || session_fsm_step(s, SESSION_E_DOWN) != ERR_OK)
		return;
	log_event(h->env.log, s->up_ms != 0 ? LOG_L_NOTICE : LOG_L_INFO, s->up_ms != 0 ? "session.down" : "session.end",
		"interface=%s peer=%s reason=%s", s->access.name[0] != '\0' ? s->access.name : "-", s->peer[0] != '\0' ? s->peer : "-",
		ike_ports_down_str(reason));
	t = s->tunnel;
	if (t != NULL)
		session_pass_over(session_tunnel_pass(t), s, reason);
	session_free(s);
	if (t == NULL)
		return;
	if (reason == IKE_DOWN_TS)
		session_tunnel_turn(t);
	session_tunnel_left(t);
	route_rib_commit(h->env.rib);
}

static void tell_reauthenticate(void *ctx, struct slab_handle sa)
{
	struct session *s = session_by_ike((const struct session_hub *)ctx, sa);

	if (s != NULL && s->tunnel != NULL)
		session_tunnel_renew(s);
}

static void tell_retired(void *ctx, struct slab_handle sa)
{
	struct session *s = session_by_ike((const struct session_hub *)ctx, sa);

	if (s != NULL)
		session_succeed_retired(s);
}

static void tell_deleted(void *ctx, struct slab_handle sa)
{
	struct session_hub *h = (struct session_hub *)ctx;
	struct session *s = session_by_ike(h, sa);

	if (s != NULL)
		session_succeed_deleted(s);
	else
		ike_engine_switched(h->engine, session_now(h), sa);
}

static void tell_moved(void *ctx, struct slab_handle sa, const struct ike_path *path, bool udp_encap)
{
	struct session *s = session_by_ike((const struct session_hub *)ctx, sa);

	if (s != NULL)
		session_child_move(s, path, udp_encap);
}

/* Where its profile and template would let it in, in the same front VRF. */
static bool ask_may_move(void *ctx, struct slab_handle sa, const struct ike_path *path)
{
	const struct session *s = session_by_ike((const struct session_hub *)ctx, sa);
	struct session_policy_path where = session_policy_path_of(path);

	if (s == NULL || path->vrf != s->path.vrf || !session_policy_admits(s->profile, &where))
		return false;
	return !s->access.cloned || s->access.source == NULL || is_in_front(s->access.source, path);
}

static void pass_send(void *ctx, const struct ike_path *path, struct bytes datagram)
{
	const struct session_hub *h = (const struct session_hub *)ctx;

	h->env.send(h->env.world, path, datagram);
}

static void pass_keepalive(void *ctx, const struct ike_path *path)
{
	const struct session_hub *h = (const struct session_hub *)ctx;

	h->env.keepalive(h->env.world, path);
}

struct ike_ports session_hub_ports(struct session_hub *h)
{
	return (struct ike_ports){
		.ctx = h,
		.send = pass_send,
		.keepalive = pass_keepalive,
		.policy = ask_policy,
		.ready = ask_ready,
		.redirect = session_redirect_ask,
		.redirected = session_redirect_told,
		.agree = h->env.jobs != NULL ? session_work_agree : NULL,
		.authenticate = session_auth_ask,
		.sign = session_sign_ask,
		.eap = session_eap_turn,
		.authorities = session_auth_authorities,
		.ppk = session_ppk_find,
		.ppk_known = session_ppk_known,
		.authorize = ask_authorize,
		.spi_new = ask_spi,
		.spi_free = tell_spi_free,
		.install = ask_install,
		.child_use = tell_child_use,
		.child_policy = ask_further,
		.first_refused = ask_other,
		.child_refused = tell_child_refused,
		.child_down = tell_child_down,
		.config_set = tell_config_set,
		.up = tell_up,
		.down = tell_down,
		.reauthenticate = tell_reauthenticate,
		.retired = tell_retired,
		.deleted = tell_deleted,
		.moved = tell_moved,
		.addresses = session_reach_addresses,
		.may_move = ask_may_move,
		.ticket = session_pass_ticket,
		.resumable = session_pass_resumable,
		.pass = session_pass_told,
	};
}
