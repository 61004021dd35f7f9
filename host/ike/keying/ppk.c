/*
 * The exchange's part of RFC8784.  Encryption and integrity keys are the same with and without the key, so that a message can
 * be read before it is known which holds.  Engine's thread.
 */
#include "ike/keying/ppk.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/prf.h"
#include "ike/ability.h"
#include "ike/core.h"
#include "ike/keying/proof.h"

enum err ike_ppk_mix(struct crypto *c, const struct ike_suite *suite, const struct secret *keys, struct bytes ppk, struct secret *out)
{
	static const enum ike_key mixed[] = { IKE_SK_D, IKE_SK_PI, IKE_SK_PR };
	struct crypto_prf_key key = { suite->prf, ppk };
	struct secret made = { 0 };
	enum err err = secret_set(&made, secret_view(keys));

	for (unsigned i = 0; i < sizeof(mixed) / sizeof(mixed[0]) && err == ERR_OK; i++) {
		struct bytes old = ike_keys_view(suite, keys, mixed[i]);
		size_t at = (size_t)(old.data - keys->data);

		err = crypto_prf_plus(c, &key, crypto_parts_of(&old, 1), made.data + at, old.len);
	}
	if (err == ERR_OK)
		secret_take(out, &made);
	secret_fini(&made);
	return err;
}

static enum err put_in(struct ike_sa *sa, struct bytes ppk, struct secret *bare)
{
	struct secret made = { 0 };
	enum err err = ike_ppk_mix(sa->engine->cfg.crypto, &sa->suite, &sa->keys, ppk, &made);

	if (err != ERR_OK)
		return err;
	secret_take(bare, &sa->keys);
	secret_take(&sa->keys, &made);
	sa->ppk = true;
	return ERR_OK;
}

static void be_willing(struct ike_sa *sa, bool willing)
{
	uint16_t bit = 1U << IKE_CAN_PPK;

	sa->willing = willing ? sa->willing | bit : (uint16_t)(sa->willing & ~bit);
}

/* ---- initiator ---- */

enum err ike_ppk_keep(struct ike_sa *sa, struct ike_request *request)
{
	struct ike_ppk *p;

	be_willing(sa, request->ppk.len != 0);
	if (request->ppk.len == 0)
		return ERR_OK;
	p = (struct ike_ppk *)calloc(1, sizeof(*p));
	if (p == NULL)
		return ERR_NOMEM;
	sa->setup->ppk = p;
	p->required = request->ppk_required;
	secret_take(&p->key, &request->ppk);
	return ike_blob_set(&p->id, request->ppk_id);
}

void ike_ppk_free(struct ike_ppk *p)
{
	if (p == NULL)
		return;
	ike_blob_drop(&p->id);
	ike_blob_drop(&p->bare_auth);
	secret_fini(&p->key);
	secret_fini(&p->bare);
	free(p);
}

/* The initiator's key, if the peer can use one too. */
static struct ike_ppk *in_use(const struct ike_sa *sa)
{
	return ike_ability_agreed(sa, IKE_CAN_PPK) ? sa->setup->ppk : NULL;
}

static enum err refuse(struct ike_sa *sa, const char *why)
{
	ike_core_count(sa->engine, IKE_STAT_PPK_REFUSED);
	ike_core_log_sa(sa, LOG_L_WARN, "ppk.refused", "why=%s", why);
	return ERR_AUTH;
}

enum err ike_ppk_accept(struct ike_sa *sa, const struct ike_msg *msg)
{
	const struct ike_ppk *p = sa->setup->ppk;

	if (p == NULL || !p->required || ike_msg_notify(msg, IKE_N_USE_PPK, NULL))
		return ERR_OK;
	sa->setup->refusal = IKE_DOWN_AUTH; /* told in clear: another answer may come */
	return refuse(sa, "not-supported");
}

enum err ike_ppk_begin(struct ike_sa *sa)
{
	struct ike_ppk *p = in_use(sa);
	enum err err = ERR_OK;

	if (p == NULL || (!p->required && sa->setup->auth.len == 0))
		return ERR_OK;
	if (!p->required)
		err = ike_blob_set(&p->bare_auth, ike_blob_view(&sa->setup->auth));
	return err == ERR_OK ? put_in(sa, secret_view(&p->key), &p->bare) : err;
}

