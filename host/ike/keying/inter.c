/*
 * What additional key exchanges do to an SA's keys and to AUTH.  Used by act_inter.c, the exchanges around it and input.c; engine's
 * thread.
 */
#include "ike/keying/inter.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/prf.h"
#include "ike/ability.h"
#include "ike/core.h"
#include "ike/keying/proof.h"

enum { HEAD_LEN = IKE_INTER_HEAD_LEN, LENGTH_AT = 24 }; /* of the header's length */

static void be_willing(struct ike_sa *sa, bool willing)
{
	uint16_t bit = 1U << IKE_CAN_INTERMEDIATE;

	sa->willing = willing ? sa->willing | bit : (uint16_t)(sa->willing & ~bit);
}

/* ---- IKE_SA_INIT ---- */

void ike_inter_offer(struct ike_sa *sa, const struct ike_proposals *list)
{
	bool wanted = false;

	for (unsigned i = 0; i < list->transform_count; i++)
		wanted |= list->transform[i].type >= IKE_TRANSFORM_ADDKE1 && list->transform[i].type <= IKE_TRANSFORM_ADDKE7;
	be_willing(sa, wanted);
}

unsigned ike_inter_flags(const struct ike_msg *init)
{
	return ike_msg_notify(init, IKE_N_INTERMEDIATE_EXCHANGE_SUPPORTED, NULL) ? 0 : IKE_SELECT_NO_EXTRA;
}

enum err ike_inter_begin(struct ike_sa *sa, const struct ike_choice *choice)
{
	struct ike_inter x = { .count = 0 };

	for (unsigned i = 0; i < IKE_PROPOSAL_EXTRAS; i++) {
		if (choice->extra[i] == CRYPTO_GROUP_NONE)
			continue;
		x.group[x.count] = crypto_alg_find(CRYPTO_GROUP, choice->extra[i], 0);
		if (x.group[x.count++] == NULL)
			return ERR_UNSUPPORTED;
	}
	ike_inter_free(sa->setup->inter);
	sa->setup->inter = NULL;
	if (sa->role == IKE_RESPONDER)
		be_willing(sa, x.count != 0);
	if (x.count == 0)
		return ERR_OK;
	sa->setup->inter = (struct ike_inter *)malloc(sizeof(x));
	if (sa->setup->inter == NULL)
		return ERR_NOMEM;
	*sa->setup->inter = x;
	return ERR_OK;
}

void ike_inter_free(struct ike_inter *x)
{
	if (x == NULL)
		return;
	secret_fini(&x->own);
	secret_fini(&x->before);
	free(x);
}

enum ike_event ike_inter_event(const struct ike_sa *sa)
{
	return ike_inter_next(sa) == NULL ? IKE_E_KEYED : IKE_E_INTER;
}

const struct crypto_alg *ike_inter_next(const struct ike_sa *sa)
{
	const struct ike_inter *x = sa->setup->inter;

	return x == NULL || x->done == x->count ? NULL : x->group[x->done];
}

/* ---- IntAuth ---- */

static void put_length(uint8_t *at, size_t bytes, size_t value)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

/*
 * IntAuth = prf(SK_p, [IntAuth before |] A | P) of the message's sender.  A is the header and SK's generic header, their lengths as if
 * nothing stood in SK but P, the payloads in clear: without IV, padding and ICV.
 */
static enum err cover(struct ike_sa *sa, const uint8_t *start, struct bytes inner, bool by_initiator)
{
	struct ike_inter *x = sa->setup->inter;
	size_t len = sa->suite.prf->out_len;
	uint8_t *sum = x->proof + (by_initiator ? 0 : len);
	uint8_t head[HEAD_LEN], made[CRYPTO_DIGEST_MAX];
	struct crypto_prf_key key = { sa->suite.prf, ike_keys_view(&sa->suite, &sa->keys, by_initiator ? IKE_SK_PI : IKE_SK_PR) };
	struct bytes part[3] = { bytes_of(sum, x->done == 0 ? 0 : len), bytes_of(head, sizeof(head)), inner };
	enum err err;

