#ifndef IKE_ACT_CHILD_R_H
#define IKE_ACT_CHILD_R_H

#include "ike/rekey/childfsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The peer rekeys a child (RFC7296-1.3.3), with PFS if it wants it or our policy does.  'make' and 'busy' are steps of the old
 * child, 'reply' and 'give_up' of the successor.
 */
ike_child_action_fn ike_act_child_r_make; /* has the successor installed; the response waits.  A refusal is sent at once */
ike_child_action_fn
	ike_act_child_r_cross; /* the same while ours is under way; TEMPORARY_FAILURE once ours has come to further key exchanges */
ike_child_action_fn ike_act_child_r_busy;  /* TEMPORARY_FAILURE: it is being deleted */
ike_child_action_fn ike_act_child_r_reply; /* sends the response */
ike_child_action_fn
	ike_act_child_r_give_up; /* it couldn't be installed: TEMPORARY_FAILURE, the old one stays; the first one of all is refused for good */

/* The peer asks for a further child (RFC7296-1.3.1): as 'make', or refused as policy says. */
ike_action_fn ike_act_child_r_add;
ike_need_fn ike_act_child_r_add_need;

/*
 * With further key exchanges (RFC9370-2.2.4) the successor is promised first, and made by 'make' or 'add' of the last request.
 * 'is_series': whether there are to be some.  'late': whether ours for the same pair has come to them.
 */
bool ike_act_child_r_is_series(const struct ike_step *s, const struct ike_child *old);
bool ike_act_child_r_late(const struct ike_child *child);
enum err ike_act_child_r_promise(const struct ike_step *s, const struct ike_child *child);

/* The key exchange that a successor of 'old' needs, as ike_need_fn says. */
bool ike_act_child_r_make_need(const struct ike_step *s, const struct ike_child *old, struct ike_agree *out);

/* CHILD_SA_NOT_FOUND, which names the SPI that the peer named. */
enum err ike_act_child_r_unknown(const struct ike_step *s, uint32_t spi);

#ifdef __cplusplus
}
#endif
#endif
