/*
 * Redirection, RFC5685: a gateway sends a peer that can follow to another one, in IKE_SA_INIT without state, in IKE_AUTH, or
 * later.  Where to is the world's to say; so is whether we follow, and how often.  What comes in IKE_SA_INIT isn't
 * authentic: it counts if it repeats our nonce, which those alone know who see our packets.
 */
#include "ike/exchange/act_redirect.h"

#include "ike/ability.h"
#include "ike/admit.h"
#include "ike/core.h"
#include "ike/keying/proof.h"
#include "ike/wire/gateway.h"
#include "ike/wire/nonce.h"

/* ---- as a gateway ---- */

/* Who sent the peer; family 0: nobody did, or it gives a name. */
static struct addr origin_of(const struct ike_msg *msg)
{
	struct ike_gateway from = { .addr = { .family = 0 } };
	struct ike_notify n;
	struct rd r;

	if (!ike_msg_notify(msg, IKE_N_REDIRECTED_FROM, &n))
		return from.addr;
	r = rd_of(n.data);
	if (ike_gateway_parse(&r, &from) != ERR_OK || rd_done(&r) != ERR_OK)
		from.addr.family = 0;
	return from.addr;
}

static bool can_follow(const struct ike_msg *msg)
{
	return ike_msg_notify(msg, IKE_N_REDIRECT_SUPPORTED, NULL) || ike_msg_notify(msg, IKE_N_REDIRECTED_FROM, NULL);
}

bool ike_act_redirect_new_peer(struct ike_engine *e, const struct ike_path *path, struct bytes nonce)
{
	const struct ike_ports *ports = e->cfg.ports;
	uint8_t data[IKE_GATEWAY_MAX + IKE_NONCE_MAX];
	struct wr w = wr_of(data, sizeof(data));
	struct addr from = origin_of(&e->msg);
	struct ike_gateway to;

	if (ports->redirect == NULL || !can_follow(&e->msg) || !ports->redirect(ports->ctx, path, &from, &to))
		return false;
	ike_gateway_build(&w, &to);
	wr_bytes(&w, nonce);
	if (wr_done(&w) != ERR_OK)
		return false;
	ike_core_count(e, IKE_STAT_REDIRECT_SENT);
	ike_admit_refuse(e, path, IKE_N_REDIRECT, wr_view(&w));
	return true;
}

void ike_act_redirect_take_from(struct ike_sa *sa, const struct ike_msg *msg)
{
	sa->setup->redirected_from = origin_of(msg);
	if (ike_msg_notify(msg, IKE_N_REDIRECTED_FROM, NULL))
		ike_ability_agree(sa, IKE_CAN_REDIRECT);
}

enum err ike_act_redirect_keep(struct ike_blob *to, const struct ike_gateway *gateway)
{
	uint8_t data[IKE_GATEWAY_MAX];
	struct wr w = wr_of(data, sizeof(data));
	enum err err;

	ike_gateway_build(&w, gateway);
	err = wr_done(&w);
	return err == ERR_OK ? ike_blob_set(to, wr_view(&w)) : err;
}

/* ---- as a client ---- */

void ike_act_redirect_build_from(struct ike_sa *sa, struct ike_build *b)
{
	struct ike_gateway from = ike_gateway_of(&sa->setup->redirected_from);
	uint8_t data[IKE_GATEWAY_MAX];
	struct wr w = wr_of(data, sizeof(data));

	if (sa->role != IKE_INITIATOR || from.addr.family == 0)
		return;
	ike_gateway_build(&w, &from);
	ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_REDIRECTED_FROM, wr_view(&w));
	ike_ability_agree(sa, IKE_CAN_REDIRECT);
}

/* The world follows the REDIRECT of 'msg', behind whose gateway 'nonce' is to stand (empty: nothing is). */
static bool follows(const struct ike_sa *sa, const struct ike_msg *msg, struct bytes nonce)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;
	struct ike_gateway to;
	struct ike_notify n;
	struct rd r;
	bool ok;

	if (!ike_msg_notify(msg, IKE_N_REDIRECT, &n))
		return false;
	r = rd_of(n.data);
	ok = sa->original && ike_ability_agreed(sa, IKE_CAN_REDIRECT) && ports->redirected != NULL;
	ok = ok && ike_gateway_parse(&r, &to) == ERR_OK && bytes_eq(rd_rest(&r), nonce);
	ok = ok && sa->known && ports->redirected(ports->ctx, sa->handle, &to);
	ike_core_count(sa->engine, ok ? IKE_STAT_REDIRECT_FOLLOWED : IKE_STAT_REDIRECT_IGNORED);
	return ok;
}

enum err ike_act_redirect_init(const struct ike_step *s)
{
	return follows(s->sa, s->msg, ike_proof_nonce(&s->sa->setup->init_tx)) ? ERR_OK : ERR_DENIED;
}

bool ike_act_redirect_auth(const struct ike_step *s, const struct ike_msg *msg)
{
	if (!follows(s->sa, msg, bytes_of(NULL, 0)))
		return false;
	ike_core_blame(s->sa, IKE_DOWN_REDIRECTED);
	return true;
}

void ike_act_redirect_told(const struct ike_step *s)
{
	if (s->sa->came_up)
		(void)follows(s->sa, s->msg, bytes_of(NULL, 0));
}
