#ifndef EAP_PACKET_H
#define EAP_PACKET_H

#include "base/rd.h"
#include "base/wr.h"

#ifdef __cplusplus
extern "C" {
#endif

/* EAP packets, RFC3748-4. */

enum eap_code { EAP_REQUEST = 1, EAP_RESPONSE = 2, EAP_SUCCESS = 3, EAP_FAILURE = 4 };

/* IANA "Method Types" that Nave knows: RFC3748-5, RFC5216, draft-kamath-pppext-eap-mschapv2. */
#define EAP_TYPE_LIST(X)                   \
	X(IDENTITY, 1, "identity")         \
	X(NOTIFICATION, 2, "notification") \
	X(NAK, 3, "nak")                   \
	X(MD5, 4, "md5")                   \
	X(GTC, 6, "gtc")                   \
	X(TLS, 13, "tls")                  \
	X(MSCHAPV2, 26, "mschapv2")

enum eap_type {
	EAP_TYPE_NONE,
#define EAP_TYPE_ENUM(name, number, text) EAP_TYPE_##name = number,
	EAP_TYPE_LIST(EAP_TYPE_ENUM)
#undef EAP_TYPE_ENUM
};

enum {
	EAP_HEADER_LEN = 4,
	EAP_TYPED_LEN = 5,    /* with the type of a request or response */
	EAP_PACKET_MAX = 2048 /* of ours; nothing of what our methods say needs as much */
};

/* 'data' is what follows the type; it borrows from the packet. */
struct eap_packet {
	uint8_t code; /* enum eap_code */
	uint8_t id;
	uint8_t type; /* of a request or response, known or not; else 0 */
	struct bytes data;
};

/*
 * Reads one packet; octets after its Length are padding (RFC3748-4.1).  ERR_MALFORMED for another code or a length that the code can't have;
 * ERR_TRUNCATED.
 */
MUST_USE enum err eap_packet_parse(struct bytes in, struct eap_packet *out);

/* Begins a packet in 'buf' and gives the cursor for what follows the type ('type' 0: there is none); ended, its length is right. */
struct wr eap_packet_begin(uint8_t *buf, size_t cap, enum eap_code code, uint8_t id, uint8_t type);
MUST_USE enum err eap_packet_end(struct wr *w);

/* Whether taking it may be long public-key work: it brings octets of a TLS handshake, or begins one. */
bool eap_packet_is_long(struct bytes in);

/* "mschapv2"; never NULL. */
const char *eap_packet_type_str(uint8_t type);

#ifdef __cplusplus
}
#endif
#endif
