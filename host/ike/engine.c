/*
 * The engine's face: everything that the world calls.  Orders and answers find their SA by its handle, leave what they bring in it
 * and post an event; a handle whose SA is gone, or for which it is over, is dropped and counted.
 */
#include "ike/engine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ike/ability.h"
#include "ike/child.h"
#include "ike/core.h"
#include "ike/exchange/act_child_i.h"
#include "ike/exchange/act_first.h"
#include "ike/exchange/act_reauth.h"
#include "ike/exchange/act_redirect.h"
#include "ike/exchange/act_resume_i.h"
#include "ike/exchange/act_resume_r.h"
#include "ike/exchange/addresses.h"
#include "ike/exchange/mobike.h"
#include "ike/exchange/talk.h"
#include "ike/input.h"
#include "ike/keying/agree.h"
#include "ike/keying/ppk.h"
#include "ike/keying/proof.h"
#include "ike/live.h"
#include "ike/move.h"
#include "ike/resume/resume.h"

enum { TRIES_MAX = UINT8_MAX };
enum { HINT_RATE = 20, HINT_BURST = 200 }; /* probes that hints may cause, per second */

static void set_default(uint32_t *field, uint32_t value)
{
	if (*field == 0)
		*field = value;
}

static void fill_defaults(struct ike_engine_config *cfg)
{
	set_default(&cfg->sa_limit, 100000);
	set_default(&cfg->half_open_limit, 10000);
	set_default(&cfg->cookie_threshold, 100);
	set_default(&cfg->half_open_ms, 30000);
	set_default(&cfg->eap_ms, 120000);
	set_default(&cfg->answer_ms, 30000);
	set_default(&cfg->childless_ms, 30000);
	set_default(&cfg->retransmit_base_ms, 1000);
	set_default(&cfg->retransmit_tries, 6);
	set_default(&cfg->probe_base_ms, 1000);
	set_default(&cfg->probe_tries, 3);
	set_default(&cfg->notify_rate, 10);
	set_default(&cfg->rekey_retry_ms, 10000);
	set_default(&cfg->followup_ms, 20000);
	set_default(&cfg->old_ms, 180000);
	set_default(&cfg->fade_ms, 5000);
	set_default(&cfg->frag_bytes, 8 << 20);
	if (cfg->nat_keepalive_s == 0)
		cfg->nat_keepalive_s = 20;
	if (cfg->retransmit_tries > TRIES_MAX)
		cfg->retransmit_tries = TRIES_MAX;
	if (cfg->probe_tries > TRIES_MAX)
		cfg->probe_tries = TRIES_MAX;
}

static void note_given(struct ike_engine *e)
{
	const struct ike_engine_config *cfg = &e->cfg;

	e->given = (struct ike_tuning){ .sa_limit = cfg->sa_limit,
		.half_open_limit = cfg->half_open_limit,
		.cookie_threshold = cfg->cookie_threshold,
		.cookie_always = cfg->cookie_always,
		.cert_lookup = cfg->cert_lookup,
		.source = cfg->source };
}

enum err ike_engine_new(struct ike_engine **out, const struct ike_engine_config *config, uint64_t now_ms)
{
	struct ike_engine *e = (struct ike_engine *)calloc(1, sizeof(*e));
	struct ike_tuning untuned = { .frag_mtu = config->frag_mtu };
	uint8_t key[2][16];
	uint32_t slots;
	enum err err;

