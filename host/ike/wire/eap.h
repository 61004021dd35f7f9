#ifndef IKE_EAP_H
#define IKE_EAP_H

#include <stdint.h>

#include "base/rd.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ike_eap_code { IKE_EAP_REQUEST = 1, IKE_EAP_RESPONSE = 2, IKE_EAP_SUCCESS = 3, IKE_EAP_FAILURE = 4 }; /* RFC3748-4 */

/* EAP payload body, RFC7296-3.16: one EAP packet, RFC3748-4.  'packet' is all of it and borrows from the message. */
struct ike_eap {
	uint8_t code; /* enum ike_eap_code */
	uint8_t identifier;
	uint8_t type; /* of a request or response; else 0 */
	struct bytes packet;
};

/* ERR_MALFORMED for an unknown code or a length that isn't the payload's or the code's; ERR_TRUNCATED. */
MUST_USE enum err ike_eap_parse(struct rd *r, struct ike_eap *out);

#ifdef __cplusplus
}
#endif
#endif
