/*
 * Session resumption (RFC5723) as sessions see it.  A gateway's tickets say whose session it was and by which profile; they hold under the
 * configuration that they were issued under.  A client keeps its bundle with the static tunnel.  Loop thread only.
 */
#include "session/auth/pass.h"

#include <stdlib.h>
#include <string.h>

#include "cfg/find.h"
#include "session/auth/credential.h"
#include "session/auth/proven.h"
#include "session/inner.h"
#include "session/policy.h"

enum { MS = 1000, MEMO_VERSION = 1 };

/* ---- client ---- */

void session_pass_drop(struct session_pass *p)
{
	secret_fini(&p->secret);
	free(p->peer);
	memset(p, 0, sizeof(*p));
}

static bool is_resumed(const struct session *s)
{
	struct ike_sa_info info;

	return ike_engine_info(s->hub->engine, s->ike, &info) == ERR_OK && info.resumed;
}

static int64_t good_until(const struct session *s)
{
	uint32_t left_s = session_proven_good(s);

	return left_s == 0 ? 0 : s->hub->env.wall_s(s->hub->env.clock) + left_s;
}

void session_pass_take(struct session_pass *p, const struct session *s, struct secret *secret, uint32_t lifetime_s)
{
	int64_t good_until_s = is_resumed(s) ? p->good_until_s : good_until(s);
	char *peer = strdup(s->peer);

	if (secret->len == 0) {
		secret_fini(&p->secret);
		free(peer);
		return;
	}
	session_pass_drop(p);
	if (peer == NULL)
		return;
	secret_take(&p->secret, secret);
	p->of = s->handle;
	p->until_ms = session_now(s->hub) + (uint64_t)lifetime_s * MS;
	p->era = s->hub->era;
	p->gateway = s->path.remote.addr;
	p->good_until_s = good_until_s;
	p->peer_type = s->peer_type;
	p->peer = peer;
	p->by_certificate = s->by_certificate;
	p->by_eap = s->by_eap;
}

uint32_t session_pass_left_s(const struct session_pass *p, const struct session_hub *h)
{
	int64_t left_s = p->good_until_s - h->env.wall_s(h->env.clock);

	if (p->good_until_s == 0)
		return 0;
	return left_s > 0 ? (uint32_t)left_s : 1;
}

bool session_pass_fits(const struct session_pass *p, const struct session_hub *h, const struct addr *gateway)
{
	bool good = p->good_until_s == 0 || p->good_until_s > h->env.wall_s(h->env.clock);

	return p->secret.len != 0 && good && p->era == h->era && p->until_ms > session_now(h) && addr_eq(&p->gateway, gateway);
}

void session_pass_over(struct session_pass *p, const struct session *s, enum ike_down reason)
{
	bool its = p->of.index == s->handle.index && p->of.generation == s->handle.generation;

	if (reason != IKE_DOWN_TIMEOUT && reason != IKE_DOWN_DEAD_PEER && (its || s->up_ms == 0))
		session_pass_drop(p);
}

void session_pass_told(void *ctx, struct slab_handle sa, struct secret *pass, uint32_t lifetime_s)
{
	const struct session_hub *h = (const struct session_hub *)ctx;
	struct session *s = session_by_ike(h, sa);

	if (s != NULL && s->tunnel != NULL)
		session_pass_take(session_tunnel_pass(s->tunnel), s, pass, lifetime_s);
}

/* ---- gateway ---- */

/* What a ticket says to us.  Everything is a view. */
struct memo {
	uint64_t era;
	enum cfg_id_type peer_type;
	bool by_certificate, by_eap;
	struct bytes profile, peer;
};

static void build_text(struct wr *w, const char *text)
{
	wr_u16(w, (uint16_t)strlen(text));
	wr_bytes(w, bytes_str(text));
}

static enum err build_memo(const struct session *s, struct ike_ticket_terms *out)
{
	struct wr w = wr_of(out->memo, sizeof(out->memo));

	wr_u8(&w, MEMO_VERSION);
	wr_u64(&w, s->hub->era);
	wr_u8(&w, (uint8_t)s->peer_type);
	wr_u8(&w, s->by_certificate);
	wr_u8(&w, s->by_eap);
	build_text(&w, s->profile->object.name);
	build_text(&w, s->peer);
	out->memo_len = w.len;
	return wr_done(&w);
}

static struct bytes read_text(struct rd *r)
{
	uint16_t len = rd_u16(r);

	return rd_bytes(r, len);
}

/* It was sealed by us, so it is as we wrote it. */
static enum err read_memo(struct bytes octets, struct memo *out)
{
	struct rd r = rd_of(octets);