	if (e == NULL)
		return ERR_NOMEM;
	e->cfg = *config;
	fill_defaults(&e->cfg);
	note_given(e);
	ike_engine_tune(e, &untuned);
	e->now_ms = now_ms;
	slots = IKE_SLOTS * e->cfg.sa_limit;
	slab_init(&e->sas, sizeof(struct ike_sa), slots);
	slab_init(&e->agreements, sizeof(struct ike_agreement), IKE_AGREE_SIDES * slots);
	wheel_init(&e->wheel, now_ms);
	list_init(&e->ready);
	list_init(&e->dead);
	list_init(&e->arrived);
	limit_init(&e->notify_limit, e->cfg.notify_rate, e->cfg.notify_rate, now_ms);
	limit_init(&e->hint_limit, HINT_RATE, HINT_BURST, now_ms);
	err = crypto_rand_fill(e->cfg.rand, key, sizeof(key));
	if (err == ERR_OK)
		err = map_init(&e->by_spi, key[0]);
	if (err == ERR_OK)
		err = map_init(&e->by_init, key[1]);
	if (err == ERR_OK)
		err = ike_source_init(&e->sources, IKE_SOURCES, key[1]);
	if (err != ERR_OK) {
		ike_engine_free(e);
		return err;
	}
	*out = e;
	return ERR_OK;
}

void ike_engine_free(struct ike_engine *e)
{
	struct slab_handle handle;
	struct ike_sa *sa;
	uint32_t at = 0;

	if (e == NULL)
		return;
	e->busy = true; /* what the world says to 'down' comes too late */
	while ((sa = (struct ike_sa *)slab_walk(&e->sas, &at, &handle)) != NULL) {
		ike_core_blame(sa, IKE_DOWN_SHUTDOWN);
		ike_sa_tell_down(sa);
		ike_sa_free(sa);
	}
	map_fini(&e->by_spi);
	map_fini(&e->by_init);
	ike_source_fini(&e->sources);
	slab_fini(&e->sas);
	slab_fini(&e->agreements);
	ike_cookie_fini(&e->cookie);
	ike_vault_fini(&e->vault);
	bytes_wipe(e, sizeof(*e));
	free(e);
}

static uint32_t value_or(uint32_t value, uint32_t otherwise)
{
	return value != 0 ? value : otherwise;
}

void ike_engine_tune(struct ike_engine *e, const struct ike_tuning *tuning)
{
	struct ike_engine_config *cfg = &e->cfg;
	const struct ike_tuning *given = &e->given;

	cfg->frag_mtu = tuning->frag_mtu;
	cfg->sa_limit = tuning->sa_limit != 0 && tuning->sa_limit < given->sa_limit ? tuning->sa_limit : given->sa_limit;
	cfg->half_open_limit = value_or(tuning->half_open_limit, given->half_open_limit);
	cfg->cookie_threshold = value_or(tuning->cookie_threshold, given->cookie_threshold);
	cfg->cookie_always = tuning->cookie_always || given->cookie_always;
	cfg->cert_lookup = tuning->cert_lookup || given->cert_lookup;
	cfg->source = tuning->source.rate != 0 ? tuning->source : given->source;
	cfg->source.half_open = value_or(tuning->source.half_open, given->source.half_open);
	set_default(&cfg->source.half_open, cfg->half_open_limit / 2 + 1);
}

void ike_engine_tuned(const struct ike_engine *e, struct ike_tuning *out)
{
	const struct ike_engine_config *cfg = &e->cfg;

	*out = (struct ike_tuning){ .frag_mtu = cfg->frag_mtu,
		.sa_limit = cfg->sa_limit,
		.half_open_limit = cfg->half_open_limit,
		.cookie_threshold = cfg->cookie_threshold,
		.cookie_always = cfg->cookie_always,
		.cert_lookup = cfg->cert_lookup,
		.source = cfg->source };
}

static void set_now(struct ike_engine *e, uint64_t now_ms)
{
	if (now_ms > e->now_ms)
		e->now_ms = now_ms;
}

void ike_engine_advance(struct ike_engine *e, uint64_t now_ms)
{
	assert(!e->busy);
	set_now(e, now_ms);
	wheel_advance(&e->wheel, e->now_ms);
	ike_fsm_drain(e);
}

uint64_t ike_engine_next(const struct ike_engine *e)
{
	return wheel_next(&e->wheel);
}

