#ifndef IKE_NOTIFY_H
#define IKE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rd.h"
#include "base/wr.h"
#include "ike/wire/iana.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_NOTIFY_COOKIE_MAX = 64, IKE_NOTIFY_NAT_HASH = 20 }; /* RFC7296-2.6, -2.23: bytes */

/* Notify payload body, RFC7296-3.10. */
struct ike_notify {
	uint8_t protocol;  /* enum ike_proto; has a meaning only beside an SPI */
	uint8_t spi_len;   /* 0, 4 (ESP, AH) or 8 (IKE) bytes */
	uint16_t type;     /* enum ike_notify_type */
	uint64_t spi;      /* 0 when spi_len is 0 */
	struct bytes data; /* borrows from the message */
};

/* ERR_MALFORMED for another SPI size or a data length that the type can't have, ERR_TRUNCATED. */
MUST_USE enum err ike_notify_parse(struct rd *r, struct ike_notify *out);
void ike_notify_build(struct wr *w, const struct ike_notify *n);

/* A notify about the IKE SA: no SPI. */
void ike_notify_build_plain(struct wr *w, uint16_t type, struct bytes data);

/* A notify about the ESP SA 'spi' (REKEY_SA, CHILD_SA_NOT_FOUND, INVALID_SPI's form in IKE), without data. */
void ike_notify_build_esp(struct wr *w, uint16_t type, uint32_t spi);

/* INVALID_KE_PAYLOAD with the group that would do, RFC7296-1.3: two bytes of data. */
void ike_notify_build_group(struct wr *w, uint16_t group);
uint16_t ike_notify_group(const struct ike_notify *n);

static inline bool ike_notify_is_error(uint16_t type)
{
	return type < IKE_NOTIFY_STATUS;
}

#ifdef __cplusplus
}
#endif
#endif
