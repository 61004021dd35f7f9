#ifndef IKE_SELECT_H
#define IKE_SELECT_H

#include <stdint.h>

#include "base/err.h"
#include "ike/wire/proposal.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What two peers agreed on.  Algorithms are numbers of crypto/iana.h; 0 where the protocol or suite has none. */
struct ike_choice {
	uint64_t spi;     /* the peer's, 0 when its proposal had none */
	uint8_t spi_len;  /* bytes */
	uint8_t number;   /* of the offered proposal */
	uint8_t protocol; /* enum ike_proto: IKE or ESP */
	uint16_t encr;
	uint16_t key_bits;                   /* of encr; 0 when it has no Key Length attribute */
	uint16_t prf;                        /* IKE only */
	uint16_t integ;                      /* CRYPTO_INTEG_NONE with a combined mode */
	uint16_t group;                      /* ESP: CRYPTO_GROUP_NONE without PFS */
	uint16_t esn;                        /* ESP only: enum crypto_esn */
	uint8_t listed;                      /* additional key exchanges that the offer speaks of, a bit each */
	uint16_t extra[IKE_PROPOSAL_EXTRAS]; /* their groups; CRYPTO_GROUP_NONE: left out */
};

enum ike_select_flag {
	/* Groups of both sides are ignored: IKE_AUTH has no KE payload (RFC7296-1.2). */
	IKE_SELECT_NO_GROUP = 1,
	/* No additional key exchange can be made: a proposal that insists on one is out. */
	IKE_SELECT_NO_EXTRA = 2
};

/*
 * The responder's choice, RFC7296-2.7, -3.3.  Our order wins: the first of our proposals that one of theirs meets, and
 * in it the first of our transforms of each type; among several of theirs that meet it, their first.  One of theirs is
 * out if it has a transform type that its protocol doesn't know or lacks a mandatory one (RFC7296-3.3.3, -3.3.6).  A combined mode
 * is chosen only if both sides allow no integrity algorithm, another cipher only with one; an absent type 3 or 4
 * means the same as NONE.  No group is chosen twice (RFC9370-2.2.2).  ERR_NO_PROPOSAL.
 */
MUST_USE enum err ike_select_pick(
	const struct ike_proposals *ours, const struct ike_proposals *theirs, unsigned flags, struct ike_choice *out);

/*
 * The initiator's check of the responder's answer: exactly one proposal, at most one transform of each type, all
 * of them offered in the proposal of that number (RFC7296-2.7, -3.3).  ERR_NO_PROPOSAL.
 */
MUST_USE enum err ike_select_check(
	const struct ike_proposals *offered, const struct ike_proposals *answer, unsigned flags, struct ike_choice *out);

/* The SA payload that answers with 'choice'; 'spi' is ours, of choice->spi_len bytes. */
MUST_USE enum err ike_select_answer(const struct ike_choice *choice, uint64_t spi, struct ike_proposals *out);

#ifdef __cplusplus
}
#endif
#endif