void ike_engine_receive(struct ike_engine *e, uint64_t now_ms, const struct ike_path *path, struct bytes datagram)
{
	assert(!e->busy);
	set_now(e, now_ms);
	ike_input_receive(e, path, datagram);
}

void ike_engine_unknown_spi(struct ike_engine *e, uint64_t now_ms, const struct ike_path *path, uint32_t spi)
{
	struct ike_hdr hdr = { .version = IKE_VERSION, .exchange = IKE_X_INFORMATIONAL, .flags = IKE_F_INITIATOR };
	uint8_t data[4] = { (uint8_t)(spi >> 24), (uint8_t)(spi >> 16), (uint8_t)(spi >> 8), (uint8_t)spi };
	struct ike_build b;
	struct bytes datagram;

	set_now(e, now_ms);
	if (!limit_take(&e->notify_limit, e->now_ms)) {
		ike_core_count(e, IKE_STAT_NOTIFY_LIMITED);
		return;
	}
	if (crypto_rand_fill(e->cfg.rand, &hdr.spi_i, sizeof(hdr.spi_i)) != ERR_OK)
		return;
	ike_build_begin(&b, e->tx, sizeof(e->tx), &hdr);
	ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_INVALID_SPI, bytes_of(data, sizeof(data)));
	if (ike_build_finish(&b, &datagram) == ERR_OK)
		ike_core_send(e, path, datagram);
}

/* The SA behind 'handle', for which it isn't over yet. */
static struct ike_sa *live(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle)
{
	struct ike_sa *sa = (struct ike_sa *)slab_get(&e->sas, handle);

	set_now(e, now_ms);
	if (sa != NULL && sa->known)
		return sa;
	ike_core_count(e, IKE_STAT_STALE);
	return NULL;
}

/* The same, if it waits for the answer to 'question'. */
static struct ike_sa *waiting(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, enum ike_asked question)
{
	struct ike_sa *sa = live(e, now_ms, handle);

	if (sa == NULL)
		return NULL;
	if (sa->asked != question) {
		ike_core_count(e, IKE_STAT_STALE);
		return NULL;
	}
	sa->asked = IKE_ASKED_NOTHING;
	return sa;
}

/* ---- orders ---- */

static bool request_complete(const struct ike_engine *e, const struct ike_request *r)
{
	const struct ike_child_policy *child = &r->terms.child;

	if (r->eap ? e->cfg.ports->eap == NULL : r->psk.len == 0 && e->cfg.ports->sign == NULL)
		return false;
	return r->local_id != NULL && r->local_id->type != 0 && child->esp.count != 0 && child->local_count != 0 &&
	       child->remote_count != 0;
}

static enum err keep_wanted_id(struct ike_setup *setup, const struct ike_id *id)
{
	uint8_t octets[1 + IKE_ID_MAX];
	struct wr w = wr_of(octets, sizeof(octets));
	enum err err;

	if (id == NULL || id->type == 0)
		return ERR_OK;
	wr_u8(&w, id->type);
	wr_bytes(&w, id->data);
	err = wr_done(&w);
	return err == ERR_OK ? ike_blob_set(&setup->wanted_id, wr_view(&w)) : err;
}

static enum err keep_routes(struct ike_sa *sa, const struct ike_config *routes)
{
	struct ike_config *copy;

	if (routes == NULL || routes->prefix_count == 0)
		return ERR_OK;
	copy = (struct ike_config *)malloc(sizeof(*copy));
	if (copy == NULL)
		return ERR_NOMEM;
	*copy = *routes;
	free(sa->routes);
	sa->routes = copy;
	return ERR_OK;
}

static enum err fill_initiator(struct ike_sa *sa, struct ike_request *r)
{
	struct ike_setup *setup = sa->setup;
	enum err err = ike_sa_copy_deal(&r->terms, r->want, &setup->deal);

