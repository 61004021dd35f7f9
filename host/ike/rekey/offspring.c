/* The response to a peer's CREATE_CHILD_SA for a pair, RFC7296-1.3.1, -1.3.3.  Used by act_child_r.c and promise.c; engine's thread. */
#include "ike/rekey/offspring.h"

#include "ike/rekey/series.h"
#include "ike/wire/nonce.h"

void ike_offspring_bind(struct ike_offspring *o)
{
	o->plan.local = &o->fit.local;
	o->plan.remote = &o->fit.remote;
	o->plan.transport = o->fit.transport;
	o->plan.seed.nr = bytes_of(o->nonce, sizeof(o->nonce));
}

enum err ike_offspring_build(struct ike_build *b, const struct ike_offspring *o, struct bytes link)
{
	struct ike_proposals answer;
	enum err err = ike_select_answer(&o->choice, o->plan.spi_in, &answer);

	if (err != ERR_OK)
		return err;
	ike_proposal_build(ike_build_payload(b, IKE_P_SA), &answer);
	ike_nonce_build(ike_build_payload(b, IKE_P_NONCE), o->plan.seed.nr);
	if (o->plan.esp.group != NULL)
		ike_series_build(b, o->plan.esp.group->id, o->pub, link);
	ike_narrow_build_mode(b, o->fit.transport);
	ike_ts_build(ike_build_payload(b, IKE_P_TSI), o->fit.remote.item, o->fit.remote.count);
	ike_ts_build(ike_build_payload(b, IKE_P_TSR), o->fit.local.item, o->fit.local.count);
	return ERR_OK;
}
