/* What an IKE SA has to send next: by urgency, and by what RFC7296-2.25 lets go on beside what. */
#include "ike/due.h"

#include "ike/rekey/attempt.h"
#include "ike/rekey/childfsm.h"
#include "ike/rekey/promise.h"

static bool has_child_in(const struct ike_sa *sa, enum ike_child_state state)
{
	list_each (n, &sa->children)
		if (list_of(n, struct ike_child, link)->state == state)
			return true;
	return false;
}

bool ike_due_moving(const struct ike_sa *sa)
{
	list_each (n, &sa->children) {
		switch ((enum ike_child_state)list_of(n, struct ike_child, link)->state) {
		case IKE_C_UP:
		case IKE_C_WAIT:
		case IKE_C_N_WAIT:
		case IKE_C_N_LATER:
		case IKE_C_OLD: /* the peer's to delete */
		case IKE_C_FADE:
			break;
		default:
			return true;
		}
	}
	return false;
}

/* Whether what is wanted may begin now. */
static bool may(const struct ike_sa *sa, enum ike_tx tx)
{
	switch (tx) {
	case IKE_TX_FOLLOWUP: /* of a child; for the IKE SA it is an event */
		return (sa->todo & 1u << tx) != 0 && sa->attempt != NULL && sa->state == IKE_S_UP;
	case IKE_TX_DELETE_CHILD:
		return has_child_in(sa, IKE_C_CLOSE);
	case IKE_TX_CHILD:
		return sa->attempt == NULL && sa->promise == NULL && sa->state == IKE_S_UP &&
		       (has_child_in(sa, IKE_C_WAIT) || has_child_in(sa, IKE_C_N_WAIT));
	case IKE_TX_REKEY:
		return (sa->todo & 1u << tx) != 0 && sa->attempt == NULL && sa->promise == NULL && sa->state == IKE_S_UP &&
		       !ike_due_moving(sa) && !has_child_in(sa, IKE_C_OLD);
	default:
		return (sa->todo & 1u << tx) != 0;
	}
}

enum ike_tx ike_due_next(const struct ike_sa *sa)
{
	if (ike_window_waiting(&sa->window))
		return IKE_TX_NONE;
	if (sa->state == IKE_S_UP && sa->promise != NULL &&
		sa->promise->child == NULL) /* its window goes with the old keys as soon as the new ones are there */
		return IKE_TX_NONE;
	for (int tx = IKE_TX_FOLLOWUP; tx <= IKE_TX_PROBE; tx++)
		if (may(sa, (enum ike_tx)tx))
			return (enum ike_tx)tx;
	return IKE_TX_NONE;
}