	if (err == ERR_OK)
		err = ike_sa_set_id(&sa->local_id, &sa->local_octets, r->local_id);
	if (err == ERR_OK)
		err = keep_wanted_id(setup, r->remote_id);
	if (err == ERR_OK)
		err = ike_blob_set(&setup->authorities, r->authorities);
	if (err == ERR_OK)
		err = keep_routes(sa, r->routes);
	if (err == ERR_OK)
		err = ike_ppk_keep(sa, r);
	ike_sa_take_terms(sa, &r->terms);
	if (!r->follow_redirects)
		sa->willing &= (uint16_t) ~(1u << IKE_CAN_REDIRECT);
	if (!r->terms.childless)
		ike_ability_renounce(sa, IKE_CAN_CHILDLESS);
	setup->redirected_from = r->redirected_from;
	sa->ref = r->ref;
	sa->takes_config = r->want != NULL || r->routes != NULL;
	setup->talk.on = r->eap;
	setup->talk.only = r->eap && r->eap_only;
	setup->initial_contact = r->initial_contact;
	setup->force_udp = r->force_udp;
	setup->need_address = r->need_address;
	secret_take(&setup->sign, &r->psk);
	sa->asks_ticket = r->resumption;
	if (err == ERR_OK)
		ike_act_resume_i_keep(sa, r->pass);
	return err;
}

enum err ike_engine_initiate(struct ike_engine *e, uint64_t now_ms, struct ike_request *request, struct slab_handle *out)
{
	struct ike_step s = { .e = e };
	struct slab_handle handle;
	enum err err = request_complete(e, request) ? ERR_OK : ERR_INCOMPLETE;

	assert(!e->busy);
	set_now(e, now_ms);
	if (err == ERR_OK)
		err = ike_sa_new(e, IKE_INITIATOR, &request->path, &s.sa);
	if (err != ERR_OK) {
		secret_fini(&request->psk);
		secret_fini(&request->ppk);
		return err;
	}
	handle = s.sa->handle;
	err = fill_initiator(s.sa, request);
	if (err != ERR_OK) {
		secret_fini(&request->psk);
		secret_fini(&request->ppk);
		ike_sa_free(s.sa);
		return err;
	}
	err = ike_fsm_run(&s, s.sa->setup->resume != NULL ? IKE_E_RESUME : IKE_E_INITIATE); /* an error has freed the SA */
	if (err != ERR_OK && err != ERR_AGAIN)
		return err;
	s.sa->known = true;
	*out = handle;
	return ERR_OK;
}

static void begin_delete(struct ike_engine *e, struct ike_sa *sa)
{
	if (sa == NULL)
		return;
	ike_fsm_post(sa, IKE_E_DELETE);
	ike_fsm_drain(e);
}

void ike_engine_delete(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle)
{
	begin_delete(e, live(e, now_ms, handle));
}

void ike_engine_abandon(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle)
{
	struct ike_sa *sa = live(e, now_ms, handle);

	if (sa != NULL)
		sa->pace.tries = 1;
	begin_delete(e, sa);
}

void ike_engine_retire(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle)
{
	struct ike_sa *sa = live(e, now_ms, handle);

	if (sa == NULL)
		return;
	ike_fsm_post(sa, sa->state == IKE_S_UP ? IKE_E_RETIRE : IKE_E_DELETE);
	ike_fsm_drain(e);
}

void ike_engine_forget(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle)
{
	struct ike_sa *sa = live(e, now_ms, handle);

	if (sa == NULL)
		return;
	ike_fsm_post(sa, IKE_E_FORGET);
	ike_fsm_drain(e);
}

void ike_engine_replace(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle)
{
	struct ike_sa *sa = live(e, now_ms, handle);

	if (sa != NULL)
		sa->succeeded = true;
}

void ike_engine_switched(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle)
{
	struct ike_sa *sa = live(e, now_ms, handle);

	if (sa != NULL)
		ike_window_release(sa);
}

