#ifndef IKE_MSG_H
#define IKE_MSG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "ike/wire/hdr.h"
#include "ike/wire/iana.h"
#include "ike/wire/notify.h"
#include "ike/wire/vendor.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_MSG_PAYLOAD_MAX = 64 }; /* payloads of one message, inside and outside SK together */
enum { IKE_MSG_GENERIC_LEN = 4 };  /* generic payload header, RFC7296-3.2 */

/* One payload without its generic header. */
struct ike_payload {
	struct bytes body;
	uint8_t type;   /* enum ike_payload_type, or a number that Nave doesn't understand */
	bool critical;  /* as received; has no meaning on a type that is understood (RFC7296-2.5) */
	bool encrypted; /* came out of SK or SKF */
};

/*
 * One message: the result of walking a datagram.  All views borrow from the datagram and, for encrypted payloads, from
 * the plaintext given to ike_msg_parse_inner.  Only msg.c writes it.
 */
struct ike_msg {
	struct ike_hdr hdr;
	struct bytes datagram;
	uint8_t count;       /* payloads in use */
	uint8_t inner_first; /* type of the first payload inside SK; 0 when none */
	uint8_t unsupported; /* the critical payload type behind ERR_UNSUPPORTED, else 0 */
	struct ike_payload payload[IKE_MSG_PAYLOAD_MAX];
};

/*
 * Parses the header and walks the payload chain (RFC7296-3.2).  SK or SKF ends the chain: it is the last payload and
 * what it holds is walked by ike_msg_parse_inner.  ERR_UNSUPPORTED when a payload that isn't understood is marked
 * critical (answer UNSUPPORTED_CRITICAL_PAYLOAD with out->unsupported), ERR_LIMIT for more payloads than fit, else
 * what ike_hdr_parse says and ERR_TRUNCATED, ERR_TRAILING or ERR_MALFORMED.  After an error out->hdr is valid if the datagram held
 * 28 bytes, and 'out' has no payloads.
 */
MUST_USE enum err ike_msg_parse(struct bytes datagram, struct ike_msg *out);

/*
 * Walks the payloads of the decrypted and unpadded content 'plaintext' of SK, which begins with a payload of type
 * 'first' (msg->inner_first, or that of fragment 1), and appends them to 'msg'.  Errors as ike_msg_parse; ERR_STATE
 * when 'msg' has no SK or SKF.  After an error 'msg' has its outer payloads only.
 */
MUST_USE enum err ike_msg_parse_inner(struct ike_msg *msg, uint8_t first, struct bytes plaintext);

/* Whether payloads of 'type' mean something to Nave: all others are passed over, or refused when marked critical. */
bool ike_msg_understood(uint8_t type);

/* The first payload of 'type', or NULL. */
const struct ike_payload *ike_msg_find(const struct ike_msg *msg, uint8_t type);

/* The payload of the same type after 'at', or NULL. */
const struct ike_payload *ike_msg_next(const struct ike_msg *msg, const struct ike_payload *at);

unsigned ike_msg_count(const struct ike_msg *msg, uint8_t type);

/* The SK or SKF payload, or NULL: the message is in clear. */
const struct ike_payload *ike_msg_sk(const struct ike_msg *msg);

/* Whether there is a well-formed notify of 'type' (the first one goes to 'out', which may be NULL). */
bool ike_msg_notify(const struct ike_msg *msg, uint16_t type, struct ike_notify *out);

/* The first well-formed notify of an error type goes to 'out'; false when the message holds none. */
bool ike_msg_error(const struct ike_msg *msg, struct ike_notify *out);

bool ike_msg_vendor(const struct ike_msg *msg, enum ike_vendor vendor);

#ifdef __cplusplus
}
#endif
#endif