	memcpy(head, start, sizeof(head));
	if (head[IKE_HDR_NEXT_AT] == IKE_P_SKF) /* RFC9242-3.3.2: fragments count as the whole that they are of */
		head[IKE_HDR_NEXT_AT] = IKE_P_SK;
	put_length(head + LENGTH_AT, 4, sizeof(head) + inner.len);
	put_length(head + HEAD_LEN - 2, 2, IKE_MSG_GENERIC_LEN + inner.len);
	err = crypto_prf_sum(sa->engine->cfg.crypto, &key, crypto_parts_of(part, 3), made);
	if (err == ERR_OK)
		memcpy(sum, made, len);
	return err;
}

enum err ike_inter_cover_own(struct ike_sa *sa, const uint8_t head[IKE_INTER_HEAD_LEN], struct bytes inner)
{
	return cover(sa, head, inner, sa->role == IKE_INITIATOR);
}

/* All that was in SK: payloads stand there one after the other. */
static struct bytes inner_of(const struct ike_msg *msg)
{
	const struct ike_payload *last = &msg->payload[msg->count - 1];
	const uint8_t *from = NULL;

	for (unsigned i = 0; i < msg->count && from == NULL; i++)
		if (msg->payload[i].encrypted)
			from = msg->payload[i].body.data - IKE_MSG_GENERIC_LEN;
	return from == NULL ? bytes_of(NULL, 0) : bytes_of(from, (size_t)(last->body.data + last->body.len - from));
}

enum err ike_inter_cover_peer(struct ike_sa *sa, const struct ike_msg *msg)
{
	const struct ike_payload *sk = ike_msg_sk(msg);

	/* Nothing else stands outside of SK, or it would go uncovered. */
	if (sk == NULL || sk->body.data != msg->datagram.data + HEAD_LEN)
		return ERR_MALFORMED;
	return cover(sa, msg->datagram.data, inner_of(msg), sa->role != IKE_INITIATOR);
}

struct bytes ike_inter_proof(const struct ike_sa *sa)
{
	struct ike_inter *x = sa->setup->inter;
	size_t len = 2 * (size_t)sa->suite.prf->out_len;

	if (x == NULL || x->done == 0)
		return bytes_of(NULL, 0);
	put_length(x->proof + len, sizeof(uint32_t), x->done + 1U); /* IKE_AUTH follows them */
	return bytes_of(x->proof, len + sizeof(uint32_t));
}

/* ---- keys ---- */

enum err ike_inter_update(struct ike_sa *sa, struct bytes shared)
{
	struct ike_inter *x = sa->setup->inter;
	struct ike_keys_old old = { &sa->suite, &sa->keys };
	struct ike_keys_seed seed = ike_proof_seed(sa);
	struct secret made = { 0 };
	enum err err;

	seed.shared = shared;
	err = ike_keys_rekey(sa->engine->cfg.crypto, &old, &sa->suite, &seed, &made); /* the formula is that of a rekey */
	if (err != ERR_OK)
		return err;
	if (sa->role == IKE_RESPONDER)
		secret_take(&x->before, &sa->keys);
	secret_take(&sa->keys, &made);
	secret_fini(&x->own);
	sa->extra[x->done] = (uint8_t)(crypto_alg_index(x->group[x->done]) + 1);
	x->done++;
	ike_core_count(sa->engine, IKE_STAT_INTER);
	return ERR_OK;
}

bool ike_inter_rewind(struct ike_sa *sa)
{
	struct ike_inter *x = sa->setup == NULL ? NULL : sa->setup->inter;
	struct secret now = { 0 };

	if (x == NULL || x->before.len == 0)
		return false;
	secret_take(&now, &sa->keys);
	secret_take(&sa->keys, &x->before);
	secret_take(&x->before, &now);
	return true;
}

void ike_inter_forget(struct ike_sa *sa)
{
	if (sa->setup != NULL && sa->setup->inter != NULL)
		secret_fini(&sa->setup->inter->before);
}