enum err ike_engine_new_child(
	struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, const struct ike_child_policy *policy, uint32_t *spi_in)
{
	const struct ike_ports *ports = e->cfg.ports;
	struct ike_sa *sa = live(e, now_ms, handle);
	uint32_t spi;
	enum err err;

	if (sa == NULL || !sa->came_up)
		return ERR_STALE;
	if (!ike_child_room(sa, policy->limit))
		return ERR_FULL;
	err = ports->spi_new(ports->ctx, &sa->path, &spi);
	if (err != ERR_OK)
		return err;
	err = ike_child_want(sa, policy, spi);
	if (err != ERR_OK) {
		ports->spi_free(ports->ctx, spi);
		return err;
	}
	*spi_in = spi;
	ike_fsm_post(sa, IKE_E_CHILD);
	ike_fsm_drain(e);
	return ERR_OK;
}

/* Posts 'event' to one of its children, if that isn't on its way out and takes it. */
static void order_child(struct ike_engine *e, struct ike_sa *sa, uint32_t spi_in, enum ike_child_event event)
{
	struct ike_child *child = sa == NULL ? NULL : ike_sa_child(sa, spi_in);

	if (child == NULL || ike_childfsm_kind(child) == IKE_CHILD_GONE ||
		ike_childfsm_cell((enum ike_child_state)child->state, event)->ok == IKE_C_NONE)
		return;
	ike_childfsm_post(child, event);
	ike_fsm_drain(e);
}

void ike_engine_delete_child(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, uint32_t spi_in)
{
	order_child(e, live(e, now_ms, handle), spi_in, IKE_CE_DELETE);
}

void ike_engine_rekey_child(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, uint32_t spi_in)
{
	if (e->cfg.child_rekey)
		order_child(e, live(e, now_ms, handle), spi_in, IKE_CE_REKEY);
}

void ike_engine_expire_child(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, uint32_t spi_in)
{
	order_child(e, live(e, now_ms, handle), spi_in, IKE_CE_HARD);
}

void ike_engine_rekey(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle)
{
	struct ike_sa *sa = live(e, now_ms, handle);

	if (sa == NULL || !sa->came_up)
		return;
	ike_fsm_post(sa, IKE_E_SOFT);
	ike_fsm_drain(e);
}

void ike_engine_probe(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle)
{
	struct ike_sa *sa = live(e, now_ms, handle);

	if (sa == NULL)
		return;
	ike_live_probe(sa);
	ike_fsm_drain(e);
}

void ike_engine_send_routes(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, const struct ike_config *routes)
{
	struct ike_sa *sa = live(e, now_ms, handle);

	if (sa == NULL || keep_routes(sa, routes) != ERR_OK || sa->routes == NULL || !sa->came_up)
		return; /* one that isn't up sends them when it is */
	sa->todo |= 1u << IKE_TX_CONFIG;
	ike_fsm_post(sa, IKE_E_SEND);
	ike_fsm_drain(e);
}

void ike_engine_redirect(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, const struct ike_gateway *to)
{
	struct ike_sa *sa = live(e, now_ms, handle);

	if (sa == NULL || !sa->came_up || !ike_ability_agreed(sa, IKE_CAN_REDIRECT) || ike_act_redirect_keep(&sa->redirect, to) != ERR_OK)
		return;
	sa->todo |= 1u << IKE_TX_REDIRECT;
	ike_fsm_post(sa, IKE_E_SEND);
	ike_fsm_drain(e);
}

/* ---- answers ---- */

void ike_engine_agreed(struct ike_engine *e, uint64_t now_ms, struct slab_handle question, struct ike_agreed *answer)
{
	set_now(e, now_ms);
	ike_agree_take(e, question, answer);
	ike_fsm_drain(e);
}

