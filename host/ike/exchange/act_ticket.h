#ifndef IKE_ACT_TICKET_H
#define IKE_ACT_TICKET_H

#include "ike/fsm.h"
#include "ike/wire/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Tickets for session resumption, RFC5723-4.1, -4.2 and -6.4: asked for, issued, kept and withdrawn.  Who began the first IKE SA is the client,
 * the other the gateway.  An SA has one ticket at a time: another one, new keys and its end take it away.
 */

/* ---- client ---- */

/* Appends TICKET_REQUEST to the first IKE_AUTH request, if we want one. */
void ike_act_ticket_build(struct ike_sa *sa, struct ike_build *b);

/* Reads what the gateway answers, in the last IKE_AUTH response or in one to IKE_TX_TICKET. */
void ike_act_ticket_take(struct ike_sa *sa, const struct ike_msg *msg);

/* The world's bundle is of no use any more. */
void ike_act_ticket_lost(struct ike_sa *sa);

/* ---- gateway ---- */

/* Notes a TICKET_REQUEST in the first IKE_AUTH request. */
void ike_act_ticket_hear(struct ike_sa *sa, const struct ike_msg *msg);

/* Appends the answer to the last IKE_AUTH response: a ticket, or TICKET_NACK; 'good' is false where there is no child. */
void ike_act_ticket_reply(struct ike_sa *sa, struct ike_build *b, bool good);

/* The same to a request of INFORMATIONAL's; and to one that asks for new keys, whose ticket has to wait for them: TICKET_ACK. */
void ike_act_ticket_answer(const struct ike_step *s, struct ike_build *b);
void ike_act_ticket_later(const struct ike_step *s, struct ike_build *b);

/* ---- both ---- */

/* AUTH_LIFETIME ends by 'until_ms' at the latest; 0: no end. */
void ike_act_ticket_bound(struct ike_sa *sa, uint64_t until_ms);

/* The SA has new keys: its ticket is none any more, and a client asks for another. */
void ike_act_ticket_rekeyed(struct ike_sa *sa);

/* The SA is over.  If its peer is only lost the ticket stays good: that is what it is for. */
void ike_act_ticket_end(struct ike_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
