#ifndef IKE_PROPOSAL_H
#define IKE_PROPOSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rd.h"
#include "base/wr.h"
#include "ike/wire/iana.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bounds of one SA payload.  Transforms are counted over all its proposals. */
enum { IKE_PROPOSAL_MAX = 32, IKE_PROPOSAL_TRANSFORM_MAX = 512 };

enum { IKE_PROPOSAL_EXTRAS = 7 }; /* additional key exchanges: transform types ADDKE1 to ADDKE7, RFC9370-2.2.1 */

struct ike_transform {
	uint16_t id;       /* of the type's list in crypto/iana.h */
	uint16_t key_bits; /* 0: no Key Length attribute */
	uint8_t type;      /* enum ike_transform_type */
	bool usable;       /* false: has an attribute that isn't understood, RFC7296-3.3.6 */
};

struct ike_proposal {
	uint64_t spi;   /* 0 when spi_len is 0, or of a protocol that isn't understood */
	uint16_t first; /* its transforms are transform[first … first + count - 1] of the list */
	uint8_t count;
	uint8_t number;
	uint8_t protocol; /* enum ike_proto */
	uint8_t spi_len;  /* bytes: 0 or 8 (IKE), 4 (ESP, AH) */
};

/* Security Association payload body, RFC7296-3.3: proposals in order of preference.  All-zero is empty. */
struct ike_proposals {
	uint16_t count;
	uint16_t transform_count;
	struct ike_proposal item[IKE_PROPOSAL_MAX];
	struct ike_transform transform[IKE_PROPOSAL_TRANSFORM_MAX];
};

/*
 * ERR_LIMIT for more proposals or transforms than fit; ERR_TRUNCATED, ERR_TRAILING or ERR_MALFORMED for what breaks
 * the format.  Protocols, transforms and attributes that aren't understood are no errors.
 */
MUST_USE enum err ike_proposal_parse(struct rd *r, struct ike_proposals *out);

void ike_proposal_build(struct wr *w, const struct ike_proposals *list);

void ike_proposal_init(struct ike_proposals *list);

/* Appends a proposal without transforms; its number is one above the last one's.  ERR_LIMIT. */
MUST_USE enum err ike_proposal_begin(struct ike_proposals *list, uint8_t protocol, uint8_t spi_len, uint64_t spi);

/* Appends a transform to the last proposal; 'key_bits' 0 means no Key Length attribute.  ERR_LIMIT. */
MUST_USE enum err ike_proposal_add(struct ike_proposals *list, uint8_t type, uint16_t id, uint16_t key_bits);

/* Whether encryption algorithm 'id' is combined mode: it goes without an integrity algorithm (RFC7296-3.3). */
bool ike_proposal_is_aead(uint16_t id);

#ifdef __cplusplus
}
#endif
#endif