static enum err take_proof(struct ike_sa *sa, struct ike_proof *proof)
{
	if (proof->err != ERR_OK)
		return proof->err;
	secret_take(&sa->setup->verify, &proof->verify);
	sa->setup->proved = proof->proved;
	sa->setup->ppk_due = proof->ppk_required;
	if (!sa->setup->talk.on && ike_ppk_lacks(sa)) /* with EAP it comes with the last AUTH */
		return ERR_AUTH;
	if (sa->role == IKE_INITIATOR)
		return ERR_OK;
	sa->ref = proof->ref;
	if (ike_resume_of(sa) != NULL)
		return ike_sa_set_id(&sa->local_id, &sa->local_octets, &ike_resume_of(sa)->past.id_r);
	sa->setup->talk.bare = proof->eap_only && sa->setup->talk.only;
	if (!proof->certificate)
		secret_take(&sa->setup->sign, &proof->sign);
	if (proof->local_id == NULL || (!sa->setup->talk.bare && proof->certificate != (sa->setup->sign.len == 0)) ||
		(proof->certificate && sa->engine->cfg.ports->sign == NULL))
		return ERR_INCOMPLETE;
	return ike_sa_set_id(&sa->local_id, &sa->local_octets, proof->local_id);
}

void ike_engine_authenticated(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, struct ike_proof *proof)
{
	struct ike_sa *sa = waiting(e, now_ms, handle, IKE_ASKED_PROOF);
	enum err err;

	if (sa != NULL) {
		err = take_proof(sa, proof);
		if (err != ERR_OK)
			ike_core_log_sa(sa, LOG_L_WARN, "auth.refused", "why=%s", proof->why != NULL ? proof->why : err_name(err));
		ike_fsm_post(sa, err == ERR_OK ? IKE_E_PROVED : IKE_E_UNPROVED);
	}
	secret_fini(&proof->verify);
	secret_fini(&proof->sign);
	ike_fsm_drain(e);
}

void ike_engine_signed(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, const struct ike_signature *signature)
{
	struct ike_sa *sa = waiting(e, now_ms, handle, IKE_ASKED_SIGNATURE);
	enum err err;

	if (sa == NULL)
		return;
	err = ike_proof_take(sa, signature);
	if (err != ERR_OK) {
		ike_core_count(e, IKE_STAT_UNSIGNED);
		ike_core_log_sa(sa, LOG_L_WARN, "auth.unsigned", "why=%s", signature->why != NULL ? signature->why : err_name(err));
	}
	ike_fsm_post(sa, err == ERR_OK ? ike_ppk_signed(sa) : IKE_E_UNSIGNED);
	ike_fsm_drain(e);
}

void ike_engine_eap(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, struct ike_eap_answer *answer)
{
	struct ike_sa *sa = waiting(e, now_ms, handle, IKE_ASKED_EAP);

	if (sa != NULL)
		ike_fsm_post(sa, ike_talk_take(sa, answer));
	secret_fini(&answer->msk);
	ike_fsm_drain(e);
}

static enum ike_event take_grant(struct ike_sa *sa, const struct ike_grant *grant)
{
	const struct ike_config *reply = sa->setup->wants_config ? grant->reply : NULL;

	if (grant->verdict == IKE_REDIRECTED)
		return ike_act_redirect_keep(&sa->redirect, grant->redirect) == ERR_OK ? IKE_E_REDIRECTED : IKE_E_REFUSED;
	if (grant->verdict != IKE_GRANTED)
		return grant->verdict == IKE_NO_ADDRESS ? IKE_E_NO_ADDRESS : IKE_E_REFUSED;
	if (ike_sa_copy_deal(&grant->terms, reply, &sa->setup->deal) != ERR_OK)
		return IKE_E_REFUSED;
	ike_sa_take_terms(sa, &grant->terms);
	ike_act_resume_r_bound(sa);
	sa->takes_config = grant->reply != NULL;
	if (reply != NULL) {
		sa->assigned_ip4 = reply->ip4;
		sa->assigned_ip6 = reply->ip6.addr;
	}
	return ike_act_first_later(sa) ? IKE_E_GRANTED_BARE : IKE_E_GRANTED;
}

