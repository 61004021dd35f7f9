#ifndef IKE_HDR_H
#define IKE_HDR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rd.h"
#include "base/wr.h"
#include "ike/wire/iana.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_HDR_LEN = 28, IKE_HDR_NEXT_AT = 16, IKE_HDR_FLAGS_AT = 19, IKE_HDR_LENGTH_AT = 24 };
enum { IKE_VERSION = 0x20, IKE_VERSION_MAJOR = 2 }; /* RFC7296-3.1 */
enum ike_hdr_flag { IKE_F_INITIATOR = 0x08, IKE_F_VERSION = 0x10, IKE_F_RESPONSE = 0x20 };

/* IKE header, RFC7296-3.1.  SPIs are the eight bytes read as a number in network order. */
struct ike_hdr {
	uint64_t spi_i;
	uint64_t spi_r;
	uint8_t next;     /* type of the first payload */
	uint8_t version;  /* major << 4 | minor */
	uint8_t exchange; /* enum ike_exchange_type */
	uint8_t flags;    /* enum ike_hdr_flag; other bits are ignored on receipt */
	uint32_t message_id;
	uint32_t length; /* of the whole message; build leaves it to ike_build */
};

/*
 * Reads the 28 bytes; the rest of the message is left in 'r'.  ERR_VERSION for another major version than 2 (a
 * higher one is answered INVALID_MAJOR_VERSION, RFC7296-2.5: 'out' is filled), ERR_MALFORMED for a zero initiator
 * SPI, ERR_TRUNCATED or ERR_TRAILING when 'length' isn't the size of what 'r' held.
 */
MUST_USE enum err ike_hdr_parse(struct rd *r, struct ike_hdr *out);

/* Writes 'h' as it is. */
void ike_hdr_build(struct wr *w, const struct ike_hdr *h);

static inline bool ike_hdr_is_response(const struct ike_hdr *h)
{
	return (h->flags & IKE_F_RESPONSE) != 0;
}

/* Whether it is of an exchange that begins an IKE SA, in clear: IKE_SA_INIT or IKE_SESSION_RESUME (RFC5723). */
static inline bool ike_hdr_opens(const struct ike_hdr *h)
{
	return h->exchange == IKE_X_IKE_SA_INIT || h->exchange == IKE_X_IKE_SESSION_RESUME;
}

/* Whether the sender is the original initiator of the IKE SA. */
static inline bool ike_hdr_from_initiator(const struct ike_hdr *h)
{
	return (h->flags & IKE_F_INITIATOR) != 0;
}

#ifdef __cplusplus
}
#endif
#endif
