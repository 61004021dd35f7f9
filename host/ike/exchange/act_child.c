/*
 * Children and their IKE SA: messages find the child that they are about, and what a child's machine does whoever asked.  Engine's
 * thread.
 */
#include "ike/exchange/act_child.h"

#include "ike/child.h"
#include "ike/core.h"
#include "ike/exchange/act_child_i.h"
#include "ike/exchange/act_child_r.h"
#include "ike/exchange/act_first.h"
#include "ike/exchange/act_info.h"
#include "ike/exchange/act_series_i.h"
#include "ike/exchange/act_series_r.h"
#include "ike/keying/seal.h"
#include "ike/rekey/attempt.h"
#include "ike/rekey/groups.h"
#include "ike/rekey/promise.h"

/* The pair that the request is to rekey; NULL: it is for a further one, or names none that we have. */
static struct ike_child *named(const struct ike_step *s)
{
	struct ike_notify n;

	if (!ike_msg_notify(s->msg, IKE_N_REKEY_SA, &n) || !s->e->cfg.child_rekey || n.protocol != IKE_PROTO_ESP)
		return NULL;
	return ike_child_by_out(s->sa, (uint32_t)n.spi);
}

/* Whether a request of the peer's to rekey it would be granted as things are. */
static bool is_free(const struct ike_child *child)
{
	const struct ike_child_cell *cell = ike_childfsm_cell((enum ike_child_state)child->state, IKE_CE_PEER_REKEY);

	return cell->action == ike_act_child_r_make || (cell->action == ike_act_child_r_cross && !ike_act_child_r_late(child));
}

bool ike_act_child_ask_need(const struct ike_step *s, struct ike_agree *out)
{
	const struct ike_child *old = named(s);

	if (!ike_msg_notify(s->msg, IKE_N_REKEY_SA, NULL))
		return ike_act_child_r_add_need(s, out);
	return old != NULL && is_free(old) && ike_act_child_r_make_need(s, old, out);
}

enum err ike_act_child_ask(const struct ike_step *s)
{
	struct ike_child *old = named(s);
	struct ike_notify n;

	if (!ike_msg_notify(s->msg, IKE_N_REKEY_SA, &n))
		return ike_act_child_r_add(s);
	if (!s->e->cfg.child_rekey || n.protocol != IKE_PROTO_ESP)
		return ike_act_info_no_more(s);
	if (old == NULL)
		return ike_act_child_r_unknown(s, (uint32_t)n.spi);
	if (is_free(old) && ike_act_child_r_is_series(s, old))
		return ike_act_child_r_promise(s, old);
	return ike_childfsm_step(s, old, IKE_CE_PEER_REKEY);
}

bool ike_act_child_keep_need(const struct ike_step *s, struct ike_agree *out)
{
	return ike_act_series_r_more_need(s, out);
}

/* The pair's machine takes it as if the peer asked for the successor now. */
enum err ike_act_child_keep(const struct ike_step *s)
{
	uint32_t replaces = s->sa->promise->child->plan.replaces;
	struct ike_child *old = ike_sa_child(s->sa, replaces);
	enum err err;

	if (replaces == 0)
		err = ike_act_child_r_add(s);
	else if (old != NULL)
		err = ike_childfsm_step(s, old, IKE_CE_PEER_REKEY);
	else
		err = ike_act_info_later(s);
	ike_promise_drop(s->sa);
	return err;
}

/* What a response to a request of ours means for the child, which may be a 'further' one: that the world asks for again if it likes. */
static enum ike_child_event outcome(const struct ike_step *s, bool further)
{
	struct ike_notify n = { 0 };

	if (ike_msg_find(s->msg, IKE_P_TSI) != NULL || ike_msg_find(s->msg, IKE_P_KE) != NULL)
		return IKE_CE_MADE;
	(void)ike_msg_error(s->msg, &n);
	if (s->sa->tx == IKE_TX_FOLLOWUP) /* asked for anew, if at all */
		return n.type == IKE_N_CHILD_SA_NOT_FOUND ? IKE_CE_NOT_FOUND : IKE_CE_LATER;
	switch (n.type) {
	case IKE_N_CHILD_SA_NOT_FOUND:
		return IKE_CE_NOT_FOUND;
	case IKE_N_INVALID_KE_PAYLOAD:
		return IKE_CE_GROUP;
	case IKE_N_SINGLE_PAIR_REQUIRED:
		return IKE_CE_SINGLE;
	case IKE_N_NO_ADDITIONAL_SAS:
		return IKE_CE_NEVER;
	case IKE_N_TEMPORARY_FAILURE:
		return IKE_CE_LATER;
	case IKE_N_NO_PROPOSAL_CHOSEN:
		if (s->sa->attempt != NULL && ike_groups_next(s->sa, s->msg) != NULL)
			return IKE_CE_GROUP;
		/* fall through */
	default:
		return further ? IKE_CE_NEVER : IKE_CE_LATER;
	}
}

