/*
 * Dialling: what stands in the way of a static tunnel's session, and beginning one.  Called by session/tunnel when it is
 * time.  Loop thread only.
 */
#include <string.h>

#include "aaa/authorize.h"
#include "ike/keying/certs.h"
#include "session/auth/credential.h"
#include "session/auth/pass.h"
#include "session/exchange.h"
#include "session/inner.h"
#include "session/policy.h"
#include "session/terms.h"

struct addr session_dial_source(const struct cfg_interface *i)
{
	struct addr none = { .family = 0 };

	if (i->tunnel.source_how == CFG_END_ADDRESS)
		return i->tunnel.source_addr;
	if (i->tunnel.source_how != CFG_END_INTERFACE || i->tunnel.source_if == NULL)
		return none;
	return session_exchange_own_address(i->tunnel.source_if, i->tunnel.destination.family);
}

bool session_dial_comes_from(const struct cfg_interface *i, const struct addr *local)
{
	const struct cfg_tunnel *t = &i->tunnel;

	if (t->source_how == CFG_END_ADDRESS)
		return addr_eq(&t->source_addr, local);
	return t->source_how != CFG_END_INTERFACE || (t->source_if != NULL && session_exchange_owns(t->source_if, local));
}

const char *session_dial_underlay(
	const struct session_hub *h, uint32_t front, const struct addr *destination, uint32_t tunnel, struct route_hop *hop)
{
	if (!route_rib_underlay(h->env.rib, front, destination, tunnel, hop) || hop->out.kind == ROUTE_IF_NULL)
		return "no route to destination";
	if (hop->out.kind == ROUTE_IF_TUNNEL)
		return "recursive-routing";
	if (hop->out.kind == ROUTE_IF_LOOPBACK)
		return "destination is this box";
	return NULL;
}

const char *session_dial_obstacle(struct session_hub *h, const struct cfg_interface *i, uint32_t tunnel, struct session_way *way)
{
	const struct cfg_profile *profile = i->tunnel.protection->ikev2_profile;
	struct route_hop hop;

	if (i->shutdown)
		return "administratively down";
	if (!i->object.complete || profile == NULL || !profile->object.complete || profile->shutdown)
		return "incomplete";
	if (!h->env.datapath->up)
		return "no datapath";
	if (!dp_spi_ready(&h->spi))
		return "no SPI leased yet";
	way->source = session_dial_source(i);
	if (way->source.family != way->destination.family)
		return "no source address";
	return session_dial_underlay(h, session_vrf_id(i->tunnel.fvrf), &way->destination, tunnel, &hop);
}

struct grant_slot {
	enum err err;
	struct aaa_grant grant;
};

static void take_grant(void *ctx, enum err err, const struct aaa_grant *grant)
{
	struct grant_slot *slot = (struct grant_slot *)ctx;

	slot->err = err;
	if (err == ERR_OK)
		slot->grant = *grant;
}

static enum err open_session(struct session_hub *h, const struct cfg_interface *i, uint32_t tunnel, struct session **out)
{
	const struct cfg_profile *profile = i->tunnel.protection->ikev2_profile;
	struct aaa_request wish = { .profile = profile,
		.method = (profile->auth_remote & CFG_AUTH_PSK) != 0 ? CFG_AUTH_PSK : CFG_AUTH_RSA };
	struct grant_slot slot = { .err = ERR_AGAIN };
	struct session *s;
	enum err err;

	aaa_authorize(&wish, take_grant, &slot);
	if (slot.err != ERR_OK)
		return slot.err;
	s = session_new(h, IKE_INITIATOR);
	if (s == NULL)
		return ERR_FULL;
	s->profile = profile;
	s->grant = slot.grant;
	err = session_clone_none(s) ? session_access_open(s, i, i->tunnel.mode, tunnel) : ERR_UNSUPPORTED;
	if (err == ERR_OK)
		err = session_lines_open(s, i);
	if (err == ERR_OK)
		err = session_fsm_step(s, SESSION_E_GRANT);
	if (err != ERR_OK) {
		session_free(s);
		return err;
	}
	*out = s;
	return ERR_OK;
}

/* No other session of ours is with that end by the same profile: then INITIAL_CONTACT is true (RFC7296-2.4). */
static bool is_only_one(const struct session *s, const struct addr *remote)
{
	uint32_t cursor = 0;
	const struct session *other;

	while ((other = session_hub_walk(s->hub, &cursor)) != NULL)
		if (other != s && strcmp(other->profile->object.name, s->profile->object.name) == 0 &&
			addr_eq(&other->path.remote.addr, remote))
			return false;
	return true;
}

/* A gateway that we were sent to has a key of its own, or that of the one that was to be called: they are of one cluster. */
static struct addr keyed_by(const struct session *s, const struct session_way *way)
{
	struct cfg_identity nobody = { .type = CFG_ID_NONE };
	struct session_policy_psk own = session_policy_keys(s->profile, &nobody, &way->destination, false);

	return own.local != NULL || own.remote != NULL ? way->destination : s->access.source->tunnel.destination;
}

