/* CREATE_CHILD_SA that rekeys the IKE SA, as a responder.  Engine's thread. */
#include "ike/exchange/act_rekey_r.h"

#include <string.h>

#include "ike/core.h"
#include "ike/exchange/act_info.h"
#include "ike/keying/agree.h"
#include "ike/keying/seal.h"
#include "ike/live.h"
#include "ike/rekey/attempt.h"

static bool need(const struct ike_step *s, struct ike_agree *out)
{
	struct ike_accord a;

	return ike_accord_choose(s->sa, s->msg, &a) == ERR_OK && ike_agree_with(s->msg, a.suite.group, out);
}

bool ike_act_rekey_r_reply_need(const struct ike_step *s, struct ike_agree *out)
{
	return need(s, out);
}

bool ike_act_rekey_r_cross_need(const struct ike_step *s, struct ike_agree *out)
{
	return need(s, out);
}

static enum err refuse(const struct ike_step *s, enum err err)
{
	uint16_t notify = err == ERR_NO_PROPOSAL ? IKE_N_NO_PROPOSAL_CHOSEN
			  : err == ERR_MALFORMED ? IKE_N_INVALID_SYNTAX
						 : IKE_N_TEMPORARY_FAILURE;

	ike_core_log_sa(s->sa, LOG_L_WARN, "ike.rekey.refused", "by=us cause=%s", err_name(err));
	(void)ike_act_info_notify(s, notify, bytes_of(NULL, 0));
	return err;
}

enum err ike_act_rekey_r_refuse(const struct ike_step *s, const struct ike_accord *a, enum err err)
{
	const struct crypto_alg *group = a->suite.group;
	uint8_t data[2];

	if (err != ERR_UNSUPPORTED)
		return refuse(s, err);
	data[0] = (uint8_t)(group->id >> 8);
	data[1] = (uint8_t)group->id;
	(void)ike_act_info_notify(s, IKE_N_INVALID_KE_PAYLOAD, bytes_of(data, sizeof(data)));
	return ERR_NO_PROPOSAL;
}

enum err ike_act_rekey_r_agree(const struct ike_step *s, struct ike_accord *a, struct ike_agreed **agreed)
{
	enum err err = ike_accord_choose(s->sa, s->msg, a);

	if (err == ERR_OK && a->ke.group != a->suite.group->id)
		return ERR_UNSUPPORTED;
	return err == ERR_OK ? ike_agree_result(s, a->suite.group, agreed) : err;
}

/* The new SA, answered for; or the refusal is sent.  'a' has its nonce in 'nonce'. */
static enum err answer(const struct ike_step *s, struct ike_accord *a, uint8_t nonce[IKE_ATTEMPT_NONCE], struct ike_sa **twin)
{
	struct ike_agreed *agreed;
	enum err err = ike_act_rekey_r_agree(s, a, &agreed);

	if (err == ERR_OK)
		err = ike_accord_join(s->e, nonce, a);
	if (err == ERR_OK)
		err = ike_accord_make(s->sa, a, &agreed->shared, NULL, twin);
	if (err != ERR_OK)
		return ike_act_rekey_r_refuse(s, a, err);
	err = ike_accord_respond(s, a, agreed->pub, bytes_of(NULL, 0));
	if (err != ERR_OK)
		ike_sa_free(*twin);
	ike_agree_drop(s->sa, IKE_AGREE_THEIRS); /* the window that it came by becomes another SA's */
	return err;
}

void ike_act_rekey_r_change(const struct ike_step *s, struct ike_sa *twin)
{
	ike_sa_swap(s->sa, twin);
	ike_fsm_post(twin, IKE_E_REPLACED);
	s->sa->todo &= (uint16_t) ~(1u << IKE_TX_REKEY);
	ike_live_restart(s->sa);
	ike_core_count(s->e, IKE_STAT_REKEY);
	ike_core_log_sa(s->sa, LOG_L_INFO, "ike.rekeyed", "by=peer old-spi=%016llx", (unsigned long long)ike_sa_own_spi(twin));
}

enum err ike_act_rekey_r_reply(const struct ike_step *s)
{
	uint8_t nonce[IKE_ATTEMPT_NONCE];
	struct ike_accord a;
	struct ike_sa *twin;
	enum err err = answer(s, &a, nonce, &twin);

	if (err == ERR_OK)
		ike_act_rekey_r_change(s, twin);
	return err;
}

void ike_act_rekey_r_spare(const struct ike_step *s, struct ike_sa *twin)
{
	s->sa->spare = twin;
	twin->spare_of = s->sa;
	ike_fsm_post(twin, IKE_E_SPARED);
	ike_core_log_sa(s->sa, LOG_L_INFO, "ike.rekey.crossed", "spare-spi=%016llx", (unsigned long long)ike_sa_own_spi(twin));
}

enum err ike_act_rekey_r_cross(const struct ike_step *s)
{
	uint8_t nonce[IKE_ATTEMPT_NONCE];
	struct ike_accord a;
	struct ike_sa *twin;
	enum err err = answer(s, &a, nonce, &twin);

	if (err != ERR_OK)
		return err;
	err = ike_attempt_cross(s->sa->attempt, 0, a.seed.ni, a.seed.nr);
	if (err != ERR_OK) { /* ours can't be weighed against it */
		ike_fsm_post(twin, IKE_E_SUPERSEDED);
		return err;
	}
	ike_core_count(s->e, IKE_STAT_REKEY_CROSSED);
	ike_act_rekey_r_spare(s, twin);
	return ERR_OK;
}
