/*
 * Questions about key exchanges, and what waits for their answers.  Asked by fsm.c before a step whose action needs one; a message that
 * waited is given back to input.c, which judges it anew.  Engine's thread.
 */
#include "ike/keying/agree.h"

#include "crypto/kex.h"
#include "ike/core.h"
#include "ike/wire/ke.h"

static enum ike_agree_side side_of(const struct ike_step *s)
{
	return s->msg == NULL || ike_hdr_is_response(&s->msg->hdr) ? IKE_AGREE_OURS : IKE_AGREE_THEIRS;
}

static struct ike_agreement *of_step(const struct ike_step *s)
{
	return s->sa->agreement[side_of(s)];
}

/* What waits, or would: the event, or IKE_E_COUNT for the message. */
static uint8_t waiter(const struct ike_step *s, enum ike_event event)
{
	return (uint8_t)(s->msg == NULL ? event : IKE_E_COUNT);
}

static void free_agreement(struct ike_agreement *a)
{
	struct ike_engine *e = a->sa->engine;

	a->sa->agreement[a->side] = NULL;
	list_del(&a->link);
	wheel_disarm(&e->wheel, &a->timer);
	secret_fini(&a->answer.own);
	secret_fini(&a->answer.shared);
	ike_blob_drop(&a->pub);
	ike_blob_drop(&a->held);
	slab_free(&e->agreements, a->handle);
}

void ike_agree_drop(struct ike_sa *sa, enum ike_agree_side side)
{
	if (sa->agreement[side] != NULL)
		free_agreement(sa->agreement[side]);
}

void ike_agree_swap(struct ike_sa *a, struct ike_sa *b)
{
	struct ike_agreement *kept = a->agreement[IKE_AGREE_THEIRS];

	a->agreement[IKE_AGREE_THEIRS] = b->agreement[IKE_AGREE_THEIRS];
	b->agreement[IKE_AGREE_THEIRS] = kept;
	if (kept != NULL)
		kept->sa = b;
	if (a->agreement[IKE_AGREE_THEIRS] != NULL)
		a->agreement[IKE_AGREE_THEIRS]->sa = a;
}

/* ---- asking ---- */

/* It is answered: what waits goes on, unless the asker is still at it and sees so itself. */
static void conclude(struct ike_agreement *a, enum err err)
{
	struct ike_engine *e = a->sa->engine;

	a->answered = true;
	a->answer.err = err;
	wheel_disarm(&e->wheel, &a->timer);
	if (err == ERR_MALFORMED)
		ike_core_count(e, IKE_STAT_BAD_KE);
	if (a->asking)
		return;
	if (a->held.len != 0)
		list_add(&e->arrived, &a->link);
	else
		ike_fsm_post(a->sa, (enum ike_event)a->event);
}

static void too_late(struct wheel_timer *t, uint64_t now_ms)
{
	(void)now_ms;
	conclude(list_of(t, struct ike_agreement, timer), ERR_TIMEOUT);
}

void ike_agree_take(struct ike_engine *e, struct slab_handle handle, struct ike_agreed *answer)
{
	struct ike_agreement *a = (struct ike_agreement *)slab_get(&e->agreements, handle);
	enum err err = answer->err;

	if (a == NULL || a->answered) {
		ike_core_count(e, IKE_STAT_STALE);
	} else {
		if (err == ERR_OK)
			err = ike_blob_set(&a->pub, answer->pub);
		a->answer.pub = ike_blob_view(&a->pub);
		secret_take(&a->answer.own, &answer->own);
		secret_take(&a->answer.shared, &answer->shared);
		conclude(a, err);
	}
	secret_fini(&answer->own);
	secret_fini(&answer->shared);
}

/* For a world that leaves it to us. */
static void compute(struct ike_engine *e, struct slab_handle handle, const struct ike_agree *ask)
{
	uint8_t pub[CRYPTO_PUB_MAX];
	struct crypto_kex_turn t = { .kex = { .group = ask->group }, .peer = ask->peer, .pub = pub };
	struct ike_agreed answer = { .err = secret_set(&t.kex.key, ask->own) };

	if (answer.err == ERR_OK)
		answer.err = crypto_kex_step(e->cfg.crypto, e->cfg.rand, &t);
	answer.pub = bytes_of(pub, t.pub_len);
	secret_take(&answer.own, &t.kex.key);
	secret_take(&answer.shared, &t.shared);
	crypto_kex_fini(&t.kex);
	ike_agree_take(e, handle, &answer);
}

static struct ike_agreement *begin(const struct ike_step *s, enum ike_event event, const struct ike_agree *ask)
{
	struct ike_engine *e = s->e;
	struct slab_handle handle;
	struct ike_agreement *a = (struct ike_agreement *)slab_new(&e->agreements, &handle);

	if (a == NULL)
		return NULL;
	a->handle = handle;
	a->sa = s->sa;
	a->side = (uint8_t)side_of(s);
	a->event = waiter(s, event);
	a->group = ask->group;
	s->sa->agreement[a->side] = a;
	a->asking = true;
	if (e->cfg.ports->agree != NULL)
		e->cfg.ports->agree(e->cfg.ports->ctx, handle, ask);
	else
		compute(e, handle, ask);
	a->asking = false;
	return a;
}

/* What comes again once it is answered.  Without memory for a copy it doesn't: the peer sends its message again. */
static void hold(struct ike_agreement *a, const struct ike_step *s)
{
	struct ike_engine *e = s->e;

	if (s->msg != NULL && ike_blob_set(&a->held, s->msg->datagram) != ERR_OK) {
		free_agreement(a);
		return;
	}
	if (s->path != NULL)
		a->path = *s->path;
	if (a->side == IKE_AGREE_THEIRS)
		s->sa->window.busy = true;
	ike_core_count(e, IKE_STAT_HELD);
	a->timer.expired = too_late;
	wheel_arm(&e->wheel, &a->timer, e->now_ms + e->cfg.answer_ms);
}

bool ike_agree_settled(const struct ike_step *s, enum ike_event event, ike_need_fn *need)
{
	struct ike_agreement *a = of_step(s);
	struct ike_agree ask = { .urgent = s->sa->came_up };

	if (a != NULL && a->answered && a->event == waiter(s, event))
		return true;
	if (!need(s, &ask))
		return true;
	if (a != NULL)
		return false; /* a message that is repeated, or an event that will be posted again */
	a = begin(s, event, &ask);
	if (a == NULL || a->answered)
		return true; /* for want of memory the action fails */
	hold(a, s);
	return false;
}

/* ---- answered ---- */

void ike_agree_spent(const struct ike_step *s, enum ike_event event)
{
	struct ike_agreement *a = of_step(s);

	if (a != NULL && a->answered && a->event == waiter(s, event))
		free_agreement(a);
}

enum err ike_agree_result(const struct ike_step *s, const struct crypto_alg *group, struct ike_agreed **out)
{
	struct ike_agreement *a = of_step(s);

	if (a == NULL || !a->answered || a->group != group || (s->msg != NULL) != (a->event == IKE_E_COUNT))
		return ERR_ABSENT;
	*out = &a->answer;
	return a->answer.err;
}

bool ike_agree_with(const struct ike_msg *msg, const struct crypto_alg *group, struct ike_agree *out)
{
	const struct ike_payload *p = ike_msg_find(msg, IKE_P_KE);
	struct ike_ke ke;
	struct rd r;

	if (p == NULL || group == NULL)
		return false;
	r = rd_of(p->body);
	if (ike_ke_parse(&r, &ke) != ERR_OK || ke.group != group->id)
		return false;
	out->group = group;
	out->peer = ke.data;
	return true;
}
