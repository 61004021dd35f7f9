#ifndef IKE_DELETE_H
#define IKE_DELETE_H

#include <stdint.h>

#include "base/rd.h"
#include "base/wr.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Delete payload body, RFC7296-3.11.  For the IKE SA there are no SPIs.  'spis' borrows from the message. */
struct ike_delete {
	uint8_t protocol; /* enum ike_proto */
	uint16_t count;   /* ESP, AH: SPIs of the sender's inbound SAs */
	struct bytes spis;
};

/* ERR_MALFORMED for another SPI size than the protocol's or a count that isn't the list's; ERR_UNSUPPORTED for an unknown protocol. */
MUST_USE enum err ike_delete_parse(struct rd *r, struct ike_delete *out);

/* SPI number 'index', below 'count'. */
uint32_t ike_delete_spi(const struct ike_delete *d, unsigned index);

/* Deletes the IKE SA, RFC7296-1.4.1. */
void ike_delete_build_ike(struct wr *w);

/* Deletes our inbound ESP SAs 'spis'; the peer answers with those of its own. */
void ike_delete_build_esp(struct wr *w, const uint32_t *spis, uint16_t count);

#ifdef __cplusplus
}
#endif
#endif
