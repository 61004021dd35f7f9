#ifndef IKE_ACT_SERIES_I_H
#define IKE_ACT_SERIES_I_H

#include "ike/fsm.h"
#include "ike/wire/select.h"

#ifdef __cplusplus
extern "C" {
#endif

/* We rekey the IKE SA with further key exchanges, RFC9370-2.2.4: each is an IKE_FOLLOWUP_KE, and the last one brings the new keys. */
ike_action_fn ike_act_series_i_begin;   /* CREATE_CHILD_SA is answered: keeps it */
ike_action_fn ike_act_series_i_win;     /* the same, and what the peer's crossing request made is the peer's to delete */
ike_action_fn ike_act_series_i_yield;   /* the same, but the peer's stays, which isn't made yet: ours ends here */
ike_action_fn ike_act_series_i_send;    /* asks for the next key exchange */
ike_action_fn ike_act_series_i_take;    /* has it; another one follows */
ike_action_fn ike_act_series_i_finish;  /* has the last one: changes over to the new keys */
ike_action_fn ike_act_series_i_refused; /* not now; a peer that forgets each time is given up */
ike_need_fn ike_act_series_i_begin_need, ike_act_series_i_win_need, ike_act_series_i_send_need, ike_act_series_i_take_need,
	ike_act_series_i_finish_need;

/*
 * The parts of it that a pair of ESP SAs needs as well.  'keep': CREATE_CHILD_SA is answered by 'choice', and the response is kept with
 * 'first', which is moved.  'ask' sends what comes next, 'have' has its response.  'note_refusal' counts what the peer forgot.
 */
MUST_USE enum err ike_act_series_i_keep(const struct ike_step *s, const struct ike_choice *choice, struct secret *first);
MUST_USE enum err ike_act_series_i_ask(const struct ike_step *s);
MUST_USE enum err ike_act_series_i_have(const struct ike_step *s);
void ike_act_series_i_note_refusal(const struct ike_step *s);

#ifdef __cplusplus
}
#endif
#endif
