/* Session resumption, as worlds do it: a gateway's says who may have a ticket, a client's keeps what it is told. */
#include "world.h"

#include <string.h>

bool world_resumes(struct world *w, struct slab_handle sa)
{
	const struct world_session *s = world_find(w, sa);
	struct ike_proof proof = { .err = w->set.proof_err, .ref = 1, .ppk_required = w->set.ppk_required };

	if (s == NULL || !s->resumed)
		return false;
	ike_engine_authenticated(w->engine, w->now_ms, sa, &proof);
	return true;
}

bool world_ticket(void *ctx, struct slab_handle sa, struct ike_ticket_terms *out)
{
	struct world *w = (struct world *)ctx;
	const char *memo = w->set.ticket_memo == NULL ? "memo" : w->set.ticket_memo;

	if (world_find(w, sa) == NULL || w->set.ticket_s == 0)
		return false;
	out->lifetime_s = w->set.ticket_s;
	out->good_s = w->set.ticket_good_s;
	out->memo_len = strlen(memo);
	memcpy(out->memo, memo, out->memo_len);
	return true;
}

bool world_resumable(void *ctx, const struct ike_path *path, const struct ike_ticket *ticket)
{
	const struct world *w = (const struct world *)ctx;
	const char *memo = w->set.ticket_memo == NULL ? "memo" : w->set.ticket_memo;

	(void)path;
	return w->set.ticket_s != 0 && ticket->peer_id->type != 0 && bytes_eq(ticket->memo, bytes_str(memo));
}

void world_pass(void *ctx, struct slab_handle sa, struct secret *pass, uint32_t lifetime_s)
{
	struct world *w = (struct world *)ctx;

	(void)sa;
	w->passes += pass->len != 0;
	w->pass_of = sa;
	w->pass_until_ms = w->now_ms + (uint64_t)lifetime_s * 1000;
	secret_take(&w->pass, pass);
}

/* Whoever isn't lost but deleted, or refused, isn't resumed. */
void world_pass_over(struct world *w, struct slab_handle sa, enum ike_down why)
{
	if (w->pass_of.index == sa.index && w->pass_of.generation == sa.generation && why != IKE_DOWN_TIMEOUT && why != IKE_DOWN_DEAD_PEER)
		secret_fini(&w->pass);
}

void world_meet_former(struct world *w, struct world_session *s, const struct slab_handle *former)
{
	if (former == NULL)
		return;
	s->former = true;
	ike_engine_forget(w->engine, w->now_ms, *former);
}