	memset(out, 0, sizeof(*out));
	if (rd_u8(&r) != MEMO_VERSION)
		return ERR_VERSION;
	out->era = rd_u64(&r);
	out->peer_type = (enum cfg_id_type)rd_u8(&r);
	out->by_certificate = rd_u8(&r) != 0;
	out->by_eap = rd_u8(&r) != 0;
	out->profile = read_text(&r);
	out->peer = read_text(&r);
	return rd_done(&r);
}

/* Under another configuration than the one in force a session has tickets while that would give it the same. */
bool session_pass_ticket(void *ctx, struct slab_handle sa, struct ike_ticket_terms *out)
{
	const struct session_hub *h = (const struct session_hub *)ctx;
	const struct session *s = session_by_ike(h, sa);

	if (s == NULL || s->role != IKE_RESPONDER || s->profile->resumption_s == 0 || s->access.source == NULL)
		return false;
	if (s->model != h->model && !session_model_keeps(h->model->cfg, s))
		return false;
	out->lifetime_s = s->profile->resumption_s;
	out->good_s = session_proven_good(s);
	return build_memo(s, out) == ERR_OK;
}

/* The profile that 'm' names, if the configuration is still that of the ticket. */
static const struct cfg_profile *profile_of(const struct session_hub *h, const struct memo *m)
{
	char name[IKE_MEMO_MAX + 1];
	const struct cfg_profile *p;

	if (m->era != h->era || m->profile.len > IKE_MEMO_MAX)
		return NULL;
	memcpy(name, m->profile.data, m->profile.len);
	name[m->profile.len] = '\0';
	p = cfg_find_profile(h->model->cfg, name);
	return p != NULL && p->object.complete && !p->shutdown && p->resumption_s != 0 ? p : NULL;
}

bool session_pass_resumable(void *ctx, const struct ike_path *path, const struct ike_ticket *ticket)
{
	const struct session_hub *h = (const struct session_hub *)ctx;
	struct session_policy_path where = { .local = path->local.addr, .remote = path->remote.addr };
	const struct cfg_profile *p;
	struct memo m;

	if (h->model == NULL || read_memo(ticket->memo, &m) != ERR_OK)
		return false;
	p = profile_of(h, &m);
	return p != NULL && session_policy_admits(p, &where);
}

/* A responder's session, as its ticket says. */
static struct session *revive(struct session_hub *h, struct slab_handle sa, struct bytes memo)
{
	const struct cfg_profile *p;
	char peer[SESSION_ID_TEXT];
	struct session *s;
	struct memo m;

	if (read_memo(memo, &m) != ERR_OK || m.peer.len >= sizeof(peer))
		return NULL;
	p = profile_of(h, &m);
	s = p == NULL ? NULL : session_new(h, IKE_RESPONDER);
	if (s == NULL)
		return NULL;
	s->profile = p;
	s->peer_type = m.peer_type;
	s->by_certificate = m.by_certificate;
	s->by_eap = m.by_eap;
	if ((p->auth_local & CFG_AUTH_CERTIFICATE) != 0)
		s->credential = session_credential_own(s->model->trust, p, bytes_of(NULL, 0));
	session_bind_ike(s, sa);
	memcpy(peer, m.peer.data, m.peer.len);
	peer[m.peer.len] = '\0';
	return session_name(s, peer) == ERR_OK ? s : NULL;
}

/* An initiator's: the gateway is whom it was. */
static struct session *recognize(const struct session_hub *h, uint64_t ref)
{
	struct session *s = session_by_ref(h, ref);
	const struct session_pass *p = s == NULL || s->tunnel == NULL ? NULL : session_tunnel_pass(s->tunnel);

	if (p == NULL || p->peer == NULL)
		return NULL;
	s->peer_type = p->peer_type;
	s->by_certificate = p->by_certificate;
	s->by_eap = p->by_eap;
	return session_name(s, p->peer) == ERR_OK ? s : NULL;
}

void session_pass_authenticate(struct session_hub *h, struct slab_handle sa, const struct ike_who *who)
{
	struct session *s = who->role == IKE_RESPONDER ? revive(h, sa, who->memo) : recognize(h, who->ref);
	struct ike_proof proof;

	memset(&proof, 0, sizeof(proof));
	if (s == NULL) {
		proof.err = ERR_AUTH;
		proof.why = "no-profile";
	} else {
		s->path = who->path;
		proof.ref = session_ref(s->handle);
	}
	ike_engine_authenticated(h->engine, session_now(h), sa, &proof);
}
