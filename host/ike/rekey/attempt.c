/*
 * What our CREATE_CHILD_SA needs between request and outcome, and the rule by which two that cross are told apart.  An IKE SA has
 * at most one, since its window is one request wide and the next begins when this one is settled.  Engine's thread.
 */
#include "ike/rekey/attempt.h"

#include <stdlib.h>
#include <string.h>

#include "ike/core.h"

enum err ike_attempt_begin(struct ike_sa *sa, uint32_t old)
{
	struct ike_attempt *a = (struct ike_attempt *)calloc(1, sizeof(*a));
	enum err err;

	if (a == NULL)
		return ERR_NOMEM;
	err = crypto_rand_fill(sa->engine->cfg.rand, a->nonce, sizeof(a->nonce));
	if (err == ERR_OK && old == 0)
		err = ike_sa_promise(sa->engine);
	if (err != ERR_OK) {
		free(a);
		return err;
	}
	a->old = old;
	sa->attempt = a;
	return ERR_OK;
}

enum err ike_attempt_again(struct ike_sa *sa)
{
	struct ike_attempt *a = sa->attempt;

	crypto_kex_fini(&a->kex);
	return crypto_rand_fill(sa->engine->cfg.rand, a->nonce, sizeof(a->nonce));
}

void ike_attempt_end(struct ike_sa *sa)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;
	struct ike_attempt *a = sa->attempt;

	if (a == NULL)
		return;
	sa->attempt = NULL;
	sa->todo &= (uint16_t) ~(1u << IKE_TX_FOLLOWUP);
	if (a->old == 0)
		ike_sa_unpromise(sa->engine);
	if (a->spi_in != 0)
		ports->spi_free(ports->ctx, a->spi_in);
	crypto_kex_fini(&a->kex);
	ike_series_fini(&a->series);
	secret_fini(&a->share);
	ike_blob_drop(&a->link);
	ike_blob_drop(&a->held);
	ike_blob_drop(&a->rival_nonce);
	free(a);
}

struct bytes ike_attempt_lower(struct bytes a, struct bytes b)
{
	int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);

	if (order == 0)
		return a.len <= b.len ? a : b;
	return order < 0 ? a : b;
}

enum err ike_attempt_cross(struct ike_attempt *a, uint32_t rival, struct bytes ni, struct bytes nr)
{
	enum err err = ike_blob_set(&a->rival_nonce, ike_attempt_lower(ni, nr));

	if (err == ERR_OK)
		a->rival = rival;
	return err;
}

void ike_attempt_uncross(struct ike_attempt *a)
{
	a->rival = 0;
	a->lost = false;
	ike_blob_drop(&a->rival_nonce);
}

bool ike_attempt_redundant(const struct ike_attempt *a, struct bytes nr)
{
	struct bytes ours = ike_attempt_lower(bytes_of(a->nonce, sizeof(a->nonce)), nr);
	struct bytes theirs = ike_blob_view(&a->rival_nonce);

	return theirs.len != 0 && bytes_eq(ike_attempt_lower(ours, theirs), ours);
}