/* One that leads to other words is none yet. */
static void note_refusal(const struct ike_step *s, struct ike_child *child, enum ike_child_event event)
{
	bool further = child != NULL && child->wish != NULL;
	struct ike_notify n = { 0 };

	(void)ike_msg_error(s->msg, &n);
	if (event != IKE_CE_GROUP)
		ike_core_count(s->e, further ? IKE_STAT_CHILD_REJECTED : IKE_STAT_REKEY_REFUSED);
	ike_core_log_sa(s->sa, LOG_L_INFO, further ? "child.new.refused" : "child.rekey.refused", "by=peer spi-in=%08x notify=%s",
		s->sa->attempt->old, ike_iana_notify_str(n.type));
	if (further)
		child->wish->refusal = n.type;
	if (!s->sa->came_up && (event == IKE_CE_NEVER || event == IKE_CE_LATER))
		ike_act_first_refused(s, n.type);
}

bool ike_act_child_answer_need(const struct ike_step *s, struct ike_agree *out)
{
	const struct ike_attempt *a = s->sa->attempt;

	if (a == NULL)
		return false;
	switch (outcome(s, false)) {
	case IKE_CE_MADE:
		return s->sa->tx == IKE_TX_FOLLOWUP ? ike_act_series_i_take_need(s, out) : ike_act_child_i_accept_need(s, out);
	case IKE_CE_GROUP:
		return ike_act_child_i_regroup_need(s, out);
	case IKE_CE_SINGLE: /* asked again with the same */
		out->group = a->kex.group;
		return out->group != NULL;
	default:
		return false;
	}
}

/* Both ends have deleted it meanwhile, or nobody wants it: what the response grants is deleted too. */
static void spurn(const struct ike_step *s)
{
	struct ike_attempt *a = s->sa->attempt;

	if (a->spi_in != 0)
		ike_child_stillborn(s->sa, a->spi_in);
	a->spi_in = 0;
}

/* CREATE_CHILD_SA is granted to 'child': at once, or further key exchanges come first, or the peer's crossing exchange stays. */
static enum ike_child_event granted(const struct ike_step *s, const struct ike_child *child, bool *more)
{
	const struct ike_attempt *a = s->sa->attempt;
	enum ike_child_event otherwise = child->wish != NULL ? IKE_CE_NEVER : IKE_CE_LATER;
	bool series = ike_series_link(s->msg).len != 0;

	if (!series && (a->rival != 0 || !ike_act_child_i_yields(s)))
		return IKE_CE_MADE;
	if (!series)
		spurn(s);
	if (!series || ike_act_child_i_yields(s) || ike_childfsm_kind(child) == IKE_CHILD_GONE)
		return otherwise;
	*more = ike_act_child_i_series(s, child) == ERR_OK;
	return otherwise;
}

/* IKE_FOLLOWUP_KE is answered: another one comes, or the message is the response to CREATE_CHILD_SA from here on. */
static enum ike_child_event followed(const struct ike_step *s, const struct ike_child *child, bool *more)
{
	struct ike_attempt *a = s->sa->attempt;
	bool last = a->series.done + 1U == a->series.count;
	enum err err = ike_act_series_i_have(s);

	if (last && ike_seal_reopen(s->sa, ike_blob_view(&a->held), &s->e->msg) == ERR_OK)
		return IKE_CE_MADE; /* there, at least */
	if (last)
		ike_fsm_post(s->sa, IKE_E_DELETE);
	*more = !last && err == ERR_OK && ike_childfsm_kind(child) != IKE_CHILD_GONE;
	if (*more)
		s->sa->todo |= 1u << IKE_TX_FOLLOWUP;
	return child->wish != NULL ? IKE_CE_NEVER : IKE_CE_LATER;
}

