#ifndef IKE_PAST_H
#define IKE_PAST_H

#include "base/rd.h"
#include "base/wr.h"
#include "ike/keying/suite.h"
#include "ike/wire/id.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What of an IKE SA outlives it, so that it can be resumed: the rows "from the ticket" of RFC5723-5.  A gateway seals it in a ticket
 * (vault.h), a client keeps it beside the ticket.  Everything is a view; the octets are SK_d's and therefore live in a secret.
 *
 *	version 1 | expires_ms 8 | auth_until_ms 8 | SPIi 8 | SPIr 8
 *	ENCR id 2, bits 2 | INTEG id 2 (0: AEAD) | PRF id 2 | group 2
 *	AUTH method of the initiator 1 | of the responder 1 | EAP method 1 | flags 1 (bit 0: PPK)
 *	SK_d, IDi, IDr, memo: length 2 and octets each; an identity's first octet is its type
 */
enum { IKE_PAST_VERSION = 1, IKE_PAST_MAX = 3072, IKE_PAST_MEMO = 512 }; /* bytes of it, and of a world's memo */

struct ike_past {
	uint64_t expires_ms;    /* of the clock of who made it */
	uint64_t auth_until_ms; /* what the first authentication was good for; 0: no end */
	uint64_t spi_i, spi_r;  /* of the old SA, RFC5723-5 note 4 */
	struct ike_suite suite; /* 'group' is that of its last key exchange */
	uint8_t auth_i, auth_r; /* enum ike_auth_method; the initiator's is 0 with EAP */
	uint8_t eap;
	bool ppk; /* a post-quantum preshared key is in SK_d (RFC8784) */
	struct bytes sk_d;
	struct ike_id id_i, id_r;
	struct bytes memo; /* a world's own */
};

void ike_past_build(struct wr *w, const struct ike_past *p);

/*
 * Reads what ike_past_build wrote, to the end; 'out' borrows.  ERR_VERSION for another version, ERR_UNSUPPORTED for algorithms without a row,
 * ERR_MALFORMED for SK_d of another length than the PRF's or for an identity that is none, ERR_RANGE for a memo too long.
 */
MUST_USE enum err ike_past_parse(struct rd *r, struct ike_past *out);

#ifdef __cplusplus
}
#endif
#endif