void ike_engine_authorized(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, const struct ike_grant *grant)
{
	struct ike_sa *sa = waiting(e, now_ms, handle, IKE_ASKED_GRANT);
	enum ike_event event;

	if (sa == NULL)
		return;
	event = take_grant(sa, grant);
	if (event != IKE_E_GRANTED && event != IKE_E_GRANTED_BARE && event != IKE_E_REDIRECTED)
		ike_core_log_sa(sa, LOG_L_WARN, "authorization.refused", "why=%s", grant->why != NULL ? grant->why : "memory");
	ike_fsm_post(sa, event);
	ike_fsm_drain(e);
}

/* What the world's answer is to the child that waits for it; IKE_CE_COUNT: it doesn't. */
static enum ike_child_event installed_event(const struct ike_child *child, enum err err)
{
	switch ((enum ike_child_state)child->state) {
	case IKE_C_FIRST:
	case IKE_C_N_INSTALL:
	case IKE_C_R_INSTALL:
		return err == ERR_OK ? IKE_CE_INSTALLED : IKE_CE_NOT_INSTALLED;
	case IKE_C_I_INSTALL:
		return err == ERR_OK ? ike_act_child_i_verdict(child) : IKE_CE_NOT_INSTALLED;
	default:
		return IKE_CE_COUNT;
	}
}

void ike_engine_installed(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, uint32_t spi_in, enum err err)
{
	struct ike_sa *sa = live(e, now_ms, handle);
	struct ike_child *child = sa == NULL ? NULL : ike_sa_child(sa, spi_in);
	enum ike_child_event event = child == NULL ? IKE_CE_COUNT : installed_event(child, err);

	if (event == IKE_CE_COUNT || (child->state == IKE_C_FIRST && sa->asked != IKE_ASKED_INSTALL)) {
		if (sa != NULL)
			ike_core_count(e, IKE_STAT_STALE);
		return;
	}
	if (err != ERR_OK)
		ike_core_log_sa(sa, LOG_L_WARN, "child.failed", "spi-in=%08x cause=%s", spi_in, err_name(err));
	ike_childfsm_post(child, event);
	if (child->state == IKE_C_FIRST) {
		sa->asked = IKE_ASKED_NOTHING;
		ike_fsm_post(sa, err == ERR_OK ? IKE_E_INSTALLED : IKE_E_NOT_INSTALLED);
	}
	ike_fsm_drain(e);
}

/* ---- what the world sees ---- */

void ike_engine_activity(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, const struct ike_activity *activity)
{
	struct ike_sa *sa = live(e, now_ms, handle);

	if (sa != NULL)
		ike_live_activity(sa, activity);
}

void ike_engine_moved(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, const struct addr_port *remote)
{
	struct ike_sa *sa = live(e, now_ms, handle);
	struct ike_path path;

	if (sa == NULL || !sa->nat_remote)
		return;
	path = sa->path;
	path.remote = *remote;
	ike_move_follow(sa, &path, "esp");
}

bool ike_engine_readdress(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle, const struct ike_path *path)
{
	struct ike_sa *sa = live(e, now_ms, handle);
	bool moves = sa != NULL && ike_mobike_move(sa, path);

	ike_fsm_drain(e);
	return moves;
}

void ike_engine_addresses(struct ike_engine *e, uint64_t now_ms, struct slab_handle handle)
{
	struct ike_sa *sa = live(e, now_ms, handle);

	if (sa != NULL)
		ike_addresses_changed(sa);
	ike_fsm_drain(e);
}

/* ---- show ---- */