/* There is nobody whom the response is of use to. */
static enum err drop_response(const struct ike_step *s, enum ike_child_event event)
{
	if (event == IKE_CE_MADE && ike_series_link(s->msg).len == 0)
		spurn(s);
	ike_attempt_end(s->sa);
	return ERR_OK;
}

enum err ike_act_child_answer(const struct ike_step *s)
{
	struct ike_attempt *a = s->sa->attempt;
	struct ike_child *old = a == NULL ? NULL : ike_sa_child(s->sa, a->old);
	bool further = old != NULL && old->wish != NULL, followup = s->sa->tx == IKE_TX_FOLLOWUP, more = false;
	enum ike_child_event event = outcome(s, further);

	s->sa->tx = IKE_TX_NONE;
	if (a == NULL)
		return ERR_STATE;
	if (event != IKE_CE_MADE)
		note_refusal(s, old, event);
	if (event != IKE_CE_MADE && followup)
		ike_act_series_i_note_refusal(s);
	if (old == NULL || old->state == IKE_C_FADE)
		return drop_response(s, event);
	if (event == IKE_CE_MADE)
		event = followup ? followed(s, old, &more) : granted(s, old, &more);
	return more ? ERR_OK : ike_childfsm_step(s, old, event);
}

static struct ike_child *with_event(const struct ike_sa *sa)
{
	list_each (n, &sa->children) {
		struct ike_child *child = list_of(n, struct ike_child, link);

		if (child->posted != 0)
			return child;
	}
	return NULL;
}

enum err ike_act_child_run(const struct ike_step *s)
{
	struct ike_child *child;

	while ((child = with_event(s->sa)) != NULL) {
		int event = __builtin_ctz(child->posted);

		child->posted &= child->posted - 1;
		(void)ike_childfsm_step(s, child, (enum ike_child_event)event);
	}
	return ERR_OK;
}

enum err ike_act_child_begin(const struct ike_step *s, struct ike_child *child)
{
	(void)s;
	ike_child_begin_life(child);
	return ERR_OK;
}

enum err ike_act_child_hand_over(const struct ike_step *s, struct ike_child *child)
{
	(void)s;
	ike_child_hand_over(child);
	return ERR_OK;
}

/* Without the peer's successor our own exchange decides, and what it took the place of is there still. */
static void miss(struct ike_child *gone)
{
	struct ike_attempt *a = gone->sa->attempt;

	if (a != NULL && a->rival == gone->spi_in)
		ike_attempt_uncross(a);
	list_each (n, &gone->sa->children) {
		struct ike_child *child = list_of(n, struct ike_child, link);

		if (child->successor == gone->spi_in && child != gone)
			ike_childfsm_post(child, IKE_CE_RESTORED);
	}
}

enum err ike_act_child_lose(const struct ike_step *s, struct ike_child *child)
{
	ike_core_log_sa(s->sa, LOG_L_INFO, "child.replaced", "spi-in=%08x", child->spi_in);
	ike_child_hand_over(child);
	miss(child);
	return ERR_OK;
}

static void settle(struct ike_child *child)
{
	if (child->sa->attempt != NULL && child->sa->attempt->old == child->spi_in)
		ike_attempt_end(child->sa);
}

enum err ike_act_child_drop(const struct ike_step *s, struct ike_child *child)
{
	ike_core_log_sa(s->sa, LOG_L_NOTICE, "child.down", "reason=peer-deleted spi-in=%08x", child->spi_in);
	settle(child);
	ike_child_hand_over(child);
	miss(child);
	return ERR_OK;
}

enum err ike_act_child_end(const struct ike_step *s, struct ike_child *child)
{
	(void)s;
	ike_child_hand_over(child);
	ike_child_tell_down(child);
	return ERR_OK;
}

enum err ike_act_child_expire(const struct ike_step *s, struct ike_child *child)
{
	ike_core_log_sa(s->sa, LOG_L_NOTICE, "child.down", "reason=lifetime spi-in=%08x", child->spi_in);
	if (!ike_child_any_but(s->sa, child))
		ike_fsm_post(s->sa, IKE_E_LIFETIME);
	return ike_act_child_end(s, child);
}

enum err ike_act_child_later(const struct ike_step *s, struct ike_child *child)
{
	(void)s;
	settle(child);
	ike_child_rekey_later(child);
	return ERR_OK;
}

enum err ike_act_child_never(const struct ike_step *s, struct ike_child *child)
{
	(void)s;
	settle(child);
	return ERR_OK;
}
