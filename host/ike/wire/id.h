#ifndef IKE_ID_H
#define IKE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rd.h"
#include "base/wr.h"
#include "ike/wire/iana.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_ID_MAX = 1024, IKE_ID_TEXT = 2 * IKE_ID_MAX + 1 }; /* bytes of data; text buffer that holds any identity, with NUL */

/* Identification payload body, RFC7296-3.5.  'data' is as on the wire: AUTH is computed over it. */
struct ike_id {
	uint8_t type; /* enum ike_id_type; 0: none */
	struct bytes data;
};

/*
 * ERR_UNSUPPORTED for a type other than address, FQDN, e-mail, DN and key id; ERR_RANGE above IKE_ID_MAX bytes;
 * ERR_MALFORMED for what isn't of its type: an address of another length, a name with other than visible ASCII (a NUL
 * or a line end would forge logs and matches), a DN that isn't one DER SEQUENCE, an empty key id.  'out' borrows.
 */
MUST_USE enum err ike_id_parse(struct rd *r, struct ike_id *out);

/* The same rules for an identity of our own. */
MUST_USE enum err ike_id_check(const struct ike_id *id);

void ike_id_build(struct wr *w, const struct ike_id *id);

/* The identity of an address; borrows from 'a'. */
struct ike_id ike_id_of_addr(const struct addr *a);

/* Same type and value; FQDN and e-mail without regard to ASCII case. */
bool ike_id_eq(const struct ike_id *a, const struct ike_id *b);

/* The value as text, cut at 'cap': addresses and names as they are, a key id that isn't visible ASCII and a DN in hex. */
const char *ike_id_str(const struct ike_id *id, char *out, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