/* With what we prove ourselves, and as whom. */
static enum err fill_proof(struct session *s, const struct addr *source, struct ike_id *local, struct ike_request *r)
{
	struct cfg_identity nobody = { .type = CFG_ID_NONE };
	struct session_policy_psk psk;

	if ((s->profile->auth_local & CFG_AUTH_CERTIFICATE) != 0) {
		s->credential = session_credential_own(s->model->trust, s->profile, bytes_of(NULL, 0));
		if (s->credential == NULL)
			return ERR_INCOMPLETE;
		*local = session_credential_id(s->profile, s->credential, source);
		return ERR_OK;
	}
	if (s->profile->auth_local == CFG_AUTH_EAP) {
		r->eap = true;
		r->eap_only = (s->profile->auth_remote & CFG_AUTH_EAP) != 0;
		*local = session_convert_own_id(&s->profile->identity, source);
		return ERR_OK;
	}
	psk = session_policy_keys(s->profile, &nobody, &s->keyed_by, false);
	*local = session_convert_own_id(&s->profile->identity, source);
	return psk.local == NULL ? ERR_INCOMPLETE : secret_set(&r->psk, secret_view(psk.local));
}

/* What the gateway's certificate was good for it still is. */
static void fill_pass(const struct session_hub *h, const struct session_pass *p, struct ike_request *r)
{
	uint32_t left_s = p == NULL ? 0 : session_pass_left_s(p, h);

	if (p != NULL)
		r->pass = secret_view(&p->secret);
	if (left_s != 0 && (r->terms.auth_lifetime_s == 0 || left_s < r->terms.auth_lifetime_s))
		r->terms.auth_lifetime_s = left_s;
}

static enum err initiate(struct session *s, const struct session_way *way)
{
	struct session_hub *h = s->hub;
	const struct cfg_interface *i = s->access.source;
	uint8_t authorities[IKE_CERTS_AUTHORITIES_LEN], ppk_id[SESSION_ID_TEXT];
	struct wr w = wr_of(authorities, sizeof(authorities)), id = wr_of(ppk_id, sizeof(ppk_id));
	struct ike_id local;
	struct ike_config want;
	struct session_terms terms;
	struct ike_request r;
	enum err err;

	memset(&r, 0, sizeof(r));
	s->keyed_by = keyed_by(s, way);
	s->redirected_from = way->from;
	r.path.vrf = session_vrf_id(i->tunnel.fvrf);
	r.path.local = (struct addr_port){ .addr = way->source, .port = SESSION_IKE_PORT };
	r.path.remote = (struct addr_port){ .addr = way->destination, .port = SESSION_IKE_PORT };
	err = session_terms_fill(s->profile, i, i->tunnel.mode, &r.path, &terms);
	session_lines_begin(s, way->turn, &terms);
	if (err == ERR_OK)
		err = fill_proof(s, &way->source, &local, &r);
	if (err == ERR_OK)
		err = session_ppk_fill(s, &id, &r);
	if (err != ERR_OK) {
		secret_fini(&r.psk);
		return err;
	}
	if ((s->profile->auth_remote & CFG_AUTH_CERTIFICATE) != 0)
		session_trust_request(s->model->trust, s->profile, &w);
	r.authorities = wr_view(&w);
	r.ref = session_ref(s->handle);
	r.local_id = &local;
	r.need_address = i->ip_how == CFG_IP_NEGOTIATED;
	r.initial_contact = is_only_one(s, &way->destination);
	r.follow_redirects = s->model->cfg->redirect_client;
	r.redirected_from = way->from;
	r.terms = terms.terms;
	r.terms.auth_lifetime_s = s->grant.session_lifetime_s;
	r.resumption = s->profile->resumption_s != 0;
	fill_pass(h, way->pass, &r);
	if (s->grant.active) {
		session_exchange_wants(i, &want);
		if ((want.want & IKE_WANT_IP4) != 0)
			want.ip4 = way->address;
		r.want = &want;
	}
	s->path = r.path;
	err = ike_engine_initiate(h->engine, session_now(h), &r, &s->ike);
	secret_fini(&r.psk);
	secret_fini(&r.ppk);
	if (err == ERR_OK)
		session_bind_ike(s, s->ike);
	return err;
}

enum err session_dial_begin(
	struct session_hub *h, const struct cfg_interface *i, uint32_t tunnel, const struct session_way *way, struct session **out)
{
	struct session *s = NULL;
	enum err err = open_session(h, i, tunnel, &s);

	if (err != ERR_OK)
		return err;
	err = initiate(s, way);
	if (err == ERR_OK)
		*out = s;
	else
		session_free(s);
	return err;
}

bool session_dial_follows(struct session *s)
{
	struct session_hub *h = s->hub;
	const struct cfg_interface *i = s->tunnel == NULL ? NULL : session_tunnel_interface(s->tunnel);
	struct ike_path path = s->path;

	if (i == NULL || s->role != IKE_INITIATOR || i->tunnel.source_if == NULL || i->tunnel.source_if->shutdown ||
		!session_model_keeps_inside(h->model->cfg, s))
		return false;
	path.local.addr = session_dial_source(i);
	if (path.local.addr.family != path.remote.addr.family)
		return false;
	return ike_engine_readdress(h->engine, session_now(h), s->ike, &path);
}