enum ike_event ike_ppk_signed(const struct ike_sa *sa)
{
	return in_use(sa) == NULL || sa->ppk ? IKE_E_SIGNED : IKE_E_SIGNED_BARE;
}

enum err ike_ppk_sign_last(struct ike_sa *sa)
{
	enum err err = ike_ppk_begin(sa);

	if (err == ERR_OK)
		err = ike_proof_sign(sa->engine, sa);
	if (err != ERR_OK || ike_ppk_signed(sa) == IKE_E_SIGNED)
		return err;
	err = ike_ppk_begin(sa);
	return err == ERR_OK ? ike_proof_sign(sa->engine, sa) : err;
}

void ike_ppk_build(const struct ike_sa *sa, struct ike_build *b)
{
	const struct ike_ppk *p = in_use(sa);

	if (p == NULL)
		return;
	ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_PPK_IDENTITY, ike_blob_view(&p->id));
	if (!p->required)
		ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_NO_PPK_AUTH, ike_blob_view(&p->bare_auth));
}

enum err ike_ppk_settle(struct ike_sa *sa, const struct ike_msg *msg)
{
	struct ike_ppk *p = in_use(sa);

	if (p == NULL)
		return ERR_OK;
	if (ike_msg_notify(msg, IKE_N_PPK_IDENTITY, NULL)) {
		ike_core_count(sa->engine, IKE_STAT_PPK);
		return ERR_OK;
	}
	if (p->required)
		return refuse(sa, "not-used");
	secret_take(&sa->keys, &p->bare);
	sa->ppk = false;
	ike_core_log_sa(sa, LOG_L_INFO, "ppk.unused", "why=unknown-to-peer");
	return ERR_OK;
}

/* ---- responder ---- */

void ike_ppk_offer(struct ike_sa *sa)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;

	be_willing(sa, ports->ppk != NULL && ports->ppk_known(ports->ctx, &sa->path));
}

enum err ike_ppk_receive(struct ike_sa *sa, const struct ike_msg *msg, const struct ike_who *who)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;
	struct secret key = { 0 }, bare = { 0 };
	struct ike_notify id;
	enum err err;

	if (!ike_ability_agreed(sa, IKE_CAN_PPK) || !ike_msg_notify(msg, IKE_N_PPK_IDENTITY, &id))
		return ERR_OK;
	err = ports->ppk(ports->ctx, who, id.data, &key);
	if (err == ERR_OK)
		err = put_in(sa, secret_view(&key), &bare);
	else
		err = ike_msg_notify(msg, IKE_N_NO_PPK_AUTH, NULL) ? ERR_OK : refuse(sa, "unknown-key");
	secret_fini(&key);
	secret_fini(&bare);
	if (err == ERR_OK && sa->ppk)
		ike_core_count(sa->engine, IKE_STAT_PPK);
	sa->setup->ppk_bare = !sa->ppk;
	return err;
}

bool ike_ppk_lacks(const struct ike_sa *sa)
{
	return sa->setup->ppk_due && !sa->ppk;
}

enum err ike_ppk_receive_last(struct ike_sa *sa, const struct ike_msg *msg, struct ike_authdata *auth)
{
	struct ike_who who = { .role = IKE_RESPONDER, .path = sa->path, .ref = sa->ref, .peer_id = &sa->remote_id, .method = auth->method };
	enum err err = ike_ppk_receive(sa, msg, &who);

	if (err == ERR_OK && ike_ppk_lacks(sa))
		err = refuse(sa, "not-used");
	if (err == ERR_OK)
		ike_ppk_choose(sa, msg, auth);
	return err;
}

void ike_ppk_choose(const struct ike_sa *sa, const struct ike_msg *msg, struct ike_authdata *auth)
{
	struct ike_notify n;

	if (sa->setup->ppk_bare && ike_msg_notify(msg, IKE_N_NO_PPK_AUTH, &n))
		auth->data = n.data;
}

void ike_ppk_confirm(const struct ike_sa *sa, struct ike_build *b)
{
	if (sa->ppk && !sa->resumed)
		ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_PPK_IDENTITY, bytes_of(NULL, 0));
}