static void describe_children(const struct ike_sa *sa, struct ike_sa_info *out)
{
	out->child_count = 0;
	list_each (n, &sa->children) {
		const struct ike_child *c = list_of(n, struct ike_child, link);
		struct ike_child_info *i = &out->child[out->child_count];

		if (out->child_count == IKE_INFO_CHILDREN)
			return;
		out->child_count++;
		i->spi_in = c->spi_in;
		i->spi_out = c->spi_out;
		i->encr = c->encr;
		i->integ = c->integ;
		i->local_count = c->local_count;
		i->remote_count = c->remote_count;
		i->local = c->ts;
		i->remote = c->ts + c->local_count;
		i->up = ike_childfsm_kind(c) == IKE_CHILD_LIVE || ike_childfsm_kind(c) == IKE_CHILD_MOVING;
		i->line = c->line;
		i->transport = c->transport;
		i->sends = c->sends;
	}
}

static void describe(const struct ike_sa *sa, struct ike_sa_info *out)
{
	out->handle = sa->handle;
	out->role = (enum ike_role)sa->role;
	out->state = ike_fsm_state_str((enum ike_state)sa->state);
	out->up = sa->known && sa->came_up;
	out->spi_i = sa->spi_i;
	out->spi_r = sa->spi_r;
	memcpy(out->low_nonce, sa->low_nonce, sizeof(out->low_nonce));
	out->ref = sa->ref;
	out->path = sa->path;
	out->local_id = &sa->local_id;
	out->remote_id = &sa->remote_id;
	out->encr = sa->suite.encr;
	out->integ = sa->suite.integ;
	out->prf = sa->suite.prf;
	out->group = sa->suite.group;
	out->auth_local = sa->auth_local;
	out->auth_remote = sa->auth_remote;
	out->eap = sa->eap;
	out->created_ms = sa->created_ms;
	out->up_ms = sa->up_ms;
	out->lifetime_s = sa->lifetime_s;
	out->msgid_tx = sa->window.tx_id;
	out->msgid_rx = sa->window.rx_id;
	out->nat_local = sa->nat_local;
	out->nat_remote = sa->nat_remote;
	out->udp_encap = ike_sa_udp_encap(sa);
	out->flexvpn = sa->flexvpn;
	out->ppk = sa->ppk;
	for (unsigned i = 0; i < IKE_INFO_EXTRAS; i++)
		out->extra[i] = sa->extra[i] == 0 ? NULL : crypto_alg_at(sa->extra[i] - 1U);
	out->agreed = sa->agreed;
	out->resumed = sa->resumed;
	out->ticket_s = sa->ticket_until_ms > sa->engine->now_ms ? (uint32_t)((sa->ticket_until_ms - sa->engine->now_ms) / 1000) : 0;
	out->dpd = sa->dpd;
	out->last_rx_ms = sa->last_rx_ms;
	out->assigned_ip4 = sa->assigned_ip4;
	out->assigned_ip6 = sa->assigned_ip6;
	out->stats = sa->stats;
	describe_children(sa, out);
}

enum err ike_engine_info(const struct ike_engine *e, struct slab_handle handle, struct ike_sa_info *out)
{
	const struct ike_sa *sa = (const struct ike_sa *)slab_get(&e->sas, handle);

	if (sa == NULL)
		return ERR_STALE;
	describe(sa, out);
	return ERR_OK;
}

bool ike_engine_walk(const struct ike_engine *e, uint32_t *cursor, struct ike_sa_info *out)
{
	struct slab_handle handle;
	const struct ike_sa *sa = (const struct ike_sa *)slab_walk(&e->sas, cursor, &handle);

	if (sa == NULL)
		return false;
	describe(sa, out);
	return true;
}

void ike_engine_stats(const struct ike_engine *e, struct ike_stats *out)
{
	*out = e->stats;
}

const char *ike_engine_stat_str(enum ike_stat stat)
{
	static const char *const word[IKE_STAT_COUNT] = {
#define WORD(name, word, text) [IKE_STAT_##name] = (word),
		IKE_STAT_LIST(WORD)
#undef WORD
	};

	return (unsigned)stat < IKE_STAT_COUNT ? word[stat] : "unknown";
}
