#ifndef IKE_INTER_H
#define IKE_INTER_H

#include "ike/sa.h"
#include "ike/wire/msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Additional key exchanges (RFC9370) of a set-up, each in an IKE_INTERMEDIATE exchange (RFC9242): after each the SA has other keys, and
 * AUTH covers all their messages.
 */
struct ike_inter {
	const struct crypto_alg *group[IKE_PROPOSAL_EXTRAS];
	uint8_t count, done;
	struct secret own;                                       /* initiator: the private half of the share that was sent */
	struct secret before;                                    /* responder: the keys that a repeated request comes under */
	uint8_t proof[2 * CRYPTO_DIGEST_MAX + sizeof(uint32_t)]; /* IntAuth: the initiator's, the responder's, message id of IKE_AUTH */
};

/* ---- IKE_SA_INIT ---- */

/* Whether an initiator announces INTERMEDIATE_EXCHANGE_SUPPORTED: its offer 'list' asks for such exchanges. */
void ike_inter_offer(struct ike_sa *sa, const struct ike_proposals *list);

/* For ike_select_*: the peer that sent 'init' may not know of them. */
unsigned ike_inter_flags(const struct ike_msg *init);

/* Notes those that were chosen. */
MUST_USE enum err ike_inter_begin(struct ike_sa *sa, const struct ike_choice *choice);
void ike_inter_free(struct ike_inter *x); /* NULL is fine */

/* The event to post for an initiator whose keys are there: another exchange, or authentication. */
enum ike_event ike_inter_event(const struct ike_sa *sa);

/* ---- the exchanges ---- */

/* The group of the one that comes next; NULL: none. */
const struct crypto_alg *ike_inter_next(const struct ike_sa *sa);

enum { IKE_INTER_HEAD_LEN = (int)IKE_HDR_LEN + (int)IKE_MSG_GENERIC_LEN }; /* bytes of header and SK's generic header */

/*
 * Adds a message to IntAuth, RFC9242-3.3.2: one of ours, in one piece, that begins with 'head' and has 'inner' in SK; and one of the peer's,
 * decrypted.
 */
MUST_USE enum err ike_inter_cover_own(struct ike_sa *sa, const uint8_t head[IKE_INTER_HEAD_LEN], struct bytes inner);
MUST_USE enum err ike_inter_cover_peer(struct ike_sa *sa, const struct ike_msg *msg);

/* New keys with 'shared' in them, RFC9370-2.2.2: the exchange is done. */
MUST_USE enum err ike_inter_update(struct ike_sa *sa, struct bytes shared);

/* Changes between the keys of now and those of the exchange before; false: they are the same. */
bool ike_inter_rewind(struct ike_sa *sa);

/* Another request has come: the one before won't be repeated. */
void ike_inter_forget(struct ike_sa *sa);

/* IntAuth for AUTH; empty when there was no such exchange. */
struct bytes ike_inter_proof(const struct ike_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
